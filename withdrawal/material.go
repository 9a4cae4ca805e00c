package withdrawal

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// Material returns the names of what a change of terms asks the booked clinician about (S5), in this order: role; start,
// for any change of date and for a time moved beyond the tolerance; end, beyond the tolerance; place; rate, where the
// worth falls beyond its tolerance or is in another currency. None: the change needs no acknowledgement.
//
// Dates are those of the practice's calendar, which must not be nil. What it doesn't know counts as another date.
func (p Policy) Material(from, to session.Terms, cal *calendar.Calendar) []string {
	var names []string
	add := func(name string, material bool) {
		if material {
			names = append(names, name)
		}
	}
	moved := func(a, b time.Time) bool { return a.Sub(b).Abs() > time.Duration(p.Change.Time) }
	a, b := from.Span, to.Span
	add("role", from.Role != to.Role)
	add("start", moved(a.Start, b.Start) || !sameDate(cal, a.Start, b.Start))
	add("end", moved(a.End, b.End))
	add("place", from.Place != to.Place)
	add("rate", p.paysLess(from.Worth(), to.Worth()))
	return names
}

func sameDate(cal *calendar.Calendar, a, b time.Time) bool {
	if a.Equal(b) {
		return true
	}
	x, errX := cal.DateOf(a)
	y, errY := cal.DateOf(b)
	return errX == nil && errY == nil && x == y
}

// paysLess says whether the worth falls by more than the tolerance.
func (p Policy) paysLess(from, to session.Money) bool {
	hundred := decimal.NewFromInt(100)
	least := from.Amount.Mul(hundred.Sub(p.Change.PayDownPercent))
	return from.Currency != to.Currency || to.Amount.Mul(hundred).LessThan(least)
}
