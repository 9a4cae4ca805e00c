package bench

import (
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
)

// TestClaimsReadWhatTheyTake has a queue grow from none since PostgreSQL last looked at it, and counts what a claim and its
// settlement read of it: what they take, and not all that is due or in hand.
func TestClaimsReadWhatTheyTake(t *testing.T) {
	const taken, inHand, most = 100, 1000, 500
	p := newServer(t, true)
	in := newInPostgres(t, p.DSN(p.NewDatabase(t)), 0)
	in.db.SetMaxOpenConns(1)
	read := func() (n int64) {
		time.Sleep(1100 * time.Millisecond) // a connection reports once a second
		ok(t, in.db.QueryRowContext(t.Context(), "SELECT sum(coalesce(idx_tup_fetch, 0) + seq_tup_read) FROM pg_stat_user_tables"+
			" WHERE schemaname = $1::text AND relname IN ('planned_deliveries', 'delivery_states')", in.name).Scan(&n))
		return n
	}
	claim := func(limit int) (all []notify.Settlement) {
		request := notify.ClaimRequest{Now: now, Lease: time.Hour, Limit: limit, Channels: []notify.Channel{notify.Email}}
		for _, c := range must[[]notify.Claim](t)(in.store.Claim(t.Context(), request)) {
			all = append(all, notify.Settlement{Claim: c, Outcome: notify.Outcome{State: notify.Delivered, At: now}})
		}
		if len(all) != limit {
			t.Fatalf("%d of %d were claimed", len(all), limit)
		}
		return all
	}
	in.queue(t, 0, deliverBlock)
	before := read()
	some := claim(taken)
	claimed := read()
	if n := claimed - before; n > most {
		t.Errorf("claiming %d of %d read %d", taken, deliverBlock, n)
	}
	claim(inHand)
	before = read()
	if lost := must[[]int](t)(in.store.Settle(t.Context(), some)); len(lost) > 0 {
		t.Errorf("%d were lost", len(lost))
	}
	if n := read() - before; n > most {
		t.Errorf("settling %d of %d in hand read %d", taken, taken+inHand, n)
	}
}
