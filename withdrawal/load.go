package withdrawal

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// maxPolicy is the greatest length of a policy, in bytes.
const maxPolicy = 1 << 20

// LoadPolicy reads a policy from JSON (W11). Fields that are left out keep the value of Default. A list is taken as a
// whole, null being an empty one, and nothing stands in for what a line of it leaves out; so is a notice that gives
// another unit: its amount has to be given with it. Fields that are unknown, given twice or, but for lists, null are
// refused. The error is PolicyErrors with all that is wrong, each named by its path: fee.scale[1].percent.
func LoadPolicy(data []byte) (Policy, error) {
	p := Default()
	var e faults
	if len(data) > maxPolicy {
		e.check(false, "", "is longer than a megabyte")
		return Policy{}, e.err()
	}
	var whole json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&whole); err != nil {
		e.check(false, "", "is not JSON: "+err.Error())
		return Policy{}, e.err()
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		e.check(false, "", "is followed by something else")
		return Policy{}, e.err()
	}
	e.read("", whole, reflect.ValueOf(&p).Elem())
	if len(e.list) == 0 {
		p.ValidFrom = session.Instant(p.ValidFrom)
		var wrong PolicyErrors
		if errors.As(p.Validate(), &wrong) {
			e.list = wrong
		}
	}
	if err := e.err(); err != nil {
		return Policy{}, err
	}
	return p, nil
}

// read takes a value apart as far as it has fields or elements of its own, so that every one that is wrong is found and
// has its path.
func (e *faults) read(path string, raw json.RawMessage, into reflect.Value) {
	_, text := into.Addr().Interface().(encoding.TextUnmarshaler)
	_, own := into.Addr().Interface().(json.Unmarshaler)
	_, optional := into.Interface().(decimal.NullDecimal)
	list := into.Kind() == reflect.Slice
	switch {
	case string(raw) == "null" && !optional && !list:
		e.check(false, path, "must not be null")
	case !text && !own && into.Kind() == reflect.Struct:
		e.clearNotice(path, raw, into)
		e.readObject(path, raw, into)
	case !text && !own && list:
		e.readList(path, raw, into)
	default:
		e.readValue(path, raw, into)
	}
}

// clearNotice forgets the default of a notice that is given another unit: seven days and "exactly is short" mean
// something else in hours.
func (e *faults) clearNotice(path string, raw json.RawMessage, into reflect.Value) {
	was, notice := into.Interface().(calendar.Notice)
	var given map[string]json.RawMessage
	if !notice || was.Unit == 0 || json.Unmarshal(raw, &given) != nil {
		return
	}
	var unit calendar.Unit
	if json.Unmarshal(given["unit"], &unit) != nil || unit == was.Unit {
		return // left out, the same, or wrong: that is said elsewhere
	}
	into.SetZero()
	e.check(given["amount"] != nil, join(path, "amount"), "must be given with the unit")
}

func (e *faults) readObject(path string, raw json.RawMessage, into reflect.Value) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		e.check(false, path, "must be an object")
		return
	}
	seen := map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		name, _ := key.(string)
		var value json.RawMessage
		if err != nil || dec.Decode(&value) != nil {
			e.check(false, path, "must be an object") // can't happen: it was read as JSON before
			return
		}
		below := join(path, name)
		field, known := fieldOf(into, name)
		switch {
		case !known:
			e.check(false, below, "is unknown")
		case seen[name]:
			e.check(false, below, "is given twice")
		default:
			e.read(below, value, field)
		}
		seen[name] = true
	}
}

func (e *faults) readList(path string, raw json.RawMessage, into reflect.Value) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		e.check(false, path, "must be a list")
		return
	}
	list := reflect.MakeSlice(into.Type(), 0, len(items))
	for i, item := range items {
		element := reflect.New(into.Type().Elem()).Elem()
		at := path + "[" + itoa(i) + "]"
		e.read(at, item, element)
		e.demand(at, item, element)
		list = reflect.Append(list, element)
	}
	into.Set(list)
}

// demand refuses a line of a list that leaves out a field: there is no default of it.
func (e *faults) demand(path string, raw json.RawMessage, line reflect.Value) {
	var given map[string]json.RawMessage
	if line.Kind() != reflect.Struct || json.Unmarshal(raw, &given) != nil {
		return // it has no fields, or isn't one: that is said elsewhere
	}
	for i := range line.NumField() {
		name, options, _ := strings.Cut(line.Type().Field(i).Tag.Get("json"), ",")
		if _, there := given[name]; !there && options == "" {
			e.check(false, join(path, name), "must be given")
		}
	}
}

// readValue reads what has neither fields nor elements. A number is only ever read as it is written: decimal would take
// its time over one with a huge exponent, and JSON's own errors name Go's types.
func (e *faults) readValue(path string, raw json.RawMessage, into reflect.Value) {
	err := json.Unmarshal(raw, into.Addr().Interface())
	if err == nil {
		return
	}
	var field *session.FieldError
	if errors.As(err, &field) {
		e.check(false, path, field.Problem)
		return
	}
	e.check(false, path, "must be "+wanted(into))
}

// wanted says what a field takes.
func wanted(v reflect.Value) string {
	switch v.Interface().(type) {
	case time.Time:
		return `an instant such as "2026-04-01T00:00:00Z"`
	case decimal.Decimal, decimal.NullDecimal:
		return `a number such as "12.5"`
	case session.Choosing:
		return "first_come, review or ranked"
	case Length:
		return aLength
	case calendar.Clock:
		return "a time of day written like 08:30"
	case calendar.Unit:
		return "calendar_days, business_days, clear_days or elapsed_hours"
	}
	switch v.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	default:
		return "text"
	}
}

// fieldOf finds a field by its name in JSON.
func fieldOf(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if tag == name && name != "" {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// fieldError is an error as one of the field at path.
func fieldError(path string, err error) *session.FieldError {
	var field *session.FieldError
	if errors.As(err, &field) {
		return field.Under(path)
	}
	return &session.FieldError{Field: path, Problem: "is wrong", Err: err}
}
