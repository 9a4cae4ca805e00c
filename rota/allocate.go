package rota

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// Allocate is a rota manager putting a clinician on a session (A1).
type Allocate struct {
	session.Command
	Session   session.SessionID
	Clinician session.ClinicianID
	// Override is why somebody is booked who is not eligible; blank where they are (A3).
	Override string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c Allocate) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Session", c.Session); err != nil {
		return err
	}
	if err := session.CheckID("Clinician", c.Clinician); err != nil {
		return err
	}
	return session.CheckText("Override", c.Override, false)
}

// Decide books the clinician at once, or, where the policy in force says so, as an offer that stands for the time the
// policy gives, and at the longest until the start. A clinician whose own application is pending has asked for the
// session: their application is accepted, and they are booked at once.
//
// The error is a *session.StateError unless the session is open, a *session.FrozenError while a support case about it
// is open (W4), a *session.StartedError after the start, a *booking.ClashError where the clinician is booked
// elsewhere at the time (A7), an *IneligibleError unless there is an Override (A3), a *session.ForbiddenError for
// whoever allocates themselves (P1), and a *calendar.RangeError.
func (c Allocate) Decide(s Situation, now time.Time) (Booked, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "allocate somebody to it"
	if err := otherSide(c.By, s.Clinician.Person, act); err != nil {
		return Booked{}, session.Decision{}, err
	}
	if err := s.frozen(); err != nil {
		return Booked{}, session.Decision{}, err
	}
	if _, err := s.Session.Move(session.Filling, act); err != nil {
		return Booked{}, session.Decision{}, err
	}
	o, err := s.bookable(&d, act, c.By, c.Override)
	if err != nil {
		return Booked{}, session.Decision{}, err
	}
	if !s.Reachable {
		o.warnings = append(o.warnings, Warning{
			Code: "no_channel", Text: "No channel of the clinician's is on for allocations: tell them yourself.",
		})
	}
	booked, err := s.book(&d, s.allocation(c, d.Now(), o))
	if err != nil {
		return Booked{}, session.Decision{}, err
	}
	return booked, d, nil
}

// allocation is how the clinician is booked: as an applicant, at once, or as an offer.
func (s Situation) allocation(c Allocate, now time.Time, o overruled) filling {
	f := filling{head: c.Command, act: "allocate somebody to it", clinician: s.Clinician.ID, person: s.Clinician.Person,
		state: booking.Confirmed, overruled: o}
	own := s.Application.Clinician == s.Clinician.ID && s.Application.Session == s.Session.ID
	if a, err := s.Application.move(s.Session, Accepting, f.act); own && err == nil {
		f.application, f.from = a, s.Application.State
		return f
	}
	terms := s.Policies.At(now).Applications
	if terms.OfferAllocations {
		f.state, f.until = booking.Offered, s.Session.Terms.Span.Start
		if terms.OfferFor > 0 {
			f.until = earlier(f.until, now.Add(time.Duration(terms.OfferFor)))
		}
	}
	return f
}
