package desk_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// TestP1WhoSeesASession tests each of the cast, in each state that matters.
func TestP1WhoSeesASession(t *testing.T) {
	st := newStage(t)
	draft := st.posts(on(13), func(c *session.Post) { c.Draft = true })
	open := st.posts(on(14))
	market := st.posts(on(15), func(c *session.Post) { c.Channel = session.Marketplace })
	st.clinician("dan", func(f *rota.ClinicianFacts) { f.Approved, f.Memberships = false, nil })
	dan := session.Clinician("p-dan", "dan")
	for _, c := range []struct {
		by                  session.Actor
		draft, open, market bool
	}{
		{byLeeds, true, true, true}, {byManager, true, true, true}, {bySupport, true, true, true}, {bySystem, true, true, true},
		{byAda, false, true, true}, {byCas, false, false, true}, {dan, false, false, false},
		{byYork, false, false, false}, {byBath, false, false, false}, {bySouth, false, false, false},
	} {
		for s, want := range map[session.SessionID]bool{draft.ID: c.draft, open.ID: c.open, market.ID: c.market} {
			got, err := st.desk.Session(t.Context(), c.by, s)
			if want != (err == nil) || want != (got.ID == s) {
				t.Errorf("P1: %s sees %s: %v, %v", c.by.Key(), s, got.ID, err)
			}
			if !want && named(err) != "Session" {
				t.Errorf("P1: got %T %v", err, err)
			}
		}
	}
	if _, err := st.desk.Session(t.Context(), session.Clinician("p-x", "x"), open.ID); named(err) != "By.Clinician" {
		t.Errorf("an unknown clinician: %v", err)
	}
	t.Run("P1 who left the provider still sees what they worked", func(t *testing.T) {
		st := newStage(t)
		b := st.works()
		st.clinician("ada", func(f *rota.ClinicianFacts) { f.Memberships, f.Approved = nil, false })
		if s := must[session.Session](t)(st.desk.Session(t.Context(), byAda, b.Session.ID)); s.State != session.Completed {
			t.Errorf("got %+v", s)
		}
	})
}

// TestB2WhoSeesABooking reads what hangs on one, from both sides.
func TestB2WhoSeesABooking(t *testing.T) {
	st := newStage(t)
	i := st.sends()
	ctx := t.Context()
	for _, by := range []session.Actor{byLeeds, byManager, byAda, bySupport, bySystem} {
		b := must[booking.Booking](t)(st.desk.Booking(ctx, by, i.Booking))
		h := must[booking.Hours](t)(st.desk.Hours(ctx, by, i.Booking))
		f := must[withdrawal.Fee](t)(st.desk.Fee(ctx, by, i.Booking))
		all := must[[]booking.Invoice](t)(st.desk.Invoices(ctx, by, i.Booking))
		if b.State != booking.Completed || h.State != booking.HoursApproved || f.Version != 0 || len(all) != 1 {
			t.Errorf("B2: %s sees %+v, %+v, %+v, %+v", by.Capacity, b, h, f, all)
		}
		same(t, "B2", all[0], i)
	}
	for _, by := range []session.Actor{byYork, bySouth, byBen, byPat} {
		for name, err := range map[string]error{
			"booking": second(st.desk.Booking(ctx, by, i.Booking)), "hours": second(st.desk.Hours(ctx, by, i.Booking)),
			"fee": second(st.desk.Fee(ctx, by, i.Booking)), "invoices": second(st.desk.Invoices(ctx, by, i.Booking)),
		} {
			if named(err) != "Booking" {
				t.Errorf("P1: %s sees the %s: %v", by.Person, name, err)
			}
		}
	}
}

// TestA4AnApplicationShowsWhetherItHasLapsed reads it with its session.
func TestA4AnApplicationShowsWhetherItHasLapsed(t *testing.T) {
	st := newStage(t)
	s := st.posts()
	id := st.applies(byBen, s).Application.ID
	for _, want := range []rota.State{rota.Pending, rota.Lapsed} {
		for _, by := range []session.Actor{byBen, byLeeds, byManager, bySupport} {
			a := must[rota.ApplicationWithSession](t)(st.desk.Application(t.Context(), by, id))
			if got := a.Application.Standing(a.Session); got != want || a.Application.State != rota.Pending {
				t.Errorf("A4: %s sees it %s", by.Capacity, got)
			}
		}
		if want == rota.Pending {
			st.ok(rota.Allocate{Command: st.do(byManager), Session: s.ID, Clinician: "ada"})
		}
	}
	if _, err := st.desk.Application(t.Context(), byAda, id); named(err) != "Application" {
		t.Errorf("P1: Ada sees Ben's: %v", err)
	}
}

// TestAssessmentsForEverybody asks what a screen would: nothing changes by asking.
func TestAssessmentsForEverybody(t *testing.T) {
	st := newStage(t)
	b := st.books()
	ctx, before := t.Context(), st.dump()
	a := must[withdrawal.Assessment](t)(st.desk.AssessWithdrawal(ctx, byLeeds, b.Session.ID))
	if !a.Allowed || !a.Reason || !a.Shared || a.Confirm || a.Fee || a.Shown == "" || len(a.Lines) == 0 {
		t.Errorf("W2: %+v", a)
	}
	e := must[withdrawal.Assessment](t)(st.desk.AssessEnding(ctx, byLeeds, b.Booking.ID))
	if !e.Allowed || e.Shown == a.Shown {
		t.Errorf("W2: %+v", e)
	}
	c := must[withdrawal.Assessment](t)(st.desk.AssessCancellation(ctx, byAda, b.Booking.ID))
	if !c.Allowed || c.Call != "" {
		t.Errorf("W8: %+v", c)
	}
	st.at("2026-07-13T09:00:00Z")
	late := must[withdrawal.Assessment](t)(st.desk.AssessWithdrawal(ctx, byLeeds, b.Session.ID))
	if late.Allowed || late.Refusal != "short_notice" || late.Way.IsZero() || typed(t, late.Err()) != "short_notice" {
		t.Errorf("W3: %+v", late)
	}
	if c := must[withdrawal.Assessment](t)(st.desk.AssessCancellation(ctx, byAda, b.Booking.ID)); c.Call == "" {
		t.Errorf("W9: %+v", c)
	}
	st.untouched(t, before)
	_, err := st.desk.Withdraw(ctx, withdrawal.Withdraw{
		Command: st.do(byLeeds), Session: b.Session.ID, Shown: a.Shown, Reason: "We closed.",
	})
	var stale *withdrawal.StaleError
	if !errors.As(err, &stale) || typed(t, err) != "assessment_stale" {
		t.Errorf("got %T %v", err, err)
	}
	st.untouched(t, before)
}

func TestW4WhoSeesACase(t *testing.T) {
	st := newStage(t)
	c := st.opens()
	for _, by := range []session.Actor{byLeeds, byManager, bySupport} {
		same(t, "W4", must[withdrawal.Case](t)(st.desk.Case(t.Context(), by, c.ID)), c)
	}
	for _, by := range []session.Actor{byAda, byYork, byBath, bySouth} {
		if _, err := st.desk.Case(t.Context(), by, c.ID); named(err) != "Case" {
			t.Errorf("P1: %s sees it: %v", by.Person, err)
		}
	}
}

// TestP4WhoReadsATextTests who reads the reason of a case.
func TestP4WhoReadsAText(t *testing.T) {
	st := newStage(t)
	c := st.opens()
	for _, by := range []session.Actor{byLeeds, byManager, bySupport} {
		text := must[session.Text](t)(st.desk.Text(t.Context(), by, c.Reason))
		if !strings.Contains(text.Body, "boiler") {
			t.Errorf("P4: %s reads %q", by.Capacity, text.Body)
		}
	}
	for _, by := range []session.Actor{byAda, byYork, byBath, bySouth} {
		if _, err := st.desk.Text(t.Context(), by, c.Reason); named(err) != "Text" {
			t.Errorf("P1: %s reads it: %v", by.Person, err)
		}
	}
}

// TestN1Settings are one's own, in every capacity.
func TestN1Settings(t *testing.T) {
	st := newStage(t)
	if s := must[notify.Settings](t)(st.desk.Settings(t.Context(), byPat)); s.Person != "p-pat" || s.Version != 0 {
		t.Errorf("N1: %+v", s)
	}
	st.ok(notify.SetPreferences{Command: st.do(byPat), Person: "p-pat", Emails: notify.Emails{Bookings: notify.Off}})
	for _, by := range []session.Actor{byPat, patLeeds, patNorth} {
		if s := must[notify.Settings](t)(st.desk.Settings(t.Context(), by)); s.Emails.Bookings != notify.Off || s.Version != 1 {
			t.Errorf("N1: %+v", s)
		}
	}
	t.Run("A1 the manager is warned", func(t *testing.T) {
		b := must[rota.Booked](t)(st.desk.Allocate(t.Context(), rota.Allocate{
			Command: st.do(byManager), Session: st.posts().ID, Clinician: "pat",
		}))
		if len(b.Warnings) != 1 || b.Warnings[0].Code != "no_channel" {
			t.Errorf("A1: %+v", b.Warnings)
		}
	})
	t.Run("A1 N2 but not of one who applied: their confirmation can't be turned off", func(t *testing.T) {
		s := st.posts(func(c *session.Post) { c.Start, c.End = wall(24, 7, "08:00"), wall(24, 7, "16:00") })
		st.applies(byPat, s)
		b := must[rota.Booked](t)(st.desk.Allocate(t.Context(), rota.Allocate{
			Command: st.do(byManager), Session: s.ID, Clinician: "pat",
		}))
		if b.Application.State != rota.Accepted || len(b.Warnings) != 0 {
			t.Errorf("A1: %s, %+v", b.Application.State, b.Warnings)
		}
	})
}
