package crash_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/internal/integration/crash"
	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/stores"
)

// TestServerKilledN4P2P3 stops PostgreSQL under load as in a crash and starts it again: nothing that was acknowledged is
// lost, and nothing is half done.
func TestServerKilledN4P2P3(t *testing.T) {
	s := server.Start(t, server.Config{Durable: true})
	p := serverPlan(t, s)
	p.Strikes = 3
	switch {
	case long():
		p.Strikes = 30
	case testing.Short():
		p.Strikes = 1
	}
	p.Strike = func() (string, error) {
		return p.Config.DSN, errors.Join(s.Stop(server.Immediate), s.Restart())
	}
	strike(t, p)
}

// TestFailoverN4P2P3 stops a primary under load as in a crash, and goes on with the standby that it waited for: nothing
// that was acknowledged is lost, and nothing is half done.
func TestFailoverN4P2P3(t *testing.T) {
	primary := server.Start(t, server.Config{Durable: true})
	p := serverPlan(t, primary)
	standby := primary.Standby(t)
	database := p.Config.Schema // named like it
	p.Strikes = 1
	p.Strike = func() (string, error) {
		return standby.DSN(database) + named, errors.Join(primary.Stop(server.Immediate), standby.Promote())
	}
	strike(t, p)
}

func serverPlan(t *testing.T, s *server.Postgres) crash.ServerPlan {
	t.Helper()
	schema := stores.NewSchema()
	if err := s.Exec(t.Context(), "CREATE DATABASE "+schema); err != nil {
		t.Fatal(err)
	}
	return crash.ServerPlan{
		Config: worker.Config{
			Store: stores.PGX, DSN: s.DSN(schema) + named, Schema: schema, Clock: worker.Clock{Began: worker.Monotonic()},
		},
		Seed: 1, Processes: 2, Users: 8,
		Handle: func(c worker.Config) worker.Store {
			c.DSN = strings.TrimSuffix(c.DSN, named)
			store, db := stores.Handle(t, c)
			if err := quiet(t.Context(), db); err != nil {
				t.Fatal(err)
			}
			return store
		},
	}
}

func strike(t *testing.T, p crash.ServerPlan) {
	t.Helper()
	t.Logf("%d strikes, seed %d", p.Strikes, p.Seed)
	count, err := crash.RunServer(t, p)
	t.Log(count)
	if err != nil {
		t.Fatal(err)
	}
}
