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

// outcome is a settlement as the function takes it; raising what it raises. I is its place in the caller's list.
type (
	outcome struct {
		I        int    `json:"i"`
		Provider string `json:"provider"`
		Key      string `json:"key"`
		Fence    int64  `json:"fence"`
		State    string `json:"state"`
		At       any    `json:"at"`
		Why      string `json:"why,omitempty"`
		Retry    any    `json:"retry"`
		Untried  int    `json:"untried"`
	}
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
	text, err := settling(settlements)
	if err != nil {
		return nil, s.failed("settle", relational.Ended(ctx, err))
	}
	answer, err := s.ask(ctx, "settle", text)
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

// settling is the document for settlements, in the order of their keys: whoever settles the same ones at the same time
// takes their rows in the same order. What stands there twice with one fence is in it once.
func settling(settlements []notify.Settlement) ([]byte, error) {
	var outcomes []outcome
	var raise []raising
	var touched []named
	for i, s := range settlements {
		d, untried := s.Claim.Delivery, 0
		if s.Outcome.Untried {
			untried = 1
		}
		outcomes = append(outcomes, outcome{
			I: i, Provider: string(d.Provider), Key: d.Key, Fence: s.Claim.Fence, State: s.Outcome.State.String(),
			At: relational.FormatInstant(s.Outcome.At), Why: string(s.Outcome.Why), Retry: relational.FormatInstant(s.Outcome.Retry),
			Untried: untried,
		})
		touched = append(touched, named{string(d.Provider), d.Key})
		if s.Raise == nil {
			continue
		}
		event, err := relational.Events.Object(*s.Raise)
		if err != nil {
			return nil, err
		}
		others := d.OtherKeys()
		raise = append(raise, raising{I: i, Provider: string(d.Provider), Others: others, Event: event})
		for _, key := range others {
			touched = append(touched, named{string(d.Provider), key})
		}
	}
	slices.SortStableFunc(outcomes, func(a, b outcome) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Fence, b.Fence))
	})
	outcomes = slices.CompactFunc(outcomes, func(a, b outcome) bool {
		return a.Provider == b.Provider && a.Key == b.Key && a.Fence == b.Fence
	})
	var doc draft
	doc.add("outcomes", outcomes)
	if len(raise) > 0 {
		doc.add("raise", raise)
		doc.add("touched", touched)
	}
	return doc.done()
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
