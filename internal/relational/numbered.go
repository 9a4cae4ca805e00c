package relational

import (
	"context"

	"github.com/sessional-go/sessional/internal/cursor"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// numbered is a list of rows in the order of their numbers. A number is given before its commit: a row may become
// visible after rows with higher numbers were read. So that it is not passed over, the cursor keeps the moment of the
// page before, and what was committed since comes first on the next one.
type numbered[T any] struct {
	digest any
	table  *Table
	source condition
	item   func(row []any) (T, error)
}

// read reads a page. In the cursor's key At is the greatest number that was looked at, ID the moment.
func (l *numbered[T]) read(ctx context.Context, r *Lists, req session.PageRequest) (session.Page[T], error) {
	var p session.Page[T]
	if err := req.Validate(); err != nil {
		return p, err
	}
	k, more, err := cursor.Decode(l.digest, req.After)
	if err != nil {
		return p, err
	}
	s := &statement{d: r.Dialect}
	s.add("SELECT ", columns(l.table, "t"), ", t.no, ", r.Dialect.Moment(), " FROM ", r.Dialect.Table(l.table.Name),
		" t WHERE ", l.source)
	if more && r.Dialect.Late(1) == "" {
		s.add(" AND t.no > ", number(k.At))
	} else if more {
		s.add(" AND (t.no > ", number(k.At), " OR ", late(k.ID), ")")
	}
	s.add(" ORDER BY t.no LIMIT ", number(int64(req.Size()+1)))
	width := len(l.table.Columns)
	last := k
	seen := 0
	err = each(ctx, r.DB, s, width+2, func(row []any) error {
		if seen++; seen > req.Size() {
			return nil
		}
		item, err := l.item(row)
		if err != nil {
			return err
		}
		no, err := parseInt(row[width])
		if err != nil {
			return err
		}
		last.At = max(last.At, no)
		last.ID, err = parseText(row[width+1])
		p.Items = append(p.Items, item)
		return err
	})
	if err != nil {
		return session.Page[T]{}, err
	}
	if seen > req.Size() {
		p.Next = cursor.Encode(l.digest, ordered.Key{At: last.At, ID: last.ID})
	}
	return p, nil
}

// Record lists events in the order of their commits (P2).
func (r *Lists) Record(
	ctx context.Context, provider session.ProviderID, q desk.RecordQuery,
) (session.Page[session.Event], error) {
	// A digest's event stands in the queue alone.
	source := condition{
		"t.subject_kind = ", text(q.Subject.Kind), " AND t.subject_id = ", text(q.Subject.ID),
		" AND t.subject_kind <> ", text(notify.KindDigest),
	}
	if q.Session != "" {
		source = condition{"t.session = ", text(q.Session)}
	}
	if provider != "" {
		source = and(source, condition{"t.provider = ", text(provider)})
	}
	l := numbered[session.Event]{
		digest: []any{"record", provider, q.Session, q.Subject}, table: Events, source: source,
		item: func(row []any) (session.Event, error) { return Read[session.Event](Events, row) },
	}
	p, err := l.read(ctx, r, q.Page)
	return failed(r, "record", p, err)
}

// Deliveries lists deliveries in the order in which they were planned; see notify.Queue.
func (r *Lists) Deliveries(ctx context.Context, q notify.DeliveryQuery) (session.Page[notify.Delivery], error) {
	if err := q.Validate(); err != nil {
		return session.Page[notify.Delivery]{}, err
	}
	req := q.Page
	q.Page = session.PageRequest{}
	source := condition{"t.event = ", text(q.Event)}
	switch {
	case q.Session != "":
		source = condition{"t.session = ", text(q.Session)}
	case q.Person != "":
		source = condition{"t.person = ", text(q.Person)}
	}
	if q.Provider != "" {
		source = and(source, condition{"t.provider = ", text(q.Provider)})
	}
	l := numbered[notify.Delivery]{
		digest: q, table: Deliveries, source: source,
		item: func(row []any) (notify.Delivery, error) { return Read[notify.Delivery](Deliveries, row) },
	}
	p, err := l.read(ctx, r, req)
	return failed(r, "deliveries", p, err)
}
