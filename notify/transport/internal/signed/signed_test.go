package signed_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/notify/transport/internal/signed"
	"github.com/sessional-go/sessional/session"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, signed.MinKey) }

func TestOpenReturnsWhatWasSigned(t *testing.T) {
	keys := signed.Keys{key('a')}
	for _, parts := range [][]string{{"one"}, {"", ""}, {"a.b", "c\"d", "é\x1f"}} {
		got, err := keys.Open("test", keys.Sign("test", parts...))
		if err != nil || !slices.Equal(got, parts) {
			t.Errorf("%q: got %q, %v", parts, got, err)
		}
	}
}

func TestOpenAcceptsEveryKeyAndSignsWithTheFirst(t *testing.T) {
	before, after := signed.Keys{key('a')}, signed.Keys{key('b'), key('a')}
	old := before.Sign("test", "x")
	if _, err := after.Open("test", old); err != nil {
		t.Errorf("the old key is still there: %v", err)
	}
	if _, err := before.Open("test", after.Sign("test", "x")); !errors.Is(err, signed.ErrForged) {
		t.Errorf("signed with the new key: %v", err)
	}
	if _, err := (signed.Keys{key('b')}).Open("test", old); !errors.Is(err, signed.ErrForged) {
		t.Errorf("the old key is gone: %v", err)
	}
}

// Every single character counts, and so does the purpose.
func TestOpenRefusesEverythingElse(t *testing.T) {
	keys := signed.Keys{key('a')}
	token := keys.Sign("test", "ada", "7")
	for i := range token {
		changed := []byte(token)
		changed[i] ^= 1
		if _, err := keys.Open("test", string(changed)); !errors.Is(err, signed.ErrForged) {
			t.Errorf("character %d changed: %v", i, err)
		}
	}
	for _, other := range []string{"", ".", token + "=", token + "\n", token[:len(token)-1], token + ".",
		strings.Repeat("a", 9000)} {
		if _, err := keys.Open("test", other); !errors.Is(err, signed.ErrForged) {
			t.Errorf("%.20q: %v", other, err)
		}
	}
	if _, err := keys.Open("another", token); !errors.Is(err, signed.ErrForged) {
		t.Errorf("for another purpose: %v", err)
	}
}

func TestCheckWantsKeysOfFullLength(t *testing.T) {
	var field *session.FieldError
	for _, keys := range []signed.Keys{nil, {}, {key('a'), []byte("short")}} {
		if err := keys.Check("Keys"); !errors.As(err, &field) || field.Field != "Keys" {
			t.Errorf("%v: %v", keys, err)
		}
	}
	if err := (signed.Keys{key('a')}).Check("Keys"); err != nil {
		t.Error(err)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	keys := signed.Keys{key('a')}
	token := keys.Sign("test", "x")
	clone := keys.Clone()
	keys[0][0] = 'z'
	if _, err := clone.Open("test", token); err != nil {
		t.Error("changing the original changed the clone")
	}
}
