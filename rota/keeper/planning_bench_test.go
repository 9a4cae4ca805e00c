package keeper_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// BenchmarkPlanning plans what a practice's day leaves to be told: a hundred sessions, each posted, applied for by ten
// clinicians, and given to one of them, so that nine are told that it has gone. It reports events and deliveries per
// second, of one planner on one memory store.
//
// What bounds it is keeping, not deciding: by its profile, two fifths of the time are the queue's for filing each
// delivery under its key, session, person and event, a fifth is for giving away each event as a copy, and of the third
// that is the planner's own, half makes the deliveries' keys by SHA-256 (N5). Who is told what is the rest.
func BenchmarkPlanning(b *testing.B) {
	events, deliveries := 0, 0
	for b.Loop() {
		b.StopTimer()
		s := newDay(b)
		q := &counting{Queue: s.store}
		p := s.planner()
		p.Queue = q
		b.StartTimer()
		events += must[int](s)(p.Plan(b.Context()))
		deliveries += q.deliveries
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(deliveries)/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric(0, "ns/op") // of a day, which nobody asks for
}

// newDay is a surgery with the events of BenchmarkPlanning.
func newDay(b *testing.B) *surgery {
	b.Helper()
	s := newSurgery(b)
	clinicians := make([]session.Actor, 50)
	for i := range clinicians {
		clinicians[i] = s.clinician("c"+strconv.Itoa(i), false)
	}
	for i := range 100 {
		posted := s.post(1+i%31, session.Rota)
		var last rota.Application
		for j := range 10 {
			last = s.apply(clinicians[(i+j)%len(clinicians)], posted)
		}
		if i < 31 { // nobody is booked twice at once
			must[rota.Booked](s)(s.desk.Accept(b.Context(), rota.Accept{Command: s.do(manager), Application: last.ID}))
		}
	}
	return s
}

// counting is a queue that counts the deliveries it is given.
type counting struct {
	notify.Queue
	deliveries int
}

func (q *counting) Planned(ctx context.Context, task notify.PlanTask, chunk notify.Chunk) error {
	q.deliveries += len(chunk.Deliveries)
	return q.Queue.Planned(ctx, task, chunk)
}
