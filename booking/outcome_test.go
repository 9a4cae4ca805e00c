package booking_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

func complete() booking.Complete {
	return booking.Complete{Command: session.Do("cmd", keeper), Session: "s-1"}
}

func noShow(by session.Actor) booking.RecordNoShow {
	return booking.RecordNoShow{Command: session.Do("cmd", by), Booking: "b-1", Reason: " Nobody came. "}
}

func endEarly(by session.Actor, at time.Time) booking.EndEarly {
	return booking.EndEarly{Command: session.Do("cmd", by), Booking: "b-1", At: at, Reason: "The heating failed."}
}

func TestB1CompletedByTheClock(t *testing.T) {
	s := booked(t)
	over, d, err := complete().Decide(s, end)
	if err != nil {
		t.Fatal(err)
	}
	wantSession := s.Session
	wantSession.Version, wantSession.State = 8, session.Completed
	if diff := compare(wantSession, over); diff != "" {
		t.Error(diff)
	}
	want := s.Booking
	want.Version, want.State = 4, booking.Completed
	want.Ending = booking.Ending{
		At: end, Recorded: end, By: keeper, Route: booking.ByClock, Cause: booking.ByNeither,
		Ahead: -8 * time.Hour, Worked: end,
	}
	if diff := compare([]session.Record{wantSession, want}, d.Records); diff != "" {
		t.Error(diff)
	}
	if got := told(d); got != "session.completed@8 booking.completed@4" {
		t.Errorf("N4 told %s", got)
	}
	facts := session.Facts{
		"reference": "#401000123", "practice": "chapel-allerton", "clinician": "ada",
		"start": "2026-07-14T07:00:00Z", "end": "2026-07-14T15:00:00Z",
	}
	wantEvent := session.Event{
		Subject: session.Subject{Kind: "booking", ID: "b-1"}, Version: 4, Kind: "booking.completed",
		Provider: "leeds-health", Session: "s-1", At: end, By: keeper, Command: "cmd",
		From: "confirmed", To: "completed", Facts: facts,
	}
	if diff := compare(wantEvent, event(t, d, booking.EventCompleted)); diff != "" {
		t.Error(diff)
	}
	if e := event(t, d, booking.EventSessionCompleted); e.From != "filled" || e.To != "completed" ||
		e.Facts["booking"] != "b-1" || e.Facts["reference"] != "#401000123" || e.Facts["practice"] != "chapel-allerton" {
		t.Errorf("%+v", e)
	}
}

func TestS2CompletingRefused(t *testing.T) {
	s := booked(t)
	_, d, err := complete().Decide(s, end.Add(-time.Microsecond))
	wantError[*session.NotEndedError](t, err, "session_not_ended", "Session #401000123 is not over yet, so you can't complete it.")
	wantNothing(t, d)

	for _, state := range []session.State{session.Draft, session.Open, session.Completed, session.Withdrawn, session.Expired} {
		s := s
		s.Session.State = state
		_, d, err := complete().Decide(s, after)
		refused(t, "The session is "+state.String()+", so you can't complete it.", d, err)
	}
	for _, state := range everyState {
		if state == booking.Confirmed {
			continue
		}
		s := s
		s.Booking.State = state
		_, d, err := complete().Decide(s, after)
		refused(t, "The booking is "+strings.ReplaceAll(state.String(), "_", " ")+", so you can't complete it.", d, err)
	}
}

func TestW4FrozenWhileACaseIsOpen(t *testing.T) {
	const text = "Customer support is looking at a request to withdraw session #401000123; until that is settled it can't be changed."
	s := booked(t)
	s.Session.Case = "case-1"
	_, d, err := complete().Decide(s, after)
	wantError[*session.FrozenError](t, err, "session_frozen", text)
	wantNothing(t, d)
	_, d, err = noShow(jo).Decide(s, after)
	wantError[*session.FrozenError](t, err, "session_frozen", text)
	wantNothing(t, d)
	_, d, err = endEarly(jo, start.Add(time.Hour)).Decide(s, after)
	wantError[*session.FrozenError](t, err, "session_frozen", text)
	wantNothing(t, d)
}

func TestW4WithdrawnLateIsNoNoShow(t *testing.T) {
	s := booked(t)
	s.Session.State, s.Booking.State = session.Withdrawn, booking.Cancelled
	_, d, err := noShow(jo).Decide(s, after)
	refused(t, "The booking is cancelled, so you can't record a no-show.", d, err)
	_, d, err = endEarly(jo, start.Add(time.Hour)).Decide(s, after)
	refused(t, "The booking is cancelled, so you can't end it early.", d, err)
}

func TestW10NoShow(t *testing.T) {
	t.Run("W10 before the clock completed it", func(t *testing.T) {
		s := booked(t)
		missed, d, err := noShow(jo).Decide(s, start)
		if err != nil {
			t.Fatal(err)
		}
		want := s.Booking
		want.Version, want.State = 4, booking.NoShow
		want.Ending = booking.Ending{
			At: start, Recorded: start, By: jo, Route: booking.ByReport, Cause: booking.ByClinician, Reason: d.Texts[0].ID,
		}
		if diff := compare(want, missed); diff != "" {
			t.Error(diff)
		}
		if d.Texts[0].Body != "Nobody came." || d.Texts[0].Class != session.ReasonText || d.Texts[0].Session != "s-1" {
			t.Errorf("P4 %+v", d.Texts[0])
		}
		if over := record[session.Session](t, d); over.State != session.Completed || over.Version != 8 {
			t.Errorf("S2 %+v", over)
		}
		if got := told(d); got != "session.completed@8 booking.no_show@4" {
			t.Errorf("told %s", got)
		}
		e := event(t, d, booking.EventNoShow)
		if e.From != "confirmed" || e.To != "no_show" || e.Reason != d.Texts[0].ID || e.Facts["worked"] != "" {
			t.Errorf("%+v", e)
		}
	})
	t.Run("W10 after the clock completed it", func(t *testing.T) {
		missed, d, err := noShow(mo).Decide(worked(t), after)
		if err != nil {
			t.Fatal(err)
		}
		if missed.State != booking.NoShow || missed.Version != 5 || !missed.Ending.Worked.IsZero() ||
			missed.Ending.Route != booking.ByReport || missed.Ending.Ahead != -11*time.Hour {
			t.Errorf("%+v", missed)
		}
		if got := told(d); got != "booking.no_show@5" || len(d.Records) != 2 {
			t.Errorf("told %s", got)
		}
		if freed := record[booking.DiaryChange](t, d); len(freed.Drop) != 1 || freed.Drop[0] != "b-1" || len(freed.Put) > 0 {
			t.Errorf("A7 the clinician's time is not free again: %+v", freed)
		}
	})
	t.Run("W10 not before the start", func(t *testing.T) {
		_, d, err := noShow(jo).Decide(booked(t), start.Add(-time.Microsecond))
		wantError[*session.NotStartedError](t, err, "session_not_started",
			"Session #401000123 has not started yet, so you can't record a no-show.")
		wantNothing(t, d)
	})
	t.Run("B2 not once the hours are approved", func(t *testing.T) {
		_, d, err := noShow(jo).Decide(invoiced(t), after)
		refused(t, "The hours are approved, so you can't record a no-show.", d, err)
		if _, _, err := noShow(jo).Decide(stated(t), after); err != nil {
			t.Errorf("hours stated by the clinician alone stand in the way: %v", err)
		}
	})
	t.Run("P1 not by the clinician in any capacity", func(t *testing.T) {
		_, d, err := noShow(partner).Decide(worked(t), after)
		forbidden(t, "As a practice you may not record a no-show: "+otherSide, d, err)
		_, d, err = noShow(ada).Decide(worked(t), after)
		forbidden(t, "As a clinician you may not record a no-show: "+otherSide, d, err)
	})
	t.Run("B1 not of an offer, nor twice", func(t *testing.T) {
		s := booked(t)
		s.Booking.State = booking.Offered
		_, d, err := noShow(jo).Decide(s, after)
		refused(t, "The booking is offered, so you can't record a no-show.", d, err)
		s.Booking.State = booking.NoShow
		_, d, err = noShow(jo).Decide(s, after)
		refused(t, "The booking is no show, so you can't record a no-show.", d, err)
	})
	t.Run("S2 not while the session is open", func(t *testing.T) {
		s := booked(t)
		s.Session.State = session.Open
		_, d, err := noShow(jo).Decide(s, after)
		refused(t, "The session is open, so you can't complete it.", d, err)
	})
}

func TestB1EarlyEnd(t *testing.T) {
	noon := at("2026-07-14T11:00:00Z")
	t.Run("B1 completed with an end time", func(t *testing.T) {
		for _, by := range []session.Actor{jo, mo, ada} {
			s := booked(t)
			early, d, err := endEarly(by, noon.Add(999*time.Nanosecond)).Decide(s, noon.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			want := s.Booking
			want.Version, want.State = 4, booking.Completed
			want.Ending = booking.Ending{
				At: noon.Add(time.Hour), Recorded: noon.Add(time.Hour), By: by, Route: booking.ByReport, Cause: booking.ByNeither,
				Reason: d.Texts[0].ID, Ahead: -5 * time.Hour, Worked: noon,
			}
			if diff := compare(want, early); diff != "" {
				t.Error(diff)
			}
			if got := told(d); got != "session.completed@8 booking.ended_early@4" {
				t.Errorf("told %s", got)
			}
			e := event(t, d, booking.EventEndedEarly)
			if e.From != "confirmed" || e.To != "completed" || e.Facts["worked"] != "2026-07-14T11:00:00Z" || e.Reason == "" {
				t.Errorf("%+v", e)
			}
		}
	})
	t.Run("B1 corrects what the clock completed", func(t *testing.T) {
		s := worked(t)
		early, d, err := endEarly(jo, noon).Decide(s, after)
		if err != nil {
			t.Fatal(err)
		}
		if early.State != booking.Completed || early.Version != 5 || !early.Ending.Worked.Equal(noon) ||
			early.Ending.Route != booking.ByReport {
			t.Errorf("%+v", early)
		}
		if e := d.Events[0]; told(d) != "booking.ended_early@5" || e.From != "" || e.To != "" {
			t.Errorf("%+v", e)
		}
		s.Booking = early
		if again, _, err := endEarly(ada, noon.Add(time.Hour)).Decide(s, after); err != nil || again.Version != 6 {
			t.Errorf("not corrected again: %v", err)
		}
	})
	t.Run("B1 between start and agreed end, and not in the future", func(t *testing.T) {
		for _, c := range []struct {
			at, now time.Time
			ok      bool
		}{
			{start, after, false},
			{start.Add(time.Microsecond), after, true},
			{end.Add(-time.Microsecond), after, true},
			{end, after, false},
			{noon, noon, true},
			{noon.Add(time.Microsecond), noon, false},
		} {
			_, d, err := endEarly(jo, c.at).Decide(booked(t), c.now)
			if c.ok && err != nil {
				t.Errorf("%v: %v", c.at, err)
			}
			if !c.ok {
				wantField(t, err, "At")
				wantNothing(t, d)
			}
		}
	})
	t.Run("W10 not before the start", func(t *testing.T) {
		_, d, err := endEarly(jo, noon).Decide(booked(t), start.Add(-time.Microsecond))
		wantError[*session.NotStartedError](t, err, "session_not_started",
			"Session #401000123 has not started yet, so you can't end it early.")
		wantNothing(t, d)
	})
	t.Run("B2 not once the hours are approved", func(t *testing.T) {
		_, d, err := endEarly(jo, noon).Decide(invoiced(t), after)
		refused(t, "The hours are approved, so you can't end it early.", d, err)
	})
	t.Run("B1 not of a no-show", func(t *testing.T) {
		s := worked(t)
		s.Booking.State = booking.NoShow
		_, d, err := endEarly(jo, noon).Decide(s, after)
		refused(t, "The booking is no show, so you can't end it early.", d, err)
	})
	t.Run("P1 not by the clinician for the practice", func(t *testing.T) {
		_, d, err := endEarly(partner, noon).Decide(booked(t), after)
		forbidden(t, "As a practice you may not end it early: "+ownBooking, d, err)
	})
}

// A change to another day that the clinician has not answered when the agreed start comes is void.
func TestS5UnansweredChangeIsVoid(t *testing.T) {
	august := calendar.Span{Start: start.AddDate(0, 1, 0), End: end.AddDate(0, 1, 0)}
	changed := func(t *testing.T) booking.Situation {
		s := booked(t)
		s.Session.Terms.Span = august
		s.Booking.Pending = booking.Pending{Terms: s.Session.Terms, Since: start.Add(-time.Hour), By: jo}
		s.Diary.Entries = []booking.Entry{s.Booking.Entry()}
		if !s.Diary.Entries[0].Overlaps(august) {
			t.Fatal("the diary does not hold both spans")
		}
		return s
	}
	until := func(end time.Time) booking.DiaryChange {
		return booking.DiaryChange{Clinician: "ada", Version: 10, Put: []booking.Entry{{
			Booking: "b-1", Session: "s-1", Reference: "#401000123", Provider: "leeds-health", Span: calendar.Span{Start: start, End: end},
		}}}
	}
	check := func(t *testing.T, d session.Decision, kinds string, want booking.DiaryChange) {
		t.Helper()
		s, b, c := record[session.Session](t, d), record[booking.Booking](t, d), record[booking.DiaryChange](t, d)
		if !s.Terms.Equal(terms()) || s.State != session.Completed {
			t.Errorf("S5 the session is not as it was agreed: %+v", s)
		}
		if !b.Pending.IsZero() || !b.Terms.Equal(terms()) {
			t.Errorf("S5 %+v", b)
		}
		if diff := compare(want, c); diff != "" {
			t.Error(diff)
		}
		if told(d) != kinds {
			t.Errorf("told %s", told(d))
		}
		e := event(t, d, booking.EventChangeVoid)
		if e.Subject != s.Subject() || e.Facts["start"] != "2026-07-14T07:00:00Z" || e.Facts["booking"] != "b-1" {
			t.Errorf("%+v", e)
		}
	}
	_, d, err := complete().Decide(changed(t), end)
	if err != nil {
		t.Fatal(err)
	}
	check(t, d, "session.change_void@8 session.completed@8 booking.completed@4", until(end))
	if _, d, err = noShow(jo).Decide(changed(t), start); err != nil {
		t.Fatal(err)
	}
	check(t, d, "session.change_void@8 session.completed@8 booking.no_show@4",
		booking.DiaryChange{Clinician: "ada", Version: 10, Drop: []session.BookingID{"b-1"}})
	if _, d, err = endEarly(jo, start.Add(time.Hour)).Decide(changed(t), end); err != nil {
		t.Fatal(err)
	}
	check(t, d, "session.change_void@8 session.completed@8 booking.ended_early@4", until(start.Add(time.Hour)))

	_, d, err = complete().Decide(changed(t), end.Add(-time.Microsecond))
	wantError[*session.NotEndedError](t, err, "session_not_ended", "Session #401000123 is not over yet, so you can't complete it.")
	wantNothing(t, d)
}

func TestDecisionsShareNothing(t *testing.T) {
	s := booked(t)
	_, d, err := complete().Decide(s, end)
	if err != nil {
		t.Fatal(err)
	}
	b := record[booking.Booking](t, d)
	b.Lapsed[0] = "changed"
	if s.Booking.Lapsed[0] != "indemnity" {
		t.Error("the next booking shares a list with the one before")
	}
	s.Booking = b
	s.Booking.Lapsed[0] = "indemnity"
	s.Session = record[session.Session](t, d)
	early, _, err := endEarly(jo, start.Add(time.Hour)).Decide(s, after)
	if err != nil {
		t.Fatal(err)
	}
	early.Lapsed[0] = "changed"
	if s.Booking.Lapsed[0] != "indemnity" {
		t.Error("the corrected booking shares a list with the one before")
	}
}

func TestOutcomesRefuseBadFields(t *testing.T) {
	checkCommand(t, complete(),
		wrongHead(func(c *booking.Complete) *session.Command { return &c.Command }),
		map[string][]wrong[booking.Complete]{
			"Session": wrongID("Session", func(c *booking.Complete) *string { return (*string)(&c.Session) }),
		})
	checkCommand(t, noShow(jo),
		wrongHead(func(c *booking.RecordNoShow) *session.Command { return &c.Command }),
		map[string][]wrong[booking.RecordNoShow]{
			"Booking": wrongID("Booking", func(c *booking.RecordNoShow) *string { return (*string)(&c.Booking) }),
			"Reason":  wrongText("Reason", func(c *booking.RecordNoShow) *string { return &c.Reason }),
		})
	checkCommand(t, endEarly(jo, start),
		wrongHead(func(c *booking.EndEarly) *session.Command { return &c.Command }),
		map[string][]wrong[booking.EndEarly]{
			"Booking": wrongID("Booking", func(c *booking.EndEarly) *string { return (*string)(&c.Booking) }),
			"At":      {{"missing", "At", func(c *booking.EndEarly) { c.At = time.Time{} }}},
			"Reason":  wrongText("Reason", func(c *booking.EndEarly) *string { return &c.Reason }),
		})
}

// What was not worked is free again; a report that takes time back is refused where the clinician is booked meanwhile.
func TestA7AnEarlyEndFreesTheRest(t *testing.T) {
	s := booked(t)
	first := start.Add(2 * time.Hour)
	ended, d, err := endEarly(jo, first).Decide(s, end)
	if err != nil {
		t.Fatal(err)
	}
	kept := record[booking.DiaryChange](t, d).Put
	if len(kept) != 1 || !kept[0].Span.Start.Equal(start) || !kept[0].Span.End.Equal(first) {
		t.Errorf("A7 the diary holds %+v", kept)
	}
	s.Booking, s.Session.State = ended, session.Completed
	s.Diary.Entries = slices.Concat(kept, []booking.Entry{{
		Booking: "b-2", Provider: "york-health", Span: calendar.Span{Start: start.Add(3 * time.Hour), End: end},
	}})
	if _, _, err := endEarly(jo, start.Add(3*time.Hour)).Decide(s, end); err != nil {
		t.Errorf("A7 up to the other booking: %v", err)
	}
	_, d, err = endEarly(jo, start.Add(3*time.Hour+time.Microsecond)).Decide(s, end)
	wantError[*booking.ClashError](t, err, "booking_clash", "The clinician is booked elsewhere at that time.")
	wantNothing(t, d)
}
