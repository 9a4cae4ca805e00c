package notifytest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// TestQueue tests that dispatchers on a host's queue keep what they promise, a subtest for each clause: nothing is
// lost, nobody is told twice, what failed comes back and what was given up doesn't, and what reached nobody is raised.
// open returns an empty queue, another one at each call. The clock is the test's: a queue that goes by its own fails.
func TestQueue(t *testing.T, open func(tb testing.TB) notify.Queue) {
	t.Helper()
	if open == nil {
		t.Fatal("notifytest: there is no queue to test")
	}
	for _, c := range queueClauses {
		t.Run(c.name, func(t *testing.T) { c.test(newOffice(t, open(t))) })
	}
}

// queueClause is a part of what dispatchers need of a queue.
type queueClause struct {
	name string
	test func(*office)
}

var queueClauses = []queueClause{
	{"N5 told once each, in order", inOrder},
	{"N5 failed comes back when it is due", comesBack},
	{"N5 given up stays so", staysGivenUp},
	{"N5 parked stays so", staysParked},
	{"N5 overtaken is not told", overtaken},
	{"N5 what a process had in hand when it died", afterDeath},
	{"N5 nobody is told out of order", outOfOrder},
	{"N5 many dispatchers at once", manyDispatchers},
	{"N5 each channel by itself", byChannel},
	{"N5 what is unknown comes back as such", comesBackUnknown},
	{"N5 what is put off is no attempt", putOff},
	{"N2 what reaches nobody is raised", raised},
}

// office is a queue with people to tell, and a clock that stands still until it is moved.
type office struct {
	testing.TB
	queue   notify.Queue
	sink    Recorder
	now     time.Time
	numbers map[session.PersonID]int64
	stale   map[string]bool // by the number of the message
	kind    notify.Kind     // what people are told
	quiet   time.Time       // nobody is told anything before it
	held    int             // how often somebody was put off until then
}

func newOffice(tb testing.TB, q notify.Queue) *office {
	return &office{
		TB: tb, queue: q, now: time.Date(2026, time.July, 1, 12, 0, 0, 0, time.UTC),
		numbers: map[session.PersonID]int64{}, stale: map[string]bool{}, kind: notify.Digest,
	}
}

// Compose makes a message that says its number: the first to a person is 1.
func (o *office) Compose(_ context.Context, c notify.Claim) (notify.Message, error) {
	number := fmt.Sprint(c.Event.Version)
	if o.stale[number] {
		return notify.Message{}, &notify.StaleError{Why: notify.Overtaken}
	}
	if o.now.Before(o.quiet) {
		if o.held++; o.held > 9 {
			return notify.Message{}, fmt.Errorf("%w: it comes back before its time, again and again", notify.ErrPermanent)
		}
		return notify.Message{}, &notify.HeldError{Until: o.quiet, Why: notify.QuietHours}
	}
	return notify.Message{
		Key: c.Delivery.Key, Kind: c.Delivery.Kind, Channel: c.Delivery.Channel,
		To: notify.Person{ID: c.Delivery.Person}, Subject: number,
	}, nil
}

// tell plans a delivery to each of some people, due at once.
func (o *office) tell(c notify.Channel, people ...session.PersonID) {
	o.Helper()
	for _, person := range people {
		o.numbers[person]++
		e := session.Event{
			Subject: session.Subject{Kind: notify.KindDigest, ID: string(person)}, Version: o.numbers[person],
			Kind: notify.EventDigest, At: o.now, By: session.System(), Command: "notifytest",
			Facts: session.Facts{"clinician": string(person)},
		}
		d := notify.Delivery{
			Key: notify.DeliveryKey(e.Key(), person, c), Event: e.Key(), Kind: o.kind, Channel: c, Person: person,
			Audience: notify.Applicant, State: notify.Planned, Planned: o.now, NotBefore: o.now,
		}
		mark := notify.DigestMark{
			Clinician: session.ClinicianID(person), Version: o.numbers[person], At: o.now,
			Seen: make(map[notify.FeedID]int64),
		}
		if err := o.queue.Digested(o.Context(), mark, e, []notify.Delivery{d}); err != nil {
			o.Fatalf("N3: a digest was not kept: %v", err)
		}
	}
}

// deliver lets a dispatcher deliver, and compares what it did.
func (o *office) deliver(what string, want notify.Tally, amend ...func(*notify.DispatcherOptions)) {
	o.Helper()
	options := notify.DispatcherOptions{
		Queue: o.queue, Composer: o, Notifier: &o.sink, Now: func() time.Time { return o.now }, Lease: time.Minute,
		Backoff: notify.Backoff{First: time.Minute, Jitter: -1},
	}
	for _, f := range amend {
		f(&options)
	}
	d, err := notify.NewDispatcher(options)
	if err != nil {
		o.Fatalf("N5: %v", err)
	}
	got, err := d.Deliver(o.Context())
	if err != nil {
		o.Fatalf("N5: %s: %v", what, err)
	}
	if got != want {
		o.Errorf("N5: %s: %+v, want %+v", what, got, want)
	}
}

// told compares what has reached a person, in order.
func (o *office) told(person session.PersonID, want ...string) {
	o.Helper()
	var got []string
	for _, m := range o.sink.To(person) {
		got = append(got, m.Subject)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		o.Errorf("N5: %s was told %v, want %v", person, got, want)
	}
}

// answers makes the sink answer the first attempts at everything with the given answers, and take what comes after.
func (o *office) answers(first ...Answer) {
	o.sink.Answer = func(_ notify.Message, attempt int) Answer {
		if attempt <= len(first) {
			return first[attempt-1]
		}
		return Take
	}
}

func inOrder(o *office) {
	o.tell(notify.Email, "ann", "bob", "ann")
	o.now = o.now.Add(time.Second)
	o.tell(notify.Email, "ann")
	o.deliver("all of it", notify.Tally{Delivered: 4})
	o.deliver("once more", notify.Tally{})
	o.told("ann", "1", "2", "3")
	o.told("bob", "1")
}

func comesBack(o *office) {
	o.answers(Refuse, Miss)
	o.tell(notify.Email, "ann")
	o.deliver("the first attempt", notify.Tally{Failed: 1})
	o.now = o.now.Add(time.Minute - time.Microsecond)
	o.deliver("before it is due", notify.Tally{})
	o.now = o.now.Add(time.Microsecond)
	o.deliver("the second", notify.Tally{Unknown: 1})
	o.now = o.now.Add(2 * time.Minute)
	o.deliver("the third", notify.Tally{Delivered: 1})
	o.told("ann", "1")
}

func staysGivenUp(o *office) {
	o.answers(Refuse, Refuse)
	o.tell(notify.Email, "ann")
	two := func(d *notify.DispatcherOptions) { d.Attempts = 2 }
	o.deliver("the first attempt", notify.Tally{Failed: 1}, two)
	o.now = o.now.Add(time.Minute)
	o.deliver("the last one", notify.Tally{GivenUp: 1}, two)
	o.now = o.now.Add(1000 * time.Hour)
	o.deliver("after it was given up", notify.Tally{}, two)
	o.answers(Reject)
	o.tell(notify.Email, "bob")
	o.deliver("what can never be delivered", notify.Tally{GivenUp: 1})
	o.now = o.now.Add(1000 * time.Hour)
	o.deliver("after that", notify.Tally{})
}

func staysParked(o *office) {
	o.answers(Lose)
	o.tell(notify.Email, "ann")
	park := func(d *notify.DispatcherOptions) { d.Unknown = notify.ParkUnknown }
	o.deliver("the answer was lost", notify.Tally{Unknown: 1}, park)
	o.now = o.now.Add(1000 * time.Hour)
	o.deliver("after it was parked", notify.Tally{}, park)
}

func overtaken(o *office) {
	o.stale["1"] = true
	o.tell(notify.Email, "ann", "ann")
	o.deliver("one is overtaken", notify.Tally{Stale: 1, Delivered: 1})
	o.now = o.now.Add(1000 * time.Hour)
	o.deliver("after that", notify.Tally{})
	o.told("ann", "2")
}

// claim takes deliveries in hand, as a process that dies with them does.
func (o *office) claim(n int) []notify.Claim {
	o.Helper()
	claims, err := o.queue.Claim(o.Context(), notify.ClaimRequest{Now: o.now, Lease: time.Minute, Limit: n})
	if err != nil {
		o.Fatalf("N5: claim: %v", err)
	}
	if len(claims) != n {
		o.Fatalf("N5: claimed %d, want %d", len(claims), n)
	}
	return claims
}

func afterDeath(o *office) {
	o.tell(notify.Email, "ann", "bob")
	held := o.claim(2)
	o.now = o.now.Add(time.Minute - time.Microsecond)
	o.deliver("within the lease", notify.Tally{})
	o.now = o.now.Add(time.Microsecond)
	o.deliver("after it", notify.Tally{Delivered: 2})
	o.told("ann", "1")
	for _, c := range held {
		late := notify.Settlement{Claim: c, Outcome: notify.Outcome{State: notify.Failed, At: o.now, Retry: o.now}}
		if lost, err := o.queue.Settle(o.Context(), []notify.Settlement{late}); len(lost) != 1 || err != nil {
			o.Errorf("N5: an outcome after a lost lease: lost %v, %v, want its place", lost, err)
		}
	}
	o.tell(notify.Email, "cat")
	o.claim(1)
	o.now = o.now.Add(time.Minute)
	park := func(d *notify.DispatcherOptions) { d.Unknown = notify.ParkUnknown }
	o.deliver("nobody knows what became of it", notify.Tally{Unknown: 1}, park)
	o.told("cat")
}

func outOfOrder(o *office) {
	o.tell(notify.Email, "ann", "ann", "bob")
	o.answers(Refuse)
	o.deliver("the first ones fail", notify.Tally{Failed: 2})
	o.deliver("another dispatcher, while they wait", notify.Tally{})
	o.answers()
	o.now = o.now.Add(time.Minute)
	o.claim(1)
	o.deliver("while one is in other hands", notify.Tally{Delivered: 1})
	o.now = o.now.Add(time.Minute)
	o.deliver("once their lease has ended", notify.Tally{Delivered: 2})
	o.told("ann", "1", "2")
}

func manyDispatchers(o *office) {
	const each, people = 5, 40
	for range each {
		for i := range people {
			o.tell(notify.Email, session.PersonID(fmt.Sprint("p", i)))
		}
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	var delivered int
	for range 4 {
		group.Go(func() {
			d, err := notify.NewDispatcher(notify.DispatcherOptions{
				Queue: o.queue, Composer: o, Notifier: &o.sink, Now: func() time.Time { return o.now },
			})
			if err != nil {
				o.Errorf("N5: %v", err)
				return
			}
			tally, err := d.Deliver(o.Context())
			if err != nil {
				o.Errorf("N5: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			delivered += tally.Delivered
		})
	}
	group.Wait()
	if n := len(o.sink.Messages()); n != each*people || delivered != n {
		o.Errorf("N5: %d were delivered and %d arrived, want %d", delivered, n, each*people)
	}
	for _, m := range o.sink.Messages() {
		if n := o.sink.Attempts(m.Key); n != 1 {
			o.Errorf("N5: one message was in %d hands, though nobody lost a lease", n)
			return
		}
	}
}

func byChannel(o *office) {
	o.tell(notify.Android, "ann")
	o.tell(notify.Email, "bob")
	push := func(d *notify.DispatcherOptions) { d.Channels = []notify.Channel{notify.Android, notify.IPhone} }
	o.deliver("pushes", notify.Tally{Delivered: 1}, push)
	o.told("bob")
	o.deliver("the rest", notify.Tally{Delivered: 1})
	o.told("bob", "1")
}

func comesBackUnknown(o *office) {
	o.answers(Miss)
	o.tell(notify.Email, "ann")
	o.deliver("the answer was lost", notify.Tally{Unknown: 1})
	o.now = o.now.Add(time.Minute)
	park := func(d *notify.DispatcherOptions) { d.Unknown = notify.ParkUnknown }
	o.deliver("by a dispatcher that parks such", notify.Tally{Unknown: 1}, park)
	o.told("ann")
}

func putOff(o *office) {
	o.answers(Refuse)
	o.tell(notify.Email, "ann")
	o.quiet = o.now.Add(8 * time.Hour)
	two := func(d *notify.DispatcherOptions) { d.Attempts = 2 }
	o.deliver("in quiet hours", notify.Tally{Held: 1}, two)
	o.now = o.quiet.Add(-time.Microsecond)
	o.deliver("before their end", notify.Tally{}, two)
	o.now = o.quiet
	o.deliver("the first of two attempts", notify.Tally{Failed: 1}, two)
	o.now = o.now.Add(time.Minute)
	o.deliver("the second", notify.Tally{Delivered: 1}, two)
}

// raised gives up what can't be turned off: the event that tells of it is there to be planned, once.
func raised(o *office) {
	o.kind = notify.BookingWithdrawn
	o.answers(Reject)
	o.tell(notify.Email, "ann")
	o.deliver("what can never be delivered", notify.Tally{GivenUp: 1})
	plans, err := o.queue.ClaimPlans(o.Context(), o.now, time.Minute, 9)
	switch {
	case err != nil:
		o.Fatalf("N2: claim plans: %v", err)
	case len(plans) != 1 || plans[0].Event.Kind != notify.EventUnreachable || plans[0].Event.Facts["person"] != "ann":
		o.Errorf("N2: to be planned are %+v, want that nothing reached ann", plans)
	}
}
