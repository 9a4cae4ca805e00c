package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// ClaimPlans takes events in hand that are to be planned; see notify.Queue.
func (s *Store) ClaimPlans(
	ctx context.Context, now time.Time, lease time.Duration, limit int,
) ([]notify.PlanTask, error) {
	if err := (notify.ClaimRequest{Now: now, Lease: lease, Limit: limit}).Validate(); err != nil {
		return nil, err
	}
	now = session.Instant(now)
	until := session.Instant(now.Add(lease))
	names := relational.Events.Names()
	width := len(names)
	rows, err := s.db.QueryContext(ctx, "WITH due AS MATERIALIZED (SELECT event_no FROM "+s.prefix+"plans"+
		" WHERE leased_until IS NULL OR leased_until <= $1::text::timestamptz ORDER BY event_no"+
		" LIMIT $2::bigint FOR UPDATE SKIP LOCKED), taken AS (UPDATE "+s.prefix+"plans t SET fence = t.fence + 1,"+
		" attempts = t.attempts + 1, leased_until = $3::text::timestamptz FROM due WHERE t.event_no = due.event_no"+
		" RETURNING t.event_no, t.cursor, t.fence, t.attempts) SELECT e."+strings.Join(names, ", e.")+
		", t.cursor, t.fence, t.attempts FROM taken t JOIN "+s.prefix+"events e ON e.no = t.event_no ORDER BY e.no",
		relational.FormatInstant(now), int64(limit), relational.FormatInstant(until))
	if err != nil {
		return nil, s.failed("claim plans", relational.Ended(ctx, err))
	}
	defer func() { _ = rows.Close() }() // what matters is rows.Err
	tasks := []notify.PlanTask{}
	for rows.Next() {
		task := notify.PlanTask{Until: until}
		row, into := make([]any, width), make([]any, width, width+3)
		for i := range row {
			into[i] = &row[i]
		}
		var cursor *string
		if err := rows.Scan(append(into, &cursor, &task.Fence, &task.Attempts)...); err != nil {
			return nil, s.failed("claim plans", relational.Ended(ctx, err))
		}
		if cursor != nil {
			task.Cursor = *cursor
		}
		if task.Event, err = relational.Read[session.Event](relational.Events, row); err != nil {
			return nil, s.failed("claim plans", relational.Ended(ctx, err))
		}
		tasks = append(tasks, task)
	}
	if err := rows.Err(); err != nil {
		return nil, s.failed("claim plans", relational.Ended(ctx, err))
	}
	return tasks, nil
}

// Planned keeps one chunk of an event's plan; see notify.Queue.
func (s *Store) Planned(ctx context.Context, task notify.PlanTask, chunk notify.Chunk) error {
	if err := relational.CheckDeliveries(task.Event.Key(), chunk.Deliveries); err != nil {
		return err
	}
	var doc draft
	doc.add("fence", task.Fence)
	doc.add("next", chunk.Next)
	doc.add("done", chunk.Done)
	doc.add("feeds", notify.Feeds(task.Event))
	rows(&doc, "raised_", relational.Events, chunk.Raise)
	return s.tell(ctx, "planned", &doc, task.Event, chunk.Deliveries, notify.ErrLeaseLost)
}

// Digested keeps a clinician's next mark with the digest; see notify.Queue.
func (s *Store) Digested(
	ctx context.Context, next notify.DigestMark, event session.Event, deliveries []notify.Delivery,
) error {
	if err := relational.CheckDeliveries(event.Key(), deliveries); err != nil {
		return err
	}
	mark, err := relational.Marks.Object(next)
	if err != nil {
		return s.failed("digested", relational.Ended(ctx, err))
	}
	var doc draft
	doc.add("mark", mark)
	return s.tell(ctx, "digested", &doc, event, deliveries, notify.ErrDigestMoved)
}

// tell gives a function a document with an event and its deliveries. An answer other than done is the refusal.
func (s *Store) tell(
	ctx context.Context, function string, doc *draft, event session.Event, deliveries []notify.Delivery,
	refusal error,
) error {
	row, err := relational.Events.Object(event)
	if err != nil {
		return s.failed(function, relational.Ended(ctx, err))
	}
	doc.add("event", row)
	if len(deliveries) == 0 {
		doc.add(relational.Deliveries.Name, []any{})
	}
	rows(doc, "", relational.Deliveries, deliveries)
	text, err := doc.done()
	if err != nil {
		return s.failed(function, relational.Ended(ctx, err))
	}
	switch answer, err := s.ask(ctx, function, text); {
	case err != nil:
		return s.failed(function, relational.Ended(ctx, err))
	case answer != "done":
		return refusal
	}
	return nil
}

// Claim takes due deliveries in hand; see notify.Queue.
func (s *Store) Claim(ctx context.Context, request notify.ClaimRequest) ([]notify.Claim, error) {
	if err := request.Validate(); err != nil {
		return nil, err
	}
	now := session.Instant(request.Now)
	until := session.Instant(now.Add(request.Lease))
	channels := request.Channels
	if len(channels) == 0 {
		channels = notify.Channels()
	}
	words, err := json.Marshal(channels)
	if err != nil {
		return nil, s.failed("claim", relational.Ended(ctx, err))
	}
	rows, err := s.db.QueryContext(ctx, "SELECT * FROM "+s.function("claim")+
		"($1::text::timestamptz, $2::text::timestamptz, $3::text::jsonb, $4::bigint)",
		relational.FormatInstant(now), relational.FormatInstant(until), string(words), int64(request.Limit))
	if err != nil {
		return nil, s.failed("claim", relational.Ended(ctx, err))
	}
	defer func() { _ = rows.Close() }() // what matters is rows.Err
	claims, err := claimed(rows, until)
	if err != nil {
		return nil, s.failed("claim", relational.Ended(ctx, err))
	}
	return claims, nil
}

// claimed reads deliveries in hand. An event comes with the first of those in a row that are of it; each claim gets a copy
// of its own.
func claimed(rows *sql.Rows, until time.Time) ([]notify.Claim, error) {
	width := len(relational.Deliveries.Columns)
	row := make([]any, width+len(relational.Events.Columns))
	var was string
	claim := notify.Claim{Until: until}
	into := make([]any, 0, len(row)+2)
	for i := range row {
		if i == width {
			into = append(into, &was, &claim.Fence)
		}
		into = append(into, &row[i])
	}
	claims := []notify.Claim{}
	for rows.Next() {
		err := rows.Scan(into...)
		if err != nil {
			return nil, err
		}
		if err := claim.Was.UnmarshalText([]byte(was)); err != nil {
			return nil, err
		}
		if claim.Delivery, err = relational.Read[notify.Delivery](relational.Deliveries, row[:width]); err != nil {
			return nil, err
		}
		if row[width] == nil { // of an event, this is never NULL
			claim.Event = claim.Event.Clone()
		} else if claim.Event, err = relational.Read[session.Event](relational.Events, row[width:]); err != nil {
			return nil, err
		}
		claims = append(claims, claim)
	}
	return claims, rows.Err()
}
