package relay

import (
	"errors"
	"fmt"
	"time"

	"github.com/sessional-go/sessional/notify"
)

// ErrBusy is what Run and Once return while the same relay runs already.
var ErrBusy = errors.New("relay: this relay is at work already")

// errHung is why a message counts as not taken: the publisher came back neither with an answer nor with its context.
var errHung = errors.New("relay: the publisher doesn't come back")

// errNoTopic is why an event counts as not taken for which Options.Topic returns nothing.
var errNoTopic = errors.New("relay: the event has no topic")

// Observation is what became of a portion of a feed: for metrics and alarms.
type Observation struct {
	// Reader is the relay's name, Feed the feed; blank where the feeds could not be listed.
	Reader string
	Feed   notify.FeedID
	// Published counts the events that the publisher took, After is the number in the feed that is kept as done.
	Published int
	After     int64
	// Lag is how old the portion's first event was, at its end, that was not published, or the last one where all were:
	// by how much consumers are behind. It grows while a feed fails.
	Lag time.Duration
	// More says that the feed has, or may have, more to publish right now.
	More bool
	// Missed counts events that were purged from the feed before this reader came to them. They can't be relayed.
	Missed int64
	// Took is how long the portion took.
	Took time.Duration
	// Err is what went wrong; nil: nothing did. Where the publisher failed, it is a *PublishError; notify.ErrLeaseLost
	// says that another process has taken the feed meanwhile.
	Err error
	// Failures counts the failures in a row, this one included. The feed is tried again after Retry.
	Failures int
	Retry    time.Duration
}

// PublishError says which event the publisher didn't take. It is tried again, and the feed waits for it.
type PublishError struct {
	Feed notify.FeedID
	// No is the event's number in the feed, Key its key.
	No    int64
	Key   string
	Topic string
	// Err is the publisher's error, or what it panicked with.
	Err error
}

func (e *PublishError) Error() string {
	return fmt.Sprintf("relay: event %s, number %d of feed %q, was not published to %q: %v", e.Key, e.No, e.Feed,
		e.Topic, e.Err)
}

func (e *PublishError) Unwrap() error { return e.Err }

// Code returns relay_publish.
func (*PublishError) Code() string { return "relay_publish" }
