package withdrawal

import (
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// Default returns the built-in policy, version 0: the sources' own thresholds (W2, W6, W9), and no telephone number
// or address, which are never built in (W11). Each call returns a fresh copy.
func Default() Policy {
	return Policy{
		Withdraw: WithdrawTerms{Notice: calendar.Notice{Amount: 7, Unit: calendar.CalendarDays}},
		Fee: FeeTerms{
			Notice:       calendar.Notice{Amount: 5, Unit: calendar.BusinessDays},
			CapPercent:   decimal.NewFromInt(100),
			ClaimWithin:  28 * day,
			AnswerWithin: 14 * day,
		},
		Cancel:       CancelTerms{Call: calendar.Notice{Amount: 72, Unit: calendar.ElapsedHours, ExactlyIsShort: true}},
		Applications: ApplicationTerms{Choosing: session.Review, OfferFor: 2 * day},
		Eligibility:  EligibilityTerms{Required: []string{"registration", "indemnity", "performers_list", "dbs"}},
	}
}
