package history

import (
	"math/big"
	"time"
	_ "time/tzdata" // a history has the same midnights on every machine

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// holidays are the bank holidays of the time in which histories play, as published: those of all three divisions and
// those of each.
var holidays = map[session.PracticeID][]string{
	"": {"2026-01-01", "2026-04-03", "2026-05-04", "2026-05-25", "2026-12-25", "2026-12-28", "2027-01-01", "2027-03-26",
		"2027-05-03", "2027-05-31", "2027-12-27", "2027-12-28"},
	"leeds":   {"2026-04-06", "2026-08-31", "2027-03-29", "2027-08-30"},
	"glasgow": {"2026-01-02", "2026-06-15", "2026-08-03", "2026-11-30", "2027-01-04", "2027-08-02", "2027-11-30"},
	"belfast": {"2026-03-17", "2026-04-06", "2026-07-13", "2026-08-31", "2027-03-17", "2027-03-29", "2027-07-12",
		"2027-08-30"},
}

var off = func() map[session.PracticeID]map[string]bool {
	all := map[session.PracticeID]map[string]bool{}
	for _, p := range practices {
		all[p] = map[string]bool{}
		for _, own := range []session.PracticeID{"", p} {
			for _, day := range holidays[own] {
				all[p][day] = true
			}
		}
	}
	return all
}()

// london is where all practices are.
var london = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return l
}()

// midnight is the date of an instant at a practice, as the midnight of that date in UTC: dates are counted there.
func midnight(t time.Time) time.Time {
	y, m, d := t.In(london).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// dateAt is the local date of an instant; none for none.
func dateAt(_ session.PracticeID, t time.Time) calendar.Date {
	if t.IsZero() {
		return calendar.Date{}
	}
	y, m, d := t.In(london).Date()
	return calendar.MustDate(y, m, d)
}

// inTime is T3 and T4 once more, day by day: whether notice given at an instant is enough for what starts at another.
func inTime(p session.PracticeID, n calendar.Notice, at, start time.Time) bool {
	enough := func(given int) bool {
		if n.ExactlyIsShort {
			return given > n.Amount
		}
		return given >= n.Amount
	}
	switch n.Unit {
	case calendar.ElapsedHours:
		left, want := start.Sub(at), time.Duration(n.Amount)*time.Hour
		return left > want || left == want && !n.ExactlyIsShort
	case calendar.CalendarDays:
		return enough(int(midnight(start).Sub(midnight(at)) / (24 * time.Hour)))
	case calendar.BusinessDays:
		given := 0
		for d := midnight(at); d.Before(midnight(start)); d = d.AddDate(0, 0, 1) {
			weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			if !weekend && !off[p][d.Format(time.DateOnly)] {
				given++
			}
		}
		return enough(given)
	case calendar.ClearDays:
	}
	return false
}

// pence is a rate for a paid length, or a share of it, as S6 says: exact, rounded to pence once, half up, at the end.
func pence(r session.Rate, paid time.Duration, percent decimal.Decimal) session.Money {
	sum := rounded(worth(r, paid))
	share := new(big.Rat).Mul(sum.Amount.Rat(), percent.Rat())
	m := rounded(share.Quo(share, big.NewRat(100, 1)))
	m.Currency = r.Currency
	return m
}

func worth(r session.Rate, paid time.Duration) *big.Rat {
	amount := r.Amount.Rat()
	if r.Per == session.PerHour {
		amount.Mul(amount, big.NewRat(int64(paid), int64(time.Hour)))
	}
	return amount
}

func rounded(amount *big.Rat) session.Money {
	amount = new(big.Rat).Mul(amount, big.NewRat(100, 1))
	amount.Add(amount, big.NewRat(1, 2))
	whole := new(big.Int).Div(amount.Num(), amount.Denom()) // floor, for what is positive
	return session.Money{Amount: decimal.NewFromBigInt(whole, -2)}
}

var hundred = decimal.NewFromInt(100)

// policy is the version in force at a provider (W11).
func (w *world) policy(p session.ProviderID) withdrawal.Policy { return inForce(w.view, p, w.now) }

func inForce(v View, p session.ProviderID, at time.Time) withdrawal.Policy {
	best := withdrawal.Default()
	for _, one := range v.Policies[p] { // in the order of their numbers
		if !one.ValidFrom.After(at) && (best.Version == 0 || !one.ValidFrom.Before(best.ValidFrom)) {
			best = one
		}
	}
	return best
}

// numbered is the version that a booking was made under.
func numbered(v View, p session.ProviderID, n int) withdrawal.Policy {
	for _, one := range v.Policies[p] {
		if one.Version == n {
			return one
		}
	}
	return withdrawal.Default()
}
