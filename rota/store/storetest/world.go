package storetest

import (
	"fmt"
	"reflect"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// now is when everything happens that doesn't say otherwise.
var now = time.Date(2026, time.July, 1, 12, 0, 0, 123456000, time.UTC)

// july is all of it, always all the time that there is anything in.
var (
	july   = calendar.Span{Start: at(1, 0), End: at(31, 23)}
	always = calendar.Span{
		Start: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
	}
)

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
		ID: session.SessionID(fmt.Sprintf("s-%06d", n)), Version: 1, Reference: session.Reference(fmt.Sprintf("#401%06d", n)),
		Provider: "north", Practice: "leeds", State: session.Open, Terms: terms(day, 8, 8), Channel: session.Rota,
		Choosing: session.Review, EngagementStart: at(day, 8), Opened: now, Created: now,
	}
}

// booked is a confirmed booking of a session, its first version.
func booked(n int, of session.Session, who session.ClinicianID) booking.Booking {
	return booking.Booking{
		ID: session.BookingID(fmt.Sprintf("b-%06d", n)), Version: 1, Session: of.ID, Reference: of.Reference,
		Provider: of.Provider, Practice: of.Practice, Clinician: who, Person: personOf(who),
		State: booking.Confirmed, Terms: of.Terms, EngagementStart: of.EngagementStart, Channel: of.Channel, Made: now,
	}
}

func applied(of session.Session, who session.ClinicianID) rota.Application {
	return rota.Application{
		ID: rota.ApplicationID(of.ID, of.Round, who), Version: 1, Session: of.ID, Provider: of.Provider,
		Practice: of.Practice, Clinician: who, Person: personOf(who), Round: of.Round, State: rota.Pending, Applied: now,
	}
}

// opened is an open support case about a booking, its first version.
func opened(n int, b booking.Booking) withdrawal.Case {
	return withdrawal.Case{
		ID: session.CaseID(fmt.Sprintf("k-%06d", n)), Version: 1, Session: b.Session, Provider: b.Provider,
		Practice: b.Practice, Booking: b.ID, State: withdrawal.CaseOpen, Via: withdrawal.ByForm,
		OpenedBy: session.Practice("p-leeds", b.Provider, b.Practice), Received: now, Opened: now, Target: now,
		Reason: session.TextID(fmt.Sprintf("t-%06d", n)),
	}
}

// claimed is the fee of a booking with a figure on the table, its first version.
func claimed(b booking.Booking) withdrawal.Fee {
	money := session.Pounds(12345)
	return withdrawal.Fee{
		Booking: b.ID, Version: 1, Session: b.Session, Provider: b.Provider, Practice: b.Practice, Clinician: b.Clinician,
		Person: b.Person, State: withdrawal.FeeProposed, Cap: money, Amount: money, By: session.AsClinician,
		Due: at(20, 12), AnswerWithin: withdrawal.Length(72 * time.Hour),
		Steps: []withdrawal.FeeStep{{
			At: now, By: session.Clinician(b.Person, b.Clinician), State: withdrawal.FeeProposed, Amount: money,
		}},
	}
}

// stated are the hours of a booking, their first version.
func stated(b booking.Booking) booking.Hours {
	return booking.Hours{
		Booking: b.ID, Version: 1, Session: b.Session, Provider: b.Provider, State: booking.HoursStated,
		Span: b.Terms.Span, Amount: session.Pounds(66668), At: now,
	}
}

// billed is an invoice for the hours of a booking, its first version.
func billed(n int, b booking.Booking) booking.Invoice {
	return booking.Invoice{
		ID: session.InvoiceID(fmt.Sprintf("i-%06d", n)), Version: 1, Booking: b.ID, Session: b.Session,
		Reference: b.Reference, Provider: b.Provider, Practice: b.Practice, Clinician: b.Clinician, Person: b.Person,
		For: booking.ForHours, Amount: session.Pounds(66668), State: booking.InvoiceAwaiting, Made: now,
	}
}

// wrote is a message of a practice about a session.
func wrote(n int, of session.Session, to session.ClinicianID) booking.Message {
	return booking.Message{
		ID: session.MessageID(fmt.Sprintf("m-%06d", n)), Version: 1, Session: of.ID, Provider: of.Provider,
		Practice: of.Practice, Clinician: to, From: session.Practice("p-leeds", of.Provider, of.Practice),
		Text: session.TextID(fmt.Sprintf("t-%06d", n)), Sent: now,
	}
}

// note is the text of a message.
func note(n int, of session.Session) session.Text {
	return session.Text{
		ID: session.TextID(fmt.Sprintf("t-%06d", n)), Version: 1, Provider: of.Provider, Session: of.ID,
		Class: session.MessageText, Body: "Hello.", By: "p-leeds", Written: now,
	}
}

// published is the first policy of a provider.
func published(p session.ProviderID) withdrawal.Policy {
	policy := withdrawal.Default()
	policy.Version, policy.Provider, policy.ValidFrom = 1, p, now
	policy.Fee.Scale = []withdrawal.ScaleStep{{Notice: policy.Fee.Notice, Percent: decimal.NewFromInt(50)}}
	return policy
}

func personOf(who session.ClinicianID) session.PersonID { return session.PersonID("p-" + who) }

func clinicianOf(n int) session.ClinicianID { return session.ClinicianID(fmt.Sprintf("c-%06d", n)) }

// keeps is a diary's change that puts a booking into it.
func keeps(version int64, b booking.Booking) booking.DiaryChange {
	return booking.DiaryChange{Clinician: b.Clinician, Version: version, Put: []booking.Entry{b.Entry()}}
}

// change is what a command makes of some records, each with its event. A text is pointed to by its own event, and the
// first one by all.
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
	for i := range c.Events {
		if e := &c.Events[i]; e.Subject.Kind == session.KindText {
			e.Reason = session.TextID(e.Subject.ID)
		} else if len(c.Texts) > 0 {
			e.Reason = c.Texts[0].ID
		}
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

// everything has one record of each type, all that one commit can write for the first time; nothing of it is shared
// with that of another number.
func everything(n int) []session.Record {
	s, who := shift(n, 14), clinicianOf(n)
	b := booked(n, s, who)
	s.State, s.Booking = session.Filled, b.ID
	b.Lapsed = []string{"document_expired/dbs"}
	return []session.Record{
		s, applied(s, who), b, keeps(1, b), opened(n, b), claimed(b), stated(b), billed(n, b), wrote(n, s, who),
		published(session.ProviderID(fmt.Sprintf("provider-%06d", n))),
		notify.Settings{Person: b.Person, Version: 1, Emails: notify.Emails{Pay: notify.Off}},
		note(n, s),
	}
}

// whole is everything as one change.
func whole(n int) desk.Changes { return change(fmt.Sprint("whole-", n), everything(n)...) }
