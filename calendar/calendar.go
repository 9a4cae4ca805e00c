package calendar

import (
	"slices"
	"strconv"
	"time"

	"github.com/rickar/cal/v2"
)

// Calendar answers what a practice's own clock and bank holidays say (T1): on
// which local date an instant falls, when a day begins and ends, which days
// are business days, and by when notice has to be given.
//
// A Calendar covers a fixed range of years and is computed in full when it is
// made: questions are answered from tables, in constant time, without
// allocating and without asking the zone. It never changes, so any number of
// goroutines can share one. What lies outside its years is a [*RangeError],
// never silently a working day (T2).
//
// Make one with [UK] or [New]. The zero value holds no years and answers every
// question with a RangeError.
type Calendar struct {
	loc         *time.Location
	weekend     [7]bool
	firstYear   int
	lastYear    int
	first       Date      // 1 January of the first year
	zone        periods   // offsets from UTC, over the years and a few days more
	starts      []int64   // Unix second at which day i begins; one more than there are days
	holidays    []Holiday // in order of date
	business    []int32   // how many business days there are before day i; one more than there are days
	businessDay []int32   // the index of the k-th business day
}

// Holiday is a day on which a bank holiday is observed: where it is moved
// because it falls on a weekend, the day that it is moved to.
type Holiday struct {
	Date Date   `json:"date"`
	Name string `json:"name"`
}

// Options are what [New] makes a calendar of.
type Options struct {
	// Location is the practice's zone. Required.
	Location *time.Location
	// Holidays are rules from rickar/cal or written like them: those of a
	// country's package, or the host's own. What counts is the day a holiday
	// is observed.
	Holidays []*cal.Holiday
	// First and Last are the years supported, both included; at most 400.
	First, Last int
	// Weekend is the days of the week that are never business days: Saturday
	// and Sunday where it is nil, none where it is empty.
	Weekend []time.Weekday
	// Removed are dates that are no holidays, whatever the rules say. Dates
	// that are none already make no difference.
	Removed []Date
	// Extra are holidays beyond the rules. They come after Removed, and one
	// on the date of a holiday replaces it, so a holiday is renamed by Extra
	// and moved by both.
	Extra []Holiday
}

const maxYears = 400

// New makes a calendar. Options that make no sense are a [*FieldError], and
// extra or removed dates outside its years a [*RangeError]. It takes a few
// milliseconds for thirty years: make one per practice's zone and division, not
// one per question.
func New(o Options) (*Calendar, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	c := &Calendar{loc: o.Location, firstYear: o.First, lastYear: o.Last}
	c.first = Date{civilDay(o.First, time.January, 1)}
	days := int(civilDay(o.Last, time.December, 31)-c.first.n) + 1
	c.weekend[time.Saturday], c.weekend[time.Sunday] = o.Weekend == nil, o.Weekend == nil
	for _, d := range o.Weekend {
		c.weekend[d] = true
	}
	from := c.first.wall()
	until := from + int64(days)*secPerDay
	c.zone = zonePeriods(o.Location, from-maxOffset, until+maxOffset)
	c.starts = c.zone.dayStarts(c.first, days)
	c.holidays = observed(o.Holidays, o.First, o.Last)
	if err := c.amend(o.Extra, o.Removed); err != nil {
		return nil, err
	}
	return c, nil
}

func (o Options) validate() error {
	switch {
	case o.Location == nil:
		return &FieldError{Field: "location", Problem: "must be given"}
	case o.First < minYear || o.First > maxYear:
		return &FieldError{Field: "first", Problem: "must be a year from 1 to 9999, not " + strconv.Itoa(o.First)}
	case o.Last < o.First || o.Last > maxYear:
		return &FieldError{Field: "last", Problem: "must be a year from the first, " + strconv.Itoa(o.First) + ", to 9999, not " +
			strconv.Itoa(o.Last)}
	case o.Last-o.First >= maxYears:
		return &FieldError{Field: "last", Problem: "must be at most " + strconv.Itoa(maxYears) + " years from the first"}
	}
	var seen [7]bool
	left := len(seen)
	for i, d := range o.Weekend {
		if d < time.Sunday || d > time.Saturday {
			return &FieldError{Field: "weekend[" + strconv.Itoa(i) + "]", Problem: "must be a day of the week, from 0 for Sunday to 6"}
		}
		if !seen[d] {
			seen[d] = true
			left--
		}
	}
	if left == 0 {
		return &FieldError{Field: "weekend", Problem: "must leave a day to work on"}
	}
	for i, h := range o.Holidays {
		if h == nil {
			return &FieldError{Field: "holidays[" + strconv.Itoa(i) + "]", Problem: "must not be nil"}
		}
		if h.Func == nil { // rickar/cal would take it for a holiday that never is
			return &FieldError{Field: "holidays[" + strconv.Itoa(i) + "].func", Problem: "must be given"}
		}
	}
	return nil
}

// With returns a calendar that differs in its holidays, as
// [Options].Removed and [Options].Extra describe, and leaves c as it is: a
// proclaimed one-off day can be added while others go on using c (T2).
func (c *Calendar) With(extra []Holiday, removed []Date) (*Calendar, error) {
	if c == nil {
		return nil, &RangeError{}
	}
	changed := *c // the tables of the zone are shared: nothing writes to them
	changed.holidays = slices.Clone(c.holidays)
	if err := changed.amend(extra, removed); err != nil {
		return nil, err
	}
	return &changed, nil
}

// amend takes holidays out and puts holidays in, and counts the business days
// anew.
func (c *Calendar) amend(extra []Holiday, removed []Date) error {
	gone := map[Date]bool{}
	added := map[Date]string{}
	for i, d := range removed {
		if err := c.checkDate(d, "removed", i, "date"); err != nil {
			return err
		}
		gone[d] = true
	}
	for i, h := range extra {
		if err := c.checkDate(h.Date, "extra", i, "date"); err != nil {
			return err
		}
		if h.Name == "" {
			return &FieldError{Field: "extra[" + strconv.Itoa(i) + "].name", Problem: "must be given"}
		}
		gone[h.Date] = true
		added[h.Date] = h.Name
	}
	c.holidays = slices.DeleteFunc(c.holidays, func(h Holiday) bool { return gone[h.Date] })
	for d, name := range added {
		c.holidays = append(c.holidays, Holiday{d, name})
	}
	slices.SortStableFunc(c.holidays, func(a, b Holiday) int { return a.Date.Compare(b.Date) })
	c.count()
	return nil
}

func (c *Calendar) checkDate(d Date, list string, i int, field string) error {
	if d.IsZero() {
		path := list + "[" + strconv.Itoa(i) + "]"
		if list == "extra" {
			path += "." + field
		}
		return &FieldError{Field: path, Problem: "must be a date"}
	}
	_, err := c.indexOf(d)
	return err
}

// count fills the tables of business days.
func (c *Calendar) count() {
	days := max(0, len(c.starts)-1)
	c.business = make([]int32, len(c.starts))
	c.businessDay = make([]int32, 0, days)
	next := 0 // the first holiday that is not before the day
	for i := range days {
		d := Date{c.first.n + int32(i)}
		for next < len(c.holidays) && c.holidays[next].Date.Before(d) {
			next++
		}
		holiday := next < len(c.holidays) && c.holidays[next].Date == d
		happens := c.starts[i] < c.starts[i+1] // false for a date that the zone skipped
		c.business[i] = int32(len(c.businessDay))
		if happens && !holiday && !c.weekend[d.Weekday()] {
			c.businessDay = append(c.businessDay, int32(i))
		}
	}
	if len(c.business) > 0 {
		c.business[days] = int32(len(c.businessDay))
	}
}

// Location returns the practice's zone, in which results are given; UTC for
// the zero value.
func (c *Calendar) Location() *time.Location {
	if c == nil || c.loc == nil {
		return time.UTC
	}
	return c.loc
}

// Years returns the years supported, both included.
func (c *Calendar) Years() (first, last int) {
	if c == nil {
		return 0, 0
	}
	return c.firstYear, c.lastYear
}

// instant returns a Unix second as a time in the calendar's zone.
func (c *Calendar) instant(sec int64) time.Time { return time.Unix(sec, 0).In(c.Location()) }

// outside is the error for an instant that is not in the calendar's years.
func (c *Calendar) outside(t time.Time) error {
	first, last := c.Years()
	return &RangeError{Date: dateIn(t, c.Location()), First: first, Last: last}
}

// outsideDate is the error for a date that is not in the calendar's years.
func (c *Calendar) outsideDate(d Date) error {
	first, last := c.Years()
	return &RangeError{Date: d, First: first, Last: last}
}
