package calendar

import (
	"slices"
	"strconv"
	"time"
)

// index returns which day of the calendar an instant, in Unix seconds, lies
// in. Days differ from 24 hours by little, so the guess is a day or two off at
// most.
func (c *Calendar) index(sec int64) (int, bool) {
	if c == nil || len(c.starts) == 0 {
		return 0, false
	}
	starts := c.starts
	last := len(starts) - 1
	if sec < starts[0] || sec >= starts[last] {
		return 0, false
	}
	i := min(int(uint64(sec-starts[0])/secPerDay), last-1)
	for starts[i] > sec {
		i--
	}
	for starts[i+1] <= sec {
		i++
	}
	return i, true
}

// indexOf returns which day of the calendar a date is.
func (c *Calendar) indexOf(d Date) (int, error) {
	if c == nil || d.n < c.first.n || d.n-c.first.n >= int32(len(c.starts))-1 {
		return 0, c.outsideDate(d)
	}
	return int(d.n - c.first.n), nil
}

// date returns the date of day i.
func (c *Calendar) date(i int) Date { return Date{c.first.n + int32(i)} }

// DateOf returns the local date of an instant, in whatever zone t is given
// (T1). An instant outside the calendar's years is a [*RangeError].
//
// Where a zone once set its clocks back from shortly after midnight into the
// day before, that day goes on until its second midnight: a day is one
// stretch of time, from [Calendar.StartOf] to [Calendar.EndOf].
func (c *Calendar) DateOf(t time.Time) (Date, error) {
	i, ok := c.index(t.Unix())
	if !ok {
		return Date{}, c.outside(t)
	}
	return c.date(i), nil
}

// StartOf returns the first instant of a local day: its midnight, or the
// instant of the clock change that skips it. A date outside the calendar's
// years is a [*RangeError].
func (c *Calendar) StartOf(d Date) (time.Time, error) {
	i, err := c.indexOf(d)
	if err != nil {
		return time.Time{}, err
	}
	return c.instant(c.starts[i]), nil
}

// EndOf returns the first instant of the next local day, which is the first
// that no longer belongs to d (T3). A date outside the calendar's years is a
// [*RangeError].
func (c *Calendar) EndOf(d Date) (time.Time, error) {
	i, err := c.indexOf(d)
	if err != nil {
		return time.Time{}, err
	}
	return c.instant(c.starts[i+1]), nil
}

// Holiday returns the holiday observed on a date, and whether there is one
// (T2). A date outside the calendar's years is a [*RangeError].
func (c *Calendar) Holiday(d Date) (Holiday, bool, error) {
	if _, err := c.indexOf(d); err != nil {
		return Holiday{}, false, err
	}
	i, found := c.findHoliday(d)
	if !found {
		return Holiday{}, false, nil
	}
	return c.holidays[i], true, nil
}

// findHoliday returns the index of the first holiday on a date or after it,
// and whether it is on it.
func (c *Calendar) findHoliday(d Date) (int, bool) {
	return slices.BinarySearchFunc(c.holidays, d, func(h Holiday, d Date) int { return h.Date.Compare(d) })
}

// Holidays returns the holidays observed in a year, in order of date; the
// slice is the caller's. Where two fall on the same date, both are in it. A
// year that the calendar does not support is a [*RangeError].
func (c *Calendar) Holidays(year int) ([]Holiday, error) {
	first, last := c.Years()
	if year < first || year > last || year < minYear {
		e := &RangeError{First: first, Last: last}
		if d, err := NewDate(year, time.January, 1); err == nil {
			e.Date = d
		}
		return nil, e
	}
	from, _ := c.findHoliday(Date{civilDay(year, time.January, 1)})
	until, _ := c.findHoliday(Date{civilDay(year, time.December, 31) + 1})
	return slices.Clone(c.holidays[from:until]), nil
}

// IsBusinessDay reports whether a date is neither weekend nor holiday. A date
// outside the calendar's years is a [*RangeError].
func (c *Calendar) IsBusinessDay(d Date) (bool, error) {
	i, err := c.indexOf(d)
	if err != nil {
		return false, err
	}
	return c.business[i] < c.business[i+1], nil
}

// BusinessDays counts the business days from the local day of one instant up
// to, but not including, the local day of another: the count of T4, where
// from is when notice is given and to when the session starts. A week of five
// working days, Monday to Monday, is 5, and the same day is 0. Where to is on
// an earlier day the count is the same, negative. An instant outside the
// calendar's years is a [*RangeError].
func (c *Calendar) BusinessDays(from, to time.Time) (int, error) {
	i, ok := c.index(from.Unix())
	if !ok {
		return 0, c.outside(from)
	}
	j, ok := c.index(to.Unix())
	if !ok {
		return 0, c.outside(to)
	}
	return int(c.business[j] - c.business[i]), nil
}

// BusinessDaysBetween is [Calendar.BusinessDays] for dates.
func (c *Calendar) BusinessDaysBetween(from, to Date) (int, error) {
	i, err := c.indexOf(from)
	if err != nil {
		return 0, err
	}
	j, err := c.indexOf(to)
	if err != nil {
		return 0, err
	}
	return int(c.business[j] - c.business[i]), nil
}

// BusinessDayBefore returns the n-th business day before a date, which itself
// does not count: with 1 the nearest one. An n below 1 is a [*FieldError]; a
// date, or a result, outside the calendar's years is a [*RangeError].
func (c *Calendar) BusinessDayBefore(d Date, n int) (Date, error) {
	i, err := c.indexOf(d)
	if err != nil {
		return Date{}, err
	}
	if n < 1 {
		return Date{}, &FieldError{Field: "n", Problem: "must be at least 1, not " + strconv.Itoa(n)}
	}
	rank := int(c.business[i])
	if n > rank {
		return Date{}, c.outsideDate(c.first.AddDays(-1))
	}
	return c.date(int(c.businessDay[rank-n])), nil
}

// BusinessDayAfter returns the n-th business day after a date, which itself
// does not count: with 1 the nearest one. Its errors are those of
// [Calendar.BusinessDayBefore].
func (c *Calendar) BusinessDayAfter(d Date, n int) (Date, error) {
	i, err := c.indexOf(d)
	if err != nil {
		return Date{}, err
	}
	if n < 1 {
		return Date{}, &FieldError{Field: "n", Problem: "must be at least 1, not " + strconv.Itoa(n)}
	}
	rank := int(c.business[i+1]) - 1
	if n >= len(c.businessDay)-rank {
		return Date{}, c.outsideDate(c.date(len(c.starts) - 1))
	}
	return c.date(int(c.businessDay[rank+n])), nil
}
