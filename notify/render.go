package notify

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"github.com/sessional-go/sessional/session"
)

// The greatest lengths, in characters. More of a push is cut off by the phones. A subject holds a name and what it is
// about them: names are cut off earlier, so that the rest is there whatever somebody calls themselves.
const (
	maxTitle     = 60
	maxBody      = 240
	maxSubject   = 160
	maxName      = 60
	maxReference = 40
	maxPreheader = 120
)

// Render makes the message of a delivery: the words of its kind, for its channel, in the person's language where there
// are any. Everything in the data that people wrote is escaped for where it goes (N6). The data's Name is filled in
// from the person where it is blank. The error is that of a template that the host replaced, or says that there is no
// text for such a push.
func (t *Texts) Render(x Delivery, to Person, d Data) (Message, error) {
	trait, _ := x.Kind.Trait()
	m := Message{Key: x.Key, Kind: x.Kind, Channel: x.Channel, To: to, Optional: !trait.Must}
	parts, err := t.find(x.Kind, x.Channel, to.Language)
	if err != nil {
		return Message{}, err
	}
	if d.Name == "" {
		d.Name = to.Name
	}
	d.Kind = x.Kind
	d = d.clean()
	if x.Channel.Push() {
		title, body, err := both(parts.title, parts.body, d)
		if err != nil {
			return Message{}, err
		}
		m.Title, m.Body = line(title, maxTitle), line(body, maxBody)
		return m, nil
	}
	subject, text, err := both(parts.subject, parts.text, d)
	if err != nil {
		return Message{}, err
	}
	m.Subject = line(subject, maxSubject)
	return m.lay(parts, d, text)
}

// both executes two templates.
func both(a, b *template.Template, d Data) (first, second string, err error) {
	if a == nil || b == nil {
		return "", "", errors.New("notify: there is no text for this kind on this channel")
	}
	var one, two strings.Builder
	if err := a.Execute(&one, d); err != nil {
		return "", "", err
	}
	if err := b.Execute(&two, d); err != nil {
		return "", "", err
	}
	return one.String(), two.String(), nil
}

// sheet is what the layouts are given.
type sheet struct {
	Language, Subject, Greeting string
	// Preheader is what a list of mails shows behind the subject.
	Preheader     string
	Body          string
	Blocks        []block
	Details       []detail
	Link, Product string
}

// detail is one line of the particulars.
type detail struct{ Label, Value string }

// Line is the detail as it stands in plain text.
func (d detail) Line() string { return wrap("", "  ", d.Label+": "+d.Value) }

// lay puts an email's text into the layouts.
func (m Message) lay(parts compiled, d Data, text string) (Message, error) {
	lib, err := builtIn()
	if err != nil {
		return Message{}, err
	}
	s := sheet{
		Language: parts.language, Subject: m.Subject, Blocks: blocks(text), Details: d.details(), Link: d.Link,
		Product: d.Product,
	}
	if d.Name != "" {
		s.Greeting = "Hello " + d.Name + ","
	}
	if len(s.Blocks) > 0 {
		s.Preheader = line(s.Blocks[0].Text, maxPreheader)
	}
	bodies := make([]string, len(s.Blocks))
	for i, b := range s.Blocks {
		bodies[i] = b.plain()
	}
	s.Body = strings.Join(bodies, "\n\n")
	var plain, html strings.Builder
	if err := lib.text.Execute(&plain, s); err != nil {
		return Message{}, err
	}
	if parts.html != nil {
		err = parts.html.Execute(&html, d)
	} else {
		err = lib.html.Execute(&html, s)
	}
	if err != nil {
		return Message{}, err
	}
	m.Text, m.HTML = strings.TrimRight(plain.String(), "\n")+"\n", html.String()
	return m, nil
}

// details are the particulars of the session below the text of an email.
func (d Data) details() []detail {
	if d.Kind == Digest {
		return nil
	}
	var given []detail
	for _, one := range []detail{
		{"Session", d.Reference},
		{"When", d.When()},
		{"Role", d.Role},
		{"Practice", d.Practice},
		{"Place", d.Place},
	} {
		if one.Value != "" {
			given = append(given, one)
		}
	}
	return given
}

// functions are what templates may call beside the methods of Data.
var functions = template.FuncMap{
	"title":   title,
	"quote":   quote,
	"list":    list,
	"changes": listChanges,
	"items":   listItems,
	"count":   count,
}

// title begins a sentence.
func title(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

func listChanges(changes []FieldChange) string {
	if len(changes) == 0 {
		return ""
	}
	lines := make([]string, len(changes))
	for i, c := range changes {
		lines[i] = title(c.Field) + ": changed"
		if c.From != "" || c.To != "" {
			lines[i] = title(c.Field) + ": " + c.From + " → " + c.To
		}
	}
	return list(lines)
}

func listItems(items []DigestItem) string {
	if len(items) == 0 {
		return ""
	}
	lines := make([]string, len(items))
	for i, item := range items {
		parts := []string{item.When(), strings.TrimSpace(item.Role + before(" at ", item.Practice))}
		if !item.Rate.IsZero() {
			parts = append(parts, item.Rate.String())
		}
		if item.Channel == session.Marketplace {
			parts = append(parts, "marketplace")
		}
		parts = append(parts, applied(item.Applicants), item.Reference)
		parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
		lines[i] = strings.Join(parts, " · ")
	}
	return list(lines)
}

// applied says how many have applied (A2).
func applied(n int) string {
	if n == 0 {
		return "nobody has applied yet"
	}
	return strconv.Itoa(n) + " applied"
}

// count is "3 new sessions", those that were left out among them.
func count(omitted, listed int) string {
	if n := omitted + listed; n != 1 {
		return strconv.Itoa(n) + " new sessions"
	}
	return "1 new session"
}

// clean makes everything in the data that people wrote fit to stand in plain text: one line each, but for what they
// wrote at length.
func (d Data) clean() Data {
	for _, s := range []*string{&d.Product, &d.Name, &d.Role, &d.Practice, &d.Clinician, &d.Unreached, &d.Notice} {
		*s = name(*s)
	}
	for _, s := range []*string{&d.Reference, &d.Phone, &d.SupportPhone} {
		*s = line(*s, maxReference)
	}
	for _, s := range []*string{&d.Place, &d.Answer, &d.SupportEmail} {
		*s = Header(*s)
	}
	for _, s := range []*string{&d.Reason, &d.Message} {
		*s = shorten(strings.TrimSpace(Plain(*s)), session.MaxText)
	}
	if !web(d.Link) {
		d.Link = ""
	}
	d.Amount.Currency, d.Cap.Currency = currency(d.Amount.Currency), currency(d.Cap.Currency)
	d.Changes = slices.Clone(d.Changes)
	for i, c := range d.Changes {
		d.Changes[i] = FieldChange{Field: Header(c.Field), From: Header(c.From), To: Header(c.To)}
	}
	d.Findings = slices.Clone(d.Findings)
	for i, s := range d.Findings {
		d.Findings[i] = Header(s)
	}
	d.Items = slices.Clone(d.Items)
	for i := range d.Items {
		item := &d.Items[i]
		item.Reference, item.Role, item.Practice = line(item.Reference, maxReference), name(item.Role), name(item.Practice)
		item.Rate.Currency = currency(item.Rate.Currency)
	}
	return d
}

// name is what something or somebody is called, without what would make a quotation or a list of the paragraph that
// begins with it.
func name(s string) string { return line(strings.TrimLeft(Header(s), "> -"), maxName) }

func currency(c session.Currency) session.Currency { return session.Currency(Header(string(c))) }

// web says whether a link can be put into a message as it is.
func web(link string) bool {
	return (strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")) &&
		link == Header(link) && !strings.ContainsAny(link, " <>\"")
}
