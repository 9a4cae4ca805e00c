// Package canonical makes of a value what encoding it as JSON and decoding it again would make of it, without the trip.
// What a command led to is kept in its encoded form, and given from there when the command is repeated (P3): the
// first answer mustn't differ from the second, down to how many digits an amount has.
package canonical

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// Form gives what v points to the form that it has after a round trip through JSON, with slices of its own, and says
// whether it could: not for what only a round trip can tell, such as maps, pointers, local times, or text that is not
// UTF-8. Then the value may be half done.
func Form(v any) bool {
	t := reflect.TypeOf(v).Elem()
	f, found := forms.Load(t)
	if !found {
		f, _ = forms.LoadOrStore(t, formOf(t))
	}
	give, ok := f.(form)
	return ok && give(reflect.ValueOf(v).Elem())
}

// form gives a value its form, and says whether it could.
type form func(reflect.Value) bool

// forms are those of all types that were asked for, by type.
var forms sync.Map

// unable is the form of types that only a round trip can tell.
func unable(reflect.Value) bool { return false }

// asIs is the form of what never changes.
func asIs(reflect.Value) bool { return true }

func formOf(t reflect.Type) form {
	switch {
	case t == reflect.TypeFor[decimal.Decimal]():
		return ofDecimal
	case t == reflect.TypeFor[time.Time]():
		return ofTime
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Marshaler]()):
		return unable
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return asIs // a word for one value
	}
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return asIs
	case reflect.String:
		return func(v reflect.Value) bool { return utf8.ValidString(v.String()) }
	case reflect.Slice:
		return ofSlice(t)
	case reflect.Struct:
		return ofStruct(t)
	default:
		return unable
	}
}

func ofSlice(t reflect.Type) form {
	item := formOf(t.Elem())
	return func(v reflect.Value) bool {
		if v.IsNil() {
			return true
		}
		own := reflect.MakeSlice(t, v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		for i := range v.Len() {
			if !item(v.Index(i)) {
				return false
			}
		}
		return true
	}
}

// field is a field of a struct; omitted says whether it is left out of JSON, and so comes back as nothing.
type field struct {
	no      int
	form    form
	omitted func(reflect.Value) bool
}

func ofStruct(t reflect.Type) form {
	var fields []field
	for i := range t.NumField() {
		of := t.Field(i)
		name, options, _ := strings.Cut(of.Tag.Get("json"), ",")
		if !of.IsExported() || name == "-" || options != "" && options != "omitzero" {
			return unable
		}
		f := field{no: i, form: formOf(of.Type)}
		if options == "omitzero" {
			f.omitted = reflect.Value.IsZero
			if reflect.PointerTo(of.Type).Implements(reflect.TypeFor[zeroer]()) {
				f.omitted = isZero
			}
		}
		fields = append(fields, f)
	}
	return func(v reflect.Value) bool {
		for _, f := range fields {
			at := v.Field(f.no)
			if f.omitted != nil && f.omitted(at) {
				at.SetZero()
			} else if !f.form(at) {
				return false
			}
		}
		return true
	}
}

// zeroer is what says of itself whether it is nothing.
type zeroer interface{ IsZero() bool }

func isZero(v reflect.Value) bool {
	z, ok := v.Addr().Interface().(zeroer)
	return ok && z.IsZero()
}

// ofDecimal drops the zeros at the end of a fraction, which no JSON text of an amount has.
func ofDecimal(v reflect.Value) bool {
	d, ok := v.Addr().Interface().(*decimal.Decimal)
	if !ok {
		return false
	}
	if d.Exponent() == 0 && !d.IsZero() {
		return true
	}
	read, err := decimal.NewFromString(d.String())
	*d = read
	return err == nil
}

// ofTime leaves a UTC instant without the reading of a stopwatch. JSON has years of four digits only, and of a zone its
// offset alone.
func ofTime(v reflect.Value) bool {
	t, ok := v.Addr().Interface().(*time.Time)
	if !ok {
		return false
	}
	*t = t.Round(0)
	return t.Location() == time.UTC && t.Year() >= 0 && t.Year() <= 9999
}
