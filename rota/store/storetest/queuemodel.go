package storetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// waiting is a delivery as the model of the queue has it.
type waiting struct {
	event  session.Event
	no     int // in the order of planning
	person session.PersonID
	quiet  bool // put off to the end of quiet hours
	state  notify.State
	due    time.Time
	parked bool
	until  time.Time
	fence  int64
}

// queueModel is a queue that is a list.
type queueModel struct {
	s    Store
	now  time.Time
	ids  func() int
	kept map[string]*waiting
	held []notify.Claim
}

// queue plays random claims, outcomes and passing time on the store and on a queue that is a list, and looks at each
// step: nothing is in two hands within a lease, nothing is lost, nothing comes back from where nothing leads out.
func queue(t *test) {
	s := t.open()
	n, begin := 0, now
	ids := func() int { n++; return n }
	rapid.Check(t.TB, func(rt *rapid.T) {
		// All checks share a store: each begins when the leases of the one before are over, and takes away what it left.
		begin = begin.Add(1000 * time.Hour)
		m := &queueModel{s: s, now: begin, ids: ids, kept: map[string]*waiting{}}
		m.drain(rt, t)
		rt.Repeat(map[string]func(*rapid.T){
			"plan":   func(rt *rapid.T) { m.plan(rt, t) },
			"claim":  func(rt *rapid.T) { m.claim(rt, t) },
			"settle": func(rt *rapid.T) { m.settle(rt, t) },
			"wait": func(rt *rapid.T) {
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 120).Draw(rt, "seconds")) * time.Second)
			},
		})
		for key, k := range m.kept {
			for _, d := range t.told(s, k.event) {
				if d.Key == key && d.State != k.state {
					rt.Fatalf("N5: %s is %s, want %s", key, d.State, k.state)
				}
			}
		}
	})
}

func (m *queueModel) drain(rt *rapid.T, t *test) {
	tasks, err := m.s.ClaimPlans(t.Context(), m.now, time.Second, 500)
	for _, task := range tasks {
		if err == nil {
			err = m.s.Planned(t.Context(), task, notify.Chunk{Done: true})
		}
	}
	if err != nil {
		rt.Fatalf("N4: plans: %v", err)
	}
	for {
		claims, err := m.s.Claim(t.Context(), notify.ClaimRequest{Now: m.now, Lease: time.Second, Limit: 500})
		if err != nil {
			rt.Fatalf("N5: claim: %v", err)
		}
		for _, c := range claims {
			if err := settle(t.Context(), m.s, c, notify.Outcome{State: notify.GivenUp, At: m.now}); err != nil {
				rt.Fatalf("N5: settle: %v", err)
			}
		}
		if len(claims) == 0 {
			return
		}
	}
}

func (m *queueModel) plan(rt *rapid.T, t *test) {
	n := m.ids()
	c := change(fmt.Sprint("queued-", n), shift(n, 14))
	if v, err := m.s.Commit(t.Context(), c); err != nil || v != desk.Done {
		rt.Fatalf("N4: commit: %s, %v", v, err)
	}
	tasks, err := m.s.ClaimPlans(t.Context(), m.now, time.Minute, 1)
	if err != nil || len(tasks) != 1 || tasks[0].Event.Key() != c.Events[0].Key() {
		rt.Fatalf("N4: claimed the plans %v, %v", eventsOf(tasks), err)
	}
	held := time.Duration(rapid.IntRange(-60, 60).Draw(rt, "held")) * time.Second
	deliveries := tell(c.Events[0], m.now.Add(held), "ann", "bob", session.PersonID(fmt.Sprint("p-", n)))
	if err := m.s.Planned(t.Context(), tasks[0], notify.Chunk{Deliveries: deliveries, Done: true}); err != nil {
		rt.Fatalf("N4: plan: %v", err)
	}
	for _, d := range deliveries {
		m.kept[d.Key] = &waiting{
			event: c.Events[0], no: len(m.kept), person: d.Person, state: notify.Planned, due: d.NotBefore,
		}
	}
}

func (m *queueModel) claim(rt *rapid.T, t *test) {
	lease := time.Duration(rapid.IntRange(1, 90).Draw(rt, "lease")) * time.Second
	limit := rapid.IntRange(1, 4).Draw(rt, "limit")
	claims, err := m.s.Claim(t.Context(), notify.ClaimRequest{Now: m.now, Lease: lease, Limit: limit})
	if err != nil {
		rt.Fatalf("N5: claim: %v", err)
	}
	due := m.claimable()
	if len(claims) != min(limit, len(due)) {
		rt.Fatalf("N5: claimed %d of %d that are due, limit %d", len(claims), len(due), limit)
	}
	var last time.Time
	for _, c := range claims {
		k := m.kept[c.Delivery.Key]
		if k != nil && !due[c.Delivery.Key] {
			rt.Fatalf("N5: claimed %s, before an earlier one of %s: %+v", c.Delivery.Key, k.person, k)
		}
		if k == nil || k.state == notify.Claimed || c.Was != k.state || k.due.After(m.now) || c.Fence <= k.fence {
			rt.Fatalf("N5: claimed %+v, which is %+v", c, k)
		}
		if k.due.Before(last) {
			rt.Fatalf("N5: claimed what is due since %v after what is due since %v", k.due, last)
		}
		last = k.due
		k.state, k.until, k.fence = notify.Claimed, c.Until, c.Fence
		m.held = append(m.held, c)
	}
}

// claimable ends the leases that are over, and finds what is due and not held back.
func (m *queueModel) claimable() map[string]bool {
	due := map[string]bool{}
	for _, k := range m.kept {
		if k.state == notify.Claimed && !k.until.After(m.now) {
			k.state, k.due = notify.Unknown, k.until
		}
	}
	for key, k := range m.kept {
		if k.waits() && !k.due.After(m.now) {
			due[key] = true
		}
	}
	for _, before := range m.kept {
		if !m.holdsBack(before) {
			continue
		}
		for key, k := range m.kept {
			if k.person == before.person && k.no > before.no {
				delete(due, key)
			}
		}
	}
	return due
}

// waits says whether a delivery will be claimed some time.
func (k *waiting) waits() bool {
	_, claimable := k.state.Next(notify.Claiming)
	return claimable && !k.parked
}

// holdsBack says whether later ones to the same person have to wait for this one.
func (m *queueModel) holdsBack(k *waiting) bool {
	switch {
	case k.state == notify.Claimed:
		return true
	case !k.waits():
		return false
	}
	return !k.due.After(m.now) || k.state != notify.Planned && !k.quiet
}

func (m *queueModel) settle(rt *rapid.T, t *test) {
	if len(m.held) == 0 {
		return
	}
	c := rapid.SampledFrom(m.held).Draw(rt, "claim")
	o := rapid.SampledFrom([]notify.Outcome{
		{State: notify.Delivered}, {State: notify.Failed, Retry: m.now.Add(30 * time.Second)}, {State: notify.Unknown},
		{State: notify.Unknown, Retry: m.now}, {State: notify.GivenUp}, {State: notify.Stale},
		{State: notify.Failed, Retry: m.now.Add(45 * time.Second), Why: notify.QuietHours},
	}).Draw(rt, "outcome")
	o.At = m.now
	k := m.kept[c.Delivery.Key]
	err := settle(t.Context(), m.s, c, o)
	if holds := k.state == notify.Claimed && k.fence == c.Fence; holds != (err == nil) {
		rt.Fatalf("N5: settled %+v, which is %+v: %v", c, k, err)
	}
	if err == nil {
		k.state, k.due, k.parked, k.quiet = o.State, o.Retry, o.Retry.IsZero(), o.Why == notify.QuietHours
	}
}
