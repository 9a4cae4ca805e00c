package withdrawal

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// OpenCase asks support to withdraw a filled session (W4). All four particulars of the sources are required, and
// must fit each other: reference, practice name, session date, reason.
type OpenCase struct {
	session.Command
	Reference session.Reference
	// PracticeName is compared without regard to case and spacing.
	PracticeName string
	// Date is the local date of the start last agreed.
	Date calendar.Date
	// Reason is shared with the clinician.
	Reason string
	// Via is ByPhone or ByEmail for support, ByForm for the practice and rota manager.
	Via CaseVia
	// Received is when the complete request reached support, for support only; not given: now.
	Received time.Time
	// Keep asks that only the booking be ended.
	Keep bool
}

// Validate checks the fields as far as that is possible without knowing the session; the error is a
// *session.FieldError.
func (c OpenCase) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Reference", c.Reference); err != nil {
		return err
	}
	if err := session.CheckText("PracticeName", c.PracticeName, true); err != nil {
		return err
	}
	if c.Date.IsZero() {
		return &session.FieldError{Field: "Date", Problem: "is missing"}
	}
	if err := session.CheckText("Reason", c.Reason, true); err != nil {
		return err
	}
	support := c.By.Capacity == session.AsSupport
	switch {
	case support && c.Via != ByPhone && c.Via != ByEmail:
		return &session.FieldError{Field: "Via", Problem: "must be phone or email"}
	case !support && c.Via != ByForm:
		return &session.FieldError{Field: "Via", Problem: "must be form"}
	case !support && !c.Received.IsZero():
		return &session.FieldError{Field: "Received", Problem: "is for support to say"}
	}
	return nil
}

// Decide opens the case, which freezes the session. Notice, fee and W10 are judged at the instant of receipt.
//
// The error is a *session.ForbiddenError for a clinician, the booked person among them in any capacity (P1), a
// *session.StateError for a session that is not filled, a *session.FrozenError where a case is open already, a
// *session.FieldError for a particular that doesn't fit, and a *session.StartedError for a request that was received
// after the start.
func (c OpenCase) Decide(s Situation, now time.Time) (Case, session.Decision, error) {
	const act = "ask support to withdraw it"
	d := session.Decide(c.Command, now)
	if err := s.openable(c.By, act); err != nil {
		return Case{}, session.Decision{}, err
	}
	if err := c.fits(s); err != nil {
		return Case{}, session.Decision{}, err
	}
	received, err := c.received(s.Booking, d.Now())
	if err != nil {
		return Case{}, session.Decision{}, err
	}
	if s.Booking.Started(received) {
		return Case{}, session.Decision{}, &session.StartedError{Reference: s.Session.Reference, Act: act}
	}
	j, err := s.judge()
	if err != nil {
		return Case{}, session.Decision{}, err
	}
	next := Case{
		ID: session.DeriveID[session.CaseID](c.Command, "case"), Version: 1, Session: s.Session.ID,
		Provider: s.Session.Provider, Practice: s.Session.Practice, Booking: s.Booking.ID,
		State: CaseOpen, Via: c.Via, OpenedBy: c.By, Keep: c.Keep, Received: received, Opened: d.Now(),
		Policy: s.Booking.Policy,
	}
	fee, _ := j.charges(received)
	next.Fee = fee && !s.Booking.RegistrationLapsed() // B1
	if next.Target, err = s.target(received); err != nil {
		return Case{}, session.Decision{}, err
	}
	next.Urgent = !next.Target.Before(s.Booking.Terms.Span.Start)
	next.Reason = d.Note(session.CaseText, next.Provider, next.Session, c.Reason)
	frozen := s.Session
	frozen.Version++
	frozen.Case = next.ID
	d.Write(next, session.Event{Kind: EventCaseOpened, To: next.State.String(), Reason: next.Reason, Facts: next.facts(s)})
	d.Write(frozen, session.Event{Kind: EventFrozen, Facts: next.facts(s)})
	return next, d, nil
}

// openable says whether the session can have a case opened by the actor.
func (s Situation) openable(by session.Actor, act string) error {
	if s.Session.State != session.Filled {
		e := &session.StateError{Kind: session.KindSession, ID: string(s.Session.ID), State: s.Session.State.String(), Act: act}
		if s.Session.State == session.Open || s.Session.State == session.Draft {
			e.Why = "Nobody is booked: you can withdraw it yourself."
		}
		return e
	}
	if s.Session.Case != "" {
		return &session.FrozenError{Reference: s.Session.Reference, Case: s.Session.Case}
	}
	b := s.Booking
	switch {
	case selfDealing(by, b.Person):
		return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: whySelf}
	case !by.Capacity.Client() && by.Capacity != session.AsSupport:
		return &session.ForbiddenError{Capacity: by.Capacity, Act: act, Why: whyOthers}
	case b.ID == "" || b.ID != s.Session.Booking:
		return &session.NotFoundError{Field: "Booking", Kind: session.KindBooking, ID: string(s.Session.Booking)}
	case !b.State.Live():
		return &session.StateError{Kind: session.KindBooking, ID: string(b.ID), State: b.State.String(), Act: act}
	case s.Practice.Calendar == nil:
		return &session.FieldError{Field: "Practice", Problem: "has no calendar"}
	}
	return nil
}

// fits says whether the particulars are those of one session: a slip in any of them could withdraw another one.
func (c OpenCase) fits(s Situation) error {
	if c.Reference != s.Session.Reference {
		return &session.FieldError{Field: "Reference", Problem: "is not that of this session"}
	}
	if plain(c.PracticeName) != plain(s.Practice.Name) {
		return &session.FieldError{Field: "PracticeName", Problem: "is not the name of the practice of session " + string(c.Reference)}
	}
	date, err := s.Practice.Calendar.DateOf(s.Booking.Terms.Span.Start)
	if err != nil {
		return err
	}
	if c.Date != date {
		return &session.FieldError{Field: "Date", Problem: "is not the date of session " + string(c.Reference)}
	}
	return nil
}

// plain is a name as it is compared: without regard to case and spacing.
func plain(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// received is when the complete request was: for support to say, and never before the booking nor in the future.
func (c OpenCase) received(b booking.Booking, now time.Time) (time.Time, error) {
	if c.Received.IsZero() {
		return now, nil
	}
	at := session.Instant(c.Received)
	switch {
	case c.By.Capacity != session.AsSupport:
		return time.Time{}, &session.FieldError{Field: "Received", Problem: "is for support to say"}
	case at.After(now):
		return time.Time{}, &session.FieldError{Field: "Received", Problem: "is in the future"}
	case at.Before(b.Made):
		return time.Time{}, &session.FieldError{Field: "Received", Problem: "is before the booking was made"}
	}
	return at, nil
}

// target is the next contactable hour: at once where no hours are set, and not before the start where support is never
// there again.
func (s Situation) target(received time.Time) (time.Time, error) {
	at, err := s.Support.Hours.Next(s.Practice.Calendar, received)
	var hours *calendar.HoursError
	switch {
	case errors.As(err, &hours) && hours.Problem == calendar.HoursNotSet:
		return received, nil
	case errors.As(err, &hours):
		return s.Booking.Terms.Span.Start, nil
	}
	return session.Instant(at), err
}

// facts are what the record keeps of a case.
func (c Case) facts(s Situation) session.Facts {
	f := bookedFacts(s.Session, s.Booking)
	f["case"], f["via"] = string(c.ID), c.Via.String()
	f["received"], f["target"] = stamp(c.Received), stamp(c.Target)
	f["urgent"], f["keep"] = mark(c.Urgent), mark(c.Keep)
	f["fee"] = strconv.FormatBool(c.Fee)
	return f
}
