package booking

import (
	"time"

	"github.com/sessional-go/sessional/session"
)

// Complete is the system completing a session whose agreed end has passed (S2).
type Complete struct {
	session.Command
	Session session.SessionID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c Complete) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return session.CheckID("Session", c.Session)
}

// Decide completes the session and its booking, as worked until the agreed end. A change that the clinician has not
// answered by then is void (S5), which is told as EventChangeVoid.
//
// The error is a *session.FrozenError while a support case about the session is open (W4), a *session.NotEndedError
// before the agreed end, and a *session.StateError unless the session is filled and its booking confirmed.
func (c Complete) Decide(s Situation, now time.Time) (session.Session, session.Decision, error) {
	d := session.Decide(c.Command, now)
	if err := s.frozen(); err != nil {
		return session.Session{}, session.Decision{}, err
	}
	const act = "complete it"
	next, err := s.Session.Move(session.Completing, act)
	if err != nil {
		return session.Session{}, session.Decision{}, err
	}
	b, err := s.Booking.Move(Completing, act)
	if err != nil {
		return session.Session{}, session.Decision{}, err
	}
	end := b.Terms.Span.End
	if d.Now().Before(end) {
		return session.Session{}, session.Decision{}, &session.NotEndedError{Reference: b.Reference, End: end, Act: act}
	}
	b.Ending = b.ending(c.By, ByClock, ByNeither, d.Now())
	b.Ending.Worked = end
	next = s.over(&d, next)
	b.Pending = Pending{}
	d.Write(b, session.Event{Kind: EventCompleted, From: s.Booking.State.String(), To: b.State.String(), Facts: b.facts()})
	return next, d, nil
}

// RecordNoShow is the practice reporting that the clinician did not come (W10). Only after the start.
type RecordNoShow struct {
	session.Command
	Booking session.BookingID
	// Reason is what happened, as shared with the clinician. Required.
	Reason string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c RecordNoShow) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Booking", c.Booking); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, true)
}

// Decide records that nobody came, which is the clinician's cause (B1), and completes the session. What the keeper
// completed by the clock can still turn out a no-show, until its hours are approved.
//
// The error is a *session.FrozenError while a support case about the session is open (W4: what is withdrawn late is
// never the clinician's no-show), a *session.NotStartedError before the start last agreed, a *session.StateError
// where the booking fell through or its hours are approved, and a *session.ForbiddenError for the clinician
// themselves (P1). The clinician's time is free again.
func (c RecordNoShow) Decide(s Situation, now time.Time) (Booking, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "record a no-show"
	if err := otherSide(c.By, s.Booking.Person, act); err != nil {
		return Booking{}, session.Decision{}, err
	}
	if err := s.reportable(act, d.Now()); err != nil {
		return Booking{}, session.Decision{}, err
	}
	next, err := s.Booking.Move(Missing, act)
	if err != nil {
		return Booking{}, session.Decision{}, err
	}
	next.Ending = next.ending(c.By, ByReport, ByClinician, d.Now())
	return s.report(d, next, EventNoShow, c.Reason)
}

// EndEarly is the practice or the clinician reporting that the session ended early (B1, W10). Only after the start.
type EndEarly struct {
	session.Command
	Booking session.BookingID
	// At is when it ended: after the start, before the agreed end, and not in the future.
	At time.Time
	// Reason is required.
	Reason string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c EndEarly) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Booking", c.Booking); err != nil {
		return err
	}
	if c.At.IsZero() {
		return &session.FieldError{Field: "At", Problem: "is missing"}
	}
	return session.CheckText("Reason", c.Reason, true)
}

// Decide completes the booking as worked until At, and the session with it. One that is completed already, by the
// clock or an earlier report, gets its end corrected as long as its hours are not approved. Whose cause it was is
// left open: after the start there is no question of a fee (W10).
//
// The error is a *session.FieldError for an end that can't be, a *session.FrozenError while a support case about the
// session is open (W4), a *session.NotStartedError before the start last agreed, a *session.StateError where the
// booking fell through, was missed or has its hours approved, a *ClashError for a later end than was reported first,
// where the clinician was booked elsewhere meanwhile, and a *session.ForbiddenError for a clinician who acts in another
// capacity (P1). The clinician's time is free again from At on.
func (c EndEarly) Decide(s Situation, now time.Time) (Booking, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "end it early"
	if err := ownSide(c.By, s.Booking.Person, act); err != nil {
		return Booking{}, session.Decision{}, err
	}
	if err := s.reportable(act, d.Now()); err != nil {
		return Booking{}, session.Decision{}, err
	}
	next, err := s.Booking.endedAgain(act)
	if err != nil {
		return Booking{}, session.Decision{}, err
	}
	at, agreed := session.Instant(c.At), s.Booking.Terms.Span
	switch {
	case !at.After(agreed.Start):
		return Booking{}, session.Decision{}, &session.FieldError{Field: "At", Problem: "is not after the start"}
	case !at.Before(agreed.End):
		return Booking{}, session.Decision{}, &session.FieldError{Field: "At", Problem: "is not before the agreed end"}
	case at.After(d.Now()):
		return Booking{}, session.Decision{}, &session.FieldError{Field: "At", Problem: "is in the future"}
	}
	next.Ending = next.ending(c.By, ByReport, ByNeither, d.Now())
	next.Ending.Worked = at
	return s.report(d, next, EventEndedEarly, c.Reason)
}

// endedAgain returns the booking completed, one version on, also where it was completed before.
func (b Booking) endedAgain(act string) (Booking, error) {
	if b.State != Completed {
		return b.Move(Completing, act)
	}
	b = b.Clone()
	b.Version++
	return b, nil
}

// ending tells of an end after the start, at an instant that is both when it was asked for and when it was done.
func (b Booking) ending(by session.Actor, route Route, cause Cause, now time.Time) Ending {
	return Ending{At: now, Recorded: now, By: by, Route: route, Cause: cause, Ahead: b.Terms.Span.Start.Sub(now)}
}

// frozen refuses while a support case about the session is open (W4).
func (s Situation) frozen() error {
	if s.Session.Case == "" {
		return nil
	}
	return &session.FrozenError{Reference: s.Session.Reference, Case: s.Session.Case}
}

// reportable refuses a report that comes while a case is open, before the start, or after the hours were approved.
func (s Situation) reportable(act string, now time.Time) error {
	if err := s.frozen(); err != nil {
		return err
	}
	if !s.Booking.Started(now) {
		return &session.NotStartedError{Reference: s.Booking.Reference, Start: s.Booking.Terms.Span.Start, Act: act}
	}
	if s.Hours.State == HoursApproved {
		return s.Hours.refuse(act)
	}
	return nil
}

// report writes an outcome that was reported, and completes the session where the clock has not done so yet.
func (s Situation) report(
	d session.Decision, next Booking, kind session.EventKind, reason string,
) (Booking, session.Decision, error) {
	if s.Session.State != session.Completed {
		over, err := s.Session.Move(session.Completing, "complete it")
		if err != nil {
			return Booking{}, session.Decision{}, err
		}
		s.over(&d, over)
	}
	next.Pending = Pending{}
	if err := s.release(&d, next); err != nil {
		return Booking{}, session.Decision{}, err
	}
	next.Ending.Reason = d.Note(session.ReasonText, next.Provider, next.Session, reason)
	e := session.Event{Kind: kind, Reason: next.Ending.Reason, Facts: next.facts()}
	e.Facts["worked"] = stamp(next.Ending.Worked)
	if next.State != s.Booking.State {
		e.From, e.To = s.Booking.State.String(), next.State.String()
	}
	d.Write(next, e)
	return next, d, nil
}

// release gives the clinician's time back as far as it was not worked, so that they can be booked elsewhere. A report
// that takes some of it again is refused where they are (A7).
func (s Situation) release(d *session.Decision, next Booking) error {
	if next.State == NoShow {
		d.Book(s.Diary.Free(next))
		return nil
	}
	worked := next
	worked.Terms.Span.End = next.Ending.Worked
	if err := s.Diary.CheckClash(worked.Terms.Span, next.ID, next.Ending.By); err != nil {
		return err
	}
	d.Book(s.Diary.Keep(worked))
	return nil
}

// over writes the completed session. The start last agreed is past by now, so a change that still waits for the
// clinician is void: the session stands as it was agreed, and the diary gives up the other time it held (S5).
func (s Situation) over(d *session.Decision, next session.Session) session.Session {
	facts := session.Facts{
		"reference": string(next.Reference), "practice": string(next.Practice), "booking": string(s.Booking.ID),
	}
	if !s.Booking.Pending.IsZero() {
		next.Terms, next.EngagementStart = s.Booking.Terms, s.Booking.EngagementStart
		void := s.Booking.facts()
		void["booking"] = string(s.Booking.ID)
		d.Tell(next, session.Event{Kind: EventChangeVoid, Facts: void})
		agreed := s.Booking
		agreed.Pending = Pending{}
		d.Book(s.Diary.Keep(agreed))
	}
	from, to := s.Session.State.String(), next.State.String()
	d.Write(next, session.Event{Kind: EventSessionCompleted, From: from, To: to, Facts: facts})
	return next
}
