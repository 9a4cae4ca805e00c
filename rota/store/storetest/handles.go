package storetest

import (
	"errors"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// handles work on one store from two sides, as two processes do: what one commits the other sees, guards hold across
// them, and so do leases.
func handles(t *test) {
	one := t.open()
	two := t.harness.Again(t.TB, one)
	on := func(i int) Store { return []Store{one, two}[i%2] }
	t.of("P2").run("what one commits the other sees", func(t *test) {
		for n, from := range []Store{one, two} {
			c, to := whole(n+1), []Store{two, one}[n]
			t.same("before", session.Session{}, t.load(to, desk.Want{Session: shift(n+1, 14).ID}).Session)
			t.commit(from, c, desk.Done)
			t.same("the footprint, from the other side", t.footprint(from, c), t.footprint(to, c))
			t.commit(to, c, desk.Repeated)
			t.commit(to, change("stale-"+string(c.Key.Command), versioned(shift(n+1, 14), 1)), desk.Conflict)
			t.commit(to, change("next-"+string(c.Key.Command), versioned(shift(n+1, 14), 2)), desk.Done)
			t.same("the version, from the first side", int64(2), t.kept(from, shift(n+1, 14)).Revision())
		}
	})
	t.of("S1").run("references are never handed out twice", func(t *test) {
		taken := map[int64]bool{}
		for i := range 20 {
			first, err := on(i).References(t.Context(), 3)
			for n := first; n < first+3; n++ {
				if err != nil || taken[n] {
					t.Errorf("number %d of a block that begins with %d: %v", n, first, err)
				}
				taken[n] = true
			}
		}
	})
	t.of("A7").run("guards", func(t *test) { t.guarding(on, 100_000) })
	t.of("A7").run("races", func(t *test) { t.winners(on, 200_000) })
	t.of("N5").run("leases", func(t *test) { t.leasing(one, two) })
	t.of("N4").run("plans", func(t *test) { t.planning(on, 300_000) })
	t.of("N5").run("many hands", func(t *test) { t.delivering(on, 400_000) })
}

// leasing claims on one side what the other has in hand.
func (t *test) leasing(one, two Store) {
	t.Helper()
	t.drain(one)
	e := t.happened(one, "north", 500_000)
	held := t.plans(two, now, 1)
	if len(held) != 1 || held[0].Event.Key() != e.Key() {
		t.Fatalf("the other side claims the plans %v", eventsOf(held))
	}
	t.same("a plan that is in the other's hands", 0, len(t.plans(one, held[0].Until.Add(-moment), 1)))
	taken := t.plans(one, held[0].Until, 1)
	if len(taken) != 1 || taken[0].Fence <= held[0].Fence {
		t.Fatalf("after the lease: %+v, with the fence %d before", taken, held[0].Fence)
	}
	if err := two.Planned(t.Context(), held[0], notify.Chunk{Done: true}); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("the first planner went on: %v, want notify.ErrLeaseLost", err)
	}
	t.planned(one, taken[0], notify.Chunk{Deliveries: tell(e, now, "ann"), Done: true})
	first := t.claim(two, now, 1)
	if len(first) != 1 {
		t.Fatalf("what one planned the other can't claim")
	}
	t.same("what is in the other's hands", 0, len(t.claim(one, first[0].Until.Add(-moment), 1)))
	second := t.claim(one, first[0].Until, 1)
	if len(second) != 1 || second[0].Fence <= first[0].Fence || second[0].Was != notify.Unknown {
		t.Fatalf("after the lease: %+v, with the fence %d before", second, first[0].Fence)
	}
	delivered := notify.Outcome{State: notify.Delivered, At: now}
	if err := settle(t.Context(), two, first[0], delivered); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("who had lost the lease settled it: %v, want notify.ErrLeaseLost", err)
	}
	if err := settle(t.Context(), one, second[0], delivered); err != nil {
		t.Errorf("who has it can't settle it: %v", err)
	}
	t.same("what became of it, from the other side", notify.Delivered, t.one(two, e).State)
}

// drain plans and delivers all that waits, so that what comes next is all there is.
func (t *test) drain(s Store) {
	t.Helper()
	late := always.End
	for tasks := t.plans(s, late, 500); len(tasks) > 0; tasks = t.plans(s, late, 500) {
		for _, task := range tasks {
			t.planned(s, task, notify.Chunk{Done: true})
		}
	}
	for held := t.claim(s, late, 500); len(held) > 0; held = t.claim(s, late, 500) {
		for _, c := range held {
			if err := settle(t.Context(), s, c, notify.Outcome{State: notify.GivenUp, At: late}); err != nil {
				t.Fatalf("settle: %v", err)
			}
		}
	}
}
