package session

import (
	"strings"
	"time"
	"unicode"

	"github.com/sessional-go/sessional/calendar"
)

// Role is what a session asks for, in the provider's own words: "GP", "ANP", "Pharmacist".
type Role string

// Terms are what is agreed when a session is booked (S6).
type Terms struct {
	Role Role `json:"role"`
	// Span is from start to end, half-open, in UTC. Its length is the true one across a clock change (T5).
	Span calendar.Span `json:"span"`
	// Break is the unpaid part of it.
	Break time.Duration `json:"break,omitzero"`
	Rate  Rate          `json:"rate"`
	// Place is where it is worked, for a person to read.
	Place string `json:"place,omitzero"`
	// Instructions are what the clinician should know beforehand. Untrusted text.
	Instructions string `json:"instructions,omitzero"`
}

// Paid is the length of paid time: the true length less the unpaid break.
func (t Terms) Paid() time.Duration { return t.Span.Duration() - t.Break }

// Worth is what the session pays on these terms: exact, rounded to pence once, half up (S6).
func (t Terms) Worth() Money { return t.Rate.For(t.Paid()) }

// Validate checks the terms as a whole, once start and end are instants: also that what they are worth can be paid.
// The error is a *FieldError naming a field as Post calls it: Role, Start, End, Break, Rate.…, Place, Instructions.
func (t Terms) Validate() error {
	switch {
	case t.Span.Start.IsZero():
		return &FieldError{Field: "Start", Problem: "is missing"}
	case t.Span.End.IsZero():
		return &FieldError{Field: "End", Problem: "is missing"}
	}
	for _, err := range []error{
		CheckName("Role", string(t.Role), true),
		checkLength(t.Span),
		CheckBreak(t.Break),
		t.Rate.Validate(),
		CheckName("Place", t.Place, false),
		CheckText("Instructions", t.Instructions, false),
	} {
		if err != nil {
			return err
		}
	}
	if t.Break >= t.Span.Duration() {
		return &FieldError{Field: "Break", Problem: "is as long as the session"}
	}
	if err := t.Worth().CheckPositive("Worth"); err != nil {
		return &FieldError{Field: "Rate.Amount", Problem: "makes the session worth what can't be paid", Err: err}
	}
	return nil
}

// Equal compares every part; instants as instants, amounts as amounts.
func (t Terms) Equal(o Terms) bool {
	return t.Role == o.Role && t.Span.Start.Equal(o.Span.Start) && t.Span.End.Equal(o.Span.End) &&
		t.Break == o.Break && t.Rate.Equal(o.Rate) && t.Place == o.Place && t.Instructions == o.Instructions
}

// Session is one shift at a practice, worked by one clinician.
type Session struct {
	ID        SessionID  `json:"id"`
	Version   int64      `json:"version"`
	Reference Reference  `json:"reference"`
	Provider  ProviderID `json:"provider"`
	Practice  PracticeID `json:"practice"`
	State     State      `json:"state"`
	// Terms are the ones it is offered on. While a change waits for the clinician's acknowledgement the booking
	// still holds the terms last agreed (S5).
	Terms    Terms    `json:"terms"`
	Channel  Channel  `json:"channel"`
	Choosing Choosing `json:"choosing"`
	// EngagementStart is when the engagement that it belongs to begins: its own start, unless posted otherwise.
	EngagementStart time.Time `json:"engagement_start"`
	// Round counts up each time it stops being open. An application of an earlier round has lapsed: nothing is
	// written for it, and the frozen round is the list of reserves.
	Round int `json:"round"`
	// Booking is the live booking; blank unless Filled, or Completed.
	Booking BookingID `json:"booking,omitzero"`
	// Case is the open support case (W4), during which nothing else happens to the session.
	Case CaseID `json:"case,omitzero"`
	// Replaces is the withdrawn session that this one reposts (S3).
	Replaces SessionID `json:"replaces,omitzero"`
	// Opened is when it last became open: the beginning of its period of availability (N3).
	Opened time.Time `json:"opened,omitzero"`
	// Created is when it was first posted or drafted.
	Created time.Time `json:"created"`
}

// Subject names the session.
func (s Session) Subject() Subject { return Subject{KindSession, string(s.ID)} }

// Revision is its version.
func (s Session) Revision() int64 { return s.Version }

// Tenant is its provider.
func (s Session) Tenant() ProviderID { return s.Provider }

// About is the session itself.
func (s Session) About() SessionID { return s.ID }

// Started says whether its start, on the terms it is offered on, is past: an instant equal to the start is (T5).
func (s Session) Started(now time.Time) bool { return !now.Before(s.Terms.Span.Start) }

// Move returns the session in the state that trigger leads to, one version on, or a *StateError saying that act
// can't be done. Whenever it stops being open its round counts up, and where it is left without a live booking it
// names none.
func (s Session) Move(trigger Trigger, act string) (Session, error) {
	to, ok := s.State.Next(trigger)
	if !ok {
		return Session{}, &StateError{Kind: KindSession, ID: string(s.ID), State: s.State.String(), Act: act}
	}
	if s.State == Open {
		s.Round++
	}
	if to != Filled && to != Completed {
		s.Booking = ""
	}
	s.Version++
	s.State = to
	return s, nil
}

// PracticeFacts is what the rules need to know of a practice. It is the host's own data: the Directory brings it.
type PracticeFacts struct {
	ID       PracticeID
	Provider ProviderID
	// Name is what a support case must call it (W4).
	Name string
	// Calendar has the practice's zone and bank-holiday division (T1). Required.
	Calendar *calendar.Calendar
	// Phone is what a clinician must ring within 72 hours (W9). A practice without one can't post.
	Phone string
	// Hours are when the phone is answered; not set: always shown.
	Hours calendar.Hours
}

// ProviderFacts is what the rules need to know of a provider.
type ProviderFacts struct {
	ID ProviderID
	// RotaPro lets its practices and rota managers withdraw rota sessions themselves inside the notice (W5).
	RotaPro bool
}

// SupportFacts is how customer support is reached (W3). Nothing is built in.
type SupportFacts struct {
	Phone, Email string
	// Hours are the contactable hours; not set: phone and email are both shown (T6).
	Hours calendar.Hours
}

// blank says whether a text holds nothing that can be seen: no more than spaces, control characters and such as the
// zero-width space, which survives trimming.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsPrint(r) && !unicode.IsSpace(r) })
}
