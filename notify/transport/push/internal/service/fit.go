package service

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sessional-go/sessional/notify/transport/push"
)

// Fit encodes words, shortened as far as is needed for what encode makes of them to have at most limit bytes: first the
// body, then the title. It returns false where even no words at all are too long.
func Fit(w push.Words, limit int, encode func(push.Words) []byte) ([]byte, bool) {
	for _, text := range []*string{&w.Body, &w.Title} {
		if payload := encode(w); len(payload) <= limit {
			return payload, true
		}
		whole := *text
		// The most characters that still fit.
		*text = shorten(whole, sort.Search(len(whole), func(n int) bool {
			*text = shorten(whole, n)
			return len(encode(w)) > limit
		})-1)
	}
	payload := encode(w)
	return payload, len(payload) <= limit
}

// shorten cuts a text to at most n bytes, an ellipsis included, at the edge of what a reader takes for one character:
// an accent stays with its letter, and an emoji of several parts is whole or gone. Less than an ellipsis is nothing.
func shorten(text string, n int) string {
	const mark = "…"
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= n {
		return text
	}
	n -= len(mark)
	if n < 0 {
		return ""
	}
	for n > 0 && !edge(text, n) {
		n--
	}
	return strings.TrimRightFunc(text[:n], unicode.IsSpace) + mark
}

// joiner binds two emojis into one.
const joiner = '\u200d'

// edge says whether a character ends before text[n].
func edge(text string, n int) bool {
	if !utf8.RuneStart(text[n]) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[n:])
	last, _ := utf8.DecodeLastRuneInString(text[:n])
	switch {
	case unicode.Is(unicode.M, next), next == joiner, last == joiner:
		return false
	case next >= 0x1F3FB && next <= 0x1F3FF, next >= 0xE0020 && next <= 0xE007F: // colours of skin, tags
		return false
	case flag(next) && flag(last):
		return !odd(text[:n])
	}
	return true
}

// flag says whether a rune is one of the letters that flags are made of, two each.
func flag(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// odd says whether a text ends within a flag.
func odd(text string) bool {
	inside := false
	for r, size := utf8.DecodeLastRuneInString(text); flag(r); r, size = utf8.DecodeLastRuneInString(text) {
		inside, text = !inside, text[:len(text)-size]
	}
	return inside
}
