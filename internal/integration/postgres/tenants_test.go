package postgres_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

var july = calendar.Span{Start: instant("2026-07-01T00:00:00Z"), End: instant("2026-08-01T00:00:00Z")}

// question is a query of the desk about something.
type question struct {
	query string
	ask   func() (any, error)
}

// asking makes a question of a query and its arguments.
func asking[R any](query string, ask func() (R, error)) question {
	return question{query, func() (any, error) { return ask() }}
}

// belongings are the ids of a provider's things.
type belongings struct {
	provider     session.ProviderID
	sessions     []session.SessionID
	references   []session.Reference
	applications []session.ApplicationID
	bookings     []session.BookingID
	cases        []session.CaseID
	texts        []session.TextID
	clinicians   []session.ClinicianID
}

// belongingsOf reads them from the tables. What was on the marketplace is for all approved clinicians
// to see, and is left out.
func belongingsOf(t *testing.T, db *sql.DB, schema string, p session.ProviderID) belongings {
	t.Helper()
	b := belongings{provider: p}
	const shy = " AND channel <> 'marketplace'"
	b.sessions = list[session.SessionID](t, db, schema, "id", "sessions", p, shy)
	b.references = list[session.Reference](t, db, schema, "reference", "sessions", p, shy)
	b.applications = list[session.ApplicationID](t, db, schema, "id", "applications", p, "")
	b.bookings = list[session.BookingID](t, db, schema, "id", "bookings", p, "")
	b.cases = list[session.CaseID](t, db, schema, "id", "support_cases", p, "")
	b.texts = list[session.TextID](t, db, schema, "id", "texts", p, "")
	b.clinicians = list[session.ClinicianID](t, db, schema, "clinician", "bookings", p, "")
	return b
}

func list[ID ~string](t *testing.T, db *sql.DB, schema, column, table string, p session.ProviderID, more string) []ID {
	t.Helper()
	text := one[[]byte](t, db, fmt.Sprintf("SELECT coalesce(json_agg(DISTINCT %s), '[]')::text FROM %s.%s WHERE provider = '%s'%s",
		column, schema, table, p, more))
	var ids []ID
	ok(t, json.Unmarshal(text, &ids))
	return ids
}

// secrets are the words by which the things of a provider would be known.
func (b belongings) secrets() []string {
	all := []string{string(b.provider), string(practiceOf[b.provider]), nameOf(practiceOf[b.provider])}
	for _, some := range [][]string{
		words(b.sessions), words(b.references), words(b.applications), words(b.bookings), words(b.cases), words(b.texts),
		words(b.clinicians),
	} {
		all = append(all, some...)
	}
	return all
}

func words[T ~string](some []T) []string {
	all := make([]string, len(some))
	for i, s := range some {
		all[i] = string(s)
	}
	return all
}

// about are all queries of the desk that name one of somebody's things, by an actor.
func (b belongings) about(t *testing.T, d *desk.Desk, by session.Actor) []question {
	ctx, page := t.Context(), session.PageRequest{}
	practice := practiceOf[b.provider]
	var all []question
	add := func(q ...question) { all = append(all, q...) }
	for i, id := range b.sessions {
		add(asking("Session", func() (session.Session, error) { return d.Session(ctx, by, id) }),
			asking("SessionByReference", func() (session.Session, error) { return d.SessionByReference(ctx, by, b.references[i]) }),
			asking("AssessWithdrawal", func() (withdrawal.Assessment, error) { return d.AssessWithdrawal(ctx, by, id) }),
			asking("Applicants", func() (session.Page[rota.Application], error) { return d.Applicants(ctx, by, id, page) }),
			asking("Ranking", func() ([]rota.Ranked, error) { return d.Ranking(ctx, by, id) }),
			asking("Record", func() (session.Page[session.Event], error) { return d.Record(ctx, by, id, page) }),
			asking("Messages", func() (session.Page[desk.Note], error) {
				return d.Messages(ctx, by, id, b.clinicians[i%len(b.clinicians)], page)
			}))
	}
	for _, id := range b.bookings {
		add(asking("Booking", func() (booking.Booking, error) { return d.Booking(ctx, by, id) }),
			asking("Hours", func() (booking.Hours, error) { return d.Hours(ctx, by, id) }),
			asking("Fee", func() (withdrawal.Fee, error) { return d.Fee(ctx, by, id) }),
			asking("Invoices", func() ([]booking.Invoice, error) { return d.Invoices(ctx, by, id) }),
			asking("AssessEnding", func() (withdrawal.Assessment, error) { return d.AssessEnding(ctx, by, id) }),
			asking("AssessCancellation", func() (withdrawal.Assessment, error) { return d.AssessCancellation(ctx, by, id) }))
	}
	for _, id := range b.applications {
		add(asking("Application", func() (rota.ApplicationWithSession, error) { return d.Application(ctx, by, id) }))
	}
	for _, id := range b.cases {
		add(asking("Case", func() (withdrawal.Case, error) { return d.Case(ctx, by, id) }))
	}
	for _, id := range b.texts {
		add(asking("Text", func() (session.Text, error) { return d.Text(ctx, by, id) }))
	}
	add(asking("Policy", func() (withdrawal.Policy, error) { return d.Policy(ctx, by, b.provider) }),
		asking("Calendar", func() (session.Page[session.CalendarEntry], error) {
			return d.Calendar(ctx, by, session.CalendarQuery{Practice: practice, Within: july})
		}),
		asking("Bookings", func() (session.Page[booking.Booking], error) {
			return d.Bookings(ctx, by, booking.Query{Practice: practice})
		}))
	return all
}

// lists are all queries of the desk that name nothing, but list what is the actor's to see.
func lists(t *testing.T, d *desk.Desk, by session.Actor) []question {
	ctx, page := t.Context(), session.PageRequest{}
	return []question{
		asking("Cases", func() (session.Page[withdrawal.Case], error) { return d.Cases(ctx, by, withdrawal.CaseQuery{}) }),
		asking("Settings", func() (any, error) { return d.Settings(ctx, by) }),
		asking("TextsWritten", func() (session.Page[session.Text], error) {
			return d.TextsWritten(ctx, by, session.TextQuery{Class: session.CaseText})
		}),
		asking("Applications", func() (session.Page[rota.ApplicationWithSession], error) { return d.Applications(ctx, by, page) }),
		asking("Diary", func() ([]rota.DiaryItem, error) { return d.Diary(ctx, by, july) }),
		asking("Bookings", func() (session.Page[booking.Booking], error) { return d.Bookings(ctx, by, booking.Query{}) }),
		asking("FindWork", func() (session.Page[rota.Listing], error) {
			return d.FindWork(ctx, rota.FindWork{By: by, Channel: session.Rota, Within: july})
		}),
	}
}

// transcript is what actors are answered: values as JSON, refusals by their codes.
func transcript(t *testing.T, questions []question) string {
	t.Helper()
	var all strings.Builder
	for _, q := range questions {
		out, err := q.ask()
		var coded session.Coded
		switch {
		case err == nil:
			fmt.Fprintf(&all, "%s: %s\n", q.query, must[[]byte](t)(json.Marshal(out)))
		case errors.As(err, &coded) && coded.Code() != "" && !strings.HasPrefix(coded.Code(), "store_"):
			fmt.Fprintf(&all, "%s: %s\n", q.query, coded.Code())
		default:
			t.Errorf("%s: %T %v", q.query, err, err)
		}
	}
	return all.String()
}

// P1: two tenants do all there is to do. Nothing that the one sees changes by what the other does, and nobody of the one
// finds anything of the other's, by its id or in any list.
func TestNothingCrossesTenants(t *testing.T) {
	pool := fresh(t)
	schema := pool.take(t)
	st := newStage(t)
	d := st.desk(t, on(t, pool.db, schema))
	actors := func(l *life) []session.Actor {
		n := len(l.clinicians)
		return []session.Actor{l.staff(), l.manager(), l.clinicians[2], l.clinicians[n/2], l.clinicians[n-1]}
	}
	north := newLife(t, st, d, "north").all()
	st.at(opening)
	of := belongingsOf(t, pool.db, schema, "north")
	everything := func() string {
		var all strings.Builder
		for _, by := range actors(north) {
			all.WriteString(transcript(t, of.about(t, d, by)))
		}
		for _, by := range append(actors(north), north.clinicians...) {
			all.WriteString(transcript(t, lists(t, d, by)))
		}
		return all.String()
	}
	before := everything()
	south := newLife(t, st, d, "south").all()
	st.at(opening)
	if after := everything(); after != before {
		t.Errorf("what North sees has changed by what South did: %d bytes, then %d", len(before), len(after))
	}
	asked := map[string]bool{}
	own := belongingsOf(t, pool.db, schema, "south")
	for _, by := range actors(south) {
		for _, q := range of.about(t, d, by) {
			asked[q.query] = true
			var missing *session.NotFoundError
			if out, err := q.ask(); err == nil {
				t.Errorf("%s of South asks for %s of North's and gets %+v", by.Person, q.query, out)
			} else if forbidden := (*session.ForbiddenError)(nil); !errors.As(err, &missing) && !errors.As(err, &forbidden) {
				t.Errorf("%s of South asks for %s of North's: %T %v", by.Person, q.query, err, err)
			}
		}
		for _, q := range lists(t, d, by) {
			asked[q.query] = true
		}
		seen := transcript(t, append(own.about(t, d, by), lists(t, d, by)...))
		for _, secret := range of.secrets() {
			if strings.Contains(seen, `"`+secret+`"`) {
				t.Errorf("%s of South sees %s of North", by.Person, secret)
			}
		}
	}
	for _, name := range queries() {
		if !asked[name] {
			t.Errorf("nobody asks %s", name)
		}
	}
	if len(of.secrets()) < 100 || !strings.Contains(before, string(of.bookings[0])) {
		t.Errorf("North has only %d things, or doesn't see them itself", len(of.secrets()))
	}
}
