package booking_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

func sendMessage(by session.Actor, to session.ClinicianID) booking.SendMessage {
	return booking.SendMessage{Command: session.Do("cmd", by), Session: "s-1", To: to, Body: "Is there parking?"}
}

func TestB3MessagesBelongToASession(t *testing.T) {
	for _, cmd := range []booking.SendMessage{sendMessage(ada, ""), sendMessage(jo, "ada"), sendMessage(mo, "ada")} {
		if err := cmd.Validate(); err != nil {
			t.Fatal(err)
		}
		m, d, err := cmd.Decide(booked(t), after)
		if err != nil {
			t.Fatal(err)
		}
		want := booking.Message{
			ID: m.ID, Version: 1, Session: "s-1", Provider: "leeds-health", Practice: "chapel-allerton", Clinician: "ada",
			From: cmd.By, Text: d.Texts[0].ID, Sent: after,
		}
		if diff := compare(want, m); diff != "" {
			t.Error(diff)
		}
		if x := d.Texts[0]; x.Body != "Is there parking?" || x.Class != session.MessageText || x.Provider != "leeds-health" || x.Session != "s-1" {
			t.Errorf("P4 %+v", x)
		}
		facts := session.Facts{
			"reference": "#401000123", "practice": "chapel-allerton", "clinician": "ada", "text": string(m.Text),
		}
		if diff := compare(facts, d.Events[0].Facts); diff != "" || told(d) != "message.sent@1" {
			t.Errorf("B3 %s\n%s", told(d), diff)
		}
		if diff := compare([]session.Record{m}, d.Records); diff != "" {
			t.Error(diff)
		}
		text, err := json.Marshal(d.Events)
		if err != nil || strings.Contains(string(text), "parking") {
			t.Errorf("P4 the event holds what was written: %s", text)
		}
		roundTrip(t, m)
	}
	s := booked(t)
	s.Known = false
	_, d, err := sendMessage(ada, "").Decide(s, after)
	forbidden(t, "As a clinician you may not send a message: messages about a session are for its practice and the "+
		"clinicians who applied for it or are booked.", d, err)
}

func TestB3MessageRefusesBadFields(t *testing.T) {
	cases := map[string][]wrong[booking.SendMessage]{
		"Session": wrongID("Session", func(c *booking.SendMessage) *string { return (*string)(&c.Session) }),
		"To":      wrongID("To", func(c *booking.SendMessage) *string { return (*string)(&c.To) }),
		"Body":    wrongText("Body", func(c *booking.SendMessage) *string { return &c.Body }),
	}
	cases["To"] = append(cases["To"], wrong[booking.SendMessage]{
		"given by a clinician", "To", func(c *booking.SendMessage) { c.By = ada },
	})
	checkCommand(t, sendMessage(jo, "ada"),
		wrongHead(func(c *booking.SendMessage) *session.Command { return &c.Command }), cases)
}

func TestB1Move(t *testing.T) {
	for _, from := range everyState {
		for _, trigger := range everyTrigger {
			b := booked(t).Booking
			b.State = from
			next, err := b.Move(trigger, "do that")
			to, ok := from.Next(trigger)
			if !ok {
				word := strings.ReplaceAll(from.String(), "_", " ")
				wantError[*session.StateError](t, err, "wrong_state", "The booking is "+word+", so you can't do that.")
				continue
			}
			if err != nil || next.State != to || next.Version != b.Version+1 {
				t.Errorf("B1 %v, %v: %+v, %v", from, trigger, next, err)
			}
			next.Lapsed[0] = "changed"
			if b.Lapsed[0] != "indemnity" {
				t.Error("the next booking shares a list with the one before")
			}
		}
	}
}

func TestA7Clashes(t *testing.T) {
	hour := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
	span := func(from, to int) calendar.Span { return calendar.Span{Start: hour(from), End: hour(to)} }
	d := booking.Diary{Clinician: "ada", Version: 4, Entries: []booking.Entry{
		{Booking: "b-1", Session: "s-1", Provider: "leeds-health", Span: span(0, 8)},
		{Booking: "b-2", Session: "s-2", Reference: "#401000002", Provider: "york-health", Span: span(20, 24), Also: span(30, 34)},
	}}
	for _, c := range []struct {
		name   string
		span   calendar.Span
		except session.BookingID
		want   session.BookingID
	}{
		{"A7 the same time", span(0, 8), "", "b-1"},
		{"A7 a minute at the end", span(7, 9), "", "b-1"},
		{"A7 touching is no overlap", span(8, 20), "", ""},
		{"A7 around it", span(-1, 9), "", "b-1"},
		{"A7 not with itself", span(0, 8), "b-1", ""},
		{"S5 the time of a pending change", span(33, 40), "", "b-2"},
		{"S5 between the two", span(24, 30), "", ""},
	} {
		got, ok := d.Clash(c.span, c.except)
		if got.Booking != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %v", c.name, got.Booking, ok)
		}
		if err := d.CheckClash(c.span, c.except, jo); (err != nil) != ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	t.Run("A7 another provider's booking is not revealed", func(t *testing.T) {
		wantError[*booking.ClashError](t, d.CheckClash(span(20, 21), "", jo), "booking_clash",
			"The clinician is booked elsewhere at that time.")
		wantError[*booking.ClashError](t, d.CheckClash(span(20, 21), "", session.Support("person-sam")), "booking_clash",
			"The clinician is booked elsewhere at that time.")
		wantError[*booking.ClashError](t, d.CheckClash(span(20, 21), "", session.Clinician("person-bo", "bo")), "booking_clash",
			"The clinician is booked elsewhere at that time.")
	})
	t.Run("A7 one's own is", func(t *testing.T) {
		wantError[*booking.ClashError](t, d.CheckClash(span(20, 21), "", ada), "booking_clash",
			"You are booked for session #401000002 at that time.")
		wantError[*booking.ClashError](t, d.CheckClash(span(20, 21), "", session.RotaManager("person-x", "york-health")),
			"booking_clash", "The clinician is booked for session #401000002 at that time.")
	})
}

func TestA7DiaryChanges(t *testing.T) {
	s := booked(t)
	keep, free := s.Diary.Keep(s.Booking), s.Diary.Free(s.Booking)
	if diff := compare(booking.DiaryChange{Clinician: "ada", Version: 10, Put: []booking.Entry{s.Booking.Entry()}}, keep); diff != "" {
		t.Error(diff)
	}
	if diff := compare(booking.DiaryChange{Clinician: "ada", Version: 10, Drop: []session.BookingID{"b-1"}}, free); diff != "" {
		t.Error(diff)
	}
	if first := (booking.Diary{}).Keep(s.Booking); first.Clinician != "ada" || first.Version != 1 {
		t.Errorf("A7 the first booking of a diary: %+v", first)
	}
	if keep.Subject().String() != "diary/ada" || keep.Revision() != 10 || keep.Tenant() != "" || keep.About() != "" {
		t.Errorf("%v", keep.Subject())
	}
	roundTrip(t, keep)
	roundTrip(t, s.Diary)
}

func TestS5ABookingHoldsBothSpans(t *testing.T) {
	b := booked(t).Booking
	agreed := calendar.Span{Start: start, End: end}
	later := calendar.Span{Start: start.AddDate(0, 1, 0), End: end.AddDate(0, 1, 0)}
	if diff := compare([]calendar.Span{agreed}, b.Spans()); diff != "" {
		t.Error(diff)
	}
	b.Pending = booking.Pending{Terms: terms(), Since: start, By: jo}
	b.Pending.Terms.Span = later
	if diff := compare([]calendar.Span{agreed, later}, b.Spans()); diff != "" {
		t.Error(diff)
	}
	if e := b.Entry(); e.Span != agreed || e.Also != later || e.Provider != "leeds-health" {
		t.Errorf("%+v", e)
	}
	if b.Started(start.Add(-1)) || !b.Started(start) {
		t.Error("T5 the agreed start decides, and now = start is after it")
	}
	roundTrip(t, b)
}

func TestW9CallIsTracked(t *testing.T) {
	var none booking.Call
	due := booking.Call{Phone: "0113 496 0000", Due: start}
	made := due
	made.Made, made.By = after, ada
	for _, c := range []struct {
		call       booking.Call
		zero, open bool
	}{{none, true, false}, {due, false, true}, {made, false, false}} {
		if c.call.IsZero() != c.zero || c.call.Open() != c.open {
			t.Errorf("W9 %+v", c.call)
		}
		roundTrip(t, c.call)
	}
}

func TestRecordsInJSON(t *testing.T) {
	s := invoiced(t)
	roundTrip(t, s.Booking)
	roundTrip(t, booking.Booking{})
	roundTrip(t, booking.Approved{Hours: s.Hours, Invoice: s.Invoice})
	for _, r := range []session.Record{s.Booking, s.Hours, booking.Message{ID: "m", Version: 1, Provider: "leeds-health", Session: "s-1"}} {
		if r.Tenant() != "leeds-health" || r.About() != "s-1" || r.Revision() < 1 {
			t.Errorf("%v: %s, %s, %d", r.Subject(), r.Tenant(), r.About(), r.Revision())
		}
	}
	if got := s.Booking.Subject().String() + " " + s.Hours.Subject().String(); got != "booking/b-1 hours/b-1" {
		t.Error(got)
	}
	text, err := json.Marshal(booked(t).Booking)
	if err != nil || strings.Contains(string(text), "ending") || strings.Contains(string(text), "pending") {
		t.Errorf("a live booking tells of an end: %s", text)
	}
}

func TestA8QueryRefusesBadFields(t *testing.T) {
	good := booking.Query{Practice: "chapel-allerton", States: []booking.State{booking.Confirmed}}
	checkCommand(t, good, map[string][]wrong[booking.Query]{
		"Practice": append(wrongID("Practice", func(q *booking.Query) *string { return (*string)(&q.Practice) }),
			wrong[booking.Query]{"beside a clinician", "Practice", func(q *booking.Query) { q.Clinician = "ada" }}),
		"Clinician": {{"blank", "Clinician", func(q *booking.Query) { q.Practice, q.Clinician = "", " " }}},
		"Within":    {{"backwards", "Within", func(q *booking.Query) { q.Within = calendar.Span{Start: end, End: start} }}},
		"States":    {{"unknown", "States", func(q *booking.Query) { q.States = []booking.State{6} }}},
		"Page":      {{"negative", "Page.Limit", func(q *booking.Query) { q.Page.Limit = -1 }}},
	})
	if err := (booking.Query{Clinician: "ada", Within: calendar.Span{Start: start, End: end}}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestB1ALapsedRegistrationIsTheCliniciansCause(t *testing.T) {
	for _, c := range []struct {
		name               string
		lapsed, overridden []string
		want               bool
	}{
		{"B1 nothing has", nil, nil, false},
		{"B1 it has", []string{"document_expired/dbs", "document_expired/registration"}, nil, true},
		{"B1 another document is no registration", []string{"document_expired/dbs"}, nil, false},
		{"B1 the client knew and booked all the same", []string{"document_expired/registration"}, []string{"document_expired/registration"}, false},
	} {
		b := booking.Booking{Lapsed: c.lapsed, Overridden: c.overridden}
		if got := b.RegistrationLapsed(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
