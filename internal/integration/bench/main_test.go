package bench

import (
	"os"
	"testing"

	"github.com/sessional-go/sessional/internal/integration/server"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// newServer returns a server of the benchmark's own, with memory for a million sessions and without checkpoints amid what
// is measured; or the one that SESSIONAL_POSTGRES_DSN points to, as it is.
func newServer(tb testing.TB, durable bool) *server.Postgres {
	tb.Helper()
	if os.Getenv("SESSIONAL_POSTGRES_DSN") != "" {
		return server.Shared(tb, 0)
	}
	return server.Start(tb, server.Config{Durable: durable, Settings: map[string]string{
		"shared_buffers": "512MB", "max_wal_size": "8GB", "checkpoint_timeout": "1h",
	}})
}
