package keeper_test

import (
	"context"
	"fmt"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// From the commit to the person: the planner decides who is told, the dispatcher delivers what is due, and the composer
// makes the words. In a program the planner and Dispatcher.Run go on for as long as it does, and the Notifier is a
// transport.
func ExampleComposer() {
	ctx := context.Background()
	now := time.Date(2026, time.July, 2, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	directory := memory.NewDirectory()
	directory.AddPractice(session.PracticeFacts{
		ID: "leeds", Provider: "north", Name: "Leeds Surgery", Phone: "0113 496 0001",
		Calendar: value(calendar.UK(calendar.EnglandAndWales)),
	})
	directory.AddClinician(rota.ClinicianFacts{
		ID: "ann", Person: "p-ann", Roles: []session.Role{"GP"}, Memberships: []rota.Membership{{Provider: "north"}},
	}, notify.Person{ID: "p-ann", Name: "Ann", Email: "ann@example.org"})
	store := memory.New()
	d := value(desk.New(desk.Options{Store: store, Directory: directory, Now: clock}))
	manager := session.RotaManager("rosa", "north")
	s := value(d.Post(ctx, session.Post{
		Command: session.Do("post", manager), Practice: "leeds", Role: "GP", Channel: session.Rota,
		Start: value(calendar.ParseLocal("2026-07-14 08:00")), End: value(calendar.ParseLocal("2026-07-14 18:00")),
		Rate: session.Pounds(700_00).PerSession(),
	}))
	value(d.Allocate(ctx, rota.Allocate{
		Command: session.Do("allocate", manager), Session: s.ID, Clinician: "ann", Override: "Her papers are on their way.",
	}))

	var people notifytest.Recorder // a transport that only remembers
	planner := keeper.Planner{Queue: store, Store: store, Directory: directory, Now: clock}
	dispatcher := value(notify.NewDispatcher(notify.DispatcherOptions{
		Queue: store, Notifier: &people, Now: clock,
		Composer: &keeper.Composer{Store: store, Directory: directory, Now: clock, Product: "Cover"},
	}))
	fmt.Println("events planned:", value(planner.Plan(ctx)))
	fmt.Printf("%+v\n", value(dispatcher.Deliver(ctx)))
	for _, m := range people.Messages() {
		fmt.Println(m.To.Email, "|", m.Subject)
	}
	// Output:
	// events planned: 3
	// {Delivered:1 Failed:0 Unknown:0 GivenUp:0 Stale:0 Held:0 Lost:0}
	// ann@example.org | You have been allocated session #401000001 on Tue 14 Jul
}
