package storetest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// plans claims what waits to be planned, for a minute.
func (t *test) plans(s Store, now time.Time, limit int) []notify.PlanTask {
	t.Helper()
	tasks, err := s.ClaimPlans(t.Context(), now, time.Minute, limit)
	if err != nil {
		t.Fatalf("claim plans: %v", err)
	}
	return tasks
}

func (t *test) planned(s Store, task notify.PlanTask, chunk notify.Chunk) {
	t.Helper()
	if err := s.Planned(t.Context(), task, chunk); err != nil {
		t.Fatalf("plan %s: %v", task.Event.Key(), err)
	}
}

// happened commits one thing that happened to a session of a provider, and returns its event.
func (t *test) happened(s Store, provider session.ProviderID, n int) session.Event {
	t.Helper()
	one := shift(n, 14)
	one.Provider = provider
	c := change(fmt.Sprint("happened-", n), one)
	t.commit(s, c, desk.Done)
	return c.Events[0]
}

// tell plans one email for each of some people.
func tell(e session.Event, notBefore time.Time, people ...session.PersonID) []notify.Delivery {
	var all []notify.Delivery
	for _, p := range people {
		all = append(all, notify.Delivery{
			Key: notify.DeliveryKey(e.Key(), p, notify.Email), Event: e.Key(), Kind: notify.InvoicePaid,
			Channel: notify.Email, Person: p, Audience: notify.PracticeStaff, Session: e.Session, Provider: e.Provider,
			State: notify.Planned, Planned: notBefore, NotBefore: notBefore,
		})
	}
	return all
}

// told returns what the store keeps of the deliveries of an event.
func (t *test) told(s Store, e session.Event) []notify.Delivery {
	t.Helper()
	q := notify.DeliveryQuery{Event: e.Key(), Page: session.PageRequest{Limit: session.MaxPageSize}}
	p, err := s.Deliveries(t.Context(), q)
	if err != nil {
		t.Fatalf("deliveries of %s: %v", e.Key(), err)
	}
	return p.Items
}

func eventsOf(tasks []notify.PlanTask) []string {
	var keys []string
	for _, task := range tasks {
		keys = append(keys, task.Event.Key())
	}
	return keys
}

// plansInOrder claims events in the order of their commits, once each while a lease lasts.
func plansInOrder(t *test) {
	s := t.open()
	t.same("an empty store", 0, len(t.plans(s, now, 9)))
	c := change("both", shift(1, 14), shift(2, 14))
	t.commit(s, c, desk.Done)
	third := t.happened(s, "south", 3)
	t.commit(s, change("refused", versioned(shift(4, 14), 9)), desk.Conflict)
	t.commit(s, c, desk.Repeated)
	first := t.plans(s, now, 2)
	t.same("the first two, in the order of their commits", []string{c.Events[0].Key(), c.Events[1].Key()}, eventsOf(first))
	t.same("an event as it was committed", c.Events[0], first[0].Event)
	t.same("the end of the lease", now.Add(time.Minute), first[0].Until)
	t.same("the attempts", 1, first[0].Attempts)
	rest := eventsOf(t.plans(s, now, 9))
	t.same("the rest, and nothing of a conflict or a repeated command", []string{third.Key()}, rest)
	t.same("within the lease", 0, len(t.plans(s, now.Add(time.Minute-moment), 9)))
	again := t.plans(s, now.Add(time.Minute), 9)
	t.same("after the lease", append(eventsOf(first), third.Key()), eventsOf(again))
	if len(again) == 3 && (again[0].Attempts != 2 || again[0].Fence <= first[0].Fence) {
		t.Errorf("claimed again with attempts %d and fence %d after %d", again[0].Attempts, again[0].Fence, first[0].Fence)
	}
	t.of("N5").run("a planner that lost its lease", func(t *test) { lostPlan(t, s, first[0], again[0]) })
	t.of("N5").run("an overdue lease that nobody took over", func(t *test) {
		t.planned(s, again[1], notify.Chunk{Done: true})
		late := t.plans(s, now.Add(time.Hour), 9)
		t.same("what is left", []string{third.Key()}, eventsOf(late))
	})
	t.refusedPlans(s)
}

// lostPlan goes on with a plan that somebody else has claimed meanwhile.
func lostPlan(t *test, s Store, lost, held notify.PlanTask) {
	t.Helper()
	e := held.Event
	late := notify.Chunk{Deliveries: tell(e, now, "z"), Done: true}
	if err := s.Planned(t.Context(), lost, late); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("a planner with an old fence went on: %v, want notify.ErrLeaseLost", err)
	}
	t.same("what it planned", 0, len(t.told(s, e)))
	t.planned(s, held, notify.Chunk{Deliveries: tell(e, now, "a", "b"), Next: "after b"})
	next := t.plans(s, held.Until, 1)
	if len(next) != 1 || next[0].Event.Key() != e.Key() {
		t.Fatalf("after the second lease: %v", eventsOf(next))
	}
	t.same("where the plan goes on", "after b", next[0].Cursor)
	// A chunk can be repeated: what is there stays as it is.
	changed := tell(e, now, "b", "c")
	changed[0].Kind = notify.Digest
	t.planned(s, next[0], notify.Chunk{Deliveries: changed, Done: true})
	t.of("N4").same("the plan, in the order in which it was made", tell(e, now, "a", "b", "c"), t.told(s, e))
	for what, task := range map[string]notify.PlanTask{"finished": next[0], "finished, by its first planner": lost} {
		if err := s.Planned(t.Context(), task, notify.Chunk{Done: true}); !errors.Is(err, notify.ErrLeaseLost) {
			t.Errorf("a plan was %s twice: %v, want notify.ErrLeaseLost", what, err)
		}
	}
}

// refusedPlans plans what no plan makes: nothing of the chunk is kept.
func (t *test) refusedPlans(s Store) {
	t.Helper()
	e := t.happened(s, "north", 50)
	later := now.Add(48 * time.Hour)
	var task notify.PlanTask
	for _, claimed := range t.plans(s, later, 500) {
		if claimed.Event.Key() == e.Key() {
			task = claimed
		}
	}
	for field, spoil := range map[string]func(*notify.Delivery){
		"Deliveries.Key":     func(d *notify.Delivery) { d.Key = "" },
		"Deliveries.Event":   func(d *notify.Delivery) { d.Event = "another" },
		"Deliveries.Channel": func(d *notify.Delivery) { d.Channel = 9 },
		"Deliveries.State":   func(d *notify.Delivery) { d.State = notify.Delivered },
	} {
		chunk := notify.Chunk{Deliveries: tell(e, later, "a", "b"), Done: true}
		spoil(&chunk.Deliveries[1])
		bad := (*session.FieldError)(nil)
		if err := s.Planned(t.Context(), task, chunk); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("a plan without a right %s: %v, want a field error of it", field, err)
		}
		mark := notify.DigestMark{Clinician: "dr", Version: 1, At: later}
		if err := s.Digested(t.Context(), mark, e, chunk.Deliveries); !errors.As(err, &bad) {
			t.of("N3").Errorf("a digest without a right %s: %v, want a field error", field, err)
		}
	}
	t.same("a chunk of which something was refused", 0, len(t.told(s, e)))
	t.planned(s, task, notify.Chunk{Deliveries: tell(e, later, "a"), Done: true})
	for what, call := range map[string]func() error{
		"a claim of plans without a lease": func() error { _, err := s.ClaimPlans(t.Context(), now, 0, 1); return err },
		"a claim of no plans": func() error {
			_, err := s.ClaimPlans(t.Context(), now, time.Minute, 0)
			return err
		},
		"a claim of nothing": func() error {
			_, err := s.Claim(t.Context(), notify.ClaimRequest{})
			return err
		},
		"a feed without a limit": func() error { _, err := s.Feed(t.Context(), notify.MarketplaceFeed, 0, 0); return err },
		"deliveries of nobody": func() error {
			_, err := s.Deliveries(t.Context(), notify.DeliveryQuery{})
			return err
		},
	} {
		bad := (*session.FieldError)(nil)
		if err := call(); !errors.As(err, &bad) {
			t.Errorf("%s: %v, want a field error", what, err)
		}
	}
}

// exactlyOnce commits from many at once while others plan: each event is planned once, and has one number in its feed.
func exactlyOnce(t *test) {
	s := t.open()
	t.planning(func(int) Store { return s }, 1)
}

// planning commits and plans, each worker on the handle that it is given.
func (t *test) planning(on func(i int) Store, n int) {
	t.Helper()
	const writers, each = 4, 15
	var all, writing sync.WaitGroup
	provider := session.ProviderID(fmt.Sprint("feed-", n))
	for i := range writers {
		writing.Go(func() {
			for k := range each {
				one := shift(n+100*i+k, 14)
				one.Provider = provider
				v, err := on(i).Commit(t.Context(), change(fmt.Sprintf("tell-%d-%d-%d", n, i, k), one))
				if err != nil || v != desk.Done {
					t.Errorf("a commit beside planners: %s, %v", v, err)
				}
			}
		})
	}
	written := make(chan struct{})
	all.Go(func() { writing.Wait(); close(written) })
	var tally tally
	for i := range 4 {
		all.Go(func() { t.plansAll(on(i), written, &tally) })
	}
	seen := t.follow(on(1), notify.ProviderFeed(provider), writers*each, &all)
	if len(tally.planned) != writers*each {
		t.Errorf("%d events were committed, %d were planned", writers*each, len(tally.planned))
	}
	for key, times := range tally.planned {
		if times != 1 {
			t.Errorf("%s was planned %d times", key, times)
		}
		if seen[key] != 1 {
			t.of("N3").Errorf("%s stands %d times in its feed, to whoever follows it", key, seen[key])
		}
	}
}

// tally counts how often each event was planned.
type tally struct {
	mu      sync.Mutex
	planned map[string]int
}

func (y *tally) count(key string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.planned == nil {
		y.planned = map[string]int{}
	}
	y.planned[key]++
}

// plansAll plans what waits until all is written, and nothing waits any more.
func (t *test) plansAll(s Store, written <-chan struct{}, tally *tally) {
	for last := false; ; {
		tasks, err := s.ClaimPlans(t.Context(), now, time.Hour, 3)
		if err != nil {
			t.Errorf("claim plans: %v", err)
			return
		}
		for _, task := range tasks {
			tally.count(task.Event.Key())
			chunk := notify.Chunk{Deliveries: tell(task.Event, now, "ann"), Done: true}
			if err := s.Planned(t.Context(), task, chunk); err != nil {
				t.Errorf("plan %s: %v", task.Event.Key(), err)
			}
		}
		if len(tasks) > 0 {
			continue
		}
		if last {
			return
		}
		select {
		case <-written:
			last = true
		case <-time.After(time.Millisecond):
		}
	}
}

// follow reads a feed as its numbers become visible, and once more when all is done: whoever has read up to a number
// has missed none before it.
func (t *test) follow(s Store, feed notify.FeedID, want int, busy *sync.WaitGroup) map[string]int {
	t.Helper()
	over := make(chan struct{})
	go func() { busy.Wait(); close(over) }()
	seen := map[string]int{}
	last := int64(0)
	read := func() int {
		entries, err := s.Feed(t.Context(), feed, last, 7)
		if err != nil {
			t.of("N3").Fatalf("the feed: %v", err)
		}
		for _, e := range entries {
			if e.No != last+1 {
				t.of("N3").Errorf("number %d of a feed follows on %d", e.No, last)
			}
			last = e.No
			seen[e.Event.Key()]++
		}
		return len(entries)
	}
	for running := true; running; {
		select {
		case <-over:
			running = false
		default:
			read()
		}
	}
	for read() > 0 {
	}
	if int(last) != want {
		t.of("N3").Errorf("the feed ends with number %d, of %d events", last, want)
	}
	return seen
}
