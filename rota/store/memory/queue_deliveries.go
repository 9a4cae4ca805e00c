package memory

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/sessional-go/sessional/internal/cursor"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// lane is what one person is told over one channel.
type lane struct {
	person  session.PersonID
	channel notify.Channel
}

func laneOf(d notify.Delivery) lane { return lane{d.Person, d.Channel} }

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
		at := q.planned
		q.planned++
		q.kept[at] = &delivery{Delivery: d, event: event}
		q.byKey[d.Key] = at
		q.byEvent[d.Event] = append(q.byEvent[d.Event], at)
		q.byPerson[d.Person] = append(q.byPerson[d.Person], at)
		if d.Session != "" {
			q.bySession[d.Session] = append(q.bySession[d.Session], at)
		}
		if d.State == notify.Planned {
			q.due[d.Channel].Add(place(d.NotBefore, at))
			q.lanes[laneOf(d)] = append(q.lanes[laneOf(d)], at)
		} else {
			q.ended.Add(place(d.Planned, at))
		}
	}
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
	channels := request.Channels
	if len(channels) == 0 {
		channels = notify.Channels()
	}
	for _, c := range channels {
		q.lose(c, now)
	}
	claims := []notify.Claim{}
	for _, k := range q.claimable(channels, now, request.Limit) {
		d := q.kept[at(k)]
		q.due[d.Channel].Remove(k)
		was := d.State
		d.State, _ = was.Next(notify.Claiming)
		d.Attempts++
		d.fence++
		d.Settled, d.until = now, session.Instant(now.Add(request.Lease))
		q.claimed[d.Channel].Add(place(d.until, at(k)))
		claims = append(claims, notify.Claim{
			Delivery: d.Delivery, Event: d.event.Clone(), Was: was, Fence: d.fence, Until: d.until,
		})
	}
	return claims, nil
}

// lose makes the outcome of every claim of a channel whose lease has ended unknown, and due at once (N5).
func (q *queue) lose(channel notify.Channel, now time.Time) {
	claimed := q.claimed[channel]
	for _, k := range upTo(claimed, now) {
		claimed.Remove(k)
		d := q.kept[at(k)]
		d.State, _ = d.State.Next(notify.Losing)
		d.NotBefore, d.Settled = d.until, d.until
		q.due[d.Channel].Add(place(d.NotBefore, at(k)))
	}
}

// claimable finds up to so many that are due in any of the channels and that nothing holds back, the longest due first.
func (q *queue) claimable(channels []notify.Channel, now time.Time, limit int) []ordered.Key {
	var found []ordered.Key
	for _, c := range channels {
		n := 0
		for k := range q.due[c].From(ordered.Key{At: math.MinInt64}) {
			if k.At > now.UnixMicro() || n == limit {
				break
			}
			if !q.heldBack(at(k), now) {
				found, n = append(found, k), n+1
			}
		}
	}
	slices.SortFunc(found, ordered.Key.Compare)
	found = slices.Compact(found) // a channel that was asked for twice
	return found[:min(limit, len(found))]
}

// heldBack says whether an earlier one to the same person over the same channel has to go first.
func (q *queue) heldBack(i int, now time.Time) bool {
	for _, before := range q.lanes[laneOf(q.kept[i].Delivery)] {
		if before == i {
			return false
		}
		if d := q.kept[before]; d.State == notify.Claimed || !d.NotBefore.After(now) ||
			d.State != notify.Planned && d.Why != notify.QuietHours {
			return true
		}
	}
	return false
}

// settle says what became of claimed deliveries, and which events happen because of it. The queue is locked.
func (q *queue) settle(settlements []notify.Settlement) (lost []int, raised []session.Event) {
	for n, s := range settlements {
		i, there := q.byKey[s.Claim.Delivery.Key]
		if !there || q.kept[i].State != notify.Claimed || q.kept[i].fence != s.Claim.Fence {
			lost = append(lost, n)
			continue
		}
		q.end(i, s.Outcome)
		if s.Raise != nil && !q.reachable(q.kept[i].Delivery) {
			raised = append(raised, *s.Raise)
		}
	}
	return lost, raised
}

// end takes a delivery out of the hand that had it.
func (q *queue) end(i int, outcome notify.Outcome) {
	d := q.kept[i]
	q.claimed[d.Channel].Remove(place(d.until, i))
	trigger, _ := outcome.Trigger() // it was validated
	d.State, _ = d.State.Next(trigger)
	d.Settled, d.Why = session.Instant(outcome.At), outcome.Why
	d.NotBefore = time.Time{}
	if outcome.Untried {
		d.Attempts--
	}
	if !outcome.Retry.IsZero() {
		d.NotBefore = session.Instant(outcome.Retry)
		q.due[d.Channel].Add(place(d.NotBefore, i))
		return
	}
	remove(q.lanes, laneOf(d.Delivery), i)
	q.ended.Add(place(d.Settled, i))
}

// reachable says whether what a delivery tells has reached the person over another channel, or may yet.
func (q *queue) reachable(d notify.Delivery) bool {
	return slices.ContainsFunc(d.OtherKeys(), func(key string) bool {
		i, there := q.byKey[key]
		if !there {
			return false
		}
		other := q.kept[i]
		return other.State == notify.Delivered || slices.Contains(q.lanes[laneOf(other.Delivery)], i)
	})
}

// Purge deletes what has been done with since before an instant; see notify.Queue.
func (q *queue) Purge(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if limit < 1 {
		return 0, &session.FieldError{Field: "limit", Problem: "must be at least 1"}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	var gone []ordered.Key
	for k := range q.ended.From(ordered.Key{At: math.MinInt64}) {
		if k.At >= session.Instant(before).UnixMicro() || len(gone) == limit {
			break
		}
		if _, goesOn := q.plans[q.kept[at(k)].Event]; !goesOn {
			gone = append(gone, k)
		}
	}
	for _, k := range gone {
		q.forget(k)
	}
	return len(gone), nil
}

// forget deletes a delivery that is done with.
func (q *queue) forget(k ordered.Key) {
	i := at(k)
	d := q.kept[i]
	q.ended.Remove(k)
	delete(q.kept, i)
	delete(q.byKey, d.Key)
	remove(q.byEvent, d.Event, i)
	remove(q.byPerson, d.Person, i)
	remove(q.bySession, d.Session, i)
}

// remove takes a number out of one of the ascending lists of an index.
func remove[K comparable](index map[K][]int, k K, i int) {
	n, there := slices.BinarySearch(index[k], i)
	if !there {
		return
	}
	if index[k] = slices.Delete(index[k], n, n+1); len(index[k]) == 0 {
		delete(index, k)
	}
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
