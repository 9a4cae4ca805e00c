package storetest

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// hostile is what people may write, and stores have lost or misread: quotes, backslashes, line ends, what looks like
// SQL, JSON or a format, characters of four bytes, combining ones, ones that turn the direction of writing.
const hostile = "O'Brien said: \"it's 100%\"; -- DROP TABLE sessions; " +
	"\\n \\\\ \r\n\t{\"a\": [null, 'x']} $1 ? :name %s " +
	"\u00e9 e\u0301 \u202e\u05d0\u200d \U0001f600 \U0001f468\u200d\u2695\ufe0f \uffff \x01 NULL \\u0000 \ufeff\v \u2028end"

// filler gives values to the fields of a record, no two alike, so that two fields that a store swaps are told apart.
type filler struct {
	n int
	// missed are the fields of types that it has no value for: whoever adds such a type adds a value here.
	missed []string
}

// fill gives every field of a record a value.
func (f *filler) fill(v reflect.Value, path string) {
	f.n++
	if f.known(v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.field(v.Field(i), v.Type().Field(i), path)
		}
	case reflect.Uint8:
		f.word(v, path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.String:
		v.SetString(f.text(v.Type().Name()))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.n))
	default:
		f.missed = append(f.missed, path)
	}
}

func (f *filler) field(v reflect.Value, field reflect.StructField, path string) {
	if path += "." + field.Name; !field.IsExported() {
		f.missed = append(f.missed, path)
		return
	}
	f.fill(v, path)
}

// text is short and without spaces for a type that names something, and whatever people write for all others.
func (f *filler) text(name string) string {
	if strings.HasSuffix(name, "ID") || name == "Reference" || name == "EventKind" || name == "Role" {
		return odd(name, f.n)
	}
	return fmt.Sprintf("%d %s", f.n, hostile)
}

// odd is an id of characters that are allowed in one, and that mean something to somebody.
func odd(kind string, n int) string { return fmt.Sprintf("%s-%d'\"\\%%_{}é😀", kind, n) }

// known fills what is not the sum of its parts.
func (f *filler) known(v reflect.Value) bool {
	at := now.Add(time.Duration(f.n)*time.Hour + time.Duration(f.n)*time.Microsecond)
	exact := decimal.RequireFromString("999999999.99")
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(at))
	case time.Duration:
		v.Set(reflect.ValueOf(time.Duration(f.n) * time.Minute))
	case withdrawal.Length:
		v.Set(reflect.ValueOf(withdrawal.Length(time.Duration(f.n) * time.Hour)))
	case calendar.Span:
		v.Set(reflect.ValueOf(calendar.Span{Start: at, End: at.Add(8*time.Hour + time.Microsecond)}))
	case calendar.Date:
		v.Set(reflect.ValueOf(calendar.MustDate(2026, time.February, 28).AddDays(f.n)))
	case calendar.Clock:
		v.Set(reflect.ValueOf(calendar.MustClock(f.n%24, f.n%60)))
	case calendar.Notice:
		notices := []calendar.Notice{
			{Amount: 5, Unit: calendar.BusinessDays, DeemedAfter: calendar.MustClock(17, 30)},
			{Amount: 7, Unit: calendar.CalendarDays, Elapsed: true, ExactlyIsShort: true},
		}
		v.Set(reflect.ValueOf(notices[f.n%2]))
		v.FieldByName("Amount").SetInt(int64(f.n%300 + 1))
	case decimal.Decimal:
		v.Set(reflect.ValueOf(decimal.New(int64(10001+f.n), -4))) // a percentage of four places
	case decimal.NullDecimal:
		v.Set(reflect.ValueOf(decimal.NewNullDecimal(decimal.New(int64(f.n), -4))))
	case session.Money:
		v.Set(reflect.ValueOf(session.Money{Amount: exact.Sub(decimal.New(int64(f.n), -2)), Currency: "EUR"}))
	case session.Rate:
		v.Set(reflect.ValueOf(session.Rate{Amount: decimal.New(int64(f.n), -4), Currency: "CHF", Per: session.PerSession}))
	case session.Facts:
		v.Set(reflect.ValueOf(session.Facts{"a": fmt.Sprint(f.n), "words": hostile, "Key": "1", "key": "2"}))
	default:
		return false
	}
	return true
}

// word sets the last word of a closed set: the first ones are what stores are tried with anyway.
func (f *filler) word(v reflect.Value, path string) {
	last := uint64(0)
	for n := range uint64(64) {
		v.SetUint(n)
		if text, ok := v.Interface().(encoding.TextMarshaler); ok {
			if _, err := text.MarshalText(); err == nil {
				last = n
			}
		}
	}
	if v.SetUint(last); last == 0 {
		f.missed = append(f.missed, path)
	}
}

// unset lists the fields of a record that have no value. Those of a notice exclude each other.
func unset(v reflect.Value, path string) []string {
	switch v.Interface().(type) {
	case time.Time, decimal.Decimal, decimal.NullDecimal, calendar.Date, calendar.Clock, calendar.Notice:
	default:
		if v.Kind() == reflect.Struct {
			var all []string
			for i := range v.NumField() {
				all = append(all, unset(v.Field(i), path+"."+v.Type().Field(i).Name)...)
			}
			return all
		}
	}
	if v.IsZero() {
		return []string{path}
	}
	return nil
}

// blank sets every field that may be left out, as its tag says, to nothing.
func blank(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time, decimal.Decimal, decimal.NullDecimal, calendar.Date, calendar.Clock, calendar.Notice:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if strings.Contains(v.Type().Field(i).Tag.Get("json"), ",omitzero") {
				v.Field(i).SetZero()
				continue
			}
			blank(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			blank(v.Index(i))
		}
	}
}
