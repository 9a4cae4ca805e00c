// Command readme is the program that the README shows.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

func main() {
	ctx := context.Background()
	directory := memory.NewDirectory() // a host brings its own
	directory.AddPractice(session.PracticeFacts{ID: "park-lane", Provider: "leeds", Name: "Park Lane Surgery",
		Phone: "0113 496 0001", Calendar: must(calendar.UK(calendar.EnglandAndWales))})
	d := must(desk.New(desk.Options{Store: memory.New(), Directory: directory}))
	joan := session.Practice("joan", "leeds", "park-lane")

	s := must(d.Post(ctx, session.Post{Command: session.Do(desk.NewID(), joan), Practice: "park-lane", Role: "GP",
		Start: must(calendar.ParseLocal("2030-06-12 09:00")), End: must(calendar.ParseLocal("2030-06-12 17:30")),
		Rate: session.Pounds(85_00).PerHour(), Channel: session.Rota}))
	fmt.Println(s.Reference, "is", s.State, "and worth", s.Terms.Worth())

	shown := must(d.AssessWithdrawal(ctx, joan, s.ID)) // what a screen says first
	fmt.Println(shown.Title, shown.Lines)
	gone := must(d.Withdraw(ctx, withdrawal.Withdraw{Command: session.Do(desk.NewID(), joan), Session: s.ID,
		Shown: shown.Shown, Confirmed: true}))
	fmt.Println(gone.Session.Reference, "is", gone.Session.State)
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
