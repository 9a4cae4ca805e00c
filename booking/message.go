package booking

import (
	"time"

	"github.com/sessional-go/sessional/session"
)

// Message is what practice and clinician write to each other about a session (B3). The words stand in an erasable
// text.
type Message struct {
	ID        session.MessageID   `json:"id"`
	Version   int64               `json:"version"`
	Session   session.SessionID   `json:"session"`
	Provider  session.ProviderID  `json:"provider"`
	Practice  session.PracticeID  `json:"practice"`
	Clinician session.ClinicianID `json:"clinician"`
	From      session.Actor       `json:"from"`
	Text      session.TextID      `json:"text"`
	Sent      time.Time           `json:"sent"`
}

// Subject names the message.
func (m Message) Subject() session.Subject {
	return session.Subject{Kind: session.KindMessage, ID: string(m.ID)}
}

// Revision is its version, always 1.
func (m Message) Revision() int64 { return m.Version }

// Tenant is the provider.
func (m Message) Tenant() session.ProviderID { return m.Provider }

// About is the session.
func (m Message) About() session.SessionID { return m.Session }

// SendMessage writes to the other side about a session (B3).
type SendMessage struct {
	session.Command
	Session session.SessionID
	// To is the clinician that the practice writes to; blank where the clinician writes.
	To session.ClinicianID
	// Body is what is written. Required.
	Body string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c SendMessage) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Session", c.Session); err != nil {
		return err
	}
	if c.By.Capacity != session.AsClinician {
		if err := session.CheckID("To", c.To); err != nil {
			return err
		}
	} else if c.To != "" {
		return &session.FieldError{Field: "To", Problem: "must be blank: a clinician writes to the practice"}
	}
	return session.CheckText("Body", c.Body, true)
}

// Decide sends the message. The error is a *session.ForbiddenError unless the clinician whom it goes to, or comes
// from, has applied for the session or is booked for it, or was.
func (c SendMessage) Decide(s Situation, now time.Time) (Message, session.Decision, error) {
	d := session.Decide(c.Command, now)
	if !s.Known {
		return Message{}, session.Decision{}, &session.ForbiddenError{
			Capacity: c.By.Capacity, Act: "send a message",
			Why: "messages about a session are for its practice and the clinicians who applied for it or are booked",
		}
	}
	m := Message{
		ID:        session.DeriveID[session.MessageID](c.Command, "message"),
		Version:   1,
		Session:   s.Session.ID,
		Provider:  s.Session.Provider,
		Practice:  s.Session.Practice,
		Clinician: s.To,
		From:      c.By,
		Sent:      d.Now(),
	}
	m.Text = d.Note(session.MessageText, m.Provider, m.Session, c.Body)
	d.Write(m, session.Event{Kind: EventMessageSent, Facts: session.Facts{
		"reference": string(s.Session.Reference),
		"practice":  string(m.Practice),
		"clinician": string(m.Clinician),
		"text":      string(m.Text),
	}})
	return m, d, nil
}
