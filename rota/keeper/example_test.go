package keeper_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// A session that nobody took expires when its start passes. The keeper that finds it so may be any of many, and looks
// twice for nothing. A planner then turns what happened into deliveries.
func Example() {
	ctx := context.Background()
	now := time.Date(2026, time.July, 2, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	england := value(calendar.UK(calendar.EnglandAndWales))
	directory := memory.NewDirectory()
	directory.AddPractice(session.PracticeFacts{
		ID: "leeds", Provider: "north", Name: "Leeds Surgery", Phone: "0113 496 0001", Calendar: england,
	}, notify.Person{ID: "jo", Email: "jo@leeds.example"})
	store := memory.New()
	d := value(desk.New(desk.Options{Store: store, Directory: directory, Now: clock}))
	k := value(keeper.New(keeper.Options{Desk: d, Store: store, Now: clock}))
	jo := session.Practice("jo", "north", "leeds")
	s := value(d.Post(ctx, session.Post{
		Command: session.Do("post", jo), Practice: "leeds", Role: "GP", Channel: session.Marketplace,
		Start: value(calendar.ParseLocal("2026-07-14 08:00")), End: value(calendar.ParseLocal("2026-07-14 18:00")),
		Rate: session.Pounds(700_00).PerSession(),
	}))

	fmt.Printf("before: %+v\n", value(k.Look(ctx)))
	now = s.Terms.Span.Start
	fmt.Printf("at the start: %+v\n", value(k.Look(ctx)))
	fmt.Printf("and again: %+v\n", value(k.Look(ctx)))
	fmt.Println("the session is", value(d.Session(ctx, jo, s.ID)).State)

	planner := keeper.Planner{Queue: store, Store: store, Directory: directory, Now: clock}
	fmt.Println("events planned:", value(planner.Plan(ctx)))
	// Output:
	// before: {Voided:0 Lapsed:0 Expired:0 Completed:0 Fees:0 Rechecked:0 Reminded:0 Erased:0 Purged:0}
	// at the start: {Voided:0 Lapsed:0 Expired:1 Completed:0 Fees:0 Rechecked:0 Reminded:0 Erased:0 Purged:0}
	// and again: {Voided:0 Lapsed:0 Expired:0 Completed:0 Fees:0 Rechecked:0 Reminded:0 Erased:0 Purged:0}
	// the session is expired
	// events planned: 2
}

func value[T any](v T, err error) T {
	if err != nil {
		log.Panic(err)
	}
	return v
}
