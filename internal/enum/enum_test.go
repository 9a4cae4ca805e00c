package enum_test

import (
	"testing"

	"github.com/sessional-go/sessional/internal/enum"
)

func TestNames(t *testing.T) {
	names := enum.Names{"", "one", "two"}
	for n, word := range []string{"", "one", "two"} {
		text, err := names.Marshal(uint8(n))
		if err != nil || string(text) != word || names.Text(uint8(n)) != word {
			t.Errorf("%d: %q, %q, %v", n, text, names.Text(uint8(n)), err)
		}
		back, err := names.Unmarshal([]byte(word))
		if err != nil || int(back) != n {
			t.Errorf("%q: %d, %v", word, back, err)
		}
		if names.Valid(uint8(n)) != (n > 0) {
			t.Errorf("%d is valid: %v", n, names.Valid(uint8(n)))
		}
	}
	if names.Text(3) != "?3" || names.Valid(3) {
		t.Errorf("beyond the set: %q, %v", names.Text(3), names.Valid(3))
	}
	if _, err := names.Marshal(3); err == nil || err.Error() != "3 is not one of one, two" {
		t.Error(err)
	}
	if _, err := names.Unmarshal([]byte("One")); err == nil || err.Error() != `"One" is not one of one, two` {
		t.Error(err)
	}
}
