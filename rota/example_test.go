package rota_test

import (
	"fmt"
	"time"

	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// A clinician applies, the practice accepts, and everything that follows is one decision.
func Example() {
	s := open() // what the desk reads: the session, the clinician's facts and diary, the policies

	apply := rota.Apply{Command: session.Do("command-1", clinician), Session: s.Session.ID}
	applied, _, err := apply.Decide(s, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("application:", applied.Application.State)

	s.Application = applied.Application
	accept := rota.Accept{Command: session.Do("command-2", practice), Application: s.Application.ID}
	booked, decision, err := accept.Decide(s, now.Add(time.Hour))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("booking:", booked.Booking.State, "session:", booked.Session.State)
	for _, e := range decision.Events {
		fmt.Println(e.Kind, e.From, "→", e.To)
	}
	// Output:
	// application: pending
	// booking: confirmed session: filled
	// application.accepted pending → accepted
	// booking.confirmed  → confirmed
	// session.filled open → filled
}

// Moving a booked session to another day is something that the clinician has to acknowledge.
func ExampleChange() {
	s := booked()
	move := rota.Change{
		Command: session.Do("command-1", practice), Session: s.Session.ID,
		Start: local(15, time.July, "08:00"), End: local(15, time.July, "18:00"),
	}
	changed, _, err := move.Decide(s, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("to be acknowledged:", changed.Material)
	fmt.Println("offered:", changed.Session.Terms.Span.Start.Format(time.DateOnly))
	fmt.Println("agreed: ", changed.Booking.Terms.Span.Start.Format(time.DateOnly))
	// Output:
	// to be acknowledged: [start end]
	// offered: 2026-07-15
	// agreed:  2026-07-14
}

// Who comes first is the provider's own business, and always the same.
func ExampleRank() {
	candidates := []rota.Candidate{
		{Application: rota.Application{ID: "a1", Clinician: "ada", Applied: now}, Clinician: ada()},
		{Application: rota.Application{ID: "a2", Clinician: "bob", Applied: now.Add(time.Minute)}},
		{Application: rota.Application{ID: "a3", Clinician: "cyd", Applied: now.Add(-time.Minute)}},
	}
	approvedFirst := func(_ session.Session, c rota.Candidate) float64 {
		if c.Clinician.Approved {
			return 1
		}
		return 0
	}
	for _, r := range rota.Rank(open().Session, candidates, approvedFirst) {
		fmt.Println(r.Application.Clinician, r.Score)
	}
	// Output:
	// ada 1
	// cyd 0
	// bob 0
}
