package withdrawal_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// story is a session of Thursday after Easter, booked in January.
func story() (withdrawal.Situation, error) {
	leeds, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		return withdrawal.Situation{}, err
	}
	start := time.Date(2026, 4, 9, 8, 0, 0, 0, time.UTC) // 09:00 in Leeds
	agreed := session.Terms{
		Role: "GP", Span: calendar.Span{Start: start, End: start.Add(8 * time.Hour)},
		Rate: session.Rate{Amount: decimal.NewFromInt(90), Currency: session.GBP, Per: session.PerHour},
	}
	days := calendar.WeekdaysOf(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday)
	return withdrawal.Situation{
		Session: session.Session{
			ID: "s1", Version: 2, Reference: "#401123", Provider: "leeds", Practice: "park-row", State: session.Filled,
			Terms: agreed, Channel: session.Marketplace, EngagementStart: start, Round: 1, Booking: "b1",
		},
		Booking: booking.Booking{
			ID: "b1", Version: 1, Session: "s1", Reference: "#401123", Provider: "leeds", Practice: "park-row",
			Clinician: "gp-7", Person: "gp-7-person", State: booking.Confirmed, Terms: agreed, EngagementStart: start,
			Made: time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC),
		},
		Diary: booking.Diary{Clinician: "gp-7", Version: 1},
		Practice: session.PracticeFacts{
			ID: "park-row", Provider: "leeds", Name: "Park Row Surgery", Calendar: leeds, Phone: "0113 555 0199",
		},
		Provider: session.ProviderFacts{ID: "leeds"},
		Support: session.SupportFacts{
			Phone: "0203 555 0100", Email: "support@platform.example",
			Hours: calendar.Hours{
				Windows: []calendar.Window{{Days: days, From: calendar.MustClock(9, 0), To: calendar.MustClock(17, 30)}},
				Closed:  calendar.Closures{AllHolidays: true},
			},
		},
	}, nil
}

// A practice looks before it withdraws, and what it is shown needs no more logic.
func ExampleAssess() {
	s, err := story()
	if err != nil {
		fmt.Println(err)
		return
	}
	ann := session.Practice("ann", "leeds", "park-row")
	a, err := withdrawal.Assess(withdrawal.WithdrawSession, s, ann, time.Date(2026, 3, 30, 9, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.Title)
	for _, line := range a.Lines {
		fmt.Println("-", line)
	}
	for _, limit := range a.CutOffs {
		fmt.Printf("%s: %s, passed %v\n", limit.Name, limit.Words, limit.Passed)
	}
	// Output:
	// Session #401123 on Thu 9 Apr 2026, 09:00–17:00
	// - Thu 9 Apr 2026: you can withdraw this yourself until the end of Thu 2 Apr; no fee until the end of Tue 31 Mar; after that call 0203 555 0100 (open until 17:30 today) or write to support@platform.example.
	// - You have to give a reason, which is shared with the clinician: they are told that it is no longer going ahead, and why.
	// - Please make every effort to withdraw as soon as you can, with at least 7 days to go before the start.
	// fee: the end of Tue 31 Mar, passed false
	// withdraw: the end of Thu 2 Apr, passed false
	// start: 09:00 on Thu 9 Apr, passed false
}

// Too late, the practice is shown the way forward.
func ExampleNoticeError() {
	s, err := story()
	if err != nil {
		fmt.Println(err)
		return
	}
	ann := session.Practice("ann", "leeds", "park-row")
	a, err := withdrawal.Assess(withdrawal.WithdrawSession, s, ann, time.Date(2026, 4, 7, 19, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	var late *withdrawal.NoticeError
	if errors.As(a.Err(), &late) {
		fmt.Println(late)
		fmt.Println("given:", late.Required.Unit.Count(late.Given))
		fmt.Println("answered again:", late.Way.Next.Format("Mon 15:04"))
	}
	// Output:
	// It is too late to withdraw session #401123 yourself: it takes notice of at least 7 days, and was possible until the end of Thu 2 Apr. Write to support@platform.example.
	// given: 2 days
	// answered again: Wed 09:00
}

// Withdrawing inside five business days gives the clinician the right to a fee, on which the two agree.
func ExampleWithdraw() {
	s, err := story()
	if err != nil {
		fmt.Println(err)
		return
	}
	ann, gp := session.Practice("ann", "leeds", "park-row"), session.Clinician("gp-7-person", "gp-7")
	now := time.Date(2026, 4, 2, 10, 0, 0, 0, time.UTC) // Maundy Thursday: exactly 7 days, but 3 business days
	shown, err := withdrawal.Assess(withdrawal.WithdrawSession, s, ann, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	withdraw := withdrawal.Withdraw{
		Command: session.Do("w-1", ann), Session: "s1", Shown: shown.Shown, Reason: "The vaccines will not arrive.",
	}
	out, decision, err := withdraw.Decide(s, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("session %s, fee %s, at most %s\n", out.Session.State, out.Fee.State, out.Fee.Cap)
	for _, e := range decision.Events {
		fmt.Println(e.Kind)
	}

	s.Session, s.Booking, s.Fee = out.Session, out.Booking, out.Fee
	propose := withdrawal.ProposeFee{Command: session.Do("f-1", gp), Booking: "b1", Amount: session.Pounds(36000)}
	if s.Fee, _, err = propose.Decide(s, now.Add(time.Hour)); err != nil {
		fmt.Println(err)
		return
	}
	agree := withdrawal.AgreeFee{Command: session.Do("f-2", ann), Booking: "b1", Amount: session.Pounds(36000)}
	if s.Fee, _, err = agree.Decide(s, now.Add(2*time.Hour)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("fee %s: %s\n", s.Fee.State, s.Fee.Amount)
	// Output:
	// session withdrawn, fee claimable, at most £720.00
	// session.withdrawn
	// booking.cancelled
	// fee.claimable
	// fee agreed: £360.00
}

// A clinician who cancels late also rings the practice.
func ExampleCancelBooking() {
	s, err := story()
	if err != nil {
		fmt.Println(err)
		return
	}
	gp := session.Clinician("gp-7-person", "gp-7")
	now := time.Date(2026, 4, 7, 9, 0, 0, 0, time.UTC)
	shown, err := withdrawal.Assess(withdrawal.CancelOwnBooking, s, gp, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	cancel := withdrawal.CancelBooking{Command: session.Do("c-1", gp), Booking: "b1", Shown: shown.Shown}
	out, _, err := cancel.Decide(s, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("session:", out.Session.State)
	fmt.Println("ring:", out.Booking.Call.Phone)
	// Output:
	// session: open
	// ring: 0113 555 0199
}

// Every wrong field of a policy is named at once.
func ExampleLoadPolicy() {
	_, err := withdrawal.LoadPolicy([]byte(`{
		"withdraw": {"notice": {"amount": 10, "unit": "weeks"}},
		"fee": {"claim_within": "soon", "scale": [{"notice": {"amount": 24, "unit": "elapsed_hours"}, "percent": "half"}]}
	}`))
	fmt.Println(err)
	// Output:
	// withdraw.notice.unit must be calendar_days, business_days, clear_days or elapsed_hours.
	// fee.claim_within must be a length of time such as "15m", "72h" or "28d".
	// fee.scale[0].percent must be a number such as "12.5".
}
