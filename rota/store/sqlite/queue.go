package sqlite

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// qualified are a table's columns under an alias.
func qualified(t *relational.Table, alias string) string {
	return alias + "." + strings.Join(t.Names(), ", "+alias+".")
}

// What plans are claimed and kept with.
var (
	anyPlan = "SELECT EXISTS (SELECT 1 FROM plans WHERE leased_until IS NULL LIMIT 1)" +
		" OR EXISTS (SELECT 1 FROM plans WHERE leased_until IS NOT NULL AND leased_until <= ?1)"
	freePlans    = "UPDATE plans SET leased_until = NULL WHERE leased_until IS NOT NULL AND leased_until <= ?1"
	waitingPlans = "SELECT " + qualified(relational.Events, "e") + ", coalesce(p.cursor, ''), p.fence + 1, p.attempts + 1" +
		" FROM plans p JOIN events e ON e.no = p.event_no WHERE p.leased_until IS NULL ORDER BY p.event_no LIMIT +?1"
	leasePlans = "UPDATE plans SET leased_until = ?2, fence = fence + 1, attempts = attempts + 1 WHERE event_no IN" +
		" (SELECT p.event_no FROM plans p WHERE p.leased_until IS NULL ORDER BY p.event_no LIMIT +?1)"

	findEvent = "SELECT e.no FROM events e WHERE e.provider = ?1 AND e.subject_kind = ?2 AND e.subject_id = ?3" +
		" AND e.version = ?4 AND e.kind = ?5"
	goOnPlan     = "UPDATE plans SET cursor = nullif(?7, '') WHERE fence = ?6 AND event_no = (" + findEvent + ")"
	endPlan      = "DELETE FROM plans WHERE fence = ?6 AND event_no = (" + findEvent + ")"
	nextInFeed   = "INSERT INTO feeds (feed, last) VALUES (?1, 1) ON CONFLICT (feed) DO UPDATE SET last = last + 1"
	appendToFeed = "INSERT INTO feed_entries (feed, no, event_no) SELECT feed, last, ?2 FROM feeds WHERE feed = ?1"
)

// ClaimPlans takes events in hand that are to be planned; see notify.Queue. Where there are none, it writes nothing and
// waits for nobody.
func (s *Store) ClaimPlans(
	ctx context.Context, now time.Time, lease time.Duration, limit int,
) ([]notify.PlanTask, error) {
	if err := ctx.Err(); err != nil {
		return nil, s.failed("claim plans", err)
	}
	if err := (notify.ClaimRequest{Now: now, Lease: lease, Limit: limit}).Validate(); err != nil {
		return nil, err
	}
	now = session.Instant(now)
	at, until := relational.FormatInstant(now), session.Instant(now.Add(lease))
	waiting, err := s.is(ctx, anyPlan, at)
	if err != nil {
		return nil, s.failed("claim plans", err)
	}
	if !waiting {
		return []notify.PlanTask{}, nil
	}
	var tasks []notify.PlanTask
	err = s.write(ctx, func(t *transaction) error {
		tasks = []notify.PlanTask{}
		if _, err := t.exec(ctx, freePlans, at); err != nil {
			return err
		}
		task := notify.PlanTask{Until: until}
		beside := []any{&task.Cursor, &task.Fence, &task.Attempts}
		if err := records(ctx, t, relational.Events, waitingPlans, []any{int64(limit)}, beside, func(e session.Event) error {
			task.Event = e
			tasks = append(tasks, task)
			return nil
		}); err != nil {
			return err
		}
		_, err := t.exec(ctx, leasePlans, int64(limit), relational.FormatInstant(until))
		return err
	}, freePlans, waitingPlans, leasePlans)
	if err != nil {
		return nil, s.failed("claim plans", err)
	}
	return tasks, nil
}

// is asks a question that is answered by yes or no.
func (s *Store) is(ctx context.Context, question string, args ...any) (yes bool, err error) {
	err = s.read(ctx, func(t *transaction) error {
		_, err := t.one(ctx, question, args, &yes)
		return err
	}, question)
	return yes, err
}

// key are the parameters of an event's natural key.
func key(e session.Event) []any {
	return []any{string(e.Provider), string(e.Subject.Kind), e.Subject.ID, e.Version, string(e.Kind)}
}

// Planned keeps one chunk of an event's plan; see notify.Queue. Numbers of feeds are given under the lock of the one who
// writes, so that they become visible in their order.
func (s *Store) Planned(ctx context.Context, task notify.PlanTask, chunk notify.Chunk) error {
	if err := ctx.Err(); err != nil {
		return s.failed("planned", err)
	}
	if err := relational.CheckDeliveries(task.Event.Key(), chunk.Deliveries); err != nil {
		return err
	}
	var b builder
	var no int64
	held := append(key(task.Event), task.Fence)
	if chunk.Done {
		b.add(endPlan, notify.ErrLeaseLost, held...)
	} else {
		b.add(goOnPlan, notify.ErrLeaseLost, append(held, chunk.Next)...)
	}
	b.steps = append(b.steps, step{text: findEvent, args: key(task.Event), none: notify.ErrLeaseLost, into: &no})
	b.deliveries(chunk.Deliveries, &no)
	if chunk.Done {
		for _, feed := range notify.Feeds(task.Event) {
			b.add(nextInFeed, nil, string(feed))
			b.add(appendToFeed, nil, string(feed), &no)
		}
	}
	b.raise = chunk.Raise
	return s.told("planned", s.run(ctx, &b), notify.ErrLeaseLost)
}

// deliveries adds the deliveries of an event that aren't there yet. Its number is read when they are written.
func (b *builder) deliveries(all []notify.Delivery, event *int64) {
	many(b, relational.Deliveries, all, beside[notify.Delivery]{
		columns: []string{"event_no", "due_at"},
		of:      func(d notify.Delivery) []any { return []any{event, due(d)} },
	}, " ON CONFLICT (provider, key) DO NOTHING")
}

// due is from when on a delivery can be claimed; nil where it can't.
func due(d notify.Delivery) any {
	switch {
	case d.State != notify.Planned:
		return nil
	case d.NotBefore.IsZero():
		return relational.FormatInstant(d.Planned)
	}
	return relational.FormatInstant(d.NotBefore)
}

// told passes a refusal on as it is, and makes of every other error what a host gets.
func (s *Store) told(op string, err, refusal error) error {
	if err == nil || errors.Is(err, refusal) {
		return err
	}
	return s.failed(op, err)
}
