package relational

import (
	"context"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Lists reads the lists of a store. Its methods are those of desk.Store and notify.Queue; see there.
type Lists struct {
	DB      Querier
	Dialect Dialect
	// Fail makes of what a database answers the error that the store returns.
	Fail func(op string, err error) error
}

// failed passes errors of the database on through Fail, and those of a caller's request as they are.
func failed[T any](r *Lists, op string, p session.Page[T], err error) (session.Page[T], error) {
	if err != nil {
		return session.Page[T]{}, r.Fail(op, err)
	}
	return p, nil
}

// inStates keeps rows in one of some states; none given: all.
func inStates[S interface{ String() string }](some []S) condition {
	if len(some) == 0 {
		return nil
	}
	names := make([]string, len(some))
	for i, s := range some {
		names[i] = s.String()
	}
	return condition{"t.state IN (", members(names), ")"}
}

// and joins conditions.
func and(some ...condition) condition {
	var all condition
	for _, c := range some {
		if len(c) == 0 {
			continue
		}
		if len(all) > 0 {
			all = append(all, " AND ")
		}
		all = append(all, c)
	}
	return all
}

// pending asks something of the pending applications of a session's current round.
func (r *Lists) pending(what ...any) condition {
	return condition{
		"(SELECT ", condition(what), " FROM ", r.Dialect.Table(Applications.Name), " a",
		" WHERE a.provider = t.provider AND a.session = t.id AND a.round = t.round AND a.state = 'pending')",
	}
}

// applicants counts the pending applications of an open session's current round.
func (r *Lists) applicants() condition {
	return condition{"CASE WHEN t.state = 'open' THEN ", r.pending("count(*)"), " ELSE 0 END"}
}

// Calendar lists a practice's sessions in order of start and id (S4).
func (r *Lists) Calendar(
	ctx context.Context, provider session.ProviderID, q session.CalendarQuery,
) (session.Page[session.CalendarEntry], error) {
	req := q.Page
	q.Page = session.PageRequest{}
	p, err := page(ctx, r, list[session.CalendarEntry]{
		digest: struct {
			Provider session.ProviderID
			Query    session.CalendarQuery
		}{provider, q},
		table: Sessions, extra: []condition{r.applicants()},
		sources: []condition{{"t.provider = ", text(provider), " AND t.practice = ", text(q.Practice)}},
		filter:  inStates(q.States),
		at:      "starts_at", id: "id", from: q.Within.Start, until: q.Within.End,
		item: func(row []any) (session.CalendarEntry, error) {
			s, n, err := withCount(row)
			return session.CalendarEntry{Session: s, Applicants: n}, err
		},
	}, req)
	return failed(r, "calendar", p, err)
}

func withCount(row []any) (session.Session, int, error) {
	s, err := Read[session.Session](Sessions, row)
	if err != nil {
		return s, 0, err
	}
	n, err := parseInt(row[len(Sessions.Columns)])
	return s, int(n), err
}

// providersApart is up to how many providers a search reads each one's sessions by an index of its own.
const providersApart = 64

// FindWork lists open sessions in order of start and id (A2).
func (r *Lists) FindWork(ctx context.Context, q rota.Search) (session.Page[rota.Listing], error) {
	digest := q
	// The beginning moves on with the clock; it must not make the cursor of a minute ago worthless.
	digest.Page, digest.Within.Start = session.PageRequest{}, time.Time{}
	l := list[rota.Listing]{
		digest: digest,
		// How many have applied, and whether this clinician is one of them, in one number: they are counted once, and a
		// clinician has one application in a round at most.
		table: Sessions, extra: []condition{
			r.pending("2 * count(*) + count(CASE WHEN a.clinician = ", text(q.Clinician), " THEN 1 END)"),
		},
		sources: []condition{{"t.state = 'open' AND t.channel = 'marketplace'"}},
		at:      "starts_at", id: "id", from: q.Within.Start, until: q.Within.End,
		item: func(row []any) (rota.Listing, error) {
			s, n, err := withCount(row)
			return rota.Listing{Session: s, Applicants: n / 2, Applied: n%2 == 1}, err
		},
	}
	if q.Channel == session.Rota {
		l.sources = nil
		for _, p := range q.Providers {
			l.sources = append(l.sources, condition{"t.state = 'open' AND t.channel = 'rota' AND t.provider = ", text(p)})
		}
		if len(l.sources) > 1 {
			l.members, l.member = members(q.Providers), func(one string) condition {
				return condition{"t.state = 'open' AND t.channel = 'rota' AND t.provider = ", one}
			}
		}
	}
	if len(l.sources) > providersApart {
		l.member = nil
		l.sources = []condition{{"t.state = 'open' AND t.channel = 'rota'"}}
		l.filter = condition{"t.provider IN (", members(q.Providers), ")"}
	}
	l.filter = and(l.filter, sought(q))
	p, err := page(ctx, r, l, q.Page)
	return failed(r, "find work", p, err)
}

// sought is what a search asks for beyond the channel.
func sought(q rota.Search) condition {
	var some []condition
	if q.Role != "" {
		some = append(some, condition{"t.role = ", text(q.Role)})
	}
	if q.Practice != "" {
		some = append(some, condition{"t.practice = ", text(q.Practice)})
	}
	if !q.MinWorth.IsZero() {
		some = append(some, condition{"t.worth_pence >= ", number(q.MinWorth.Shift(2).Ceil().IntPart())})
	}
	return and(some...)
}

// Applications lists the applications of one round of a session.
func (r *Lists) Applications(
	ctx context.Context, about session.SessionID, round int, req session.PageRequest,
) (session.Page[rota.Application], error) {
	p, err := page(ctx, r, list[rota.Application]{
		digest: []any{"applications", about, round}, table: Applications,
		sources: []condition{{"t.session = ", text(about), " AND t.round = ", number(int64(round))}},
		at:      "applied_at", id: "id",
		item: func(row []any) (rota.Application, error) { return Read[rota.Application](Applications, row) },
	}, req)
	return failed(r, "applications", p, err)
}

// ApplicationsOf lists a clinician's applications, the latest first.
func (r *Lists) ApplicationsOf(
	ctx context.Context, clinician session.ClinicianID, req session.PageRequest,
) (session.Page[rota.ApplicationWithSession], error) {
	p, err := page(ctx, r, list[rota.ApplicationWithSession]{
		digest: []any{"applications of", clinician}, table: Applications,
		sources: []condition{{"t.clinician = ", text(clinician)}},
		at:      "applied_at", id: "id", desc: true,
		item: func(row []any) (rota.ApplicationWithSession, error) {
			a, err := Read[rota.Application](Applications, row)
			return rota.ApplicationWithSession{Application: a}, err
		},
	}, req)
	if err == nil {
		err = r.addSessions(ctx, p.Items)
	}
	return failed(r, "applications of a clinician", p, err)
}

// addSessions reads the sessions of applications.
func (r *Lists) addSessions(ctx context.Context, all []rota.ApplicationWithSession) error {
	if len(all) == 0 {
		return nil
	}
	providers, ids := make([]session.ProviderID, len(all)), make([]session.SessionID, len(all))
	for i, a := range all {
		providers[i], ids[i] = a.Application.Provider, a.Application.Session
	}
	s := &statement{d: r.Dialect}
	s.add("SELECT ", columns(Sessions), " FROM ", r.Dialect.Table(Sessions.Name), " t WHERE t.provider IN (",
		members(providers), ") AND t.id IN (", members(ids), ")")
	found := map[session.SessionID]session.Session{}
	err := each(ctx, r.DB, s, len(Sessions.Columns), func(row []any) error {
		v, err := Read[session.Session](Sessions, row)
		found[v.ID] = v
		return err
	})
	for i := range all {
		all[i].Session = found[all[i].Application.Session]
	}
	return err
}

// Bookings lists bookings in order of agreed start and id (A8).
func (r *Lists) Bookings(
	ctx context.Context, provider session.ProviderID, q booking.Query,
) (session.Page[booking.Booking], error) {
	req := q.Page
	q.Page = session.PageRequest{}
	l := list[booking.Booking]{
		digest: struct {
			Provider session.ProviderID
			Query    booking.Query
		}{provider, q},
		table: Bookings, filter: inStates(q.States),
		at: "starts_at", id: "id", from: q.Within.Start, until: q.Within.End,
		item: func(row []any) (booking.Booking, error) { return Read[booking.Booking](Bookings, row) },
	}
	source := condition{"t.clinician = ", text(q.Clinician)}
	if q.Clinician == "" {
		source = condition{"t.practice = ", text(q.Practice)}
	}
	if provider != "" {
		source = and(source, condition{"t.provider = ", text(provider)})
	}
	l.sources = []condition{source}
	p, err := page(ctx, r, l, req)
	return failed(r, "bookings", p, err)
}

// Messages lists the messages about a session between its practice and one clinician (B3).
func (r *Lists) Messages(
	ctx context.Context, about session.SessionID, with session.ClinicianID, req session.PageRequest,
) (session.Page[booking.Message], error) {
	p, err := page(ctx, r, list[booking.Message]{
		digest: []any{"messages", about, with}, table: Messages,
		sources: []condition{{"t.session = ", text(about), " AND t.clinician = ", text(with)}},
		at:      "sent_at", id: "id",
		item: func(row []any) (booking.Message, error) { return Read[booking.Message](Messages, row) },
	}, req)
	return failed(r, "messages", p, err)
}

// Cases lists support cases in order of target and id (W4).
func (r *Lists) Cases(
	ctx context.Context, provider session.ProviderID, q withdrawal.CaseQuery,
) (session.Page[withdrawal.Case], error) {
	req := q.Page
	q.Page = session.PageRequest{}
	l := list[withdrawal.Case]{
		digest: struct {
			Provider session.ProviderID
			Query    withdrawal.CaseQuery
		}{provider, q},
		table: Cases, sources: []condition{{"1 = 1"}}, filter: inStates(q.States), at: "target_at", id: "id",
		item: func(row []any) (withdrawal.Case, error) { return Read[withdrawal.Case](Cases, row) },
	}
	if provider != "" {
		l.sources = []condition{{"t.provider = ", text(provider)}}
	}
	if q.Practice != "" {
		l.filter = and(l.filter, condition{"t.practice = ", text(q.Practice)})
	}
	p, err := page(ctx, r, l, req)
	return failed(r, "cases", p, err)
}
