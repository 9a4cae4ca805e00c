package postgres

import (
	"slices"

	"github.com/sessional-go/sessional/internal/relational"
)

// appendRows adds rows to a text in PostgreSQL's own form of an array of composites. Every value is read by its column's
// type, so a text is as safe in it as in a parameter of its own.
//
// A row stands in quotes within the array, and a text in quotes within the row, where quotes are doubled: so each quote
// or backslash of a text is four or two characters in the end.
func appendRows[R any](doc []byte, t *relational.Table, rows []R) ([]byte, error) {
	open := byte('{')
	for i := range rows {
		doc = append(doc, open, '"')
		next := byte('(')
		err := relational.Fields(t, &rows[i], func(text []byte) {
			doc = append(doc, next)
			if text != nil {
				doc = appendText(doc, text)
			}
			next = ','
		})
		if err != nil {
			return nil, err
		}
		doc = append(doc, ')', '"')
		open = ','
	}
	return append(doc, '}'), nil
}

// appendText adds a text, which without quotes must neither be empty nor hold anything that a row or an array gives a
// meaning to. Most texts here are ids, codes and instants.
func appendText(doc, text []byte) []byte {
	if len(text) > 0 && !slices.ContainsFunc(text, special) {
		return append(doc, text...)
	}
	doc = append(doc, '\\', '"')
	for _, c := range text {
		switch c {
		case '"':
			doc = append(doc, `\"\"`...)
		case '\\':
			doc = append(doc, `\\\\`...)
		default:
			doc = append(doc, c)
		}
	}
	return append(doc, '\\', '"')
}

// special says whether a byte calls for quotes. Blanks do so, since PostgreSQL drops them around values.
func special(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', '+' <= c && c <= ':' && c != ',', c == '_', c == '#':
		return false
	}
	return true
}
