package relational

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// form is how values of one type are kept as text, in both directions. It is chosen when a table is described: to find out
// of each value of each row what it is took most of the time.
type form struct {
	// blank says which values are NULL, where the column may be.
	blank func(field reflect.Value) bool
	// write adds a value to an empty text that isn't nil; nil is NULL.
	write func(text []byte, field reflect.Value) ([]byte, error)
	// read sets a field that is still zero. It doesn't keep the text.
	read func(field reflect.Value, text []byte) error
}

var (
	lengthType    = reflect.TypeFor[time.Duration]()
	marshalType   = reflect.TypeFor[encoding.TextMarshaler]()
	unmarshalType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// formOf is how values of a type are kept; of no kind where only a document can hold them.
func formOf(t reflect.Type) (Kind, form) {
	marshals, unmarshals := t.Implements(marshalType), reflect.PointerTo(t).Implements(unmarshalType)
	switch {
	case t == reflect.TypeFor[time.Time]():
		return Instant, typed(time.Time.IsZero, appendInstant, readInstant)
	case t == reflect.TypeFor[decimal.Decimal]():
		return Amount, typed(decimal.Decimal.IsZero, appendAmount, readAmount)
	case t == reflect.TypeFor[calendar.Date]():
		return Day, form{reflect.Value.IsZero, writeWord, readWord}
	case marshals && unmarshals && t.Kind() != reflect.String:
		return Text, form{reflect.Value.IsZero, writeWordOf(t), readWord}
	case marshals || unmarshals:
		return 0, form{} // a string with another text than itself: no column has needed that
	}
	switch t.Kind() {
	case reflect.String:
		return Text, form{isBlank, writeString, readString}
	case reflect.Int, reflect.Int64:
		return Int, form{reflect.Value.IsZero, writeInt, readInt}
	case reflect.Bool:
		return Bool, form{reflect.Value.IsZero, writeBool, readBool}
	}
	return 0, form{}
}

// typed is a form made of functions that know the type.
func typed[T any](
	blank func(T) bool, write func(text []byte, value T) ([]byte, error), read func(text []byte) (T, error),
) form {
	return form{
		blank: func(field reflect.Value) bool {
			value, _ := reflect.TypeAssert[T](field)
			return blank(value)
		},
		write: func(text []byte, field reflect.Value) ([]byte, error) {
			value, _ := reflect.TypeAssert[T](field)
			return write(text, value)
		},
		read: func(field reflect.Value, text []byte) (err error) {
			*pointer[T](field), err = read(text)
			return err
		},
	}
}

func pointer[T any](field reflect.Value) *T {
	p, _ := field.Addr().Interface().(*T)
	return p
}

func appendAmount(text []byte, d decimal.Decimal) ([]byte, error) {
	return append(text, d.String()...), nil
}

func readAmount(text []byte) (decimal.Decimal, error) {
	if len(text) == 0 {
		return decimal.Zero, nil
	}
	return decimal.NewFromString(string(text))
}

// lengthIn is the form of a length of time that is kept as a whole number of units.
func lengthIn(unit time.Duration) form {
	return typed(func(d time.Duration) bool { return d == 0 },
		func(text []byte, d time.Duration) ([]byte, error) {
			if d%unit != 0 {
				return nil, fmt.Errorf("%s is no multiple of %s", d, unit)
			}
			return strconv.AppendInt(text, int64(d/unit), 10), nil
		},
		func(text []byte) (time.Duration, error) {
			n, err := intOf(text)
			return time.Duration(n) * unit, err
		})
}

// writeWordOf is writeWord for a type. A closed set is asked for its words just once.
func writeWordOf(t reflect.Type) func(text []byte, field reflect.Value) ([]byte, error) {
	if t.Kind() != reflect.Uint8 {
		return writeWord
	}
	var words []string
	for one := reflect.New(t).Elem(); len(words) <= math.MaxUint8; {
		one.SetUint(uint64(len(words)))
		word, err := writeWord(nil, one)
		if err != nil {
			break
		}
		words = append(words, string(word))
	}
	return func(text []byte, field reflect.Value) ([]byte, error) {
		if n := field.Uint(); n < uint64(len(words)) {
			return append(text, words[n]...), nil
		}
		return writeWord(text, field) // which knows what is wrong
	}
}

// writeWord is for types that have a text of their own.
func writeWord(text []byte, field reflect.Value) ([]byte, error) {
	word, _ := field.Addr().Interface().(encoding.TextMarshaler)
	b, err := word.MarshalText()
	return append(text, b...), err
}

func readWord(field reflect.Value, text []byte) error {
	word, _ := field.Addr().Interface().(encoding.TextUnmarshaler)
	return word.UnmarshalText(text)
}

func isBlank(field reflect.Value) bool { return field.Len() == 0 }

func writeString(text []byte, field reflect.Value) ([]byte, error) {
	return append(text, field.String()...), nil
}

func readString(field reflect.Value, text []byte) error {
	field.SetString(string(text))
	return nil
}

func writeInt(text []byte, field reflect.Value) ([]byte, error) {
	return strconv.AppendInt(text, field.Int(), 10), nil
}

func readInt(field reflect.Value, text []byte) error {
	n, err := intOf(text)
	field.SetInt(n)
	return err
}

func intOf(text []byte) (int64, error) {
	if len(text) == 0 {
		return 0, nil
	}
	return strconv.ParseInt(string(text), 10, 64)
}

func writeBool(text []byte, field reflect.Value) ([]byte, error) {
	return strconv.AppendBool(text, field.Bool()), nil
}

func readBool(field reflect.Value, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	yes, err := strconv.ParseBool(string(text))
	field.SetBool(yes)
	return err
}

// documentOf is the form of values that are kept as JSON. A list or map without content is none.
func documentOf(t reflect.Type) form {
	f := form{reflect.Value.IsZero, writeDocument, readDocument}
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		f.blank = isBlank
	}
	if t == reflect.TypeFor[session.Facts]() {
		f.write = writeFacts
	}
	return f
}

func writeDocument(text []byte, field reflect.Value) ([]byte, error) {
	b, err := json.Marshal(field.Interface())
	return append(text, b...), err
}

func readDocument(field reflect.Value, text []byte) error {
	return json.Unmarshal(text, field.Addr().Interface())
}
