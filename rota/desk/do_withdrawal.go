package desk

import (
	"context"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// decideWithdrawal makes a decision of the withdrawal package one of the desk's.
func decideWithdrawal[C command, R any](
	decide func(C, withdrawal.Situation, time.Time) (R, session.Decision, error),
) func(context.Context, turn[C]) (R, session.Decision, error) {
	return func(ctx context.Context, t turn[C]) (R, session.Decision, error) {
		s, err := t.desk.situation(ctx, t.read)
		if err != nil {
			var none R
			return none, session.Decision{}, err
		}
		return decide(t.c, s, t.now)
	}
}

var withdraw = act[withdrawal.Withdraw, withdrawal.Withdrawn]{
	name: "withdraw a session", may: client, field: "Session",
	want: func(_ context.Context, _ *Desk, c withdrawal.Withdraw) (Want, error) {
		return Want{Session: c.Session}, nil
	},
	decide: decideWithdrawal(withdrawal.Withdraw.Decide),
}

// Withdraw takes a session back (W1, W2, W5). Open to the client's side; inside the notice a support case is the way
// (W4).
func (d *Desk) Withdraw(ctx context.Context, c withdrawal.Withdraw) (withdrawal.Withdrawn, error) {
	return do(ctx, d, c, withdraw)
}

var endBooking = act[withdrawal.EndBooking, withdrawal.Cancelled]{
	name: "end a booking", may: client, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.EndBooking) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.EndBooking.Decide),
}

// EndBooking ends a booking and keeps the session (W2). Open to the client's side.
func (d *Desk) EndBooking(ctx context.Context, c withdrawal.EndBooking) (withdrawal.Cancelled, error) {
	return do(ctx, d, c, endBooking)
}

var cancelBooking = act[withdrawal.CancelBooking, withdrawal.Cancelled]{
	name: "cancel a booking", may: clinician, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.CancelBooking) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.CancelBooking.Decide),
}

// CancelBooking gets a clinician out of a booking (W8, W9). Open to the clinician.
func (d *Desk) CancelBooking(ctx context.Context, c withdrawal.CancelBooking) (withdrawal.Cancelled, error) {
	return do(ctx, d, c, cancelBooking)
}

var disputeCause = act[withdrawal.DisputeCause, booking.Booking]{
	name: "dispute the cause", may: client, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.DisputeCause) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.DisputeCause.Decide),
}

// DisputeCause denies that the clinician cancelled at the practice's request (B1). Open to the client's side.
func (d *Desk) DisputeCause(ctx context.Context, c withdrawal.DisputeCause) (booking.Booking, error) {
	return do(ctx, d, c, disputeCause)
}

var confirmCall = act[withdrawal.ConfirmCall, booking.Booking]{
	name: "confirm a call", may: bothSides, field: "Booking",
	want: func(_ context.Context, _ *Desk, c withdrawal.ConfirmCall) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideWithdrawal(withdrawal.ConfirmCall.Decide),
}

// ConfirmCall confirms that the call after a late cancellation was made (W9). Open to both sides.
func (d *Desk) ConfirmCall(ctx context.Context, c withdrawal.ConfirmCall) (booking.Booking, error) {
	return do(ctx, d, c, confirmCall)
}

var publishPolicy = act[withdrawal.PublishPolicy, withdrawal.Policy]{
	name: "publish a policy", may: manager, field: "Policy.Provider",
	want: func(_ context.Context, _ *Desk, c withdrawal.PublishPolicy) (Want, error) {
		return Want{Provider: c.By.Provider}, nil
	},
	decide: func(ctx context.Context, t turn[withdrawal.PublishPolicy]) (withdrawal.Policy, session.Decision, error) {
		provider, err := t.desk.directory.Provider(ctx, t.c.By.Provider)
		if err != nil {
			return withdrawal.Policy{}, session.Decision{}, unknown(err, "By.Provider", "provider", string(t.c.By.Provider))
		}
		return t.c.Decide(withdrawal.Situation{Policies: t.read.Policies, Provider: provider}, t.now)
	},
}

// PublishPolicy adds a version to a provider's policy (W11). Open to the provider's rota managers.
func (d *Desk) PublishPolicy(ctx context.Context, c withdrawal.PublishPolicy) (withdrawal.Policy, error) {
	return do(ctx, d, c, publishPolicy)
}
