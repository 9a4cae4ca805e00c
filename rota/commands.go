package rota

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// Apply is a clinician asking for a session (A4, A5).
type Apply struct {
	session.Command
	Session session.SessionID
}

// Applied is the outcome of an application.
type Applied struct {
	// Application is pending, or accepted where it was first come, first served.
	Application Application `json:"application"`
	// Booking is made at once where it is first come, first served; zero otherwise.
	Booking booking.Booking `json:"booking,omitzero"`
}

// Retract is a clinician taking a pending application back (A4).
type Retract struct {
	session.Command
	Application session.ApplicationID
}

// Accept is the provider choosing an applicant, which books them (A4, A6).
type Accept struct {
	session.Command
	Application session.ApplicationID
	// Override is why somebody is booked who is not eligible; blank where they are (A3).
	Override string
}

// Decline is the provider turning an applicant down (A4).
type Decline struct {
	session.Command
	Application session.ApplicationID
	// Reason may be blank; it is shared with the clinician.
	Reason string
}

// Allocate is a rota manager putting a clinician on a session (A1).
type Allocate struct {
	session.Command
	Session   session.SessionID
	Clinician session.ClinicianID
	// Override is why somebody is booked who is not eligible; blank where they are (A3).
	Override string
}

// Booked is the outcome of an acceptance or allocation.
type Booked struct {
	Session     session.Session `json:"session"`
	Booking     booking.Booking `json:"booking"`
	Application Application     `json:"application,omitzero"`
	// Warnings are for whoever did it: what was overridden, and that the clinician has no channel on (A1).
	Warnings []Warning `json:"warnings,omitzero"`
}

// Warning is something to know that stops nothing.
type Warning struct {
	// Code is no_channel, ineligible …
	Code string `json:"code"`
	// Text is a sentence for a person.
	Text string `json:"text"`
}

// AcceptOffer is a clinician's yes to an offered booking (A1).
type AcceptOffer struct {
	session.Command
	Booking session.BookingID
}

// DeclineOffer is a clinician's no to an offered booking, which reopens the session (A1).
type DeclineOffer struct {
	session.Command
	Booking session.BookingID
	// Reason may be blank.
	Reason string
}

// LapseOffer is the system ending an offer that nobody answered in time: the session opens again, or expires where
// its start has passed.
type LapseOffer struct {
	session.Command
	Booking session.BookingID
}

// Change changes a session's terms (S5). What is not given stays as it is.
type Change struct {
	session.Command
	Session session.SessionID
	// Role replaces the role; blank: unchanged.
	Role session.Role
	// Start and End replace the times, each if given.
	Start, End calendar.Local
	// Break replaces the unpaid break.
	Break *time.Duration
	// Rate replaces the rate; zero: unchanged.
	Rate session.Rate
	// Place and Instructions replace theirs; a pointer to a blank text clears them.
	Place, Instructions *string
	// Override is why a change stands that makes the booked clinician ineligible (A3).
	Override string
}

// Changed is the outcome of a change.
type Changed struct {
	Session session.Session `json:"session"`
	Booking booking.Booking `json:"booking,omitzero"`
	// Fields are the names of what changed, Material those that need the clinician's acknowledgement.
	Fields   []string  `json:"fields"`
	Material []string  `json:"material,omitzero"`
	Warnings []Warning `json:"warnings,omitzero"`
}

// AcknowledgeChange is the booked clinician's yes to a material change (S5).
type AcknowledgeChange struct {
	session.Command
	Booking session.BookingID
}

// RefuseChange is the booked clinician's no: it ends the booking as a withdrawal by the client, at the instant of the
// change (S5).
type RefuseChange struct {
	session.Command
	Booking session.BookingID
	// Reason may be blank.
	Reason string
}

// VoidChange is the system undoing a material change that was not acknowledged before the start last agreed (S5).
type VoidChange struct {
	session.Command
	Booking session.BookingID
}

// Recheck is the system judging a booked clinician's eligibility again, because facts changed or the start is near
// (A3). Where the answer has changed both sides are told; nothing is cancelled.
type Recheck struct {
	session.Command
	Booking session.BookingID
}
