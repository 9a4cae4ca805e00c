package withdrawal

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

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

// Validate checks the fields; the error is a *session.FieldError.
func (c EndBooking) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Booking", c.Booking); err != nil {
		return err
	}
	if err := session.CheckID("Shown", c.Shown); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, true)
}

// Decide ends the booking. The session opens again, on the terms that it is offered on: where a change waited for the
// clinician, that is as changed, unless the changed start has passed, which made the change void (S5). The error is a *StaleError where what was shown has changed, the assessment's own
// where it is refused (see Assessment.Err), and a *session.FieldError for a reason that is missing.
func (c EndBooking) Decide(s Situation, now time.Time) (Cancelled, session.Decision, error) {
	a, err := Assess(EndBookingOnly, s, c.By, now)
	if err != nil {
		return Cancelled{}, session.Decision{}, err
	}
	if err := a.agreed(c.Shown, true, c.Reason); err != nil {
		return Cancelled{}, session.Decision{}, err
	}
	d := session.Decide(c.Command, now)
	end := s.byClient(a, d.Now())
	end.Reason = d.Note(session.ReasonText, s.Session.Provider, s.Session.ID, c.Reason)
	return s.cancel(d, a, end, booking.Call{}, "")
}

// Validate checks the fields; the error is a *session.FieldError.
func (c CancelBooking) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Booking", c.Booking); err != nil {
		return err
	}
	if err := session.CheckID("Shown", c.Shown); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, false)
}

// Decide cancels the booking, and opens the session again on the terms that it is offered on; while a support case is
// open it withdraws the session instead, and settles the case (W4). Within the notice of W9 the booking keeps the duty
// to ring. The error is a *StaleError where what was shown has changed, and the assessment's own where it is refused.
func (c CancelBooking) Decide(s Situation, now time.Time) (Cancelled, session.Decision, error) {
	a, err := Assess(CancelOwnBooking, s, c.By, now)
	if err != nil {
		return Cancelled{}, session.Decision{}, err
	}
	if err := a.agreed(c.Shown, true, c.Reason); err != nil {
		return Cancelled{}, session.Decision{}, err
	}
	d := session.Decide(c.Command, now)
	call, _ := a.Limit(LimitCall)
	end := booking.Ending{
		At: d.Now(), Recorded: d.Now(), By: c.By, Route: a.Route, Cause: booking.ByClinician,
		AtRequest: c.AtRequest, Late: call.Passed,
		Reason: d.Note(session.ReasonText, s.Session.Provider, s.Session.ID, c.Reason),
	}
	if c.AtRequest {
		end.Cause, end.Fee = booking.ByClient, a.OnRequest
	}
	var duty booking.Call
	if call.Passed {
		duty = booking.Call{Phone: s.Practice.Phone, Due: d.Now()}
	}
	return s.cancel(d, a, end, duty, "cancellation")
}

// cancel ends the booking and leaves the session to what becomes of it without one.
func (s Situation) cancel(
	d session.Decision, a Assessment, end booking.Ending, duty booking.Call, settled string,
) (Cancelled, session.Decision, error) {
	e, err := s.end(&d, end, a.act())
	if err != nil {
		return Cancelled{}, session.Decision{}, err
	}
	e.booking.Call = duty
	e.facts["call"], e.facts["call_phone"] = mark(duty.Open()), duty.Phone
	out := Cancelled{Booking: e.booking, Assessment: a, Fee: e.fee}
	out.Session, out.Case, err = s.vacate(&d, end.By, e.facts, settled)
	if err != nil {
		return Cancelled{}, session.Decision{}, err
	}
	// Who was booked reads something else where the session goes on without them.
	e.facts["keep"] = mark(out.Session.State == session.Open)
	e.tellRest(&d)
	return out, d, nil
}

// EndByChange ends a booking whose clinician does not take a change (S5): as a withdrawal by the client, at the instant
// of the change, by which notice and fee are judged, against the terms last agreed. The session opens again as changed;
// while a support case is open it is withdrawn instead (W4).
//
// Its command is the clinician's, and so is the reason, which may be blank. The error is a *session.StateError where the booking is not live or no change waits,
// a *session.StartedError once the start last agreed has passed, when the change is void, and otherwise as Assess's.
func EndByChange(
	head session.Command, reason string, s Situation, now time.Time,
) (Cancelled, session.Decision, error) {
	d := session.Decide(head, now)
	if err := s.refusable(head.By, d.Now()); err != nil {
		return Cancelled{}, session.Decision{}, err
	}
	since := session.Instant(s.Booking.Pending.Since)
	a := s.draft(EndBookingOnly, s.Booking.Pending.By, since)
	a, j, err := s.judged(a)
	if err != nil {
		return Cancelled{}, session.Decision{}, err
	}
	a.Allowed, a.Route, a.Shared = true, booking.ChangeRefused, true
	a.Tell = []Audience{PracticeStaff, RotaManagers}
	a = s.price(a, j).finish(s)
	end := s.byClient(a, since)
	end.Recorded = d.Now()
	end.Reason = d.Note(session.ReasonText, s.Session.Provider, s.Session.ID, reason)
	return s.cancel(d, a, end, booking.Call{}, "change_refused")
}

// refusable says whether there is a change that the actor can refuse.
func (s Situation) refusable(by session.Actor, now time.Time) error {
	const act = "refuse a change"
	b := s.Booking
	if err := s.seen(CancelOwnBooking, by); err != nil {
		return err
	}
	state := &session.StateError{Kind: session.KindBooking, ID: string(b.ID), State: b.State.String(), Act: act}
	switch {
	case by.Capacity != session.AsClinician:
		return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: whyOthers}
	case !b.State.Live():
		return state
	case b.Pending.IsZero():
		state.Why = "No change waits for an answer."
		return state
	case b.Started(now):
		return &session.StartedError{Reference: b.Reference, Act: act}
	case s.Practice.Calendar == nil:
		return &session.FieldError{Field: "Practice", Problem: "has no calendar"}
	}
	return nil
}

// Vacate says what becomes of a session whose booking falls through, and writes it: it opens again; while a support case
// is open it is withdrawn instead, as under W1, and the case is settled (W4). It is for endings that are decided
// elsewhere, such as an offer that is declined or lapses: s is the situation before, by whoever acts.
//
// The error is a *session.StateError for a session that isn't filled, and a *session.NotFoundError where the case that
// the session names isn't there.
func Vacate(d *session.Decision, s Situation, by session.Actor) (session.Session, Case, error) {
	return s.vacate(d, by, bookedFacts(s.Session, s.Booking), "vacated")
}

func (s Situation) vacate(
	d *session.Decision, by session.Actor, facts session.Facts, settled string,
) (session.Session, Case, error) {
	void := s.changeVoid(d.Now())
	if void {
		s.Session.Terms, s.Session.EngagementStart = s.Booking.Terms, s.Booking.EngagementStart
	}
	next, closed, err := s.vacated(d, by, facts, settled)
	if err == nil && void {
		d.Tell(next, session.Event{Kind: booking.EventChangeVoid, Facts: bookedFacts(next, s.Booking)})
	}
	return next, closed, err
}

// changeVoid says whether a change was never answered and its start has passed, while the one last agreed is still to
// come: the session stands as it was agreed, whether or not that has been written yet (S5).
func (s Situation) changeVoid(now time.Time) bool {
	return !s.Booking.Pending.IsZero() && s.Session.Started(now) && !s.Booking.Started(now)
}

func (s Situation) vacated(
	d *session.Decision, by session.Actor, facts session.Facts, settled string,
) (session.Session, Case, error) {
	if s.Session.Case != "" {
		return s.settle(d, by, facts, settled)
	}
	next, err := s.move(session.Reopening, "open it again")
	if err != nil {
		return session.Session{}, Case{}, err
	}
	next.Opened = d.Now()
	offered := sessionFacts(next, next.Terms)
	offered["clinician"], offered["booking"] = string(s.Booking.Clinician), string(s.Booking.ID)
	d.Write(next, session.Event{
		Kind: EventReopened, From: s.Session.State.String(), To: next.State.String(), Facts: offered,
	})
	return next, Case{}, nil
}
