package race_test

import (
	"os"
	"testing"

	"github.com/sessional-go/sessional/internal/integration/race"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/rota/store/memory"
)

func TestRacesA7P3N4Memory(t *testing.T) {
	store := memory.New()
	p := plan(t, 1)
	count, err := race.Run(t, store, func(_ int, lines func(worker.Line)) *worker.Process {
		return worker.StartHere(t, store, p.Clock, lines)
	}, p)
	t.Log(count)
	if err != nil {
		t.Fatal(err)
	}
}

// plan is 5,000 commands of 64 users, or 100,000 in a long run.
func plan(t *testing.T, processes int) race.Plan {
	p := race.Plan{
		Clock: worker.Clock{Began: worker.Monotonic()}, Seed: 1, Processes: processes, Users: 64 / processes, Commands: 5_000,
	}
	if os.Getenv("SESSIONAL_SOAK") == "1" {
		p.Commands = 100_000
	}
	t.Logf("%d commands of %d users in %d processes, seed %d", p.Commands, p.Processes*p.Users, p.Processes, p.Seed)
	return p
}
