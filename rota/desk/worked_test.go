package desk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// The worked cases at the end of the rules, to the microsecond, through the desk. Each withdraws, or cancels, a booking
// of Ada's at an instant; what is asked first, what is then done, and what a refusal says, have to agree.
type workedCase struct {
	name     string
	division calendar.Division
	// start is the session's, local; it lasts eight hours.
	start string
	// at is when it is withdrawn by the practice, or cancelled by the clinician.
	at     string
	cancel bool
	// refused says that the practice can't do it itself; fee, that the clinician may charge one; days, how many business
	// days of notice there are (none said: not asked); call, that the clinician must ring.
	refused, fee bool
	days         int
	call         bool
}

var workedCases = []workedCase{
	{name: "1 W2 W6 the last microsecond of 7 July in London", start: "2026-07-14 08:00", at: "2026-07-07T22:59:59.999999Z", days: 5},
	{name: "1 W3 W6 8 July in London, still 7 July in UTC", start: "2026-07-14 08:00", at: "2026-07-07T23:00:00Z", refused: true, fee: true, days: 4},
	{name: "2 T1 W6 13 July is a holiday in Northern Ireland", division: calendar.NorthernIreland, start: "2026-07-14 08:00", at: "2026-07-07T09:00:00Z", fee: true, days: 4},
	{name: "3 W6 over Easter", start: "2026-04-09 08:00", at: "2026-04-02T11:00:00Z", fee: true, days: 3},
	{name: "3 W6 a day earlier, England and Wales", start: "2026-04-09 08:00", at: "2026-04-01T11:00:00Z", fee: true, days: 4},
	{name: "3 T1 W6 a day earlier, Scotland has no Easter Monday", division: calendar.Scotland, start: "2026-04-09 08:00", at: "2026-04-01T11:00:00Z", days: 5},
	{name: "4 W3 W6 a Saturday, 5 business days but not 7 days", start: "2026-04-18 08:00", at: "2026-04-13T22:59:00Z", refused: true, days: 5},
	{name: "4 W3 W6 a Saturday, from Tuesday", start: "2026-04-18 08:00", at: "2026-04-13T23:00:00Z", refused: true, fee: true, days: 4},
	{name: "5 W9 exactly 72 hours, over a clock change", start: "2026-03-30 09:00", at: "2026-03-27T08:00:00Z", cancel: true, call: true},
	{name: "5 W9 one microsecond more than 72 hours", start: "2026-03-30 09:00", at: "2026-03-27T07:59:59.999999Z", cancel: true},
	{name: "5 W9 72.5 hours, over the other clock change", start: "2026-10-26 09:00", at: "2026-10-23T08:30:00Z", cancel: true},
	{name: "6 T4 W2 overnight, by the date of its start", start: "2026-07-20 22:00", at: "2026-07-13T22:59:00Z", days: 5},
	{name: "6 T4 W3 overnight, from midnight", start: "2026-07-20 22:00", at: "2026-07-13T23:00:00Z", refused: true, fee: true, days: 4},
}

// localTime reads "2026-07-14 08:00".
func localTime(t testing.TB, s string) calendar.Local {
	t.Helper()
	day, hour, _ := strings.Cut(s, " ")
	d, err := calendar.ParseDate(day)
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.ParseClock(hour)
	if err != nil {
		t.Fatal(err)
	}
	return calendar.Local{Date: d, Clock: c}
}

// workedStage is a stage whose practice in Leeds is in a division, and Ada's booking of a session of eight hours.
func (w workedCase) stage(t *testing.T) (*stage, rota.Booked) {
	t.Helper()
	st := newStage(t)
	if w.division != 0 {
		cal, err := calendar.UK(w.division)
		if err != nil {
			t.Fatal(err)
		}
		st.dir.AddPractice(session.PracticeFacts{
			ID: "leeds", Provider: "north", Name: "Leeds Surgery", Calendar: cal, Phone: "01632 960001",
		}, notify.Person{ID: "p-leeds"})
	}
	st.at("2026-02-02T12:00:00Z")
	start := localTime(t, w.start)
	end := start
	end.Clock = calendar.MustClock((start.Clock.Hour()+8)%24, 0)
	if start.Clock.Hour()+8 >= 24 {
		end.Date = end.Date.AddDays(1)
	}
	b := st.books(func(c *session.Post) { c.Start, c.End = start, end })
	st.at(w.at)
	return st, b
}

func TestWorkedCases(t *testing.T) {
	for _, w := range workedCases {
		t.Run(w.name, func(t *testing.T) {
			st, b := w.stage(t)
			if w.cancel {
				w.cancelled(t, st, b)
				return
			}
			w.withdrawn(t, st, b)
		})
	}
	t.Run("7 W1 A7 a withdrawal races an application that commits first", raced)
	t.Run("8 S5 W2 W6 W7 judged against the terms last agreed", moved)
	t.Run("9 W4 W6 W10 urgent, and actioned after the start", actionedLate)
	t.Run("9 W4 W1 W8 the clinician cancels while the case is open", cancelledMeanwhile)
}

func (w workedCase) withdrawn(t *testing.T, st *stage, b rota.Booked) {
	a := must[withdrawal.Assessment](t)(st.desk.AssessWithdrawal(t.Context(), byLeeds, b.Session.ID))
	if a.Allowed == w.refused || a.Fee != w.fee {
		t.Fatalf("allowed %v, fee %v: %q", a.Allowed, a.Fee, a.Lines)
	}
	if got := w.businessDays(t, st); got != w.days {
		t.Errorf("%d business days, want %d", got, w.days)
	}
	before := st.dump()
	out, err := st.desk.Withdraw(t.Context(), withdrawal.Withdraw{
		Command: st.do(byLeeds), Session: b.Session.ID, Shown: a.Shown, Reason: "The partners are back.",
	})
	if w.refused {
		short := (*withdrawal.NoticeError)(nil)
		if !errors.As(err, &short) || short.Way.IsZero() || !st.clock().After(short.CutOff.At) && !st.clock().Equal(short.CutOff.At) {
			t.Fatalf("%T %v", err, err)
		}
		st.untouched(t, before)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	e := out.Booking.Ending
	if out.Session.State != session.Withdrawn || e.Route != booking.SelfService || e.Cause != booking.ByClient ||
		e.Fee != w.fee || (out.Fee.Version > 0) != w.fee || e.Late {
		t.Errorf("session %s, ending %+v, fee %+v", out.Session.State, e, out.Fee)
	}
	if w.fee && !out.Fee.Cap.Equal(b.Booking.Terms.Worth()) {
		t.Errorf("the fee is at most %s, the session worth %s", out.Fee.Cap, b.Booking.Terms.Worth())
	}
}

// businessDays is the notice there is, in business days.
func (w workedCase) businessDays(t *testing.T, st *stage) int {
	t.Helper()
	division := w.division
	if division == 0 {
		division = calendar.EnglandAndWales
	}
	cal := must[*calendar.Calendar](t)(calendar.UK(division))
	start := must[time.Time](t)(cal.Resolve(localTime(t, w.start)))
	return must[int](t)(cal.Given(calendar.Notice{Amount: 5, Unit: calendar.BusinessDays}, st.clock(), start))
}

func (w workedCase) cancelled(t *testing.T, st *stage, b rota.Booked) {
	a := must[withdrawal.Assessment](t)(st.desk.AssessCancellation(t.Context(), byAda, b.Booking.ID))
	if !a.Allowed || (a.Call != "") != w.call {
		t.Fatalf("allowed %v, call %q: %q", a.Allowed, a.Call, a.Lines)
	}
	out := must[withdrawal.Cancelled](t)(st.desk.CancelBooking(t.Context(), withdrawal.CancelBooking{
		Command: st.do(byAda), Booking: b.Booking.ID, Shown: a.Shown,
	}))
	if out.Session.State != session.Open || out.Booking.Call.Open() != w.call || out.Booking.Ending.Late != w.call {
		t.Errorf("session %s, call %+v, ending %+v", out.Session.State, out.Booking.Call, out.Booking.Ending)
	}
	if w.call && out.Booking.Call.Phone != "01632 960001" {
		t.Errorf("the number to ring is %q", out.Booking.Call.Phone)
	}
}

func raced(t *testing.T) {
	st := newStage(t)
	s := st.posts(func(c *session.Post) { c.Choosing = session.FirstCome })
	shown := st.withdrawal(byLeeds, s.ID)
	st.applies(byAda, s)
	before := st.dump()
	_, err := st.desk.Withdraw(t.Context(), withdrawal.Withdraw{
		Command: st.do(byLeeds), Session: s.ID, Shown: shown, Confirmed: true,
	})
	stale := (*withdrawal.StaleError)(nil)
	if !errors.As(err, &stale) || stale.Now.State != session.Filled {
		t.Fatalf("%T %v", err, err)
	}
	st.untouched(t, before)
	after := must[session.Session](t)(st.desk.Session(t.Context(), byLeeds, s.ID))
	b := must[booking.Booking](t)(st.desk.Booking(t.Context(), byAda, after.Booking))
	if after.State != session.Filled || b.State != booking.Confirmed {
		t.Errorf("the session is %s, the booking %s", after.State, b.State)
	}
	for _, e := range st.events(s.ID) {
		if e.Kind == withdrawal.EventWithdrawn {
			t.Errorf("%s stands in the record", e.Key())
		}
	}
}

func moved(t *testing.T) {
	st := newStage(t)
	b := st.books()
	worth := b.Booking.Terms.Worth()
	st.at("2026-07-13T09:00:00Z")
	to := func(clock string) calendar.Local { return localTime(t, "2026-08-14 "+clock) }
	changed := must[rota.Changed](t)(st.desk.Change(t.Context(), rota.Change{
		Command: st.do(byLeeds), Session: b.Session.ID, Start: to("08:00"), End: to("12:00"),
	}))
	if changed.Booking.Pending.IsZero() || changed.Session.Terms.Worth().Equal(worth) {
		t.Fatalf("nothing waits for Ada: %+v", changed.Booking)
	}
	a := must[withdrawal.Assessment](t)(st.desk.AssessWithdrawal(t.Context(), byLeeds, b.Session.ID))
	if a.Allowed || a.Refusal != "short_notice" || !a.Fee || !a.Cap.Equal(worth) || !a.Terms.Equal(b.Booking.Terms) {
		t.Errorf("allowed %v (%s), fee %v up to %s, want %s", a.Allowed, a.Refusal, a.Fee, a.Cap, worth)
	}
	before := st.dump()
	_, err := st.desk.Withdraw(t.Context(), withdrawal.Withdraw{
		Command: st.do(byLeeds), Session: b.Session.ID, Shown: a.Shown, Reason: "No longer needed.",
	})
	if short := (*withdrawal.NoticeError)(nil); !errors.As(err, &short) {
		t.Errorf("%T %v", err, err)
	}
	st.untouched(t, before)
}

// urgentCase is the ninth case: a session of Tue 14 July, 08:00, and an email of Mon 13 July, 20:00.
func urgentCase(t *testing.T) (*stage, rota.Booked, withdrawal.Case) {
	st := newStage(t)
	st.dir.SetSupport(session.SupportFacts{
		Phone: "01632 960999", Email: "support@example.org",
		Hours: calendar.Hours{Windows: []calendar.Window{{
			Days: calendar.WeekdaysOf(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday),
			From: calendar.MustClock(9, 0), To: calendar.MustClock(17, 30),
		}}},
	}, notify.Person{ID: "p-support"})
	b := st.books()
	st.at("2026-07-13T19:00:00Z") // 20:00 in Leeds
	c := must[withdrawal.Case](t)(st.desk.OpenCase(t.Context(), st.caseOf(b)))
	if !c.Urgent || !c.Target.Equal(instant("2026-07-14T08:00:00Z")) || !c.Received.Equal(instant("2026-07-13T19:00:00Z")) {
		t.Fatalf("the case is %+v", c)
	}
	return st, b, c
}

func actionedLate(t *testing.T) {
	st, b, c := urgentCase(t)
	st.at("2026-07-14T08:05:00Z") // 09:05 in Leeds
	_, err := st.desk.RecordNoShow(t.Context(), booking.RecordNoShow{Command: st.do(byLeeds), Booking: b.Booking.ID, Reason: "Nobody came."})
	if frozen := (*session.FrozenError)(nil); !errors.As(err, &frozen) {
		t.Errorf("a no-show while the case is open: %T %v", err, err)
	}
	out := must[withdrawal.Withdrawn](t)(st.desk.ActionCase(t.Context(), withdrawal.ActionCase{Command: st.do(bySupport), Case: c.ID}))
	e := out.Booking.Ending
	if out.Session.State != session.Withdrawn || out.Booking.State != booking.Cancelled || !e.Late || !e.Fee ||
		e.Route != booking.SupportCase || !e.At.Equal(c.Received) || !e.Recorded.Equal(st.clock()) ||
		!out.Fee.Cap.Equal(b.Booking.Terms.Worth()) {
		t.Errorf("session %s, booking %s, ending %+v, fee %+v", out.Session.State, out.Booking.State, e, out.Fee)
	}
	late := false
	for _, event := range st.events(b.Session.ID) {
		late = late || event.Kind == withdrawal.EventWithdrawn && event.Facts["withdrawn_late"] == "true"
		if event.Kind == booking.EventNoShow {
			t.Errorf("%s stands in the record", event.Key())
		}
	}
	if !late {
		t.Error("the record doesn't say that it was withdrawn late")
	}
	_, err = st.desk.RecordNoShow(t.Context(), booking.RecordNoShow{Command: st.do(byLeeds), Booking: b.Booking.ID, Reason: "Nobody came."})
	if wrong := (*session.StateError)(nil); !errors.As(err, &wrong) {
		t.Errorf("a no-show of what was withdrawn late: %T %v", err, err)
	}
}

func cancelledMeanwhile(t *testing.T) {
	st, b, c := urgentCase(t)
	st.at("2026-07-13T20:00:00Z") // 21:00 in Leeds
	out := must[withdrawal.Cancelled](t)(st.desk.CancelBooking(t.Context(), withdrawal.CancelBooking{
		Command: st.do(byAda), Booking: b.Booking.ID, Shown: st.cancellation(byAda, b.Booking.ID),
	}))
	if out.Session.State != session.Withdrawn || out.Booking.Ending.Fee || out.Fee.Version != 0 ||
		out.Case.State != withdrawal.CaseActioned {
		t.Errorf("session %s, ending %+v, case %s", out.Session.State, out.Booking.Ending, out.Case.State)
	}
	closed := must[withdrawal.Case](t)(st.desk.Case(t.Context(), bySupport, c.ID))
	if closed.State != withdrawal.CaseActioned {
		t.Errorf("the case is %s", closed.State)
	}
	for _, e := range st.events(b.Session.ID) {
		if e.To == session.Open.String() && e.From == session.Filled.String() {
			t.Errorf("it was open again: %s", e.Key())
		}
	}
	if _, err := st.desk.Apply(t.Context(), rota.Apply{Command: st.do(byBen), Session: b.Session.ID}); err == nil {
		t.Error("somebody could apply for it")
	}
}
