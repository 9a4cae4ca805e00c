package booking_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// Jo is the practice, Ada the booked clinician, who is a partner there as well.
var (
	jo      = session.Practice("person-jo", "leeds-health", "chapel-allerton")
	mo      = session.RotaManager("person-mo", "leeds-health")
	ada     = session.Clinician("person-ada", "ada")
	partner = session.Practice("person-ada", "leeds-health", "chapel-allerton")
	keeper  = session.System()
)

// The session is on Tue 14 July 2026, 08:00 to 16:00 in Leeds.
var (
	start = at("2026-07-14T07:00:00Z")
	end   = at("2026-07-14T15:00:00Z")
	after = at("2026-07-14T18:00:00Z")
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

// leeds is the clock and the holidays of England over the years that these tests need.
var leeds = sync.OnceValues(func() (*calendar.Calendar, error) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return nil, err
	}
	return calendar.New(calendar.Options{
		Location: zone, Holidays: calendar.UKHolidays(calendar.EnglandAndWales), First: 2020, Last: 2030,
	})
})

func terms() session.Terms {
	return session.Terms{
		Role: "GP", Span: calendar.Span{Start: start, End: end}, Break: 30 * time.Minute,
		Rate:  session.Rate{Amount: decimal.NewFromInt(84), Currency: session.GBP, Per: session.PerHour},
		Place: "Room 4", Instructions: "Ring the side door.",
	}
}

// booked is a session that is filled, and its confirmed booking.
func booked(t testing.TB) booking.Situation {
	t.Helper()
	cal, err := leeds()
	if err != nil {
		t.Fatal(err)
	}
	b := booking.Booking{
		ID: "b-1", Version: 3, Session: "s-1", Reference: "#401000123", Provider: "leeds-health",
		Practice: "chapel-allerton", Clinician: "ada", Person: "person-ada", State: booking.Confirmed, Terms: terms(),
		EngagementStart: start, Policy: 2, Application: "a-1", Channel: session.Rota, Made: at("2026-07-01T12:00:00Z"),
		Lapsed: []string{"indemnity"},
	}
	return booking.Situation{
		Session: session.Session{
			ID: "s-1", Version: 7, Reference: "#401000123", Provider: "leeds-health", Practice: "chapel-allerton",
			State: session.Filled, Terms: terms(), Channel: session.Rota, Choosing: session.Review,
			EngagementStart: start, Round: 1, Booking: "b-1", Created: at("2026-07-01T11:00:00Z"),
		},
		Booking:  b,
		Diary:    booking.Diary{Clinician: "ada", Version: 9, Entries: []booking.Entry{b.Entry()}},
		Practice: session.PracticeFacts{ID: "chapel-allerton", Provider: "leeds-health", Calendar: cal},
		To:       "ada", Known: true,
	}
}

// worked is a session that the clock has completed.
func worked(t testing.TB) booking.Situation {
	t.Helper()
	s := booked(t)
	over, d, err := booking.Complete{Command: session.Do("complete", keeper), Session: "s-1"}.Decide(s, end)
	if err != nil {
		t.Fatal(err)
	}
	s.Session, s.Booking = over, record[booking.Booking](t, d)
	return s
}

// stated is one whose hours are stated as agreed.
func stated(t testing.TB) booking.Situation {
	t.Helper()
	s := worked(t)
	hours, _, err := stateHours().Decide(s, after)
	if err != nil {
		t.Fatal(err)
	}
	s.Hours = hours
	return s
}

// invoiced is one whose hours are approved.
func invoiced(t testing.TB) booking.Situation {
	t.Helper()
	s := stated(t)
	made, _, err := booking.ApproveHours{Command: session.Do("approve", jo), Booking: "b-1"}.Decide(s, after)
	if err != nil {
		t.Fatal(err)
	}
	s.Hours, s.Invoice = made.Hours, made.Invoice
	return s
}

func stateHours() booking.StateHours {
	return booking.StateHours{
		Command: session.Do("state", ada), Booking: "b-1", Start: start, End: end, Break: 30 * time.Minute,
	}
}

// record finds the one record of a kind in a decision.
func record[R session.Record](t testing.TB, d session.Decision) R {
	t.Helper()
	var found []R
	for _, r := range d.Records {
		if r, ok := r.(R); ok {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("the decision holds %d records of type %T: %+v", len(found), *new(R), d.Records)
	}
	return found[0]
}

// told returns the kinds of a decision's events, with the version each is about.
func told(d session.Decision) string {
	var all []string
	for _, e := range d.Events {
		all = append(all, fmt.Sprintf("%s@%d", e.Kind, e.Version))
	}
	return strings.Join(all, " ")
}

func event(t testing.TB, d session.Decision, kind session.EventKind) session.Event {
	t.Helper()
	for _, e := range d.Events {
		if e.Kind == kind {
			return e
		}
	}
	t.Fatalf("no event %s among %s", kind, told(d))
	return session.Event{}
}

func wantField(t *testing.T, err error, field string) {
	t.Helper()
	var bad *session.FieldError
	if !errors.As(err, &bad) {
		t.Fatalf("got %v, want a FieldError of %s", err, field)
	}
	if bad.Field != field || bad.Problem == "" {
		t.Errorf("the error names %s, want %s: %v", bad.Field, field, err)
	}
}

func wantError[E session.Coded](t *testing.T, err error, code, text string) {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a %T", err, e)
	}
	if e.Code() != code || e.Error() != text {
		t.Errorf("got %s: %q\nwant %s: %q", e.Code(), e.Error(), code, text)
	}
}

func wantNothing(t *testing.T, d session.Decision) {
	t.Helper()
	if len(d.Records)+len(d.Texts)+len(d.Events) != 0 {
		t.Errorf("refused, and yet decided: %+v", d)
	}
}

// refused runs a decision that must be a StateError and decide nothing.
func refused(t *testing.T, text string, d session.Decision, err error) {
	t.Helper()
	wantError[*session.StateError](t, err, "wrong_state", text)
	wantNothing(t, d)
}

// ownBooking and otherSide are how the library refuses people who would act on both sides (P1).
const (
	ownBooking = "it is about your own booking, where you act as the clinician."
	otherSide  = "it is about your own booking, so somebody else has to."
)

func forbidden(t *testing.T, text string, d session.Decision, err error) {
	t.Helper()
	wantError[*session.ForbiddenError](t, err, "forbidden", text)
	wantNothing(t, d)
}

// wrong is a way in which a command is wrong.
type wrong[C any] struct {
	name  string
	field string // what the error names
	spoil func(*C)
}

func wrongID[C any](field string, of func(*C) *string) []wrong[C] {
	set := func(s string) func(*C) { return func(c *C) { *of(c) = s } }
	return []wrong[C]{
		{"missing", field, set("")},
		{"blank", field, set(" ")},
		{"too long", field, set(strings.Repeat("x", session.MaxID+1))},
		{"with a space", field, set("a b")},
		{"not UTF-8", field, set("a\xffb")},
	}
}

func wrongText[C any](field string, of func(*C) *string) []wrong[C] {
	set := func(s string) func(*C) { return func(c *C) { *of(c) = s } }
	return []wrong[C]{
		{"missing", field, set("")},
		{"blank", field, set(" \n")},
		{"invisible", field, set("\u200b")},
		{"too long", field, set(strings.Repeat("é", session.MaxText+1))},
		{"with a NUL", field, set("a\x00")},
		{"not UTF-8", field, set("a\xff")},
	}
}

func wrongHead[C any](of func(*C) *session.Command) map[string][]wrong[C] {
	by := func(a session.Actor) func(*C) { return func(c *C) { of(c).By = a } }
	return map[string][]wrong[C]{
		"ID": wrongID("ID", func(c *C) *string { return (*string)(&of(c).ID) }),
		"By": {
			{"missing", "By.Capacity", by(session.Actor{})},
			{"unknown", "By.Capacity", by(session.Actor{Person: "p", Capacity: 9})},
			{"nobody", "By.Person", by(session.Clinician("", "ada"))},
		},
	}
}

// checkCommand spoils every field of a command; one without cases fails.
func checkCommand[C interface{ Validate() error }](t *testing.T, good C, lists ...map[string][]wrong[C]) {
	t.Helper()
	cases := map[string][]wrong[C]{}
	for _, list := range lists {
		maps.Copy(cases, list)
	}
	var fields []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[C]()) {
		if !f.Anonymous {
			fields = append(fields, f.Name)
		}
	}
	slices.Sort(fields)
	if diff := compare(fields, slices.Sorted(maps.Keys(cases))); diff != "" {
		t.Errorf("%T: fields (-) and cases (+) differ:\n%s", good, diff)
	}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for field, list := range cases {
		for _, w := range list {
			t.Run(fmt.Sprintf("%T %s %s", good, field, w.name), func(t *testing.T) {
				c := good
				w.spoil(&c)
				wantField(t, c.Validate(), w.field)
			})
		}
	}
}

func roundTrip[T any](t *testing.T, v T) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back T
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if diff := compare(v, back); diff != "" {
		t.Errorf("%s\n%s", text, diff)
	}
}

// compare tells in what two values differ; blank where they don't.
func compare(want, got any) string {
	return cmp.Diff(want, got, cmp.Comparer(func(a, b calendar.Date) bool { return a == b }))
}
