package crash

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/ledger"
	"github.com/sessional-go/sessional/rota/desk"
)

// Plan says how often and with how many users workers die.
type Plan struct {
	// Config is what the workers work on.
	Config worker.Config
	// Seed makes all choices.
	Seed uint64
	// Kills is how many workers die at least.
	Kills int
	// Users act at once in each, Commands at most.
	Users, Commands int
	// Sound looks at the store itself after each death; nil: nothing to look at. A worker that is gone may still have
	// something under way at a server: it returns when that is over.
	Sound func() error
}

// lives is a sequence of workers, each of which dies and is succeeded by the next.
type lives struct {
	tb    testing.TB
	plan  Plan
	store worker.Store
	book  *ledger.Ledger
	rng   *rand.Rand
	no    int
	kills int
	// random counts those that died at no point.
	random int
}

// Run lets workers die, and returns what is wrong, or nil, with what happened. The store is this process's own handle on
// what the workers write.
func Run(tb testing.TB, store worker.Store, p Plan) (ledger.Count, error) {
	tb.Helper()
	l := &lives{tb: tb, plan: p, store: store, book: ledger.New(), rng: rand.New(rand.NewPCG(p.Seed, 0))}
	// The first one lives, and shows which points there are.
	if err := l.live("", 0); err != nil {
		return l.book.Count(), err
	}
	for hit := 1; hit <= 8; hit++ {
		for _, point := range l.missed() {
			if err := l.live(point, max(1, l.rng.IntN(8)/hit)); err != nil {
				return l.book.Count(), fmt.Errorf("life %d, which was to end %s: %w", l.no, point, err)
			}
		}
	}
	for l.kills < p.Kills || l.random < p.Kills/5 {
		point := atRandom
		if l.no%2 == 0 {
			names := slices.Sorted(maps.Keys(l.book.Points()))
			point = names[l.rng.IntN(len(names))]
		}
		if err := l.live(point, 1+l.rng.IntN(20)); err != nil {
			return l.book.Count(), fmt.Errorf("life %d, which was to end %s: %w", l.no, point, err)
		}
	}
	tb.Logf("%d workers died, %d of them at random, the others: %v", l.kills, l.random, l.book.Points())
	err := errors.Join(l.hit(), l.reckon())
	return l.book.Count(), err
}

// atRandom stands for no point: the worker dies when it is killed from outside.
const atRandom = "at random"

// missed are the points that were reached and at which nobody has died yet.
func (l *lives) missed() []string {
	var names []string
	for name, deaths := range l.book.Points() {
		if deaths == 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// hit asks that somebody has died at each point, and that there were points at all.
func (l *lives) hit() error {
	if names := l.missed(); len(names) > 0 || len(l.book.Points()) == 0 {
		return fmt.Errorf("of the points %v nobody has died at %q", l.book.Points(), names)
	}
	return nil
}

// live lets a worker do again what was under way when the last one died, and then let users act until it dies, at the
// latest when they have done what they should; then it checks what is left.
func (l *lives) live(point string, hit int) error {
	c := l.plan.Config
	c.Clock.Ahead = time.Duration(l.no) * 2 * worker.Lease // what the dead one held is free again
	if point != atRandom {
		c.Kill, c.Hit = point, hit
	}
	heirlooms, err := l.underWay(l.tb.Context())
	if err != nil {
		return err
	}
	w := worker.Start(l.tb, c, l.book.Listener())
	l.no++
	for _, h := range heirlooms {
		for range 2 { // at the same time
			w.Give(worker.Order{Do: worker.DoPerform, Act: &h.act})
		}
	}
	w.Give(worker.Order{Do: worker.DoSettle})
	if w.Await() {
		if err := l.publish(w, c.Clock); err != nil {
			return err
		}
		l.act(w, point == atRandom)
	}
	w.Kill()
	return l.examine(heirlooms)
}

// publish lets South's rota manager publish a policy: what users never do.
func (l *lives) publish(w *worker.Process, clock worker.Clock) error {
	all, err := l.store.Policies(l.tb.Context(), worker.South)
	if err != nil {
		return err
	}
	a, err := worker.PolicyOfSouth(len(all)+1, clock.Now().Add(time.Second))
	w.Give(worker.Order{Do: worker.DoPerform, Act: &a})
	return err
}

// act lets users act until the worker dies. At random it dies after a while.
func (l *lives) act(w *worker.Process, random bool) {
	w.Give(worker.Order{Do: worker.DoPlay, Play: &worker.Play{
		Seed: l.plan.Seed + uint64(l.no), Round: l.no, Users: l.plan.Users, Commands: l.plan.Commands, Hold: true,
	}})
	if !random {
		if !w.Await() {
			l.kills++
		}
		return
	}
	time.Sleep(time.Duration(5+l.rng.IntN(150)) * time.Millisecond)
	l.kills++
	l.random++
}

// heirloom is a command that was under way when a worker died, with its outcome if it had been committed.
type heirloom struct {
	act     worker.Act
	outcome []byte
}

// underWay are the commands whose answers nobody has heard.
func (l *lives) underWay(ctx context.Context) ([]heirloom, error) {
	var all []heirloom
	for _, a := range l.book.Unanswered() {
		out, err := l.store.Outcome(ctx, a.Key)
		if err != nil && !errors.Is(err, desk.ErrNoOutcome) {
			return nil, err
		}
		all = append(all, heirloom{a, out.Result})
	}
	return all, nil
}

// examine checks what a worker has left behind.
func (l *lives) examine(heirlooms []heirloom) error {
	if l.plan.Sound != nil {
		if err := l.plan.Sound(); err != nil {
			return err
		}
	}
	err := l.book.Check(l.tb.Context(), l.store)
	for _, h := range heirlooms {
		// What was committed before a worker died is answered, not judged anew (P3).
		for _, a := range l.book.Answers(h.act.Key) {
			if h.outcome != nil && (a.Code != "" || worker.Canonical(a.Result) != worker.Canonical(h.outcome)) {
				err = errors.Join(err, fmt.Errorf("P3: command %v led to %s, and is answered %+v", h.act.Key, h.outcome, a))
			}
		}
	}
	return err
}

// reckon lets a last worker finish what is under way and tell what is left to tell, and checks everything.
func (l *lives) reckon() error {
	ctx := l.tb.Context()
	heirlooms, err := l.underWay(ctx)
	if err != nil {
		return err
	}
	c := l.plan.Config
	c.Clock.Ahead = time.Duration(l.no+1) * 2 * worker.Lease
	w := worker.Start(l.tb, c, l.book.Listener())
	for _, h := range heirlooms {
		w.Give(worker.Order{Do: worker.DoPerform, Act: &h.act})
	}
	w.Give(worker.Order{Do: worker.DoSettle})
	settled := w.Await()
	w.Give(worker.Order{Do: worker.DoTell})
	if !settled || !w.Await() {
		return errors.New("the last worker ended")
	}
	w.Kill()
	l.book.Reopen()
	return errors.Join(l.examine(heirlooms), ledger.CheckBookings(ctx, l.store), l.book.CheckTold(ctx, l.store, true), l.enough())
}

// enough asks that the story was one.
func (l *lives) enough() error {
	n := l.book.Count()
	for _, what := range append(l.book.Unable(), l.book.Unknown()...) {
		return errors.New(what)
	}
	if n.Committed < 5*l.kills || n.Claims == 0 || n.Reclaimed == 0 || n.Inherited == 0 || n.InheritedDone == 0 {
		return fmt.Errorf("too little happened: %s", n)
	}
	return nil
}
