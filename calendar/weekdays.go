package calendar

import (
	"strings"
	"time"
)

// Weekdays is a set of days of the week, written as "mon-fri" or "mon,wed,sat".
// The zero value is the empty set. Sets are comparable with ==.
type Weekdays uint8 // bit i is time.Weekday i

// EveryDay is all seven days.
const EveryDay Weekdays = 1<<7 - 1

// WeekdaysOf returns the set of the days given. What is no day of the week is
// left out.
func WeekdaysOf(days ...time.Weekday) Weekdays {
	var w Weekdays
	for _, d := range days {
		if d >= time.Sunday && d <= time.Saturday {
			w |= 1 << d
		}
	}
	return w
}

// ParseWeekdays reads days and ranges of days separated by commas: "mon-fri",
// "mon,wed,sat". A range may run over the end of the week, as "sat-mon".
// Anything else is a [*FieldError].
func ParseWeekdays(s string) (Weekdays, error) {
	var w Weekdays
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		first, ok := weekdayNamed(from)
		last := first
		if ok && isRange {
			last, ok = weekdayNamed(to)
		}
		if !ok {
			return 0, &FieldError{Field: "days", Problem: "must be days of the week like mon-fri or mon,wed, not " + quote(s)}
		}
		for d := first; ; d = (d + 1) % 7 {
			w |= 1 << d
			if d == last {
				break
			}
		}
	}
	return w, nil
}

// Has reports whether a day is in the set.
func (w Weekdays) Has(d time.Weekday) bool {
	return d >= time.Sunday && d <= time.Saturday && w&(1<<d) != 0
}

// String returns the set as [ParseWeekdays] reads it, from Monday on, three or
// more days in a row as a range; "" for the empty set.
func (w Weekdays) String() string {
	var parts []string
	for i := 0; i < 7; i++ {
		run := i
		for run < 7 && w.Has(mondayFirst(run)) {
			run++
		}
		switch n := run - i; {
		case n > 2:
			parts = append(parts, weekdayName(i)+"-"+weekdayName(run-1))
			i = run - 1
		case n > 0:
			parts = append(parts, weekdayName(i))
		}
	}
	return strings.Join(parts, ",")
}

// MarshalText writes the set as [Weekdays.String] does.
func (w Weekdays) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads what MarshalText writes; empty text is the empty set.
func (w *Weekdays) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*w = 0
		return nil
	}
	parsed, err := ParseWeekdays(string(text))
	if err != nil {
		return err
	}
	*w = parsed
	return nil
}

func mondayFirst(i int) time.Weekday { return time.Weekday((i + 1) % 7) }

func weekdayName(i int) string { return strings.ToLower(mondayFirst(i).String()[:3]) }

func weekdayNamed(s string) (time.Weekday, bool) {
	for i := range 7 {
		if weekdayName(i) == s {
			return mondayFirst(i), true
		}
	}
	return 0, false
}
