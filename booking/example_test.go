package booking_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// A booked session is worked, the hours are stated and approved, and the invoice waits to be sent.
func Example() {
	starts := time.Date(2026, time.July, 14, 7, 0, 0, 0, time.UTC)
	agreed := session.Terms{
		Role:  "GP",
		Span:  calendar.Span{Start: starts, End: starts.Add(8 * time.Hour)},
		Break: 30 * time.Minute,
		Rate:  session.Rate{Amount: decimal.NewFromInt(84), Currency: session.GBP, Per: session.PerHour},
	}
	now := booking.Situation{
		Session: session.Session{ID: "s-1", Version: 2, Reference: "#401000123", State: session.Filled, Terms: agreed},
		Booking: booking.Booking{
			ID: "b-1", Version: 1, Session: "s-1", Reference: "#401000123", Clinician: "ada", Person: "person-ada",
			State: booking.Confirmed, Terms: agreed,
		},
	}
	jo := session.Practice("person-jo", "leeds-health", "chapel-allerton")
	ada := session.Clinician("person-ada", "ada")

	// The clock completes it.
	over, decision, err := booking.Complete{
		Command: session.Do("complete-1", session.System()), Session: "s-1",
	}.Decide(now, agreed.Span.End)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("The session is", over.State)
	now.Session = over
	for _, r := range decision.Records {
		if b, ok := r.(booking.Booking); ok {
			now.Booking = b
		}
	}

	// Ada stayed half an hour longer, and says so.
	evening := agreed.Span.End.Add(2 * time.Hour)
	now.Hours, _, err = booking.StateHours{
		Command: session.Do("state-1", ada), Booking: "b-1",
		Start: agreed.Span.Start, End: agreed.Span.End.Add(30 * time.Minute), Break: 30 * time.Minute,
	}.Decide(now, evening)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("The hours are", now.Hours.State, "and come to", now.Hours.Amount)

	// She is a partner of the practice as well, but these hours are for somebody else to approve.
	partner := session.Practice("person-ada", "leeds-health", "chapel-allerton")
	_, _, err = booking.ApproveHours{Command: session.Do("approve-1", partner), Booking: "b-1"}.Decide(now, evening)
	fmt.Println(err)

	approved, _, err := booking.ApproveHours{Command: session.Do("approve-2", jo), Booking: "b-1"}.Decide(now, evening)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("The hours are", approved.Hours.State)
	fmt.Println("The invoice for", approved.Invoice.Amount, "is", approved.Invoice.State)
	// Output:
	// The session is completed
	// The hours are stated and come to £672.00
	// As a practice you may not approve the hours worked: it is about your own booking, so somebody else has to.
	// The hours are approved
	// The invoice for £672.00 is awaiting
}

// A diary keeps a clinician from two bookings at once. Another provider learns only that there is one.
func ExampleDiary_CheckClash() {
	starts := time.Date(2026, time.July, 14, 7, 0, 0, 0, time.UTC)
	diary := booking.Diary{Clinician: "ada", Version: 1, Entries: []booking.Entry{{
		Booking: "b-1", Reference: "#401000123", Provider: "leeds-health", Span: calendar.Span{Start: starts, End: starts.Add(8 * time.Hour)},
	}}}
	wanted := calendar.Span{Start: starts.Add(7 * time.Hour), End: starts.Add(12 * time.Hour)}
	fmt.Println(diary.CheckClash(wanted, "", session.RotaManager("person-mo", "leeds-health")))
	fmt.Println(diary.CheckClash(wanted, "", session.RotaManager("person-yo", "york-health")))
	// Output:
	// The clinician is booked for session #401000123 at that time.
	// The clinician is booked elsewhere at that time.
}
