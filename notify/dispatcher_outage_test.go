package notify_test

import (
	"context"
	"errors"
	"fmt"
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
		name string
		down notifytest.Answer
	}{
		{"N5 it refuses", notifytest.Refuse}, {"N5 it hangs", notifytest.Hang}, {"N5 it loses answers", notifytest.Miss},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { outage(t, c.down) })
		})
	}
}

func outage(t *testing.T, how notifytest.Answer) {
	const rate, burst, people, rounds = 50, 10, 40, 30
	begun := time.Now()
	var handed, taken []time.Time
	p, d, stop := running(t, func(o *notify.DispatcherOptions) {
		o.Limits = emails(notify.Limit{PerSecond: rate, Burst: burst})
	})
	p.sink.Answer = func(notify.Message, int) notifytest.Answer {
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
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	equal(t, "delivered", len(taken), people*rounds)
	above(t, handed, rate, burst)
	duringOutage := len(handed) - len(taken)
	if duringOutage > 80 {
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
