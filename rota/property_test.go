package rota_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// world keeps what decisions write, as a store would.
type world struct {
	now      time.Time
	sessions map[session.SessionID]session.Session
	bookings map[session.BookingID]booking.Booking
	apps     map[session.ApplicationID]rota.Application
	diaries  map[session.ClinicianID]booking.Diary
	versions map[session.Subject]int64
	lapsed   map[session.ApplicationID]bool
	policy   withdrawal.Policy
	commands int
}

func newWorld(t *rapid.T) *world {
	w := &world{
		now: now, sessions: map[session.SessionID]session.Session{}, bookings: map[session.BookingID]booking.Booking{},
		apps: map[session.ApplicationID]rota.Application{}, diaries: map[session.ClinicianID]booking.Diary{},
		versions: map[session.Subject]int64{}, lapsed: map[session.ApplicationID]bool{},
		policy: offering(48 * time.Hour),
	}
	w.policy.Applications.OfferAllocations = rapid.Bool().Draw(t, "offers")
	for i := range 3 {
		s := posted()
		s.ID, s.Reference = session.SessionID(fmt.Sprint("s", i)), session.Reference(fmt.Sprint("#401", i))
		s.Terms.Span = calendar.Span{Start: start.Add(time.Duration(i) * 6 * time.Hour), End: end.Add(time.Duration(i) * 6 * time.Hour)}
		s.EngagementStart, s.Choosing = s.Terms.Span.Start, session.Review-session.Choosing(i%2)
		w.sessions[s.ID] = s
		w.versions[s.Subject()] = s.Version
	}
	for _, c := range clinicians {
		w.diaries[c] = booking.Diary{Clinician: c}
	}
	return w
}

var clinicians = []session.ClinicianID{"ada", "bob", "cyd"}

// situation is what a decision about a session and a clinician sees.
func (w *world) situation(id session.SessionID, about session.ClinicianID) rota.Situation {
	s := open()
	s.Session, s.Booking = w.sessions[id], w.bookings[w.sessions[id].Booking]
	s.Policies = withdrawal.Policies{w.policy}
	s.Clinician.ID, s.Clinician.Person = about, session.PersonID("person-"+about)
	s.Application = w.apps[rota.ApplicationID(id, s.Session.Round, about)]
	s.Diary = w.diaries[about]
	return s
}

// booked is what a decision about the session's booking sees; about nobody where there is none.
func (w *world) booked(id session.SessionID) rota.Situation {
	return w.situation(id, w.bookings[w.sessions[id].Booking].Clinician)
}

// commit writes a decision, as far as it holds together.
func (w *world) commit(t *rapid.T, s rota.Situation, d session.Decision) {
	succeed(t, s, d, nil)
	for _, r := range d.Records {
		if _, diary := r.(booking.DiaryChange); !diary && r.Revision() != w.versions[r.Subject()]+1 {
			t.Fatalf("%s goes from version %d to %d", r.Subject(), w.versions[r.Subject()], r.Revision())
		}
		w.versions[r.Subject()] = r.Revision()
		switch v := r.(type) {
		case session.Session:
			if v.Round < w.sessions[v.ID].Round {
				t.Fatalf("round of %s goes back to %d", v.ID, v.Round)
			}
			w.sessions[v.ID] = v
		case booking.Booking:
			w.bookings[v.ID] = v
		case rota.Application:
			w.apps[v.ID] = v
		case booking.DiaryChange:
			diary := w.diaries[v.Clinician]
			drop := func(e booking.Entry) bool {
				return slices.Contains(v.Drop, e.Booking) ||
					slices.ContainsFunc(v.Put, func(p booking.Entry) bool { return p.Booking == e.Booking })
			}
			diary.Entries = append(slices.DeleteFunc(slices.Clone(diary.Entries), drop), v.Put...)
			diary.Version = v.Version
			w.diaries[v.Clinician] = diary
		}
	}
}

func act[C any, R any](w *world, t *rapid.T, s rota.Situation, c C, decide func(C, rota.Situation, time.Time) (R, session.Decision, error)) bool {
	before, err := json.Marshal([]any{s.Session, s.Booking, s.Application, s.Diary, s.Clinician})
	if err != nil {
		t.Fatal(err)
	}
	_, d, err := decide(c, s, w.now)
	after, _ := json.Marshal([]any{s.Session, s.Booking, s.Application, s.Diary, s.Clinician})
	if string(before) != string(after) {
		t.Fatalf("%T changed what it was given:\n%s\n%s", c, before, after)
	}
	if err != nil {
		if len(d.Records)+len(d.Events)+len(d.Texts) > 0 {
			t.Fatalf("%T fails and writes: %v", c, err)
		}
		return false
	}
	w.commit(t, s, d)
	return true
}

// check holds the world against the rules.
func (w *world) check(t *rapid.T) {
	live := map[session.SessionID]int{}
	held := map[session.ClinicianID][]booking.Entry{}
	for _, id := range slices.Sorted(maps.Keys(w.bookings)) {
		b := w.bookings[id]
		if !b.State.Live() {
			continue
		}
		live[b.Session]++
		if s := w.sessions[b.Session]; s.Booking != b.ID || s.State != session.Filled {
			t.Fatalf("A7: %s is live, but its session is %s with %q", b.ID, s.State, s.Booking)
		}
		for _, other := range held[b.Clinician] {
			for _, span := range b.Spans() {
				if other.Overlaps(span) {
					t.Fatalf("A7: %s and %s of %s overlap", b.ID, other.Booking, b.Clinician)
				}
			}
		}
		held[b.Clinician] = append(held[b.Clinician], b.Entry())
	}
	for _, s := range w.sessions {
		if n := live[s.ID]; n > 1 || (n == 1) != (s.State == session.Filled) {
			t.Fatalf("A7: session %s is %s with %d live bookings", s.ID, s.State, n)
		}
	}
	for _, c := range clinicians {
		kept := slices.Clone(w.diaries[c].Entries)
		slices.SortFunc(kept, func(a, b booking.Entry) int { return compare(a.Booking, b.Booking) })
		slices.SortFunc(held[c], func(a, b booking.Entry) int { return compare(a.Booking, b.Booking) })
		if !slices.Equal(kept, held[c]) {
			t.Fatalf("A7: the diary of %s holds %v, live are %v", c, kept, held[c])
		}
	}
	for id, a := range w.apps {
		lapsed := a.Standing(w.sessions[a.Session]) == rota.Lapsed
		if w.lapsed[id] && !lapsed {
			t.Fatalf("A4: application %s had lapsed and stands again", id)
		}
		w.lapsed[id] = lapsed
		if a.State == rota.Pending && !lapsed && w.sessions[a.Session].State != session.Open {
			t.Fatalf("A4: application %s waits for a session that is not open", id)
		}
	}
}

func compare(a, b session.BookingID) int {
	if a < b {
		return -1
	}
	return 1
}

func TestA7RandomHistories(t *testing.T) {
	accepted, tried := map[string]int{}, map[string]int{}
	history := func(t *rapid.T) {
		w := newWorld(t)
		steps := rapid.IntRange(20, 60).Draw(t, "steps")
		for range steps {
			name := rapid.SampledFrom([]string{
				"apply", "apply", "apply", "retract", "accept", "decline", "allocate", "allocate", "accept offer", "decline offer", "lapse offer",
				"cancel", "cancel", "change", "change", "acknowledge", "refuse", "void", "recheck",
			}).Draw(t, "command")
			ok := w.step(t, name)
			tried[name]++
			if ok {
				accepted[name]++
			}
			w.check(t)
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 10).Draw(t, "hours")) * time.Hour)
		}
	}
	rapid.Check(t, history)
	if testing.Short() {
		return
	}
	for range 5 {
		rapid.Check(t, history)
	}
	for name, n := range tried {
		if accepted[name] == 0 {
			t.Errorf("%s was tried %d times and never accepted: the generator is too tame", name, n)
		}
	}
	t.Logf("accepted %v of %v", accepted, tried)
}

// pick draws a session and a clinician, mostly such that the command has something to do.
func (w *world) pick(t *rapid.T, name string) (session.SessionID, session.ClinicianID) {
	type pair struct {
		session   session.SessionID
		clinician session.ClinicianID
	}
	var all, good []pair
	for _, id := range slices.Sorted(maps.Keys(w.sessions)) {
		for _, who := range clinicians {
			all = append(all, pair{id, who})
			s := w.situation(id, who)
			fits := s.Session.State == session.Open
			switch name {
			case "accept", "decline", "retract":
				fits = s.Application.Standing(s.Session) == rota.Pending
			case "accept offer", "decline offer", "lapse offer":
				fits = s.Booking.State == booking.Offered
			case "acknowledge", "refuse", "void":
				fits = !s.Booking.Pending.IsZero()
			case "recheck", "cancel":
				fits = s.Booking.State.Live()
			case "change":
				fits = s.Booking.State.Live()
			}
			if fits {
				good = append(good, pair{id, who})
			}
		}
	}
	if len(good) > 0 && rapid.IntRange(0, 9).Draw(t, "at random") < 9 {
		all = good
	}
	p := rapid.SampledFrom(all).Draw(t, "session and clinician")
	return p.session, p.clinician
}

func (w *world) step(t *rapid.T, name string) bool {
	w.commands++
	id, who := w.pick(t, name)
	command := session.CommandID(fmt.Sprint("c", w.commands))
	self := do(command, session.Clinician(session.PersonID("person-"+who), who))
	s, b := w.situation(id, who), w.booked(id)
	owner := do(command, session.Clinician(b.Booking.Person, b.Booking.Clinician))
	switch name {
	case "apply":
		return act(w, t, s, rota.Apply{Command: self, Session: id}, rota.Apply.Decide)
	case "retract":
		return act(w, t, s, rota.Retract{Command: self, Application: s.Application.ID}, rota.Retract.Decide)
	case "accept":
		return act(w, t, s, rota.Accept{Command: do(command, practice)}, rota.Accept.Decide)
	case "decline":
		return act(w, t, s, rota.Decline{Command: do(command, practice), Reason: "because"}, rota.Decline.Decide)
	case "allocate":
		return act(w, t, s, rota.Allocate{Command: do(command, manager), Session: id, Clinician: who}, rota.Allocate.Decide)
	case "accept offer":
		return act(w, t, b, rota.AcceptOffer{Command: owner}, rota.AcceptOffer.Decide)
	case "decline offer":
		return act(w, t, b, rota.DeclineOffer{Command: owner, Reason: "because"}, rota.DeclineOffer.Decide)
	case "cancel":
		return act(w, t, b, owner, cancel)
	case "lapse offer":
		if rapid.Bool().Draw(t, "in time") && b.Booking.OfferedUntil.After(w.now) {
			w.now = b.Booking.OfferedUntil
		}
		return act(w, t, b, rota.LapseOffer{Command: do(command, system)}, rota.LapseOffer.Decide)
	case "change":
		c := moved(rapid.IntRange(13, 18).Draw(t, "day"), time.July)
		if rapid.IntRange(0, 4).Draw(t, "detail") == 4 {
			c = rota.Change{Instructions: ptr(fmt.Sprint("bell ", w.commands))}
		}
		c.Command = do(command, practice)
		return act(w, t, b, c, rota.Change.Decide)
	case "acknowledge":
		return act(w, t, b, rota.AcknowledgeChange{Command: owner, Shown: b.Booking.Pending.Shown()}, rota.AcknowledgeChange.Decide)
	case "refuse":
		return act(w, t, b, rota.RefuseChange{Command: owner, Shown: b.Booking.Pending.Shown()}, rota.RefuseChange.Decide)
	case "void":
		if due := b.Booking.Terms.Span.Start; !b.Booking.Pending.IsZero() && rapid.Bool().Draw(t, "in time") && due.After(w.now) {
			w.now = due
		}
		return act(w, t, b, rota.VoidChange{Command: do(command, system)}, rota.VoidChange.Decide)
	}
	b.Clinician.Approved = false
	b.Clinician.Documents[0].Expires = calendar.MustDate(2026, 7, rapid.IntRange(10, 31).Draw(t, "expires"))
	return act(w, t, b, rota.Recheck{Command: do(command, system)}, rota.Recheck.Decide)
}

// cancel is the clinician getting out, which opens the session again (W8).
func cancel(head session.Command, s rota.Situation, now time.Time) (withdrawal.Cancelled, session.Decision, error) {
	a, err := withdrawal.Assess(withdrawal.CancelOwnBooking, s.Situation, head.By, now)
	if err != nil {
		return withdrawal.Cancelled{}, session.Decision{}, err
	}
	return withdrawal.CancelBooking{Command: head, Booking: s.Booking.ID, Shown: a.Shown}.Decide(s.Situation, now)
}
