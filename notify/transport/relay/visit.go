package relay

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// visited is what a visit to a feed came to.
type visited struct {
	published int
	// more says that there may be more to publish; elsewhere that another process has the feed.
	more, elsewhere bool
	err             error
	retry           time.Duration
}

// hand is a feed in the hands of this process.
type hand struct {
	*Relay
	feed  *feed
	claim notify.FeedClaim
	// hung is closed when the publisher comes back that was waited for in vain; nil where none was.
	hung <-chan struct{}
	// released says that the feed is in nobody's hands any more.
	released bool
	visited
}

// visit relays what is new in a feed that was taken, up to a number of portions, so that no feed keeps others waiting
// for ever. It begins no more messages once ctx has ended; work is what they run under.
func (r *Relay) visit(ctx, work context.Context, f *feed) visited {
	h := &hand{Relay: r, feed: f}
	h.relay(ctx, work)
	r.mu.Lock()
	defer r.mu.Unlock()
	f.failing = h.err != nil
	f.due = r.o.Now()
	switch {
	case h.err != nil:
		f.due = f.due.Add(h.retry)
	case !h.more:
		f.due = f.due.Add(r.o.Every)
	}
	f.busy = h.hung != nil
	if f.busy {
		go func() {
			<-h.hung
			r.mu.Lock()
			f.busy = false
			r.mu.Unlock()
			r.signal()
		}()
	}
	return h.visited
}

// mostPortions is how many portions of a feed are published before others have their turn.
const mostPortions = 10

func (h *hand) relay(ctx, work context.Context) {
	if ctx.Err() != nil {
		return
	}
	started := h.o.Now()
	// A look first: a claim is a write, and most feeds have nothing new most of the time.
	from := h.feed.after
	entries, err := h.o.Source.Feed(work, h.feed.id, from, h.o.Batch)
	if err != nil {
		h.fail(ctx, Observation{Took: h.o.Now().Sub(started), Err: err})
		return
	}
	if len(entries) == 0 {
		h.feed.failures = 0
		return
	}
	h.claim, err = h.o.Source.ClaimFeed(work, h.o.Reader, h.feed.id, started, h.o.Lease)
	if errors.Is(err, notify.ErrFeedClaimed) {
		h.elsewhere = true
		return
	}
	if err != nil {
		h.fail(ctx, Observation{Took: h.o.Now().Sub(started), Err: err})
		return
	}
	for n := 1; ; n++ {
		if from != h.claim.After {
			from = h.claim.After
			entries, err = h.o.Source.Feed(work, h.feed.id, from, h.o.Batch)
		}
		if o := h.portion(ctx, work, entries, err, n == mostPortions); o.Err != nil {
			h.fail(ctx, o)
			return
		}
		if h.released {
			return
		}
	}
}

// portion publishes what was read, unless err says that it could not be, and keeps how far it came. It releases the
// feed after the last portion, and where there is no more for now or something went wrong.
func (h *hand) portion(
	ctx, work context.Context, entries []notify.FeedEntry, err error, last bool,
) (o Observation) {
	started, done := h.o.Now(), h.claim.After
	if len(entries) > 0 && done > 0 {
		o.Missed = entries[0].No - done - 1
	}
	if err == nil {
		o.Published, err = h.publishAll(ctx, work, entries)
	}
	if o.Published > 0 {
		done = entries[o.Published-1].No
	}
	h.published += o.Published
	h.more = o.Published < len(entries) || len(entries) == h.o.Batch
	if !errors.Is(err, notify.ErrLeaseLost) {
		lease := h.o.Lease
		if last || err != nil || !h.more || ctx.Err() != nil {
			lease = 0
		}
		// Kept also when everything is called off: what was published need not be again.
		keeping, end := context.WithTimeout(context.WithoutCancel(work), h.o.margin())
		err = errors.Join(err, h.advance(keeping, done, lease))
		end()
	}
	now := h.o.Now()
	if len(entries) > 0 {
		o.Lag = now.Sub(entries[min(o.Published, len(entries)-1)].Event.At)
	}
	o.After, o.More, o.Took, o.Err = h.claim.After, h.more, now.Sub(started), err
	if err == nil && len(entries) > 0 {
		h.feed.failures = 0
		h.observe(o)
	}
	return o
}

// publishAll publishes events in their order, until one fails or ctx has ended, and returns how many it published.
func (h *hand) publishAll(ctx, work context.Context, entries []notify.FeedEntry) (int, error) {
	n, done := 0, h.claim.After
	for ; n < len(entries) && ctx.Err() == nil; n++ {
		if err := h.prolong(work, done); err != nil {
			return n, err
		}
		if err := h.publish(work, entries[n]); err != nil {
			return n, err
		}
		done = entries[n].No
	}
	return n, nil
}

// prolong makes sure that half of a lease is left.
func (h *hand) prolong(ctx context.Context, done int64) error {
	if h.claim.Until.Sub(h.o.Now()) >= h.o.Lease/2 {
		return nil
	}
	return h.advance(ctx, done, h.o.Lease)
}

// advance keeps how far the relay came; a lease of 0 releases the feed.
func (h *hand) advance(ctx context.Context, to int64, lease time.Duration) error {
	next, err := h.o.Source.AdvanceFeed(ctx, h.claim, to, h.o.Now(), lease)
	if err != nil {
		return err
	}
	h.claim, h.feed.after, h.released = next, next.After, lease == 0
	return nil
}

// fail counts a failure, and has it logged and observed. What ended with ctx is none.
func (h *hand) fail(ctx context.Context, o Observation) {
	h.err = o.Err
	if o.Published > 0 {
		h.feed.failures = 0
	}
	if ctx.Err() == nil {
		h.feed.failures++
		h.retry = h.o.retry(h.feed.failures)
		h.o.Logger.Warn("a feed waits", "reader", h.o.Reader, "feed", h.feed.id, "failures", h.feed.failures,
			"retry", h.retry, "error", o.Err)
	}
	o.Failures, o.Retry = h.feed.failures, h.retry
	h.observe(o)
}

func (h *hand) observe(o Observation) {
	o.Reader, o.Feed = h.o.Reader, h.feed.id
	if o.Missed > 0 {
		h.o.Logger.Error("events were purged before they were relayed", "reader", o.Reader, "feed", o.Feed,
			"missed", o.Missed)
	}
	h.o.Observe(o)
}

// publish publishes an event, and returns once the publisher has taken it, or didn't: at the latest shortly before the
// lease ends, or when everything is called off.
func (h *hand) publish(work context.Context, e notify.FeedEntry) error {
	failed := func(topic string, err error) error {
		return &PublishError{Feed: h.feed.id, No: e.No, Key: e.Event.Key(), Topic: topic, Err: err}
	}
	topic, m, err := h.prepare(e.Event)
	if err != nil {
		return failed(topic, err)
	}
	ctx, cancel := context.WithTimeout(work, h.claim.Until.Sub(h.o.Now())-h.o.margin())
	defer cancel()
	m.SetContext(ctx)
	var answer error
	back := make(chan struct{})
	go func() {
		defer close(back)
		answer = h.contained(func() error { return h.o.Publisher.Publish(topic, m) })
	}()
	select {
	case <-back:
	case <-ctx.Done():
		// It may come back with its context, and that is an answer.
		if !within(back, h.o.margin()/2) {
			h.hung = back
			return failed(topic, errHung)
		}
	}
	if answer != nil {
		return failed(topic, answer)
	}
	return nil
}

// prepare makes an event's message, and asks for its topic.
func (h *hand) prepare(e session.Event) (topic string, m *message.Message, err error) {
	err = h.contained(func() error {
		topic = h.o.Topic(e)
		if topic == "" {
			return errNoTopic
		}
		m, err = h.o.message(e)
		return err
	})
	return topic, m, err
}

// contained makes an error of a panic: one event must not stop the host.
func (h *hand) contained(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			h.o.Logger.Error("a panic", "reader", h.o.Reader, "feed", h.feed.id, "panic", p, "stack",
				string(debug.Stack()))
		}
	}()
	return f()
}
