package crash_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/crash"
	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/stores"
)

func TestMain(m *testing.M) {
	if code, isWorker := worker.Main(stores.Open); isWorker {
		os.Exit(code)
	}
	os.Exit(server.Main(m))
}

// long says whether this is a long run.
func long() bool { return os.Getenv("SESSIONAL_SOAK") == "1" }

// TestKilledN4N5P2P3 kills workers with SIGKILL at every point of their commits, and at random: what was acknowledged is
// there, what wasn't is there wholly or not at all (N4, P2), what was under way gets one answer when it is given again
// (P3), and what was held is claimed anew (N5).
func TestKilledN4N5P2P3(t *testing.T) {
	for _, name := range []string{stores.Modernc, stores.Mattn, stores.PGX} {
		if testing.Short() && name == stores.Modernc {
			continue // under the race detector it takes minutes; the workers are the same over mattn's
		}
		t.Run(name, func(t *testing.T) {
			p := crash.Plan{
				Config: worker.Config{Store: name, Clock: worker.Clock{Began: worker.Monotonic()}},
				Seed:   1, Kills: 50, Users: 6, Commands: 15,
			}
			switch {
			case long():
				p.Kills = 300
			case testing.Short(), name == stores.Mattn: // beyond one at each point: the store has its 50 over the other driver
				p.Kills = 5
			}
			if stores.SQLite(name) {
				p.Config.DSN = stores.File(name, t.TempDir())
			} else {
				s := server.Shared(t, 0)
				p.Config.DSN, p.Config.Schema = s.DSN(s.NewDatabase(t)), stores.NewSchema()
			}
			store, db := stores.Handle(t, p.Config)
			p.Sound = func() error { return whole(t.Context(), db) }
			if !stores.SQLite(name) {
				p.Config.DSN += named
				p.Sound = func() error { return quiet(t.Context(), db) }
			}
			t.Logf("at least %d kills, seed %d", p.Kills, p.Seed)
			count, err := crash.Run(t, store, p)
			t.Log(count)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// whole asks SQLite whether its file is whole.
func whole(ctx context.Context, db *sql.DB) error {
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("the file is not whole: %s", verdict)
	}
	return nil
}

// victim is what workers that die call themselves, named how their connection string says so.
const (
	victim = "victim"
	named  = " application_name=" + victim
)

// quiet waits until the server has noticed that its client has died: what that had sent may still be carried out.
func quiet(ctx context.Context, db *sql.DB) error {
	for {
		var n int
		row := db.QueryRowContext(ctx, "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1::text", victim)
		if err := row.Scan(&n); err != nil || n == 0 {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}
