package notify_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/session"
)

// The transport is down for an hour, in which people are told more and more: afterwards all of it is delivered, to each
// in order, with no burst above the rate, and nobody's attempts were used up by the outage.
func TestN5ATransportDownForAnHour(t *testing.T) {
	for _, c := range []struct {
		name        string
		down        notifytest.Answer
		dispatchers int
	}{
		{"N5 it refuses", notifytest.Refuse, 1}, {"N5 it hangs", notifytest.Hang, 1},
		{"N5 it loses answers", notifytest.Miss, 1}, {"N5 it refuses four dispatchers", notifytest.Refuse, 4},
		{"N5 it hangs with four dispatchers", notifytest.Hang, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { outage(t, c.down, c.dispatchers) })
		})
	}
}

func outage(t *testing.T, how notifytest.Answer, dispatchers int) {
	const rate, burst, people, rounds = 50, 10, 40, 30
	begun := time.Now()
	var handed, taken []time.Time
	var mu sync.Mutex
	limited := func(o *notify.DispatcherOptions) {
		o.Limits = emails(notify.Limit{PerSecond: rate / float64(dispatchers), Burst: burst / dispatchers})
	}
	p, d, stop := running(t, limited)
	others := more(t, p, dispatchers-1, limited)
	p.sink.Answer = func(notify.Message, int) notifytest.Answer {
		mu.Lock()
		defer mu.Unlock()
		handed = append(handed, time.Now())
		if time.Since(begun) < time.Hour {
			return how
		}
		taken = append(taken, time.Now())
		return notifytest.Take
	}
	for range rounds {
		for i := range people {
			p.tell(notify.Email, session.PersonID(fmt.Sprint("p", i)))
		}
		d.Wake()
		time.Sleep(2 * time.Minute)
	}
	time.Sleep(time.Hour)
	if err := errors.Join(stop(), others()); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	equal(t, "delivered", len(taken), people*rounds)
	above(t, handed, rate, burst)
	duringOutage := len(handed) - len(taken)
	if duringOutage > 80*dispatchers {
		t.Errorf("a transport that was down was tried %d times in an hour", duringOutage)
	}
	var want []string
	for n := range rounds {
		want = append(want, fmt.Sprint(n+1))
	}
	for i := range people {
		person := session.PersonID(fmt.Sprint("p", i))
		equal(t, "in order", told(&p.sink, person), want)
		for _, k := range kept(t, p.queue, person) {
			if k.State != notify.Delivered {
				t.Errorf("kept %+v", k)
			}
		}
	}
	t.Logf("tried %d times while down; the last one came through %s after it was up", duringOutage,
		taken[len(taken)-1].Sub(begun.Add(time.Hour)))
}

// more are other dispatchers on the same queue that run until they are stopped.
func more(t *testing.T, p *post, n int, amend func(*notify.DispatcherOptions)) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, n)
	for range n {
		d := p.dispatcher(func(o *notify.DispatcherOptions) { o.Now = nil }, amend)
		go func() { ended <- d.Run(ctx) }()
	}
	return func() error {
		cancel()
		var all error
		for range n {
			all = errors.Join(all, <-ended)
		}
		return all
	}
}
