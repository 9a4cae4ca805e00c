package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// What deliveries are claimed and settled with.
var (
	// loseDeliveries makes the outcome of every claim of a channel whose lease has ended unknown, and due at once (N5).
	loseDeliveries = "UPDATE deliveries SET state = 'unknown', not_before = leased_until, due_at = leased_until," +
		" settled_at = leased_until, leased_until = NULL" +
		" WHERE channel = ?2 AND state = 'claimed' AND leased_until <= ?1"
	// leaseDeliveries takes those in hand whose numbers are given as a JSON list.
	leaseDeliveries = "UPDATE deliveries SET state = 'claimed', attempts = attempts + 1, fence = fence + 1," +
		" settled_at = ?1, leased_until = ?2, due_at = NULL WHERE no IN (SELECT value FROM json_each(?3))"
	// dueIn are the numbers of what is due in one channel, the longest due first, but for what an earlier one to the same
	// person holds back: one in hand, or due, or that waits to be tried again.
	dueIn = "SELECT no, due_at FROM deliveries u WHERE channel = @ AND due_at IS NOT NULL AND due_at <= ?1" +
		" AND NOT EXISTS (SELECT 1 FROM deliveries b WHERE b.person = u.person AND b.channel = u.channel AND b.no < u.no" +
		" AND (b.due_at IS NOT NULL OR b.state = 'claimed') AND (b.state = 'claimed' OR b.due_at <= ?1" +
		" OR b.state <> 'planned' AND b.why IS NOT 'quiet_hours')) ORDER BY due_at, no LIMIT +?2"
	insertMark = markTable.insert + " ON CONFLICT DO NOTHING"
)

// anyDue asks whether anything is due, or was lost, in some channels.
func anyDue(channels int) string {
	each := make([]string, channels)
	for i := range each {
		each[i] = strings.ReplaceAll("EXISTS (SELECT 1 FROM deliveries WHERE channel = @ AND state = 'claimed'"+
			" AND leased_until <= ?1) OR EXISTS (SELECT 1 FROM deliveries WHERE channel = @ AND due_at IS NOT NULL"+
			" AND due_at <= ?1)", "@", "?"+strconv.Itoa(i+2))
	}
	return "SELECT " + strings.Join(each, " OR ")
}

// dueDeliveries asks for what has been due for longest in some channels: each channel's own come by its index.
func dueDeliveries(channels int) string {
	each := make([]string, channels)
	for i := range each {
		each[i] = "SELECT no, due_at FROM (" + strings.ReplaceAll(dueIn, "@", "?"+strconv.Itoa(i+3)) + ")"
	}
	return "SELECT " + qualified(relational.Deliveries, "t") + ", " + qualified(relational.Events, "e") +
		", t.no, t.fence + 1 FROM (" +
		strings.Join(each, " UNION ALL ") + " ORDER BY due_at, no LIMIT +?2) d" +
		" CROSS JOIN deliveries t ON t.no = d.no CROSS JOIN events e ON e.no = t.event_no ORDER BY d.due_at, d.no"
}

// Claim takes due deliveries in hand; see notify.Queue. Where there are none, it writes nothing and waits for nobody.
func (s *Store) Claim(ctx context.Context, request notify.ClaimRequest) ([]notify.Claim, error) {
	if err := ctx.Err(); err != nil {
		return nil, s.failed("claim", err)
	}
	if err := request.Validate(); err != nil {
		return nil, err
	}
	channels := request.Channels
	if len(channels) == 0 {
		channels = notify.Channels()
	}
	at := relational.FormatInstant(request.Now)
	some, err := s.is(ctx, anyDue(len(channels)), append([]any{at}, words(channels)...)...)
	if err != nil {
		return nil, s.failed("claim", err)
	}
	if !some {
		return []notify.Claim{}, nil
	}
	var claims []notify.Claim
	question := dueDeliveries(len(channels))
	err = s.write(ctx, func(t *transaction) error {
		for _, c := range channels {
			if _, err := t.exec(ctx, loseDeliveries, at, c.String()); err != nil {
				return err
			}
		}
		claims, err = t.claim(ctx, request, question, channels)
		return err
	}, loseDeliveries, question, leaseDeliveries)
	if err != nil {
		return nil, s.failed("claim", err)
	}
	return claims, nil
}

func words(channels []notify.Channel) []any {
	all := make([]any, len(channels))
	for i, c := range channels {
		all[i] = c.String()
	}
	return all
}

// claim takes in hand what is due.
func (t *transaction) claim(
	ctx context.Context, request notify.ClaimRequest, question string, channels []notify.Channel,
) ([]notify.Claim, error) {
	now := session.Instant(request.Now)
	at, until := relational.FormatInstant(now), session.Instant(now.Add(request.Lease))
	args := append([]any{at, int64(request.Limit)}, words(channels)...)
	claims, numbers := []notify.Claim{}, []int64{}
	deliveries, events := relational.Deliveries, relational.Events
	row := make([]any, len(deliveries.Columns)+len(events.Columns))
	claim, no := notify.Claim{Until: until}, int64(0)
	into := make([]any, len(row), len(row)+2)
	for i := range row {
		into[i] = &row[i]
	}
	into = append(into, &no, &claim.Fence)
	err := t.each(ctx, question, args, func(rows *sql.Rows) error {
		err := rows.Scan(into...)
		if err != nil {
			return err
		}
		if claim.Delivery, err = relational.Read[notify.Delivery](deliveries, row[:len(deliveries.Columns)]); err != nil {
			return err
		}
		if claim.Event, err = relational.Read[session.Event](events, row[len(deliveries.Columns):]); err != nil {
			return err
		}
		claim.Was = claim.Delivery.State
		claim.Delivery.State, _ = claim.Was.Next(notify.Claiming)
		claim.Delivery.Attempts++
		claim.Delivery.Settled = now
		claims, numbers = append(claims, claim), append(numbers, no)
		return nil
	})
	if err != nil || len(claims) == 0 {
		return claims, err
	}
	list, err := json.Marshal(numbers)
	if err != nil {
		return nil, err
	}
	_, err = t.exec(ctx, leaseDeliveries, at, relational.FormatInstant(until), string(list))
	return claims, err
}

// Digested keeps a clinician's next mark with the digest; see notify.Queue. A digest's event stands among the events,
// for its deliveries; it is in no plan.
func (s *Store) Digested(
	ctx context.Context, next notify.DigestMark, event session.Event, deliveries []notify.Delivery,
) error {
	if err := ctx.Err(); err != nil {
		return s.failed("digested", err)
	}
	if err := relational.CheckDeliveries(event.Key(), deliveries); err != nil {
		return err
	}
	var b builder
	text := markTable.update
	if next.Version == 1 {
		text = insertMark
	}
	b.row(&markTable, next, text, notify.ErrDigestMoved)
	if len(deliveries) > 0 {
		var no int64
		many(&b, relational.Events, []session.Event{event}, beside[session.Event]{}, "")
		b.steps = append(b.steps, step{text: findEvent, args: key(event), none: errGone, into: &no})
		b.deliveries(deliveries, &no)
	}
	return s.told("digested", s.run(ctx, &b), notify.ErrDigestMoved)
}

// errGone says that a row that was just written isn't there.
var errGone = errors.New("a row that was written can't be read")
