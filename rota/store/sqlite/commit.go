package sqlite

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// What a step of a commit can find.
var (
	errRepeated = errors.New("the command was committed before")
	errConflict = errors.New("something that was read has changed since")
)

// Commit makes all of the changes or none. Everything is prepared before it begins; then it takes the lock, compares
// and writes, with nothing in between that could keep others waiting.
func (s *Store) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	if err := ctx.Err(); err != nil {
		return 0, s.failed("commit", err)
	}
	if err := c.Validate(); err != nil {
		return 0, err
	}
	var b builder
	b.changes(c)
	switch err := s.run(ctx, &b); {
	case err == nil:
		return desk.Done, nil
	case errors.Is(err, errRepeated):
		return desk.Repeated, nil
	case errors.Is(err, errConflict), s.taken(err):
		return desk.Conflict, nil
	default:
		return 0, s.failed("commit", err)
	}
}

// changes adds the steps of a commit, in their order. Rows that are there are changed before new ones are made: a booking
// that ends gives up its session before another one takes it.
func (b *builder) changes(c desk.Changes) {
	b.row(&outcomeTable, relational.OutcomeRow(c.Key, c.Outcome), insertOutcome, errRepeated)
	b.checks(c.Checks)
	for _, v := range put(b, &sessionTable, c.Sessions) {
		b.add(keepReference, errConflict, string(v.Reference), string(v.Provider), string(v.ID))
	}
	put(b, &applicationTable, c.Applications)
	put(b, &bookingTable, c.Bookings)
	put(b, &diaryTable, c.Diaries)
	for _, d := range c.Diaries {
		b.entries(d)
	}
	put(b, &caseTable, c.Cases)
	put(b, &feeTable, c.Fees)
	put(b, &hoursTable, c.Hours)
	put(b, &invoiceTable, c.Invoices)
	put(b, &messageTable, c.Messages)
	for _, p := range c.Policies {
		b.row(&policyTable, relational.PolicyRow(p), insertPolicy, errConflict)
	}
	put(b, &settingsTable, c.Settings)
	put(b, &textTable, c.Texts)
	// The record, and in the same commit what is to be planned (P2, N4).
	many(b, relational.Events, c.Events, beside[session.Event]{}, "")
	b.add(planEvents, nil, int64(len(c.Events)))
}

// put adds the changes of a table's records, and returns those that are new.
func put[R session.Record](b *builder, t *written, records []R) (fresh []R) {
	records = slices.SortedStableFunc(slices.Values(records), func(x, y R) int {
		return cmp.Compare(min(y.Revision(), 2), min(x.Revision(), 2))
	})
	for _, r := range records {
		if r.Revision() == 1 {
			fresh = append(fresh, r)
			b.row(t, r, t.insert, errConflict)
		} else {
			b.row(t, r, t.update, errConflict)
		}
	}
	return fresh
}

// checks compare what a decision read and doesn't write. Nobody else writes until the commit is through.
func (b *builder) checks(all []desk.Check) {
	if len(all) == 0 {
		return
	}
	var text strings.Builder
	var fits int64
	s := step{none: errConflict, into: &fits}
	for i, c := range all {
		text.WriteString([]string{"", " AND "}[min(i, 1)])
		question, tenant := versionOf(c.Subject.Kind)
		text.WriteString(question)
		if tenant {
			s.args = append(s.args, string(c.Provider))
		}
		s.args = append(s.args, c.Subject.ID, c.Version)
	}
	s.text = "SELECT 1 WHERE " + text.String()
	b.steps = append(b.steps, s)
}

// entries adds what a diary gives up and takes in. An entry that overlaps another one is not taken in: a conflict (A7).
func (b *builder) entries(c booking.DiaryChange) {
	gone := c.Drop
	if len(c.Put) > 1 {
		// They may change places: none may stand in the way of another.
		gone = slices.Clone(gone)
		for _, e := range c.Put {
			gone = append(gone, e.Booking)
		}
	}
	for _, id := range gone {
		b.add(dropEntry, nil, string(c.Clinician), string(id))
	}
	for _, e := range relational.EntriesOf(c) {
		b.row(&entryTable, e, keepEntry, errConflict)
	}
}
