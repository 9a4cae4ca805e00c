package relational

import (
	"context"
	"time"

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// dueList is where what time has brought about is found: rows of a table in order of an instant.
type dueList struct {
	table  *Table
	at, id string
	source condition
	filter condition
}

// due says what time brings about; each source has its own partial index.
func (r *Lists) due(what desk.Due) (dueList, bool) {
	live := "t.state IN ('offered', 'confirmed')"
	switch what {
	case desk.DueExpiry:
		return dueList{table: Sessions, at: "starts_at", id: "id", source: condition{"t.state IN ('draft', 'open') AND t.version > 0"}}, true
	case desk.DueCompletion:
		return dueList{table: Bookings, at: "ends_at", id: "session", source: condition{"t.state = 'confirmed'"}, filter: condition{
			// Not as NOT EXISTS: PostgreSQL makes a join of that, and reads all sessions for it.
			"(SELECT s.support_case FROM ", r.Dialect.Table(Sessions.Name), " s WHERE s.provider = t.provider",
			" AND s.id = t.session) IS NULL",
		}}, true
	case desk.DueOffer:
		return dueList{table: Bookings, at: "offer_ends_at", id: "id", source: condition{"t.offer_ends_at IS NOT NULL"}}, true
	case desk.DueChange:
		return dueList{table: Bookings, at: "change_void_at", id: "id", source: condition{"t.change_void_at IS NOT NULL"}}, true
	case desk.DueFee:
		return dueList{table: Fees, at: "due_at", id: "booking", source: condition{"t.due_at IS NOT NULL"}}, true
	case desk.DueReminder:
		return dueList{table: Bookings, at: "starts_at", id: "id", source: condition{
			"t.state = 'confirmed' AND (t.reminded_of IS NULL OR t.reminded_of <> t.starts_at)",
		}}, true
	case desk.DueRecheck:
		return dueList{table: Bookings, at: "starts_at", id: "id", source: condition{live}}, true
	}
	return dueList{}, false
}

// Due lists the ids of what time has brought about by an instant.
func (r *Lists) Due(
	ctx context.Context, what desk.Due, at time.Time, req session.PageRequest,
) (session.Page[string], error) {
	d, known := r.due(what)
	if !known {
		return session.Page[string]{}, &session.FieldError{Field: "what", Problem: "is unknown"}
	}
	l := list[string]{
		digest: []any{"due", int(what)}, table: d.table, sources: []condition{d.source}, filter: d.filter,
		at: d.at, id: d.id, until: session.Instant(at).Add(time.Microsecond),
	}
	id := l.index(d.id)
	l.item = func(row []any) (string, error) { return parseText(row[id]) }
	p, err := page(ctx, r, l, req)
	return failed(r, "due", p, err)
}
