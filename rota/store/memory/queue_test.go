package memory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

var _ notify.Queue = (*queue)(nil)

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

func claimPlans(t *testing.T, q *queue, now time.Time, limit int) []notify.PlanTask {
	t.Helper()
	tasks, err := q.ClaimPlans(t.Context(), now, time.Minute, limit)
	if err != nil {
		t.Fatal(err)
	}
	return tasks
}

func planned(t *testing.T, q *queue, task notify.PlanTask, chunk notify.Chunk) {
	t.Helper()
	if err := q.Planned(t.Context(), task, chunk); err != nil {
		t.Fatal(err)
	}
}

func claim(t *testing.T, q *queue, now time.Time, limit int, channels ...notify.Channel) []notify.Claim {
	t.Helper()
	claims, err := q.Claim(t.Context(), notify.ClaimRequest{Now: now, Lease: time.Minute, Limit: limit,
		Channels: channels})
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

// filled returns a queue with one event whose plan told some people.
func filled(t *testing.T, people ...session.PersonID) *queue {
	t.Helper()
	q := newQueue()
	e := happened("north", 1)
	q.add([]session.Event{e})
	planned(t, q, claimPlans(t, q, start, 1)[0], notify.Chunk{Deliveries: tell(e, start, people...), Done: true})
	return q
}

func persons(claims []notify.Claim) []session.PersonID {
	ids := []session.PersonID{}
	for _, c := range claims {
		ids = append(ids, c.Delivery.Person)
	}
	return ids
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestN4EventsArePlannedInTheOrderOfTheirCommits(t *testing.T) {
	q := newQueue()
	q.add([]session.Event{happened("north", 1), happened("north", 2)})
	q.add([]session.Event{happened("south", 3)})
	tasks := claimPlans(t, q, start, 2)
	same(t, "events", []session.SessionID{tasks[0].Event.Session, tasks[1].Event.Session}, []session.SessionID{"s1", "s2"})
	same(t, "until", tasks[0].Until, start.Add(time.Minute))
	same(t, "the rest", len(claimPlans(t, q, start, 9)), 1)
	same(t, "nothing left", len(claimPlans(t, q, start, 9)), 0)

	tasks[0].Event.Facts["clinician"] = "spoilt"
	again := claimPlans(t, q, start.Add(time.Minute), 9)
	same(t, "after the lease", len(again), 3)
	same(t, "facts", again[0].Event.Facts["clinician"], "dr")
	same(t, "attempts", again[0].Attempts, 2)
	if again[0].Fence <= tasks[0].Fence {
		t.Errorf("fence %d after %d", again[0].Fence, tasks[0].Fence)
	}
}

func TestN4APlanIsTakenUpWhereItStopped(t *testing.T) {
	q := newQueue()
	e := happened("north", 1)
	q.add([]session.Event{e})
	first := claimPlans(t, q, start, 1)[0]
	planned(t, q, first, notify.Chunk{Deliveries: tell(e, start, "a", "b"), Next: "after b"})
	second := claimPlans(t, q, start.Add(time.Hour), 1)[0]
	same(t, "cursor", second.Cursor, "after b")
	if err := q.Planned(t.Context(), first, notify.Chunk{Deliveries: tell(e, start, "z"),
		Done: true}); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("the first planner went on: %v", err)
	}
	// A chunk can be repeated: what is there stays as it is.
	changed := tell(e, start, "b", "c")
	changed[0].Kind = notify.Digest
	planned(t, q, second, notify.Chunk{Deliveries: changed, Done: true})
	page, err := q.Deliveries(t.Context(), notify.DeliveryQuery{Event: e.Key()})
	if err != nil {
		t.Fatal(err)
	}
	want := tell(e, start, "a", "b", "c")
	same(t, "deliveries", page.Items, want)
	if err := q.Planned(t.Context(), second, notify.Chunk{Done: true}); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("a plan was finished twice: %v", err)
	}
	same(t, "waiting", len(claimPlans(t, q, start.Add(24*time.Hour), 9)), 0)
}

// A planner whose lease has ended without anybody noticing may still finish.
func TestN4AnOverdueLeaseNobodyTookOver(t *testing.T) {
	q := newQueue()
	q.add([]session.Event{happened("north", 1), happened("north", 2)})
	tasks := claimPlans(t, q, start, 1)
	// Both orders know it: the next claim moves it back, and takes only the other one.
	q.ClaimPlans(t.Context(), start.Add(time.Hour), time.Minute, 1)
	if err := q.Planned(t.Context(), tasks[0], notify.Chunk{Done: true}); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("got %v; the same event was claimed again", err)
	}
	q = newQueue()
	q.add([]session.Event{happened("north", 1)})
	task := claimPlans(t, q, start, 1)[0]
	planned(t, q, task, notify.Chunk{Done: true})
	same(t, "waiting", len(claimPlans(t, q, start.Add(24*time.Hour), 9)), 0)
}

func TestN4AChunkIsKeptWholeOrNotAtAll(t *testing.T) {
	q := newQueue()
	e := happened("north", 1)
	q.add([]session.Event{e})
	task := claimPlans(t, q, start, 1)[0]
	for field, spoil := range map[string]func(*notify.Delivery){
		"Deliveries.Key":     func(d *notify.Delivery) { d.Key = "" },
		"Deliveries.Event":   func(d *notify.Delivery) { d.Event = "another" },
		"Deliveries.Channel": func(d *notify.Delivery) { d.Channel = 9 },
		"Deliveries.State":   func(d *notify.Delivery) { d.State = notify.Delivered },
	} {
		chunk := notify.Chunk{Deliveries: tell(e, start, "a", "b"), Done: true}
		spoil(&chunk.Deliveries[1])
		var bad *session.FieldError
		if err := q.Planned(t.Context(), task, chunk); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
		var moved *session.FieldError
		if err := q.Digested(t.Context(), notify.DigestMark{Clinician: "dr", Version: 1}, e,
			chunk.Deliveries); !errors.As(err, &moved) {
			t.Errorf("%s: a digest was kept: %v", field, err)
		}
	}
	same(t, "deliveries", len(q.kept), 0)
	same(t, "feed", len(q.feeds), 0)
}

func TestN3FeedsNumberWhatIsPlanned(t *testing.T) {
	q := newQueue()
	posted := happened("north", 3)
	posted.Subject.Kind, posted.To, posted.Kind = session.KindSession, "open", "session.posted"
	q.add([]session.Event{happened("north", 1), happened("south", 2), posted})
	tasks := claimPlans(t, q, start, 3)
	feed := func(id notify.FeedID, after int64, limit int) []string {
		t.Helper()
		entries, err := q.Feed(t.Context(), id, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		said := []string{}
		for _, e := range entries {
			said = append(said, fmt.Sprint(e.No, " ", e.Event.Session))
		}
		return said
	}
	north := notify.ProviderFeed("north")
	planned(t, q, tasks[2], notify.Chunk{Done: true})
	same(t, "the first to be planned", feed(north, 0, 9), []string{"1 s3"})
	planned(t, q, tasks[0], notify.Chunk{Next: "x"})
	same(t, "not done yet", feed(north, 0, 9), []string{"1 s3"})
	planned(t, q, tasks[0], notify.Chunk{Done: true})
	planned(t, q, tasks[1], notify.Chunk{Done: true})
	same(t, "north", feed(north, 0, 9), []string{"1 s3", "2 s1"})
	same(t, "north after 1", feed(north, 1, 9), []string{"2 s1"})
	same(t, "north after 2", feed(north, 2, 9), []string{})
	same(t, "north, one", feed(north, -5, 1), []string{"1 s3"})
	same(t, "south", feed(notify.ProviderFeed("south"), 0, 9), []string{"1 s2"})
	same(t, "the marketplace", feed(notify.MarketplaceFeed, 0, 9), []string{"1 s3"})
	same(t, "nobody's", feed(notify.ProviderFeed("west"), 0, 9), []string{})
}

func TestN5ClaimsTakeWhatIsDue(t *testing.T) {
	q := newQueue()
	e := happened("north", 1)
	q.add([]session.Event{e})
	all := slices.Concat(tell(e, start.Add(time.Second), "late"), tell(e, start, "first", "second"), tell(e,
		start.Add(time.Hour), "held"),
		tell(e, start, "suppressed"), tell(e, start, "pushed"))
	all[4].State = notify.Suppressed
	all[5].Channel, all[5].Key = notify.Android, "pushed"
	planned(t, q, claimPlans(t, q, start, 1)[0], notify.Chunk{Deliveries: all, Done: true})
	now := start.Add(time.Minute)
	same(t, "pushes", persons(claim(t, q, now, 9, notify.Android, notify.IPhone)), []session.PersonID{"pushed"})
	claims := claim(t, q, now, 2)
	same(t, "the longest due", persons(claims), []session.PersonID{"first", "second"})
	same(t, "claimed", claims[0].Delivery.State, notify.Claimed)
	same(t, "was", claims[0].Was, notify.Planned)
	same(t, "its event", claims[0].Event, e)
	same(t, "then", persons(claim(t, q, now, 9)), []session.PersonID{"late"})
	same(t, "nothing is due", len(claim(t, q, now, 9)), 0)
	// The leases of the first four ended at one instant: then the order is that of planning.
	same(t, "an hour later", persons(claim(t, q, start.Add(time.Hour), 9)), []session.PersonID{"late", "first",
		"second", "pushed", "held"})
}

func TestN5OutcomesAreKept(t *testing.T) {
	retry := start.Add(time.Hour)
	for _, c := range []struct {
		name string
		o    notify.Outcome
		due  bool
	}{
		{"N5 delivered", notify.Outcome{State: notify.Delivered, At: start}, false},
		{"N5 failed is tried again", notify.Outcome{State: notify.Failed, At: start, Retry: retry, Why: "451"}, true},
		{"N5 unknown is tried again", notify.Outcome{State: notify.Unknown, At: start, Retry: retry}, true},
		{"N5 unknown and parked", notify.Outcome{State: notify.Unknown, At: start}, false},
		{"N5 given up", notify.Outcome{State: notify.GivenUp, At: start, Why: "550"}, false},
		{"N5 stale", notify.Outcome{State: notify.Stale, At: start}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := filled(t, "ann")
			held := claim(t, q, start, 1)[0]
			if err := q.Settle(t.Context(), held, c.o); err != nil {
				t.Fatal(err)
			}
			page, err := q.Deliveries(t.Context(), notify.DeliveryQuery{Person: "ann"})
			if err != nil {
				t.Fatal(err)
			}
			got := page.Items[0]
			if got.State != c.o.State || got.Why != c.o.Why || !got.Settled.Equal(start) || got.Attempts != 1 ||
				!got.NotBefore.Equal(c.o.Retry) {
				t.Errorf("kept %+v", got)
			}
			if err := q.Settle(t.Context(), held, c.o); !errors.Is(err, notify.ErrLeaseLost) {
				t.Errorf("settled twice: %v", err)
			}
			same(t, "before the retry", len(claim(t, q, retry.Add(-time.Microsecond), 1)), 0)
			again := claim(t, q, retry, 1)
			same(t, "due again", len(again) == 1, c.due)
			if c.due && (again[0].Was != c.o.State || again[0].Delivery.Attempts != 2 || again[0].Fence <= held.Fence) {
				t.Errorf("claimed %+v", again[0])
			}
		})
	}
}

func TestN5AnExpiredLeaseLeavesTheOutcomeUnknown(t *testing.T) {
	q := filled(t, "ann")
	lost := claim(t, q, start, 1)[0]
	same(t, "within the lease", len(claim(t, q, start.Add(time.Minute-time.Microsecond), 1)), 0)
	again := claim(t, q, start.Add(time.Minute), 1)
	if len(again) != 1 || again[0].Was != notify.Unknown || again[0].Delivery.Attempts != 2 {
		t.Fatalf("claimed %+v", again)
	}
	if err := q.Settle(t.Context(), lost, notify.Outcome{State: notify.Delivered, At: start}); !errors.Is(err,
		notify.ErrLeaseLost) {
		t.Errorf("the first holder settled it: %v", err)
	}
	if err := q.Settle(t.Context(), again[0], notify.Outcome{State: notify.Delivered, At: start}); err != nil {
		t.Error(err)
	}
	// Found expired while another channel is asked for: it waits, unknown, and the late outcome is refused.
	q = filled(t, "ann")
	lost = claim(t, q, start, 1)[0]
	claim(t, q, start.Add(time.Hour), 1, notify.IPhone)
	page, err := q.Deliveries(t.Context(), notify.DeliveryQuery{Person: "ann"})
	if err != nil || page.Items[0].State != notify.Unknown || !page.Items[0].NotBefore.Equal(start.Add(time.Minute)) {
		t.Errorf("kept %+v, %v", page.Items, err)
	}
	if err := q.Settle(t.Context(), lost, notify.Outcome{State: notify.Delivered, At: start}); !errors.Is(err,
		notify.ErrLeaseLost) {
		t.Errorf("settled after the lease: %v", err)
	}
}

func TestN5SettleRefusesWhatIsNoOutcome(t *testing.T) {
	q := filled(t, "ann")
	held := claim(t, q, start, 1)[0]
	var bad *session.FieldError
	if err := q.Settle(t.Context(), held, notify.Outcome{State: notify.Planned, At: start}); !errors.As(err, &bad) {
		t.Errorf("got %v", err)
	}
	held.Delivery.Key = "nothing"
	if err := q.Settle(t.Context(), held, notify.Outcome{State: notify.Delivered, At: start}); !errors.Is(err,
		notify.ErrLeaseLost) {
		t.Errorf("got %v", err)
	}
}

func TestN4DeliveriesArePaged(t *testing.T) {
	q := newQueue()
	for i := range 25 {
		provider := session.ProviderID([]string{"north", "south"}[i%2])
		e := happened(provider, i)
		e.Session = "s"
		q.add([]session.Event{e})
		planned(t, q, claimPlans(t, q, start, 1)[0], notify.Chunk{Deliveries: tell(e, start, "ann", "bob"), Done: true})
	}
	for _, c := range []struct {
		name string
		q    notify.DeliveryQuery
		want int
	}{
		{"of a session", notify.DeliveryQuery{Session: "s"}, 50},
		{"of a person", notify.DeliveryQuery{Person: "ann"}, 25},
		{"of a person, as a provider may see it", notify.DeliveryQuery{Person: "ann", Provider: "south"}, 12},
		{"of nobody", notify.DeliveryQuery{Person: "zoe"}, 0},
	} {
		t.Run("N4 "+c.name, func(t *testing.T) {
			seen := map[string]bool{}
			c.q.Page.Limit = 7
			for pages := 0; ; pages++ {
				page, err := q.Deliveries(t.Context(), c.q)
				if err != nil || len(page.Items) > 7 || pages > 20 {
					t.Fatalf("page %d: %d items, %v", pages, len(page.Items), err)
				}
				for _, d := range page.Items {
					seen[d.Key] = true
				}
				if page.Next == "" {
					break
				}
				c.q.Page.After = page.Next
			}
			same(t, "deliveries", len(seen), c.want)
		})
	}
	page, err := q.Deliveries(t.Context(), notify.DeliveryQuery{Session: "s", Page: session.PageRequest{Limit: 1}})
	if err != nil {
		t.Fatal(err)
	}
	var bad *session.FieldError
	foreign := notify.DeliveryQuery{Person: "ann", Page: session.PageRequest{After: page.Next}}
	if _, err := q.Deliveries(t.Context(), foreign); !errors.As(err, &bad) || bad.Field != "Page.After" {
		t.Errorf("the Next of another list: %v", err)
	}
	if _, err := q.Deliveries(t.Context(), notify.DeliveryQuery{}); !errors.As(err, &bad) {
		t.Errorf("a query for nothing: %v", err)
	}
}

func TestN3DigestMarks(t *testing.T) {
	q := newQueue()
	mark, err := q.DigestMark(t.Context(), "dr")
	same(t, "the first mark", mark, notify.DigestMark{Clinician: "dr"})
	if err != nil {
		t.Fatal(err)
	}
	e := happened("north", 1)
	next := notify.DigestMark{Clinician: "dr", Version: 1, Seen: make(map[notify.FeedID]int64), At: start}
	next.Seen["f"] = 3
	if err := q.Digested(t.Context(), next, e, tell(e, start, "ann")); err != nil {
		t.Fatal(err)
	}
	next.Seen["f"] = 99
	kept, err := q.DigestMark(t.Context(), "dr")
	if err != nil || kept.Seen["f"] != 3 {
		t.Errorf("kept %+v, %v", kept, err)
	}
	if err := q.Digested(t.Context(), next, e, tell(e, start, "bob")); !errors.Is(err, notify.ErrDigestMoved) {
		t.Errorf("a second digest of the same mark: %v", err)
	}
	same(t, "told", persons(claim(t, q, start, 9)), []session.PersonID{"ann"})
	kept.Version++
	if err := q.Digested(t.Context(), kept, session.Event{}, nil); err != nil {
		t.Errorf("nothing to say: %v", err)
	}
	same(t, "nothing sent", len(q.kept), 1)
}

func TestQueueRefusesWhatItCannotDo(t *testing.T) {
	q := filled(t, "ann")
	var bad *session.FieldError
	if _, err := q.ClaimPlans(t.Context(), start, 0, 1); !errors.As(err, &bad) {
		t.Errorf("no lease: %v", err)
	}
	if _, err := q.Claim(t.Context(), notify.ClaimRequest{}); !errors.As(err, &bad) {
		t.Errorf("no request: %v", err)
	}
	if _, err := q.Feed(t.Context(), "f", 0, 0); !errors.As(err, &bad) {
		t.Errorf("no limit: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, plans := q.ClaimPlans(ctx, start, time.Minute, 1)
	_, claims := q.Claim(ctx, notify.ClaimRequest{Now: start, Lease: time.Minute, Limit: 1})
	_, feed := q.Feed(ctx, "f", 0, 1)
	_, list := q.Deliveries(ctx, notify.DeliveryQuery{Person: "ann"})
	_, mark := q.DigestMark(ctx, "dr")
	for name, err := range map[string]error{
		"ClaimPlans": plans, "Claim": claims, "Feed": feed, "Deliveries": list, "DigestMark": mark,
		"Planned":  q.Planned(ctx, notify.PlanTask{}, notify.Chunk{}),
		"Settle":   q.Settle(ctx, notify.Claim{}, notify.Outcome{State: notify.Delivered, At: start}),
		"Digested": q.Digested(ctx, notify.DigestMark{Clinician: "dr", Version: 1}, session.Event{}, nil),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a context that has ended: %v", name, err)
		}
	}
	same(t, "still due", len(claim(t, q, start, 1)), 1)
}

// TestN5QueueModel plays random claims, outcomes and passing time against a queue that is a list, and looks at each
// step: nothing is in two hands within a lease, nothing is lost, nothing comes back from where nothing leads out.
func TestN5QueueModel(t *testing.T) {
	type kept struct {
		state   notify.State
		due     time.Time
		parked  bool
		until   time.Time
		fence   int64
		holding *notify.Claim
	}
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		q, now := newQueue(), start
		model := map[string]*kept{}
		var all []notify.Claim
		n := 0
		expire := func() {
			for _, k := range model {
				if k.state == notify.Claimed && !k.until.After(now) {
					k.state, k.due = notify.Unknown, k.until
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"plan": func(t *rapid.T) {
				e := happened("north", n)
				n++
				q.add([]session.Event{e})
				tasks, err := q.ClaimPlans(ctx, now, time.Minute, 1)
				if err != nil || len(tasks) != 1 {
					t.Fatal(tasks, err)
				}
				deliveries := tell(e, now.Add(time.Duration(rapid.IntRange(-60, 60).Draw(t, "held"))*time.Second), "ann", "bob")
				if err := q.Planned(ctx, tasks[0], notify.Chunk{Deliveries: deliveries, Done: true}); err != nil {
					t.Fatal(err)
				}
				for _, d := range deliveries {
					model[d.Key] = &kept{state: notify.Planned, due: d.NotBefore}
				}
			},
			"claim": func(t *rapid.T) {
				lease := time.Duration(rapid.IntRange(1, 90).Draw(t, "lease")) * time.Second
				limit := rapid.IntRange(1, 4).Draw(t, "limit")
				claims, err := q.Claim(ctx, notify.ClaimRequest{Now: now, Lease: lease, Limit: limit})
				if err != nil {
					t.Fatal(err)
				}
				expire()
				due := 0
				for _, k := range model {
					_, claimable := k.state.Next(notify.Claiming)
					if claimable && !k.parked && !k.due.After(now) {
						due++
					}
				}
				if len(claims) != min(limit, due) {
					t.Fatalf("claimed %d of %d that are due, limit %d", len(claims), due, limit)
				}
				for i := range claims {
					c := claims[i]
					k := model[c.Delivery.Key]
					if k.state == notify.Claimed || c.Was != k.state || k.due.After(now) || c.Fence <= k.fence {
						t.Fatalf("claimed %+v, which is %+v", c, k)
					}
					k.state, k.until, k.fence, k.holding = notify.Claimed, c.Until, c.Fence, &claims[i]
					all = append(all, c)
				}
			},
			"settle": func(t *rapid.T) {
				if len(all) == 0 {
					return
				}
				c := rapid.SampledFrom(all).Draw(t, "claim")
				o := rapid.SampledFrom([]notify.Outcome{
					{State: notify.Delivered}, {State: notify.Failed, Retry: now.Add(30 * time.Second)}, {State: notify.Unknown},
					{State: notify.Unknown, Retry: now}, {State: notify.GivenUp}, {State: notify.Stale},
				}).Draw(t, "outcome")
				o.At = now
				k := model[c.Delivery.Key]
				err := q.Settle(ctx, c, o)
				if holds := k.state == notify.Claimed && k.fence == c.Fence; holds != (err == nil) {
					t.Fatalf("settled %+v, which is %+v: %v", c, k, err)
				}
				if err == nil {
					k.state, k.due, k.parked = o.State, o.Retry, o.Retry.IsZero()
				}
			},
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 120).Draw(t, "seconds")) * time.Second)
			},
			"": func(t *rapid.T) {
				for _, d := range q.kept {
					k := model[d.Key]
					if d.State != k.state {
						t.Fatalf("%s is %s, want %s", d.Key, d.State, k.state)
					}
				}
				if len(q.kept) != len(model) {
					t.Fatalf("%d are kept of %d", len(q.kept), len(model))
				}
			},
		})
	})
}

// Many planners and dispatchers on one queue: everything is planned once and delivered once, since nobody loses a
// lease.
func TestN5ManyHandsOnOneQueue(t *testing.T) {
	events, hands := 3000, 8
	if testing.Short() {
		events = 800
	}
	q := newQueue()
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
					if err := q.Settle(t.Context(), c, notify.Outcome{State: notify.Delivered, At: start}); err != nil {
						t.Error(err)
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
			q := newQueue()
			for i := range n {
				e := happened("north", i)
				q.keep(&e, tell(e, start.Add(time.Duration(i)), "ann"))
			}
			request := notify.ClaimRequest{Now: start.Add(time.Hour), Lease: time.Minute, Limit: 100}
			b.ResetTimer()
			for range b.N {
				claims, err := q.Claim(b.Context(), request)
				if err != nil || len(claims) != 100 {
					b.Fatal(len(claims), err)
				}
				for _, c := range claims {
					if err := q.Settle(b.Context(), c, notify.Outcome{State: notify.Failed, At: request.Now,
						Retry: request.Now}); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}
