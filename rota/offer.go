package rota

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// AcceptOffer is a clinician's yes to an offered booking (A1).
type AcceptOffer struct {
	session.Command
	Booking session.BookingID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c AcceptOffer) Validate() error { return checkBooking(c.Command, c.Booking) }

// Decide confirms the booking on the terms that were offered. A material change of them since still waits for its
// own answer (S5).
//
// The error is a *session.StateError unless the booking is offered, a *session.FrozenError while a support case about
// the session is open (W4), a *session.StartedError after the start, an *OfferOverError once its time is over, and a
// *session.ForbiddenError for a clinician who acts in another capacity (P1).
func (c AcceptOffer) Decide(s Situation, now time.Time) (Booked, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "accept the offer"
	if err := ownSide(c.By, s.Booking.Person, act); err != nil {
		return Booked{}, session.Decision{}, err
	}
	b, err := s.Booking.Move(booking.Confirming, act)
	if err != nil {
		return Booked{}, session.Decision{}, err
	}
	if err := s.frozen(); err != nil {
		return Booked{}, session.Decision{}, err
	}
	if b.Started(d.Now()) {
		return Booked{}, session.Decision{}, &session.StartedError{Reference: b.Reference, Act: act}
	}
	if until := offeredUntil(b); !d.Now().Before(until) {
		return Booked{}, session.Decision{}, &OfferOverError{Reference: b.Reference, Until: until}
	}
	d.Write(b, session.Event{Kind: booking.EventConfirmed, From: s.Booking.State.String(), To: b.State.String(),
		Facts: bookingFacts(s.Session, b)})
	return Booked{Session: s.Session, Booking: b}, d, nil
}

// offeredUntil is the instant from which an offer can't be accepted any more.
func offeredUntil(b booking.Booking) time.Time {
	if b.OfferedUntil.IsZero() {
		return b.Terms.Span.Start
	}
	return b.OfferedUntil
}

// DeclineOffer is a clinician's no to an offered booking, which reopens the session (A1).
type DeclineOffer struct {
	session.Command
	Booking session.BookingID
	// Reason may be blank.
	Reason string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c DeclineOffer) Validate() error {
	if err := checkBooking(c.Command, c.Booking); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, false)
}

// Decide ends the offer, which is no cancellation, and opens the session again; while a support case is open it is
// withdrawn instead, and the case settled (W4). The offer can be declined as long as it has not lapsed and the session
// has not started.
//
// The error is a *session.StateError unless the booking is offered, a *session.StartedError after the start, and a
// *session.ForbiddenError for a clinician who acts in another capacity (P1).
func (c DeclineOffer) Decide(s Situation, now time.Time) (Booked, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "decline the offer"
	if err := ownSide(c.By, s.Booking.Person, act); err != nil {
		return Booked{}, session.Decision{}, err
	}
	if s.Booking.State == booking.Offered && s.Booking.Started(d.Now()) {
		return Booked{}, session.Decision{}, &session.StartedError{Reference: s.Booking.Reference, Act: act}
	}
	return s.endOffer(d, act, EventOfferDeclined, c.Reason,
		booking.Ending{By: c.By, Route: booking.OfferDeclined, Cause: booking.ByClinician})
}

// LapseOffer is the system ending an offer that nobody answered in time: the session opens again, or expires where
// its start has passed.
type LapseOffer struct {
	session.Command
	Booking session.BookingID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c LapseOffer) Validate() error { return checkBooking(c.Command, c.Booking) }

// Decide ends the offer; while a support case is open the session is withdrawn, and the case settled (W4). The error is
// an *OfferStandsError before its time is over, and a *session.StateError unless the booking is offered.
func (c LapseOffer) Decide(s Situation, now time.Time) (Booked, session.Decision, error) {
	d := session.Decide(c.Command, now)
	if until := offeredUntil(s.Booking); s.Booking.State == booking.Offered && d.Now().Before(until) {
		return Booked{}, session.Decision{}, &OfferStandsError{Reference: s.Booking.Reference, Until: until}
	}
	return s.endOffer(d, "let the offer lapse", EventOfferLapsed, "",
		booking.Ending{By: c.By, Route: booking.OfferLapsed, Cause: booking.ByNeither})
}

// endOffer ends an offered booking, frees the diary, and leaves the session to what becomes of it without one.
func (s Situation) endOffer(
	d session.Decision, act string, kind session.EventKind, reason string, ending booking.Ending,
) (Booked, session.Decision, error) {
	if s.Booking.State != booking.Offered {
		return Booked{}, session.Decision{}, bookingState(s.Booking, act, "")
	}
	b, err := s.Booking.Move(booking.Cancelling, act)
	if err != nil {
		return Booked{}, session.Decision{}, err
	}
	ending.At, ending.Recorded = d.Now(), d.Now()
	ending.Reason = d.Note(session.ReasonText, b.Provider, b.Session, reason)
	ending.Ahead = b.Terms.Span.Start.Sub(d.Now())
	b.Ending, b.Pending = ending, booking.Pending{}
	d.Write(b, session.Event{Kind: kind, From: s.Booking.State.String(), To: b.State.String(), Reason: ending.Reason,
		Facts: bookingFacts(s.Session, b)})
	out := Booked{Booking: b.Clone()}
	out.Session, out.Case, err = s.unfilled(&d, ending.By, act)
	if err != nil {
		return Booked{}, session.Decision{}, err
	}
	d.Book(s.Diary.Free(b))
	return out, d, nil
}

// unfilled writes what becomes of the session without its offer: it opens again, expires where it has started, or is
// withdrawn where a support case is open (W4). It keeps a change that nobody answered, unless the changed start has
// passed while the offered one is still to come: then the change is void (S5).
func (s Situation) unfilled(d *session.Decision, by session.Actor, act string) (session.Session, withdrawal.Case, error) {
	was := s.Session
	if was.Started(d.Now()) && !s.Booking.Started(d.Now()) {
		s.Session.Terms, s.Session.EngagementStart = s.Booking.Terms, s.Booking.EngagementStart
	}
	if was.Case != "" || !s.Session.Started(d.Now()) {
		next, settled, err := withdrawal.Vacate(d, s.Situation, by)
		if err == nil && !next.Terms.Equal(was.Terms) {
			d.Tell(next, session.Event{Kind: booking.EventChangeVoid, Facts: bookingFacts(next, s.Booking)})
		}
		return next, settled, err
	}
	next, err := s.Session.Move(session.Expiring, act)
	if err != nil {
		return session.Session{}, withdrawal.Case{}, err
	}
	next.Booking = ""
	facts := sessionFacts(next, next.Terms)
	facts["booking"], facts["clinician"] = string(s.Booking.ID), string(s.Booking.Clinician)
	d.Write(next, session.Event{Kind: session.EventExpired, From: was.State.String(), To: next.State.String(), Facts: facts})
	return next, withdrawal.Case{}, nil
}
