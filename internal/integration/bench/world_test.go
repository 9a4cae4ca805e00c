package bench

import (
	"context"
	"fmt"
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

// now is when everything here happens: Thu 2 Jul 2026, 10:00 in Leeds.
var now = time.Date(2026, time.July, 2, 9, 0, 0, 0, time.UTC)

// The provider whose sessions are worked, and who acts for it.
const (
	north session.ProviderID = "north"
	leeds session.PracticeID = "leeds"
)

var (
	byLeeds   = session.Practice("p-leeds", north, leeds)
	byManager = session.RotaManager("p-manager", north)
)

// ada is the clinician who is there from the beginning; all others are made after her.
const ada session.ClinicianID = "c-0"

func asClinician(id session.ClinicianID) session.Actor {
	return session.Clinician(session.PersonID("p-"+string(id)), id)
}

// directory knows every clinician there could be: fully approved for every role, members of its providers, with every document. Benchmarks
// need more of them than anybody wants to list.
type directory struct {
	*memory.Directory
	facts rota.ClinicianFacts
}

// Clinician returns the facts of a clinician of that id.
func (d directory) Clinician(ctx context.Context, id session.ClinicianID) (rota.ClinicianFacts, error) {
	f := d.facts
	f.ID, f.Person = id, asClinician(id).Person
	return f, ctx.Err()
}

// newDirectory knows a practice of each provider: "leeds" of north, and of others one that is called as they are.
func newDirectory(tb testing.TB, providers ...session.ProviderID) directory {
	tb.Helper()
	uk := must[*calendar.Calendar](tb)(calendar.UK(calendar.EnglandAndWales))
	reach := func(id session.PersonID) notify.Person {
		return notify.Person{ID: id, Name: "Name of " + string(id), Email: string(id) + "@example.org"}
	}
	d := directory{memory.NewDirectory(), rota.ClinicianFacts{Roles: []session.Role{"GP", "ANP", "nurse"}, Approved: true}}
	for _, p := range append([]session.ProviderID{north}, providers...) {
		practice := session.PracticeID(p)
		if p == north {
			practice = leeds
		}
		d.AddProvider(session.ProviderFacts{ID: p}, reach(byManager.Person))
		d.AddPractice(session.PracticeFacts{
			ID: practice, Provider: p, Name: "Surgery of " + string(p), Calendar: uk, Phone: "01632 960001",
		}, reach(byLeeds.Person))
		d.facts.Memberships = append(d.facts.Memberships, rota.Membership{Provider: p, Tier: rota.StaffBank})
	}
	for _, kind := range withdrawal.Default().Eligibility.Required {
		d.facts.Documents = append(d.facts.Documents, rota.Document{Kind: kind, Expires: calendar.MustDate(2040, 12, 31)})
	}
	return d
}

// newDesk returns a desk on a store; some can change its options.
func newDesk(tb testing.TB, s desk.Store, dir desk.Directory, some ...func(*desk.Options)) *desk.Desk {
	tb.Helper()
	o := desk.Options{Store: s, Directory: dir, Now: func() time.Time { return now }, ReferenceBlock: 100}
	for _, f := range some {
		f(&o)
	}
	return must[*desk.Desk](tb)(desk.New(o))
}

// shift is a session at Leeds on a day of July, 08:00 to 18:00, chosen by review.
func shift(id string, day int) session.Post {
	at := func(hour int) calendar.Local {
		return calendar.Local{Date: calendar.MustDate(2026, time.July, day), Clock: calendar.MustClock(hour, 0)}
	}
	return session.Post{
		Command: session.Do(session.CommandID(id), byLeeds), Practice: leeds, Role: "GP",
		Start: at(8), End: at(18), Break: time.Hour,
		Rate:  session.Rate{Amount: decimal.NewFromInt(70), Currency: session.GBP, Per: session.PerHour},
		Place: "Room 1", Instructions: "Ring the bell.", Channel: session.Rota, Choosing: session.Review,
	}
}

// model is what the rows of a benchmark are copied from: a session that ada has applied for. In her diary stand three
// bookings of other days, and the provider has published a policy.
type model struct {
	session     session.Session
	application rota.Application
}

func newModel(tb testing.TB, d *desk.Desk) model {
	tb.Helper()
	ctx := tb.Context()
	p := withdrawal.Default()
	p.Version, p.Provider, p.ValidFrom = 1, north, now
	must[withdrawal.Policy](tb)(d.PublishPolicy(ctx, withdrawal.PublishPolicy{
		Command: session.Do("policy", byManager), Policy: p,
	}))
	var m model
	for _, day := range []int{14, 15, 16, 20} {
		id := fmt.Sprintf("day-%d", day)
		m.session = must[session.Session](tb)(d.Post(ctx, shift(id, day)))
		m.application = must[rota.Applied](tb)(d.Apply(ctx, rota.Apply{
			Command: session.Do(session.CommandID(id), asClinician(ada)), Session: m.session.ID,
		})).Application
		if day != 20 {
			must[rota.Booked](tb)(d.Accept(ctx, accept(m.application.ID)))
		}
	}
	return m
}

func accept(id session.ApplicationID) rota.Accept {
	return rota.Accept{Command: session.Do(session.CommandID("accept-"+string(id)), byLeeds), Application: id}
}

// must returns what something led to, and ends the benchmark where it failed.
func must[R any](tb testing.TB) func(R, error) R {
	return func(r R, err error) R {
		tb.Helper()
		if err != nil {
			tb.Fatalf("%T: %v", err, err)
		}
		return r
	}
}

// ok ends the benchmark where something failed.
func ok(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("%T: %v", err, err)
	}
}
