package relational

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Column is one column of a table, and the field that it holds.
type Column struct {
	Name string
	Kind Kind
	// Key says that it is part of the primary key.
	Key bool
	// Null says that the field's zero value is kept as NULL.
	Null bool
	// Derived says that it follows from the record, for indexes and reports; it is written and never read.
	Derived bool

	field []int
	form
	derive func(record any) reflect.Value // of a pointer to the record
}

// Table is how records of one type lie in a table.
type Table struct {
	Name    string
	Columns []Column
	record  reflect.Type
}

// Keys are the names of the key's columns, in their order.
func (t *Table) Keys() []string {
	var names []string
	for _, c := range t.Columns {
		if c.Key {
			names = append(names, c.Name)
		}
	}
	return names
}

// Names are the columns' names, in their order.
func (t *Table) Names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// table describes the table of R: a line per column with its name, the path of the field that it holds, and how:
//
//	key      part of the primary key
//	null     the field's zero value is NULL
//	json     a document
//	minutes  a length of time in whole minutes
//	micros   a length of time in microseconds
func table[R any](name, columns string) *Table {
	t := &Table{Name: name, record: reflect.TypeFor[R]()}
	for line := range strings.Lines(columns) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		c, err := column(t.record, words)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		t.Columns = append(t.Columns, c)
	}
	return t
}

func column(record reflect.Type, words []string) (Column, error) {
	if len(words) < 2 {
		return Column{}, fmt.Errorf("column %s names no field", words[0])
	}
	c := Column{Name: words[0]}
	at := record
	for name := range strings.SplitSeq(words[1], ".") {
		f, ok := at.FieldByName(name)
		if !ok {
			return c, fmt.Errorf("column %s: %s has no field %s", c.Name, at, name)
		}
		c.field, at = append(c.field, f.Index...), f.Type
	}
	c.Kind, c.form = formOf(at)
	var unit time.Duration
	for _, word := range words[2:] {
		switch word {
		case "key":
			c.Key = true
		case "null":
			c.Null = true
		case "json":
			c.Kind, c.form = JSON, documentOf(at)
		case "minutes":
			unit = time.Minute
		case "micros":
			unit = time.Microsecond
		default:
			return c, fmt.Errorf("column %s: %q means nothing", c.Name, word)
		}
	}
	if c.Kind == 0 || (unit > 0) != (at == lengthType) {
		return c, fmt.Errorf("column %s: how is a %s kept?", c.Name, at)
	}
	if unit > 0 {
		c.form = lengthIn(unit)
	}
	return c, nil
}

// derived adds a column that follows from the record.
func derived[R, V any](t *Table, name string, null bool, of func(*R) V) *Table {
	kind, form := formOf(reflect.TypeFor[V]())
	t.Columns = append(t.Columns, Column{
		Name: name, Kind: kind, Null: null, Derived: true, form: form,
		derive: func(record any) reflect.Value {
			r, _ := record.(*R)
			v := of(r)
			return reflect.ValueOf(&v).Elem()
		},
	})
	return t
}

// text adds a column's value of a record to an empty text that isn't nil; it returns nil for NULL.
func (c *Column) text(empty []byte, record reflect.Value) ([]byte, error) {
	var field reflect.Value
	if c.Derived {
		field = c.derive(record.Addr().Interface())
	} else {
		field = record.FieldByIndex(c.field)
	}
	if c.Null && c.blank(field) {
		return nil, nil
	}
	return c.write(empty, field)
}

// set sets a record's field from the text that a row holds; nil is NULL.
func (c *Column) set(record reflect.Value, text []byte) error {
	if text == nil || c.Derived {
		return nil
	}
	return c.read(record.FieldByIndex(c.field), text)
}

// take sets a record's field from what a driver hands over. Where that needs a text in between, it may be put together in
// an empty one.
func (c *Column) take(record reflect.Value, v any, empty []byte) error {
	if c.Derived {
		return nil
	}
	field := record.FieldByIndex(c.field)
	if c.Kind == Instant {
		var err error
		*pointer[time.Time](field), err = parseInstant(empty, v)
		return err
	}
	if s, ok := v.(string); ok && c.Kind == Text && field.Kind() == reflect.String {
		field.SetString(s)
		return nil
	}
	text, err := c.Kind.text(empty, v)
	if err != nil || text == nil {
		return err
	}
	return c.read(field, text)
}
