package notify_test

import (
	"fmt"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// A practice withdraws a booked session. The clinician has turned the push off and is asleep: the email can't be
// turned off, and doesn't wait (N2).
func Example() {
	e := session.Event{
		Subject: session.Subject{Kind: session.KindBooking, ID: "b1"}, Version: 2, Kind: "booking.cancelled",
		Provider: "north", Session: "s1", By: session.Practice("bob", "north", "leeds"),
		Facts: session.Facts{
			"clinician": "dr-ann", "practice": "leeds", "route": "self_service", "reference": "#4011234",
			"start": "2026-07-14T07:00:00Z", "end": "2026-07-14T17:30:00Z",
		},
	}
	ann := notify.Person{
		ID: "ann", Name: "Ann", Email: "ann@example.org", Devices: []notify.Device{{Channel: notify.IPhone, Token: "t"}},
	}
	settings := notify.Settings{
		Pushes: notify.Pushes{Cancelled: notify.Off},
		Quiet:  notify.Quiet{From: calendar.MustClock(22, 0), To: calendar.MustClock(7, 0)},
	}
	night := time.Date(2026, time.July, 1, 23, 30, 0, 0, time.UTC)
	var texts notify.Texts
	for _, notice := range notify.For(e) {
		fmt.Println(notice.Kind, "for the", notice.Audience)
		for _, d := range notify.Plan(e, notice, ann, settings, night) {
			fmt.Printf("%s: %s %q\n", d.Channel, d.State, d.Why)
			if d.State != notify.Planned {
				continue
			}
			data := notify.FromEvent(e, d.Kind, time.UTC)
			data.Practice, data.Reason = "Riverside Surgery", "The vaccines have not arrived."
			m, err := texts.Render(d, ann, data)
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println(m.Subject)
		}
	}
	// Output:
	// booking_withdrawn for the booked_clinician
	// email: planned ""
	// Session #4011234 on Tue 14 Jul is no longer going ahead
	// android: suppressed "no_device"
	// iphone: suppressed "setting_off"
}

func ExampleSetPreferences() {
	c := notify.SetPreferences{
		Command: session.Do("c1", session.Clinician("ann", "dr-ann")), Person: "ann",
		Pushes:  notify.Pushes{Paid: notify.Off},
		Digests: notify.Digests{Marketplace: notify.On},
	}
	settings, _, err := c.Decide(notify.Settings{}, time.Date(2026, time.July, 1, 12, 0, 0, 0, time.UTC))
	fmt.Println(settings.Push(notify.PaidPush), settings.Push(notify.MessagePush),
		settings.DigestOf(session.Marketplace), err)
	// Output: false true true <nil>
}

func ExampleTexts_Override() {
	var texts notify.Texts
	err := texts.Override(notify.InvoicePaid, notify.Email, "cy", notify.Template{
		Subject: "Talwyd eich anfoneb o {{.Sum}}",
		Text:    "Mae eich anfoneb am sesiwn {{.Reference}} wedi'i thalu.",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ann := notify.Person{ID: "ann", Email: "ann@example.org", Language: "cy-GB"}
	m, err := texts.Render(notify.Delivery{Kind: notify.InvoicePaid, Channel: notify.Email}, ann,
		notify.Data{Reference: "#4011234", Amount: session.Pounds(63000)})
	fmt.Println(m.Subject, err)
	// Output: Talwyd eich anfoneb o £630.00 <nil>
}

func ExampleCSVCell() {
	fmt.Println(notify.CSVCell("=HYPERLINK(\"https://evil.example\")"), notify.CSVCell("-630.00"))
	// Output: '=HYPERLINK("https://evil.example") -630.00
}
