package rota

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// material names the parts of a change that the booked clinician is asked about (S5).
func material(p withdrawal.Policy, old, new session.Terms, cal *calendar.Calendar) []string { //nolint:predeclared // interim
	var names []string
	moved := func(a, b time.Time) bool {
		x, errX := cal.DateOf(a)
		y, errY := cal.DateOf(b)
		return errX != nil || errY != nil || x != y || a.Sub(b).Abs() > time.Duration(p.Change.Time)
	}
	if old.Role != new.Role {
		names = append(names, "role")
	}
	if moved(old.Span.Start, new.Span.Start) {
		names = append(names, "start")
	}
	if moved(old.Span.End, new.Span.End) {
		names = append(names, "end")
	}
	if old.Place != new.Place {
		names = append(names, "place")
	}
	least := old.Worth().Amount.Mul(decimal.NewFromInt(100).Sub(p.Change.PayDownPercent)).Shift(-2)
	if old.Worth().Currency != new.Worth().Currency || new.Worth().Amount.LessThan(least) {
		names = append(names, "rate")
	}
	return names
}

// Decide refuses the change. The error is a *session.StateError for a booking that is not live or has no change
// waiting, or is only an offer, and a *ChangeVoidError once the change is void.
func (c RefuseChange) Decide(s Situation, now time.Time) (withdrawal.Cancelled, session.Decision, error) {
	const act = "refuse a change"
	if err := ownSide(c.By, s.Booking.Person, act); err != nil {
		return withdrawal.Cancelled{}, session.Decision{}, err
	}
	if err := pending(s.Booking, act); err != nil {
		return withdrawal.Cancelled{}, session.Decision{}, err
	}
	if s.Booking.State == booking.Offered {
		return withdrawal.Cancelled{}, session.Decision{}, bookingState(s.Booking, act, "Decline the offer instead.")
	}
	if err := answerable(s.Booking, session.Instant(now)); err != nil {
		return withdrawal.Cancelled{}, session.Decision{}, err
	}
	return withdrawal.Cancelled{}, session.Decision{}, bookingState(s.Booking, act, "It is not decided yet.")
}
