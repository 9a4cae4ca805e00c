package desk_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// atBath posts a session of South's in Bath, at the very time of the shift in Leeds.
func (st *stage) atBath(amend ...func(*session.Post)) session.Session {
	st.t.Helper()
	return st.posts(append([]func(*session.Post){func(c *session.Post) {
		c.Command, c.Practice = st.do(byBath), "bath"
	}}, amend...)...)
}

// TestA7AClashAcrossTenants reveals to the other provider only that there is one, and to the clinician which.
func TestA7AClashAcrossTenants(t *testing.T) {
	st := newStage(t)
	atBath := st.atBath()
	a := st.applies(byAda, atBath)
	north := st.books()
	for name, give := range map[string]func(by session.Actor) error{
		"accept": func(by session.Actor) error {
			_, err := st.desk.Accept(t.Context(), rota.Accept{Command: st.do(by), Application: a.Application.ID})
			return err
		},
		"allocate": func(session.Actor) error {
			_, err := st.desk.Allocate(t.Context(), rota.Allocate{Command: st.do(bySouth), Session: atBath.ID, Clinician: "ada"})
			return err
		},
	} {
		err := give(byBath)
		var clash *booking.ClashError
		if !errors.As(err, &clash) {
			t.Fatalf("%s: got %T %v", name, err, err)
		}
		if clash.Own != (booking.Entry{}) {
			t.Errorf("A7: %s reveals %+v", name, clash.Own)
		}
		for _, secret := range []string{"north", "leeds", string(north.Booking.ID), string(north.Session.ID), string(north.Session.Reference)} {
			if strings.Contains(err.Error(), secret) || strings.Contains(asJSON(t, clash), secret) {
				t.Errorf("A7: %s tells of %s: %v", name, secret, err)
			}
		}
	}
	other := st.atBath()
	_, err := st.desk.Apply(t.Context(), rota.Apply{Command: st.do(byAda), Session: other.ID})
	var clash *booking.ClashError
	if !errors.As(err, &clash) || clash.Own.Booking != north.Booking.ID {
		t.Errorf("A7: Ada is told %T %v", err, err)
	}
	t.Run("a change into another provider's time", func(t *testing.T) {
		st := newStage(t)
		b := st.books()
		south := st.atBath(func(c *session.Post) { c.Start, c.End = wall(16, 7, "08:00"), wall(16, 7, "18:00") })
		a := st.applies(byAda, south)
		st.ok(rota.Accept{Command: st.do(byBath), Application: a.Application.ID})
		_, err := st.desk.Change(t.Context(), rota.Change{
			Command: st.do(byLeeds), Session: b.Session.ID, Start: wall(16, 7, "09:00"), End: wall(16, 7, "12:00"),
		})
		if !errors.As(err, &clash) || clash.Own != (booking.Entry{}) {
			t.Errorf("A7: got %T %v", err, err)
		}
	})
}

// TestP1NothingCrossesTenants fills both tenants, and looks at every list of the one for anything of the other.
func TestP1NothingCrossesTenants(t *testing.T) {
	st := newStage(t)
	north := st.opens()
	south := st.bathOpens()
	foreign := []string{string(south.Session), string(south.Booking), string(south.ID), "bath", "cas"}
	for _, by := range []session.Actor{byLeeds, byManager} {
		var all strings.Builder
		add := func(v any, err error) {
			t.Helper()
			if err != nil {
				t.Errorf("%s: %T %v", by.Capacity, err, err)
			}
			all.WriteString(asJSON(t, v))
		}
		within, err := must[session.PracticeFacts](t)(st.dir.Practice(t.Context(), "leeds")).Month(2026, 7)
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		cal, err := st.desk.Calendar(ctx, by, session.CalendarQuery{Practice: "leeds", Within: within})
		add(cal, err)
		bookings, err := st.desk.Bookings(ctx, by, booking.Query{Practice: "leeds"})
		add(bookings, err)
		cases, err := st.desk.Cases(ctx, by, withdrawal.CaseQuery{})
		add(cases, err)
		record, err := st.desk.Record(ctx, by, north.Session, session.PageRequest{})
		add(record, err)
		applicants, err := st.desk.Applicants(ctx, by, north.Session, session.PageRequest{})
		add(applicants, err)
		if len(cal.Items) != 1 || len(bookings.Items) != 1 || len(cases.Items) != 1 || len(record.Items) == 0 {
			t.Errorf("%s sees too little: %s", by.Capacity, all.String())
		}
		for _, secret := range foreign {
			if strings.Contains(all.String(), `"`+secret+`"`) {
				t.Errorf("P1: %s sees %s", by.Capacity, secret)
			}
		}
	}
	if cases := must[session.Page[withdrawal.Case]](t)(st.desk.Cases(t.Context(), bySupport, withdrawal.CaseQuery{})); len(cases.Items) != 2 {
		t.Errorf("support sees %d cases", len(cases.Items))
	}
}

// TestP1CommandIDsAreScopedToTheActor lets two providers use the same command id.
func TestP1CommandIDsAreScopedToTheActor(t *testing.T) {
	st := newStage(t)
	c := st.shift()
	first := must[session.Session](t)(st.desk.Post(t.Context(), c))
	c.By, c.Practice = byBath, "bath"
	second := must[session.Session](t)(st.desk.Post(t.Context(), c))
	if first.ID == second.ID || second.Provider != "south" {
		t.Errorf("got %s and %s", first.ID, second.ID)
	}
}

// TestP1PoliciesAreTheirOwn publishes a policy, which holds for nobody else.
func TestP1PoliciesAreTheirOwn(t *testing.T) {
	st := newStage(t)
	st.ok(st.policy(func(p *withdrawal.Policy) { p.Applications.Choosing = session.FirstCome }))
	if s := st.posts(); s.Choosing != session.FirstCome {
		t.Errorf("A5: Leeds chooses by %s", s.Choosing)
	}
	if s := st.atBath(); s.Choosing != session.Review {
		t.Errorf("A5: Bath chooses by %s", s.Choosing)
	}
	south := must[withdrawal.Policy](t)(st.desk.Policy(t.Context(), bySouth, "south"))
	north := must[withdrawal.Policy](t)(st.desk.Policy(t.Context(), bySupport, "north"))
	if south.Version != 0 || north.Version != 1 {
		t.Errorf("W11: versions %d and %d", south.Version, north.Version)
	}
}

// TestP1NoClinicianIsNobody says that a clinician's id is no key to what is nobody's.
func TestP1NoClinicianIsNobody(t *testing.T) {
	for _, id := range []session.ClinicianID{"nobody's", "nobody", "-"} {
		st := newStage(t)
		c := st.opens()
		st.clinician(id, nil)
		by := session.Clinician("p-x", id)
		if _, err := st.desk.Case(t.Context(), by, c.ID); named(err) != "Case" {
			t.Errorf("%s: got %v", id, err)
		}
		d := st.another(func(o *desk.Options) { o.Rules = []desk.Rule{everythingAllowed} })
		_, err := d.EraseText(t.Context(), session.EraseText{Command: st.do(by), Text: c.Reason})
		if named(err) != "Text" {
			t.Errorf("%s: got %v", id, err)
		}
	}
}

// TestA3UnapprovedCliniciansSeeNoMarketplace tests every way to a marketplace session.
func TestA3UnapprovedCliniciansSeeNoMarketplace(t *testing.T) {
	st := newStage(t)
	s := st.posts(func(c *session.Post) { c.Channel = session.Marketplace })
	st.clinician("ben", func(f *rota.ClinicianFacts) { f.Approved = false })
	if _, err := st.desk.Session(t.Context(), byBen, s.ID); named(err) != "Session" {
		t.Errorf("A3: Ben sees it: %v", err)
	}
	if _, err := st.desk.SessionByReference(t.Context(), byBen, s.Reference); named(err) != "Reference" {
		t.Errorf("A3: Ben sees it: %v", err)
	}
	_, err := st.desk.FindWork(t.Context(), rota.FindWork{By: byBen, Channel: session.Marketplace})
	if typed(t, err) != "not_approved" {
		t.Errorf("A3: Ben finds: %v", err)
	}
	_, err = st.desk.Apply(t.Context(), rota.Apply{Command: st.do(byBen), Session: s.ID})
	if typed(t, err) != "not_eligible" {
		t.Errorf("A3: Ben applies: %v", err)
	}
	if got := must[session.Session](t)(st.desk.Session(t.Context(), byCas, s.ID)); got.ID != s.ID {
		t.Errorf("A3: Cas sees %+v", got)
	}
	st.clinician("ben", nil)
	st.applies(byBen, s)
	st.clinician("ben", func(f *rota.ClinicianFacts) { f.Approved = false })
	if _, err := st.desk.Session(t.Context(), byBen, s.ID); err != nil {
		t.Errorf("Ben doesn't see what he applied for: %v", err)
	}
}
