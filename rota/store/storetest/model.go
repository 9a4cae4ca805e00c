package storetest

import (
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/history"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// naive is a store as one would write it in an afternoon: everything in maps, every question asked of all of it.
type naive struct {
	// base is what the numbers of its records begin with: all checks share a store.
	base     int
	versions map[session.Subject]int64
	sessions map[session.SessionID]session.Session
	bookings map[session.BookingID]booking.Booking
	entries  map[session.ClinicianID]map[session.BookingID]booking.Entry
	keys     map[desk.CommandKey]bool
	events   int
}

func newNaive(base int) *naive {
	return &naive{
		base:     base,
		versions: map[session.Subject]int64{}, sessions: map[session.SessionID]session.Session{},
		bookings: map[session.BookingID]booking.Booking{},
		entries:  map[session.ClinicianID]map[session.BookingID]booking.Entry{}, keys: map[desk.CommandKey]bool{},
	}
}

// verdict is what a commit has to say.
func (m *naive) verdict(c desk.Changes) desk.Verdict { //nolint:cyclop // naive on purpose
	if m.keys[c.Key] {
		return desk.Repeated
	}
	for _, check := range c.Checks {
		if m.versions[check.Subject] != check.Version {
			return desk.Conflict
		}
	}
	for _, r := range c.Records() {
		if m.versions[r.Subject()] != r.Revision()-1 {
			return desk.Conflict
		}
	}
	after := m.after(c)
	live := map[session.SessionID]int{}
	for _, b := range after.bookings {
		if b.State.Live() {
			live[b.Session]++
		}
	}
	for _, n := range live {
		if n > 1 {
			return desk.Conflict
		}
	}
	for _, entries := range after.entries {
		for i, a := range entries {
			for j, b := range entries {
				if i != j && (a.Overlaps(b.Span) || !b.Also.IsZero() && a.Overlaps(b.Also)) {
					return desk.Conflict
				}
			}
		}
	}
	return desk.Done
}

// after is the model with the changes made.
func (m *naive) after(c desk.Changes) *naive {
	next := newNaive(m.base)
	for k, v := range m.versions {
		next.versions[k] = v
	}
	for k, v := range m.sessions {
		next.sessions[k] = v
	}
	for k, v := range m.bookings {
		next.bookings[k] = v
	}
	for k, v := range m.keys {
		next.keys[k] = v
	}
	for who, entries := range m.entries {
		next.entries[who] = map[session.BookingID]booking.Entry{}
		for k, v := range entries {
			next.entries[who][k] = v
		}
	}
	for _, r := range c.Records() {
		next.versions[r.Subject()] = r.Revision()
	}
	for _, s := range c.Sessions {
		next.sessions[s.ID] = s
	}
	for _, b := range c.Bookings {
		next.bookings[b.ID] = b
	}
	for _, d := range c.Diaries {
		if next.entries[d.Clinician] == nil {
			next.entries[d.Clinician] = map[session.BookingID]booking.Entry{}
		}
		for _, id := range d.Drop {
			delete(next.entries[d.Clinician], id)
		}
		for _, e := range d.Put {
			next.entries[d.Clinician][e.Booking] = e
		}
	}
	next.keys[c.Key] = true
	next.events = m.events + len(c.Events)
	return next
}

// model plays random commits on the store and on the naive one: they have to agree on every verdict, and on what is
// there afterwards.
func model(t *test) {
	s, base := t.open(), 0
	rapid.Check(t.TB, func(rt *rapid.T) {
		base += 100
		m := newNaive(base)
		for i := range rapid.IntRange(1, 40).Draw(rt, "commits") {
			c := m.draw(rt, i)
			want := m.verdict(c)
			got, err := s.Commit(t.Context(), c)
			if err != nil || got != want {
				rt.Fatalf("A7: commit %d is %s, %v; want %s: %+v", i, got, err, want, c)
			}
			if want == desk.Done {
				m = m.after(c)
			}
		}
		m.compare(rt, t, s)
	})
}

// draw makes a change: of a few sessions, bookings and diaries, mostly with the right versions.
func (m *naive) draw(rt *rapid.T, i int) desk.Changes {
	n := func(most int, what string) int { return rapid.IntRange(0, most).Draw(rt, what) }
	next := func(of session.Subject) int64 {
		return m.versions[of] + 1 - int64(n(12, "stale")/12)
	}
	command := fmt.Sprintf("commit-%d-%d", m.base, i)
	if i > 0 && n(15, "repeated") == 15 {
		command = fmt.Sprintf("commit-%d-%d", m.base, n(i-1, "which"))
	}
	var records []session.Record
	one := shift(m.base+n(3, "session"), 14)
	one.Version = max(1, next(one.Subject()))
	if n(3, "write the session") > 0 {
		records = append(records, one)
	}
	who := clinicianOf(m.base + n(1, "clinician"))
	b := booked(m.base+n(5, "booking"), one, who)
	if was, known := m.bookings[b.ID]; known {
		b.Session, b.Clinician, b.Person = was.Session, was.Clinician, was.Person
	}
	b.Version = max(1, next(b.Subject()))
	b.Terms = terms(14+n(2, "day"), 8+n(8, "hour"), 4)
	b.State = []booking.State{booking.Confirmed, booking.Offered, booking.Cancelled}[n(2, "state")]
	if n(4, "pending") == 4 {
		b.Pending = booking.Pending{Terms: terms(14+n(2, "day"), 8+n(8, "hour"), 4), Since: now, By: session.System()}
		if b.Pending.Terms.Span.Overlaps(b.Terms.Span) {
			b.Pending = booking.Pending{}
		}
	}
	if n(3, "write the booking") > 0 || len(records) == 0 {
		d := booking.DiaryChange{Clinician: b.Clinician}
		d.Version = max(1, next(d.Subject()))
		if d.Put = []booking.Entry{b.Entry()}; !b.State.Live() {
			d.Put, d.Drop = nil, []session.BookingID{b.ID}
		}
		records = append(records, b, d)
	}
	c := change(command, records...)
	if n(3, "check") == 3 {
		other := shift(m.base+n(3, "checked"), 14).Subject()
		if other != one.Subject() && m.versions[other] > 0 {
			c.Checks = []desk.Check{{Subject: other, Provider: "north", Version: m.versions[other] + int64(n(5, "off")/5)}}
		}
	}
	return c
}

// compare reads the store and the model.
func (m *naive) compare(rt *rapid.T, t *test, s Store) {
	same := func(what string, want, got any) {
		if diff := cmp.Diff(want, got, history.Exact); diff != "" {
			rt.Errorf("A7: %s (-want +got):\n%s", what, diff)
		}
	}
	for n := range 6 {
		one, b := shift(m.base+n, 14), booked(m.base+n, shift(m.base+n, 14), "x")
		same("a session", m.sessions[one.ID], t.load(s, desk.Want{Session: one.ID}).Session)
		same("a booking", m.bookings[b.ID], t.load(s, desk.Want{Booking: b.ID}).Booking)
	}
	for n := range 2 {
		who := clinicianOf(m.base + n)
		d, subject := t.diary(s, who), session.Subject{Kind: session.KindDiary, ID: string(who)}
		entries := map[session.BookingID]booking.Entry{}
		for _, e := range d.Put {
			entries[e.Booking] = e
		}
		if want := m.entries[who]; len(want)+len(entries) > 0 {
			same("the diary of "+string(who), want, entries)
		}
		same("the version of a diary", m.versions[subject], d.Version)
		if !slices.IsSortedFunc(d.Put, func(a, b booking.Entry) int { return a.Span.Start.Compare(b.Span.Start) }) {
			rt.Errorf("A7: the diary of %s is out of order", who)
		}
	}
	for id := range m.keys {
		if _, err := s.Outcome(t.Context(), id); err != nil {
			rt.Errorf("P3: the outcome of %s: %v", id.Command, err)
		}
	}
}
