package relational

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Dialect is how one database writes what the others write differently.
type Dialect interface {
	// Table is a table's name as statements have it.
	Table(name string) string
	// Param is the n-th parameter of a statement, counted from 1, as a value of a kind.
	Param(n int, k Kind) string
	// Members is a subquery of one column with the texts of a JSON list, given as the n-th parameter.
	Members(n int) string
	// Lateral says whether a subquery in FROM may use what stands before it there.
	Lateral() bool
	// Moment is an expression for what is committed at the moment of a statement, as text, or ''. Late is a
	// condition: whether a row of a numbered table was committed after the moment that is the n-th parameter. Where
	// there is one writer at a time nothing can be late: then it is blank.
	Moment() string
	Late(n int) string
}

// Querier is what reads rows: a *sql.DB, *sql.Tx or *sql.Conn.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// statement is a query as it is put together.
type statement struct {
	d    Dialect
	text strings.Builder
	args []any
}

// add writes parts of a query: text as it is, and parameters.
func (s *statement) add(parts ...any) *statement {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			s.text.WriteString(p)
		case param:
			s.args = append(s.args, p.value)
			if p.members {
				s.text.WriteString(s.d.Members(len(s.args)))
			} else {
				s.text.WriteString(s.d.Param(len(s.args), p.kind))
			}
		case late:
			s.args = append(s.args, string(p))
			s.text.WriteString(s.d.Late(len(s.args)))
		case condition:
			s.add(p...)
		}
	}
	return s
}

// param is a value that a query is given.
type param struct {
	kind    Kind
	value   any
	members bool
}

// late stands for the condition that a row was committed after a moment.
type late string

// condition is a part of a WHERE, as add takes it; an empty one is none.
type condition []any

// instant, text, number and members make parameters.
func instant(t time.Time) param { return param{kind: Instant, value: FormatInstant(t)} }

func text[T ~string](s T) param { return param{kind: Text, value: string(s)} }

func number(n int64) param { return param{kind: Int, value: n} }

func members[T ~string](some []T) param {
	b, err := json.Marshal(some)
	if err != nil || len(some) == 0 {
		b = []byte("[]") // only texts are asked for: they marshal
	}
	return param{kind: Text, value: string(b), members: true}
}

// columns lists the columns of a table under the alias t.
func columns(t *Table) string { return "t." + strings.Join(t.Names(), ", t.") }

// each calls use with the values of every row.
func each(ctx context.Context, db Querier, s *statement, width int, use func(row []any) error) error {
	return Ended(ctx, walkRows(ctx, db, s, width, use))
}

// Ended adds to what a database says that the caller's context has ended. Some drivers pass on only that the server broke
// the statement off, as it was asked to.
func Ended(ctx context.Context, err error) error {
	if ended := ctx.Err(); err != nil && ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("%w: %w", ended, err)
	}
	return err
}

func walkRows(ctx context.Context, db Querier, s *statement, width int, use func(row []any) error) error {
	rows, err := db.QueryContext(ctx, s.text.String(), s.args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what matters is rows.Err
	row, into := make([]any, width), make([]any, width)
	for i := range row {
		into[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := use(row); err != nil {
			return err
		}
	}
	return rows.Err()
}
