package storetest

import (
	"context"
	"fmt"
	"sync"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// racers is how many do the same thing at once.
func (t *test) racers() int {
	if t.harness.Racers > 0 {
		return t.harness.Racers
	}
	return 16
}

// race commits n changes at once and counts the verdicts. A store that is busy waits: an error is none of them.
func (t *test) race(n int, on func(i int) Store, enter func(i int) desk.Changes) map[desk.Verdict]int {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	verdicts := map[desk.Verdict]int{desk.Done: 0, desk.Conflict: 0, desk.Repeated: 0}
	begin := gate(n)
	for i := range n {
		c := enter(i)
		all.Go(func() {
			begin()
			v, err := on(i).Commit(t.Context(), c)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("racer %d of %d, %s: %v; want a verdict", i, n, c.Key.Command, err)
			}
			verdicts[v]++
		})
	}
	all.Wait()
	return verdicts
}

// contest is a race that only one can win.
type contest struct {
	rule, name string
	// first is there before; enter is what each racer commits.
	first func(n int) []session.Record
	enter func(n, i int) desk.Changes
}

func contests() []contest {
	none := func(int) []session.Record { return nil }
	return []contest{
		{"P2", "one version of a session", func(n int) []session.Record { return []session.Record{shift(n, 14)} },
			func(n, i int) desk.Changes {
				return change(fmt.Sprintf("version-%d-%d", n, i), versioned(shift(n, 14), 2))
			}},
		{"A7", "one session, filled by many", func(n int) []session.Record { return []session.Record{shift(n, 14)} },
			func(n, i int) desk.Changes {
				// Nobody writes the session: what is left is the last line of defence.
				b := booked(n+i+1, shift(n, 14), clinicianOf(n+i))
				return change(fmt.Sprintf("fill-%d-%d", n, i), b, keeps(1, b))
			}},
		{"A7", "one clinician, booked by many", none, func(n, i int) desk.Changes {
			of := shift(n+i, 14)
			of.Provider = session.ProviderID([]string{"north", "south"}[i%2])
			b := booked(n+i, of, clinicianOf(n))
			return change(fmt.Sprintf("book-%d-%d", n, i), of, b, keeps(1, b))
		}},
		{"P2", "the first settings of a person", none, func(n, i int) desk.Changes {
			chosen := notify.Settings{Person: session.PersonID(fmt.Sprint("p-", n)), Version: 1}
			return change(fmt.Sprintf("choose-%d-%d", n, i), chosen)
		}},
		{"A4", "the first application, from many tabs", none, func(n, i int) desk.Changes {
			return change(fmt.Sprintf("apply-%d-%d", n, i), applied(shift(n, 14), clinicianOf(n)))
		}},
		{"W11", "the first policy of a provider", none, func(n, i int) desk.Changes {
			return change(fmt.Sprintf("publish-%d-%d", n, i), published(session.ProviderID(fmt.Sprint("provider-", n))))
		}},
		{"S1", "one reference", none, func(n, i int) desk.Changes {
			one := shift(n+i, 14)
			one.Reference = session.Reference(fmt.Sprintf("#401%06d", n))
			return change(fmt.Sprintf("refer-%d-%d", n, i), one)
		}},
		{"P2", "everything there is", none, func(n, i int) desk.Changes {
			return change(fmt.Sprintf("everything-%d-%d", n, i), everything(n)...)
		}},
	}
}

// oneWinner lets many do what only one can, and looks at what the losers left: nothing.
func oneWinner(t *test) {
	s := t.open()
	t.winners(func(int) Store { return s }, 10_000)
}

// winners runs the contests, each racer on the handle that it is given.
func (t *test) winners(on func(i int) Store, base int) {
	t.Helper()
	racers := t.racers()
	for k, c := range contests() {
		t.of(c.rule).run(c.name, func(t *test) {
			for round := range 3 {
				n := base + 1000*k + 100*round
				if first := c.first(n); len(first) > 0 {
					t.commit(on(0), change(fmt.Sprint("first-", n), first...), desk.Done)
				}
				got := t.race(racers, on, func(i int) desk.Changes { return c.enter(n, i) })
				if got[desk.Done] != 1 || got[desk.Conflict] != racers-1 {
					t.Errorf("of %d that do what one can: %v", racers, got)
				}
				outcomes := 0
				for i := range racers {
					if _, err := on(i).Outcome(t.Context(), c.enter(n, i).Key); err == nil {
						outcomes++
					}
				}
				if outcomes != got[desk.Done] {
					t.of("P3").Errorf("%d outcomes of %d commits that were done", outcomes, got[desk.Done])
				}
			}
		})
	}
	t.of("P3").run("one command at once", func(t *test) {
		for round := range 3 {
			n := base + 9000 + round
			got := t.race(racers, on, func(int) desk.Changes { return whole(n) })
			if got[desk.Done] != 1 || got[desk.Repeated] != racers-1 {
				t.Errorf("one command %d times at once: %v", racers, got)
			}
		}
	})
}

// guards are the two kinds: many check a session at once, each writing something of its own; a check and a write
// exclude each other.
func guards(t *test) {
	s := t.open()
	t.guarding(func(int) Store { return s }, 1)
}

// guarding looks at both guards, each racer on the handle that it is given.
func (t *test) guarding(on func(i int) Store, n int) {
	t.Helper()
	racers := 2 * t.racers()
	one := shift(n, 14)
	t.commit(on(0), change(fmt.Sprint("post-", n), one), desk.Done)
	got := t.race(racers, on, func(i int) desk.Changes {
		c := change(fmt.Sprintf("apply-%d-%d", n, i), applied(one, clinicianOf(i)))
		c.Checks = []desk.Check{{Subject: one.Subject(), Provider: "north", Version: 1}}
		return c
	})
	if got[desk.Done] != racers {
		t.Errorf("of %d commits that check one session: %v; checks don't exclude each other", racers, got)
	}
	t.commit(on(1), change(fmt.Sprint("change-", n), versioned(one, 2)), desk.Done)
	stale := change(fmt.Sprint("late-", n), applied(one, "late"))
	stale.Checks = []desk.Check{{Subject: one.Subject(), Provider: "north", Version: 1}}
	t.commit(on(0), stale, desk.Conflict)
	t.same("the application that came too late", 0, int(t.kept(on(1), applied(one, "late")).Revision()))

	// Two that each check what the other writes: done one after the other, the second would find its check stale.
	for round := range 20 {
		a, b := shift(n+100+2*round, 15), shift(n+101+2*round, 15)
		t.commit(on(0), change(fmt.Sprintf("pair-%d-%d", n, round), a, b), desk.Done)
		got := t.race(2, on, func(i int) desk.Changes {
			mine, other := a, b
			if i == 1 {
				mine, other = b, a
			}
			c := change(fmt.Sprintf("skew-%d-%d-%d", n, round, i), versioned(mine, 2))
			c.Checks = []desk.Check{{Subject: other.Subject(), Provider: "north", Version: 1}}
			return c
		})
		if got[desk.Done] > 1 {
			t.of("P2").Errorf("two commits, each of which checks what the other writes: %v", got)
		}
	}
	t.absence(on, n)
}

// absence looks at the guards of what isn't there. One books a session for somebody who hasn't applied, who applies at the
// same time: whoever comes second would find that out. Two are booked for the first time at once, each for somebody who
// found the other free: a diary is empty at version 0, and locked like any other.
func (t *test) absence(on func(i int) Store, n int) {
	t.Helper()
	for round := range 20 {
		got := t.race(2, on, func(i int) desk.Changes {
			of := shift(n+300+2*round+i, 17)
			b := booked(n+300+2*round+i, of, session.ClinicianID(fmt.Sprintf("new-%d-%d-%d", n, round, i)))
			c := change(fmt.Sprintf("first-%d-%d-%d", n, round, i), of, b, keeps(1, b))
			other := session.Subject{Kind: session.KindDiary, ID: fmt.Sprintf("new-%d-%d-%d", n, round, 1-i)}
			c.Checks = []desk.Check{{Subject: other}}
			return c
		})
		if got[desk.Done] != 1 {
			t.of("A7").Errorf("two commits, each of which finds the diary empty that the other writes: %v", got)
		}
	}
	for round := range 20 {
		of := shift(n+200+round, 16)
		a := applied(of, "ada")
		t.commit(on(0), change(fmt.Sprintf("alone-%d-%d", n, round), of), desk.Done)
		got := t.race(2, on, func(i int) desk.Changes {
			if i == 1 {
				c := change(fmt.Sprintf("asks-%d-%d", n, round), a)
				c.Checks = []desk.Check{{Subject: of.Subject(), Provider: of.Provider, Version: 1}}
				return c
			}
			c := change(fmt.Sprintf("takes-%d-%d", n, round), versioned(of, 2))
			c.Checks = []desk.Check{{Subject: a.Subject(), Provider: of.Provider}}
			return c
		})
		if got[desk.Done] != 1 {
			t.of("A1").Errorf("one commit that finds no application, and one that makes it, at once: %v", got)
		}
	}
}

// oneInstant loads while everything loaded is written over and over, all at the same version.
func oneInstant(t *test) {
	s := t.open()
	t.commit(s, whole(1), desk.Done)
	who := clinicianOf(1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var writer sync.WaitGroup
	writer.Go(func() {
		for v := int64(2); v < 200 && ctx.Err() == nil; v++ {
			var records []session.Record
			for _, r := range everything(1) {
				switch r.(type) {
				case booking.Message, session.Text, booking.Invoice:
				default:
					records = append(records, versioned(r, v))
				}
			}
			verdict, err := s.Commit(t.Context(), change(fmt.Sprint("all-", v), records...))
			if err != nil || verdict != desk.Done {
				t.Errorf("the writer: %s, %v", verdict, err)
				return
			}
		}
	})
	for range 60 {
		r := t.load(s, desk.Want{Session: "s-000001", Clinician: who, Settings: personOf(who)})
		v := r.Session.Version
		for what, other := range map[string]int64{
			"booking": r.Booking.Version, "application": r.Application.Version, "diary": r.Diary.Version, "fee": r.Fee.Version,
			"hours": r.Hours.Version, "settings": r.Settings.Version,
		} {
			if other != v {
				t.Errorf("one load has the session at version %d and the %s at %d", v, what, other)
				return
			}
		}
	}
	stop()
	writer.Wait()
}

// gate lets n racers go at once: each calls what it returns, which waits for all.
func gate(n int) func() {
	var ready sync.WaitGroup
	ready.Add(n)
	return func() {
		ready.Done()
		ready.Wait()
	}
}
