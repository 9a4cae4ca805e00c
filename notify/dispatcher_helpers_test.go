package notify_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// composed is a Composer that says what the event says: its subject and version.
type composed func(context.Context, notify.Claim) error

func (f composed) Compose(ctx context.Context, c notify.Claim) (notify.Message, error) {
	if f != nil {
		if err := f(ctx, c); err != nil {
			return notify.Message{}, err
		}
	}
	return notify.Message{
		Key: c.Delivery.Key, Kind: c.Delivery.Kind, Channel: c.Delivery.Channel,
		To: notify.Person{ID: c.Delivery.Person}, Subject: fmt.Sprint(c.Event.Version),
	}, nil
}

// post is a queue with what goes in and what comes out, and a clock that stands still until it is moved.
type post struct {
	*testing.T
	queue *memory.Store
	sink  notifytest.Recorder
	now   time.Time
	n     map[session.PersonID]int64

	mu   sync.Mutex
	seen []notify.Observation
}

func newPost(t *testing.T) *post {
	t.Helper()
	return &post{T: t, queue: memory.New(), now: noon, n: map[session.PersonID]int64{}}
}

// tell puts one delivery for each person into the queue, due now, each in an event of its own; they are numbered for
// each person from 1.
func (p *post) tell(c notify.Channel, people ...session.PersonID) {
	p.Helper()
	tell(p.T, p.queue, p.n, p.now, c, people...)
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func tell(t fataler, q notify.Queue, numbers map[session.PersonID]int64, at time.Time, c notify.Channel,
	people ...session.PersonID) {
	t.Helper()
	for _, person := range people {
		numbers[person]++
		n := numbers[person]
		e := session.Event{
			Subject: session.Subject{Kind: notify.KindDigest, ID: string(person)}, Version: n, Kind: notify.EventDigest,
			At: at, By: session.System(), Facts: session.Facts{"clinician": string(person)},
		}
		d := notify.Delivery{
			Key: notify.DeliveryKey(e.Key(), person, c), Event: e.Key(), Kind: notify.Digest, Channel: c, Person: person,
			Audience: notify.Applicant, State: notify.Planned, Planned: at, NotBefore: at,
		}
		mark := notify.DigestMark{Clinician: session.ClinicianID(person), Version: n, At: at}
		if err := q.Digested(context.Background(), mark, e, []notify.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
}

// dispatcher is one on the queue, as amended.
func (p *post) dispatcher(amend ...func(*notify.DispatcherOptions)) *notify.Dispatcher {
	p.Helper()
	o := notify.DispatcherOptions{
		Queue: p.queue, Composer: composed(nil), Notifier: &p.sink, Now: func() time.Time { return p.now },
		Backoff: notify.Backoff{Jitter: -1}, Observe: p.observe,
	}
	for _, f := range amend {
		f(&o)
	}
	d, err := notify.NewDispatcher(o)
	if err != nil {
		p.Fatal(err)
	}
	return d
}

func (p *post) observe(o notify.Observation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, o)
}

// delivers lets a dispatcher deliver, and compares what it did.
func (p *post) delivers(name string, d *notify.Dispatcher, want notify.Tally) {
	p.Helper()
	got, err := d.Deliver(p.Context())
	if err != nil {
		p.Errorf("%s: %v", name, err)
	}
	equal(p.T, name, got, want)
}

// emails limits emails alone.
func emails(l notify.Limit) map[notify.Channel]notify.Limit {
	limits := make(map[notify.Channel]notify.Limit)
	limits[notify.Email] = l
	return limits
}

// kept is what the queue keeps of a person's deliveries.
func kept(t fataler, q notify.Queue, person session.PersonID) []notify.Delivery {
	t.Helper()
	page, err := q.Deliveries(context.Background(), notify.DeliveryQuery{
		Person: person, Page: session.PageRequest{Limit: session.MaxPageSize},
	})
	if err != nil {
		t.Fatal(err)
	}
	return page.Items
}

// told are the numbers of what reached a person, in order.
func told(r *notifytest.Recorder, person session.PersonID) []string {
	var all []string
	for _, m := range r.To(person) {
		all = append(all, m.Subject)
	}
	return all
}
