package withdrawal

import (
	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// Situation is what the decisions of this package depend on: the state of things as one reading found it, and the
// host's facts at the act.
type Situation struct {
	Session session.Session
	// Booking is the session's live booking, or the one that the command names; zero without one.
	Booking booking.Booking
	// Diary is that of the booking's clinician.
	Diary booking.Diary
	// Case is the session's open support case, or the one that the command names.
	Case Case
	// Fee is the negotiation of the booking.
	Fee Fee
	// Policies are the provider's.
	Policies Policies
	Practice session.PracticeFacts
	Provider session.ProviderFacts
	Support  session.SupportFacts
}
