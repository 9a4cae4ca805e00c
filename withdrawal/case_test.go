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

func TestW4OpeningACaseFreezesTheSession(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	now := at(t, "2026-07-10 10:00")
	c := caseFor(t, s, practice, time.Time{})
	valid(t, c)
	got, d, err := c.Decide(s, now)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventCaseOpened, withdrawal.EventFrozen)
	want := withdrawal.Case{
		ID: got.ID, Version: 1, Session: "s1", Provider: "leeds", Practice: "park-row", Booking: "b1",
		State: withdrawal.CaseOpen, Via: withdrawal.ByForm, OpenedBy: practice, Received: now.UTC(), Opened: now.UTC(),
		Target: now.UTC(), Reason: d.Texts[0].ID, Fee: true,
	}
	if diff := cmp.Diff(want, got); diff != "" || got.ID == "" {
		t.Errorf("case (-want +got):\n%s", diff)
	}
	frozen := record[session.Session](t, d)
	if frozen.Case != got.ID || frozen.State != session.Filled || frozen.Version != s.Session.Version+1 {
		t.Errorf("session %+v", frozen)
	}
	facts(t, event(t, d, withdrawal.EventCaseOpened), map[string]string{
		"reference": "#401123", "practice": "park-row", "clinician": "gp-7", "booking": "b1", "start": "2026-07-14T07:00:00Z",
		"case": string(got.ID), "via": "form", "received": "2026-07-10T09:00:00Z", "target": "2026-07-10T09:00:00Z", "urgent": "", "fee": "true",
	})
}

func TestW4TheTargetIsTheNextContactableHour(t *testing.T) {
	for _, c := range []struct {
		name, start, received, target string
		hours, urgent                 bool
	}{
		{"W4 T6 open", "2026-07-14 08:00", "2026-07-10 17:29:59.999999", "2026-07-10 17:29:59.999999", true, false},
		{"W4 T6 over the weekend", "2026-07-14 08:00", "2026-07-10 17:30", "2026-07-13 09:00", true, false},
		{"W4 T6 over a bank holiday", "2026-04-08 08:00", "2026-04-02 18:00", "2026-04-07 09:00", true, false},
		{"W4 the target is the start", "2026-07-14 09:00", "2026-07-13 20:00", "2026-07-14 09:00", true, true},
		{"W4 the target is just before the start", "2026-07-14 09:00:00.000001", "2026-07-13 20:00", "2026-07-14 09:00", true, false},
		{"W4 T6 no hours are set", "2026-07-14 08:00", "2026-07-14 07:59:59.999999", "2026-07-14 07:59:59.999999", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := filled(t, c.start)
			if !c.hours {
				s.Support.Hours = calendar.Hours{}
			}
			got := openCase(t, s, support, at(t, c.received), at(t, c.received).Add(time.Second)).Case
			if !got.Target.Equal(at(t, c.target)) || got.Urgent != c.urgent || !got.Received.Equal(at(t, c.received)) {
				t.Errorf("target %s, urgent %v", got.Target, got.Urgent)
			}
			if !got.Opened.Equal(got.Received.Add(time.Second)) {
				t.Errorf("both instants are recorded: %s, %s", got.Received, got.Opened)
			}
		})
	}
	t.Run("W4 support is never there again", func(t *testing.T) {
		s := filled(t, "2026-07-14 08:00")
		s.Support.Hours.Closed.Holidays = nil
		s.Practice.Calendar = short(t)
		got := openCase(t, s, support, at(t, "2026-07-13 18:00"), at(t, "2026-07-13 19:00")).Case
		if !got.Urgent || !got.Target.Equal(s.Booking.Terms.Span.Start) {
			t.Errorf("%+v", got)
		}
	})
}

// short is a calendar in which every day from 13 July 2026 on is a holiday.
func short(t testing.TB) *calendar.Calendar {
	t.Helper()
	var extra []calendar.Holiday
	for d := calendar.MustDate(2026, time.July, 13); d.Year() == 2026; d = d.AddDays(1) {
		extra = append(extra, calendar.Holiday{Date: d, Name: "Closed"})
	}
	base := uk(t, calendar.EnglandAndWales)
	c, err := calendar.New(calendar.Options{
		Location: base.Location(), Holidays: calendar.UKHolidays(calendar.EnglandAndWales), First: 2025, Last: 2026, Extra: extra,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestW4AllFourParticularsFit(t *testing.T) {
	s := filled(t, "2026-07-14 23:30") // 14 July in London, and in UTC
	now := at(t, "2026-07-13 10:00")
	for name, set := range map[string]func(*withdrawal.OpenCase){
		"Reference":    func(c *withdrawal.OpenCase) { c.Reference = "#401124" },
		"PracticeName": func(c *withdrawal.OpenCase) { c.PracticeName = "Park Lane Surgery" },
		"Date":         func(c *withdrawal.OpenCase) { c.Date = c.Date.AddDays(1) },
		"Received":     func(c *withdrawal.OpenCase) { c.Received = now },
	} {
		c := caseFor(t, s, practice, time.Time{})
		set(&c)
		_, d, err := c.Decide(s, now)
		field(t, err, name)
		if len(d.Records) > 0 {
			t.Errorf("%s: a refusal writes something", name)
		}
	}
	for _, same := range []string{"Park Row Surgery", " PARK  ROW\tSURGERY "} {
		c := caseFor(t, s, practice, time.Time{})
		c.PracticeName = same
		if _, _, err := c.Decide(s, now); err != nil {
			t.Errorf("%q: %v", same, err)
		}
	}
	t.Run("T1 the date is the practice's", func(t *testing.T) {
		s := filled(t, "2026-07-15 00:30") // still 14 July in UTC
		c := caseFor(t, s, practice, time.Time{})
		c.Date = calendar.MustDate(2026, time.July, 14)
		_, _, err := c.Decide(s, now)
		field(t, err, "Date")
		c.Date = calendar.MustDate(2026, time.July, 15)
		if _, _, err = c.Decide(s, now); err != nil {
			t.Error(err)
		}
	})
	t.Run("S5 of the start last agreed", func(t *testing.T) {
		s := pending(t, s, "2026-08-14 10:00", "2026-07-01 09:00")
		if _, _, err := caseFor(t, s, practice, time.Time{}).Decide(s, now); err != nil {
			t.Error(err)
		}
	})
}

func TestW4TheInstantOfReceipt(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	s.Booking.Made = at(t, "2026-07-01 12:00").UTC()
	start := at(t, "2026-07-14 08:00")
	now := start.Add(time.Hour)
	for _, c := range []struct {
		received time.Time
		field    string
		started  bool
	}{
		{s.Booking.Made.Add(-micro), "Received", false},
		{s.Booking.Made, "", false},
		{start.Add(-micro), "", false},
		{start, "", true},
		{now, "", true},
		{time.Time{}, "", true},
		{now.Add(micro), "Received", false},
	} {
		cmd := caseFor(t, s, support, c.received)
		valid(t, cmd)
		_, _, err := cmd.Decide(s, now)
		switch {
		case c.field != "":
			field(t, err, c.field)
		case c.started:
			refused[*session.StartedError](t, err, "session_started")
		case err != nil:
			t.Errorf("W10 received at %s: %v", c.received, err)
		}
	}
	t.Run("W6 decides the fee", func(t *testing.T) {
		for received, fee := range map[string]bool{"2026-07-07 23:59:59.999999": false, "2026-07-08 00:00": true} {
			if got := openCase(t, s, support, at(t, received), at(t, "2026-07-10 10:00")).Case.Fee; got != fee {
				t.Errorf("received at %s: fee %v", received, got)
			}
		}
	})
}

func TestW4WhatHasNoCase(t *testing.T) {
	now := at(t, "2026-07-13 10:00")
	base := filled(t, "2026-07-14 08:00")
	for _, state := range []session.State{session.Draft, session.Open, session.Withdrawn, session.Completed, session.Expired} {
		s := base
		s.Session.State = state
		_, _, err := caseFor(t, s, practice, time.Time{}).Decide(s, now)
		e := refused[*session.StateError](t, err, "wrong_state")
		if own := state == session.Draft || state == session.Open; (e.Why == "Nobody is booked: you can withdraw it yourself.") != own {
			t.Errorf("%s: %q", state, e.Why)
		}
	}
	frozen := openCase(t, base, practice, time.Time{}, now)
	_, _, err := caseFor(t, frozen, support, now).Decide(frozen, now)
	refused[*session.FrozenError](t, err, "session_frozen")
	for _, by := range []session.Actor{clinician, partner, session.System(), session.Support("gp-7-person")} {
		c := caseFor(t, base, by, time.Time{})
		_, _, err := c.Decide(base, now)
		refused[*session.ForbiddenError](t, err, "forbidden")
	}
	for name, c := range map[string]struct {
		set  func(*withdrawal.Situation)
		code string
	}{
		"another booking": {func(s *withdrawal.Situation) { s.Booking.ID = "b0" }, "not_found"},
		"no booking":      {func(s *withdrawal.Situation) { s.Session.Booking, s.Booking.ID = "", "" }, "not_found"},
		"ended":           {func(s *withdrawal.Situation) { s.Booking.State = booking.Cancelled }, "wrong_state"},
		"no calendar":     {func(s *withdrawal.Situation) { s.Practice.Calendar = nil }, "invalid_field"},
		"no version":      {func(s *withdrawal.Situation) { s.Booking.Policy = 5 }, "not_found"},
	} {
		s := base
		cmd := caseFor(t, s, practice, time.Time{})
		c.set(&s)
		_, _, err := cmd.Decide(s, now)
		if refused[session.Coded](t, err, c.code) == nil {
			t.Error(name)
		}
	}
}

func TestW4ActioningACase(t *testing.T) {
	base := filled(t, "2026-07-14 08:00")
	received := at(t, "2026-07-07 23:30") // in time for W2 and W6
	s := openCase(t, base, support, received, at(t, "2026-07-08 09:10"))
	act := withdrawal.ActionCase{Command: session.Do("c2", support), Case: s.Case.ID}
	valid(t, act)
	now := at(t, "2026-07-13 16:00")
	out, d, err := act.Decide(s, now)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventWithdrawn, booking.EventCancelled, withdrawal.EventCaseActioned)
	want := booking.Ending{
		At: received.UTC(), Recorded: now.UTC(), By: support, Route: booking.SupportCase, Reason: s.Case.Reason,
		Cause: booking.ByClient, Ahead: 6*24*time.Hour + 8*time.Hour + 30*time.Minute,
	}
	if diff := cmp.Diff(want, out.Booking.Ending); diff != "" {
		t.Errorf("W4 W6 judged at the receipt (-want +got):\n%s", diff)
	}
	if out.Session.State != session.Withdrawn || out.Session.Case != "" || out.Session.Booking != "" || out.Fee.Version != 0 {
		t.Errorf("session %+v, fee %+v", out.Session, out.Fee)
	}
	if c := out.Case; c.State != withdrawal.CaseActioned || c.Version != 2 || !c.Closed.Equal(now) || c.ClosedBy != support {
		t.Errorf("case %+v", c)
	}
	if a := out.Assessment; !a.Allowed || a.Route != booking.SupportCase || a.Fee || !a.At.Equal(received) || len(a.Lines) != 1 {
		t.Errorf("assessment %+v", a)
	}
	e := event(t, d, withdrawal.EventWithdrawn)
	if e.Reason != s.Case.Reason {
		t.Error("the reason does not go to the clinician")
	}
	facts(t, e, map[string]string{
		"route": "support_case", "withdrawn_late": "", "urgent": "", "received": "2026-07-07T22:30:00Z", "fee": "false", "late": "",
		"case": string(s.Case.ID),
	})
	if got := record[booking.DiaryChange](t, d); len(got.Drop) != 1 {
		t.Errorf("diary %+v", got)
	}

	t.Run("W4 after the start it is withdrawn late", func(t *testing.T) {
		start := at(t, "2026-07-14 08:00")
		for now, late := range map[time.Time]string{start.Add(-micro): "", start: "true", start.Add(time.Hour): "true"} {
			out, d, err := act.Decide(s, now)
			if err != nil {
				t.Fatal(err)
			}
			facts(t, event(t, d, withdrawal.EventCaseActioned), map[string]string{"withdrawn_late": late})
			facts(t, event(t, d, booking.EventCancelled), map[string]string{"withdrawn_late": late})
			if out.Booking.Ending.Late || out.Booking.Ending.Ahead < 0 || out.Booking.State != booking.Cancelled {
				t.Errorf("%+v", out.Booking.Ending)
			}
		}
	})
	t.Run("W11 what was judged when it was opened stands", func(t *testing.T) {
		judged := s
		judged.Case.Fee = true
		out, d, err := act.Decide(judged, now)
		if err != nil {
			t.Fatal(err)
		}
		told(t, d, withdrawal.EventWithdrawn, booking.EventCancelled, withdrawal.EventFeeClaimable, withdrawal.EventCaseActioned)
		money(t, out.Fee.Cap, "£630.00")
		money(t, out.Assessment.Cap, "£630.00")
		if !out.Fee.Due.Equal(now.AddDate(0, 0, 28)) {
			t.Errorf("W7 the time to claim runs from the act: %s", out.Fee.Due)
		}
	})
}

func TestW4KeepingTheSession(t *testing.T) {
	base := filled(t, "2026-07-14 08:00")
	c := caseFor(t, base, practice, time.Time{})
	c.Keep = true
	opened, d, err := c.Decide(base, at(t, "2026-07-13 12:00"))
	if err != nil {
		t.Fatal(err)
	}
	s := base
	s.Case, s.Session = opened, record[session.Session](t, d)
	act := withdrawal.ActionCase{Command: session.Do("c2", support), Case: opened.ID}
	start := at(t, "2026-07-14 08:00")
	out, d, err := act.Decide(s, start.Add(-micro))
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventReopened, booking.EventCancelled, withdrawal.EventFeeClaimable, withdrawal.EventCaseActioned)
	facts(t, event(t, d, booking.EventCancelled), map[string]string{"keep": "true", "route": "support_case"})
	if out.Session.State != session.Open || out.Session.Case != "" || out.Assessment.Question != withdrawal.EndBookingOnly {
		t.Errorf("%+v", out.Session)
	}
	out, d, err = act.Decide(s, start)
	if err != nil || out.Session.State != session.Withdrawn {
		t.Errorf("after the start: %v %s", err, out.Session.State)
	}
	told(t, d, withdrawal.EventWithdrawn, booking.EventCancelled, withdrawal.EventFeeClaimable, withdrawal.EventCaseActioned)
	s = pending(t, s, "2026-07-13 18:00", "2026-07-13 11:00") // brought forward, not acknowledged
	if out, _, err = act.Decide(s, at(t, "2026-07-13 18:00")); err != nil || out.Session.State != session.Withdrawn {
		t.Errorf("S5 the start that it would be offered on has passed: %v %s", err, out.Session.State)
	}
}

func TestW4ACaseThatComesToNothingFreesTheSession(t *testing.T) {
	s := openCase(t, filled(t, "2026-07-14 08:00"), practice, time.Time{}, at(t, "2026-07-13 12:00"))
	now := at(t, "2026-07-13 13:00")
	reject := withdrawal.RejectCase{Command: session.Do("c2", support), Case: s.Case.ID, Reason: "Please ask the clinician."}
	retract := withdrawal.RetractCase{Command: session.Do("c3", manager), Case: s.Case.ID}
	valid(t, reject)
	valid(t, retract)
	for _, c := range []struct {
		kind   session.EventKind
		state  withdrawal.CaseState
		by     session.Actor
		decide func(withdrawal.Situation) (withdrawal.Case, session.Decision, error)
	}{
		{withdrawal.EventCaseRejected, withdrawal.CaseRejected, support, func(s withdrawal.Situation) (withdrawal.Case, session.Decision, error) {
			return reject.Decide(s, now)
		}},
		{withdrawal.EventCaseRetracted, withdrawal.CaseRetracted, manager, func(s withdrawal.Situation) (withdrawal.Case, session.Decision, error) {
			return retract.Decide(s, now)
		}},
	} {
		got, d, err := c.decide(s)
		if err != nil {
			t.Fatal(err)
		}
		told(t, d, c.kind, withdrawal.EventUnfrozen)
		if got.State != c.state || got.Version != 2 || !got.Closed.Equal(now) || got.ClosedBy != c.by {
			t.Errorf("%+v", got)
		}
		next := record[session.Session](t, d)
		if next.Case != "" || next.State != session.Filled || next.Booking != "b1" || next.Version != s.Session.Version+1 {
			t.Errorf("%+v", next)
		}
		if (len(d.Texts) == 1) != (c.state == withdrawal.CaseRejected) || event(t, d, c.kind).Reason != got.Answer {
			t.Errorf("texts %+v, answer %q", d.Texts, got.Answer)
		}
		gone := s
		gone.Session.Case = ""
		_, d, err = c.decide(gone)
		if err != nil {
			t.Fatal(err)
		}
		told(t, d, c.kind)
	}
}

func TestW4WhoClosesACaseAndWhen(t *testing.T) {
	s := openCase(t, filled(t, "2026-07-14 08:00"), practice, time.Time{}, at(t, "2026-07-13 12:00"))
	now := at(t, "2026-07-13 13:00")
	type decide func(s withdrawal.Situation, by session.Actor) error
	acts := map[withdrawal.CaseTrigger]decide{
		withdrawal.Actioning: func(s withdrawal.Situation, by session.Actor) error {
			_, _, err := withdrawal.ActionCase{Command: session.Do("c", by), Case: "k"}.Decide(s, now)
			return err
		},
		withdrawal.Rejecting: func(s withdrawal.Situation, by session.Actor) error {
			_, _, err := withdrawal.RejectCase{Command: session.Do("c", by), Case: "k", Reason: "No."}.Decide(s, now)
			return err
		},
		withdrawal.Retracting: func(s withdrawal.Situation, by session.Actor) error {
			_, _, err := withdrawal.RetractCase{Command: session.Do("c", by), Case: "k"}.Decide(s, now)
			return err
		},
	}
	actors := []session.Actor{practice, manager, clinician, support, session.System(), partner, session.Support("gp-7-person")}
	for trigger, act := range acts {
		for i, by := range actors {
			err := act(s, by)
			may := i == 3
			if trigger == withdrawal.Retracting {
				may = i < 2
			}
			if may != (err == nil) {
				t.Errorf("P1 %s by %+v: %v", trigger, by, err)
			}
			if !may {
				refused[*session.ForbiddenError](t, err, "forbidden")
			}
		}
		by := support
		if trigger == withdrawal.Retracting {
			by = practice
		}
		for state := withdrawal.CaseActioned; state <= withdrawal.CaseRetracted; state++ {
			closed := s
			closed.Case.State = state
			if e := refused[*session.StateError](t, act(closed, by), "wrong_state"); e.Kind != session.KindCase || e.State != state.String() {
				t.Errorf("%s a %s case: %v", trigger, state, e)
			}
		}
		none := s
		none.Case = withdrawal.Case{}
		refused[*session.NotFoundError](t, act(none, by), "not_found")
	}
	for name, c := range map[string]struct {
		set  func(*withdrawal.Situation)
		code string
	}{
		"no calendar": {func(s *withdrawal.Situation) { s.Practice.Calendar = nil }, "invalid_field"},
		"no version":  {func(s *withdrawal.Situation) { s.Booking.Policy = 5 }, "not_found"},
		"ended":       {func(s *withdrawal.Situation) { s.Booking.State = booking.Cancelled }, "wrong_state"},
		"withdrawn":   {func(s *withdrawal.Situation) { s.Session.State = session.Withdrawn }, "wrong_state"},
	} {
		other := s
		c.set(&other)
		if refused[session.Coded](t, acts[withdrawal.Actioning](other, support), c.code) == nil {
			t.Error(name)
		}
		other.Case.Keep = true
		if refused[session.Coded](t, acts[withdrawal.Actioning](other, support), c.code) == nil {
			t.Error(name, "kept")
		}
	}
}

func TestW4OneStateTableForCases(t *testing.T) {
	for state := withdrawal.CaseOpen; state <= withdrawal.CaseRetracted; state++ {
		for trigger := withdrawal.Actioning; trigger <= withdrawal.Retracting; trigger++ {
			to, ok := state.Next(trigger)
			if ok != (state == withdrawal.CaseOpen) || ok && to != withdrawal.CaseState(trigger)+1 {
				t.Errorf("%s --%s--> %s, %v", state, trigger, to, ok)
			}
		}
	}
	if withdrawal.CaseState(0).Valid() || withdrawal.CaseState(5).Valid() || !withdrawal.CaseOpen.Valid() {
		t.Error("valid states")
	}
}
