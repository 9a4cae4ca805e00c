package calendar_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/gb"

	"github.com/sessional-go/sessional/calendar"
)

var divisions = []calendar.Division{calendar.EnglandAndWales, calendar.Scotland, calendar.NorthernIreland}

type title struct{ Date, Title string }

// official is what gov.uk published for 2015 to 2026.
func official(t *testing.T) map[string][]title {
	t.Helper()
	data, err := os.ReadFile("testdata/uk-bank-holidays-2015-2026.json")
	if err != nil {
		t.Fatal(err)
	}
	var published map[string][]title
	if err := json.Unmarshal(data, &published); err != nil {
		t.Fatal(err)
	}
	return published
}

func holidays(t *testing.T, c *calendar.Calendar, year int) []title {
	t.Helper()
	hs, err := c.Holidays(year)
	if err != nil {
		t.Fatal(err)
	}
	var all []title
	for _, h := range hs {
		all = append(all, title{h.Date.String(), h.Name})
	}
	return all
}

func TestT2PublishedHolidays(t *testing.T) {
	published := official(t)
	for _, d := range divisions {
		t.Run("T2 "+d.String(), func(t *testing.T) {
			c := uk(t, d)
			want := map[string]string{}
			var got []title
			for _, h := range published[d.String()] {
				want[h.Date] = h.Title
			}
			if len(want) < 95 {
				t.Fatalf("only %d holidays in the official data", len(want))
			}
			for year := 2015; year <= 2026; year++ {
				got = append(got, holidays(t, c, year)...)
			}
			if diff := cmp.Diff(published[d.String()], got); diff != "" {
				t.Error(diff)
			}
			for day := calendar.MustDate(2015, 1, 1); day.Year() < 2027; day = day.AddDays(1) {
				name, isHoliday := want[day.String()]
				weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
				if business := must[bool](t)(c.IsBusinessDay(day)); business == (weekend || isHoliday) {
					t.Errorf("%s: business day: %v", day.Long(), business)
				}
				h, found, err := c.Holiday(day)
				if err != nil || found != isHoliday || h.Name != name || found && h.Date != day {
					t.Errorf("%s: %v, %v, %v; want %q", day.Long(), h, found, err, name)
				}
			}
		})
	}
}

// The years beside the official data, from what the governments published.
func TestT2PublishedYearsBesideTheData(t *testing.T) {
	for _, tc := range []struct{ division, year, days string }{
		{"england-and-wales", "2011", "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27"},
		{"england-and-wales", "2012", "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26"},
		{"england-and-wales", "2013", "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"},
		{"england-and-wales", "2014", "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"},
		{"england-and-wales", "2027", "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"},
		{"england-and-wales", "2028", "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26"},
		{"scotland", "2011", "01-03 01-04 04-22 04-29 05-02 05-30 08-01 11-30 12-26 12-27"},
		{"scotland", "2012", "01-02 01-03 04-06 05-07 06-04 06-05 08-06 11-30 12-25 12-26"},
		{"scotland", "2013", "01-01 01-02 03-29 05-06 05-27 08-05 12-02 12-25 12-26"},
		{"scotland", "2014", "01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26"},
		{"scotland", "2027", "01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28"},
		{"scotland", "2028", "01-03 01-04 04-14 05-01 05-29 08-07 11-30 12-25 12-26"},
		{"northern-ireland", "2011", "01-03 03-17 04-22 04-25 04-29 05-02 05-30 07-12 08-29 12-26 12-27"},
		{"northern-ireland", "2012", "01-02 03-19 04-06 04-09 05-07 06-04 06-05 07-12 08-27 12-25 12-26"},
		{"northern-ireland", "2013", "01-01 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26"},
		{"northern-ireland", "2014", "01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26"},
		{"northern-ireland", "2027", "01-01 03-17 03-26 03-29 05-03 05-31 07-12 08-30 12-27 12-28"},
		{"northern-ireland", "2028", "01-03 03-17 04-14 04-17 05-01 05-29 07-12 08-28 12-25 12-26"},
	} {
		t.Run("T2 "+tc.division+" "+tc.year, func(t *testing.T) {
			c := uk(t, must[calendar.Division](t)(calendar.ParseDivision(tc.division)))
			var got []string
			for _, h := range holidays(t, c, day(t, tc.year+"-01-01").Year()) {
				got = append(got, strings.TrimPrefix(h.Date, tc.year+"-"))
			}
			if diff := cmp.Diff(tc.days, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestT2OneOffDaysHaveTheirNames(t *testing.T) {
	c := uk(t, calendar.Scotland)
	for date, want := range map[string]string{
		"2011-04-29": "Royal wedding",
		"2012-01-02": "2nd January",
		"2012-01-03": "New Year’s Day",
		"2012-06-04": "Spring bank holiday",
		"2012-06-05": "Queen’s Diamond Jubilee",
		"2034-01-02": "New Year’s Day",
		"2034-01-03": "2nd January",
		"2027-12-27": "Christmas Day",
		"2027-12-28": "Boxing Day",
	} {
		if h, ok, err := c.Holiday(day(t, date)); !ok || err != nil || h.Name != want {
			t.Errorf("%s: %v, %v, %v; want %s", date, h, ok, err, want)
		}
	}
}

func TestT2CalendarsAreMadeOnce(t *testing.T) {
	for _, d := range divisions {
		if once, again := uk(t, d), uk(t, d); once != again {
			t.Errorf("%s is made anew each time", d)
		}
		if first, last := uk(t, d).Years(); first != 2011 || last != 2040 {
			t.Errorf("%s covers %d to %d", d, first, last)
		}
		if got := uk(t, d).Location().String(); got != "Europe/London" {
			t.Errorf("%s is in %s", d, got)
		}
	}
	for _, d := range []calendar.Division{0, 4, 255} {
		_, err := calendar.UK(d)
		wantField(t, err, "division")
		if rules := calendar.UKHolidays(d); rules != nil {
			t.Errorf("division %d has %d rules", d, len(rules))
		}
		if d.Valid() {
			t.Errorf("division %d is valid", d)
		}
	}
	_, err := calendar.ParseDivision("")
	wantField(t, err, "division")
}

func TestT2RulesAreTheCallersToExtend(t *testing.T) {
	rules := calendar.UKHolidays(calendar.EnglandAndWales)
	n := len(rules)
	_ = append(rules[:0], rules[1:]...)
	if again := calendar.UKHolidays(calendar.EnglandAndWales); len(again) != n || again[0].Name != "Good Friday" {
		t.Error("a caller's change reached the package")
	}
	if got := calendar.UKHolidays(calendar.Scotland); len(got) <= len(calendar.UKHolidays(0)) {
		t.Error("Scotland has no rules")
	}
}

// rickar/cal computes in the machine's zone. Where that zone skips a midnight
// a holiday must not slip to the day before.
func TestT1ServersZoneDoesNotMatter(t *testing.T) {
	saoPaulo := zone(t, "America/Sao_Paulo")
	was := cal.DefaultLoc
	defer func() { cal.DefaultLoc = was }()

	sunday := &cal.Holiday{
		Name: "On a skipped midnight", Month: time.October, Day: 16, Func: cal.CalcDayOfMonth,
		Observed: []cal.AltDay{{Day: time.Sunday, Offset: 1}, {Day: time.Saturday, Offset: 10}},
	}
	noon := &cal.Holiday{Name: "Noon", Func: func(_ *cal.Holiday, year int) time.Time {
		return time.Date(year, time.October, 19, 12, 0, 0, 0, time.UTC)
	}}
	var want []title
	for i, loc := range []*time.Location{time.UTC, saoPaulo} {
		cal.DefaultLoc = loc
		c, err := calendar.New(calendar.Options{
			Location: saoPaulo, Holidays: append([]*cal.Holiday{sunday, noon}, gb.Holidays...), First: 2011, Last: 2011,
		})
		if err != nil {
			t.Fatal(err)
		}
		got := holidays(t, c, 2011)
		if i == 0 {
			want = got
			if want[len(want)-4] != (title{"2011-10-17", "On a skipped midnight"}) || want[len(want)-3] != (title{"2011-10-19", "Noon"}) {
				t.Fatalf("wrong from the start: %v", want)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", loc, diff)
		}
	}
}

func TestT1DivisionNotZoneChoosesHolidays(t *testing.T) {
	if uk(t, calendar.NorthernIreland).Location().String() != uk(t, calendar.EnglandAndWales).Location().String() {
		t.Error("Belfast and London share their clocks")
	}
	boyne := day(t, "2026-07-13")
	if must[bool](t)(uk(t, calendar.NorthernIreland).IsBusinessDay(boyne)) || !must[bool](t)(uk(t, calendar.EnglandAndWales).IsBusinessDay(boyne)) {
		t.Error("13 July 2026 is a holiday in Northern Ireland alone")
	}
}

func TestZoneErrorReads(t *testing.T) {
	cause := errors.New("no such file")
	err := error(&calendar.ZoneError{Zone: "Europe/London", Err: cause})
	if !errors.Is(err, cause) || err.Error() != "The time zone Europe/London is not available on this machine." {
		t.Error(err)
	}
	if (&calendar.ZoneError{}).Code() != "zone_unavailable" {
		t.Error("wrong code")
	}
}
