package memory

import (
	"context"
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/sessional-go/sessional/internal/cursor"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// queue is a notify.Queue. What is due is kept in order, so that claiming costs the same however much is kept.
type queue struct {
	mu sync.Mutex

	// Plans: those to be claimed in the order of their commits, those claimed in the order in which leases end.
	plans  map[string]*plan
	waits  ordered.Set
	leased ordered.Set
	added  int64

	feeds map[notify.FeedID][]*session.Event

	// Deliveries in the order in which they were planned; everything else refers to them by their place in it.
	kept      []*delivery
	byKey     map[string]int
	bySession map[session.SessionID][]int
	byPerson  map[session.PersonID][]int
	byEvent   map[string][]int
	due       map[notify.Channel]*ordered.Set
	claimed   ordered.Set

	marks map[session.ClinicianID]notify.DigestMark
}

// plan is an event on its way to deliveries.
type plan struct {
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
		plans:     map[string]*plan{},
		feeds:     make(map[notify.FeedID][]*session.Event),
		byKey:     map[string]int{},
		bySession: map[session.SessionID][]int{},
		byPerson:  map[session.PersonID][]int{},
		byEvent:   map[string][]int{},
		due:       make(map[notify.Channel]*ordered.Set),
		marks:     map[session.ClinicianID]notify.DigestMark{},
	}
	for _, c := range notify.Channels() {
		q.due[c] = &ordered.Set{}
	}
	return q
}

// add puts committed events into the queue, to be planned in this order. The queue keeps them as they are: nobody
// changes an event after its commit.
func (q *queue) add(events []session.Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range events {
		p := &plan{event: &events[i], no: q.added}
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

// Planned keeps one chunk of an event's plan; see notify.Queue.
func (q *queue) Planned(ctx context.Context, task notify.PlanTask, chunk notify.Chunk) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	key := task.Event.Key()
	if err := checkDeliveries(key, chunk.Deliveries); err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
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

// checkDeliveries refuses what no plan makes, before anything is kept.
func checkDeliveries(event string, deliveries []notify.Delivery) error {
	for _, d := range deliveries {
		switch {
		case d.Key == "":
			return &session.FieldError{Field: "Deliveries.Key", Problem: "is missing"}
		case d.Event != event:
			return &session.FieldError{Field: "Deliveries.Event", Problem: "is another event"}
		case !d.Channel.Valid():
			return &session.FieldError{Field: "Deliveries.Channel", Problem: "is missing or unknown"}
		case d.State != notify.Planned && d.State != notify.Suppressed:
			return &session.FieldError{Field: "Deliveries.State", Problem: "must be planned or suppressed"}
		}
	}
	return nil
}

// keep adds the deliveries that aren't there yet.
func (q *queue) keep(event *session.Event, deliveries []notify.Delivery) {
	for _, d := range deliveries {
		if _, there := q.byKey[d.Key]; there {
			continue
		}
		at := len(q.kept)
		q.kept = append(q.kept, &delivery{Delivery: d, event: event})
		q.byKey[d.Key] = at
		q.byEvent[d.Event] = append(q.byEvent[d.Event], at)
		q.byPerson[d.Person] = append(q.byPerson[d.Person], at)
		if d.Session != "" {
			q.bySession[d.Session] = append(q.bySession[d.Session], at)
		}
		if d.State == notify.Planned {
			q.due[d.Channel].Add(place(d.NotBefore, at))
		}
	}
}

// Feed lists the events of a feed; see notify.Queue.
func (q *queue) Feed(ctx context.Context, feed notify.FeedID, after int64, limit int) ([]notify.FeedEntry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if limit < 1 {
		return nil, &session.FieldError{Field: "limit", Problem: "must be at least 1"}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.feeds[feed]
	entries := []notify.FeedEntry{}
	for no := max(after, 0); no < int64(len(all)) && len(entries) < limit; no++ {
		entries = append(entries, notify.FeedEntry{No: no + 1, Event: all[no].Clone()})
	}
	return entries, nil
}

// Claim takes due deliveries in hand; see notify.Queue.
func (q *queue) Claim(ctx context.Context, request notify.ClaimRequest) ([]notify.Claim, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := request.Validate(); err != nil {
		return nil, err
	}
	now := session.Instant(request.Now)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lose(now)
	channels := request.Channels
	if len(channels) == 0 {
		channels = notify.Channels()
	}
	claims := []notify.Claim{}
	for len(claims) < request.Limit {
		k, channel, ok := q.longestDue(channels, now)
		if !ok {
			break
		}
		q.due[channel].Remove(k)
		d := q.kept[at(k)]
		was := d.State
		d.State, _ = was.Next(notify.Claiming)
		d.Attempts++
		d.fence++
		d.Settled, d.until = now, session.Instant(now.Add(request.Lease))
		q.claimed.Add(place(d.until, at(k)))
		claims = append(claims, notify.Claim{
			Delivery: d.Delivery, Event: d.event.Clone(), Was: was, Fence: d.fence, Until: d.until,
		})
	}
	return claims, nil
}

// lose makes the outcome of every claim whose lease has ended unknown, and due at once (N5).
func (q *queue) lose(now time.Time) {
	for _, k := range upTo(&q.claimed, now) {
		q.claimed.Remove(k)
		d := q.kept[at(k)]
		d.State, _ = d.State.Next(notify.Losing)
		d.NotBefore, d.Settled = d.until, d.until
		q.due[d.Channel].Add(place(d.NotBefore, at(k)))
	}
}

// longestDue finds what has been due for longest in any of the channels.
func (q *queue) longestDue(channels []notify.Channel, now time.Time) (best ordered.Key, channel notify.Channel,
	ok bool) {
	for _, c := range channels {
		for _, k := range earliest(q.due[c], 1) {
			if k.At <= now.UnixMicro() && (!ok || k.Compare(best) < 0) {
				best, channel, ok = k, c, true
			}
		}
	}
	return best, channel, ok
}

// Settle says what became of a claimed delivery; see notify.Queue.
func (q *queue) Settle(ctx context.Context, claim notify.Claim, outcome notify.Outcome) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	trigger, err := outcome.Trigger()
	if err != nil {
		return err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	i, there := q.byKey[claim.Delivery.Key]
	if !there {
		return notify.ErrLeaseLost
	}
	d := q.kept[i]
	if d.State != notify.Claimed || d.fence != claim.Fence {
		return notify.ErrLeaseLost
	}
	q.claimed.Remove(place(d.until, i))
	d.State, _ = d.State.Next(trigger)
	d.Settled, d.Why = session.Instant(outcome.At), outcome.Why
	d.NotBefore = time.Time{}
	if !outcome.Retry.IsZero() {
		d.NotBefore = session.Instant(outcome.Retry)
		q.due[d.Channel].Add(place(d.NotBefore, i))
	}
	return nil
}

// Deliveries lists deliveries; see notify.Queue.
func (q *queue) Deliveries(ctx context.Context, query notify.DeliveryQuery) (session.Page[notify.Delivery], error) {
	var page session.Page[notify.Delivery]
	if err := ctx.Err(); err != nil {
		return page, err
	}
	if err := query.Validate(); err != nil {
		return page, err
	}
	filter := query
	filter.Page = session.PageRequest{}
	after, _, err := cursor.Decode(filter, query.Page.After)
	if err != nil {
		return page, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	places := q.byEvent[query.Event]
	switch {
	case query.Session != "":
		places = q.bySession[query.Session]
	case query.Person != "":
		places = q.byPerson[query.Person]
	}
	// A cursor holds the place after the last one seen.
	from, _ := slices.BinarySearch(places, int(after.At))
	page.Items = []notify.Delivery{}
	for n, i := range places[from:] {
		if len(page.Items) == query.Page.Size() || n == scan {
			page.Next = cursor.Encode(filter, ordered.Key{At: int64(i)})
			break
		}
		if d := q.kept[i].Delivery; query.Provider == "" || d.Provider == query.Provider {
			page.Items = append(page.Items, d)
		}
	}
	return page, nil
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

// place is where the delivery kept at i stands in an order of instants; those of one instant stay in the order in
// which they were planned.
func place(t time.Time, i int) ordered.Key {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(i))
	return ordered.Key{At: t.UnixMicro(), ID: string(id[:])}
}

// at is the inverse of place.
func at(k ordered.Key) int { return int(binary.BigEndian.Uint64([]byte(k.ID))) }

// earliest returns up to n keys from the front.
func earliest(s *ordered.Set, n int) []ordered.Key {
	var keys []ordered.Key
	for k := range s.From(ordered.Key{At: math.MinInt64}) {
		if len(keys) == n {
			break
		}
		keys = append(keys, k)
	}
	return keys
}

// upTo returns the keys whose instant is not after t.
func upTo(s *ordered.Set, t time.Time) []ordered.Key {
	var keys []ordered.Key
	for k := range s.From(ordered.Key{At: math.MinInt64}) {
		if k.At > t.UnixMicro() {
			break
		}
		keys = append(keys, k)
	}
	return keys
}
