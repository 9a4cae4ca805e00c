package rota

import (
	"fmt"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// GoneError tells an applicant that a session can't be applied for any more (A4). The losers of a race for one that
// is first come, first served get it, and leave no application.
type GoneError struct {
	Reference session.Reference
	// State is what became of it: Filled by somebody else, Withdrawn, Expired once its start is past, Completed.
	State session.State
}

// Error is a sentence for a person.
func (e *GoneError) Error() string {
	what := "is not open for applications any more"
	switch e.State {
	case session.Filled:
		what = "has been filled by somebody else"
	case session.Withdrawn:
		what = "has been withdrawn"
	case session.Expired:
		what = "has started"
	case session.Completed:
		what = "is over"
	case session.Draft, session.Open:
	}
	return fmt.Sprintf("Session %s %s.", e.Reference, what)
}

// Code returns session_gone.
func (e *GoneError) Code() string { return "session_gone" }

// AppliedError tells a clinician that they have applied already, or are booked (A4).
type AppliedError struct {
	Reference session.Reference
	// State is where their application stands: Pending, Accepted or Declined.
	State State
}

// Error is a sentence for a person.
func (e *AppliedError) Error() string {
	switch e.State {
	case Accepted:
		return fmt.Sprintf("You are already booked for session %s.", e.Reference)
	case Declined:
		return fmt.Sprintf("Your application for session %s was declined, so you can't apply again.", e.Reference)
	case Pending, Retracted, Lapsed:
	}
	return fmt.Sprintf("You have already applied for session %s.", e.Reference)
}

// Code returns already_applied.
func (e *AppliedError) Code() string { return "already_applied" }

// IneligibleError says that a clinician may not work a session, and lists every reason (A3).
type IneligibleError struct {
	Clinician session.ClinicianID
	Reference session.Reference
	// Findings are all the reasons.
	Findings []Finding
}

// Error is a sentence for a person, with one more for each reason.
func (e *IneligibleError) Error() string {
	lines := []string{fmt.Sprintf("The clinician is not eligible for session %s.", e.Reference)}
	for _, f := range e.Findings {
		lines = append(lines, f.Text)
	}
	return strings.Join(lines, " ")
}

// Code returns not_eligible.
func (e *IneligibleError) Code() string { return "not_eligible" }

// NotApprovedError says that marketplace sessions are for fully approved clinicians only (A3).
type NotApprovedError struct {
	Clinician session.ClinicianID
}

// Error is a sentence for a person.
func (e *NotApprovedError) Error() string {
	return "Only fully approved clinicians see marketplace sessions and apply for them."
}

// Code returns not_approved.
func (e *NotApprovedError) Code() string { return "not_approved" }

// OfferOverError says that an offered booking was not answered in time (A1).
type OfferOverError struct {
	Reference session.Reference
	// Until is when it ended, in UTC.
	Until time.Time
}

// Error is a sentence for a person.
func (e *OfferOverError) Error() string {
	return fmt.Sprintf("The offer of session %s is over.", e.Reference)
}

// Code returns offer_over.
func (e *OfferOverError) Code() string { return "offer_over" }

// OfferStandsError says that an offered booking can still be answered, so it has not lapsed (A1).
type OfferStandsError struct {
	Reference session.Reference
	// Until is when it ends, in UTC.
	Until time.Time
}

// Error is a sentence for a person.
func (e *OfferStandsError) Error() string {
	return fmt.Sprintf("The offer of session %s still stands.", e.Reference)
}

// Code returns offer_stands.
func (e *OfferStandsError) Code() string { return "offer_stands" }

// UnchangedError says that a change changes nothing: every field given is as it was (S5).
type UnchangedError struct {
	Reference session.Reference
}

// Error is a sentence for a person.
func (e *UnchangedError) Error() string {
	return fmt.Sprintf("Session %s is like that already: nothing would change.", e.Reference)
}

// Code returns nothing_changed.
func (e *UnchangedError) Code() string { return "nothing_changed" }

// ChangeVoidError says that a change can't be answered any more, because the start last agreed, or the new one, has
// passed: it is void, and the session stands as it was agreed (S5).
type ChangeVoidError struct {
	Reference session.Reference
	// Since is the instant that made it void, in UTC.
	Since time.Time
}

// Error is a sentence for a person.
func (e *ChangeVoidError) Error() string {
	return fmt.Sprintf("It is too late to answer the change of session %s: the session stands as it was agreed.", e.Reference)
}

// Code returns change_void.
func (e *ChangeVoidError) Code() string { return "change_void" }

// ChangeReplacedError says that the change which waits for the clinician's answer is another one than they were shown
// (S5).
type ChangeReplacedError struct {
	Reference session.Reference
	// Pending is the change that waits now: to be shown, and perhaps answered.
	Pending booking.Pending
}

// Error is a sentence for a person.
func (e *ChangeReplacedError) Error() string {
	return fmt.Sprintf("Session %s has been changed again since; please look at it before you answer.", e.Reference)
}

// Code returns change_replaced.
func (e *ChangeReplacedError) Code() string { return "change_replaced" }

// ChangeStandsError says that a change still waits for the clinician's answer, so it is not void (S5).
type ChangeStandsError struct {
	Reference session.Reference
	// Until is when it becomes void, in UTC.
	Until time.Time
}

// Error is a sentence for a person.
func (e *ChangeStandsError) Error() string {
	return fmt.Sprintf("The change of session %s still waits for the clinician's answer.", e.Reference)
}

// Code returns change_stands.
func (e *ChangeStandsError) Code() string { return "change_stands" }

// PolicyError says that the version of the provider's policy that a booking was made under was not found (W11). It
// is a fault of the store or its caller, not of the user.
type PolicyError struct {
	Booking session.BookingID
	Version int
}

// Error is a sentence for a person.
func (e *PolicyError) Error() string {
	return fmt.Sprintf("Version %d of the policy, which booking %s was made under, was not found.", e.Version, e.Booking)
}

// Code returns policy_missing.
func (e *PolicyError) Code() string { return "policy_missing" }
