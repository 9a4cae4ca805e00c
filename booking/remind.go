package booking

import (
	"time"

	"github.com/sessional-go/sessional/session"
)

// EventReminderDue tells that a clinician is to be reminded of a session that they are booked for (N1).
const EventReminderDue session.EventKind = "booking.reminder_due"

// Remind is the system reminding a clinician of a session to come: once for each start that was agreed, so that a
// session which is moved is worth another reminder (N1).
type Remind struct {
	session.Command
	Booking session.BookingID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c Remind) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return session.CheckID("Booking", c.Booking)
}

// RemindedAlready says whether the clinician was reminded of the start last agreed.
func (b Booking) RemindedAlready() bool { return b.RemindedOf.Equal(b.Terms.Span.Start) }

// Decide notes that the clinician is reminded. Whether they want to be, their settings say when they are told.
//
// The error is a *session.StateError for a booking that is not confirmed, or whose clinician was reminded of this start
// already, a *session.StartedError after the start, and a *session.FrozenError while a support case is open: it may be
// about to end the booking (W4).
func (c Remind) Decide(s Situation, now time.Time) (Booking, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "remind the clinician"
	b := s.Booking
	wrong := session.StateError{Kind: session.KindBooking, ID: string(b.ID), State: b.State.String(), Act: act}
	switch {
	case b.State != Confirmed:
		return Booking{}, session.Decision{}, &wrong
	case b.Started(d.Now()):
		return Booking{}, session.Decision{}, &session.StartedError{Reference: b.Reference, Act: act}
	case b.RemindedAlready():
		wrong.Why = "they were reminded already"
		return Booking{}, session.Decision{}, &wrong
	case s.Session.Case != "":
		return Booking{}, session.Decision{}, &session.FrozenError{Reference: b.Reference, Case: s.Session.Case}
	}
	b = b.Clone()
	b.Version++
	b.RemindedOf = b.Terms.Span.Start
	d.Write(b, session.Event{Kind: EventReminderDue, Facts: b.facts()})
	return b, d, nil
}
