package relational

import (
	"context"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// all reads whole records that a condition picks out; there are never many.
func all[R any](ctx context.Context, r *Lists, t *Table, where condition, orderBy string) ([]R, error) {
	s := &statement{d: r.Dialect}
	s.add("SELECT ", columns(t), " FROM ", r.Dialect.Table(t.Name), " t WHERE ", where, orderBy)
	var records []R
	err := each(ctx, r.DB, s, len(t.Columns), func(row []any) error {
		record, err := Read[R](t, row)
		records = append(records, record)
		return err
	})
	if err != nil {
		return nil, r.Fail(t.Name, err)
	}
	return records, nil
}

// Invoices lists the invoices of a booking (B2).
func (r *Lists) Invoices(ctx context.Context, of session.BookingID) ([]booking.Invoice, error) {
	return all[booking.Invoice](ctx, r, Invoices, condition{"t.booking = ", text(of)}, " ORDER BY t.made_at, t.id")
}

// Texts returns the texts that exist.
func (r *Lists) Texts(ctx context.Context, ids ...session.TextID) ([]session.Text, error) {
	return all[session.Text](ctx, r, Texts, condition{"t.id IN (", members(ids), ")"}, "")
}

// Settings returns the settings of the people who have any (N1).
func (r *Lists) Settings(ctx context.Context, people ...session.PersonID) ([]notify.Settings, error) {
	return all[notify.Settings](ctx, r, Settings, condition{"t.person IN (", members(people), ")"}, "")
}

// TextsWritten lists the texts that fit a query and are not erased (P4).
func (r *Lists) TextsWritten(ctx context.Context, q session.TextQuery) (session.Page[session.Text], error) {
	source := condition{"t.erased_at IS NULL AND t.written_by = ", text(q.Author)}
	if q.Class != "" {
		source = condition{"t.erased_at IS NULL AND t.class = ", text(q.Class)}
	}
	p, err := page(ctx, r, list[session.Text]{
		// Before moves on with the clock; it must not make the cursor of a minute ago worthless.
		digest: []any{"texts", q.Class, q.Author}, table: Texts, sources: []condition{source},
		at: "written_at", id: "id", until: q.Before,
		item: func(row []any) (session.Text, error) { return Read[session.Text](Texts, row) },
	}, q.Page)
	return failed(r, "texts", p, err)
}
