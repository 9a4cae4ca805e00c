package calendar

import (
	"slices"
	"strconv"
	"time"
)

// Hours are weekly opening hours with closures on chosen holidays (T6): when
// support, or a practice, can be reached. They are plain data, read from and
// written as JSON:
//
//	{
//	  "windows": [
//	    {"days": "mon-fri", "from": "09:00", "to": "17:30"},
//	    {"days": "sat", "from": "09:00", "to": "12:00"}
//	  ],
//	  "closed": {"all_holidays": true, "dates": ["2026-12-24"]}
//	}
//
// Whose clock and whose holidays count is said with each question, by the
// [Calendar]. It is open at every instant at which that clock shows a time
// inside a window of that day, closed days excepted; so a window loses what a
// clock change skips, and is open in both passes of what one repeats.
//
// The zero value is hours that are not set, which is something else than
// being closed: see [Hours.IsSet]. A value is not changed by its methods, and
// may be shared as long as nobody changes its slices.
type Hours struct {
	// Windows in any order, several a day as needed.
	Windows []Window `json:"windows,omitempty"`
	Closed  Closures `json:"closed,omitzero"`
}

// Window is opening hours that are the same on some days of the week: from
// From up to, but not including, To, which can be 24:00. Hours that run over
// midnight are two windows, one to 24:00 and one from 00:00.
type Window struct {
	Days Weekdays `json:"days"`
	From Clock    `json:"from"`
	To   Clock    `json:"to"`
}

// Closures say on which days a week's opening hours do not hold.
type Closures struct {
	// AllHolidays closes on every holiday of the calendar.
	AllHolidays bool `json:"all_holidays,omitempty"`
	// Holidays closes on those of the calendar's holidays that have one of
	// these names, exactly as the calendar spells them.
	Holidays []string `json:"holidays,omitempty"`
	// Dates closes on single dates.
	Dates []Date `json:"dates,omitempty"`
}

// IsZero reports whether no closure is set.
func (cl Closures) IsZero() bool {
	return !cl.AllHolidays && len(cl.Holidays) == 0 && len(cl.Dates) == 0
}

// IsSet reports whether there are opening hours at all. Where there are none,
// every question is an [*HoursError] with the problem [HoursNotSet].
func (h Hours) IsSet() bool { return len(h.Windows) > 0 }

// IsZero reports whether nothing is set, neither windows nor closures.
func (h Hours) IsZero() bool { return !h.IsSet() && h.Closed.IsZero() }

// Validate returns nil or a [*FieldError] that names the field, such as
// windows[1].from. Hours that are not set are valid.
func (h Hours) Validate() error {
	for i, w := range h.Windows {
		path := "windows[" + strconv.Itoa(i) + "]"
		switch {
		case w.Days == 0 || w.Days > EveryDay:
			return &FieldError{Field: path + ".days", Problem: "must name a day of the week"}
		case w.From.IsZero():
			return &FieldError{Field: path + ".from", Problem: "must be given"}
		case w.To.IsZero():
			return &FieldError{Field: path + ".to", Problem: "must be given"}
		case !w.From.Before(w.To):
			return &FieldError{Field: path + ".to", Problem: "must be after from; hours over midnight are two windows"}
		}
		for j, other := range h.Windows[:i] {
			if w.Days&other.Days != 0 && w.From.Before(other.To) && other.From.Before(w.To) {
				return &FieldError{Field: path, Problem: "must not overlap windows[" + strconv.Itoa(j) + "]"}
			}
		}
	}
	if len(h.Windows) == 0 && !h.Closed.IsZero() {
		return &FieldError{Field: "windows", Problem: "must be given where closures are"}
	}
	return h.Closed.validate()
}

func (cl Closures) validate() error {
	for i, name := range cl.Holidays {
		if name == "" {
			return &FieldError{Field: "closed.holidays[" + strconv.Itoa(i) + "]", Problem: "must be the name of a holiday"}
		}
	}
	for i, d := range cl.Dates {
		if d.IsZero() {
			return &FieldError{Field: "closed.dates[" + strconv.Itoa(i) + "]", Problem: "must be a date"}
		}
	}
	return nil
}

// Open reports whether it is open at an instant, by the calendar's clock and
// holidays (T6). Hours that are not set are an [*HoursError], an instant
// outside the calendar's years is a [*RangeError].
func (h Hours) Open(c *Calendar, at time.Time) (bool, error) {
	if err := h.check(c, at); err != nil {
		return false, err
	}
	_, open := h.closesAt(c, at.Unix())
	return open, nil
}

// Next returns the first instant from at on at which it is open: at itself
// where it is open then. Besides the errors of [Hours.Open], hours that do not
// open again in the calendar's years are an [*HoursError] with the problem
// [HoursNeverOpen].
func (h Hours) Next(c *Calendar, at time.Time) (time.Time, error) {
	if err := h.check(c, at); err != nil {
		return time.Time{}, err
	}
	sec := at.Unix()
	if _, open := h.closesAt(c, sec); open {
		return at.Round(0).In(c.loc), nil
	}
	for i := c.zone.at(sec); i < len(c.zone); i++ {
		if opens, ok := h.opensIn(c, c.zone[i], sec); ok {
			return c.instant(opens), nil
		}
	}
	return time.Time{}, &HoursError{Problem: HoursNeverOpen}
}

// Closes returns the instant at which what is open at an instant closes.
// Windows that follow each other without a pause are one, also across
// midnight. Besides the errors of [Hours.Open], it is an [*HoursError] with
// the problem [HoursClosed] if it is not open then, and a [*RangeError] if it
// stays open beyond the calendar's years.
func (h Hours) Closes(c *Calendar, at time.Time) (time.Time, error) {
	if err := h.check(c, at); err != nil {
		return time.Time{}, err
	}
	sec, open := h.closesAt(c, at.Unix())
	if !open {
		return time.Time{}, &HoursError{Problem: HoursClosed}
	}
	for open {
		if _, ok := c.index(sec); !ok {
			return time.Time{}, c.outside(c.instant(sec))
		}
		var later int64
		if later, open = h.closesAt(c, sec); open {
			sec = later
		}
	}
	return c.instant(sec), nil
}

func (h Hours) check(c *Calendar, at time.Time) error {
	if !h.IsSet() {
		return &HoursError{Problem: HoursNotSet}
	}
	if _, ok := c.index(at.Unix()); !ok {
		return c.outside(at)
	}
	return nil
}

// closesAt reports whether it is open at a Unix second, and if so until when
// at least: the end of the window, or of the zone's period if that is earlier.
func (h Hours) closesAt(c *Calendar, sec int64) (int64, bool) {
	p := c.zone[c.zone.at(sec)]
	wall := sec + p.offset
	d := wallDate(wall)
	if h.Closed.on(c, d) {
		return 0, false
	}
	midnight := d.wall()
	for _, w := range h.Windows {
		if w.Days.Has(d.Weekday()) && wall >= midnight+w.From.wall() && wall < midnight+w.To.wall() {
			return min(p.until, midnight+w.To.wall()-p.offset), true
		}
	}
	return 0, false
}

// opensIn returns the first second in a period of the zone, from sec on, at
// which it is open.
func (h Hours) opensIn(c *Calendar, p period, sec int64) (int64, bool) {
	sec = max(sec, p.from)
	end := min(p.until, c.starts[len(c.starts)-1])
	if sec >= end {
		return 0, false
	}
	if _, open := h.closesAt(c, sec); open {
		return sec, true // the clock change led into a window
	}
	for d := wallDate(sec + p.offset); d.wall() < end+p.offset && !d.IsZero(); d = d.AddDays(1) {
		if h.Closed.on(c, d) {
			continue
		}
		first, found := end, false
		for _, w := range h.Windows {
			opens := d.wall() + w.From.wall() - p.offset
			if w.Days.Has(d.Weekday()) && opens >= sec && opens < first {
				first, found = opens, true
			}
		}
		if found {
			return first, true
		}
	}
	return 0, false
}

// on reports whether a date is closed.
func (cl Closures) on(c *Calendar, d Date) bool {
	if slices.Contains(cl.Dates, d) {
		return true
	}
	if !cl.AllHolidays && len(cl.Holidays) == 0 {
		return false
	}
	// Several holidays can fall on one date.
	i, _ := c.findHoliday(d)
	for ; i < len(c.holidays) && c.holidays[i].Date == d; i++ {
		if cl.AllHolidays || slices.Contains(cl.Holidays, c.holidays[i].Name) {
			return true
		}
	}
	return false
}
