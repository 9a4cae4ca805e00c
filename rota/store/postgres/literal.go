package postgres

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/sessional-go/sessional/internal/relational"
)

// appendRows adds rows to a text in PostgreSQL's own form of an array of composites. Every value is read by its column's
// type, so a text is as safe in it as in a parameter of its own.
//
// A row stands in quotes within the array, and a text in quotes within the row, where quotes are doubled: so each quote
// or backslash of a text is four or two characters in the end.
func appendRows[R any](doc []byte, t *relational.Table, rows []R) ([]byte, error) {
	open := byte('{')
	for _, r := range rows {
		row, err := t.Row(r)
		if err != nil {
			return nil, err
		}
		doc = append(doc, open, '"', '(')
		for i, v := range row {
			if i > 0 {
				doc = append(doc, ',')
			}
			doc = appendField(doc, v)
		}
		doc = append(doc, ')', '"')
		open = ','
	}
	return append(doc, '}'), nil
}

// appendField adds a field of a row: a string, an int64, a bool, JSON as it is, or nothing for NULL.
func appendField(doc []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendText(doc, v)
	case json.RawMessage:
		return appendText(doc, string(v))
	case int64:
		return strconv.AppendInt(doc, v, 10)
	case bool:
		return strconv.AppendBool(doc, v)
	}
	return doc
}

// escapes are what stands within both pairs of quotes for what would end or mean something there.
var escapes = strings.NewReplacer(`"`, `\"\"`, `\`, `\\\\`)

// appendText adds a text, which without quotes must neither be empty nor hold anything that a row or an array gives a
// meaning to. Most texts here are ids, codes and instants.
func appendText(doc []byte, s string) []byte {
	if s != "" && !strings.ContainsFunc(s, special) {
		return append(doc, s...)
	}
	doc = append(doc, `\"`...)
	if strings.ContainsAny(s, `"\`) {
		s = escapes.Replace(s)
	}
	return append(append(doc, s...), `\"`...)
}

// special says whether a character calls for quotes. Blanks do so, since PostgreSQL drops them around values.
func special(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == ':', r == '.', r == '_', r == '#', r == '+', r == '/':
		return false
	}
	return true
}
