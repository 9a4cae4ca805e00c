package session_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

func TestS4DaysAndMonths(t *testing.T) {
	p := practice(t)
	check := func(name string, got calendar.Span, err error, start, end string) {
		t.Helper()
		if err != nil {
			t.Errorf("S4 %s: %v", name, err)
			return
		}
		if !got.Start.Equal(at(start)) || !got.End.Equal(at(end)) || got.Start.Location() != time.UTC {
			t.Errorf("S4 %s: %v to %v", name, got.Start, got.End)
		}
	}
	d, err := p.Day(calendar.MustDate(2026, 7, 14))
	check("a day in summer", d, err, "2026-07-13T23:00:00Z", "2026-07-14T23:00:00Z")
	d, err = p.Day(calendar.MustDate(2026, 10, 25))
	check("a day of 25 hours", d, err, "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z")
	d, err = p.Days(calendar.MustDate(2026, 3, 28), calendar.MustDate(2026, 3, 30))
	check("two days", d, err, "2026-03-28T00:00:00Z", "2026-03-29T23:00:00Z")
	d, err = p.Month(2026, time.March)
	check("March", d, err, "2026-03-01T00:00:00Z", "2026-03-31T23:00:00Z")
	d, err = p.Month(2028, time.February)
	check("a leap February", d, err, "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")
	d, err = p.Month(2030, time.December)
	check("the calendar's last month", d, err, "2030-12-01T00:00:00Z", "2031-01-01T00:00:00Z")

	for year := 2020; year < 2030; year++ {
		for month := time.January; month <= time.December; month++ {
			this, err := p.Month(year, month)
			if err != nil {
				t.Fatal(err)
			}
			first := time.Date(year, month, 1, 0, 0, 0, 0, p.Calendar.Location())
			if !this.Start.Equal(first) || !this.End.Equal(first.AddDate(0, 1, 0)) {
				t.Errorf("S4 %v %d: %v", month, year, this)
			}
		}
	}

	_, err = p.Month(2026, 13)
	wantField(t, err, "month")
	_, err = p.Days(calendar.MustDate(2026, 7, 14), calendar.MustDate(2026, 7, 14))
	wantField(t, err, "last")
	var outside *calendar.RangeError
	if _, err = p.Month(2031, time.January); !errors.As(err, &outside) {
		t.Errorf("T2 outside the years: %v", err)
	}
	if _, err = p.Days(calendar.MustDate(2030, 12, 31), calendar.MustDate(2031, 1, 2)); !errors.As(err, &outside) {
		t.Errorf("T2 into the years outside: %v", err)
	}
	p.Calendar = nil
	_, err = p.Day(calendar.MustDate(2026, 7, 14))
	wantField(t, err, "Practice")
}

func TestS4QueryRefusesBadFields(t *testing.T) {
	good := session.CalendarQuery{
		Practice: "chapel-allerton",
		Within:   calendar.Span{Start: noon, End: noon.Add(time.Hour)},
		States:   []session.State{session.Open, session.Filled},
		Page:     session.PageRequest{Limit: session.MaxPageSize},
	}
	cases := map[string][]wrong[session.CalendarQuery]{
		"Practice": wrongID("Practice", func(q *session.CalendarQuery) *string { return (*string)(&q.Practice) }),
		"Within": {
			{"missing", "Within", func(q *session.CalendarQuery) { q.Within = calendar.Span{} }},
			{"backwards", "Within", func(q *session.CalendarQuery) { q.Within.End = noon.Add(-1) }},
		},
		"States": {
			{"of none", "States", func(q *session.CalendarQuery) { q.States = []session.State{0} }},
			{"unknown", "States", func(q *session.CalendarQuery) { q.States = []session.State{session.Open, 7} }},
		},
		"Page": {
			{"negative", "Page.Limit", func(q *session.CalendarQuery) { q.Page.Limit = -1 }},
			{"too large", "Page.Limit", func(q *session.CalendarQuery) { q.Page.Limit = session.MaxPageSize + 1 }},
		},
	}
	checkCommand(t, good, cases)
	if err := (session.PageRequest{}).Validate(); err != nil {
		t.Errorf("S4 no limit: %v", err)
	}
	if got := good.Page.Size(); got != session.MaxPageSize {
		t.Errorf("S4 size %d", got)
	}
	if got := (session.PageRequest{}).Size(); got != session.PageSize {
		t.Errorf("S4 default size %d", got)
	}
}
