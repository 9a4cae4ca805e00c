// Package office makes events for the relay's tests, as a service would, and checks what consumers got of them.
package office

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/relay"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// TB is what tests and rapid's have in common.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// Office is a service with a desk and a planner over a memory store. Its desk's clock stands still.
type Office struct {
	// Store has the feeds.
	Store *memory.Store
	tb    TB
	desk  *desk.Desk
	plan  *keeper.Planner
	mu    sync.Mutex
	ids   int
}

// Providers are the tenants, with a practice and a clinician each.
var Providers = []session.ProviderID{"hull", "leeds", "york"}

// At is when everything happens.
var At = time.Date(2026, time.June, 1, 9, 0, 0, 0, time.UTC)

// New opens an office in which nothing has happened yet.
func New(tb TB) *Office {
	tb.Helper()
	directory, now := memory.NewDirectory(), func() time.Time { return At }
	cal, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		tb.Fatalf("the calendar: %v", err)
	}
	for _, p := range Providers {
		directory.AddProvider(session.ProviderFacts{ID: p})
		directory.AddPractice(session.PracticeFacts{ID: session.PracticeID(p), Provider: p, Name: "Riverside Surgery",
			Calendar: cal, Phone: "0113 496 0000"})
		directory.AddClinician(rota.ClinicianFacts{ID: session.ClinicianID(p), Person: person(p),
			Roles: []session.Role{"GP"}, Approved: true,
			Memberships: []rota.Membership{{Provider: p, Tier: rota.StaffBank}},
			Documents: []rota.Document{{Kind: "registration"}, {Kind: "indemnity"}, {Kind: "performers_list"},
				{Kind: "dbs"}}}, notify.Person{ID: person(p), Name: "Dr Day", Email: "day@example.org"})
	}
	o := &Office{Store: memory.New(), tb: tb}
	if o.desk, err = desk.New(desk.Options{Store: o.Store, Directory: directory, Now: now}); err != nil {
		tb.Fatalf("the desk: %v", err)
	}
	o.plan = &keeper.Planner{Queue: o.Store, Store: o.Store, Directory: directory, Now: now}
	return o
}

func person(p session.ProviderID) session.PersonID { return session.PersonID("doc-" + p) }

func (o *Office) do(by session.Actor) session.Command {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ids++
	return session.Do(session.CommandID("c"+strconv.Itoa(o.ids)), by)
}

// Happen has sessions of a day posted on the marketplace, applied for, and given to who applied, up to 24 for each
// provider, and plans what came of it. It may be called by several goroutines at once, once for each day.
func (o *Office) Happen(ctx context.Context, day, number int) {
	o.tb.Helper()
	for i := range number {
		for _, p := range Providers {
			if err := o.story(ctx, p, At.AddDate(0, 0, 10+day), i); err != nil {
				o.tb.Fatalf("%s, day %d, session %d: %v", p, day, i, err)
			}
		}
		if _, err := o.plan.Plan(ctx); err != nil {
			o.tb.Fatalf("planning: %v", err)
		}
	}
}

func (o *Office) story(ctx context.Context, p session.ProviderID, day time.Time, i int) error {
	date := calendar.MustDate(day.Year(), day.Month(), day.Day())
	at := func(half int) calendar.Local {
		return calendar.Local{Date: date, Clock: calendar.MustClock(half/2, half%2*30)}
	}
	practice := session.Practice("joan", p, session.PracticeID(p))
	// Half an hour each, one after the other: whoever applies for them all can work them all.
	s, err := o.desk.Post(ctx, session.Post{Command: o.do(practice), Practice: session.PracticeID(p), Role: "GP",
		Start: at(12 + i), End: at(13 + i), Rate: session.Pounds(85_00).PerHour(), Channel: session.Marketplace,
		Choosing: session.Review})
	if err != nil {
		return err
	}
	doctor := session.Clinician(person(p), session.ClinicianID(p))
	applied, err := o.desk.Apply(ctx, rota.Apply{Command: o.do(doctor), Session: s.ID})
	if err != nil {
		return err
	}
	_, err = o.desk.Accept(ctx, rota.Accept{Command: o.do(practice), Application: applied.Application.ID})
	return err
}

// Events are all that were planned, feed by feed, without the marketplace's repeats.
func (o *Office) Events(ctx context.Context) []session.Event {
	o.tb.Helper()
	feeds, err := o.Store.FeedIDs(ctx, "", 1000)
	if err != nil {
		o.tb.Fatalf("listing the feeds: %v", err)
	}
	var all []session.Event
	for _, id := range feeds {
		if id == notify.MarketplaceFeed {
			continue
		}
		entries, err := o.Store.Feed(ctx, id, 0, 1_000_000)
		if err != nil {
			o.tb.Fatalf("feed %s: %v", id, err)
		}
		for _, e := range entries {
			all = append(all, e.Event)
		}
	}
	return all
}

// Check checks that a consumer got every event, in the order of its provider's feed once repeats are dropped, and
// nothing else. It returns the number of repeats.
func (o *Office) Check(ctx context.Context, got []*message.Message) (repeats int) {
	o.tb.Helper()
	seen := map[string]bool{}
	read := map[session.ProviderID][]string{}
	for _, m := range got {
		if seen[m.UUID] {
			repeats++
			continue
		}
		seen[m.UUID] = true
		e, err := relay.Decode(m.Payload)
		if err != nil || e.Key() != m.UUID {
			o.tb.Fatalf("message %s has %s: %v", m.UUID, m.Payload, err)
		}
		read[e.Provider] = append(read[e.Provider], m.UUID)
	}
	want := map[session.ProviderID][]string{}
	for _, e := range o.Events(ctx) {
		want[e.Provider] = append(want[e.Provider], e.Key())
	}
	for p, keys := range want {
		for i := range max(len(keys), len(read[p])) {
			if i >= len(keys) || i >= len(read[p]) || keys[i] != read[p][i] {
				o.tb.Errorf("%s: %d events came of %d; from number %d on they are %v and not %v", p, len(read[p]),
					len(keys), i+1, some(read[p], i), some(keys, i))
				break
			}
		}
		delete(read, p)
	}
	if len(read) > 0 {
		o.tb.Errorf("came from nowhere: %v", read)
	}
	return repeats
}

// some are the next few of a list.
func some(keys []string, from int) []string {
	from = min(from, len(keys))
	return keys[from:min(from+3, len(keys))]
}
