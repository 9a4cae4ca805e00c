package relational

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

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

// instantLayout writes instants so that their order as text is their order in time.
const instantLayout = "2006-01-02T15:04:05.000000Z"

// FormatInstant writes an instant as rows hold it; a zero one is NULL.
func FormatInstant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return session.Instant(t).Format(instantLayout)
}

// parseInstant reads what FormatInstant wrote, and what PostgreSQL makes of it in JSON or hands over as a time.
func parseInstant(v any) (time.Time, error) {
	if t, ok := v.(time.Time); ok {
		return session.Instant(t), nil
	}
	s, err := parseText(v)
	if err != nil || s == "" {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, err
	}
	return session.Instant(t), nil
}

func parseText(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case json.RawMessage:
		if bytes.Equal(v, []byte("null")) {
			return "", nil
		}
		if len(v) > 0 && v[0] != '"' {
			return string(v), nil // a number, as its digits
		}
		if len(v) > 1 && bytes.IndexByte(v, '\\') < 0 {
			return string(v[1 : len(v)-1]), nil // most texts: there is nothing to decode
		}
		var s string
		err := json.Unmarshal(v, &s)
		return s, err
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	return "", fmt.Errorf("a %T where text was expected", v)
}

func parseDay(v any) (string, error) {
	if t, ok := v.(time.Time); ok {
		return t.Format(time.DateOnly), nil
	}
	return parseText(v)
}

func parseInt(v any) (int64, error) {
	if n, ok := v.(int64); ok {
		return n, nil
	}
	s, err := parseText(v)
	if err != nil || s == "" {
		return 0, err
	}
	return strconv.ParseInt(s, 10, 64)
}

func parseBool(v any) (bool, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	}
	s, err := parseText(v)
	if err != nil || s == "" {
		return false, err
	}
	return strconv.ParseBool(s)
}

func parseAmount(v any) (decimal.Decimal, error) {
	s, err := parseText(v)
	if err != nil || s == "" {
		return decimal.Zero, err
	}
	return decimal.NewFromString(s)
}

// parseJSON returns the document as bytes; none for NULL.
func parseJSON(v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case json.RawMessage:
		if bytes.Equal(v, []byte("null")) {
			return nil, nil
		}
		return v, nil
	case []byte:
		return v, nil
	case string:
		return []byte(v), nil
	}
	return nil, fmt.Errorf("a %T where JSON was expected", v)
}
