package canonical_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/internal/canonical"
	"github.com/sessional-go/sessional/session"
)

// sum is zero where nothing is owed, whatever it is in.
type sum struct {
	Amount decimal.Decimal `json:"amount"`
	In     string          `json:"in"`
}

func (s sum) IsZero() bool { return s.Amount.IsZero() }

type record struct {
	Name   string          `json:"name"`
	State  session.State   `json:"state"`
	At     time.Time       `json:"at"`
	Until  time.Time       `json:"until,omitzero"`
	Rate   decimal.Decimal `json:"rate"`
	Fee    decimal.Decimal `json:"fee,omitzero"`
	Due    sum             `json:"due,omitzero"`
	Past   []sum           `json:"past,omitzero"`
	Notes  []string        `json:"notes"`
	Count  int             `json:"count,omitzero"`
	Chosen bool            `json:"chosen"`
}

func amounts() *rapid.Generator[decimal.Decimal] {
	return rapid.OneOf(
		rapid.Just(decimal.Decimal{}),
		rapid.Custom(func(t *rapid.T) decimal.Decimal {
			return decimal.New(rapid.Int64().Draw(t, "coefficient"), rapid.Int32Range(-9, 9).Draw(t, "exponent"))
		}),
		rapid.Custom(func(t *rapid.T) decimal.Decimal {
			return decimal.New(rapid.Int64Range(-100, 100).Draw(t, "coefficient")*100, -2)
		}),
	)
}

func times() *rapid.Generator[time.Time] {
	return rapid.OneOf(rapid.Just(time.Time{}), rapid.Custom(func(t *rapid.T) time.Time {
		at := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		if rapid.Bool().Draw(t, "of a stopwatch") {
			at = time.Now().Add(time.Until(at))
		}
		return at.UTC()
	}))
}

func sums() *rapid.Generator[sum] {
	return rapid.Custom(func(t *rapid.T) sum {
		return sum{amounts().Draw(t, "amount"), rapid.StringN(0, 4, 8).Draw(t, "in")}
	})
}

func records() *rapid.Generator[record] {
	return rapid.Custom(func(t *rapid.T) record {
		r := record{
			Name: rapid.String().Draw(t, "name"), State: session.Open, At: times().Draw(t, "at"),
			Until: times().Draw(t, "until"), Rate: amounts().Draw(t, "rate"), Fee: amounts().Draw(t, "fee"),
			Due: sums().Draw(t, "due"), Count: rapid.Int().Draw(t, "count"), Chosen: rapid.Bool().Draw(t, "chosen"),
		}
		if rapid.Bool().Draw(t, "has past") {
			r.Past = rapid.SliceOfN(sums(), 0, 3).Draw(t, "past")
		}
		if rapid.Bool().Draw(t, "has notes") {
			r.Notes = rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "notes")
		}
		return r
	})
}

// P3: the form is to the last digit that of a round trip, and shares no slice with what it was made of.
func TestFormIsThatOfARoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := records().Draw(t, "record")
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var want record
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		got := r
		if !canonical.Form(&got) {
			t.Fatalf("%#v has no form", r)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%#v has the form %#v, want %#v", r, got, want)
		}
		if len(r.Notes) > 0 {
			got.Notes[0] += "x"
			if r.Notes[0] == got.Notes[0] {
				t.Fatal("it shares a slice")
			}
		}
	})
}

// What only a round trip can tell is left to one.
func TestFormSaysWhatItCannot(t *testing.T) {
	one := 1
	for name, v := range map[string]any{
		"not UTF-8":           &record{Name: "\xff"},
		"not UTF-8, inside":   &record{Past: []sum{{In: "\xff"}}},
		"a year that is none": &record{At: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"in a zone":           &record{At: time.Date(2026, 7, 1, 12, 0, 0, 0, time.FixedZone("BST", 3600))},
		"a pointer":           &struct{ A *int }{&one},
		"a map":               &struct{ A map[string]int }{map[string]int{"a": 1}},
		"an interface":        &struct{ A any }{1},
		"a fraction":          &struct{ A float64 }{0.1},
		"bytes of its own":    &struct{ A json.RawMessage }{json.RawMessage("1")},
		"hidden":              &struct{ a int }{1},
		"left out": &struct {
			A int `json:"-"`
		}{1},
		"left out where empty": &struct {
			A []int `json:"a,omitempty"`
		}{},
	} {
		if canonical.Form(v) {
			t.Errorf("%s: it has the form %#v", name, v)
		}
	}
}
