package postgres

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestTextsComeBackOutOfALiteral reads any text back by PostgreSQL's rules: within an array's quotes a backslash stands
// before what is meant as it is, within a row's quotes either that, or a quote is doubled.
func TestTextsComeBackOutOfALiteral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.OneOf(rapid.String(), rapid.StringMatching("[a\"\\\\,(){} \\n\t]{0,8}")).Draw(t, "text")
		element := string(appendText(nil, []byte(want)))
		field, rest := unescaped(element)
		if rest != "" {
			t.Fatalf("%q ends the array's quotes within %q", want, element)
		}
		got, isQuoted := strings.CutPrefix(field, `"`)
		if !isQuoted {
			if got == "" || strings.ContainsAny(got, ",() \t\n\"\\{}") {
				t.Fatalf("%q stands without quotes", want)
			}
		} else {
			got = strings.ReplaceAll(strings.TrimSuffix(got, `"`), `""`, `"`)
			got = strings.ReplaceAll(got, `\\`, `\`)
		}
		if got != want {
			t.Fatalf("%q comes back as %q out of %q", want, got, element)
		}
	})
}

// unescaped is what stands within an array's quotes up to where they end, and what comes after.
func unescaped(element string) (text, rest string) {
	var b strings.Builder
	for i := 0; i < len(element); i++ {
		switch element[i] {
		case '"':
			return b.String(), element[i:]
		case '\\':
			i++
		}
		b.WriteByte(element[i])
	}
	return b.String(), ""
}
