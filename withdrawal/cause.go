package withdrawal

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// DisputeCause is the client denying that it asked the clinician to cancel (B1).
type DisputeCause struct {
	session.Command
	Booking session.BookingID
	// Reason is required.
	Reason string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c DisputeCause) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Booking", c.Booking); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, true)
}

// Decide records the dispute: it counts as the clinician's own cause from now on, which grants no fee, and a fee that is
// still being negotiated goes to support. The error is a *session.ForbiddenError for anybody but the client (P1), and a
// *session.StateError where nothing was stated, where it is disputed already, and once a fee is agreed.
func (c DisputeCause) Decide(s Situation, now time.Time) (booking.Booking, session.Decision, error) {
	const act = "dispute why it was cancelled"
	d := session.Decide(c.Command, now)
	b := s.Booking.Clone()
	if err := s.disputable(c.By, act); err != nil {
		return booking.Booking{}, session.Decision{}, err
	}
	reason := d.Note(session.ReasonText, b.Provider, b.Session, c.Reason)
	b.Version++
	b.Ending.Disputed, b.Ending.Cause, b.Ending.Fee = d.Now(), booking.ByClinician, false
	d.Write(b, session.Event{
		Kind: EventCauseDisputed, Reason: reason, Facts: endedFacts(s.Session, b, session.Money{}),
	})
	if _, open := s.Fee.State.Next(Disputing); open && !s.Fee.runOut(d.Now()) {
		next, err := s.Fee.next(Disputing, act, FeeStep{At: d.Now(), By: c.By, Note: reason})
		if err != nil {
			return booking.Booking{}, session.Decision{}, err
		}
		next.tell(&d, s.Fee, b, EventFeeDisputed)
	}
	return b, d, nil
}

func (s Situation) disputable(by session.Actor, act string) error {
	b := s.Booking
	switch {
	case selfDealing(by, b.Person):
		return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: whySelf}
	case !by.Capacity.Client():
		return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: whyOthers}
	case s.Fee.State == FeeAgreed:
		return s.Fee.refuse(act)
	}
	e := &session.StateError{Kind: session.KindBooking, ID: string(b.ID), State: b.State.String(), Act: act}
	switch {
	case b.State == booking.Cancelled && !b.Ending.AtRequest:
		e.Why = "The clinician did not say that you asked for it."
	case !b.Ending.Disputed.IsZero():
		e.Why = "You have done so already."
	case b.State == booking.Cancelled:
		return nil
	}
	return e
}

// ConfirmCall confirms that the call after a late cancellation was made (W9): the clinician or the client's side.
type ConfirmCall struct {
	session.Command
	Booking session.BookingID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c ConfirmCall) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return session.CheckID("Booking", c.Booking)
}

// Decide records the call. The error is a *session.StateError where no call is due or it was confirmed already, and a
// *session.ForbiddenError for anybody but the two sides, each in their own capacity (P1).
func (c ConfirmCall) Decide(s Situation, now time.Time) (booking.Booking, session.Decision, error) {
	const act = "confirm a call"
	d := session.Decide(c.Command, now)
	b := s.Booking.Clone()
	own := c.By.Capacity == session.AsClinician && c.By.Clinician == b.Clinician
	switch {
	case selfDealing(c.By, b.Person):
		return booking.Booking{}, session.Decision{}, &session.ForbiddenError{Capacity: c.By.Capacity, Act: act, Why: whySelf}
	case !own && !c.By.Capacity.Client():
		return booking.Booking{}, session.Decision{}, &session.ForbiddenError{Capacity: c.By.Capacity, Act: act, Why: whyOthers}
	case !b.Call.Open():
		e := &session.StateError{Kind: session.KindBooking, ID: string(b.ID), State: b.State.String(), Act: act}
		if e.Why = "None is due."; !b.Call.IsZero() {
			e.Why = "It was confirmed already."
		}
		return booking.Booking{}, session.Decision{}, e
	}
	b.Version++
	b.Call.Made, b.Call.By = d.Now(), c.By
	facts := bookedFacts(s.Session, b)
	facts["call_phone"] = b.Call.Phone
	d.Write(b, session.Event{Kind: booking.EventCallMade, Facts: facts})
	return b, d, nil
}
