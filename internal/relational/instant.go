package relational

import (
	"strconv"
	"time"

	"github.com/sessional-go/sessional/session"
)

// instantLayout writes instants so that their order as text is their order in time.
const instantLayout = "2006-01-02T15:04:05.000000Z"

// FormatInstant writes an instant as rows hold it; a zero one is NULL.
func FormatInstant(t time.Time) any {
	text, _ := appendInstant(make([]byte, 0, len(instantLayout)), t)
	if text == nil {
		return nil
	}
	return string(text)
}

// appendInstant adds an instant in its layout. It goes by way of RFC 3339, to the second, since package time knows that
// layout by heart and has to take any other apart each time.
func appendInstant(text []byte, t time.Time) ([]byte, error) {
	if t.IsZero() {
		return nil, nil
	}
	text = t.UTC().AppendFormat(text, time.RFC3339)
	point := len(text) - 1 // where the Z stands
	text = strconv.AppendInt(text[:point], int64(1_000_000+t.Nanosecond()/1000), 10)
	text[point] = '.' // instead of the one, which was there for the zeros after it
	return append(text, 'Z'), nil
}

// readInstant reads what FormatInstant wrote, and what PostgreSQL makes of it in JSON.
func readInstant(text []byte) (time.Time, error) {
	var t time.Time
	if len(text) == 0 {
		return t, nil
	}
	if err := t.UnmarshalText(text); err != nil {
		return time.Time{}, err
	}
	return session.Instant(t), nil
}
