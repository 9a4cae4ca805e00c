// Package digest gives a value a stable digest: the same for equal values, in every process and release. Fields that
// are zero are left out, so that a field added later changes no digest that was made without it.
package digest

import (
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"fmt"
	"hash"
	"reflect"
	"sort"
	"strconv"
	"time"
)

// Of returns the digest of a value made of structs, slices, maps with text keys, pointers, text, numbers and whatever
// marshals itself as text. Instants count as instants, to the microsecond, whatever zone they are in.
func Of(v any) string {
	h := sha256.New()
	rv := reflect.ValueOf(v)
	if rv.IsValid() {
		write(h, rv.Type().String())
		walk(h, rv)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// write adds one piece with its length, so that no two sequences of pieces run together alike.
func write(h hash.Hash, s string) {
	h.Write([]byte(strconv.Itoa(len(s))))
	h.Write([]byte{':'})
	h.Write([]byte(s))
}

func walk(h hash.Hash, v reflect.Value) {
	if v.CanInterface() {
		switch x := v.Interface().(type) {
		case time.Time:
			write(h, x.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano))
			return
		case fmt.Stringer:
			if _, ok := x.(encoding.TextMarshaler); ok && v.Kind() != reflect.Pointer {
				write(h, x.String())
				return
			}
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		walkStruct(h, v)
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			write(h, "nil")
			return
		}
		write(h, "&")
		walk(h, v.Elem())
	case reflect.Slice, reflect.Array:
		write(h, strconv.Itoa(v.Len()))
		for i := range v.Len() {
			walk(h, v.Index(i))
		}
	case reflect.Map:
		walkMap(h, v)
	case reflect.String:
		write(h, v.String())
	default:
		write(h, fmt.Sprint(v))
	}
}

func walkStruct(h hash.Hash, v reflect.Value) {
	t := v.Type()
	write(h, "{")
	for i := range t.NumField() {
		if f := v.Field(i); t.Field(i).IsExported() && !zero(f) {
			write(h, t.Field(i).Name)
			walk(h, f)
		}
	}
	write(h, "}")
}

// zero says whether a field is left out: its zero value, or one that calls itself zero, such as a decimal 0.00.
func zero(v reflect.Value) bool {
	if v.IsZero() {
		return true
	}
	z, ok := v.Interface().(interface{ IsZero() bool })
	return ok && v.Kind() != reflect.Pointer && z.IsZero()
}

func walkMap(h hash.Hash, v reflect.Value) {
	keys := v.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	write(h, strconv.Itoa(len(keys)))
	for _, k := range keys {
		write(h, k.String())
		walk(h, v.MapIndex(k))
	}
}
