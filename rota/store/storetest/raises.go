package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// unreached is the event that nothing of another one has reached a person.
func unreached(e session.Event, person session.PersonID) *session.Event {
	return &session.Event{
		Subject: session.Subject{Kind: "notice", ID: session.HashID[string](e.Key(), string(person))}, Version: 1,
		Kind: "notice.unreachable", Provider: e.Provider, Session: e.Session, At: now, By: session.System(),
		Command: "raised", Facts: session.Facts{"person": string(person)},
	}
}

// everyWay plans one delivery for each channel.
func everyWay(e session.Event, person session.PersonID) []notify.Delivery {
	var all []notify.Delivery
	for _, c := range notify.Channels() {
		d := tell(e, now, person)[0]
		d.Channel, d.Key = c, notify.DeliveryKey(e.Key(), person, c)
		all = append(all, d)
	}
	return all
}

// raisedOf is how often an event stands in the record.
func (t *test) raisedOf(s Store, e *session.Event) int {
	t.Helper()
	p, err := s.Record(t.Context(), "", desk.RecordQuery{Subject: e.Subject})
	if err != nil {
		t.Fatalf("the record: %v", err)
	}
	for _, kept := range p.Items {
		t.same("the event as it was raised", *e, kept)
	}
	return len(p.Items)
}

// raising ends the deliveries of an event one after the other, and looks when the event is raised: with the last one,
// if none got through.
func raising(t *test) {
	s := t.open()
	parked := notify.Outcome{State: notify.Unknown, At: now}
	givenUp := notify.Outcome{State: notify.GivenUp, At: now}
	stale := notify.Outcome{State: notify.Stale, At: now}
	waits := notify.Outcome{State: notify.Failed, At: now, Retry: now.Add(time.Hour)}
	through := notify.Outcome{State: notify.Delivered, At: now}
	for i, c := range []struct {
		name     string
		outcomes []notify.Outcome
		want     []int // how often it is raised after each of them
	}{
		{"all are given up", []notify.Outcome{givenUp, givenUp, givenUp}, []int{0, 0, 1}},
		{"the last is parked", []notify.Outcome{stale, givenUp, parked}, []int{0, 0, 1}},
		{"one gets through", []notify.Outcome{givenUp, through, givenUp}, []int{0, 0, 0}},
		{"one got through", []notify.Outcome{through, givenUp, parked}, []int{0, 0, 0}},
		{"one is still to be tried", []notify.Outcome{waits, givenUp, givenUp}, []int{0, 0, 0}},
	} {
		t.run(c.name, func(t *test) {
			t.drain(s)
			e := t.telling(s, 1+i, func(e session.Event) []notify.Delivery { return everyWay(e, "ann") })
			raise := unreached(e, "ann")
			for n, claim := range t.claim(s, now, 3) {
				one := notify.Settlement{Claim: claim, Outcome: c.outcomes[n]}
				if one.Outcome.Retry.IsZero() && one.Outcome.State != notify.Delivered {
					one.Raise = raise
				}
				t.settleAll("one of three", s, []notify.Settlement{one})
				t.same(fmt.Sprintf("how often it was raised after %d of 3", n+1), c.want[n], t.raisedOf(s, raise))
			}
			wantPlan := c.want[2]
			plans := t.plans(s, now, 9)
			t.same("what waits to be planned", wantPlan, len(plans))
			if wantPlan == 1 {
				t.same("the plan's event", *raise, plans[0].Event)
				t.planned(s, plans[0], notify.Chunk{Done: true})
			}
		})
	}
	t.run("all at once", func(t *test) { raisingAtOnce(t, s) })
	t.run("with a plan", func(t *test) { raisingPlans(t, s) })
	t.run("what it belongs to", func(t *test) { raisingWrongly(t, s) })
}

// raisingAtOnce ends the three channels of many people at the same time: whichever ends last raises the event, once.
func raisingAtOnce(t *test, s Store) {
	t.drain(s)
	const people = 8
	e := t.telling(s, 50, func(e session.Event) []notify.Delivery {
		var all []notify.Delivery
		for p := range people {
			all = append(all, everyWay(e, session.PersonID(fmt.Sprint("p", p)))...)
		}
		return all
	})
	held := t.claim(s, now, 3*people)
	begin := gate(3)
	done := make(chan error, 3)
	for _, channel := range notify.Channels() {
		go func() {
			begin()
			var all []notify.Settlement
			for _, c := range held {
				if c.Delivery.Channel == channel {
					all = append(all, notify.Settlement{
						Claim: c, Outcome: notify.Outcome{State: notify.GivenUp, At: now}, Raise: unreached(e, c.Delivery.Person),
					})
				}
			}
			lost, err := s.Settle(t.Context(), all)
			if err == nil && len(lost) > 0 {
				err = notify.ErrLeaseLost
			}
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Errorf("settle: %v", err)
		}
	}
	for p := range people {
		t.same("how often it was raised", 1, t.raisedOf(s, unreached(e, session.PersonID(fmt.Sprint("p", p)))))
	}
	t.same("what waits to be planned", people, len(t.plans(s, now, 99)))
}

// raisingPlans raises an event with a chunk of a plan: with it, and once however often the chunk is kept.
func raisingPlans(t *test, s Store) {
	t.drain(s)
	e := t.happened(s, "north", 60)
	task := t.plans(s, now, 1)[0]
	raise := unreached(e, "zoe")
	late := task
	late.Fence--
	if err := s.Planned(t.Context(), late, notify.Chunk{Raise: []session.Event{*raise}}); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("planned with an old fence: %v, want notify.ErrLeaseLost", err)
	}
	t.same("raised by who had lost the lease", 0, t.raisedOf(s, raise))
	t.planned(s, task, notify.Chunk{Next: "x", Raise: []session.Event{*raise}})
	t.planned(s, task, notify.Chunk{Done: true, Raise: []session.Event{*raise}})
	t.same("raised by a chunk that was repeated", 1, t.raisedOf(s, raise))
	plans := t.plans(s, now, 9)
	t.same("what waits to be planned", []string{raise.Key()}, eventsOf(plans))
	t.planned(s, plans[0], notify.Chunk{Done: true, Raise: []session.Event{*raise}})
	t.same("planned once", 0, len(t.plans(s, always.End, 9)))
}

// raisingWrongly refuses an event where something got through or may yet.
func raisingWrongly(t *test, s Store) {
	t.drain(s)
	e := t.telling(s, 70, func(e session.Event) []notify.Delivery { return tell(e, now, "ann") })
	held := t.claim(s, now, 1)
	raise := unreached(e, "ann")
	bad := (*session.FieldError)(nil)
	for _, o := range []notify.Outcome{
		{State: notify.Delivered, At: now}, {State: notify.Failed, At: now, Retry: now}, {State: notify.Unknown, At: now, Retry: now},
	} {
		one := notify.Settlement{Claim: held[0], Outcome: o, Raise: raise}
		if _, err := s.Settle(t.Context(), []notify.Settlement{one}); !errors.As(err, &bad) || bad.Field != "Raise" {
			t.Errorf("raised with %s: %v, want a field error of Raise", o.State, err)
		}
	}
	lost := held[0]
	lost.Fence--
	gone := notify.Settlement{Claim: lost, Outcome: notify.Outcome{State: notify.GivenUp, At: now}, Raise: raise}
	t.settleAll("whose lease was lost", s, []notify.Settlement{gone}, 0)
	t.same("what was raised", 0, t.raisedOf(s, raise))
	t.same("what it is still", notify.Claimed, t.one(s, e).State)
}
