package calendar_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/calendar"
)

func local(t testing.TB, date, hour string) calendar.Local {
	t.Helper()
	return calendar.Local{Date: day(t, date), Clock: clock(t, hour)}
}

func TestT5LocalTimes(t *testing.T) {
	for _, tc := range []struct{ name, zone, date, clock, want string }{
		{"T5 summer", "Europe/London", "2026-07-14", "08:00", "2026-07-14T08:00:00+01:00"},
		{"T5 winter", "Europe/London", "2026-01-14", "08:00", "2026-01-14T08:00:00Z"},
		{"T5 the minute before the gap", "Europe/London", "2026-03-29", "00:59", "2026-03-29T00:59:00Z"},
		{"T5 the minute after the gap", "Europe/London", "2026-03-29", "02:00", "2026-03-29T02:00:00+01:00"},
		{"T5 the minute before the repeat", "Europe/London", "2026-10-25", "00:59", "2026-10-25T00:59:00+01:00"},
		{"T5 the minute after the repeat", "Europe/London", "2026-10-25", "02:00", "2026-10-25T02:00:00Z"},
		{"T5 the end of a day", "Europe/London", "2026-07-14", "24:00", "2026-07-15T00:00:00+01:00"},
		{"T5 the end of the last day", "Europe/London", "2036-12-31", "24:00", "2037-01-01T00:00:00Z"},
		{"T5 the first minute", "Europe/London", "2009-01-01", "00:00", "2009-01-01T00:00:00Z"},
		{"T5 half an hour skipped", "Australia/Lord_Howe", "2026-10-04", "02:30", "2026-10-04T02:30:00+11:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := in(t, tc.zone).Resolve(local(t, tc.date, tc.clock))
			if err != nil || instant(got) != instant(at(t, tc.want)) {
				t.Errorf("got %s, %v; want %s", got, err, tc.want)
			}
		})
	}
}

func TestT5SkippedTimesAreRefused(t *testing.T) {
	for _, tc := range []struct{ name, zone, date, clock, at, text string }{
		{
			"T5 London", "Europe/London", "2026-03-29", "01:30", "2026-03-29T01:00:00Z",
			"There is no 01:30 on Sun 29 Mar 2026, because the clocks go forward: the last minute before is 00:59 and the first after is 02:00.",
		},
		{
			"T5 the first skipped minute", "Europe/London", "2026-03-29", "01:00", "2026-03-29T01:00:00Z",
			"There is no 01:00 on Sun 29 Mar 2026, because the clocks go forward: the last minute before is 00:59 and the first after is 02:00.",
		},
		{
			"T5 the last skipped minute", "Europe/London", "2026-03-29", "01:59", "2026-03-29T01:00:00Z",
			"There is no 01:59 on Sun 29 Mar 2026, because the clocks go forward: the last minute before is 00:59 and the first after is 02:00.",
		},
		{
			"T5 a skipped midnight", "America/Sao_Paulo", "2017-10-15", "00:15", "2017-10-15T03:00:00Z",
			"There is no 00:15 on Sun 15 Oct 2017, because the clocks go forward: the last minute before is 23:59 on Sat 14 Oct and the first after is 01:00.",
		},
		{
			"T5 midnight said as 24:00", "America/Sao_Paulo", "2017-10-14", "24:00", "2017-10-15T03:00:00Z",
			"There is no 24:00 on Sat 14 Oct 2017, because the clocks go forward: the last minute before is 23:59 and the first after is 01:00 on Sun 15 Oct.",
		},
		{
			"T5 a skipped date", "Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00:00Z",
			"There is no 12:00 on Fri 30 Dec 2011, because the clocks go forward: the last minute before is 23:59 on Thu 29 Dec and the first after is 00:00 on Sat 31 Dec.",
		},
		{
			"T5 Lord Howe", "Australia/Lord_Howe", "2026-10-04", "02:29", "2026-10-03T15:30:00Z",
			"There is no 02:29 on Sun 4 Oct 2026, because the clocks go forward: the last minute before is 01:59 and the first after is 02:30.",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := in(t, tc.zone)
			for _, fold := range []calendar.Fold{calendar.FoldUnsaid, calendar.Earlier, calendar.Later} {
				asked := local(t, tc.date, tc.clock)
				asked.Fold = fold
				_, err := c.Resolve(asked)
				var e *calendar.GapError
				if !errors.As(err, &e) {
					t.Fatalf("got %v, want a GapError", err)
				}
				got := []string{e.Error(), e.Code(), instant(e.At)}
				if diff := cmp.Diff([]string{tc.text, "local_time_skipped", instant(at(t, tc.at))}, got); diff != "" {
					t.Error(diff)
				}
				if e.Asked != asked {
					t.Errorf("asked %v", e.Asked)
				}
				before, after := must[time.Time](t)(c.Resolve(e.Before)), must[time.Time](t)(c.Resolve(e.After))
				if !before.Add(time.Minute).Equal(after) || !after.Equal(e.At) {
					t.Errorf("the neighbours are at %s and %s", before, after)
				}
			}
		})
	}
}

func TestT5RepeatedTimesNeedTheFold(t *testing.T) {
	for _, tc := range []struct{ name, zone, date, clock, earlier, later, text string }{
		{
			"T5 London", "Europe/London", "2026-10-25", "01:30", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z",
			"01:30 on Sun 25 Oct 2026 happens twice, because the clocks go back: say whether the earlier (01:30 BST) or the later (01:30 GMT) is meant.",
		},
		{
			"T5 the first repeated minute", "Europe/London", "2026-10-25", "01:00", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z",
			"01:00 on Sun 25 Oct 2026 happens twice, because the clocks go back: say whether the earlier (01:00 BST) or the later (01:00 GMT) is meant.",
		},
		{
			"T5 the last repeated minute", "Europe/London", "2026-10-25", "01:59", "2026-10-25T00:59:00Z", "2026-10-25T01:59:00Z",
			"01:59 on Sun 25 Oct 2026 happens twice, because the clocks go back: say whether the earlier (01:59 BST) or the later (01:59 GMT) is meant.",
		},
		{
			"T5 Lord Howe", "Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z",
			"01:45 on Sun 5 Apr 2026 happens twice, because the clocks go back: say whether the earlier (01:45 +11) or the later (01:45 +1030) is meant.",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := in(t, tc.zone)
			asked := local(t, tc.date, tc.clock)
			_, err := c.Resolve(asked)
			var e *calendar.AmbiguousError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an AmbiguousError", err)
			}
			got := []string{e.Error(), e.Code(), instant(e.Earlier), instant(e.Later)}
			if diff := cmp.Diff([]string{tc.text, "local_time_repeated", instant(at(t, tc.earlier)), instant(at(t, tc.later))}, got); diff != "" {
				t.Error(diff)
			}
			for i, want := range []string{tc.earlier, tc.later} {
				asked.Fold = []calendar.Fold{calendar.Earlier, calendar.Later}[i]
				if got, err := c.Resolve(asked); err != nil || instant(got) != instant(at(t, want)) {
					t.Errorf("%s: got %s, %v; want %s", asked.Fold, got, err, want)
				}
				if back, err := c.LocalOf(at(t, want)); err != nil || back != asked {
					t.Errorf("%s: came back as %v, %v", asked.Fold, back, err)
				}
			}
		})
	}
}

func TestT5FoldDoesNotMatterOtherwise(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	l := local(t, "2026-07-14", "08:00")
	want := must[time.Time](t)(c.Resolve(l))
	for _, l.Fold = range []calendar.Fold{calendar.Earlier, calendar.Later} {
		if got, err := c.Resolve(l); err != nil || !got.Equal(want) {
			t.Errorf("%s: %s, %v", l.Fold, got, err)
		}
	}
}

func TestT5WhatIsMissingIsSaid(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	for field, l := range map[string]calendar.Local{
		"date":  {Clock: calendar.MustClock(8, 0)},
		"clock": {Date: day(t, "2026-07-14")},
		"fold":  {Date: day(t, "2026-07-14"), Clock: calendar.MustClock(8, 0), Fold: 3},
	} {
		_, err := c.Resolve(l)
		wantField(t, err, field)
	}
}

func TestT5ASessionOverAChangeHasItsTrueLength(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	for _, tc := range []struct {
		from, to string
		want     time.Duration
	}{
		{"2026-10-24", "2026-10-25", 9 * time.Hour},
		{"2026-03-28", "2026-03-29", 7 * time.Hour},
		{"2026-07-28", "2026-07-29", 8 * time.Hour},
	} {
		night := calendar.Span{
			Start: must[time.Time](t)(c.Resolve(local(t, tc.from, "22:00"))), End: must[time.Time](t)(c.Resolve(local(t, tc.to, "06:00"))),
		}
		if got := night.Duration(); got != tc.want || !night.Valid() {
			t.Errorf("%s: %s, want %s", tc.from, got, tc.want)
		}
	}
}

func TestT5LocalOfCutsDownToTheMinute(t *testing.T) {
	got := must[calendar.Local](t)(uk(t, calendar.EnglandAndWales).LocalOf(at(t, "2026-07-14T07:59:59.999999999Z")))
	if got != local(t, "2026-07-14", "08:59") {
		t.Errorf("got %v", got)
	}
}
