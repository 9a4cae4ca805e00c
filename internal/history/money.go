package history

import (
	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// fees is W7: a fee has the cap of its booking's policy and terms, a figure within it, both sides' consent where it is
// agreed, and exactly then an invoice over that figure.
func fees(v View) error {
	billed := map[session.BookingID][]booking.Invoice{}
	for _, i := range v.Invoices {
		if i.For == booking.ForFee {
			billed[i.Booking] = append(billed[i.Booking], i)
		}
	}
	for id, f := range v.Fees {
		b := v.Bookings[id]
		p := numbered(v, b.Provider, b.Policy)
		limit := pence(b.Terms.Rate, b.Terms.Span.Duration()-b.Terms.Break, p.Fee.CapPercent)
		switch {
		case b.State != booking.Cancelled:
			return faulty("W6", "a fee for booking %s, which is %s", id, b.State)
		case !f.Cap.Equal(limit):
			return faulty("W7", "the fee of booking %s is at most %s, not %s", id, f.Cap, limit)
		case !f.Amount.IsZero() && (f.Amount.Currency != limit.Currency || !f.Amount.Amount.IsPositive() ||
			f.Amount.Amount.GreaterThan(limit.Amount)):
			return faulty("W7", "the fee of booking %s is %s, at most %s", id, f.Amount, limit)
		case !f.Suggested.IsZero() && f.Suggested.Amount.GreaterThan(limit.Amount):
			return faulty("W7", "the fee of booking %s is suggested as %s, at most %s", id, f.Suggested, limit)
		}
		if err := negotiated(f, billed[id]); err != nil {
			return err
		}
		delete(billed, id)
	}
	for id := range billed {
		return faulty("W7", "an invoice for a fee of booking %s, to which nobody has a right", id)
	}
	return nil
}

// negotiated follows the steps of a fee.
func negotiated(f withdrawal.Fee, bills []booking.Invoice) error { //nolint:cyclop // a flat list of clauses, each with what is wrong where it does not hold
	at, figure, whose := withdrawal.FeeClaimable, session.Money{}, session.Capacity(0)
	for _, step := range f.Steps {
		by := step.By.Capacity
		if step.State != at && !may(session.KindFee, at.String(), step.State.String()) {
			return faulty("W7", "the fee of booking %s went from %s to %s", f.Booking, at, step.State)
		}
		if step.State == at { // earnings were declared
			if step.Earned.IsZero() {
				return faulty("W7", "a step of the fee of booking %s is none: %+v", f.Booking, step)
			}
			continue
		}
		switch step.State {
		case withdrawal.FeeProposed:
			if by != session.AsClinician || step.By.Person != f.Person {
				return faulty("W7", "%s proposed the fee of booking %s", by, f.Booking)
			}
			figure, whose = step.Amount, by
		case withdrawal.FeeCountered:
			if !by.Client() || step.By.Person == f.Person {
				return faulty("W7", "%s countered the fee of booking %s", by, f.Booking)
			}
			figure, whose = step.Amount, by
		case withdrawal.FeeAgreed:
			consent := by.Client() != whose.Client() && (by == session.AsClinician) == (step.By.Person == f.Person)
			if !consent || !step.Amount.Equal(figure) {
				return faulty("W7", "%s agreed to %s's figure of booking %s: %s, not %s", by, whose, f.Booking, step.Amount, figure)
			}
		case withdrawal.FeeClaimable, withdrawal.FeeWaived, withdrawal.FeeLapsed, withdrawal.FeeDisputed:
		}
		at = step.State
	}
	agreed := f.State == withdrawal.FeeAgreed
	switch {
	case at != f.State || !figure.Equal(f.Amount) && (!figure.IsZero() || !f.Amount.IsZero()):
		return faulty("W7", "the steps of the fee of booking %s lead to %s of %s, and it is %s of %s", f.Booking, at, figure, f.State, f.Amount)
	case agreed != (len(bills) == 1) || len(bills) > 1:
		return faulty("W7", "the fee of booking %s is %s, with %d invoices", f.Booking, f.State, len(bills))
	case agreed && (!bills[0].Amount.Equal(f.Amount) || bills[0].ID != f.Invoice):
		return faulty("B2", "the fee of booking %s is %s, its invoice %s", f.Booking, f.Amount, bills[0].Amount)
	}
	return nil
}

// pay is B2: hours come to what the agreed rate gives, and exactly the approved ones have an invoice over that.
func pay(v View) error {
	billed := map[session.BookingID]int{}
	for id, i := range v.Invoices {
		if (i.State == booking.InvoicePaid) == i.Paid.IsZero() || i.Due.IsZero() != (i.State == booking.InvoiceAwaiting) {
			return faulty("B2", "invoice %s is %s: %+v", id, i.State, i)
		}
		if i.For != booking.ForHours {
			continue
		}
		billed[i.Booking]++
		if h := v.Hours[i.Booking]; !h.Amount.Equal(i.Amount) || h.State != booking.HoursApproved {
			return faulty("B2", "invoice %s is over %s, the hours come to %s", id, i.Amount, h.Amount)
		}
	}
	for id, h := range v.Hours {
		b := v.Bookings[id]
		m := pence(b.Terms.Rate, h.Span.Duration()-h.Break, hundred)
		approved := h.State == booking.HoursApproved
		if !h.Amount.Equal(m) || approved != (billed[id] == 1) || billed[id] > 1 {
			return faulty("B2", "the hours of booking %s come to %s, not %s; they have %d invoices", id, h.Amount, m, billed[id])
		}
		if b.State != booking.Completed && (b.State != booking.NoShow || approved) {
			return faulty("B2", "hours of booking %s, which is %s", id, b.State)
		}
	}
	return nil
}
