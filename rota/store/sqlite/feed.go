package sqlite

import (
	"context"
	"time"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
)

// What readers of feeds are kept with.
const (
	claimFeed = "INSERT INTO feed_readers (reader, feed, reached, fence, leased_until) VALUES (?1, ?2, 0, 1, ?3)" +
		" ON CONFLICT (reader, feed) DO UPDATE SET fence = fence + 1, leased_until = excluded.leased_until" +
		" WHERE leased_until IS NULL OR leased_until <= ?4 RETURNING reached, fence"
	advanceFeed = "UPDATE feed_readers SET reached = ?1, leased_until = ?2 WHERE reader = ?3 AND feed = ?4 AND fence = ?5" +
		" AND leased_until IS NOT NULL"
)

// ClaimFeed takes a feed in hand for a reader; see notify.Queue.
func (s *Store) ClaimFeed(
	ctx context.Context, reader string, feed notify.FeedID, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	if err := ctx.Err(); err != nil {
		return notify.FeedClaim{}, s.failed("claim feed", err)
	}
	claim, err := notify.ClaimOfFeed(reader, feed, now, lease)
	if err != nil {
		return notify.FeedClaim{}, err
	}
	args := []any{reader, string(feed), relational.FormatInstant(claim.Until), relational.FormatInstant(now)}
	err = s.write(ctx, func(t *transaction) error {
		found, err := t.one(ctx, claimFeed, args, &claim.After, &claim.Fence)
		if err == nil && !found {
			return notify.ErrFeedClaimed
		}
		return err
	}, claimFeed)
	if err != nil {
		return notify.FeedClaim{}, s.told("claim feed", err, notify.ErrFeedClaimed)
	}
	return claim, nil
}

// AdvanceFeed keeps how far a reader has come; see notify.Queue.
func (s *Store) AdvanceFeed(
	ctx context.Context, claim notify.FeedClaim, to int64, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	if err := ctx.Err(); err != nil {
		return notify.FeedClaim{}, s.failed("advance feed", err)
	}
	next, err := claim.Advanced(to, now, lease)
	if err != nil {
		return notify.FeedClaim{}, err
	}
	var b builder
	b.add(advanceFeed, notify.ErrLeaseLost, next.After, relational.FormatInstant(next.Until), next.Reader,
		string(next.Feed), next.Fence)
	if err := s.run(ctx, &b); err != nil {
		return notify.FeedClaim{}, s.told("advance feed", err, notify.ErrLeaseLost)
	}
	return next, nil
}
