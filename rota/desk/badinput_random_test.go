package desk_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/calendar"
)

// TestRandomInputNeverPanics fills every command and query with anything at all, ids of things that exist among it: the
// desk succeeds, or refuses with a typed error and changes nothing.
func TestRandomInputNeverPanics(t *testing.T) {
	forms := commandForms()
	maps.Copy(forms, queryForms())
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		method, _, _ := strings.Cut(name, "/")
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				st := newStage(t)
				args := forms[name].args(st)
				share := rapid.IntRange(0, 100).Draw(rt, "share")
				for i := range args {
					scramble(rt, args[i], share)
				}
				before := st.dump()
				_, err := call(t, st.desk, method, args)
				if err == nil {
					return
				}
				if typed(t, err); t.Failed() {
					rt.Fatalf("%T: %v", err, err)
				}
				if st.dump() != before {
					rt.Fatalf("failed with %v, and changed something", err)
				}
			})
		})
	}
}

// scramble gives a share of the fields, in percent, any value that their types can have.
func scramble(rt *rapid.T, at reflect.Value, share int) {
	if leaf(at.Type()) && rapid.IntRange(1, 100).Draw(rt, "dice") > share {
		return
	}
	switch at.Interface().(type) {
	case time.Time:
		at.Set(reflect.ValueOf(time.Unix(rapid.Int64().Draw(rt, "seconds"), rapid.Int64().Draw(rt, "nanoseconds"))))
		return
	case calendar.Date:
		at.Set(reflect.ValueOf(calendar.MustDate(1, 1, 1).AddDays(rapid.IntRange(-1, 3_652_058).Draw(rt, "days"))))
		return
	case calendar.Clock:
		c, _ := calendar.NewClock(rapid.IntRange(0, 25).Draw(rt, "hour"), rapid.IntRange(0, 60).Draw(rt, "minute"))
		at.Set(reflect.ValueOf(c))
		return
	case decimal.Decimal:
		at.Set(reflect.ValueOf(anyDecimal(rt)))
		return
	case decimal.NullDecimal:
		at.Set(reflect.ValueOf(decimal.NullDecimal{Decimal: anyDecimal(rt), Valid: rapid.Bool().Draw(rt, "valid")}))
		return
	}
	switch at.Kind() {
	case reflect.String:
		at.SetString(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"", "north", "south", "leeds", "york", "bath", "ada", "ben", "p-ada", "p-leeds", "a\x00", "\xff", "#401000001",
		})).Draw(rt, "text"))
	case reflect.Bool:
		at.SetBool(rapid.Bool().Draw(rt, "bool"))
	case reflect.Uint8:
		at.SetUint(uint64(rapid.Uint8Range(0, 9).Draw(rt, "enum")))
	case reflect.Int, reflect.Int64:
		at.SetInt(rapid.Int64().Draw(rt, "number"))
	case reflect.Pointer:
		if rapid.Bool().Draw(rt, "given") {
			fresh := reflect.New(at.Type().Elem())
			scramble(rt, fresh.Elem(), share)
			at.Set(fresh)
		}
	case reflect.Slice:
		if rapid.Bool().Draw(rt, "filled") {
			fresh := reflect.MakeSlice(at.Type(), rapid.IntRange(0, 3).Draw(rt, "length"), 3)
			for i := range fresh.Len() {
				scramble(rt, fresh.Index(i), 100)
			}
			at.Set(fresh)
		}
	case reflect.Struct:
		for i := range at.NumField() {
			scramble(rt, at.Field(i), share)
		}
	default:
		rt.Fatalf("no random %s", at.Type())
	}
}

func anyDecimal(rt *rapid.T) decimal.Decimal {
	exponent := rapid.OneOf(rapid.Int32Range(-4, 4), rapid.Int32()).Draw(rt, "exponent")
	return decimal.New(rapid.Int64().Draw(rt, "coefficient"), exponent)
}
