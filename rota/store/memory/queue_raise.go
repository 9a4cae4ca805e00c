package memory

import (
	"context"
	"slices"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// Planned keeps one chunk of an event's plan; see notify.Queue.
func (s *Store) Planned(ctx context.Context, task notify.PlanTask, chunk notify.Chunk) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkDeliveries(task.Event.Key(), chunk.Deliveries); err != nil {
		return err
	}
	defer s.both(len(chunk.Raise) > 0)()
	if err := s.plan(task, chunk); err != nil {
		return err
	}
	s.raise(chunk.Raise)
	return nil
}

// Settle says what became of claimed deliveries; see notify.Queue.
func (s *Store) Settle(ctx context.Context, settlements []notify.Settlement) ([]int, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := notify.ValidateAll(settlements); err != nil {
		return nil, err
	}
	raising := slices.ContainsFunc(settlements, func(s notify.Settlement) bool { return s.Raise != nil })
	defer s.both(raising)()
	lost, raised := s.settle(settlements)
	s.raise(raised)
	return lost, nil
}

// both locks the queue, and before it the record where something is raised, and returns what unlocks them.
func (s *Store) both(record bool) (unlock func()) {
	if record {
		s.mu.Lock()
	}
	s.queue.mu.Lock()
	return func() {
		s.queue.mu.Unlock()
		if record {
			s.mu.Unlock()
		}
	}
}

// raise commits events that are not there yet. Store and queue are locked.
func (s *Store) raise(events []session.Event) {
	for _, e := range events {
		there := slices.ContainsFunc(s.index.subjects[e.Subject], func(n int) bool { return s.events[n].Key() == e.Key() })
		if !there {
			s.enqueue(s.record([]session.Event{e}))
		}
	}
}
