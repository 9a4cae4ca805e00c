package withdrawal_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

const (
	supportPhone = "0203 555 0100"
	supportEmail = "support@platform.example"
	deskPhone    = "0113 555 0199"
)

var (
	practice  = session.Practice("ann", "leeds", "park-row")
	manager   = session.RotaManager("mo", "leeds")
	clinician = session.Clinician("gp-7-person", "gp-7")
	support   = session.Support("sam")
	// partner is the booked clinician as a person, who also acts for the practice.
	partner = session.Practice("gp-7-person", "leeds", "park-row")
)

func uk(t testing.TB, d calendar.Division) *calendar.Calendar {
	t.Helper()
	c, err := calendar.UK(d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at reads an instant: RFC 3339, or a local time in London such as "2026-07-14 08:00".
func at(t testing.TB, s string) time.Time {
	t.Helper()
	if parsed, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return parsed
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := time.ParseInLocation("2006-01-02 15:04:05.999999", s, london)
	if err != nil {
		parsed, err = time.ParseInLocation("2006-01-02 15:04", s, london)
	}
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func terms(start, end time.Time) session.Terms {
	return session.Terms{
		Role: "GP", Span: calendar.Span{Start: start.UTC(), End: end.UTC()}, Place: "Room 2",
		Rate: session.Rate{Amount: decimal.NewFromInt(630), Currency: session.GBP, Per: session.PerSession},
	}
}

// open is the situation of an open session on the marketplace, in Leeds.
func open(t testing.TB, start string) withdrawal.Situation {
	t.Helper()
	from := at(t, start)
	return withdrawal.Situation{
		Session: session.Session{
			ID: "s1", Version: 4, Reference: "#401123", Provider: "leeds", Practice: "park-row", State: session.Open,
			Terms: terms(from, from.Add(8*time.Hour)), Channel: session.Marketplace, Choosing: session.Review,
			EngagementStart: from.UTC(), Round: 2, Created: from.AddDate(0, -2, 0).UTC(),
		},
		Practice: session.PracticeFacts{
			ID: "park-row", Provider: "leeds", Name: "Park Row  Surgery", Phone: deskPhone,
			Calendar: uk(t, calendar.EnglandAndWales),
		},
		Provider: session.ProviderFacts{ID: "leeds"},
		Support:  session.SupportFacts{Phone: supportPhone, Email: supportEmail, Hours: weekdays(t)},
	}
}

func weekdays(t testing.TB) calendar.Hours {
	t.Helper()
	return calendar.Hours{
		Windows: []calendar.Window{{
			Days: weekday(t), From: calendar.MustClock(9, 0), To: calendar.MustClock(17, 30),
		}},
		Closed: calendar.Closures{AllHolidays: true},
	}
}

// filled is the same session, booked two months ahead under the built-in policy.
func filled(t testing.TB, start string) withdrawal.Situation {
	t.Helper()
	s := open(t, start)
	s.Session.State, s.Session.Booking, s.Session.Round = session.Filled, "b1", 3
	s.Booking = booking.Booking{
		ID: "b1", Version: 2, Session: "s1", Reference: "#401123", Provider: "leeds", Practice: "park-row",
		Clinician: "gp-7", Person: "gp-7-person", State: booking.Confirmed, Terms: s.Session.Terms,
		EngagementStart: s.Session.EngagementStart, Application: "a1", Channel: s.Session.Channel,
		Made: s.Session.Created,
	}
	s.Diary = booking.Diary{Clinician: "gp-7", Version: 9, Entries: []booking.Entry{s.Booking.Entry()}}
	return s
}

func assess(
	t testing.TB, q withdrawal.Question, s withdrawal.Situation, by session.Actor, now time.Time,
) withdrawal.Assessment {
	t.Helper()
	a, err := withdrawal.Assess(q, s, by, now)
	if err != nil {
		t.Fatalf("Assess: %v", err)
	}
	return a
}

func withdraw(
	t testing.TB, s withdrawal.Situation, by session.Actor, now time.Time,
) (withdrawal.Withdrawn, session.Decision, error) {
	t.Helper()
	c := withdrawal.Withdraw{
		Command: session.Do("c1", by), Session: s.Session.ID, Confirmed: true, Reason: "The vaccines did not arrive.",
		Shown: assess(t, withdrawal.WithdrawSession, s, by, now).Shown,
	}
	valid(t, c)
	return c.Decide(s, now)
}

func endBooking(
	t testing.TB, s withdrawal.Situation, by session.Actor, now time.Time,
) (withdrawal.Cancelled, session.Decision, error) {
	t.Helper()
	c := withdrawal.EndBooking{
		Command: session.Do("c1", by), Booking: s.Booking.ID, Reason: "Somebody else is needed.",
		Shown: assess(t, withdrawal.EndBookingOnly, s, by, now).Shown,
	}
	valid(t, c)
	return c.Decide(s, now)
}

func cancel(
	t testing.TB, s withdrawal.Situation, now time.Time, atRequest bool,
) (withdrawal.Cancelled, session.Decision, error) {
	t.Helper()
	c := withdrawal.CancelBooking{
		Command: session.Do("c1", clinician), Booking: s.Booking.ID, AtRequest: atRequest,
		Shown: assess(t, withdrawal.CancelOwnBooking, s, clinician, now).Shown,
	}
	valid(t, c)
	return c.Decide(s, now)
}

// openCase opens a case for the situation, and returns what is then.
func openCase(t testing.TB, s withdrawal.Situation, by session.Actor, received, now time.Time) withdrawal.Situation {
	t.Helper()
	c := caseFor(t, s, by, received)
	valid(t, c)
	opened, d, err := c.Decide(s, now)
	if err != nil {
		t.Fatalf("OpenCase: %v", err)
	}
	s.Case = opened
	s.Session = record[session.Session](t, d)
	return s
}

func caseFor(t testing.TB, s withdrawal.Situation, by session.Actor, received time.Time) withdrawal.OpenCase {
	t.Helper()
	date, err := s.Practice.Calendar.DateOf(s.Booking.Terms.Span.Start)
	if err != nil {
		t.Fatal(err)
	}
	c := withdrawal.OpenCase{
		Command: session.Do("open-case", by), Reference: s.Session.Reference, PracticeName: "park row surgery",
		Date: date, Reason: "The vaccines did not arrive.", Via: withdrawal.ByForm,
	}
	if by.Capacity == session.AsSupport {
		c.Via, c.Received = withdrawal.ByEmail, received
	}
	return c
}

type validator interface{ Validate() error }

func valid(t testing.TB, c validator) {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatalf("%T is not valid: %v", c, err)
	}
}

// record is the one record of a type that a decision writes.
func record[R session.Record](t testing.TB, d session.Decision) R {
	t.Helper()
	var found []R
	for _, r := range d.Records {
		if v, ok := r.(R); ok {
			found = append(found, v)
		}
	}
	if len(found) != 1 {
		var none R
		t.Fatalf("the decision writes %d of %T, want 1", len(found), none)
	}
	return found[0]
}

func event(t testing.TB, d session.Decision, kind session.EventKind) session.Event {
	t.Helper()
	for _, e := range d.Events {
		if e.Kind == kind {
			return e
		}
	}
	t.Fatalf("no event %s among %v", kind, kinds(d))
	return session.Event{}
}

func kinds(d session.Decision) []string {
	all := make([]string, len(d.Events))
	for i, e := range d.Events {
		all[i] = string(e.Kind)
	}
	return all
}

// told checks the kinds of a decision's events, and that each change has its event and each event its change (N4).
func told(t testing.TB, d session.Decision, want ...session.EventKind) {
	t.Helper()
	names := make([]string, len(want))
	for i, k := range want {
		names[i] = string(k)
	}
	if diff := cmp.Diff(names, kinds(d)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	type version struct {
		session.Subject
		n int64
	}
	written, spoken, pointed := map[version]bool{}, map[version]bool{}, map[session.TextID]bool{}
	for _, r := range d.Records {
		written[version{r.Subject(), r.Revision()}] = true
	}
	for _, e := range d.Events {
		spoken[version{e.Subject, e.Version}] = true
		pointed[e.Reason] = true
	}
	for v := range written {
		if v.Kind != session.KindDiary && !spoken[v] {
			t.Errorf("%s changes without an event", v.Subject)
		}
	}
	for v := range spoken {
		if !written[v] {
			t.Errorf("an event tells of %s at version %d, which is not written", v.Subject, v.n)
		}
	}
	for _, text := range d.Texts {
		if !pointed[text.ID] {
			t.Errorf("no event points to the text %q", text.Body)
		}
	}
}

// facts checks some of an event's facts; a blank one must be absent.
func facts(t testing.TB, e session.Event, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if e.Facts[name] != value {
			t.Errorf("%s: fact %s = %q, want %q", e.Kind, name, e.Facts[name], value)
		}
	}
}

// refused checks that an error is of a type and has its code.
func refused[E session.Coded](t testing.TB, err error, code string) E {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Fatalf("got %T (%v), want %T", err, err, e)
	}
	if e.Code() != code {
		t.Errorf("code %q, want %q", e.Code(), code)
	}
	if e.Error() == "" {
		t.Error("an error without a sentence")
	}
	return e
}

// field checks that an error is about a field.
func field(t testing.TB, err error, name string) {
	t.Helper()
	if e := refused[*session.FieldError](t, err, "invalid_field"); e.Field != name {
		t.Errorf("the error is about %q, want %q: %v", e.Field, name, e)
	}
}

func money(t testing.TB, got session.Money, want string) {
	t.Helper()
	if got.String() != want {
		t.Errorf("amount %s, want %s", got, want)
	}
}

func weekday(t testing.TB) calendar.Weekdays {
	t.Helper()
	var days calendar.Weekdays
	if err := days.UnmarshalText([]byte("mon-fri")); err != nil {
		t.Fatal(err)
	}
	return days
}

// exact compares what go-cmp can't look into.
var exact = cmp.Options{
	cmp.Comparer(func(a, b calendar.Clock) bool { return a == b }),
	cmp.Comparer(func(a, b calendar.Date) bool { return a == b }),
}
