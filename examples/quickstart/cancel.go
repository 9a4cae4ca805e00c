package main

import (
	"context"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// cancellations are the bookings that are agreed, each with what its clinician would be shown before cancelling.
func (w *world) cancellations(ctx context.Context) ([]assessed, error) {
	all, err := w.views(ctx)
	if err != nil {
		return nil, err
	}
	var found []assessed
	for _, v := range all {
		if !v.is(session.Filled, w.clock.Now()) || v.booking.State != booking.Confirmed || !v.booking.Pending.IsZero() {
			continue
		}
		a, err := w.AssessCancellation(ctx, v.clinician.actor(), v.booking.ID)
		if err != nil {
			return nil, err
		}
		found = append(found, assessed{v, a})
	}
	return found, nil
}

// cancelInTime is W8: the first booking whose clinician need not ring.
func (w *world) cancelInTime(ctx context.Context) (bool, error) {
	all, err := w.cancellations(ctx)
	if err != nil {
		return false, err
	}
	for _, v := range all {
		if v.Allowed && v.Call == "" {
			w.heading("Clinician cancels in time", "W8")
			return true, w.cancel(ctx, v, "")
		}
	}
	return false, nil
}

// cancelLate is W9: a booking whose clinician has to ring as well. One with a clock change before its start comes
// first, because there the 72 hours are not what the clock on the wall seems to say.
func (w *world) cancelLate(ctx context.Context) (bool, error) {
	all, err := w.cancellations(ctx)
	if err != nil {
		return false, err
	}
	var late []assessed
	for _, v := range all {
		if v.Allowed && v.Call != "" {
			late = append(late, v)
		}
	}
	if len(late) == 0 {
		return false, nil
	}
	v := late[0]
	for _, l := range late {
		if w.crossesChange(l) {
			v = l
			break
		}
	}
	w.heading("Clinician cancels within 72 hours, and has to ring as well", "W8 W9")
	if w.crossesChange(v) {
		w.page.line("", "It is %.1f hours to the start: the clocks change before it.", v.ahead(w.clock.Now()).Hours())
	}
	if err := w.cancel(ctx, v, "I have been called for jury service"); err != nil {
		return true, err
	}
	return true, w.ring(ctx, v)
}

func (w *world) crossesChange(v assessed) bool {
	zone := w.cal.Location()
	_, now := w.clock.Now().In(zone).Zone()
	_, then := v.Assessment.Terms.Span.Start.In(zone).Zone()
	return now != then
}

// cancel shows the assessment, and cancels the booking as its clinician.
func (w *world) cancel(ctx context.Context, v assessed, reason string) error {
	w.about(v.view)
	w.show(v.Assessment)
	done, err := w.CancelBooking(ctx, withdrawal.CancelBooking{
		Command: w.do(v.clinician.actor(), "cancel", string(v.view.Reference)), Booking: v.booking.ID, Shown: v.Shown, Reason: reason,
	})
	if err != nil {
		return err
	}
	w.page.line("", "Cancelled by %s.%s The session is %s again.", v.clinician.person.Name, because(reason), done.Session.State)
	return w.tell(ctx)
}

// ring is the call that a late cancellation owes, confirmed by the practice (W9).
func (w *world) ring(ctx context.Context, v assessed) error {
	b, err := w.ConfirmCall(ctx, withdrawal.ConfirmCall{
		Command: w.do(v.practice.actor(), "call", string(v.view.Reference)), Booking: v.booking.ID,
	})
	if err != nil {
		return err
	}
	w.page.line("", "%s rings %s; %s confirms the call.", v.clinician.person.Name, b.Call.Phone, v.practice.contact.Name)
	return w.tell(ctx)
}
