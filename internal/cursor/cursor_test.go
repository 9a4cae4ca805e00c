package cursor_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/internal/cursor"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/session"
)

func TestDecodeIsTheInverseOfEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := ordered.Key{At: rapid.Int64().Draw(t, "at"), ID: rapid.String().Draw(t, "id")}
		filter := rapid.String().Draw(t, "filter")
		got, more, err := cursor.Decode(filter, cursor.Encode(filter, k))
		if err != nil || !more || got != k {
			t.Fatalf("Decode(Encode(%v)) = %v, %v, %v", k, got, more, err)
		}
		other := rapid.String().Filter(func(s string) bool { return s != filter }).Draw(t, "other")
		if _, _, err := cursor.Decode(other, cursor.Encode(filter, k)); err == nil {
			t.Fatal("a cursor was good for another filter")
		}
	})
}

func TestBlankIsTheBeginning(t *testing.T) {
	if _, more, err := cursor.Decode("any", ""); more || err != nil {
		t.Errorf("Decode of a blank cursor = %v, %v", more, err)
	}
}

func TestAnythingElseNamesTheField(t *testing.T) {
	for _, bad := range []string{"%", "abc", "AAAA", base64.RawURLEncoding.EncodeToString(make([]byte, 15))} {
		_, _, err := cursor.Decode("any", bad)
		var field *session.FieldError
		if !errors.As(err, &field) || field.Field != "Page.After" {
			t.Errorf("Decode(%q): %v, want a field error of Page.After", bad, err)
		}
	}
}
