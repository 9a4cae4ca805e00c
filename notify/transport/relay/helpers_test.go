package relay_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/relay"
	"github.com/sessional-go/sessional/notify/transport/relay/internal/office"
)

// broker is a publisher that keeps what it takes. before is asked whether to take a message; an error of after is
// returned although it was taken.
type broker struct {
	mu            sync.Mutex
	kept          []*message.Message
	topics        []string
	tries         int
	before, after func(*message.Message) error
}

func (b *broker) Publish(topic string, messages ...*message.Message) error {
	for _, m := range messages {
		b.mu.Lock()
		b.tries++
		before, after := b.before, b.after
		b.mu.Unlock()
		if before != nil {
			if err := before(m); err != nil {
				return err
			}
		}
		b.mu.Lock()
		b.kept = append(b.kept, m.Copy())
		b.topics = append(b.topics, topic)
		b.mu.Unlock()
		if after != nil {
			if err := after(m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (*broker) Close() error { return errors.New("the relay must not close it") }

func (b *broker) took() []*message.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.kept)
}

func (b *broker) tried() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.tries
}

// fail has it refuse everything with an error; nil: nothing any more.
func (b *broker) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.before = nil
	if err != nil {
		b.before = func(*message.Message) error { return err }
	}
}

// stage is an office with a relay to a broker, by the real clock.
type stage struct {
	*office.Office
	broker *broker
	relay  *relay.Relay
	mu     sync.Mutex
	seen   []relay.Observation
}

func newStage(tb testing.TB, change ...func(*relay.Options)) *stage {
	tb.Helper()
	s := &stage{Office: office.New(tb), broker: &broker{}}
	o := relay.Options{Source: s.Store, Publisher: s.broker, Observe: func(seen relay.Observation) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, seen)
	}}
	for _, c := range change {
		c(&o)
	}
	var err error
	if s.relay, err = relay.New(o); err != nil {
		tb.Fatal(err)
	}
	return s
}

func (s *stage) observed() []relay.Observation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *stage) once(tb testing.TB) relay.Tally {
	tb.Helper()
	tally, err := s.relay.Once(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return tally
}

// source is a queue some of whose calls fail, or do what they are told to before.
type source struct {
	notify.FeedReads
	onList, onFeed, onClaim, onAdvance func() error
}

func call(f func() error) error {
	if f == nil {
		return nil
	}
	return f()
}

func (s *source) FeedIDs(ctx context.Context, after notify.FeedID, limit int) ([]notify.FeedID, error) {
	if err := call(s.onList); err != nil {
		return nil, err
	}
	return s.FeedReads.FeedIDs(ctx, after, limit)
}

func (s *source) Feed(ctx context.Context, id notify.FeedID, after int64, limit int) ([]notify.FeedEntry, error) {
	if err := call(s.onFeed); err != nil {
		return nil, err
	}
	return s.FeedReads.Feed(ctx, id, after, limit)
}

func (s *source) ClaimFeed(
	ctx context.Context, reader string, id notify.FeedID, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	if err := call(s.onClaim); err != nil {
		return notify.FeedClaim{}, err
	}
	return s.FeedReads.ClaimFeed(ctx, reader, id, now, lease)
}

func (s *source) AdvanceFeed(
	ctx context.Context, c notify.FeedClaim, to int64, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	if err := call(s.onAdvance); err != nil {
		return notify.FeedClaim{}, err
	}
	return s.FeedReads.AdvanceFeed(ctx, c, to, now, lease)
}
