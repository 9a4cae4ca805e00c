package postgres_test

import (
	"os"
	"testing"

	"github.com/sessional-go/sessional/internal/integration/server"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// usual is the version that tests run on where it makes no difference.
const usual = 15

// fresh returns schemas in a database of their own on the usual server, through pgx.
func fresh(tb testing.TB) *schemas {
	tb.Helper()
	return through(tb, pgx, server.Shared(tb, usual))
}

// through returns schemas in a database of their own on a server.
func through(tb testing.TB, d driverOf, p *server.Postgres) *schemas {
	tb.Helper()
	dsn := p.DSN(p.NewDatabase(tb))
	return &schemas{db: d.open(tb, dsn), dsn: dsn}
}
