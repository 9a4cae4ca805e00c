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

func answer(s rota.Situation, yes bool, by session.Actor, when time.Time) (rota.Booked, session.Decision, error) {
	if yes {
		return rota.AcceptOffer{Command: do("c6", by), Booking: "b1"}.Decide(s, when)
	}
	return rota.DeclineOffer{Command: do("c6", by), Booking: "b1", Reason: "because of the children"}.Decide(s, when)
}

func lapse(s rota.Situation, when time.Time) (rota.Booked, session.Decision, error) {
	return rota.LapseOffer{Command: do("c7", system), Booking: "b1"}.Decide(s, when)
}

// untilStart is an offer that stands until the start.
func untilStart() rota.Situation {
	s := offered()
	s.Booking.OfferedUntil = time.Time{}
	return s
}

func TestA1AcceptOffer(t *testing.T) {
	t.Run("A1 yes confirms it", func(t *testing.T) {
		s := offered()
		got, d, err := answer(s, true, clinician, s.Booking.OfferedUntil.Add(-micro))
		succeed(t, s, d, err)
		want := s.Booking
		want.Version, want.State = 2, booking.Confirmed
		equal(t, "booking", got.Booking, want)
		equal(t, "session", got.Session, s.Session)
		equal(t, "written", d.Records, []session.Record{want})
		equal(t, "from to", d.Events[0].From+" "+d.Events[0].To, "offered confirmed")
		equal(t, "origin", d.Events[0].Facts["origin"], "allocated")
	})
	t.Run("A1 its end is too late", func(t *testing.T) {
		s := offered()
		_, _, err := answer(s, true, clinician, s.Booking.OfferedUntil)
		fails(t, err, &rota.OfferOverError{Reference: "#4011", Until: s.Booking.OfferedUntil})
	})
	t.Run("A1 without an end it stands until the start", func(t *testing.T) {
		s := untilStart()
		_, d, err := answer(s, true, clinician, start.Add(-micro))
		succeed(t, s, d, err)
		_, _, err = answer(s, true, clinician, start)
		fails(t, err, &session.StartedError{Reference: "#4011", Act: "accept the offer"})
	})
	t.Run("A1 not twice", func(t *testing.T) {
		_, _, err := answer(booked(), true, clinician, now)
		coded(t, err, "wrong_state")
	})
	t.Run("W4 no acceptances while a case is open", func(t *testing.T) {
		s := offered()
		s.Session.Case = "k1"
		_, _, err := answer(s, true, clinician, now)
		fails(t, err, &session.FrozenError{Reference: "#4011", Case: "k1"})
	})
	t.Run("P1 only as the clinician", func(t *testing.T) {
		for _, yes := range []bool{true, false} {
			_, _, err := answer(offered(), yes, session.RotaManager("person-ada", "north"), now)
			coded(t, err, "forbidden")
		}
	})
}

func TestA1DeclineOffer(t *testing.T) {
	t.Run("A1 no opens the session again", func(t *testing.T) {
		s := offered()
		when := s.Booking.OfferedUntil.Add(time.Hour)
		got, d, err := answer(s, false, clinician, when)
		succeed(t, s, d, err)
		wantBooking := s.Booking
		wantBooking.Version, wantBooking.State = 2, booking.Cancelled
		wantBooking.Ending = booking.Ending{At: when, Recorded: when, By: clinician, Route: booking.OfferDeclined,
			Reason: d.Texts[0].ID, Cause: booking.ByClinician, Ahead: start.Sub(when)}
		wantSession := s.Session
		wantSession.Version, wantSession.State, wantSession.Booking, wantSession.Opened = 4, session.Open, "", when
		equal(t, "outcome", got, rota.Booked{Session: wantSession, Booking: wantBooking})
		equal(t, "records", d.Records, []session.Record{
			wantBooking, wantSession, booking.DiaryChange{Clinician: "ada", Version: 5, Drop: []session.BookingID{"b1"}},
		})
		equal(t, "events", kinds(d), []session.EventKind{rota.EventOfferDeclined, withdrawal.EventReopened})
		equal(t, "from to", d.Events[0].From+" "+d.Events[0].To, "offered cancelled")
		equal(t, "reason", d.Events[0].Reason, d.Texts[0].ID)
		equal(t, "no fee comes of an offer", got.Booking.Ending.Fee, false)
	})
	t.Run("A1 not what is confirmed", func(t *testing.T) {
		_, _, err := answer(booked(), false, clinician, now)
		fails(t, err, &session.StateError{Kind: session.KindBooking, ID: "b1", State: "confirmed", Act: "decline the offer"})
		_, _, err = answer(booked(), false, clinician, start)
		coded(t, err, "wrong_state")
	})
	t.Run("W10 not after the start", func(t *testing.T) {
		s := untilStart()
		_, _, err := answer(s, false, clinician, start)
		fails(t, err, &session.StartedError{Reference: "#4011", Act: "decline the offer"})
		_, d, err := answer(s, false, clinician, start.Add(-micro))
		succeed(t, s, d, err)
	})
	t.Run("W4 while a case is open the session is withdrawn", func(t *testing.T) {
		s := offered()
		s.Session.Case = "k1"
		s.Case = withdrawal.Case{ID: "k1", Version: 1, Session: "s1", Provider: "north", Practice: "leeds", Booking: "b1",
			State: withdrawal.CaseOpen, Via: withdrawal.ByForm, Opened: now, Received: now, Target: now}
		got, d, err := answer(s, false, clinician, now)
		succeed(t, s, d, err)
		equal(t, "session", got.Session.State, session.Withdrawn)
		equal(t, "case", got.Case.State, withdrawal.CaseActioned)
		s.Case = withdrawal.Case{}
		_, _, err = answer(s, false, clinician, now)
		coded(t, err, "not_found")
	})
	t.Run("S2 a session that isn't filled", func(t *testing.T) {
		s := offered()
		s.Session.State = session.Open
		got, d, err := answer(s, false, clinician, now)
		coded(t, err, "wrong_state")
		equal(t, "nothing", len(d.Records)+len(got.Warnings), 0)
		_, _, err = lapse(s, start)
		if err == nil {
			_, ok := s.Session.State.Next(session.Expiring)
			equal(t, "an open one may expire", ok, true)
		}
	})
}

func TestA1LapseOffer(t *testing.T) {
	t.Run("A1 not a microsecond before its end", func(t *testing.T) {
		s := offered()
		_, _, err := lapse(s, s.Booking.OfferedUntil.Add(-micro))
		fails(t, err, &rota.OfferStandsError{Reference: "#4011", Until: s.Booking.OfferedUntil})
		_, _, err = lapse(untilStart(), start.Add(-micro))
		fails(t, err, &rota.OfferStandsError{Reference: "#4011", Until: start})
	})
	t.Run("A1 unanswered it opens the session again", func(t *testing.T) {
		s := offered()
		when := s.Booking.OfferedUntil
		got, d, err := lapse(s, when)
		succeed(t, s, d, err)
		equal(t, "session", got.Session.State, session.Open)
		equal(t, "round", got.Session.Round, s.Session.Round)
		equal(t, "ending", got.Booking.Ending, booking.Ending{At: when, Recorded: when, By: system,
			Route: booking.OfferLapsed, Cause: booking.ByNeither, Ahead: start.Sub(when)})
		equal(t, "events", kinds(d), []session.EventKind{rota.EventOfferLapsed, withdrawal.EventReopened})
		equal(t, "drop", diaryChange(t, d).Drop, []session.BookingID{"b1"})
	})
	t.Run("A1 at the start it expires", func(t *testing.T) {
		s := untilStart()
		got, d, err := lapse(s, start)
		succeed(t, s, d, err)
		equal(t, "session", got.Session.State, session.Expired)
		equal(t, "booking", got.Session.Booking, "")
		equal(t, "events", kinds(d), []session.EventKind{rota.EventOfferLapsed, session.EventExpired})
		e := event(t, d, session.EventExpired)
		equal(t, "from to", e.From+" "+e.To, "filled expired")
		equal(t, "who", e.Facts["clinician"]+e.Facts["booking"], "adab1")
	})
	t.Run("A1 not what is answered", func(t *testing.T) {
		_, _, err := lapse(booked(), start)
		coded(t, err, "wrong_state")
	})
	t.Run("S5 the session stays as it was changed", func(t *testing.T) {
		s := pendingTo(offered(), calendar.Span{Start: start.AddDate(0, 1, 0), End: end.AddDate(0, 1, 0)})
		got, d, err := lapse(s, start)
		succeed(t, s, d, err)
		equal(t, "session", got.Session.State, session.Open)
		equal(t, "start", got.Session.Terms.Span.Start, start.AddDate(0, 1, 0))
		equal(t, "pending", got.Booking.Pending.IsZero(), true)
	})
	t.Run("S5 unless the changed start has passed first", func(t *testing.T) {
		early := calendar.Span{Start: now.Add(24 * time.Hour), End: now.Add(34 * time.Hour)}
		s := pendingTo(offered(), early)
		got, d, err := lapse(s, s.Booking.OfferedUntil)
		succeed(t, s, d, err)
		equal(t, "session", got.Session.State, session.Open)
		equal(t, "terms", got.Session.Terms, s.Booking.Terms)
		equal(t, "engagement", got.Session.EngagementStart, start)
		equal(t, "events", kinds(d), []session.EventKind{rota.EventOfferLapsed, withdrawal.EventReopened, booking.EventChangeVoid})
	})
}

// pendingTo has a change of the time waiting since now.
func pendingTo(s rota.Situation, span calendar.Span) rota.Situation {
	s.Session.Terms.Span = span
	if s.Session.EngagementStart.Equal(s.Booking.Terms.Span.Start) {
		s.Session.EngagementStart = span.Start
	}
	s.Booking.Pending = booking.Pending{Terms: s.Session.Terms, Since: now, By: practice}
	s.Diary.Entries = []booking.Entry{s.Booking.Entry()}
	return s
}
