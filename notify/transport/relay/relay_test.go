package relay_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/relay"
	"github.com/sessional-go/sessional/notify/transport/relay/internal/office"
	"github.com/sessional-go/sessional/session"
)

// Through Watermill's own channel every event arrives, once, as it was committed; and again nothing.
func TestEverythingArrivesThroughAChannel(t *testing.T) {
	channel := gochannel.NewGoChannel(gochannel.Config{BlockPublishUntilSubscriberAck: true}, watermill.NopLogger{})
	s := newStage(t, func(o *relay.Options) {
		o.Publisher, o.Batch = channel, 7
		o.Topic = func(e session.Event) string { return "events." + string(e.Provider) }
	})
	var mu sync.Mutex
	var got []*message.Message
	for _, p := range office.Providers {
		messages, err := channel.Subscribe(t.Context(), "events."+string(p))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for m := range messages {
				mu.Lock()
				got = append(got, m)
				mu.Unlock()
				m.Ack()
			}
		}()
	}
	s.Happen(t.Context(), 0, 20)
	events := s.Events(t.Context())
	if tally := s.once(t); tally.Published != len(events) || len(events) < 300 {
		t.Errorf("%d of %d events were published", tally.Published, len(events))
	}
	s.Happen(t.Context(), 1, 1)
	s.once(t)
	if tally := s.once(t); tally != (relay.Tally{}) {
		t.Errorf("with nothing new it did %+v", tally)
	}
	if err := channel.Close(); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if repeats := s.Check(t.Context(), got); repeats != 0 {
		t.Errorf("%d repeats", repeats)
	}
}

func count(events []session.Event, p session.ProviderID) int {
	n := 0
	for _, e := range events {
		if e.Provider == p {
			n++
		}
	}
	return n
}

// A new reader begins at the beginning, and which feeds there are is the host's choice.
func TestReadersAndFeeds(t *testing.T) {
	s := newStage(t)
	s.Happen(t.Context(), 0, 3)
	first := s.once(t).Published
	other := &broker{}
	r, err := relay.New(relay.Options{Source: s.Store, Publisher: other, Reader: "archive",
		Feeds: func(f notify.FeedID) bool { return f == notify.ProviderFeed("york") || f == notify.MarketplaceFeed }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := count(s.Events(t.Context()), "york") + 9; len(other.took()) != want || first < 3*15 {
		t.Errorf("the archive has %d messages of %d, the relay %d", len(other.took()), want, first)
	}
	for _, topic := range other.topics {
		if topic != relay.DefaultTopic {
			t.Fatalf("without a Topic it goes to %q", topic)
		}
	}
}

// An event that is refused holds its feed up, and nobody else's; nothing is skipped, and what was published before it
// is kept.
func TestARefusedEventIsNotSkipped(t *testing.T) {
	refused := errors.New("too large")
	for name, c := range map[string]struct {
		options func(*relay.Options)
		broker  func(*message.Message) error
		want    string
	}{
		"an error": {broker: func(*message.Message) error { return refused }, want: "too large"},
		"a panic":  {broker: func(*message.Message) error { panic("no") }, want: "panic: no"},
		"no topic": {
			options: func(o *relay.Options) {
				o.Topic = func(e session.Event) string {
					if e.Version == 2 && e.Provider == "leeds" {
						return ""
					}
					return "t"
				}
			},
			want: "no topic",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, func(o *relay.Options) {
				if c.options != nil {
					c.options(o)
				}
			})
			s.Happen(t.Context(), 0, 2)
			if c.broker != nil {
				s.broker.before = func(m *message.Message) error {
					if m.Metadata.Get(relay.MetaVersion) == "2" && m.Metadata.Get(relay.MetaProvider) == "leeds" {
						return c.broker(m)
					}
					return nil
				}
			}
			tally, err := s.relay.Once(t.Context())
			var e *relay.PublishError
			if !errors.As(err, &e) || e.Feed != "provider/leeds" || e.Code() != "relay_publish" ||
				!contains(err.Error(), c.want, e.Key, `"provider/leeds"`) {
				t.Fatalf("it fails with %v", err)
			}
			events := s.Events(t.Context())
			before := int(e.No) - 1
			if want := len(events) - count(events, "leeds") + before; tally.Published != want || before == 0 {
				t.Errorf("%d were published, want %d", tally.Published, want)
			}
			if _, err := s.relay.Once(t.Context()); !errors.As(err, &e) || int(e.No) != before+1 {
				t.Errorf("the second time it fails with %v", err)
			}
			if c.broker == nil {
				return
			}
			s.broker.fail(nil)
			s.once(t)
			if repeats := s.Check(t.Context(), s.broker.took()); repeats != 0 {
				t.Errorf("%d repeats", repeats)
			}
		})
	}
}

// Whatever fails, whenever, and however many relays there are, also such as lose their leases in the middle of it:
// every event arrives, and in order once repeats are dropped.
func TestNothingIsLostWhateverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := office.New(t)
		kept := &broker{}
		var mu sync.Mutex
		now := office.At
		clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
		whim := func(likely int) bool { // rapid is not for several goroutines at once, so Concurrency is 1
			return rapid.IntRange(0, likely).Draw(t, "whim") == likely
		}
		trouble := func(likely int) func() error {
			return func() error {
				if whim(likely) {
					return errors.New("not now")
				}
				return nil
			}
		}
		calm := false
		var relays []*relay.Relay
		for range rapid.IntRange(1, 3).Draw(t, "relays") {
			var nested bool
			faults := &source{FeedReads: o.Store, onList: trouble(20), onFeed: trouble(15), onClaim: trouble(15),
				onAdvance: trouble(5)}
			publisher := &broker{}
			publisher.before = func(m *message.Message) error {
				if calm {
					return kept.Publish("t", m)
				}
				if whim(12) { // the lease ends here, and another relay comes along
					mu.Lock()
					now = now.Add(2 * time.Minute)
					mu.Unlock()
					if !nested {
						nested = true
						_, _ = rapid.SampledFrom(relays).Draw(t, "another").Once(context.Background())
						nested = false
					}
				}
				if whim(15) {
					return errors.New("refused")
				}
				if err := kept.Publish("t", m); err != nil {
					return err
				}
				if whim(15) {
					return errors.New("the confirmation was lost")
				}
				return nil
			}
			r, err := relay.New(relay.Options{Source: faults, Publisher: publisher, Concurrency: 1, Now: clock,
				Batch: rapid.IntRange(1, 20).Draw(t, "batch")})
			if err != nil {
				t.Fatalf("%v", err)
			}
			relays = append(relays, r)
		}
		for day := range rapid.IntRange(1, 3).Draw(t, "days") {
			o.Happen(context.Background(), day, rapid.IntRange(1, 3).Draw(t, "sessions"))
			_, _ = rapid.SampledFrom(relays).Draw(t, "who").Once(context.Background())
		}
		calm = true
		last, err := relay.New(relay.Options{Source: o.Store, Publisher: kept,
			Now: func() time.Time { return clock().Add(time.Hour) }})
		if err != nil {
			t.Fatalf("%v", err)
		}
		if _, err := last.Once(context.Background()); err != nil {
			t.Fatalf("%v", err)
		}
		o.Check(context.Background(), kept.took())
	})
}

// Of two relays of one name only one has a feed in hand, and the other one says so.
func TestTwoRelaysShareTheWork(t *testing.T) {
	s := newStage(t)
	s.Happen(t.Context(), 0, 2)
	other, err := relay.New(relay.Options{Source: s.Store, Publisher: s.broker})
	if err != nil {
		t.Fatal(err)
	}
	var begun atomic.Bool
	var elsewhere relay.Tally
	s.broker.after = func(*message.Message) error {
		if begun.CompareAndSwap(false, true) {
			elsewhere, err = other.Once(t.Context())
		}
		return nil
	}
	s.once(t)
	if err != nil || elsewhere.Elsewhere == 0 {
		t.Errorf("beside it the other one did %+v: %v", elsewhere, err)
	}
	if repeats := s.Check(t.Context(), s.broker.took()); repeats != 0 {
		t.Errorf("%d repeats", repeats)
	}
}

func TestOptionsThatAreWrong(t *testing.T) {
	good := relay.Options{Source: office.New(t).Store, Publisher: &broker{}}
	for field, change := range map[string]func(*relay.Options){
		"Source":             func(o *relay.Options) { o.Source = nil },
		"Publisher":          func(o *relay.Options) { o.Publisher = nil },
		"Lease":              func(o *relay.Options) { o.Lease = time.Second - 1 },
		"Batch":              func(o *relay.Options) { o.Batch = -1 },
		"Concurrency":        func(o *relay.Options) { o.Concurrency = -1 },
		"Every":              func(o *relay.Options) { o.Every = -1 },
		"FirstRetry":         func(o *relay.Options) { o.FirstRetry = -1 },
		"LongestRetry":       func(o *relay.Options) { o.LongestRetry = -1 },
		"Grace":              func(o *relay.Options) { o.Grace = -1 },
		"CloudEvents.Prefix": func(o *relay.Options) { o.CloudEvents = &relay.CloudEvents{Source: "urn:x"} },
		"CloudEvents.Source": func(o *relay.Options) { o.CloudEvents = &relay.CloudEvents{Prefix: "ce-"} },
	} {
		o := good
		change(&o)
		var e *session.FieldError
		if _, err := relay.New(o); !errors.As(err, &e) || e.Field != "Options."+field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// What could not be read or kept is told, and tried again.
func TestTroubleWithTheSource(t *testing.T) {
	for name, set := range map[string]func(*source, func() error){
		"listing":  func(s *source, f func() error) { s.onList = f },
		"reading":  func(s *source, f func() error) { s.onFeed = f },
		"claiming": func(s *source, f func() error) { s.onClaim = f },
		"keeping":  func(s *source, f func() error) { s.onAdvance = f },
	} {
		t.Run(name, func(t *testing.T) {
			faulty := &source{}
			s := newStage(t, func(o *relay.Options) {
				faulty.FeedReads = o.Source
				// The lease is not released where keeping fails: it has to end.
				n := 0
				o.Source, o.Concurrency = faulty, 1
				o.Now = func() time.Time { n++; return office.At.Add(time.Duration(n) * 10 * time.Second) }
			})
			s.Happen(t.Context(), 0, 1)
			away := fmt.Errorf("%s: the database is away", name)
			set(faulty, func() error { return away })
			if _, err := s.relay.Once(t.Context()); !errors.Is(err, away) {
				t.Fatalf("it returns %v", err)
			}
			seen := s.observed()
			if len(seen) == 0 || !errors.Is(seen[0].Err, away) || seen[0].Failures != 1 || seen[0].Retry < 800*time.Millisecond {
				t.Errorf("it told %+v", seen)
			}
			set(faulty, nil)
			s.once(t)
			repeats := s.Check(t.Context(), s.broker.took())
			if (repeats > 0) != (name == "keeping") {
				t.Errorf("%d repeats", repeats)
			}
		})
	}
}

// What was purged before it was relayed is told; a new reader misses nothing by it.
func TestPurgedEventsAreTold(t *testing.T) {
	faulty := &hollow{}
	s := newStage(t, func(o *relay.Options) { faulty.FeedReads, o.Source, o.Batch = o.Source, faulty, 5 })
	s.Happen(t.Context(), 0, 1)
	s.once(t)
	for _, o := range s.observed() {
		if o.Missed != 0 || o.Err != nil || o.Published == 0 || o.After == 0 || o.Reader != "relay" || o.Lag <= 0 {
			t.Fatalf("it told %+v", o)
		}
	}
	before := len(s.observed())
	s.Happen(t.Context(), 1, 1)
	faulty.until = s.observed()[before-1].After + 2
	s.once(t)
	missed := int64(0)
	for _, o := range s.observed()[before:] {
		missed += o.Missed
	}
	if missed == 0 || missed%2 != 0 {
		t.Errorf("%d are told as missed", missed)
	}
}

// hollow is a queue whose feeds have lost their first events.
type hollow struct {
	notify.FeedReads
	until int64
}

func (h *hollow) Feed(ctx context.Context, id notify.FeedID, after int64, limit int) ([]notify.FeedEntry, error) {
	return h.FeedReads.Feed(ctx, id, max(after, h.until), limit)
}

func contains(text string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}
