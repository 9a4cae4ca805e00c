package relational

import (
	"context"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// Feed lists the events of a feed; see notify.Queue.
func (r *Lists) Feed(
	ctx context.Context, feed notify.FeedID, after int64, limit int,
) ([]notify.FeedEntry, error) {
	if limit < 1 {
		return nil, &session.FieldError{Field: "limit", Problem: "must be at least 1"}
	}
	s := &statement{d: r.Dialect}
	s.add("SELECT ", columns(Events), ", f.no FROM ", r.Dialect.Table("feed_entries"), " f JOIN ",
		r.Dialect.Table(Events.Name), " t ON t.no = f.event_no WHERE f.feed = ", text(feed), " AND f.no > ",
		number(max(after, 0)), " ORDER BY f.no LIMIT ", number(int64(limit)))
	entries := []notify.FeedEntry{}
	err := each(ctx, r.DB, s, len(Events.Columns)+1, func(row []any) error {
		e, err := Read[session.Event](Events, row)
		if err != nil {
			return err
		}
		no, err := parseInt(row[len(Events.Columns)])
		entries = append(entries, notify.FeedEntry{No: no, Event: e})
		return err
	})
	if err != nil {
		return nil, r.Fail("feed", err)
	}
	return entries, nil
}

// FeedIDs lists the feeds; see notify.Queue.
func (r *Lists) FeedIDs(ctx context.Context, after notify.FeedID, limit int) ([]notify.FeedID, error) {
	if limit < 1 {
		return nil, &session.FieldError{Field: "limit", Problem: "must be at least 1"}
	}
	s := &statement{d: r.Dialect}
	s.add("SELECT f.feed FROM ", r.Dialect.Table("feeds"), " f WHERE f.feed > ", text(after), " ORDER BY f.feed LIMIT ",
		number(int64(limit)))
	ids := []notify.FeedID{}
	err := each(ctx, r.DB, s, 1, func(row []any) error {
		id, err := parseText(row[0])
		ids = append(ids, notify.FeedID(id))
		return err
	})
	if err != nil {
		return nil, r.Fail("feed ids", err)
	}
	return ids, nil
}

// DigestMark returns how far a clinician's digests have come; see notify.Queue.
func (r *Lists) DigestMark(ctx context.Context, clinician session.ClinicianID) (notify.DigestMark, error) {
	marks, err := all[notify.DigestMark](ctx, r, Marks, condition{"t.clinician = ", text(clinician)}, "")
	if err != nil || len(marks) == 0 {
		return notify.DigestMark{Clinician: clinician}, err
	}
	return marks[0], nil
}

// CheckDeliveries refuses what no plan makes, before anything is kept.
func CheckDeliveries(event string, deliveries []notify.Delivery) error {
	for _, d := range deliveries {
		switch {
		case d.Key == "":
			return &session.FieldError{Field: "Deliveries.Key", Problem: "is missing"}
		case d.Event != event:
			return &session.FieldError{Field: "Deliveries.Event", Problem: "is another event"}
		case !d.Channel.Valid():
			return &session.FieldError{Field: "Deliveries.Channel", Problem: "is missing or unknown"}
		case d.State != notify.Planned && d.State != notify.Suppressed:
			return &session.FieldError{Field: "Deliveries.State", Problem: "must be planned or suppressed"}
		}
	}
	return nil
}
