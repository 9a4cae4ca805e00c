package rota

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// checkBooking checks the fields of a command that has a booking besides its head.
func checkBooking(head session.Command, id session.BookingID) error {
	if err := head.Validate(); err != nil {
		return err
	}
	return session.CheckID("Booking", id)
}

// checkApplication checks the fields of a command that has an application besides its head.
func checkApplication(head session.Command, id session.ApplicationID) error {
	if err := head.Validate(); err != nil {
		return err
	}
	return session.CheckID("Application", id)
}

// checkLocal refuses half a local time; one that is not given at all is fine.
func checkLocal(field string, l calendar.Local) error {
	if (l == calendar.Local{}) {
		return nil
	}
	return session.CheckLocal(field, l)
}

// frozen refuses while a support case about the session is open (W4).
func (s Situation) frozen() error {
	if s.Session.Case == "" {
		return nil
	}
	return &session.FrozenError{Reference: s.Session.Reference, Case: s.Session.Case}
}

// ownSide refuses the clinician, as a person, who does in another capacity what is theirs as a clinician (P1).
func ownSide(by session.Actor, person session.PersonID, act string) error {
	if by.Person == "" || by.Person != person || by.Capacity == session.AsClinician {
		return nil
	}
	return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: "it is about yourself, where you act as the clinician"}
}

// otherSide refuses the clinician, as a person and in whichever capacity, what the other side has to decide (P1).
func otherSide(by session.Actor, person session.PersonID, act string) error {
	if by.Person == "" || by.Person != person {
		return nil
	}
	return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: "it is about yourself, so somebody else has to"}
}

// bookingState says that act can't be done in the state a booking is in.
func bookingState(b booking.Booking, act, why string) error {
	return &session.StateError{Kind: session.KindBooking, ID: string(b.ID), State: b.State.String(), Act: act, Why: why}
}

// earlier is the earlier of two instants.
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
