package session

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/internal/enum"
)

// Currency is an ISO 4217 code such as GBP. Amounts are kept to two decimal places, pence.
type Currency string

// GBP is the pound sterling.
const GBP Currency = "GBP"

// Check returns a *FieldError naming field unless the currency is three capital letters.
func (c Currency) Check(field string) error {
	if len(c) != 3 {
		return &FieldError{Field: field, Problem: "must be a three-letter ISO 4217 code such as GBP"}
	}
	for _, r := range c {
		if r < 'A' || r > 'Z' {
			return &FieldError{Field: field, Problem: "must be a three-letter ISO 4217 code such as GBP"}
		}
	}
	return nil
}

// Money is an exact decimal amount in a currency.
//
// What comes from outside has to pass CheckPositive first: to compare, print or compute with an amount such as
// 1e-999999999 would take all the memory there is.
type Money struct {
	Amount   decimal.Decimal `json:"amount"`
	Currency Currency        `json:"currency"`
}

// Pounds returns an amount of sterling given in pence.
func Pounds(pence int64) Money { return Money{Amount: decimal.New(pence, -2), Currency: GBP} }

// PerHour returns the rate that pays m for each hour.
func (m Money) PerHour() Rate { return Rate{Amount: m.Amount, Currency: m.Currency, Per: PerHour} }

// PerSession returns the rate that pays m for the whole session.
func (m Money) PerSession() Rate {
	return Rate{Amount: m.Amount, Currency: m.Currency, Per: PerSession}
}

// String returns "£630.00" for sterling and "630.00 EUR" for everything else.
func (m Money) String() string { return amount(m.Amount, m.Currency, 2) }

func amount(d decimal.Decimal, c Currency, places int32) string {
	if c != GBP {
		return d.StringFixed(places) + " " + string(c)
	}
	if d.IsNegative() {
		return "-£" + d.Neg().StringFixed(places)
	}
	return "£" + d.StringFixed(places)
}

// IsZero says whether no money is given at all: no amount and no currency.
func (m Money) IsZero() bool { return m.Amount.IsZero() && m.Currency == "" }

// Equal compares amount and currency; 630 and 630.00 are equal.
func (m Money) Equal(o Money) bool { return m.Currency == o.Currency && m.Amount.Equal(o.Amount) }

// maxAmount keeps amounts inside what every store can hold.
var maxAmount = decimal.New(1, 9)

// sane keeps out amounts whose exponent is far off: comparing or rounding 1e-999999999 would take all memory there is.
func sane(d decimal.Decimal) bool { return d.Exponent() >= -32 && d.Exponent() <= 16 }

// CheckPositive returns a *FieldError naming field unless m is more than zero, in whole pence, below a thousand
// million and in a valid currency.
func (m Money) CheckPositive(field string) error {
	switch {
	case m.IsZero():
		return &FieldError{Field: field, Problem: "is missing"}
	case !m.Amount.IsPositive():
		return &FieldError{Field: field, Problem: "must be more than zero"}
	case !sane(m.Amount):
		return &FieldError{Field: field, Problem: "is no amount of money"}
	case !m.Amount.Equal(m.Amount.Truncate(2)):
		return &FieldError{Field: field, Problem: "must be in whole pence"}
	case m.Amount.GreaterThanOrEqual(maxAmount):
		return &FieldError{Field: field, Problem: "is too large"}
	}
	return m.Currency.Check(field + ".Currency")
}

// Per is what a rate is paid for.
type Per uint8

// A rate is per hour worked or for the whole session.
const (
	PerHour Per = iota + 1
	PerSession
)

var pers = enum.Names{"", "hour", "session"}

// String returns hour or session.
func (p Per) String() string { return pers.Text(uint8(p)) }

// MarshalText writes hour or session.
func (p Per) MarshalText() ([]byte, error) { return pers.Marshal(uint8(p)) }

// UnmarshalText reads hour or session and refuses any other word.
func (p *Per) UnmarshalText(text []byte) error {
	n, err := pers.Unmarshal(text)
	*p = Per(n)
	return err
}

// Rate is what a session pays (S6): an exact decimal amount of a currency, per hour or per session.
//
// What comes from outside has to pass Validate first, as with Money.
type Rate struct {
	Amount   decimal.Decimal `json:"amount"`
	Currency Currency        `json:"currency"`
	Per      Per             `json:"per"`
}

// Validate refuses a rate that is not positive, finer than a hundredth of a penny, too large, or without
// currency or unit.
func (r Rate) Validate() error {
	switch {
	case !r.Amount.IsPositive():
		return &FieldError{Field: "Rate.Amount", Problem: "must be more than zero"}
	case !sane(r.Amount):
		return &FieldError{Field: "Rate.Amount", Problem: "is no amount of money"}
	case !r.Amount.Equal(r.Amount.Truncate(4)):
		return &FieldError{Field: "Rate.Amount", Problem: "has more than four decimal places"}
	case r.Amount.GreaterThanOrEqual(maxAmount):
		return &FieldError{Field: "Rate.Amount", Problem: "is too large"}
	case !pers.Valid(uint8(r.Per)):
		return &FieldError{Field: "Rate.Per", Problem: "must be hour or session"}
	}
	return r.Currency.Check("Rate.Currency")
}

// String returns "£85.00 per hour", and "£0.4525 per hour" for a rate finer than pence.
func (r Rate) String() string {
	places := max(2, -r.Amount.Exponent())
	for places > 2 && r.Amount.Equal(r.Amount.Truncate(places-1)) {
		places--
	}
	return amount(r.Amount, r.Currency, places) + " per " + r.Per.String()
}

// For returns what the rate gives for a length of paid time: the rate itself where it is per session, and otherwise
// rate × time, exact, rounded to pence once, half up, at the end (S6).
func (r Rate) For(paid time.Duration) Money {
	m := Money{Amount: r.Amount.Round(2), Currency: r.Currency}
	if r.Per == PerHour {
		m.Amount = r.Amount.Mul(decimal.NewFromInt(int64(paid))).DivRound(decimal.NewFromInt(int64(time.Hour)), 2)
	}
	return m
}

// IsZero says whether no rate is given.
func (r Rate) IsZero() bool { return r.Amount.IsZero() && r.Currency == "" && r.Per == 0 }

// Equal compares amount, currency and unit; 85 and 85.00 are equal.
func (r Rate) Equal(o Rate) bool {
	return r.Amount.Equal(o.Amount) && r.Currency == o.Currency && r.Per == o.Per
}
