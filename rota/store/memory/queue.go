package memory

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// queue is a notify.Queue. What is due is kept in order, so that claiming costs the same however much is kept.
type queue struct {
	mu sync.Mutex

	// Plans: those to be claimed in the order of their commits, those claimed in the order in which leases end.
	plans  map[string]*waitingPlan
	waits  ordered.Set
	leased ordered.Set
	added  int64

	feeds   map[notify.FeedID][]*session.Event
	readers map[feedReader]notify.FeedClaim

	// Deliveries by their number in the order in which they were planned; everything else refers to them by it.
	kept      map[int]*delivery
	planned   int // how many were ever planned
	byKey     map[string]int
	bySession map[session.SessionID][]int
	byPerson  map[session.PersonID][]int
	byEvent   map[string][]int
	lanes     map[lane][]int // what is still to be sent
	due       map[notify.Channel]*ordered.Set
	claimed   map[notify.Channel]*ordered.Set
	ended     ordered.Set // what is done with, since when

	marks map[session.ClinicianID]notify.DigestMark
}

// waitingPlan is an event on its way to deliveries.
type waitingPlan struct {
	event    *session.Event
	no       int64 // its place in the order of commits
	cursor   string
	fence    int64 // 0 where nobody has it
	until    time.Time
	attempts int
}

// delivery is a notify.Delivery with what the queue has to know of it.
type delivery struct {
	notify.Delivery
	event *session.Event
	fence int64
	until time.Time
}

func newQueue() *queue {
	q := &queue{
		plans:     map[string]*waitingPlan{},
		feeds:     make(map[notify.FeedID][]*session.Event),
		readers:   map[feedReader]notify.FeedClaim{},
		kept:      map[int]*delivery{},
		lanes:     make(map[lane][]int),
		byKey:     map[string]int{},
		bySession: map[session.SessionID][]int{},
		byPerson:  map[session.PersonID][]int{},
		byEvent:   map[string][]int{},
		due:       make(map[notify.Channel]*ordered.Set),
		claimed:   make(map[notify.Channel]*ordered.Set),
		marks:     map[session.ClinicianID]notify.DigestMark{},
	}
	for _, c := range notify.Channels() {
		q.due[c], q.claimed[c] = &ordered.Set{}, &ordered.Set{}
	}
	return q
}

// add puts committed events into the queue, to be planned in this order. The queue keeps them as they are: nobody
// changes an event after its commit.
func (q *queue) add(events []session.Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.enqueue(events)
}

// enqueue is add where the queue is locked.
func (q *queue) enqueue(events []session.Event) {
	for i := range events {
		p := &waitingPlan{event: &events[i], no: q.added}
		q.added++
		key := p.event.Key()
		q.plans[key] = p
		q.waits.Add(ordered.Key{At: p.no, ID: key})
	}
}

// ClaimPlans takes events in hand that are to be planned; see notify.Queue.
func (q *queue) ClaimPlans(ctx context.Context, now time.Time, lease time.Duration,
	limit int) ([]notify.PlanTask, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	request := notify.ClaimRequest{Now: now, Lease: lease, Limit: limit}
	if err := request.Validate(); err != nil {
		return nil, err
	}
	now = session.Instant(now)
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, k := range upTo(&q.leased, now) {
		q.leased.Remove(k)
		q.waits.Add(ordered.Key{At: q.plans[k.ID].no, ID: k.ID})
	}
	tasks := []notify.PlanTask{}
	for _, k := range earliest(&q.waits, limit) {
		p := q.plans[k.ID]
		q.waits.Remove(k)
		p.attempts++
		p.fence++
		p.until = session.Instant(now.Add(lease))
		q.leased.Add(ordered.Key{At: p.until.UnixMicro(), ID: k.ID})
		tasks = append(tasks, notify.PlanTask{
			Event: p.event.Clone(), Cursor: p.cursor, Fence: p.fence, Until: p.until, Attempts: p.attempts,
		})
	}
	return tasks, nil
}

// plan keeps one chunk of an event's plan. The queue is locked.
func (q *queue) plan(task notify.PlanTask, chunk notify.Chunk) error {
	key := task.Event.Key()
	p := q.plans[key]
	if p == nil || p.fence != task.Fence {
		return notify.ErrLeaseLost
	}
	q.keep(p.event, chunk.Deliveries)
	p.cursor = chunk.Next
	if !chunk.Done {
		return nil
	}
	delete(q.plans, key)
	// Its lease may have ended without anybody noticing: then it is in one of the two orders.
	q.leased.Remove(ordered.Key{At: p.until.UnixMicro(), ID: key})
	q.waits.Remove(ordered.Key{At: p.no, ID: key})
	for _, feed := range notify.Feeds(*p.event) {
		q.feeds[feed] = append(q.feeds[feed], p.event)
	}
	return nil
}

// DigestMark returns how far a clinician's digests have come; see notify.Queue.
func (q *queue) DigestMark(ctx context.Context, clinician session.ClinicianID) (notify.DigestMark, error) {
	if err := ctx.Err(); err != nil {
		return notify.DigestMark{}, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	mark := q.marks[clinician]
	mark.Clinician, mark.Seen = clinician, maps.Clone(mark.Seen)
	return mark, nil
}

// Digested keeps a clinician's next mark with the digest; see notify.Queue.
func (q *queue) Digested(ctx context.Context, next notify.DigestMark, event session.Event,
	deliveries []notify.Delivery) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := checkDeliveries(event.Key(), deliveries); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if next.Version != q.marks[next.Clinician].Version+1 {
		return notify.ErrDigestMoved
	}
	next.Seen = maps.Clone(next.Seen)
	q.marks[next.Clinician] = next
	if len(deliveries) > 0 {
		kept := event.Clone()
		q.keep(&kept, deliveries)
	}
	return nil
}
