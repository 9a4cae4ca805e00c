package storetest

import (
	"fmt"
	"reflect"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/history"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// now is when everything happens that doesn't say otherwise.
var now = time.Date(2026, time.July, 1, 12, 0, 0, 123456000, time.UTC)

func at(day, hour int) time.Time { return time.Date(2026, time.July, day, hour, 0, 0, 0, time.UTC) }

func terms(day, hour, hours int) session.Terms {
	return session.Terms{
		Role: "GP", Span: calendar.Span{Start: at(day, hour), End: at(day, hour+hours)}, Place: "Room 1",
		Rate: session.Rate{Amount: decimal.RequireFromString("83.335"), Currency: session.GBP, Per: session.PerHour},
	}
}

// shift is an open session of Leeds on a day of July, its first version.
func shift(n, day int) session.Session {
	return session.Session{
		ID: session.SessionID(fmt.Sprintf("s-%03d", n)), Version: 1, Reference: session.Reference(fmt.Sprintf("#401%06d", n)),
		Provider: "north", Practice: "leeds", State: session.Open, Terms: terms(day, 8, 8), Channel: session.Rota,
		Choosing: session.Review, EngagementStart: at(day, 8), Opened: now, Created: now,
	}
}

// booked is a confirmed booking of a session, its first version.
func booked(n int, of session.Session, who session.ClinicianID) booking.Booking {
	return booking.Booking{
		ID: session.BookingID(fmt.Sprintf("b-%03d", n)), Version: 1, Session: of.ID, Reference: of.Reference,
		Provider: of.Provider, Practice: of.Practice, Clinician: who, Person: session.PersonID("p-" + who),
		State: booking.Confirmed, Terms: of.Terms, EngagementStart: of.EngagementStart, Channel: of.Channel, Made: now,
	}
}

func applied(of session.Session, who session.ClinicianID) rota.Application {
	return rota.Application{
		ID: rota.ApplicationID(of.ID, of.Round, who), Version: 1, Session: of.ID, Provider: of.Provider,
		Practice: of.Practice, Clinician: who, Person: session.PersonID("p-" + who), Round: of.Round,
		State: rota.Pending, Applied: now,
	}
}

// keeps is a diary's change that puts a booking into it.
func keeps(version int64, b booking.Booking) booking.DiaryChange {
	return booking.DiaryChange{Clinician: b.Clinician, Version: version, Put: []booking.Entry{b.Entry()}}
}

// change is what a command makes of some records, each with its event.
func change(command string, records ...session.Record) desk.Changes {
	c := desk.Changes{
		Key:     desk.CommandKey{Actor: "somebody", Command: session.CommandID(command)},
		Outcome: desk.Outcome{Digest: "digest of " + command, Result: []byte(`{"of":"` + command + `"}`), At: now},
	}
	for _, r := range records {
		put(&c, r)
		if r.Subject().Kind == session.KindDiary {
			continue
		}
		e := session.Event{
			Subject: r.Subject(), Version: r.Revision(), Kind: "thing.happened", Provider: r.Tenant(), Session: r.About(),
			At: now, By: session.System(), Command: session.CommandID(command), Facts: session.Facts{"a": "b"},
		}
		if m, ok := r.(booking.Message); ok {
			e.Facts["clinician"], e.Facts["text"] = string(m.Clinician), string(m.Text)
		}
		c.Events = append(c.Events, e)
	}
	return c
}

// put adds a record to changes, to the list of its type.
func put(c *desk.Changes, r session.Record) {
	lists := reflect.ValueOf(c).Elem()
	for i := range lists.NumField() {
		list := lists.Field(i)
		if list.Kind() == reflect.Slice && list.Type().Elem() == reflect.TypeOf(r) {
			list.Set(reflect.Append(list, reflect.ValueOf(r)))
		}
	}
}

// everything has one record of each type, all that the first commit of a store can write.
func everything() []session.Record {
	s := shift(1, 14)
	s.State, s.Booking = session.Filled, "b-001"
	b := booked(1, s, "ada")
	b.Lapsed = []string{"document_expired/dbs"}
	money := session.Pounds(12345)
	policy := withdrawal.Default()
	policy.Version, policy.Provider, policy.ValidFrom = 1, "north", now
	policy.Fee.Scale = []withdrawal.ScaleStep{{Notice: policy.Fee.Notice, Percent: decimal.NewFromInt(50)}}
	return []session.Record{
		s, applied(s, "ada"), b, keeps(1, b),
		withdrawal.Case{ID: "k-1", Version: 1, Session: s.ID, Provider: "north", Practice: "leeds", Booking: b.ID,
			State: withdrawal.CaseOpen, Via: withdrawal.ByForm, Received: now, Opened: now, Target: now},
		withdrawal.Fee{Booking: b.ID, Version: 1, Session: s.ID, Provider: "north", Practice: "leeds", Clinician: "ada",
			State: withdrawal.FeeProposed, Cap: money, Amount: money, By: session.AsClinician, Due: at(20, 12),
			Steps: []withdrawal.FeeStep{{At: now, By: session.Clinician("p-ada", "ada"), State: withdrawal.FeeProposed, Amount: money}}},
		booking.Hours{Booking: b.ID, Version: 1, Session: s.ID, Provider: "north", State: booking.HoursStated,
			Span: s.Terms.Span, Amount: money, At: now},
		booking.Invoice{ID: "i-1", Version: 1, Booking: b.ID, Session: s.ID, Provider: "north", Practice: "leeds",
			Clinician: "ada", For: booking.ForHours, Amount: money, State: booking.InvoiceAwaiting, Made: now},
		booking.Message{ID: "m-1", Version: 1, Session: s.ID, Provider: "north", Practice: "leeds", Clinician: "ada",
			From: session.Practice("p-leeds", "north", "leeds"), Text: "t-1", Sent: now},
		policy,
		notify.Settings{Person: "p-ada", Version: 1, Emails: notify.Emails{Pay: notify.Off}},
		session.Text{ID: "t-1", Version: 1, Provider: "north", Session: s.ID, Class: session.MessageText, Body: "Hello.",
			By: "p-leeds", Written: now},
	}
}

// first is everything as one change; its text is pointed to.
func first() desk.Changes {
	c := change("first", everything()...)
	for i := range c.Events {
		c.Events[i].Reason = "t-1"
	}
	return c
}

// view is all that a store keeps.
func view(t *test, s desk.Store) history.View {
	t.Helper()
	v, err := history.Look(t.Context(), s)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return v
}

func commit(t *test, s desk.Store, c desk.Changes, want desk.Verdict) {
	t.Helper()
	got, err := s.Commit(t.Context(), c)
	if err != nil || got != want {
		t.Fatalf("%s: %s, %v; want %s", c.Key.Command, got, err, want)
	}
}

func same(t reporter, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, history.Exact); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
