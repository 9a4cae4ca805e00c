package sqlite

import (
	"context"
	"encoding/json"
	"time"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// What deliveries are settled and purged with.
var (
	settleDelivery = "UPDATE deliveries SET state = ?1, settled_at = ?2, why = nullif(?3, ''), not_before = ?4," +
		" due_at = ?4, leased_until = NULL, attempts = attempts - ?8" +
		" WHERE provider = ?5 AND key = ?6 AND state = 'claimed' AND fence = ?7"
	// reachable asks whether what somebody is told has reached them over another channel, or may yet (N2).
	reachable = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE provider = ?1 AND key IN (SELECT value FROM json_each(?2))" +
		" AND (state IN ('claimed', 'delivered') OR due_at IS NOT NULL))"
	raiseEvent = eventTable.insert + " ON CONFLICT DO NOTHING"
	planRaised = "INSERT INTO plans (event_no) " + findEvent
	purge      = "DELETE FROM deliveries WHERE no IN (SELECT u.no FROM deliveries u WHERE u.due_at IS NULL" +
		" AND u.state <> 'claimed' AND coalesce(u.settled_at, u.planned_at) < ?1 AND NOT EXISTS (SELECT 1 FROM plans p" +
		" WHERE p.event_no = u.event_no) ORDER BY coalesce(u.settled_at, u.planned_at), u.no LIMIT +?2)"
)

// Settle says what became of claimed deliveries; see notify.Queue.
func (s *Store) Settle(ctx context.Context, settlements []notify.Settlement) ([]int, error) {
	if err := ctx.Err(); err != nil {
		return nil, s.failed("settle", err)
	}
	if err := notify.ValidateAll(settlements); err != nil {
		return nil, err
	}
	if len(settlements) == 0 {
		return nil, nil
	}
	var lost []int
	err := s.write(ctx, func(t *transaction) error {
		lost = nil
		for i, one := range settlements {
			kept, err := t.settle(ctx, one)
			if err != nil {
				return err
			}
			if !kept {
				lost = append(lost, i)
			}
		}
		return nil
	}, settleDelivery, reachable, raiseEvent, planRaised)
	if err != nil {
		return nil, s.failed("settle", err)
	}
	return lost, nil
}

// settle says what became of one delivery, and whether it was still in this hand.
func (t *transaction) settle(ctx context.Context, s notify.Settlement) (kept bool, err error) {
	d, o := s.Claim.Delivery, s.Outcome
	n, err := t.exec(ctx, settleDelivery, o.State.String(), relational.FormatInstant(o.At), string(o.Why),
		relational.FormatInstant(o.Retry), string(d.Provider), d.Key, s.Claim.Fence, o.Untried)
	if err != nil || n == 0 || s.Raise == nil {
		return n > 0, err
	}
	others, err := json.Marshal(d.OtherKeys())
	if err != nil {
		return true, err
	}
	var reached bool
	if _, err := t.one(ctx, reachable, []any{string(d.Provider), string(others)}, &reached); err != nil || reached {
		return true, err
	}
	return true, t.raise(ctx, *s.Raise)
}

// raise commits an event that happens by what becomes of the queue, to be planned in its turn. One that is there already
// stays.
func (t *transaction) raise(ctx context.Context, e session.Event) error {
	row, err := values(relational.Events, e)
	if err != nil {
		return err
	}
	n, err := t.exec(ctx, raiseEvent, row...)
	if err == nil && n > 0 {
		_, err = t.exec(ctx, planRaised, key(e)...)
	}
	return err
}

// Purge deletes what has been done with since before an instant; see notify.Queue.
func (s *Store) Purge(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, s.failed("purge", err)
	}
	if limit < 1 {
		return 0, &session.FieldError{Field: "limit", Problem: "must be at least 1"}
	}
	var gone int64
	err := s.write(ctx, func(t *transaction) (err error) {
		gone, err = t.exec(ctx, purge, relational.FormatInstant(before), int64(limit))
		return err
	}, purge)
	if err != nil {
		return 0, s.failed("purge", err)
	}
	return int(gone), nil
}
