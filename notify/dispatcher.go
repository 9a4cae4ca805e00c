package notify

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/sessional-go/sessional/session"
)

// UnknownPolicy says what becomes of a delivery of which nobody knows whether it arrived (N5).
type UnknownPolicy uint8

const (
	// RetryUnknown tries it again. It is the default: delivery is at least once, its key lets a transport drop the
	// repeat, and a second email does less harm than a clinician who sets out for a session that was withdrawn.
	RetryUnknown UnknownPolicy = iota
	// ParkUnknown leaves it until somebody looks into it. That concerns also what a process had in hand when it died,
	// whether it was on its way already or not.
	ParkUnknown
)

// ErrBusy is what Run and Deliver return while the same dispatcher runs or delivers already.
var ErrBusy = errors.New("notify: this dispatcher is at work already")

// DispatcherOptions are what a dispatcher is made of. Queue, Composer and Notifier are required.
type DispatcherOptions struct {
	Queue    Queue
	Composer Composer
	Notifier Notifier
	// Now is the clock; not given: the machine's. Leases, retries and rates go by it; it should be that of the other
	// processes on the queue.
	Now func() time.Time
	// Channels are those it serves; none given: all.
	Channels []Channel
	// Lease is how long a delivery is this dispatcher's once claimed; after that another one takes it, as unknown. A
	// message that is still on its way shortly before is called off. Not given: 2 minutes.
	Lease time.Duration
	// Batch is how many deliveries of a channel are claimed at a time, at most, and half of what is ever in hand; fewer
	// are where they can't be sent within a second. Not given: 500.
	Batch int
	// Every is how often Run looks where nothing is due; not given: once a second.
	Every time.Duration
	// Grace is how long Run, once its context has ended, waits for what is on its way; not given: 10 seconds.
	Grace time.Duration
	// Limits bound what is done on a channel.
	Limits map[Channel]Limit
	// Backoff says how long to wait before a failed delivery is tried again.
	Backoff Backoff
	// Circuit says when a channel is taken to be out of order.
	Circuit Circuit
	// Attempts is how often a delivery is tried before it is given up; not given: 12.
	Attempts int
	// Unknown says what becomes of a delivery of which nobody knows whether it arrived; not given: RetryUnknown.
	Unknown UnknownPolicy
	// Rand returns a number from [0, 1), for jitter; not given: at random. It is called by several goroutines at once.
	Rand func() float64
	// Observe is told of each delivery that was in hand, once it is done with; it has to be quick, and is called by
	// several goroutines at once.
	Observe func(Observation)
	// Logger gets what went wrong; not given: silent.
	Logger *slog.Logger
}

// Observation is what became of a delivery that was in hand: for metrics and traces.
type Observation struct {
	// Delivery is as it was claimed; its Attempts count this one.
	Delivery Delivery
	// Outcome is what the queue was told.
	Outcome Outcome
	// Held says that it was given back untried, or waits for the end of its person's quiet hours.
	Held bool
	// Took is how long composing and sending took.
	Took time.Duration
	// Err is what Composer or Notifier said; nil for one that was delivered or given back.
	Err error
	// Lost is why the queue didn't take the outcome: ErrLeaseLost where the lease was lost; nil where it did.
	Lost error
}

// Dispatcher brings deliveries to people: it claims what is due, has the message composed, which judges it again, hands
// it to the Notifier, and tells the queue what became of it (N5). Any number of processes may work on one queue.
//
// What failed is tried again after a Backoff, or after the time that the transport asked for by an error with a method
// RetryAfter() time.Duration; after DispatcherOptions.Attempts it is given up. A message that was called off, because
// the lease or the dispatcher ended, is unknown, unless the Notifier's error says otherwise by not wrapping that of its
// context. What was given up or has become stale is never tried again.
//
// Deliveries to one person over one channel go one after the other, in the order in which they were planned, whichever
// processes send them: the queue holds a later one back until the earlier ones have got through or ended. What is given
// back untried is no attempt. Outcomes that come together are settled together, in one commit of the queue.
//
// A panic in Composer or Notifier counts as a failure, and is logged.
type Dispatcher struct {
	o       DispatcherOptions
	outlets []*outlet
	turn    sync.Mutex
}

// NewDispatcher returns a dispatcher. The error is a *session.FieldError naming the option that is missing or wrong.
func NewDispatcher(o DispatcherOptions) (*Dispatcher, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	d := &Dispatcher{o: o.withDefaults()}
	for _, c := range d.o.Channels {
		d.outlets = append(d.outlets, newOutlet(d, c))
	}
	return d, nil
}

func (o DispatcherOptions) validate() error {
	problem := func(field, problem string) error {
		return &session.FieldError{Field: "DispatcherOptions." + field, Problem: problem}
	}
	switch {
	case o.Queue == nil:
		return problem("Queue", "is missing")
	case o.Composer == nil:
		return problem("Composer", "is missing")
	case o.Notifier == nil:
		return problem("Notifier", "is missing")
	case o.Unknown > ParkUnknown:
		return problem("Unknown", "is no policy")
	}
	for _, c := range o.Channels {
		if !c.Valid() {
			return problem("Channels", "holds an unknown channel")
		}
	}
	if o.Lease != 0 && o.Lease < time.Second {
		return problem("Lease", "is shorter than a second")
	}
	for _, n := range []struct {
		field string
		value int64
	}{
		{"Batch", int64(o.Batch)}, {"Every", int64(o.Every)}, {"Grace", int64(o.Grace)},
		{"Attempts", int64(o.Attempts)},
	} {
		if n.value < 0 {
			return problem(n.field, "is negative")
		}
	}
	return nil
}

func (o DispatcherOptions) withDefaults() DispatcherOptions {
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the one clock of a dispatcher that is given none
	}
	if len(o.Channels) == 0 {
		o.Channels = Channels()
	}
	o.Channels = slices.Compact(slices.Sorted(slices.Values(o.Channels)))
	o.Lease = orDefault(o.Lease, 2*time.Minute)
	o.Batch = orDefault(o.Batch, 500)
	o.Every = orDefault(o.Every, time.Second)
	o.Grace = orDefault(o.Grace, 10*time.Second)
	o.Attempts = orDefault(o.Attempts, 12)
	o.Backoff, o.Circuit = o.Backoff.withDefaults(), o.Circuit.withDefaults()
	if o.Rand == nil {
		o.Rand = random
	}
	if o.Observe == nil {
		o.Observe = func(Observation) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func orDefault[T int | time.Duration](v, byDefault T) T {
	if v == 0 {
		return byDefault
	}
	return v
}

// margin is the part at the end of a lease that is left for telling the queue what became of a delivery.
func (d *Dispatcher) margin() time.Duration { return min(5*time.Second, d.o.Lease/4) }

// Tally counts what one Deliver did.
type Tally struct {
	Delivered, Failed, Unknown, GivenUp, Stale int
	// Held were given back untried, or wait for the end of their person's quiet hours.
	Held int
	// Lost are those whose outcome the queue didn't take.
	Lost int
}

// Deliver delivers what is due, until nothing is, or the limits and circuits allow no more for now, and returns what
// it did: for tests, and for hosts that start it by a clock of their own. It doesn't wait for rates or retries, but for
// what it has begun. Once ctx has ended it begins nothing more, and what is on its way is called off. The error joins
// what went wrong with the queue.
func (d *Dispatcher) Deliver(ctx context.Context) (Tally, error) {
	if !d.turn.TryLock() {
		return Tally{}, ErrBusy
	}
	defer d.turn.Unlock()
	counted := &counter{}
	failed := make([]error, len(d.outlets))
	var all sync.WaitGroup
	for i, out := range d.outlets {
		all.Go(func() { failed[i] = out.drain(ctx, &hand{stop: ctx.Done(), counter: counted}) })
	}
	all.Wait()
	return counted.tally, errors.Join(errors.Join(failed...), ctx.Err())
}

// Run delivers what is due, whenever it is, until ctx ends, and returns why it did. Then it begins nothing more, gives
// back what it hasn't begun, and waits for what is on its way: for at most Grace, after which that is called off.
func (d *Dispatcher) Run(ctx context.Context) error {
	if !d.turn.TryLock() {
		return ErrBusy
	}
	defer d.turn.Unlock()
	work, callOff := context.WithCancel(context.WithoutCancel(ctx))
	defer callOff()
	var loops sync.WaitGroup
	for _, out := range d.outlets {
		loops.Go(func() { out.run(ctx, work, &hand{stop: ctx.Done(), counter: &counter{}}) })
	}
	loops.Wait()
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		for _, out := range d.outlets {
			out.going.Wait()
		}
	}()
	if !within(idle, d.o.Grace) {
		callOff()
		// A Notifier that doesn't end with its context can't be waited for.
		within(idle, d.margin())
	}
	return ctx.Err()
}

// Wake makes Run look at once: for whoever has just planned deliveries in the same process. It never blocks.
func (d *Dispatcher) Wake() {
	for _, out := range d.outlets {
		signal(out.wake)
	}
}

// signal leaves a sign where there is none yet.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
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

// counter counts for several goroutines.
type counter struct {
	mu    sync.Mutex
	tally Tally
}

func (c *counter) count(o Observation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := &c.tally.Held
	switch {
	case o.Lost != nil:
		n = &c.tally.Lost
	case o.Held:
	case o.Outcome.State == Delivered:
		n = &c.tally.Delivered
	case o.Outcome.State == Failed:
		n = &c.tally.Failed
	case o.Outcome.State == Unknown:
		n = &c.tally.Unknown
	case o.Outcome.State == GivenUp:
		n = &c.tally.GivenUp
	case o.Outcome.State == Stale:
		n = &c.tally.Stale
	}
	*n++
}
