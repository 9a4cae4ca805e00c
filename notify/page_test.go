package notify_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sessional-go/sessional/notify"
)

// element is one of an email's HTML with all its attributes, and the styles that reach it.
type element struct {
	name   string
	attrs  map[string]string
	styles map[string]string // its own and what it inherits
	text   string
}

// parse reads an email's HTML, which is written so strictly that it is XML as well: a tag that isn't closed, an
// attribute without quotes or an entity that isn't one is an error.
func parse(t *testing.T, html string, dark bool) []*element {
	t.Helper()
	var all, open []*element
	d := xml.NewDecoder(strings.NewReader(html))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("the HTML is not well-formed: %v\n%s", err, html)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attrs: map[string]string{}, styles: map[string]string{}}
			if len(open) > 0 {
				for _, inherited := range []string{"color", "background", "font-size", "font"} {
					e.styles[inherited] = open[len(open)-1].styles[inherited]
				}
			}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			declare(e.styles, e.attrs["style"])
			if dark {
				for class := range strings.FieldsSeq(e.attrs["class"]) {
					declare(e.styles, darkRule(html, class))
				}
			}
			all, open = append(all, e), append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(token)
			}
		}
	}
}

// declare adds the declarations of a style.
func declare(styles map[string]string, css string) {
	for rule := range strings.SplitSeq(css, ";") {
		if name, value, found := strings.Cut(rule, ":"); found {
			styles[strings.TrimSpace(name)] = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
		}
	}
}

// darkRule is what the style sheet says of a class where the reader prefers dark.
func darkRule(html, class string) string {
	_, dark, _ := strings.Cut(html, "@media (prefers-color-scheme: dark)")
	_, rule, found := strings.Cut(dark, "."+class+" {")
	if !found {
		return ""
	}
	rule, _, _ = strings.Cut(rule, "}")
	return rule
}

// allowed are the elements of an email, each with its attributes.
var allowed = map[string][]string{
	"html": {"lang"}, "head": nil, "meta": {"charset", "name", "content"}, "title": nil, "style": nil,
	"body": {"class", "style"}, "div": {"class", "style", "dir"}, "h1": {"style", "dir"}, "p": {"class", "style", "dir"},
	"blockquote": {"class", "style", "dir"}, "ul": {"style"}, "li": {"style", "dir"}, "table": {"style"}, "tbody": nil,
	"tr": nil, "th": {"class", "scope", "style"}, "td": {"class", "style", "dir"}, "a": {"class", "href", "style"},
}

// harmless says that an email's HTML is well-formed, and holds nothing but what the layout put there.
func harmless(t *testing.T, html string) []*element {
	t.Helper()
	all := parse(t, html, false)
	once := map[string]int{}
	for _, e := range all {
		once[e.name]++
		attrs, known := allowed[e.name]
		if !known {
			t.Errorf("there is a <%s>", e.name)
		}
		for name, value := range e.attrs {
			if !slices.Contains(attrs, name) {
				t.Errorf("<%s> has %s=%q", e.name, name, value)
			}
			if name == "href" && !strings.HasPrefix(value, "https://") {
				t.Errorf("a link leads to %q", value)
			}
		}
	}
	for _, name := range []string{"html", "head", "title", "style", "body", "h1"} {
		if once[name] != 1 {
			t.Errorf("there are %d <%s>", once[name], name)
		}
	}
	// Nothing is fetched when the mail is opened: it would tell who reads it, and when.
	if found := regexp.MustCompile(`(?i)url\(|@import|src=|<link`).FindString(regexp.MustCompile(`>[^<]*<`).ReplaceAllString(html,
		"><")); found != "" {
		t.Errorf("the HTML asks for something outside: %s", found)
	}
	return all
}

// What can be checked of how an email reads on a phone, in the dark and to those who don't see it.
func TestN6EmailsReadWell(t *testing.T) {
	everywhere(t, sample(t), func(t *testing.T, m notify.Message) {
		if m.Channel.Push() {
			return
		}
		if n := utf8.RuneCountInString(m.Subject); n > 78 || strings.TrimSpace(m.Subject) != m.Subject {
			t.Errorf("the subject has %d characters: %s", n, m.Subject)
		}
		for _, want := range []string{
			`<meta name="viewport" content="width=device-width, initial-scale=1" />`, `<meta charset="utf-8" />`,
			`<meta name="color-scheme" content="light dark" />`, "@media (prefers-color-scheme: dark)", "max-width:560px",
		} {
			if !strings.Contains(m.HTML, want) {
				t.Errorf("the HTML lacks %s", want)
			}
		}
		all := harmless(t, m.HTML)
		hidden, buttons := "", 0
		for _, e := range all {
			switch {
			case e.name == "html" && e.attrs["lang"] != "en":
				t.Errorf("the language is %q", e.attrs["lang"])
			case e.name == "h1", e.name == "title":
				if e.text != m.Subject {
					t.Errorf("the %s is %q", e.name, e.text)
				}
			case e.name == "div" && e.styles["display"] == "none":
				hidden = e.text
			case e.name == "a":
				buttons++
				if high := pixels(t, e.styles["min-height"]) + 2*pixels(t, strings.Fields(e.styles["padding"])[0]); high < 44 {
					t.Errorf("a button is %d pixels high", high)
				}
			case e.name == "th" && (e.attrs["scope"] != "row" || e.text == ""):
				t.Errorf("a row of the particulars has no heading: %+v", e)
			}
		}
		if buttons != 1 {
			t.Errorf("there are %d buttons", buttons)
		}
		if n := utf8.RuneCountInString(hidden); n == 0 || n > 120 || hidden == m.Subject {
			t.Errorf("behind the subject stands %q", hidden)
		}
		for _, dark := range []bool{false, true} {
			for _, e := range parse(t, m.HTML, dark) {
				legible(t, e, dark)
			}
		}
	})
}

// legible says that a text is large enough, and that it stands out: 4.5 to 1 is what WCAG 2.2 asks for (1.4.3).
func legible(t *testing.T, e *element, dark bool) {
	t.Helper()
	if strings.TrimSpace(e.text) == "" || e.styles["color"] == "" || e.styles["display"] == "none" {
		return
	}
	if size := e.styles["font-size"]; size != "" && pixels(t, size) < 14 {
		t.Errorf("<%s> is set in %s", e.name, size)
	}
	if ratio := contrast(t, e.styles["color"], e.styles["background"]); ratio < 4.5 {
		t.Errorf("<%s class=%q> has a contrast of %.2f in dark: %t", e.name, e.attrs["class"], ratio, dark)
	}
	if light := luminance(t, e.styles["background"]) > 0.5; light == dark && e.name != "a" {
		t.Errorf("<%s class=%q> stands on %s in dark: %t", e.name, e.attrs["class"], e.styles["background"], dark)
	}
}

func pixels(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSuffix(s, "px"))
	if err != nil {
		t.Fatalf("%q is no length in pixels", s)
	}
	return n
}

// contrast is that of two colours (WCAG 2.2, contrast ratio).
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil || len(colour) != 7 {
		t.Fatalf("%q is no colour", colour)
	}
	sum := 0.0
	for i, weight := range []float64{0.0722, 0.7152, 0.2126} {
		c := float64(n>>(8*i)&0xff) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
