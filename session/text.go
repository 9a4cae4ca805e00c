package session

import (
	"strings"
	"time"
	"unicode/utf8"
)

// TextClass says what a text is, and with it for how long it is kept (P4).
type TextClass string

// The classes of erasable texts.
const (
	// ReasonText is why somebody withdrew, cancelled, declined, overrode or queried.
	ReasonText TextClass = "reason"
	// MessageText is what practice and clinician write to each other (B3).
	MessageText TextClass = "message"
	// CaseText is what a support case says.
	CaseText TextClass = "case"
)

// MaxText is the greatest length of a text, in characters.
const MaxText = 4000

// Text is something a person wrote. The record only points to it, so that it can be erased while the record
// stands (P4). It is untrusted: whoever shows it escapes it for where it goes (N6).
type Text struct {
	ID       TextID     `json:"id"`
	Version  int64      `json:"version"`
	Provider ProviderID `json:"provider"`
	Session  SessionID  `json:"session,omitzero"`
	Class    TextClass  `json:"class"`
	// Body is what they wrote; blank once erased.
	Body    string    `json:"body,omitzero"`
	By      PersonID  `json:"by,omitzero"`
	Written time.Time `json:"written"`
	// Erased is when the body was erased; zero while it stands.
	Erased time.Time `json:"erased,omitzero"`
}

// Subject names the text.
func (t Text) Subject() Subject { return Subject{KindText, string(t.ID)} }

// Revision is its version: 1 as written, 2 when erased.
func (t Text) Revision() int64 { return t.Version }

// Tenant is the provider in whose record it is pointed to.
func (t Text) Tenant() ProviderID { return t.Provider }

// About is the session it belongs to.
func (t Text) About() SessionID { return t.Session }

// CheckText returns a *FieldError naming field for a text that no store could keep or that is longer than MaxText,
// and, where it is required, for one that is blank: without anything that can be seen.
func CheckText(field, text string, required bool) error {
	switch {
	case required && blank(text):
		return &FieldError{Field: field, Problem: "is missing"}
	case !utf8.ValidString(text):
		return &FieldError{Field: field, Problem: "is not valid UTF-8"}
	case strings.ContainsRune(text, 0):
		return &FieldError{Field: field, Problem: "holds a NUL character"}
	case utf8.RuneCountInString(text) > MaxText:
		return &FieldError{Field: field, Problem: "is longer than 4000 characters"}
	}
	return nil
}

// TextQuery asks for texts that are not erased: by class and age, for its retention, or by who wrote them, for their
// right to have them erased (P4).
type TextQuery struct {
	// Class or Author is which; exactly one is given.
	Class  TextClass
	Author PersonID
	// Before keeps those written before an instant; zero: all.
	Before time.Time
	Page   PageRequest
}

// Validate checks the query's fields; the error is a *FieldError.
func (q TextQuery) Validate() error {
	switch {
	case q.Class == "" && q.Author == "":
		return &FieldError{Field: "Class", Problem: "is missing, and so is Author"}
	case q.Class != "" && q.Author != "":
		return &FieldError{Field: "Class", Problem: "can't be given with Author"}
	case q.Class != "" && q.Class != ReasonText && q.Class != MessageText && q.Class != CaseText:
		return &FieldError{Field: "Class", Problem: "must be reason, message or case"}
	case q.Author != "":
		if err := CheckID("Author", q.Author); err != nil {
			return err
		}
	}
	return q.Page.Validate()
}

// EventTextErased tells that a text was erased.
const EventTextErased EventKind = "text.erased"

// EraseText erases the body of one text (P4): support at somebody's request, the system when its class's retention
// has passed. What points to it stays.
type EraseText struct {
	Command
	// Text is the text to erase.
	Text TextID
}

// Validate checks the fields.
func (c EraseText) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return CheckID("Text", c.Text)
}

// Decide erases the text; one that is erased already is a *StateError.
func (c EraseText) Decide(t Text, now time.Time) (Text, Decision, error) {
	if !t.Erased.IsZero() {
		return Text{}, Decision{}, &StateError{Kind: KindText, ID: string(t.ID), State: "erased", Act: "erase it"}
	}
	d := Decide(c.Command, now)
	t.Version++
	t.Body, t.By, t.Erased = "", "", d.Now()
	d.Write(t, Event{Kind: EventTextErased, From: "written", To: "erased", Facts: Facts{"class": string(t.Class)}})
	return t, d, nil
}
