package desk

import (
	"context"

	"github.com/sessional-go/sessional/withdrawal"
)

var proposeFee = act[withdrawal.ProposeFee, withdrawal.Fee]{
	name: "propose a fee", may: clinician, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.ProposeFee) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.ProposeFee.Decide),
}

// ProposeFee names the clinician's figure (W7). Open to the clinician.
func (d *Desk) ProposeFee(ctx context.Context, c withdrawal.ProposeFee) (withdrawal.Fee, error) {
	return do(ctx, d, c, proposeFee)
}

var counterFee = act[withdrawal.CounterFee, withdrawal.Fee]{
	name: "counter a fee", may: client, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.CounterFee) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.CounterFee.Decide),
}

// CounterFee names the client's figure (W7). Open to the client's side.
func (d *Desk) CounterFee(ctx context.Context, c withdrawal.CounterFee) (withdrawal.Fee, error) {
	return do(ctx, d, c, counterFee)
}

var agreeFee = act[withdrawal.AgreeFee, withdrawal.Fee]{
	name: "agree to a fee", may: bothSides, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.AgreeFee) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.AgreeFee.Decide),
}

// AgreeFee takes the other side's figure (W7). Open to both sides.
func (d *Desk) AgreeFee(ctx context.Context, c withdrawal.AgreeFee) (withdrawal.Fee, error) {
	return do(ctx, d, c, agreeFee)
}

var waiveFee = act[withdrawal.WaiveFee, withdrawal.Fee]{
	name: "waive a fee", may: clinician, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.WaiveFee) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.WaiveFee.Decide),
}

// WaiveFee gives the right to a fee up (W7). Open to the clinician.
func (d *Desk) WaiveFee(ctx context.Context, c withdrawal.WaiveFee) (withdrawal.Fee, error) {
	return do(ctx, d, c, waiveFee)
}

var disputeFee = act[withdrawal.DisputeFee, withdrawal.Fee]{
	name: "dispute a fee", may: bothSides, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.DisputeFee) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.DisputeFee.Decide),
}

// DisputeFee takes a fee to support, who mediate (W7). Open to both sides.
func (d *Desk) DisputeFee(ctx context.Context, c withdrawal.DisputeFee) (withdrawal.Fee, error) {
	return do(ctx, d, c, disputeFee)
}

var declareEarnings = act[withdrawal.DeclareEarnings, withdrawal.Fee]{
	name: "declare earnings", may: clinician, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.DeclareEarnings) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.DeclareEarnings.Decide),
}

// DeclareEarnings says what a rebooked clinician earned instead (W7). Open to the clinician.
func (d *Desk) DeclareEarnings(ctx context.Context, c withdrawal.DeclareEarnings) (withdrawal.Fee, error) {
	return do(ctx, d, c, declareEarnings)
}

var advanceFee = act[withdrawal.AdvanceFee, withdrawal.Fee]{
	name: "take a fee on", may: system, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.AdvanceFee) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.AdvanceFee.Decide),
}

// AdvanceFee takes the step that time brings (W7). Open to the system.
func (d *Desk) AdvanceFee(ctx context.Context, c withdrawal.AdvanceFee) (withdrawal.Fee, error) {
	return do(ctx, d, c, advanceFee)
}
