package relational

import (
	"context"
	"strconv"
	"strings"

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

// read reads a page. In the cursor's key At is the greatest number that was looked at, ID the rest of the progress.
func (l *numbered[T]) read(ctx context.Context, r *Lists, req session.PageRequest) (session.Page[T], error) {
	var p session.Page[T]
	if err := req.Validate(); err != nil {
		return p, err
	}
	k, more, err := cursor.Decode(l.digest, req.After)
	if err != nil {
		return p, err
	}
	at := progress{seen: k.At}
	if more && !at.parse(k.ID) {
		return p, &session.FieldError{Field: "Page.After", Problem: "is not the Next of a page"}
	}
	s := &statement{d: r.Dialect}
	s.add("SELECT ", columns(l.table), ", t.no, ", r.Dialect.Moment(), " FROM ", r.Dialect.Table(l.table.Name),
		" t WHERE ", l.source)
	if more {
		s.add(at.condition(r.Dialect))
	}
	s.add(" ORDER BY t.no LIMIT ", strconv.Itoa(limit(req)))
	width := len(l.table.Columns)
	var no int64
	moment, read := "", 0
	err = each(ctx, r.DB, s, width+2, func(row []any) error {
		if read++; read > req.Size() {
			return nil
		}
		item, err := l.item(row)
		if err != nil {
			return err
		}
		p.Items = append(p.Items, item)
		if no, err = parseInt(row[width]); err != nil {
			return err
		}
		moment, err = parseText(row[width+1])
		return err
	})
	if err != nil {
		return session.Page[T]{}, err
	}
	if next, goesOn := at.next(no, moment, read > req.Size()); goesOn {
		p.Next = cursor.Encode(l.digest, ordered.Key{At: next.seen, ID: next.String()})
	}
	return p, nil
}

// progress is how far a numbered list was read.
type progress struct {
	// seen is the greatest number that was looked at, moment that of the page before.
	seen   int64
	moment string
	// until is given where a page ended amid what was late: everything late until then comes first, from after on.
	until string
	after int64
}

// condition says what comes next.
func (p progress) condition(d Dialect) condition {
	switch {
	case d.Late(1) == "":
		return condition{" AND t.no > ", number(p.seen)}
	case p.until == "":
		return condition{" AND (t.no > ", number(p.seen), " OR ", late(p.moment), ")"}
	}
	return condition{" AND t.no > ", number(p.after), " AND t.no <= ", number(p.seen), " AND ", late(p.moment),
		" AND NOT ", late(p.until)}
}

// next is the progress after a page that ended with a number, at a moment, and whether the list goes on.
func (p progress) next(no int64, moment string, full bool) (progress, bool) {
	switch {
	case p.until != "" && full:
		p.after = no
		return p, true
	case p.until != "":
		return progress{seen: p.seen, moment: p.until}, true
	case full && no < p.seen:
		return progress{seen: p.seen, moment: p.moment, until: moment, after: no}, true
	}
	return progress{seen: no, moment: moment}, full
}

// String is what parse reads.
func (p progress) String() string {
	if p.until == "" {
		return p.moment
	}
	return p.moment + "/" + p.until + "/" + strconv.FormatInt(p.after, 10)
}

func (p *progress) parse(s string) bool {
	if strings.Trim(s, "0123456789:,/") != "" {
		return false // no moment of any database
	}
	parts := strings.Split(s, "/")
	if p.moment = parts[0]; len(parts) == 1 {
		return true
	}
	var err error
	if len(parts) == 3 {
		p.until = parts[1]
		p.after, err = strconv.ParseInt(parts[2], 10, 64)
	}
	return err == nil && p.until != ""
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
