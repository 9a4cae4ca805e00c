package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/calendar"
)

var (
	self  = calendar.Notice{Amount: 7, Unit: calendar.CalendarDays}                        // W2
	fee   = calendar.Notice{Amount: 5, Unit: calendar.BusinessDays}                        // W6
	phone = calendar.Notice{Amount: 72, Unit: calendar.ElapsedHours, ExactlyIsShort: true} // W9
)

// The notices of the worked cases 1 to 6 of the rules.
func TestT4WorkedCases(t *testing.T) {
	ew, sc, ni := uk(t, calendar.EnglandAndWales), uk(t, calendar.Scotland), uk(t, calendar.NorthernIreland)
	for _, tc := range []struct {
		name       string
		c          *calendar.Calendar
		start, now string
		notice     calendar.Notice
		inTime     bool
		given      int
		words      string
	}{
		{"T4 case 1: the last microsecond, self-service", ew, "2026-07-14T08:00:00+01:00", "2026-07-07T22:59:59.999999Z", self, true, 7, "the end of Tue 7 Jul"},
		{"T4 case 1: the last microsecond, no fee", ew, "2026-07-14T08:00:00+01:00", "2026-07-07T22:59:59.999999Z", fee, true, 5, "the end of Tue 7 Jul"},
		{"T4 case 1: still 7 July in UTC, refused", ew, "2026-07-14T08:00:00+01:00", "2026-07-07T23:00:00Z", self, false, 6, "the end of Tue 7 Jul"},
		{"T4 case 1: still 7 July in UTC, fee", ew, "2026-07-14T08:00:00+01:00", "2026-07-07T23:00:00Z", fee, false, 4, "the end of Tue 7 Jul"},
		{"T4 case 2: Northern Ireland, self-service", ni, "2026-07-14T08:00:00+01:00", "2026-07-07T10:00:00+01:00", self, true, 7, "the end of Tue 7 Jul"},
		{"T4 case 2: Northern Ireland, fee", ni, "2026-07-14T08:00:00+01:00", "2026-07-07T10:00:00+01:00", fee, false, 4, "the end of Mon 6 Jul"},
		{"T4 case 3: over Easter, self-service", ew, "2026-04-09T09:00:00+01:00", "2026-04-02T12:00:00+01:00", self, true, 7, "the end of Thu 2 Apr"},
		{"T4 case 3: over Easter, fee", ew, "2026-04-09T09:00:00+01:00", "2026-04-02T12:00:00+01:00", fee, false, 3, "the end of Tue 31 Mar"},
		{"T4 case 3: Wednesday in England", ew, "2026-04-09T09:00:00+01:00", "2026-04-01T12:00:00+01:00", fee, false, 4, "the end of Tue 31 Mar"},
		{"T4 case 3: Wednesday in Scotland", sc, "2026-04-09T09:00:00+01:00", "2026-04-01T12:00:00+01:00", fee, true, 5, "the end of Wed 1 Apr"},
		{"T4 case 4: Monday 23:59, self-service", ew, "2026-04-18T09:00:00+01:00", "2026-04-13T23:59:00+01:00", self, false, 5, "the end of Sat 11 Apr"},
		{"T4 case 4: Monday 23:59, no fee", ew, "2026-04-18T09:00:00+01:00", "2026-04-13T23:59:00+01:00", fee, true, 5, "the end of Mon 13 Apr"},
		{"T4 case 4: Tuesday 00:00, fee", ew, "2026-04-18T09:00:00+01:00", "2026-04-14T00:00:00+01:00", fee, false, 4, "the end of Mon 13 Apr"},
		{"T4 case 5: exactly 72 hours over the spring change", ew, "2026-03-30T09:00:00+01:00", "2026-03-27T08:00:00Z", phone, false, 72, "08:00 on Fri 27 Mar"},
		{"T4 case 5: one microsecond earlier", ew, "2026-03-30T09:00:00+01:00", "2026-03-27T07:59:59.999999Z", phone, true, 72, "08:00 on Fri 27 Mar"},
		{"T4 case 5: 72.5 hours over the autumn change", ew, "2026-10-26T09:00:00Z", "2026-10-23T09:30:00+01:00", phone, true, 72, "10:00 on Fri 23 Oct"},
		{"T4 case 6: overnight, self-service", ew, "2026-07-20T22:00:00+01:00", "2026-07-13T23:59:00+01:00", self, true, 7, "the end of Mon 13 Jul"},
		{"T4 case 6: overnight, no fee", ew, "2026-07-20T22:00:00+01:00", "2026-07-13T23:59:00+01:00", fee, true, 5, "the end of Mon 13 Jul"},
		{"T4 case 6: overnight, refused", ew, "2026-07-20T22:00:00+01:00", "2026-07-14T00:00:00+01:00", self, false, 6, "the end of Mon 13 Jul"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			start, now := at(t, tc.start), at(t, tc.now)
			cut := must[calendar.CutOff](t)(tc.c.CutOff(tc.notice, start))
			if cut.InTime(now) != tc.inTime || cut.Late(now) == tc.inTime {
				t.Errorf("in time %v, late %v; the cut-off is %s", cut.InTime(now), cut.Late(now), cut.At)
			}
			if got := tc.c.Words(cut); got != tc.words {
				t.Errorf("the cut-off is %q, want %q", got, tc.words)
			}
			if got := must[int](t)(tc.c.Given(tc.notice, now, start)); got != tc.given {
				t.Errorf("%s given, want %d", tc.notice.Unit.Count(got), tc.given)
			}
		})
	}
}

func TestT3CutOffs(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	n := func(amount int, unit calendar.Unit) calendar.Notice {
		return calendar.Notice{Amount: amount, Unit: unit}
	}
	short := func(n calendar.Notice) calendar.Notice { n.ExactlyIsShort = true; return n }
	elapsed := func(n calendar.Notice) calendar.Notice { n.Elapsed = true; return n }
	deemed := func(n calendar.Notice, s string) calendar.Notice { n.DeemedAfter = clock(t, s); return n }
	const tuesday = "2026-07-14T08:00:00+01:00"
	for _, tc := range []struct {
		name, start string
		notice      calendar.Notice
		at          string
		inclusive   bool
		lastDay     string
	}{
		{"T3 calendar days end with their day", tuesday, n(7, calendar.CalendarDays), "2026-07-08T00:00:00+01:00", false, "2026-07-07"},
		{"T3 a midnight start is on its own day", "2026-07-14T00:00:00+01:00", n(7, calendar.CalendarDays), "2026-07-08T00:00:00+01:00", false, "2026-07-07"},
		{"T3 the last instant of the day, too", "2026-07-14T23:59:59.999999999+01:00", n(7, calendar.CalendarDays), "2026-07-08T00:00:00+01:00", false, "2026-07-07"},
		{"T3 one day", tuesday, n(1, calendar.CalendarDays), "2026-07-14T00:00:00+01:00", false, "2026-07-13"},
		{"T3 exactly is short: one day more", tuesday, short(n(7, calendar.CalendarDays)), "2026-07-07T00:00:00+01:00", false, "2026-07-06"},
		{"T4 clear days exclude both ends", tuesday, n(7, calendar.ClearDays), "2026-07-07T00:00:00+01:00", false, "2026-07-06"},
		{"T4 clear days, exactly is short", tuesday, short(n(7, calendar.ClearDays)), "2026-07-06T00:00:00+01:00", false, "2026-07-05"},
		{"T4 business days", tuesday, n(5, calendar.BusinessDays), "2026-07-08T00:00:00+01:00", false, "2026-07-07"},
		{"T4 business days, exactly is short", tuesday, short(n(5, calendar.BusinessDays)), "2026-07-07T00:00:00+01:00", false, "2026-07-06"},
		{"T4 business days over a weekend", "2026-07-13T08:00:00+01:00", n(1, calendar.BusinessDays), "2026-07-11T00:00:00+01:00", false, "2026-07-10"},
		{"T4 hours, exactly is enough", tuesday, n(72, calendar.ElapsedHours), "2026-07-11T08:00:00+01:00", true, ""},
		{"T4 hours, exactly is short", tuesday, short(n(72, calendar.ElapsedHours)), "2026-07-11T08:00:00+01:00", false, ""},
		{"T4 hours keep the nanosecond", "2026-07-14T08:00:00.123456789+01:00", n(1, calendar.ElapsedHours), "2026-07-14T07:00:00.123456789+01:00", true, ""},
		{"T4 second reading: 168 hours", tuesday, elapsed(n(7, calendar.CalendarDays)), "2026-07-07T08:00:00+01:00", true, ""},
		{"T4 second reading: across the change", "2026-03-30T09:00:00+01:00", elapsed(n(1, calendar.CalendarDays)), "2026-03-29T09:00:00+01:00", true, ""},
		{"T4 second reading: 24 hours on a day of 23", "2026-03-29T09:00:00+01:00", elapsed(n(1, calendar.CalendarDays)), "2026-03-28T08:00:00Z", true, ""},
		{"T4 second reading, exactly is short", tuesday, elapsed(short(n(7, calendar.CalendarDays))), "2026-07-07T08:00:00+01:00", false, ""},
		{"T4 deemed given next business day", tuesday, deemed(n(5, calendar.BusinessDays), "17:00"), "2026-07-07T17:00:00+01:00", false, ""},
		{"T4 deemed at midnight", tuesday, deemed(n(5, calendar.BusinessDays), "00:00"), "2026-07-07T00:00:00+01:00", false, ""},
		{"T4 deemed at a skipped time", "2012-03-26T09:00:00+01:00", deemed(n(1, calendar.BusinessDays), "01:30"), "2012-03-23T01:30:00Z", false, ""},
		{"T5 no days: the start is after the start", tuesday, n(0, calendar.CalendarDays), tuesday, false, ""},
		{"T5 no business days", tuesday, deemed(n(0, calendar.BusinessDays), "17:00"), tuesday, false, ""},
		{"T5 no clear days", tuesday, n(0, calendar.ClearDays), tuesday, false, ""},
		{"T5 no hours", tuesday, n(0, calendar.ElapsedHours), tuesday, false, ""},
		{"T5 no hours, exactly is short", tuesday, short(n(0, calendar.ElapsedHours)), tuesday, false, ""},
		{"T5 no elapsed days", tuesday, elapsed(n(0, calendar.CalendarDays)), tuesday, false, ""},
		{"T3 more than no days", tuesday, short(n(0, calendar.CalendarDays)), "2026-07-14T00:00:00+01:00", false, "2026-07-13"},
		{"T3 more than no business days", "2026-07-13T08:00:00+01:00", short(n(0, calendar.BusinessDays)), "2026-07-11T00:00:00+01:00", false, "2026-07-10"},
		{"T3 more than no clear days", tuesday, short(n(0, calendar.ClearDays)), "2026-07-13T00:00:00+01:00", false, "2026-07-12"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			start := at(t, tc.start)
			cut := must[calendar.CutOff](t)(c.CutOff(tc.notice, start))
			if instant(cut.At) != instant(at(t, tc.at)) || cut.Inclusive != tc.inclusive || cut.LastDay.String() != tc.lastDay {
				t.Errorf("got %s, inclusive %v, last day %q", cut.At, cut.Inclusive, cut.LastDay)
			}
			if cut.At.Location() != c.Location() {
				t.Errorf("the cut-off is in the zone %s", cut.At.Location())
			}
			if !cut.InTime(cut.At.Add(-1)) || cut.InTime(cut.At) != tc.inclusive || cut.InTime(cut.At.Add(1)) || cut.InTime(start) {
				t.Error("the answer does not change at the cut-off")
			}
		})
	}
	if (calendar.CutOff{}).InTime(at(t, tuesday)) || !(calendar.CutOff{}).Late(at(t, tuesday)) {
		t.Error("the zero cut-off is still to come")
	}
}

func TestT3CutOffDropsAMonotonicClock(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	now := time.Now()
	for _, n := range []calendar.Notice{{Amount: 1, Unit: calendar.ElapsedHours}, {Unit: calendar.CalendarDays}} {
		cut := must[calendar.CutOff](t)(c.CutOff(n, now))
		if cut.At != cut.At.Round(0) {
			t.Errorf("%s: a monotonic reading in %v", n, cut.At)
		}
	}
}

func TestT4DeemedGivenNextBusinessDay(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	n := calendar.Notice{Amount: 5, Unit: calendar.BusinessDays, DeemedAfter: calendar.MustClock(17, 0)}
	start := at(t, "2026-07-14T08:00:00+01:00")
	for _, tc := range []struct {
		now  string
		want int
	}{
		{"2026-07-07T16:59:59.999999999+01:00", 5},
		{"2026-07-07T17:00:00+01:00", 4},
		{"2026-07-10T17:00:00+01:00", 1}, // Friday evening counts as Monday
		{"2026-07-11T10:00:00+01:00", 1}, // so does the weekend, at any hour
		{"2026-07-12T22:00:00+01:00", 1},
		{"2026-07-13T10:00:00+01:00", 1},
		{"2026-07-13T18:00:00+01:00", 0},
		{"2026-07-14T07:00:00+01:00", 0},
		{"2026-07-14T08:00:00+01:00", 0},
		{"2026-07-15T08:00:00+01:00", 0},
	} {
		if got := must[int](t)(c.Given(n, at(t, tc.now), start)); got != tc.want {
			t.Errorf("given at %s: %d, want %d", tc.now, got, tc.want)
		}
	}
	// A time that is skipped, or repeated, on the last day itself.
	everyDay := must[*calendar.Calendar](t)(calendar.New(calendar.Options{
		Location: zone(t, "Europe/London"), Weekend: []time.Weekday{}, First: 2026, Last: 2026,
	}))
	for start, want := range map[string]string{
		"2026-03-30T09:00:00+01:00": "2026-03-29T01:00:00Z",
		"2026-10-26T09:00:00Z":      "2026-10-25T01:30:00+01:00",
	} {
		early := calendar.Notice{Amount: 1, Unit: calendar.BusinessDays, DeemedAfter: calendar.MustClock(1, 30)}
		cut := must[calendar.CutOff](t)(everyDay.CutOff(early, at(t, start)))
		if instant(cut.At) != instant(at(t, want)) {
			t.Errorf("got %s, want %s", cut.At, want)
		}
	}
	// Sao Paulo repeats 23:00 of 17 February 2018; Apia had no 30 December 2011.
	for _, tc := range []struct{ zone, start, deemed, want string }{
		{"America/Sao_Paulo", "2018-02-18T12:00:00Z", "23:30", "2018-02-17T23:30:00-02:00"},
		{"America/Sao_Paulo", "2017-10-16T12:00:00Z", "00:30", "2017-10-15T01:00:00-02:00"},
		{"Pacific/Apia", "2011-12-31T12:00:00+14:00", "23:30", "2011-12-29T23:30:00-10:00"},
	} {
		c := must[*calendar.Calendar](t)(calendar.New(calendar.Options{
			Location: zone(t, tc.zone), Weekend: []time.Weekday{}, First: 2011, Last: 2019,
		}))
		n := calendar.Notice{Amount: 1, Unit: calendar.BusinessDays, DeemedAfter: clock(t, tc.deemed)}
		if cut := must[calendar.CutOff](t)(c.CutOff(n, at(t, tc.start))); instant(cut.At) != instant(at(t, tc.want)) {
			t.Errorf("%s: got %s, want %s", tc.zone, cut.At, tc.want)
		}
	}
}

func TestT3CutOffsInWords(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	for _, tc := range []struct{ at, want string }{
		{"2026-03-27T09:00:00Z", "09:00 on Fri 27 Mar"},
		{"2026-07-27T09:00:00Z", "10:00 on Mon 27 Jul"},
		{"2026-07-27T09:00:01Z", "10:00:01 on Mon 27 Jul"},
		{"2026-07-27T09:00:00.5Z", "10:00:00 on Mon 27 Jul"},
		{"2026-10-25T00:30:00Z", "01:30 BST on Sun 25 Oct"},
		{"2026-10-25T01:30:00Z", "01:30 GMT on Sun 25 Oct"},
		{"2045-07-27T09:00:00Z", "10:00 on Thu 27 Jul"},
	} {
		if got := c.Words(calendar.CutOff{At: at(t, tc.at)}); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.at, got, tc.want)
		}
	}
	if got := c.Words(calendar.CutOff{At: at(t, "2026-04-02T23:00:00Z"), LastDay: day(t, "2026-04-02")}); got != "the end of Thu 2 Apr" {
		t.Error(got)
	}
}

func TestT3NoticeIsChecked(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	start := at(t, "2026-07-14T08:00:00+01:00")
	noon := calendar.MustClock(12, 0)
	for _, tc := range []struct {
		notice calendar.Notice
		field  string
	}{
		{calendar.Notice{Amount: -1, Unit: calendar.CalendarDays}, "amount"},
		{calendar.Notice{Amount: 100_001, Unit: calendar.CalendarDays}, "amount"},
		{calendar.Notice{Amount: 7}, "unit"},
		{calendar.Notice{Amount: 7, Unit: 5}, "unit"},
		{calendar.Notice{Amount: 7, Unit: calendar.BusinessDays, Elapsed: true}, "elapsed"},
		{calendar.Notice{Amount: 7, Unit: calendar.CalendarDays, DeemedAfter: noon}, "deemed_after"},
		{calendar.Notice{Amount: 7, Unit: calendar.BusinessDays, DeemedAfter: calendar.MustClock(24, 0)}, "deemed_after"},
	} {
		wantField(t, tc.notice.Validate(), tc.field)
		_, err := c.CutOff(tc.notice, start)
		wantField(t, err, tc.field)
		_, err = c.Given(tc.notice, start, start)
		wantField(t, err, tc.field)
	}
	for _, n := range []calendar.Notice{
		{Amount: 100_000, Unit: calendar.ElapsedHours},
		{Amount: 100_000, Unit: calendar.CalendarDays, Elapsed: true},
		{Unit: calendar.ClearDays, ExactlyIsShort: true},
		{Amount: 1, Unit: calendar.BusinessDays, DeemedAfter: calendar.MustClock(23, 59)},
	} {
		if err := n.Validate(); err != nil {
			t.Errorf("%s: %v", n, err)
		}
	}
	for _, n := range []calendar.Notice{
		{Amount: 100_000, Unit: calendar.ElapsedHours}, {Amount: 100_000, Unit: calendar.CalendarDays, Elapsed: true},
	} {
		if cut := must[calendar.CutOff](t)(c.CutOff(n, start)); !cut.At.Before(start) {
			t.Errorf("%s: the cut-off %s wrapped around", n, cut.At)
		}
	}
}

func TestT4GivenInEveryUnit(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	start := at(t, "2026-07-14T08:00:00+01:00")
	now := at(t, "2026-07-08T07:00:00+01:00")
	for _, tc := range []struct {
		notice calendar.Notice
		want   int
	}{
		{calendar.Notice{Unit: calendar.CalendarDays}, 6},
		{calendar.Notice{Unit: calendar.CalendarDays, Elapsed: true}, 6},
		{calendar.Notice{Unit: calendar.BusinessDays}, 4},
		{calendar.Notice{Unit: calendar.ClearDays}, 5},
		{calendar.Notice{Unit: calendar.ElapsedHours}, 145},
	} {
		for late, want := range map[time.Duration]int{0: tc.want, 30 * 24 * time.Hour: 0} {
			if got := must[int](t)(c.Given(tc.notice, now.Add(late), start)); got != want {
				t.Errorf("%s, %s later: %d, want %d", tc.notice.Unit, late, got, want)
			}
		}
		if got := must[int](t)(c.Given(tc.notice, start, start)); got != 0 {
			t.Errorf("%s: %d given at the start", tc.notice.Unit, got)
		}
	}
	if got := must[int](t)(c.Given(calendar.Notice{Unit: calendar.ClearDays}, start.Add(-time.Hour), start)); got != 0 {
		t.Errorf("%d clear days on the day itself", got)
	}
}

func TestNoticeInWordsAndJSON(t *testing.T) {
	for _, tc := range []struct{ json, words string }{
		{`{"amount":7,"unit":"calendar_days"}`, "at least 7 days"},
		{`{"amount":1,"unit":"calendar_days","elapsed":true}`, "at least 1 day of 24 hours"},
		{`{"amount":5,"unit":"business_days","deemed_after":"17:00"}`, "at least 5 business days (from 17:00 on, counted from the next)"},
		{`{"amount":6,"unit":"clear_days"}`, "at least 6 clear days"},
		{`{"amount":72,"unit":"elapsed_hours","exactly_is_short":true}`, "more than 72 hours"},
		{`{"amount":3,"unit":""}`, "at least 3"},
	} {
		var n calendar.Notice
		if err := json.Unmarshal([]byte(tc.json), &n); err != nil {
			t.Error(err)
			continue
		}
		out := must[[]byte](t)(json.Marshal(n))
		if diff := cmp.Diff([]string{tc.json, tc.words}, []string{string(out), n.String()}); diff != "" {
			t.Error(diff)
		}
		if n.IsZero() {
			t.Error("a notice that was set is zero")
		}
	}
	if !(calendar.Notice{}).IsZero() {
		t.Error("the zero notice is not zero")
	}
	_, err := calendar.ParseUnit("")
	wantField(t, err, "unit")
	var n calendar.Notice
	wantField(t, json.Unmarshal([]byte(`{"unit":"fortnights"}`), &n), "unit")
}
