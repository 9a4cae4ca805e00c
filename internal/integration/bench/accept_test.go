package bench

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
)

func serverDSN(testing.TB) string { return os.Getenv("SESSIONAL_POSTGRES_DSN") }

// schemaNo makes the names of schemas differ.
var schemaNo atomic.Int64

// inPostgres is a schema with pending applications of its own.
type inPostgres struct {
	name  string
	dsn   string
	dir   directory
	store *postgres.Store
}

// newInPostgres makes a schema with so many pending applications.
func newInPostgres(tb testing.TB, dsn string, many int) *inPostgres {
	tb.Helper()
	p := &inPostgres{name: fmt.Sprintf("bench_%d_%d", os.Getpid(), schemaNo.Add(1)), dsn: dsn, dir: newDirectory(tb)}
	db := p.open(tb, "")
	ok(tb, postgres.Migrate(tb.Context(), db, postgres.Options{Schema: p.name}))
	tb.Cleanup(func() {
		_, err := db.ExecContext(context.Background(), "DROP SCHEMA "+p.name+" CASCADE")
		ok(tb, err)
	})
	p.store = p.on(tb, db)
	m := newModel(tb, newDesk(tb, p.store, p.dir))
	copies{db, p.table}.pending(tb, m, many)
	must[sql.Result](tb)(db.ExecContext(tb.Context(), "VACUUM ANALYZE"))
	return p
}

func (p *inPostgres) table(name string) string { return p.name + "." + name }

// open opens a pool with a connection for each worker.
func (p *inPostgres) open(tb testing.TB, settings string) *sql.DB {
	tb.Helper()
	db := must[*sql.DB](tb)(sql.Open("pgx", p.dsn+settings))
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
func (p *inPostgres) byDesk(tb testing.TB, name, settings string) *contestant {
	tb.Helper()
	d := newDesk(tb, p.on(tb, p.open(tb, settings)), p.dir)
	return &contestant{name: name, do: deskAccepts(tb, d)}
}

func deskAccepts(tb testing.TB, d *desk.Desk) func(int) error {
	return func(i int) error {
		_, err := d.Accept(tb.Context(), accept(applied(i)))
		return err
	}
}

// byHand accepts by a transaction of database/sql.
func (p *inPostgres) byHand(tb testing.TB, settings string, all []written, h byHand) *contestant {
	tb.Helper()
	db := p.open(tb, settings)
	return &contestant{name: "hand-written, database/sql", do: func(i int) error {
		return h.accept(tb.Context(), db, all[i])
	}}
}

// byBatch accepts by a batch of pgx in two trips.
func (p *inPostgres) byBatch(tb testing.TB, settings string, all []written, h byHand) *contestant {
	tb.Helper()
	pool := must[*pgxpool.Pool](tb)(pgxpool.New(tb.Context(), p.dsn+settings+" pool_max_conns="+strconv.Itoa(workers)))
	tb.Cleanup(pool.Close)
	batch := newByBatch(h, p.table)
	return &contestant{name: "hand-written, pgx batch, two trips", do: func(i int) error {
		return batch.accept(tb.Context(), pool, all[i])
	}}
}

// BenchmarkAcceptPostgres accepts applications to different sessions, 16 at a time.
func BenchmarkAcceptPostgres(b *testing.B) {
	c := contest{blocks: 9, ops: 480}
	dsn := serverDSN(b)
	ours, theirs, strongest := newInPostgres(b, dsn, c.needs()), newInPostgres(b, dsn, c.needs()), newInPostgres(b, dsn, c.needs())
	byDesk := ours.byDesk(b, "desk", "")
	all, like := decisions(b, theirs.store, theirs.dir, c.needs())
	byHand := theirs.byHand(b, "", all, newByHand(theirs.sql(), like))
	all, like = decisions(b, strongest.store, strongest.dir, c.needs())
	byBatch := strongest.byBatch(b, "", all, newByHand(strongest.sql(), like))
	c.run(b, byDesk, byHand, byBatch)
	c.say("accept on PostgreSQL", byDesk, byHand, byBatch)
	promise("postgres/accept-vs-hand-written", ratio(byDesk, byHand), "<=", 0.9)
	note("desk / pgx batch", ratio(byDesk, byBatch))
}
