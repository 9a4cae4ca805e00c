package calendar_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/us"

	"github.com/sessional-go/sessional/calendar"
)

func TestT1DateIsThePracticesOwn(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	for _, tc := range []struct{ name, at, want string }{
		{"T1 still 7 July in UTC", "2026-07-07T23:00:00Z", "2026-07-08"},
		{"T1 the nanosecond before", "2026-07-07T22:59:59.999999999Z", "2026-07-07"},
		{"T1 given in a far zone", "2026-07-08T13:00:00+14:00", "2026-07-08"},
		{"T1 winter", "2026-01-07T23:59:59Z", "2026-01-07"},
		{"T1 the first instant", "2011-01-01T00:00:00Z", "2011-01-01"},
		{"T1 the last instant", "2040-12-31T23:59:59.999999999Z", "2040-12-31"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, err := c.DateOf(at(t, tc.at)); err != nil || got.String() != tc.want {
				t.Errorf("got %s, %v; want %s", got, err, tc.want)
			}
		})
	}
}

// Every zone, every day of it, against the standard library.
func TestT1DaysOfEveryZone(t *testing.T) {
	for _, name := range zoneNames {
		t.Run("T1 "+name, func(t *testing.T) {
			c := in(t, name)
			loc := c.Location()
			for d := calendar.MustDate(2009, 1, 1); d.Year() < 2037; d = d.AddDays(1) {
				start, end := must[time.Time](t)(c.StartOf(d)), must[time.Time](t)(c.EndOf(d))
				if next, err := c.StartOf(d.AddDays(1)); err == nil && !next.Equal(end) {
					t.Fatalf("%s ends at %s, the next day begins at %s", d, end, next)
				}
				if start.Equal(end) {
					if name != "Pacific/Apia" || d.String() != "2011-12-30" {
						t.Errorf("%s is empty", d)
					}
					continue
				}
				if got := start.Location(); got != loc {
					t.Fatalf("%s begins in the zone %s", d, got)
				}
				for _, in := range []time.Time{start, start.Add(end.Sub(start) / 2), end.Add(-1)} {
					if got := must[calendar.Date](t)(c.DateOf(in.UTC())); got != d {
						t.Fatalf("%s is on %s, want %s", in, got, d)
					}
				}
				// By the clock on the wall the day before ends here for good.
				y, m, dd := start.Date()
				if calendar.MustDate(y, m, dd) != d {
					t.Fatalf("%s begins at %s", d, start)
				}
				if y, m, dd = start.Add(-1).Date(); !calendar.MustDate(y, m, dd).Before(d) {
					t.Fatalf("%s begins after %s", d, start.Add(-1))
				}
			}
		})
	}
}

func TestT1StartsOfOddDays(t *testing.T) {
	for _, tc := range []struct{ name, zone, date, start, end string }{
		{"T1 Sao Paulo skips midnight", "America/Sao_Paulo", "2017-10-15", "2017-10-15T01:00:00-02:00", "2017-10-16T00:00:00-02:00"},
		{"T1 Sao Paulo repeats 23:00", "America/Sao_Paulo", "2018-02-17", "2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00"},
		{"T1 Beirut skips midnight", "Asia/Beirut", "2024-03-31", "2024-03-31T01:00:00+03:00", "2024-04-01T00:00:00+03:00"},
		{"T1 Apia before the skipped date", "Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00"},
		{"T1 Apia on the skipped date", "Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"},
		{"T1 Lord Howe, half an hour", "Australia/Lord_Howe", "2026-04-05", "2026-04-05T00:00:00+11:00", "2026-04-06T00:00:00+10:30"},
		{"T1 Kolkata", "Asia/Kolkata", "2026-04-05", "2026-04-05T00:00:00+05:30", "2026-04-06T00:00:00+05:30"},
		{"T1 St John's, back over midnight", "America/St_Johns", "2010-11-07", "2010-11-07T00:00:00-03:30", "2010-11-08T00:00:00-03:30"},
		{"T1 London in spring, 23 hours", "Europe/London", "2026-03-29", "2026-03-29T00:00:00Z", "2026-03-30T00:00:00+01:00"},
		{"T1 London in autumn, 25 hours", "Europe/London", "2026-10-25", "2026-10-25T00:00:00+01:00", "2026-10-26T00:00:00Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := in(t, tc.zone)
			got := []string{
				instant(must[time.Time](t)(c.StartOf(day(t, tc.date)))), instant(must[time.Time](t)(c.EndOf(day(t, tc.date)))),
			}
			if diff := cmp.Diff([]string{instant(at(t, tc.start)), instant(at(t, tc.end))}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if must[bool](t)(in(t, "Pacific/Apia").IsBusinessDay(day(t, "2011-12-30"))) {
		t.Error("a Friday that never happened is a business day")
	}
}

func TestT2OutsideTheYearsIsAnError(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	before, after := day(t, "2010-12-31"), day(t, "2041-01-01")
	inside := day(t, "2026-07-14")
	soon, late := at(t, "2010-12-31T23:59:59.999999999Z"), at(t, "2041-01-01T00:00:00Z")
	now := at(t, "2026-07-14T08:00:00Z")
	week := calendar.Notice{Amount: 7, Unit: calendar.CalendarDays}
	var errs []error
	add := func(_ any, err error) { errs = append(errs, err) }
	for _, d := range []calendar.Date{before, after, {}} {
		add(c.StartOf(d))
		add(c.EndOf(d))
		add(c.IsBusinessDay(d))
		add(c.BusinessDaysBetween(d, inside))
		add(c.BusinessDaysBetween(inside, d))
		add(c.BusinessDayBefore(d, 1))
		add(c.BusinessDayAfter(d, 1))
		_, _, err := c.Holiday(d)
		add(nil, err)
		if !d.IsZero() {
			add(c.Resolve(calendar.Local{Date: d, Clock: calendar.MustClock(8, 0)}))
			add(c.With([]calendar.Holiday{{Date: d, Name: "x"}}, nil))
			add(c.With(nil, []calendar.Date{d}))
		}
	}
	for _, out := range []time.Time{soon, late, {}, time.Unix(1<<62, 0), time.Unix(-1<<62, 0)} {
		add(c.DateOf(out))
		add(c.LocalOf(out))
		add(c.BusinessDays(out, now))
		add(c.BusinessDays(now, out))
		add(c.CutOff(week, out))
		add(c.Given(week, out, now))
		add(c.Given(week, now, out))
	}
	for _, year := range []int{2010, 2041, 0, -1, 10000} {
		add(c.Holidays(year))
	}
	add(c.BusinessDayBefore(day(t, "2011-01-05"), 2))
	add(c.BusinessDayAfter(day(t, "2040-12-30"), 2))
	add(c.CutOff(week, at(t, "2011-01-07T08:00:00Z")))
	add(c.CutOff(calendar.Notice{Amount: 6, Unit: calendar.ClearDays}, at(t, "2011-01-07T08:00:00Z")))
	add(c.CutOff(calendar.Notice{Amount: 4, Unit: calendar.BusinessDays}, at(t, "2011-01-07T08:00:00Z")))
	for i, err := range errs {
		if err == nil {
			t.Errorf("question %d was answered", i)
			continue
		}
		wantRange(t, err)
	}
	// The first and the last day that are inside.
	for _, err := range []error{
		second(c.StartOf(day(t, "2011-01-01"))), second(c.EndOf(day(t, "2040-12-31"))), second(c.Holidays(2011)), second(c.Holidays(2040)),
		second(c.BusinessDayBefore(day(t, "2011-01-05"), 1)), second(c.BusinessDayAfter(day(t, "2040-12-28"), 1)),
		second(c.BusinessDayAfter(day(t, "2040-12-27"), 2)),
		second(c.CutOff(week, at(t, "2011-01-08T08:00:00Z"))),
		second(c.CutOff(calendar.Notice{Amount: 6, Unit: calendar.ClearDays}, at(t, "2011-01-08T08:00:00Z"))),
		second(c.CutOff(calendar.Notice{Amount: 3, Unit: calendar.BusinessDays}, at(t, "2011-01-07T08:00:00Z"))),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if got, want := errs[0].Error(), "Fri 31 Dec 2010 is outside the years 2011 to 2040 whose holidays this calendar knows."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := (&calendar.RangeError{First: 2011, Last: 2040}).Error(), "That date is outside the years 2011 to 2040 whose holidays this calendar knows."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func second[V any](_ V, err error) error { return err }

func TestT2RangeErrorNamesTheLocalDate(t *testing.T) {
	_, err := uk(t, calendar.Scotland).DateOf(at(t, "2041-06-30T23:30:00Z"))
	var e *calendar.RangeError
	if !errors.As(err, &e) || e.Date.String() != "2041-07-01" {
		t.Errorf("got %v", err)
	}
	for _, tc := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(1, 1, 1, 12, 0, 0, 0, time.UTC), "0001-01-01"},
		{time.Date(9999, 12, 31, 12, 0, 0, 0, time.UTC), "9999-12-31"},
		{time.Date(0, 12, 30, 12, 0, 0, 0, time.UTC), ""},
		{time.Date(10000, 1, 1, 12, 0, 0, 0, time.UTC), ""},
	} {
		if _, err := uk(t, calendar.Scotland).DateOf(tc.at); !errors.As(err, &e) || e.Date.String() != tc.want {
			t.Errorf("%s: got %v", tc.at, err)
		}
	}
	_, err = uk(t, calendar.Scotland).Holidays(2041)
	if !errors.As(err, &e) || e.Date.String() != "2041-01-01" {
		t.Errorf("got %v", err)
	}
	_, err = uk(t, calendar.Scotland).BusinessDayAfter(day(t, "2040-12-31"), 1)
	if !errors.As(err, &e) || e.Date.String() != "2041-01-01" {
		t.Errorf("got %v", err)
	}
	_, err = uk(t, calendar.Scotland).BusinessDayBefore(day(t, "2011-01-01"), 1)
	if !errors.As(err, &e) || e.Date.String() != "2010-12-31" {
		t.Errorf("got %v", err)
	}
	_, err = uk(t, calendar.Scotland).CutOff(self, at(t, "2011-01-05T08:00:00Z"))
	if !errors.As(err, &e) || e.Date.String() != "2010-12-31" {
		t.Errorf("got %v", err)
	}
}

func TestZeroCalendarKnowsNothing(t *testing.T) {
	week := calendar.Notice{Amount: 7, Unit: calendar.CalendarDays}
	now, d := at(t, "2026-07-14T08:00:00Z"), day(t, "2026-07-14")
	open := calendar.Hours{Windows: []calendar.Window{{calendar.EveryDay, calendar.MustClock(0, 0), calendar.MustClock(24, 0)}}}
	for name, c := range map[string]*calendar.Calendar{"nil": nil, "zero": {}} {
		var errs []error
		add := func(_ any, err error) { errs = append(errs, err) }
		add(c.DateOf(now))
		add(c.StartOf(d))
		add(c.EndOf(d))
		add(c.LocalOf(now))
		add(c.IsBusinessDay(d))
		add(c.Holidays(2026))
		add(c.Holidays(0))
		add(c.BusinessDays(now, now))
		add(c.BusinessDaysBetween(d, d))
		add(c.BusinessDayBefore(d, 1))
		add(c.BusinessDayAfter(calendar.Date{}, 1))
		add(c.Resolve(calendar.Local{Date: d, Clock: calendar.MustClock(8, 0)}))
		add(c.CutOff(week, now))
		add(c.Given(week, now, now))
		add(c.With([]calendar.Holiday{{Date: d, Name: "x"}}, nil))
		add(open.Open(c, now))
		add(open.Next(c, now))
		add(open.Closes(c, now))
		_, _, err := c.Holiday(d)
		add(nil, err)
		for i, err := range errs {
			var e *calendar.RangeError
			if !errors.As(err, &e) || e.Error() != "This calendar holds no years, so it cannot tell its working days." {
				t.Errorf("%s: question %d: got %v, want a RangeError", name, i, err)
			}
		}
		if first, last := c.Years(); first != 0 || last != 0 || c.Location() != time.UTC {
			t.Errorf("%s: %d to %d in %s", name, first, last, c.Location())
		}
		if got := c.Words(calendar.CutOff{At: now}); got != "08:00 on Tue 14 Jul" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestZeroCalendarWithNothingMore(t *testing.T) {
	c, err := (&calendar.Calendar{}).With(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if first, last := c.Years(); first != 0 || last != 0 {
		t.Errorf("%d to %d", first, last)
	}
}

func TestT4BusinessDaysCount(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	for _, tc := range []struct {
		name, from, to string
		want           int
	}{
		{"T4 Monday to Monday", "2026-07-06", "2026-07-13", 5},
		{"T4 the same day", "2026-07-06", "2026-07-06", 0},
		{"T4 Friday to Monday", "2026-07-10", "2026-07-13", 1},
		{"T4 Saturday to Monday", "2026-07-11", "2026-07-13", 0},
		{"T4 over Easter", "2026-04-02", "2026-04-09", 3},
		{"T4 backwards", "2026-07-13", "2026-07-06", -5},
		{"T4 a whole year", "2026-01-01", "2027-01-01", 253},
	} {
		t.Run(tc.name, func(t *testing.T) {
			from, to := day(t, tc.from), day(t, tc.to)
			if got, err := c.BusinessDaysBetween(from, to); err != nil || got != tc.want {
				t.Errorf("between dates: %d, %v; want %d", got, err, tc.want)
			}
			// At whatever hour of the two days.
			for _, f := range []time.Time{must[time.Time](t)(c.StartOf(from)), must[time.Time](t)(c.EndOf(from)).Add(-1)} {
				for _, e := range []time.Time{must[time.Time](t)(c.StartOf(to)), must[time.Time](t)(c.EndOf(to)).Add(-1)} {
					if got, err := c.BusinessDays(f.UTC(), e); err != nil || got != tc.want {
						t.Errorf("from %s to %s: %d, %v; want %d", f, e, got, err, tc.want)
					}
				}
			}
		})
	}
}

func TestT4NthBusinessDay(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	for _, tc := range []struct {
		from          string
		n             int
		before, after string
	}{
		{"2026-04-09", 1, "2026-04-08", "2026-04-10"},
		{"2026-04-09", 3, "2026-04-02", "2026-04-14"},
		{"2026-04-05", 1, "2026-04-02", "2026-04-07"},
		{"2026-04-06", 2, "2026-04-01", "2026-04-08"},
	} {
		if got, err := c.BusinessDayBefore(day(t, tc.from), tc.n); err != nil || got.String() != tc.before {
			t.Errorf("%d before %s: %s, %v; want %s", tc.n, tc.from, got, err, tc.before)
		}
		if got, err := c.BusinessDayAfter(day(t, tc.from), tc.n); err != nil || got.String() != tc.after {
			t.Errorf("%d after %s: %s, %v; want %s", tc.n, tc.from, got, err, tc.after)
		}
	}
	for _, n := range []int{0, -1} {
		_, err := c.BusinessDayBefore(day(t, "2026-04-09"), n)
		wantField(t, err, "n")
		_, err = c.BusinessDayAfter(day(t, "2026-04-09"), n)
		wantField(t, err, "n")
	}
}

func TestT2HolidaysChangeAtRunTime(t *testing.T) {
	was := uk(t, calendar.EnglandAndWales)
	before := holidays(t, was, 2026)
	king, easter, spring := day(t, "2026-09-14"), day(t, "2026-04-06"), day(t, "2026-05-25")
	c, err := was.With([]calendar.Holiday{
		{Date: king, Name: "Proclaimed"}, {Date: spring, Name: "Spring"}, {Date: day(t, "2026-04-07"), Name: "Easter, moved"},
	}, []calendar.Date{easter, day(t, "2026-07-01")})
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(before)
	want[2] = title{"2026-04-07", "Easter, moved"}
	want[4] = title{"2026-05-25", "Spring"}
	want = slices.Insert(want, 6, title{"2026-09-14", "Proclaimed"})
	if diff := cmp.Diff(want, holidays(t, c, 2026)); diff != "" {
		t.Error(diff)
	}
	if must[bool](t)(c.IsBusinessDay(king)) || !must[bool](t)(c.IsBusinessDay(easter)) || must[bool](t)(c.IsBusinessDay(spring)) {
		t.Error("the business days did not follow")
	}
	if got := must[int](t)(c.BusinessDaysBetween(day(t, "2026-09-07"), day(t, "2026-09-21"))); got != 9 {
		t.Errorf("%d business days over a proclaimed one", got)
	}
	if got := must[int](t)(was.BusinessDaysBetween(day(t, "2026-09-07"), day(t, "2026-09-21"))); got != 10 {
		t.Errorf("%d business days: the calendar it came from has changed", got)
	}
	if diff := cmp.Diff(before, holidays(t, was, 2026)); diff != "" {
		t.Error("the calendar it came from has changed: " + diff)
	}
	hs := must[[]calendar.Holiday](t)(c.Holidays(2026))
	hs[0].Name = "mine"
	if holidays(t, c, 2026)[0].Title == "mine" {
		t.Error("a caller's change reached the calendar")
	}

	_, err = was.With([]calendar.Holiday{{Date: king, Name: "a"}, {Name: "b"}}, nil)
	wantField(t, err, "extra[1].date")
	_, err = was.With([]calendar.Holiday{{Date: king}}, nil)
	wantField(t, err, "extra[0].name")
	_, err = was.With(nil, []calendar.Date{king, {}})
	wantField(t, err, "removed[1]")
}

func TestT2AnyRickarList(t *testing.T) {
	c, err := calendar.New(calendar.Options{
		Location: zone(t, "America/New_York"), Holidays: us.Holidays, First: 2021, Last: 2022,
	})
	if err != nil {
		t.Fatal(err)
	}
	// New Year 2022 was a Saturday, and kept on the Friday before it.
	h, ok, err := c.Holiday(day(t, "2021-12-31"))
	if err != nil || !ok || h.Name != us.NewYear.Name {
		t.Errorf("31 December 2021: %v, %v, %v", h, ok, err)
	}
	if all := holidays(t, c, 2021); all[len(all)-1].Date != "2021-12-31" {
		t.Errorf("the last holiday of 2021 is %v", all[len(all)-1])
	}
	if all := holidays(t, c, 2022); all[0].Date != "2022-01-17" {
		t.Errorf("the first holiday of 2022 is %v", all[0])
	}
	b := cal.NewBusinessCalendar()
	b.AddHoliday(us.Holidays...)
	for d := day(t, "2021-01-01"); d.Year() < 2023; d = d.AddDays(1) {
		want := b.IsWorkday(time.Date(d.Year(), d.Month(), d.Day(), 12, 0, 0, 0, time.UTC))
		if got := must[bool](t)(c.IsBusinessDay(d)); got != want {
			t.Errorf("%s: business day %v, want %v", d.Long(), got, want)
		}
	}
}

func TestT2WeekendIsAnOption(t *testing.T) {
	options := calendar.Options{Location: time.UTC, First: 2026, Last: 2026}
	for _, tc := range []struct {
		name    string
		weekend []time.Weekday
		want    string
	}{
		{"T2 none said", nil, "12345"},
		{"T2 none", []time.Weekday{}, "0123456"},
		{"T2 Friday and Saturday", []time.Weekday{time.Friday, time.Saturday, time.Friday}, "01234"},
		{"T2 all but one, twice", []time.Weekday{0, 0, 1, 1, 2, 3, 4, 5}, "6"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			options.Weekend = tc.weekend
			c := must[*calendar.Calendar](t)(calendar.New(options))
			got := ""
			for i := range 7 { // 1 February 2026 was a Sunday
				if must[bool](t)(c.IsBusinessDay(calendar.MustDate(2026, 2, 1+i))) {
					got += string(rune('0' + i))
				}
			}
			if got != tc.want {
				t.Errorf("business days %s, want %s", got, tc.want)
			}
		})
	}
}

func TestT2TwoHolidaysOnOneDay(t *testing.T) {
	first := &cal.Holiday{Name: "First", Month: time.May, Day: 1, Func: cal.CalcDayOfMonth}
	other := &cal.Holiday{Name: "Other", Month: time.May, Day: 1, Func: cal.CalcDayOfMonth}
	c := must[*calendar.Calendar](t)(calendar.New(calendar.Options{
		Location: time.UTC, Holidays: []*cal.Holiday{first, other}, First: 2026, Last: 2026,
	}))
	if diff := cmp.Diff([]title{{"2026-05-01", "First"}, {"2026-05-01", "Other"}}, holidays(t, c, 2026)); diff != "" {
		t.Error(diff)
	}
	if h, ok, _ := c.Holiday(day(t, "2026-05-01")); !ok || h.Name != "First" {
		t.Errorf("got %v, %v", h, ok)
	}
	if got := must[int](t)(c.BusinessDaysBetween(day(t, "2026-04-27"), day(t, "2026-05-11"))); got != 9 {
		t.Errorf("%d business days, want 9", got)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := calendar.Options{Location: time.UTC, Holidays: gb.Holidays, First: 2026, Last: 2026}
	for field, spoil := range map[string]func(*calendar.Options){
		"location":    func(o *calendar.Options) { o.Location = nil },
		"first":       func(o *calendar.Options) { o.First = 0 },
		"last":        func(o *calendar.Options) { o.Last = 2025 },
		"weekend[1]":  func(o *calendar.Options) { o.Weekend = []time.Weekday{0, 7} },
		"weekend[0]":  func(o *calendar.Options) { o.Weekend = []time.Weekday{-1} },
		"weekend":     func(o *calendar.Options) { o.Weekend = []time.Weekday{0, 1, 2, 3, 4, 5, 6} },
		"holidays[1]": func(o *calendar.Options) { o.Holidays = []*cal.Holiday{gb.NewYear, nil} },
		// T2: never silently no holiday.
		"holidays[0].func": func(o *calendar.Options) {
			o.Holidays = []*cal.Holiday{{Name: "Never", Month: time.May, Day: 1}}
		},
		"extra[0].date": func(o *calendar.Options) { o.Extra = []calendar.Holiday{{Name: "x"}} },
		"removed[0]":    func(o *calendar.Options) { o.Removed = []calendar.Date{{}} },
	} {
		o := good
		spoil(&o)
		_, err := calendar.New(o)
		wantField(t, err, field)
	}
	for _, tc := range []struct {
		first, last int
		field       string
	}{{10000, 10000, "first"}, {9999, 10000, "last"}, {2001, 2401, "last"}} {
		o := good
		o.First, o.Last = tc.first, tc.last
		_, err := calendar.New(o)
		wantField(t, err, tc.field)
	}
	for _, years := range [][2]int{{1, 1}, {9999, 9999}, {2001, 2400}} {
		o := good
		o.First, o.Last = years[0], years[1]
		c, err := calendar.New(o)
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := c.Holidays(years[0]); err != nil {
			t.Error(err)
		}
		for _, d := range []calendar.Date{calendar.MustDate(years[0], 1, 1), calendar.MustDate(years[1], 12, 31)} {
			start := must[time.Time](t)(c.StartOf(d))
			if got := must[calendar.Date](t)(c.DateOf(start)); got != d {
				t.Errorf("%s begins on %s", d, got)
			}
		}
	}
	o := good
	o.Extra = []calendar.Holiday{{Date: day(t, "2026-07-01"), Name: "Ours"}}
	o.Removed = []calendar.Date{day(t, "2026-01-01")}
	c := must[*calendar.Calendar](t)(calendar.New(o))
	if must[bool](t)(c.IsBusinessDay(day(t, "2026-07-01"))) || !must[bool](t)(c.IsBusinessDay(day(t, "2026-01-01"))) {
		t.Error("extra and removed days are not those of the options")
	}
}

func TestFieldErrorPaths(t *testing.T) {
	cause := errors.New("why")
	for _, tc := range []struct{ field, under, want, text string }{
		{"amount", "", "amount", "amount must be given."},
		{"amount", "fee.notice", "fee.notice.amount", "fee.notice.amount must be given."},
		{"", "hours", "hours", "hours must be given."},
		{"", "", "", "The value must be given."},
		{"[2].from", "windows", "windows[2].from", "windows[2].from must be given."},
	} {
		e := (&calendar.FieldError{Field: tc.field, Problem: "must be given", Err: cause}).Under(tc.under)
		if e.Field != tc.want || e.Error() != tc.text || !errors.Is(e, cause) {
			t.Errorf("%q under %q: %q, %q, %v", tc.field, tc.under, e.Field, e, e.Err)
		}
	}
}

// Before 1970 Unix seconds are negative.
func TestT1DaysLongAgo(t *testing.T) {
	c := must[*calendar.Calendar](t)(calendar.New(calendar.Options{Location: zone(t, "Europe/London"), First: 1950, Last: 1972}))
	for v := time.Date(1950, 1, 2, 0, 30, 0, 0, time.UTC); v.Year() < 1972; v = v.Add(25*time.Hour + 7*time.Minute) {
		l := must[calendar.Local](t)(c.LocalOf(v))
		if want := v.In(c.Location()).Format("2006-01-02 15:04"); l.Date.String()+" "+l.Clock.String() != want {
			t.Fatalf("%s is %v, want %s", v, l, want)
		}
		if d := must[calendar.Date](t)(c.DateOf(v)); d != l.Date {
			t.Fatalf("%s is on %s, want %s", v, d, l.Date)
		}
		if back, err := c.Resolve(l); err != nil || !back.Equal(v.Truncate(time.Minute)) {
			t.Fatalf("%s came back as %s, %v", v, back, err)
		}
	}
}
