package rota_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

func TestCommandsValidate(t *testing.T) {
	head := do("c1", clinician)
	long := strings.Repeat("x", session.MaxText+1)
	span := func(from, to time.Time) calendar.Span { return calendar.Span{Start: from, End: to} }
	find := func(change func(*rota.FindWork)) rota.FindWork {
		f := rota.FindWork{By: clinician, Channel: session.Rota}
		change(&f)
		return f
	}
	noon, err := calendar.NewClock(12, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		what  interface{ Validate() error }
		field string
	}{
		{"apply", rota.Apply{Command: head, Session: "s1"}, ""},
		{"apply, no id", rota.Apply{Command: do("", clinician), Session: "s1"}, "ID"},
		{"apply, nobody", rota.Apply{Command: do("c1", session.Actor{}), Session: "s1"}, "By.Capacity"},
		{"apply, no session", rota.Apply{Command: head}, "Session"},
		{"retract", rota.Retract{Command: head, Application: "a1"}, ""},
		{"retract, no id", rota.Retract{Application: "a1"}, "ID"},
		{"retract, no application", rota.Retract{Command: head, Application: " "}, "Application"},
		{"accept", rota.Accept{Command: head, Application: "a1", Override: "why"}, ""},
		{"accept, no id", rota.Accept{Application: "a1"}, "ID"},
		{"accept, no application", rota.Accept{Command: head}, "Application"},
		{"accept, too long a reason", rota.Accept{Command: head, Application: "a1", Override: long}, "Override"},
		{"decline", rota.Decline{Command: head, Application: "a1"}, ""},
		{"decline, no application", rota.Decline{Command: head}, "Application"},
		{"decline, NUL", rota.Decline{Command: head, Application: "a1", Reason: "\x00"}, "Reason"},
		{"allocate", rota.Allocate{Command: head, Session: "s1", Clinician: "ada"}, ""},
		{"allocate, no id", rota.Allocate{Session: "s1", Clinician: "ada"}, "ID"},
		{"allocate, no session", rota.Allocate{Command: head, Clinician: "ada"}, "Session"},
		{"allocate, no clinician", rota.Allocate{Command: head, Session: "s1"}, "Clinician"},
		{"allocate, bad text", rota.Allocate{Command: head, Session: "s1", Clinician: "ada", Override: "\xff"}, "Override"},
		{"accept offer", rota.AcceptOffer{Command: head, Booking: "b1"}, ""},
		{"accept offer, no id", rota.AcceptOffer{Booking: "b1"}, "ID"},
		{"accept offer, no booking", rota.AcceptOffer{Command: head}, "Booking"},
		{"decline offer", rota.DeclineOffer{Command: head, Booking: "b1"}, ""},
		{"decline offer, no booking", rota.DeclineOffer{Command: head}, "Booking"},
		{"decline offer, too long", rota.DeclineOffer{Command: head, Booking: "b1", Reason: long}, "Reason"},
		{"lapse offer", rota.LapseOffer{Command: head, Booking: "b1"}, ""},
		{"lapse offer, no booking", rota.LapseOffer{Command: head}, "Booking"},
		{"acknowledge", rota.AcknowledgeChange{Command: head, Booking: "b1", Shown: "d"}, ""},
		{"acknowledge, nothing shown", rota.AcknowledgeChange{Command: head, Booking: "b1"}, "Shown"},
		{"acknowledge, no booking", rota.AcknowledgeChange{Command: head}, "Booking"},
		{"refuse", rota.RefuseChange{Command: head, Booking: "b1", Shown: "d"}, ""},
		{"refuse, nothing shown", rota.RefuseChange{Command: head, Booking: "b1"}, "Shown"},
		{"refuse, no booking", rota.RefuseChange{Command: head}, "Booking"},
		{"refuse, too long", rota.RefuseChange{Command: head, Booking: "b1", Shown: "d", Reason: long}, "Reason"},
		{"void", rota.VoidChange{Command: head, Booking: "b1"}, ""},
		{"void, no booking", rota.VoidChange{Command: head}, "Booking"},
		{"recheck", rota.Recheck{Command: head, Booking: "b1"}, ""},
		{"recheck, no booking", rota.Recheck{Command: head}, "Booking"},
		{"change", rota.Change{Command: head, Session: "s1", Role: session.Role(strings.Repeat("x", 200)), Start: local(1, 7, "08:00"),
			End: local(1, 7, "09:00"), Break: ptr(time.Minute), Place: ptr(""), Instructions: ptr(""),
			Rate: session.Rate{Amount: decimal.NewFromInt(1), Currency: "GBP", Per: session.PerHour}}, ""},
		{"change, nothing given", rota.Change{Command: head, Session: "s1"}, ""},
		{"change, no id", rota.Change{Session: "s1"}, "ID"},
		{"change, no session", rota.Change{Command: head}, "Session"},
		{"change, a role too long", rota.Change{Command: head, Session: "s1", Role: session.Role(strings.Repeat("x", 201))}, "Role"},
		{"change, a role of two lines", rota.Change{Command: head, Session: "s1", Role: "a\nb"}, "Role"},
		{"change, a role that is no text", rota.Change{Command: head, Session: "s1", Role: "\xff"}, "Role"},
		{"change, half a start", rota.Change{Command: head, Session: "s1", Start: calendar.Local{Date: calendar.MustDate(2026, 7, 1)}}, "Start.Clock"},
		{"change, half an end", rota.Change{Command: head, Session: "s1", End: calendar.Local{Clock: noon}}, "End.Date"},
		{"change, less than no break", rota.Change{Command: head, Session: "s1", Break: ptr(-time.Minute)}, "Break"},
		{"change, a break in seconds", rota.Change{Command: head, Session: "s1", Break: ptr(90 * time.Second)}, "Break"},
		{"change, no break", rota.Change{Command: head, Session: "s1", Break: ptr(time.Duration(0))}, ""},
		{"change, a rate without unit", rota.Change{Command: head, Session: "s1", Rate: session.Rate{Amount: decimal.NewFromInt(1), Currency: "GBP"}}, "Rate.Per"},
		{"change, a place of two lines", rota.Change{Command: head, Session: "s1", Place: ptr("a\nb")}, "Place"},
		{"change, instructions too long", rota.Change{Command: head, Session: "s1", Instructions: ptr(long)}, "Instructions"},
		{"change, too long a reason", rota.Change{Command: head, Session: "s1", Override: long}, "Override"},
		{"find", find(func(*rota.FindWork) {}), ""},
		{"find, nobody", find(func(f *rota.FindWork) { f.By = session.Actor{} }), "By.Capacity"},
		{"find, a practice", find(func(f *rota.FindWork) { f.By = practice }), "By.Capacity"},
		{"find, no channel", find(func(f *rota.FindWork) { f.Channel = 0 }), "Channel"},
		{"find, an unknown channel", find(func(f *rota.FindWork) { f.Channel = 9 }), "Channel"},
		{"find, open at the end", find(func(f *rota.FindWork) { f.Within.Start = now }), ""},
		{"find, open at the start", find(func(f *rota.FindWork) { f.Within.End = now }), ""},
		{"find, within", find(func(f *rota.FindWork) { f.Within = span(start, end) }), ""},
		{"find, within nothing", find(func(f *rota.FindWork) { f.Within = span(start, start) }), "Within"},
		{"find, the wrong way round", find(func(f *rota.FindWork) { f.Within = span(end, start) }), "Within"},
		{"find, less than nothing", find(func(f *rota.FindWork) { f.MinWorth = decimal.NewFromInt(-1) }), "MinWorth"},
		{"find, a bad role", find(func(f *rota.FindWork) { f.Role = "\x00" }), "Role"},
		{"find, a bad practice", find(func(f *rota.FindWork) { f.Practice = "a b" }), "Practice"},
		{"find, a practice", find(func(f *rota.FindWork) { f.Practice = "leeds" }), ""},
		{"find, too many", find(func(f *rota.FindWork) { f.Page.Limit = 501 }), "Page.Limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.what.Validate()
			switch {
			case c.field == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.field != "":
				equal(t, "field", fieldOf(t, err), c.field)
			}
		})
	}
}

func TestErrorsAreSentences(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range []session.Coded{
		&rota.GoneError{Reference: "#4011", State: session.Filled}, &rota.AppliedError{Reference: "#4011", State: rota.Pending},
		&rota.IneligibleError{Reference: "#4011"}, &rota.NotApprovedError{}, &rota.OfferOverError{Reference: "#4011"},
		&rota.OfferStandsError{Reference: "#4011"}, &rota.UnchangedError{Reference: "#4011"}, &rota.ChangeVoidError{Reference: "#4011"},
		&rota.ChangeStandsError{Reference: "#4011"}, &rota.PolicyError{Booking: "b1", Version: 3},
	} {
		coded(t, e, e.Code())
		if seen[e.Code()] {
			t.Errorf("two errors with code %s", e.Code())
		}
		seen[e.Code()] = true
	}
	for want, state := range map[string]session.State{
		"has been filled by somebody else.": session.Filled, "has been withdrawn.": session.Withdrawn, "has started.": session.Expired,
		"is over.": session.Completed, "is not open for applications any more.": 0,
	} {
		equal(t, "gone", (&rota.GoneError{Reference: "#4011", State: state}).Error(), "Session #4011 "+want)
	}
	for want, state := range map[string]rota.State{
		"You have already applied for session #4011.": rota.Pending, "You are already booked for session #4011.": rota.Accepted,
		"Your application for session #4011 was declined, so you can't apply again.": rota.Declined,
	} {
		equal(t, "applied", (&rota.AppliedError{Reference: "#4011", State: state}).Error(), want)
	}
}

// Whatever is missing from a situation, a decision answers with an error or a result, and does not panic.
func TestEmptySituations(t *testing.T) {
	var s rota.Situation
	s.Practice.Calendar = england()
	for _, by := range []session.Actor{{}, clinician, practice, manager, system} {
		head := do("c1", by)
		for _, half := range []rota.Situation{s, open(), booked(), {Situation: booked().Situation}, {Clinician: ada()}} {
			half.Practice.Calendar = s.Practice.Calendar
			_, _, _ = rota.Apply{Command: head}.Decide(half, now)
			_, _, _ = rota.Retract{Command: head}.Decide(half, now)
			_, _, _ = rota.Accept{Command: head}.Decide(half, now)
			_, _, _ = rota.Decline{Command: head}.Decide(half, now)
			_, _, _ = rota.Allocate{Command: head}.Decide(half, now)
			_, _, _ = rota.AcceptOffer{Command: head}.Decide(half, now)
			_, _, _ = rota.DeclineOffer{Command: head}.Decide(half, now)
			_, _, _ = rota.LapseOffer{Command: head}.Decide(half, now)
			_, _, _ = rota.Change{Command: head}.Decide(half, now)
			_, _, _ = moved(15, time.July).Decide(half, now)
			_, _, _ = rota.AcknowledgeChange{Command: head}.Decide(half, now)
			_, _, _ = rota.RefuseChange{Command: head}.Decide(half, now)
			_, _, _ = rota.VoidChange{Command: head}.Decide(half, now)
			_, _, _ = rota.Recheck{Command: head}.Decide(half, now)
		}
	}
	if _, _, err := (rota.AcceptOffer{Command: do("c1", clinician)}).Decide(rota.Situation{}, now); err == nil {
		t.Error("nothing was accepted")
	}
	equal(t, "live", booking.Offered.Live(), true)
}
