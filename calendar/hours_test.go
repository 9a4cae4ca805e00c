package calendar_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rickar/cal/v2"

	"github.com/sessional-go/sessional/calendar"
)

func hours(t testing.TB, s string) calendar.Hours {
	t.Helper()
	var h calendar.Hours
	if err := json.Unmarshal([]byte(s), &h); err != nil {
		t.Fatal(err)
	}
	return h
}

const support = `{"windows":[{"days":"mon-fri","from":"09:00","to":"12:30"},{"days":"mon-fri","from":"13:30","to":"17:30"},` +
	`{"days":"sat","from":"10:00","to":"12:00"}],"closed":{"all_holidays":true,"dates":["2026-12-24"]}}`

func TestT6OpeningHours(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	h := hours(t, support)
	for _, tc := range []struct{ name, at, next, closes string }{
		{"T6 open", "2026-07-13T10:00:00+01:00", "2026-07-13T10:00:00+01:00", "2026-07-13T12:30:00+01:00"},
		{"T6 the first instant", "2026-07-13T09:00:00+01:00", "2026-07-13T09:00:00+01:00", "2026-07-13T12:30:00+01:00"},
		{"T6 the instant before", "2026-07-13T08:59:59.999999999+01:00", "2026-07-13T09:00:00+01:00", ""},
		{"T6 the last instant", "2026-07-13T12:29:59.999999999+01:00", "2026-07-13T12:29:59.999999999+01:00", "2026-07-13T12:30:00+01:00"},
		{"T6 the instant it closes", "2026-07-13T12:30:00+01:00", "2026-07-13T13:30:00+01:00", ""},
		{"T6 the evening", "2026-07-13T20:00:00+01:00", "2026-07-14T09:00:00+01:00", ""},
		{"T6 Friday evening", "2026-07-17T18:00:00+01:00", "2026-07-18T10:00:00+01:00", ""},
		{"T6 Saturday afternoon", "2026-07-18T12:00:00+01:00", "2026-07-20T09:00:00+01:00", ""},
		{"T6 over Easter", "2026-04-02T17:30:00+01:00", "2026-04-04T10:00:00+01:00", ""},
		{"T6 Easter Monday", "2026-04-04T12:00:00+01:00", "2026-04-07T09:00:00+01:00", ""},
		{"T6 a closed date, then Christmas", "2026-12-23T18:00:00Z", "2026-12-26T10:00:00Z", ""},
		{"T6 Boxing Day, kept on the Monday", "2026-12-26T12:00:00Z", "2026-12-29T09:00:00Z", ""},
		{"T6 over the spring change", "2026-03-28T12:00:00Z", "2026-03-30T09:00:00+01:00", ""},
		{"T6 over the autumn change", "2026-10-24T12:00:00+01:00", "2026-10-26T09:00:00Z", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			now := at(t, tc.at)
			if open, err := h.Open(c, now); err != nil || open != (tc.closes != "") {
				t.Errorf("open %v, %v", open, err)
			}
			next, err := h.Next(c, now)
			if err != nil || instant(next) != instant(at(t, tc.next)) || next.Location() != c.Location() {
				t.Errorf("opens %s, %v; want %s", next, err, tc.next)
			}
			closes, err := h.Closes(c, now)
			if tc.closes == "" {
				wantHours(t, err, calendar.HoursClosed, "It is closed at that time.")
			} else if err != nil || instant(closes) != instant(at(t, tc.closes)) || closes.Location() != c.Location() {
				t.Errorf("closes %s, %v; want %s", closes, err, tc.closes)
			}
		})
	}
}

func wantHours(t *testing.T, err error, problem, text string) {
	t.Helper()
	var e *calendar.HoursError
	if !errors.As(err, &e) || e.Problem != problem || e.Code() != problem || e.Error() != text {
		t.Errorf("got %v, want %s", err, problem)
	}
}

func TestT6HoursThatAreNotSet(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	now := at(t, "2026-07-13T10:00:00+01:00")
	var h calendar.Hours
	if h.IsSet() || !h.IsZero() || h.Validate() != nil {
		t.Error("the zero hours are set, or wrong")
	}
	for _, err := range []error{second(h.Open(c, now)), second(h.Next(c, now)), second(h.Closes(c, now))} {
		wantHours(t, err, calendar.HoursNotSet, "No opening hours are set.")
	}
	if h := hours(t, support); !h.IsSet() || h.IsZero() {
		t.Error("hours that are set are not")
	}
	if (calendar.Hours{Closed: calendar.Closures{AllHolidays: true}}).IsZero() {
		t.Error("closures alone are nothing")
	}
	if got := (&calendar.HoursError{}).Error(); got != "The opening hours cannot say." {
		t.Error(got)
	}
}

func TestT6ChosenHolidays(t *testing.T) {
	c := uk(t, calendar.Scotland)
	h := hours(t, `{"windows":[{"days":"mon-sun","from":"00:00","to":"24:00"}],"closed":{"holidays":["Boxing Day","Nobody’s Day"]}}`)
	for date, want := range map[string]bool{"2026-12-25": true, "2026-12-28": false, "2026-12-29": true, "2026-12-24": true} {
		noon := must[time.Time](t)(c.Resolve(local(t, date, "12:00")))
		if got := must[bool](t)(h.Open(c, noon)); got != want {
			t.Errorf("%s: open %v", date, got)
		}
	}
	// Days without a pause between them are one, to the closed day.
	closes := must[time.Time](t)(h.Closes(c, at(t, "2026-12-01T12:00:00Z")))
	if instant(closes) != "2026-12-28T00:00:00Z" {
		t.Errorf("closes at %s", closes)
	}
	// Two holidays on one date, the second of which is the chosen one.
	rule := func(name string) *cal.Holiday {
		return &cal.Holiday{Name: name, Month: time.May, Day: 1, Func: cal.CalcDayOfMonth}
	}
	two := must[*calendar.Calendar](t)(calendar.New(calendar.Options{
		Location: time.UTC, Holidays: []*cal.Holiday{rule("First"), rule("Boxing Day")}, First: 2026, Last: 2026,
	}))
	if must[bool](t)(h.Open(two, at(t, "2026-05-01T12:00:00Z"))) {
		t.Error("the second holiday of a date does not count")
	}
}

func TestT6WindowsOverClockChanges(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	h := hours(t, `{"windows":[{"days":"sun","from":"01:15","to":"01:45"},{"days":"sun","from":"22:00","to":"24:00"},{"days":"mon","from":"00:00","to":"06:00"}]}`)
	for _, tc := range []struct{ name, at, next, closes string }{
		{"T6 a skipped window does not open", "2026-03-29T00:30:00Z", "2026-03-29T22:00:00+01:00", "2026-03-30T06:00:00+01:00"},
		{"T6 a repeated window opens", "2026-10-25T00:00:00+01:00", "2026-10-25T01:15:00+01:00", "2026-10-25T01:45:00+01:00"},
		{"T6 and opens again", "2026-10-25T01:45:00+01:00", "2026-10-25T01:15:00Z", "2026-10-25T01:45:00Z"},
		{"T6 then no more", "2026-10-25T01:45:00Z", "2026-10-25T22:00:00Z", "2026-10-26T06:00:00Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			next := must[time.Time](t)(h.Next(c, at(t, tc.at)))
			closes := must[time.Time](t)(h.Closes(c, next))
			if diff := cmp.Diff([]string{instant(at(t, tc.next)), instant(at(t, tc.closes))}, []string{instant(next), instant(closes)}); diff != "" {
				t.Error(diff)
			}
		})
	}
	// The change leads into a window, or out of one.
	into := hours(t, `{"windows":[{"days":"sun","from":"01:30","to":"03:00"}]}`)
	if got := must[time.Time](t)(into.Next(c, at(t, "2026-03-29T00:00:00Z"))); instant(got) != "2026-03-29T01:00:00Z" {
		t.Errorf("opens at %s", got)
	}
	out := hours(t, `{"windows":[{"days":"sun","from":"00:30","to":"01:30"}]}`)
	if got := must[time.Time](t)(out.Closes(c, at(t, "2026-03-29T00:30:00Z"))); instant(got) != "2026-03-29T01:00:00Z" {
		t.Errorf("closes at %s", got)
	}
}

func TestT6AtTheEndOfTheYears(t *testing.T) {
	c := uk(t, calendar.EnglandAndWales)
	always := hours(t, `{"windows":[{"days":"mon-sun","from":"00:00","to":"24:00"}]}`)
	_, err := always.Closes(c, at(t, "2040-12-01T12:00:00Z"))
	wantRange(t, err)
	if open := must[bool](t)(always.Open(c, at(t, "2040-12-31T23:59:59Z"))); !open {
		t.Error("closed in the last second")
	}
	for _, err := range []error{
		second(always.Open(c, at(t, "2041-01-01T00:00:00Z"))), second(always.Next(c, at(t, "2010-01-01T00:00:00Z"))),
		second(always.Closes(c, at(t, "2041-01-01T00:00:00Z"))),
	} {
		wantRange(t, err)
	}
	onHolidays := hours(t, `{"windows":[{"days":"mon-sun","from":"00:00","to":"24:00"}],"closed":{"all_holidays":true}}`)
	if open := must[bool](t)(onHolidays.Open(c, at(t, "2040-12-31T12:00:00Z"))); !open {
		t.Error("closed on a day after the last holiday")
	}
	monday := hours(t, `{"windows":[{"days":"tue","from":"09:00","to":"10:00"}]}`)
	_, err = monday.Next(c, at(t, "2040-12-31T12:00:00Z")) // a Monday; the Tuesday is 2041
	wantHours(t, err, calendar.HoursNeverOpen, "It does not open again.")
	last := hours(t, `{"windows":[{"days":"mon","from":"23:00","to":"24:00"}]}`)
	if got := must[time.Time](t)(last.Next(c, at(t, "2040-12-31T12:00:00Z"))); instant(got) != "2040-12-31T23:00:00Z" {
		t.Errorf("opens at %s", got)
	}
	if got := must[time.Time](t)(last.Closes(c, at(t, "2039-12-26T23:30:00Z"))); instant(got) != "2039-12-27T00:00:00Z" {
		t.Errorf("closes at %s", got)
	}
}

func TestT6HoursAreChecked(t *testing.T) {
	window := func(days calendar.Weekdays, from, to calendar.Clock) calendar.Hours {
		return calendar.Hours{Windows: []calendar.Window{{days, from, to}}}
	}
	nine, five := calendar.MustClock(9, 0), calendar.MustClock(17, 0)
	for _, tc := range []struct {
		hours calendar.Hours
		field string
	}{
		{window(0, nine, five), "windows[0].days"},
		{window(128, nine, five), "windows[0].days"},
		{window(1, calendar.Clock{}, five), "windows[0].from"},
		{window(1, nine, calendar.Clock{}), "windows[0].to"},
		{window(1, five, nine), "windows[0].to"},
		{window(1, nine, nine), "windows[0].to"},
		{calendar.Hours{Closed: calendar.Closures{AllHolidays: true}}, "windows"},
	} {
		wantField(t, tc.hours.Validate(), tc.field)
	}
	for _, tc := range []struct{ json, field string }{
		{`{"windows":[{"days":"mon","from":"09:00","to":"17:00"},{"days":"fry","from":"09:00","to":"17:00"}]}`, "windows[1].days"},
		{`{"windows":[{"days":"mon","from":"9:00","to":"17:00"}]}`, "windows[0].from"},
		{`{"windows":[{"days":"mon","from":"09:00","to":"25:00"}]}`, "windows[0].to"},
		{`{"windows":[{"days":"mon","from":"09:00","to":"17:00"},{"days":"mon,tue","from":"16:59","to":"18:00"}]}`, "windows[1]"},
		{`{"windows":[{"days":"mon","from":"09:00","to":"17:00"},{"days":"mon,tue","from":"08:00","to":"09:01"}]}`, "windows[1]"},
		{`{"windows":[{"days":"mon","from":"09:00"}]}`, "windows[0].to"},
		{`{"windows":[{"from":"09:00","to":"17:00"}]}`, "windows[0].days"},
		{`{"windows":[{"days":"mon","from":"09:00","to":"17:00"}],"closed":{"dates":["2026-12-24","24.12."]}}`, "closed.dates[1]"},
		{`{"windows":[{"days":"mon","from":"09:00","to":"17:00"}],"closed":{"dates":[""]}}`, "closed.dates[0]"},
		{`{"windows":[{"days":"mon","from":"09:00","to":"17:00"}],"closed":{"holidays":["Easter",""]}}`, "closed.holidays[1]"},
		{`{"closed":{"dates":["2026-12-24"]}}`, "windows"},
		{`{"windows":[],"holiday":true}`, ""},
		{`{"windows":7}`, ""},
	} {
		h := hours(t, support)
		wantField(t, json.Unmarshal([]byte(tc.json), &h), tc.field)
		if diff := cmp.Diff(support, string(must[[]byte](t)(json.Marshal(h)))); diff != "" {
			t.Errorf("%s changed the hours: %s", tc.json, diff)
		}
	}
	// Windows that only touch, or are on other days, do not overlap.
	h := hours(t, `{"windows":[{"days":"mon","from":"09:00","to":"12:00"},{"days":"mon","from":"12:00","to":"17:00"},{"days":"tue","from":"09:00","to":"17:00"}]}`)
	c := uk(t, calendar.EnglandAndWales)
	if got := must[time.Time](t)(h.Closes(c, at(t, "2026-07-13T10:00:00+01:00"))); instant(got) != "2026-07-13T16:00:00Z" {
		t.Errorf("closes at %s", got)
	}
	var none calendar.Hours
	if err := json.Unmarshal([]byte(`{}`), &none); err != nil || none.IsSet() {
		t.Errorf("no hours: %v, %v", none, err)
	}
}
