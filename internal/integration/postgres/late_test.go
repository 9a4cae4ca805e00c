package postgres_test

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// story is an open session with a clinician who has applied: what several transactions write messages about.
func (h *host) story() (session.Session, session.Actor) {
	h.Helper()
	s, ada := h.posts(), h.st.clinician("north", "ada", true)
	must[rota.Applied](h)(h.desk.Apply(h.Context(), rota.Apply{Command: h.do(ada), Session: s.ID}))
	return s, ada
}

// writes sends messages about a session.
func (h *host) writes(d *desk.Desk, s session.Session, n int) {
	h.Helper()
	for range n {
		must[booking.Message](h)(d.SendMessage(h.Context(), booking.SendMessage{
			Command: h.do(staffs("north")), Session: s.ID, To: "ada", Body: "Hello.",
		}))
	}
}

// What is committed after a page with greater numbers was read comes on the next one, once, however much it is (P2).
func TestALateCommitIsNotPassedOver(t *testing.T) {
	for _, c := range []struct{ size, late, early int }{{2, 1, 3}, {2, 7, 5}, {3, 3, 4}, {1, 4, 2}, {500, 3, 501}} {
		t.Run(fmt.Sprintf("%d late, pages of %d", c.late, c.size), func(t *testing.T) {
			h := newHost(t)
			s, _ := h.story()
			one, two := h.begin(sql.LevelDefault), h.begin(sql.LevelDefault)
			h.writes(h.in(one), s, c.late) // takes the lower numbers
			h.writes(h.desk, s, c.early)
			h.writes(h.in(two), s, c.late)
			var keys []string
			page := session.PageRequest{Limit: c.size}
			for n := 0; ; n++ {
				read := must[session.Page[session.Event]](t)(h.store.Record(t.Context(), "north", desk.RecordQuery{Session: s.ID, Page: page}))
				if len(read.Items) > c.size {
					t.Fatalf("a page of %d", len(read.Items))
				}
				for _, e := range read.Items {
					keys = append(keys, e.Key())
				}
				if page.After = read.Next; page.After == "" {
					break
				}
				switch n { // between pages
				case 0:
					ok(t, one.Commit())
				case 1:
					ok(t, two.Commit())
					h.writes(h.desk, s, 1)
				}
			}
			all := h.count("events WHERE session IS NOT NULL")
			slices.Sort(keys)
			if n := len(slices.Compact(slices.Clone(keys))); n != len(keys) || n != all {
				t.Errorf("%d events in pages, %d different ones, of %d", len(keys), n, all)
			}
		})
	}
}

// A transaction that pages through what it has written itself sees each event once, whatever others commit.
func TestATransactionPagesThroughItsOwn(t *testing.T) {
	h := newHost(t)
	s, _ := h.story()
	tx := h.begin(sql.LevelDefault)
	h.writes(h.in(tx), s, 6)
	var keys []string
	for e, err := range desk.All(func(page session.PageRequest) (session.Page[session.Event], error) {
		h.writes(h.desk, s, 1)
		page.Limit = 4
		if len(keys) > 40 {
			t.Fatal("it has no end")
		}
		return h.store.In(tx).Record(t.Context(), "north", desk.RecordQuery{Session: s.ID, Page: page})
	}) {
		ok(t, err)
		if slices.Contains(keys, e.Key()) {
			t.Errorf("%s comes twice", e.Key())
		}
		keys = append(keys, e.Key())
	}
	if len(keys) < 8 {
		t.Errorf("only %d events", len(keys))
	}
}

// plans claims and plans whatever waits, telling one person of each event.
func plans(t *testing.T, q notify.Queue, now time.Time) []string {
	t.Helper()
	var told []string
	tasks := must[[]notify.PlanTask](t)(q.ClaimPlans(t.Context(), now, time.Minute, 100))
	for _, task := range tasks {
		ok(t, q.Planned(t.Context(), task, notify.Chunk{Done: true, Deliveries: []notify.Delivery{{
			Key: notify.DeliveryKey(task.Event.Key(), "p-ann", notify.Email), Event: task.Event.Key(), Kind: notify.ApplicationReceived,
			Channel: notify.Email, Person: "p-ann", Audience: notify.PracticeStaff, Session: task.Event.Session,
			Provider: task.Event.Provider, State: notify.Planned, Planned: now,
		}}}))
		told = append(told, task.Event.Key())
	}
	return told
}

// Events of a late commit are planned like all others, feeds have them after what was planned before, and lists of
// deliveries that are being read get what a late plan adds (N4, N3).
func TestALateCommitIsPlannedAndFed(t *testing.T) {
	h := newHost(t)
	s, _ := h.story()
	tx := h.begin(sql.LevelDefault)
	h.writes(h.in(tx), s, 3)
	h.writes(h.desk, s, 3)
	first := plans(t, h.store, h.st.clock())
	before := feed(t, h.store, 0)
	if len(first) != len(before) || len(first) < 5 {
		t.Fatalf("%d planned, %d in the feed", len(first), len(before))
	}
	query := notify.DeliveryQuery{Person: "p-ann", Page: session.PageRequest{Limit: len(first) - 1}}
	page := must[session.Page[notify.Delivery]](t)(h.store.Deliveries(t.Context(), query))
	ok(t, tx.Commit())
	second := plans(t, h.store, h.st.clock())
	after := feed(t, h.store, before[len(before)-1].No)
	if len(second) != 3 || len(after) != 3 || after[0].No != before[len(before)-1].No+1 {
		t.Errorf("of 3 late events %d planned, %d in the feed", len(second), len(after))
	}
	query.Page = session.PageRequest{After: page.Next}
	rest := must[session.Page[notify.Delivery]](t)(h.store.Deliveries(t.Context(), query))
	if len(page.Items)+len(rest.Items) != len(first)+len(second) {
		t.Errorf("%d and %d deliveries, want %d", len(page.Items), len(rest.Items), len(first)+len(second))
	}
}

func feed(t *testing.T, q notify.Queue, after int64) []notify.FeedEntry {
	t.Helper()
	return must[[]notify.FeedEntry](t)(q.Feed(t.Context(), notify.ProviderFeed("north"), after, 500))
}

// A plan that is kept in a transaction of the host's holds back the feed until it ends: whoever has read up to a number
// has missed none before it (N3).
func TestAFeedWaitsForALatePlan(t *testing.T) {
	h := newHost(t)
	h.story()
	now := h.st.clock()
	tasks := must[[]notify.PlanTask](t)(h.store.ClaimPlans(t.Context(), now, time.Minute, 10))
	if len(tasks) < 2 {
		t.Fatalf("%d plans", len(tasks))
	}
	tx := h.begin(sql.LevelDefault)
	ok(t, h.store.In(tx).Planned(t.Context(), tasks[0], notify.Chunk{Done: true}))
	second := make(chan error, 1)
	go func() { second <- h.store.Planned(t.Context(), tasks[1], notify.Chunk{Done: true}) }()
	select {
	case err := <-second:
		t.Errorf("the second plan did not wait: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	if n := len(feed(t, h.store, 0)); n != 0 {
		t.Errorf("%d numbers are to be seen before the first was committed", n)
	}
	ok(t, tx.Commit())
	ok(t, <-second)
	entries := feed(t, h.store, 0)
	if len(entries) != 2 || entries[0].No != 1 || entries[1].No != 2 || entries[0].Event.Key() != tasks[0].Event.Key() {
		t.Errorf("the feed has %+v", entries)
	}
}
