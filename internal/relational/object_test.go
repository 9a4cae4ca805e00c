package relational

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/session"
)

// TestWalksSeeWhatJSONSays walks through documents of every shape, indented or not, and compares with encoding/json; what
// is cut off is refused.
func TestWalksSeeWhatJSONSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", `"`, `\`, `a\"},{`, "]", "<&>", "\x00"}))
		value := rapid.Deferred(func() *rapid.Generator[any] { return anything(texts, 3) })
		want := map[string]any{}
		for i, n := range rapid.SliceOfNDistinct(rapid.StringMatching("[a-z_]{1,6}"), 0, 5, rapid.ID).Draw(t, "names") {
			want[n] = value.Draw(t, string(rune('a'+i)))
		}
		text, err := json.Marshal(want)
		if rapid.Bool().Draw(t, "indented") {
			text, err = json.MarshalIndent(want, " ", "\t")
		}
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		if err := Members(text, func(name string, value json.RawMessage) error {
			var v any
			err := json.Unmarshal(value, &v)
			got[name] = v
			return err
		}); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		same, err := json.Marshal(got)
		plain, _ := json.Marshal(want)
		if err != nil || string(same) != string(plain) {
			t.Fatalf("%s was read as %s (%v)", plain, same, err)
		}
		cut := rapid.IntRange(0, len(text)-1).Draw(t, "cut")
		nothing := func(string, json.RawMessage) error { return nil }
		if err := Members(text[:cut], nothing); err == nil {
			t.Fatalf("%s was read, though it is cut off", text[:cut])
		}
	})
}

// anything draws what encoding/json makes of any document.
func anything(texts *rapid.Generator[string], depth int) *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Map(texts, func(s string) any { return s }), rapid.Map(rapid.Float64(), func(f float64) any { return f }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Just(any(nil)),
	)
	if depth == 0 {
		return leaf
	}
	below := anything(texts, depth-1)
	return rapid.OneOf(leaf,
		rapid.Map(rapid.SliceOfN(below, 0, 4), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(texts, below, 0, 4), func(m map[string]any) any { return m }))
}

// TestTextsAsJSON writes texts and facts as encoding/json does.
func TestTextsAsJSON(t *testing.T) {
	awkward := rapid.SampledFrom([]string{`"`, `\`, "<&>", "\x00", "\x7f", "\u2028", "a\xffb", "é", "~ ", ""})
	texts := rapid.OneOf(rapid.String(), awkward, rapid.StringMatching(`[a-z_]{1,9}`))
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		want, err := json.Marshal(text)
		if got := AppendText([]byte("x"), text); err != nil || string(got) != "x"+string(want) {
			t.Fatalf("%q was written as %s, want %s (%v)", text, got, want, err)
		}
		facts := session.Facts(rapid.MapOfN(texts, texts, 0, 40).Draw(t, "facts"))
		want, err = json.Marshal(facts)
		got, _ := writeFacts([]byte{}, reflect.ValueOf(facts))
		if err != nil || string(got) != string(want) {
			t.Fatalf("%q were written as %s, want %s (%v)", facts, got, want, err)
		}
	})
}

func TestListsAreWalked(t *testing.T) {
	for text, want := range map[string]int{`[]`: 0, ` [ ] `: 0, `null`: 0, `[1]`: 1, "[1 ,\n\"a,]\", {\"b\":[2,3]}]": 3} {
		n := 0
		if err := Elements(raw(text), func(json.RawMessage) error { n++; return nil }); err != nil || n != want {
			t.Errorf("%s: %d, want %d (%v)", text, n, want, err)
		}
	}
	for _, bad := range []string{``, `{}`, `[`, `[1`, `[1,`, `[,]`, `[1 2]`, `["a]`, `[1"]`, `[1"a"]`, `[1[]]`} {
		if err := Elements(raw(bad), func(json.RawMessage) error { return nil }); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
