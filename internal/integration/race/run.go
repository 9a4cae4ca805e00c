package race

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/ledger"
	"github.com/sessional-go/sessional/rota/desk"
)

// Plan says how much happens.
type Plan struct {
	// Clock is the users' clock.
	Clock worker.Clock
	// Seed makes all choices.
	Seed uint64
	// Processes take part, with Users in each.
	Processes, Users int
	// Patience is how long one island's history of one round may take to be checked: a check that doesn't finish has
	// failed. Not given: a minute.
	Patience time.Duration
	// Commands is how many are given in all, without those that are given more than once.
	Commands int
}

// cutAfter is the greatest number of commands between two points at which everybody waits for everybody: so many are
// checked at a time. What is given more than once adds to the commands that users choose.
const (
	cutAfter = 1000
	perRound = 768
)

// Start starts the n-th worker, which reports to lines.
type Start func(n int, lines func(worker.Line)) *worker.Process

// Run plays a plan against a store from workers, and returns what is wrong, or nil, with what happened. The store is
// this process's own handle on what the workers write.
func Run(tb testing.TB, store worker.Store, start Start, p Plan) (ledger.Count, error) {
	tb.Helper()
	ctx := tb.Context()
	book := ledger.New()
	var present atomic.Pointer[history]
	present.Store(&history{})
	workers := make([]*worker.Process, p.Processes)
	ready := make(chan struct{})
	for n := range workers {
		enter, note := book.Listener(), listener(present.Load)
		workers[n] = start(n, func(line worker.Line) {
			enter(line)
			note(line)
			if line.Kind == worker.Shared {
				<-ready
				workers[(n+1)%len(workers)].Give(worker.Order{Do: worker.DoPerform, Act: line.Act})
			}
		})
	}
	close(ready)
	workers[0].Prepare(p.Clock)
	islands := make([]*island, worker.Islands)
	for n := range islands {
		islands[n] = &island{no: n, patience: cmp.Or(p.Patience, time.Minute)}
	}
	var playing, checking time.Duration
	for round, given := 0, 0; given < p.Commands; round++ {
		h := &history{}
		present.Store(h)
		each := max(1, min(perRound, p.Commands-given)/(p.Processes*p.Users))
		given += each * p.Processes * p.Users
		began := worker.Monotonic()
		if err := playRound(workers, p, round, each); err != nil {
			return book.Count(), err
		}
		played := worker.Monotonic()
		if err := checkRound(ctx, store, islands, h); err != nil {
			// What everybody was told may say more plainly what is wrong than that no order explains it.
			return book.Count(), errors.Join(fmt.Errorf("round %d: %w", round, err), book.Check(ctx, store))
		}
		playing += time.Duration(played - began)
		checking += time.Duration(worker.Monotonic() - played)
	}
	tb.Logf("played for %s, checked for %s", playing.Round(time.Millisecond), checking.Round(time.Millisecond))
	err := errors.Join(book.Check(ctx, store), ledger.CheckBookings(ctx, store), book.CheckTold(ctx, store, false))
	return book.Count(), errors.Join(err, busy(book))
}

// busy asks that the story was one: a store that fails all the time contradicts nobody. Where nothing is made to fail, no
// answer leaves open what came of a command, and a good part of the commands succeeds, conflicts and is repeated.
func busy(book *ledger.Ledger) error {
	var all []error
	for _, what := range append(book.Unable(), book.Unknown()...) {
		all = append(all, errors.New(what))
	}
	if n := len(all); n > 5 {
		all = append(all[:5], fmt.Errorf("and %d more that the store could not do", n-5))
	}
	n := book.Count()
	if n.Committed < n.Commands/4 || n.Conflicts < n.Commands/50 || n.Repeated < n.Commands/20 || n.Claims < n.Committed/4 {
		all = append(all, fmt.Errorf("too little happened: %s", n))
	}
	return errors.Join(all...)
}

// playRound lets all users act until each has given as many commands as they should, everything is answered, and everybody
// is told. What one person is told goes one after the other: left for the end of all rounds, it would take longer than
// they do.
func playRound(workers []*worker.Process, p Plan, round, each int) error {
	played := worker.All(workers, func(n int) worker.Order {
		return worker.Order{Do: worker.DoPlay, Play: &worker.Play{
			Seed: p.Seed + uint64(round), Round: round, Users: p.Users, Commands: each, First: n * p.Users,
		}}
	})
	settled := played && worker.All(workers, func(int) worker.Order { return worker.Order{Do: worker.DoSettle} })
	told := settled && worker.All(workers, func(int) worker.Order { return worker.Order{Do: worker.DoTell} })
	if !told {
		return errors.New("a worker ended")
	}
	return nil
}

// checkRound checks each island's history up to the cut.
func checkRound(ctx context.Context, store desk.Store, islands []*island, h *history) error {
	if len(h.calls) > cutAfter {
		return fmt.Errorf("%d commands between two cuts, at most %d", len(h.calls), cutAfter)
	}
	var all []error
	for _, i := range islands {
		all = append(all, i.check(ctx, store, h))
	}
	return errors.Join(all...)
}
