// Package signed makes short texts that only the host can have made: what stands in the address of a feed, or behind
// "unsubscribe".
package signed

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/sessional-go/sessional/session"
)

// MinKey is the least length of a key, in bytes: that of the hash.
const MinKey = sha256.Size

// maxToken is the greatest length of a token: five ids of 128 bytes each, as JSON may have to write them.
const maxToken = 8 << 10

// ErrForged is returned for what none of the keys has signed.
var ErrForged = errors.New("signed by none of the keys")

// Keys are the host's secrets. The first one signs, all of them are accepted: so a new one is put in front, and the old
// one taken away when what it signed may stop working.
type Keys [][]byte

// Check returns a *session.FieldError naming field where there is no key or a short one.
func (k Keys) Check(field string) error {
	if len(k) == 0 {
		return &session.FieldError{Field: field, Problem: "is missing"}
	}
	for _, key := range k {
		if len(key) < MinKey {
			return &session.FieldError{Field: field, Problem: "holds a key of fewer than 32 bytes"}
		}
	}
	return nil
}

// Clone returns a copy that shares nothing with k.
func (k Keys) Clone() Keys {
	clone := slices.Clone(k)
	for i := range clone {
		clone[i] = slices.Clone(clone[i])
	}
	return clone
}

// Sign puts parts into a text of letters, digits, "-", "_" and one ".", which fits into a path or a query. The parts
// are signed, not hidden. What is signed for one purpose is worth nothing for another.
func (k Keys) Sign(purpose string, parts ...string) string {
	payload, _ := json.Marshal(parts) // strings always can be
	return encode(payload) + "." + encode(sum(k[0], purpose, payload))
}

// Open returns the parts that a text was made of, or ErrForged.
func (k Keys) Open(purpose, token string) ([]string, error) {
	if len(token) > maxToken {
		return nil, ErrForged
	}
	left, right, _ := strings.Cut(token, ".")
	payload, err := decode(left)
	if err != nil {
		return nil, ErrForged
	}
	mac, err := decode(right)
	if err != nil {
		return nil, ErrForged
	}
	good := false
	for _, key := range k {
		good = hmac.Equal(mac, sum(key, purpose, payload)) || good
	}
	if !good {
		return nil, ErrForged
	}
	var parts []string
	if err := json.Unmarshal(payload, &parts); err != nil {
		return nil, ErrForged
	}
	return parts, nil
}

// Strict: a token has one spelling, so that whoever has one can't make others of it.
var encoding = base64.RawURLEncoding.Strict()

func encode(b []byte) string { return encoding.EncodeToString(b) }

func decode(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") { // base64 passes over line ends
		return nil, ErrForged
	}
	return encoding.DecodeString(s)
}

func sum(key []byte, purpose string, payload []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(purpose))
	h.Write([]byte{0})
	h.Write(payload)
	return h.Sum(nil)
}
