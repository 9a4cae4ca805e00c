package withdrawal_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// pending is the situation with a change that waits for the clinician.
func pending(t testing.TB, s withdrawal.Situation, start, since string) withdrawal.Situation {
	t.Helper()
	from := at(t, start)
	s.Session.Terms = terms(from, from.Add(4*time.Hour))
	s.Booking.Pending = booking.Pending{Terms: s.Session.Terms, Since: at(t, since).UTC(), By: manager}
	return s
}

func TestW2EndingABookingKeepsTheSession(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	now := at(t, "2026-07-01 10:00")
	out, d, err := endBooking(t, s, practice, now)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventReopened, booking.EventCancelled)
	n := out.Session
	if n.State != session.Open || n.Booking != "" || !n.Opened.Equal(now) || n.Round != 3 || n.Version != 5 {
		t.Errorf("session %+v", n)
	}
	end := out.Booking.Ending
	if end.Cause != booking.ByClient || end.Route != booking.SelfService || end.Reason != d.Texts[0].ID || end.Late || end.Fee {
		t.Errorf("ending %+v", end)
	}
	facts(t, event(t, d, withdrawal.EventReopened), map[string]string{
		"reference": "#401123", "practice": "park-row", "start": "2026-07-14T07:00:00Z", "channel": "marketplace",
		"booking": "b1", "clinician": "gp-7",
	})
	if got := record[booking.DiaryChange](t, d); len(got.Drop) != 1 {
		t.Errorf("diary %+v", got)
	}
	c := withdrawal.EndBooking{Command: session.Do("c1", practice), Booking: "b1", Shown: out.Assessment.Shown, Reason: " "}
	_, _, err = c.Decide(s, now)
	field(t, err, "Reason")
}

func TestS5TheSessionReopensAsChanged(t *testing.T) {
	s := pending(t, filled(t, "2026-07-14 08:00"), "2026-08-14 10:00", "2026-06-30 09:00")
	out, d, err := endBooking(t, s, practice, at(t, "2026-07-01 10:00"))
	if err != nil {
		t.Fatal(err)
	}
	if !out.Session.Terms.Equal(s.Session.Terms) || !out.Booking.Pending.IsZero() {
		t.Errorf("session on %+v, pending %+v", out.Session.Terms, out.Booking.Pending)
	}
	facts(t, event(t, d, withdrawal.EventReopened), map[string]string{"start": "2026-08-14T09:00:00Z"})
	facts(t, event(t, d, booking.EventCancelled), map[string]string{"start": "2026-07-14T07:00:00Z", "keep": "true"})
}

func TestW8CancellingOpensTheSessionAgain(t *testing.T) {
	for _, channel := range []session.Channel{session.Rota, session.Marketplace} {
		s := filled(t, "2026-07-14 08:00")
		s.Session.Channel = channel
		now := at(t, "2026-07-13 10:00")
		out, d, err := cancel(t, s, now, false)
		if err != nil {
			t.Fatal(err)
		}
		told(t, d, withdrawal.EventReopened, booking.EventCancelled)
		if out.Session.State != session.Open || out.Session.Round != 3 || out.Fee.Version != 0 || len(d.Texts) > 0 {
			t.Errorf("session %+v", out.Session)
		}
		want := booking.Ending{
			At: now.UTC(), Recorded: now.UTC(), By: clinician, Route: booking.OwnCancellation, Cause: booking.ByClinician,
			Ahead: 22 * time.Hour, Late: true,
		}
		if diff := cmp.Diff(want, out.Booking.Ending); diff != "" {
			t.Errorf("ending (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(booking.Call{Phone: deskPhone, Due: now.UTC()}, out.Booking.Call); diff != "" {
			t.Errorf("W9 the duty (-want +got):\n%s", diff)
		}
		facts(t, event(t, d, booking.EventCancelled), map[string]string{
			"call": "true", "call_phone": deskPhone, "route": "own_cancellation", "cause": "clinician", "at_request": "",
		})
	}
	t.Run("W9 earlier there is no duty", func(t *testing.T) {
		out, d, err := cancel(t, filled(t, "2026-07-14 08:00"), at(t, "2026-07-11 07:59:59.999999"), false)
		if err != nil || out.Booking.Ending.Late || !out.Booking.Call.IsZero() {
			t.Errorf("%v %+v", err, out.Booking)
		}
		facts(t, event(t, d, booking.EventCancelled), map[string]string{"call": "", "call_phone": ""})
	})
	t.Run("W8 a reason may be given", func(t *testing.T) {
		s, now := filled(t, "2026-07-14 08:00"), at(t, "2026-07-01 10:00")
		c := withdrawal.CancelBooking{
			Command: session.Do("c1", clinician), Booking: "b1", Reason: "Broken leg.",
			Shown: assess(t, withdrawal.CancelOwnBooking, s, clinician, now).Shown,
		}
		_, d, err := c.Decide(s, now)
		if err != nil || d.Texts[0].Body != "Broken leg." {
			t.Errorf("%v %+v", err, d.Texts)
		}
		told(t, d, withdrawal.EventReopened, booking.EventCancelled)
	})
}

func TestB1AtThePracticesRequest(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	for _, c := range []struct {
		now string
		fee bool
	}{{"2026-07-07 23:59:59.999999", false}, {"2026-07-08 00:00", true}} {
		out, d, err := cancel(t, s, at(t, c.now), true)
		if err != nil {
			t.Fatal(err)
		}
		end := out.Booking.Ending
		if end.Cause != booking.ByClient || !end.AtRequest || end.Fee != c.fee || (out.Fee.Version == 1) != c.fee {
			t.Errorf("at %s: %+v, fee %+v", c.now, end, out.Fee)
		}
		facts(t, event(t, d, booking.EventCancelled), map[string]string{"at_request": "true", "cause": "client"})
	}
	out, _, err := cancel(t, s, at(t, "2026-07-13 10:00"), true)
	if err != nil {
		t.Fatal(err)
	}
	s.Booking, s.Session, s.Fee = out.Booking, out.Session, out.Fee
	dispute := func(by session.Actor) withdrawal.DisputeCause {
		return withdrawal.DisputeCause{Command: session.Do("c2", by), Booking: "b1", Reason: "We did not."}
	}
	now := at(t, "2026-07-20 10:00")
	for _, by := range []session.Actor{clinician, support, session.System(), partner} {
		_, _, err := dispute(by).Decide(s, now)
		refused[*session.ForbiddenError](t, err, "forbidden")
	}
	valid(t, dispute(practice))
	b, d, err := dispute(practice).Decide(s, now)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventCauseDisputed, withdrawal.EventFeeDisputed)
	if b.Ending.Cause != booking.ByClinician || b.Ending.Fee || !b.Ending.Disputed.Equal(now) || b.Version != s.Booking.Version+1 {
		t.Errorf("%+v", b.Ending)
	}
	fee := record[withdrawal.Fee](t, d)
	if fee.State != withdrawal.FeeDisputed || !fee.Due.IsZero() || fee.Steps[0].Note != d.Texts[0].ID {
		t.Errorf("%+v", fee)
	}
	t.Run("B1 once only", func(t *testing.T) {
		again := s
		again.Booking = b
		_, _, err := dispute(practice).Decide(again, now)
		refused[*session.StateError](t, err, "wrong_state")
	})
	t.Run("B1 a fee that is settled", func(t *testing.T) {
		agreed := s
		agreed.Fee.State = withdrawal.FeeAgreed
		_, _, err := dispute(practice).Decide(agreed, now)
		if e := refused[*session.StateError](t, err, "wrong_state"); e.Kind != session.KindFee {
			t.Errorf("%v", e)
		}
		agreed.Fee.State = withdrawal.FeeWaived
		_, d, err := dispute(manager).Decide(agreed, now)
		if err != nil {
			t.Fatal(err)
		}
		told(t, d, withdrawal.EventCauseDisputed)
	})
	t.Run("B1 W7 a fee whose time has run out", func(t *testing.T) {
		_, d, err := dispute(practice).Decide(s, s.Fee.Due.Add(-micro))
		if err != nil {
			t.Fatal(err)
		}
		told(t, d, withdrawal.EventCauseDisputed, withdrawal.EventFeeDisputed)
		if _, d, err = dispute(practice).Decide(s, s.Fee.Due); err != nil {
			t.Fatal(err)
		}
		told(t, d, withdrawal.EventCauseDisputed)
	})
	t.Run("B1 only what was stated, of a booking that ended", func(t *testing.T) {
		_, _, err := dispute(practice).Decide(filled(t, "2026-07-14 08:00"), now)
		refused[*session.StateError](t, err, "wrong_state")
		own := s
		own.Booking.Ending.AtRequest = false
		_, _, err = dispute(practice).Decide(own, now)
		refused[*session.StateError](t, err, "wrong_state")
	})
}

func TestW9TheCallIsConfirmed(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	confirm := func(by session.Actor) withdrawal.ConfirmCall {
		return withdrawal.ConfirmCall{Command: session.Do("c2", by), Booking: "b1"}
	}
	now := at(t, "2026-07-13 11:00")
	_, _, err := confirm(clinician).Decide(s, now)
	refused[*session.StateError](t, err, "wrong_state")
	out, _, err := cancel(t, s, at(t, "2026-07-13 10:00"), false)
	if err != nil {
		t.Fatal(err)
	}
	s.Booking, s.Session = out.Booking, out.Session
	for _, by := range []session.Actor{support, session.System(), partner, session.Clinician("other", "gp-8")} {
		_, _, err := confirm(by).Decide(s, now)
		refused[*session.ForbiddenError](t, err, "forbidden")
	}
	for _, by := range []session.Actor{clinician, practice, manager} {
		valid(t, confirm(by))
		b, d, err := confirm(by).Decide(s, now)
		if err != nil {
			t.Fatal(err)
		}
		told(t, d, booking.EventCallMade)
		if !b.Call.Made.Equal(now) || b.Call.By != by || b.Call.Open() || b.Version != s.Booking.Version+1 {
			t.Errorf("%+v", b.Call)
		}
		again := s
		again.Booking = b
		_, _, err = confirm(by).Decide(again, now)
		if e := refused[*session.StateError](t, err, "wrong_state"); e.Why != "It was confirmed already." {
			t.Errorf("%v", e)
		}
	}
}

func TestW6W9AnEngagementThatBeganLongAgoStandsInNobodysWay(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	s.Booking.EngagementStart = at(t, "2011-01-04 08:00") // its notice lies before the calendar's years
	now := at(t, "2026-07-01 10:00")
	a := assess(t, withdrawal.WithdrawSession, s, practice, now)
	if fee, ok := a.Limit(withdrawal.LimitFee); !a.Allowed || !a.Fee || !ok || !fee.Passed || fee.Words != "00:00 on Sat 1 Jan" {
		t.Errorf("allowed %v, fee %v, %+v", a.Allowed, a.Fee, fee)
	}
	if _, _, err := cancel(t, s, now, false); err != nil {
		t.Error("W9 nothing blocks cancelling:", err)
	}
	if _, _, err := caseFor(t, s, practice, time.Time{}).Decide(s, at(t, "2026-07-13 12:00")); err != nil {
		t.Error("W4", err)
	}
	s.Booking.EngagementStart = at(t, "2010-12-31 08:00") // nor does it know that day
	_, err := withdrawal.Assess(withdrawal.WithdrawSession, s, practice, now)
	refused[*calendar.RangeError](t, err, "date_out_of_range")
}

func TestS5AVoidChangeIsNotWhatTheSessionReopensOn(t *testing.T) {
	s := pending(t, filled(t, "2026-07-14 08:00"), "2026-07-02 10:00", "2026-06-30 09:00")
	from := at(t, "2026-07-02 10:00")
	s.Session.EngagementStart = from
	for name, end := range map[string]func(time.Time) (withdrawal.Cancelled, session.Decision, error){
		"S5 W8 the clinician cancels": func(now time.Time) (withdrawal.Cancelled, session.Decision, error) {
			return cancel(t, s, now, false)
		},
		"S5 W2 the practice ends the booking": func(now time.Time) (withdrawal.Cancelled, session.Decision, error) {
			return endBooking(t, s, practice, now)
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, d, err := end(from.Add(-micro))
			if err != nil || !out.Session.Terms.Equal(s.Session.Terms) {
				t.Fatalf("before the changed start: %v, %+v", err, out.Session.Terms)
			}
			told(t, d, withdrawal.EventReopened, booking.EventCancelled)
			if out, d, err = end(from); err != nil {
				t.Fatal(err)
			}
			told(t, d, withdrawal.EventReopened, booking.EventChangeVoid, booking.EventCancelled)
			n := out.Session
			if n.State != session.Open || !n.Terms.Equal(s.Booking.Terms) || !n.EngagementStart.Equal(s.Booking.EngagementStart) {
				t.Errorf("%s on %+v, engagement %v", n.State, n.Terms, n.EngagementStart)
			}
			facts(t, event(t, d, withdrawal.EventReopened), map[string]string{"start": "2026-07-14T07:00:00Z"})
			facts(t, event(t, d, booking.EventChangeVoid), map[string]string{"start": "2026-07-14T07:00:00Z", "booking": "b1"})
			if got := out.Assessment.Lines[len(out.Assessment.Lines)-1]; got != "The session opens again, and others can apply." {
				t.Errorf("%q", got)
			}
		})
	}
	t.Run("S5 who changed it is told apart", func(t *testing.T) {
		a := assess(t, withdrawal.CancelOwnBooking, s, clinician, from.Add(-micro))
		if got := a.Lines[len(a.Lines)-1]; got != "The session opens again as the practice last changed it, starting 10:00 on Thu 2 Jul 2026, and others can apply." {
			t.Errorf("%q", got)
		}
	})
}

func TestS5RefusingAChangeEndsTheBooking(t *testing.T) {
	s := pending(t, filled(t, "2026-07-14 08:00"), "2026-08-14 10:00", "2026-07-08 09:00")
	head := session.Do("c1", clinician)
	now := at(t, "2026-07-13 18:00")
	out, d, err := withdrawal.EndByChange(head, "", s, now)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventReopened, booking.EventCancelled, withdrawal.EventFeeClaimable)
	since := at(t, "2026-07-08 09:00").UTC()
	want := booking.Ending{
		At: since, Recorded: now.UTC(), By: manager, Route: booking.ChangeRefused, Cause: booking.ByClient,
		Ahead: 6*24*time.Hour - time.Hour, Late: true, Fee: true,
	}
	if diff := cmp.Diff(want, out.Booking.Ending); diff != "" {
		t.Errorf("ending (-want +got):\n%s", diff)
	}
	if !out.Session.Terms.Equal(s.Session.Terms) || out.Session.State != session.Open || !out.Session.Opened.Equal(now) {
		t.Errorf("session %+v", out.Session)
	}
	money(t, out.Fee.Cap, "£630.00")
	if !out.Fee.Due.Equal(now.AddDate(0, 0, 28)) || out.Booking.Call != (booking.Call{}) || !out.Booking.Pending.IsZero() {
		t.Errorf("fee due %s, booking %+v", out.Fee.Due, out.Booking)
	}
	a := out.Assessment
	if !a.Allowed || a.Route != booking.ChangeRefused || !a.Fee || !a.At.Equal(since) || len(a.Lines) == 0 {
		t.Errorf("assessment %+v", a)
	}
	t.Run("S5 W6 the instant of the change decides", func(t *testing.T) {
		early := pending(t, filled(t, "2026-07-14 08:00"), "2026-08-14 10:00", "2026-07-07 23:59:59.999999")
		out, _, err := withdrawal.EndByChange(head, "", early, now)
		if err != nil || out.Booking.Ending.Fee || out.Booking.Ending.Late || out.Fee.Version != 0 {
			t.Errorf("%v %+v", err, out.Booking.Ending)
		}
	})
	t.Run("S5 once the start last agreed has passed the change is void", func(t *testing.T) {
		start := at(t, "2026-07-14 08:00")
		if _, _, err := withdrawal.EndByChange(head, "", s, start.Add(-micro)); err != nil {
			t.Error(err)
		}
		_, _, err := withdrawal.EndByChange(head, "", s, start)
		refused[*session.StartedError](t, err, "session_started")
	})
	t.Run("S5 what can't be refused", func(t *testing.T) {
		_, _, err := withdrawal.EndByChange(head, "", filled(t, "2026-07-14 08:00"), now)
		refused[*session.StateError](t, err, "wrong_state")
		over := s
		over.Booking.State = booking.Cancelled
		_, _, err = withdrawal.EndByChange(head, "", over, now)
		refused[*session.StateError](t, err, "wrong_state")
		_, _, err = withdrawal.EndByChange(session.Do("c1", practice), "", s, now)
		refused[*session.ForbiddenError](t, err, "forbidden")
		_, _, err = withdrawal.EndByChange(session.Do("c1", session.Clinician("x", "gp-8")), "", s, now)
		refused[*session.NotFoundError](t, err, "not_found")
		bare := s
		bare.Practice.Calendar = nil
		_, _, err = withdrawal.EndByChange(head, "", bare, now)
		field(t, err, "Practice")
		lost := s
		lost.Booking.Policy = 7
		_, _, err = withdrawal.EndByChange(head, "", lost, now)
		refused[*session.NotFoundError](t, err, "not_found")
	})
	t.Run("W4 while a case is open the session is withdrawn instead", func(t *testing.T) {
		s := openCase(t, s, practice, time.Time{}, at(t, "2026-07-13 12:00"))
		out, d, err := withdrawal.EndByChange(head, "", s, now)
		if err != nil || out.Session.State != session.Withdrawn || out.Case.State != withdrawal.CaseActioned {
			t.Fatal(err, out.Session.State, out.Case.State)
		}
		facts(t, event(t, d, withdrawal.EventCaseActioned), map[string]string{"settled": "change_refused"})
	})
}

func TestW4VacateDecidesWhatBecomesOfTheSession(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	s.Booking.State = booking.Offered
	head := session.Do("c1", clinician)
	now := at(t, "2026-07-13 18:00")
	d := session.Decide(head, now)
	next, closed, err := withdrawal.Vacate(&d, s, clinician)
	if err != nil || next.State != session.Open || next.Booking != "" || closed.Version != 0 {
		t.Fatal(err, next, closed)
	}
	told(t, d, withdrawal.EventReopened)

	s = openCase(t, s, practice, time.Time{}, at(t, "2026-07-13 12:00"))
	d = session.Decide(head, now)
	next, closed, err = withdrawal.Vacate(&d, s, clinician)
	if err != nil || next.State != session.Withdrawn || next.Case != "" || closed.State != withdrawal.CaseActioned || !closed.Closed.Equal(now) {
		t.Fatal(err, next, closed)
	}
	told(t, d, withdrawal.EventWithdrawn, withdrawal.EventCaseActioned)
	facts(t, event(t, d, withdrawal.EventCaseActioned), map[string]string{"settled": "vacated"})
	if event(t, d, withdrawal.EventWithdrawn).Reason != s.Case.Reason {
		t.Error("the withdrawal does not say why")
	}

	for name, set := range map[string]func(*withdrawal.Situation){
		"no case":      func(s *withdrawal.Situation) { s.Case = withdrawal.Case{} },
		"another case": func(s *withdrawal.Situation) { s.Case.ID = "k0" },
	} {
		other := s
		set(&other)
		d = session.Decide(head, now)
		_, _, err = withdrawal.Vacate(&d, other, clinician)
		if e := refused[*session.NotFoundError](t, err, "not_found"); e.Kind != session.KindCase {
			t.Errorf("%s: %v", name, e)
		}
	}
	for _, state := range []session.State{session.Open, session.Withdrawn} {
		other := s
		other.Session.State = state
		other.Session.Case = ""
		d = session.Decide(head, now)
		_, _, err = withdrawal.Vacate(&d, other, clinician)
		refused[*session.StateError](t, err, "wrong_state")
	}
	closed = s.Case
	closed.State = withdrawal.CaseRejected
	s.Case = closed
	d = session.Decide(head, now)
	_, _, err = withdrawal.Vacate(&d, s, clinician)
	refused[*session.StateError](t, err, "wrong_state")
}
