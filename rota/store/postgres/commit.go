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
	doc, err := document(c)
	if err != nil {
		return 0, s.failed("commit", relational.Ended(ctx, err))
	}
	answer, err := s.see(ctx, doc, c.Outcome.Result)
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
func (s *Store) see(ctx context.Context, doc, result []byte) (string, error) {
	if err := ctx.Err(); err != nil || s.within {
		return s.ask(ctx, "commit", doc, string(result))
	}
	calm, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	stop := context.AfterFunc(ctx, func() {
		late := time.AfterFunc(patience, giveUp)
		context.AfterFunc(calm, func() { late.Stop() })
	})
	defer stop()
	answer, err := s.ask(calm, "commit", doc, string(result))
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

// document is what the commit function takes: the rows that are there already and the new ones, each by table.
func document(c desk.Changes) ([]byte, error) {
	var d draft
	d.add("outcome", map[string]any{
		"actor": c.Key.Actor, "command": c.Key.Command, "digest": c.Outcome.Digest,
		"at": relational.FormatInstant(c.Outcome.At),
	})
	if len(c.Checks) > 0 {
		d.add("checks", checks(c.Checks))
	}
	if some := gone(c); len(some) > 0 {
		d.add("entries_gone", some)
	}
	records(&d, relational.Sessions, c.Sessions)
	records(&d, relational.Applications, c.Applications)
	records(&d, relational.Bookings, c.Bookings)
	records(&d, relational.Diaries, c.Diaries)
	rows(&d, "", relational.Entries, entries(c.Diaries))
	records(&d, relational.Cases, c.Cases)
	records(&d, relational.Fees, c.Fees)
	records(&d, relational.Hours, c.Hours)
	records(&d, relational.Invoices, c.Invoices)
	records(&d, relational.Messages, c.Messages)
	policies := make([]relational.Policy, len(c.Policies))
	for i, p := range c.Policies {
		policies[i] = relational.PolicyRow(p)
	}
	rows(&d, "", relational.Policies, policies)
	records(&d, relational.Settings, c.Settings)
	records(&d, relational.Texts, c.Texts)
	rows(&d, "", relational.Events, c.Events)
	return d.done()
}

// records adds a table's rows to a document, in the order in which they are locked: by id, those that are there already
// apart from those that are new.
func records[R session.Record](d *draft, t *relational.Table, all []R) {
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
	rows(d, "", t, changed)
	rows(d, "new_", t, fresh)
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
