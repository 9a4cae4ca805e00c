package notify

import (
	"context"
	"slices"
	"sync"
	"time"
)

// settler tells the queue what became of deliveries. While it is told of some, those that end meanwhile gather, and go
// together in the next commit: so none waits for company, and the more there are the fewer commits they take.
type settler struct {
	out *outlet

	mu      sync.Mutex
	waiting []*settling
	busy    bool
}

// settling is a delivery that has ended, and isn't settled yet.
type settling struct {
	*entry
	Observation
	// until is for how long the queue is asked, should it not answer: longer than the lease is of no use.
	until time.Time
}

// mostSettled is how many deliveries are settled in one commit.
const mostSettled = 500

// add takes what became of a delivery. Whoever stops may still say what it did: it goes on for as long as the margin of a
// lease.
func (s *settler) add(e *entry, o Observation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, &settling{entry: e, Observation: o, until: time.Now().Add(s.out.margin())}) //nolint:forbidigo // how long to ask goes by the machine's clock, as every timeout does
	if !s.busy {
		s.busy = true
		go s.run()
	}
}

// run settles until nothing is left.
func (s *settler) run() {
	var failed []*settling // in the attempt before
	pause := time.Duration(0)
	for {
		if pause > 0 {
			time.Sleep(pause)
		}
		s.mu.Lock()
		n := min(len(s.waiting), mostSettled-len(failed))
		some := slices.Concat(failed, s.waiting[:n])
		s.waiting = slices.Clone(s.waiting[n:])
		if len(some) == 0 {
			s.busy = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		failed = s.settle(some)
		if len(failed) == 0 {
			pause = 0
			continue
		}
		pause = max(2*pause, s.out.margin()/100)
		for _, one := range failed {
			pause = min(pause, time.Until(one.until)) //nolint:forbidigo // see add
		}
	}
}

// settle tells the queue of some, and returns those that are to be tried again because it didn't answer.
func (s *settler) settle(some []*settling) (again []*settling) {
	all := make([]Settlement, len(some))
	first := some[0].until
	for i, one := range some {
		all[i] = Settlement{Claim: one.claim, Outcome: one.Outcome, Raise: raises(one.claim, one.Outcome)}
		if one.until.Before(first) {
			first = one.until
		}
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(some[0].work), first)
	defer cancel()
	lost, err := s.out.o.Queue.Settle(ctx, all)
	var done []*settling
	for i, one := range some {
		switch {
		case err != nil && time.Now().Before(one.until): //nolint:forbidigo // see add
			again = append(again, one)
			continue
		case err != nil:
			one.Lost = err
		case slices.Contains(lost, i):
			one.Lost = ErrLeaseLost
		}
		done = append(done, one)
	}
	s.out.left(done)
	for _, one := range done {
		s.out.tell(one.hand, one.Observation)
		s.out.going.Done()
	}
	return again
}
