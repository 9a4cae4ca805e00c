package brokers_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/relay"
	"github.com/sessional-go/sessional/notify/transport/relay/internal/brokers/rabbit"
	"github.com/sessional-go/sessional/notify/transport/relay/internal/office"
	"github.com/sessional-go/sessional/session"
)

func TestMain(m *testing.M) { os.Exit(rabbit.Main(m)) }

// byProvider is the topic of these tests.
func byProvider(e session.Event) string { return "rota." + string(e.Provider) }

// counting counts what goes to a publisher, and does before each what it is told to.
type counting struct {
	message.Publisher
	n      atomic.Int64
	before func(n int64)
}

func (c *counting) Publish(topic string, messages ...*message.Message) error {
	n := c.n.Add(int64(len(messages)))
	if c.before != nil {
		c.before(n)
	}
	return c.Publisher.Publish(topic, messages...)
}

// forgetful is a queue on which a relay is killed between publishing and keeping how far it came.
type forgetful struct {
	notify.FeedReads
	forgets func() bool
}

func (f forgetful) AdvanceFeed(
	ctx context.Context, c notify.FeedClaim, to int64, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	if f.forgets() {
		return notify.FeedClaim{}, errors.New("killed")
	}
	return f.FeedReads.AdvanceFeed(ctx, c, to, now, lease)
}

// storm has things happen day by day, and something done on each of the days, while relays of one name publish it, one
// for each publisher: they die between publishing and keeping how far they came, stall past their leases, and are
// stopped and started. It returns how often a message was given to a publisher, once all events were published.
func storm(t *testing.T, o *office.Office, publishers []message.Publisher, days []func()) int64 {
	t.Helper()
	var tried atomic.Int64
	ctx, calm := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for _, p := range publishers {
		counted := &counting{Publisher: p, before: func(int64) {
			tried.Add(1)
			if rand.IntN(200) == 0 {
				time.Sleep(1200 * time.Millisecond)
			}
		}}
		r := hasty(t, relay.Options{Publisher: counted,
			Source: forgetful{o.Store, func() bool { return rand.IntN(5) == 0 }}})
		all.Go(func() {
			for ctx.Err() == nil {
				life, end := context.WithTimeout(ctx, time.Duration(50+rand.IntN(1000))*time.Millisecond)
				_ = r.Run(life)
				end()
			}
		})
	}
	for day, and := range days {
		o.Happen(ctx, day, 12)
		if and != nil {
			and()
		}
		time.Sleep(200 * time.Millisecond)
	}
	calm()
	all.Wait()
	last := hasty(t, relay.Options{Source: o.Store, Publisher: publishers[0]})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		tally, err := last.Once(t.Context())
		if err == nil && tally.Elsewhere == 0 {
			return tried.Load() + int64(tally.Published)
		}
		tried.Add(int64(tally.Published))
		if time.Now().After(deadline) {
			t.Fatalf("after the storm: %+v, %v", tally, err)
		}
	}
}

// hasty is a relay that waits for nothing longer than it must.
func hasty(t *testing.T, o relay.Options) *relay.Relay {
	t.Helper()
	o.Topic, o.Lease, o.Every, o.Batch = byProvider, time.Second, 10*time.Millisecond, 20
	o.FirstRetry, o.LongestRetry, o.Grace = 5*time.Millisecond, 100*time.Millisecond, 100*time.Millisecond
	r, err := relay.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
