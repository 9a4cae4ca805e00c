package relational

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// A commit's document and a load's answer are rows as JSON objects. Reading and writing them by way of maps took a third
// of a command's time: so rows are written member by member, and walked through as they stand.

// Object returns a record as a JSON object of its row: each column's name with its value, NULLs left out.
func (t *Table) Object(record any) (json.RawMessage, error) { return t.AppendObject(nil, record) }

// AppendObject adds what Object returns to a document.
func (t *Table) AppendObject(doc []byte, record any) ([]byte, error) {
	return t.appendObject(doc, t.held(record))
}

// AppendObjects adds a JSON list of records to a document.
func AppendObjects[R any](doc []byte, t *Table, records []R) ([]byte, error) {
	doc = append(doc, '[')
	for i := range records {
		if i > 0 {
			doc = append(doc, ',')
		}
		var err error
		if doc, err = t.appendObject(doc, reflect.ValueOf(&records[i]).Elem()); err != nil {
			return nil, err
		}
	}
	return append(doc, ']'), nil
}

func (t *Table) appendObject(doc []byte, record reflect.Value) ([]byte, error) {
	open := byte('{')
	err := t.fields(record, func(c *Column, text []byte) {
		if text == nil {
			return
		}
		doc = append(append(append(append(doc, open), '"'), c.Name...), '"', ':')
		switch c.Kind {
		case Int, Bool, JSON:
			doc = append(doc, text...)
		default:
			doc = AppendText(doc, text)
		}
		open = ','
	})
	if err != nil {
		return nil, err
	}
	if open == '{' {
		doc = append(doc, open)
	}
	return append(doc, '}'), nil
}

// AppendText adds a text as JSON, as encoding/json writes it.
func AppendText[T string | []byte](doc []byte, s T) []byte {
	for i := range len(s) {
		if !plain[s[i]] {
			b, _ := json.Marshal(string(s)) // a string always marshals
			return append(doc, b...)
		}
	}
	return append(append(append(doc, '"'), s...), '"')
}

// plain says which bytes stand in JSON as they are.
var plain = func() (plain [256]bool) {
	for c := ' '; c <= '~'; c++ {
		plain[c] = !strings.ContainsRune(`"\<>&`, c)
	}
	return plain
}()

// ReadObject makes a record of a row as a JSON object. Members that are no columns here are passed over: a later
// release may have added them.
func ReadObject[R any](t *Table, object json.RawMessage) (R, error) {
	var record R
	if len(object) == 0 || string(object) == "null" {
		return record, nil
	}
	v := reflect.ValueOf(&record).Elem()
	next := 0
	err := walk(object, '{', func(name, value []byte) error {
		i := t.position(name, next)
		if i < 0 {
			return nil
		}
		next = i + 1
		c := &t.Columns[i]
		text, err := c.Kind.member(value)
		if err == nil {
			err = c.set(v, text)
		}
		if err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
		return nil
	})
	if err != nil {
		return record, fmt.Errorf("%s: %w", t.Name, err)
	}
	return record, nil
}

// position is where a column stands, looked for from a place on, since members mostly come in the order of the columns;
// -1 for none.
func (t *Table) position(name []byte, from int) int {
	for i := from; i < len(t.Columns); i++ {
		if t.Columns[i].Name == string(name) {
			return i
		}
	}
	for i := range from {
		if t.Columns[i].Name == string(name) {
			return i
		}
	}
	return -1
}
