package notify

import (
	"context"
	"time"

	"github.com/sessional-go/sessional/session"
)

// FeedReads are the feeds, and how far their readers have come: the part of a Queue that digests and relays work on.
type FeedReads interface {
	// Feed lists the events of a feed whose numbers are greater than after, in their order, up to limit; none: an
	// empty list, also for a feed that doesn't exist. Numbers begin at 1, have no gaps, and become visible in order:
	// whoever has read up to a number has missed none before it.
	Feed(ctx context.Context, feed FeedID, after int64, limit int) ([]FeedEntry, error)
	// FeedIDs lists the feeds that have events, in order of their names, from the one after a name on, up to limit;
	// none: an empty list.
	FeedIDs(ctx context.Context, after FeedID, limit int) ([]FeedID, error)
	// ClaimFeed takes a feed in hand for a reader, such as a relay to a broker: of all processes that read it by that
	// name one has it at a time. The feed need not exist yet. The error is ErrFeedClaimed while it is in anybody's
	// hands, and a *session.FieldError without a reader or a lease.
	ClaimFeed(ctx context.Context, reader string, feed FeedID, now time.Time, lease time.Duration) (FeedClaim, error)
	// AdvanceFeed keeps how far the reader has come, and prolongs the lease from now on; a lease of 0 releases the
	// feed. The error is ErrLeaseLost where somebody else has taken it, or it was released, and a
	// *session.FieldError for a number before claim.After.
	AdvanceFeed(ctx context.Context, claim FeedClaim, to int64, now time.Time, lease time.Duration) (FeedClaim, error)
}

// FeedClaim is a feed in the hands of one who reads it.
type FeedClaim struct {
	Reader string
	Feed   FeedID
	// After is the number up to which the reader has come; 0: it hasn't begun.
	After int64
	// Fence is the claim's token, Until the end of its lease; zero once released.
	Fence int64
	Until time.Time
}

// Advanced returns the claim once the reader has come to a number, with a lease of some time from now on; 0 releases it.
// The error is a *session.FieldError.
func (c FeedClaim) Advanced(to int64, now time.Time, lease time.Duration) (FeedClaim, error) {
	switch {
	case now.IsZero():
		return FeedClaim{}, &session.FieldError{Field: "now", Problem: "is missing"}
	case c.Reader == "":
		return FeedClaim{}, &session.FieldError{Field: "reader", Problem: "is missing"}
	case c.Feed == "":
		return FeedClaim{}, &session.FieldError{Field: "feed", Problem: "is missing"}
	case to < c.After:
		return FeedClaim{}, &session.FieldError{Field: "to", Problem: "goes back"}
	case lease < 0:
		return FeedClaim{}, &session.FieldError{Field: "lease", Problem: "is negative"}
	}
	c.After, c.Until = to, time.Time{}
	if lease > 0 {
		c.Until = session.Instant(now.Add(lease))
	}
	return c, nil
}

// ClaimOfFeed is the claim of a feed that a reader asks for, before it is known how far the reader has come. The error is
// a *session.FieldError.
func ClaimOfFeed(reader string, feed FeedID, now time.Time, lease time.Duration) (FeedClaim, error) {
	if lease == 0 {
		return FeedClaim{}, &session.FieldError{Field: "lease", Problem: "must be more than zero"}
	}
	return FeedClaim{Reader: reader, Feed: feed}.Advanced(0, now, lease)
}

// FeedID names a feed: an append-only list of events in the order in which they were planned.
type FeedID string

// MarketplaceFeed has the events by which marketplace sessions of all providers became available.
const MarketplaceFeed FeedID = "marketplace"

// ProviderFeed names the feed of a provider; the blank provider's has what belongs to people alone.
func ProviderFeed(p session.ProviderID) FeedID { return FeedID("provider/" + string(p)) }

// Feeds names the feeds that an event gets a number in: its provider's, and the marketplace's where it tells that a
// session became available and doesn't say that it is on the rota alone. A digest's event is in none.
func Feeds(e session.Event) []FeedID {
	switch {
	case e.Kind == EventDigest:
		return nil
	case Opens(e) && e.Facts["channel"] != session.Rota.String():
		return []FeedID{ProviderFeed(e.Provider), MarketplaceFeed}
	}
	return []FeedID{ProviderFeed(e.Provider)}
}

// FeedEntry is an event with its number in a feed.
type FeedEntry struct {
	No    int64
	Event session.Event
}
