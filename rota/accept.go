package rota

import (
	"strconv"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Accept is the provider choosing an applicant, which books them (A4, A6).
type Accept struct {
	session.Command
	Application session.ApplicationID
	// Override is why somebody is booked who is not eligible; blank where they are (A3).
	Override string
}

// Booked is the outcome of an acceptance or allocation, and of the answer to an offer.
type Booked struct {
	Session     session.Session `json:"session"`
	Booking     booking.Booking `json:"booking"`
	Application Application     `json:"application,omitzero"`
	// Case is the support case that the end of an offer settled, if one was open (W4).
	Case withdrawal.Case `json:"case,omitzero"`
	// Warnings are for whoever did it: what was overridden, and that the clinician has no channel on (A1).
	Warnings []Warning `json:"warnings,omitzero"`
}

// Warning is something to know that stops nothing.
type Warning struct {
	// Code is no_channel, ineligible …
	Code string `json:"code"`
	// Text is a sentence for a person.
	Text string `json:"text"`
}

// Validate checks the fields; the error is a *session.FieldError.
func (c Accept) Validate() error {
	if err := checkApplication(c.Command, c.Application); err != nil {
		return err
	}
	return session.CheckText("Override", c.Override, false)
}

// Decide books the applicant; whoever else applied in this round has lapsed by it.
//
// The error is a *session.StateError unless the application is pending in the session's current round, a
// *session.FrozenError while a support case about the session is open (W4), a *session.StartedError after the start,
// a *booking.ClashError where the applicant is booked elsewhere at the time (A7), an *IneligibleError unless there is
// an Override (A3), a *session.ForbiddenError for the applicant themselves (P1), and a *calendar.RangeError.
func (c Accept) Decide(s Situation, now time.Time) (Booked, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "accept it"
	if err := otherSide(c.By, s.Application.Person, act); err != nil {
		return Booked{}, session.Decision{}, err
	}
	if err := s.frozen(); err != nil {
		return Booked{}, session.Decision{}, err
	}
	a, err := s.Application.move(s.Session, Accepting, act)
	if err != nil {
		return Booked{}, session.Decision{}, err
	}
	o, err := s.bookable(&d, act, c.By, c.Override)
	if err != nil {
		return Booked{}, session.Decision{}, err
	}
	booked, err := s.book(&d, filling{head: c.Command, act: act, application: a, from: s.Application.State,
		clinician: a.Clinician, person: a.Person, state: booking.Confirmed, overruled: o})
	if err != nil {
		return Booked{}, session.Decision{}, err
	}
	return booked, d, nil
}

// Decline is the provider turning an applicant down (A4).
type Decline struct {
	session.Command
	Application session.ApplicationID
	// Reason may be blank; it is shared with the clinician.
	Reason string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c Decline) Validate() error {
	if err := checkApplication(c.Command, c.Application); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, false)
}

// Decide turns the applicant down, for this round of the session. The error is a *session.StateError unless the
// application is pending in it, and a *session.ForbiddenError for the applicant themselves (P1).
func (c Decline) Decide(s Situation, now time.Time) (Application, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "decline it"
	if err := otherSide(c.By, s.Application.Person, act); err != nil {
		return Application{}, session.Decision{}, err
	}
	a, err := s.Application.move(s.Session, Declining, act)
	if err != nil {
		return Application{}, session.Decision{}, err
	}
	a.Reason = d.Note(session.ReasonText, a.Provider, a.Session, c.Reason)
	d.Write(a, session.Event{Kind: EventDeclined, From: s.Application.State.String(), To: a.State.String(),
		Reason: a.Reason, Facts: applicationFacts(s.Session, a)})
	return a, d, nil
}

// bookable refuses to book the situation's clinician after the start, against their diary, or, without an override,
// against their eligibility.
func (s Situation) bookable(d *session.Decision, act string, by session.Actor, override string) (overruled, error) {
	if s.Session.Started(d.Now()) {
		return overruled{}, &session.StartedError{Reference: s.Session.Reference, Act: act}
	}
	if err := s.Diary.CheckClash(s.Session.Terms.Span, "", by); err != nil {
		return overruled{}, err
	}
	found, err := s.eligible(s.Session.Terms, d.Now())
	if err != nil {
		return overruled{}, err
	}
	return s.overrule(d, found, override)
}

// filling is what book needs to know besides the situation.
type filling struct {
	head session.Command
	act  string
	// application is the one that succeeds, as it becomes, and from the state it comes from; zero where the clinician
	// is allocated without having applied.
	application Application
	from        State
	clinician   session.ClinicianID
	person      session.PersonID
	// state is Offered or Confirmed, until when an offer ends.
	state     booking.State
	until     time.Time
	overruled overruled
}

// book makes the booking, with all that follows from it: the session is filled, its round over, the application
// accepted, the diary kept. It takes for granted that the clinician may be booked.
func (s Situation) book(d *session.Decision, f filling) (Booked, error) {
	next, err := s.Session.Move(session.Filling, f.act)
	if err != nil {
		return Booked{}, err
	}
	b := booking.Booking{
		ID:              session.DeriveID[session.BookingID](f.head, "booking"),
		Version:         1,
		Session:         s.Session.ID,
		Reference:       s.Session.Reference,
		Provider:        s.Session.Provider,
		Practice:        s.Session.Practice,
		Clinician:       f.clinician,
		Person:          f.person,
		State:           f.state,
		Terms:           s.Session.Terms,
		EngagementStart: s.Session.EngagementStart,
		Policy:          s.Policies.At(d.Now()).Version,
		Application:     f.application.ID,
		Channel:         s.Session.Channel,
		Made:            d.Now(),
		OfferedUntil:    f.until,
	}
	if len(f.overruled.found) > 0 {
		b.Lapsed = keys(f.overruled.found)
		b.Overridden = keys(f.overruled.found)
	}
	next.Booking = b.ID
	if f.application.ID != "" {
		d.Write(f.application, session.Event{Kind: EventAccepted, From: f.from.String(), To: f.application.State.String(),
			Facts: applicationFacts(s.Session, f.application)})
	}
	kind := booking.EventConfirmed
	if b.State == booking.Offered {
		kind = booking.EventOffered
	}
	facts := s.madeFacts(b)
	facts["findings"] = strings.Join(b.Lapsed, ",")
	d.Write(b, session.Event{Kind: kind, To: b.State.String(), Reason: f.overruled.reason, Facts: facts})
	d.Write(next, session.Event{Kind: EventFilled, From: s.Session.State.String(), To: next.State.String(), Facts: s.madeFacts(b)})
	d.Book(s.Diary.Keep(b))
	return Booked{Session: next, Booking: b.Clone(), Application: f.application, Warnings: f.overruled.warnings}, nil
}

// madeFacts are what the events of a new booking say: what was agreed, under which policy, and which round it ends.
func (s Situation) madeFacts(b booking.Booking) session.Facts {
	f := bookingFacts(s.Session, b)
	worth := b.Terms.Worth()
	f["round"], f["policy"] = strconv.Itoa(s.Session.Round), strconv.Itoa(b.Policy)
	f["amount"], f["currency"] = worth.Amount.StringFixed(2), string(worth.Currency)
	f["until"] = stamp(b.OfferedUntil)
	return f
}
