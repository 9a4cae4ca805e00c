package bench

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/worker/stores"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// A queue that is short, one that is long, and how often and how much is claimed of each.
const (
	shortQueue  = 10_000
	longQueue   = 1_000_000
	claimRounds = 40
	claimLimit  = 100
)

// perPerson is how many deliveries in a row are one person's: of those, only the first is claimed.
const perPerson = 5

// lengthen has so many deliveries in the queue, all due, of one event that is told already.
func lengthen(tb testing.TB, db *sql.DB, schema string, many int) {
	tb.Helper()
	ok(tb, stores.CopyDelivery(tb.Context(), db, schema, "planned", many, map[string]string{
		"key": "'k-' || i", "person": fmt.Sprintf("'p-' || (i / %d)", perPerson),
	}))
}

// claimed claims from a queue and returns how long that took; what was claimed is delivered.
func claimed(tb testing.TB, q notify.Queue) time.Duration {
	tb.Helper()
	began := time.Now()
	claims := must[[]notify.Claim](tb)(q.Claim(tb.Context(), notify.ClaimRequest{Now: now, Lease: time.Hour, Limit: claimLimit}))
	took := time.Since(began)
	if len(claims) != claimLimit {
		tb.Fatalf("%d were claimed", len(claims))
	}
	var done []notify.Settlement
	for _, c := range claims {
		done = append(done, notify.Settlement{Claim: c, Outcome: notify.Outcome{State: notify.Delivered, At: now}})
	}
	if lost := must[[]int](tb)(q.Settle(tb.Context(), done)); len(lost) > 0 {
		tb.Fatalf("%d were lost", len(lost))
	}
	return took
}

// growth claims from a short queue and from a long one in turns, and promises that it takes as long.
func growth(tb testing.TB, name string, short, long notify.Queue) {
	tb.Helper()
	claimed(tb, short)
	claimed(tb, long)
	var ofShort, ofLong []time.Duration
	for range claimRounds {
		ofShort, ofLong = append(ofShort, claimed(tb, short)), append(ofLong, claimed(tb, long))
	}
	few, many := median(ofShort), median(ofLong)
	_, _ = fmt.Fprintf(out, "\nclaiming %d deliveries\n  of %8d in the queue  %8s\n  of %8d in the queue  %8s\n", claimLimit,
		shortQueue, few.Round(10*time.Microsecond), longQueue, many.Round(10*time.Microsecond))
	promise(name+"/claim-growth", many.Seconds()/few.Seconds(), "<=", 1.5)
}

// BenchmarkClaimGrowth claims from a queue of ten thousand deliveries and from one of a million on PostgreSQL.
func BenchmarkClaimGrowth(b *testing.B) {
	p := newServer(b, true)
	dsn := p.DSN(p.NewDatabase(b))
	with := func(many int) notify.Queue {
		in := newInPostgres(b, dsn, 0)
		in.queue(b, 0, 1)
		lengthen(b, in.db, in.name, many)
		must[sql.Result](b)(in.db.ExecContext(b.Context(), fmt.Sprintf("VACUUM ANALYZE %s, %s",
			in.table("planned_deliveries"), in.table("delivery_states"))))
		return in.store
	}
	growth(b, "postgres", with(shortQueue), with(longQueue))
}

// BenchmarkClaimGrowthSQLite does the same in SQLite, by the driver in C.
func BenchmarkClaimGrowthSQLite(b *testing.B) {
	with := func(many int) notify.Queue {
		in := newInSQLite(b, sqliteDrivers[1], 1)
		db := open(b, in.driver.name, in.file+in.driver.more)
		task := must[[]notify.PlanTask](b)(in.store.ClaimPlans(b.Context(), now, time.Hour, 1))[0]
		const who session.PersonID = "p-first"
		ok(b, in.store.Planned(b.Context(), task, notify.Chunk{Done: true, Deliveries: []notify.Delivery{delivery(task, who)}}))
		lengthen(b, db, "", many)
		must[sql.Result](b)(db.ExecContext(b.Context(), "ANALYZE"))
		return in.store
	}
	growth(b, "sqlite", with(shortQueue), with(longQueue))
}
