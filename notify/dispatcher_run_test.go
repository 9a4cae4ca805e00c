package notify_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/session"
)

// running is a post whose clock is the bubble's, with a dispatcher that runs.
func running(
	t *testing.T, amend ...func(*notify.DispatcherOptions),
) (p *post, d *notify.Dispatcher, stop func() error) {
	t.Helper()
	p = newPost(t)
	p.now = time.Now()
	d = p.dispatcher(func(o *notify.DispatcherOptions) {
		o.Now = nil
		for _, f := range amend {
			f(o)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	synctest.Wait()
	return p, d, func() error {
		cancel()
		return <-ended
	}
}

func TestN5RunLooksAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, d, stop := running(t, func(o *notify.DispatcherOptions) { o.Every = time.Minute })
		p.tell(notify.Email, "ann")
		time.Sleep(59 * time.Second)
		equal(t, "before a minute has passed", len(p.sink.Messages()), 0)
		time.Sleep(time.Second)
		synctest.Wait()
		equal(t, "after a minute", len(p.sink.Messages()), 1)
		p.tell(notify.Email, "ann", "bob")
		d.Wake()
		d.Wake()
		synctest.Wait()
		equal(t, "woken", len(p.sink.Messages()), 3)
		if _, err := d.Deliver(t.Context()); !errors.Is(err, notify.ErrBusy) {
			t.Errorf("delivering while it runs: %v", err)
		}
		if err := d.Run(t.Context()); !errors.Is(err, notify.ErrBusy) {
			t.Errorf("running twice: %v", err)
		}
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped: %v", err)
		}
	})
}

func TestN5RunFinishesWhatIsOnItsWay(t *testing.T) {
	for _, c := range []struct {
		name        string
		takes       time.Duration
		ended       time.Duration
		first, rest notify.State
	}{
		{"N5 in time", 5 * time.Second, 5 * time.Second, notify.Delivered, notify.Failed},
		{"N5 called off", time.Hour, 10 * time.Second, notify.Unknown, notify.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, d, stop := running(t, func(o *notify.DispatcherOptions) {
					o.Notifier = slow(c.takes)
					o.Limits = emails(notify.Limit{Concurrency: 1})
				})
				p.tell(notify.Email, "ann", "bob", "ann")
				d.Wake()
				synctest.Wait()
				equal(t, "in hand", kept(t, p.queue, "ann")[0].State, notify.Claimed)
				equal(t, "in hand", kept(t, p.queue, "bob")[0].State, notify.Claimed)
				begun := time.Now()
				if err := stop(); !errors.Is(err, context.Canceled) {
					t.Errorf("stopped: %v", err)
				}
				equal(t, "how long it took", time.Since(begun), c.ended)
				ann := kept(t, p.queue, "ann")
				begun1, waited := ann[0], kept(t, p.queue, "bob")[0]
				if begun1.Why == notify.HeldBack {
					begun1, waited = waited, begun1
				}
				equal(t, "the one on its way", begun1.State, c.first)
				equal(t, "the one that waited", waited.State, c.rest)
				equal(t, "why", waited.Why, notify.HeldBack)
				equal(t, "the one that wasn't claimed", ann[1].State, notify.Planned)
			})
		})
	}
}

// slow is a notifier that takes a while.
func slow(takes time.Duration) notify.Notifier {
	return notifierFunc(func(ctx context.Context) error {
		select {
		case <-time.After(takes):
			return nil
		case <-ctx.Done():
			return fmt.Errorf("sending: %w", ctx.Err())
		}
	})
}

func TestN5NothingOutlivesItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		p, d, stop := running(t, func(o *notify.DispatcherOptions) {
			o.Lease = time.Minute
			o.Notifier = slow(time.Hour)
			o.Limits = emails(notify.Limit{Concurrency: 1})
		})
		p.tell(notify.Email, "ann")
		d.Wake()
		synctest.Wait()
		p.tell(notify.Email, "bob")
		d.Wake()
		time.Sleep(time.Minute)
		synctest.Wait()
		ann := kept(t, p.queue, "ann")
		equal(t, "what is known", ann[0].State, notify.Unknown)
		equal(t, "called off before the lease ended", ann[0].Settled.Sub(begun), 55*time.Second)
		// Bob's was in hand all the time, and had no time left; it is claimed anew, and is not an attempt poorer.
		equal(t, "what waited for it", kept(t, p.queue, "bob")[0].State, notify.Claimed)
		equal(t, "its attempts", kept(t, p.queue, "bob")[0].Attempts, 1)
		equal(t, "the lost ones", lost(p), 0)
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped: %v", err)
		}
	})
}

func lost(p *post) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, o := range p.seen {
		if o.Lost != nil {
			n++
		}
	}
	return n
}

func TestN5RunDoesNotWaitForADeafNotifier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, d, stop := running(t, func(o *notify.DispatcherOptions) {
			o.Grace = 3 * time.Second
			o.Notifier = notifierFunc(func(context.Context) error { time.Sleep(time.Hour); return nil })
		})
		p.tell(notify.Email, "ann")
		d.Wake()
		synctest.Wait()
		begun := time.Now()
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped: %v", err)
		}
		equal(t, "how long it took", time.Since(begun), 8*time.Second)
		time.Sleep(time.Hour)
		synctest.Wait()
		equal(t, "what it did say in the end", kept(t, p.queue, "ann")[0].State, notify.Delivered)
	})
}

// unsteady is a queue that doesn't answer now and then.
type unsteady struct {
	notify.Queue
	claims, settles atomic.Int64 // how many calls fail from now on
	// taken says that a Settle which fails was done all the same.
	taken atomic.Bool
}

var errAway = errors.New("away")

func (q *unsteady) Claim(ctx context.Context, r notify.ClaimRequest) ([]notify.Claim, error) {
	if q.claims.Add(-1) >= 0 {
		return nil, errAway
	}
	return q.Queue.Claim(ctx, r)
}

func (q *unsteady) Settle(ctx context.Context, all []notify.Settlement) ([]int, error) {
	if q.settles.Add(-1) < 0 {
		return q.Queue.Settle(ctx, all)
	}
	if q.taken.Load() {
		_, err := q.Queue.Settle(ctx, all)
		return nil, errors.Join(errAway, err)
	}
	return nil, errAway
}

func TestN5AQueueThatIsAwayForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &unsteady{}
		q.claims.Store(5)
		q.settles.Store(3)
		p, d, stop := running(t, func(o *notify.DispatcherOptions) {
			q.Queue, o.Queue, o.Channels = o.Queue, q, []notify.Channel{notify.Email}
		})
		p.tell(notify.Email, "ann")
		d.Wake()
		time.Sleep(10 * time.Second)
		equal(t, "delivered", kept(t, p.queue, "ann")[0].State, notify.Delivered)

		// The outcome never gets through: it is lost with the lease, and the next one is not sent before it.
		q.settles.Store(1 << 30)
		p.tell(notify.Email, "ann", "ann")
		d.Wake()
		time.Sleep(6 * time.Second)
		synctest.Wait()
		q.settles.Store(0)
		equal(t, "the outcomes that were lost", lost(p) > 0, true)
		time.Sleep(5 * time.Minute)
		equal(t, "in order", told(&p.sink, "ann"), []string{"1", "2", "3"})
		for _, k := range kept(t, p.queue, "ann") {
			equal(t, "state", k.State, notify.Delivered)
		}

		// It was done, but the answer was lost.
		q.settles.Store(1)
		q.taken.Store(true)
		p.tell(notify.Email, "bob")
		d.Wake()
		synctest.Wait()
		time.Sleep(time.Second)
		equal(t, "done all the same", kept(t, p.queue, "bob")[0].State, notify.Delivered)
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped: %v", err)
		}
	})
}

func TestN5DeliverReturnsWhatIsWrongWithTheQueue(t *testing.T) {
	p := newPost(t)
	q := &unsteady{Queue: p.queue}
	q.claims.Store(1)
	d := p.dispatcher(func(o *notify.DispatcherOptions) {
		o.Queue, o.Channels = q, []notify.Channel{notify.Email}
	})
	if _, err := d.Deliver(t.Context()); !errors.Is(err, errAway) {
		t.Errorf("got %v", err)
	}
	p.tell(notify.Email, "ann")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := d.Deliver(ctx); !errors.Is(err, context.Canceled) || got != (tally{}) {
		t.Errorf("with a context that has ended: %+v, %v", got, err)
	}
	p.delivers("afterwards", d, tally{Delivered: 1})
}

func TestN5AnObserverThatPanicsIsContained(t *testing.T) {
	p := newPost(t)
	p.tell(notify.Email, "ann")
	p.delivers("all the same", p.dispatcher(func(o *notify.DispatcherOptions) {
		o.Observe = func(notify.Observation) { panic("no") }
	}), tally{Delivered: 1})
}

func TestN5TheRateIsNeverAbove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate, burst = 20, 5
		var sent []time.Time
		p, d, stop := running(t, func(o *notify.DispatcherOptions) {
			o.Limits = emails(notify.Limit{PerSecond: rate, Burst: burst})
		})
		p.sink.Answer = func(notify.Message, int) notifytest.Answer {
			sent = append(sent, time.Now())
			return notifytest.Take
		}
		var people []session.PersonID
		for i := range 400 {
			people = append(people, session.PersonID(fmt.Sprint("p", i%150)))
		}
		begun := time.Now()
		p.tell(notify.Email, people...)
		d.Wake()
		time.Sleep(30 * time.Second)
		if err := stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped: %v", err)
		}
		equal(t, "delivered", len(sent), 400)
		above(t, sent, rate, burst)
		if took := sent[399].Sub(begun); took > 20*time.Second {
			t.Errorf("it took %s, far from its rate", took)
		}
	})
}

// above fails where more went in some time than a rate and a burst allow.
func above(t interface {
	Helper()
	Errorf(string, ...any)
}, sent []time.Time, rate float64, burst int) {
	t.Helper()
	for i := range sent {
		for j := i; j < len(sent); j++ {
			if most := float64(burst) + rate*sent[j].Sub(sent[i]).Seconds(); float64(j-i+1) > most+1e-6 {
				t.Errorf("N5: %d went in %s, above the rate", j-i+1, sent[j].Sub(sent[i]))
				return
			}
		}
	}
}
