package relational

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
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

	field  []int
	unit   time.Duration // of a length of time, which is kept as a whole number of them
	derive func(record reflect.Value) any
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
	c.Kind = kindOf(at)
	for _, word := range words[2:] {
		switch word {
		case "key":
			c.Key = true
		case "null":
			c.Null = true
		case "json":
			c.Kind = JSON
		case "minutes":
			c.unit = time.Minute
		case "micros":
			c.unit = time.Microsecond
		default:
			return c, fmt.Errorf("column %s: %q means nothing", c.Name, word)
		}
	}
	if c.Kind == 0 || (c.unit > 0) != (at == reflect.TypeFor[time.Duration]()) {
		return c, fmt.Errorf("column %s: how is a %s kept?", c.Name, at)
	}
	return c, nil
}

// derived adds a column that follows from the record.
func derived[R any](t *Table, name string, kind Kind, null bool, of func(R) any) *Table {
	t.Columns = append(t.Columns, Column{
		Name: name, Kind: kind, Null: null, Derived: true,
		derive: func(v reflect.Value) any {
			if v.CanAddr() { // as a value of an interface a record would be copied for each such column
				record, _ := v.Addr().Interface().(*R)
				return of(*record)
			}
			record, _ := v.Interface().(R)
			return of(record)
		},
	})
	return t
}

var (
	timeType    = reflect.TypeFor[time.Time]()
	dateType    = reflect.TypeFor[calendar.Date]()
	decimalType = reflect.TypeFor[decimal.Decimal]()
	textType    = reflect.TypeFor[encoding.TextMarshaler]()
)

func kindOf(t reflect.Type) Kind {
	switch {
	case t == timeType:
		return Instant
	case t == dateType:
		return Day
	case t == decimalType:
		return Amount
	case t.Implements(textType):
		return Text
	}
	switch t.Kind() {
	case reflect.String:
		return Text
	case reflect.Int, reflect.Int64:
		return Int
	case reflect.Bool:
		return Bool
	}
	return 0
}

// write returns a column's value of a record: nil, a string, an int64, a bool, or json.RawMessage.
func (c *Column) write(record reflect.Value) (any, error) {
	if c.Derived {
		return c.derive(record), nil
	}
	v := record.FieldByIndex(c.field)
	if c.Null && v.IsZero() {
		return nil, nil
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return FormatInstant(x), nil
	case decimal.Decimal:
		if c.Null && x.IsZero() {
			return nil, nil
		}
		return x.String(), nil
	case time.Duration:
		if x%c.unit != 0 {
			return nil, fmt.Errorf("%s is %s, which is no multiple of %s", c.Name, x, c.unit)
		}
		return int64(x / c.unit), nil
	}
	switch c.Kind { //nolint:exhaustive // the others are above
	case JSON:
		return document(v, c.Null)
	case Int:
		return v.Int(), nil
	case Bool:
		return v.Bool(), nil
	}
	return words(v)
}

// document is a value as JSON. A list or map without content is none.
func document(v reflect.Value, null bool) (any, error) {
	if k := v.Kind(); null && (k == reflect.Slice || k == reflect.Map) && v.Len() == 0 {
		return nil, nil
	}
	b, err := json.Marshal(v.Interface())
	return json.RawMessage(b), err
}

func words(v reflect.Value) (any, error) {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		b, err := m.MarshalText()
		return string(b), err
	}
	return v.String(), nil
}

// read sets a record's field from what a row holds.
func (c *Column) read(record reflect.Value, value any) error {
	if value == nil || c.Derived {
		return nil
	}
	v := record.FieldByIndex(c.field)
	var err error
	switch c.Kind {
	case Instant:
		var t time.Time
		t, err = parseInstant(value)
		v.Set(reflect.ValueOf(t))
	case Amount:
		var d decimal.Decimal
		d, err = parseAmount(value)
		v.Set(reflect.ValueOf(d))
	case Int:
		var n int64
		n, err = parseInt(value)
		if c.unit > 0 {
			n *= int64(c.unit)
		}
		v.SetInt(n)
	case Bool:
		var b bool
		b, err = parseBool(value)
		v.SetBool(b)
	case JSON:
		var b []byte
		if b, err = parseJSON(value); err == nil && b != nil {
			err = json.Unmarshal(b, v.Addr().Interface())
		}
	case Text, Day:
		err = c.readWords(v, value)
	}
	if err != nil {
		return fmt.Errorf("column %s: %w", c.Name, err)
	}
	return nil
}

func (c *Column) readWords(v reflect.Value, value any) error {
	read := parseText
	if c.Kind == Day {
		read = parseDay
	}
	s, err := read(value)
	if err != nil {
		return err
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(s))
	}
	v.SetString(s)
	return nil
}

// Row returns a record as a row, in the order of the columns: nil, string, int64, bool and json.RawMessage.
func (t *Table) Row(record any) ([]any, error) {
	v := reflect.ValueOf(record)
	row := make([]any, len(t.Columns))
	for i := range t.Columns {
		var err error
		if row[i], err = t.Columns[i].write(v); err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	return row, nil
}

// Read makes a record of a row, in the order of the columns.
func Read[R any](t *Table, row []any) (R, error) {
	var record R
	v := reflect.ValueOf(&record).Elem()
	for i := range t.Columns {
		if err := t.Columns[i].read(v, row[i]); err != nil {
			return record, fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	return record, nil
}
