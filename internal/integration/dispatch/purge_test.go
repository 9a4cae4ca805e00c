package dispatch

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/stores"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
)

// What a queue holds beside what is old enough to be purged: so many deliveries that ended not long ago, and as many
// that are as old but still wait to be sent. batch is how many a keeper purges at a time.
const (
	besides = 5_000
	batch   = 500
)

// TestN4DeliveriesArePurgedAtSize has a keeper purge what has been kept for long enough from a queue that is full of it,
// in the long run a million, while sessions go on being posted and their people told: all of it goes, in batches and, on
// PostgreSQL, without a walk through the table; nothing else does. That SQLite finds it by an index is seen in the plans
// of all its statements; see package sqlite.
func TestN4DeliveriesArePurgedAtSize(t *testing.T) {
	many := 20_000 // whole looks of a keeper
	if os.Getenv("SESSIONAL_SOAK") == "1" {
		many = 1_000_000
	}
	for _, name := range []string{stores.Mattn, stores.PGX} {
		t.Run(name, func(t *testing.T) {
			q := newFull(t, name, many)
			walked := q.walks()
			purged, batches := q.purge()
			if purged != many || batches != many/batch+1 {
				t.Errorf("%d of %d were purged in %d batches", purged, many, batches)
			}
			for _, id := range q.posted {
				q.told(id)
			}
			if again := q.walks(); again != walked {
				t.Errorf("the table was walked through %d times", again-walked)
			}
			for key, want := range map[string]int{"old": 0, "quiet": 0, "young": besides, "waiting": besides} {
				if got := q.count(key); got != want {
					t.Errorf("N4: %d deliveries that are %s are left, not %d", got, key, want)
				}
			}
			if name == stores.PGX && q.walks() == walked {
				t.Error("a walk was not counted: the test shows nothing")
			}
			t.Logf("%d were purged in %d batches while %d people were told", purged, batches, staff*len(q.posted))
		})
	}
}

// full is a queue that holds a lot.
type full struct {
	tb     testing.TB
	store  worker.Store
	db     *sql.DB
	schema string
	user   *user
	plan   keeper.Planner
	// posted are the sessions of which people were told.
	posted []session.SessionID
}

// newFull fills a queue with what is old enough to be purged, so many, and what isn't.
func newFull(tb testing.TB, name string, old int) *full {
	tb.Helper()
	config := worker.Config{Store: name}
	if stores.SQLite(name) {
		config.DSN = stores.File(name, tb.TempDir())
	} else {
		s := server.Shared(tb, 0)
		config.DSN, config.Schema = s.DSN(s.NewDatabase(tb)), stores.NewSchema()
	}
	q := &full{tb: tb, schema: config.Schema}
	q.store, q.db = stores.Handle(tb, config)
	directory, err := Directory()
	q.ok(err)
	q.user, err = newUser(q.store)
	q.ok(err)
	q.plan = keeper.Planner{Queue: q.store, Store: q.store, Directory: directory}
	q.ok(q.tell(tb.Context()))

	now := time.Now()
	ago, lately, later := instant(now.AddDate(-2, 0, 0)), instant(now.AddDate(0, 0, -1)), instant(now.AddDate(1, 0, 0))
	const nothing = "NULL"
	q.copy("old", old-old/10, map[string]string{"planned_at": ago, "settled_at": ago})
	q.copy("quiet", old/10, map[string]string{"planned_at": ago, "settled_at": nothing, "state": "'suppressed'"})
	q.copy("young", besides, map[string]string{"planned_at": ago, "settled_at": lately})
	q.copy("waiting", besides, map[string]string{
		"planned_at": ago, "settled_at": ago, "state": "'failed'", "not_before": later, "due_at": later,
	})
	_, err = q.db.ExecContext(tb.Context(), "ANALYZE")
	q.ok(err)
	return q
}

// instant is one as a literal.
func instant(t time.Time) string { return fmt.Sprintf("'%v'", relational.FormatInstant(t)) }

func (q *full) ok(err error) {
	q.tb.Helper()
	if err != nil {
		q.tb.Fatal(err)
	}
}

func (q *full) table() string {
	if q.schema == "" {
		return "deliveries"
	}
	return q.schema + ".deliveries"
}

// copy makes copies of a delivery that somebody got, for other people, with other values in some columns.
func (q *full) copy(name string, many int, other map[string]string) {
	q.tb.Helper()
	instead := map[string]string{"key": "'" + name + "-' || i", "person": "'p-" + name + "-' || i"}
	maps.Copy(instead, other)
	q.ok(stores.CopyDelivery(q.tb.Context(), q.db, q.schema, "delivered", many, instead))
}

// count is how many deliveries there are of those that were copied under a name.
func (q *full) count(name string) (n int) {
	q.tb.Helper()
	q.ok(q.db.QueryRowContext(q.tb.Context(), "SELECT count(*) FROM "+q.table()+" WHERE key LIKE '"+name+"-%'").Scan(&n))
	return n
}

// walks is how often PostgreSQL has walked through the table; 0 in SQLite, which doesn't count.
func (q *full) walks() (n int) {
	q.tb.Helper()
	if q.schema == "" {
		return 0
	}
	q.db.SetMaxIdleConns(0) // a connection reports at the latest when it ends
	time.Sleep(1100 * time.Millisecond)
	q.ok(q.db.QueryRowContext(q.tb.Context(), "SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE schemaname = $1"+
		" AND relname IN ('planned_deliveries', 'delivery_states')", q.schema).Scan(&n))
	q.db.SetMaxIdleConns(8)
	return n
}

// tell posts a session and applies for it, plans whom to tell of it and delivers what is due: that, and nothing else.
func (q *full) tell(ctx context.Context) error {
	id, err := q.user.act(ctx)
	if err != nil {
		return err
	}
	q.posted = append(q.posted, id)
	if _, err := q.plan.Plan(ctx); err != nil {
		return err
	}
	now := time.Now()
	claims, err := q.store.Claim(ctx, notify.ClaimRequest{Now: now, Lease: time.Minute, Limit: 100})
	if err != nil {
		return err
	}
	if len(claims) != staff {
		return fmt.Errorf("N4: %d deliveries are due, not %d", len(claims), staff)
	}
	done := make([]notify.Settlement, len(claims))
	for i, c := range claims {
		if c.Delivery.Session != id {
			return fmt.Errorf("N4: %+v is due", c.Delivery)
		}
		done[i] = notify.Settlement{Claim: c, Outcome: notify.Outcome{State: notify.Delivered, At: now}}
	}
	lost, err := q.store.Settle(ctx, done)
	if err == nil && len(lost) > 0 {
		err = fmt.Errorf("N5: of %d claims %v were lost", len(claims), lost)
	}
	return err
}

// told asks that the queue knows whom it has told of a session.
func (q *full) told(id session.SessionID) {
	q.tb.Helper()
	page, err := q.store.Deliveries(q.tb.Context(), notify.DeliveryQuery{Session: id})
	q.ok(err)
	for _, d := range page.Items {
		if strings.HasPrefix(d.Key, "waiting-") || strings.HasPrefix(d.Key, "young-") {
			return // the session whose delivery was copied
		}
		if d.State != notify.Delivered {
			q.tb.Errorf("N5: %+v", d)
		}
	}
	if len(page.Items) != staff {
		q.tb.Errorf("N4: %d people were told of %s, not %d", len(page.Items), id, staff)
	}
}

// purge has a keeper look until there is nothing left to purge, while people are told of sessions.
func (q *full) purge() (purged, batches int) {
	q.tb.Helper()
	counting := &countedPurges{Purger: q.store, ended: make(chan struct{})}
	k, err := keeper.New(keeper.Options{Desk: q.user.Desk, Store: q.store, Deliveries: counting})
	q.ok(err)
	ctx, end := context.WithCancel(q.tb.Context())
	var beside sync.WaitGroup
	var failed error
	beside.Go(func() {
		defer close(counting.ended)
		for failed == nil && ctx.Err() == nil {
			failed = q.tell(context.WithoutCancel(ctx))
			counting.told.Add(1)
		}
	})
	for {
		done, err := k.Look(q.tb.Context())
		q.ok(err)
		purged += done.Purged
		if done.Purged == 0 {
			break
		}
	}
	end()
	beside.Wait()
	q.ok(failed)
	return purged, counting.batches
}

// countedPurges counts the batches that are purged. Of every ten it lets the people of another session be told before it
// goes on, so that neither is done before the other has begun.
type countedPurges struct {
	keeper.Purger
	batches int
	told    atomic.Int64
	// ended is closed when nobody is told any more.
	ended chan struct{}
}

// Purge purges a batch.
func (c *countedPurges) Purge(ctx context.Context, before time.Time, limit int) (int, error) {
	c.batches++
	if c.batches%10 == 0 {
		c.wait()
	}
	return c.Purger.Purge(ctx, before, limit)
}

// wait waits until somebody more was told.
func (c *countedPurges) wait() {
	for before := c.told.Load(); c.told.Load() == before; {
		select {
		case <-c.ended:
			return // the test has failed
		case <-time.After(time.Millisecond):
		}
	}
}
