package main

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"

	"github.com/sessional-go/sessional/notify"
)

//go:embed index.html.tmpl
var indexSource string

var indexPage = template.Must(template.New("index").Funcs(template.FuncMap{"join": func(some []string) string {
	return strings.Join(some, ", ")
}}).Parse(indexSource))

// index is the page to look at all the others.
func index(pages []page) ([]byte, error) {
	var b bytes.Buffer
	err := indexPage.Execute(&b, struct {
		Kinds []notify.Kind
		Pages []page
	}{notify.MessageKinds(), pages})
	return b.Bytes(), err
}

// Anchor leads to the page within the index.
func (p page) Anchor() string { return strings.TrimSuffix(p.file, ".eml") }

// groups are the switches of emails, in words.
var groups = map[notify.EmailGroup]string{
	notify.ApplicationEmails: "emails about applications", notify.BookingEmails: "emails about bookings",
	notify.PayEmails: "emails about pay", notify.MessageEmails: "emails about messages",
	notify.CaseEmails: "emails about support cases", notify.ReminderEmails: "reminders", notify.DigestEmails: "digests",
}
