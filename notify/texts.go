package notify

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"strconv"
	"strings"
	"sync"
	"text/template"

	"github.com/sessional-go/sessional/session"
)

// embedded holds the built-in English texts: one file per kind, its parts apart by a line of three dashes (an email's
// subject and text; a push's title and body), and the layouts that they are put into.
//
//go:embed texts
var embedded embed.FS

// Template is a host's own text for a kind, as the source of Go templates that are given a [Data]. A part left blank
// stays as it was: built in.
type Template struct {
	// Subject and Text are an email's, in text/template. Text holds the paragraphs, with a blank line between them;
	// greeting, particulars and link stand around them. Lines that begin with "> " are a quotation, with "- " a list.
	Subject, Text string
	// HTML is a whole document in html/template; blank: it is made from Text.
	HTML string
	// Title and Body are a push's, in text/template.
	Title, Body string
}

// Texts makes the words of messages. The zero value knows the built-in English ones. A host replaces what it wants
// with Override, before it renders anything: after that Texts is safe for concurrent use.
type Texts struct {
	own map[textKey]compiled
}

type textKey struct {
	kind     Kind
	channel  Channel
	language string
}

// compiled is a Template, ready; nil where a part isn't given.
type compiled struct {
	subject, text, title, body *template.Template
	html                       *htmltemplate.Template
	// language is that of text and html.
	language string
}

// TemplateError says that a text can't be used, and why: it is found when the text is loaded, not when the first
// message is sent.
type TemplateError struct {
	Kind     Kind
	Channel  Channel
	Language string
	// Err is a *session.FieldError that names the part: Subject, Text, HTML, Title or Body; or Kind, Channel or
	// Language, where the text is for none that there is.
	Err error
}

// Error is a sentence.
func (e *TemplateError) Error() string {
	language := ""
	if e.Language != "" {
		language = " in " + strconv.Quote(e.Language)
	}
	return fmt.Sprintf("The text for %q by %s%s can't be used: %v", string(e.Kind), e.Channel, language, e.Err)
}

// Unwrap returns the *session.FieldError.
func (e *TemplateError) Unwrap() error { return e.Err }

// Code returns bad_template.
func (e *TemplateError) Code() string { return "bad_template" }

// Override replaces the text of a kind on one channel, in one language: a BCP 47 tag such as "cy" or "en-GB", or ""
// for every language that has no text of its own; that one is taken to be English, too. The error is a *TemplateError.
// It names the part which is no template, or asks for something that [Data] doesn't have: each is tried out on data
// in which nothing is known, and on data in which everything is.
func (t *Texts) Override(k Kind, c Channel, language string, own Template) error {
	ready, err := load(k, c, language, own)
	if err != nil {
		return &TemplateError{Kind: k, Channel: c, Language: language, Err: err}
	}
	if t.own == nil {
		t.own = map[textKey]compiled{}
	}
	t.own[textKey{k, c, strings.ToLower(language)}] = ready
	return nil
}

// load makes a host's own text ready.
func load(k Kind, c Channel, language string, own Template) (compiled, error) {
	trait, known := k.Trait()
	switch {
	case !known:
		return compiled{}, &session.FieldError{Field: "Kind", Problem: "is unknown"}
	case !c.Valid():
		return compiled{}, &session.FieldError{Field: "Channel", Problem: "is unknown"}
	case c.Push() && trait.Push == 0:
		return compiled{}, &session.FieldError{Field: "Channel", Problem: "carries nothing of this kind"}
	case language != "" && !tag(language):
		return compiled{}, &session.FieldError{Field: "Language", Problem: "is no language tag"}
	}
	ready, err := compile(own)
	ready.language = cmp.Or(language, english)
	return ready, err
}

// english is the language of the built-in texts.
const english = "en"

// tag says whether a text looks like a language tag (BCP 47): letters and digits, in parts of up to eight.
func tag(s string) bool {
	for part := range strings.SplitSeq(s, "-") {
		if part == "" || len(part) > 8 || strings.ContainsFunc(part, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
		}) {
			return false
		}
	}
	return true
}

// compile parses the parts, and tries them out.
func compile(own Template) (compiled, error) {
	var ready compiled
	for _, part := range []struct {
		name, source string
		into         **template.Template
	}{
		{"Subject", own.Subject, &ready.subject},
		{"Text", own.Text, &ready.text},
		{"Title", own.Title, &ready.title},
		{"Body", own.Body, &ready.body},
	} {
		if part.source == "" {
			continue
		}
		parsed, err := template.New(part.name).Funcs(functions).Parse(part.source)
		if err == nil {
			err = try(parsed)
		}
		if err != nil {
			return compiled{}, &session.FieldError{Field: part.name, Problem: "is no template: " + err.Error(), Err: err}
		}
		*part.into = parsed
	}
	if own.HTML == "" {
		return ready, nil
	}
	parsed, err := htmltemplate.New("HTML").Funcs(functions).Parse(own.HTML)
	if err == nil {
		err = try(parsed)
	}
	if err != nil {
		return compiled{}, &session.FieldError{Field: "HTML", Problem: "is no template: " + err.Error(), Err: err}
	}
	ready.html = parsed
	return ready, nil
}

// try executes a template on data in which nothing is known, and on data in which everything is.
func try(t interface{ Execute(io.Writer, any) error }) error {
	if err := t.Execute(io.Discard, Data{}); err != nil {
		return err
	}
	return t.Execute(io.Discard, specimen())
}

// find returns the parts for a kind, channel and language, each from the closest that gives it: the language itself,
// the language without its region or script, any language, the built-in English.
func (t *Texts) find(k Kind, c Channel, language string) (compiled, error) {
	base, err := builtIn()
	if err != nil {
		return compiled{}, err
	}
	found, ok := base.kinds[k]
	if !ok {
		return compiled{}, fmt.Errorf("notify: there is no text for %q", k)
	}
	for _, l := range ranges(strings.ToLower(language)) {
		found = found.under(t.own[textKey{k, c, l}])
	}
	return found, nil
}

// ranges are the languages whose texts a reader of a language is given, the closest last: for "zh-hant-tw" these are
// "", "zh", "zh-hant" and "zh-hant-tw" (RFC 4647, 3.4).
func ranges(language string) []string {
	all := []string{""}
	for i, r := range language {
		if r == '-' {
			all = append(all, language[:i])
		}
	}
	if language != "" {
		all = append(all, language)
	}
	return all
}

// under returns the parts of own, and where it gives none, those of c. An HTML document goes with its text: one of
// another language isn't sent beside it.
func (c compiled) under(own compiled) compiled {
	if own.text != nil || own.html != nil {
		c.html, c.language = own.html, own.language
	}
	for _, part := range []struct{ over, into **template.Template }{
		{&own.subject, &c.subject}, {&own.text, &c.text}, {&own.title, &c.title}, {&own.body, &c.body},
	} {
		if *part.over != nil {
			*part.into = *part.over
		}
	}
	return c
}

// library is everything built in.
type library struct {
	kinds map[Kind]compiled
	text  *template.Template
	html  *htmltemplate.Template
}

// builtIn reads the embedded texts once. That they can be read is what the tests of this package are for.
var builtIn = sync.OnceValues(func() (library, error) {
	lib := library{kinds: make(map[Kind]compiled)}
	for _, k := range MessageKinds() {
		source, err := embedded.ReadFile("texts/en/" + string(k) + ".txt")
		if err != nil {
			return library{}, err
		}
		parts := strings.Split(string(source), "\n---\n")
		if len(parts) != 2 && len(parts) != 4 {
			return library{}, fmt.Errorf("notify: the text of %s has %d parts", k, len(parts))
		}
		own := Template{Subject: parts[0], Text: parts[1]}
		if len(parts) == 4 {
			own.Title, own.Body = parts[2], parts[3]
		}
		ready, err := compile(own)
		if err != nil {
			return library{}, fmt.Errorf("notify: the text of %s: %w", k, err)
		}
		ready.language = english
		lib.kinds[k] = ready
	}
	var textErr, htmlErr error
	lib.text, textErr = template.ParseFS(embedded, "texts/layout.txt")
	lib.html, htmlErr = htmltemplate.ParseFS(embedded, "texts/layout.html")
	return lib, errors.Join(textErr, htmlErr)
})
