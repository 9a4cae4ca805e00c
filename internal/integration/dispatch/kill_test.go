package dispatch_test

import (
	"os"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/dispatch"
	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/stores"
	"github.com/sessional-go/sessional/internal/peer"
)

func TestMain(m *testing.M) {
	if code, isDispatcher := dispatch.Main(); isDispatcher {
		os.Exit(code)
	}
	os.Exit(peer.Report(os.Stderr, server.Main(m)))
}

// TestKilledDispatchersN4N5 kills processes that plan and deliver, four at once, at every point and at random: nothing
// that was to be told is lost or planned twice (N4), whoever drops repeated keys tells every person exactly once, and
// what is repeated was recorded as unknown before (N5).
func TestKilledDispatchersN4N5(t *testing.T) { killed(t, 50, dispatch.NewHTTPSink) }

// TestKilledMailersN4N5 kills processes that send by SMTP to a real mail server, in the midst of a mail, too: everybody
// has what is for them in their mailbox, under one Message-ID whichever attempt it was, and twice only where its outcome
// was recorded as unknown in between (N5).
func TestKilledMailersN4N5(t *testing.T) { killed(t, 20, dispatch.NewMailSink) }

// killed lets so many dispatchers die on each store, more in the long run.
func killed(t *testing.T, kills int, sink func(testing.TB) dispatch.Sink) {
	t.Helper()
	for _, name := range []string{stores.Mattn, stores.PGX} {
		t.Run(name, func(t *testing.T) {
			p := dispatch.Plan{Store: worker.Config{Store: name}, Seed: 1, Kills: kills}
			switch {
			case os.Getenv("SESSIONAL_SOAK") == "1":
				p.Kills = 300
			case testing.Short():
				p.Kills = len(dispatch.Points()) + 4
			}
			if stores.SQLite(name) {
				p.Store.DSN = stores.File(name, t.TempDir())
			} else {
				s := server.Shared(t, 0)
				p.Store.DSN, p.Store.Schema = s.DSN(s.NewDatabase(t)), stores.NewSchema()
			}
			p.Sink = sink(t)
			store, _ := stores.Handle(t, p.Store)
			began := time.Now()
			count, err := dispatch.Run(t, store, p)
			t.Logf("%v: %v", time.Since(began).Round(time.Millisecond), count)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
