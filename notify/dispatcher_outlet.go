package notify

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/sessional-go/sessional/session"
)

// outlet is one channel of a dispatcher: what it has in hand, and how much more it may take.
type outlet struct {
	*Dispatcher
	channel Channel
	limit   Limit
	// slots bounds how many messages are on their way at once; going counts the lanes at work.
	slots chan struct{}
	going sync.WaitGroup
	// wake is a sign to look at once, freed one that something has left the hand.
	wake, freed chan struct{}

	mu      sync.Mutex
	lanes   map[session.PersonID]*lane
	claims  int64 // how many calls of Claim were begun
	inHand  int   // claimed and not settled
	unpaid  int   // those of them that haven't taken their token yet
	bucket  bucket
	breaker breaker
}

// hand is what the claims of one Run or Deliver have in common.
type hand struct {
	// stop ends when nothing more is to be begun.
	stop <-chan struct{}
	*counter
}

// stopped says whether nothing more is to be begun.
func (h *hand) stopped() bool {
	select {
	case <-h.stop:
		return true
	default:
		return false
	}
}

func newOutlet(d *Dispatcher, c Channel) *outlet {
	limit := d.o.Limits[c].withDefaults()
	return &outlet{
		Dispatcher: d, channel: c, limit: limit, slots: make(chan struct{}, limit.Concurrency),
		wake: make(chan struct{}, 1), freed: make(chan struct{}, 1), lanes: map[session.PersonID]*lane{},
		bucket: newBucket(limit), breaker: breaker{Circuit: d.o.Circuit},
	}
}

// random is for jitter.
func random() float64 { return rand.Float64() }

// drain takes and delivers until there is nothing more to take for now.
func (out *outlet) drain(ctx context.Context, h *hand) error {
	for !h.stopped() {
		n, _ := out.room(out.o.Now())
		if n == 0 {
			return nil
		}
		taken, err := out.take(ctx, ctx, h, n)
		out.going.Wait()
		if err != nil || taken == 0 {
			return err
		}
	}
	return nil
}

// run takes whatever is due until ctx ends; what it has begun goes on with work.
func (out *outlet) run(ctx, work context.Context, h *hand) {
	for !h.stopped() {
		n, wait := out.room(out.o.Now())
		freed := out.freed
		if n > 0 {
			taken, err := out.take(ctx, work, h, n)
			if err != nil && ctx.Err() == nil {
				out.o.Logger.ErrorContext(ctx, "deliveries could not be claimed", "channel", out.channel, "error", err)
			}
			if taken == n {
				continue
			}
			wait, freed = out.o.Every, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-h.stop:
		case <-timer.C:
		case <-out.wake:
		case <-freed:
		}
		timer.Stop()
	}
}

// room is how many deliveries may be claimed now; where none may, how long to wait unless something leaves the hand.
//
// Twice as many as can be on their way at once are in hand, so that those that end find the next ones waiting, and they
// are claimed by half that number, so that claiming stays rare.
func (out *outlet) room(now time.Time) (n int, wait time.Duration) {
	out.mu.Lock()
	defer out.mu.Unlock()
	if out.breaker.open() {
		switch wait := out.breaker.wait(now); {
		case wait > 0:
			return 0, wait
		case out.inHand > 0:
			return 0, out.o.Every
		}
		n = 1
	} else {
		most := min(out.o.Batch, 2*out.limit.Concurrency)
		if n = most - out.inHand; n < (most+1)/2 {
			return 0, out.o.Every
		}
	}
	if out.bucket.interval > 0 {
		if n = min(n, out.bucket.ready(now)-out.unpaid); n <= 0 {
			return 0, out.bucket.next(now)
		}
	}
	return n, 0
}

// take claims up to n deliveries and begins with them; it returns how many there were.
func (out *outlet) take(ctx, work context.Context, h *hand, n int) (int, error) {
	out.mu.Lock()
	out.claims++
	out.mu.Unlock()
	now := out.o.Now()
	claims, err := out.o.Queue.Claim(ctx, ClaimRequest{
		Now: now, Lease: out.o.Lease, Limit: n, Channels: []Channel{out.channel},
	})
	if err != nil {
		return 0, err
	}
	out.mu.Lock()
	defer out.mu.Unlock()
	for _, c := range claims {
		person := c.Delivery.Person
		if out.lanes[person] == nil {
			out.lanes[person] = &lane{}
		}
		of := out.lanes[person]
		of.put(c, out.claims)
		out.inHand++
		out.unpaid++
		if !of.busy {
			of.busy = true
			out.going.Go(func() { out.serve(work, h, person, of) })
		}
	}
	if len(claims) < n {
		out.forget(session.Instant(now))
	}
	return len(claims), nil
}

// forget forgets what waited and was due at the last claim, which was offered everything that was: it is in other
// hands, or no longer waits.
func (out *outlet) forget(due time.Time) {
	for person, of := range out.lanes {
		of.drop(due.Add(time.Microsecond), out.claims)
		if len(of.entries) == 0 && !of.busy {
			delete(out.lanes, person)
		}
	}
}

// serve brings what a person is told over this channel on its way, one after the other, until nothing of it is in hand.
func (out *outlet) serve(work context.Context, h *hand, person session.PersonID, of *lane) {
	for {
		slot := false
		select {
		case out.slots <- struct{}{}:
			slot = true
		case <-h.stop: // giving back needs none
		}
		more := out.step(work, h, person, of)
		if slot {
			<-out.slots
		}
		if !more {
			return
		}
	}
}

// step sends the first of a lane, or gives back what can't be sent now, and says whether there may be more to do.
func (out *outlet) step(work context.Context, h *hand, person session.PersonID, of *lane) bool {
	now := out.o.Now()
	out.mu.Lock()
	first, more := of.next()
	if !more {
		of.busy = false
		if len(of.entries) == 0 {
			delete(out.lanes, person)
		}
		out.mu.Unlock()
		return false
	}
	var back []*entry
	var from time.Time
	switch pause := out.breaker.wait(now); {
	case h.stopped():
		back, from = of.held(), now
	case pause > 0:
		back, from = of.held(), now.Add(pause)
	case first == nil:
		back = of.held()
	}
	out.mu.Unlock()
	if back != nil {
		out.giveBack(work, h, of, back, from)
		return true
	}
	out.send(work, h, of, first)
	return true
}

// leave takes an entry out of the hand; what waits does so until an instant, what is settled for good is gone.
func (out *outlet) leave(of *lane, e *entry, until time.Time, untried bool) {
	out.mu.Lock()
	defer out.mu.Unlock()
	of.leave(e, until, out.claims, untried)
	out.pay(e)
	out.inHand--
	signal(out.freed)
}

// pay says that an entry needs no token any more. The outlet is locked.
func (out *outlet) pay(e *entry) {
	if !e.paid {
		e.paid = true
		out.unpaid--
	}
}
