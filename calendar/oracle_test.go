package calendar_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/calendar"
)

// An oracle answers as the rules are written, by walking: from day to day with
// time.AddDate, from minute to minute with time.Add, asking the zone each
// time. It shares nothing with the package but the list of holidays, which
// tests of its own check against what was published.
type oracle struct {
	name     string
	c        *calendar.Calendar
	loc      *time.Location
	changes  []time.Time
	holidays map[string]bool
}

func oracles(t *testing.T) []*oracle {
	t.Helper()
	var all []*oracle
	for _, name := range zoneNames {
		o := &oracle{name: name, c: in(t, name), loc: zone(t, name), holidays: map[string]bool{}}
		o.changes = changes(o.loc)
		for year := 2009; year <= 2036; year++ {
			for _, h := range must[[]calendar.Holiday](t)(o.c.Holidays(year)) {
				o.holidays[h.Date.String()] = true
			}
		}
		all = append(all, o)
	}
	return all
}

// midnight is the local date of t, as midnight UTC.
func (o *oracle) midnight(t time.Time) time.Time {
	y, m, d := t.In(o.loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (o *oracle) isBusiness(d time.Time) bool {
	s := d.Format(time.DateOnly)
	never := o.name == "Pacific/Apia" && s == "2011-12-30"
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && !o.holidays[s] && !never
}

// inTime judges notice given at now for a session at start.
func (o *oracle) inTime(n calendar.Notice, now, start time.Time) bool {
	if !now.Before(start) {
		return false
	}
	enough := func(given, amount int64) bool {
		if n.ExactlyIsShort {
			return given > amount
		}
		return given >= amount
	}
	switch {
	case n.Unit == calendar.ElapsedHours:
		return enough(int64(start.Sub(now)), int64(n.Amount)*int64(time.Hour))
	case n.Elapsed:
		return enough(int64(start.Sub(now)), int64(n.Amount)*24*int64(time.Hour))
	}
	return enough(int64(max(0, o.days(n, now, start))), int64(n.Amount))
}

// days counts the days of notice; for clear days on the same day it is -1.
func (o *oracle) days(n calendar.Notice, now, start time.Time) int {
	given, session := o.midnight(now), o.midnight(start)
	if !n.DeemedAfter.IsZero() {
		l := now.In(o.loc)
		if l.Hour()*60+l.Minute() >= n.DeemedAfter.Hour()*60+n.DeemedAfter.Minute() {
			for given = given.AddDate(0, 0, 1); !o.isBusiness(given); given = given.AddDate(0, 0, 1) {
			}
		}
	}
	count := 0
	for d := given; d.Before(session); d = d.AddDate(0, 0, 1) {
		if n.Unit != calendar.BusinessDays || o.isBusiness(d) {
			count++
		}
	}
	if n.Unit == calendar.ClearDays {
		count--
	}
	return count
}

// anInstant draws one from 2011 to 2035, every other time near a clock change,
// and often at a midnight or a full hour.
func (o *oracle) anInstant(t *rapid.T, label string) time.Time {
	const day = 24 * 60 * 60
	sec := rapid.Int64Range(1293840000+10*day, 2051222400).Draw(t, label)
	v := time.Unix(sec, 0)
	if len(o.changes) > 0 && rapid.Bool().Draw(t, label+" near a change") {
		change := o.changes[int(sec)%len(o.changes)]
		v = change.Add(time.Duration(rapid.Int64Range(-3*day, 12*day).Draw(t, label+" from it")) * time.Second)
	}
	switch rapid.IntRange(0, 3).Draw(t, label+" rounded") {
	case 0:
		y, m, d := v.In(o.loc).Date()
		v = time.Date(y, m, d, 0, 0, 0, 0, o.loc)
	case 1:
		v = v.Truncate(time.Hour)
	case 2:
		v = v.Add(time.Duration(rapid.IntRange(0, 999_999_999).Draw(t, label+" ns")))
	}
	return v.UTC()
}

func aNotice(t *rapid.T) calendar.Notice {
	n := calendar.Notice{
		Unit:           rapid.SampledFrom([]calendar.Unit{1, 2, 3, 4}).Draw(t, "unit"),
		Amount:         rapid.IntRange(0, 15).Draw(t, "amount"),
		ExactlyIsShort: rapid.Bool().Draw(t, "exactly is short"),
	}
	switch n.Unit {
	case calendar.ElapsedHours:
		n.Amount *= 12
	case calendar.CalendarDays:
		n.Elapsed = rapid.Bool().Draw(t, "elapsed")
	case calendar.ClearDays:
	case calendar.BusinessDays:
		// By day, since a time that is skipped or repeated has tests of its own.
		if rapid.Bool().Draw(t, "deemed") {
			n.DeemedAfter = calendar.MustClock(rapid.IntRange(6, 21).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"))
		}
	}
	return n
}

// St John's set its clocks back from 00:01 into the day before, so by the wall
// its dates were not in order; a day of the package always is one stretch.
func (o *oracle) datesAreInOrder() bool { return o.name != "America/St_Johns" }

func TestT4CutOffsAgreeWithWalking(t *testing.T) {
	all := slices.DeleteFunc(oracles(t), func(o *oracle) bool { return !o.datesAreInOrder() })
	rapid.Check(t, func(t *rapid.T) {
		for range drawn() {
			o := rapid.SampledFrom(all).Draw(t, "zone")
			n, start := aNotice(t), o.anInstant(t, "start")
			cut, err := o.c.CutOff(n, start)
			if err != nil {
				t.Fatal(err)
			}
			if cut.At.After(start) {
				t.Fatalf("T3 the cut-off %s is after the start", cut.At)
			}
			back := time.Duration(rapid.Int64Range(0, int64(30*24*time.Hour)).Draw(t, "before the start"))
			for _, now := range []time.Time{
				cut.At.Add(-1), cut.At, cut.At.Add(1), cut.At.Add(-time.Hour), cut.At.Add(time.Hour),
				start, start.Add(-1), start.Add(1), start.Add(-back),
			} {
				if got, want := cut.InTime(now), o.inTime(n, now, start); got != want {
					t.Fatalf("%s, %s, start %s, given %s: in time %v, want %v; cut-off %s",
						o.name, n, start.In(o.loc), now.In(o.loc), got, want, cut.At)
				}
			}
			now := start.Add(-back)
			given, err := o.c.Given(n, now, start)
			if err != nil {
				t.Fatal(err)
			}
			exact := n
			exact.Amount, exact.ExactlyIsShort = given, false
			if now.Before(start) && !o.inTime(exact, now, start) {
				t.Fatalf("%s given at %s, which is not enough for it", n.Unit.Count(given), now)
			}
			if exact.Amount++; o.inTime(exact, now, start) {
				t.Fatalf("%s given at %s, but more is given", n.Unit.Count(given), now)
			}
		}
	})
}

func TestT3CutOffsAreMonotonic(t *testing.T) {
	all := oracles(t)
	rapid.Check(t, func(t *rapid.T) {
		for range drawn() {
			o := rapid.SampledFrom(all).Draw(t, "zone")
			n, a, b := aNotice(t), o.anInstant(t, "start"), o.anInstant(t, "other")
			if b.Before(a) {
				a, b = b, a
			}
			near := a.Add(time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "later")))
			first := cutOff(t, o, n, a)
			for _, later := range []time.Time{b, near} {
				if cut := cutOff(t, o, n, later); cut.At.Before(first.At) {
					t.Fatalf("%s: a start at %s has its cut-off at %s, one at %s at %s", n, a, first.At, later, cut.At)
				}
			}
			more := n
			more.Amount++
			if cut := cutOff(t, o, more, a); cut.At.After(first.At) {
				t.Fatalf("%s: cut-off %s, for one more %s", n, first.At, cut.At)
			}
			more = n
			more.ExactlyIsShort = true
			if cut := cutOff(t, o, more, a); cut.At.After(first.At) {
				t.Fatalf("%s: cut-off %s, where exactly is short %s", n, first.At, cut.At)
			}
		}
	})
}

func cutOff(t *rapid.T, o *oracle, n calendar.Notice, start time.Time) calendar.CutOff {
	cut, err := o.c.CutOff(n, start)
	if err != nil {
		t.Fatal(err)
	}
	return cut
}

func TestT4BusinessDaysAgreeWithWalking(t *testing.T) {
	all := slices.DeleteFunc(oracles(t), func(o *oracle) bool { return !o.datesAreInOrder() })
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(all).Draw(t, "zone")
		from := o.anInstant(t, "from")
		to := from.Add(time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(t, "later")))
		want := o.days(calendar.Notice{Unit: calendar.BusinessDays}, from, to)
		got, err := o.c.BusinessDays(from, to)
		back, berr := o.c.BusinessDays(to, from)
		if err != nil || berr != nil || got != want || back != -want {
			t.Fatalf("%s: %d, %v and %d, %v; want %d", o.name, got, err, back, berr, want)
		}
		d, _ := o.c.DateOf(to)
		if n := max(1, want); want > 0 {
			nth, err := o.c.BusinessDayBefore(d, n)
			if err != nil {
				t.Fatal(err)
			}
			if again, _ := o.c.BusinessDaysBetween(nth, d); again != n {
				t.Fatalf("the %d. business day before %s is %s, %d before", n, d, nth, again)
			}
			after, err := o.c.BusinessDayAfter(nth, n)
			if again, _ := o.c.BusinessDaysBetween(nth, after); err != nil || again != n {
				t.Fatalf("the %d. business day after %s is %s, %d after", n, nth, after, again)
			}
		}
	})
}

func TestT5ResolveIsTheInverseOfLocalOf(t *testing.T) {
	all := oracles(t)
	rapid.Check(t, func(t *rapid.T) {
		for range drawn() {
			o := rapid.SampledFrom(all).Draw(t, "zone")
			v := o.anInstant(t, "instant").Truncate(time.Minute)
			l, err := o.c.LocalOf(v)
			if err != nil {
				t.Fatal(err)
			}
			if want := v.In(o.loc).Format("2006-01-02 15:04"); l.Date.String()+" "+l.Clock.String() != want {
				t.Fatalf("%s: %s is %v, want %s", o.name, v, l, want)
			}
			back, err := o.c.Resolve(l)
			if err != nil || !back.Equal(v) {
				t.Fatalf("%s: %s came back from %v as %s, %v", o.name, v, l, back, err)
			}
			unsaid := l
			unsaid.Fold = calendar.FoldUnsaid
			if _, err = o.c.Resolve(unsaid); (err != nil) != (l.Fold != calendar.FoldUnsaid) {
				t.Fatalf("%s: %v without its fold: %v", o.name, l, err)
			}
		}
	})
}

// showing lists the instants, in order, at which the clock of a zone shows a
// time, by trying every offset that it has around then.
func (o *oracle) showing(wall time.Time) []time.Time {
	var found []time.Time
	for q := wall.Add(-30 * time.Hour); q.Before(wall.Add(30 * time.Hour)); q = q.Add(10 * time.Minute) {
		_, offset := q.In(o.loc).Zone()
		v := wall.Add(-time.Duration(offset) * time.Second)
		if v.In(o.loc).Format(time.DateTime) == wall.Format(time.DateTime) && !slices.ContainsFunc(found, v.Equal) {
			found = append(found, v)
		}
	}
	slices.SortFunc(found, time.Time.Compare)
	return found
}

func TestT5ResolveFindsEveryInstant(t *testing.T) {
	all := oracles(t)
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(all).Draw(t, "zone")
		wall := o.anInstant(t, "wall").Truncate(time.Minute)
		if len(o.changes) > 0 && rapid.Bool().Draw(t, "close to a change") {
			change := o.changes[rapid.IntRange(0, len(o.changes)-1).Draw(t, "change")]
			_, offset := change.Add(-1).In(o.loc).Zone()
			wall = change.Add(time.Duration(offset)*time.Second + time.Duration(rapid.IntRange(-90, 90).Draw(t, "minutes"))*time.Minute)
		}
		l := calendar.Local{
			Date:  calendar.MustDate(wall.Year(), wall.Month(), wall.Day()),
			Clock: calendar.MustClock(wall.Hour(), wall.Minute()),
			Fold:  rapid.SampledFrom([]calendar.Fold{0, 1, 2}).Draw(t, "fold"),
		}
		found := o.showing(wall)
		got, err := o.c.Resolve(l)
		var gap *calendar.GapError
		var twice *calendar.AmbiguousError
		switch {
		case len(found) == 0:
			if !errors.As(err, &gap) || gap.Before.Date.IsZero() {
				t.Fatalf("%s: %v is %s, %v; want a GapError", o.name, l, got, err)
			}
		case len(found) == 1:
			if err != nil || !got.Equal(found[0]) {
				t.Fatalf("%s: %v is %s, %v; want %s", o.name, l, got, err, found[0])
			}
		case l.Fold == calendar.FoldUnsaid:
			if !errors.As(err, &twice) || !twice.Earlier.Equal(found[0]) || !twice.Later.Equal(found[1]) {
				t.Fatalf("%s: %v is %s, %v; want an AmbiguousError of %v", o.name, l, got, err, found)
			}
		default:
			if err != nil || !got.Equal(found[int(l.Fold)-1]) {
				t.Fatalf("%s: %v is %s, %v; want one of %v", o.name, l, got, err, found)
			}
		}
	})
}

// open judges opening hours by what the clock on the wall shows.
func (o *oracle) open(h calendar.Hours, t time.Time) bool {
	l := t.In(o.loc)
	date := l.Format(time.DateOnly)
	if h.Closed.AllHolidays && o.holidays[date] {
		return false
	}
	for _, d := range h.Closed.Dates {
		if d.String() == date {
			return false
		}
	}
	for _, w := range h.Windows {
		now := l.Format("15:04")
		if w.Days.Has(l.Weekday()) && w.From.String() <= now && now < w.To.String() {
			return true
		}
	}
	return false
}

func someHours(t *rapid.T, near calendar.Date) calendar.Hours {
	var h calendar.Hours
	h.Closed.AllHolidays = rapid.Bool().Draw(t, "holidays")
	if rapid.Bool().Draw(t, "a closed date") {
		h.Closed.Dates = []calendar.Date{near.AddDays(rapid.IntRange(-1, 3).Draw(t, "which"))}
	}
	for range rapid.IntRange(1, 3).Draw(t, "windows") {
		from := rapid.IntRange(0, 47).Draw(t, "from")
		to := rapid.IntRange(from+1, 48).Draw(t, "to")
		h.Windows = append(h.Windows, calendar.Window{
			Days: calendar.Weekdays(rapid.IntRange(1, 127).Draw(t, "days")),
			From: calendar.MustClock(from/2, from%2*30), To: calendar.MustClock(to/2, to%2*30),
		})
	}
	return h // windows may overlap: Validate refuses it, the answers hold all the same
}

func TestT6HoursAgreeWithStepping(t *testing.T) {
	all := oracles(t)
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(all).Draw(t, "zone")
		now := o.anInstant(t, "now")
		d, err := o.c.DateOf(now)
		if err != nil {
			t.Fatal(err)
		}
		h := someHours(t, d)
		open, err := h.Open(o.c, now)
		if err != nil || open != o.open(h, now) {
			t.Fatalf("%s: open at %s: %v, %v", o.name, now.In(o.loc), open, err)
		}
		// The first minute from now on at which it is as asked. Clock changes
		// and windows are at whole minutes.
		first := func(from time.Time, open bool) (time.Time, bool) {
			if o.open(h, from) == open {
				return from, true
			}
			from = from.Truncate(time.Minute)
			for m := from; m.Before(from.AddDate(0, 0, 20)); m = m.Add(time.Minute) {
				if o.open(h, m) == open {
					return m, true
				}
			}
			return time.Time{}, false
		}
		if want, ok := first(now, true); ok {
			if got, err := h.Next(o.c, now); err != nil || !got.Equal(want) {
				t.Fatalf("%s: from %s on opens %s, %v; want %s", o.name, now.In(o.loc), got, err, want.In(o.loc))
			}
		}
		if want, ok := first(now, false); ok && open {
			if got, err := h.Closes(o.c, now); err != nil || !got.Equal(want) {
				t.Fatalf("%s: open at %s closes %s, %v; want %s", o.name, now.In(o.loc), got, err, want.In(o.loc))
			}
		}
	})
}
