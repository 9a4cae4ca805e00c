package postgres_test

import (
	"os"
	"testing"
)

// dsnOf is the connection string of a server of a major version.
func dsnOf(tb testing.TB, _ int) string {
	tb.Helper()
	dsn := os.Getenv("SESSIONAL_POSTGRES_DSN")
	if dsn == "" {
		tb.Skip("SESSIONAL_POSTGRES_DSN is not set")
	}
	return dsn
}

// usual is the version that tests run on where it makes no difference.
const usual = 15

// fresh returns schemas of the usual server through pgx.
func fresh(tb testing.TB) *schemas {
	tb.Helper()
	return &schemas{db: pgx.open(tb, dsnOf(tb, usual))}
}
