package booking_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

func remind() booking.Remind {
	return booking.Remind{Command: session.Do("cmd", keeper), Booking: "b-1"}
}

func TestN1ARemindedClinicianIsToldOnceOfEachStart(t *testing.T) {
	s := booked(t)
	now := start.Add(-24 * time.Hour)
	got, d, err := remind().Decide(s, now)
	if err != nil {
		t.Fatal(err)
	}
	want := s.Booking
	want.Version, want.RemindedOf = 4, start
	if diff := compare(want, got); diff != "" {
		t.Error(diff)
	}
	if told := told(d); told != "booking.reminder_due@4" {
		t.Errorf("N4 told %s", told)
	}
	s.Booking = got
	var state *session.StateError
	if _, _, err := remind().Decide(s, now); !errors.As(err, &state) || state.Why == "" {
		t.Errorf("the second time: %v", err)
	}
	s.Booking.Terms.Span.Start = start.Add(time.Hour)
	if again, _, err := remind().Decide(s, now); err != nil || !again.RemindedOf.Equal(start.Add(time.Hour)) {
		t.Errorf("of a start that was moved: %v, %v", again.RemindedOf, err)
	}
}

func TestN1NobodyIsRemindedOfWhatIsNotToCome(t *testing.T) {
	for name, c := range map[string]struct {
		amend func(*booking.Situation)
		now   time.Time
		code  string
	}{
		"an offer":                {func(s *booking.Situation) { s.Booking.State = booking.Offered }, start.Add(-time.Hour), "wrong_state"},
		"a cancelled booking":     {func(s *booking.Situation) { s.Booking.State = booking.Cancelled }, start.Add(-time.Hour), "wrong_state"},
		"what has begun":          {func(*booking.Situation) {}, start, "session_started"},
		"W4 while a case is open": {func(s *booking.Situation) { s.Session.Case = "k-1" }, start.Add(-time.Hour), "session_frozen"},
	} {
		s := booked(t)
		c.amend(&s)
		_, d, err := remind().Decide(s, c.now)
		var coded session.Coded
		if !errors.As(err, &coded) || coded.Code() != c.code || len(d.Records) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (booking.Remind{Command: session.Do("cmd", keeper)}).Validate(); err == nil {
		t.Error("a reminder of no booking is valid")
	}
}
