package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// readers of feeds: one at a time for each name, and what they say is kept.
func readers(t *test) {
	s := t.open()
	for n, provider := range []session.ProviderID{"west", "north", "south", "north"} {
		t.happened(s, provider, n+1)
	}
	for _, task := range t.plans(s, now, 9) {
		t.planned(s, task, notify.Chunk{Done: true})
	}
	ids := func(what string, after notify.FeedID, limit int, want ...notify.FeedID) {
		t.Helper()
		got, err := s.FeedIDs(t.Context(), after, limit)
		if err != nil {
			t.Fatalf("feed ids: %v", err)
		}
		t.same(what, fmt.Sprint(want), fmt.Sprint(got))
	}
	north, south, west := notify.ProviderFeed("north"), notify.ProviderFeed("south"), notify.ProviderFeed("west")
	ids("all feeds", "", 9, north, south, west)
	ids("the first two", "", 2, north, south)
	ids("after one", south, 9, west)
	ids("after the last", west, 9)

	first := t.claimFeed(s, "relay", north, now)
	t.same("a new reader", notify.FeedClaim{Reader: "relay", Feed: north, Fence: first.Fence, Until: now.Add(time.Minute)}, first)
	if _, err := s.ClaimFeed(t.Context(), "relay", north, now.Add(time.Minute-moment), time.Minute); !errors.Is(err, notify.ErrFeedClaimed) {
		t.Errorf("in other hands: %v, want notify.ErrFeedClaimed", err)
	}
	t.claimFeed(s, "mirror", north, now)
	t.claimFeed(s, "relay", south, now)
	at := now.Add(30 * time.Second)
	first = t.advance(s, first, 2, at, time.Minute)
	t.same("prolonged", notify.FeedClaim{
		Reader: "relay", Feed: north, After: 2, Fence: first.Fence, Until: at.Add(time.Minute),
	}, first)
	if _, err := s.ClaimFeed(t.Context(), "relay", north, now.Add(time.Minute), time.Minute); !errors.Is(err, notify.ErrFeedClaimed) {
		t.Errorf("prolonged, and in other hands: %v, want notify.ErrFeedClaimed", err)
	}
	second := t.claimFeed(s, "relay", north, first.Until)
	if second.After != 2 || second.Fence <= first.Fence {
		t.Errorf("after the lease: %+v, with the fence %d before", second, first.Fence)
	}
	if _, err := s.AdvanceFeed(t.Context(), first, 9, at, time.Minute); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("who had lost the lease went on: %v, want notify.ErrLeaseLost", err)
	}
	released := t.advance(s, second, 3, at, 0)
	t.same("the lease of what was released", time.Time{}, released.Until)
	if _, err := s.AdvanceFeed(t.Context(), released, 4, at, time.Minute); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("who had released it went on: %v, want notify.ErrLeaseLost", err)
	}
	third := t.claimFeed(s, "relay", north, at)
	t.same("how far the reader has come", int64(3), third.After)
	// Nobody noticed that it has ended: who has it goes on.
	t.advance(s, third, 3, at.Add(time.Hour), time.Minute)
	readersWrongly(t, s, third)
}

func (t *test) claimFeed(s Store, reader string, feed notify.FeedID, at time.Time) notify.FeedClaim {
	t.Helper()
	claim, err := s.ClaimFeed(t.Context(), reader, feed, at, time.Minute)
	if err != nil {
		t.Fatalf("claim %s for %s: %v", feed, reader, err)
	}
	return claim
}

func (t *test) advance(s Store, claim notify.FeedClaim, to int64, at time.Time, lease time.Duration) notify.FeedClaim {
	t.Helper()
	next, err := s.AdvanceFeed(t.Context(), claim, to, at, lease)
	if err != nil {
		t.Fatalf("advance %s to %d: %v", claim.Feed, to, err)
	}
	return next
}

// readersWrongly asks for what makes no sense.
func readersWrongly(t *test, s Store, claim notify.FeedClaim) {
	t.Helper()
	bad := (*session.FieldError)(nil)
	for name, call := range map[string]func() error{
		"no reader": func() error { _, err := s.ClaimFeed(t.Context(), "", "x", now, time.Minute); return err },
		"no feed":   func() error { _, err := s.ClaimFeed(t.Context(), "relay", "", now, time.Minute); return err },
		"no lease":  func() error { _, err := s.ClaimFeed(t.Context(), "relay", "x", now, 0); return err },
		"no limit":  func() error { _, err := s.FeedIDs(t.Context(), "", 0); return err },
		"back":      func() error { _, err := s.AdvanceFeed(t.Context(), claim, 1, now, time.Minute); return err },
		"a negative lease": func() error {
			_, err := s.AdvanceFeed(t.Context(), claim, 9, now, -1)
			return err
		},
	} {
		if err := call(); !errors.As(err, &bad) {
			t.Errorf("%s: %v, want a field error", name, err)
		}
	}
}
