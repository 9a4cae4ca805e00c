package memory

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

var _ notify.Queue = (*Store)(nil)

var start = time.Date(2026, time.July, 1, 12, 0, 0, 0, time.UTC)

// happened returns event number i of a provider.
func happened(provider session.ProviderID, i int) session.Event {
	return session.Event{
		Subject: session.Subject{Kind: session.KindBooking, ID: string(provider) + strconv.Itoa(i)}, Version: 1,
		Kind: "invoice.paid", Provider: provider, Session: session.SessionID("s" + strconv.Itoa(i)), At: start,
		By: session.System(), Command: "c", Facts: session.Facts{"clinician": "dr"},
	}
}

// tell plans one email for each of some people.
func tell(e session.Event, notBefore time.Time, people ...session.PersonID) []notify.Delivery {
	var all []notify.Delivery
	for _, p := range people {
		all = append(all, notify.Delivery{
			Key: notify.DeliveryKey(e.Key(), p, notify.Email), Event: e.Key(), Kind: notify.InvoicePaid,
			Channel: notify.Email, Person: p, Session: e.Session, Provider: e.Provider,
			State: notify.Planned, Planned: notBefore, NotBefore: notBefore,
		})
	}
	return all
}

// Many planners and dispatchers on one queue: everything is planned once and delivered once, since nobody loses a
// lease.
func TestN5ManyHandsOnOneQueue(t *testing.T) {
	events, hands := 3000, 8
	if testing.Short() {
		events = 800
	}
	q := New()
	for i := range events {
		q.add([]session.Event{happened("north", i)})
	}
	var group sync.WaitGroup
	var delivered atomic.Int64
	held := make([]atomic.Int32, 2*events)
	place := func(c notify.Claim) int {
		i, err := strconv.Atoi(string(c.Delivery.Session[1:]))
		if err != nil {
			t.Error(err)
		}
		if c.Delivery.Person == "bob" {
			i += events
		}
		return i
	}
	for range hands {
		group.Go(func() {
			for {
				tasks, err := q.ClaimPlans(t.Context(), start, time.Hour, 7)
				if err != nil || len(tasks) == 0 {
					return
				}
				for _, task := range tasks {
					if err := q.Planned(t.Context(), task, notify.Chunk{Deliveries: tell(task.Event, start, "ann", "bob"),
						Done: true}); err != nil {
						t.Error(err)
					}
				}
			}
		})
		group.Go(func() {
			for delivered.Load() < int64(2*events) && !t.Failed() {
				claims, err := q.Claim(t.Context(), notify.ClaimRequest{Now: start, Lease: time.Hour, Limit: 5})
				if err != nil {
					t.Error(err)
				}
				for _, c := range claims {
					if held[place(c)].Add(1) != 1 {
						t.Errorf("%s is in two hands", c.Delivery.Key)
					}
					done := notify.Settlement{Claim: c, Outcome: notify.Outcome{State: notify.Delivered, At: start}}
					if lost, err := q.Settle(t.Context(), []notify.Settlement{done}); len(lost) > 0 || err != nil {
						t.Error(lost, err)
					}
					delivered.Add(1)
				}
			}
		})
	}
	group.Wait()
	entries, err := q.Feed(t.Context(), notify.ProviderFeed("north"), 0, events+1)
	if err != nil || len(entries) != events || entries[events-1].No != int64(events) {
		t.Errorf("the feed has %d of %d events, %v", len(entries), events, err)
	}
}

// BenchmarkClaim shows that claiming costs the same however much is queued.
func BenchmarkClaim(b *testing.B) {
	for _, n := range []int{10_000, 300_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			q := New()
			for i := range n {
				e := happened("north", i)
				q.keep(&e, tell(e, start.Add(time.Duration(i)), session.PersonID(strconv.Itoa(i))))
			}
			request := notify.ClaimRequest{Now: start.Add(time.Hour), Lease: time.Minute, Limit: 100}
			b.ResetTimer()
			for range b.N {
				claims, err := q.Claim(b.Context(), request)
				if err != nil || len(claims) != 100 {
					b.Fatal(len(claims), err)
				}
				again := notify.Outcome{State: notify.Failed, At: request.Now, Retry: request.Now}
				all := make([]notify.Settlement, len(claims))
				for i, c := range claims {
					all[i] = notify.Settlement{Claim: c, Outcome: again}
				}
				if lost, err := q.Settle(b.Context(), all); len(lost) > 0 || err != nil {
					b.Fatal(lost, err)
				}
			}
			b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}
