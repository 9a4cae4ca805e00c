package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// The cast: two providers, three practices in the three divisions, six clinicians of mixed standing. Pat is a GP
// partner: a clinician, who also speaks for Leeds and manages North's rota.
var (
	practices  = []session.PracticeID{"leeds", "glasgow", "belfast"}
	providers  = []session.ProviderID{"north", "south"}
	clinicians = []session.ClinicianID{"ada", "ben", "cas", "dee", "eve", "pat"}

	providerOf = map[session.PracticeID]session.ProviderID{"leeds": "north", "glasgow": "north", "belfast": "south"}
	divisionOf = map[session.PracticeID]calendar.Division{
		"leeds": calendar.EnglandAndWales, "glasgow": calendar.Scotland, "belfast": calendar.NorthernIreland,
	}
	// rotaPro is the provider that has it (W5).
	rotaPro = session.ProviderID("north")
)

func person[T ~string](id T) session.PersonID { return session.PersonID("p-" + string(id)) }

func nameOf(p session.PracticeID) string { return "The " + string(p) + " Surgery" }

// phone is every practice's.
const phone = "01632 960001"

var (
	bySupport = session.Support("p-support")
	bySystem  = session.System()
)

func byPractice(p session.PracticeID) session.Actor {
	return session.Practice(person(p), providerOf[p], p)
}

func byManager(p session.ProviderID) session.Actor { return session.RotaManager(person(p), p) }

func byClinician(c session.ClinicianID) session.Actor { return session.Clinician(person(c), c) }

var (
	patForLeeds = session.Practice("p-pat", "north", "leeds")
	patForNorth = session.RotaManager("p-pat", "north")
)

// actors are all who act in any history.
var actors = func() []session.Actor {
	all := []session.Actor{bySupport, bySystem, patForLeeds, patForNorth}
	for _, p := range practices {
		all = append(all, byPractice(p))
	}
	for _, p := range providers {
		all = append(all, byManager(p))
	}
	for _, c := range clinicians {
		all = append(all, byClinician(c))
	}
	return all
}()

// people are all who have settings.
var people = func() []session.PersonID {
	var all []session.PersonID
	for _, a := range actors {
		if a.Person != "" && !slices.Contains(all, a.Person) {
			all = append(all, a.Person)
		}
	}
	return all
}()

// calendars are made once: they are the dearest thing in a world.
var calendars = sync.OnceValue(func() map[session.PracticeID]*calendar.Calendar {
	made := map[session.PracticeID]*calendar.Calendar{}
	for p, division := range divisionOf {
		c, err := calendar.UK(division)
		if err != nil {
			panic(err)
		}
		made[p] = c
	}
	return made
})

// beginnings are where histories start: before a clock change, a bank holiday, or nothing in particular.
var beginnings = []string{
	"2026-03-20T09:30:00Z", "2026-03-30T22:59:59.999999Z", "2026-05-19T12:00:00Z", "2026-06-08T08:00:00Z",
	"2026-07-02T09:00:00Z", "2026-08-24T16:45:00Z", "2026-10-16T22:00:00Z", "2026-12-14T11:11:11.111111Z",
}

// world is one history as it goes on.
type world struct {
	opt   Options
	store *watched
	desk  *desk.Desk
	keep  *keeper.Keeper
	dir   *memory.Directory
	facts map[session.ClinicianID]rota.ClinicianFacts

	rng   *rand.Rand
	now   time.Time
	ids   int
	view  View
	given []given
	// refusal is what the last command was refused with.
	refusal error
	// reads counts how often the store was read; closing says that it is for the last time.
	reads   int
	closing bool
	// looked counts the keeper's commands.
	looked int
	trace  []func() string
	tally  Tally
}

// given is a command with what it led to.
type given struct {
	kind    string
	command any
	result  string // as JSON, blank where it was refused
	changed bool
}

func newWorld(o Options) (*world, error) {
	w := &world{opt: o, dir: memory.NewDirectory(), facts: map[session.ClinicianID]rota.ClinicianFacts{}, tally: Tally{}}
	w.store = &watched{Store: o.Store(), touched: untouched()}
	w.now = parse(beginnings[0])
	w.cast()
	clock := func() time.Time { return w.now }
	var err error
	w.desk, err = desk.New(desk.Options{Store: w.store, Directory: w.dir, Now: clock})
	if err != nil {
		return nil, err
	}
	w.keep, err = keeper.New(keeper.Options{Desk: w.desk, Store: w.store, Now: clock, NewID: func() session.CommandID {
		w.looked++
		return session.CommandID(fmt.Sprintf("look-%d", w.looked))
	}})
	return w, err
}

func parse(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

func reach[T ~string](id T) notify.Person {
	return notify.Person{ID: person(id), Name: "Somebody", Email: string(id) + "@example.org"}
}

func (w *world) cast() {
	for _, p := range providers {
		w.dir.AddProvider(session.ProviderFacts{ID: p, RotaPro: p == rotaPro}, reach(p))
	}
	for _, p := range practices {
		w.dir.AddPractice(session.PracticeFacts{
			ID: p, Provider: providerOf[p], Name: nameOf(p), Calendar: calendars()[p], Phone: phone,
		}, reach(p))
	}
	weekdays := calendar.WeekdaysOf(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday)
	w.dir.SetSupport(session.SupportFacts{
		Phone: "01632 960999", Email: "support@example.org",
		Hours: calendar.Hours{
			Windows: []calendar.Window{{Days: weekdays, From: calendar.MustClock(9, 0), To: calendar.MustClock(17, 30)}},
			Closed:  calendar.Closures{AllHolidays: true},
		},
	}, reach("support"))
	for _, c := range []rota.ClinicianFacts{
		{ID: "ada", Approved: true, Roles: roles, Memberships: members("north", "south")},
		{ID: "ben", Roles: roles, Memberships: members("north")},
		{ID: "cas", Approved: true, Roles: roles, Memberships: members("south")},
		{ID: "dee", Approved: true, Roles: roles[:1]},
		{ID: "eve", Roles: roles, Memberships: members("north", "south")},
		{ID: "pat", Approved: true, Roles: roles, Memberships: members("north")},
	} {
		c.Person = person(c.ID)
		c.Documents = documents(calendar.MustDate(2030, 12, 31))
		w.know(c)
	}
}

// know tells the directory of a clinician.
func (w *world) know(c rota.ClinicianFacts) {
	w.facts[c.ID] = c
	w.dir.AddClinician(c, reach(c.ID))
}

var roles = []session.Role{"GP", "ANP"}

func members(of ...session.ProviderID) []rota.Membership {
	var all []rota.Membership
	for _, p := range of {
		all = append(all, rota.Membership{Provider: p, Tier: rota.StaffBank})
	}
	return all
}

// documents are all that the built-in policy asks for, of which the DBS check expires on a date.
func documents(dbs calendar.Date) []rota.Document {
	return []rota.Document{
		{Kind: "registration"}, {Kind: "indemnity"}, {Kind: "performers_list"}, {Kind: "dbs", Expires: dbs},
	}
}

// eligible is A3, once more: nil where the clinician may work the session on the terms.
func (w *world) eligible(c session.ClinicianID, s session.Session, terms session.Terms) bool {
	f, date := w.facts[c], dateAt(s.Practice, terms.Span.Start)
	standing := s.Channel == session.Marketplace && f.Approved
	if s.Channel == session.Rota {
		standing = slices.ContainsFunc(f.Memberships, func(m rota.Membership) bool { return m.Provider == s.Provider })
	}
	if !standing || !slices.Contains(f.Roles, terms.Role) {
		return false
	}
	for _, kind := range w.policy(s.Provider).Eligibility.Required {
		if !slices.ContainsFunc(f.Documents, func(d rota.Document) bool {
			return d.Kind == kind && (d.Expires.IsZero() || !d.Expires.Before(date))
		}) {
			return false
		}
	}
	return true
}

// pick returns one of some things, which there must be.
func pick[T any](w *world, some []T) T { return some[w.rng.IntN(len(some))] }

// chance is true in n of 100 cases.
func (w *world) chance(n int) bool { return w.rng.IntN(100) < n }
