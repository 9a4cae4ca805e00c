package session

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sessional-go/sessional/calendar"
)

// noCalendar refuses a practice that the host's Directory gave no zone and holidays (T1).
func noCalendar() error { return &FieldError{Field: "Practice", Problem: "has no calendar"} }

// Resolve returns the instant of a local time at a practice, in UTC. A time that a clock change skips or repeats, or
// a year outside the calendar, is a *FieldError naming field that wraps the calendar's error (T5).
func Resolve(cal *calendar.Calendar, field string, at calendar.Local) (time.Time, error) {
	if cal == nil {
		return time.Time{}, noCalendar()
	}
	t, err := cal.Resolve(at)
	if err != nil {
		problem := err.Error()
		var bad *FieldError
		if errors.As(err, &bad) {
			problem = bad.Problem
		}
		return time.Time{}, &FieldError{Field: field, Problem: problem, Err: err}
	}
	return Instant(t), nil
}

// ResolveSpan returns the span between two local times at a practice: the end after the start, and no more than
// MaxLength apart. The error is a *FieldError naming Start or End.
func ResolveSpan(cal *calendar.Calendar, start, end calendar.Local) (calendar.Span, error) {
	from, err := Resolve(cal, "Start", start)
	if err != nil {
		return calendar.Span{}, err
	}
	to, err := Resolve(cal, "End", end)
	if err != nil {
		return calendar.Span{}, err
	}
	span := calendar.Span{Start: from, End: to}
	if err := checkLength(span); err != nil {
		return calendar.Span{}, err
	}
	return span, nil
}

func checkLength(span calendar.Span) error {
	if !span.End.After(span.Start) {
		return &FieldError{Field: "End", Problem: "is not after the start"}
	}
	if span.Duration() > MaxLength {
		return &FieldError{Field: "End", Problem: "is more than 72 hours after the start"}
	}
	return nil
}

// CheckLocal returns a *FieldError naming field.Date or field.Clock unless both are given, and one naming field.Fold for
// a fold that is none.
func CheckLocal(field string, l calendar.Local) error {
	if l.Date.IsZero() {
		return &FieldError{Field: field + ".Date", Problem: "is missing"}
	}
	if l.Clock.IsZero() {
		return &FieldError{Field: field + ".Clock", Problem: "is missing"}
	}
	if l.Fold > calendar.Later {
		return &FieldError{Field: field + ".Fold", Problem: "must be empty, earlier or later"}
	}
	return nil
}

// CheckBreak returns a *FieldError naming Break unless it is zero or more whole minutes.
func CheckBreak(b time.Duration) error {
	if b < 0 || b%time.Minute != 0 {
		return &FieldError{Field: "Break", Problem: "must be zero or more whole minutes"}
	}
	return nil
}

// CheckName returns a *FieldError naming field for a name that can't stand in one line or is longer than 200 bytes, and,
// where it is required, for one that is blank.
func CheckName(field, name string, required bool) error {
	switch {
	case required && blank(name):
		return &FieldError{Field: field, Problem: "is missing"}
	case !utf8.ValidString(name):
		return &FieldError{Field: field, Problem: "is not valid UTF-8"}
	case len(name) > maxName:
		return &FieldError{Field: field, Problem: "is longer than 200 bytes"}
	case strings.ContainsFunc(name, unicode.IsControl):
		return &FieldError{Field: field, Problem: "holds a control character"}
	}
	return nil
}
