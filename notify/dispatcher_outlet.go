package notify

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// outlet is one channel of a dispatcher: what it has in hand, and how much more it may take.
type outlet struct {
	*Dispatcher
	channel Channel
	limit   Limit
	settler settler
	// going counts what is in hand until it is settled and told of.
	going sync.WaitGroup
	// wake is a sign to look at once, freed one that something has left the hand.
	wake, freed chan struct{}

	mu      sync.Mutex
	ready   []*entry // in hand and not begun, in the order in which they were claimed
	senders int      // how many send them
	inHand  int      // claimed and not settled
	unpaid  int      // those of them that haven't taken their token yet
	took    time.Duration
	bucket  bucket
	breaker breaker
}

// entry is a delivery in hand.
type entry struct {
	claim Claim
	hand  *hand
	// work ends when what is on its way is called off.
	work context.Context //nolint:containedctx // it is that of the Run or Deliver that claimed it
	paid bool
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

// unmeasured is how long a message is taken to take until one has been sent.
const unmeasured = 500 * time.Millisecond

func newOutlet(d *Dispatcher, c Channel) *outlet {
	limit := d.o.Limits[c].withDefaults()
	out := &outlet{
		Dispatcher: d, channel: c, limit: limit, wake: make(chan struct{}, 1), freed: make(chan struct{}, 1),
		took: unmeasured, bucket: newBucket(limit), breaker: breaker{Circuit: d.o.Circuit},
	}
	out.settler.out = out
	return out
}

// random is for jitter.
func random() float64 { return rand.Float64() }

// drain takes and delivers until there is nothing more to take for now, and nothing in hand.
func (out *outlet) drain(ctx context.Context, h *hand) error {
	defer out.going.Wait()
	defer out.abandon(h)
	for !h.stopped() {
		n, _, inHand := out.room(out.o.Now())
		if n > 0 {
			taken, err := out.take(ctx, ctx, h, n)
			if err != nil {
				return err
			}
			if taken > 0 {
				continue
			}
		}
		if inHand == 0 {
			return nil
		}
		// What leaves the hand makes room, and lets what comes after it to the same person be claimed.
		select {
		case <-h.stop:
		case <-out.freed:
		}
	}
	return nil
}

// run takes whatever is due until ctx ends; what it has begun goes on with work.
func (out *outlet) run(ctx, work context.Context, h *hand) {
	defer out.abandon(h)
	for !h.stopped() {
		n, wait, _ := out.room(out.o.Now())
		if n > 0 {
			taken, err := out.take(ctx, work, h, n)
			if err != nil && ctx.Err() == nil {
				out.o.Logger.ErrorContext(ctx, "deliveries could not be claimed", "channel", out.channel, "error", err)
			}
			if taken == n {
				continue
			}
			wait = out.o.Every
		}
		if out.pause(h, wait, out.freed) && n > 0 {
			out.pause(h, breath, nil)
		}
	}
}

// pause waits for some time, unless it ends before: by a stop, a wake, or something that leaves the hand, of which it
// says whether it was that.
func (out *outlet) pause(h *hand, wait time.Duration, freed <-chan struct{}) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-h.stop:
	case <-timer.C:
	case <-out.wake:
	case <-freed:
		return true
	}
	return false
}

// breath is how long the queue isn't asked again once it has had less than was asked for, whatever leaves the hand.
const breath = 5 * time.Millisecond

// room is how many deliveries may be claimed now; where none may, how long to wait unless something leaves the hand; and
// how many are in hand.
//
// What is in hand is what can be sent in a second, so that those that end find the next ones waiting, but no less than
// twice as many as can be on their way at once, and no more than twice a batch: one is claimed while another is settled.
func (out *outlet) room(now time.Time) (n int, wait time.Duration, inHand int) {
	out.mu.Lock()
	defer out.mu.Unlock()
	inHand = out.inHand
	if out.breaker.open() {
		switch wait := out.breaker.wait(now); {
		case wait > 0:
			return 0, wait, inHand
		case inHand > 0:
			return 0, out.o.Every, inHand
		}
		n = 1
	} else {
		most := min(out.o.Batch, 2*out.limit.Concurrency)
		if quick := int(time.Second * time.Duration(out.limit.Concurrency) / max(out.took, time.Millisecond)); quick > most {
			most = min(quick, 2*out.o.Batch)
		}
		batch := min(most, out.o.Batch)
		if n = min(most-inHand, batch); n < (batch+1)/2 {
			return 0, out.o.Every, inHand
		}
	}
	if out.bucket.interval > 0 {
		if n = min(n, out.bucket.ready(now)-out.unpaid); n <= 0 {
			return 0, out.bucket.next(now), inHand
		}
	}
	return n, 0, inHand
}

// take claims up to n deliveries and begins with them; it returns how many there were.
func (out *outlet) take(ctx, work context.Context, h *hand, n int) (int, error) {
	claims, err := out.o.Queue.Claim(ctx, ClaimRequest{
		Now: out.o.Now(), Lease: out.o.Lease, Limit: n, Channels: []Channel{out.channel},
	})
	if err != nil {
		return 0, err
	}
	out.mu.Lock()
	defer out.mu.Unlock()
	for _, c := range claims {
		out.going.Add(1)
		out.ready = append(out.ready, &entry{claim: c, hand: h, work: work})
	}
	out.inHand += len(claims)
	out.unpaid += len(claims)
	for out.senders < min(out.limit.Concurrency, len(out.ready)) {
		out.senders++
		go out.serve()
	}
	return len(claims), nil
}

// serve sends what is in hand, one after the other, until nothing of it is left to begin with.
func (out *outlet) serve() {
	for {
		out.mu.Lock()
		if len(out.ready) == 0 {
			out.senders--
			out.mu.Unlock()
			return
		}
		e := out.ready[0]
		out.ready[0] = nil
		out.ready = out.ready[1:]
		now := out.o.Now()
		pause := out.breaker.wait(now)
		out.mu.Unlock()
		switch {
		case e.hand.stopped():
			out.giveBack(e, now)
		case pause > 0:
			out.giveBack(e, now.Add(pause))
		default:
			out.send(e)
		}
	}
}

// abandon gives back at once what a hand has not begun.
func (out *outlet) abandon(h *hand) {
	out.mu.Lock()
	var back, stay []*entry
	for _, e := range out.ready {
		if e.hand == h && h.stopped() {
			back = append(back, e)
		} else {
			stay = append(stay, e)
		}
	}
	out.ready = stay
	out.mu.Unlock()
	now := out.o.Now()
	for _, e := range back {
		out.giveBack(e, now)
	}
}

// left notes that entries have left the hand.
func (out *outlet) left(entries []*settling) {
	out.mu.Lock()
	defer out.mu.Unlock()
	for _, s := range entries {
		out.pay(s.entry)
	}
	out.inHand -= len(entries)
	signal(out.freed)
}

// pay says that an entry needs no token any more. The outlet is locked.
func (out *outlet) pay(e *entry) {
	if !e.paid {
		e.paid = true
		out.unpaid--
	}
}
