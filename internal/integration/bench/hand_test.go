package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// byHand is accepting an application as somebody would write it without the library: the statements that read, lock and
// write what a desk reads, locks and writes, no more and no less. What a desk decides between reading and writing is
// given to it: it has nothing to decide, only to encode its rows.
type byHand struct {
	outcome                                            string // the command's key
	application, session, diary, entries, policies     string // what is read
	fill, accepted, book, diaryNext, entry, told, plan string // what is written
}

// sqlOf is what databases write differently.
type sqlOf struct {
	// table is a table's name, param the n-th parameter.
	table func(string) string
	param func(n int) string
	// lock is what a SELECT ends with that locks its rows.
	lock string
	// told writes events, given as a VALUES list; plan writes a plan for each, where told hasn't.
	told, plan string
}

// newByHand writes the statements, for acceptances that write columns and events like this one.
func newByHand(d sqlOf, like desk.Changes) byHand {
	read := func(t *relational.Table, rest string) string {
		return "SELECT " + strings.Join(t.Names(), ", ") + " FROM " + d.table(t.Name) + d.numbers(rest)
	}
	insert := func(t *relational.Table, record any) string {
		names, _ := filled(t, record)
		return "INSERT INTO " + d.table(t.Name) + " (" + strings.Join(names, ", ") + ") VALUES " + d.row(0, len(names))
	}
	update := func(t *relational.Table, rest string) string { return "UPDATE " + d.table(t.Name) + d.numbers(rest) }
	var events []string
	for i := range like.Events {
		events = append(events, d.row(i*len(relational.Events.Columns), len(relational.Events.Columns)))
	}
	return byHand{
		outcome:     insert(relational.Outcomes, relational.OutcomeRow(like.Key, like.Outcome)),
		application: read(relational.Applications, " WHERE id = $1"+d.lock),
		session:     read(relational.Sessions, " WHERE provider = $1 AND id = $2"+d.lock),
		diary:       read(relational.Diaries, " WHERE clinician = $1"+d.lock),
		entries:     read(relational.Entries, " WHERE clinician = $1 AND holds_until > $2 AND starts_at < $3"),
		policies: "SELECT digest FROM " + d.table(relational.Policies.Name) +
			d.numbers(" WHERE provider = $1 ORDER BY version"), // a store knows the terms
		fill: update(relational.Sessions,
			" SET state = $1, booking = $2, round = $3, version = $4 WHERE provider = $5 AND id = $6 AND version = $7"),
		accepted: update(relational.Applications,
			" SET state = $1, version = $2 WHERE provider = $3 AND id = $4 AND version = $5"),
		book:      insert(relational.Bookings, like.Bookings[0]),
		diaryNext: update(relational.Diaries, " SET version = $1 WHERE clinician = $2 AND version = $3"),
		entry:     insert(relational.Entries, relational.EntriesOf(like.Diaries[0])[0]),
		told:      fmt.Sprintf(d.told, strings.Join(relational.Events.Names(), ", "), strings.Join(events, ", ")),
		plan:      d.plan,
	}
}

// numbers writes parameters as the database has them.
func (d sqlOf) numbers(text string) string {
	return regexp.MustCompile(`\$\d+`).ReplaceAllStringFunc(text, func(p string) string {
		n, _ := strconv.Atoi(p[1:])
		return d.param(n)
	})
}

// row is a VALUES row of so many parameters after others.
func (d sqlOf) row(after, many int) string {
	all := make([]string, many)
	for i := range all {
		all[i] = d.param(after + i + 1)
	}
	return "(" + strings.Join(all, ", ") + ")"
}

// written is what one acceptance writes, with the values in the order of the statements' parameters.
type written struct {
	application session.ApplicationID
	outcome     []any
	fill        []any
	accepted    []any
	book        []any
	diaryNext   []any
	entry       []any
	events      []any
	planned     []any

	// changes and answer are what it is made of, where it isn't encoded yet, and textual says that documents are texts.
	changes desk.Changes
	answer  rota.Booked
	textual bool

	// read is what the desk had read to decide it.
	read desk.Snapshot
}

// captured keeps what a desk reads and what it wants committed, and commits nothing.
type captured struct {
	desk.Store
	read    *desk.Snapshot
	changes *desk.Changes
}

// Load reads, and keeps it.
func (c captured) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	var err error
	*c.read, err = c.Store.Load(ctx, want)
	return *c.read, err
}

// Commit keeps the changes.
func (c captured) Commit(_ context.Context, changes desk.Changes) (desk.Verdict, error) {
	*c.changes = changes
	return desk.Done, nil
}

// decisions asks a desk for what it would write for each of the first applications, and returns that, and one of them
// whole.
func decisions(tb testing.TB, s desk.Store, dir desk.Directory, many int) ([]written, desk.Changes) {
	tb.Helper()
	all, errs := make([]written, many), make([]error, workers)
	var like desk.Changes
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			var c desk.Changes
			var read desk.Snapshot
			d := newDesk(tb, captured{s, &read, &c}, dir)
			for i := w; i < many && errs[w] == nil; i += workers {
				var answer rota.Booked
				answer, errs[w] = d.Accept(tb.Context(), accept(applied(i)))
				all[i] = written{changes: c, answer: answer, read: read}
			}
			if w == 0 {
				like = c
			}
		})
	}
	wait.Wait()
	ok(tb, errors.Join(errs...))
	return all, like
}

// encoded is the same as the statements take it: what is kept as JSON is encoded, and all is in the parameters' order.
func (w written) encoded() (written, error) {
	if w.outcome != nil {
		return w, nil
	}
	c := w.changes
	var err error
	if c.Outcome.Result, err = json.Marshal(w.answer); err != nil {
		return w, err
	}
	e, err := parameters(c)
	if err == nil && w.textual {
		e.planned = []any{int64(len(c.Events))}
		e = e.asText()
	}
	return e, err
}

// parameters takes changes apart. They have to be those of an acceptance: one row of each kind.
func parameters(c desk.Changes) (written, error) {
	if len(c.Records()) != 4 || len(c.Sessions)*len(c.Applications)*len(c.Bookings)*len(c.Diaries) != 1 || len(c.Checks) > 0 {
		return written{}, fmt.Errorf("an acceptance writes %d records and checks %d", len(c.Records()), len(c.Checks))
	}
	s, a, b, d := c.Sessions[0], c.Applications[0], c.Bookings[0], c.Diaries[0]
	w := written{
		application: a.ID,
		fill:        []any{s.State.String(), string(s.Booking), int64(s.Round), s.Version, string(s.Provider), string(s.ID), s.Version - 1},
		accepted:    []any{a.State.String(), a.Version, string(a.Provider), string(a.ID), a.Version - 1},
		diaryNext:   []any{d.Version, string(d.Clinician), d.Version - 1},
	}
	_, w.outcome = filled(relational.Outcomes, relational.OutcomeRow(c.Key, c.Outcome))
	_, w.book = filled(relational.Bookings, b)
	_, w.entry = filled(relational.Entries, relational.EntriesOf(d)[0])
	for _, e := range c.Events {
		w.events = append(w.events, whole(relational.Events, e)...)
	}
	return w, nil
}

// asText sends documents as text, which is what a column of SQLite's holds.
func (w written) asText() written {
	for _, args := range [][]any{w.outcome, w.book, w.entry, w.events} {
		for i, v := range args {
			if document, isJSON := v.(json.RawMessage); isJSON {
				args[i] = string(document)
			}
		}
	}
	return w
}

// filled are a record's columns that hold something, and their values: nobody writes out the others by hand.
func filled(t *relational.Table, record any) (names []string, values []any) {
	for i, v := range whole(t, record) {
		if v != nil {
			names, values = append(names, t.Columns[i].Name), append(values, v)
		}
	}
	return names, values
}

// whole is a record as a row.
func whole(t *relational.Table, record any) []any {
	row, err := t.Row(record)
	if err != nil {
		panic(err) // a desk's record fits its table: see internal/relational
	}
	return row
}

// tx is a transaction as a hand-written acceptance uses it: a *sql.Tx, or one with prepared statements.
type tx interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// accept does it in one transaction of database/sql, statement by statement.
func (h byHand) accept(ctx context.Context, db *sql.DB, w written) error {
	return h.within(ctx, db, w, func(t *sql.Tx) tx { return t })
}

// within does it in a transaction that is used as the caller says.
func (h byHand) within(ctx context.Context, db *sql.DB, w written, as func(*sql.Tx) tx) error {
	w, err := w.encoded()
	if err != nil {
		return err
	}
	transaction, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = transaction.Rollback() }() // after a commit it does nothing
	tx := as(transaction)
	// Whoever brings the same command waits here, and then fails.
	if _, err := tx.ExecContext(ctx, h.outcome, w.outcome...); err != nil {
		return err
	}
	if err := h.read(ctx, tx, w.application); err != nil {
		return err
	}
	for _, step := range []struct {
		query string
		args  []any
		rows  int64
	}{
		{h.fill, w.fill, 1}, {h.accepted, w.accepted, 1}, {h.book, w.book, 1}, {h.diaryNext, w.diaryNext, 1},
		{h.entry, w.entry, 1}, {h.told, w.events, int64(len(w.events) / len(relational.Events.Columns))},
		{h.plan, w.planned, int64(len(w.events) / len(relational.Events.Columns))},
	} {
		if step.query == "" {
			continue
		}
		result, err := tx.ExecContext(ctx, step.query, step.args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != step.rows {
			return fmt.Errorf("%d rows, not %d, by %s (%w)", n, step.rows, step.query, err)
		}
	}
	return transaction.Commit()
}

// read reads what the decision depends on, and locks what is going to be written.
func (h byHand) read(ctx context.Context, tx tx, id session.ApplicationID) error {
	var a applicationRow
	if err := tx.QueryRowContext(ctx, h.application, string(id)).Scan(a.into()...); err != nil {
		return err
	}
	var s sessionRow
	if err := tx.QueryRowContext(ctx, h.session, a.provider, a.session).Scan(s.into()...); err != nil {
		return err
	}
	var clinician string
	var version int64
	if err := tx.QueryRowContext(ctx, h.diary, a.clinician).Scan(&clinician, &version); err != nil {
		return err
	}
	var entries []entryRow
	if err := each(ctx, tx, h.entries, func(rows *sql.Rows) error {
		var e entryRow
		defer func() { entries = append(entries, e) }()
		return rows.Scan(e.into()...)
	}, a.clinician, s.startsAt, s.endsAt); err != nil {
		return err
	}
	var policies []string
	return each(ctx, tx, h.policies, func(rows *sql.Rows) error {
		var digest string
		defer func() { policies = append(policies, digest) }()
		return rows.Scan(&digest)
	}, s.provider)
}

// each calls use for every row.
func each(ctx context.Context, tx tx, query string, use func(*sql.Rows) error, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what matters is rows.Err
	for rows.Next() {
		if err := use(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// decided is a store that is written by hand for acceptances alone: it hands a desk what it has to decide upon, and
// carries out in one hand-written transaction what comes of it.
type decided struct {
	desk.Store
	read   desk.Snapshot
	commit func(written) error
}

// Load hands over what was read before: the reading is part of the transaction.
func (d decided) Load(context.Context, desk.Want) (desk.Snapshot, error) { return d.read, nil }

// Commit reads, locks and writes.
func (d decided) Commit(_ context.Context, c desk.Changes) (desk.Verdict, error) {
	w, err := parameters(c)
	if err != nil {
		return 0, err
	}
	return desk.Done, d.commit(w)
}
