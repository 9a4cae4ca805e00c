package relational

import (
	"bytes"
	"encoding/json"
	"errors"
)

// errJSON is what comes of a document that no database makes.
var errJSON = errors.New("this is not JSON, or has been cut off")

// Members calls use with every member of a JSON object, in their order. The values are parts of the text: they are not
// copied. Names are taken as they are written; a column's has nothing to decode.
func Members(object json.RawMessage, use func(name string, value json.RawMessage) error) error {
	return walk(object, '{', func(name, value []byte) error { return use(string(name), value) })
}

// Elements calls use with every value of a JSON list, in their order; null is a list of none.
func Elements(list json.RawMessage, use func(value json.RawMessage) error) error {
	if string(list) == "null" {
		return nil
	}
	return walk(list, '[', func(_, value []byte) error { return use(value) })
}

func walk(text []byte, open byte, use func(name, value []byte) error) error {
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
		var name []byte
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
func member(text []byte, i int) (name []byte, value int) {
	if i == len(text) || text[i] != '"' {
		return nil, -1
	}
	end := quoted(text, i)
	if end < 0 {
		return nil, -1
	}
	colon := blanks(text, end+1)
	if colon == len(text) || text[colon] != ':' {
		return nil, -1
	}
	return text[i+1 : end], blanks(text, colon+1)
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
	if i == len(text) {
		return -1
	}
	switch text[i] {
	case '"':
		if i = quoted(text, i); i < 0 {
			return -1
		}
		return i + 1
	case '{', '[':
		return nested(text, i)
	}
	for ; i < len(text); i++ {
		switch text[i] {
		case ',', '}', ']', ' ', '\n', '\r', '\t', ':':
			return i
		case '"', '{', '[':
			return -1 // in the middle of a number or a word
		}
	}
	return -1
}

// nested is where an object or a list ends.
func nested(text []byte, i int) int {
	for depth := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			if i = quoted(text, i); i < 0 {
				return -1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// quoted is where a text's closing quote stands; -1 for none.
func quoted(text []byte, i int) int {
	for i++; ; i++ {
		next := bytes.IndexByte(text[i:], '"')
		if next < 0 {
			return -1
		}
		i += next
		before := i
		for text[before-1] == '\\' { // at the latest the opening quote ends this
			before--
		}
		if (i-before)%2 == 0 {
			return i
		}
	}
}

// textOf is the text that a JSON string stands for.
func textOf(quoted []byte) ([]byte, error) {
	if len(quoted) > 1 && bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1], nil // most texts: there is nothing to decode
	}
	var s string
	err := json.Unmarshal(quoted, &s)
	return []byte(s), err
}
