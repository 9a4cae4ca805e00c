package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/ics"
	"github.com/sessional-go/sessional/notify/transport/mail"
	"github.com/sessional-go/sessional/session"
)

// page is one message of the book.
type page struct {
	Kind notify.Kind
	// Title is the kind in words, Variant what is special about this one of it.
	Title, Variant string
	// To says who can be told, Rules by which rules of docs/rules.md.
	To, Rules []string
	// Must says that it can't be turned off (N2); Group is otherwise the switch that does.
	Must  bool
	Group string
	// Message is the email, Push what a phone shows, nil where it shows nothing.
	Message notify.Message
	Push    *notify.Message
	// Calendar is what it asks of the reader's calendar: REQUEST or CANCEL; blank: nothing.
	Calendar string

	file string
	mail []byte
}

// write makes every page, in the order of the kinds.
func write() ([]page, error) {
	sender, err := newSender()
	if err != nil {
		return nil, err
	}
	defer func() { _ = sender.Close() }() // it never connects
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return nil, err
	}
	var texts notify.Texts
	var pages []page
	for _, k := range notify.MessageKinds() {
		about := book[k]
		for _, v := range append([]variant{{}}, about.variants...) {
			p, err := newPage(&texts, k, about, v, zone)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
			p.file = fmt.Sprintf("%02d-%s.eml", len(pages)+1, slug(string(k)+" "+v.name))
			if p.mail, err = sender.Compose(p.Message); err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
			pages = append(pages, p)
		}
	}
	return pages, nil
}

// File is the name of its .eml file.
func (p page) File() string { return p.file }

// newSender makes mails without ever sending one, on a clock that stands still.
func newSender() (*mail.Sender, error) {
	off, err := mail.NewUnsubscribe(mail.UnsubscribeOptions{
		URL: "https://sessions.example/unsubscribe", Keys: [][]byte{[]byte("a key that protects nothing, for samples")},
		TurnOff: func(context.Context, session.PersonID, notify.EmailGroup) error { return nil },
	})
	if err != nil {
		return nil, err
	}
	return mail.New(mail.Options{
		Host: "smtp.example", From: "Sessions <sessions@sessions.example>", Hello: "sessions.example", Unsubscribe: off,
		Now: func() time.Time { return written },
	})
}

// written is when all of them are.
var written = time.Date(2026, time.March, 19, 9, 30, 0, 0, time.UTC)

// newPage renders one message of a kind.
func newPage(texts *notify.Texts, k notify.Kind, about entry, v variant, zone *time.Location) (page, error) {
	trait, _ := k.Trait()
	p := page{
		Kind: k, Title: sentence(k.Words()), Variant: v.name, Rules: append([]string{}, about.rules...), Must: trait.Must,
		Group: groups[trait.Emails],
	}
	for _, a := range k.Audiences() {
		p.To = append(p.To, audiences[a])
	}
	d := sample(k, zone)
	for _, change := range []func(*notify.Data){about.data, v.data} {
		if change != nil {
			change(&d)
		}
	}
	to := reader(k)
	key := "sample-" + slug(string(k)+" "+v.name)
	var err error
	p.Message, err = texts.Render(notify.Delivery{Key: key, Kind: k, Channel: notify.Email}, to, d)
	if err != nil {
		return p, err
	}
	p.Message.Link = d.Link
	if about.calendar != nil {
		p.Message.Invitation = invitation(d)
		about.calendar(p.Message.Invitation)
		p.Calendar = ics.Method(*p.Message.Invitation)
	}
	if trait.Push != 0 {
		push, err := texts.Render(notify.Delivery{Key: key + "-push", Kind: k, Channel: notify.IPhone}, to, d)
		if err != nil {
			return p, err
		}
		p.Push = &push
	}
	return p, nil
}

// reader is who gets the sample: a clinician where clinicians are told.
func reader(k notify.Kind) notify.Person {
	for _, a := range k.Audiences() {
		switch a {
		case notify.BookedClinician, notify.Applicant, notify.PendingApplicants:
			return notify.Person{ID: "amara", Name: "Dr Amara Okafor", Email: "amara.okafor@clinicians.example"}
		case notify.PracticeStaff, notify.RotaManagers, notify.SupportTeam:
		}
	}
	return notify.Person{ID: "gemma", Name: "Gemma Ackroyd", Email: "gemma.ackroyd@holbeck-moor.example"}
}

// audiences are in words.
var audiences = map[notify.Audience]string{
	notify.BookedClinician: "the booked clinician", notify.Applicant: "the clinician it is about",
	notify.PendingApplicants: "applicants who wait for an answer", notify.PracticeStaff: "the practice",
	notify.RotaManagers: "rota managers", notify.SupportTeam: "customer support",
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// slug is a name for a file.
func slug(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}
