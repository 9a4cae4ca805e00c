package notify_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/sessional-go/sessional/notify"
)

// hostile is what somebody may have written, each with something that it must not do anywhere.
var hostile = map[string]string{
	"header":      "Eve\r\nBcc: everybody@example.org\r\n\r\nX: 1",
	"line ends":   "a\u2028Bcc: x\u2029Bcc: y\u0085Bcc: z\vBcc: v\fBcc: w",
	"markup":      `<script>alert(1)</script><a href="javascript:x" onclick='y'>"&<img src=//example.org/x>` + "</td></table>-->]]>",
	"attribute":   `" onmouseover="alert(1)" style="position:fixed" x="`,
	"style":       `</style><style>*{display:none}</style>{}expression(1)`,
	"syntax":      "{{.Reason}}{{template \"x\"}}{{end}}${jndi}%s%!d$(x)`y`",
	"bidi":        "\u202egnp.exe\u202c\u2066x\u2069\u061c\u200e\u200f",
	"invisible":   "a\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u115f\u3164\U000e0041\U000e0101b",
	"controls":    "\x00\x07\x08\x1b[2J\x7f\u0090NUL",
	"invalid":     "\xff\xfe\xed\xa0\x80\xc0\xaf\ufffe\U0001ffff\ufffd",
	"emoji":       "👩🏽‍⚕️🏳️‍🌈🇬🇧 " + strings.Repeat("🩺", 300),
	"long":        strings.Repeat("long ", 2000),
	"long word":   strings.Repeat("Ж", 10_000),
	"marks":       "e" + strings.Repeat("\u0301", 10_000),
	"formula":     `=HYPERLINK("https://example.org","x")`,
	"quotation":   "> our own words\n> again",
	"list":        "- our own words\n- again",
	"calendar":    "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:y;X=\"z\",\\n",
	"signature":   "\n-- \nThe practice\n",
	"spaces":      strings.Repeat(" \t\u00a0\u3000", 50),
	"mailboxes":   `"Eve" <eve@example.org>, ann@example.org`,
	"encoded":     "=?utf-8?q?Bcc:=0d=0a?= =0D=0ABcc: x",
	"boundary":    "\n--boundary\nContent-Type: text/html\n\n--boundary--\n",
	"data":        "\r\n.\r\nMAIL FROM:<eve@example.org>\r\n",
	"html entity": "&lt;script&gt;&#x3c;b&#62;&nbsp;&bogus;",
}

// Whatever people write in any field, every kind stays what it is on every channel. Shortened, only some of it.
func TestN6HostileInputOnEveryChannel(t *testing.T) {
	for name, text := range hostile {
		if testing.Short() && !slices.Contains([]string{"header", "markup", "bidi", "long"}, name) {
			continue
		}
		t.Run("N6 "+name, func(t *testing.T) {
			d := sample(t)
			spoil(reflect.ValueOf(&d).Elem(), text)
			d.Link = "javascript:alert(1)"
			everywhere(t, d, func(t *testing.T, m notify.Message) {
				for part, s := range map[string]string{"subject": m.Subject, "title": m.Title, "body": m.Body} {
					oneLine(t, part, s)
				}
				for part, s := range map[string]string{"text": m.Text, "HTML": m.HTML} {
					readable(t, part, s)
				}
				sendable(t, m)
				if m.Channel.Push() {
					return
				}
				ownLines(t, m.Text)
				harmless(t, m.HTML)
			})
		})
	}
}

// oneLine holds what goes into a header or a push.
func oneLine(t *testing.T, part, s string) {
	t.Helper()
	if strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsAny(s, "\u2028\u2029") {
		t.Errorf("%s is not one line: %q", part, s)
	}
	if most := map[string]int{"subject": 160, "title": 60, "body": 240}[part]; utf8.RuneCountInString(s) > most {
		t.Errorf("%s has %d characters", part, utf8.RuneCountInString(s))
	}
	readable(t, part, s)
}

// readable holds everywhere: what is there is seen, in the order in which it is seen.
func readable(t *testing.T, part, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%s is not valid", part)
	}
	if len(s) > 150_000 {
		t.Errorf("%s has %d bytes", part, len(s))
	}
	for _, r := range s {
		if r != '\n' && unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Noncharacter_Code_Point) ||
			unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			t.Errorf("%s holds %U", part, r)
			return
		}
	}
}

// sendable says that a message can be carried as JSON and comes out as it went in.
func sendable(t *testing.T, m notify.Message) {
	t.Helper()
	m.To = notify.Person{ID: m.To.ID} // the host's own data
	wire, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back notify.Message
	if err := json.Unmarshal(wire, &back); err != nil || !reflect.DeepEqual(back, m) {
		t.Errorf("it came back as %+v, %v", back, err)
	}
}

// ownLines says that the lines of a text are of a readable length, unless a single word is longer, and that only the
// message itself has a signature: what people wrote at length stands behind a mark.
func ownLines(t *testing.T, text string) {
	t.Helper()
	for n, l := range strings.Split(text, "\n") {
		if utf8.RuneCountInString(l) > 72 && len(strings.Fields(strings.TrimLeft(l, "> -"))) > 2 {
			t.Errorf("line %d has %d characters: %q", n+1, utf8.RuneCountInString(l), l)
		}
	}
	if strings.Count(text, "\n-- \n") > 1 {
		t.Errorf("there are two signatures:\n%s", text)
	}
}

// Template syntax comes out as it went in: nobody ran it.
func TestN6TemplateSyntaxIsText(t *testing.T) {
	d := sample(t)
	const syntax = "{{.Reason}}{{len}}"
	d.Clinician, d.Practice, d.Reason, d.Message = syntax, syntax, syntax, syntax
	everywhere(t, d, func(t *testing.T, m notify.Message) {
		if m.Kind == notify.Digest {
			return // it is about no session of its own
		}
		if !m.Channel.Push() && (!strings.Contains(m.Text, syntax) || !strings.Contains(m.HTML, syntax)) {
			t.Errorf("the template syntax is gone:\n%s", m.Text)
		}
	})
}

// A name can't make a quotation, a list or a paragraph of its own out of the sentence that begins with it.
func TestN6NamesMakeNoBlocks(t *testing.T) {
	for _, mark := range []string{"> ", "- ", ">> - "} {
		d := sample(t)
		d.Clinician, d.Practice, d.Name, d.Reason, d.Message = mark+"Eve", mark+"Eve", mark+"Eve", "", ""
		everywhere(t, d, func(t *testing.T, m notify.Message) {
			if strings.Contains(m.HTML, "<blockquote") || strings.Contains(m.Text, mark+"Eve") {
				t.Errorf("%q makes a block:\n%s", mark, m.Text)
			}
		})
	}
}

// Whatever is written into a table for spreadsheets starts no formula (M1).
func TestN6M1HostileCells(t *testing.T) {
	for name, text := range hostile {
		cell := notify.CSVCell(text)
		if strings.ContainsAny(cell, "\x00\r") || !utf8.ValidString(cell) || cell != "" && strings.ContainsRune("=@|%", rune(cell[0])) {
			t.Errorf("%s: %.40q", name, cell)
		}
	}
}

// spoil puts a text into every text of a value: a field that is added later is covered from the start.
func spoil(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				spoil(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i), text)
		}
	}
}
