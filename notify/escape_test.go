package notify_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
)

func TestN6Header(t *testing.T) {
	for in, want := range map[string]string{
		"Dr Ann Lee":                           "Dr Ann Lee",
		"Ann\r\nBcc: all@example.org":          "Ann Bcc: all@example.org",
		"\tAnn \n\n  Lee\x00\x7f ":             "Ann Lee",
		"Ann\u202egpj.exe\u202c":               "Anngpj.exe",
		"A\u2066n\u2069n\u200b\ufeff":          "Ann",
		"A\xffn\u2028n\u0085!":                 "An n !",
		"Zoë Müller 李":                         "Zoë Müller 李",
		strings.Repeat("x", 200):               strings.Repeat("x", 200),
		strings.Repeat("é", 201):               strings.Repeat("é", 199) + "…",
		strings.Repeat("a", 198) + " " + "bcd": strings.Repeat("a", 198) + "…",
		"":                                     "",
	} {
		equal(t, "Header of "+in, notify.Header(in), want)
	}
}

func TestN6Plain(t *testing.T) {
	for in, want := range map[string]string{
		"one\r\ntwo\rthree\u2028four": "one\ntwo\nthree\nfour",
		"a\tb\x1b[31mred\x00":         "a b[31mred",
		"<b>{{.Secret}}</b>":          "<b>{{.Secret}}</b>",
		"\u202eabc\u00ad\U000e0041":   "abc",
		"\xff":                        "",
	} {
		equal(t, "Plain of "+in, notify.Plain(in), want)
	}
}

func TestN6ICalText(t *testing.T) {
	equal(t, "text", notify.ICalText("a;b,c\\d\r\nEND:VEVENT\x00"), `a\;b\,c\\d\nEND:VEVENT`)
}

func TestN6M1CSVCell(t *testing.T) {
	for in, want := range map[string]string{
		"=HYPERLINK(1)": "'=HYPERLINK(1)",
		" =1+1":         "' =1+1",
		"+44 20 1":      "'+44 20 1",
		"-2+3":          "'-2+3",
		"@SUM(A1)":      "'@SUM(A1)",
		"\t=1":          "' =1",
		"＝1":            "'＝1",
		"-630.00":       "-630.00",
		"+5":            "+5",
		"--5":           "'--5",
		"-.5":           "'-.5",
		"-5.":           "'-5.",
		"-":             "'-",
		"Ann":           "Ann",
		"":              "",
	} {
		equal(t, "CSVCell of "+in, notify.CSVCell(in), want)
	}
}

// Whatever comes in, what goes out fits.
func TestN6EscapingHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nasty := rapid.SampledFrom([]rune("a\r\n\t\x00\u202e\u2066\u200b;,\\=+-@ \u2028\""))
		s := rapid.OneOf(rapid.String(), rapid.StringOf(nasty)).Draw(t, "text")
		for _, r := range notify.Header(s) {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && (r >= '\u200b' && r <= '\u206f') {
				t.Fatalf("a header holds %U", r)
			}
		}
		if h := notify.Header(s); !utf8.ValidString(h) || notify.Header(h) != h {
			t.Fatalf("%q is not settled", h)
		}
		if p := notify.Plain(s); notify.Plain(p) != p || strings.ContainsAny(p, "\r\x00\t") {
			t.Fatalf("%q is not settled", p)
		}
		if strings.ContainsAny(notify.ICalText(s), "\n\r") {
			t.Fatal("an iCalendar text holds a line end")
		}
		var b strings.Builder
		w := csv.NewWriter(&b)
		if err := w.Write([]string{notify.CSVCell(s), "x"}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		back, err := csv.NewReader(strings.NewReader(b.String())).Read()
		if err != nil || len(back) != 2 || back[0] != notify.CSVCell(s) {
			t.Fatalf("read back %q, %v", back, err)
		}
	})
}
