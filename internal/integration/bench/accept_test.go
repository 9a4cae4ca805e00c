package bench

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx

	"github.com/sessional-go/sessional/internal/integration/proxy"
	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
)

// schemaNo makes the names of schemas differ.
var schemaNo atomic.Int64

// inPostgres is a schema with pending applications of its own.
type inPostgres struct {
	name  string
	db    *sql.DB
	dir   directory
	model model
	store *postgres.Store
}

// newInPostgres makes a schema with so many pending applications.
func newInPostgres(tb testing.TB, dsn string, many int) *inPostgres {
	tb.Helper()
	p := &inPostgres{name: fmt.Sprintf("bench_%d", schemaNo.Add(1)), dir: newDirectory(tb)}
	db := open(tb, "pgx", dsn)
	ok(tb, postgres.Migrate(tb.Context(), db, postgres.Options{Schema: p.name}))
	tb.Cleanup(func() {
		_, err := db.ExecContext(context.Background(), "DROP SCHEMA "+p.name+" CASCADE")
		ok(tb, err)
	})
	p.db, p.store = db, p.on(tb, db)
	p.model = newModel(tb, newDesk(tb, p.store, p.dir))
	if many > 0 {
		copies{db, p.table}.pending(tb, p.model, many)
	}
	must[sql.Result](tb)(db.ExecContext(tb.Context(), "VACUUM ANALYZE"))
	return p
}

func (p *inPostgres) table(name string) string { return p.name + "." + name }

// open opens a pool with a connection for each worker.
func open(tb testing.TB, driver, dsn string) *sql.DB {
	tb.Helper()
	db := must[*sql.DB](tb)(sql.Open(driver, dsn))
	db.SetMaxOpenConns(workers)
	db.SetMaxIdleConns(workers)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// on returns a store on the schema.
func (p *inPostgres) on(tb testing.TB, db *sql.DB) *postgres.Store {
	tb.Helper()
	return must[*postgres.Store](tb)(postgres.New(db, postgres.Options{Schema: p.name}))
}

// sql is PostgreSQL's.
func (p *inPostgres) sql() sqlOf {
	return sqlOf{
		table: p.table, param: func(n int) string { return "$" + strconv.Itoa(n) }, lock: " FOR UPDATE",
		told: "WITH e AS (INSERT INTO " + p.table("events") + " (%s) VALUES %s RETURNING no) INSERT INTO " +
			p.table("plans") + " (event_no) SELECT no FROM e",
	}
}

// byDesk accepts through a desk.
func (p *inPostgres) byDesk(tb testing.TB, name, dsn string) *contestant {
	tb.Helper()
	d := newDesk(tb, p.on(tb, open(tb, "pgx", dsn)), p.dir)
	return &contestant{name: name, do: deskAccepts(tb, d)}
}

func deskAccepts(tb testing.TB, d *desk.Desk) func(int) error {
	return func(i int) error {
		_, err := d.Accept(tb.Context(), accept(applied(i)))
		return err
	}
}

// byHand accepts by a transaction of database/sql.
func (p *inPostgres) byHand(tb testing.TB, db *sql.DB, all []written, h byHand) *contestant {
	tb.Helper()
	return &contestant{name: "hand-written, database/sql", do: func(i int) error {
		return h.accept(tb.Context(), db, all[i])
	}}
}

// byHandReady is the same with rows that were encoded beforehand, from the n-th to the m-th.
func (p *inPostgres) byHandReady(tb testing.TB, db *sql.DB, all []written, h byHand, n, m int) *contestant {
	tb.Helper()
	ready := slices.Clone(all)
	for i := n; i < m; i++ {
		ready[i] = must[written](tb)(ready[i].encoded())
	}
	c := p.byHand(tb, db, ready, h)
	c.name = "hand-written, encoded beforehand"
	c.next.Store(int64(n))
	return c
}

// byDeskAndHand decides by a desk, and reads and writes by the hand-written transaction.
func (p *inPostgres) byDeskAndHand(tb testing.TB, db *sql.DB, all []written, h byHand) *contestant {
	tb.Helper()
	return p.deciding(tb, "desk over the hand-written", all, func(w written) error { return h.accept(tb.Context(), db, w) })
}

// byDeskAndBatch decides by a desk, and reads and writes by the batch.
func (p *inPostgres) byDeskAndBatch(tb testing.TB, dsn string, all []written, h byHand) *contestant {
	tb.Helper()
	batch := p.batch(tb, dsn, h)
	return p.deciding(tb, "desk over the pgx batch", all, batch)
}

// deciding has a desk decide what somebody else reads and writes.
func (p *inPostgres) deciding(tb testing.TB, name string, all []written, commit func(written) error) *contestant {
	tb.Helper()
	return &contestant{name: name, do: func(i int) error {
		return deskAccepts(tb, newDesk(tb, decided{read: all[i].read, commit: commit}, p.dir))(i)
	}}
}

// byBatch accepts by a batch of pgx in two trips.
func (p *inPostgres) byBatch(tb testing.TB, dsn string, all []written, h byHand) *contestant {
	tb.Helper()
	batch := p.batch(tb, dsn, h)
	return &contestant{name: "hand-written, pgx batch, two trips", do: func(i int) error { return batch(all[i]) }}
}

// batch is accepting by the batch, on a pool of its own.
func (p *inPostgres) batch(tb testing.TB, dsn string, h byHand) func(written) error {
	tb.Helper()
	pool := must[*pgxpool.Pool](tb)(pgxpool.New(tb.Context(), dsn+" pool_max_conns="+strconv.Itoa(workers)))
	tb.Cleanup(pool.Close)
	batch := newByBatch(h, p.table)
	return func(w written) error { return batch.accept(tb.Context(), pool, w) }
}

// opponents are the ways to accept that are compared, each with tables of its own.
type opponents struct {
	desk, hand, batch   *inPostgres
	handRows, batchRows []written
	handSQL, batchSQL   byHand
}

func newOpponents(tb testing.TB, dsn string, many int) *opponents {
	tb.Helper()
	o := &opponents{desk: newInPostgres(tb, dsn, many), hand: newInPostgres(tb, dsn, many), batch: newInPostgres(tb, dsn, many)}
	var like desk.Changes
	o.handRows, like = decisions(tb, o.hand.store, o.hand.dir, many)
	o.handSQL = newByHand(o.hand.sql(), like)
	o.batchRows, like = decisions(tb, o.batch.store, o.batch.dir, many)
	o.batchSQL = newByHand(o.batch.sql(), like)
	return o
}

// at returns the contestants on a connection, from the n-th application on.
func (o *opponents) at(tb testing.TB, dsn string, first int) (byDesk, byHand, byBatch *contestant) {
	tb.Helper()
	byDesk = o.desk.byDesk(tb, "desk", dsn)
	byHand = o.hand.byHand(tb, open(tb, "pgx", dsn), o.handRows, o.handSQL)
	byBatch = o.batch.byBatch(tb, dsn, o.batchRows, o.batchSQL)
	for _, c := range []*contestant{byDesk, byHand, byBatch} {
		c.next.Store(int64(first))
	}
	return byDesk, byHand, byBatch
}

// BenchmarkAcceptPostgres accepts applications to different sessions, 16 at a time. What is promised about it is judged
// with the server's own setting of durability, where each commit waits for the disk. That makes it harder for whoever
// has fewer statements to send: the wait is the same for all.
func BenchmarkAcceptPostgres(b *testing.B) {
	near, far := contest{blocks: 11, ops: 320}, contest{blocks: 41, ops: 160}
	p := newServer(b, true)
	name := p.NewDatabase(b)
	o := newOpponents(b, p.DSN(name), 4*near.needs()+2*far.needs())

	byDesk, byHand, byBatch := o.at(b, p.DSN(name), 0)
	db := open(b, "pgx", p.DSN(name)) // one for both: the server has no more connections than it needs
	byBoth := o.hand.byDeskAndHand(b, db, o.handRows, o.handSQL)
	last := 2*near.needs() + far.needs()
	byBoth.next.Store(int64(last))
	byReady := o.hand.byHandReady(b, db, o.handRows, o.handSQL, last+near.needs(), last+2*near.needs())
	near.run(b, byDesk, byHand, byBatch, byBoth, byReady)
	near.say("accept on PostgreSQL", byDesk, byHand, byBatch, byBoth, byReady)
	promise("postgres/accept-vs-hand-written", ratio(byDesk, byHand), "<=", 0.9)
	note("desk / pgx batch", ratio(byDesk, byBatch))
	note("desk / desk over the hand-written, which so has to decide as well", ratio(byDesk, byBoth))
	note("desk / hand-written with its rows encoded beforehand", ratio(byDesk, byReady))

	byDesk, byHand, byBatch = o.at(b, p.DSN(name)+" synchronous_commit=off", near.needs())
	near.run(b, byDesk, byHand, byBatch)
	near.say("accept on PostgreSQL, without waiting for the disk", byDesk, byHand, byBatch)
	note("desk / hand-written", ratio(byDesk, byHand))
	note("desk / pgx batch", ratio(byDesk, byBatch))

	between := proxy.Start(b, p.Addr())
	between.Delay(time.Millisecond, time.Millisecond)
	away := server.DSN(between.Addr(), name)
	byDesk, byHand, byBatch = o.at(b, away, 2*near.needs())
	byBoth = o.batch.byDeskAndBatch(b, away, o.batchRows, o.batchSQL)
	byBoth.next.Store(int64(4*near.needs() + far.needs()))
	far.run(b, byDesk, byHand, byBatch, byBoth)
	far.say("accept on PostgreSQL, 2 ms away", byDesk, byHand, byBatch, byBoth)
	promise("postgres/accept-far-vs-hand-written", ratio(byDesk, byHand), "<=", 0.4)
	promise("postgres/accept-far-vs-pgx-batch", ratio(byDesk, byBatch), "<=", 1.1)
	note("desk / desk over the pgx batch, which so has to decide as well", ratio(byDesk, byBoth))
}

// BenchmarkAcceptPgBouncer accepts through PgBouncer in transaction mode, and directly in the same way of sending
// statements, which is slower than the driver's default: that figure is printed, too.
func BenchmarkAcceptPgBouncer(b *testing.B) {
	c := contest{blocks: 9, ops: 320}
	p := newServer(b, true)
	pooler := server.StartPgBouncer(b, p, workers)
	name := p.NewDatabase(b)
	var all []*contestant
	for _, way := range []struct{ name, dsn string }{
		{"desk, through PgBouncer", pooler.DSN(name) + " default_query_exec_mode=exec"},
		{"desk, direct, the same exec mode", p.DSN(name) + " default_query_exec_mode=exec"},
		{"desk, direct, the default mode", p.DSN(name)},
	} {
		all = append(all, newInPostgres(b, p.DSN(name), c.needs()).byDesk(b, way.name, way.dsn))
	}
	c.run(b, all...)
	c.say("accept through PgBouncer", all...)
	promise("postgres/accept-pgbouncer-vs-direct", ratio(all[0], all[1]), "<=", 1.3)
	note("PgBouncer / direct in the default mode", ratio(all[0], all[2]))
}

// TestTheHandWrittenOnesWriteTheSame accepts one application in each way and compares what all tables hold then.
func TestTheHandWrittenOnesWriteTheSame(t *testing.T) {
	p := server.Shared(t, 0)
	dsn := p.DSN(p.NewDatabase(t))
	o := newOpponents(t, dsn, 1)
	byDesk, byHand, byBatch := o.at(t, dsn, 0)
	want := ""
	for c, in := range map[*contestant]*inPostgres{byDesk: o.desk, byHand: o.hand, byBatch: o.batch} {
		ok(t, c.do(0))
		got := in.dump(t)
		if want == "" {
			want = got
		}
		if len(got) < 5_000 || got != want {
			t.Errorf("%s wrote\n%s\nand another one\n%s", c.name, got, want)
		}
	}
}

// dump is what all tables hold, but for what differs by nature: which transaction wrote an event.
func (p *inPostgres) dump(tb testing.TB) string {
	tb.Helper()
	var all strings.Builder
	for _, name := range append([]string{"plans", "session_references"}, namesOf(relational.All())...) {
		var text sql.NullString
		ok(tb, p.db.QueryRowContext(tb.Context(), "SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM (SELECT (jsonb_each("+
			"to_jsonb(t) - 'tx')).* FROM "+p.table(name)+" t) t").Scan(&text))
		all.WriteString(name + "\n" + text.String + "\n")
	}
	return all.String()
}

func namesOf(tables []*relational.Table) []string {
	var names []string
	for _, t := range tables {
		names = append(names, t.Name)
	}
	return names
}
