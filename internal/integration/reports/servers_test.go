package reports_test

import (
	"database/sql"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx

	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/rota/store/postgres"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// connect opens a database.
func connect(tb testing.TB, dsn string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("pgx", dsn)
	ok(tb, err)
	tb.Cleanup(func() { _ = db.Close() }) // nothing is lost by it
	return db
}

// open makes a store in a database of its own, in the schema that the documents speak of.
func open(tb testing.TB) (*postgres.Store, *sql.DB) {
	tb.Helper()
	s := server.Shared(tb, 15)
	db := connect(tb, s.DSN(s.NewDatabase(tb)))
	ok(tb, postgres.Migrate(tb.Context(), db, postgres.Options{}))
	store, err := postgres.New(db, postgres.Options{})
	ok(tb, err)
	return store, db
}

// ok ends the test where something failed.
func ok(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
