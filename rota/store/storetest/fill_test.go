package storetest

import (
	"reflect"
	"slices"
	"testing"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// A field of a type that the contract has no value for is told by its name: whoever adds one adds a value.
func TestFillTellsOfWhatItHasNoValueFor(t *testing.T) {
	var r struct {
		Known   session.Money
		Unknown map[string]int
		Nested  struct{ Far complex128 }
		State   booking.State
		hidden  int
	}
	_ = r.hidden
	f := &filler{}
	f.fill(reflect.ValueOf(&r).Elem(), "r")
	if want := []string{"r.Unknown", "r.Nested.Far", "r.hidden"}; !slices.Equal(f.missed, want) {
		t.Errorf("no values for %v, want %v", f.missed, want)
	}
	if r.Known.IsZero() || r.State != booking.NoShow {
		t.Errorf("filled %+v", r)
	}
	if left := unset(reflect.ValueOf(booking.Call{Phone: "1"}), "call"); !slices.Contains(left, "call.Made") {
		t.Errorf("of a field without a value nothing is said: %v", left)
	}
}

// No two fields of a record are given the same, so that two that a store swaps are told apart.
func TestFillGivesNothingTwice(t *testing.T) {
	var b booking.Booking
	f := &filler{}
	f.fill(reflect.ValueOf(&b).Elem(), "booking")
	for _, pair := range [][2]any{
		{b.Terms.Place, b.Terms.Instructions}, {b.Made, b.OfferedUntil}, {b.Ending.At, b.Ending.Recorded},
		{b.Terms, b.Consented}, {b.Call.Due, b.Call.Made}, {b.Lapsed, b.Overridden}, {b.Terms.Span, b.Pending.Terms.Span},
	} {
		if reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("two fields are both %v", pair[0])
		}
	}
}
