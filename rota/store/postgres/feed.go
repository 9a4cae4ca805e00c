package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
)

// ClaimFeed takes a feed in hand for a reader; see notify.Queue.
func (s *Store) ClaimFeed(
	ctx context.Context, reader string, feed notify.FeedID, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	claim, err := notify.ClaimOfFeed(reader, feed, now, lease)
	if err != nil {
		return notify.FeedClaim{}, err
	}
	row := s.db.QueryRowContext(ctx, "INSERT INTO "+s.prefix+"feed_readers AS t (reader, feed, reached, fence, leased_until)"+
		" VALUES ($1::text, $2::text, 0, 1, $3::text::timestamptz) ON CONFLICT (reader, feed) DO UPDATE"+
		" SET fence = t.fence + 1, leased_until = excluded.leased_until"+
		" WHERE t.leased_until IS NULL OR t.leased_until <= $4::text::timestamptz RETURNING t.reached, t.fence",
		reader, string(feed), relational.FormatInstant(claim.Until), relational.FormatInstant(now))
	switch err := row.Scan(&claim.After, &claim.Fence); {
	case errors.Is(err, sql.ErrNoRows):
		return notify.FeedClaim{}, notify.ErrFeedClaimed
	case err != nil:
		return notify.FeedClaim{}, s.failed("claim feed", relational.Ended(ctx, err))
	}
	return claim, nil
}

// AdvanceFeed keeps how far a reader has come; see notify.Queue.
func (s *Store) AdvanceFeed(
	ctx context.Context, claim notify.FeedClaim, to int64, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	next, err := claim.Advanced(to, now, lease)
	if err != nil {
		return notify.FeedClaim{}, err
	}
	row := s.db.QueryRowContext(ctx, "UPDATE "+s.prefix+"feed_readers SET reached = $1::bigint,"+
		" leased_until = $2::text::timestamptz WHERE reader = $3::text AND feed = $4::text AND fence = $5::bigint"+
		" AND leased_until IS NOT NULL RETURNING fence",
		next.After, relational.FormatInstant(next.Until), next.Reader, string(next.Feed), next.Fence)
	switch err := row.Scan(&next.Fence); {
	case errors.Is(err, sql.ErrNoRows):
		return notify.FeedClaim{}, notify.ErrLeaseLost
	case err != nil:
		return notify.FeedClaim{}, s.failed("advance feed", relational.Ended(ctx, err))
	}
	return next, nil
}
