package ics

import (
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"

	ical "github.com/arran4/golang-ical"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// Address is who organises a session or is invited to it. Name is untrusted, and may be blank.
type Address struct{ Name, Email string }

// Method says what is asked of a calendar: REQUEST to enter or change the booking, CANCEL to take it out. It belongs
// into the Content-Type of a mail's part, too (RFC 6047).
func Method(i notify.Invitation) string {
	if i.Cancelled {
		return string(ical.MethodCancel)
	}
	return string(ical.MethodRequest)
}

// Invite returns a booking's invitation: a whole VCALENDAR of one VEVENT, in UTC. The attendee has agreed to it where
// the workflow takes place, so nothing is asked of them here: they stand as ACCEPTED, and no answer is wanted. A
// tentative one, an offer, stands as TENTATIVE and its attendee as one who has not said yet (NEEDS-ACTION), but is
// answered where the workflow takes place, too. An answer that a calendar program sends all the same goes to the
// organiser's address.
//
// The error is a *session.FieldError for what can't be an entry: without a UID, a stamp or a start, not ending
// after it starts, with a year that has not four digits, or with an address that is none.
func Invite(i notify.Invitation, organiser, attendee Address) ([]byte, error) {
	if err := check(i); err != nil {
		return nil, err
	}
	from, err := organiser.uri("Organiser.Email")
	if err != nil {
		return nil, err
	}
	to, err := attendee.uri("Attendee.Email")
	if err != nil {
		return nil, err
	}
	status, part := ical.ObjectStatusConfirmed, ical.ParticipationStatusAccepted
	switch {
	case i.Cancelled:
		status = ical.ObjectStatusCancelled
	case i.Tentative:
		status, part = ical.ObjectStatusTentative, ical.ParticipationStatusNeedsAction
	}
	event := entry{
		uid: i.UID, sequence: i.Sequence, status: status, start: i.Start, end: i.End, stamp: i.Stamp,
		summary: i.Summary, place: i.Place, description: i.Description,
	}.event()
	event.SetOrganizer(from, organiser.name()...)
	event.AddAttendee(to, append(attendee.name(), part, ical.ParticipationRoleReqParticipant, ical.WithRSVP(false))...)
	c := empty()
	c.SetMethod(ical.Method(Method(i)))
	c.AddVEvent(event)
	return write(c)
}

func check(i notify.Invitation) error {
	year := func(t time.Time) bool { y := t.UTC().Year(); return y >= 1 && y <= 9999 }
	switch {
	case strings.TrimSpace(notify.Plain(i.UID)) == "":
		return &session.FieldError{Field: "UID", Problem: "is missing"}
	case i.Stamp.IsZero():
		return &session.FieldError{Field: "Stamp", Problem: "is missing"}
	case i.Start.IsZero():
		return &session.FieldError{Field: "Start", Problem: "is missing"}
	case i.End.Unix() <= i.Start.Unix(): // an entry has whole seconds
		return &session.FieldError{Field: "End", Problem: "is not after the start"}
	case !year(i.Stamp):
		return &session.FieldError{Field: "Stamp", Problem: "has a year that is not of four digits"}
	case !year(i.Start):
		return &session.FieldError{Field: "Start", Problem: "has a year that is not of four digits"}
	case !year(i.End):
		return &session.FieldError{Field: "End", Problem: "has a year that is not of four digits"}
	}
	return nil
}

// uri is the address as a mailto URI (RFC 6068): percent-encoded, it holds nothing that ends a line or a value.
func (a Address) uri(field string) (string, error) {
	parsed, err := mail.ParseAddress("<" + a.Email + ">")
	if err != nil || parsed.Name != "" {
		return "", &session.FieldError{Field: field, Problem: "is no email address"}
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	return "mailto:" + url.PathEscape(parsed.Address[:at]) + "@" + url.PathEscape(parsed.Address[at+1:]), nil
}

// name is the common name, if there is one. A parameter has no escapes (RFC 5545, 3.2), but the library writes
// backslashes before these characters: look-alikes of quotes and apostrophes, and spaces for the others, are what
// every reader takes for the same name.
func (a Address) name() []ical.PropertyParameter {
	name := strings.Map(func(r rune) rune {
		switch r {
		case '\'':
			return '’'
		case '"':
			return '”'
		case ',', ';', ':', '\\':
			return ' '
		}
		return r
	}, notify.Header(a.Name))
	if name = strings.Join(strings.FieldsFunc(name, unicode.IsSpace), " "); name == "" {
		return nil
	}
	return []ical.PropertyParameter{ical.WithCN(name)}
}
