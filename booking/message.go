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
