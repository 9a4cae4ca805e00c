package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// cancelled calls every method with a context that has ended: each says so, and nothing is changed.
func cancelled(t *test) {
	s := t.open()
	c := whole(1)
	t.commit(s, c, desk.Done)
	before := t.footprint(s, c)
	late := change("late", shift(2, 2))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := map[string]func() error{
		"Load":       func() error { _, err := s.Load(ctx, desk.Want{Session: "s-000001"}); return err },
		"Outcome":    func() error { _, err := s.Outcome(ctx, c.Key); return err },
		"Commit":     func() error { _, err := s.Commit(ctx, late); return err },
		"Texts":      func() error { _, err := s.Texts(ctx, "t-000001"); return err },
		"Settings":   func() error { _, err := s.Settings(ctx, "p-c-000001"); return err },
		"Policies":   func() error { _, err := s.Policies(ctx, "north"); return err },
		"Invoices":   func() error { _, err := s.Invoices(ctx, "b-000001"); return err },
		"References": func() error { _, err := s.References(ctx, 1); return err },
		"ClaimPlans": func() error { _, err := s.ClaimPlans(ctx, now, time.Minute, 1); return err },
		"Planned":    func() error { return s.Planned(ctx, notify.PlanTask{}, notify.Chunk{}) },
		"Feed":       func() error { _, err := s.Feed(ctx, notify.MarketplaceFeed, 0, 1); return err },
		"Claim": func() error {
			_, err := s.Claim(ctx, notify.ClaimRequest{Now: now, Lease: time.Minute, Limit: 1})
			return err
		},
		"Settle": func() error {
			return settle(ctx, s, notify.Claim{}, notify.Outcome{State: notify.Delivered, At: now})
		},
		"Purge":     func() error { _, err := s.Purge(ctx, now, 1); return err },
		"FeedIDs":   func() error { _, err := s.FeedIDs(ctx, "", 1); return err },
		"ClaimFeed": func() error { _, err := s.ClaimFeed(ctx, "relay", "x", now, time.Minute); return err },
		"AdvanceFeed": func() error {
			_, err := s.AdvanceFeed(ctx, notify.FeedClaim{Reader: "relay", Feed: "x"}, 1, now, time.Minute)
			return err
		},
		"Deliveries": func() error { _, err := s.Deliveries(ctx, notify.DeliveryQuery{Person: "ann"}); return err },
		"DigestMark": func() error { _, err := s.DigestMark(ctx, "ada"); return err },
		"Digested": func() error {
			return s.Digested(ctx, notify.DigestMark{Clinician: "ada", Version: 1}, session.Event{}, nil)
		},
	}
	for _, l := range lists {
		calls[l.name] = func() error { _, err := l.read(ctx, s, session.PageRequest{}); return err }
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a context that has ended: %v, want context.Canceled", name, err)
		}
	}
	t.untouched(s, c, before)
	left := t.load(s, desk.Want{Session: "s-000002"}).Session
	t.same("after a commit with a context that had ended", session.Session{}, left)
	if mark, err := s.DigestMark(t.Context(), "ada"); err != nil || mark.Version != 0 {
		t.of("N3").Errorf("the mark is %+v, %v", mark, err)
	}
	t.commit(s, late, desk.Done) // a store goes on
	if tasks := t.plans(s, now, 500); len(tasks) != len(c.Events)+len(late.Events) {
		t.of("N4").Errorf("%d plans wait, of %d events", len(tasks), len(c.Events)+len(late.Events))
	}
}

// cutShort ends contexts while commits are under way. What the caller can't know the outcome tells: with it all was
// made, without it nothing.
func cutShort(t *test) {
	s := t.open()
	rng := rand.New(rand.NewPCG(1, 2))
	for n := 1; n <= 40; n++ {
		c := whole(n)
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(time.Duration(rng.IntN(1500))*time.Microsecond, cancel)
		verdict, err := s.Commit(ctx, c)
		timer.Stop()
		cancel()
		switch {
		case err == nil && verdict != desk.Done:
			t.Errorf("commit %d is %s", n, verdict)
		case err != nil && !errors.Is(err, context.Canceled):
			t.Errorf("commit %d, cut short: %v, want context.Canceled", n, err)
		}
		_, missing := s.Outcome(t.Context(), c.Key)
		made := missing == nil
		if err == nil && !made {
			t.Errorf("commit %d is done, and its outcome is %v", n, missing)
		}
		for _, r := range c.Records() {
			if kept := t.kept(s, r).Revision() == 1; kept != made {
				t.of("P2").Errorf("%s is kept: %v, the outcome: %v", r.Subject(), kept, made)
			}
		}
		// The retry of it gets one answer.
		want := map[bool]desk.Verdict{true: desk.Repeated, false: desk.Done}[made]
		t.commit(s, c, want)
	}
}
