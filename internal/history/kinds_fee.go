package history

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// fees lists the bookings whose fee is in one of some states.
func (w *world) fees(by func(booking.Booking) session.Actor, states ...withdrawal.FeeState) []aim {
	return w.bookings(func(b booking.Booking, _ session.Session) bool {
		return slices.Contains(states, w.view.Fees[b.ID].State)
	}, by)
}

// figure is an amount within the cap of a fee, nearly always.
func (w *world) figure(of session.BookingID) session.Money {
	limit := w.view.Fees[of].Cap
	if limit.IsZero() {
		return session.Pounds(100)
	}
	share := pick(w, []int64{100, 100, 75, 50, 10, 1})
	if w.chance(5) {
		share = 101
	}
	limit.Amount = limit.Amount.Mul(decimal.New(share, -2)).Round(2)
	if w.chance(3) {
		limit.Currency = "USD"
	}
	return limit
}

// table is the figure that an answer is about.
func (w *world) table(of session.BookingID) session.Money {
	if f := w.view.Fees[of]; !f.Amount.IsZero() && w.chance(95) {
		return f.Amount
	}
	return w.figure(of)
}

var feeKinds = []kind{
	{
		name: "ProposeFee", weight: 5,
		fits: func(w *world) []aim {
			return w.fees(ownSide, withdrawal.FeeClaimable, withdrawal.FeeCountered, withdrawal.FeeDisputed)
		},
		build: func(w *world, head session.Command, a aim) any {
			c := withdrawal.ProposeFee{Command: head, Booking: a.booking.ID, Amount: w.figure(a.booking.ID), Note: w.maybe()}
			if !w.view.Fees[a.booking.ID].Suggested.IsZero() && w.chance(50) || w.chance(5) {
				c.Amount = session.Money{}
			}
			return c
		},
	},
	{
		name: "CounterFee", weight: 3,
		fits: func(w *world) []aim { return w.fees(w.otherSide, withdrawal.FeeProposed, withdrawal.FeeDisputed) },
		build: func(w *world, head session.Command, a aim) any {
			return withdrawal.CounterFee{Command: head, Booking: a.booking.ID, Amount: w.figure(a.booking.ID), Note: w.maybe()}
		},
	},
	{
		name: "AgreeFee", weight: 4,
		fits: func(w *world) []aim {
			return append(w.fees(ownSide, withdrawal.FeeCountered), w.fees(w.otherSide, withdrawal.FeeProposed)...)
		},
		build: func(w *world, head session.Command, a aim) any {
			return withdrawal.AgreeFee{Command: head, Booking: a.booking.ID, Amount: w.table(a.booking.ID)}
		},
	},
	{
		name: "WaiveFee", weight: 1,
		fits: func(w *world) []aim {
			return w.fees(ownSide, withdrawal.FeeClaimable, withdrawal.FeeProposed, withdrawal.FeeCountered, withdrawal.FeeDisputed)
		},
		build: func(w *world, head session.Command, a aim) any {
			return withdrawal.WaiveFee{Command: head, Booking: a.booking.ID, Note: w.maybe()}
		},
	},
	{
		name: "DisputeFee", weight: 1,
		fits: func(w *world) []aim {
			return w.fees(w.eitherSide, withdrawal.FeeClaimable, withdrawal.FeeProposed, withdrawal.FeeCountered)
		},
		build: func(w *world, head session.Command, a aim) any {
			return withdrawal.DisputeFee{Command: head, Booking: a.booking.ID, Note: w.reason()}
		},
	},
	{
		name: "DeclareEarnings", weight: 1,
		fits: func(w *world) []aim {
			return w.fees(ownSide, withdrawal.FeeClaimable, withdrawal.FeeProposed, withdrawal.FeeCountered, withdrawal.FeeDisputed)
		},
		build: func(w *world, head session.Command, a aim) any {
			return withdrawal.DeclareEarnings{Command: head, Booking: a.booking.ID, Amount: w.figure(a.booking.ID)}
		},
	},
	{
		name: "AdvanceFee", weight: 8,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, _ session.Session) bool {
				due := w.view.Fees[b.ID].Due
				return !due.IsZero() && !w.coming(due)
			}, system)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return withdrawal.AdvanceFee{Command: head, Booking: a.booking.ID}
		},
	},
}
