package session_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// A practice posts a night shift. The clocks go back that night, so it is an hour longer than it looks, and paid so.
func Example() {
	london, err := leeds() // calendar.UK(calendar.EnglandAndWales) in a program
	if err != nil {
		fmt.Println(err)
		return
	}
	surgery := session.PracticeFacts{
		ID: "chapel-allerton", Provider: "leeds-health", Name: "Chapel Allerton Surgery",
		Calendar: london, Phone: "0113 496 0000",
	}
	now := time.Date(2026, time.July, 1, 12, 0, 0, 0, time.UTC)
	reference, err := session.FormatReference(session.DefaultPrefix, 123)
	if err != nil {
		fmt.Println(err)
		return
	}

	night := session.Post{
		Command:  session.Do("post-1", session.Practice("jo", "leeds-health", "chapel-allerton")),
		Practice: "chapel-allerton",
		Role:     "GP",
		Start:    calendar.Local{Date: calendar.MustDate(2026, time.October, 24), Clock: calendar.MustClock(22, 0)},
		End:      calendar.Local{Date: calendar.MustDate(2026, time.October, 25), Clock: calendar.MustClock(6, 0)},
		Break:    30 * time.Minute,
		Rate:     session.Rate{Amount: decimal.RequireFromString("92.50"), Currency: session.GBP, Per: session.PerHour},
		Channel:  session.Rota,
	}
	if err := night.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	posted, decision, err := night.Decide(session.Posting{Practice: surgery, Reference: reference}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(posted.Reference, "is", posted.State)
	fmt.Println(posted.Terms.Span.Duration(), "long, worth", posted.Terms.Worth())
	for _, e := range decision.Events {
		fmt.Println(e.Kind, "from", e.Facts["start"], "to", e.Facts["end"])
	}
	// Output:
	// #401000123 is open
	// 9h0m0s long, worth £786.25
	// session.posted from 2026-10-24T21:00:00Z to 2026-10-25T06:00:00Z
}

// Bad input is refused by the field that it is in, with what the calendar has to say.
func ExampleFieldError() {
	london, err := leeds()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = session.Resolve(london, "Start", calendar.Local{
		Date: calendar.MustDate(2027, time.March, 28), Clock: calendar.MustClock(1, 30),
	})
	var bad *session.FieldError
	if errors.As(err, &bad) {
		fmt.Println(bad.Code(), "in", bad.Field)
		fmt.Println(bad.Unwrap())
	}
	// Output:
	// invalid_field in Start
	// There is no 01:30 on Sun 28 Mar 2027, because the clocks go forward: the last minute before is 00:59 and the first after is 02:00.
}

// What may happen to a session is a table that can be asked.
func ExampleState_Next() {
	to, ok := session.Filled.Next(session.Reopening)
	fmt.Println(to, ok)
	_, ok = session.Withdrawn.Next(session.Publishing)
	fmt.Println(ok)
	// Output:
	// open true
	// false
}
