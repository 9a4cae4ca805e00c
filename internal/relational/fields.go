package relational

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/session"
)

// Fields calls use with every column of a record as text, in their order, nil for NULL. It says what Row says, without
// a value of its own for each: the text is good until use returns.
func Fields[R any](t *Table, record *R, use func(text []byte)) error {
	v := reflect.ValueOf(record).Elem()
	buffer := make([]byte, 0, 256)
	for i := range t.Columns {
		text, err := t.Columns[i].text(buffer[:0], v)
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		use(text)
		if cap(text) > cap(buffer) {
			buffer = text
		}
	}
	return nil
}

// text adds a column's value of a record to an empty text that isn't nil; it returns nil for NULL.
func (c *Column) text(dst []byte, record reflect.Value) ([]byte, error) {
	if c.Derived {
		return derivedText(dst, c.derive(record)), nil
	}
	v := record.FieldByIndex(c.field)
	if c.Null && v.IsZero() {
		return nil, nil
	}
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		if x.IsZero() {
			return nil, nil
		}
		return session.Instant(*x).AppendFormat(dst, instantLayout), nil
	case *decimal.Decimal:
		if c.Null && x.IsZero() {
			return nil, nil
		}
		return append(dst, x.String()...), nil
	case *time.Duration:
		if *x%c.unit != 0 {
			return nil, fmt.Errorf("%s is %s, which is no multiple of %s", c.Name, *x, c.unit)
		}
		return strconv.AppendInt(dst, int64(*x/c.unit), 10), nil
	case *session.Facts:
		if c.Null && len(*x) == 0 {
			return nil, nil
		}
		return appendFacts(dst, *x), nil
	}
	return c.plainText(dst, v)
}

func (c *Column) plainText(dst []byte, v reflect.Value) ([]byte, error) {
	switch c.Kind { //nolint:exhaustive // the others are above
	case JSON:
		doc, err := document(v, c.Null)
		if doc == nil {
			return nil, err
		}
		raw, _ := doc.(json.RawMessage)
		return append(dst, raw...), err
	case Int:
		return strconv.AppendInt(dst, v.Int(), 10), nil
	case Bool:
		return strconv.AppendBool(dst, v.Bool()), nil
	}
	if m, ok := v.Addr().Interface().(encoding.TextMarshaler); ok {
		b, err := m.MarshalText()
		return append(dst, b...), err
	}
	return append(dst, v.String()...), nil
}

// derivedText is what a derived column holds: a number, a text, an instant as text, or nothing.
func derivedText(dst []byte, v any) []byte {
	switch v := v.(type) {
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case string:
		return append(dst, v...)
	case bool:
		return strconv.AppendBool(dst, v)
	}
	return nil
}

// appendFacts adds an event's facts as JSON, in the order of their names.
func appendFacts(dst []byte, facts session.Facts) []byte {
	open := byte('{')
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		dst = append(AppendText(append(dst, open), name), ':')
		dst = AppendText(dst, facts[name])
		open = ','
	}
	if len(facts) == 0 {
		dst = append(dst, open)
	}
	return append(dst, '}')
}
