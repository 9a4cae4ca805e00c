package relay

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sessional-go/sessional/notify"
)

// Relay carries the events of a queue's feeds to a broker; see the package's comment. Any number of them may work on
// one queue, in any number of processes.
type Relay struct {
	o    Options
	turn sync.Mutex    // held by Run or Once
	wake chan struct{} // a sign that something is due

	mu     sync.Mutex // guards what follows
	feeds  map[notify.FeedID]*feed
	listed listing
}

// listing is when the feeds are listed next.
type listing struct {
	due      time.Time
	failures int
}

// feed is what this process knows about one feed.
type feed struct {
	id notify.FeedID
	// busy says that a goroutine has it in hand, or that a publisher hasn't come back with one of its events; it, due
	// and failing are guarded by Relay.mu.
	busy    bool
	due     time.Time
	failing bool
	// after is how far the reader had come when this process last knew. It and failures belong to who has the feed in
	// hand.
	after    int64
	failures int
}

// New returns a relay. The error is a *session.FieldError naming the option that is missing or wrong.
func New(o Options) (*Relay, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	return &Relay{o: o.withDefaults(), wake: make(chan struct{}, 1), feeds: make(map[notify.FeedID]*feed)}, nil
}

// Run relays events as they come, until ctx ends, and returns why it did. Then it begins no more messages, waits for
// those that are on their way, for at most Grace, after which their contexts end, and keeps how far it came.
func (r *Relay) Run(ctx context.Context) error {
	if !r.turn.TryLock() {
		return ErrBusy
	}
	defer r.turn.Unlock()
	work, callOff := context.WithCancel(context.WithoutCancel(ctx))
	defer callOff()
	slots := make(chan struct{}, r.o.Concurrency)
	var going sync.WaitGroup
	for ctx.Err() == nil {
		_ = r.list(ctx) // what fails is observed there
		for _, f := range r.due() {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				continue
			}
			r.take(f)
			going.Go(func() {
				defer func() { <-slots; r.signal() }()
				r.visit(ctx, work, f)
			})
		}
		r.rest(ctx)
	}
	idle := make(chan struct{})
	go func() { defer close(idle); going.Wait() }()
	if !within(idle, r.o.Grace) {
		callOff()
		within(idle, r.o.margin()) // a publisher that doesn't end with its context can't be waited for
	}
	return ctx.Err()
}

// Tally counts what one Once did.
type Tally struct {
	// Published counts the events that the publisher took.
	Published int
	// Elsewhere counts the feeds that other processes have in hand.
	Elsewhere int
}

// Once relays what is there, and returns what it did: for tests, and for hosts that start it by a clock of their own. A
// feed that fails is left as it is, without waiting for its next try, and the others go on. Once ctx has ended it
// begins no more messages, and those on their way are called off. The error joins what went wrong.
func (r *Relay) Once(ctx context.Context) (Tally, error) {
	if !r.turn.TryLock() {
		return Tally{}, ErrBusy
	}
	defer r.turn.Unlock()
	r.hurry()
	if err := r.list(ctx); err != nil {
		return Tally{}, err
	}
	var (
		counted counter
		going   sync.WaitGroup
	)
	slots := make(chan struct{}, r.o.Concurrency)
	for _, f := range r.due() {
		slots <- struct{}{}
		going.Go(func() {
			defer func() { <-slots }()
			for more := true; more && ctx.Err() == nil && r.take(f); {
				more = counted.count(r.visit(ctx, ctx, f))
			}
		})
	}
	going.Wait()
	return counted.tally, errors.Join(errors.Join(counted.failed...), ctx.Err())
}

// counter counts for several goroutines.
type counter struct {
	mu     sync.Mutex
	tally  Tally
	failed []error
}

// count counts a visit, and says whether there is more to do.
func (c *counter) count(v visited) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tally.Published += v.published
	if v.elsewhere {
		c.tally.Elsewhere++
	}
	if v.err != nil {
		c.failed = append(c.failed, v.err)
	}
	return v.more && v.err == nil
}

// Wake makes Run look at every feed now that doesn't wait after a failure: for whoever has just planned events in the
// same process. It never blocks.
func (r *Relay) Wake() {
	r.mu.Lock()
	r.listed.due = time.Time{}
	for _, f := range r.feeds {
		if !f.failing {
			f.due = time.Time{}
		}
	}
	r.mu.Unlock()
	r.signal()
}

// hurry makes everything due, what waits after a failure, too.
func (r *Relay) hurry() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listed.due = time.Time{}
	for _, f := range r.feeds {
		f.due = time.Time{}
	}
}

// signal leaves a sign for Run where there is none yet.
func (r *Relay) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// due returns the feeds that are to be looked at, those that wait longest first.
func (r *Relay) due() []*feed {
	now := r.o.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	var due []*feed
	for _, f := range r.feeds {
		if !f.busy && !f.due.After(now) {
			due = append(due, f)
		}
	}
	slices.SortFunc(due, func(a, b *feed) int {
		return cmp.Or(a.due.Compare(b.due), strings.Compare(string(a.id), string(b.id)))
	})
	return due
}

// take takes a feed in hand, unless it is already in somebody's of this process.
func (r *Relay) take(f *feed) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := !f.busy
	f.busy = true
	return taken
}

// rest waits until something is due, or a sign is left, or ctx has ended.
func (r *Relay) rest(ctx context.Context) {
	now := r.o.Now()
	r.mu.Lock()
	next := r.listed.due
	for _, f := range r.feeds {
		if !f.busy && f.due.Before(next) {
			next = f.due
		}
	}
	r.mu.Unlock()
	timer := time.NewTimer(next.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.wake:
	case <-ctx.Done():
	}
}

// within waits for a channel to be closed, and says whether it was in time.
func within(closed <-chan struct{}, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-closed:
		return true
	case <-timer.C:
		return false
	}
}

// list keeps the list of feeds current, where that is due.
func (r *Relay) list(ctx context.Context) error {
	now := r.o.Now()
	r.mu.Lock()
	due := !r.listed.due.After(now)
	r.mu.Unlock()
	if !due {
		return nil
	}
	ids, err := r.feedIDs(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if r.feeds[id] == nil {
			r.feeds[id] = &feed{id: id}
		}
	}
	if err == nil {
		r.listed = listing{due: now.Add(r.o.Every)}
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.listed.failures++
	retry := r.o.retry(r.listed.failures)
	r.listed.due = now.Add(retry)
	r.o.Logger.Error("the feeds could not be listed", "reader", r.o.Reader, "error", err)
	r.o.Observe(Observation{Reader: r.o.Reader, Err: err, Failures: r.listed.failures, Retry: retry})
	return err
}

// feedIDs lists the feeds that are relayed; with an error those that were listed before it.
func (r *Relay) feedIDs(ctx context.Context) ([]notify.FeedID, error) {
	const page = 1000
	var all []notify.FeedID
	for after := notify.FeedID(""); ; {
		ids, err := r.o.Source.FeedIDs(ctx, after, page)
		if err != nil || len(ids) == 0 {
			return all, err
		}
		after = ids[len(ids)-1]
		all = append(all, slices.DeleteFunc(ids, func(id notify.FeedID) bool { return !r.o.Feeds(id) })...)
	}
}
