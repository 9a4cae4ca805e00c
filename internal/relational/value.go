package relational

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/sessional-go/sessional/session"
)

// Kind is what a column holds.
type Kind uint8

// The kinds of columns.
const (
	// Text is text; a blank one is NULL where the column may be.
	Text Kind = iota + 1
	// Int is a whole number.
	Int
	// Bool is yes or no.
	Bool
	// Instant is a point in time, in UTC to the microsecond.
	Instant
	// Day is a date without a zone.
	Day
	// Amount is an exact decimal.
	Amount
	// JSON is a document.
	JSON
)

// value is a text as what rows hold: nil, a string, an int64, a bool, or json.RawMessage.
func (k Kind) value(text []byte) any {
	if text == nil {
		return nil
	}
	switch k { //nolint:exhaustive // the others are texts
	case Int:
		n, _ := intOf(text) // it was written from a number
		return n
	case Bool:
		return string(text) == "true"
	case JSON:
		return json.RawMessage(bytes.Clone(text))
	}
	return string(text)
}

// text is what a driver hands over as text; nil is NULL. It may be added to an empty text that isn't nil. Each driver has
// its own idea of numbers, truth and time.
func (k Kind) text(empty []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return append(empty, v...), nil
	case []byte:
		return v, nil
	case json.RawMessage:
		return k.member(v)
	case int64:
		if k == Bool {
			return strconv.AppendBool(empty, v != 0), nil
		}
		return strconv.AppendInt(empty, v, 10), nil
	case bool:
		if k == Bool {
			return strconv.AppendBool(empty, v), nil
		}
	case time.Time:
		if k == Day {
			return v.AppendFormat(empty, time.DateOnly), nil
		}
	}
	return nil, fmt.Errorf("a %T is not what such a column holds", v)
}

// member is what stands in JSON as text; nil is NULL.
func (k Kind) member(value []byte) ([]byte, error) {
	switch {
	case string(value) == "null":
		return nil, nil
	case k == JSON || len(value) == 0 || value[0] != '"':
		return value, nil // a document, or a number as its digits
	}
	return textOf(value)
}

func parseText(v any) (string, error) {
	text, err := Text.text(nil, v)
	return string(text), err
}

func parseInt(v any) (int64, error) {
	text, err := Int.text(nil, v)
	if err != nil {
		return 0, err
	}
	return intOf(text)
}

// parseInstant reads an instant, from PostgreSQL's drivers without a text in between.
func parseInstant(empty []byte, v any) (time.Time, error) {
	if t, ok := v.(time.Time); ok {
		return session.Instant(t), nil
	}
	text, err := Instant.text(empty, v)
	if err != nil {
		return time.Time{}, err
	}
	return readInstant(text)
}
