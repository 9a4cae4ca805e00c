package service

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify/transport/push"
)

// A text is cut where a reader would cut it.
func TestShortenCutsBetweenCharacters(t *testing.T) {
	const doctor, flags = "👩🏽‍⚕️", "🇬🇧🇫🇷"
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"short", 5, "short"}, {"longer", 5, "lo…"}, {"longer", 3, "…"}, {"longer", 2, ""}, {"", 0, ""},
		{"two words", 7, "two…"}, // no space before the mark
		{"ééé", 5, "é…"}, {"e\u0301e\u0301e\u0301", 6, "e\u0301…"}, {"e\u0301e\u0301e\u0301", 5, "…"},
		{doctor + doctor, len(doctor) + 3, doctor + "…"}, {doctor + doctor, len(doctor) + 2, "…"},
		{"a" + doctor + "b" + doctor, len(doctor) + 3, "a…"},
		{flags, 11, "🇬🇧…"}, {flags, 14, "🇬🇧…"}, {flags, 16, flags}, {"x" + flags, 16, "x🇬🇧…"}, {flags, 10, "…"},
		{"a\xffb", 5, "a\uFFFDb"}, {"a\xffbcd", 5, "a…"},
	} {
		if got := shorten(c.text, c.n); got != c.want {
			t.Errorf("%q to %d: %q, want %q", c.text, c.n, got, c.want)
		}
	}
}

func TestShortenKeepsToItsLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		n := rapid.IntRange(0, 40).Draw(t, "n")
		got := shorten(text, n)
		switch {
		case len(got) > n || !utf8.ValidString(got):
			t.Fatalf("%q to %d: %q", text, n, got)
		case len(text) <= n && utf8.ValidString(text) && got != text:
			t.Fatalf("%q needed no cut: %q", text, got)
		case !strings.HasPrefix(strings.ToValidUTF8(text, "\uFFFD"), strings.TrimSuffix(got, "…")):
			t.Fatalf("%q does not begin with %q", text, got)
		}
	})
}

// Whatever the words, the payload keeps to its limit, and gives up the title last and no more than it has to.
func TestFitKeepsToItsLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		long := rapid.StringOfN(rapid.RuneFrom([]rune(`ab "\<&é…👩🏽`+"\u200d\n\u0301")), 0, 60, -1)
		words := push.Words{Title: long.Draw(t, "title"), Body: long.Draw(t, "body")}
		limit := rapid.IntRange(0, 300).Draw(t, "limit")
		var last push.Words
		payload, ok := Fit(words, limit, func(w push.Words) []byte {
			last = w
			return JSON(w)
		})
		least := len(JSON(push.Words{}))
		switch {
		case ok != (limit >= least):
			t.Fatalf("limit %d, at least %d: %t", limit, least, ok)
		case !ok:
		case len(payload) > limit:
			t.Fatalf("%d bytes, limit %d", len(payload), limit)
		case len(JSON(words)) <= limit && last != words:
			t.Fatalf("%q needed no cut: %q", words, last)
		case last.Title != words.Title && last.Body != "":
			t.Fatalf("the title was cut before the body: %q", last)
		}
	})
}
