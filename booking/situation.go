package booking

import (
	"strconv"
	"time"

	"github.com/sessional-go/sessional/session"
)

// Situation is what the decisions of this package depend on. Each looks at the parts that its command is about; the
// others may be zero.
type Situation struct {
	Session session.Session
	Booking Booking
	// Hours are the booking's; zero until stated.
	Hours   Hours
	Invoice Invoice
	// Diary is the clinician's. Complete, RecordNoShow and EndEarly need it where a change is pending: it becomes void.
	Diary Diary
	// Practice is the session's.
	Practice session.PracticeFacts
	// To is the clinician a message goes to, or comes from; Known says whether they applied to or are booked for the
	// session, or were.
	To    session.ClinicianID
	Known bool
}

// ownSide refuses the clinician, as a person, who does in another capacity what is theirs as a clinician (P1).
func ownSide(by session.Actor, person session.PersonID, act string) error {
	if by.Person == "" || by.Person != person || by.Capacity == session.AsClinician {
		return nil
	}
	const why = "it is about your own booking, where you act as the clinician"
	return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: why}
}

// otherSide refuses the clinician, as a person and in whichever capacity, what the other side has to decide (P1).
func otherSide(by session.Actor, person session.PersonID, act string) error {
	if by.Person == "" || by.Person != person {
		return nil
	}
	const why = "it is about your own booking, so somebody else has to"
	return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: why}
}

// worked refuses act unless the booking was worked: there are no hours before the end, nor of what was cancelled or
// missed.
func (b Booking) worked(act string) error {
	if b.State == Completed {
		return nil
	}
	return &session.StateError{Kind: session.KindBooking, ID: string(b.ID), State: b.State.String(), Act: act}
}

// facts are what the record keeps of a booking whatever happens to it.
func (b Booking) facts() session.Facts {
	return session.Facts{
		"reference": string(b.Reference),
		"practice":  string(b.Practice),
		"clinician": string(b.Clinician),
		"start":     stamp(b.Terms.Span.Start),
		"end":       stamp(b.Terms.Span.End),
	}
}

// stamp writes an instant as facts hold it; blank for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return session.Instant(t).Format(time.RFC3339Nano)
}

// minutes writes a length as facts hold it, in whole minutes; blank for none.
func minutes(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return strconv.FormatInt(int64(d/time.Minute), 10)
}
