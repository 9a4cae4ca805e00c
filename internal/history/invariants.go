package history

import (
	"context"
	"reflect"
	"regexp"
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// invariants are what always holds, whatever has happened.
func invariants(before, v View) error {
	for id, s := range v.Sessions {
		if s.Version == before.Sessions[id].Version {
			continue
		}
		if m := pence(s.Terms.Rate, s.Terms.Span.Duration()-s.Terms.Break, hundred); !s.Terms.Worth().Equal(m) {
			return faulty("S6", "session %s is worth %s, not %s", s.Reference, s.Terms.Worth(), m)
		}
	}
	for _, rule := range []func(View) error{oneBooking, noOverlap, sessions, applications, casesOpen, fees, pay, texts} {
		if err := rule(v); err != nil {
			return err
		}
	}
	return nil
}

// oneBooking is A7's first half, and what a session says of its booking.
func oneBooking(v View) error { //nolint:cyclop // a flat list of clauses, each with what is wrong where it does not hold
	live := map[session.SessionID]booking.Booking{}
	for _, b := range v.Bookings {
		if b.State.Live() != b.Ending.Recorded.IsZero() {
			return faulty("B1", "booking %s is %s, and its ending is %+v", b.ID, b.State, b.Ending)
		}
		if !b.State.Live() {
			continue
		}
		if other, twice := live[b.Session]; twice {
			return faulty("A7", "session %s has two live bookings: %s and %s", b.Reference, other.ID, b.ID)
		}
		live[b.Session] = b
	}
	for id, s := range v.Sessions {
		b, held := live[id]
		own := v.Bookings[s.Booking]
		switch s.State {
		case session.Filled:
			if !held || s.Booking != b.ID {
				return faulty("A7", "session %s is filled by %q, and the live booking is %q", s.Reference, s.Booking, b.ID)
			}
			if b.Pending.IsZero() && !s.Terms.Equal(b.Terms) || !b.Pending.IsZero() && !s.Terms.Equal(b.Pending.Terms) {
				return faulty("S5", "session %s and its booking are on different terms", s.Reference)
			}
		case session.Completed:
			if held || own.State != booking.Completed && own.State != booking.NoShow || !s.Terms.Equal(own.Terms) {
				return faulty("S2", "session %s is completed, and its booking %q is %s", s.Reference, own.ID, own.State)
			}
		default:
			if held || s.Booking != "" {
				return faulty("A7", "session %s is %s, and has booking %q", s.Reference, s.State, b.ID)
			}
		}
	}
	return nil
}

// noOverlap is A7's second half, with the diaries: they hold what is live, both times while a change waits (S5).
func noOverlap(v View) error { //nolint:cyclop // a flat list of clauses, each with what is wrong where it does not hold
	held := map[session.ClinicianID][]booking.Booking{}
	for _, b := range sorted(v.Bookings) {
		if !b.State.Live() {
			continue
		}
		for _, other := range held[b.Clinician] {
			for _, x := range times(b) {
				for _, y := range times(other) {
					if x.Start.Before(y.End) && y.Start.Before(x.End) {
						return faulty("A7", "%s has bookings %s and %s at once", b.Clinician, b.ID, other.ID)
					}
				}
			}
		}
		held[b.Clinician] = append(held[b.Clinician], b)
	}
	for who, d := range v.Diaries {
		kept := map[session.BookingID]booking.Entry{}
		for _, e := range d.Entries {
			kept[e.Booking] = e
		}
		for _, b := range held[who] {
			e, all := kept[b.ID], times(b)
			fits := e.Span == all[0] && e.Session == b.Session && e.Provider == b.Provider
			if fits && len(all) == 2 && e.Also != all[1] || len(all) == 1 && !e.Also.IsZero() || !fits {
				return faulty("A7", "the diary of %s holds %+v for booking %s", who, e, b.ID)
			}
			delete(kept, b.ID)
		}
		for id, e := range kept {
			// What was worked stays, until when it was.
			b := v.Bookings[id]
			worked := calendar.Span{Start: b.Terms.Span.Start, End: b.Ending.Worked}
			if b.State != booking.Completed || e.Span != worked || !e.Also.IsZero() {
				return faulty("A7", "the diary of %s holds %+v of booking %s, which is %s", who, e, id, b.State)
			}
		}
	}
	return nil
}

func times(b booking.Booking) []calendar.Span {
	if b.Pending.Since.IsZero() {
		return []calendar.Span{b.Terms.Span}
	}
	return []calendar.Span{b.Terms.Span, b.Pending.Terms.Span}
}

var reference = regexp.MustCompile(`^#401\d{6,}$`)

// sessions are S1, S3, S4 and S6.
func sessions(v View) error {
	taken := map[session.Reference]session.SessionID{}
	for id, s := range v.Sessions {
		if other, twice := taken[s.Reference]; twice || !reference.MatchString(string(s.Reference)) {
			return faulty("S1", "session %s has the reference %q, as %q", id, s.Reference, other)
		}
		taken[s.Reference] = id
		if was := v.Sessions[s.Replaces]; s.Replaces != "" && (was.State != session.Withdrawn || was.Practice != s.Practice) {
			return faulty("S3", "session %s replaces %s, which is %s at %s", s.Reference, s.Replaces, was.State, was.Practice)
		}
		pending := 0
		for _, a := range v.Applications {
			if a.Session == id && a.State == rota.Pending && a.Round == s.Round && s.State == session.Open {
				pending++
			}
		}
		if v.Applicants[id] != pending {
			return faulty("S4", "session %s has %d applicants, and says %d", s.Reference, pending, v.Applicants[id])
		}
		if s.Provider != providerOf[s.Practice] || !s.Terms.Span.Start.Before(s.Terms.Span.End) {
			return faulty("S6", "session %s is %+v", s.Reference, s)
		}
	}
	return nil
}

// applications are A4: one for each clinician and round; what is pending in a round that is over has lapsed; what is
// accepted led to the booking.
func applications(v View) error { //nolint:cyclop // a flat list of clauses, each with what is wrong where it does not hold
	type one struct {
		session session.SessionID
		round   int
		who     session.ClinicianID
	}
	seen := map[one]bool{}
	booked := map[session.ApplicationID]bool{}
	for _, b := range v.Bookings {
		if b.Application == "" {
			continue
		}
		a := v.Applications[b.Application]
		if booked[a.ID] || a.State != rota.Accepted || a.Clinician != b.Clinician || a.Session != b.Session {
			return faulty("A4", "booking %s follows from application %+v", b.ID, a)
		}
		booked[a.ID] = true
	}
	for id, a := range v.Applications {
		s, key := v.Sessions[a.Session], one{a.Session, a.Round, a.Clinician}
		over := s.State != session.Open || s.Round != a.Round
		switch {
		case seen[key] || a.Round > s.Round:
			return faulty("A4", "application %s is a second one of %s, or of a round to come", id, a.Clinician)
		case a.State == rota.Lapsed || a.State == rota.Accepted && !booked[id]:
			return faulty("A4", "application %s is kept as %s", id, a.State)
		case a.State == rota.Pending && over != (a.Standing(s) == rota.Lapsed):
			return faulty("A4", "application %s of a round that is over stands as %s", id, a.Standing(s))
		}
		seen[key] = true
	}
	return nil
}

// casesOpen is W4: the open case of a session is the one it names, of its live booking.
func casesOpen(v View) error {
	open := map[session.SessionID]bool{}
	for id, c := range v.Cases {
		if c.State != withdrawal.CaseOpen {
			if c.Closed.IsZero() {
				return faulty("W4", "case %s is %s, and not closed", id, c.State)
			}
			continue
		}
		s := v.Sessions[c.Session]
		if open[c.Session] || s.Case != id || s.State != session.Filled || s.Booking != c.Booking {
			return faulty("W4", "case %s is open, and session %s is %s, with case %q", id, s.Reference, s.State, s.Case)
		}
		open[c.Session] = true
	}
	for id, s := range v.Sessions {
		if s.Case != "" && !open[id] {
			return faulty("W4", "session %s names case %s, which isn't open", s.Reference, s.Case)
		}
	}
	return nil
}

// texts is P4: what is erased is gone, and the record never holds what somebody wrote.
func texts(v View) error {
	for id, t := range v.Texts {
		if (t.Body == "") != !t.Erased.IsZero() {
			return faulty("P4", "text %s is erased %v, and says %q", id, t.Erased, t.Body)
		}
	}
	for _, events := range v.Events {
		for _, e := range events {
			for name, value := range e.Facts {
				if slices.Contains(reasons, value) {
					return faulty("P4", "fact %s of %s holds what somebody wrote", name, e.Key())
				}
			}
		}
	}
	return nil
}

// lists asks that Find work shows every clinician what is open, still to come and for them, and nothing else (A2, A3),
// and that nobody's list of bookings or applications leaves anything out (A8).
func (w *world) lists(ctx context.Context) error {
	for _, c := range clinicians {
		for _, channel := range []session.Channel{session.Rota, session.Marketplace} {
			shown, err := w.shownTo(ctx, c, channel)
			if err != nil {
				return err
			}
			want := map[session.SessionID]rota.Listing{}
			for id, s := range w.view.Sessions {
				if s.Channel == channel && s.State == session.Open && !s.Terms.Span.Start.Before(w.now) && w.eligible(c, s, s.Terms) {
					applied := w.view.Applications[rota.ApplicationID(id, s.Round, c)].State == rota.Pending
					want[id] = rota.Listing{Session: s, Applicants: w.view.Applicants[id], Applied: applied}
				}
			}
			if !reflect.DeepEqual(shown, want) {
				return faulty("A3", "%s is shown %v, not %v", c, shown, want)
			}
		}
	}
	return nil
}

// shownTo reads Find work two at a time, so that pages are joined as well.
func (w *world) shownTo(ctx context.Context, c session.ClinicianID, channel session.Channel) (map[session.SessionID]rota.Listing, error) {
	shown := map[session.SessionID]rota.Listing{}
	if channel == session.Marketplace && !w.facts[c].Approved {
		_, err := w.desk.FindWork(ctx, rota.FindWork{By: byClinician(c), Channel: channel})
		if coded, ok := err.(session.Coded); !ok || coded.Code() != "not_approved" { //nolint:errorlint // the very error
			return nil, faulty("A3", "%s finds work on the marketplace: %v", c, err)
		}
		return shown, nil
	}
	var last time.Time
	for l, err := range desk.All(func(req session.PageRequest) (session.Page[rota.Listing], error) {
		req.Limit = 2
		return w.desk.FindWork(ctx, rota.FindWork{By: byClinician(c), Channel: channel, Page: req})
	}) {
		if err != nil {
			return nil, err
		}
		if _, twice := shown[l.Session.ID]; twice || l.Session.Terms.Span.Start.Before(last) {
			return nil, faulty("A2", "%s is shown session %s twice, or out of order", c, l.Session.Reference)
		}
		shown[l.Session.ID], last = l, l.Session.Terms.Span.Start
	}
	return shown, nil
}
