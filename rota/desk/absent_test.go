package desk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// A clinician applies while a rota manager, who saw no application, puts them on the session: the application isn't
// overlooked. Where the provider offers its allocations, who applied is booked and not asked again.
func TestA1WhoAppliesWhileTheyAreAllocatedIsNotOverlooked(t *testing.T) {
	st := newStage(t)
	st.ok(st.policy(func(p *withdrawal.Policy) { p.Applications.OfferAllocations = true }))
	open := st.posts()
	d := st.over(&fickle{commit: func(n int, own func() (desk.Verdict, error)) (desk.Verdict, error) {
		if n == 1 {
			st.ok(rota.Apply{Command: st.do(byAda), Session: open.ID})
		}
		return own()
	}})
	got := must[rota.Booked](t)(d.Allocate(t.Context(), rota.Allocate{
		Command: st.do(byManager), Session: open.ID, Clinician: "ada",
	}))
	if got.Booking.State != booking.Confirmed || got.Booking.Application == "" {
		t.Errorf("they applied, and the booking is %s by application %q", got.Booking.State, got.Booking.Application)
	}
	read := must[desk.Snapshot](t)(st.store.Load(t.Context(), desk.Want{Application: got.Booking.Application}))
	if read.Application.State != rota.Accepted {
		t.Errorf("the application is %s", read.Application.State)
	}
}

// A clinician applies for one session while they are booked, for the first time in their life, for another one at the same
// hours: they are told that they are booked, as they would be a moment later.
func TestA7WhoAppliesWhileTheyAreFirstBookedElsewhere(t *testing.T) {
	st := newStage(t)
	one, other := st.posts(), st.posts()
	d := st.over(&fickle{commit: func(n int, own func() (desk.Verdict, error)) (desk.Verdict, error) {
		if n == 1 {
			st.ok(rota.Allocate{Command: st.do(byManager), Session: other.ID, Clinician: "ada"})
		}
		return own()
	}})
	_, err := d.Apply(t.Context(), rota.Apply{Command: st.do(byAda), Session: one.ID})
	if clash := (*booking.ClashError)(nil); !errors.As(err, &clash) {
		t.Errorf("it came to %v", err)
	}
	if made := st.applications(one); len(made) > 0 {
		t.Errorf("there is an application of somebody who was booked: %+v", made)
	}
}

// A practice reports that a session ended early while its hours are stated and approved, all of it between two looks of the
// desk: approved hours stand.
func TestB2WhoReportsWhileTheHoursAreApprovedIsTooLate(t *testing.T) {
	st := newStage(t)
	b := st.works()
	d := st.over(&fickle{commit: func(n int, own func() (desk.Verdict, error)) (desk.Verdict, error) {
		if n == 1 {
			st.ok(st.hours(b))
			st.ok(booking.ApproveHours{Command: st.do(byLeeds), Booking: b.Booking.ID})
		}
		return own()
	}})
	_, err := d.EndEarly(t.Context(), booking.EndEarly{
		Command: st.do(byLeeds), Booking: b.Booking.ID, At: b.Booking.Terms.Span.Start.Add(time.Hour), Reason: "Nobody came.",
	})
	if late := (*session.StateError)(nil); !errors.As(err, &late) || late.Kind != session.KindHours {
		t.Errorf("it came to %v", err)
	}
}
