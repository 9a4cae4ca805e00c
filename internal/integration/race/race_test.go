package race_test

import (
	"os"
	"testing"

	"github.com/sessional-go/sessional/internal/integration/race"
	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/stores"
	"github.com/sessional-go/sessional/rota/store/memory"
)

func TestMain(m *testing.M) {
	if code, isWorker := worker.Main(stores.Open); isWorker {
		os.Exit(code)
	}
	os.Exit(server.Main(m))
}

// TestRacesA7P3N4 lets 64 users act at once on every store: nobody is booked twice (A7), a command given twice is done
// once (P3), and every event is there once and told once (N4).
func TestRacesA7P3N4(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		store := memory.New()
		p := plan(t, 1)
		check(t, store, p, func(_ int, lines func(worker.Line)) *worker.Process {
			return worker.StartHere(t, store, p.Clock, lines)
		})
	})
	for _, name := range []string{stores.Modernc, stores.Mattn, stores.PGX, stores.PQ} {
		if testing.Short() && (name == stores.Modernc || name == stores.PQ) {
			continue // under the race detector they take minutes; the workers are the same over the other drivers
		}
		t.Run(name, func(t *testing.T) {
			p := plan(t, 4)
			if (name == stores.PQ || name == stores.Mattn) && !testing.Short() {
				p.Commands /= 4 // it is the same store as over the other driver
			}
			c := worker.Config{Store: name, Clock: p.Clock}
			if stores.SQLite(name) {
				c.DSN = stores.File(name, t.TempDir())
			} else {
				s := server.Shared(t, 0)
				c.DSN, c.Schema = s.DSN(s.NewDatabase(t)), stores.NewSchema()
			}
			store, _ := stores.Handle(t, c)
			check(t, store, p, func(_ int, lines func(worker.Line)) *worker.Process { return worker.Start(t, c, lines) })
		})
	}
}

func check(t *testing.T, store worker.Store, p race.Plan, start race.Start) {
	t.Helper()
	count, err := race.Run(t, store, start, p)
	t.Log(count)
	if err != nil {
		t.Fatal(err)
	}
}

// plan is 5,000 commands of 64 users, or 100,000 in a long run.
func plan(t *testing.T, processes int) race.Plan {
	t.Helper()
	p := race.Plan{
		Clock: worker.Clock{Began: worker.Monotonic()}, Seed: 1, Processes: processes, Users: 64 / processes, Commands: 5_000,
	}
	switch {
	case os.Getenv("SESSIONAL_SOAK") == "1":
		p.Commands = 100_000
	case testing.Short(): // the race detector makes them slow
		p.Commands = 600
	}
	t.Logf("%d commands of %d users in %d processes, seed %d", p.Commands, p.Processes*p.Users, p.Processes, p.Seed)
	return p
}
