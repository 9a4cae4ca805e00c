package calendar_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/rickar/cal/v2/gb"

	"github.com/sessional-go/sessional/calendar"
)

// drawn is how many examples a property draws in each of rapid's cases.
func drawn() int {
	if testing.Short() {
		return 2
	}
	return 10
}

func uk(t testing.TB, d calendar.Division) *calendar.Calendar {
	t.Helper()
	c, err := calendar.UK(d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// in is a calendar with the holidays of rickar/cal for Britain, in some zone.
func in(t testing.TB, name string) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(calendar.Options{
		Location: zone(t, name), Holidays: gb.Holidays, First: 2009, Last: 2036,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at reads an instant, written with its offset or Z.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func day(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func clock(t testing.TB, s string) calendar.Clock {
	t.Helper()
	c, err := calendar.ParseClock(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// must stops the test if err is not nil, and returns v otherwise.
func must[V any](t testing.TB) func(v V, err error) V {
	return func(v V, err error) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantField checks that err is a FieldError about one field.
func wantField(t testing.TB, err error, field string) {
	t.Helper()
	var e *calendar.FieldError
	switch {
	case !errors.As(err, &e):
		t.Errorf("got error %v, want a FieldError about %q", err, field)
	case e.Field != field:
		t.Errorf("error %q is about the field %q, want %q", e, e.Field, field)
	case e.Code() != "invalid_field" || e.Problem == "":
		t.Errorf("error has code %q and problem %q", e.Code(), e.Problem)
	}
}

// wantRange checks that err is a RangeError that names the years 2011 to 2040.
func wantRange(t testing.TB, err error) {
	t.Helper()
	var e *calendar.RangeError
	switch {
	case !errors.As(err, &e):
		t.Errorf("got error %v, want a RangeError", err)
	case e.First != 2011 || e.Last != 2040:
		t.Errorf("error names the years %d to %d", e.First, e.Last)
	case e.Code() != "date_out_of_range":
		t.Errorf("error has code %q", e.Code())
	}
}

// instant is an instant to the nanosecond, in UTC: what two times have to
// agree in.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// slimLondon is Europe/London as a zone database can hold it, too: no
// transitions, only the rule that they follow.
func slimLondon(t testing.TB) *time.Location {
	t.Helper()
	block := func() []byte {
		b := append([]byte("TZif2"), make([]byte, 15)...)
		for _, n := range []byte{0, 0, 0, 0, 1, 4} { // one type, four bytes of names
			b = append(b, 0, 0, 0, n)
		}
		return append(append(b, 0, 0, 0, 0, 0, 0), "GMT\x00"...)
	}
	data := append(append(block(), block()...), "\nGMT0BST,M3.5.0/1,M10.5.0\n"...)
	loc, err := time.LoadLocationFromTZData("Europe/London", data)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// changes lists the instants from 2010 to 2035 at which a zone changes its
// offset, found by looking every quarter of an hour.
func changes(loc *time.Location) []time.Time {
	var all []time.Time
	from := time.Date(2010, 6, 1, 0, 0, 0, 0, time.UTC)
	until := time.Date(2035, 6, 1, 0, 0, 0, 0, time.UTC)
	offset := func(t time.Time) int { _, o := t.In(loc).Zone(); return o }
	for d := from; d.Before(until); d = d.AddDate(0, 0, 1) {
		if offset(d) == offset(d.AddDate(0, 0, 1)) {
			continue
		}
		for q := d; q.Before(d.AddDate(0, 0, 1)); q = q.Add(time.Minute) {
			if offset(q) != offset(q.Add(time.Minute)) {
				all = append(all, q.Add(time.Minute))
			}
		}
	}
	return all
}

var zoneNames = []string{
	"Europe/London",
	"America/New_York",
	"America/Sao_Paulo",   // skipped midnights until 2018
	"Asia/Beirut",         // skips midnights
	"Pacific/Apia",        // skipped 2011-12-30
	"Australia/Lord_Howe", // changes by half an hour
	"Asia/Kolkata",        // off by half an hour
	"America/St_Johns",    // changed at one minute past midnight until 2011
	"UTC",
}

func hm(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }
