package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// race is A5 and A7: everybody who could work it applies for a session that is first come, first served, all at the
// same time, each in a goroutine. One has it; the others get a clear answer, and leave nothing behind.
func (w *world) race(ctx context.Context) (bool, error) {
	all, err := w.views(ctx)
	if err != nil {
		return false, err
	}
	who, err := w.eligible(ctx)
	if err != nil {
		return false, err
	}
	var v view
	var racers []clinician
	for _, s := range in(all, func(v view) bool { return v.is(session.Open, w.clock.Now()) && v.Choosing == session.FirstCome }) {
		if len(who[s.ID]) > len(racers) {
			v, racers = s, who[s.ID]
		}
	}
	if len(racers) < 2 {
		return false, nil
	}
	slices.SortFunc(racers, func(a, b clinician) int { return cmp.Compare(a.person.Name, b.person.Name) })
	w.heading("First come, first served: all at once", "A5 A7")
	w.page.line("", "%s; %s press Apply in the same moment", v, count(len(racers), "clinician"))
	results, err := w.applyAtOnce(ctx, v, racers)
	if err != nil {
		return true, err
	}
	for i, err := range results {
		switch {
		case err == nil:
			w.busy[racers[i].facts.ID]++
			w.page.line("", "%s has it.", racers[i].person.Name)
		case refused(err):
			w.page.line("", "%s: %s", racers[i].person.Name, err)
		default:
			return true, err
		}
	}
	return true, w.tell(ctx)
}

// applyAtOnce starts everybody together, on a desk of its own over the same store: hosts run as many as they like.
// The store holds every commit back until all have read that the session is open, so that this is the closest race
// there can be. Then it lets them go in a fixed order, so that the story always tells the same; the library's answer
// would be as clear in any other.
func (w *world) applyAtOnce(ctx context.Context, v view, racers []clinician) ([]error, error) {
	start := newBarrier(w.store, len(racers))
	other, err := desk.New(desk.Options{Store: start, Directory: w.directory, Now: w.clock.Now})
	if err != nil {
		return nil, err
	}
	results := make([]error, len(racers))
	var all sync.WaitGroup
	for i, c := range racers {
		command := rota.Apply{Command: w.do(c.actor(), "race", string(v.Reference)), Session: v.ID}
		all.Go(func() {
			defer start.finish(command.By.Key())
			_, results[i] = other.Apply(ctx, command)
		})
		start.expect(command.By.Key())
	}
	all.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		}
	}
	if won != 1 {
		return nil, fmt.Errorf("%d clinicians were booked for one session: %w", won, errors.Join(results...))
	}
	return results, nil
}

// barrier is a store whose commits wait for each other.
type barrier struct {
	desk.Store
	mu      sync.Mutex
	changed *sync.Cond
	total   int
	order   []string        // who is still racing, in the order in which they may commit
	ready   map[string]bool // who has read, and wants to commit
}

func newBarrier(s desk.Store, n int) *barrier {
	b := &barrier{Store: s, total: n, ready: map[string]bool{}}
	b.changed = sync.NewCond(&b.mu)
	return b
}

func (b *barrier) expect(who string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.order = append(b.order, who)
	b.total--
	b.changed.Broadcast()
}

// finish takes somebody out of the race.
func (b *barrier) finish(who string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.total > 0 {
		b.changed.Wait()
	}
	b.order = slices.DeleteFunc(b.order, func(x string) bool { return x == who })
	b.changed.Broadcast()
}

// Commit waits until everybody still racing wants to commit, and it is this one's turn.
func (b *barrier) Commit(ctx context.Context, changes desk.Changes) (desk.Verdict, error) {
	who := changes.Key.Actor
	b.mu.Lock()
	b.ready[who] = true
	b.changed.Broadcast()
	for b.total > 0 || b.order[0] != who || slices.ContainsFunc(b.order, func(x string) bool { return !b.ready[x] }) {
		b.changed.Wait()
	}
	b.mu.Unlock()
	return b.Store.Commit(ctx, changes)
}
