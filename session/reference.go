package session

import (
	"fmt"
	"strings"
)

// Reference is how people name a session: "#401" and digits, by default (S1). Unique in the store, never reused.
type Reference string

// DefaultPrefix is what a reference begins with, unless the host configures another prefix (S1).
const DefaultPrefix = "#401"

// maxPrefix is the greatest length of a prefix, in bytes: a reference is read out on the telephone.
const maxPrefix = 16

// CheckPrefix returns a *FieldError naming field unless prefix can begin a reference: a "#" and, if anything, letters,
// digits and hyphens of ASCII, up to 16 characters.
func CheckPrefix(field, prefix string) error {
	switch {
	case prefix == "":
		return &FieldError{Field: field, Problem: "is missing"}
	case prefix[0] != '#':
		return &FieldError{Field: field, Problem: "must begin with #"}
	case len(prefix) > maxPrefix:
		return &FieldError{Field: field, Problem: "is longer than 16 characters"}
	case strings.ContainsFunc(prefix[1:], func(r rune) bool { return !spoken(r) }):
		return &FieldError{Field: field, Problem: "holds something other than letters, digits and hyphens"}
	}
	return nil
}

func spoken(r rune) bool {
	return r == '-' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
}

// FormatReference returns the reference of a number that the store reserved: the prefix and the number, filled up to
// six digits. Different numbers make different references under the same prefix. Under two prefixes of which one
// continues the other in digits, as #401 and #4011, they need not: a host that changes its prefix takes one that ends
// differently.
//
// The error is a *FieldError naming Prefix (see CheckPrefix), or Number where it is below 1.
func FormatReference(prefix string, n int64) (Reference, error) {
	if err := CheckPrefix("Prefix", prefix); err != nil {
		return "", err
	}
	if n < 1 {
		return "", &FieldError{Field: "Number", Problem: "must be 1 or more"}
	}
	return Reference(fmt.Sprintf("%s%06d", prefix, n)), nil
}
