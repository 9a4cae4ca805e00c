package desk

import (
	"context"

	"github.com/sessional-go/sessional/withdrawal"
)

var openCase = act[withdrawal.OpenCase, withdrawal.Case]{
	name: "open a support case", may: clientSupport, field: "Reference",
	want: func(_ context.Context, _ *Desk, c withdrawal.OpenCase) (Want, error) {
		return Want{Reference: c.Reference}, nil
	},
	decide: decideWithdrawal(withdrawal.OpenCase.Decide),
}

// OpenCase asks support to withdraw a session (W4). Open to the client's side and to support.
func (d *Desk) OpenCase(ctx context.Context, c withdrawal.OpenCase) (withdrawal.Case, error) {
	return do(ctx, d, c, openCase)
}

var actionCase = act[withdrawal.ActionCase, withdrawal.Withdrawn]{
	name: "action a support case", may: support, field: "Case",
	want: func(_ context.Context, _ *Desk, c withdrawal.ActionCase) (Want, error) {
		return Want{Case: c.Case}, nil
	},
	decide: decideWithdrawal(withdrawal.ActionCase.Decide),
}

// ActionCase does what a support case asks (W4). Open to support.
func (d *Desk) ActionCase(ctx context.Context, c withdrawal.ActionCase) (withdrawal.Withdrawn, error) {
	return do(ctx, d, c, actionCase)
}

var rejectCase = act[withdrawal.RejectCase, withdrawal.Case]{
	name: "reject a support case", may: support, field: "Case",
	want: func(_ context.Context, _ *Desk, c withdrawal.RejectCase) (Want, error) {
		return Want{Case: c.Case}, nil
	},
	decide: decideWithdrawal(withdrawal.RejectCase.Decide),
}

// RejectCase turns a support case down (W4). Open to support.
func (d *Desk) RejectCase(ctx context.Context, c withdrawal.RejectCase) (withdrawal.Case, error) {
	return do(ctx, d, c, rejectCase)
}

var retractCase = act[withdrawal.RetractCase, withdrawal.Case]{
	name: "retract a support case", may: client, field: "Case",
	want: func(_ context.Context, _ *Desk, c withdrawal.RetractCase) (Want, error) {
		return Want{Case: c.Case}, nil
	},
	decide: decideWithdrawal(withdrawal.RetractCase.Decide),
}

// RetractCase takes a request to support back (W4). Open to the client's side.
func (d *Desk) RetractCase(ctx context.Context, c withdrawal.RetractCase) (withdrawal.Case, error) {
	return do(ctx, d, c, retractCase)
}
