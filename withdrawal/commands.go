package withdrawal

import (
	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// Withdraw takes a session back (W1, W2, W5).
type Withdraw struct {
	session.Command
	Session session.SessionID
	// Shown is the digest of the assessment that was shown. Required.
	Shown string
	// Confirmed is the explicit yes to the warning. Required for an unfilled session.
	Confirmed bool
	// Reason is shared with the clinician. Required for a filled session.
	Reason string
}

// Withdrawn is the outcome of a withdrawal.
type Withdrawn struct {
	Session session.Session `json:"session"`
	// Booking is the one that ended; zero for an unfilled session.
	Booking booking.Booking `json:"booking,omitzero"`
	// Assessment is the one that allowed it.
	Assessment Assessment `json:"assessment"`
	// Fee is the clinician's right, if it arose.
	Fee Fee `json:"fee,omitzero"`
	// Case is the support case that led to it, if one did.
	Case Case `json:"case,omitzero"`
}

// EndBooking is the client ending a booking while keeping the session, which opens again (W2).
type EndBooking struct {
	session.Command
	Booking session.BookingID
	// Shown is the digest of the assessment that was shown. Required.
	Shown string
	// Reason is shared with the clinician. Required.
	Reason string
}

// CancelBooking is the clinician getting out of a booking (W8, W9).
type CancelBooking struct {
	session.Command
	Booking session.BookingID
	// Shown is the digest of the assessment that was shown. Required.
	Shown string
	// Reason may be blank.
	Reason string
	// AtRequest states that the practice asked for it, which makes it the client's cause unless disputed (B1).
	AtRequest bool
}

// Cancelled is the outcome of a cancellation, or of an ended booking.
type Cancelled struct {
	Session    session.Session `json:"session"`
	Booking    booking.Booking `json:"booking"`
	Assessment Assessment      `json:"assessment"`
	Fee        Fee             `json:"fee,omitzero"`
	// Case is the support case that the cancellation settled, if one was open (W4).
	Case Case `json:"case,omitzero"`
}

// DisputeCause is the client denying that it asked the clinician to cancel (B1).
type DisputeCause struct {
	session.Command
	Booking session.BookingID
	// Reason is required.
	Reason string
}

// ConfirmCall confirms that the call after a late cancellation was made (W9): the clinician or the client's side.
type ConfirmCall struct {
	session.Command
	Booking session.BookingID
}

// PublishPolicy adds a version to a provider's policy (W11).
type PublishPolicy struct {
	session.Command
	// Policy is the new version. Its Version is one more than the last one's, and ValidFrom not before now.
	Policy Policy
}
