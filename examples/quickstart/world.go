package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// world is what a host has around the library: its own data on people and practices, a store, a desk and a keeper.
type world struct {
	export
	clock *clock
	cal   *calendar.Calendar // the story's own: London
	store store
	*desk.Desk
	keeper    *keeper.Keeper
	directory *memory.Directory
	page      *page
	transport *transport

	sessions []session.SessionID // in the order in which they were posted
	told     map[string]bool     // deliveries that were printed
	busy     map[session.ClinicianID]int
	letters  []letter
	shown    map[string]bool // sentences, and pairs of divisions, that were printed
	steps    map[string]int  // how often each scene of the story found something to play
}

// newWorld sets the host up, on the evening before the first session's eve.
func newWorld(x export, s store, smtp string, out *page) (*world, error) {
	cal, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		return nil, err
	}
	w := &world{
		export: x, cal: cal, clock: &clock{}, store: s, directory: memory.NewDirectory(), page: out,
		told: map[string]bool{}, busy: map[session.ClinicianID]int{}, shown: map[string]bool{}, steps: map[string]int{},
	}
	if w.transport, err = newTransport(smtp, w.clock.Now); err != nil {
		return nil, err
	}
	for _, p := range x.providers {
		w.directory.AddProvider(p.facts, p.manager)
	}
	for _, p := range x.practices {
		w.directory.AddPractice(p.facts, p.contact)
	}
	for _, c := range x.clinicians {
		w.directory.AddClinician(c.facts, c.person)
	}
	w.directory.SetSupport(support())
	w.Desk, err = desk.New(desk.Options{Store: w.store, Directory: w.directory, Now: w.clock.Now, Score: ownBankFirst})
	if err != nil {
		return nil, err
	}
	n := 0
	w.keeper, err = keeper.New(keeper.Options{Desk: w.Desk, Store: w.store, Now: w.clock.Now, NewID: func() session.CommandID {
		n++
		return session.CommandID(fmt.Sprintf("keeper-%06d", n))
	}})
	return w, err
}

// support is how the platform's customer support is reached, and who is on its team.
func support() (session.SupportFacts, notify.Person) {
	week := calendar.WeekdaysOf(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday)
	facts := session.SupportFacts{
		Phone: "020 7946 0411", Email: "support@sessions.example",
		Hours: calendar.Hours{
			Windows: []calendar.Window{{Days: week, From: calendar.MustClock(9, 0), To: calendar.MustClock(17, 30)}},
			Closed:  calendar.Closures{AllHolidays: true},
		},
	}
	return facts, notify.Person{ID: "support-desk", Name: "Support", Email: facts.Email}
}

// ownBankFirst is this host's way of ranking applicants (A5): those on the provider's own bank come first.
func ownBankFirst(s session.Session, c rota.Candidate) float64 {
	for _, m := range c.Clinician.Memberships {
		if m.Provider == s.Provider {
			return 1
		}
	}
	return 0
}

// The actors. A host knows them from its own sign-in.

func (w *world) agent() session.Actor { return session.Support("support-desk") }

func (p practice) actor() session.Actor {
	return session.Practice(p.contact.ID, p.facts.Provider, p.facts.ID)
}

func (p provider) actor() session.Actor { return session.RotaManager(p.manager.ID, p.facts.ID) }

func (c clinician) actor() session.Actor { return session.Clinician(c.person.ID, c.facts.ID) }

// do begins a command. Its id says what is done to what, and when, so that the story always tells the same.
func (w *world) do(by session.Actor, act string, about string) session.Command {
	id := strings.Join([]string{act, about, w.clock.Now().UTC().Format("20060102T150405")}, "/")
	return session.Do(session.CommandID(id), by)
}

// view is a session with all that the story looks at when it chooses.
type view struct {
	session.Session
	booking    booking.Booking // zero where nobody is booked
	practice   practice
	provider   provider
	clinician  clinician // who is booked
	applicants int
}

// views are all sessions as they are now, in the order in which they were posted: by start. Each practice's calendar
// and bookings are read page by page, not session by session.
func (w *world) views(ctx context.Context) ([]view, error) {
	found := map[session.SessionID]view{}
	within := calendar.Span{Start: w.clock.Now().AddDate(-1, 0, 0), End: w.clock.Now().AddDate(5, 0, 0)}
	for _, p := range w.practices {
		booked := map[session.BookingID]booking.Booking{}
		for b, err := range desk.All(func(page session.PageRequest) (session.Page[booking.Booking], error) {
			return w.Bookings(ctx, p.actor(), booking.Query{Practice: p.facts.ID, Page: page})
		}) {
			if err != nil {
				return nil, err
			}
			booked[b.ID] = b
		}
		for e, err := range desk.All(func(page session.PageRequest) (session.Page[session.CalendarEntry], error) {
			return w.Calendar(ctx, p.actor(), session.CalendarQuery{Practice: p.facts.ID, Within: within, Page: page})
		}) {
			if err != nil {
				return nil, err
			}
			v := w.viewOf(e.Session, booked[e.Session.Booking])
			v.applicants = e.Applicants
			found[v.ID] = v
		}
	}
	all := make([]view, 0, len(w.sessions))
	for _, id := range w.sessions {
		all = append(all, found[id])
	}
	return all, nil
}

// view is one session as it is now.
func (w *world) view(ctx context.Context, id session.SessionID) (view, error) {
	s, err := w.Session(ctx, w.agent(), id)
	if err != nil {
		return view{}, err
	}
	var b booking.Booking
	if s.Booking != "" {
		if b, err = w.Booking(ctx, w.agent(), s.Booking); err != nil {
			return view{}, err
		}
	}
	return w.viewOf(s, b), nil
}

// viewOf puts a view together; the booking is zero where nobody is booked.
func (w *world) viewOf(s session.Session, b booking.Booking) view {
	v := view{Session: s, booking: b, practice: w.practiceOf(s.Practice), provider: w.providerOf(s.Provider)}
	if b.ID != "" {
		v.clinician = w.clinicianOf(b.Clinician)
	}
	return v
}

func (w *world) practiceOf(id session.PracticeID) practice {
	for _, p := range w.practices {
		if p.facts.ID == id {
			return p
		}
	}
	return practice{}
}

func (w *world) providerOf(id session.ProviderID) provider {
	for _, p := range w.providers {
		if p.facts.ID == id {
			return p
		}
	}
	return provider{}
}

func (w *world) clinicianOf(id session.ClinicianID) clinician {
	for _, c := range w.clinicians {
		if c.facts.ID == id {
			return c
		}
	}
	return clinician{}
}

// ahead is how long it is until a session starts, on the terms last agreed.
func (v view) ahead(now time.Time) time.Duration {
	if v.booking.ID != "" {
		return v.booking.Terms.Span.Start.Sub(now)
	}
	return v.Terms.Span.Start.Sub(now)
}

// is says whether the session is in a state, and has not started.
func (v view) is(state session.State, now time.Time) bool {
	return v.State == state && v.ahead(now) > 0
}

// open says whether the practice is at work: on its own bank holidays it is not.
func (p practice) open(now time.Time) bool {
	if !p.facts.Hours.IsSet() {
		return true
	}
	open, err := p.facts.Hours.Open(p.facts.Calendar, now)
	return err == nil && open
}

// String is the session in a line: "#401000012 GP, Tue 24 Mar 08:30–18:00, Holbeck Moor Surgery".
func (v view) String() string {
	return fmt.Sprintf("%s %s, %s, %s", v.Reference, v.Terms.Role, v.when(v.Terms.Span), v.practice.facts.Name)
}

// brief is the session in one narrow line of columns, to stand before what became of it.
func (v view) brief() string {
	start := v.Terms.Span.Start.In(v.practice.facts.Calendar.Location()).Format("Mon 02 Jan 15:04")
	return fmt.Sprintf("%s %s %-13s %-10s ", v.Reference, start, v.practice.short(), v.Terms.Role)
}

// short is the beginning of a practice's name: enough to tell it by.
func (p practice) short() string {
	all := strings.Fields(p.facts.Name)
	return strings.Join(all[:min(2, len(all))], " ")
}

// when is a span as the practice's clock has it.
func (v view) when(s calendar.Span) string {
	zone := v.practice.facts.Calendar.Location()
	return s.Start.In(zone).Format("Mon 2 Jan 15:04") + "–" + s.End.In(zone).Format("15:04")
}
