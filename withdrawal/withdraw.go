package withdrawal

import (
	"strconv"
	"time"

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

// Validate checks the fields; the error is a *session.FieldError.
func (c Withdraw) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Session", c.Session); err != nil {
		return err
	}
	if err := session.CheckID("Shown", c.Shown); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, false)
}

// Decide withdraws the session, for good (S3). The error is a *StaleError where what was shown has changed, the
// assessment's own where it is refused (see Assessment.Err), and a *session.FieldError for a confirmation or reason
// that is missing.
func (c Withdraw) Decide(s Situation, now time.Time) (Withdrawn, session.Decision, error) {
	a, err := Assess(WithdrawSession, s, c.By, now)
	if err != nil {
		return Withdrawn{}, session.Decision{}, err
	}
	if err := a.agreed(c.Shown, c.Confirmed, c.Reason); err != nil {
		return Withdrawn{}, session.Decision{}, err
	}
	d := session.Decide(c.Command, now)
	out := Withdrawn{Assessment: a}
	if s.Session.State != session.Filled {
		reason := d.Note(session.ReasonText, s.Session.Provider, s.Session.ID, c.Reason)
		out.Session, err = s.withdrawUnfilled(&d, a.Route, reason)
		return out, d, err
	}
	end := s.byClient(a, d.Now())
	end.Reason = d.Note(session.ReasonText, s.Session.Provider, s.Session.ID, c.Reason)
	if out.Session, err = s.move(session.Withdrawing, a.act()); err != nil {
		return Withdrawn{}, session.Decision{}, err
	}
	e, err := s.end(&d, end, a.act())
	if err != nil {
		return Withdrawn{}, session.Decision{}, err
	}
	e.tell(&d, out.Session, EventWithdrawn)
	out.Booking, out.Fee = e.booking, e.fee
	return out, d, nil
}

// agreed says whether the actor saw what holds now, may, and gave what must be given.
func (a Assessment) agreed(shown string, confirmed bool, reason string) error {
	if shown != a.Shown {
		return &StaleError{Shown: shown, Now: a}
	}
	if err := a.Err(); err != nil {
		return err
	}
	if a.Confirm && !confirmed {
		return &session.FieldError{Field: "Confirmed", Problem: "is missing: a mistake means posting it again"}
	}
	return session.CheckText("Reason", reason, a.Reason)
}

// byClient is the ending that an assessed withdrawal by the client leads to.
func (s Situation) byClient(a Assessment, now time.Time) booking.Ending {
	cut, _ := a.Limit(LimitWithdraw)
	cause := booking.ByClient
	if s.Booking.RegistrationLapsed() { // B1
		cause = booking.ByClinician
	}
	return booking.Ending{
		At: now, Recorded: now, By: a.By, Route: a.Route, Cause: cause, Late: cut.Passed, Fee: a.Fee,
	}
}

// withdrawUnfilled is W1: all whose applications were pending in the round that ends are told.
func (s Situation) withdrawUnfilled(
	d *session.Decision, route booking.Route, reason session.TextID,
) (session.Session, error) {
	next, err := s.move(session.Withdrawing, "withdraw it")
	if err != nil {
		return session.Session{}, err
	}
	facts := sessionFacts(s.Session, s.Session.Terms)
	facts["route"] = route.String()
	if s.Session.State == session.Open {
		facts["round"] = strconv.Itoa(s.Session.Round)
	}
	d.Write(next, session.Event{
		Kind: EventWithdrawn, From: s.Session.State.String(), To: next.State.String(), Reason: reason, Facts: facts,
	})
	return next, nil
}

// move returns the session in the state that trigger leads to, without booking or case.
func (s Situation) move(trigger session.Trigger, act string) (session.Session, error) {
	next, err := s.Session.Move(trigger, act)
	if err != nil {
		return session.Session{}, err
	}
	next.Booking, next.Case = "", ""
	return next, nil
}

// ended is a booking that ended, with what there is to tell of it.
type ended struct {
	before  session.Session
	booking booking.Booking
	was     booking.State
	fee     Fee
	facts   session.Facts
}

// end ends the booking: it gives the clinician's time back, and creates the right to a fee where the ending grants
// one. The session, the booking and the fee are written by tell.
func (s Situation) end(d *session.Decision, e booking.Ending, act string) (ended, error) {
	b, err := s.Booking.Move(booking.Cancelling, act)
	if err != nil {
		return ended{}, err
	}
	e.Ahead = b.Terms.Span.Start.Sub(e.At)
	b.Ending, b.Pending = e, booking.Pending{}
	out := ended{before: s.Session, booking: b, was: s.Booking.State}
	var limit session.Money
	if e.Fee {
		if out.fee, err = s.newFee(e.At, d.Now()); err != nil {
			return ended{}, err
		}
		limit = out.fee.Cap
	}
	out.facts = endedFacts(s.Session, b, limit)
	diary := s.Diary
	diary.Clinician = b.Clinician
	d.Book(diary.Free(b))
	return out, nil
}

// tell writes session, booking and fee, in this order, with the events that tell of them.
func (e ended) tell(d *session.Decision, next session.Session, kind session.EventKind) {
	d.Write(next, session.Event{
		Kind: kind, From: e.before.State.String(), To: next.State.String(), Reason: e.booking.Ending.Reason, Facts: e.facts,
	})
	e.tellRest(d)
}

// tellRest writes booking and fee.
func (e ended) tellRest(d *session.Decision) {
	d.Write(e.booking, session.Event{
		Kind: booking.EventCancelled, From: e.was.String(), To: e.booking.State.String(),
		Reason: e.booking.Ending.Reason, Facts: e.facts,
	})
	if e.fee.Version > 0 {
		d.Write(e.fee, session.Event{
			Kind: EventFeeClaimable, To: e.fee.State.String(), Facts: e.fee.facts(e.booking),
		})
	}
}
