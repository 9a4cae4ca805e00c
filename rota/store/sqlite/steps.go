package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/session"
)

// step is one statement of a transaction that writes.
type step struct {
	text string
	args []any
	// none is what it means that no row was changed, or where it asks that no row was found; nil: nothing.
	none error
	// into says that it asks, for a number that later steps are given; nil: it changes rows.
	into *int64
}

// builder puts the steps of a transaction together.
type builder struct {
	steps []step
	// raise are events that are committed after the steps, unless they are there already.
	raise []session.Event
	err   error
}

func (b *builder) add(text string, none error, args ...any) {
	b.steps = append(b.steps, step{text: text, args: args, none: none})
}

// row adds a statement whose parameters are a row.
func (b *builder) row(t *written, record any, text string, none error) {
	args, err := values(t.table, record)
	b.err = errors.Join(b.err, err)
	b.add(text, none, args...)
}

// rowsAtOnce is how many rows one statement inserts at most.
const rowsAtOnce = 50

// beside are columns of a table that lie outside its records.
type beside[R any] struct {
	columns []string
	of      func(R) []any
}

// many adds rows with as few statements as possible.
func many[R any](b *builder, t *relational.Table, records []R, more beside[R], suffix string) {
	names := slices.Concat(t.Names(), more.columns)
	group := "(?" + strings.Repeat(", ?", len(names)-1) + ")"
	for some := range slices.Chunk(records, rowsAtOnce) {
		args := make([]any, 0, len(some)*len(names))
		for _, r := range some {
			row, err := values(t, r)
			b.err = errors.Join(b.err, err)
			args = append(args, row...)
			if more.of != nil {
				args = append(args, more.of(r)...)
			}
		}
		b.add("INSERT INTO "+t.Name+" ("+strings.Join(names, ", ")+") VALUES "+group+strings.Repeat(", "+group, len(some)-1)+
			suffix, nil, args...)
	}
}

// values are a record's row as drivers take it: documents as text.
func values(t *relational.Table, record any) ([]any, error) {
	row, err := t.Row(record)
	for i, v := range row {
		if document, ok := v.(json.RawMessage); ok {
			row[i] = string(document)
		}
	}
	return row, err
}

// run takes the steps in one transaction, all or none.
func (s *Store) run(ctx context.Context, b *builder) error {
	if b.err != nil {
		return b.err
	}
	texts := make([]string, 0, len(b.steps)+2)
	for i := range b.steps {
		texts = append(texts, b.steps[i].text)
	}
	if len(b.raise) > 0 {
		texts = append(texts, raiseEvent, planRaised)
	}
	return s.write(ctx, func(t *transaction) error {
		for i := range b.steps {
			if err := t.take(ctx, &b.steps[i]); err != nil {
				return err
			}
		}
		for _, e := range b.raise {
			if err := t.raise(ctx, e); err != nil {
				return err
			}
		}
		return nil
	}, texts...)
}

// take takes one step.
func (t *transaction) take(ctx context.Context, s *step) error {
	if s.into != nil {
		found, err := t.one(ctx, s.text, s.args, s.into)
		if err == nil && !found {
			return s.none
		}
		return err
	}
	n, err := t.exec(ctx, s.text, s.args...)
	if err == nil && n == 0 {
		return s.none
	}
	return err
}
