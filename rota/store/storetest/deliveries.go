package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// claim claims what is due, for a minute.
func (t *test) claim(s Store, now time.Time, limit int, channels ...notify.Channel) []notify.Claim {
	t.Helper()
	request := notify.ClaimRequest{Now: now, Lease: time.Minute, Limit: limit, Channels: channels}
	claims, err := s.Claim(t.Context(), request)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return claims
}

// settle says what became of one delivery; the error is notify.ErrLeaseLost where it was in other hands.
func settle(ctx context.Context, s notify.Outbox, c notify.Claim, o notify.Outcome) error {
	lost, err := s.Settle(ctx, []notify.Settlement{{Claim: c, Outcome: o}})
	if err == nil && len(lost) > 0 {
		return notify.ErrLeaseLost
	}
	return err
}

func persons(claims []notify.Claim) []session.PersonID {
	var ids []session.PersonID
	for _, c := range claims {
		ids = append(ids, c.Delivery.Person)
	}
	return ids
}

// telling commits an event and plans its deliveries.
func (t *test) telling(s Store, n int, plan func(session.Event) []notify.Delivery) session.Event {
	t.Helper()
	e := t.happened(s, "north", n)
	for _, task := range t.plans(s, now, 1) {
		if task.Event.Key() != e.Key() {
			t.Fatalf("claimed the plan of %s, want %s", task.Event.Key(), e.Key())
		}
		t.planned(s, task, notify.Chunk{Deliveries: plan(e), Done: true})
	}
	return e
}

// one is the single delivery of an event.
func (t *test) one(s Store, e session.Event) notify.Delivery {
	t.Helper()
	all := t.told(s, e)
	if len(all) != 1 {
		t.Fatalf("%d deliveries of %s, want 1", len(all), e.Key())
	}
	return all[0]
}

// claims take what is due, the longest due first.
func claims(t *test) {
	s := t.open()
	e := t.telling(s, 1, func(e session.Event) []notify.Delivery {
		all := slices.Concat(tell(e, now.Add(time.Second), "late"), tell(e, now, "first", "second"),
			tell(e, now.Add(time.Hour), "held"), tell(e, now, "suppressed"), tell(e, now, "pushed"))
		all[4].State, all[4].NotBefore = notify.Suppressed, time.Time{}
		all[5].Channel, all[5].Key = notify.Android, "pushed"
		return all
	})
	t.same("before anything is due", 0, len(t.claim(s, now.Add(-moment), 9)))
	soon := now.Add(time.Minute)
	t.same("pushes", []session.PersonID{"pushed"}, persons(t.claim(s, soon, 9, notify.Android, notify.IPhone)))
	two := t.claim(s, soon, 2)
	t.same("the longest due", []session.PersonID{"first", "second"}, persons(two))
	t.same("its state", notify.Claimed, two[0].Delivery.State)
	t.same("the state it was in", notify.Planned, two[0].Was)
	t.same("its event", e, two[0].Event)
	t.same("its lease", soon.Add(time.Minute), two[0].Until)
	t.same("since when it is claimed", soon, two[0].Delivery.Settled)
	t.same("what is kept of it", two[0].Delivery, t.told(s, e)[1])
	t.same("then", []session.PersonID{"late"}, persons(t.claim(s, soon, 9)))
	t.same("what is in somebody's hands", 0, len(t.claim(s, soon, 9)))
	t.same("within the lease", 0, len(t.claim(s, soon.Add(time.Minute-moment), 9)))
	// All leases ended at one instant: then the order is that of planning.
	inOrder := []session.PersonID{"late", "first", "second", "pushed", "held"}
	t.same("an hour later", inOrder, persons(t.claim(s, now.Add(time.Hour), 9)))
	two[0].Event.Facts["a"] = "spoilt"
	if again := t.claim(s, now.Add(2*time.Hour), 9); len(again) != 5 || again[1].Event.Facts["a"] != "b" {
		t.of("P2").Errorf("after the caller changed what a claim gave: %+v", again)
	}
}

// outcomes are kept, and say whether it is tried again.
func outcomes(t *test) {
	s := t.open()
	for i, c := range []struct {
		name string
		o    notify.Outcome
		due  bool
	}{
		{"delivered", notify.Outcome{State: notify.Delivered, At: now}, false},
		{"failed is tried again", notify.Outcome{State: notify.Failed, At: now, Why: "451 “greylisted”"}, true},
		{"unknown is tried again", notify.Outcome{State: notify.Unknown, At: now}, true},
		{"given back untried", notify.Outcome{State: notify.Failed, At: now, Untried: true, Why: notify.HeldBack}, true},
		{"unknown and put off", notify.Outcome{State: notify.Unknown, At: now, Untried: true}, true},
		{"unknown and parked", notify.Outcome{State: notify.Unknown, At: now}, false},
		{"given up", notify.Outcome{State: notify.GivenUp, At: now, Why: "550 5.1.1"}, false},
		{"stale", notify.Outcome{State: notify.Stale, At: now}, false},
	} {
		t.run(c.name, func(t *test) {
			// Each begins once the one before is over.
			begin := now.Add(time.Duration(i) * 24 * time.Hour)
			retry := begin.Add(time.Hour)
			if c.o.At = begin.Add(time.Second); c.due {
				c.o.Retry = retry
			}
			e := t.telling(s, 1+i, func(e session.Event) []notify.Delivery { return tell(e, begin, "ann") })
			held := t.claim(s, begin, 1)
			if len(held) != 1 || held[0].Event.Key() != e.Key() {
				t.Fatalf("claimed %+v", held)
			}
			if err := settle(t.Context(), s, held[0], c.o); err != nil {
				t.Fatalf("settle: %v", err)
			}
			want := tell(e, begin, "ann")[0]
			want.State, want.Why, want.Settled, want.NotBefore, want.Attempts = c.o.State, c.o.Why, c.o.At, c.o.Retry, 1
			if c.o.Untried {
				want.Attempts = 0
			}
			t.same("what is kept", want, t.one(s, e))
			if err := settle(t.Context(), s, held[0], c.o); !errors.Is(err, notify.ErrLeaseLost) {
				t.Errorf("settled twice: %v, want notify.ErrLeaseLost", err)
			}
			t.same("before the retry", 0, len(t.claim(s, retry.Add(-moment), 1)))
			again := t.claim(s, retry, 1)
			t.same("that it is due again", c.due, len(again) == 1)
			if !c.due || len(again) != 1 {
				return
			}
			if again[0].Was != c.o.State || again[0].Delivery.Attempts != want.Attempts+1 || again[0].Fence <= held[0].Fence {
				t.Errorf("claimed again as %+v, with the fence %d before", again[0], held[0].Fence)
			}
			if err := settle(t.Context(), s, again[0], notify.Outcome{State: notify.Delivered, At: retry}); err != nil {
				t.Errorf("settle the retry: %v", err)
			}
		})
	}
	noOutcomes(t, s)
}

// noOutcomes are those that are none, or of nothing.
func noOutcomes(t *test, s Store) {
	t.Helper()
	e := t.telling(s, 90, func(e session.Event) []notify.Delivery { return tell(e, now, "ann") })
	held := t.claim(s, now, 1)[0]
	bad := (*session.FieldError)(nil)
	if err := settle(t.Context(), s, held, notify.Outcome{State: notify.Planned, At: now}); !errors.As(err, &bad) {
		t.Errorf("an outcome that is none: %v, want a field error", err)
	}
	held.Delivery.Key = "nothing"
	delivered := notify.Outcome{State: notify.Delivered, At: now}
	if err := settle(t.Context(), s, held, delivered); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("settled what isn't there: %v, want notify.ErrLeaseLost", err)
	}
	t.same("what it is still", notify.Claimed, t.one(s, e).State)
}

// leases end: then the outcome is unknown, and who had it can't settle it any more.
func leases(t *test) {
	s := t.open()
	first := t.telling(s, 1, func(e session.Event) []notify.Delivery { return tell(e, now, "ann") })
	lost := t.claim(s, now, 1)[0]
	t.same("within the lease", 0, len(t.claim(s, now.Add(time.Minute-moment), 1)))
	again := t.claim(s, now.Add(time.Minute), 1)
	if len(again) != 1 || again[0].Was != notify.Unknown || again[0].Delivery.Attempts != 2 ||
		again[0].Fence <= lost.Fence {
		t.Fatalf("claimed %+v after the lease, with the fence %d before", again, lost.Fence)
	}
	delivered := notify.Outcome{State: notify.Delivered, At: now}
	if err := settle(t.Context(), s, lost, delivered); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("who had lost the lease settled it: %v, want notify.ErrLeaseLost", err)
	}
	t.same("what it is still", notify.Claimed, t.one(s, first).State)
	if err := settle(t.Context(), s, again[0], delivered); err != nil {
		t.Errorf("who has it can't settle it: %v", err)
	}
	// Found expired, but not taken in hand: it waits, unknown, and the late outcome is refused.
	second := t.telling(s, 2, func(e session.Event) []notify.Delivery { return tell(e, now, "ann") })
	lost = t.claim(s, now, 1)[0]
	t.telling(s, 4, func(e session.Event) []notify.Delivery { return tell(e, now, "zoe") })
	t.same("what has been due for longer", []session.PersonID{"zoe"}, persons(t.claim(s, now.Add(time.Hour), 1)))
	want := tell(second, now, "ann")[0]
	want.State, want.Attempts, want.NotBefore, want.Settled = notify.Unknown, 1, now.Add(time.Minute), now.Add(time.Minute)
	t.same("what is kept once its lease was found to have ended", want, t.one(s, second))
	if err := settle(t.Context(), s, lost, delivered); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("settled after the lease was found to have ended: %v, want notify.ErrLeaseLost", err)
	}
	// Nobody noticed, not even who asked for another channel: whoever had it may still say what became of it.
	third := t.telling(s, 3, func(e session.Event) []notify.Delivery { return tell(e, now.Add(-time.Hour), "bob") })
	overdue := t.claim(s, now, 1)[0]
	t.same("another channel's", 0, len(t.claim(s, now.Add(time.Hour), 1, notify.IPhone)))
	if err := settle(t.Context(), s, overdue, notify.Outcome{State: notify.Delivered, At: now.Add(time.Hour)}); err != nil {
		t.Errorf("an overdue lease that nobody took over: %v", err)
	}
	t.same("what became of it", notify.Delivered, t.one(s, third).State)
}

// leasesOfChannels end, and each channel is claimed by a worker of its own at the same time: none finds that another one
// has just taken its part away.
func leasesOfChannels(t *test) {
	s := t.open()
	channels := notify.Channels()
	t.telling(s, 1, func(e session.Event) []notify.Delivery {
		var all []notify.Delivery
		for _, c := range channels {
			d := tell(e, now, "ann")[0]
			d.Channel, d.Key = c, notify.DeliveryKey(e.Key(), "ann", c)
			all = append(all, d)
		}
		return all
	})
	at := now
	t.same("at first", len(channels), len(t.claim(s, at, len(channels))))
	for range 20 {
		at = at.Add(time.Minute)
		var workers sync.WaitGroup
		for _, c := range channels {
			workers.Go(func() {
				request := notify.ClaimRequest{Now: at, Lease: time.Minute, Limit: 9, Channels: []notify.Channel{c}}
				if claims, err := s.Claim(t.Context(), request); err != nil || len(claims) != 1 {
					t.Errorf("claimed %d by %s, want 1: %v", len(claims), c, err)
				}
			})
		}
		workers.Wait()
	}
}

// deliveryPages lists deliveries in the order in which they were planned.
func deliveryPages(t *test) {
	s := t.open()
	wants := map[notify.DeliveryQuery][]string{}
	session1 := notify.DeliveryQuery{Session: "s-000001"}
	ann, annSouth := notify.DeliveryQuery{Person: "ann"}, notify.DeliveryQuery{Person: "ann", Provider: "south"}
	for i := range 25 {
		one := versioned(shift(1, 14), int64(i/2)+1)
		if i%2 == 1 {
			other := shift(2, 14)
			other.Provider = "south"
			one = versioned(other, int64(i/2)+1)
		}
		c := change(fmt.Sprint("happened-", i), one)
		e := c.Events[0]
		t.commit(s, c, desk.Done)
		all := tell(e, now, "ann", "bob")
		all[1].State = notify.Suppressed
		t.planned(s, t.plans(s, now, 1)[0], notify.Chunk{Deliveries: all, Done: true})
		wants[ann] = append(wants[ann], all[0].Key)
		wants[notify.DeliveryQuery{Event: e.Key()}] = []string{all[0].Key, all[1].Key}
		if e.Provider == "south" {
			wants[annSouth] = append(wants[annSouth], all[0].Key)
		} else {
			wants[session1] = append(wants[session1], all[0].Key, all[1].Key)
		}
	}
	wants[notify.DeliveryQuery{Session: "s-000001", Provider: "south"}] = nil
	wants[notify.DeliveryQuery{Person: "zoe"}] = nil
	wants[notify.DeliveryQuery{Session: "s-000001", Provider: "west"}] = nil
	for q, want := range wants {
		for _, limit := range []int{1, 7, 500} {
			t.same(fmt.Sprintf("%+v, %d a page", q, limit), want, deliveryKeys(t, s, q, limit))
		}
	}
	session1.Page.Limit = 1
	page, err := s.Deliveries(t.Context(), session1)
	if err != nil {
		t.Fatalf("deliveries: %v", err)
	}
	bad := (*session.FieldError)(nil)
	for _, after := range []string{page.Next, "x"} {
		foreign := notify.DeliveryQuery{Person: "ann", Page: session.PageRequest{After: after}}
		if _, err := s.Deliveries(t.Context(), foreign); !errors.As(err, &bad) || bad.Field != "Page.After" {
			t.Errorf("the Next of another list: %v, want a field error of Page.After", err)
		}
	}
}

// deliveryKeys reads a list of deliveries to its end.
func deliveryKeys(t *test, s Store, q notify.DeliveryQuery, limit int) []string {
	t.Helper()
	var got []string
	for q.Page.Limit = limit; ; {
		p, err := s.Deliveries(t.Context(), q)
		if err != nil || len(p.Items) > limit || len(got) > 100 {
			t.Fatalf("%+v: %d items, %v", q, len(p.Items), err)
		}
		for _, d := range p.Items {
			got = append(got, d.Key)
		}
		if q.Page.After = p.Next; p.Next == "" {
			return got
		}
	}
}

// manyHands deliver at once: each delivery is in one pair of hands, since nobody loses a lease.
func manyHands(t *test) {
	s := t.open()
	t.delivering(func(int) Store { return s }, 1)
}

// delivering plans many deliveries and delivers them, each worker on the handle that it is given.
func (t *test) delivering(on func(i int) Store, n int) {
	t.Helper()
	const events, people = 10, 30
	t.drain(on(0))
	for i := range events {
		t.telling(on(0), n+i, func(e session.Event) []notify.Delivery {
			var all []notify.Delivery
			for p := range people {
				all = append(all, tell(e, now, session.PersonID(strconv.Itoa(p)))...)
			}
			return all
		})
	}
	var workers sync.WaitGroup
	var delivered atomic.Int64
	var held sync.Map
	for i := range 8 {
		workers.Go(func() {
			for idle := 0; delivered.Load() < events*people && idle < 200; {
				claims, err := on(i).Claim(t.Context(), notify.ClaimRequest{Now: now, Lease: time.Hour, Limit: 5})
				if err != nil {
					t.Errorf("claim: %v", err)
					return
				}
				if len(claims) == 0 {
					idle++
					time.Sleep(time.Millisecond)
				}
				for _, c := range claims {
					if _, twice := held.LoadOrStore(c.Delivery.Key, true); twice {
						t.Errorf("%s is in two hands", c.Delivery.Key)
					}
					if err := settle(t.Context(), on(i), c, notify.Outcome{State: notify.Delivered, At: now}); err != nil {
						t.Errorf("settle: %v", err)
					}
					delivered.Add(1)
				}
			}
		})
	}
	workers.Wait()
	if delivered.Load() != events*people {
		t.Errorf("%d of %d were delivered", delivered.Load(), events*people)
	}
}
