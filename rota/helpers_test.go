package rota_test

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

var (
	manager   = session.RotaManager("person-manager", "north")
	practice  = session.Practice("person-reception", "north", "leeds")
	clinician = session.Clinician("person-ada", "ada")
	system    = session.System()

	// now is Thu 2 Jul 2026, 10:00 in Leeds.
	now = at("2026-07-02T09:00:00Z")
	// start is Tue 14 Jul 2026, 08:00 in Leeds; the session lasts until 18:00.
	start = at("2026-07-14T07:00:00Z")
	end   = at("2026-07-14T17:00:00Z")
)

const micro = time.Microsecond

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

func local(day int, month time.Month, clock string) calendar.Local {
	c, err := calendar.ParseClock(clock)
	if err != nil {
		panic(err)
	}
	return calendar.Local{Date: calendar.MustDate(2026, month, day), Clock: c}
}

// england has a few years only, so that it is quickly made.
var england = sync.OnceValue(func() *calendar.Calendar {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	c, err := calendar.New(calendar.Options{
		Location: zone, Holidays: calendar.UKHolidays(calendar.EnglandAndWales), First: 2020, Last: 2030,
	})
	if err != nil {
		panic(err)
	}
	return c
})

func ptr[T any](v T) *T { return &v }

// posted is an open rota session of the practice in Leeds.
func posted() session.Session {
	return session.Session{
		ID: "s1", Version: 3, Reference: "#4011", Provider: "north", Practice: "leeds", State: session.Open,
		Terms: session.Terms{
			Role: "GP", Span: calendar.Span{Start: start, End: end}, Break: time.Hour,
			Rate:  session.Rate{Amount: decimal.NewFromInt(70), Currency: session.GBP, Per: session.PerHour},
			Place: "Room 1", Instructions: "Ring the bell.",
		},
		Channel: session.Rota, Choosing: session.Review, EngagementStart: start, Round: 2,
		Opened: at("2026-06-01T09:00:00Z"), Created: at("2026-06-01T09:00:00Z"),
	}
}

// ada is a clinician who is eligible for everything until the end of the year.
func ada() rota.ClinicianFacts {
	f := rota.ClinicianFacts{
		ID: "ada", Person: "person-ada", Roles: []session.Role{"GP", "GP partner"}, Approved: true,
		Memberships: []rota.Membership{{Provider: "north", Tier: rota.OwnStaff}},
	}
	for _, kind := range withdrawal.Default().Eligibility.Required {
		f.Documents = append(f.Documents, rota.Document{Kind: kind, Expires: calendar.MustDate(2026, 12, 31)})
	}
	return f
}

// open is the situation in which Ada looks at the open session.
func open() rota.Situation {
	return rota.Situation{
		Situation: withdrawal.Situation{
			Session:  posted(),
			Diary:    booking.Diary{Clinician: "ada", Version: 4},
			Practice: session.PracticeFacts{ID: "leeds", Provider: "north", Name: "Leeds", Calendar: england(), Phone: "0113 496 0000"},
		},
		Clinician: ada(),
		Reachable: true,
	}
}

// applied is the situation in which Ada's application waits.
func applied() rota.Situation {
	s := open()
	s.Application = rota.Application{
		ID: rota.ApplicationID("s1", 2, "ada"), Version: 1, Session: "s1", Provider: "north", Practice: "leeds",
		Clinician: "ada", Person: "person-ada", Round: 2, State: rota.Pending, Applied: now,
	}
	return s
}

// booked is the situation in which Ada is allocated.
func booked() rota.Situation {
	return book(open(), booking.Confirmed)
}

// offered is the situation in which Ada has an offer until Sat 4 Jul, 10:00.
func offered() rota.Situation {
	s := book(open(), booking.Offered)
	s.Booking.OfferedUntil = now.Add(48 * time.Hour)
	return s
}

func book(s rota.Situation, state booking.State) rota.Situation {
	s.Booking = booking.Booking{
		ID: "b1", Version: 1, Session: s.Session.ID, Reference: s.Session.Reference, Provider: "north", Practice: "leeds",
		Clinician: "ada", Person: "person-ada", State: state, Terms: s.Session.Terms,
		EngagementStart: s.Session.EngagementStart, Channel: s.Session.Channel, Made: now,
	}
	s.Session.State, s.Session.Booking = session.Filled, "b1"
	s.Session.Round++
	s.Diary.Entries = []booking.Entry{s.Booking.Entry()}
	return s
}

func do(id session.CommandID, by session.Actor) session.Command { return session.Do(id, by) }

// values lets dates and texts of errors be compared as what they are.
var values = cmpopts.EquateComparable(calendar.Date{}, calendar.Clock{})

// fails asks for an error of the type of want, with the same fields.
func fails(t *testing.T, err, want error) {
	t.Helper()
	if reflect.TypeOf(err) != reflect.TypeOf(want) {
		t.Fatalf("got error %T %v, want %T %v", err, err, want, want)
	}
	if diff := cmp.Diff(want, err, values); diff != "" {
		t.Fatalf("error (-want +got):\n%s", diff)
	}
}

// coded asks for an error with a code.
func coded(t *testing.T, err error, code string) {
	t.Helper()
	var c session.Coded
	if !errors.As(err, &c) || c.Code() != code {
		t.Fatalf("got error %v, want one with code %s", err, code)
	}
	sentence(t, err)
}

// sentence asks for an error that reads as one.
func sentence(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if !strings.HasSuffix(text, ".") || strings.ToUpper(text[:1]) != text[:1] {
		t.Errorf("%q is no sentence", text)
	}
}

// kinds are the events of a decision, in their order.
func kinds(d session.Decision) []session.EventKind {
	var all []session.EventKind
	for _, e := range d.Events {
		all = append(all, e.Kind)
	}
	return all
}

// event is the one of a kind.
func event(t *testing.T, d session.Decision, kind session.EventKind) session.Event {
	t.Helper()
	for _, e := range d.Events {
		if e.Kind == kind {
			return e
		}
	}
	t.Fatalf("no event %s among %v", kind, kinds(d))
	return session.Event{}
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, values); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// tester is a test, or a run of a property.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// succeed asks for no error and a decision that keeps the house rules: a change with its event and no event without
// one, each record one version on, no free text in the record, everything by the command's actor at the instant.
func succeed(t tester, s rota.Situation, d session.Decision, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	before := map[session.Subject]int64{
		s.Session.Subject(): s.Session.Version, s.Booking.Subject(): s.Booking.Version,
		s.Application.Subject(): s.Application.Version, s.Case.Subject(): s.Case.Version, s.Fee.Subject(): s.Fee.Version,
		{Kind: session.KindDiary, ID: string(s.Diary.Clinician)}: s.Diary.Version,
	}
	written, told, pointed := map[session.Subject]int64{}, map[session.Subject]bool{}, map[session.TextID]bool{}
	for _, r := range d.Records {
		if r.Revision() != before[r.Subject()]+1 {
			t.Errorf("P2: %s goes from version %d to %d", r.Subject(), before[r.Subject()], r.Revision())
		}
		written[r.Subject()] = r.Revision()
	}
	for _, e := range d.Events {
		if written[e.Subject] != e.Version {
			t.Errorf("N4: event %s without its change", e.Key())
		}
		if e.At.IsZero() || e.Command == "" || e.By.Capacity == 0 || e.Provider != "north" {
			t.Errorf("P2: event %s does not say who, when, where", e.Key())
		}
		for _, name := range []string{"reference", "practice", "start", "channel"} {
			if e.Facts[name] == "" && e.Subject.Kind != session.KindFee && e.Subject.Kind != session.KindCase {
				t.Errorf("P2: event %s lacks the fact %s", e.Key(), name)
			}
		}
		for name, value := range e.Facts {
			if strings.Contains(value, "Room") || strings.Contains(value, "bell") || strings.Contains(value, "because") {
				t.Errorf("P4: fact %s of %s holds free text %q", name, e.Key(), value)
			}
		}
		told[e.Subject], pointed[e.Reason] = true, true
	}
	for subject := range written {
		if subject.Kind != session.KindDiary && !told[subject] {
			t.Errorf("N4: %s changes without an event", subject)
		}
	}
	for _, text := range d.Texts {
		if !pointed[text.ID] {
			t.Errorf("P4: nothing points to text %q", text.Body)
		}
	}
}

// diaryChange is what a decision does to the diary.
func diaryChange(t *testing.T, d session.Decision) booking.DiaryChange {
	t.Helper()
	for _, r := range d.Records {
		if c, ok := r.(booking.DiaryChange); ok {
			return c
		}
	}
	t.Fatal("the diary is not written")
	return booking.DiaryChange{}
}

// subjects are the kinds of what a decision writes, in order.
func subjects(d session.Decision) []session.SubjectKind {
	var all []session.SubjectKind
	for _, r := range d.Records {
		all = append(all, r.Subject().Kind)
	}
	return all
}

// fieldOf is the field that an error blames.
func fieldOf(t *testing.T, err error) string {
	t.Helper()
	var bad *session.FieldError
	if !errors.As(err, &bad) {
		t.Fatalf("got error %v, want one that names a field", err)
	}
	return bad.Field
}
