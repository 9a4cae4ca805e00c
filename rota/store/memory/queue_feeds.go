package memory

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// feedReader is who reads which feed.
type feedReader struct {
	name string
	feed notify.FeedID
}

// Feed lists the events of a feed; see notify.Queue.
func (q *queue) Feed(ctx context.Context, feed notify.FeedID, after int64, limit int) ([]notify.FeedEntry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if limit < 1 {
		return nil, &session.FieldError{Field: "limit", Problem: "must be at least 1"}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.feeds[feed]
	entries := []notify.FeedEntry{}
	for no := max(after, 0); no < int64(len(all)) && len(entries) < limit; no++ {
		entries = append(entries, notify.FeedEntry{No: no + 1, Event: all[no].Clone()})
	}
	return entries, nil
}

// FeedIDs lists the feeds; see notify.Queue.
func (q *queue) FeedIDs(ctx context.Context, after notify.FeedID, limit int) ([]notify.FeedID, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if limit < 1 {
		return nil, &session.FieldError{Field: "limit", Problem: "must be at least 1"}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(q.feeds)), func(id notify.FeedID) bool { return id <= after })
	return ids[:min(limit, len(ids))], nil
}

// ClaimFeed takes a feed in hand for a reader; see notify.Queue.
func (q *queue) ClaimFeed(
	ctx context.Context, reader string, feed notify.FeedID, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	if err := ctx.Err(); err != nil {
		return notify.FeedClaim{}, err
	}
	claim, err := notify.ClaimOfFeed(reader, feed, now, lease)
	if err != nil {
		return notify.FeedClaim{}, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	id := feedReader{reader, feed}
	kept := q.readers[id]
	if kept.Until.After(session.Instant(now)) {
		return notify.FeedClaim{}, notify.ErrFeedClaimed
	}
	claim.After, claim.Fence = kept.After, kept.Fence+1
	q.readers[id] = claim
	return claim, nil
}

// AdvanceFeed keeps how far a reader has come; see notify.Queue.
func (q *queue) AdvanceFeed(
	ctx context.Context, claim notify.FeedClaim, to int64, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	if err := ctx.Err(); err != nil {
		return notify.FeedClaim{}, err
	}
	next, err := claim.Advanced(to, now, lease)
	if err != nil {
		return notify.FeedClaim{}, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	id := feedReader{claim.Reader, claim.Feed}
	if kept := q.readers[id]; kept.Fence != claim.Fence || kept.Until.IsZero() {
		return notify.FeedClaim{}, notify.ErrLeaseLost
	}
	q.readers[id] = next
	return next, nil
}
