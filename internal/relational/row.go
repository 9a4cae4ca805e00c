package relational

import (
	"fmt"
	"reflect"
	"sync"
)

// Fields calls use with every column of a record as text, in their order, nil for NULL: the text is good until use
// returns.
func Fields[R any](t *Table, record *R, use func(text []byte)) error {
	return t.fields(reflect.ValueOf(record).Elem(), func(_ *Column, text []byte) { use(text) })
}

// buffers are where columns are put together, one at a time: with one of its own for each record, those were most of the
// memory that a commit asked for.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 512); return &b }}

func (t *Table) fields(record reflect.Value, use func(c *Column, text []byte)) error {
	buffer, _ := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for i := range t.Columns {
		c := &t.Columns[i]
		text, err := c.text((*buffer)[:0], record)
		if err != nil {
			return fmt.Errorf("%s: column %s: %w", t.Name, c.Name, err)
		}
		use(c, text)
		if cap(text) > cap(*buffer) {
			*buffer = text
		}
	}
	return nil
}

// Row returns a record as a row, in the order of the columns: nil, string, int64, bool and json.RawMessage.
func (t *Table) Row(record any) ([]any, error) {
	row := make([]any, 0, len(t.Columns))
	err := t.fields(t.held(record), func(c *Column, text []byte) { row = append(row, c.Kind.value(text)) })
	if err != nil {
		return nil, err
	}
	return row, nil
}

// held is a record where pointers can be taken to its fields: a value of an interface would be copied for each.
func (t *Table) held(record any) reflect.Value {
	v := reflect.New(t.record).Elem()
	v.Set(reflect.ValueOf(record))
	return v
}

// Read makes a record of a row, in the order of the columns.
func Read[R any](t *Table, row []any) (R, error) {
	var record R
	v := reflect.ValueOf(&record).Elem()
	buffer, _ := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for i := range t.Columns {
		c := &t.Columns[i]
		if err := c.take(v, row[i], (*buffer)[:0]); err != nil {
			return record, fmt.Errorf("%s: column %s: %w", t.Name, c.Name, err)
		}
	}
	return record, nil
}
