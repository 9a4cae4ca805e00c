package calendar

import (
	"time"
)

// Local is a date and time of day as a person writes them, before they are an
// instant. [Calendar.Resolve] makes them one and [Calendar.LocalOf] is its
// inverse.
type Local struct {
	Date  Date  `json:"date"`
	Clock Clock `json:"clock"`
	Fold  Fold  `json:"fold,omitzero"`
}

// Fold says which of two is meant where a clock change makes the clock show
// the same time twice (T5). It is ignored for a time that happens once.
type Fold uint8

// The folds.
const (
	FoldUnsaid Fold = iota // not said: a repeated time is then refused
	Earlier                // the first of the two, before the clocks go back
	Later                  // the second
)

var foldNames = [...]string{FoldUnsaid: "", Earlier: "earlier", Later: "later"}

// String returns "", "earlier" or "later".
func (f Fold) String() string {
	if int(f) < len(foldNames) {
		return foldNames[f]
	}
	return "unknown"
}

// MarshalText writes the fold as [Fold.String] does.
func (f Fold) MarshalText() ([]byte, error) {
	if int(f) >= len(foldNames) {
		return nil, f.invalid()
	}
	return []byte(foldNames[f]), nil
}

// UnmarshalText reads what MarshalText writes.
func (f *Fold) UnmarshalText(text []byte) error {
	for i, name := range foldNames {
		if name == string(text) {
			*f = Fold(i)
			return nil
		}
	}
	return (Fold(len(foldNames))).invalid()
}

func (f Fold) invalid() error {
	return &FieldError{Field: "fold", Problem: "must be empty, earlier or later"}
}

// Resolve returns the instant at which the calendar's clock shows l (T5). A
// time that a clock change skips is a [*GapError] that names both its
// neighbours, one that it repeats is an [*AmbiguousError] unless l.Fold says
// which, a date outside the calendar's years is a [*RangeError], and a date or
// time that is missing is a [*FieldError].
func (c *Calendar) Resolve(l Local) (time.Time, error) {
	switch {
	case l.Date.IsZero():
		return time.Time{}, &FieldError{Field: "date", Problem: "must be given"}
	case l.Clock.IsZero():
		return time.Time{}, &FieldError{Field: "clock", Problem: "must be given"}
	case l.Fold > Later:
		return time.Time{}, l.Fold.invalid()
	}
	if _, err := c.indexOf(l.Date); err != nil {
		return time.Time{}, err
	}
	wall := l.Date.wall() + l.Clock.wall()
	var found [2]int64 // the first and the last instant that show it
	n := 0
	for i := c.zone.at(wall - maxOffset); i < len(c.zone) && c.zone[i].from <= wall+maxOffset; i++ {
		p := c.zone[i]
		if at := wall - p.offset; at >= p.from && at < p.until {
			if n == 0 {
				found[0] = at
			}
			found[1] = at
			n++
		}
	}
	switch {
	case n == 0:
		return time.Time{}, c.gap(l, wall)
	case n == 1 || l.Fold == Earlier:
		return c.instant(found[0]), nil
	case l.Fold == Later:
		return c.instant(found[1]), nil
	}
	return time.Time{}, &AmbiguousError{Asked: l, Earlier: c.instant(found[0]), Later: c.instant(found[1])}
}

// gap describes the clock change that skips a local time.
func (c *Calendar) gap(l Local, wall int64) error {
	e := &GapError{Asked: l}
	for i := c.zone.at(wall - maxOffset); i+1 < len(c.zone); i++ {
		at, was, is := c.zone[i].until, c.zone[i].offset, c.zone[i+1].offset
		if at+was <= wall && wall < at+is {
			e.Before, e.After, e.At = localAt(at+was-1), localAt(at+is), c.instant(at)
			break
		}
	}
	return e
}

// LocalOf returns the local date and time of an instant, cut down to the
// minute. Its Fold is set exactly where the clock shows that time twice, so
// that [Calendar.Resolve] leads back to the same minute. An instant outside
// the calendar's years is a [*RangeError].
func (c *Calendar) LocalOf(t time.Time) (Local, error) {
	sec := t.Unix()
	if _, ok := c.index(sec); !ok {
		return Local{}, c.outside(t)
	}
	i := c.zone.at(sec)
	wall := sec + c.zone[i].offset
	l := localAt(wall)
	for j := c.zone.at(wall - maxOffset); j < len(c.zone) && c.zone[j].from <= wall+maxOffset; j++ {
		p := c.zone[j]
		other := wall - p.offset
		switch {
		case j == i || other < p.from || other >= p.until:
		case j < i:
			l.Fold = Later
		case l.Fold == FoldUnsaid:
			l.Fold = Earlier
		}
	}
	return l, nil
}

func localAt(wall int64) Local {
	return Local{Date: wallDate(wall), Clock: wallClock(wall)}
}
