package rota

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// Apply is a clinician asking for a session (A4, A5).
type Apply struct {
	session.Command
	Session session.SessionID
}

// Applied is the outcome of an application.
type Applied struct {
	// Application is pending, or accepted where it was first come, first served.
	Application Application `json:"application"`
	// Booking is made at once where it is first come, first served; zero otherwise.
	Booking booking.Booking `json:"booking,omitzero"`
}

// Validate checks the fields; the error is a *session.FieldError.
func (c Apply) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return session.CheckID("Session", c.Session)
}

// Decide applies. Where it is first come, first served, the application is accepted and booked at once; otherwise it
// is the only thing written, and the session stays as it is. Whoever retracted in this round applies anew with the
// same application.
//
// The error is a *GoneError once the session is filled, withdrawn or started, an *AppliedError for whoever has
// applied or is booked already, a *booking.ClashError for whoever is booked elsewhere at the time (A7), an
// *IneligibleError (A3), a *session.FrozenError while a support case is open (W4), a *session.ForbiddenError for who
// acts in another capacity than a clinician's on their own behalf (P1), a *session.NotFoundError for a draft, and a
// *calendar.RangeError.
func (c Apply) Decide(s Situation, now time.Time) (Applied, session.Decision, error) {
	d := session.Decide(c.Command, now)
	if err := s.applicable(c.By, d.Now()); err != nil {
		return Applied{}, session.Decision{}, err
	}
	from, a, err := s.application(d.Now())
	if err != nil {
		return Applied{}, session.Decision{}, err
	}
	if err := s.Diary.CheckClash(s.Session.Terms.Span, "", c.By); err != nil {
		return Applied{}, session.Decision{}, err
	}
	found, err := s.eligible(s.Session.Terms, d.Now())
	if err != nil {
		return Applied{}, session.Decision{}, err
	}
	if len(found) > 0 {
		return Applied{}, session.Decision{}, &IneligibleError{
			Clinician: s.Clinician.ID, Reference: s.Session.Reference, Findings: found,
		}
	}
	made := session.Event{Kind: EventApplied, From: from, To: Pending.String(), Facts: applicationFacts(s.Session, a)}
	d.Write(a, made)
	if s.Session.Choosing != session.FirstCome {
		return Applied{Application: a}, d, nil
	}
	a.State = Accepted
	booked, err := s.book(&d, filling{head: c.Command, act: "apply for it", application: a, from: Pending,
		clinician: a.Clinician, person: a.Person, state: booking.Confirmed})
	if err != nil {
		return Applied{}, session.Decision{}, err
	}
	return Applied{Application: booked.Application, Booking: booked.Booking}, d, nil
}

// applicable refuses whoever can't apply whatever they have done before.
func (s Situation) applicable(by session.Actor, now time.Time) error {
	if err := ownSide(by, s.Clinician.Person, "apply"); err != nil {
		return err
	}
	switch {
	case s.Session.State == session.Draft:
		return &session.NotFoundError{Field: "Session", Kind: session.KindSession, ID: string(s.Session.ID)}
	case s.bookedHere():
		return &AppliedError{Reference: s.Session.Reference, State: Accepted}
	case s.Session.State != session.Open:
		return &GoneError{Reference: s.Session.Reference, State: s.Session.State}
	case s.Session.Started(now):
		return &GoneError{Reference: s.Session.Reference, State: session.Expired}
	}
	return s.frozen()
}

// bookedHere says whether the session's live booking is the clinician's.
func (s Situation) bookedHere() bool {
	b := s.Booking
	return s.Session.State == session.Filled && b.ID == s.Session.Booking && b.State.Live() && b.Clinician == s.Clinician.ID
}

// application is the clinician's own as it becomes by applying, and the state that it comes from: blank for a new
// one. Those of earlier rounds don't count.
func (s Situation) application(now time.Time) (from string, a Application, err error) {
	a = s.Application
	id := ApplicationID(s.Session.ID, s.Session.Round, s.Clinician.ID)
	if a.ID != id {
		return "", Application{
			ID:        id,
			Version:   1,
			Session:   s.Session.ID,
			Provider:  s.Session.Provider,
			Practice:  s.Session.Practice,
			Clinician: s.Clinician.ID,
			Person:    s.Clinician.Person,
			Round:     s.Session.Round,
			State:     Pending,
			Applied:   now,
		}, nil
	}
	to, ok := a.State.Next(Reapplying)
	if !ok {
		return "", Application{}, &AppliedError{Reference: s.Session.Reference, State: a.State}
	}
	from = a.State.String()
	a.Version++
	a.State, a.Applied, a.Reason = to, now, ""
	return from, a, nil
}

// Retract is a clinician taking a pending application back (A4).
type Retract struct {
	session.Command
	Application session.ApplicationID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c Retract) Validate() error { return checkApplication(c.Command, c.Application) }

// Decide takes the application back. The error is a *session.StateError unless it is pending in the session's
// current round, and a *session.ForbiddenError for an applicant who acts in another capacity (P1).
func (c Retract) Decide(s Situation, now time.Time) (Application, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "retract it"
	if err := ownSide(c.By, s.Application.Person, act); err != nil {
		return Application{}, session.Decision{}, err
	}
	a, err := s.Application.move(s.Session, Retracting, act)
	if err != nil {
		return Application{}, session.Decision{}, err
	}
	d.Write(a, session.Event{Kind: EventRetracted, From: s.Application.State.String(), To: a.State.String(),
		Facts: applicationFacts(s.Session, a)})
	return a, d, nil
}

// move returns the application in the state that trigger leads to from where it stands with its session, one version
// on, or a *session.StateError saying that act can't be done.
func (a Application) move(s session.Session, trigger Trigger, act string) (Application, error) {
	standing := a.Standing(s)
	to, ok := standing.Next(trigger)
	if !ok {
		why := ""
		if standing == Lapsed {
			why = "Its session has been filled, withdrawn or started since."
		}
		return Application{}, &session.StateError{
			Kind: session.KindApplication, ID: string(a.ID), State: standing.String(), Act: act, Why: why,
		}
	}
	a.Version++
	a.State = to
	return a, nil
}
