package relational

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// accepted are the rows of an accepted application, as a commit writes them.
type accepted struct {
	session     session.Session
	application rota.Application
	booking     booking.Booking
	diary       booking.DiaryChange
	entry       Entry
	events      []session.Event
}

func accept() accepted {
	start := time.Date(2026, 7, 1, 7, 30, 0, 0, time.UTC)
	now := start.AddDate(0, 0, -20).Add(123456 * time.Microsecond)
	terms := session.Terms{
		Role: "GP", Span: calendar.Span{Start: start, End: start.Add(9 * time.Hour)}, Break: 30 * time.Minute,
		Rate:  session.Rate{Amount: decimal.New(9550, -2), Currency: session.GBP, Per: session.PerHour},
		Place: "Harbour Road Surgery, Room 4", Instructions: "Please ring the bell at the side entrance before 8.",
	}
	a := accepted{
		session: session.Session{
			ID: "0197a3c2-session-000123", Version: 5, Reference: "NH-20417", Provider: "north", Practice: "harbour-road",
			State: session.Filled, Terms: terms, Channel: session.Rota, Choosing: session.Review, EngagementStart: start,
			Round: 1, Booking: "0197a3c2-booking-000123", Opened: now.AddDate(0, 0, -3), Created: now.AddDate(0, 0, -4),
		},
		application: rota.Application{
			ID: "0197a3c2-application-000123", Version: 2, Session: "0197a3c2-session-000123", Provider: "north",
			Practice: "harbour-road", Clinician: "clinician-000077", Person: "person-000077", Round: 1,
			State: rota.Accepted, Applied: now.AddDate(0, 0, -1),
		},
		booking: booking.Booking{
			ID: "0197a3c2-booking-000123", Version: 1, Session: "0197a3c2-session-000123", Reference: "NH-20417",
			Provider: "north", Practice: "harbour-road", Clinician: "clinician-000077", Person: "person-000077",
			State: booking.Confirmed, Terms: terms, EngagementStart: start, Policy: 3,
			Application: "0197a3c2-application-000123", Channel: session.Rota, Made: now,
		},
		diary: booking.DiaryChange{Clinician: "clinician-000077", Version: 4},
	}
	a.entry = Entry{Clinician: "clinician-000077", Entry: booking.Entry{
		Booking: a.booking.ID, Session: a.session.ID, Reference: "NH-20417", Provider: "north", Span: terms.Span,
	}}
	for i, kind := range []session.EventKind{"application.accepted", "booking.confirmed", "session.filled"} {
		facts := session.Facts{
			"reference": "NH-20417", "practice": "harbour-road", "role": "GP", "start": "2026-07-01T07:30:00Z",
			"end": "2026-07-01T16:30:00Z", "channel": "rota", "application": "0197a3c2-application-000123",
			"clinician": "clinician-000077", "round": "1", "choosing": "review",
		}
		if i > 0 {
			facts["booking"], facts["origin"], facts["policy"] = "0197a3c2-booking-000123", "applied", "3"
			facts["amount"], facts["currency"] = "811.75", "GBP"
		}
		a.events = append(a.events, session.Event{
			Subject: session.Subject{Kind: session.KindBooking, ID: "0197a3c2-booking-000123"}, Version: 1, Kind: kind,
			Provider: "north", Session: a.session.ID, At: now, By: session.RotaManager("person-000001", "north"),
			Command: "0197a3c2-command-000123", From: "pending", To: "accepted", Facts: facts,
		})
	}
	return a
}

// BenchmarkFields writes what an accepted application changes: some 150 columns.
func BenchmarkFields(b *testing.B) {
	a := accept()
	n := 0
	use := func(text []byte) { n += len(text) }
	b.ReportAllocs()
	for b.Loop() {
		err := Fields(Sessions, &a.session, use)
		works(b, err, Fields(Applications, &a.application, use), Fields(Bookings, &a.booking, use),
			Fields(Diaries, &a.diary, use), Fields(Entries, &a.entry, use))
		for i := range a.events {
			works(b, Fields(Events, &a.events[i], use))
		}
	}
}

func works(tb testing.TB, errs ...error) {
	for _, err := range errs {
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkReadObject reads what PostgreSQL answers of a session, an application, a booking and two entries of a diary, the
// way a load does: the document's members first, then each row.
func BenchmarkReadObject(b *testing.B) {
	a := accept()
	entry := answer(b, Entries, &a.entry)
	doc := fmt.Appendf(nil, `{"session" : %s, "application" : %s, "booking" : %s, "case" : null, "entries" : [%s,%s]}`,
		answer(b, Sessions, &a.session), answer(b, Applications, &a.application), answer(b, Bookings, &a.booking), entry, entry)
	rows := map[string]func(json.RawMessage) error{
		"session": reads[session.Session](Sessions), "application": reads[rota.Application](Applications),
		"booking": reads[booking.Booking](Bookings), "case": reads[withdrawal.Case](Cases),
		"entries": func(rows json.RawMessage) error { return Elements(rows, reads[Entry](Entries)) },
	}
	b.ReportAllocs()
	for b.Loop() {
		works(b, Members(doc, func(name string, row json.RawMessage) error { return rows[name](row) }))
	}
}

func reads[R any](t *Table) func(json.RawMessage) error {
	return func(object json.RawMessage) error {
		_, err := ReadObject[R](t, object)
		return err
	}
}

// answer is a record as row_to_json writes it.
func answer[R any](tb testing.TB, t *Table, record *R) json.RawMessage {
	doc, i := []byte{'{'}, 0
	err := Fields(t, record, func(text []byte) {
		c := t.Columns[i]
		if i++; i > 1 {
			doc = append(doc, ',')
		}
		doc = fmt.Appendf(doc, "%q:", c.Name)
		switch {
		case text == nil:
			doc = append(doc, "null"...)
		case c.Kind == Instant:
			at, err := time.Parse(time.RFC3339, string(text))
			works(tb, err)
			doc = AppendText(doc, at.Format("2006-01-02T15:04:05.999999-07:00"))
		case c.Kind == Text || c.Kind == Day:
			doc = AppendText(doc, string(text))
		default:
			doc = append(doc, text...)
		}
	})
	works(tb, err)
	return append(doc, '}')
}
