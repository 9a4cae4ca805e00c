package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// delivered are the settlements of claims that all got through.
func delivered(at time.Time, claims ...notify.Claim) []notify.Settlement {
	all := make([]notify.Settlement, len(claims))
	for i, c := range claims {
		all[i] = notify.Settlement{Claim: c, Outcome: notify.Outcome{State: notify.Delivered, At: at}}
	}
	return all
}

// settleAll settles many, and compares the places of those that were lost.
func (t *test) settleAll(what string, s Store, all []notify.Settlement, want ...int) {
	t.Helper()
	lost, err := s.Settle(t.Context(), all)
	if err != nil {
		t.Fatalf("%s: settle: %v", what, err)
	}
	t.same(what+", what was lost", want, lost)
}

// states are those of all deliveries of an event, in the order of planning.
func (t *test) states(s Store, e session.Event) []notify.State {
	t.Helper()
	var all []notify.State
	for _, d := range t.told(s, e) {
		all = append(all, d.State)
	}
	return all
}

// batches settle many at once: what lost its lease is named, the others are kept.
func batches(t *test) {
	s := t.open()
	e := t.telling(s, 1, func(e session.Event) []notify.Delivery { return tell(e, now, "a", "b", "c", "d") })
	held := t.claim(s, now, 4)
	if len(held) != 4 {
		t.Fatalf("claimed %d, want 4", len(held))
	}
	t.settleAll("none", s, nil)
	bad := (*session.FieldError)(nil)
	wrong := delivered(now, held...)
	wrong[2].Outcome = notify.Outcome{State: notify.Failed, At: now}
	if _, err := s.Settle(t.Context(), wrong); !errors.As(err, &bad) {
		t.Errorf("with an outcome that is none: %v, want a field error", err)
	}
	still := []notify.State{notify.Claimed, notify.Claimed, notify.Claimed, notify.Claimed}
	t.same("after an outcome that is none", still, t.states(s, e))
	// The first is lost and taken again, the last of the list stands there twice.
	again := t.claim(s, now.Add(time.Minute), 1)
	if len(again) != 1 || again[0].Delivery.Key != held[0].Delivery.Key {
		t.Fatalf("claimed %v after the lease", persons(again))
	}
	late := now.Add(time.Minute)
	retaken := t.claim(s, late, 3)
	all := delivered(late, held[0], retaken[1], again[0], retaken[0], retaken[0])
	all[3].Outcome = notify.Outcome{State: notify.Failed, At: late, Retry: late.Add(time.Hour), Why: "451"}
	all[4].Outcome = all[3].Outcome
	t.settleAll("some of them", s, all, 0, 4)
	t.same("what became of them", []notify.State{notify.Delivered, notify.Failed, notify.Delivered, notify.Claimed},
		t.states(s, e))
	t.same("why", notify.Why("451"), t.told(s, e)[1].Why)
	nothing := retaken[2]
	nothing.Delivery.Key = "nothing"
	t.settleAll("one that isn't there, and one that is", s, delivered(late, nothing, retaken[2]), 0)
	var many []notify.Claim
	many = append(many, t.manyClaims(s, 2, 300)...)
	t.settleAll("many", s, delivered(now, many...))
	for _, d := range t.told(s, many[0].Event) {
		if d.State != notify.Delivered {
			t.Errorf("one of many is %s", d.State)
		}
	}
}

// manyClaims plans and claims deliveries of one event.
func (t *test) manyClaims(s Store, n, people int) []notify.Claim {
	t.Helper()
	t.telling(s, n, func(e session.Event) []notify.Delivery {
		var all []notify.Delivery
		for i := range people {
			all = append(all, tell(e, now, session.PersonID(fmt.Sprint("many-", i)))...)
		}
		return all
	})
	claims := t.claim(s, now, people)
	if len(claims) != people {
		t.Fatalf("claimed %d, want %d", len(claims), people)
	}
	return claims
}

// ordered holds back what comes after something that is in hand, due, or waits to be tried again.
func ordered(t *test) {
	s := t.open()
	for n := 1; n <= 3; n++ {
		t.telling(s, n, func(e session.Event) []notify.Delivery { return tell(e, now, "ann") })
	}
	t.telling(s, 4, func(e session.Event) []notify.Delivery {
		pushed := tell(e, now, "ann")
		pushed[0].Channel, pushed[0].Key = notify.Android, notify.DeliveryKey(e.Key(), "ann", notify.Android)
		return append(pushed, tell(e, now, "bob")...)
	})
	var first notify.Claim // what of ann's is in hand
	numbers := func(at time.Time, limit int) string {
		t.Helper()
		var got string
		for _, c := range t.claim(s, at, limit, notify.Email) {
			got += fmt.Sprint(c.Delivery.Person, c.Event.Session[len(c.Event.Session)-1:], " ")
			if c.Delivery.Person == "ann" {
				first = c
			} else {
				t.settleAll("somebody else's", s, delivered(at, c))
			}
		}
		return got
	}
	ann := func(o notify.Outcome) {
		t.Helper()
		if err := settle(t.Context(), s, first, o); err != nil {
			t.Fatalf("settle: %v", err)
		}
	}
	t.same("the first of each person", "ann1 bob4 ", numbers(now, 9))
	t.same("while it is in hand", "", numbers(now, 9))
	t.same("over another channel", 1, len(t.claim(s, now, 9, notify.Android)))
	ann(notify.Outcome{State: notify.Failed, At: now, Retry: now.Add(30 * time.Second)})
	t.same("while it waits to be tried again", "", numbers(now.Add(30*time.Second-moment), 9))
	at := now.Add(30 * time.Second)
	t.same("once it is due, before what has been due for longer", "ann1 ", numbers(at, 1))
	ann(notify.Outcome{State: notify.Unknown, At: at, Retry: at.Add(time.Second)})
	t.same("while it is unknown", "", numbers(at, 9))
	at = at.Add(time.Second)
	t.same("the unknown one", "ann1 ", numbers(at, 9))
	ann(notify.Outcome{State: notify.Unknown, At: at})
	t.same("once it is parked", "ann2 ", numbers(at, 9))
	ann(notify.Outcome{State: notify.Failed, At: at, Retry: at.Add(time.Second), Why: notify.QuietHours})
	t.same("one that is put off to the end of quiet hours holds back nobody", "ann3 ", numbers(at, 9))
	ann(notify.Outcome{State: notify.GivenUp, At: at})
	t.same("then", "ann2 ", numbers(at.Add(time.Second), 9))
	ann(notify.Outcome{State: notify.Stale, At: at})
	t.telling(s, 5, func(e session.Event) []notify.Delivery { return tell(e, at.Add(time.Hour), "ann") })
	t.telling(s, 6, func(e session.Event) []notify.Delivery { return tell(e, at, "ann") })
	t.telling(s, 7, func(e session.Event) []notify.Delivery { return tell(e, at, "ann") })
	t.same("one that waits for its time holds back nobody", "ann6 ", numbers(at, 9))
	t.same("a lease that ended", "ann6 ", numbers(at.Add(time.Minute), 9))
	ann(notify.Outcome{State: notify.Delivered, At: at})
	t.same("what was due only later comes first once it is", "ann5 ", numbers(at.Add(2*time.Hour), 9))
}

// purges delete what is done with, and never what is still to be sent.
func purges(t *test) {
	s := t.open()
	e := t.telling(s, 1, func(e session.Event) []notify.Delivery {
		all := tell(e, now, "delivered", "given up", "stale", "parked", "failed", "retried", "claimed", "suppressed")
		all[7].State, all[7].NotBefore = notify.Suppressed, time.Time{}
		return append(all, tell(e, now.Add(1000*time.Hour), "planned")...)
	})
	held := t.claim(s, now, 9)
	if len(held) != 7 {
		t.Fatalf("claimed %v", persons(held))
	}
	all := delivered(now, held[:6]...)
	later := now.Add(2000 * time.Hour)
	for i, o := range []notify.Outcome{
		{State: notify.Delivered, At: now.Add(3 * time.Second)}, {State: notify.GivenUp, At: now.Add(2 * time.Second)},
		{State: notify.Stale, At: now.Add(time.Second)}, {State: notify.Unknown, At: now.Add(4 * time.Second)},
		{State: notify.Failed, At: now, Retry: later}, {State: notify.Unknown, At: now, Retry: later},
	} {
		all[i].Outcome = o
	}
	t.settleAll("all but one", s, all)
	purge := func(what string, before time.Time, limit, want int, left ...session.PersonID) {
		t.Helper()
		n, err := s.Purge(t.Context(), before, limit)
		if err != nil {
			t.Fatalf("purge: %v", err)
		}
		t.same(what+", how many", want, n)
		var people []session.PersonID
		for _, d := range t.told(s, e) {
			people = append(people, d.Person)
		}
		t.same(what+", what is left", left, people)
	}
	purge("since that very instant", now.Add(-moment), 9, 0,
		"delivered", "given up", "stale", "parked", "failed", "retried", "claimed", "suppressed", "planned")
	purge("the longest", later, 2, 2, "delivered", "given up", "parked", "failed", "retried", "claimed", "planned")
	purge("before an instant", now.Add(3*time.Second), 9, 1, "delivered", "parked", "failed", "retried", "claimed", "planned")
	purge("all that is done with", later, 9, 2, "failed", "retried", "claimed", "planned")
	t.same("by person", 0, len(deliveryKeys(t, s, notify.DeliveryQuery{Person: "delivered"}, 9)))
	t.same("by session", 4, len(deliveryKeys(t, s, notify.DeliveryQuery{Session: e.Session}, 9)))
	if entries, err := s.Feed(t.Context(), notify.ProviderFeed("north"), 0, 9); err != nil || len(entries) != 1 {
		t.of("P2").Errorf("the event of what was purged is in %d entries, %v", len(entries), err)
	}
	t.settleAll("what was in hand", s, delivered(now, held[6]))
	t.same("what is due", 3, len(t.claim(s, later, 9)))
	t.run("what belongs to a plan that isn't done", func(t *test) { purgesPlans(t, s) })
	bad := (*session.FieldError)(nil)
	if _, err := s.Purge(t.Context(), now, 0); !errors.As(err, &bad) {
		t.Errorf("none: %v, want a field error", err)
	}
}

// purgesPlans leaves what could be planned once more, and purges it when it can't.
func purgesPlans(t *test, s Store) {
	t.drain(s)
	if _, err := s.Purge(t.Context(), always.End, 500); err != nil {
		t.Fatalf("purge: %v", err)
	}
	e := t.happened(s, "north", 2)
	task := t.plans(s, now, 1)[0]
	all := tell(e, now, "ann")
	all[0].State, all[0].NotBefore = notify.Suppressed, time.Time{}
	t.planned(s, task, notify.Chunk{Deliveries: all, Next: "more"})
	purge := func() int {
		n, err := s.Purge(t.Context(), always.End, 9)
		if err != nil {
			t.Fatalf("purge: %v", err)
		}
		return n
	}
	t.same("while the plan goes on", 0, purge())
	t.planned(s, task, notify.Chunk{Deliveries: all, Done: true})
	t.same("once it is done", 1, purge())
	if err := s.Planned(t.Context(), task, notify.Chunk{Deliveries: all, Done: true}); !errors.Is(err, notify.ErrLeaseLost) {
		t.of("N4").Errorf("planned anew after it was purged: %v, want notify.ErrLeaseLost", err)
	}
	t.same("after that", 0, len(t.told(s, e)))
}
