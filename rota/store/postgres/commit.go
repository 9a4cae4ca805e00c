package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// Commit makes all of the changes or none, in one round trip. Once begun it is seen through for up to a second after the
// context has ended.
func (s *Store) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	if err := c.Validate(); err != nil {
		return 0, err
	}
	answer, err := s.see(ctx, s.committing(c))
	if err != nil {
		// What the server gave up for the sake of somebody else was rolled back: in a transaction of its own that is a
		// conflict like any other.
		if !s.within && lost(state(err)) {
			return desk.Conflict, nil
		}
		return 0, s.failed("commit", relational.Ended(ctx, err))
	}
	switch answer {
	case "done":
		return desk.Done, nil
	case "repeated":
		return desk.Repeated, nil
	case "conflict":
		return desk.Conflict, nil
	case "stale", "deadlock":
		if !s.within {
			return desk.Conflict, nil
		}
		return 0, &desk.StoreError{Op: "commit", Why: desk.Restart, Err: restart[answer]}
	}
	return 0, s.failed("commit", fmt.Errorf("the commit answered %q", answer))
}

// patience is how long a commit that is under way is waited for after the caller's context has ended: the server finishes
// it anyway, and what became of it is worth a moment.
const patience = time.Second

// see sends a commit and sees it through. In the host's own transaction a context ends at once: what is rolled back with
// it leaves no doubt.
func (s *Store) see(ctx context.Context, q call) (string, error) {
	if err := ctx.Err(); err != nil || s.within {
		return q.ask(ctx)
	}
	calm, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	stop := context.AfterFunc(ctx, func() {
		late := time.AfterFunc(patience, giveUp)
		context.AfterFunc(calm, func() { late.Stop() })
	})
	defer stop()
	answer, err := q.ask(calm)
	if err != nil && calm.Err() != nil {
		err = fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return answer, err
}

// restart says why the host's own transaction has to begin again: deciding anew within it would meet the same.
var restart = map[string]error{
	"stale": errors.New("something that was read has changed since the transaction began, and at its isolation level " +
		"it can't see the change"),
	"deadlock": errors.New("the transaction and another one wait for each other"),
}

// committing is the call that makes all of the changes. What is brought decides the statement's text, so that a driver
// prepares one for each kind of commit.
func (s *Store) committing(c desk.Changes) call {
	q := s.call("commit")
	q.give("actor", "text", c.Key.Actor)
	q.give("command", "text", string(c.Key.Command))
	q.give("digest", "text", c.Outcome.Digest)
	q.give("result", "text", string(c.Outcome.Result))
	q.give("at", "timestamptz", relational.FormatInstant(c.Outcome.At))
	if len(c.Checks) > 0 {
		q.json("checks", checks(c.Checks))
	}
	if some := gone(c); len(some) > 0 {
		q.json("entries_gone", some)
	}
	records(&q, relational.Sessions, c.Sessions)
	records(&q, relational.Applications, c.Applications)
	records(&q, relational.Bookings, c.Bookings)
	records(&q, relational.Diaries, c.Diaries)
	bring(&q, "", relational.Entries, entries(c.Diaries))
	records(&q, relational.Cases, c.Cases)
	records(&q, relational.Fees, c.Fees)
	records(&q, relational.Hours, c.Hours)
	records(&q, relational.Invoices, c.Invoices)
	records(&q, relational.Messages, c.Messages)
	policies := make([]relational.Policy, len(c.Policies))
	for i, p := range c.Policies {
		policies[i] = relational.PolicyRow(p)
	}
	bring(&q, "", relational.Policies, policies)
	records(&q, relational.Settings, c.Settings)
	records(&q, relational.Texts, c.Texts)
	bring(&q, "", relational.Events, c.Events)
	return q
}

// records gives a table's rows to a call, in the order in which they are locked: by id, those that are there already
// apart from those that are new.
func records[R session.Record](q *call, t *relational.Table, all []R) {
	var changed, fresh []R
	for _, r := range all {
		if r.Revision() == 1 {
			fresh = append(fresh, r)
		} else {
			changed = append(changed, r)
		}
	}
	byID := func(a, b R) int { return cmp.Compare(a.Subject().ID, b.Subject().ID) }
	slices.SortFunc(changed, byID)
	slices.SortFunc(fresh, byID)
	bring(q, "", t, changed)
	bring(q, "new_", t, fresh)
}

// guard is a check as the function takes it.
type guard struct {
	Provider session.ProviderID `json:"provider"`
	ID       string             `json:"id"`
	Version  int64              `json:"version"`
}

// checks are the guards by kind of subject, each in the order in which rows are locked.
func checks(all []desk.Check) map[session.SubjectKind][]guard {
	byKind := make(map[session.SubjectKind][]guard)
	for _, c := range all {
		kind := c.Subject.Kind
		byKind[kind] = append(byKind[kind], guard{Provider: c.Provider, ID: c.Subject.ID, Version: c.Version})
	}
	for _, some := range byKind {
		slices.SortFunc(some, func(a, b guard) int {
			return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.ID, b.ID))
		})
	}
	return byKind
}

// goneEntry is an entry that a diary no longer holds, or holds differently.
type goneEntry struct {
	Clinician session.ClinicianID `json:"clinician"`
	Booking   session.BookingID   `json:"booking"`
}

// gone are the entries to take out before others are put in. Those of new bookings are not there yet.
func gone(c desk.Changes) []goneEntry {
	fresh := map[session.BookingID]bool{}
	for _, b := range c.Bookings {
		fresh[b.ID] = b.Version == 1
	}
	var all []goneEntry
	for _, d := range c.Diaries {
		for _, id := range d.Drop {
			all = append(all, goneEntry{d.Clinician, id})
		}
		for _, e := range d.Put {
			if !fresh[e.Booking] {
				all = append(all, goneEntry{d.Clinician, e.Booking})
			}
		}
	}
	return all
}

func entries(changes []booking.DiaryChange) []relational.Entry {
	var all []relational.Entry
	for _, c := range changes {
		all = append(all, relational.EntriesOf(c)...)
	}
	return all
}
