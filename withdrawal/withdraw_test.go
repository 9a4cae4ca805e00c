package withdrawal_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

func TestW1WithdrawingAnOpenSession(t *testing.T) {
	s := open(t, "2026-07-14 08:00")
	now := at(t, "2026-07-13 10:00")
	c := withdrawal.Withdraw{
		Command: session.Do("c1", practice), Session: "s1",
		Shown: assess(t, withdrawal.WithdrawSession, s, practice, now).Shown,
	}
	valid(t, c)
	_, _, err := c.Decide(s, now)
	field(t, err, "Confirmed")
	c.Confirmed = true
	out, d, err := c.Decide(s, now)
	if err != nil {
		t.Fatal(err)
	}
	if out.Session.State != session.Withdrawn || out.Session.Round != 3 || out.Session.Version != 5 || out.Booking.Version != 0 {
		t.Errorf("%+v", out.Session)
	}
	told(t, d, withdrawal.EventWithdrawn)
	e := event(t, d, withdrawal.EventWithdrawn)
	if e.From != "open" || e.To != "withdrawn" || e.Reason != "" || !e.At.Equal(now) || e.By != practice || e.Command != "c1" {
		t.Errorf("%+v", e)
	}
	facts(t, e, map[string]string{
		"round": "2", "reference": "#401123", "practice": "park-row", "start": "2026-07-14T07:00:00Z",
		"end": "2026-07-14T15:00:00Z", "role": "GP", "channel": "marketplace", "route": "self_service", "clinician": "", "fee": "",
	})
	t.Run("a reason is kept where one is given", func(t *testing.T) {
		c.Reason = " Posted twice. "
		_, d, err := c.Decide(s, now)
		if err != nil || len(d.Texts) != 1 || d.Texts[0].Body != "Posted twice." || event(t, d, withdrawal.EventWithdrawn).Reason != d.Texts[0].ID {
			t.Errorf("%v %+v", err, d.Texts)
		}
	})
	t.Run("a draft has no round that ended", func(t *testing.T) {
		s.Session.State = session.Draft
		out, d, err := withdraw(t, s, practice, now)
		if err != nil || out.Session.Round != 2 {
			t.Fatal(err, out.Session.Round)
		}
		facts(t, event(t, d, withdrawal.EventWithdrawn), map[string]string{"round": ""})
	})
}

func TestW2WithdrawingAFilledSession(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	s.Booking.Lapsed = []string{"dbs"}
	now := at(t, "2026-07-01 10:00").Add(999 * time.Nanosecond)
	shown := assess(t, withdrawal.WithdrawSession, s, practice, now).Shown
	for _, reason := range []string{"", " \t\n"} {
		c := withdrawal.Withdraw{Command: session.Do("c1", practice), Session: "s1", Shown: shown, Reason: reason}
		valid(t, c)
		_, d, err := c.Decide(s, now)
		field(t, err, "Reason")
		if len(d.Records) > 0 {
			t.Error("a refusal writes something")
		}
	}
	out, d, err := withdraw(t, s, practice, now)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventWithdrawn, booking.EventCancelled)
	if out.Session.State != session.Withdrawn || out.Session.Booking != "" || out.Session.Round != 3 || out.Session.Version != 5 {
		t.Errorf("session %+v", out.Session)
	}
	instant := at(t, "2026-07-01 10:00").UTC()
	want := booking.Ending{
		At: instant, Recorded: instant, By: practice, Route: booking.SelfService, Reason: d.Texts[0].ID,
		Cause: booking.ByClient, Ahead: 13*24*time.Hour - 2*time.Hour,
	}
	if diff := cmp.Diff(want, out.Booking.Ending); diff != "" {
		t.Errorf("ending (-want +got):\n%s", diff)
	}
	if out.Booking.State != booking.Cancelled || out.Booking.Version != 3 || out.Fee.Version != 0 || !out.Booking.Call.IsZero() {
		t.Errorf("booking %+v, fee %+v", out.Booking, out.Fee)
	}
	if d.Texts[0].Body != "The vaccines did not arrive." || d.Texts[0].Class != session.ReasonText {
		t.Errorf("text %+v", d.Texts[0])
	}
	for _, kind := range []session.EventKind{withdrawal.EventWithdrawn, booking.EventCancelled} {
		e := event(t, d, kind)
		if e.Reason != d.Texts[0].ID {
			t.Errorf("%s does not say why", kind)
		}
		facts(t, e, map[string]string{
			"reference": "#401123", "practice": "park-row", "clinician": "gp-7", "booking": "b1", "start": "2026-07-14T07:00:00Z",
			"route": "self_service", "cause": "client", "ahead": "310", "judged": "2026-07-01T09:00:00Z", "fee": "false",
			"cap": "", "late": "", "round": "", "withdrawn_late": "",
		})
	}
	change := record[booking.DiaryChange](t, d)
	if diff := cmp.Diff(booking.DiaryChange{Clinician: "gp-7", Version: 10, Drop: []session.BookingID{"b1"}}, change); diff != "" {
		t.Errorf("A7 the diary (-want +got):\n%s", diff)
	}
	out.Booking.Lapsed[0] = "changed"
	if s.Booking.Lapsed[0] != "dbs" || record[booking.Booking](t, d).ID != "b1" {
		t.Error("the outcome shares memory with what it was made of")
	}
}

func TestW5W6InsideTheNoticeWithRotaPro(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	s.Provider.RotaPro, s.Session.Channel = true, session.Rota
	now := at(t, "2026-07-13 20:30")
	out, d, err := withdraw(t, s, manager, now)
	if err != nil {
		t.Fatal(err)
	}
	told(t, d, withdrawal.EventWithdrawn, booking.EventCancelled, withdrawal.EventFeeClaimable)
	end := out.Booking.Ending
	if end.Route != booking.RotaPro || !end.Late || !end.Fee || end.By != manager {
		t.Errorf("%+v", end)
	}
	want := withdrawal.Fee{
		Booking: "b1", Version: 1, Session: "s1", Provider: "leeds", Practice: "park-row", Clinician: "gp-7",
		Person: "gp-7-person", State: withdrawal.FeeClaimable, Cap: session.Pounds(63000),
		Due: now.UTC().AddDate(0, 0, 28), AnswerWithin: withdrawal.Length(14 * 24 * time.Hour),
	}
	if diff := cmp.Diff(want, out.Fee); diff != "" {
		t.Errorf("fee (-want +got):\n%s", diff)
	}
	facts(t, event(t, d, withdrawal.EventFeeClaimable), map[string]string{
		"cap": "630.00", "currency": "GBP", "amount": "", "side": "", "due": "2026-08-10T19:30:00Z", "clinician": "gp-7",
		"reference": "#401123", "practice": "park-row", "booking": "b1", "start": "2026-07-14T07:00:00Z",
	})
	facts(t, event(t, d, booking.EventCancelled), map[string]string{
		"fee": "true", "cap": "630.00", "currency": "GBP", "late": "true", "route": "rota_pro", "ahead": "11.5",
	})
}

func TestW6AFeeInTimeToWithdraw(t *testing.T) {
	s := filled(t, "2026-04-09 09:00")
	out, _, err := withdraw(t, s, practice, at(t, "2026-04-02 12:00"))
	if err != nil {
		t.Fatal(err)
	}
	if out.Booking.Ending.Late || !out.Booking.Ending.Fee || out.Booking.Ending.Route != booking.SelfService {
		t.Errorf("%+v", out.Booking.Ending)
	}
}

func TestW7TheScaleSuggestsTheFirstFigure(t *testing.T) {
	hours := func(n int) calendar.Notice { return calendar.Notice{Amount: n, Unit: calendar.ElapsedHours} }
	percent := func(n int64) session.Money { return session.Pounds(n * 100) }
	scale := []withdrawal.ScaleStep{
		{Notice: hours(48), Percent: percent(50).Amount},
		{Notice: hours(120), Percent: percent(25).Amount},
		{Notice: hours(24), Percent: percent(90).Amount},
	}
	scale[0].BookedLate.Decimal, scale[0].BookedLate.Valid = percent(10).Amount, true
	for _, c := range []struct {
		name, now, made string
		cap             int64
		want            string
	}{
		{"the line with the shortest notice that was missed", "2026-07-13 09:00", "2026-05-01 09:00", 100, "£567.00"},
		{"exactly the notice of a line doesn't miss it", "2026-07-13 08:00", "2026-05-01 09:00", 100, "£315.00"},
		{"booked late", "2026-07-12 20:00", "2026-07-12 19:00", 100, "£63.00"},
		{"booked in time for the line", "2026-07-12 20:00", "2026-07-12 08:00", 100, "£315.00"},
		{"another line", "2026-07-10 09:00", "2026-05-01 09:00", 100, "£157.50"},
		{"no line is missed", "2026-07-08 09:00", "2026-05-01 09:00", 100, "0.00 "},
		{"never above the cap", "2026-07-13 09:00", "2026-05-01 09:00", 80, "£504.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := filled(t, "2026-07-14 08:00")
			s.Provider.RotaPro, s.Session.Channel = true, session.Rota
			s.Booking.Made = at(t, c.made)
			s = under(s, func(p *withdrawal.Policy) { p.Fee.Scale, p.Fee.CapPercent = scale, percent(c.cap).Amount })
			out, _, err := withdraw(t, s, practice, at(t, c.now))
			if err != nil {
				t.Fatal(err)
			}
			money(t, out.Fee.Suggested, c.want)
		})
	}
}

func TestTheActIsRefusedWhereWhatWasShownHasChanged(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	before, after := at(t, "2026-07-07 23:59:59.999999"), at(t, "2026-07-08 00:00")
	shown := assess(t, withdrawal.WithdrawSession, s, practice, before).Shown
	c := withdrawal.Withdraw{Command: session.Do("c1", practice), Session: "s1", Shown: shown, Reason: "No vaccines."}
	_, _, err := c.Decide(s, after)
	e := refused[*withdrawal.StaleError](t, err, "assessment_stale")
	if e.Shown != shown || e.Now.Allowed {
		t.Errorf("%+v", e)
	}
	late := refused[*withdrawal.NoticeError](t, err, "short_notice") // it says why, too
	if !errors.Is(err, e) || late.Way.Email != supportEmail {
		t.Errorf("W3 %+v", late)
	}
	c.Shown = e.Now.Shown
	_, _, err = c.Decide(s, after)
	if errors.As(err, &e) {
		t.Error("what was shown is called stale")
	}
	refused[*withdrawal.NoticeError](t, err, "short_notice")

	s.Session.Version, s.Booking.Version = 17, 18
	c.Shown = shown
	if _, _, err := c.Decide(s, before.Add(-time.Hour)); err != nil {
		t.Errorf("an unrelated edit stands in the way: %v", err)
	}
	for name, decide := range map[string]func() error{
		"end": func() error {
			_, _, err := withdrawal.EndBooking{Command: session.Do("c", practice), Booking: "b1", Shown: "x", Reason: "y"}.Decide(s, before)
			return err
		},
		"cancel": func() error {
			_, _, err := withdrawal.CancelBooking{Command: session.Do("c", clinician), Booking: "b1", Shown: "x"}.Decide(s, before)
			return err
		},
	} {
		e := refused[*withdrawal.StaleError](t, decide(), "assessment_stale")
		if !e.Now.Allowed || e.Unwrap() != nil {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestActsPassOnWhatCannotBeAssessed(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	s.Practice.Calendar = nil
	now := at(t, "2026-07-01 10:00")
	_, _, err := withdrawal.Withdraw{Command: session.Do("c", practice), Session: "s1"}.Decide(s, now)
	field(t, err, "Practice")
	_, _, err = withdrawal.EndBooking{Command: session.Do("c", practice), Booking: "b1"}.Decide(s, now)
	field(t, err, "Practice")
	_, _, err = withdrawal.CancelBooking{Command: session.Do("c", clinician), Booking: "b1"}.Decide(s, now)
	field(t, err, "Practice")
}

// A booking that the client ends after the clinician's registration lapsed is ended by the clinician's cause: there is
// no fee, and the assessment says so (B1, W6).
func TestB1ALapsedRegistrationGrantsNoFee(t *testing.T) {
	s := filled(t, "2026-04-09 09:00")
	now := at(t, "2026-04-02 10:00")
	if a := assess(t, withdrawal.WithdrawSession, s, practice, now); !a.Fee {
		t.Fatal("W6 it is short notice, and there is no fee")
	}
	s.Booking.Lapsed = []string{"document_expired/registration"}
	a := assess(t, withdrawal.WithdrawSession, s, practice, now)
	if a.Fee || !strings.Contains(a.Lines[0], "no fee, as the clinician's registration has lapsed") {
		t.Errorf("B1 the assessment says %v, %q", a.Fee, a.Lines)
	}
	got, _, err := withdrawal.Withdraw{
		Command: session.Do("w", practice), Session: s.Session.ID, Shown: a.Shown, Reason: "They can't work.",
	}.Decide(s, now)
	if err != nil {
		t.Fatal(err)
	}
	if e := got.Booking.Ending; e.Cause != booking.ByClinician || e.Fee || got.Fee.Version != 0 {
		t.Errorf("B1 %+v, fee %+v", e, got.Fee)
	}
}
