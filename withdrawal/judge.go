package withdrawal

import (
	"errors"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// judge is a booking with all that its notices and its fee depend on: the policy version that it was made under, the
// terms last agreed, and the practice's own calendar as it is at the act (W11, S5).
type judge struct {
	cal    *calendar.Calendar
	policy Policy
	booked booking.Booking
	// withdraw, fee and call are the cut-offs of W2, W6 and W9.
	withdraw, fee, call calendar.CutOff
}

func (s Situation) judge() (judge, error) {
	j := judge{cal: s.Practice.Calendar, booked: s.Booking}
	var known bool
	if j.policy, known = s.Policies.Numbered(s.Booking.Policy); !known {
		return judge{}, &session.NotFoundError{
			Field: "Policy", Kind: session.KindPolicy, ID: string(s.Booking.Provider) + "/" + itoa(s.Booking.Policy),
		}
	}
	start := s.Booking.Terms.Span.Start
	var err error
	if j.withdraw, err = j.cutOff(j.policy.Withdraw.Notice, start); err != nil {
		return judge{}, err
	}
	if j.call, err = j.cutOff(j.policy.Cancel.Call, start); err != nil {
		return judge{}, err
	}
	j.fee, err = j.feeCutOff()
	return j, err
}

// cutOff is the calendar's. Where it lies before the calendar's years, as that of an engagement that began long ago, it
// is the first instant of these: later than it, and no later than any instant that can be judged. So a booking can be
// ended however long ago its engagement began.
func (j judge) cutOff(n calendar.Notice, start time.Time) (calendar.CutOff, error) {
	cut, err := j.cal.CutOff(n, start)
	var outside *calendar.RangeError
	if !errors.As(err, &outside) {
		return cut, err
	}
	if _, unknown := j.cal.DateOf(start); unknown != nil {
		return calendar.CutOff{}, err
	}
	year, _ := j.cal.Years()
	first, err := calendar.NewDate(year, time.January, 1)
	if err != nil {
		return calendar.CutOff{}, err
	}
	at, err := j.cal.StartOf(first)
	return calendar.CutOff{At: at}, err
}

// engagement is when the engagement begins, to which the fee's notice runs (W6).
func (j judge) engagement() time.Time {
	if j.booked.EngagementStart.IsZero() {
		return j.booked.Terms.Span.Start
	}
	return j.booked.EngagementStart
}

// feeCutOff is the instant from which on the client's withdrawal grants a fee: the notice's, or the end of the grace
// after booking where that is later, and never after the start (W6).
func (j judge) feeCutOff() (calendar.CutOff, error) {
	cut, err := j.cutOff(j.policy.Fee.Notice, j.engagement())
	if err != nil || j.policy.Fee.Grace <= 0 {
		return cut, err
	}
	grace := j.booked.Made.Add(time.Duration(j.policy.Fee.Grace))
	if start := j.booked.Terms.Span.Start; grace.After(start) {
		grace = start
	}
	if grace.After(cut.At) {
		cut = calendar.CutOff{At: grace.In(j.cal.Location())}
	}
	return cut, nil
}

// limit is the most that can be claimed: the policy's percentage of the worth on the terms last agreed (W7).
func (j judge) limit() session.Money { return percent(j.booked.Terms.Worth(), j.policy.Fee.CapPercent) }

// charges says whether the client's withdrawal at an instant gives the clinician a right to a fee, and the most that
// they can claim. A policy that leaves nothing to claim grants no right.
func (j judge) charges(at time.Time) (bool, session.Money) {
	limit := j.limit()
	if j.fee.Late(at) && limit.Amount.IsPositive() {
		return true, limit
	}
	return false, session.Money{}
}

// suggested is what the provider's scale says for a withdrawal at an instant, at most the limit: of the lines whose
// notice was missed the one with the shortest notice. Zero without a scale, or where none of it was missed (W7).
func (j judge) suggested(at time.Time) (session.Money, error) {
	var hit calendar.CutOff
	share, found := decimal.Decimal{}, false
	for _, line := range j.policy.Fee.Scale {
		cut, err := j.cutOff(line.Notice, j.engagement())
		if err != nil {
			return session.Money{}, err
		}
		if cut.InTime(at) || found && !cut.At.After(hit.At) {
			continue
		}
		hit, share, found = cut, line.Percent, true
		if line.BookedLate.Valid && cut.Late(j.booked.Made) {
			share = line.BookedLate.Decimal
		}
	}
	figure := percent(j.booked.Terms.Worth(), share)
	if !figure.Amount.IsPositive() {
		return session.Money{}, nil
	}
	if limit := j.limit(); figure.Amount.GreaterThan(limit.Amount) {
		figure = limit
	}
	return figure, nil
}

// percent is a share of an amount, rounded to pence once, half up.
func percent(of session.Money, share decimal.Decimal) session.Money {
	return session.Money{
		Amount:   of.Amount.Mul(share).DivRound(decimal.NewFromInt(100), 2),
		Currency: of.Currency,
	}
}
