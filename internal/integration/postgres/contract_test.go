package postgres_test

import (
	"flag"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/rota/store/storetest"
)

// harness is the store through a driver; a second handle on its data is a second pool.
func harness(tb testing.TB, d driverOf, dsn string) storetest.Harness {
	tb.Helper()
	pool, other := schemas{db: d.open(tb, dsn)}, d.open(tb, dsn)
	var mu sync.Mutex
	names := map[storetest.Store]string{}
	return storetest.Harness{
		Open: func(tb testing.TB) storetest.Store {
			tb.Helper()
			s, name := pool.named(tb)
			mu.Lock()
			defer mu.Unlock()
			names[s] = name
			return s
		},
		Again: func(tb testing.TB, s storetest.Store) storetest.Store {
			tb.Helper()
			mu.Lock()
			defer mu.Unlock()
			return on(tb, other, names[s])
		},
	}
}

// histories is how many random histories are played on the usual server, and shortly how many of which short runs play
// a part: each is one after the other, which the race detector need not see five hundred times.
const (
	histories = 500
	shortly   = 100
)

// brief is how many histories, and cases of each other property, there are where it is the driver or the version that
// makes the difference.
const brief = 5

// TestContract asks the contract of every version, and on the usual one of every driver, direct or through a pooler. The
// race detector watches the store and storetest, which are the same for all: in short runs one of them has to do.
func TestContract(t *testing.T) {
	t.Run(fmt.Sprintf("%d %s", usual, pgx.name), func(t *testing.T) {
		p := server.Shared(t, usual)
		h := harness(t, pgx, p.DSN(p.NewDatabase(t)))
		h.Histories = histories
		if testing.Short() {
			h.Histories = shortly
		}
		storetest.Run(t, h)
	})
	if testing.Short() {
		return
	}
	cases := flag.Lookup("rapid.checks").Value
	before := cases.String()
	ok(t, cases.Set(strconv.Itoa(brief)))
	defer func() { ok(t, cases.Set(before)) }()
	for _, major := range server.Majors(t) {
		for _, d := range []driverOf{pgx, pgxSimple, libpq} { // the others are asked through the pooler
			if (major == usual) == (d.name == pgx.name) {
				continue
			}
			t.Run(fmt.Sprintf("%d %s", major, d.name), func(t *testing.T) {
				p := server.Shared(t, major)
				h := harness(t, d, p.DSN(p.NewDatabase(t)))
				h.Histories = brief
				storetest.Run(t, h)
			})
		}
	}
	for _, d := range []driverOf{pgxExec, libpqBin} {
		t.Run("PgBouncer "+d.name, func(t *testing.T) {
			p := server.Shared(t, usual)
			h := harness(t, d, server.StartPgBouncer(t, p, 8).DSN(p.NewDatabase(t)))
			h.Histories = brief
			storetest.Run(t, h)
		})
	}
}

// TestDispatchersOnTheQueue asks the usual version for the contract of queues, as dispatchers see it.
func TestDispatchersOnTheQueue(t *testing.T) {
	p := server.Shared(t, usual)
	pool := schemas{db: pgx.open(t, p.DSN(p.NewDatabase(t)))}
	notifytest.TestQueue(t, func(tb testing.TB) notify.Queue {
		tb.Helper()
		s, _ := pool.named(tb)
		return s
	})
}
