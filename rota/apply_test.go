package rota_test

import (
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

func apply(s rota.Situation, when time.Time) (rota.Applied, session.Decision, error) {
	return rota.Apply{Command: do("c1", clinician), Session: "s1"}.Decide(s, when)
}

func TestA4Apply(t *testing.T) {
	for _, choosing := range []session.Choosing{session.Review, session.Ranked} {
		t.Run("A4 an application goes to the provider: "+choosing.String(), func(t *testing.T) {
			s := open()
			s.Session.Choosing = choosing
			got, d, err := apply(s, now)
			succeed(t, s, d, err)
			equal(t, "applied", got, rota.Applied{Application: applied().Application})
			// A thousand people can apply at once: none of them writes the session.
			equal(t, "written", subjects(d), []session.SubjectKind{session.KindApplication})
			equal(t, "events", kinds(d), []session.EventKind{rota.EventApplied})
			e := d.Events[0]
			equal(t, "to", e.To, "pending")
			equal(t, "from", e.From, "")
			equal(t, "facts", e.Facts, session.Facts{
				"reference": "#4011", "practice": "leeds", "role": "GP", "start": "2026-07-14T07:00:00Z",
				"end": "2026-07-14T17:00:00Z", "channel": "rota", "application": string(got.Application.ID),
				"clinician": "ada", "round": "2", "choosing": choosing.String(),
			})
		})
	}

	t.Run("A4 who retracted applies again with the same application", func(t *testing.T) {
		s := applied()
		s.Application.State, s.Application.Version, s.Application.Reason = rota.Retracted, 2, "x"
		got, d, err := apply(s, now.Add(time.Hour))
		succeed(t, s, d, err)
		want := applied().Application
		want.Version, want.Applied = 3, now.Add(time.Hour)
		equal(t, "application", got.Application, want)
		equal(t, "from", d.Events[0].From, "retracted")
	})

	t.Run("A4 an application of an earlier round doesn't count", func(t *testing.T) {
		s := applied()
		s.Application.ID, s.Application.Round = rota.ApplicationID("s1", 1, "ada"), 1
		got, d, err := apply(s, now)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "version", got.Application.Version, 1)
		equal(t, "round", got.Application.Round, 2)
		equal(t, "written", len(d.Records), 1)
	})

	for _, state := range []rota.State{rota.Pending, rota.Accepted, rota.Declined} {
		t.Run("A4 nobody applies twice: "+state.String(), func(t *testing.T) {
			s := applied()
			s.Application.State = state
			_, _, err := apply(s, now)
			fails(t, err, &rota.AppliedError{Reference: "#4011", State: state})
		})
	}
}

func TestA4GoneSessions(t *testing.T) {
	for _, state := range []session.State{session.Filled, session.Withdrawn, session.Expired, session.Completed} {
		t.Run("A4 a session that is "+state.String(), func(t *testing.T) {
			s := open()
			s.Session.State = state
			got, d, err := apply(s, now)
			fails(t, err, &rota.GoneError{Reference: "#4011", State: state})
			equal(t, "result", got, rota.Applied{})
			equal(t, "written", len(d.Records)+len(d.Events), 0)
		})
	}
	t.Run("A4 a draft is nobody's to see", func(t *testing.T) {
		s := open()
		s.Session.State = session.Draft
		_, _, err := apply(s, now)
		fails(t, err, &session.NotFoundError{Field: "Session", Kind: session.KindSession, ID: "s1"})
	})
	t.Run("A4 the start itself is too late", func(t *testing.T) {
		_, _, err := apply(open(), start)
		fails(t, err, &rota.GoneError{Reference: "#4011", State: session.Expired})
		s := open()
		_, d, err := apply(s, start.Add(-micro))
		succeed(t, s, d, err)
	})
	t.Run("A4 one's own booking is not somebody else's", func(t *testing.T) {
		_, _, err := apply(booked(), now)
		fails(t, err, &rota.AppliedError{Reference: "#4011", State: rota.Accepted})
		for name, change := range map[string]func(*rota.Situation){
			"other clinician": func(s *rota.Situation) { s.Booking.Clinician = "bob" },
			"other booking":   func(s *rota.Situation) { s.Booking.ID = "b0" },
			"cancelled":       func(s *rota.Situation) { s.Booking.State = booking.Cancelled },
		} {
			s := booked()
			change(&s)
			_, _, err := apply(s, now)
			if err == nil || err.Error() != "Session #4011 has been filled by somebody else." {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
	t.Run("W4 no applications while a case is open", func(t *testing.T) {
		s := open()
		s.Session.Case = "k1"
		_, _, err := apply(s, now)
		fails(t, err, &session.FrozenError{Reference: "#4011", Case: "k1"})
	})
}

func TestA5FirstCome(t *testing.T) {
	first := func() rota.Situation {
		s := open()
		s.Session.Choosing = session.FirstCome
		return s
	}
	t.Run("A5 the first is accepted at once", func(t *testing.T) {
		s := first()
		s.Policies = withdrawal.Policies{{Version: 7, ValidFrom: now}, {Version: 8, ValidFrom: now.Add(1)}}
		got, d, err := apply(s, now)
		succeed(t, s, d, err)
		app := applied().Application
		app.State = rota.Accepted
		equal(t, "applied", got, rota.Applied{Application: app, Booking: booking.Booking{
			ID: session.DeriveID[session.BookingID](do("c1", clinician), "booking"), Version: 1, Session: "s1",
			Reference: "#4011", Provider: "north", Practice: "leeds", Clinician: "ada", Person: "person-ada",
			State: booking.Confirmed, Terms: s.Session.Terms, EngagementStart: start, Policy: 7, Application: app.ID,
			Channel: session.Rota, Made: now,
		}})
		want := s.Session
		want.Version, want.State, want.Round, want.Booking = 4, session.Filled, 3, got.Booking.ID
		equal(t, "records", d.Records, []session.Record{
			app, got.Booking, want,
			booking.DiaryChange{Clinician: "ada", Version: 5, Put: []booking.Entry{got.Booking.Entry()}},
		})
		equal(t, "events", kinds(d), []session.EventKind{
			rota.EventApplied, rota.EventAccepted, booking.EventConfirmed, rota.EventFilled,
		})
		equal(t, "A4 each step is in the table", d.Events[0].To+" "+d.Events[1].From+" "+d.Events[1].To, "pending pending accepted")
		filled := event(t, d, rota.EventFilled)
		equal(t, "filled", filled.From+" "+filled.To, "open filled")
		equal(t, "A6 the round that ended", filled.Facts["round"], "2")
		confirmed := event(t, d, booking.EventConfirmed)
		equal(t, "confirmed to", confirmed.To, "confirmed")
		equal(t, "N2 origin", confirmed.Facts["origin"], rota.OriginApplied)
		equal(t, "facts", confirmed.Facts, session.Facts{
			"reference": "#4011", "practice": "leeds", "role": "GP", "start": "2026-07-14T07:00:00Z",
			"end": "2026-07-14T17:00:00Z", "channel": "rota", "booking": string(got.Booking.ID), "clinician": "ada",
			"application": string(app.ID), "origin": "applied", "round": "2", "policy": "7", "amount": "630.00",
			"currency": "GBP",
		})
		equal(t, "A4 everybody else's has lapsed", applied().Application.Standing(want), rota.Lapsed)
	})
	t.Run("A5 the next one finds it filled and leaves nothing", func(t *testing.T) {
		s := first()
		_, d, err := apply(s, now)
		succeed(t, s, d, err)
		for _, r := range d.Records {
			if filled, ok := r.(session.Session); ok {
				s.Session = filled
			}
		}
		s.Clinician.ID, s.Clinician.Person = "bob", "person-bob"
		_, d, err = rota.Apply{Command: do("c2", session.Clinician("person-bob", "bob")), Session: "s1"}.Decide(s, now)
		fails(t, err, &rota.GoneError{Reference: "#4011", State: session.Filled})
		equal(t, "records", len(d.Records), 0)
	})
	t.Run("A5 who retracted can come first", func(t *testing.T) {
		s := first()
		s.Application = applied().Application
		s.Application.State, s.Application.Version = rota.Retracted, 2
		got, d, err := apply(s, now)
		succeed(t, s, d, err)
		equal(t, "version", got.Application.Version, 3)
		equal(t, "state", got.Application.State, rota.Accepted)
	})
}

func TestApplyRefusals(t *testing.T) {
	t.Run("A3 every reason is listed", func(t *testing.T) {
		s := open()
		s.Clinician.Roles, s.Clinician.Memberships = nil, nil
		s.Clinician.Documents = s.Clinician.Documents[1:]
		_, _, err := apply(s, now)
		fails(t, err, &rota.IneligibleError{Clinician: "ada", Reference: "#4011", Findings: []rota.Finding{
			{Code: rota.RoleNotHeld, Text: "They do not work as GP."},
			{Code: rota.NotMember, Text: "They are not a member of the provider."},
			{Code: rota.DocumentMissing, Document: "registration", Text: "They have shown no registration."},
		}})
		want := "The clinician is not eligible for session #4011. They do not work as GP. " +
			"They are not a member of the provider. They have shown no registration."
		equal(t, "sentence", err.Error(), want)
	})
	t.Run("A7 not while booked elsewhere, which the clinician may know", func(t *testing.T) {
		s := open()
		other := booking.Entry{Booking: "b9", Session: "s9", Provider: "south", Span: calendar.Span{Start: end.Add(-micro), End: end.Add(time.Hour)}}
		s.Diary.Entries = []booking.Entry{other}
		_, _, err := apply(s, now)
		fails(t, err, &booking.ClashError{Clinician: "ada", You: true, Own: other})
		s.Diary.Entries[0].Span.Start = end
		_, d, err := apply(s, now)
		succeed(t, s, d, err)
	})
	t.Run("P1 not for oneself as the practice", func(t *testing.T) {
		by := session.Practice("person-ada", "north", "leeds")
		_, _, err := rota.Apply{Command: do("c1", by), Session: "s1"}.Decide(open(), now)
		coded(t, err, "forbidden")
	})
	t.Run("T2 a date the calendar does not know", func(t *testing.T) {
		s := open()
		s.Session.Terms.Span = calendar.Span{Start: at("2090-01-01T09:00:00Z"), End: at("2090-01-01T10:00:00Z")}
		_, _, err := apply(s, now)
		coded(t, err, "date_out_of_range")
	})
}

func TestA4Retract(t *testing.T) {
	retract := func(s rota.Situation, by session.Actor) (rota.Application, session.Decision, error) {
		return rota.Retract{Command: do("c2", by), Application: s.Application.ID}.Decide(s, now.Add(time.Hour))
	}
	t.Run("A4 a pending application is taken back", func(t *testing.T) {
		s := applied()
		got, d, err := retract(s, clinician)
		succeed(t, s, d, err)
		want := s.Application
		want.Version, want.State = 2, rota.Retracted
		equal(t, "application", got, want)
		equal(t, "records", d.Records, []session.Record{want})
		equal(t, "events", kinds(d), []session.EventKind{rota.EventRetracted})
		equal(t, "from to", d.Events[0].From+" "+d.Events[0].To, "pending retracted")
	})
	t.Run("A4 not once it has lapsed", func(t *testing.T) {
		s := applied()
		s.Session.Round++
		_, _, err := retract(s, clinician)
		fails(t, err, &session.StateError{Kind: session.KindApplication, ID: string(s.Application.ID), State: "lapsed",
			Act: "retract it", Why: "Its session has been filled, withdrawn or started since."})
	})
	t.Run("A4 not twice", func(t *testing.T) {
		s := applied()
		s.Application.State = rota.Retracted
		_, _, err := retract(s, clinician)
		fails(t, err, &session.StateError{Kind: session.KindApplication, ID: string(s.Application.ID), State: "retracted", Act: "retract it"})
	})
	t.Run("P1 only as the clinician", func(t *testing.T) {
		_, _, err := retract(applied(), session.RotaManager("person-ada", "north"))
		coded(t, err, "forbidden")
	})
}
