package calendar

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
)

// observed lists the days within the years on which the holidays are observed,
// in order.
func observed(rules []*cal.Holiday, first, last int) []Holiday {
	var all []Holiday
	for _, rule := range rules {
		// A year more on each side: a holiday can be moved across New Year.
		for year := first - 1; year <= last+1; year++ {
			d := observedOn(rule, year)
			if y := d.Year(); y >= first && y <= last {
				all = append(all, Holiday{d, rule.Name})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Holiday) int { return a.Date.Compare(b.Date) })
	return all
}

// observedOn returns the day on which a holiday of a year is observed, or the
// zero Date.
//
// rickar/cal computes with times of the machine's own zone. Where that zone
// skips a midnight, the start of a day comes out as 23:00 of the day before,
// with the wrong weekday: so only the day itself is taken from rickar/cal, a
// few hours later, and moved here.
func observedOn(rule *cal.Holiday, year int) Date {
	unmoved := *rule
	unmoved.Observed = nil
	actual, _ := unmoved.Calc(year)
	if actual.IsZero() {
		return Date{}
	}
	actual = actual.Add(6 * time.Hour)
	d := dateIn(actual, actual.Location())
	for _, alt := range rule.Observed {
		if alt.Day == d.Weekday() {
			return d.AddDays(alt.Offset)
		}
	}
	return d
}
