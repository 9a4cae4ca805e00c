package desk

import (
	"context"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// decideBooking makes a decision of the booking package one of the desk's.
func decideBooking[C command, R any](
	decide func(C, booking.Situation, time.Time) (R, session.Decision, error),
) func(context.Context, turn[C]) (R, session.Decision, error) {
	return func(ctx context.Context, t turn[C]) (R, session.Decision, error) {
		var none R
		practice, err := t.desk.practice(ctx, t.read.Session.Practice)
		if err != nil {
			return none, session.Decision{}, err
		}
		return decide(t.c, booking.Situation{
			Session: t.read.Session, Booking: t.read.Booking, Hours: t.read.Hours, Invoice: t.read.Invoice,
			Diary: t.read.Diary, Practice: practice, To: t.read.Diary.Clinician, Known: t.read.Known,
		}, t.now)
	}
}

var stateHours = act[booking.StateHours, booking.Hours]{
	name: "state hours", may: clinician, field: "Booking",
	want: func(_ context.Context, _ *Desk, c booking.StateHours) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideBooking(booking.StateHours.Decide),
}

// StateHours states the hours worked (B2). Open to the clinician.
func (d *Desk) StateHours(ctx context.Context, c booking.StateHours) (booking.Hours, error) {
	return do(ctx, d, c, stateHours)
}

var approveHours = act[booking.ApproveHours, booking.Approved]{
	name: "approve hours", may: client, field: "Booking",
	want: func(_ context.Context, _ *Desk, c booking.ApproveHours) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideBooking(booking.ApproveHours.Decide),
}

// ApproveHours approves the hours stated, which makes the amount and an invoice (B2). Open to the client's side.
func (d *Desk) ApproveHours(ctx context.Context, c booking.ApproveHours) (booking.Approved, error) {
	return do(ctx, d, c, approveHours)
}

var queryHours = act[booking.QueryHours, booking.Hours]{
	name: "query hours", may: client, field: "Booking",
	want: func(_ context.Context, _ *Desk, c booking.QueryHours) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideBooking(booking.QueryHours.Decide),
}

// QueryHours questions the hours stated (B2). Open to the client's side.
func (d *Desk) QueryHours(ctx context.Context, c booking.QueryHours) (booking.Hours, error) {
	return do(ctx, d, c, queryHours)
}

var sendInvoice = act[booking.SendInvoice, booking.Invoice]{
	name: "send an invoice", may: clinician, field: "Invoice",
	want: func(_ context.Context, _ *Desk, c booking.SendInvoice) (Want, error) {
		return Want{Invoice: c.Invoice}, nil
	},
	decide: decideBooking(booking.SendInvoice.Decide),
}

// SendInvoice sends an invoice with its due date (B2). Open to the clinician.
func (d *Desk) SendInvoice(ctx context.Context, c booking.SendInvoice) (booking.Invoice, error) {
	return do(ctx, d, c, sendInvoice)
}

var queryInvoice = act[booking.QueryInvoice, booking.Invoice]{
	name: "query an invoice", may: client, field: "Invoice",
	want: func(_ context.Context, _ *Desk, c booking.QueryInvoice) (Want, error) {
		return Want{Invoice: c.Invoice}, nil
	},
	decide: decideBooking(booking.QueryInvoice.Decide),
}

// QueryInvoice questions an invoice (B2). Open to the client's side.
func (d *Desk) QueryInvoice(ctx context.Context, c booking.QueryInvoice) (booking.Invoice, error) {
	return do(ctx, d, c, queryInvoice)
}

var payInvoice = act[booking.PayInvoice, booking.Invoice]{
	name: "mark an invoice as paid", may: client, field: "Invoice",
	want: func(_ context.Context, _ *Desk, c booking.PayInvoice) (Want, error) {
		return Want{Invoice: c.Invoice}, nil
	},
	decide: decideBooking(booking.PayInvoice.Decide),
}

// PayInvoice records that an invoice is paid (B2). Open to the client's side.
func (d *Desk) PayInvoice(ctx context.Context, c booking.PayInvoice) (booking.Invoice, error) {
	return do(ctx, d, c, payInvoice)
}

var recordNoShow = act[booking.RecordNoShow, booking.Booking]{
	name: "report a no-show", may: client, field: "Booking",
	want: func(_ context.Context, _ *Desk, c booking.RecordNoShow) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideBooking(booking.RecordNoShow.Decide),
}

// RecordNoShow reports that the clinician did not come (W10). Open to the client's side.
func (d *Desk) RecordNoShow(ctx context.Context, c booking.RecordNoShow) (booking.Booking, error) {
	return do(ctx, d, c, recordNoShow)
}

var endEarly = act[booking.EndEarly, booking.Booking]{
	name: "report an early end", may: bothSides, field: "Booking",
	want: func(_ context.Context, _ *Desk, c booking.EndEarly) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideBooking(booking.EndEarly.Decide),
}

// EndEarly reports that a session ended early (B1, W10). Open to both sides.
func (d *Desk) EndEarly(ctx context.Context, c booking.EndEarly) (booking.Booking, error) {
	return do(ctx, d, c, endEarly)
}

var sendMessage = act[booking.SendMessage, booking.Message]{
	name: "send a message", may: bothSides, field: "Session",
	want: func(_ context.Context, _ *Desk, c booking.SendMessage) (Want, error) {
		w := Want{Session: c.Session, Clinician: c.To}
		if c.By.Capacity == session.AsClinician {
			w.Clinician = c.By.Clinician
		}
		return w, nil
	},
	decide: decideBooking(booking.SendMessage.Decide),
}

// SendMessage writes to the other side about a session (B3). Open to both sides, once they have to do with each other:
// the clinician has applied or is or was booked.
func (d *Desk) SendMessage(ctx context.Context, c booking.SendMessage) (booking.Message, error) {
	return do(ctx, d, c, sendMessage)
}

var remind = act[booking.Remind, booking.Booking]{
	name: "remind a clinician", may: system, field: "Booking",
	want: func(_ context.Context, _ *Desk, c booking.Remind) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideBooking(booking.Remind.Decide),
}

// Remind reminds a clinician of a session to come, once for each start agreed (N1). Open to the system.
func (d *Desk) Remind(ctx context.Context, c booking.Remind) (booking.Booking, error) {
	return do(ctx, d, c, remind)
}
