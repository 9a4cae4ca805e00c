package withdrawal_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

const micro = time.Microsecond

func TestW1UnfilledNeedsAConfirmationAndNoReason(t *testing.T) {
	s := open(t, "2026-07-14 08:00")
	for _, by := range []session.Actor{practice, manager} {
		a := assess(t, withdrawal.WithdrawSession, s, by, at(t, "2026-07-14 07:59:59.999999"))
		if !a.Allowed || !a.Confirm || a.Reason || a.Shared || a.Fee || a.Route != booking.SelfService || a.Booking != "" {
			t.Errorf("%s: %+v", by.Capacity, a)
		}
		if !slices.Equal(a.Tell, []withdrawal.Audience{withdrawal.PendingApplicants}) {
			t.Errorf("told: %v", a.Tell)
		}
		if text := strings.Join(a.Lines, "\n"); !strings.Contains(text, "you will have to post it again, under a new #401 reference") {
			t.Errorf("no warning in %q", text)
		}
	}
	s.Session.Reference = "#77000001"
	a := assess(t, withdrawal.WithdrawSession, s, practice, at(t, "2026-07-01 10:00"))
	if text := strings.Join(a.Lines, "\n"); !strings.Contains(text, "under a new reference") {
		t.Errorf("a prefix that isn't this store's in %q", text)
	}
	s.Session.State = session.Draft
	if a = assess(t, withdrawal.WithdrawSession, s, practice, at(t, "2026-07-01 10:00")); !a.Allowed || len(a.Tell) > 0 {
		t.Errorf("a draft: allowed %v, told %v", a.Allowed, a.Tell)
	}
}

func TestW2W3SevenDaysToTheMicrosecond(t *testing.T) {
	elapsed := calendar.Notice{Amount: 7, Unit: calendar.CalendarDays, Elapsed: true}
	more := calendar.Notice{Amount: 7, Unit: calendar.CalendarDays, ExactlyIsShort: true}
	for _, c := range []struct {
		name, start string
		notice      calendar.Notice
		last        string // the last instant at which it is allowed
	}{
		{"W2 exactly seven days is enough", "2026-07-14 08:00", calendar.Notice{}, "2026-07-07 23:59:59.999999"},
		{"W2 a session late in the day has the same day", "2026-07-14 23:30", calendar.Notice{}, "2026-07-07 23:59:59.999999"},
		{"W2 T4 across the clocks going forward", "2026-04-02 08:00", calendar.Notice{}, "2026-03-26T23:59:59.999999Z"},
		{"W2 T4 across the clocks going back", "2026-10-29 08:00", calendar.Notice{}, "2026-10-22T22:59:59.999999Z"},
		{"W2 168 hours", "2026-07-14 08:00", elapsed, "2026-07-07 08:00"},
		{"W2 168 hours across the clocks going forward", "2026-04-02 08:00", elapsed, "2026-03-26T07:00:00Z"},
		{"W2 exactly seven days is short where the policy says so", "2026-07-14 08:00", more, "2026-07-06 23:59:59.999999"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := filled(t, c.start)
			if !c.notice.IsZero() {
				s = under(s, func(p *withdrawal.Policy) { p.Withdraw.Notice = c.notice })
			}
			last := at(t, c.last)
			for _, q := range []withdrawal.Question{withdrawal.WithdrawSession, withdrawal.EndBookingOnly} {
				for _, by := range []session.Actor{practice, manager} {
					if a := assess(t, q, s, by, last); !a.Allowed || !a.Reason || !a.Shared || a.Confirm {
						t.Errorf("%s by %s at %s: %+v", q, by.Capacity, last, a)
					}
					a := assess(t, q, s, by, last.Add(micro))
					if a.Allowed || a.Refusal != "short_notice" || a.Reason {
						t.Errorf("%s by %s one microsecond later: %+v", q, by.Capacity, a)
					}
				}
			}
		})
	}
}

// under is the situation with the booking made under a policy of the provider's own, version 1.
func under(s withdrawal.Situation, change func(*withdrawal.Policy)) withdrawal.Situation {
	p := withdrawal.Default()
	p.Version, p.Provider, p.ValidFrom = 1, "leeds", s.Booking.Made
	change(&p)
	s.Policies, s.Booking.Policy = withdrawal.Policies{p}, 1
	return s
}

func TestW3TheRefusalShowsTheWayForward(t *testing.T) {
	for _, c := range []struct {
		name, now    string
		hours        bool
		phone, email string
		words        string
	}{
		{"W3 T6 in contactable hours", "2026-07-08 10:00", true, supportPhone, "", "(open until 17:30 today)."},
		{"W3 T6 at the last microsecond", "2026-07-08 17:29:59.999999", true, supportPhone, "", "(open until 17:30 today)."},
		{"W3 T6 outside them", "2026-07-08 17:30", true, "", supportEmail, "Write to " + supportEmail + "."},
		{"W3 T6 no hours are set", "2026-07-08 03:00", false, supportPhone, supportEmail, "Call " + supportPhone + " or write to " + supportEmail + "."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := filled(t, "2026-07-14 08:00")
			if !c.hours {
				s.Support.Hours = calendar.Hours{}
			}
			a := assess(t, withdrawal.WithdrawSession, s, practice, at(t, c.now))
			if a.Way.Phone != c.phone || a.Way.Email != c.email {
				t.Errorf("way %+v", a.Way)
			}
			e := refused[*withdrawal.NoticeError](t, a.Err(), "short_notice")
			if e.Given != 6 || e.Required.Amount != 7 || e.Words != "the end of Tue 7 Jul" || !e.CutOff.At.Equal(at(t, "2026-07-08 00:00")) {
				t.Errorf("%+v", e)
			}
			if !strings.HasSuffix(e.Error(), c.words) || !strings.Contains(e.Error(), "the end of Tue 7 Jul") {
				t.Errorf("%q does not end in %q", e, c.words)
			}
		})
	}
}

func TestW3AWayIsShownWhateverTheHostHasGiven(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	for _, c := range []struct{ name, phone, email, now, want string }{
		{"phone only, closed", supportPhone, "", "2026-07-08 20:00", "call " + supportPhone + " (open from 09:00 on Thu 9 Jul)"},
		{"email only, open", "", supportEmail, "2026-07-08 10:00", "write to " + supportEmail},
		{"neither", "", "", "2026-07-08 10:00", "contact customer support"},
	} {
		s.Support.Phone, s.Support.Email = c.phone, c.email
		a := assess(t, withdrawal.WithdrawSession, s, practice, at(t, c.now))
		if a.Way.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, a.Way, c.want)
		}
	}
	round := calendar.Window{Days: calendar.EveryDay, From: calendar.MustClock(0, 0), To: calendar.MustClock(24, 0)}
	s.Support = session.SupportFacts{Phone: supportPhone, Email: supportEmail, Hours: calendar.Hours{Windows: []calendar.Window{round}}}
	a := assess(t, withdrawal.WithdrawSession, s, practice, at(t, "2026-07-08 03:00"))
	if a.Way.String() != "call "+supportPhone || a.Way.IsZero() {
		t.Errorf("round the clock: %q", a.Way)
	}
}

func TestW5RotaProWithdrawsInsideTheNotice(t *testing.T) {
	now := at(t, "2026-07-13 10:00")
	for _, c := range []struct {
		name       string
		entitled   bool
		channel    session.Channel
		everywhere bool
		want       bool
	}{
		{"W5 in its rota tab", true, session.Rota, false, true},
		{"W5 not on the marketplace", true, session.Marketplace, false, false},
		{"W5 on the marketplace, where the policy says so", true, session.Marketplace, true, true},
		{"W5 not without the entitlement", false, session.Rota, false, false},
		{"W5 not without the entitlement, whatever the policy says", false, session.Rota, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := under(filled(t, "2026-07-14 08:00"), func(p *withdrawal.Policy) { p.Withdraw.RotaProEverywhere = c.everywhere })
			s.Provider.RotaPro, s.Session.Channel = c.entitled, c.channel
			for _, by := range []session.Actor{practice, manager} {
				a := assess(t, withdrawal.WithdrawSession, s, by, now)
				if a.Allowed != c.want || !a.Fee {
					t.Errorf("%s: allowed %v, fee %v", by.Capacity, a.Allowed, a.Fee)
				}
				if c.want && (a.Route != booking.RotaPro || !a.Reason || !a.Shared) {
					t.Errorf("%s: route %s, reason %v: the reason rule still holds", by.Capacity, a.Route, a.Reason)
				}
			}
			early := assess(t, withdrawal.WithdrawSession, s, practice, at(t, "2026-07-01 10:00"))
			if early.Route != booking.SelfService {
				t.Errorf("in time the route is %s", early.Route)
			}
		})
	}
}

func TestW6FeeCutOffs(t *testing.T) {
	const start = "2026-07-14 08:00"
	day := func(n int) calendar.Notice { return calendar.Notice{Amount: n, Unit: calendar.BusinessDays} }
	for _, c := range []struct {
		name string
		free string // the last instant without a fee
		set  func(*withdrawal.Situation)
	}{
		{"W6 exactly five business days is free", "2026-07-07 23:59:59.999999", func(*withdrawal.Situation) {}},
		{"W6 exactly five is short where the policy says so", "2026-07-06 23:59:59.999999", func(s *withdrawal.Situation) {
			*s = under(*s, func(p *withdrawal.Policy) { p.Fee.Notice.ExactlyIsShort = true })
		}},
		{"W6 another number", "2026-07-10 23:59:59.999999", func(s *withdrawal.Situation) {
			*s = under(*s, func(p *withdrawal.Policy) { p.Fee.Notice = day(2) })
		}},
		{"W6 it runs to the start of the engagement", "2026-06-30 23:59:59.999999", func(s *withdrawal.Situation) {
			s.Booking.EngagementStart = at(t, "2026-07-07 08:00")
		}},
		{"W6 an engagement that isn't given is the session", "2026-07-07 23:59:59.999999", func(s *withdrawal.Situation) {
			s.Booking.EngagementStart = time.Time{}
		}},
		{"W6 grace after booking", "2026-07-13 12:59:59.999999", func(s *withdrawal.Situation) {
			s.Booking.Made = at(t, "2026-07-13 11:00")
			*s = under(*s, func(p *withdrawal.Policy) { p.Fee.Grace = withdrawal.Length(2 * time.Hour) })
		}},
		{"W6 grace that ends before the notice does changes nothing", "2026-07-07 23:59:59.999999", func(s *withdrawal.Situation) {
			*s = under(*s, func(p *withdrawal.Policy) { p.Fee.Grace = withdrawal.Length(2 * time.Hour) })
		}},
		{"W6 grace ends with the start", "2026-07-14 07:59:59.999999", func(s *withdrawal.Situation) {
			s.Booking.Made = at(t, "2026-07-14 07:00")
			*s = under(*s, func(p *withdrawal.Policy) { p.Fee.Grace = withdrawal.Length(2 * time.Hour) })
		}},
		{"W6 an offer that waits for its answer counts as live", "2026-07-07 23:59:59.999999", func(s *withdrawal.Situation) {
			s.Booking.State = booking.Offered
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := filled(t, start)
			c.set(&s)
			free := at(t, c.free)
			if a := assess(t, withdrawal.WithdrawSession, s, practice, free); a.Fee || !a.Cap.IsZero() {
				t.Errorf("at %s: fee %v, cap %s", free, a.Fee, a.Cap)
			}
			later := free.Add(micro)
			a := assess(t, withdrawal.WithdrawSession, s, practice, later)
			if started := s.Booking.Started(later); a.Fee == started {
				t.Errorf("one microsecond later: fee %v, started %v", a.Fee, started)
			}
			if limit, ok := a.Limit(withdrawal.LimitFee); !ok || !limit.CutOff.At.Equal(later) || !limit.Passed {
				t.Errorf("the fee's cut-off is %+v", limit)
			}
		})
	}
	t.Run("W6 a booking made inside the window is judged literally", func(t *testing.T) {
		s := filled(t, start)
		s.Booking.Made = at(t, "2026-07-13 11:00")
		if a := assess(t, withdrawal.WithdrawSession, s, practice, s.Booking.Made); !a.Fee {
			t.Error("no fee at the instant of booking")
		}
	})
	t.Run("W7 the cap is a percentage of the worth", func(t *testing.T) {
		s := filled(t, start)
		s.Booking.Terms.Rate.Amount = session.Pounds(33333).Amount
		s = under(s, func(p *withdrawal.Policy) { p.Fee.CapPercent = session.Pounds(5050).Amount })
		money(t, assess(t, withdrawal.WithdrawSession, s, practice, at(t, "2026-07-13 12:00")).Cap, "£168.33")
	})
	t.Run("W7 a cap of less than half a penny is no right", func(t *testing.T) {
		s := filled(t, start)
		s.Booking.Terms.Rate.Amount = session.Pounds(1).Amount
		s = under(s, func(p *withdrawal.Policy) { p.Fee.CapPercent = session.Pounds(100).Amount })
		if a := assess(t, withdrawal.WithdrawSession, s, practice, at(t, "2026-07-13 12:00")); a.Fee {
			t.Errorf("a fee of at most %s", a.Cap)
		}
	})
}

func TestW8W9TheCallNeverBlocks(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	late := at(t, "2026-07-11 08:00")
	for _, c := range []struct {
		now  time.Time
		call string
	}{{late.Add(-micro), ""}, {late, deskPhone}, {at(t, "2026-07-14 07:59:59.999999"), deskPhone}} {
		a := assess(t, withdrawal.CancelOwnBooking, s, clinician, c.now)
		if !a.Allowed || a.Call != c.call || a.Reason || a.Confirm || a.Fee || a.Route != booking.OwnCancellation {
			t.Errorf("at %s: %+v", c.now, a)
		}
		if !slices.Equal(a.Tell, []withdrawal.Audience{withdrawal.PracticeStaff, withdrawal.RotaManagers}) {
			t.Errorf("told: %v", a.Tell)
		}
		shows := strings.Contains(a.Lines[0], "you must also ring the practice on "+deskPhone)
		if shows != (c.call != "") {
			t.Errorf("line %q", a.Lines[0])
		}
	}
	t.Run("B1 at the practice's request it may cost a fee", func(t *testing.T) {
		if a := assess(t, withdrawal.CancelOwnBooking, s, clinician, at(t, "2026-07-07 23:59")); a.OnRequest || !a.Cap.IsZero() {
			t.Errorf("in time: %+v", a)
		}
		a := assess(t, withdrawal.CancelOwnBooking, s, clinician, late)
		if !a.OnRequest || a.Fee {
			t.Errorf("late: on request %v, fee %v", a.OnRequest, a.Fee)
		}
		money(t, a.Cap, "£630.00")
	})
	t.Run("W9 the hours of the practice's phone", func(t *testing.T) {
		s.Practice.Hours = weekdays(t)
		a := assess(t, withdrawal.CancelOwnBooking, s, clinician, late) // a Saturday
		if !strings.Contains(a.Lines[0], deskPhone+" (open from 09:00 on Mon 13 Jul)") {
			t.Errorf("line %q", a.Lines[0])
		}
		s.Practice.Phone = ""
		if a = assess(t, withdrawal.CancelOwnBooking, s, clinician, late); !strings.Contains(a.Lines[0], "you must also ring the practice, as") {
			t.Errorf("line %q", a.Lines[0])
		}
	})
	t.Run("A1 an offer is declined instead", func(t *testing.T) {
		s.Booking.State = booking.Offered
		a := assess(t, withdrawal.CancelOwnBooking, s, clinician, late)
		e := refused[*session.StateError](t, a.Err(), "wrong_state")
		if e.Kind != session.KindBooking || e.State != "offered" || !strings.HasSuffix(e.Error(), "Decline the offer instead.") {
			t.Errorf("%v", e)
		}
	})
}

func TestW10NothingIsWithdrawnAfterTheStart(t *testing.T) {
	start := at(t, "2026-07-14 08:00")
	for _, c := range []struct {
		q  withdrawal.Question
		s  withdrawal.Situation
		by session.Actor
	}{
		{withdrawal.WithdrawSession, open(t, "2026-07-14 08:00"), practice},
		{withdrawal.WithdrawSession, filled(t, "2026-07-14 08:00"), practice},
		{withdrawal.EndBookingOnly, filled(t, "2026-07-14 08:00"), manager},
		{withdrawal.CancelOwnBooking, filled(t, "2026-07-14 08:00"), clinician},
	} {
		c.s.Provider.RotaPro, c.s.Session.Channel = true, session.Rota
		if a := assess(t, c.q, c.s, c.by, start.Add(-micro)); !a.Allowed {
			t.Errorf("%s one microsecond before: %v", c.q, a.Err())
		}
		for _, now := range []time.Time{start, start.Add(time.Hour)} {
			a := assess(t, c.q, c.s, c.by, now)
			refused[*session.StartedError](t, a.Err(), "session_started")
			if a.Allowed || a.Fee || a.OnRequest || !a.Cap.IsZero() || len(a.Tell) > 0 || a.Call != "" {
				t.Errorf("%s at %s: %+v", c.q, now, a)
			}
		}
	}
	t.Run("S5 the start last agreed counts", func(t *testing.T) {
		s := filled(t, "2026-07-14 08:00")
		s.Session.Terms = terms(at(t, "2026-08-14 08:00"), at(t, "2026-08-14 12:00"))
		s.Booking.Pending = booking.Pending{Terms: s.Session.Terms, Since: at(t, "2026-07-01 09:00"), By: practice}
		refused[*session.StartedError](t, assess(t, withdrawal.WithdrawSession, s, practice, start).Err(), "session_started")
	})
}

func TestW4NobodyElseWithdrawsWhileACaseIsOpen(t *testing.T) {
	s := filled(t, "2026-07-14 08:00")
	s.Session.Case = "k1"
	for _, q := range []withdrawal.Question{withdrawal.WithdrawSession, withdrawal.EndBookingOnly} {
		for _, now := range []string{"2026-07-01 10:00", "2026-07-13 10:00", "2026-07-14 09:00"} {
			e := refused[*session.FrozenError](t, assess(t, q, s, practice, at(t, now)).Err(), "session_frozen")
			a := assess(t, q, s, practice, at(t, now))
			if e.Case != "k1" || a.Fee != (now == "2026-07-13 10:00") || a.Cap.IsZero() == a.Fee {
				t.Errorf("%+v, fee %v up to %s", e, a.Fee, a.Cap)
			}
		}
	}
	a := assess(t, withdrawal.CancelOwnBooking, s, clinician, at(t, "2026-07-01 10:00"))
	if !a.Allowed || a.Case != "k1" || !slices.Contains(a.Tell, withdrawal.SupportTeam) {
		t.Errorf("the clinician: %+v", a)
	}
	u := open(t, "2026-07-14 08:00")
	u.Session.Case = "k1"
	refused[*session.FrozenError](t, assess(t, withdrawal.WithdrawSession, u, practice, at(t, "2026-07-01 10:00")).Err(), "session_frozen")
}

func TestP1WhoMayAsk(t *testing.T) {
	now := at(t, "2026-07-01 10:00")
	questions := []withdrawal.Question{withdrawal.WithdrawSession, withdrawal.EndBookingOnly, withdrawal.CancelOwnBooking}
	for _, c := range []struct {
		by      session.Actor
		allowed [3]bool
	}{
		{practice, [3]bool{true, true, false}},
		{manager, [3]bool{true, true, false}},
		{clinician, [3]bool{false, false, true}},
		{support, [3]bool{}},
		{session.System(), [3]bool{}},
		{partner, [3]bool{}},
		{session.RotaManager("gp-7-person", "leeds"), [3]bool{}},
	} {
		for i, q := range questions {
			a := assess(t, q, filled(t, "2026-07-14 08:00"), c.by, now)
			if a.Allowed != c.allowed[i] {
				t.Errorf("%s by %+v: allowed %v", q, c.by, a.Allowed)
			}
			if !a.Allowed {
				refused[*session.ForbiddenError](t, a.Err(), "forbidden")
			}
		}
		a := assess(t, withdrawal.WithdrawSession, open(t, "2026-07-14 08:00"), c.by, now)
		if a.Allowed != c.by.Capacity.Client() {
			t.Errorf("an open session by %+v: allowed %v", c.by, a.Allowed)
		}
	}
	for q, by := range map[withdrawal.Question]session.Actor{
		withdrawal.WithdrawSession:  session.Practice("ann", "leeds", "elsewhere"),
		withdrawal.EndBookingOnly:   session.RotaManager("mo", "york"),
		withdrawal.CancelOwnBooking: session.Clinician("other", "gp-8"),
	} {
		_, err := withdrawal.Assess(q, filled(t, "2026-07-14 08:00"), by, now)
		refused[*session.NotFoundError](t, err, "not_found")
	}
}

func TestWhatCannotBeAssessed(t *testing.T) {
	now := at(t, "2026-07-01 10:00")
	for _, c := range []struct {
		name string
		q    withdrawal.Question
		set  func(*withdrawal.Situation)
		code string
	}{
		{"no question", 0, func(*withdrawal.Situation) {}, "invalid_field"},
		{"an unknown question", 9, func(*withdrawal.Situation) {}, "invalid_field"},
		{"no calendar", withdrawal.WithdrawSession, func(s *withdrawal.Situation) { s.Practice.Calendar = nil }, "invalid_field"},
		{"no session", withdrawal.WithdrawSession, func(s *withdrawal.Situation) { s.Session = session.Session{} }, "not_found"},
		{"nobody booked", withdrawal.EndBookingOnly, func(s *withdrawal.Situation) { s.Booking = booking.Booking{} }, "not_found"},
		{"another booking", withdrawal.WithdrawSession, func(s *withdrawal.Situation) { s.Booking.ID = "b0" }, "not_found"},
		{"another session's", withdrawal.EndBookingOnly, func(s *withdrawal.Situation) { s.Booking.Session = "s0" }, "not_found"},
		{"an unknown version", withdrawal.EndBookingOnly, func(s *withdrawal.Situation) { s.Booking.Policy = 3 }, "not_found"},
		{"T2 a start that the calendar doesn't know", withdrawal.WithdrawSession, func(s *withdrawal.Situation) {
			s.Booking.Terms = terms(at(t, "2050-07-14 08:00"), at(t, "2050-07-14 12:00"))
		}, "date_out_of_range"},
		{"T2 an engagement that the calendar doesn't know", withdrawal.WithdrawSession, func(s *withdrawal.Situation) {
			s.Booking.EngagementStart = at(t, "2009-07-14 08:00")
		}, "date_out_of_range"},
	} {
		s := filled(t, "2026-07-14 08:00")
		c.set(&s)
		_, err := withdrawal.Assess(c.q, s, practice, now)
		if e := refused[session.Coded](t, err, c.code); e == nil {
			t.Errorf("%s: no error", c.name)
		}
	}
	for _, s := range []withdrawal.Situation{open(t, "2026-07-14 08:00"), filled(t, "2026-07-14 08:00")} {
		_, err := withdrawal.Assess(withdrawal.WithdrawSession, s, practice, at(t, "2009-01-01 00:00"))
		refused[*calendar.RangeError](t, err, "date_out_of_range")
	}
}

func TestWhatIsOverStaysAsItIs(t *testing.T) {
	now := at(t, "2026-07-01 10:00")
	for _, state := range []session.State{session.Withdrawn, session.Completed, session.Expired} {
		s := open(t, "2026-07-14 08:00")
		s.Session.State = state
		e := refused[*session.StateError](t, assess(t, withdrawal.WithdrawSession, s, practice, now).Err(), "wrong_state")
		if e.Kind != session.KindSession || e.State != state.String() || (e.Why != "") != (state == session.Withdrawn) {
			t.Errorf("S3 %s: %v", state, e)
		}
	}
	for _, state := range []booking.State{booking.Cancelled, booking.Completed, booking.NoShow} {
		s := filled(t, "2026-07-14 08:00")
		s.Booking.State = state
		for q, by := range map[withdrawal.Question]session.Actor{
			withdrawal.WithdrawSession: practice, withdrawal.EndBookingOnly: practice, withdrawal.CancelOwnBooking: clinician,
		} {
			a := assess(t, q, s, by, at(t, "2026-07-13 10:00"))
			e := refused[*session.StateError](t, a.Err(), "wrong_state")
			if e.Kind != session.KindBooking || e.State != state.String() || a.Fee || a.OnRequest || !a.Cap.IsZero() {
				t.Errorf("%s %s: %v", q, state, e)
			}
		}
	}
}

func TestW11EachPartOfThePolicyAtItsOwnTime(t *testing.T) {
	now := at(t, "2026-07-13 12:00")
	s := filled(t, "2026-07-14 08:00")
	v1, v2 := withdrawal.Default(), withdrawal.Default()
	v1.Version, v1.ValidFrom = 1, at(t, "2026-01-01 00:00")
	v1.Withdraw.Notice.Amount, v1.Cancel.Call.Amount = 1, 2
	v2.Version, v2.ValidFrom = 2, at(t, "2026-07-01 00:00")
	s.Policies = withdrawal.Policies{v2, v1}
	for _, c := range []struct {
		booked  int
		allowed bool
		call    string
	}{{0, false, deskPhone}, {1, true, ""}, {2, false, deskPhone}} {
		s.Booking.Policy = c.booked
		a := assess(t, withdrawal.WithdrawSession, s, practice, now)
		if a.Allowed != c.allowed || a.Policy != c.booked {
			t.Errorf("W11 booked under %d: allowed %v by version %d", c.booked, a.Allowed, a.Policy)
		}
		if a = assess(t, withdrawal.CancelOwnBooking, s, clinician, now); a.Call != c.call {
			t.Errorf("W11 booked under %d: call %q", c.booked, a.Call)
		}
	}
	u := open(t, "2026-07-14 08:00")
	u.Policies = s.Policies
	for when, want := range map[string]int{"2025-12-31 23:59": 0, "2026-06-30 23:59": 1, "2026-07-01 00:00": 2} {
		if a := assess(t, withdrawal.WithdrawSession, u, practice, at(t, when)); a.Policy != want {
			t.Errorf("W11 unfilled at %s: version %d, want %d", when, a.Policy, want)
		}
	}
	t.Run("W11 holidays are those at the act", func(t *testing.T) {
		s := filled(t, "2026-07-14 08:00")
		day := calendar.MustDate(2026, time.July, 10)
		proclaimed, err := s.Practice.Calendar.With([]calendar.Holiday{{Date: day, Name: "Proclaimed"}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a := assess(t, withdrawal.WithdrawSession, s, practice, at(t, "2026-07-07 12:00")); a.Fee {
			t.Error("a fee without the holiday")
		}
		s.Practice.Calendar = proclaimed
		if a := assess(t, withdrawal.WithdrawSession, s, practice, at(t, "2026-07-07 12:00")); !a.Fee {
			t.Error("no fee with the holiday")
		}
	})
}

func TestTheDigestCoversWhatWasShownAndNothingElse(t *testing.T) {
	now := at(t, "2026-07-01 10:00")
	base := filled(t, "2026-07-14 08:00")
	of := func(q withdrawal.Question, set func(*withdrawal.Situation), by session.Actor, now time.Time) string {
		s := filled(t, "2026-07-14 08:00")
		set(&s)
		return assess(t, q, s, by, now).Shown
	}
	shown := assess(t, withdrawal.WithdrawSession, base, practice, now).Shown
	for name, set := range map[string]func(*withdrawal.Situation){
		"versions":      func(s *withdrawal.Situation) { s.Session.Version, s.Booking.Version, s.Diary.Version = 40, 41, 42 },
		"instructions":  func(s *withdrawal.Situation) { s.Booking.Terms.Instructions = "Ring the bell." },
		"the zone":      func(s *withdrawal.Situation) { s.Booking.Terms.Span.Start = s.Booking.Terms.Span.Start.Local() },
		"support hours": func(s *withdrawal.Situation) { s.Support.Hours = calendar.Hours{} },
	} {
		if of(withdrawal.WithdrawSession, set, practice, now) != shown {
			t.Errorf("%s changes the digest", name)
		}
	}
	if of(withdrawal.WithdrawSession, func(*withdrawal.Situation) {}, manager, now.Add(time.Hour)) != shown {
		t.Error("the instant or the asker changes the digest")
	}
	for name, set := range map[string]func(*withdrawal.Situation){
		"the session":       func(s *withdrawal.Situation) { s.Session.ID, s.Booking.Session = "s2", "s2" },
		"the booking":       func(s *withdrawal.Situation) { s.Session.Booking, s.Booking.ID = "b2", "b2" },
		"the booking state": func(s *withdrawal.Situation) { s.Booking.State = booking.Offered },
		"the start": func(s *withdrawal.Situation) {
			s.Booking.Terms.Span.Start = s.Booking.Terms.Span.Start.Add(time.Minute)
		},
		"the end":    func(s *withdrawal.Situation) { s.Booking.Terms.Span.End = s.Booking.Terms.Span.End.Add(time.Minute) },
		"the worth":  func(s *withdrawal.Situation) { s.Booking.Terms.Rate.Amount = session.Pounds(60000).Amount },
		"the policy": func(s *withdrawal.Situation) { *s = under(*s, func(*withdrawal.Policy) {}) },
		"a case":     func(s *withdrawal.Situation) { s.Session.Case = "k1" },
	} {
		if of(withdrawal.WithdrawSession, set, practice, now) == shown {
			t.Errorf("%s does not change the digest", name)
		}
	}
	if of(withdrawal.EndBookingOnly, func(*withdrawal.Situation) {}, practice, now) == shown {
		t.Error("the question does not change the digest")
	}
	fee, midnight := at(t, "2026-07-07 23:59:59.999999"), at(t, "2026-07-08 00:00")
	if assess(t, withdrawal.WithdrawSession, base, practice, fee).Shown == assess(t, withdrawal.WithdrawSession, base, practice, midnight).Shown {
		t.Error("midnight does not change the digest")
	}
	pro := filled(t, "2026-07-14 08:00")
	pro.Provider.RotaPro, pro.Session.Channel = true, session.Rota
	if assess(t, withdrawal.WithdrawSession, pro, practice, fee).Shown == assess(t, withdrawal.WithdrawSession, pro, practice, midnight).Shown {
		t.Error("route and fee do not change the digest")
	}
	call := at(t, "2026-07-11 08:00")
	if assess(t, withdrawal.CancelOwnBooking, base, clinician, call.Add(-micro)).Shown == assess(t, withdrawal.CancelOwnBooking, base, clinician, call).Shown {
		t.Error("the call does not change the digest")
	}
}

func TestAssessmentsReadWithoutMoreLogic(t *testing.T) {
	easter := filled(t, "2026-04-09 09:00")
	for _, c := range []struct {
		name  string
		q     withdrawal.Question
		s     withdrawal.Situation
		by    session.Actor
		now   string
		lines []string
	}{
		{"in time", withdrawal.WithdrawSession, easter, practice, "2026-03-30 10:00", []string{
			"Thu 9 Apr 2026: you can withdraw this yourself until the end of Thu 2 Apr; no fee until the end of Tue 31 Mar; " +
				"after that call 0203 555 0100 (open until 17:30 today) or write to support@platform.example.",
			"You have to give a reason, which is shared with the clinician: they are told that it is no longer going ahead, and why.",
			"Please make every effort to withdraw as soon as you can, with at least 7 days to go before the start.",
		}},
		{"in time, with a fee", withdrawal.EndBookingOnly, easter, practice, "2026-04-02 20:00", []string{
			"Thu 9 Apr 2026: you can end this booking yourself until the end of Thu 2 Apr; the clinician may charge a fee of up " +
				"to £630.00 (none until the end of Tue 31 Mar); after that call 0203 555 0100 " +
				"(open from 09:00 on Tue 7 Apr) or write to support@platform.example.",
			"You have to give a reason, which is shared with the clinician: they are told that they are no longer booked, and why.",
			"A short-notice cancellation fee is payable to the clinician, and is to be agreed between you and them: none is due " +
				"unless you both agree.",
			"Please make every effort to withdraw as soon as you can, with at least 7 days to go before the start.",
			"The session opens again, and others can apply.",
		}},
		{"too late", withdrawal.WithdrawSession, easter, practice, "2026-04-07 10:00", []string{
			"Thu 9 Apr 2026: you could withdraw this yourself until the end of Thu 2 Apr; the clinician may charge a fee of up " +
				"to £630.00 (none until the end of Tue 31 Mar); now call 0203 555 0100 (open until 17:30 today).",
			"Have ready, or write: the session's number (#401123), the practice's name, the session's date, and your reason for " +
				"withdrawing, which is shared with the clinician.",
			"A short-notice cancellation fee is payable to the clinician, and is to be agreed between you and them: none is due " +
				"unless you both agree.",
			"Please make every effort to withdraw as soon as you can, with at least 7 days to go before the start.",
		}},
		{"unfilled", withdrawal.WithdrawSession, open(t, "2026-04-09 09:00"), practice, "2026-04-07 10:00", []string{
			"Thu 9 Apr 2026: nobody is booked, and you can withdraw this yourself until 09:00 on Thu 9 Apr.",
			"All whose applications are pending will be told that it is no longer available.",
			"If you withdraw in error you will have to post it again, under a new #401 reference.",
		}},
		{"a clinician in time", withdrawal.CancelOwnBooking, easter, clinician, "2026-03-30 10:00", []string{
			"Thu 9 Apr 2026: you can cancel this until 09:00 on Thu 9 Apr; from 09:00 on Mon 6 Apr on you would have to ring the " +
				"practice as well.",
			"The practice and its rota managers are told; you may give a reason, which is shared with them.",
			"The session opens again, and others can apply.",
		}},
		{"refused", withdrawal.WithdrawSession, easter, practice, "2026-04-09 09:00", []string{
			"Session #401123 has started, so you can't withdraw it any more.",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := assess(t, c.q, c.s, c.by, at(t, c.now))
			if a.Title != "Session #401123 on Thu 9 Apr 2026, 09:00–17:00" {
				t.Errorf("title %q", a.Title)
			}
			if diff := cmp.Diff(c.lines, a.Lines); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWordsForTheOtherWays(t *testing.T) {
	s := filled(t, "2026-04-09 09:00")
	s.Provider.RotaPro, s.Session.Channel = true, session.Rota
	first := func(q withdrawal.Question, by session.Actor, now string) string {
		return assess(t, q, s, by, at(t, now)).Lines[0]
	}
	if got := first(withdrawal.WithdrawSession, practice, "2026-03-30 10:00"); !strings.HasSuffix(got, "; after that with Rota Pro until 09:00 on Thu 9 Apr.") {
		t.Errorf("%q", got)
	}
	if got := first(withdrawal.WithdrawSession, practice, "2026-04-08 10:00"); !strings.Contains(got, "with Rota Pro you can withdraw this yourself until 09:00 on Thu 9 Apr; the clinician may") {
		t.Errorf("%q", got)
	}
	s.Session.Terms = terms(at(t, "2026-05-09 10:00"), at(t, "2026-05-09 12:00"))
	s.Booking.Pending = booking.Pending{Terms: s.Session.Terms, Since: at(t, "2026-03-20 09:00"), By: practice}
	a := assess(t, withdrawal.EndBookingOnly, s, practice, at(t, "2026-03-30 10:00"))
	if got := a.Lines[len(a.Lines)-1]; got != "The session opens again as you last changed it, starting 10:00 on Sat 9 May 2026, and others can apply." {
		t.Errorf("S5 %q", got)
	}
	s.Session.Case = "k1"
	a = assess(t, withdrawal.CancelOwnBooking, s, clinician, at(t, "2026-04-08 10:00"))
	if text := strings.Join(a.Lines, "\n"); !strings.Contains(text, "so it is withdrawn when you cancel") ||
		!strings.Contains(text, "say so: then you may charge it a fee of up to £630.00") {
		t.Errorf("%q", text)
	}
	s.Session.Case = ""
	s = under(s, func(p *withdrawal.Policy) { p.Cancel.Call = calendar.Notice{Amount: 3, Unit: calendar.CalendarDays} })
	if got := first(withdrawal.CancelOwnBooking, clinician, "2026-03-30 10:00"); !strings.Contains(got, "; after the end of Mon 6 Apr you would") {
		t.Errorf("%q", got)
	}
}

func TestCutOffsComeInTheOrderOfTime(t *testing.T) {
	s := filled(t, "2026-04-09 09:00")
	names := func(q withdrawal.Question, by session.Actor) (all []string) {
		a := assess(t, q, s, by, at(t, "2026-04-01 10:00"))
		for i, l := range a.CutOffs {
			all = append(all, l.Name)
			if i > 0 && l.CutOff.At.Before(a.CutOffs[i-1].CutOff.At) {
				t.Errorf("%s comes too early", l.Name)
			}
			if l.Passed != l.CutOff.Late(a.At) || l.Words == "" {
				t.Errorf("%+v", l)
			}
		}
		return all
	}
	if got := names(withdrawal.WithdrawSession, practice); !slices.Equal(got, []string{"fee", "withdraw", "start"}) {
		t.Error(got)
	}
	if got := names(withdrawal.CancelOwnBooking, clinician); !slices.Equal(got, []string{"fee", "call", "start"}) {
		t.Error(got)
	}
	if _, ok := (withdrawal.Assessment{}).Limit("fee"); ok {
		t.Error("an assessment without limits has one")
	}
}

func TestAssessmentsSurviveJSON(t *testing.T) {
	for _, now := range []string{"2026-07-01 10:00", "2026-07-13 10:00", "2026-07-14 10:00"} {
		for q, by := range map[withdrawal.Question]session.Actor{withdrawal.WithdrawSession: practice, withdrawal.EndBookingOnly: manager, withdrawal.CancelOwnBooking: clinician} {
			a := assess(t, q, filled(t, "2026-07-14 08:00"), by, at(t, now))
			raw, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			var back withdrawal.Assessment
			if err := json.Unmarshal(raw, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(a, back, exact); diff != "" {
				t.Errorf("(-made +read):\n%s", diff)
			}
			if e := a.Err(); e != nil && back.Err().Error() != e.Error() {
				t.Errorf("%v became %v", e, back.Err())
			}
		}
	}
}
