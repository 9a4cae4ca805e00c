package withdrawal

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// ActionCase is support doing what the case asks (W4).
type ActionCase struct {
	session.Command
	Case session.CaseID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c ActionCase) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return session.CheckID("Case", c.Case)
}

// Decide withdraws the session on the practice's behalf, judged at the instant of receipt: also after the start, as
// withdrawn late. A case that asks to keep the session ends the booking only, and the session opens again, unless its
// start has passed.
//
// The error is a *session.StateError for a case that is closed, and a *session.ForbiddenError for anybody but support,
// the booked person among them (P1).
func (c ActionCase) Decide(s Situation, now time.Time) (Withdrawn, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "action it"
	if err := s.closable(c.By, c.By.Capacity == session.AsSupport, act); err != nil {
		return Withdrawn{}, session.Decision{}, err
	}
	closed, err := s.Case.move(Actioning, act, c.By, d.Now())
	if err != nil {
		return Withdrawn{}, session.Decision{}, err
	}
	keep := s.Case.Keep && !s.Session.Started(d.Now()) && !s.Booking.Started(d.Now())
	a, err := s.assessCase(c.By, keep)
	if err != nil {
		return Withdrawn{}, session.Decision{}, err
	}
	end := s.byClient(a, s.Case.Received)
	end.Recorded, end.Reason = d.Now(), s.Case.Reason
	e, err := s.end(&d, end, act)
	if err != nil {
		return Withdrawn{}, session.Decision{}, err
	}
	e.facts["case"], e.facts["received"], e.facts["urgent"] = string(s.Case.ID), stamp(s.Case.Received), mark(s.Case.Urgent)
	e.facts["withdrawn_late"] = mark(s.Booking.Started(d.Now()))
	out := Withdrawn{Booking: e.booking, Assessment: a, Fee: e.fee, Case: closed}
	if keep {
		free := s
		free.Session.Case = ""
		if out.Session, _, err = free.vacate(&d, c.By, nil, ""); err != nil {
			return Withdrawn{}, session.Decision{}, err
		}
		e.facts["keep"] = mark(true)
		e.tellRest(&d)
	} else {
		if out.Session, err = s.move(session.Withdrawing, act); err != nil {
			return Withdrawn{}, session.Decision{}, err
		}
		e.tell(&d, out.Session, EventWithdrawn)
	}
	facts := closed.facts(s)
	facts["withdrawn_late"] = e.facts["withdrawn_late"]
	d.Write(closed, session.Event{
		Kind: EventCaseActioned, From: s.Case.State.String(), To: closed.State.String(), Reason: s.Case.Reason, Facts: facts,
	})
	return out, d, nil
}

// assessCase is the assessment as at receipt. Whether a fee is due was judged when the case was opened, and stands
// (W11).
func (s Situation) assessCase(by session.Actor, keep bool) (Assessment, error) {
	if s.Practice.Calendar == nil {
		return Assessment{}, &session.FieldError{Field: "Practice", Problem: "has no calendar"}
	}
	q := WithdrawSession
	if keep {
		q = EndBookingOnly
	}
	a, j, err := s.judged(s.draft(q, by, s.Case.Received))
	if err != nil {
		return Assessment{}, err
	}
	a.Allowed, a.Route, a.Reason, a.Shared, a.Case = true, booking.SupportCase, true, true, s.Case.ID
	a.Tell = []Audience{BookedClinician, PracticeStaff}
	if a.Fee = s.Case.Fee; a.Fee {
		a.Cap = j.limit()
	}
	return a.finish(s), nil
}

// RejectCase is support turning the case down (W4).
type RejectCase struct {
	session.Command
	Case session.CaseID
	// Reason goes to the practice. Required.
	Reason string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c RejectCase) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Case", c.Case); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, true)
}

// Decide rejects the case, and frees the session. Its errors are those of ActionCase.Decide.
func (c RejectCase) Decide(s Situation, now time.Time) (Case, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "reject it"
	if err := s.closable(c.By, c.By.Capacity == session.AsSupport, act); err != nil {
		return Case{}, session.Decision{}, err
	}
	closed, err := s.Case.move(Rejecting, act, c.By, d.Now())
	if err != nil {
		return Case{}, session.Decision{}, err
	}
	closed.Answer = d.Note(session.CaseText, closed.Provider, closed.Session, c.Reason)
	s.unfreeze(&d, closed, EventCaseRejected)
	return closed, d, nil
}

// RetractCase is the practice taking its request back (W4).
type RetractCase struct {
	session.Command
	Case session.CaseID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c RetractCase) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return session.CheckID("Case", c.Case)
}

// Decide takes the request back, and frees the session. Its errors are those of ActionCase.Decide, for anybody but the
// client's side.
func (c RetractCase) Decide(s Situation, now time.Time) (Case, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "take it back"
	if err := s.closable(c.By, c.By.Capacity.Client(), act); err != nil {
		return Case{}, session.Decision{}, err
	}
	closed, err := s.Case.move(Retracting, act, c.By, d.Now())
	if err != nil {
		return Case{}, session.Decision{}, err
	}
	s.unfreeze(&d, closed, EventCaseRetracted)
	return closed, d, nil
}

// closable says whether the actor may close the case at all.
func (s Situation) closable(by session.Actor, theirs bool, act string) error {
	switch {
	case s.Case.Version == 0:
		return &session.NotFoundError{Field: "Case", Kind: session.KindCase, ID: string(s.Case.ID)}
	case selfDealing(by, s.Booking.Person):
		return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: whySelf}
	case !theirs:
		return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: whyOthers}
	}
	return nil
}

// move returns the case in the state that trigger leads to, one version on.
func (c Case) move(trigger CaseTrigger, act string, by session.Actor, now time.Time) (Case, error) {
	to, ok := c.State.Next(trigger)
	if !ok {
		return Case{}, &session.StateError{Kind: session.KindCase, ID: string(c.ID), State: c.State.String(), Act: act}
	}
	c.Version++
	c.State, c.Closed, c.ClosedBy = to, now, by
	return c, nil
}

// unfreeze writes a case that came to nothing, and the session that it kept still.
func (s Situation) unfreeze(d *session.Decision, closed Case, kind session.EventKind) {
	d.Write(closed, session.Event{
		Kind: kind, From: s.Case.State.String(), To: closed.State.String(), Reason: closed.Answer, Facts: closed.facts(s),
	})
	if s.Session.Case != closed.ID {
		return
	}
	next := s.Session
	next.Version++
	next.Case = ""
	d.Write(next, session.Event{Kind: EventUnfrozen, Facts: closed.facts(s)})
}

// settle withdraws a session whose booking ended while a case was open, as under W1, and closes the case (W4).
func (s Situation) settle(
	d *session.Decision, by session.Actor, facts session.Facts, settled string,
) (session.Session, Case, error) {
	if s.Case.ID != s.Session.Case || s.Case.Version == 0 {
		return session.Session{}, Case{}, &session.NotFoundError{Field: "Case", Kind: session.KindCase, ID: string(s.Session.Case)}
	}
	closed, err := s.Case.move(Actioning, "settle it", by, d.Now())
	if err != nil {
		return session.Session{}, Case{}, err
	}
	next, err := s.move(session.Withdrawing, "withdraw it")
	if err != nil {
		return session.Session{}, Case{}, err
	}
	d.Write(next, session.Event{
		Kind: EventWithdrawn, From: s.Session.State.String(), To: next.State.String(), Reason: s.Case.Reason, Facts: facts,
	})
	about := closed.facts(s)
	about["settled"] = settled
	d.Write(closed, session.Event{
		Kind: EventCaseActioned, From: s.Case.State.String(), To: closed.State.String(), Reason: s.Case.Reason, Facts: about,
	})
	return next, closed, nil
}
