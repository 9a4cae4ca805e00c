package relational

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// A commit's document and a load's answer are rows as JSON objects. Reading and writing them by way of maps took a third
// of a command's time: so rows are written member by member, and walked through as they stand.

// Object returns a record as a JSON object of its row: each column's name with its value, NULLs left out.
func (t *Table) Object(record any) (json.RawMessage, error) { return t.AppendObject(nil, record) }

// AppendObject adds what Object returns to a document.
func (t *Table) AppendObject(doc []byte, record any) ([]byte, error) {
	row, err := t.Row(record)
	if err != nil {
		return nil, err
	}
	open := byte('{')
	for i, v := range row {
		if v == nil {
			continue
		}
		doc = append(append(append(append(doc, open), '"'), t.Columns[i].Name...), '"', ':')
		doc = appendValue(doc, v)
		open = ','
	}
	if open == '{' {
		doc = append(doc, open)
	}
	return append(doc, '}'), nil
}

// AppendObjects adds a JSON list of records to a document.
func AppendObjects[R any](doc []byte, t *Table, records []R) ([]byte, error) {
	doc = append(doc, '[')
	for i, r := range records {
		if i > 0 {
			doc = append(doc, ',')
		}
		var err error
		if doc, err = t.AppendObject(doc, r); err != nil {
			return nil, err
		}
	}
	return append(doc, ']'), nil
}

// appendValue adds what a row holds: a string, an int64, a bool, or JSON as it is.
func appendValue(doc []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return AppendText(doc, v)
	case int64:
		return strconv.AppendInt(doc, v, 10)
	case bool:
		return strconv.AppendBool(doc, v)
	case json.RawMessage:
		return append(doc, v...)
	}
	return append(doc, "null"...)
}

// AppendText adds a text as JSON.
func AppendText(doc []byte, s string) []byte {
	if plain(s) {
		return append(append(append(doc, '"'), s...), '"')
	}
	b, _ := json.Marshal(s) // a string always marshals
	return append(doc, b...)
}

// plain says whether a text is the same in JSON, but for the quotes around it.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' {
			return false
		}
	}
	return utf8.ValidString(s)
}

// ReadObject makes a record of a row as a JSON object. Members that are no columns here are passed over: a later
// release may have added them.
func ReadObject[R any](t *Table, object json.RawMessage) (R, error) {
	var record R
	if len(object) == 0 || string(object) == "null" {
		return record, nil
	}
	v := reflect.ValueOf(&record).Elem()
	next := 0 // members mostly come in the order of the columns
	err := Members(object, func(name string, value json.RawMessage) error {
		i := t.position(name, next)
		if i < 0 || string(value) == "null" {
			return nil
		}
		next = i + 1
		return t.Columns[i].read(v, value)
	})
	if err != nil {
		return record, fmt.Errorf("%s: %w", t.Name, err)
	}
	return record, nil
}

// position is where a column stands, looked for from a place on; -1 for none.
func (t *Table) position(name string, from int) int {
	for i := range t.Columns {
		if at := (from + i) % len(t.Columns); t.Columns[at].Name == name {
			return at
		}
	}
	return -1
}

// errJSON is what comes of a document that no database makes.
var errJSON = errors.New("this is not JSON, or has been cut off")

// Members calls use with every member of a JSON object, in their order. The values are parts of the text: they are not
// copied. Names are taken as they are written; a column's has nothing to decode.
func Members(object json.RawMessage, use func(name string, value json.RawMessage) error) error {
	return walk(object, '{', use)
}

// Elements calls use with every value of a JSON list, in their order; null is a list of none.
func Elements(list json.RawMessage, use func(value json.RawMessage) error) error {
	if string(list) == "null" {
		return nil
	}
	return walk(list, '[', func(_ string, value json.RawMessage) error { return use(value) })
}

func walk(text []byte, open byte, use func(name string, value json.RawMessage) error) error {
	i := blanks(text, 0)
	if i == len(text) || text[i] != open {
		return errJSON
	}
	end := open + 2 // in ASCII the closing bracket is the one after the next
	i = blanks(text, i+1)
	if i < len(text) && text[i] == end {
		return nil
	}
	for {
		var name string
		if open == '{' {
			if name, i = member(text, i); i < 0 {
				return errJSON
			}
		}
		after := skip(text, i)
		if after <= i {
			return errJSON
		}
		if err := use(name, text[i:after]); err != nil {
			return err
		}
		switch i = blanks(text, after); {
		case i == len(text):
			return errJSON
		case text[i] == end:
			return nil
		case text[i] != ',':
			return errJSON
		}
		i = blanks(text, i+1)
	}
}

// member is the name that stands at a place, and where its value begins; -1 where there is none.
func member(text []byte, i int) (name string, value int) {
	after := skip(text, i)
	if after < i+2 || text[i] != '"' {
		return "", -1
	}
	colon := blanks(text, after)
	if colon == len(text) || text[colon] != ':' {
		return "", -1
	}
	return string(text[i+1 : after-1]), blanks(text, colon+1)
}

// blanks is where something stands again, from a place on.
func blanks(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
		i++
	}
	return i
}

// skip is where the value ends that begins at a place; -1 where it doesn't end.
func skip(text []byte, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case '"':
			if i = quoted(text, i); i < 0 {
				return -1
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth--; depth < 0 {
				return i // the end of what the value stands in
			}
		case ',', ' ', '\n', '\r', '\t', ':':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return -1
}

// quoted is where a text's closing quote stands; -1 for none.
func quoted(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}
