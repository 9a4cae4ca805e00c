package postgres_test

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

var (
	bySupport = session.Support("p-support")
	bySystem  = session.System()
)

// opening is when every story begins: Thu 2 Jul 2026, 10:00 in Leeds.
const opening = "2026-07-02T09:00:00Z"

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

// wall is a local time of July 2026.
func wall(day int, clock string) calendar.Local {
	c, err := calendar.ParseClock(clock)
	if err != nil {
		panic(err)
	}
	return calendar.Local{Date: calendar.MustDate(2026, time.July, day), Clock: c}
}

// stage is what stories happen on: some providers with a practice each, and a clock that stands still until it is moved.
// Several desks can share it.
type stage struct {
	dir *memory.Directory

	mu  sync.Mutex
	now time.Time
}

// practiceOf are the providers, and the practice of each.
var practiceOf = map[session.ProviderID]session.PracticeID{"north": "leeds", "south": "bath", "west": "exeter"}

func newStage(tb testing.TB) *stage {
	tb.Helper()
	cal, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		tb.Fatal(err)
	}
	st := &stage{dir: memory.NewDirectory(), now: instant(opening)}
	st.dir.SetSupport(session.SupportFacts{Phone: "01632 960999", Email: "support@example.org"}, reach("p-support"))
	for provider, practice := range practiceOf {
		st.dir.AddProvider(session.ProviderFacts{ID: provider}, reach(manages(provider).Person))
		st.dir.AddPractice(session.PracticeFacts{
			ID: practice, Provider: provider, Name: nameOf(practice), Calendar: cal, Phone: "01632 960001",
		}, reach(staffs(provider).Person))
	}
	return st
}

func nameOf(p session.PracticeID) string { return "Surgery of " + string(p) }

func reach(id session.PersonID) notify.Person {
	return notify.Person{ID: id, Name: "Name of " + string(id), Email: string(id) + "@example.org"}
}

// staffs and manages are who acts for a provider's practice, and for the provider.
func staffs(p session.ProviderID) session.Actor {
	practice := practiceOf[p]
	return session.Practice(session.PersonID("p-"+string(practice)), p, practice)
}

func manages(p session.ProviderID) session.Actor {
	return session.RotaManager(session.PersonID("p-"+string(p)), p)
}

// clinician adds or replaces a clinician of a provider, a fully approved GP, with every document or none.
func (st *stage) clinician(p session.ProviderID, id session.ClinicianID, documents bool) session.Actor {
	by := session.Clinician(session.PersonID("p-"+string(id)), id)
	f := rota.ClinicianFacts{
		ID: id, Person: by.Person, Roles: []session.Role{"GP", "ANP"}, Approved: true,
		Memberships: []rota.Membership{{Provider: p, Tier: rota.StaffBank}},
	}
	for _, kind := range withdrawal.Default().Eligibility.Required {
		if documents {
			f.Documents = append(f.Documents, rota.Document{Kind: kind, Expires: calendar.MustDate(2030, 12, 31)})
		}
	}
	st.dir.AddClinician(f, reach(by.Person))
	return by
}

func (st *stage) clock() time.Time {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.now
}

// at moves the clock, back as well.
func (st *stage) at(s string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.now = instant(s)
}

// desk returns a desk on a store; some can change its options.
func (st *stage) desk(tb testing.TB, s desk.Store, some ...func(*desk.Options)) *desk.Desk {
	tb.Helper()
	o := desk.Options{Store: s, Directory: st.dir, Now: st.clock}
	for _, f := range some {
		f(&o)
	}
	d, err := desk.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// shift is a session on a day of July, 08:00 to 18:00, an hour's break, £70 an hour; worth £630.
func shift(head session.Command, day int) session.Post {
	return session.Post{
		Command: head, Practice: head.By.Practice, Role: "GP", Start: wall(day, "08:00"), End: wall(day, "18:00"),
		Break: time.Hour, Rate: session.Rate{Amount: decimal.NewFromInt(70), Currency: session.GBP, Per: session.PerHour},
		Place: "Room 1", Instructions: "Ring the bell.", Channel: session.Rota,
	}
}

// commands are the names of the desk's methods that take a command, queries those of all others.
func commands() []string { return methods(true) }

func queries() []string { return methods(false) }

func methods(command bool) []string {
	var names []string
	d := reflect.TypeFor[*desk.Desk]()
	for i := range d.NumMethod() {
		m := d.Method(i)
		head := false
		if m.Type.NumIn() == 3 && m.Type.In(2).Kind() == reflect.Struct {
			f, there := m.Type.In(2).FieldByName("Command")
			head = there && f.Anonymous && f.Type == reflect.TypeFor[session.Command]()
		}
		if head == command {
			names = append(names, m.Name)
		}
	}
	return names
}

// run gives a command to a desk, whichever it is.
func run(tb testing.TB, d *desk.Desk, c any) (any, error) {
	tb.Helper()
	m := reflect.ValueOf(d).MethodByName(reflect.TypeOf(c).Name())
	if !m.IsValid() {
		tb.Fatalf("the desk has no method for a %T", c)
	}
	out := m.Call([]reflect.Value{reflect.ValueOf(tb.Context()), reflect.ValueOf(c)})
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

// must returns what something led to, and ends the test where it failed.
func must[R any](tb testing.TB) func(R, error) R {
	return func(r R, err error) R {
		tb.Helper()
		if err != nil {
			tb.Fatalf("%T: %v", err, err)
		}
		return r
	}
}

// ok ends the test where something failed.
func ok(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("%T: %v", err, err)
	}
}

// why says what a store's error tells; "" for none, and what it is where it is no store's.
func why(err error) desk.Unable {
	var unable *desk.StoreError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &unable):
		return unable.Why
	}
	return desk.Unable(fmt.Sprintf("%T", err))
}
