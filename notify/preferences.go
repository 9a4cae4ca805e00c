package notify

import (
	"strings"
	"time"

	"github.com/sessional-go/sessional/session"
)

// EventSettingsChanged tells that somebody chose what they are told. Its facts name each switch that was given, as
// "emails.bookings": "off".
const EventSettingsChanged session.EventKind = "settings.changed"

// SetPreferences is a person choosing what they are told, and how (N1). A switch that is not given stays as it is.
// What can't be turned off (N2) has no switch.
type SetPreferences struct {
	session.Command
	// Person is whose settings they are: the actor's own.
	Person    session.PersonID
	Emails    Emails
	Pushes    Pushes
	Digests   Digests
	Reminders Switch
	// Quiet replaces the quiet hours; nil: unchanged, the zero Quiet: none from now on.
	Quiet *Quiet
}

// choice is one switch of a command, beside the one in the settings that it sets.
type choice struct {
	name  string
	given Switch
	at    *Switch
}

func (c SetPreferences) choices(s *Settings) []choice {
	return []choice{
		{"Emails.Applications", c.Emails.Applications, &s.Emails.Applications},
		{"Emails.Bookings", c.Emails.Bookings, &s.Emails.Bookings},
		{"Emails.Pay", c.Emails.Pay, &s.Emails.Pay},
		{"Emails.Messages", c.Emails.Messages, &s.Emails.Messages},
		{"Emails.Cases", c.Emails.Cases, &s.Emails.Cases},
		{"Pushes.Accepted", c.Pushes.Accepted, &s.Pushes.Accepted},
		{"Pushes.Paid", c.Pushes.Paid, &s.Pushes.Paid},
		{"Pushes.Message", c.Pushes.Message, &s.Pushes.Message},
		{"Pushes.Cancelled", c.Pushes.Cancelled, &s.Pushes.Cancelled},
		{"Pushes.Updated", c.Pushes.Updated, &s.Pushes.Updated},
		{"Digests.Rota", c.Digests.Rota, &s.Digests.Rota},
		{"Digests.Marketplace", c.Digests.Marketplace, &s.Digests.Marketplace},
		{"Reminders", c.Reminders, &s.Reminders},
	}
}

// Validate checks the fields; the error is a *session.FieldError naming one of them.
func (c SetPreferences) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Person", c.Person); err != nil {
		return err
	}
	for _, choice := range c.choices(new(Settings)) {
		if choice.given > Off {
			return &session.FieldError{Field: choice.name, Problem: "must be on or off"}
		}
	}
	if c.Quiet == nil || c.Quiet.IsZero() {
		return nil
	}
	switch {
	case c.Quiet.From.IsZero():
		return &session.FieldError{Field: "Quiet.From", Problem: "is missing"}
	case c.Quiet.To.IsZero():
		return &session.FieldError{Field: "Quiet.To", Problem: "is missing"}
	case c.Quiet.From == c.Quiet.To:
		return &session.FieldError{Field: "Quiet.To", Problem: "is the same as their beginning"}
	}
	return nil
}

// Decide sets what the command gives; current is the zero value for somebody who never chose. The error is a
// *session.ForbiddenError unless the person is the actor: nobody chooses for somebody else (P1).
func (c SetPreferences) Decide(current Settings, now time.Time) (Settings, session.Decision, error) {
	if c.By.Person != c.Person {
		return Settings{}, session.Decision{}, &session.ForbiddenError{
			Capacity: c.By.Capacity, Act: "change these settings", Why: "they are somebody else's",
		}
	}
	d := session.Decide(c.Command, now)
	next := current
	next.Person = c.Person
	next.Version++
	facts := session.Facts{}
	for _, choice := range c.choices(&next) {
		if choice.given != 0 {
			*choice.at = choice.given
			facts[fact(choice.name)] = choice.given.String()
		}
	}
	if c.Quiet != nil {
		next.Quiet = *c.Quiet
		facts["quiet"] = "none"
		if !next.Quiet.IsZero() {
			facts["quiet"] = next.Quiet.From.String() + "-" + next.Quiet.To.String()
		}
	}
	d.Write(next, session.Event{Kind: EventSettingsChanged, Facts: facts})
	return next, d, nil
}

// fact is a switch's name as facts have it: lower case.
func fact(name string) string { return strings.ToLower(name) }
