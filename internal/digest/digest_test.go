package digest_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/digest"
)

type inner struct {
	Name string
	N    int
}

type value struct {
	ID     string
	At     time.Time
	Amount decimal.Decimal
	On     calendar.Date
	Of     *inner
	List   []inner
	Facts  map[string]string
	Flag   bool
	Null   decimal.NullDecimal
	hidden int
}

func full() value {
	return value{
		ID: "a", At: time.Date(2026, 4, 9, 8, 0, 0, 1000, time.UTC), Amount: decimal.RequireFromString("85.50"),
		On: calendar.MustDate(2026, time.April, 9), Of: &inner{"x", 1}, List: []inner{{"y", 2}, {"z", 3}},
		Facts: map[string]string{"b": "2", "a": "1"}, Flag: true, hidden: 1,
		Null: decimal.NewNullDecimal(decimal.NewFromInt(3)),
	}
}

func TestP3DigestIsTheSameForEqualValues(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	want := digest.Of(full())
	same := map[string]func(*value){
		"another zone":          func(v *value) { v.At = v.At.In(london) },
		"below a microsecond":   func(v *value) { v.At = v.At.Add(999 * time.Nanosecond) },
		"a trailing zero":       func(v *value) { v.Amount = decimal.RequireFromString("85.5") },
		"another pointer":       func(v *value) { v.Of = &inner{"x", 1} },
		"an unexported field":   func(v *value) { v.hidden = 2 },
		"a map in other order":  func(v *value) { v.Facts = map[string]string{"a": "1", "b": "2"} },
		"a slice with room":     func(v *value) { v.List = append(make([]inner, 0, 9), v.List...) },
		"nothing, for the sake": func(*value) {},
	}
	for name, change := range same {
		v := full()
		change(&v)
		if got := digest.Of(v); got != want {
			t.Errorf("%s changes the digest", name)
		}
	}
}

func TestP3DigestDiffersForOtherValues(t *testing.T) {
	seen := map[string]string{digest.Of(full()): "the value itself"}
	other := map[string]func(*value){
		"the text":             func(v *value) { v.ID = "b" },
		"the instant":          func(v *value) { v.At = v.At.Add(time.Microsecond) },
		"the amount":           func(v *value) { v.Amount = decimal.RequireFromString("85.51") },
		"the date":             func(v *value) { v.On = v.On.AddDays(1) },
		"what is pointed to":   func(v *value) { v.Of.N = 2 },
		"no pointer":           func(v *value) { v.Of = nil },
		"the order":            func(v *value) { v.List[0], v.List[1] = v.List[1], v.List[0] },
		"a shorter list":       func(v *value) { v.List = v.List[:1] },
		"a value in a map":     func(v *value) { v.Facts["a"] = "2" },
		"a key in a map":       func(v *value) { v.Facts = map[string]string{"c": "1", "b": "2"} },
		"a flag":               func(v *value) { v.Flag = false },
		"the optional decimal": func(v *value) { v.Null = decimal.NullDecimal{} },
		"text in another place": func(v *value) {
			v.List[0].Name, v.List[1].Name = v.List[0].Name+"z", ""
		},
	}
	for name, change := range other {
		v := full()
		change(&v)
		sum := digest.Of(v)
		if twin, twice := seen[sum]; twice {
			t.Errorf("%s gives the digest of: %s", name, twin)
		}
		seen[sum] = name
	}
}

func TestP3DigestLeavesZeroFieldsOut(t *testing.T) {
	// A release that knows one field more must recognise the commands of the one before.
	before := func() string {
		type value struct{ ID string }
		return digest.Of(value{"a"})
	}()
	after := func() string {
		type value struct {
			ID    string
			Added *string
			More  decimal.Decimal
			When  time.Time
		}
		return digest.Of(value{ID: "a", More: decimal.RequireFromString("0.00")})
	}()
	if before != after {
		t.Error("a new field that is not given changes the digest")
	}
}

func TestP3DigestIsStable(t *testing.T) {
	// Stored digests outlive releases: this one must never change.
	const want = "c276ce04614d73758a37dbe79d830b68e7a7f75fbb7dfb24f09342b9d2322f40"
	if got := digest.Of(inner{"x", 1}); got != want {
		t.Errorf("digest = %s, want %s", got, want)
	}
	if digest.Of(nil) == digest.Of("") {
		t.Error("nothing and a blank text have the same digest")
	}
}
