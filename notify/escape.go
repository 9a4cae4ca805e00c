package notify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxHeader is the greatest length of a header's text or a name, in characters: more than fits any screen.
const maxHeader = 200

// Header makes untrusted text fit for one header line, such as a subject or a name (N6): one line, without control
// characters and without what reorders or hides text, spaces run together, at most 200 characters.
func Header(s string) string { return line(s, maxHeader) }

// line is Header with another greatest length.
func line(s string, most int) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case r == utf8.RuneError || hidden(r):
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = b.Len() > 0
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(r)
		}
	}
	return shorten(b.String(), most)
}

// Plain makes untrusted text fit for a plain-text body (N6): line ends are line feeds, and control characters and what
// reorders or hides text are gone. What is left is what its author wrote, markup and template syntax included, which
// mean nothing there.
func Plain(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case r == '\t':
			return ' '
		case r == utf8.RuneError || unicode.IsControl(r) || hidden(r):
			return -1
		}
		return r
	}, s)
}

// ICalText escapes untrusted text for a TEXT value of iCalendar (RFC 5545, 3.3.11), after Plain (N6).
func ICalText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(Plain(s))
}

// CSVCell makes untrusted text fit for a cell of a CSV file that people open in a spreadsheet (N6, M1): after Plain,
// text that a spreadsheet would take for a formula gets an apostrophe in front, numbers excepted. Quoting is the CSV
// writer's.
func CSVCell(s string) string {
	s = Plain(s)
	if trimmed := strings.TrimLeftFunc(s, unicode.IsSpace); trimmed != "" && !number(trimmed) {
		if r, _ := utf8.DecodeRuneInString(trimmed); strings.ContainsRune("=+-@|%＝＋－＠", r) {
			return "'" + s
		}
	}
	return s
}

// number says whether s is a plain decimal number: the one thing with a sign in front that is no formula.
func number(s string) bool {
	whole, fraction, point := strings.Cut(strings.TrimLeft(s, "+-"), ".")
	digits := func(s string) bool {
		return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	}
	return len(s)-len(strings.TrimLeft(s, "+-")) <= 1 && digits(whole) && (!point || digits(fraction))
}

// hidden finds characters that reorder or hide what stands around them, that show nothing but are there, or that are
// none.
func hidden(r rune) bool {
	switch {
	case r == '\u061c', r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e':
		return true
	case r >= '\u2060' && r <= '\u206f', r == '\ufeff', r == '\u00ad', r >= '\ufff9' && r <= '\ufffb':
		return true
	case r == '\u034f', r == '\u115f', r == '\u1160', r == '\u180e', r == '\u3164', r == '\uffa0':
		return true
	case r >= '\U0001d173' && r <= '\U0001d17a', r >= '\U000e0000' && r <= '\U000e0fff':
		return true
	}
	return unicode.Is(unicode.Noncharacter_Code_Point, r)
}

// shorten cuts s off after n characters, and shows that it did.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimRightFunc(string([]rune(s)[:n-1]), unicode.IsSpace) + "…"
}
