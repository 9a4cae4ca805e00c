package calendar_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/calendar"
)

// Every day of the years 1 to 9999 against the standard library.
func TestDateIsTheGregorianCalendar(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7 * 13
	}
	d := calendar.MustDate(1, time.January, 1)
	for u := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); u.Year() <= 9999; u = u.AddDate(0, 0, step) {
		y, m, dd := u.Date()
		if d.Year() != y || d.Month() != m || d.Day() != dd || d.Weekday() != u.Weekday() {
			t.Fatalf("got %s (%s), want %s (%s)", d, d.Weekday(), u.Format(time.DateOnly), u.Weekday())
		}
		if again, err := calendar.NewDate(y, m, dd); err != nil || again != d {
			t.Fatalf("NewDate(%d, %d, %d) = %v, %v; want %v", y, m, dd, again, err, d)
		}
		if u.Year() == 9999 && u.YearDay() > 365-step {
			break
		}
		d = d.AddDays(step)
	}
}

func TestDateRefusesWhatIsNone(t *testing.T) {
	for _, tc := range []struct {
		y     int
		m     time.Month
		d     int
		field string
	}{
		{2026, time.February, 31, "day"},
		{2026, time.February, 29, "day"},
		{2026, time.April, 31, "day"},
		{2026, time.June, 31, "day"},
		{2026, time.September, 31, "day"},
		{2026, time.November, 31, "day"},
		{2026, time.January, 32, "day"},
		{2026, time.January, 0, "day"},
		{1900, time.February, 29, "day"},
		{2026, 0, 1, "month"},
		{2026, 13, 1, "month"},
		{0, time.January, 1, "year"},
		{10000, time.January, 1, "year"},
	} {
		d, err := calendar.NewDate(tc.y, tc.m, tc.d)
		wantField(t, err, tc.field)
		if !d.IsZero() {
			t.Errorf("NewDate(%d, %d, %d) = %s beside its error", tc.y, tc.m, tc.d, d)
		}
	}
	for _, ok := range []calendar.Date{
		calendar.MustDate(2000, time.February, 29), calendar.MustDate(2024, time.February, 29),
		calendar.MustDate(1, time.January, 1), calendar.MustDate(9999, time.December, 31),
		calendar.MustDate(2026, time.January, 31), calendar.MustDate(2026, time.April, 30),
	} {
		if ok.IsZero() {
			t.Error("a valid date is zero")
		}
	}
	// The leap days at the end of the 400 years, and what is beside them.
	for _, s := range []string{"2000-02-28", "2000-02-29", "2000-03-01", "2400-02-29", "0400-02-29", "2100-02-28", "2100-03-01"} {
		d := day(t, s)
		if got := calendar.MustDate(d.Year(), d.Month(), d.Day()); got != d || d.String() != s {
			t.Errorf("%s is %s, %s", s, d, got)
		}
	}
	for _, s := range []string{
		"", "2026-4-9", "2026-04-9", "09-04-2026", "2026/04/09", "2026-04/09", "2026-02-31", "2026-13-01", "2026-04-09 ",
		"+026-04-09", "2026--4-09", "2026-0a-09", "2026-04-0a", "0000-01-01", "٢٠٢٦-٠٤-٠٩",
	} {
		_, err := calendar.ParseDate(s)
		wantField(t, err, "date")
	}
	long := strings.Repeat("2026-04-09", 4)
	for s, shown := range map[string]string{long: long, long + "!": long + "…"} {
		_, err := calendar.ParseDate(s)
		if got, want := err.Error(), `date must be a date written like 2026-04-09, not "`+shown+`".`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestDateArithmetic(t *testing.T) {
	d := day(t, "2024-02-28")
	for _, tc := range []struct {
		n    int
		want string
	}{
		{0, "2024-02-28"}, {1, "2024-02-29"}, {2, "2024-03-01"}, {-59, "2023-12-31"}, {366, "2025-02-28"},
	} {
		got := d.AddDays(tc.n)
		if got.String() != tc.want {
			t.Errorf("%s + %d = %s, want %s", d, tc.n, got, tc.want)
		}
		if got.Sub(d) != tc.n || d.Sub(got) != -tc.n {
			t.Errorf("%s - %s = %d, want %d", got, d, got.Sub(d), tc.n)
		}
	}
	first, last := calendar.MustDate(1, 1, 1), calendar.MustDate(9999, 12, 31)
	if got := first.AddDays(3652058); got != last {
		t.Errorf("the last date is %s", got)
	}
	if got := last.AddDays(-3652058); got != first {
		t.Errorf("the first date is %s", got)
	}
	for _, none := range []calendar.Date{
		first.AddDays(-1), last.AddDays(1), d.AddDays(math.MaxInt), d.AddDays(math.MinInt), calendar.Date{}.AddDays(5),
	} {
		if !none.IsZero() {
			t.Errorf("%s is outside the years 1 to 9999", none)
		}
	}
	if n := (calendar.Date{}).Sub(d); n != 0 {
		t.Errorf("no date less a date is %d", n)
	}
	if n := d.Sub(calendar.Date{}); n != 0 {
		t.Errorf("a date less no date is %d", n)
	}
}

func TestDateOrder(t *testing.T) {
	a, b := day(t, "2026-04-09"), day(t, "2026-04-10")
	if !a.Before(b) || b.Before(a) || a.Before(a) || !b.After(a) || a.After(b) || a.After(a) {
		t.Error("Before and After contradict the calendar")
	}
	all := []calendar.Date{b, {}, a}
	slices.SortFunc(all, calendar.Date.Compare)
	if diff := cmp.Diff([]string{"", "2026-04-09", "2026-04-10"}, []string{all[0].String(), all[1].String(), all[2].String()}); diff != "" {
		t.Error(diff)
	}
	if a.Compare(day(t, "2026-04-09")) != 0 {
		t.Error("a date differs from itself")
	}
}

func TestDateInWords(t *testing.T) {
	d := day(t, "2026-04-09")
	got := []string{d.String(), d.Short(), d.Long(), day(t, "0812-11-30").String(), day(t, "0812-11-30").Short()}
	want := []string{"2026-04-09", "Thu 9 Apr", "Thu 9 Apr 2026", "0812-11-30", "Fri 30 Nov"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var none calendar.Date
	if s := none.String() + none.Short() + none.Long(); s != "" || none.Year() != 0 || none.Month() != 0 || none.Day() != 0 {
		t.Errorf("the zero date reads %q, %d-%d-%d", s, none.Year(), none.Month(), none.Day())
	}
}

func TestDateParsesWhatItPrints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := calendar.MustDate(1, 1, 1).AddDays(rapid.IntRange(0, 3652058).Draw(t, "day"))
		back, err := calendar.ParseDate(d.String())
		if err != nil || back != d {
			t.Fatalf("%s came back as %s, %v", d, back, err)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{4}-[0-3][0-9]-[0-3][0-9]`).Draw(t, "text")
		d, err := calendar.ParseDate(s)
		u, uerr := time.Parse(time.DateOnly, s)
		if ok := uerr == nil && u.Year() > 0; ok != (err == nil) || err == nil && d.String() != s {
			t.Fatalf("ParseDate(%q) = %s, %v", s, d, err)
		}
	})
}

func TestTextOfValues(t *testing.T) {
	type all struct {
		Date     calendar.Date     `json:"date"`
		Clock    calendar.Clock    `json:"clock"`
		Fold     calendar.Fold     `json:"fold"`
		Division calendar.Division `json:"division"`
		Unit     calendar.Unit     `json:"unit"`
		Days     calendar.Weekdays `json:"days"`
	}
	for _, want := range []string{
		`{"date":"","clock":"","fold":"","division":"","unit":"","days":""}`,
		`{"date":"2026-04-09","clock":"00:00","fold":"earlier","division":"scotland","unit":"calendar_days","days":"mon-fri"}`,
		`{"date":"0001-01-01","clock":"24:00","fold":"later","division":"northern-ireland","unit":"elapsed_hours","days":"sun"}`,
		`{"date":"9999-12-31","clock":"08:05","fold":"","division":"england-and-wales","unit":"business_days","days":"mon,wed"}`,
		`{"date":"9999-12-31","clock":"23:59","fold":"","division":"england-and-wales","unit":"clear_days","days":"mon-sun"}`,
	} {
		// Text that is empty has to replace what was there before.
		v := all{
			calendar.MustDate(2001, 1, 1), calendar.MustClock(1, 1), calendar.Later, calendar.Scotland,
			calendar.ClearDays, calendar.EveryDay,
		}
		if err := json.Unmarshal([]byte(want), &v); err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		got, err := json.Marshal(v)
		if err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTextThatIsRefused(t *testing.T) {
	var (
		d  = calendar.MustDate(2026, 1, 1)
		c  = calendar.MustClock(8, 30)
		f  = calendar.Later
		v  = calendar.Scotland
		u  = calendar.ClearDays
		ds = calendar.EveryDay
	)
	wantField(t, d.UnmarshalText([]byte("2026-02-30")), "date")
	wantField(t, c.UnmarshalText([]byte("8:30")), "clock")
	wantField(t, f.UnmarshalText([]byte("Later")), "fold")
	wantField(t, v.UnmarshalText([]byte("wales")), "division")
	wantField(t, u.UnmarshalText([]byte("days")), "unit")
	wantField(t, ds.UnmarshalText([]byte("mon-fry")), "days")
	if d.String() != "2026-01-01" || c.String() != "08:30" || f != calendar.Later || v != calendar.Scotland ||
		u != calendar.ClearDays || ds != calendar.EveryDay {
		t.Error("text that was refused changed a value")
	}

	_, err := calendar.Fold(3).MarshalText()
	wantField(t, err, "fold")
	_, err = calendar.Division(4).MarshalText()
	wantField(t, err, "division")
	_, err = calendar.Unit(5).MarshalText()
	wantField(t, err, "unit")
	if s := calendar.Fold(3).String() + calendar.Division(4).String() + calendar.Unit(5).String(); s != "unknownunknownunknown" {
		t.Errorf("unknown values print as %q", s)
	}
	if s := calendar.Later.String() + calendar.Scotland.String() + calendar.ClearDays.String(); s != "laterscotlandclear_days" {
		t.Errorf("known values print as %q", s)
	}
}

func TestMustPanicsOnBadLiterals(t *testing.T) {
	for name, f := range map[string]func(){
		"date":  func() { calendar.MustDate(2026, 2, 30) },
		"clock": func() { calendar.MustClock(25, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
