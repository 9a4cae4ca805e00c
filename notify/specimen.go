package notify

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// specimen is data in which everything is known, to try templates out on.
func specimen() Data {
	start := time.Date(2026, time.July, 14, 8, 0, 0, 0, time.UTC)
	end := start.Add(10*time.Hour + 30*time.Minute)
	return Data{
		Product: "Product", Link: "https://example.org/", Name: "Dr Ann Lee", Reference: "#4011234", Role: "GP",
		Place: "Room 2", Practice: "Riverside Surgery", Phone: "0113 496 0000", Start: start, End: end,
		Clinician: "Dr Ann Lee", Reason: "A reason.", Message: "A message.",
		Changes: []FieldChange{{Field: "start", From: "08:00", To: "09:00"}, {Field: "place"}},
		Until:   start, Amount: session.Pounds(63000), Cap: session.Pounds(70000), Due: calendar.MustDate(2026, 8, 1),
		Answer: "accepted", Findings: []string{"document expired: dbs"}, SupportPhone: "020 7946 0000",
		SupportEmail: "help@example.org", Omitted: 2,
		Items: []DigestItem{{
			Reference: "#4011234", Role: "GP", Practice: "Riverside Surgery", Start: start, End: end,
			Rate:    session.Rate{Amount: decimal.NewFromInt(85), Currency: session.GBP, Per: session.PerHour},
			Channel: session.Marketplace, Applicants: 3,
		}},
	}
}
