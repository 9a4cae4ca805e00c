package relay_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/relay"
)

// running starts a relay, and returns what stops it and waits.
func running(t *testing.T, s *stage) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.relay.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	}
}

// Events are relayed as they come, within Every, or at once when the relay is woken.
func TestRunRelaysAsEventsCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, func(o *relay.Options) { o.Every = time.Minute })
		stop := running(t, s)
		synctest.Wait()
		s.Happen(t.Context(), 0, 20)
		time.Sleep(time.Minute)
		synctest.Wait()
		all := len(s.Events(t.Context()))
		if got := len(s.broker.took()); got != all {
			t.Errorf("%d of %d came within Every", got, all)
		}
		s.Happen(t.Context(), 1, 1)
		synctest.Wait()
		if got := len(s.broker.took()); got != all {
			t.Errorf("%d came before it looked", got-all)
		}
		s.relay.Wake()
		synctest.Wait()
		if repeats := s.Check(t.Context(), s.broker.took()); repeats != 0 {
			t.Errorf("%d repeats", repeats)
		}
		if _, err := s.relay.Once(t.Context()); !errors.Is(err, relay.ErrBusy) {
			t.Errorf("Once beside Run returns %v", err)
		}
		if err := s.relay.Run(t.Context()); !errors.Is(err, relay.ErrBusy) {
			t.Errorf("Run beside Run returns %v", err)
		}
		stop()
	})
}

// While the broker is away for an hour, each feed is tried now and then, the lag can be seen, and then everything
// comes.
func TestABrokerThatIsAwayForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		away := errors.New("connection refused")
		s.broker.fail(away)
		s.Happen(t.Context(), 0, 10)
		stop := running(t, s)
		time.Sleep(time.Hour)
		synctest.Wait()
		// 1 s, 2 s, … up to a minute, less a fifth at most: about 70 tries for each of the three feeds.
		if tries := s.broker.tried(); tries < 3*60 || tries > 3*85 {
			t.Errorf("%d tries in an hour", tries)
		}
		seen := s.observed()
		last := seen[len(seen)-1]
		if !errors.Is(last.Err, away) || last.Failures < 60 || last.Retry < 48*time.Second || last.After != 0 {
			t.Errorf("it told %+v", last)
		}
		if grown := last.Lag - seen[0].Lag; grown < 58*time.Minute {
			t.Errorf("the lag has grown by %v", grown)
		}
		s.broker.fail(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if repeats := s.Check(t.Context(), s.broker.took()); repeats != 0 {
			t.Errorf("%d repeats", repeats)
		}
		stop()
	})
}

// The store may be away, too.
func TestAStoreThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faulty, calls := &source{}, 0
		s := newStage(t, func(o *relay.Options) { faulty.FeedReads, o.Source = o.Source, faulty })
		s.Happen(t.Context(), 0, 2)
		faulty.onList = func() error {
			if calls++; calls <= 10 {
				return errors.New("the database is away")
			}
			return nil
		}
		stop := running(t, s)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		s.Check(t.Context(), s.broker.took())
		if seen := s.observed(); seen[9].Failures != 10 || seen[9].Feed != "" || seen[9].Retry < 48*time.Second {
			t.Errorf("it told %+v", seen[9])
		}
		stop()
	})
}

// Stopped in the middle of a message, it lets that one finish, begins no other, and keeps how far it came.
func TestStoppingKeepsHowFarItCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.Happen(t.Context(), 0, 5)
		slow := func(*message.Message) error { time.Sleep(3 * time.Second); return nil }
		s.broker.before = slow
		stop := running(t, s)
		time.Sleep(10 * time.Second) // in the fourth message of each feed
		stop()
		if got := len(s.broker.took()); got != 3*4 {
			t.Errorf("%d messages were published, want 12", got)
		}
		s.broker.fail(nil)
		if tally := s.once(t); tally.Elsewhere != 0 {
			t.Errorf("%d feeds were not released", tally.Elsewhere)
		}
		if repeats := s.Check(t.Context(), s.broker.took()); repeats != 0 {
			t.Errorf("%d repeats", repeats)
		}
	})
}

// A publisher that ignores its context can't be waited for; one that heeds it is called off after Grace. Neither
// is asked for anything else meanwhile.
func TestStoppingAPublisherThatHangs(t *testing.T) {
	for name, heeds := range map[string]bool{"that heeds its context": true, "that doesn't": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, func(o *relay.Options) { o.Grace = 10 * time.Second })
				s.Happen(t.Context(), 0, 1)
				release := make(chan struct{})
				s.broker.before = func(m *message.Message) error {
					var called <-chan struct{}
					if heeds {
						called = m.Context().Done()
					}
					select {
					case <-called:
						return m.Context().Err()
					case <-release:
						return nil
					}
				}
				stop := running(t, s)
				time.Sleep(time.Second)
				started := time.Now()
				stop()
				if took := time.Since(started); took < 10*time.Second || took > 15*time.Second {
					t.Errorf("it took %v to stop", took)
				}
				if tries := s.broker.tried(); tries != 3 {
					t.Errorf("%d messages were tried", tries)
				}
				close(release)
				synctest.Wait()
				s.broker.fail(nil)
				s.once(t)
				if repeats := s.Check(t.Context(), s.broker.took()); (repeats == 0) != heeds {
					t.Errorf("%d repeats", repeats)
				}
			})
		})
	}
}

// A publisher that hangs keeps its feed, until shortly before the lease ends; then another relay goes on, and the
// message that comes late is a repeat.
func TestAPublisherThatHangsLosesTheFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, func(o *relay.Options) { o.Concurrency = 1 })
		s.Happen(t.Context(), 0, 2)
		release := make(chan struct{})
		var stuck atomic.Bool
		s.broker.before = func(m *message.Message) error {
			if m.Metadata.Get(relay.MetaProvider) == "leeds" && m.Metadata.Get(relay.MetaVersion) == "2" &&
				stuck.CompareAndSwap(false, true) {
				<-release
			}
			return nil
		}
		stop := running(t, s)
		time.Sleep(50 * time.Second)
		if s.broker.tried() >= len(s.Events(t.Context())) {
			t.Fatal("the lease hasn't ended, and somebody went on")
		}
		o, err := relay.New(relay.Options{Source: s.Store, Publisher: s.broker})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		if _, err := o.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		close(release)
		time.Sleep(10 * time.Second)
		stop()
		if repeats := s.Check(t.Context(), s.broker.took()); repeats != 1 {
			t.Errorf("%d repeats, want the one that came late", repeats)
		}
	})
}

// A lease is prolonged while its events take long, so that nobody else begins on them.
func TestSlowEventsKeepTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.Happen(t.Context(), 0, 3)
		s.broker.before = func(*message.Message) error { time.Sleep(20 * time.Second); return nil }
		stop := running(t, s)
		other, err := relay.New(relay.Options{Source: s.Store, Publisher: s.broker})
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			time.Sleep(30 * time.Second)
			if tally, err := other.Once(t.Context()); err != nil || tally.Elsewhere != 3 {
				t.Errorf("beside it another one did %+v: %v", tally, err)
			}
		}
		time.Sleep(10 * time.Minute)
		stop()
		if repeats := s.Check(t.Context(), s.broker.took()); repeats != 0 {
			t.Errorf("%d repeats", repeats)
		}
	})
}

// A feed whose event the publisher still has is left alone until it comes back: no second one is begun meanwhile.
func TestAPublisherThatHangsIsNotAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.Happen(t.Context(), 0, 1)
		release := make(chan struct{})
		s.broker.before = func(*message.Message) error { <-release; return nil }
		stop := running(t, s)
		time.Sleep(10 * time.Minute)
		if tries := s.broker.tried(); tries != 3 {
			t.Errorf("%d messages were begun, want one of each feed", tries)
		}
		if seen := s.observed(); len(seen) != 3 || seen[0].Err == nil || seen[0].Took > time.Minute {
			t.Errorf("it told %+v", seen)
		}
		close(release)
		time.Sleep(2 * time.Minute)
		stop()
		if repeats := s.Check(t.Context(), s.broker.took()); repeats != 3 {
			t.Errorf("%d repeats, want the three that came late", repeats)
		}
	})
}

// A feed that moves waits no longer than after a first failure.
func TestFailuresInARowEndWithProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, func(o *relay.Options) {
			o.Feeds = func(f notify.FeedID) bool { return f == notify.ProviderFeed("york") }
		})
		s.Happen(t.Context(), 0, 5)
		n := 0
		s.broker.before = func(*message.Message) error {
			if n++; n%3 == 0 {
				return errors.New("busy")
			}
			return nil
		}
		stop := running(t, s)
		time.Sleep(time.Minute)
		stop()
		failed := 0
		for _, o := range s.observed() {
			if o.Err == nil {
				continue
			}
			if failed++; o.Failures != 1 || o.Retry > time.Second || o.Published != 2 {
				t.Errorf("it told %+v", o)
			}
		}
		if got := len(s.broker.took()); got != count(s.Events(t.Context()), "york") || failed < 10 {
			t.Errorf("%d events came, with %d failures", got, failed)
		}
	})
}
