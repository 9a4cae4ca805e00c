package booking

import (
	"context"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// Query asks for bookings: a clinician's diary (A8), or a practice's bookings.
type Query struct {
	// Clinician or Practice is whose; exactly one is given.
	Clinician session.ClinicianID
	Practice  session.PracticeID
	// Within keeps bookings whose agreed start lies in it; zero: all.
	Within calendar.Span
	// States keeps only bookings in one of them; none given: all.
	States []State
	Page   session.PageRequest
}

// Validate checks the query's fields; the error is a *session.FieldError.
func (q Query) Validate() error {
	var err error
	switch {
	case q.Clinician != "" && q.Practice != "":
		return &session.FieldError{Field: "Practice", Problem: "is given as well as a clinician"}
	case q.Clinician != "":
		err = session.CheckID("Clinician", q.Clinician)
	default:
		err = session.CheckID("Practice", q.Practice)
	}
	if err != nil {
		return err
	}
	if !q.Within.IsZero() && !q.Within.Valid() {
		return &session.FieldError{Field: "Within", Problem: "must end after it starts"}
	}
	for _, s := range q.States {
		if !s.Valid() {
			return &session.FieldError{Field: "States", Problem: "holds an unknown state"}
		}
	}
	return q.Page.Validate()
}

// Store is what the booking package asks of a store.
type Store interface {
	// Bookings lists bookings in order of agreed start and id. With a provider only those of that provider; a
	// clinician asks with a blank one and sees their own everywhere.
	Bookings(ctx context.Context, provider session.ProviderID, q Query) (session.Page[Booking], error)
	// Messages lists the messages about a session between a practice and one clinician, in order of sending and id.
	Messages(
		ctx context.Context, about session.SessionID, with session.ClinicianID, page session.PageRequest,
	) (session.Page[Message], error)
	// Invoices lists the invoices of a booking, in order of making and id; there are at most two.
	Invoices(ctx context.Context, booking session.BookingID) ([]Invoice, error)
}
