package rota_test

import (
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

func change(s rota.Situation, c rota.Change, when time.Time) (rota.Changed, session.Decision, error) {
	if c.ID == "" {
		c.Command = do("c8", practice)
	}
	c.Session = "s1"
	return c.Decide(s, when)
}

// moved is a change to another day, from 08:00 to 18:00.
func moved(day int, month time.Month) rota.Change {
	return rota.Change{Start: local(day, month, "08:00"), End: local(day, month, "18:00")}
}

func TestS5UnfilledSession(t *testing.T) {
	for _, state := range []session.State{session.Draft, session.Open} {
		t.Run("S5 it holds at once: "+state.String(), func(t *testing.T) {
			s := open()
			s.Session.State = state
			got, d, err := change(s, rota.Change{
				Role: " ANP ", Start: local(15, time.July, "09:00"), End: local(15, time.July, "17:00"), Break: ptr(30 * time.Minute),
				Rate:  session.Rate{Amount: decimal.NewFromInt(500), Currency: "EUR", Per: session.PerSession},
				Place: ptr(" Room 2 "), Instructions: ptr(""),
			}, now)
			succeed(t, s, d, err)
			want := s.Session
			want.Version = 4
			want.Terms = session.Terms{
				Role: "ANP", Span: calendar.Span{Start: at("2026-07-15T08:00:00Z"), End: at("2026-07-15T16:00:00Z")},
				Break: 30 * time.Minute, Rate: session.Rate{Amount: decimal.NewFromInt(500), Currency: "EUR", Per: session.PerSession},
				Place: "Room 2",
			}
			want.EngagementStart = want.Terms.Span.Start
			equal(t, "changed", got, rota.Changed{Session: want, Fields: []string{"role", "start", "end", "break", "rate", "place", "instructions"}})
			equal(t, "records", d.Records, []session.Record{want})
			equal(t, "events", kinds(d), []session.EventKind{rota.EventChanged})
			equal(t, "facts, field by field", d.Events[0].Facts, session.Facts{
				"reference": "#4011", "practice": "leeds", "role": "ANP", "start": "2026-07-15T08:00:00Z",
				"end": "2026-07-15T16:00:00Z", "channel": "rota", "role.from": "GP", "role.to": "ANP",
				"start.from": "2026-07-14T07:00:00Z", "start.to": "2026-07-15T08:00:00Z",
				"end.from": "2026-07-14T17:00:00Z", "end.to": "2026-07-15T16:00:00Z", "break.from": "60", "break.to": "30",
				"rate.from": "70", "rate.to": "500", "per.from": "hour", "per.to": "session", "currency.from": "GBP",
				"currency.to": "EUR", "place": "changed", "instructions": "changed",
			})
		})
	}
	t.Run("S5 one end alone", func(t *testing.T) {
		s := open()
		got, d, err := change(s, rota.Change{End: local(14, time.July, "19:00")}, now)
		succeed(t, s, d, err)
		equal(t, "span", got.Session.Terms.Span, calendar.Span{Start: start, End: end.Add(time.Hour)})
		equal(t, "fields", got.Fields, []string{"end"})
		got, _, err = change(s, rota.Change{Start: local(14, time.July, "07:00")}, now)
		succeed(t, s, d, err)
		equal(t, "span", got.Session.Terms.Span, calendar.Span{Start: start.Add(-time.Hour), End: end})
		equal(t, "fields", got.Fields, []string{"start"})
	})
	t.Run("S5 the engagement follows only where it began with the session", func(t *testing.T) {
		for _, c := range []struct{ began, want time.Time }{
			{start, start.Add(-time.Hour)},
			{start.Add(-48 * time.Hour), start.Add(-48 * time.Hour)},
			{start.Add(-30 * time.Minute), start.Add(-time.Hour)},
		} {
			s := open()
			s.Session.EngagementStart = c.began
			got, _, err := change(s, rota.Change{Start: local(14, time.July, "07:00")}, now)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "engagement", got.Session.EngagementStart, c.want)
		}
	})
	t.Run("S5 nothing changes", func(t *testing.T) {
		for _, c := range []rota.Change{
			{}, moved(14, time.July),
			{Role: "GP", Break: ptr(time.Hour), Place: ptr("Room 1"), Instructions: ptr("Ring the bell. "),
				Rate: session.Rate{Amount: decimal.RequireFromString("70.00"), Currency: "GBP", Per: session.PerHour}},
		} {
			_, _, err := change(open(), c, now)
			fails(t, err, &rota.UnchangedError{Reference: "#4011"})
		}
	})
}

func TestS5Refusals(t *testing.T) {
	tooLong := moved(14, time.July)
	tooLong.End = local(20, time.July, "08:00")
	for _, c := range []struct {
		name   string
		change rota.Change
		field  string
	}{
		{"the end before the start", rota.Change{Start: local(14, time.July, "18:00"), End: local(14, time.July, "08:00")}, "End"},
		{"too long", tooLong, "End"},
		{"the end alone before the start", rota.Change{End: local(14, time.July, "07:00")}, "End"},
		{"the end alone at the start", rota.Change{End: local(14, time.July, "08:00")}, "End"},
		{"the start alone at the end", rota.Change{Start: local(14, time.July, "18:00")}, "Start"},
		{"the start alone too early", rota.Change{Start: local(11, time.July, "17:00")}, "Start"},
		{"the end alone too late", rota.Change{End: local(17, time.July, "08:01")}, "End"},
		{"the start in the past", moved(2, time.July), "Start"},
		{"a break as long as the session", rota.Change{Break: ptr(10 * time.Hour)}, "Break"},
		{"T5 a start that a clock change skips", rota.Change{Start: local(29, time.March, "01:30"), End: local(29, time.March, "05:00")}, "Start"},
		{"T5 a start alone that one skips", rota.Change{Start: local(29, time.March, "01:30")}, "Start"},
		{"T5 an end alone that one repeats", rota.Change{End: local(25, time.October, "01:30")}, "End"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, d, err := change(open(), c.change, now)
			equal(t, "field", fieldOf(t, err), c.field)
			equal(t, "records", len(d.Records), 0)
		})
	}
	t.Run("limits are in reach", func(t *testing.T) {
		for _, c := range []rota.Change{
			{Break: ptr(10*time.Hour - time.Minute)},
			{End: local(17, time.July, "08:00")},
			{Start: local(11, time.July, "18:00")},
		} {
			if _, _, err := change(open(), c, now); err != nil {
				t.Errorf("%+v: %v", c, err)
			}
		}
		s := open()
		if _, _, err := change(s, moved(2, time.July), at("2026-07-02T06:59:59.999999Z")); err != nil {
			t.Error(err)
		}
		if _, _, err := change(s, moved(2, time.July), at("2026-07-02T07:00:00Z")); err == nil {
			t.Error("the start itself is in the past")
		}
	})
	for _, state := range []session.State{session.Completed, session.Withdrawn, session.Expired} {
		t.Run("S2 a session that is "+state.String(), func(t *testing.T) {
			s := open()
			s.Session.State = state
			_, _, err := change(s, moved(15, time.July), now)
			coded(t, err, "wrong_state")
		})
	}
	t.Run("W10 not from the start on", func(t *testing.T) {
		_, _, err := change(open(), moved(15, time.July), start)
		fails(t, err, &session.StartedError{Reference: "#4011", Act: "change it"})
		if _, _, err := change(open(), moved(15, time.July), start.Add(-micro)); err != nil {
			t.Error(err)
		}
		later := pendingTo(booked(), calendar.Span{Start: start.Add(48 * time.Hour), End: end.Add(48 * time.Hour)})
		_, _, err = change(later, moved(17, time.July), start)
		fails(t, err, &session.StartedError{Reference: "#4011", Act: "change it"})
	})
	t.Run("W4 not while a case is open", func(t *testing.T) {
		s := booked()
		s.Session.Case = "k1"
		_, _, err := change(s, moved(15, time.July), now)
		fails(t, err, &session.FrozenError{Reference: "#4011", Case: "k1"})
	})
	t.Run("P1 nobody raises their own pay", func(t *testing.T) {
		c := rota.Change{Command: do("c8", session.Practice("person-ada", "north", "leeds")),
			Rate: session.Rate{Amount: decimal.NewFromInt(700), Currency: "GBP", Per: session.PerHour}}
		_, _, err := change(booked(), c, now)
		coded(t, err, "forbidden")
		if _, _, err := change(open(), c, now); err != nil {
			t.Error("a session that nobody is booked for is anybody's to change:", err)
		}
	})
	t.Run("W11 the policy of the booking is gone", func(t *testing.T) {
		s := booked()
		s.Booking.Policy = 3
		_, _, err := change(s, moved(15, time.July), now)
		fails(t, err, &rota.PolicyError{Booking: "b1", Version: 3})
	})
	t.Run("A7 the clash rule runs again", func(t *testing.T) {
		s := booked()
		other := booking.Entry{Booking: "b9", Provider: "south", Span: calendar.Span{Start: end.Add(24 * time.Hour), End: end.Add(25 * time.Hour)}}
		s.Diary.Entries = append(s.Diary.Entries, other)
		_, _, err := change(s, rota.Change{Start: local(15, time.July, "08:00"), End: local(15, time.July, "18:01")}, now)
		fails(t, err, &booking.ClashError{Clinician: "ada"})
		_, d, err := change(s, moved(15, time.July), now)
		succeed(t, s, d, err)
	})
	t.Run("T2 a date that the calendar does not know", func(t *testing.T) {
		s := booked()
		s.Session.Terms.Span = calendar.Span{Start: at("2090-01-01T09:00:00Z"), End: at("2090-01-01T19:00:00Z")}
		_, _, err := change(s, rota.Change{Role: "ANP"}, now)
		coded(t, err, "date_out_of_range")
	})
}

func TestS5Material(t *testing.T) {
	t.Run("S5 a change of date waits for the clinician", func(t *testing.T) {
		s := booked()
		got, d, err := change(s, moved(14, time.August), now)
		succeed(t, s, d, err)
		span := calendar.Span{Start: at("2026-08-14T07:00:00Z"), End: at("2026-08-14T17:00:00Z")}
		terms := s.Session.Terms
		terms.Span = span
		wantSession, wantBooking := s.Session, s.Booking
		wantSession.Version, wantSession.Terms, wantSession.EngagementStart = 4, terms, span.Start
		wantBooking.Version, wantBooking.Pending = 2, booking.Pending{Terms: terms, Since: now, By: practice}
		equal(t, "changed", got, rota.Changed{Session: wantSession, Booking: wantBooking, Fields: []string{"start", "end"}, Material: []string{"start", "end"}})
		equal(t, "the diary holds both spans", diaryChange(t, d), booking.DiaryChange{Clinician: "ada", Version: 5, Put: []booking.Entry{{
			Booking: "b1", Session: "s1", Reference: "#4011", Provider: "north", Span: s.Booking.Terms.Span, Also: span,
		}}})
		equal(t, "events", kinds(d), []session.EventKind{rota.EventChanged, rota.EventChangeProposed})
		for _, e := range d.Events {
			equal(t, "facts", e.Facts, session.Facts{
				"reference": "#4011", "practice": "leeds", "role": "GP", "channel": "rota", "start": "2026-08-14T07:00:00Z",
				"end": "2026-08-14T17:00:00Z", "start.from": "2026-07-14T07:00:00Z", "start.to": "2026-08-14T07:00:00Z",
				"end.from": "2026-07-14T17:00:00Z", "end.to": "2026-08-14T17:00:00Z", "material": "start,end",
				"clinician": "ada", "booking": "b1",
			})
		}
	})
	t.Run("S5 instructions don't", func(t *testing.T) {
		s := booked()
		got, d, err := change(s, rota.Change{Instructions: ptr("Use the back door.")}, now)
		succeed(t, s, d, err)
		equal(t, "agreed", got.Booking.Terms.Instructions, "Use the back door.")
		equal(t, "pending", got.Booking.Pending.IsZero(), true)
		equal(t, "material", got.Material, nil)
		equal(t, "events", kinds(d), []session.EventKind{rota.EventChanged, rota.EventUpdated})
		equal(t, "facts", event(t, d, rota.EventUpdated).Facts["instructions"], "changed")
		equal(t, "the diary stays", subjects(d), []session.SubjectKind{session.KindSession, session.KindBooking})
	})
	t.Run("S5 the tolerance is the booking's policy's", func(t *testing.T) {
		s := booked()
		wide := withdrawal.Default()
		wide.Version, wide.ValidFrom, wide.Change.Time = 2, now, withdrawal.Length(time.Hour)
		s.Policies = withdrawal.Policies{wide}
		later := rota.Change{Start: local(14, time.July, "08:30")}
		got, _, err := change(s, later, now)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "made under the default", got.Material, []string{"start", "rate"})
		s.Booking.Policy = 2
		s.Booking.Terms.Rate.Per, s.Session.Terms.Rate.Per = session.PerSession, session.PerSession
		got, d, err := change(s, later, now)
		succeed(t, s, d, err)
		equal(t, "made under the wide one", got.Material, nil)
		equal(t, "agreed", got.Booking.Terms.Span.Start, start.Add(30*time.Minute))
		equal(t, "engagement", got.Booking.EngagementStart, start.Add(30*time.Minute))
		equal(t, "diary", diaryChange(t, d).Put, []booking.Entry{got.Booking.Entry()})
	})
	t.Run("S5 of a change that waits, the next one takes the place", func(t *testing.T) {
		s := pendingTo(booked(), calendar.Span{Start: start.Add(48 * time.Hour), End: end.Add(48 * time.Hour)})
		when := now.Add(time.Hour)
		got, d, err := change(s, moved(20, time.July), when)
		succeed(t, s, d, err)
		equal(t, "since", got.Booking.Pending.Since, when)
		equal(t, "told from what was agreed", event(t, d, rota.EventChangeProposed).Facts["start.from"], "2026-07-14T07:00:00Z")
		equal(t, "recorded from what it was", event(t, d, rota.EventChanged).Facts["start.from"], "2026-07-16T07:00:00Z")
		equal(t, "engagement", got.Session.EngagementStart, at("2026-07-20T07:00:00Z"))
		equal(t, "also", diaryChange(t, d).Put[0].Also.Start, at("2026-07-20T07:00:00Z"))
	})
	t.Run("S5 a detail changed meanwhile doesn't renew what waits", func(t *testing.T) {
		s := pendingTo(booked(), calendar.Span{Start: start.Add(48 * time.Hour), End: end.Add(48 * time.Hour)})
		got, d, err := change(s, rota.Change{Command: do("c8", manager), Instructions: ptr("Park outside.")}, now.Add(time.Hour))
		succeed(t, s, d, err)
		equal(t, "since", got.Booking.Pending.Since, now)
		equal(t, "by", got.Booking.Pending.By, practice)
		equal(t, "terms", got.Booking.Pending.Terms.Instructions, "Park outside.")
		equal(t, "diary stays", subjects(d), []session.SubjectKind{session.KindSession, session.KindBooking})
	})
	t.Run("S5 back to what was agreed ends the waiting", func(t *testing.T) {
		s := pendingTo(booked(), calendar.Span{Start: start.Add(48 * time.Hour), End: end.Add(48 * time.Hour)})
		got, d, err := change(s, moved(14, time.July), now.Add(time.Hour))
		succeed(t, s, d, err)
		want := booked()
		want.Booking.Version = 2
		equal(t, "booking", got.Booking, want.Booking)
		equal(t, "engagement", got.Session.EngagementStart, start)
		e := event(t, d, rota.EventChangeWithdrawn)
		equal(t, "from", e.Facts["start.from"], "2026-07-16T07:00:00Z")
		equal(t, "diary", diaryChange(t, d).Put, []booking.Entry{want.Booking.Entry()})
	})
	t.Run("S5 an engagement that began earlier comes back as it was", func(t *testing.T) {
		s := booked()
		began := start.Add(-72 * time.Hour)
		s.Session.EngagementStart, s.Booking.EngagementStart = began, began
		got, _, err := change(s, moved(6, time.July), now)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "never after the start", got.Session.EngagementStart, at("2026-07-06T07:00:00Z"))
		s.Session, s.Booking = got.Session, got.Booking
		got, _, err = change(s, moved(14, time.July), now)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "and back", got.Session.EngagementStart, began)
	})
	t.Run("S5 an offer ends with the start it has now", func(t *testing.T) {
		s := offered()
		s.Booking.OfferedUntil = start
		wide := withdrawal.Default()
		wide.Version, wide.Change.Time = 2, withdrawal.Length(time.Hour)
		s.Policies, s.Booking.Policy = withdrawal.Policies{wide}, 2
		got, d, err := change(s, rota.Change{Start: local(14, time.July, "07:30")}, now)
		succeed(t, s, d, err)
		equal(t, "until", got.Booking.OfferedUntil, start.Add(-30*time.Minute))
	})
}

func TestS5Eligibility(t *testing.T) {
	s := booked()
	s.Clinician.Documents[1].Expires = calendar.MustDate(2026, 7, 31)
	c := moved(14, time.August)
	_, _, err := change(s, c, now)
	fails(t, err, &rota.IneligibleError{Clinician: "ada", Reference: "#4011", Findings: []rota.Finding{{
		Code: rota.DocumentExpired, Document: "indemnity", Until: calendar.MustDate(2026, 7, 31),
		Text: "Their indemnity is valid until Fri 31 Jul 2026.",
	}}})
	c.Override = "because she renews it"
	got, d, err := change(s, c, now)
	succeed(t, s, d, err)
	equal(t, "A3 warnings", got.Warnings, []rota.Warning{{Code: "ineligible", Text: "Their indemnity is valid until Fri 31 Jul 2026."}})
	e := event(t, d, rota.EventChanged)
	equal(t, "A3 reason", e.Reason, d.Texts[0].ID)
	equal(t, "A3 findings", e.Facts["findings"], "document_expired/indemnity")
	t.Run("A3 what they lacked before needs no reason", func(t *testing.T) {
		s := booked()
		s.Clinician.Roles = nil
		_, d, err := change(s, moved(14, time.August), now)
		succeed(t, s, d, err)
	})
}

func TestS5Acknowledge(t *testing.T) {
	acknowledge := func(s rota.Situation, by session.Actor, when time.Time) (rota.Changed, session.Decision, error) {
		return rota.AcknowledgeChange{Command: do("c9", by), Booking: "b1", Shown: s.Booking.Pending.Shown()}.Decide(s, when)
	}
	later := calendar.Span{Start: start.Add(48 * time.Hour), End: end.Add(48 * time.Hour)}
	sooner := calendar.Span{Start: start.Add(-48 * time.Hour), End: end.Add(-48 * time.Hour)}
	t.Run("S5 yes makes the new terms the agreed ones", func(t *testing.T) {
		s := pendingTo(booked(), later)
		got, d, err := acknowledge(s, clinician, start.Add(-micro))
		succeed(t, s, d, err)
		want := s.Booking
		want.Version, want.Terms, want.EngagementStart, want.Pending = 2, s.Session.Terms, later.Start, booking.Pending{}
		equal(t, "changed", got, rota.Changed{Session: s.Session, Booking: want, Fields: []string{"start", "end"}})
		equal(t, "records", d.Records, []session.Record{want, booking.DiaryChange{Clinician: "ada", Version: 5, Put: []booking.Entry{want.Entry()}}})
		equal(t, "events", kinds(d), []session.EventKind{rota.EventChangeAcknowledged})
		f := d.Events[0].Facts
		equal(t, "facts", f["since"]+f["start.from"]+f["booking"]+f["clinician"], "2026-07-02T09:00:00Z2026-07-14T07:00:00Zb1ada")
	})
	t.Run("S5 not once the agreed start has passed", func(t *testing.T) {
		_, _, err := acknowledge(pendingTo(booked(), later), clinician, start)
		fails(t, err, &rota.ChangeVoidError{Reference: "#4011", Since: start})
	})
	t.Run("S5 not once the new start has passed", func(t *testing.T) {
		s := pendingTo(booked(), sooner)
		_, _, err := acknowledge(s, clinician, sooner.Start)
		fails(t, err, &rota.ChangeVoidError{Reference: "#4011", Since: sooner.Start})
		_, d, err := acknowledge(s, clinician, sooner.Start.Add(-micro))
		succeed(t, s, d, err)
	})
	t.Run("S5 an offer ends with its new start", func(t *testing.T) {
		s := offered()
		s.Booking.OfferedUntil = start
		s = pendingTo(s, sooner)
		got, d, err := acknowledge(s, clinician, now)
		succeed(t, s, d, err)
		equal(t, "until", got.Booking.OfferedUntil, sooner.Start)
		equal(t, "still to be answered", got.Booking.State, booking.Offered)
	})
	t.Run("S5 a change of place leaves the diary", func(t *testing.T) {
		s := booked()
		s.Session.Terms.Place = "Room 9"
		s.Booking.Pending = booking.Pending{Terms: s.Session.Terms, Since: now, By: practice}
		_, d, err := acknowledge(s, clinician, now)
		succeed(t, s, d, err)
		// The time that was held twice is held once.
		equal(t, "diary", diaryChange(t, d).Put[0].Also, calendar.Span{})
	})
	t.Run("S5 nothing waits", func(t *testing.T) {
		_, _, err := acknowledge(booked(), clinician, now)
		fails(t, err, &session.StateError{Kind: session.KindBooking, ID: "b1", State: "confirmed", Act: "acknowledge a change",
			Why: "No change is waiting for an answer."})
		s := pendingTo(booked(), later)
		s.Booking.State = booking.Cancelled
		_, _, err = acknowledge(s, clinician, now)
		fails(t, err, &session.StateError{Kind: session.KindBooking, ID: "b1", State: "cancelled", Act: "acknowledge a change"})
	})
	t.Run("W4 not while a case is open", func(t *testing.T) {
		s := pendingTo(booked(), later)
		s.Session.Case = "k1"
		_, _, err := acknowledge(s, clinician, now)
		coded(t, err, "session_frozen")
	})
	t.Run("S5 not what was put in its place meanwhile", func(t *testing.T) {
		s := pendingTo(booked(), later)
		shown := s.Booking.Pending.Shown()
		s = pendingTo(booked(), sooner)
		_, d, err := rota.AcknowledgeChange{Command: do("c9", clinician), Booking: "b1", Shown: shown}.Decide(s, now)
		coded(t, err, "change_replaced")
		var replaced *rota.ChangeReplacedError
		if !errors.As(err, &replaced) || !replaced.Pending.Terms.Equal(s.Booking.Pending.Terms) || len(d.Records) > 0 {
			t.Errorf("S5 %v, %+v", err, d.Records)
		}
		_, _, err = rota.RefuseChange{Command: do("c9", clinician), Booking: "b1", Shown: shown}.Decide(s, now)
		coded(t, err, "change_replaced")
	})
	t.Run("P1 not from the other side", func(t *testing.T) {
		_, _, err := acknowledge(pendingTo(booked(), later), session.RotaManager("person-ada", "north"), now)
		coded(t, err, "forbidden")
	})
}

func TestS5Refuse(t *testing.T) {
	refuse := func(s rota.Situation, by session.Actor, when time.Time) (withdrawal.Cancelled, session.Decision, error) {
		return rota.RefuseChange{Command: do("c9", by), Booking: "b1", Shown: s.Booking.Pending.Shown()}.Decide(s, when)
	}
	august := calendar.Span{Start: at("2026-08-14T07:00:00Z"), End: at("2026-08-14T17:00:00Z")}
	late := at("2026-07-13T09:00:00Z")
	t.Run("S5 it is a withdrawal by the client at the instant of the change", func(t *testing.T) {
		s := pendingTo(booked(), august)
		s.Booking.Pending.Since = late
		when := late.Add(time.Hour)
		got, d, err := refuse(s, clinician, when)
		succeed(t, s, d, err)
		e := got.Booking.Ending
		equal(t, "at", e.At, late)
		equal(t, "recorded", e.Recorded, when)
		equal(t, "cause", e.Cause, booking.ByClient)
		equal(t, "route", e.Route, booking.ChangeRefused)
		equal(t, "W6 fee", e.Fee, true)
		equal(t, "cap", got.Fee.Cap.String(), "£630.00")
		equal(t, "session", got.Session.State, session.Open)
		equal(t, "as changed", got.Session.Terms.Span, august)
		equal(t, "drop", diaryChange(t, d).Drop, []session.BookingID{"b1"})
	})
	t.Run("S5 B1 the clinician's reason is kept, and goes with the news", func(t *testing.T) {
		s := pendingTo(booked(), august)
		got, d, err := rota.RefuseChange{
			Command: do("c9", clinician), Booking: "b1", Shown: s.Booking.Pending.Shown(), Reason: " I am away ",
		}.Decide(s, late)
		succeed(t, s, d, err)
		equal(t, "texts", len(d.Texts), 1)
		equal(t, "body", d.Texts[0].Body, "I am away")
		equal(t, "ending", got.Booking.Ending.Reason, d.Texts[0].ID)
		equal(t, "event", event(t, d, booking.EventCancelled).Reason, d.Texts[0].ID)
	})
	t.Run("S5 a change in time leaves no fee, however late the answer", func(t *testing.T) {
		s := pendingTo(booked(), august)
		got, d, err := refuse(s, clinician, late)
		succeed(t, s, d, err)
		equal(t, "fee", got.Booking.Ending.Fee, false)
	})
	t.Run("S5 refusals", func(t *testing.T) {
		_, _, err := refuse(booked(), clinician, now)
		coded(t, err, "wrong_state")
		_, _, err = refuse(pendingTo(offered(), august), clinician, now)
		fails(t, err, &session.StateError{Kind: session.KindBooking, ID: "b1", State: "offered", Act: "refuse a change",
			Why: "Decline the offer instead."})
		_, _, err = refuse(pendingTo(booked(), august), clinician, start)
		fails(t, err, &rota.ChangeVoidError{Reference: "#4011", Since: start})
		_, _, err = refuse(pendingTo(booked(), august), session.RotaManager("person-ada", "north"), now)
		coded(t, err, "forbidden")
	})
}

func TestS5Void(t *testing.T) {
	void := func(s rota.Situation, when time.Time) (rota.Changed, session.Decision, error) {
		return rota.VoidChange{Command: do("c10", system), Booking: "b1"}.Decide(s, when)
	}
	later := calendar.Span{Start: start.Add(48 * time.Hour), End: end.Add(48 * time.Hour)}
	sooner := calendar.Span{Start: start.Add(-48 * time.Hour), End: end.Add(-48 * time.Hour)}
	for name, c := range map[string]struct {
		span calendar.Span
		due  time.Time
	}{"S5 the agreed start passed": {later, start}, "S5 the new start passed": {sooner, sooner.Start}} {
		t.Run(name, func(t *testing.T) {
			s := pendingTo(booked(), c.span)
			_, _, err := void(s, c.due.Add(-micro))
			fails(t, err, &rota.ChangeStandsError{Reference: "#4011", Until: c.due})
			got, d, err := void(s, c.due)
			succeed(t, s, d, err)
			agreed := booked()
			agreed.Session.Version, agreed.Booking.Version = 4, 2
			equal(t, "changed", got, rota.Changed{Session: agreed.Session, Booking: agreed.Booking, Fields: []string{"start", "end"}})
			equal(t, "events", kinds(d), []session.EventKind{booking.EventChangeVoid, rota.EventBookingChangeVoid})
			equal(t, "start", d.Events[0].Facts["start"], "2026-07-14T07:00:00Z")
			equal(t, "diary", diaryChange(t, d).Put, []booking.Entry{agreed.Booking.Entry()})
		})
	}
	t.Run("S5 an offer lapses instead", func(t *testing.T) {
		_, _, err := void(pendingTo(offered(), later), start)
		coded(t, err, "wrong_state")
		s := pendingTo(offered(), sooner)
		_, d, err := void(s, sooner.Start)
		succeed(t, s, d, err)
	})
	t.Run("S5 nothing waits", func(t *testing.T) {
		_, _, err := void(booked(), start)
		coded(t, err, "wrong_state")
	})
	t.Run("W4 not while a case is open", func(t *testing.T) {
		s := pendingTo(booked(), later)
		s.Session.Case = "k1"
		_, _, err := void(s, start)
		coded(t, err, "session_frozen")
	})
}

// Worked case 8: moved on 13 July from 14 July to 14 August, withdrawn before the clinician acknowledged.
func TestS5WorkedCase8(t *testing.T) {
	s := booked()
	when := at("2026-07-13T09:00:00Z")
	got, d, err := change(s, moved(14, time.August), when)
	succeed(t, s, d, err)
	s.Session, s.Booking = got.Session, got.Booking
	a, err := withdrawal.Assess(withdrawal.WithdrawSession, s.Situation, practice, when.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "W3 refused", a.Allowed, false)
	equal(t, "W6 fee right", a.Fee, true)
	equal(t, "W7 cap", a.Cap.String(), "£630.00")
	acknowledged, d, err := rota.AcknowledgeChange{
		Command: do("c9", clinician), Booking: "b1", Shown: s.Booking.Pending.Shown(),
	}.Decide(s, when.Add(2*time.Hour))
	succeed(t, s, d, err)
	s.Booking = acknowledged.Booking
	a, err = withdrawal.Assess(withdrawal.WithdrawSession, s.Situation, practice, when.Add(3*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "once acknowledged it is judged by 14 August", a.Allowed, true)
	equal(t, "no fee", a.Fee, false)
}

// Tolerances are measured from what the clinician agreed to in person, so that small changes don't add up unasked.
func TestS5TolerancesDoNotAddUp(t *testing.T) {
	s := booked()
	policy := withdrawal.Default()
	policy.Version, policy.Provider, policy.Change.Time = 1, "north", withdrawal.Length(15*time.Minute)
	policy.Change.PayDownPercent = decimal.NewFromInt(50)
	s.Policies = append(s.Policies, policy)
	s.Booking.Policy = 1
	now := at("2026-07-01T09:00:00Z")
	step := func(minutes int) rota.Changed {
		t.Helper()
		c := rota.Change{Session: s.Session.ID, Start: calendar.Local{
			Date: calendar.MustDate(2026, time.July, 14), Clock: calendar.MustClock(8, minutes)}}
		got, d, err := change(s, c, now)
		succeed(t, s, d, err)
		s.Session, s.Booking = got.Session, got.Booking
		s.Diary.Version++
		return got
	}
	if got := step(15); len(got.Material) > 0 || got.Booking.Agreed().Span.Start.Equal(got.Booking.Terms.Span.Start) {
		t.Errorf("S5 a quarter of an hour is within the tolerance: %v, agreed %v", got.Material, got.Booking.Agreed().Span)
	}
	if got := step(30); len(got.Material) == 0 {
		t.Error("S5 another quarter of an hour was not asked about")
	}
	got, d, err := rota.AcknowledgeChange{
		Command: do("c9", clinician), Booking: s.Booking.ID, Shown: s.Booking.Pending.Shown(),
	}.Decide(s, now)
	succeed(t, s, d, err)
	if s.Booking = got.Booking; !s.Booking.Agreed().Equal(s.Booking.Terms) {
		t.Errorf("S5 what was acknowledged is agreed: %+v", s.Booking.Agreed())
	}
	if got := step(45); len(got.Material) > 0 {
		t.Errorf("S5 from there on a quarter of an hour is within the tolerance: %v", got.Material)
	}
	if got := step(30); !got.Booking.Consented.Span.IsZero() {
		t.Errorf("S5 back at what was agreed: %+v", got.Booking.Consented)
	}
}
