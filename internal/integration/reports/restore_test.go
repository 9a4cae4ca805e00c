package reports_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/session"
)

// ages lets a cluster's count of transactions go on.
const ages = `DO $$ BEGIN FOR i IN 1..4000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$`

// A copy of the rows in a cluster that has seen fewer transactions works as the original does: the record holds
// everything once, in order, however pages and commits follow each other (P2), and references move on (S1).
func TestP2S1ARestoredCopy(t *testing.T) {
	old := server.Shared(t, 15)
	name := old.NewDatabase(t)
	origin := connect(t, old.DSN(name))
	ok(t, postgres.Migrate(t.Context(), origin, postgres.Options{}))
	run(t, origin, ages)
	from, err := postgres.New(origin, postgres.Options{})
	ok(t, err)
	s := newStory(t, from)
	s.july()
	s.tells()
	record := records(t, from, origin, func() {})

	young := server.Start(t, server.Config{Major: old.Major()})
	dsn := young.DSN(young.NewDatabase(t))
	db := connect(t, dsn)
	ok(t, postgres.Migrate(t.Context(), db, postgres.Options{}))
	restore(t, origin, old.DSN(name), dsn)
	ahead := "SELECT count(*) FROM sessional.events WHERE tx >= pg_snapshot_xmax(pg_current_snapshot())"
	if count(t, db, ahead) == 0 {
		t.Fatal("no row lies ahead of the new cluster")
	}
	to, err := postgres.New(db, postgres.Options{})
	ok(t, err)
	s.store = to
	s.desk, err = desk.New(desk.Options{Store: to, Directory: s.dir, Now: s.clock})
	ok(t, err)
	advice := advised(t, "Backup and restore")
	run(t, db, advice[0])
	if r := s.posts("leeds", "2026-11-03").Reference; r <= "#401100000" || r > "#401100100" {
		t.Errorf("the first reference after the restore is %s", r)
	}
	restored := records(t, to, origin, func() { s.posts("leeds", "2026-11-04") })
	if diff := cmp.Diff(record, restored); diff != "" {
		t.Errorf("while others commit (-old +new):\n%s", diff)
	}
	s.tells()

	// What the document advises for those who want it exact, while the count passes the old numbers.
	run(t, db, advice[2:]...)
	if n := count(t, db, ahead); n > 0 {
		t.Errorf("%d rows lie ahead still", n)
	}
	if diff := cmp.Diff(record, records(t, to, origin, func() { run(t, db, ages) })); diff != "" {
		t.Errorf("while the count passes (-old +new):\n%s", diff)
	}
}

// After a restore, what the document says is settled so isn't sent again, and the queue goes on (N5).
func TestN5WhatIsNotToGoOutAgain(t *testing.T) {
	store, db := open(t)
	s := newStory(t, store)
	s.july()
	s.plans()
	waiting := "SELECT count(*) FROM sessional.deliveries WHERE due_at IS NOT NULL"
	before := count(t, db, waiting)
	settle := advised(t, "Backup and restore")[1]
	run(t, db, settle) // by the machine's clock, in which the story may lie ahead
	run(t, db, strings.ReplaceAll(settle, "now() - interval '1 day'", "timestamptz '"+s.now.Add(time.Hour).Format(time.RFC3339)+"'"))
	if after := count(t, db, waiting); before == 0 || after != 0 || s.tellsSome() != 0 {
		t.Errorf("of %d that waited %d still do, and some go out", before, after)
	}
	kept, err := store.Deliveries(t.Context(), notify.DeliveryQuery{Person: ada.Person})
	ok(t, err)
	if len(kept.Items) == 0 || kept.Items[0].State != notify.Stale {
		t.Errorf("what was settled can't be looked at any more: %+v", kept.Items)
	}
	s.allocates(s.posts("leeds", "2026-11-03"), ada)
	s.plans()
	if s.tellsSome() == 0 {
		t.Error("nobody is told of what came later")
	}
}

// records are the events of all sessions of the original, read two by two, the longest record first; amid that one
// something else happens.
func records(t *testing.T, store *postgres.Store, origin *sql.DB, amid func()) []string {
	t.Helper()
	var all []string
	ids := rows(t, origin, "SELECT session FROM sessional.events WHERE session IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1")
	for _, id := range ids[1:] {
		q := desk.RecordQuery{Session: session.SessionID(id), Page: session.PageRequest{Limit: 2}}
		for {
			p, err := store.Record(t.Context(), "", q)
			ok(t, err)
			for _, e := range p.Items {
				all = append(all, e.Key())
			}
			amid()
			amid = func() {}
			if q.Page.After = p.Next; p.Next == "" {
				break
			}
		}
	}
	return all
}

// restore copies the rows of all tables, and the sequences, as loading a dump does.
func restore(t *testing.T, origin *sql.DB, from, to string) {
	t.Helper()
	old, err := pgx.Connect(t.Context(), from)
	ok(t, err)
	defer func() { _ = old.Close(t.Context()) }() // nothing is lost by it
	young, err := pgx.Connect(t.Context(), to)
	ok(t, err)
	defer func() { _ = young.Close(t.Context()) }() // likewise
	for _, table := range rows(t, origin, `SELECT relname FROM pg_class WHERE relnamespace = 'sessional'::regnamespace
		AND relkind = 'r' AND relname <> 'sessional_migrations'`)[1:] {
		var text bytes.Buffer
		_, err := old.PgConn().CopyTo(t.Context(), &text, "COPY sessional."+table+" TO STDOUT")
		ok(t, err)
		_, err = young.PgConn().CopyFrom(t.Context(), &text, "COPY sessional."+table+" FROM STDIN")
		ok(t, err)
	}
	for _, sequence := range rows(t, origin, "SELECT relname FROM pg_class WHERE relnamespace = 'sessional'::regnamespace AND relkind = 'S'")[1:] {
		last := count(t, origin, "SELECT last_value FROM sessional."+sequence)
		_, err := young.Exec(t.Context(), fmt.Sprintf("SELECT setval('sessional.%s', %d)", sequence, last))
		ok(t, err)
	}
}
