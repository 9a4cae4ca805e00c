package crash

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/ledger"
)

// ServerPlan says what happens to a server while workers are busy with it.
type ServerPlan struct {
	// Config is what the workers work on, Seed makes all choices.
	Config worker.Config
	Seed   uint64
	// Processes take part, with Users in each.
	Processes, Users int
	// Strikes is how often Strike happens: each kills the server in the middle of the work, and returns once it, or its
	// successor, answers again, with the connection string from then on.
	Strikes int
	Strike  func() (dsn string, err error)
	// Handle opens this process's own handle on what the workers write, once nothing is under way there any more.
	Handle func(worker.Config) worker.Store
}

// RunServer lets a server die under load, and returns what is wrong, or nil, with what happened. After each death all
// that was acknowledged must be there, and nothing be half done; what was under way is then given again.
func RunServer(tb testing.TB, p ServerPlan) (ledger.Count, error) {
	tb.Helper()
	book := ledger.New()
	c := p.Config
	for n := 0; ; n++ {
		store := p.Handle(c)
		if err := errors.Join(book.Check(tb.Context(), store), ledger.CheckBookings(tb.Context(), store)); err != nil {
			return book.Count(), fmt.Errorf("after strike %d: %w", n, err)
		}
		c.Clock.Ahead = time.Duration(n) * 2 * worker.Lease
		workers := startAll(tb, c, p.Processes, book)
		if n == 0 {
			workers[0].Prepare(c.Clock)
		}
		if err := again(workers, book); err != nil {
			return book.Count(), err
		}
		if n == p.Strikes {
			err := errors.Join(end(tb, workers, book, store), struck(book, p.Strikes))
			return book.Count(), err
		}
		for i, w := range workers {
			w.Give(worker.Order{Do: worker.DoPlay, Play: &worker.Play{
				Seed: p.Seed + uint64(n), Round: n, Users: p.Users, Commands: 1 << 20, First: i * p.Users, Hold: true,
			}})
		}
		work(book)
		dsn, err := p.Strike()
		if err != nil {
			return book.Count(), err
		}
		if dsn == c.DSN {
			work(book) // they go on with the one that is back
		}
		for _, w := range workers {
			w.Kill()
		}
		c.DSN = dsn
	}
}

// work waits until a good many commits have been acknowledged, for a while at most: whether it was enough is asked at the
// end.
func work(book *ledger.Ledger) {
	begin := book.Done()
	for range 1000 {
		if book.Done() >= begin+100 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func startAll(tb testing.TB, c worker.Config, processes int, book *ledger.Ledger) []*worker.Process {
	tb.Helper()
	workers := make([]*worker.Process, processes)
	for i := range workers {
		workers[i] = worker.Start(tb, c, book.Listener())
	}
	return workers
}

// again lets workers give again what nobody knows the answer to, and waits for the answers.
func again(workers []*worker.Process, book *ledger.Ledger) error {
	for i, a := range book.Unanswered() {
		for k := range 2 { // two processes at the same time
			workers[(i+k)%len(workers)].Give(worker.Order{Do: worker.DoPerform, Act: &a})
		}
	}
	if !worker.All(workers, func(int) worker.Order { return worker.Order{Do: worker.DoSettle} }) {
		return errors.New("a worker ended")
	}
	if n := len(book.Unanswered()); n > 0 {
		return fmt.Errorf("P3: %d commands have no answer when they are given again: %q", n, book.Unknown()[0])
	}
	return nil
}

// end tells what is left to tell, and checks everything.
func end(tb testing.TB, workers []*worker.Process, book *ledger.Ledger, store worker.Store) error {
	tb.Helper()
	worker.All(workers, func(int) worker.Order { return worker.Order{Do: worker.DoTell} })
	book.Reopen()
	ctx := tb.Context()
	return errors.Join(book.Check(ctx, store), ledger.CheckBookings(ctx, store), book.CheckTold(ctx, store, true))
}

// struck asks that the strikes fell in the middle of work.
func struck(book *ledger.Ledger, strikes int) error {
	n := book.Count()
	if n.Committed < 100*strikes || n.Inherited < strikes {
		return fmt.Errorf("too little happened: %s", n)
	}
	return nil
}
