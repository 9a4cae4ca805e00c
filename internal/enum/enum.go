// Package enum gives closed sets of words their text form: states, channels, capacities. They are stored, sent and
// digested as text, and a word that is not in the set is refused on the way in.
package enum

import (
	"fmt"
	"strings"
)

// Names lists the words of a set in the order of its constants; index 0 belongs to the zero value and is blank.
type Names []string

// Text returns the word of n, "" for the zero value, and a visible "?n" for a number outside the set.
func (s Names) Text(n uint8) string {
	if int(n) < len(s) {
		return s[n]
	}
	return fmt.Sprintf("?%d", n)
}

// Marshal returns the word of n as bytes, or an error for a number outside the set.
func (s Names) Marshal(n uint8) ([]byte, error) {
	if int(n) >= len(s) {
		return nil, fmt.Errorf("%d is not one of %s", n, strings.Join(s[1:], ", "))
	}
	return []byte(s[n]), nil
}

// Unmarshal returns the number of a word; a blank one is the zero value.
func (s Names) Unmarshal(text []byte) (uint8, error) {
	for i, word := range s {
		if word == string(text) {
			return uint8(i), nil
		}
	}
	return 0, fmt.Errorf("%q is not one of %s", text, strings.Join(s[1:], ", "))
}

// Valid says whether n is a word of the set other than the zero value.
func (s Names) Valid(n uint8) bool { return n > 0 && int(n) < len(s) }
