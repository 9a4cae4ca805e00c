package notify

import (
	"context"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/session"
)

// Switch is on, off, or never touched, which stands for its default.
type Switch uint8

// A switch that somebody touched is on or off.
const (
	On Switch = iota + 1
	Off
)

var switches = enum.Names{"", "on", "off"}

// String returns on, off, or "" for one never touched.
func (s Switch) String() string { return switches.Text(uint8(s)) }

// MarshalText writes on, off, or nothing.
func (s Switch) MarshalText() ([]byte, error) { return switches.Marshal(uint8(s)) }

// UnmarshalText reads on, off, or nothing and refuses any other word.
func (s *Switch) UnmarshalText(text []byte) error {
	n, err := switches.Unmarshal(text)
	*s = Switch(n)
	return err
}

// or returns whether the switch is on, byDefault where nobody touched it.
func (s Switch) or(byDefault bool) bool {
	if s == 0 {
		return byDefault
	}
	return s == On
}

// EmailGroup is a group of emails that one switch governs (N1).
type EmailGroup uint8

// The groups of emails.
const (
	// ApplicationEmails are about applications.
	ApplicationEmails EmailGroup = iota + 1
	// BookingEmails are about bookings, allocations among them (A1).
	BookingEmails
	// PayEmails are about hours, invoices and fees.
	PayEmails
	// MessageEmails say that somebody wrote.
	MessageEmails
	// CaseEmails are about support cases.
	CaseEmails
	// ReminderEmails remind of sessions to come.
	ReminderEmails
	// DigestEmails are digests; whether there is one has switches of its own (N3).
	DigestEmails
)

// PushGroup is one of the five pushes that can be turned on and off (N1).
type PushGroup uint8

// The five pushes.
const (
	// AcceptedPush says that an application is accepted.
	AcceptedPush PushGroup = iota + 1
	// PaidPush says that an invoice is paid.
	PaidPush
	// MessagePush says that there is a new message.
	MessagePush
	// CancelledPush says that a booking is cancelled.
	CancelledPush
	// UpdatedPush says that a booked session is updated.
	UpdatedPush
)

// Emails are the switches for emails; each is on unless turned off.
type Emails struct {
	Applications Switch `json:"applications,omitzero"`
	Bookings     Switch `json:"bookings,omitzero"`
	Pay          Switch `json:"pay,omitzero"`
	Messages     Switch `json:"messages,omitzero"`
	Cases        Switch `json:"cases,omitzero"`
}

// Pushes are the switches for pushes, for all of a person's devices; each is on unless turned off.
type Pushes struct {
	// Accepted: "application accepted".
	Accepted Switch `json:"accepted,omitzero"`
	// Paid: "invoice paid".
	Paid Switch `json:"paid,omitzero"`
	// Message: "new message".
	Message Switch `json:"message,omitzero"`
	// Cancelled: "booking cancelled".
	Cancelled Switch `json:"cancelled,omitzero"`
	// Updated: "booked session updated".
	Updated Switch `json:"updated,omitzero"`
}

// Digests are the switches for digests (N3).
type Digests struct {
	// Rota summarises rota sessions; on unless turned off.
	Rota Switch `json:"rota,omitzero"`
	// Marketplace summarises marketplace sessions, for the fully approved; off unless turned on.
	Marketplace Switch `json:"marketplace,omitzero"`
}

// Quiet are the hours in which a person is not to be disturbed, by their own clock, half-open. They may run over
// midnight: 22:00 to 07:00. The zero value: none.
type Quiet struct {
	From calendar.Clock `json:"from,omitzero"`
	To   calendar.Clock `json:"to,omitzero"`
}

// IsZero says whether there are no quiet hours.
func (q Quiet) IsZero() bool { return q == Quiet{} }

// Settings are what one person chose to be told, and how (N1). The zero value stands for somebody who never chose:
// every switch has its default.
type Settings struct {
	Person  session.PersonID `json:"person"`
	Version int64            `json:"version"`
	Emails  Emails           `json:"emails,omitzero"`
	Pushes  Pushes           `json:"pushes,omitzero"`
	Digests Digests          `json:"digests,omitzero"`
	// Reminders of sessions to come; on unless turned off.
	Reminders Switch `json:"reminders,omitzero"`
	// Quiet hours hold what can wait; none by default.
	Quiet Quiet `json:"quiet,omitzero"`
}

// Store is what the notify package asks of a store, beside its [Queue].
type Store interface {
	// Settings returns what the given people chose, in any order. Somebody who never chose is left out.
	Settings(ctx context.Context, people ...session.PersonID) ([]Settings, error)
}

// Subject names the settings, by their person.
func (s Settings) Subject() session.Subject {
	return session.Subject{Kind: session.KindSettings, ID: string(s.Person)}
}

// Revision is their version.
func (s Settings) Revision() int64 { return s.Version }

// Tenant is blank: settings are a person's, whichever provider they work for.
func (s Settings) Tenant() session.ProviderID { return "" }

// About is blank: settings belong to no session.
func (s Settings) About() session.SessionID { return "" }

// Email says whether emails of a group are on.
func (s Settings) Email(g EmailGroup) bool {
	switch g {
	case ApplicationEmails:
		return s.Emails.Applications.or(true)
	case BookingEmails:
		return s.Emails.Bookings.or(true)
	case PayEmails:
		return s.Emails.Pay.or(true)
	case MessageEmails:
		return s.Emails.Messages.or(true)
	case CaseEmails:
		return s.Emails.Cases.or(true)
	case ReminderEmails:
		return s.Reminders.or(true)
	case DigestEmails:
		return s.DigestOf(session.Rota) || s.DigestOf(session.Marketplace)
	}
	return false
}

// Push says whether pushes of a group are on.
func (s Settings) Push(g PushGroup) bool {
	switch g {
	case AcceptedPush:
		return s.Pushes.Accepted.or(true)
	case PaidPush:
		return s.Pushes.Paid.or(true)
	case MessagePush:
		return s.Pushes.Message.or(true)
	case CancelledPush:
		return s.Pushes.Cancelled.or(true)
	case UpdatedPush:
		return s.Pushes.Updated.or(true)
	}
	return false
}

// DigestOf says whether digests of a channel are on (N3).
func (s Settings) DigestOf(c session.Channel) bool {
	switch c {
	case session.Rota:
		return s.Digests.Rota.or(true)
	case session.Marketplace:
		return s.Digests.Marketplace.or(false)
	}
	return false
}

// until returns the end of the quiet hours that now lies in, by the clock of loc, and whether it does lie in them.
// Where a clock change skips that end, it is as many minutes later as the change skips.
func (q Quiet) until(now time.Time, loc *time.Location) (time.Time, bool) {
	if q.IsZero() {
		return time.Time{}, false
	}
	if loc == nil {
		loc = time.UTC
	}
	local := now.In(loc)
	minute := local.Hour()*60 + local.Minute()
	from, to := q.From.Hour()*60+q.From.Minute(), q.To.Hour()*60+q.To.Minute()
	over := from > to // over midnight
	inside := from <= minute && minute < to
	if over {
		inside = from <= minute || minute < to
	}
	if !inside {
		return time.Time{}, false
	}
	day := local.Day()
	if over && minute >= from {
		day++
	}
	end := time.Date(local.Year(), local.Month(), day, 0, to, 0, 0, loc)
	if !end.After(now) {
		// The clock went back: it shows quiet hours again whose end has passed once.
		end = end.Add(time.Hour)
	}
	return session.Instant(end), true
}
