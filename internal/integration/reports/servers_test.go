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

// open makes a store in a database of its own, in the schema that the documents speak of.
func open(tb testing.TB) (*postgres.Store, *sql.DB) {
	tb.Helper()
	s := server.Shared(tb, 15)
	db, err := sql.Open("pgx", s.DSN(s.NewDatabase(tb)))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() }) // nothing is lost by it
	if err := postgres.Migrate(tb.Context(), db, postgres.Options{}); err != nil {
		tb.Fatal(err)
	}
	store, err := postgres.New(db, postgres.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return store, db
}
