package calendar

import (
	"sort"
	"time"
)

// maxOffset is more seconds than any zone has been from UTC. What a clock
// shows can only be found in periods this close to it.
const maxOffset = 2 * secPerDay

// period is a stretch of time during which a zone keeps the same offset from
// UTC. Both ends are in Unix seconds, until excluded.
type period struct {
	from, until int64
	offset      int64 // seconds east of UTC
}

// periods are those of a zone, in order and without holes, over the years of
// a calendar and a little more. They are worked out once, because a zone may
// keep its rules as a formula that is costly to ask each time.
type periods []period

// zonePeriods lists the periods of loc between two Unix seconds.
func zonePeriods(loc *time.Location, from, until int64) periods {
	var all periods
	for at := from; at < until; {
		t := time.Unix(at, 0).In(loc)
		_, offset := t.Zone()
		end := until
		if _, e := t.ZoneBounds(); !e.IsZero() && e.Unix() < until {
			// Where a zone is a formula, the standard library ends each year
			// after 365 days: on the last day of a leap year the bound lies in
			// the past. Go on by minutes there, since zones change at one.
			end = max(e.Unix(), at-at%60+60)
		}
		if n := len(all); n > 0 && all[n-1].offset == int64(offset) {
			all[n-1].until = end // only the name changed
		} else {
			all = append(all, period{at, end, int64(offset)})
		}
		at = end
	}
	return all
}

// at returns the index of the period in which an instant lies; of the first
// for what is before them all.
func (p periods) at(sec int64) int {
	return max(0, sort.Search(len(p), func(i int) bool { return p[i].from > sec })-1)
}

// dayStarts returns, for n days from first on and for the day after them, the
// Unix second at which each begins: the instant from which the local date is
// that day or a later one and never again an earlier one. A day whose midnight
// is skipped begins at the change; a date that a zone skipped altogether
// begins when the next one does, so it is empty.
func (p periods) dayStarts(first Date, n int) []int64 {
	starts := make([]int64, n+1)
	i := 0
	for k := range starts {
		wall := first.wall() + int64(k)*secPerDay
		// The last period in which the clock still shows an earlier day.
		for j := i + 1; j < len(p) && p[j].from <= wall+maxOffset; j++ {
			if p[j].from+p[j].offset < wall {
				i = j
			}
		}
		starts[k] = min(p[i].until, wall-p[i].offset)
	}
	return starts
}
