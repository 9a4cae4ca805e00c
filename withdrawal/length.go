package withdrawal

import (
	"strconv"
	"strings"
	"time"

	"github.com/sessional-go/sessional/session"
)

// Length is a length of time in a policy. In JSON it is text: "15m", "72h", "28d", or several of these as in "1d12h30m";
// a day is 24 hours.
type Length time.Duration

const day = Length(24 * time.Hour)

// maxLengthDays is what fits into a Length.
const maxLengthDays = 100_000

// aLength is what a person is told to write.
const aLength = `a length of time such as "15m", "72h" or "28d"`

// ParseLength reads a length as text. Anything else is a *session.FieldError.
func ParseLength(text string) (Length, error) {
	wrong := &session.FieldError{Field: "length", Problem: "must be " + aLength}
	days, rest, found := strings.Cut(text, "d")
	if !found {
		days, rest = "", text
	}
	var l Length
	if found {
		n, err := strconv.ParseUint(days, 10, 32)
		if err != nil || n > maxLengthDays {
			return 0, wrong
		}
		l = Length(n) * day
		if rest == "" {
			return l, nil
		}
	}
	if rest == "" || rest[0] < '0' || rest[0] > '9' {
		return 0, wrong
	}
	part, err := time.ParseDuration(rest)
	if err != nil || part < 0 || l+Length(part) < l {
		return 0, wrong
	}
	return l + Length(part), nil
}

// String returns the length as ParseLength reads it, in days where it is a number of days, and otherwise in hours,
// minutes and seconds.
func (l Length) String() string {
	if l != 0 && l%day == 0 {
		return strconv.FormatInt(int64(l/day), 10) + "d"
	}
	s := time.Duration(l).String()
	if cut, ok := strings.CutSuffix(s, "m0s"); ok {
		s = cut + "m"
	}
	if cut, ok := strings.CutSuffix(s, "h0m"); ok {
		s = cut + "h"
	}
	return s
}

// MarshalText writes the length as String does.
func (l Length) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what ParseLength reads.
func (l *Length) UnmarshalText(text []byte) error {
	parsed, err := ParseLength(string(text))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}
