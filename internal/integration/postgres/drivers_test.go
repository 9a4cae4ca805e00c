package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx
	_ "github.com/lib/pq"              // the driver called postgres

	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/rota/store/storetest"
)

// driverOf is how a host talks to PostgreSQL.
type driverOf struct {
	// name is what tests call it, registered the name under which database/sql knows it, settings what is added to
	// the connection string.
	name, registered string
	settings         map[string]string
	// pooled says that it works through a pooler in transaction mode.
	pooled bool
}

var (
	pgx       = driverOf{name: "pgx", registered: "pgx"}
	pgxExec   = driverOf{"pgx exec", "pgx", map[string]string{"default_query_exec_mode": "exec"}, true}
	pgxSimple = driverOf{"pgx simple_protocol", "pgx", map[string]string{"default_query_exec_mode": "simple_protocol"}, true}
	libpq     = driverOf{name: "pq", registered: "postgres"}
	libpqBin  = driverOf{"pq binary_parameters", "postgres", map[string]string{"binary_parameters": "yes"}, true}

	drivers = []driverOf{pgx, pgxExec, pgxSimple, libpq, libpqBin}
)

// with returns a connection string with further settings, for this driver.
func (d driverOf) dsn(dsn string) string {
	for name, value := range d.settings {
		dsn += fmt.Sprintf(" %s=%s", name, value)
	}
	return dsn
}

// open opens a pool that the test closes.
func (d driverOf) open(tb testing.TB, dsn string) *sql.DB {
	tb.Helper()
	db, err := sql.Open(d.registered, d.dsn(dsn))
	ok(tb, err)
	db.SetMaxOpenConns(32)
	db.SetMaxIdleConns(32)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// schemas are migrated schemas of one database, each used by one store at a time and emptied when it is given back:
// that is faster than to make a new one.
type schemas struct {
	db   *sql.DB
	dsn  string
	mu   sync.Mutex
	free []string
	made int
}

// take returns a schema for as long as a test takes.
func (s *schemas) take(tb testing.TB) string {
	tb.Helper()
	s.mu.Lock()
	var name string
	if n := len(s.free); n > 0 {
		name, s.free = s.free[n-1], s.free[:n-1]
	}
	if name == "" {
		s.made++
	}
	made := s.made
	s.mu.Unlock()
	if name == "" {
		name = fmt.Sprintf("test_%d", made)
		ok(tb, postgres.Migrate(tb.Context(), s.db, postgres.Options{Schema: name}))
	}
	tb.Cleanup(func() {
		if err := empty(s.db, name); err != nil {
			tb.Errorf("emptying %s: %v", name, err)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.free = append(s.free, name)
	})
	return name
}

// empty deletes all rows of a schema. (That takes a tenth of the time of TRUNCATE, which makes new files for all.)
func empty(db *sql.DB, schema string) error {
	ctx := context.Background()
	var deletes sql.NullString
	err := db.QueryRowContext(ctx, `SELECT 'WITH ' || string_agg(format('%I AS (DELETE FROM %I.%I)', tablename, schemaname,
		tablename), ', ') || ' SELECT 1' FROM pg_tables
		WHERE schemaname = $1::text AND tablename <> 'sessional_migrations'`, schema).Scan(&deletes)
	if err != nil || !deletes.Valid {
		return err
	}
	_, err = db.ExecContext(ctx, deletes.String)
	return err
}

// named returns a store on an empty schema, and the schema's name.
func (s *schemas) named(tb testing.TB) (*postgres.Store, string) {
	tb.Helper()
	name := s.take(tb)
	return on(tb, s.db, name), name
}

// on returns a store on a schema.
func on(tb testing.TB, db postgres.DB, schema string) *postgres.Store {
	tb.Helper()
	return must[*postgres.Store](tb)(postgres.New(db, postgres.Options{Schema: schema}))
}

var _ storetest.Store = (*postgres.Store)(nil)

// each calls use for every row of a query.
func each(tb testing.TB, db *sql.DB, use func(*sql.Rows), query string, args ...any) {
	tb.Helper()
	rows, err := db.QueryContext(context.Background(), query, args...)
	ok(tb, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		use(rows)
	}
	ok(tb, rows.Err())
}
