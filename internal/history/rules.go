package history

import (
	"errors"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// checkNotice judges a refusal for its notice once more (W2, W3, W5).
func (d done) checkNotice(before View) error {
	short := (*withdrawal.NoticeError)(nil)
	stale := (*withdrawal.StaleError)(nil)
	if !errors.As(d.refused, &short) || errors.As(d.refused, &stale) {
		return nil
	}
	for _, s := range before.Sessions {
		if s.Reference != short.Reference {
			continue
		}
		if route, ok := clientMay(before, before.Bookings[s.Booking], d.at); ok {
			return faulty("W3", "%s of %s is refused as too late, and %s was open", d.name, s.Reference, route)
		}
	}
	if short.Way.IsZero() {
		return faulty("W3", "%s is refused as too late without a way forward", d.name)
	}
	return nil
}

// feeDue is W6 once more: whether what the client ends at an instant gives the right to a fee.
func feeDue(v View, b booking.Booking, at time.Time) bool {
	p := numbered(v, b.Provider, b.Policy)
	return !inTime(b.Practice, p.Fee.Notice, at, b.EngagementStart)
}

// checkEndings judges every booking that has ended in this step: by whom, by which route, whose cause, how late, and
// whether a fee is due (B1, W2–W10).
func (d done) checkEndings(before, after View) error {
	for id, b := range after.Bookings {
		was := before.Bookings[id]
		if was.Version == 0 {
			if err := d.checkMade(before, b); err != nil {
				return err
			}
		}
		if was.State.Live() && !b.State.Live() {
			if err := d.checkEnding(before, after, was, b); err != nil {
				return err
			}
		}
		if b.State == booking.NoShow && was.State != booking.NoShow && before.Sessions[b.Session].Case != "" {
			return faulty("W4", "booking %s became a no-show while a case was open", id)
		}
	}
	return nil
}

// checkMade judges a new booking: on the terms offered, under the policy in force, of an open session that was still to
// come (A1, A4, W11).
func (d done) checkMade(before View, b booking.Booking) error {
	s, p := before.Sessions[b.Session], inForce(before, b.Provider, d.at)
	switch {
	case b.Policy != p.Version:
		return faulty("W11", "booking %s is made under version %d, and %d was in force", b.ID, b.Policy, p.Version)
	case s.State != session.Open || s.Case != "" || !b.Made.Equal(d.at) || !d.at.Before(s.Terms.Span.Start):
		return faulty("A4", "booking %s is made of session %s, which is %s", b.ID, s.Reference, s.State)
	case !b.Terms.Equal(s.Terms) || !b.EngagementStart.Equal(s.EngagementStart) || b.Practice != s.Practice:
		return faulty("A1", "booking %s is made on other terms than session %s is offered on", b.ID, s.Reference)
	case (b.State == booking.Offered) != (d.name == "Allocate" && p.Applications.OfferAllocations && b.Application == ""):
		return faulty("A1", "booking %s by %s is %s", b.ID, d.name, b.State)
	case d.name == "Apply" && s.Choosing != session.FirstCome:
		return faulty("A5", "applying booked session %s, whose applicants are chosen by %s", s.Reference, s.Choosing)
	}
	return nil
}

func (d done) checkEnding(before, after View, was, b booking.Booking) error { //nolint:cyclop // a flat list of clauses, each with what is wrong where it does not hold
	e, f := b.Ending, after.Fees[b.ID]
	start, judged := was.Terms.Span.Start, d.at
	switch {
	case !b.Terms.Equal(was.Terms):
		return faulty("S5", "booking %s ended on other terms than those last agreed", b.ID)
	case !e.Recorded.Equal(d.at) || e.By != d.head.By && e.Route != booking.ChangeRefused:
		return faulty("B1", "the end of booking %s is recorded at %v by %v", b.ID, e.Recorded, e.By)
	case e.Ahead != start.Sub(e.At):
		return faulty("B1", "booking %s ended %v ahead, and says %v", b.ID, start.Sub(e.At), e.Ahead)
	case e.Fee && e.Cause != booking.ByClient:
		return faulty("B1", "a fee for booking %s, whose end was %s's cause", b.ID, e.Cause)
	case e.Fee != (f.Version > 0):
		return faulty("W6", "the end of booking %s says %v of a fee, and there is %+v", b.ID, e.Fee, f)
	case !b.Pending.IsZero():
		return faulty("S5", "booking %s has ended, and a change of it still waits", b.ID)
	}
	late, fee := false, false
	var err error
	switch e.Route {
	case booking.SelfService, booking.RotaPro:
		route, ok := clientMay(before, was, judged)
		late, fee = route == booking.RotaPro, feeDue(before, was, judged)
		if !ok || route != e.Route {
			err = faulty("W5", "booking %s ended by %s, and %s was open", b.ID, e.Route, route)
		}
	case booking.SupportCase:
		judged = before.Cases[before.Sessions[b.Session].Case].Received
		late, fee = !inWithdrawal(before, was, judged), feeDue(before, was, judged)
	case booking.ChangeRefused:
		judged = was.Pending.Since
		late, fee = !inWithdrawal(before, was, judged), feeDue(before, was, judged)
	case booking.OwnCancellation:
		late = start.Sub(judged) <= 72*time.Hour
		fee = e.AtRequest && feeDue(before, was, judged)
		err = d.checkCall(b, late)
	case booking.OfferDeclined, booking.OfferLapsed, booking.ByClock, booking.ByReport:
	}
	switch {
	case err != nil:
		return err
	case !e.At.Equal(judged):
		return faulty("W4", "booking %s is judged by %v, not %v", b.ID, e.At, judged)
	case e.Late != late:
		return faulty("W2", "booking %s ended at %v, %v before its start: late is %v", b.ID, judged, start.Sub(judged), e.Late)
	case e.Fee != fee:
		return faulty("W6", "booking %s ended at %v, engagement from %v: a fee is %v", b.ID, judged, was.EngagementStart, e.Fee)
	case !judged.Before(start) && e.Route <= booking.OwnCancellation:
		return faulty("W10", "booking %s was ended by %s after its start", b.ID, e.Route)
	}
	return causes(b)
}

func inWithdrawal(v View, b booking.Booking, at time.Time) bool {
	return inTime(b.Practice, numbered(v, b.Provider, b.Policy).Withdraw.Notice, at, b.Terms.Span.Start)
}

// checkCall is W9: within 72 hours the clinician must ring as well, whichever number the practice has.
func (d done) checkCall(b booking.Booking, due bool) error {
	if due != !b.Call.Due.IsZero() || due && (b.Call.Phone != phone || !b.Call.Due.Equal(d.at)) {
		return faulty("W9", "booking %s was cancelled %v ahead: the call is %+v", b.ID, b.Ending.Ahead, b.Call)
	}
	return nil
}

// causes is B1: whose cause each route is.
func causes(b booking.Booking) error {
	want := map[booking.Route]booking.Cause{
		booking.SelfService: booking.ByClient, booking.RotaPro: booking.ByClient, booking.SupportCase: booking.ByClient,
		booking.ChangeRefused: booking.ByClient, booking.OwnCancellation: booking.ByClinician,
		booking.OfferDeclined: booking.ByClinician, booking.OfferLapsed: booking.ByNeither,
		booking.ByClock: booking.ByNeither, booking.ByReport: booking.ByNeither,
	}[b.Ending.Route]
	if b.Ending.AtRequest {
		want = booking.ByClient
	}
	if b.State == booking.NoShow {
		want = booking.ByClinician
	}
	if b.Ending.Cause != want {
		return faulty("B1", "the end of booking %s by %s is %s's cause", b.ID, b.Ending.Route, b.Ending.Cause)
	}
	return nil
}

// checkCases judges the cases opened and closed in this step (W4).
func (d done) checkCases(before, after View) error {
	for id, c := range after.Cases {
		was := before.Cases[id]
		s, b := after.Sessions[c.Session], after.Bookings[c.Booking]
		switch {
		case was.Version == 0:
			urgent := !c.Target.Before(before.Bookings[c.Booking].Terms.Span.Start)
			open := c.Target.Equal(firstContact(c.Practice, c.Received))
			if c.Urgent != urgent || !open || c.Received.After(d.at) || !c.Opened.Equal(d.at) || c.Fee != feeDue(before, b, c.Received) {
				return faulty("W4", "the case opened is %+v", c)
			}
		case was.State == withdrawal.CaseOpen && c.State == withdrawal.CaseActioned:
			if b.State != booking.Cancelled {
				return faulty("W4", "case %s is actioned, and booking %s is %s", id, b.ID, b.State)
			}
			kept := c.Keep && s.State == session.Open && d.name == "ActionCase"
			if !kept && s.State != session.Withdrawn {
				return faulty("W4", "case %s is actioned, and session %s is %s", id, s.Reference, s.State)
			}
		}
	}
	return nil
}

// firstContact is the next contactable hour, day by day: Monday to Friday, 9:00 to 17:30, but for the practice's bank
// holidays.
func firstContact(p session.PracticeID, at time.Time) time.Time {
	for day := midnight(at); ; day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday || off[p][day.Format(time.DateOnly)] {
			continue
		}
		opens := time.Date(day.Year(), day.Month(), day.Day(), 9, 0, 0, 0, london)
		closes := time.Date(day.Year(), day.Month(), day.Day(), 17, 30, 0, 0, london)
		switch {
		case at.Before(opens):
			return opens
		case at.Before(closes):
			return at
		}
	}
}

// overdue asks that nothing is left that time has brought about, after the keeper has looked.
func overdue(v View, now time.Time) error { //nolint:cyclop // a flat list of clauses, each with what is wrong where it does not hold
	for _, s := range v.Sessions {
		b := v.Bookings[s.Booking]
		switch {
		case (s.State == session.Draft || s.State == session.Open) && !now.Before(s.Terms.Span.Start):
			return faulty("S2", "session %s is %s after its start", s.Reference, s.State)
		case s.Case == "" && b.State == booking.Confirmed && !now.Before(b.Terms.Span.End):
			return faulty("S2", "session %s is %s after its end", s.Reference, s.State)
		case b.State == booking.Offered && !now.Before(offerUntil(b)):
			return faulty("A1", "the offer of session %s still stands at %v", s.Reference, now)
		case s.Case == "" && b.State.Live() && !b.Pending.IsZero() && !now.Before(void(b)):
			return faulty("S5", "a change of session %s still waits at %v", s.Reference, now)
		}
	}
	for id, f := range v.Fees {
		if !f.Due.IsZero() && !now.Before(f.Due) {
			return faulty("W7", "the fee of booking %s is still %s at %v, and was due %v", id, f.State, now, f.Due)
		}
	}
	return nil
}
