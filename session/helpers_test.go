package session_test

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

var (
	jo      = session.Practice("person-jo", "leeds-health", "chapel-allerton")
	support = session.Support("person-sam")
	keeper  = session.System()
	// A Wednesday, well before the sessions of these tests.
	noon = at("2026-07-01T12:00:00Z")
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

// local reads "2026-07-14 08:00", and "… earlier" or "… later".
func local(s string) calendar.Local {
	var l calendar.Local
	parts := append(strings.Fields(s), "")
	for i, into := range []interface{ UnmarshalText([]byte) error }{&l.Date, &l.Clock, &l.Fold} {
		if err := into.UnmarshalText([]byte(parts[i])); err != nil {
			panic(err)
		}
	}
	return l
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

func uk(t testing.TB) *calendar.Calendar {
	t.Helper()
	c, err := leeds()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func practice(t testing.TB) session.PracticeFacts {
	return session.PracticeFacts{
		ID: "chapel-allerton", Provider: "leeds-health", Name: "Chapel Allerton Surgery",
		Calendar: uk(t), Phone: "0113 496 0000",
	}
}

func pounds(amount string, per session.Per) session.Rate {
	return session.Rate{Amount: decimal.RequireFromString(amount), Currency: session.GBP, Per: per}
}

// post is a command that is right in every field: seven and a half paid hours at £84.
func post() session.Post {
	return session.Post{
		Command:      session.Do("cmd-1", jo),
		Practice:     "chapel-allerton",
		Role:         "GP",
		Start:        local("2026-07-14 08:00"),
		End:          local("2026-07-14 16:00"),
		Break:        30 * time.Minute,
		Rate:         pounds("84", session.PerHour),
		Place:        "Room 4",
		Instructions: "Ring the side door.",
		Channel:      session.Rota,
		Choosing:     session.FirstCome,
	}
}

func posting(t testing.TB) session.Posting {
	return session.Posting{Practice: practice(t), Reference: "#401000123", Choosing: session.Review}
}

// posted is an open session.
func posted(t testing.TB) session.Session {
	t.Helper()
	s, _, err := post().Decide(posting(t), noon)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// in returns the session as if it stood in a state.
func in(s session.Session, state session.State) session.Session {
	s.State = state
	return s
}

var everyState = []session.State{
	session.Draft, session.Open, session.Filled, session.Completed, session.Withdrawn, session.Expired,
}

// wantField checks that err is a *FieldError of a field, with a sentence and a code.
func wantField(t *testing.T, err error, field string) {
	t.Helper()
	var bad *session.FieldError
	if !errors.As(err, &bad) {
		t.Fatalf("got %v, want a FieldError of %s", err, field)
	}
	if bad.Field != field {
		t.Errorf("the error names %s, want %s: %v", bad.Field, field, err)
	}
	if bad.Code() != "invalid_field" || bad.Problem == "" {
		t.Errorf("code %q, problem %q", bad.Code(), bad.Problem)
	}
}

// wantError checks type, code and text of an error.
func wantError[E session.Coded](t *testing.T, err error, code, text string) E {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a %T", err, e)
	}
	if e.Code() != code || e.Error() != text {
		t.Errorf("got %s: %q\nwant %s: %q", e.Code(), e.Error(), code, text)
	}
	return e
}

// wantNothing checks that a refusal decides nothing.
func wantNothing(t *testing.T, d session.Decision) {
	t.Helper()
	if len(d.Records)+len(d.Texts)+len(d.Events) != 0 {
		t.Errorf("refused, and yet decided: %+v", d)
	}
}

// checkFields fails for each field of a command for which no case is given: add the cases with the field. A field
// with no wrong value has an empty list.
func checkFields[T any](t *testing.T, cases map[string][]T, command any) {
	t.Helper()
	var fields []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(command)) {
		if !f.Anonymous {
			fields = append(fields, f.Name)
		}
	}
	slices.Sort(fields)
	if diff := cmp.Diff(fields, slices.Sorted(maps.Keys(cases))); diff != "" {
		t.Errorf("%T: fields (-) and cases (+) differ:\n%s", command, diff)
	}
}

// roundTrip checks that a value survives JSON.
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
	if diff := cmp.Diff(v, back); diff != "" {
		t.Errorf("%s\n%s", text, diff)
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
