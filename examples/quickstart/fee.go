package main

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// ended are the bookings of a practice that have ended as a state says, in order of start.
func (w *world) ended(ctx context.Context, p practice, states ...booking.State) ([]booking.Booking, error) {
	var all []booking.Booking
	for b, err := range desk.All(func(page session.PageRequest) (session.Page[booking.Booking], error) {
		return w.Bookings(ctx, p.actor(), booking.Query{Practice: p.facts.ID, States: states, Page: page})
	}) {
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// negotiate takes every right to a fee one step on (W7), on each day when the practice is at work: what is worth less
// than £400 is waived; of what is worth up to £700 half is asked for, and agreed; of the rest three quarters are
// asked for, two fifths offered, and in the end half is agreed. Nothing of this is due unless both agree.
func (w *world) negotiate(ctx context.Context) (bool, error) {
	said := false
	for _, p := range w.practices {
		if !p.open(w.clock.Now()) {
			continue
		}
		all, err := w.ended(ctx, p, booking.Cancelled)
		if err != nil {
			return said, err
		}
		for _, b := range all {
			fee, err := w.Fee(ctx, w.agent(), b.ID)
			if err != nil {
				return said, err
			}
			settled := fee.State == 0 || fee.State == withdrawal.FeeAgreed || fee.State == withdrawal.FeeWaived
			if settled || b.Ending.Recorded.Add(12*hour).After(w.clock.Now()) {
				continue
			}
			if !said {
				w.heading("Short-notice fees", "W7 B2")
				said = true
			}
			if err := w.step(ctx, p, b, fee); err != nil {
				return said, err
			}
		}
	}
	if !said {
		return false, nil
	}
	return true, w.tell(ctx)
}

// step is the next thing that one of the two says about a fee.
func (w *world) step(ctx context.Context, p practice, b booking.Booking, fee withdrawal.Fee) error {
	c := w.clinicianOf(b.Clinician)
	small, middling := session.Pounds(40000), session.Pounds(70000)
	part := func(percent int64) session.Money {
		amount := fee.Cap.Amount.Mul(decimal.New(percent, -2)).Round(2)
		return session.Money{Amount: amount, Currency: fee.Cap.Currency}
	}
	less := func(than session.Money) bool { return fee.Cap.Amount.LessThan(than.Amount) }
	switch {
	case fee.State == withdrawal.FeeClaimable && less(small):
		return w.waive(ctx, c, b)
	case fee.State == withdrawal.FeeClaimable && less(middling):
		return w.propose(ctx, c, b, part(50))
	case fee.State == withdrawal.FeeClaimable:
		return w.propose(ctx, c, b, part(75))
	case fee.State == withdrawal.FeeProposed && (less(middling) || countered(fee)):
		return w.agree(ctx, p.actor(), p.contact.Name, b, fee)
	case fee.State == withdrawal.FeeProposed:
		return w.counter(ctx, p, b, part(40))
	case fee.State == withdrawal.FeeCountered:
		return w.propose(ctx, c, b, part(50))
	}
	return nil
}

func countered(fee withdrawal.Fee) bool {
	return slices.ContainsFunc(fee.Steps, func(s withdrawal.FeeStep) bool { return s.State == withdrawal.FeeCountered })
}

func (w *world) waive(ctx context.Context, c clinician, b booking.Booking) error {
	_, err := w.WaiveFee(ctx, withdrawal.WaiveFee{Command: w.do(c.actor(), "waive", string(b.Reference)), Booking: b.ID})
	if err == nil {
		w.page.line("", "%s: %s waives the fee.", b.Reference, c.person.Name)
	}
	return err
}

func (w *world) propose(ctx context.Context, c clinician, b booking.Booking, amount session.Money) error {
	fee, err := w.ProposeFee(ctx, withdrawal.ProposeFee{
		Command: w.do(c.actor(), "propose", string(b.Reference)), Booking: b.ID, Amount: amount,
	})
	if err == nil {
		w.page.line("", "%s: %s asks for %s of at most %s.", b.Reference, c.person.Name, amount, fee.Cap)
	}
	return err
}

func (w *world) counter(ctx context.Context, p practice, b booking.Booking, amount session.Money) error {
	_, err := w.CounterFee(ctx, withdrawal.CounterFee{
		Command: w.do(p.actor(), "counter", string(b.Reference)), Booking: b.ID, Amount: amount,
	})
	if err == nil {
		w.page.line("", "%s: %s offers %s.", b.Reference, p.contact.Name, amount)
	}
	return err
}

func (w *world) agree(ctx context.Context, by session.Actor, name string, b booking.Booking, fee withdrawal.Fee) error {
	_, err := w.AgreeFee(ctx, withdrawal.AgreeFee{
		Command: w.do(by, "agree", string(b.Reference)), Booking: b.ID, Amount: fee.Amount,
	})
	if err == nil {
		w.page.line("", "%s: %s agrees to %s, which is invoiced.", b.Reference, name, fee.Amount)
	}
	return err
}
