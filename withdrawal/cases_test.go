package withdrawal_test

import (
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// The worked cases of the rules, one by one, in the terms of this package's API.
func TestWorkedCases(t *testing.T) {
	type ask struct {
		now     string
		allowed bool
		fee     bool
	}
	for _, c := range []struct {
		name     string
		start    string
		division calendar.Division
		asks     []ask
	}{
		{"case 1, W2 W3 W6 T1 local midnight decides", "2026-07-14 08:00", calendar.EnglandAndWales, []ask{
			{"2026-07-07T22:59:59.999999Z", true, false},
			{"2026-07-07T23:00:00Z", false, true},
		}},
		{"case 2, W6 T1 Northern Ireland has a holiday on 13 July", "2026-07-14 08:00", calendar.NorthernIreland, []ask{
			{"2026-07-07 10:00", true, true},
		}},
		{"case 3, W6 Easter in England", "2026-04-09 09:00", calendar.EnglandAndWales, []ask{
			{"2026-04-02 12:00", true, true}, {"2026-04-01 12:00", true, true}, {"2026-03-31 23:59:59.999999", true, false},
		}},
		{"case 3, W6 Easter in Scotland", "2026-04-09 09:00", calendar.Scotland, []ask{
			{"2026-04-02 12:00", true, true}, {"2026-04-01 12:00", true, false},
		}},
		{"case 4, W3 W6 a Saturday", "2026-04-18 09:00", calendar.EnglandAndWales, []ask{
			{"2026-04-13 23:59", false, false}, {"2026-04-14 00:00", false, true},
		}},
		{"case 6, W2 T4 overnight", "2026-07-20 22:00", calendar.EnglandAndWales, []ask{
			{"2026-07-13 23:59", true, false}, {"2026-07-14 00:00", false, true},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := filled(t, c.start)
			s.Practice.Calendar = uk(t, c.division)
			for _, q := range []withdrawal.Question{withdrawal.WithdrawSession, withdrawal.EndBookingOnly} {
				for _, ask := range c.asks {
					a := assess(t, q, s, practice, at(t, ask.now))
					if a.Allowed != ask.allowed || a.Fee != ask.fee {
						t.Errorf("%s at %s: allowed %v, fee %v; want %v, %v", q, ask.now, a.Allowed, a.Fee, ask.allowed, ask.fee)
					}
				}
			}
		})
	}
	t.Run("case 5, W9 T4 the clocks go forward", func(t *testing.T) { workedCalls(t) })
	t.Run("case 7, W1 A7 a first-come application commits first", func(t *testing.T) { workedRace(t) })
	t.Run("case 8, S5 W3 W6 a change that was not acknowledged", func(t *testing.T) { workedChange(t) })
	t.Run("case 9, W4 an urgent case", func(t *testing.T) { workedCase(t) })
}

func workedCalls(t *testing.T) {
	for _, c := range []struct {
		start, now string
		call       bool
	}{
		{"2026-03-30 09:00", "2026-03-27T08:00:00Z", true},
		{"2026-03-30 09:00", "2026-03-27T07:59:59.999999Z", false},
		{"2026-10-26 09:00", "2026-10-23 09:30", false},
		{"2026-10-26 09:00", "2026-10-23T09:00:00Z", true},
	} {
		s := filled(t, c.start)
		out, _, err := cancel(t, s, at(t, c.now), false)
		if err != nil {
			t.Fatal(err)
		}
		phone := ""
		if c.call {
			phone = deskPhone
		}
		if out.Assessment.Call != phone || out.Booking.Call.Phone != phone || out.Booking.Call.Open() != c.call {
			t.Errorf("cancelled at %s: call %q, duty %+v; want %v", c.now, out.Assessment.Call, out.Booking.Call, c.call)
		}
	}
}

func workedRace(t *testing.T) {
	now := at(t, "2026-07-01 10:00")
	shown := assess(t, withdrawal.WithdrawSession, open(t, "2026-07-14 08:00"), practice, now)
	if !shown.Allowed || !shown.Confirm {
		t.Fatalf("an open session could not be withdrawn: %+v", shown)
	}
	c := withdrawal.Withdraw{Command: session.Do("c1", practice), Session: "s1", Shown: shown.Shown, Confirmed: true}
	_, d, err := c.Decide(filled(t, "2026-07-14 08:00"), now)
	e := refused[*withdrawal.StaleError](t, err, "assessment_stale")
	if !e.Now.Allowed || e.Now.BookingState != booking.Confirmed || e.Unwrap() != nil {
		t.Errorf("the error does not show the booking that stands: %+v", e.Now)
	}
	if len(d.Records)+len(d.Events) > 0 {
		t.Errorf("a refusal decides %v", kinds(d))
	}
}

func workedChange(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	moved := terms(at(t, "2026-08-14 08:00"), at(t, "2026-08-14 12:00"))
	moved.Rate.Amount = moved.Rate.Amount.Shift(-1)
	s.Booking.Pending = booking.Pending{Terms: moved, Since: at(t, "2026-07-13 11:00"), By: practice}
	s.Session.Terms = moved
	a := assess(t, withdrawal.WithdrawSession, s, practice, at(t, "2026-07-13 12:00"))
	if a.Allowed || a.Refusal != "short_notice" || !a.Fee {
		t.Errorf("allowed %v, refusal %q, fee %v; want a refusal for short notice, with a fee", a.Allowed, a.Refusal, a.Fee)
	}
	money(t, a.Cap, "£630.00")
}

func workedCase(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	received := at(t, "2026-07-13 20:00")
	s = openCase(t, s, support, received, received.Add(time.Minute))
	if !s.Case.Urgent || !s.Case.Target.Equal(at(t, "2026-07-14 09:00")) || !s.Case.Fee {
		t.Errorf("target %s, urgent %v, fee %v; want 09:00 on the 14th, urgent, with a fee", s.Case.Target, s.Case.Urgent, s.Case.Fee)
	}
	c := withdrawal.ActionCase{Command: session.Do("c2", support), Case: s.Case.ID}
	out, d, err := c.Decide(s, at(t, "2026-07-14 09:05"))
	if err != nil {
		t.Fatal(err)
	}
	if out.Session.State != session.Withdrawn || out.Booking.State != booking.Cancelled || out.Fee.State != withdrawal.FeeClaimable {
		t.Errorf("session %s, booking %s, fee %s", out.Session.State, out.Booking.State, out.Fee.State)
	}
	facts(t, event(t, d, withdrawal.EventWithdrawn), map[string]string{"withdrawn_late": "true", "urgent": "true", "fee": "true"})

	cancelled, d, err := cancel(t, s, at(t, "2026-07-13 21:00"), false)
	if err != nil {
		t.Fatal(err)
	}
	if cancelled.Session.State != session.Withdrawn || cancelled.Case.State != withdrawal.CaseActioned || cancelled.Fee.Version != 0 {
		t.Errorf("session %s, case %s, fee %+v; want withdrawn under W1", cancelled.Session.State, cancelled.Case.State, cancelled.Fee)
	}
	told(t, d, withdrawal.EventWithdrawn, withdrawal.EventCaseActioned, booking.EventCancelled)
	facts(t, event(t, d, withdrawal.EventCaseActioned), map[string]string{"settled": "cancellation"})
	facts(t, event(t, d, booking.EventCancelled), map[string]string{"keep": ""})
}
