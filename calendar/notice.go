package calendar

import (
	"strconv"
	"time"
)

// Unit is what a notice is counted in (T3). The zero value is invalid.
type Unit uint8

// The units of notice (T4).
const (
	// CalendarDays count local dates from the day notice is given to the day
	// of the session: from Tuesday to Tuesday is 7, at whatever hour.
	CalendarDays Unit = iota + 1
	// BusinessDays count the business days from the day notice is given, which
	// counts, to the day of the session, which does not: Monday to Monday is 5.
	BusinessDays
	// ClearDays count the local dates between the two days, neither of which
	// counts: Tuesday to Tuesday is 6.
	ClearDays
	// ElapsedHours count time as it passes: 72 hours across a clock change
	// are 72 hours.
	ElapsedHours
)

var unitNames = [...]string{"", "calendar_days", "business_days", "clear_days", "elapsed_hours"}

// ParseUnit reads calendar_days, business_days, clear_days or elapsed_hours.
// Anything else is a [*FieldError].
func ParseUnit(s string) (Unit, error) {
	for u := CalendarDays; u <= ElapsedHours; u++ {
		if unitNames[u] == s {
			return u, nil
		}
	}
	return 0, unitError()
}

// Valid reports whether u is one of the units.
func (u Unit) Valid() bool { return u >= CalendarDays && u <= ElapsedHours }

// String returns the unit as [ParseUnit] reads it, and "" for the zero value.
func (u Unit) String() string {
	if int(u) < len(unitNames) {
		return unitNames[u]
	}
	return "unknown"
}

// MarshalText writes the unit as [Unit.String] does; the zero value is empty.
func (u Unit) MarshalText() ([]byte, error) {
	if int(u) >= len(unitNames) {
		return nil, unitError()
	}
	return []byte(unitNames[u]), nil
}

// UnmarshalText reads what MarshalText writes; empty text is the zero value.
func (u *Unit) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*u = 0
		return nil
	}
	parsed, err := ParseUnit(string(text))
	if err != nil {
		return err
	}
	*u = parsed
	return nil
}

// Count returns an amount of the unit in words: "1 day", "4 business days",
// "6 clear days", "72 hours".
func (u Unit) Count(n int) string {
	words := [...]string{"", " day", " business day", " clear day", " hour"}
	if !u.Valid() {
		return strconv.Itoa(n)
	}
	if n == 1 {
		return "1" + words[u]
	}
	return strconv.Itoa(n) + words[u] + "s"
}

func unitError() error {
	return &FieldError{Field: "unit", Problem: "must be calendar_days, business_days, clear_days or elapsed_hours"}
}

// Notice is how much warning something needs before a session starts (T3).
// From the start of a session [Calendar.CutOff] makes of it the instant by
// which it has to be given.
//
// An Amount of 0, where exactly that is enough, asks for nothing but that the
// session has not started, in any unit.
type Notice struct {
	// Amount of the unit, from 0 to 100,000.
	Amount int  `json:"amount"`
	Unit   Unit `json:"unit"`
	// ExactlyIsShort makes exactly the amount too little, so that notice is
	// short unless it is more. Otherwise exactly the amount is enough.
	ExactlyIsShort bool `json:"exactly_is_short,omitempty"`
	// Elapsed selects the second reading of calendar days (T4): periods of 24
	// hours back from the start, instead of local dates. Calendar days only.
	Elapsed bool `json:"elapsed,omitempty"`
	// DeemedAfter selects the second reading of business days (T4): notice
	// given at this local time or later counts as given on the next business
	// day. Business days only; zero for none.
	DeemedAfter Clock `json:"deemed_after,omitzero"`
}

const maxAmount = 100_000

// Validate returns nil or a [*FieldError] that names the field.
func (n Notice) Validate() error {
	switch {
	case n.Amount < 0 || n.Amount > maxAmount:
		return &FieldError{Field: "amount", Problem: "must be from 0 to 100000, not " + strconv.Itoa(n.Amount)}
	case !n.Unit.Valid():
		return unitError()
	case n.Elapsed && n.Unit != CalendarDays:
		return &FieldError{Field: "elapsed", Problem: "must only be set for calendar_days"}
	case !n.DeemedAfter.IsZero() && n.Unit != BusinessDays:
		return &FieldError{Field: "deemed_after", Problem: "must only be set for business_days"}
	case n.DeemedAfter.Hour() == 24:
		return &FieldError{Field: "deemed_after", Problem: "must be before 24:00"}
	}
	return nil
}

// IsZero reports whether no notice is set at all.
func (n Notice) IsZero() bool { return n == Notice{} }

// String returns the notice in words: "at least 7 days", "more than 72 hours".
func (n Notice) String() string {
	words := "at least "
	if n.ExactlyIsShort {
		words = "more than "
	}
	words += n.Unit.Count(n.Amount)
	if n.Elapsed {
		words += " of 24 hours"
	}
	if !n.DeemedAfter.IsZero() {
		words += " (from " + n.DeemedAfter.String() + " on, counted from the next)"
	}
	return words
}

// days returns how many whole days must be counted for notice to be enough.
func (n Notice) days() int {
	if n.ExactlyIsShort {
		return n.Amount + 1
	}
	return n.Amount
}

// elapsed returns the notice as a length of time, and whether it is one.
func (n Notice) elapsed() (time.Duration, bool) {
	switch {
	case n.Unit == ElapsedHours:
		return time.Duration(n.Amount) * time.Hour, true
	case n.Elapsed:
		return time.Duration(n.Amount) * 24 * time.Hour, true
	}
	return 0, false
}
