package keeper_test

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// tb is what tests and rapid's have in common.
type tb interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}

// surgery is a provider with one practice, a desk, and the keeper's planner and digester over one memory store. Its
// clock stands still until it is moved.
type surgery struct {
	tb
	store *memory.Store
	dir   *memory.Directory
	desk  *desk.Desk
	now   time.Time
	ids   int
}

var (
	staff   = session.Practice("staff", "north", "leeds")
	manager = session.RotaManager("manager", "north")
)

func newSurgery(t tb) *surgery {
	t.Helper()
	s := &surgery{tb: t, store: memory.New(), dir: memory.NewDirectory(), now: time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)}
	cal, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		t.Fatal(err)
	}
	s.dir.AddProvider(session.ProviderFacts{ID: "north"}, mailable("manager"))
	s.dir.AddPractice(session.PracticeFacts{
		ID: "leeds", Provider: "north", Name: "Riverside Surgery", Calendar: cal, Phone: "0113 496 0000",
	}, mailable("staff"), mailable("partner"))
	s.dir.SetSupport(session.SupportFacts{Phone: "020 7946 0000"}, mailable("helper"))
	if s.desk, err = desk.New(desk.Options{Store: s.store, Directory: s.dir, Now: s.clock}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *surgery) clock() time.Time { return s.now }

func mailable(id session.PersonID) notify.Person {
	return notify.Person{ID: id, Name: string(id), Email: string(id) + "@example.org"}
}

// clinician adds one who is a member of the provider, and returns them as an actor.
func (s *surgery) clinician(id string, approved bool) session.Actor {
	s.dir.AddClinician(rota.ClinicianFacts{
		ID: session.ClinicianID(id), Person: session.PersonID("p-" + id), Roles: []session.Role{"GP"}, Approved: approved,
		Memberships: []rota.Membership{{Provider: "north", Tier: rota.StaffBank}},
		Documents: []rota.Document{
			{Kind: "registration"}, {Kind: "indemnity"}, {Kind: "performers_list"}, {Kind: "dbs"},
		},
	}, mailable(session.PersonID("p-"+id)))
	return session.Clinician(session.PersonID("p-"+id), session.ClinicianID(id))
}

func (s *surgery) do(by session.Actor) session.Command {
	s.ids++
	return session.Do(session.CommandID("c"+strconv.Itoa(s.ids)), by)
}

// must unwraps what cannot fail.
func must[T any](s *surgery) func(T, error) T {
	return func(v T, err error) T {
		s.Helper()
		if err != nil {
			s.Fatal(err)
		}
		return v
	}
}

// post posts a session on a day of July.
func (s *surgery) post(day int, channel session.Channel) session.Session {
	s.Helper()
	date := calendar.MustDate(2026, time.July, day)
	return must[session.Session](s)(s.desk.Post(context.Background(), session.Post{
		Command: s.do(staff), Practice: "leeds", Role: "GP",
		Start:   calendar.Local{Date: date, Clock: calendar.MustClock(8, 0)},
		End:     calendar.Local{Date: date, Clock: calendar.MustClock(12, 0)},
		Rate:    session.Rate{Amount: decimal.NewFromInt(85), Currency: session.GBP, Per: session.PerHour},
		Channel: channel, Choosing: session.Review,
	}))
}

func (s *surgery) apply(by session.Actor, to session.Session) rota.Application {
	s.Helper()
	s.now = s.now.Add(time.Second)
	return must[rota.Applied](s)(s.desk.Apply(context.Background(), rota.Apply{Command: s.do(by),
		Session: to.ID})).Application
}

func (s *surgery) planner() *keeper.Planner {
	return &keeper.Planner{Queue: s.store, Store: s.store, Directory: s.dir, Now: s.clock}
}

// plan plans everything.
func (s *surgery) plan() int {
	s.Helper()
	return must[int](s)(s.planner().Plan(context.Background()))
}

// drain claims everything that is due at an instant and takes it for delivered, which is what each person's next
// delivery waits for.
func (s *surgery) drain(at time.Time) []notify.Claim {
	s.Helper()
	var all []notify.Claim
	for {
		claims := must[[]notify.Claim](s)(s.store.Claim(context.Background(), notify.ClaimRequest{
			Now: at, Lease: time.Hour, Limit: 1000,
		}))
		if len(claims) == 0 {
			return all
		}
		var done []notify.Settlement
		for _, c := range claims {
			done = append(done, notify.Settlement{Claim: c, Outcome: notify.Outcome{State: notify.Delivered, At: at}})
		}
		if lost := must[[]int](s)(s.store.Settle(context.Background(), done)); len(lost) > 0 {
			s.Errorf("%d leases were lost at once", len(lost))
		}
		all = append(all, claims...)
	}
}

// told lists what a session's deliveries say, in order: "application_gone email p-ann planned".
func (s *surgery) told(id session.SessionID) []string {
	s.Helper()
	var all []string
	for d, err := range desk.All(func(req session.PageRequest) (session.Page[notify.Delivery], error) {
		return s.store.Deliveries(context.Background(), notify.DeliveryQuery{Session: id, Page: req})
	}) {
		if err != nil {
			s.Fatal(err)
		}
		line := string(d.Kind) + " " + d.Channel.String() + " " + string(d.Person) + " " + d.State.String()
		if d.Why != "" {
			line += " " + string(d.Why)
		}
		all = append(all, line)
	}
	return all
}

func (s *surgery) equal(what string, got, want any) {
	s.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// only keeps the lines that begin with a kind.
func only(kind notify.Kind, lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool {
		return len(l) < len(kind) || l[:len(kind)] != string(kind)
	})
}
