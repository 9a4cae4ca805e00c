package desk

import (
	"context"
	"iter"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Calendar lists a practice's sessions with their numbers of applicants (S4). Open to the practice, to the provider's
// rota managers and to support.
func (d *Desk) Calendar(
	ctx context.Context, by session.Actor, q session.CalendarQuery,
) (session.Page[session.CalendarEntry], error) {
	var none session.Page[session.CalendarEntry]
	if err := by.Validate(); err != nil {
		return none, err
	}
	if err := q.Validate(); err != nil {
		return none, err
	}
	practice, err := d.seesPractice(ctx, by, q.Practice)
	if err != nil {
		return none, err
	}
	return d.store.Calendar(ctx, practice.Provider, q)
}

// seesPractice returns a practice that the actor may look into.
func (d *Desk) seesPractice(
	ctx context.Context, by session.Actor, id session.PracticeID,
) (session.PracticeFacts, error) {
	practice, err := d.practice(ctx, id)
	if err != nil {
		return practice, err
	}
	switch by.Capacity {
	case session.AsPractice:
		if by.Practice == id && by.Provider == practice.Provider {
			return practice, nil
		}
	case session.AsRotaManager:
		if by.Provider == practice.Provider {
			return practice, nil
		}
	case session.AsSupport, session.AsSystem:
		return practice, nil
	case session.AsClinician:
	}
	return practice, &session.NotFoundError{Field: "Practice", Kind: "practice", ID: string(id)}
}

// FindWork lists the sessions that a clinician could apply for, those of the rota apart from those of the
// marketplace, each with how many have applied and whether they have themselves (A2). Only those that they are
// eligible for, on the session's date, are shown (A3); a page can therefore be short.
func (d *Desk) FindWork(ctx context.Context, q rota.FindWork) (session.Page[rota.Listing], error) {
	var none session.Page[rota.Listing]
	now := session.Instant(d.now())
	if err := q.Validate(); err != nil {
		return none, err
	}
	facts, err := d.clinicianFacts(ctx, "By.Clinician", q.By.Clinician)
	if err != nil {
		return none, err
	}
	search, err := q.Search(facts, now)
	if err != nil {
		return none, err
	}
	page, err := d.store.FindWork(ctx, search)
	if err != nil {
		return none, err
	}
	return d.visible(ctx, page, facts, now)
}

// visible keeps what the clinician is eligible for, asking for each practice and policy once.
func (d *Desk) visible(
	ctx context.Context, page session.Page[rota.Listing], facts rota.ClinicianFacts, now time.Time,
) (session.Page[rota.Listing], error) {
	kept := session.Page[rota.Listing]{Next: page.Next}
	practices := map[session.PracticeID]session.PracticeFacts{}
	policies := map[session.ProviderID]withdrawal.Policy{}
	for _, l := range page.Items {
		practice, ok := practices[l.Session.Practice]
		if !ok {
			var err error
			if practice, err = d.practice(ctx, l.Session.Practice); err != nil {
				return session.Page[rota.Listing]{}, err
			}
			practices[l.Session.Practice] = practice
		}
		policy, ok := policies[l.Session.Provider]
		if !ok {
			all, err := d.store.Policies(ctx, l.Session.Provider)
			if err != nil {
				return session.Page[rota.Listing]{}, err
			}
			policy = all.At(now)
			policies[l.Session.Provider] = policy
		}
		if !l.Session.Started(now) && rota.Visible(l, facts, policy, practice.Calendar) {
			kept.Items = append(kept.Items, l)
		}
	}
	return kept, nil
}

// Applicants lists the applications of a session's current round in order of time, whatever their state (A4). Open
// to the client's side and support.
func (d *Desk) Applicants(
	ctx context.Context, by session.Actor, id session.SessionID, page session.PageRequest,
) (session.Page[rota.Application], error) {
	var none session.Page[rota.Application]
	if err := page.Validate(); err != nil {
		return none, err
	}
	s, err := d.appliedFor(ctx, by, id)
	if err != nil {
		return none, err
	}
	return d.store.Applications(ctx, id, s.Round, page)
}

// appliedFor returns a session whose applicants the actor may see.
func (d *Desk) appliedFor(ctx context.Context, by session.Actor, id session.SessionID) (session.Session, error) {
	s, err := d.Session(ctx, by, id)
	if err == nil && by.Capacity == session.AsClinician {
		err = &session.ForbiddenError{Capacity: by.Capacity, Act: "see who has applied", Why: "that is between them and the practice"}
	}
	return s, err
}

// Ranking returns a session's pending applicants with the host's score, the highest first, ties by time of
// application (A5). Without a Score option all score alike. Open to the client's side and support.
func (d *Desk) Ranking(ctx context.Context, by session.Actor, id session.SessionID) ([]rota.Ranked, error) {
	s, err := d.appliedFor(ctx, by, id)
	if err != nil {
		return nil, err
	}
	var candidates []rota.Candidate
	for a, err := range All(func(page session.PageRequest) (session.Page[rota.Application], error) {
		return d.store.Applications(ctx, id, s.Round, page)
	}) {
		if err != nil {
			return nil, err
		}
		if a.Standing(s) != rota.Pending {
			continue
		}
		facts, err := d.clinicianFacts(ctx, "Clinician", a.Clinician)
		if err != nil {
			return nil, err
		}
		candidates = append(candidates, rota.Candidate{Application: a, Clinician: facts})
	}
	return rota.Rank(s, candidates, d.score), nil
}

// Applications lists a clinician's own applications, everywhere, the latest first, each with its session (A8).
func (d *Desk) Applications(
	ctx context.Context, by session.Actor, page session.PageRequest,
) (session.Page[rota.ApplicationWithSession], error) {
	var none session.Page[rota.ApplicationWithSession]
	if err := by.Validate(); err != nil {
		return none, err
	}
	if err := page.Validate(); err != nil {
		return none, err
	}
	if by.Capacity != session.AsClinician {
		return none, &session.ForbiddenError{Capacity: by.Capacity, Act: "list applications of your own", Why: "only clinicians apply"}
	}
	return d.store.ApplicationsOf(ctx, by.Clinician, page)
}

// Bookings lists bookings in order of start: a clinician's own everywhere (A8), or those of a practice that the
// client's side may see.
func (d *Desk) Bookings(
	ctx context.Context, by session.Actor, q booking.Query,
) (session.Page[booking.Booking], error) {
	var none session.Page[booking.Booking]
	if err := by.Validate(); err != nil {
		return none, err
	}
	if by.Capacity == session.AsClinician {
		if q.Practice != "" || q.Clinician != "" && q.Clinician != by.Clinician {
			return none, &session.NotFoundError{Field: "Clinician", Kind: "clinician", ID: string(q.Clinician)}
		}
		q.Clinician = by.Clinician
		if err := q.Validate(); err != nil {
			return none, err
		}
		return d.store.Bookings(ctx, "", q)
	}
	if err := q.Validate(); err != nil {
		return none, err
	}
	if q.Practice == "" {
		return none, &session.FieldError{Field: "Practice", Problem: "is missing"}
	}
	practice, err := d.seesPractice(ctx, by, q.Practice)
	if err != nil {
		return none, err
	}
	return d.store.Bookings(ctx, practice.Provider, q)
}

// Cases lists support cases, the most pressing first (W4): a practice's or provider's own, or all for support.
func (d *Desk) Cases(
	ctx context.Context, by session.Actor, q withdrawal.CaseQuery,
) (session.Page[withdrawal.Case], error) {
	var none session.Page[withdrawal.Case]
	if err := by.Validate(); err != nil {
		return none, err
	}
	if err := q.Validate(); err != nil {
		return none, err
	}
	switch by.Capacity {
	case session.AsPractice:
		if q.Practice != "" && q.Practice != by.Practice {
			return none, &session.NotFoundError{Field: "Practice", Kind: "practice", ID: string(q.Practice)}
		}
		q.Practice = by.Practice
	case session.AsClinician:
		return none, &session.ForbiddenError{Capacity: by.Capacity, Act: "see support cases", Why: "they are between the practice and support"}
	case session.AsRotaManager, session.AsSupport, session.AsSystem:
	}
	return d.store.Cases(ctx, by.Provider, q)
}

// Settings returns one's own notification settings (N1); the defaults where one never touched them.
func (d *Desk) Settings(ctx context.Context, by session.Actor) (notify.Settings, error) {
	if err := by.Validate(); err != nil {
		return notify.Settings{}, err
	}
	found, err := d.store.Settings(ctx, by.Person)
	if err != nil || len(found) == 0 {
		return notify.Settings{Person: by.Person}, err
	}
	return found[0], nil
}

// Policy returns the policy that is in force at a provider now (W11). Open to its client's side and support.
func (d *Desk) Policy(ctx context.Context, by session.Actor, id session.ProviderID) (withdrawal.Policy, error) {
	if err := by.Validate(); err != nil {
		return withdrawal.Policy{}, err
	}
	if err := session.CheckID("Provider", id); err != nil {
		return withdrawal.Policy{}, err
	}
	if by.Capacity == session.AsClinician || by.Capacity.Client() && by.Provider != id {
		return withdrawal.Policy{}, &session.NotFoundError{Field: "Provider", Kind: "provider", ID: string(id)}
	}
	all, err := d.store.Policies(ctx, id)
	if err != nil {
		return withdrawal.Policy{}, err
	}
	return all.At(d.now()), nil
}

// All makes one sequence of all pages of a list. It ends at the first error, which it yields.
func All[T any](list func(session.PageRequest) (session.Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var req session.PageRequest
		for {
			page, err := list(req)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			req.After = page.Next
		}
	}
}
