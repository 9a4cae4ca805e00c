package desk

import (
	"context"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// look reads one thing for an actor, under the same rule of sight as commands (P1).
func (d *Desk) look(ctx context.Context, by session.Actor, field string, want Want) (Snapshot, error) {
	if err := by.Validate(); err != nil {
		return Snapshot{}, err
	}
	if by.Capacity == session.AsClinician && want.Clinician == "" && want.Session+session.SessionID(want.Reference) != "" {
		want.Clinician = by.Clinician
	}
	read, err := d.store.Load(ctx, want)
	if err != nil {
		return Snapshot{}, err
	}
	if err := d.sees(ctx, by, field, want, read, true); err != nil {
		return Snapshot{}, err
	}
	return read, nil
}

// Session returns a session: to its practice and provider, to support, to a clinician who may work it or has to do
// with it. What the actor may not see is a *session.NotFoundError (P1).
func (d *Desk) Session(ctx context.Context, by session.Actor, id session.SessionID) (session.Session, error) {
	if err := session.CheckID("Session", id); err != nil {
		return session.Session{}, err
	}
	read, err := d.look(ctx, by, "Session", Want{Session: id})
	return read.Session, err
}

// SessionByReference returns the session that people call by a reference (S1), like Session.
func (d *Desk) SessionByReference(ctx context.Context, by session.Actor, r session.Reference) (session.Session, error) {
	if err := session.CheckID("Reference", r); err != nil {
		return session.Session{}, err
	}
	read, err := d.look(ctx, by, "Reference", Want{Reference: r})
	return read.Session, err
}

// Booking returns a booking: to both its sides and support (P1).
func (d *Desk) Booking(ctx context.Context, by session.Actor, id session.BookingID) (booking.Booking, error) {
	read, err := d.lookAtBooking(ctx, by, id)
	return read.Booking, err
}

// Hours returns the hours stated for a booking; zero where none were (B2).
func (d *Desk) Hours(ctx context.Context, by session.Actor, id session.BookingID) (booking.Hours, error) {
	read, err := d.lookAtBooking(ctx, by, id)
	return read.Hours, err
}

// Fee returns the negotiation of a booking's short-notice fee; zero where there is no right to one (W7).
func (d *Desk) Fee(ctx context.Context, by session.Actor, id session.BookingID) (withdrawal.Fee, error) {
	read, err := d.lookAtBooking(ctx, by, id)
	return read.Fee, err
}

// Invoices returns the invoices of a booking, at most one for hours and one for a fee (B2).
func (d *Desk) Invoices(ctx context.Context, by session.Actor, id session.BookingID) ([]booking.Invoice, error) {
	if _, err := d.lookAtBooking(ctx, by, id); err != nil {
		return nil, err
	}
	return d.store.Invoices(ctx, id)
}

func (d *Desk) lookAtBooking(ctx context.Context, by session.Actor, id session.BookingID) (Snapshot, error) {
	if err := session.CheckID("Booking", id); err != nil {
		return Snapshot{}, err
	}
	return d.look(ctx, by, "Booking", Want{Booking: id})
}

// Application returns an application: to both its sides and support (P1). Its Standing says whether it has lapsed.
func (d *Desk) Application(
	ctx context.Context, by session.Actor, id session.ApplicationID,
) (rota.ApplicationWithSession, error) {
	if err := session.CheckID("Application", id); err != nil {
		return rota.ApplicationWithSession{}, err
	}
	read, err := d.look(ctx, by, "Application", Want{Application: id})
	return rota.ApplicationWithSession{Application: read.Application, Session: read.Session}, err
}

// Case returns a support case: to the client's side and support (W4).
func (d *Desk) Case(ctx context.Context, by session.Actor, id session.CaseID) (withdrawal.Case, error) {
	if err := session.CheckID("Case", id); err != nil {
		return withdrawal.Case{}, err
	}
	read, err := d.look(ctx, by, "Case", Want{Case: id})
	return read.Case, err
}

// AssessWithdrawal answers whether the actor may withdraw a session now, and at what price (W1–W6): what a screen
// shows before the act, and whose Shown the act carries. A refusal is an assessment that doesn't allow.
func (d *Desk) AssessWithdrawal(
	ctx context.Context, by session.Actor, id session.SessionID,
) (withdrawal.Assessment, error) {
	if err := session.CheckID("Session", id); err != nil {
		return withdrawal.Assessment{}, err
	}
	return d.assess(ctx, by, withdrawal.WithdrawSession, "Session", Want{Session: id})
}

// AssessEnding answers whether the actor may end a booking while keeping the session, and at what price (W2–W6).
func (d *Desk) AssessEnding(ctx context.Context, by session.Actor, id session.BookingID) (withdrawal.Assessment, error) {
	if err := session.CheckID("Booking", id); err != nil {
		return withdrawal.Assessment{}, err
	}
	return d.assess(ctx, by, withdrawal.EndBookingOnly, "Booking", Want{Booking: id})
}

// AssessCancellation answers what it means for the clinician to cancel a booking now: whether they must ring, which
// number, and until when they need not (W8, W9).
func (d *Desk) AssessCancellation(
	ctx context.Context, by session.Actor, id session.BookingID,
) (withdrawal.Assessment, error) {
	if err := session.CheckID("Booking", id); err != nil {
		return withdrawal.Assessment{}, err
	}
	return d.assess(ctx, by, withdrawal.CancelOwnBooking, "Booking", Want{Booking: id})
}

func (d *Desk) assess(
	ctx context.Context, by session.Actor, q withdrawal.Question, field string, want Want,
) (withdrawal.Assessment, error) {
	now := session.Instant(d.now())
	read, err := d.look(ctx, by, field, want)
	if err != nil {
		return withdrawal.Assessment{}, err
	}
	s, err := d.situation(ctx, read)
	if err != nil {
		return withdrawal.Assessment{}, err
	}
	return withdrawal.Assess(q, s, by, now)
}
