package notify_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

func TestN2WhomNothingReaches(t *testing.T) {
	e := event("booking.cancelled", bob, session.Facts{"reference": "#4011", "start": "2026-07-14T07:00:00Z"})
	missed, ok := notify.Unreached(e, notify.BookingWithdrawn, "ann", noon.Add(time.Nanosecond))
	equal(t, "it can't be turned off", ok, true)
	equal(t, "facts", missed.Facts, session.Facts{
		"event": e.Key(), "notice": "booking_withdrawn", "person": "ann", "clinician": "dr-ann", "practice": "leeds",
		"reference": "#4011", "start": "2026-07-14T07:00:00Z",
	})
	equal(t, "when", missed.At, noon)
	equal(t, "whose", string(missed.Provider)+" "+string(missed.Session), "north s1")
	again, _ := notify.Unreached(e, notify.BookingWithdrawn, "ann", noon.Add(time.Hour))
	equal(t, "it happens once", again.Key(), missed.Key())
	other, _ := notify.Unreached(e, notify.BookingWithdrawn, "bob", noon)
	equal(t, "somebody else's", other.Key() != missed.Key(), true)
	equal(t, "who is told", say(notify.For(missed)), []string{"unreachable>practice", "unreachable>support"})
	for what, call := range map[string]func() (session.Event, bool){
		"of what can be turned off": func() (session.Event, bool) { return notify.Unreached(e, notify.InvoicePaid, "ann", noon) },
		"of itself":                 func() (session.Event, bool) { return notify.Unreached(missed, notify.Unreachable, "bob", noon) },
		"of what nobody knows":      func() (session.Event, bool) { return notify.Unreached(e, "gossip", "ann", noon) },
	} {
		if e, ok := call(); ok {
			t.Errorf("N2 %s: %+v", what, e)
		}
	}
}

func TestN2APlanThatReachesNobody(t *testing.T) {
	e := event("booking.cancelled", bob, nil)
	notice := notify.Notice{Kind: notify.BookingWithdrawn, Audience: notify.BookedClinician}
	nowhere := notify.Person{ID: "ann"}
	for _, c := range []struct {
		name   string
		event  session.Event
		notice notify.Notice
		person notify.Person
		want   bool
	}{
		{"N2 no address", e, notice, nowhere, true},
		{"N2 an address", e, notice, reachable, false},
		{"N2 one device", e, notice, notify.Person{ID: "ann", Devices: reachable.Devices[:1]}, false},
		{"N2 who did it", e, notice, notify.Person{ID: e.By.Person}, false},
		{"N2 what can be turned off", e, notify.Notice{Kind: notify.InvoicePaid}, nowhere, false},
		{"N2 no kind", e, notify.Notice{Kind: "gossip"}, nowhere, false},
	} {
		planned := notify.Plan(c.event, c.notice, c.person, notify.Settings{}, noon)
		_, raised := notify.PlanUnreached(c.event, planned, noon)
		equal(t, c.name, raised, c.want)
	}
	// Who is to be phoned is not asked to phone, which is recorded.
	missed, _ := notify.Unreached(e, notify.BookingWithdrawn, "ann", noon)
	for person, want := range map[session.PersonID]notify.Why{"ann": notify.NotReached, "eve": ""} {
		p := reachable
		p.ID = person
		planned := notify.Plan(missed, notify.Notice{Kind: notify.Unreachable}, p, notify.Settings{}, noon)
		equal(t, "deliveries to "+string(person), len(planned), 3)
		equal(t, "why", planned[0].Why, want)
		_, raised := notify.PlanUnreached(missed, planned, noon)
		equal(t, "raised again", raised, false)
	}
}

// However deliveries end, in whatever order and by however many dispatchers: that somebody is to be phoned is told
// exactly once for each event and person if nothing has got through to them, and otherwise never.
func TestN2SomebodyIsPhonedIfNothingGotThrough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := memory.New()
		e := happened(t, s)
		people := missedPeople(t)
		planMissed(t, s, e, people)
		fates := map[string]string{}
		for _, p := range people {
			for _, c := range notify.Channels() {
				fates[notify.DeliveryKey(e.Key(), p.ID, c)] = rapid.SampledFrom([]string{
					"taken", "rejected", "refused", "lost", "turned off", "gone",
				}).Draw(t, fmt.Sprint(p.ID, c))
			}
		}
		deliverMissed(t, s, fates)
		for _, p := range people {
			var got, want int
			got = missedCount(t, s, e, p.ID)
			if !reached(t, s, e, p.ID) {
				want = 1
			}
			if got != want {
				t.Fatalf("N2: %s is to be phoned %d times, want %d: %v", p.ID, got, want, fates)
			}
		}
	})
}

// happened commits an event, as a workflow does.
func happened(t fataler, s *memory.Store) session.Event {
	t.Helper()
	text := session.Text{Provider: "north", ID: "t1", Version: 1, Body: "gone", Written: noon, By: "bob"}
	e := event("booking.cancelled", bob, nil)
	e.Subject, e.Reason = text.Subject(), text.ID
	if _, err := s.Commit(context.Background(), desk.Changes{
		Key: desk.CommandKey{Actor: "bob", Command: "c1"}, Outcome: desk.Outcome{At: noon}, Texts: []session.Text{text},
		Events: []session.Event{e},
	}); err != nil {
		t.Fatal(err)
	}
	return e
}

// missedPeople are some people with some of the ways to reach them.
func missedPeople(t *rapid.T) []notify.Person {
	var people []notify.Person
	for i := range rapid.IntRange(1, 4).Draw(t, "people") {
		p := notify.Person{ID: session.PersonID(fmt.Sprint("p", i))}
		if rapid.Bool().Draw(t, "address") {
			p.Email = "a@example.org"
		}
		for _, d := range reachable.Devices {
			if rapid.Bool().Draw(t, "device") {
				p.Devices = append(p.Devices, d)
			}
		}
		people = append(people, p)
	}
	return people
}

// planMissed plans the event for some people, as a planner does.
func planMissed(t *rapid.T, s *memory.Store, e session.Event, people []notify.Person) {
	tasks, err := s.ClaimPlans(context.Background(), noon, time.Hour, 1)
	if err != nil || len(tasks) != 1 {
		t.Fatal(tasks, err)
	}
	chunk := notify.Chunk{Done: true}
	for _, p := range people {
		notice := notify.Notice{Kind: notify.BookingWithdrawn, Audience: notify.BookedClinician}
		planned := notify.Plan(e, notice, p, notify.Settings{}, noon)
		chunk.Deliveries = append(chunk.Deliveries, planned...)
		if missed, ok := notify.PlanUnreached(e, planned, noon); ok {
			chunk.Raise = append(chunk.Raise, missed)
		}
	}
	if err := s.Planned(context.Background(), tasks[0], chunk); err != nil {
		t.Fatal(err)
	}
}

// deliverMissed lets two dispatchers deliver until there is nothing more to deliver.
func deliverMissed(t *rapid.T, s *memory.Store, fates map[string]string) {
	now := noon
	unknown := rapid.SampledFrom([]notify.UnknownPolicy{notify.RetryUnknown, notify.ParkUnknown}).Draw(t, "unknown")
	sink := &notifytest.Recorder{Answer: func(m notify.Message, _ int) notifytest.Answer {
		return map[string]notifytest.Answer{
			"taken": notifytest.Take, "rejected": notifytest.Reject, "refused": notifytest.Refuse, "lost": notifytest.Lose,
		}[fates[m.Key]]
	}}
	composer := composed(func(_ context.Context, c notify.Claim) error {
		switch fates[c.Delivery.Key] {
		case "turned off":
			return &notify.StaleError{Why: notify.SettingOff}
		case "gone":
			return &notify.UnreachableError{Channel: c.Delivery.Channel, Why: notify.NoDevice}
		}
		return nil
	})
	for range 4 {
		d, err := notify.NewDispatcher(notify.DispatcherOptions{
			Queue: s, Composer: composer, Notifier: sink, Now: func() time.Time { return now }, Unknown: unknown, Attempts: 2,
			Circuit: notify.Circuit{Failures: -1},
		})
		if err == nil {
			_, err = d.Deliver(context.Background())
		}
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
}

// reached says whether anything has got through to a person.
func reached(t *rapid.T, s *memory.Store, e session.Event, person session.PersonID) bool {
	for _, d := range kept(t, s, person) {
		if d.Event != e.Key() {
			continue
		}
		if d.State == notify.Delivered {
			return true
		}
		if !d.State.Final() && d.State != notify.Unknown {
			t.Fatal("still to be sent", d)
		}
	}
	return false
}

// missedCount is how often it stands in the record that nothing of an event has reached a person.
func missedCount(t *rapid.T, s *memory.Store, e session.Event, person session.PersonID) int {
	missed, ok := notify.Unreached(e, notify.BookingWithdrawn, person, noon)
	p, err := s.Record(context.Background(), "", desk.RecordQuery{Subject: missed.Subject})
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	return len(p.Items)
}

// A queue that doesn't answer when a delivery has ended is asked again: what it raises is not forgotten.
func TestN2SomebodyIsPhonedAlsoWhereTheQueueWasAway(t *testing.T) {
	p := newPost(t)
	e := happened(t, p.queue)
	tasks, err := p.queue.ClaimPlans(t.Context(), noon, time.Hour, 1)
	if err != nil {
		t.Fatal(err)
	}
	mailed := notify.Person{ID: "ann", Email: "ann@example.org"}
	planned := notify.Plan(e, notify.Notice{Kind: notify.BookingWithdrawn}, mailed, notify.Settings{}, noon)
	if err := p.queue.Planned(t.Context(), tasks[0], notify.Chunk{Deliveries: planned, Done: true}); err != nil {
		t.Fatal(err)
	}
	q := &unsteady{Queue: p.queue}
	q.settles.Store(2)
	p.sink.Answer = func(notify.Message, int) notifytest.Answer { return notifytest.Reject }
	d := p.dispatcher(func(o *notify.DispatcherOptions) { o.Queue, o.Lease = q, time.Second })
	if got, err := d.Deliver(t.Context()); err != nil || got.GivenUp != 1 {
		t.Errorf("delivered %+v, %v", got, err)
	}
	tasks, err = p.queue.ClaimPlans(t.Context(), noon, time.Hour, 9)
	if err != nil || len(tasks) != 1 || tasks[0].Event.Kind != notify.EventUnreachable {
		t.Errorf("to be planned: %v, %v", tasks, err)
	}
}
