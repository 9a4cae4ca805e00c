package sqlite_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3"
	_ "modernc.org/sqlite"

	"github.com/sessional-go/sessional/rota/store/sqlite"
)

// opener is a way to open a file.
type opener struct {
	name string
	// dsn is the connection string for a file, with further parameters of a URI (mode=ro).
	dsn func(file, more string) string
}

// drivers are those that the store promises to work with, opened as its documentation says, but for the flush to the
// disk: what is tested with it is not power failures.
var drivers = []opener{
	{"sqlite", func(file, more string) string {
		return "file:" + file + "?_pragma=busy_timeout(250)&_pragma=synchronous(normal)" + more
	}},
	{"sqlite3", func(file, more string) string {
		return "file:" + file + "?_busy_timeout=250&_synchronous=normal" + more
	}},
}

// over runs a test with each driver.
func over(t *testing.T, test func(t *testing.T, d opener)) {
	t.Helper()
	for _, d := range drivers {
		if testing.Short() && d.name == "sqlite" {
			continue // SQLite in Go takes minutes under the race detector; the store is the same over SQLite in C
		}
		t.Run(d.name, func(t *testing.T) { test(t, d) })
	}
}

// open opens a file, whether it is there or not.
func (d opener) open(tb testing.TB, file, more string) *sql.DB {
	tb.Helper()
	db, err := sql.Open(d.name, d.dsn(file, more))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// fresh opens a new file with the tables of the workflow.
func (d opener) fresh(tb testing.TB) (*sql.DB, string) {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "rota.db")
	db := d.open(tb, file, "")
	if err := sqlite.Migrate(context.Background(), db); err != nil {
		tb.Fatal(err)
	}
	return db, file
}

// store returns a store on a database.
func store(tb testing.TB, db *sql.DB, o sqlite.Options) *sqlite.Store {
	tb.Helper()
	s, err := sqlite.New(db, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return s
}
