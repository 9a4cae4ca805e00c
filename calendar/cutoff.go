package calendar

import "time"

// CutOff is where the answer to "is it late?" changes (T3). The zero value is
// a cut-off that has always passed.
type CutOff struct {
	// At is the instant at which the answer changes, in the calendar's zone.
	// It is never after the start of the session.
	At time.Time `json:"at"`
	// Inclusive says that At itself is still in time. The end of a day is not:
	// it is the first instant of the next.
	Inclusive bool `json:"inclusive,omitempty"`
	// LastDay is the last local day that is in time, where the cut-off is the
	// end of a day; zero otherwise.
	LastDay Date `json:"last_day,omitzero"`
}

// InTime reports whether notice given at now is enough.
func (c CutOff) InTime(now time.Time) bool {
	return now.Before(c.At) || c.Inclusive && now.Equal(c.At)
}

// Late reports whether notice given at now is too short.
func (c CutOff) Late(now time.Time) bool { return !c.InTime(now) }

// CutOff returns the instant by which notice has to be given for a session
// that starts at start (T3, T4). The session's day is the local date of its
// start, also overnight. A cut-off at the start itself is exclusive: now =
// start is after the start (T5).
//
// A notice that does not validate is a [*FieldError]. A start, or a cut-off
// counted in business days, outside the calendar's years is a [*RangeError].
func (c *Calendar) CutOff(n Notice, start time.Time) (CutOff, error) {
	if err := n.Validate(); err != nil {
		return CutOff{}, err
	}
	day, ok := c.index(start.Unix())
	if !ok {
		return CutOff{}, c.outside(start)
	}
	if d, ok := n.elapsed(); ok {
		at := start.Round(0).Add(-d).In(c.loc) // Round drops a monotonic reading
		return CutOff{At: at, Inclusive: !n.ExactlyIsShort && d > 0}, nil
	}
	need := n.days()
	if need == 0 {
		return CutOff{At: start.Round(0).In(c.loc)}, nil
	}
	last, ok := c.lastDay(n.Unit, need, day)
	if !ok {
		return CutOff{}, c.outsideDate(c.first.AddDays(-1))
	}
	if !n.DeemedAfter.IsZero() {
		return CutOff{At: c.instant(c.reaches(last, n.DeemedAfter))}, nil
	}
	return CutOff{At: c.instant(c.starts[last+1]), LastDay: c.date(last)}, nil
}

// lastDay returns the last day on which notice of some days, 1 or more, can be
// given for a session on a day; false where the calendar does not reach back
// that far.
func (c *Calendar) lastDay(unit Unit, need, day int) (int, bool) {
	if unit == BusinessDays {
		rank := int(c.business[day])
		if need > rank {
			return 0, false
		}
		return int(c.businessDay[rank-need]), true
	}
	last := day - need
	if unit == ClearDays {
		last--
	}
	return last, last >= 0
}

// reaches returns the first Unix second of day i at which the clock shows a
// time or a later one; the end of the day where a clock change leaves none.
func (c *Calendar) reaches(i int, clock Clock) int64 {
	wall := c.date(i).wall() + clock.wall()
	for _, p := range c.zone[c.zone.at(c.starts[i]):] {
		if at := max(p.from, c.starts[i], wall-p.offset); at < p.until {
			return min(at, c.starts[i+1])
		}
	}
	return c.starts[i+1]
}

// Given returns how much notice, in whole units of n, is given for a session
// by giving it at now: for a message such as "4 business days". It is 0 from
// the start on. Its errors are those of [Calendar.CutOff], for now as for
// start.
func (c *Calendar) Given(n Notice, now, start time.Time) (int, error) {
	if err := n.Validate(); err != nil {
		return 0, err
	}
	from, ok := c.index(now.Unix())
	if !ok {
		return 0, c.outside(now)
	}
	to, ok := c.index(start.Unix())
	if !ok {
		return 0, c.outside(start)
	}
	if !now.Before(start) {
		return 0, nil
	}
	given := 0
	switch {
	case n.Unit == ElapsedHours:
		given = int(start.Sub(now) / time.Hour)
	case n.Elapsed:
		given = int(start.Sub(now) / (24 * time.Hour))
	case n.Unit == CalendarDays:
		given = to - from
	case n.Unit == ClearDays:
		given = to - from - 1
	case n.Unit == BusinessDays:
		given = int(c.business[to] - c.business[from])
		isBusiness := c.business[from] < c.business[from+1]
		if isBusiness && !n.DeemedAfter.IsZero() && now.Unix() >= c.reaches(from, n.DeemedAfter) {
			given-- // the day it is given on does not count
		}
	}
	return max(0, given), nil
}

// Words returns a cut-off for a person: "the end of Thu 2 Apr", or "09:00 on
// Fri 27 Mar", in the calendar's zone. A time that a clock change repeats is
// told apart by the name of its offset: "01:30 BST on Sun 25 Oct".
func (c *Calendar) Words(cut CutOff) string {
	if !cut.LastDay.IsZero() {
		return "the end of " + cut.LastDay.Short()
	}
	at := cut.At.In(c.Location())
	layout := "15:04"
	if at.Second() != 0 || at.Nanosecond() != 0 {
		layout = "15:04:05"
	}
	if l, err := c.LocalOf(at); err == nil && l.Fold != FoldUnsaid {
		layout += " MST"
	}
	return at.Format(layout) + " on " + dateIn(at, at.Location()).Short()
}
