package calendar_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/calendar"
)

func TestClockIsATimeOfDay(t *testing.T) {
	var before calendar.Clock
	for m := range 24*60 + 1 {
		c, err := calendar.NewClock(m/60, m%60)
		if err != nil {
			t.Fatal(err)
		}
		if c.IsZero() || c.Hour() != m/60 || c.Minute() != m%60 || c.String() != hm(m) {
			t.Fatalf("minute %d is %s, %d:%d", m, c, c.Hour(), c.Minute())
		}
		if back, err := calendar.ParseClock(c.String()); err != nil || back != c {
			t.Fatalf("%s came back as %s, %v", c, back, err)
		}
		same := calendar.MustClock(m/60, m%60)
		if !before.Before(c) || c.Before(before) || c.Before(same) || before.Compare(c) != -1 || c.Compare(before) != 1 || c.Compare(same) != 0 {
			t.Fatalf("%s and %s are not in order", before, c)
		}
		before = c
	}
}

func TestClockNotGivenIsNotMidnight(t *testing.T) {
	var none calendar.Clock
	midnight := calendar.MustClock(0, 0)
	if !none.IsZero() || midnight.IsZero() || none == midnight {
		t.Error("a time not given is midnight")
	}
	if none.String() != "" || none.Hour() != 0 || none.Minute() != 0 {
		t.Errorf("a time not given reads %q, %d:%d", none, none.Hour(), none.Minute())
	}
}

func TestClockRefusesWhatIsNone(t *testing.T) {
	for _, tc := range []struct {
		h, m  int
		field string
	}{{-1, 0, "hour"}, {25, 0, "hour"}, {8, -1, "minute"}, {8, 60, "minute"}, {24, 1, "minute"}} {
		_, err := calendar.NewClock(tc.h, tc.m)
		wantField(t, err, tc.field)
	}
	for _, s := range []string{"", "8:30", "08.30", "08:60", "24:01", "25:00", "08:3", "08:300", "+8:30", "0a:30", "08:3a", " 8:30"} {
		_, err := calendar.ParseClock(s)
		wantField(t, err, "clock")
	}
}

func TestWeekdays(t *testing.T) {
	for s, want := range map[string]string{
		"mon-fri":             "mon-fri",
		"sat,mon,sun":         "mon,sat,sun",
		"fri-mon":             "mon,fri-sun",
		"mon,tue":             "mon,tue",
		"tue-thu,sun":         "tue-thu,sun",
		"mon-sun":             "mon-sun",
		"wed-wed":             "wed",
		"mon-wed,fri-sun,mon": "mon-wed,fri-sun",
	} {
		w, err := calendar.ParseWeekdays(s)
		if err != nil || w.String() != want {
			t.Errorf("ParseWeekdays(%q) = %s, %v; want %s", s, w, err, want)
		}
	}
	for _, s := range []string{"", "Mon", "monday", "mon fri", "mon,", "mon--fri", "mon-", "-mon", "mon-fri-sat"} {
		_, err := calendar.ParseWeekdays(s)
		wantField(t, err, "days")
	}
	for w := range calendar.EveryDay + 1 {
		var days []time.Weekday
		for d := time.Sunday; d <= time.Saturday; d++ {
			if w.Has(d) {
				days = append(days, d)
			}
		}
		if again := calendar.WeekdaysOf(days...); again != w {
			t.Errorf("%v is %s, want %s", days, again, w)
		}
		if w == 0 {
			continue
		}
		if back, err := calendar.ParseWeekdays(w.String()); err != nil || back != w {
			t.Errorf("%s came back as %s, %v", w, back, err)
		}
	}
	if calendar.WeekdaysOf(-1, 7) != 0 || calendar.EveryDay.Has(7) || calendar.EveryDay.Has(-1) {
		t.Error("there are days outside the week")
	}
}

func TestT5SpanIsHalfOpen(t *testing.T) {
	morning := calendar.Span{Start: at(t, "2026-07-14T08:00:00Z"), End: at(t, "2026-07-14T13:00:00Z")}
	span := func(from, to string) calendar.Span {
		return calendar.Span{Start: at(t, "2026-07-14T"+from+":00Z"), End: at(t, "2026-07-14T"+to+":00Z")}
	}
	for _, tc := range []struct {
		name  string
		other calendar.Span
		want  bool
	}{
		{"T5 itself", morning, true},
		{"T5 touching after", span("13:00", "18:00"), false},
		{"T5 touching before", span("06:00", "08:00"), false},
		{"T5 a minute at the end", span("12:59", "18:00"), true},
		{"T5 a minute at the start", span("06:00", "08:01"), true},
		{"T5 inside", span("09:00", "10:00"), true},
		{"T5 around", span("07:00", "20:00"), true},
		{"T5 empty inside", span("09:00", "09:00"), false},
		{"T5 the wrong way round", span("10:00", "09:00"), false},
		{"T5 none", calendar.Span{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := [...]bool{morning.Overlaps(tc.other), tc.other.Overlaps(morning)}; got != [...]bool{tc.want, tc.want} {
				t.Errorf("overlaps: %v, want %v both ways", got, tc.want)
			}
		})
	}
	got := []bool{
		morning.Contains(morning.Start), morning.Contains(morning.End), morning.Contains(morning.Start.Add(-1)),
		morning.Contains(morning.End.Add(-1)), morning.Valid(), calendar.Span{}.Valid(), span("09:00", "09:00").Valid(),
		calendar.Span{End: morning.End}.Valid(), calendar.Span{Start: morning.Start}.Valid(), calendar.Span{}.IsZero(),
		morning.IsZero(), calendar.Span{End: morning.End}.IsZero(), calendar.Span{Start: morning.Start}.IsZero(),
	}
	want := []bool{true, false, false, true, true, false, false, false, false, true, false, false, false}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
