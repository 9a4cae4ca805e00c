package booking

import (
	"slices"
	"strings"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/digest"
	"github.com/sessional-go/sessional/session"
)

// Booking is the agreement that a clinician works a session.
type Booking struct {
	ID        session.BookingID   `json:"id"`
	Version   int64               `json:"version"`
	Session   session.SessionID   `json:"session"`
	Reference session.Reference   `json:"reference"`
	Provider  session.ProviderID  `json:"provider"`
	Practice  session.PracticeID  `json:"practice"`
	Clinician session.ClinicianID `json:"clinician"`
	// Person is the clinician as a person: they decide nothing from the other side (P1).
	Person session.PersonID `json:"person"`
	State  State            `json:"state"`
	// Terms are the ones last agreed. Notice, fee and fee cap use these, whatever the session says since (S5).
	Terms session.Terms `json:"terms"`
	// Consented are the terms that the clinician last agreed to in person, where changes too small to ask about have
	// been made since: what is too small is measured from these, so that it doesn't add up. Zero where they are Terms.
	Consented session.Terms `json:"consented,omitzero"`
	// Pending is a material change that waits for the clinician's acknowledgement (S5).
	Pending Pending `json:"pending,omitzero"`
	// EngagementStart is when the engagement begins; the fee's notice runs to it (W6).
	EngagementStart time.Time `json:"engagement_start"`
	// Policy is the version of the provider's policy that was in force when it was made (W11).
	Policy int `json:"policy"`
	// Application is the one that succeeded; blank where the clinician was allocated.
	Application session.ApplicationID `json:"application,omitzero"`
	// Channel is the session's.
	Channel session.Channel `json:"channel"`
	// Made is when it was offered or confirmed first; grace after booking runs from it (W6).
	Made time.Time `json:"made"`
	// OfferedUntil is when an offer lapses unanswered; zero: at the start.
	OfferedUntil time.Time `json:"offered_until,omitzero"`
	// RemindedOf is the start that the clinician was last reminded of (N1); zero: none yet.
	RemindedOf time.Time `json:"reminded_of,omitzero"`
	// Ending tells how it ended; zero while it is live.
	Ending Ending `json:"ending,omitzero"`
	// Call is the duty to ring the practice after cancelling late (W9).
	Call Call `json:"call,omitzero"`
	// Lapsed lists the codes of what the clinician was found to lack for this session since it was booked (A3):
	// nothing is cancelled by it. Empty while all is well.
	Lapsed []string `json:"lapsed,omitzero"`
	// Overridden lists the codes that somebody of the client's side knew of and disregarded (A3): those are not the
	// clinician's cause.
	Overridden []string `json:"overridden,omitzero"`
}

// Pending is a material change before the clinician has said yes or no (S5).
type Pending struct {
	// Terms are the new ones.
	Terms session.Terms `json:"terms"`
	// Since is when the change was made.
	Since time.Time `json:"since"`
	// By is who made it.
	By session.Actor `json:"by"`
}

// IsZero says whether no change is pending.
func (p Pending) IsZero() bool { return p.Since.IsZero() }

// Shown is the digest of what a clinician was asked about. Their answer carries it, and is refused where another change
// has taken its place meanwhile.
func (p Pending) Shown() string { return digest.Of(p.Terms) }

// Agreed are the terms that the clinician last agreed to in person (S5).
func (b Booking) Agreed() session.Terms {
	if b.Consented.Span.IsZero() {
		return b.Terms
	}
	return b.Consented
}

// RegistrationLapsed says whether the clinician was found to have lost their registration for the session's date since
// they were booked. A booking that the client ends then is ended by the clinician's cause, and grants no fee (B1).
func (b Booking) RegistrationLapsed() bool {
	for _, code := range b.Lapsed {
		if strings.HasSuffix(code, "/registration") && !slices.Contains(b.Overridden, code) {
			return true
		}
	}
	return false
}

// Ending tells how a booking ended (B1).
type Ending struct {
	// At is the instant by which it is judged: when the request to end it was complete (W4).
	At time.Time `json:"at"`
	// Recorded is when it was acted upon; the same as At but for a support case.
	Recorded time.Time     `json:"recorded"`
	By       session.Actor `json:"by"`
	Route    Route         `json:"route"`
	// Reason points to why, as shared with the other side; blank where none was given.
	Reason session.TextID `json:"reason,omitzero"`
	Cause  Cause          `json:"cause"`
	// AtRequest says that a clinician stated they cancelled at the practice's request.
	AtRequest bool `json:"at_request,omitzero"`
	// Disputed is when the client disputed that; zero while it stands.
	Disputed time.Time `json:"disputed,omitzero"`
	// Ahead is how long before the start, on the terms last agreed, it was: negative after the start.
	Ahead time.Duration `json:"ahead"`
	// Late says that it missed the notice that its side owes: W2's for the client, W9's for the clinician.
	Late bool `json:"late,omitzero"`
	// Fee says that it gave the clinician the right to a short-notice fee (W6).
	Fee bool `json:"fee,omitzero"`
	// Worked is until when it was worked: the agreed end, an early one, or zero where it was not worked.
	Worked time.Time `json:"worked,omitzero"`
}

// IsZero says whether the booking has not ended.
func (e Ending) IsZero() bool { return e.Recorded.IsZero() }

// Call is the duty to ring the practice (W9).
type Call struct {
	// Phone is the number as it was when the duty arose.
	Phone string `json:"phone"`
	// Due is when the duty arose.
	Due time.Time `json:"due"`
	// Made is when somebody confirmed that the call was made; zero until then.
	Made time.Time `json:"made,omitzero"`
	// By is who confirmed it: the clinician or the client's side.
	By session.Actor `json:"by,omitzero"`
}

// IsZero says whether there is no such duty.
func (c Call) IsZero() bool { return c.Due.IsZero() }

// Open says whether the call is due and not confirmed.
func (c Call) Open() bool { return !c.IsZero() && c.Made.IsZero() }

// Subject names the booking.
func (b Booking) Subject() session.Subject {
	return session.Subject{Kind: session.KindBooking, ID: string(b.ID)}
}

// Revision is its version.
func (b Booking) Revision() int64 { return b.Version }

// Tenant is its provider.
func (b Booking) Tenant() session.ProviderID { return b.Provider }

// About is its session.
func (b Booking) About() session.SessionID { return b.Session }

// Started says whether the start last agreed is past: an instant equal to the start is (T5, S5).
func (b Booking) Started(now time.Time) bool { return !now.Before(b.Terms.Span.Start) }

// Spans are the spans of time that a live booking holds: the agreed one and, while a change is pending, the new one
// as well (S5).
func (b Booking) Spans() []calendar.Span {
	if b.Pending.IsZero() {
		return []calendar.Span{b.Terms.Span}
	}
	return []calendar.Span{b.Terms.Span, b.Pending.Terms.Span}
}

// Move returns the booking in the state that trigger leads to, one version on, or a *session.StateError saying that
// act can't be done.
func (b Booking) Move(trigger Trigger, act string) (Booking, error) {
	to, ok := b.State.Next(trigger)
	if !ok {
		return Booking{}, &session.StateError{Kind: session.KindBooking, ID: string(b.ID), State: b.State.String(), Act: act}
	}
	b = b.Clone()
	b.Version++
	b.State = to
	return b, nil
}

// Clone returns a copy that shares nothing with b.
func (b Booking) Clone() Booking {
	b.Lapsed = slices.Clone(b.Lapsed)
	b.Overridden = slices.Clone(b.Overridden)
	return b
}
