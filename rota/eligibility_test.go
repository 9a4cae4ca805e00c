package rota_test

import (
	"slices"
	"testing"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// The session is on Tue 14 July.
func TestA3Eligible(t *testing.T) {
	day := func(d int) calendar.Date { return calendar.MustDate(2026, 7, d) }
	member := func(ms ...rota.Membership) func(*rota.ClinicianFacts) {
		return func(c *rota.ClinicianFacts) { c.Memberships = ms }
	}
	holds := func(docs ...rota.Document) func(*rota.ClinicianFacts) {
		return func(c *rota.ClinicianFacts) { c.Documents = append(slices.Clone(c.Documents[1:]), docs...) }
	}
	doc := func(from, until calendar.Date) rota.Document {
		return rota.Document{Kind: "registration", From: from, Expires: until}
	}
	var open calendar.Date
	for _, c := range []struct {
		name    string
		channel session.Channel
		change  func(*rota.ClinicianFacts)
		want    []rota.Finding
	}{
		{"A3 all is well", session.Rota, func(*rota.ClinicianFacts) {}, nil},
		{"A3 another role", session.Rota, func(c *rota.ClinicianFacts) { c.Roles = []session.Role{"gp"} },
			[]rota.Finding{{Code: rota.RoleNotHeld, Text: "They do not work as GP."}}},
		{"A3 the rota does not ask for approval", session.Rota, func(c *rota.ClinicianFacts) { c.Approved = false }, nil},
		{"A3 the marketplace does", session.Marketplace, func(c *rota.ClinicianFacts) { c.Approved = false },
			[]rota.Finding{{Code: rota.NotApproved, Text: "They are not fully approved for the marketplace."}}},
		{"A3 the marketplace does not ask for membership", session.Marketplace, member(), nil},
		{"A3 the rota does", session.Rota, member(rota.Membership{Provider: "south"}),
			[]rota.Finding{{Code: rota.NotMember, Text: "They are not a member of the provider."}}},
		{"A3 a membership's last day counts", session.Rota, member(rota.Membership{Provider: "north", Until: day(14)}), nil},
		{"A3 a membership's first day counts", session.Rota, member(rota.Membership{Provider: "north", From: day(14)}), nil},
		{"A3 a membership that ended", session.Rota,
			member(rota.Membership{Provider: "north", Until: day(13)}, rota.Membership{Provider: "north", Until: day(10)},
				rota.Membership{Provider: "north", From: day(15)}),
			[]rota.Finding{{Code: rota.NotMember, Until: day(13), Text: "Their membership of the provider ends on Mon 13 Jul 2026."}}},
		{"A3 a membership that has not begun", session.Rota,
			member(rota.Membership{Provider: "north", From: day(20)}, rota.Membership{Provider: "north", From: day(15), Until: day(30)},
				rota.Membership{Provider: "north", From: day(16)}),
			[]rota.Finding{{Code: rota.NotMember, From: day(15), Text: "Their membership of the provider begins on Wed 15 Jul 2026."}}},
		{"A3 a second membership will do", session.Rota,
			member(rota.Membership{Provider: "north", Until: day(13)}, rota.Membership{Provider: "north", From: day(1), Until: day(20)}), nil},
		{"A3 no document", session.Marketplace, holds(),
			[]rota.Finding{{Code: rota.DocumentMissing, Document: "registration", Text: "They have shown no registration."}}},
		{"A3 valid on the day it expires", session.Marketplace, holds(doc(open, day(14))), nil},
		{"A3 expired the day before", session.Rota, holds(doc(open, day(13))),
			[]rota.Finding{{Code: rota.DocumentExpired, Document: "registration", Until: day(13),
				Text: "Their registration is valid until Mon 13 Jul 2026."}}},
		{"A3 the latest of those expired is told", session.Rota, holds(doc(open, day(12)), doc(open, day(13)), doc(open, day(11))),
			[]rota.Finding{{Code: rota.DocumentExpired, Document: "registration", Until: day(13),
				Text: "Their registration is valid until Mon 13 Jul 2026."}}},
		{"A3 valid on the day it begins", session.Rota, holds(doc(day(14), open)), nil},
		{"A3 not valid yet", session.Rota, holds(doc(day(15), open)),
			[]rota.Finding{{Code: rota.DocumentNotYetValid, Document: "registration", From: day(15),
				Text: "Their registration is valid from Wed 15 Jul 2026."}}},
		{"A3 a renewal in time", session.Rota, holds(doc(open, day(13)), doc(day(14), open)), nil},
		{"A3 a renewal that leaves a gap", session.Rota, holds(doc(open, day(13)), doc(day(15), open)),
			[]rota.Finding{{Code: rota.DocumentExpired, Document: "registration", Until: day(13),
				Text: "Their registration is valid until Mon 13 Jul 2026."}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, facts := posted(), ada()
			s.Channel = c.channel
			c.change(&facts)
			got, err := rota.Eligible(facts, s, s.Terms, withdrawal.Default(), england())
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "findings", got, c.want)
			for _, f := range got {
				sentence(t, &rota.IneligibleError{Findings: []rota.Finding{f}})
			}
		})
	}
	t.Run("A3 the policy says which documents", func(t *testing.T) {
		s, facts, p := posted(), ada(), withdrawal.Default()
		p.Eligibility.Required = []string{"food_hygiene"}
		facts.Documents = nil
		got, err := rota.Eligible(facts, s, s.Terms, p, england())
		if err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		equal(t, "text", got[0].Text, "They have shown no food hygiene.")
		equal(t, "key", got[0].Key(), "document_missing/food_hygiene")
		equal(t, "key", rota.Finding{Code: rota.NotMember}.Key(), "not_member")
	})
	t.Run("T4 an overnight session is judged for the day it starts, at the practice", func(t *testing.T) {
		s, facts := posted(), ada()
		s.Terms.Span = calendar.Span{Start: at("2026-07-14T22:30:00Z"), End: at("2026-07-15T05:00:00Z")} // 23:30 on the 14th
		facts.Documents[0].Expires = day(14)
		got, err := rota.Eligible(facts, s, s.Terms, withdrawal.Default(), england())
		equal(t, "findings", len(got), 0)
		s.Terms.Span.Start = at("2026-07-14T23:00:00Z") // midnight
		got, _ = rota.Eligible(facts, s, s.Terms, withdrawal.Default(), england())
		equal(t, "findings", len(got), 1)
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("T2 a date that the calendar does not know", func(t *testing.T) {
		s := posted()
		s.Terms.Span.Start = at("2031-01-01T09:00:00Z")
		_, err := rota.Eligible(ada(), s, s.Terms, withdrawal.Default(), england())
		coded(t, err, "date_out_of_range")
	})
}

func TestA3Recheck(t *testing.T) {
	recheck := func(s rota.Situation) (booking.Booking, session.Decision, error) {
		return rota.Recheck{Command: do("c11", system), Booking: "b1"}.Decide(s, now)
	}
	t.Run("A3 nothing changed, nothing to commit", func(t *testing.T) {
		s := booked()
		got, d, err := recheck(s)
		succeed(t, s, d, err)
		equal(t, "booking", got, s.Booking)
		equal(t, "records", len(d.Records)+len(d.Events), 0)
	})
	t.Run("A3 both sides are told, nothing is cancelled", func(t *testing.T) {
		s := booked()
		s.Clinician.Roles, s.Clinician.Documents[2].Expires = nil, calendar.MustDate(2026, 7, 1)
		got, d, err := recheck(s)
		succeed(t, s, d, err)
		want := s.Booking
		want.Version, want.Lapsed = 2, []string{"document_expired/performers_list", "role_not_held"}
		equal(t, "booking", got, want)
		equal(t, "written", d.Records, []session.Record{want})
		equal(t, "events", kinds(d), []session.EventKind{rota.EventEligibilityLost})
		f := d.Events[0].Facts
		equal(t, "lost", f["lost"], "document_expired/performers_list,role_not_held")
		equal(t, "findings", f["findings"], f["lost"])
		equal(t, "restored", f["restored"], "")

		s.Booking = got
		s.Clinician.Roles = []session.Role{"GP"}
		got, d, err = recheck(s)
		succeed(t, s, d, err)
		equal(t, "lapsed", got.Lapsed, []string{"document_expired/performers_list"})
		equal(t, "events", kinds(d), []session.EventKind{rota.EventEligibilityRestored})
		equal(t, "restored", d.Events[0].Facts["restored"], "role_not_held")
		equal(t, "before", s.Booking.Lapsed, want.Lapsed)

		s.Booking, s.Clinician = got, ada()
		got, d, err = recheck(s)
		succeed(t, s, d, err)
		equal(t, "lapsed", got.Lapsed, nil)
	})
	t.Run("A3 one thing for another is a loss", func(t *testing.T) {
		s := booked()
		s.Booking.Lapsed = []string{"role_not_held"}
		s.Clinician.Memberships = nil
		_, d, err := recheck(s)
		succeed(t, s, d, err)
		equal(t, "events", kinds(d), []session.EventKind{rota.EventEligibilityLost})
		equal(t, "facts", d.Events[0].Facts["lost"]+" "+d.Events[0].Facts["restored"], "not_member role_not_held")
	})
	t.Run("A3 it is judged by the terms last agreed", func(t *testing.T) {
		s := pendingTo(booked(), calendar.Span{Start: at("2027-02-01T09:00:00Z"), End: at("2027-02-01T19:00:00Z")})
		_, d, err := recheck(s)
		succeed(t, s, d, err)
		equal(t, "records", len(d.Records), 0)
	})
	t.Run("A3 only before the start, of a live booking", func(t *testing.T) {
		s := booked()
		_, _, err := rota.Recheck{Command: do("c11", system), Booking: "b1"}.Decide(s, start)
		coded(t, err, "session_started")
		s.Booking.State = booking.NoShow
		_, _, err = recheck(s)
		coded(t, err, "wrong_state")
		s = booked()
		s.Booking.Terms.Span = calendar.Span{Start: at("2031-01-01T09:00:00Z"), End: at("2031-01-01T19:00:00Z")}
		_, _, err = recheck(s)
		coded(t, err, "date_out_of_range")
	})
}
