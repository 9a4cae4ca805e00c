package notify

import (
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
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
}

// Override replaces the text of a kind on one channel, in one language: a BCP 47 tag such as "cy" or "en-GB", or ""
// for every language that has no text of its own. The error is a *session.FieldError that names the part which is no
// template, or which asks for something that [Data] doesn't have.
func (t *Texts) Override(k Kind, c Channel, language string, own Template) error {
	if _, known := k.Trait(); !known {
		return &session.FieldError{Field: "Kind", Problem: "is unknown"}
	}
	if !c.Valid() {
		return &session.FieldError{Field: "Channel", Problem: "is unknown"}
	}
	ready, err := compile(own)
	if err != nil {
		return err
	}
	if t.own == nil {
		t.own = map[textKey]compiled{}
	}
	t.own[textKey{k, c, strings.ToLower(language)}] = ready
	return nil
}

// compile parses the parts, and tries them out on data without anything in it.
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
			err = parsed.Execute(io.Discard, Data{})
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
		err = parsed.Execute(io.Discard, Data{})
	}
	if err != nil {
		return compiled{}, &session.FieldError{Field: "HTML", Problem: "is no template: " + err.Error(), Err: err}
	}
	ready.html = parsed
	return ready, nil
}

// find returns the parts for a kind, channel and language, each from the closest that gives it: the language itself,
// the language without its region, any language, the built-in English.
func (t *Texts) find(k Kind, c Channel, language string) (compiled, error) {
	base, err := builtIn()
	if err != nil {
		return compiled{}, err
	}
	found, ok := base.kinds[k]
	if !ok {
		return compiled{}, fmt.Errorf("notify: there is no text for %q", k)
	}
	language = strings.ToLower(language)
	region, _, _ := strings.Cut(language, "-")
	for _, l := range []string{"", region, language} {
		found = found.under(t.own[textKey{k, c, l}])
	}
	return found, nil
}

// under returns the parts of own, and where it gives none, those of c. An HTML document goes with its text: one of
// another language isn't sent beside it.
func (c compiled) under(own compiled) compiled {
	if own.text != nil || own.html != nil {
		c.html = own.html
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
		if lib.kinds[k], err = compile(own); err != nil {
			return library{}, fmt.Errorf("notify: the text of %s: %w", k, err)
		}
	}
	var textErr, htmlErr error
	lib.text, textErr = template.ParseFS(embedded, "texts/layout.txt")
	lib.html, htmlErr = htmltemplate.ParseFS(embedded, "texts/layout.html")
	return lib, errors.Join(textErr, htmlErr)
})
