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

func accept(s rota.Situation, by session.Actor, override string, when time.Time) (rota.Booked, session.Decision, error) {
	return rota.Accept{Command: do("c3", by), Application: s.Application.ID, Override: override}.Decide(s, when)
}

func allocate(s rota.Situation, by session.Actor, override string, when time.Time) (rota.Booked, session.Decision, error) {
	return rota.Allocate{Command: do("c4", by), Session: "s1", Clinician: "ada", Override: override}.Decide(s, when)
}

func TestA4Accept(t *testing.T) {
	s := applied()
	got, d, err := accept(s, practice, "", now)
	succeed(t, s, d, err)
	app := s.Application
	app.Version, app.State = 2, rota.Accepted
	equal(t, "application", got.Application, app)
	equal(t, "booking state", got.Booking.State, booking.Confirmed)
	equal(t, "booking id", got.Booking.ID, session.DeriveID[session.BookingID](do("c3", practice), "booking"))
	equal(t, "booking application", got.Booking.Application, app.ID)
	equal(t, "clinician", got.Booking.Clinician, "ada")
	equal(t, "person", got.Booking.Person, "person-ada")
	equal(t, "session", got.Session.State, session.Filled)
	equal(t, "session booking", got.Session.Booking, got.Booking.ID)
	equal(t, "round", got.Session.Round, 3)
	equal(t, "warnings", got.Warnings, nil)
	equal(t, "events", kinds(d), []session.EventKind{rota.EventAccepted, booking.EventConfirmed, rota.EventFilled})
	equal(t, "A6 origin", event(t, d, booking.EventConfirmed).Facts["origin"], "applied")
	equal(t, "diary", diaryChange(t, d), booking.DiaryChange{Clinician: "ada", Version: 5, Put: []booking.Entry{got.Booking.Entry()}})
}

func TestAcceptRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*rota.Situation)
		by     session.Actor
		when   time.Time
		code   string
	}{
		{"A4 an application that was declined", func(s *rota.Situation) { s.Application.State = rota.Declined }, practice, now, "wrong_state"},
		{"A4 an application that was retracted", func(s *rota.Situation) { s.Application.State = rota.Retracted }, practice, now, "wrong_state"},
		{"A4 an application of another round", func(s *rota.Situation) { s.Session.Round++ }, practice, now, "wrong_state"},
		{"A4 a session that is filled", func(s *rota.Situation) { s.Session.State = session.Filled }, practice, now, "wrong_state"},
		{"A4 a session that is withdrawn", func(s *rota.Situation) { s.Session.State = session.Withdrawn }, practice, now, "wrong_state"},
		{"W4 while a case is open", func(s *rota.Situation) { s.Session.Case = "k1" }, practice, now, "session_frozen"},
		{"W10 at the start", func(*rota.Situation) {}, practice, start, "session_started"},
		{"A3 somebody who is not eligible", func(s *rota.Situation) { s.Clinician.Roles = nil }, practice, now, "not_eligible"},
		{"P1 one's own application", func(*rota.Situation) {}, session.Practice("person-ada", "north", "leeds"), now, "forbidden"},
		{"P1 one's own application, as its clinician", func(*rota.Situation) {}, clinician, now, "forbidden"},
		{"T2 a date the calendar does not know", func(s *rota.Situation) {
			s.Session.Terms.Span = calendar.Span{Start: at("2090-01-01T09:00:00Z"), End: at("2090-01-01T10:00:00Z")}
		}, practice, now, "date_out_of_range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := applied()
			c.change(&s)
			got, d, err := accept(s, c.by, "", c.when)
			coded(t, err, c.code)
			equal(t, "result", got, rota.Booked{})
			equal(t, "records", len(d.Records)+len(d.Events)+len(d.Texts), 0)
		})
	}
	t.Run("W10 a microsecond before the start is in time", func(t *testing.T) {
		s := applied()
		_, d, err := accept(s, practice, "", start.Add(-micro))
		succeed(t, s, d, err)
	})
	t.Run("A7 a clash reveals only one's own provider's booking", func(t *testing.T) {
		s := applied()
		entry := booking.Entry{Booking: "b9", Session: "s9", Provider: "south", Span: calendar.Span{Start: start.Add(-time.Hour), End: start.Add(micro)}}
		s.Diary.Entries = []booking.Entry{entry}
		_, _, err := accept(s, practice, "because we must", now)
		fails(t, err, &booking.ClashError{Clinician: "ada"})
		s.Diary.Entries[0].Provider = "north"
		_, _, err = accept(s, practice, "because we must", now)
		entry.Provider = "north"
		fails(t, err, &booking.ClashError{Clinician: "ada", Own: entry})
		s.Diary.Entries[0].Span.End = start
		_, d, err := accept(s, practice, "", now)
		succeed(t, s, d, err)
	})
}

func TestA3Override(t *testing.T) {
	s := applied()
	s.Clinician.Roles = nil
	s.Clinician.Documents[1].Expires = calendar.MustDate(2026, 7, 13)
	_, _, err := accept(s, practice, " \t", now)
	coded(t, err, "not_eligible")
	got, d, err := accept(s, practice, " because she did it for years ", now)
	succeed(t, s, d, err)
	equal(t, "warnings", got.Warnings, []rota.Warning{
		{Code: "ineligible", Text: "They do not work as GP."},
		{Code: "ineligible", Text: "Their indemnity is valid until Mon 13 Jul 2026."},
	})
	if len(d.Texts) != 1 || d.Texts[0].Body != "because she did it for years" || d.Texts[0].Provider != "north" ||
		d.Texts[0].Session != "s1" || d.Texts[0].Class != session.ReasonText {
		t.Errorf("text: %+v", d.Texts)
	}
	e := event(t, d, booking.EventConfirmed)
	equal(t, "reason", e.Reason, d.Texts[0].ID)
	equal(t, "findings", e.Facts["findings"], "document_expired/indemnity,role_not_held")
	equal(t, "known from the beginning", got.Booking.Lapsed, []string{"document_expired/indemnity", "role_not_held"})

	t.Run("A3 what was overridden is not found again", func(t *testing.T) {
		s.Session, s.Booking = got.Session, got.Booking
		b, d, err := rota.Recheck{Command: do("c9", system), Booking: got.Booking.ID}.Decide(s, now)
		succeed(t, s, d, err)
		equal(t, "records", len(d.Records)+len(d.Events), 0)
		equal(t, "booking", b, got.Booking)
		b.Lapsed[0] = "changed"
		equal(t, "no aliasing", s.Booking.Lapsed[0], "document_expired/indemnity")
	})
	t.Run("A3 an override of nothing is nothing", func(t *testing.T) {
		s := applied()
		got, d, err := accept(s, practice, "because", now)
		succeed(t, s, d, err)
		equal(t, "texts", len(d.Texts), 0)
		equal(t, "lapsed", got.Booking.Lapsed, nil)
		equal(t, "warnings", got.Warnings, nil)
	})
	t.Run("no aliasing", func(t *testing.T) {
		got.Booking.Lapsed[0] = "changed"
		for _, r := range d.Records {
			if b, ok := r.(booking.Booking); ok && b.Lapsed[0] == "changed" {
				t.Error("the outcome shares its booking with the decision")
			}
		}
	})
}

func TestA4Decline(t *testing.T) {
	decline := func(s rota.Situation, by session.Actor, reason string) (rota.Application, session.Decision, error) {
		return rota.Decline{Command: do("c5", by), Application: s.Application.ID, Reason: reason}.Decide(s, now)
	}
	t.Run("A4 with a reason", func(t *testing.T) {
		s := applied()
		got, d, err := decline(s, manager, "because of the rota")
		succeed(t, s, d, err)
		want := s.Application
		want.Version, want.State, want.Reason = 2, rota.Declined, d.Texts[0].ID
		equal(t, "application", got, want)
		equal(t, "events", kinds(d), []session.EventKind{rota.EventDeclined})
		equal(t, "reason", d.Events[0].Reason, want.Reason)
		equal(t, "from to", d.Events[0].From+" "+d.Events[0].To, "pending declined")
	})
	t.Run("A4 without", func(t *testing.T) {
		s := applied()
		got, d, err := decline(s, manager, "")
		succeed(t, s, d, err)
		equal(t, "reason", got.Reason, "")
		equal(t, "texts", len(d.Texts), 0)
	})
	t.Run("A4 not what has lapsed", func(t *testing.T) {
		s := applied()
		s.Session.State = session.Withdrawn
		_, _, err := decline(s, manager, "")
		coded(t, err, "wrong_state")
	})
	t.Run("P1 not one's own", func(t *testing.T) {
		_, _, err := decline(applied(), session.RotaManager("person-ada", "north"), "")
		coded(t, err, "forbidden")
	})
}

func TestA1Allocate(t *testing.T) {
	t.Run("A1 makes a confirmed booking", func(t *testing.T) {
		s := open()
		got, d, err := allocate(s, manager, "", now)
		succeed(t, s, d, err)
		equal(t, "booking", got.Booking, booking.Booking{
			ID: session.DeriveID[session.BookingID](do("c4", manager), "booking"), Version: 1, Session: "s1",
			Reference: "#4011", Provider: "north", Practice: "leeds", Clinician: "ada", Person: "person-ada",
			State: booking.Confirmed, Terms: s.Session.Terms, EngagementStart: start, Channel: session.Rota, Made: now,
		})
		equal(t, "application", got.Application, rota.Application{})
		equal(t, "warnings", got.Warnings, nil)
		equal(t, "events", kinds(d), []session.EventKind{booking.EventConfirmed, rota.EventFilled})
		equal(t, "origin", event(t, d, booking.EventConfirmed).Facts["origin"], "allocated")
		equal(t, "written", subjects(d), []session.SubjectKind{session.KindBooking, session.KindSession, session.KindDiary})
	})
	t.Run("A1 the manager is warned where no channel is on", func(t *testing.T) {
		s := open()
		s.Reachable = false
		got, d, err := allocate(s, manager, "", now)
		succeed(t, s, d, err)
		if len(got.Warnings) != 1 || got.Warnings[0].Code != "no_channel" {
			t.Errorf("warnings: %+v", got.Warnings)
		}
	})
	t.Run("A1 a pending application of theirs is accepted", func(t *testing.T) {
		s := applied()
		s.Policies = withdrawal.Policies{offering(0)}
		got, d, err := allocate(s, manager, "", now)
		succeed(t, s, d, err)
		equal(t, "application", got.Application.State, rota.Accepted)
		equal(t, "version", got.Application.Version, 2)
		equal(t, "booking", got.Booking.State, booking.Confirmed)
		equal(t, "events", kinds(d), []session.EventKind{rota.EventAccepted, booking.EventConfirmed, rota.EventFilled})
	})
	for name, change := range map[string]func(*rota.Situation){
		"declined":           func(s *rota.Situation) { s.Application.State = rota.Declined },
		"of an earlier time": func(s *rota.Situation) { s.Application.Round-- },
		"of somebody else":   func(s *rota.Situation) { s.Application.Clinician = "bob" },
		"of another session": func(s *rota.Situation) { s.Application.Session = "s2" },
	} {
		t.Run("A1 an application doesn't count: "+name, func(t *testing.T) {
			s := applied()
			change(&s)
			got, d, err := allocate(s, manager, "", now)
			succeed(t, s, d, err)
			equal(t, "application", got.Application, rota.Application{})
			equal(t, "written", subjects(d), []session.SubjectKind{session.KindBooking, session.KindSession, session.KindDiary})
		})
	}
}

func offering(length time.Duration) withdrawal.Policy {
	p := withdrawal.Default()
	p.Version, p.ValidFrom = 2, now.Add(-time.Hour)
	p.Applications.OfferAllocations, p.Applications.OfferFor = true, withdrawal.Length(length)
	return p
}

func TestA1Offer(t *testing.T) {
	for _, c := range []struct {
		name   string
		length time.Duration
		until  time.Time
	}{
		{"A1 an offer stands as long as the policy says", 48 * time.Hour, now.Add(48 * time.Hour)},
		{"A1 an offer stands until the start at the longest", 1000 * time.Hour, start},
		{"A1 an offer without a length stands until the start", 0, start},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open()
			s.Policies = withdrawal.Policies{offering(c.length)}
			got, d, err := allocate(s, manager, "", now)
			succeed(t, s, d, err)
			equal(t, "state", got.Booking.State, booking.Offered)
			equal(t, "until", got.Booking.OfferedUntil, c.until)
			equal(t, "A1 counts as live", got.Session.State, session.Filled)
			equal(t, "A1 holds the time", diaryChange(t, d).Put, []booking.Entry{got.Booking.Entry()})
			e := event(t, d, booking.EventOffered)
			equal(t, "to", e.To, "offered")
			equal(t, "fact until", e.Facts["until"], c.until.Format(time.RFC3339Nano))
		})
	}
}

func TestAllocateRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*rota.Situation)
		by     session.Actor
		when   time.Time
		code   string
	}{
		{"A7 a session that is filled", func(s *rota.Situation) { s.Session.State = session.Filled }, manager, now, "wrong_state"},
		{"A1 a draft", func(s *rota.Situation) { s.Session.State = session.Draft }, manager, now, "wrong_state"},
		{"W4 while a case is open", func(s *rota.Situation) { s.Session.Case = "k1" }, manager, now, "session_frozen"},
		{"W10 at the start", func(*rota.Situation) {}, manager, start, "session_started"},
		{"A3 somebody who is not eligible", func(s *rota.Situation) { s.Clinician.Roles = nil }, manager, now, "not_eligible"},
		{"A7 somebody who is booked elsewhere", func(s *rota.Situation) {
			s.Diary.Entries = []booking.Entry{{Booking: "b9", Span: s.Session.Terms.Span}}
		}, manager, now, "booking_clash"},
		{"P1 oneself", func(*rota.Situation) {}, session.RotaManager("person-ada", "north"), now, "forbidden"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open()
			c.change(&s)
			got, d, err := allocate(s, c.by, "", c.when)
			coded(t, err, c.code)
			equal(t, "result", got, rota.Booked{})
			equal(t, "records", len(d.Records)+len(d.Events)+len(d.Texts), 0)
		})
	}
	t.Run("A3 with a reason and no channel", func(t *testing.T) {
		s := open()
		s.Clinician.Roles, s.Reachable = nil, false
		got, d, err := allocate(s, manager, "because", now)
		succeed(t, s, d, err)
		equal(t, "warnings", len(got.Warnings), 2)
		equal(t, "reason", event(t, d, booking.EventConfirmed).Reason, d.Texts[0].ID)
	})
}
