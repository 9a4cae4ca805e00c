package session_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/session"
)

// halfUp is the oracle: pence are the whole part of x × 100 + ½.
func halfUp(x *big.Rat) *big.Int {
	x = new(big.Rat).Mul(x, big.NewRat(100, 1))
	x.Add(x, big.NewRat(1, 2))
	return new(big.Int).Quo(x.Num(), x.Denom())
}

func TestS6RatesAgainstExactFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tenThousandths := rapid.Int64Range(1, 50_000_000).Draw(t, "rate")
		paid := time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "paid"))
		if rapid.Bool().Draw(t, "in minutes") {
			paid = paid.Truncate(time.Minute)
		}
		r := session.Rate{Amount: decimal.New(tenThousandths, -4), Currency: "EUR", Per: session.PerHour}
		if err := r.Validate(); err != nil {
			t.Fatal(err)
		}
		exact := big.NewRat(tenThousandths, 10_000)
		check := func(paid time.Duration, exact *big.Rat) {
			got := r.For(paid)
			if want := decimal.NewFromBigInt(halfUp(exact), -2); !got.Amount.Equal(want) || got.Currency != "EUR" {
				t.Fatalf("%v for %v gives %v, want %s", r, paid, got, want)
			}
		}
		check(paid, new(big.Rat).Mul(exact, big.NewRat(int64(paid), int64(time.Hour))))
		r.Per = session.PerSession
		check(paid, exact)
	})
}

func TestS6HalfAPennyIsRoundedUp(t *testing.T) {
	for _, c := range []struct {
		rate string
		paid time.Duration
		want string
	}{
		{"0.01", 30 * time.Minute, "£0.01"}, // exactly half a penny
		{"0.01", 30*time.Minute - 1, "£0.00"},
		{"80.25", 20 * time.Minute, "£26.75"},
		{"85.01", 7*time.Hour + 30*time.Minute, "£637.58"}, // 637.575
		{"100", 20 * time.Minute, "£33.33"},                // rounded once: three of them are not £100
		{"100", 40 * time.Minute, "£66.67"},
		{"85", 0, "£0.00"},
	} {
		if got := pounds(c.rate, session.PerHour).For(c.paid).String(); got != c.want {
			t.Errorf("S6 %s an hour for %v: %s, want %s", c.rate, c.paid, got, c.want)
		}
	}
}

func TestS6MoneyReads(t *testing.T) {
	for want, m := range map[string]session.Money{
		"£630.00":     session.Pounds(63000),
		"£0.05":       session.Pounds(5),
		"-£12.34":     session.Pounds(-1234),
		"630.00 EUR":  {Amount: decimal.NewFromInt(630), Currency: "EUR"},
		"-630.00 EUR": {Amount: decimal.NewFromInt(-630), Currency: "EUR"},
	} {
		if m.String() != want {
			t.Errorf("S6 %s, want %s", m, want)
		}
		roundTrip(t, m)
	}
	for want, r := range map[string]session.Rate{
		"£85.00 per hour":     pounds("85", session.PerHour),
		"£85.10 per hour":     pounds("85.10000", session.PerHour),
		"£0.4525 per hour":    pounds("0.4525", session.PerHour),
		"£85.125 per session": pounds("85.1250", session.PerSession),
	} {
		if r.String() != want {
			t.Errorf("S6 %s, want %s", r, want)
		}
		roundTrip(t, r)
	}
}

func TestS6MoneyEquality(t *testing.T) {
	a := session.Pounds(63000)
	if !a.Equal(session.Money{Amount: decimal.NewFromInt(630), Currency: "GBP"}) {
		t.Error("S6 630 and 630.00 differ")
	}
	if a.Equal(session.Pounds(63001)) || a.Equal(session.Money{Amount: a.Amount, Currency: "EUR"}) {
		t.Error("S6 other amounts are equal")
	}
	if !(session.Money{}).IsZero() || a.IsZero() || session.Pounds(0).IsZero() {
		t.Error("S6 only what has neither amount nor currency is no money")
	}
	if !(session.Rate{}).IsZero() {
		t.Error("S6 no rate is one")
	}
	if (session.Rate{Per: session.PerHour}).IsZero() || (session.Rate{Currency: "GBP"}).IsZero() || pounds("1", 0).IsZero() {
		t.Error("S6 half a rate is not none")
	}
}

func TestS6PositiveMoney(t *testing.T) {
	money := func(d decimal.Decimal) session.Money { return session.Money{Amount: d, Currency: "GBP"} }
	for _, good := range []session.Money{
		session.Pounds(1), session.Pounds(99_999_999_999), money(decimal.RequireFromString("1.000000")), money(decimal.New(1, 8)),
	} {
		if err := good.CheckPositive("Amount"); err != nil {
			t.Errorf("%v: %v", good, err)
		}
	}
	for _, bad := range []session.Money{
		{}, session.Pounds(0), session.Pounds(-1), session.Pounds(100_000_000_000),
		money(decimal.RequireFromString("1.001")), money(decimal.New(1, 999_999_999)), money(decimal.New(1, -999_999_999)),
		money(decimal.New(1, 9)),
	} {
		wantField(t, bad.CheckPositive("Amount"), "Amount")
	}
	wantField(t, session.Money{Amount: decimal.NewFromInt(1)}.CheckPositive("Amount"), "Amount.Currency")
}

func TestS1References(t *testing.T) {
	for n, want := range map[int64]session.Reference{
		1: "#401000001", 123: "#401000123", 999999: "#401999999", 1000000: "#4011000000", 1 << 62: "#4014611686018427387904",
	} {
		got, err := session.FormatReference(session.DefaultPrefix, n)
		if err != nil || got != want {
			t.Errorf("S1 %d: %s, %v, want %s", n, got, err, want)
		}
	}
	for _, prefix := range []string{"", "401", "# 401", "#4\u00e91", "#401\n", "#" + strings.Repeat("4", 16), " #401"} {
		_, err := session.FormatReference(prefix, 1)
		wantField(t, err, "Prefix")
	}
	for _, prefix := range []string{"#", "#4", "#NHS-az-AZ-09", "#" + strings.Repeat("4", 15)} {
		if _, err := session.FormatReference(prefix, 1); err != nil {
			t.Errorf("S1 %q: %v", prefix, err)
		}
	}
	for _, n := range []int64{0, -1} {
		_, err := session.FormatReference("#401", n)
		wantField(t, err, "Number")
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Range(1, 1<<40).Draw(t, "a"), rapid.Int64Range(1, 1<<40).Draw(t, "b")
		refA, errA := session.FormatReference("#401", a)
		refB, errB := session.FormatReference("#401", b)
		if errA != nil || errB != nil || (refA == refB) != (a == b) {
			t.Fatalf("S1 %d: %s, %d: %s", a, refA, b, refB)
		}
	})
}

// What can be compared cheaply is judged as an amount, everything else is none.
func TestS6AbsurdExponents(t *testing.T) {
	one := new(big.Int).Exp(big.NewInt(10), big.NewInt(32), nil)
	for _, c := range []struct {
		amount  decimal.Decimal
		problem string
	}{
		{decimal.NewFromBigInt(one, -32), ""}, // exactly 1
		{decimal.NewFromBigInt(one, -33), "is no amount of money"},
		{decimal.New(1, 16), "is too large"},
		{decimal.New(1, 17), "is no amount of money"},
	} {
		err := session.Money{Amount: c.amount, Currency: "GBP"}.CheckPositive("Amount")
		if c.problem == "" {
			if err != nil {
				t.Errorf("S6 %v: %v", c.amount, err)
			}
			continue
		}
		wantField(t, err, "Amount")
		if want := "Amount " + c.problem + "."; err.Error() != want {
			t.Errorf("S6 %v: %q, want %q", c.amount, err, want)
		}
	}
}
