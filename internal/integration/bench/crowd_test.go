package bench

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// crowd is how many clinicians want one session, connections how many a host lets its desks have.
const (
	crowd       = 1000
	connections = 32
)

// tries counts how often commands were decided.
type tries struct{ commands, all, most atomic.Int64 }

func (t *tries) observe(o desk.Observation) {
	t.commands.Add(1)
	t.all.Add(int64(o.Tries))
	for {
		most := t.most.Load()
		if int64(o.Tries) <= most || t.most.CompareAndSwap(most, int64(o.Tries)) {
			return
		}
	}
}

// rush has a crowd apply at once, each for the session that they are given, and returns how long it took until all had
// their answer.
func rush(tb testing.TB, d *desk.Desk, block int, wanted func(n int) session.SessionID) time.Duration {
	tb.Helper()
	errs := make([]error, crowd)
	var wait sync.WaitGroup
	began := time.Now()
	for n := range crowd {
		wait.Go(func() {
			by := asClinician(session.ClinicianID(fmt.Sprintf("crowd-%d-%d", block, n)))
			_, errs[n] = d.Apply(tb.Context(), rota.Apply{
				Command: session.Do(session.CommandID("apply-"+string(wanted(n))), by), Session: wanted(n),
			})
		})
	}
	wait.Wait()
	took := time.Since(began)
	for _, err := range errs {
		ok(tb, err)
	}
	return took
}

// BenchmarkCrowd has a thousand clinicians apply for one session that a person will choose for, and beside it a thousand
// for a session each; then it withdraws sessions that a thousand have applied for, and others that nobody has.
func BenchmarkCrowd(b *testing.B) {
	const blocks, withdrawals = 7, 40
	p := newServer(b, true)
	in := newInPostgres(b, p.DSN(p.NewDatabase(b)), (blocks+1)*crowd+withdrawals)
	in.db.SetMaxOpenConns(connections)
	in.db.SetMaxIdleConns(connections)
	var one, each tries
	same := newDesk(b, in.store, in.dir, func(o *desk.Options) { o.Observe = one.observe })
	apart := newDesk(b, in.store, in.dir, func(o *desk.Options) { o.Observe = each.observe })
	var onOne, onEach []time.Duration
	var ratios []float64
	for block := range blocks + 1 {
		wanted := session.SessionID(numbered("s-", block*crowd)) // one of the thousand, by clinicians of its own
		together := rush(b, same, 2*block, func(int) session.SessionID { return wanted })
		alone := rush(b, apart, 2*block+1, func(n int) session.SessionID {
			return session.SessionID(numbered("s-", block*crowd+n))
		})
		if block > 0 { // the first one warms up
			onOne, onEach = append(onOne, together), append(onEach, alone)
			ratios = append(ratios, alone.Seconds()/together.Seconds())
		}
	}
	_, _ = fmt.Fprintf(out, "\n%d clinicians apply at once, %d connections\n  one session       %6.0f/s\n  a session each    %6.0f/s\n",
		crowd, connections, crowd/median(onOne).Seconds(), crowd/median(onEach).Seconds())
	promise("postgres/crowd-tries", float64(one.all.Load())/float64(one.commands.Load()), "<=", 1.2)
	promise("postgres/crowd-most-tries", float64(one.most.Load()), "<=", 5)
	promise("postgres/crowd-throughput", median(ratios), ">=", 0.8)
	note("tries where each has a session of their own", float64(each.all.Load())/float64(each.commands.Load()))
	withdrawn(b, in, (blocks+1)*crowd, withdrawals/2)
}

// withdrawn withdraws sessions from a number on, in turns one that a crowd has applied for and one that nobody has.
func withdrawn(b *testing.B, in *inPostgres, first, many int) {
	b.Helper()
	d := newDesk(b, in.store, in.dir)
	c := copies{in.db, in.table}
	var after [2][]float64
	for n := range 2 * many {
		id := session.SessionID(numbered("s-", first+n))
		wanted := n % 2
		if wanted == 0 {
			_, err := in.db.ExecContext(b.Context(), "DELETE FROM "+in.table("applications")+" WHERE session = $1", string(id))
			ok(b, err)
		} else {
			c.of(b, relational.Applications, fmt.Sprintf("t.id = '%s'", applied(first+n)), crowd, map[string]string{
				"id": "t.id || '-' || i", "clinician": "'w-' || i",
			})
		}
		shown := must[withdrawal.Assessment](b)(d.AssessWithdrawal(b.Context(), byLeeds, id))
		began := time.Now()
		must[withdrawal.Withdrawn](b)(d.Withdraw(b.Context(), withdrawal.Withdraw{
			Command: session.Do(session.CommandID("withdraw-"+string(id)), byLeeds), Session: id, Shown: shown.Shown, Confirmed: true,
		}))
		after[wanted] = append(after[wanted], time.Since(began).Seconds())
	}
	few, crowded := median(after[0]), median(after[1])
	_, _ = fmt.Fprintf(out, "\nwithdrawing a session\n  no applicants       %.2f ms\n  %d applicants     %.2f ms\n", few*1e3, crowd, crowded*1e3)
	promise("postgres/withdraw-crowded", crowded/few, "<=", 2)
}
