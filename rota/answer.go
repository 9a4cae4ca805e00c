package rota

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// AcknowledgeChange is the booked clinician's yes to a material change (S5).
type AcknowledgeChange struct {
	session.Command
	Booking session.BookingID
	// Shown is the digest of the change that was shown: booking.Pending.Shown. Required, so that nobody agrees to what
	// they haven't seen.
	Shown string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c AcknowledgeChange) Validate() error {
	if err := checkBooking(c.Command, c.Booking); err != nil {
		return err
	}
	return session.CheckID("Shown", c.Shown)
}

// Decide makes the changed terms the ones last agreed: notice, fee and fee cap use them from now on.
//
// The error is a *session.StateError for a booking that is not live or has no change waiting, a *session.FrozenError
// while a support case about the session is open (W4), a *ChangeVoidError once the start last agreed or the new one
// has passed, a *ChangeReplacedError where it isn't the one that was shown, and a *session.ForbiddenError for a clinician
// who acts in another capacity (P1).
func (c AcknowledgeChange) Decide(s Situation, now time.Time) (Changed, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "acknowledge a change"
	if err := ownSide(c.By, s.Booking.Person, act); err != nil {
		return Changed{}, session.Decision{}, err
	}
	if err := pending(s.Booking, act); err != nil {
		return Changed{}, session.Decision{}, err
	}
	if err := s.frozen(); err != nil {
		return Changed{}, session.Decision{}, err
	}
	if err := answerable(s.Booking, c.Shown, d.Now()); err != nil {
		return Changed{}, session.Decision{}, err
	}
	b := s.Booking.Clone()
	b.Version++
	b.EngagementStart = engagement(b.EngagementStart, b.Terms.Span.Start, b.Pending.Terms.Span.Start)
	b.Terms, b.Pending, b.Consented = b.Pending.Terms, booking.Pending{}, session.Terms{}
	b.OfferedUntil = capped(b)
	facts := changeFacts(s.Session, s.Booking.Terms, b.Terms)
	facts["booking"], facts["clinician"] = string(b.ID), string(b.Clinician)
	facts["since"] = stamp(s.Booking.Pending.Since)
	d.Write(b, session.Event{Kind: EventChangeAcknowledged, Facts: facts})
	if !sameTimes(s.Booking, b) {
		d.Book(s.Diary.Keep(b))
	}
	return Changed{Session: s.Session, Booking: b.Clone(), Fields: differences(s.Booking.Terms, b.Terms)}, d, nil
}

// pending refuses act unless a change of a live booking waits for its clinician's answer.
func pending(b booking.Booking, act string) error {
	switch {
	case !b.State.Live():
		return bookingState(b, act, "")
	case b.Pending.IsZero():
		return bookingState(b, act, "No change is waiting for an answer.")
	}
	return nil
}

// voidAt is the instant from which a change that waits for an answer is void: the start last agreed or the new one,
// whichever comes first (S5).
func voidAt(b booking.Booking) time.Time {
	return earlier(b.Terms.Span.Start, b.Pending.Terms.Span.Start)
}

// answerable refuses an answer that comes too late, or to another change than the one that waits.
func answerable(b booking.Booking, shown string, now time.Time) error {
	if at := voidAt(b); !now.Before(at) {
		return &ChangeVoidError{Reference: b.Reference, Since: at}
	}
	if b.Pending.Shown() != shown {
		return &ChangeReplacedError{Reference: b.Reference, Pending: b.Pending}
	}
	return nil
}

// RefuseChange is the booked clinician's no: it ends the booking as a withdrawal by the client, at the instant of the
// change (S5).
type RefuseChange struct {
	session.Command
	Booking session.BookingID
	// Shown is the digest of the change that was shown: booking.Pending.Shown. Required.
	Shown string
	// Reason may be blank.
	Reason string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c RefuseChange) Validate() error {
	if err := checkBooking(c.Command, c.Booking); err != nil {
		return err
	}
	if err := session.CheckID("Shown", c.Shown); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, false)
}

// Decide ends the booking (withdrawal.EndByChange).
//
// The error is a *session.StateError for a booking that is not live, has no change waiting, or is only an offer, which
// is declined instead; a *ChangeVoidError once the start last agreed or the new one has passed; a
// *ChangeReplacedError where it isn't the change that was shown; a
// *session.ForbiddenError for a clinician who acts in another capacity (P1), and otherwise withdrawal.EndByChange's.
func (c RefuseChange) Decide(s Situation, now time.Time) (withdrawal.Cancelled, session.Decision, error) {
	const act = "refuse a change"
	if err := ownSide(c.By, s.Booking.Person, act); err != nil {
		return withdrawal.Cancelled{}, session.Decision{}, err
	}
	if err := pending(s.Booking, act); err != nil {
		return withdrawal.Cancelled{}, session.Decision{}, err
	}
	if s.Booking.State == booking.Offered {
		return withdrawal.Cancelled{}, session.Decision{}, bookingState(s.Booking, act, "Decline the offer instead.")
	}
	if err := answerable(s.Booking, c.Shown, session.Instant(now)); err != nil {
		return withdrawal.Cancelled{}, session.Decision{}, err
	}
	return withdrawal.EndByChange(c.Command, c.Reason, s.Situation, now)
}

// VoidChange is the system undoing a material change that was not acknowledged before the start last agreed (S5).
type VoidChange struct {
	session.Command
	Booking session.BookingID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c VoidChange) Validate() error { return checkBooking(c.Command, c.Booking) }

// Decide puts the session back on the terms last agreed, once the start last agreed has passed, or the new one.
//
// The error is a *ChangeStandsError before that, a *session.StateError for a booking that is not live, has no change
// waiting, or is an offer that lapses at this very time, and a *session.FrozenError while a support case about the
// session is open (W4).
func (c VoidChange) Decide(s Situation, now time.Time) (Changed, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "undo the change"
	if err := pending(s.Booking, act); err != nil {
		return Changed{}, session.Decision{}, err
	}
	if err := s.frozen(); err != nil {
		return Changed{}, session.Decision{}, err
	}
	if at := voidAt(s.Booking); d.Now().Before(at) {
		return Changed{}, session.Decision{}, &ChangeStandsError{Reference: s.Booking.Reference, Until: at}
	}
	if s.Booking.State == booking.Offered && s.Booking.Started(d.Now()) {
		return Changed{}, session.Decision{}, bookingState(s.Booking, act, "The offer lapses instead.")
	}
	b := s.Booking.Clone()
	b.Version++
	b.Pending = booking.Pending{}
	next := s.Session
	next.Version++
	next.Terms, next.EngagementStart = b.Terms, b.EngagementStart
	d.Write(next, session.Event{Kind: booking.EventChangeVoid, Facts: bookingFacts(next, b)})
	d.Write(b, session.Event{Kind: EventBookingChangeVoid, Facts: bookingFacts(next, b)})
	if !sameTimes(s.Booking, b) {
		d.Book(s.Diary.Keep(b))
	}
	return Changed{Session: next, Booking: b.Clone(), Fields: differences(s.Session.Terms, b.Terms)}, d, nil
}
