package relay

import (
	"cmp"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// DefaultTopic is where events go that are given no other topic.
const DefaultTopic = "sessional.events"

// Options are what a relay is made of. Source and Publisher are required.
type Options struct {
	// Source has the feeds, and keeps how far the reader has come: a notify.Queue, as each store is one.
	Source notify.FeedReads
	// Publisher takes the messages. It may be shared with others, and is not closed. It should return once the broker
	// has kept a message, and give up by itself, or with the message's context, while the broker doesn't answer.
	Publisher message.Publisher
	// Topic says where an event goes, and must say the same each time; not given: DefaultTopic for all. Events of one
	// session come in order only within one topic.
	Topic func(session.Event) string
	// Reader is the name by which the queue keeps how far this relay has come; not given: "relay". Relays of one name
	// share the work.
	Reader string
	// Feeds says which feeds are relayed; not given: every provider's, the blank one's among them, which has what
	// belongs to people alone.
	Feeds func(notify.FeedID) bool
	// Lease is how long a feed is this process's at a time; a process that dies holds its feeds up for so long. Not
	// given: 1 minute; at least a second. Publishing one message is called off shortly before it ends.
	Lease time.Duration
	// Batch is how many events are read at a time, and published before it is kept how far the relay came, so at most
	// as many of a feed are repeated after a crash. Not given: 100.
	Batch int
	// Concurrency is how many feeds are relayed side by side; not given: 4.
	Concurrency int
	// Every is how often Run looks for new events; not given: once a second.
	Every time.Duration
	// FirstRetry is how long a feed waits after its first failure; twice as long after each further one in a row, up to
	// LongestRetry, shortened at random by up to a fifth. Not given: 1 second, and 1 minute.
	FirstRetry, LongestRetry time.Duration
	// Grace is how long Run, once its context has ended, waits for the messages that are on their way; not given: 10
	// seconds.
	Grace time.Duration
	// CloudEvents adds the attributes of CloudEvents 1.0 to the metadata; nil: none.
	CloudEvents *CloudEvents
	// Now is the clock; nil: the real one. Leases go by it; it should be that of the other processes.
	Now func() time.Time
	// Rand returns a number from [0, 1), for jitter; nil: at random. It is called by several goroutines at once.
	Rand func() float64
	// Observe is told of each portion that was published or failed, for metrics and alarms; it has to be quick, and is
	// called by several goroutines at once.
	Observe func(Observation)
	// Logger gets what went wrong; nil: silent.
	Logger *slog.Logger
}

func (o Options) validate() error {
	problem := func(field, problem string) error {
		return &session.FieldError{Field: "Options." + field, Problem: problem}
	}
	switch {
	case o.Source == nil:
		return problem("Source", "is missing")
	case o.Publisher == nil:
		return problem("Publisher", "is missing")
	case o.Lease != 0 && o.Lease < time.Second:
		return problem("Lease", "is shorter than a second")
	case o.CloudEvents != nil && o.CloudEvents.Prefix == "":
		return problem("CloudEvents.Prefix", "is missing")
	case o.CloudEvents != nil && o.CloudEvents.Source == "":
		return problem("CloudEvents.Source", "is missing")
	}
	for _, n := range []struct {
		field string
		value int64
	}{
		{"Batch", int64(o.Batch)}, {"Concurrency", int64(o.Concurrency)}, {"Every", int64(o.Every)},
		{"FirstRetry", int64(o.FirstRetry)}, {"LongestRetry", int64(o.LongestRetry)}, {"Grace", int64(o.Grace)},
	} {
		if n.value < 0 {
			return problem(n.field, "is negative")
		}
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.Topic == nil {
		o.Topic = func(session.Event) string { return DefaultTopic }
	}
	if o.Feeds == nil {
		o.Feeds = func(f notify.FeedID) bool { return f != notify.MarketplaceFeed }
	}
	o.Reader = cmp.Or(o.Reader, "relay")
	o.Lease = cmp.Or(o.Lease, time.Minute)
	o.Batch = cmp.Or(o.Batch, 100)
	o.Concurrency = cmp.Or(o.Concurrency, 4)
	o.Every = cmp.Or(o.Every, time.Second)
	o.FirstRetry = cmp.Or(o.FirstRetry, time.Second)
	o.LongestRetry = max(cmp.Or(o.LongestRetry, time.Minute), o.FirstRetry)
	o.Grace = cmp.Or(o.Grace, 10*time.Second)
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the one clock of a relay that is given none
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	if o.Observe == nil {
		o.Observe = func(Observation) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// margin is the part at the end of a lease that is left for keeping how far the relay came.
func (o Options) margin() time.Duration { return min(5*time.Second, o.Lease/4) }

// retry is the wait after a number of failures in a row.
func (o Options) retry(failures int) time.Duration {
	wait := o.FirstRetry
	for range failures - 1 {
		if wait >= o.LongestRetry/2 {
			wait = o.LongestRetry
			break
		}
		wait *= 2
	}
	return wait - time.Duration(o.Rand()*float64(wait)/5)
}
