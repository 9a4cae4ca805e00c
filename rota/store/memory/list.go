package memory

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Calendar lists a practice's sessions in order of start and id (S4).
func (s *Store) Calendar(
	ctx context.Context, provider session.ProviderID, q session.CalendarQuery,
) (session.Page[session.CalendarEntry], error) {
	if err := ctx.Err(); err != nil {
		return session.Page[session.CalendarEntry]{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	req := q.Page
	q.Page = session.PageRequest{}
	filter := struct {
		Provider session.ProviderID
		Query    session.CalendarQuery
	}{provider, q}
	keys := before(q.Within.End, s.index.practices.of(q.Practice).From)
	return page(filter, req, keys, first(q.Within), func(k ordered.Key) (session.CalendarEntry, bool) {
		v := s.sessions[session.SessionID(k.ID)]
		return session.CalendarEntry{Session: v, Applicants: s.pending(v)},
			v.Provider == provider && (len(q.States) == 0 || slices.Contains(q.States, v.State))
	})
}

// pending is the number of pending applications of a session's current round.
func (s *Store) pending(v session.Session) int {
	r := s.index.rounds[round{v.ID, v.Round}]
	if r == nil || v.State != session.Open {
		return 0
	}
	return r.pending
}

// FindWork lists open sessions in order of start and id (A2).
func (s *Store) FindWork(ctx context.Context, q rota.Search) (session.Page[rota.Listing], error) {
	if err := ctx.Err(); err != nil {
		return session.Page[rota.Listing]{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	req := q.Page
	filter := q
	// The beginning moves on with the clock; it must not make the cursor of a minute ago worthless.
	filter.Page, filter.Within.Start = session.PageRequest{}, time.Time{}
	keys := s.index.marketplace.From
	if q.Channel == session.Rota {
		keys = s.openOnRota(q.Providers)
	}
	return page(filter, req, before(q.Within.End, keys), first(q.Within), func(k ordered.Key) (rota.Listing, bool) {
		v := s.sessions[session.SessionID(k.ID)]
		own := s.applications[rota.ApplicationID(v.ID, v.Round, q.Clinician)]
		return rota.Listing{Session: v, Applicants: s.pending(v), Applied: own.State == rota.Pending},
			fits(v, q)
	})
}

// openOnRota merges the open sessions of several providers in order.
func (s *Store) openOnRota(providers []session.ProviderID) func(ordered.Key) iter.Seq[ordered.Key] {
	providers = slices.Compact(slices.Sorted(slices.Values(providers)))
	return func(from ordered.Key) iter.Seq[ordered.Key] {
		var sequences []iter.Seq[ordered.Key]
		for _, p := range providers {
			sequences = append(sequences, s.index.openRota.of(p).From(from))
		}
		return ordered.Merge(sequences...)
	}
}

func fits(v session.Session, q rota.Search) bool {
	return (q.Role == "" || v.Terms.Role == q.Role) && (q.Practice == "" || v.Practice == q.Practice) &&
		!v.Terms.Span.Start.Before(q.Within.Start) &&
		(q.MinWorth.Equal(decimal.Zero) || v.Terms.Worth().Amount.GreaterThanOrEqual(q.MinWorth))
}

// Applications lists the applications of one round of a session.
func (s *Store) Applications(
	ctx context.Context, about session.SessionID, n int, req session.PageRequest,
) (session.Page[rota.Application], error) {
	if err := ctx.Err(); err != nil {
		return session.Page[rota.Application]{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	order := &ordered.Set{}
	if r := s.index.rounds[round{about, n}]; r != nil {
		order = &r.order
	}
	return page([]any{"applications", about, n}, req, order.From, first(calendar.Span{}),
		func(k ordered.Key) (rota.Application, bool) {
			return s.applications[session.ApplicationID(k.ID)], true
		})
}

// ApplicationsOf lists a clinician's applications, the latest first.
func (s *Store) ApplicationsOf(
	ctx context.Context, clinician session.ClinicianID, req session.PageRequest,
) (session.Page[rota.ApplicationWithSession], error) {
	if err := ctx.Err(); err != nil {
		return session.Page[rota.ApplicationWithSession]{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return page([]any{"applications of", clinician}, req, s.index.ofClinician.of(clinician).From, first(calendar.Span{}),
		func(k ordered.Key) (rota.ApplicationWithSession, bool) {
			a := s.applications[session.ApplicationID(k.ID)]
			return rota.ApplicationWithSession{Application: a, Session: s.sessions[a.Session]}, true
		})
}

// Bookings lists bookings in order of agreed start and id (A8).
func (s *Store) Bookings(
	ctx context.Context, provider session.ProviderID, q booking.Query,
) (session.Page[booking.Booking], error) {
	if err := ctx.Err(); err != nil {
		return session.Page[booking.Booking]{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	req := q.Page
	q.Page = session.PageRequest{}
	filter := struct {
		Provider session.ProviderID
		Query    booking.Query
	}{provider, q}
	order := s.index.bookingsOf.of(q.Clinician)
	if q.Clinician == "" {
		order = s.index.practiceWork.of(q.Practice)
	}
	return page(filter, req, before(q.Within.End, order.From), first(q.Within),
		func(k ordered.Key) (booking.Booking, bool) {
			b := s.bookings[session.BookingID(k.ID)]
			return b.Clone(), (provider == "" || b.Provider == provider) &&
				(q.Practice == "" || b.Practice == q.Practice) &&
				(len(q.States) == 0 || slices.Contains(q.States, b.State))
		})
}

// Messages lists the messages about a session between its practice and one clinician (B3).
func (s *Store) Messages(
	ctx context.Context, about session.SessionID, with session.ClinicianID, req session.PageRequest,
) (session.Page[booking.Message], error) {
	if err := ctx.Err(); err != nil {
		return session.Page[booking.Message]{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return page([]any{"messages", about, with}, req, s.index.messages.of(correspondence{about, with}).From,
		first(calendar.Span{}), func(k ordered.Key) (booking.Message, bool) {
			return s.messages[session.MessageID(k.ID)], true
		})
}

// Invoices lists the invoices of a booking (B2).
func (s *Store) Invoices(ctx context.Context, of session.BookingID) ([]booking.Invoice, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []booking.Invoice
	for k := range s.index.invoices.of(of).From(first(calendar.Span{})) {
		all = append(all, s.invoices[session.InvoiceID(k.ID)])
	}
	return all, nil
}

// Cases lists support cases in order of target and id (W4).
func (s *Store) Cases(
	ctx context.Context, provider session.ProviderID, q withdrawal.CaseQuery,
) (session.Page[withdrawal.Case], error) {
	if err := ctx.Err(); err != nil {
		return session.Page[withdrawal.Case]{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	req := q.Page
	q.Page = session.PageRequest{}
	filter := struct {
		Provider session.ProviderID
		Query    withdrawal.CaseQuery
	}{provider, q}
	order := &s.index.cases
	if provider != "" {
		order = s.index.casesOf.of(provider)
	}
	return page(filter, req, order.From, first(calendar.Span{}), func(k ordered.Key) (withdrawal.Case, bool) {
		c := s.cases[session.CaseID(k.ID)]
		return c, (q.Practice == "" || c.Practice == q.Practice) &&
			(len(q.States) == 0 || slices.Contains(q.States, c.State))
	})
}

// Policies returns all versions of a provider's policy (W11).
func (s *Store) Policies(ctx context.Context, provider session.ProviderID) (withdrawal.Policies, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return clonePolicies(s.policies[provider]), nil
}
