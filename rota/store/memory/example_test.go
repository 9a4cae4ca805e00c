package memory_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// Two desks on one store are what two processes of a host are: what one posts the other sees, under another reference
// than its own.
func Example() {
	ctx := context.Background()
	england, err := calendar.UK(calendar.EnglandAndWales)
	check(err)
	directory := memory.NewDirectory()
	directory.AddPractice(session.PracticeFacts{ID: "leeds", Provider: "north", Phone: "0113 496 0001", Calendar: england})
	store := memory.New()
	now := func() time.Time { return time.Date(2026, time.July, 2, 9, 0, 0, 0, time.UTC) }
	jo := session.Practice("jo", "north", "leeds")
	for _, day := range []string{"2026-07-14", "2026-07-15"} {
		d, err := desk.New(desk.Options{Store: store, Directory: directory, Now: now})
		check(err)
		start, err := calendar.ParseLocal(day + " 08:00")
		check(err)
		end, err := calendar.ParseLocal(day + " 13:00")
		check(err)
		s, err := d.Post(ctx, session.Post{
			Command: session.Do(session.CommandID(day), jo), Practice: "leeds", Role: "GP", Channel: session.Rota,
			Start: start, End: end, Rate: session.Pounds(85_00).PerHour(),
		})
		check(err)
		fmt.Println("posted", s.Reference, "worth", s.Terms.Worth())
	}
	july := calendar.Span{Start: now(), End: now().AddDate(0, 1, 0)}
	page, err := store.Calendar(ctx, "north", session.CalendarQuery{Practice: "leeds", Within: july})
	check(err)
	for _, e := range page.Items {
		fmt.Println(e.Session.Reference, "is", e.Session.State, "with", e.Applicants, "applicants")
	}
	// Output:
	// posted #401000001 worth £425.00
	// posted #401000002 worth £425.00
	// #401000001 is open with 0 applicants
	// #401000002 is open with 0 applicants
}

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}
