package rota_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// diaryOf makes a diary of one session a day, from 1 July on, and lists it as "session class state".
func TestA8Diary(t *testing.T) {
	sessionOn := func(id session.SessionID, day int) session.Session {
		s := posted()
		s.ID, s.Reference = id, session.Reference("#"+id)
		s.Terms.Span = calendar.Span{Start: start.AddDate(0, 0, day-14), End: end.AddDate(0, 0, day-14)}
		return s
	}
	var bookings []booking.Booking
	for i, state := range []booking.State{booking.Offered, booking.Confirmed, booking.Completed, booking.Cancelled, booking.NoShow, 0} {
		s := book(rota.Situation{}, state)
		s.Booking.ID = session.BookingID(fmt.Sprint("b", i))
		s.Booking.Session = session.SessionID(fmt.Sprint("booked", i))
		s.Booking.Reference, s.Booking.Practice = "#4010", "leeds"
		s.Booking.Terms = sessionOn("", 20-i).Terms
		bookings = append(bookings, s.Booking)
	}
	application := func(s session.Session, round int, state rota.State) rota.ApplicationWithSession {
		a := applied().Application
		a.Session, a.Round, a.State = s.ID, round, state
		a.ID = rota.ApplicationID(s.ID, round, "ada")
		return rota.ApplicationWithSession{Application: a, Session: s}
	}
	taken := sessionOn("taken", 6)
	taken.State, taken.Round = session.Filled, 3
	applications := []rota.ApplicationWithSession{
		application(sessionOn("pending", 2), 2, rota.Pending),
		application(sessionOn("pending", 2), 1, rota.Pending), // lapsed, but applied for again
		application(sessionOn("declined", 3), 2, rota.Declined),
		application(sessionOn("retracted", 4), 2, rota.Retracted),
		application(sessionOn("accepted", 5), 2, rota.Accepted),
		application(taken, 1, rota.Pending),
		application(taken, 2, rota.Declined), // the later of two that were lost
		application(taken, 0, rota.Pending),
		application(sessionOn("booked1", 19), 1, rota.Pending), // lapsed, but booked since
	}
	calendars := func(id session.PracticeID) *calendar.Calendar {
		if id != "leeds" {
			return nil
		}
		return england()
	}
	items, err := rota.Diary(bookings, applications, calendars)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range items {
		got = append(got, fmt.Sprintln(i.Date.Day(), i.Session, i.Class, i.BookingState, i.Standing))
	}
	equal(t, "A8 the list", got, []string{
		"2 pending applied  pending\n", "3 declined lost  declined\n", "6 taken lost  declined\n", "16 booked4 lost no_show \n",
		"17 booked3 lost cancelled \n", "18 booked2 worked completed \n", "19 booked1 booked confirmed \n", "20 booked0 booked offered \n",
	})
	equal(t, "A8 under 'booked'", len(rota.OfClass(items, rota.DiaryBooked)), 2)
	equal(t, "references", items[0].Reference+items[3].Reference, "#pending#4010")

	t.Run("A8 the month", func(t *testing.T) {
		bookings := []booking.Booking{bookings[1]}
		bookings[0].Pending = booking.Pending{Since: now, Terms: bookings[0].Terms}
		bookings[0].Pending.Terms.Span = calendar.Span{Start: at("2026-07-30T23:30:00Z"), End: at("2026-07-31T09:00:00Z")}
		items, err := rota.Diary(bookings, applications[:1], calendars)
		if err != nil {
			t.Fatal(err)
		}
		days := rota.DiaryMonth(items, 2026, time.July)
		equal(t, "days", len(days), 3)
		equal(t, "the agreed date", len(days[calendar.MustDate(2026, 7, 19)]), 1)
		equal(t, "S5 and the proposed one, as the practice has it", days[calendar.MustDate(2026, 7, 31)], items[1:])
		equal(t, "the other", days[calendar.MustDate(2026, 7, 2)], items[:1])
		equal(t, "another month", len(rota.DiaryMonth(items, 2026, time.August)), 0)
		equal(t, "another year", len(rota.DiaryMonth(items, 2027, time.July)), 0)
		items[1].ChangedDate = items[1].Date
		equal(t, "once a day", len(rota.DiaryMonth(items, 2026, time.July)[items[1].Date]), 1)
	})
	t.Run("no calendar", func(t *testing.T) {
		_, err := rota.Diary(bookings, nil, func(session.PracticeID) *calendar.Calendar { return nil })
		coded(t, err, "not_found")
	})
	t.Run("T2 a date that the calendar does not know", func(t *testing.T) {
		far := bookings[:1]
		far[0].Terms.Span.Start = at("2031-01-01T00:00:00Z")
		_, err := rota.Diary(far, nil, calendars)
		coded(t, err, "date_out_of_range")
	})
}

func TestWords(t *testing.T) {
	type word interface {
		fmt.Stringer
		MarshalText() ([]byte, error)
	}
	for _, w := range []word{
		rota.Pending, rota.Accepted, rota.Declined, rota.Retracted, rota.Lapsed, rota.OwnStaff, rota.StaffBank,
		rota.CollaborativeBank, rota.DiaryBooked, rota.DiaryApplied, rota.DiaryWorked, rota.DiaryLost,
	} {
		text, err := w.MarshalText()
		if err != nil || string(text) != w.String() || w.String() == "" {
			t.Errorf("%v: %q, %v", w, text, err)
		}
	}
	var all struct {
		S rota.State
		T rota.Tier
		C rota.DiaryClass
	}
	if err := json.Unmarshal([]byte(`{"S":"retracted","T":"staff_bank","C":"lost"}`), &all); err != nil {
		t.Fatal(err)
	}
	equal(t, "state", all.S, rota.Retracted)
	equal(t, "tier", all.T, rota.StaffBank)
	equal(t, "class", all.C, rota.DiaryLost)
	for _, text := range []string{`{"S":"x"}`, `{"T":"x"}`, `{"C":"x"}`} {
		if json.Unmarshal([]byte(text), &all) == nil {
			t.Errorf("%s was read", text)
		}
	}
	if _, err := rota.State(9).MarshalText(); err == nil {
		t.Error("an unknown state was written")
	}
}
