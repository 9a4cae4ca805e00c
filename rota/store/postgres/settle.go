package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// raising is what the settlement at a place of the caller's list raises, as the function takes it; named is a delivery.
type (
	raising struct {
		I        int             `json:"i"`
		Provider string          `json:"provider"`
		Others   []string        `json:"others"`
		Event    json.RawMessage `json:"event"`
	}
	named struct {
		Provider string `json:"provider"`
		Key      string `json:"key"`
	}
)

// Settle says what became of claimed deliveries; see notify.Queue.
func (s *Store) Settle(ctx context.Context, settlements []notify.Settlement) ([]int, error) {
	if err := notify.ValidateAll(settlements); err != nil {
		return nil, err
	}
	if len(settlements) == 0 {
		return nil, nil
	}
	q, err := s.settling(settlements)
	if err != nil {
		return nil, s.failed("settle", relational.Ended(ctx, err))
	}
	answer, err := q.ask(ctx)
	var kept []int
	if err == nil {
		err = json.Unmarshal([]byte(answer), &kept)
	}
	if err != nil {
		return nil, s.failed("settle", relational.Ended(ctx, err))
	}
	slices.Sort(kept)
	var lost []int
	for i := range settlements {
		if _, found := slices.BinarySearch(kept, i); !found {
			lost = append(lost, i)
		}
	}
	return lost, nil
}

// settling is the call for settlements, in the order of their keys: whoever settles the same ones at the same time takes
// their rows in the same order. What stands there twice with one fence is in it once.
func (s *Store) settling(settlements []notify.Settlement) (call, error) {
	outcomes := make([]relational.Settlement, len(settlements))
	var raise []raising
	var touched []named
	for i, one := range settlements {
		d := one.Claim.Delivery
		outcomes[i] = relational.Settlement{I: i, Provider: d.Provider, Key: d.Key, Fence: one.Claim.Fence, Outcome: one.Outcome}
		touched = append(touched, named{string(d.Provider), d.Key})
		if one.Raise == nil {
			continue
		}
		event, err := relational.Events.Object(*one.Raise)
		if err != nil {
			return call{}, err
		}
		others := d.OtherKeys()
		raise = append(raise, raising{I: i, Provider: string(d.Provider), Others: others, Event: event})
		for _, key := range others {
			touched = append(touched, named{string(d.Provider), key})
		}
	}
	slices.SortStableFunc(outcomes, func(a, b relational.Settlement) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Fence, b.Fence))
	})
	outcomes = slices.CompactFunc(outcomes, func(a, b relational.Settlement) bool {
		return a.Provider == b.Provider && a.Key == b.Key && a.Fence == b.Fence
	})
	q := s.call("settle")
	bring(&q, "", relational.Settlements, outcomes)
	if len(raise) > 0 {
		q.json("raised", raise)
		q.json("touched", touched)
	}
	return q, nil
}

// Purge deletes what has been done with since before an instant; see notify.Queue.
func (s *Store) Purge(ctx context.Context, before time.Time, limit int) (int, error) {
	if limit < 1 {
		return 0, &session.FieldError{Field: "limit", Problem: "must be at least 1"}
	}
	var n int
	row := s.db.QueryRowContext(ctx, "SELECT "+s.function("purge")+"($1::text::timestamptz, $2::bigint)",
		relational.FormatInstant(before), int64(limit))
	if err := row.Scan(&n); err != nil {
		return 0, s.failed("purge", relational.Ended(ctx, err))
	}
	return n, nil
}
