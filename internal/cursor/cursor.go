// Package cursor makes and reads the opaque place that a page of a list ends at. It carries the order's key and a
// digest of the filter, so that a cursor of one list isn't good for another.
package cursor

import (
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"

	"github.com/sessional-go/sessional/internal/digest"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/session"
)

const head = 16 // eight bytes of filter digest, eight of the key's At

// Encode returns the cursor of a key in the list that filter describes.
func Encode(filter any, k ordered.Key) string {
	b := make([]byte, head, head+len(k.ID))
	binary.BigEndian.PutUint64(b, sum(filter))
	binary.BigEndian.PutUint64(b[8:], uint64(k.At))
	return base64.RawURLEncoding.EncodeToString(append(b, k.ID...))
}

// Decode returns the key of a cursor that Encode made for the same filter; a blank one is the beginning, and false.
// Anything else is a *session.FieldError naming Page.After.
func Decode(filter any, cursor string) (ordered.Key, bool, error) {
	if cursor == "" {
		return ordered.Key{}, false, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) < head {
		return ordered.Key{}, false, &session.FieldError{Field: "Page.After", Problem: "is not the Next of a page"}
	}
	if binary.BigEndian.Uint64(b) != sum(filter) {
		return ordered.Key{}, false, &session.FieldError{Field: "Page.After", Problem: "is the Next of another list or filter"}
	}
	return ordered.Key{At: int64(binary.BigEndian.Uint64(b[8:])), ID: string(b[head:])}, true, nil
}

func sum(filter any) uint64 {
	h := fnv.New64a()
	d := digest.Of(filter)
	h.Write([]byte(d))
	return h.Sum64()
}
