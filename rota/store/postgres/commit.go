package postgres

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
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
		return 0, s.failed("commit", err)
	}
	answer, err := s.see(ctx, doc)
	if err != nil {
		// What the server gave up for the sake of somebody else was rolled back: in a transaction of its own that is a
		// conflict like any other.
		if !s.within && lost(state(err)) {
			return desk.Conflict, nil
		}
		return 0, s.failed("commit", err)
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
func (s *Store) see(ctx context.Context, doc []byte) (string, error) {
	if err := ctx.Err(); err != nil || s.within {
		return s.ask(ctx, "commit", doc)
	}
	calm, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	stop := context.AfterFunc(ctx, func() {
		late := time.AfterFunc(patience, giveUp)
		context.AfterFunc(calm, func() { late.Stop() })
	})
	defer stop()
	answer, err := s.ask(calm, "commit", doc)
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

// document is what the commit function takes.
func document(c desk.Changes) ([]byte, error) {
	doc := map[string]any{}
	outcome, err := relational.Outcomes.Object(relational.OutcomeRow(c.Key, c.Outcome))
	if err != nil {
		return nil, err
	}
	doc["outcome"] = outcome
	if len(c.Checks) > 0 {
		doc["checks"] = checks(c.Checks)
	}
	diaries(doc, c.Diaries)
	policies := make([]relational.Policy, len(c.Policies))
	for i, p := range c.Policies {
		policies[i] = relational.PolicyRow(p)
	}
	for _, err := range []error{
		put(doc, relational.Sessions, inOrder(c.Sessions)),
		put(doc, relational.Applications, inOrder(c.Applications)),
		put(doc, relational.Bookings, inOrder(c.Bookings)),
		put(doc, relational.Diaries, inOrder(c.Diaries)),
		put(doc, relational.Entries, entries(c.Diaries)),
		put(doc, relational.Cases, inOrder(c.Cases)),
		put(doc, relational.Fees, inOrder(c.Fees)),
		put(doc, relational.Hours, inOrder(c.Hours)),
		put(doc, relational.Invoices, inOrder(c.Invoices)),
		put(doc, relational.Messages, inOrder(c.Messages)),
		put(doc, relational.Policies, policies),
		put(doc, relational.Settings, inOrder(c.Settings)),
		put(doc, relational.Texts, inOrder(c.Texts)),
		put(doc, relational.Events, c.Events),
	} {
		if err != nil {
			return nil, err
		}
	}
	return marshal(doc)
}

// marshal writes JSON without escaping what is only awkward in web pages.
func marshal(doc any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(doc)
	return b.Bytes(), err
}

// put adds rows to a document, under the name of their table; none add nothing.
func put[R any](doc map[string]any, t *relational.Table, records []R) error {
	if len(records) == 0 {
		return nil
	}
	rows := make([]json.RawMessage, len(records))
	for i, r := range records {
		var err error
		if rows[i], err = t.Object(r); err != nil {
			return err
		}
	}
	doc[t.Name] = rows
	return nil
}

// inOrder is the order in which rows are locked: those that are there before those that are new, each by id. A booking
// that ends gives up its session before another one takes it.
func inOrder[R session.Record](records []R) []R {
	return slices.SortedFunc(slices.Values(records), func(a, b R) int {
		if fresh := cmp.Compare(isNew(a), isNew(b)); fresh != 0 {
			return fresh
		}
		return cmp.Compare(a.Subject().ID, b.Subject().ID)
	})
}

func isNew(r session.Record) int {
	if r.Revision() == 1 {
		return 1
	}
	return 0
}

// guard is a check as the function takes it.
type guard struct {
	Provider session.ProviderID `json:"provider"`
	ID       string             `json:"id"`
	Version  int64              `json:"version"`
}

// checks are the guards by kind of subject, each in the order in which rows are locked.
func checks(all []desk.Check) map[session.SubjectKind][]guard {
	byKind := map[session.SubjectKind][]guard{}
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

// gone is an entry that a diary no longer holds, or holds differently.
type gone struct {
	Clinician session.ClinicianID `json:"clinician"`
	Booking   session.BookingID   `json:"booking"`
}

// diaries adds what is taken out of diaries, or put in anew.
func diaries(doc map[string]any, changes []booking.DiaryChange) {
	var all []gone
	for _, c := range changes {
		for _, id := range c.Drop {
			all = append(all, gone{c.Clinician, id})
		}
		for _, e := range c.Put {
			all = append(all, gone{c.Clinician, e.Booking})
		}
	}
	if len(all) > 0 {
		doc["entries_gone"] = all
	}
}

func entries(changes []booking.DiaryChange) []relational.Entry {
	var all []relational.Entry
	for _, c := range changes {
		all = append(all, relational.EntriesOf(c)...)
	}
	return all
}
