package calendar

import "strings"

// String returns "2026-04-09 08:30", with the fold behind it where one is said.
func (l Local) String() string {
	s := l.Date.String() + " " + l.Clock.String()
	if l.Fold != FoldUnsaid {
		s += " " + l.Fold.String()
	}
	return s
}

// ParseLocal reads what [Local.String] writes: a date, a time of day and, for
// one that a clock change repeats, earlier or later. The error is a
// [*FieldError] naming date, clock or fold.
func ParseLocal(s string) (Local, error) {
	var l Local
	date, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	clock, fold, _ := strings.Cut(rest, " ")
	var err error
	if l.Date, err = ParseDate(date); err != nil {
		return Local{}, err
	}
	if l.Clock, err = ParseClock(clock); err != nil {
		return Local{}, err
	}
	if err := l.Fold.UnmarshalText([]byte(fold)); err != nil {
		return Local{}, err
	}
	return l, nil
}
