package calendar

import (
	"strconv"
	"time"
)

// Every error of this package has a stable Code, for programs, and reads as a
// sentence that a person could be shown.
type coder interface {
	error
	Code() string
}

var (
	_ coder = (*FieldError)(nil)
	_ coder = (*RangeError)(nil)
	_ coder = (*GapError)(nil)
	_ coder = (*AmbiguousError)(nil)
	_ coder = (*ZoneError)(nil)
	_ coder = (*HoursError)(nil)
)

// FieldError says which part of a value is wrong, and how. Its code is
// "invalid_field".
type FieldError struct {
	Field   string // path to the field in its JSON spelling, as windows[1].from
	Problem string // what is wrong, going on from the field: "must be …"
	Err     error  // the error behind it, as a *GapError; nil where there is none
}

// Unwrap returns the error behind it.
func (e *FieldError) Unwrap() error { return e.Err }

// Error returns the field and its problem as a sentence.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return "The value " + e.Problem + "."
	}
	if e.Err != nil && e.Problem == e.Err.Error() {
		return e.Field + ": " + e.Problem // a sentence of its own already
	}
	return e.Field + " " + e.Problem + "."
}

// Code returns "invalid_field".
func (e *FieldError) Code() string { return "invalid_field" }

// Under returns the same error seen from a value that holds this one at path:
// an error of "amount" under "fee.notice" is one of "fee.notice.amount".
func (e *FieldError) Under(path string) *FieldError {
	switch {
	case path == "":
		return &FieldError{Field: e.Field, Problem: e.Problem, Err: e.Err}
	case e.Field == "":
		return &FieldError{Field: path, Problem: e.Problem, Err: e.Err}
	case e.Field[0] == '[':
		return &FieldError{Field: path + e.Field, Problem: e.Problem, Err: e.Err}
	}
	return &FieldError{Field: path + "." + e.Field, Problem: e.Problem, Err: e.Err}
}

// RangeError refuses a date outside the years that a calendar supports, whose
// holidays it therefore does not know (T2). Its code is "date_out_of_range".
type RangeError struct {
	Date        Date // the date asked for; zero where it is not known
	First, Last int  // the years supported, both included; 0 for an empty calendar
}

// Error names the date and the years.
func (e *RangeError) Error() string {
	if e.First == 0 && e.Last == 0 {
		return "This calendar holds no years, so it cannot tell its working days."
	}
	what := "That date"
	if !e.Date.IsZero() {
		what = e.Date.Long()
	}
	return what + " is outside the years " + strconv.Itoa(e.First) + " to " + strconv.Itoa(e.Last) +
		" whose holidays this calendar knows."
}

// Code returns "date_out_of_range".
func (e *RangeError) Code() string { return "date_out_of_range" }

// GapError refuses a local time that a clock change skips (T5). Its code is
// "local_time_skipped".
type GapError struct {
	Asked  Local     // what was asked for
	Before Local     // the last minute before the gap
	After  Local     // the first minute after it
	At     time.Time // the instant of the change, which is that of After
}

// Error names the time asked for and both its neighbours.
func (e *GapError) Error() string {
	before, after := e.Before.Clock.String(), e.After.Clock.String()
	if e.Before.Date != e.Asked.Date {
		before += " on " + e.Before.Date.Short()
	}
	if e.After.Date != e.Asked.Date {
		after += " on " + e.After.Date.Short()
	}
	return "There is no " + e.Asked.Clock.String() + " on " + e.Asked.Date.Long() +
		", because the clocks go forward: the last minute before is " + before +
		" and the first after is " + after + "."
}

// Code returns "local_time_skipped".
func (e *GapError) Code() string { return "local_time_skipped" }

// AmbiguousError refuses a local time that a clock change repeats, when it
// was not said which of the two is meant (T5). Its code is
// "local_time_repeated".
type AmbiguousError struct {
	Asked          Local     // what was asked for
	Earlier, Later time.Time // the two instants at which the clock shows it
}

// Error names the time and both its instants.
func (e *AmbiguousError) Error() string {
	return e.Asked.Clock.String() + " on " + e.Asked.Date.Long() +
		" happens twice, because the clocks go back: say whether the earlier (" +
		e.Earlier.Format("15:04 MST") + ") or the later (" + e.Later.Format("15:04 MST") + ") is meant."
}

// Code returns "local_time_repeated".
func (e *AmbiguousError) Code() string { return "local_time_repeated" }

// ZoneError says that this machine has no data on a time zone. A program that
// has to run without the system's zone database can import time/tzdata. Its
// code is "zone_unavailable".
type ZoneError struct {
	Zone string // as Europe/London
	Err  error  // what loading it said
}

// Error names the zone.
func (e *ZoneError) Error() string {
	return "The time zone " + e.Zone + " is not available on this machine."
}

// Code returns "zone_unavailable".
func (e *ZoneError) Code() string { return "zone_unavailable" }

// Unwrap returns what loading the zone said.
func (e *ZoneError) Unwrap() error { return e.Err }

// HoursError says why opening hours cannot answer (T6). Its code is the
// Problem.
type HoursError struct {
	Problem string // one of the constants HoursNotSet, HoursClosed, HoursNeverOpen
}

// What a [HoursError] can say.
const (
	HoursNotSet    = "hours_not_set"    // there are no opening hours
	HoursClosed    = "hours_closed"     // asked when they close, at a time when they are closed
	HoursNeverOpen = "hours_never_open" // nothing opens in the years that the calendar supports
)

// Error says it as a sentence.
func (e *HoursError) Error() string {
	switch e.Problem {
	case HoursNotSet:
		return "No opening hours are set."
	case HoursClosed:
		return "It is closed at that time."
	case HoursNeverOpen:
		return "It does not open again."
	}
	return "The opening hours cannot say."
}

// Code returns the Problem.
func (e *HoursError) Code() string { return e.Problem }
