package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/sessional-go/sessional/internal/relational"
)

// call is a call of one of the store's functions by the names of its arguments. Each is sent as text and read by its
// type, so that nothing depends on a driver's idea of it. The first error stays.
type call struct {
	store *Store
	text  []byte
	args  []any
	rows  []byte // where rows are written, one table after the other
	err   error
}

// call begins a call of a function.
func (s *Store) call(function string) call {
	return call{
		store: s, text: append(append(make([]byte, 0, 1024), "SELECT "+s.function(function)...), '('), args: make([]any, 0, 16),
	}
}

// give adds an argument of a type.
func (c *call) give(name, kind string, value any) {
	if len(c.args) > 0 {
		c.text = append(c.text, ", "...)
	}
	c.args = append(c.args, value)
	c.text = append(append(c.text, name...), " => $"...)
	c.text = strconv.AppendInt(c.text, int64(len(c.args)), 10)
	c.text = append(append(c.text, "::text::"...), kind...)
}

// json adds an argument that is a document.
func (c *call) json(name string, value any) {
	b, err := json.Marshal(value)
	if err != nil && c.err == nil {
		c.err = err
	}
	c.give(name, "jsonb", string(b))
}

// bring adds rows of a table under a prefix and the table's name; none add nothing.
func bring[R any](c *call, prefix string, t *relational.Table, all []R) {
	if len(all) == 0 || c.err != nil {
		return
	}
	c.rows, c.err = appendRows(slices.Grow(c.rows[:0], 512*len(all)), t, all)
	c.give(prefix+t.Name, c.store.prefix+"sessional_"+t.Name+"_"+release+"[]", string(c.rows))
}

// ask makes the call and reads its answer as text.
func (c *call) ask(ctx context.Context) (string, error) {
	if c.err != nil {
		return "", c.err
	}
	var answer sql.NullString
	err := c.store.db.QueryRowContext(ctx, string(c.text)+")::text", c.args...).Scan(&answer)
	return answer.String, err
}
