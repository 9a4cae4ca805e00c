package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

const hour = time.Hour

// stateHours lets every clinician whose session is over state the hours they worked (B2), as agreed.
func (w *world) stateHours(ctx context.Context) (bool, error) {
	said := false
	for _, p := range w.practices {
		all, err := w.ended(ctx, p, booking.Completed)
		if err != nil {
			return said, err
		}
		for _, b := range all {
			hours, err := w.Hours(ctx, w.agent(), b.ID)
			if err != nil {
				return said, err
			}
			if hours.State != 0 {
				continue
			}
			c := w.clinicianOf(b.Clinician)
			hours, err = w.StateHours(ctx, booking.StateHours{
				Command: w.do(c.actor(), "hours", string(b.Reference)), Booking: b.ID,
				Start: b.Terms.Span.Start, End: b.Terms.Span.End, Break: b.Terms.Break,
			})
			if err != nil {
				return said, err
			}
			if !said {
				w.heading("Clinicians state their hours", "B2")
				said = true
			}
			w.page.line("", "%s: %s, %s less %s break: %s", b.Reference, c.person.Name, short(hours.Span.Duration()),
				short(hours.Break), hours.Amount)
		}
	}
	if !said {
		return false, nil
	}
	return true, w.tell(ctx)
}

// short reads "9h30m", "1h" or "no".
func short(d time.Duration) string {
	switch h, m := int(d.Hours()), int(d.Minutes())%60; {
	case d == 0:
		return "no"
	case h == 0:
		return fmt.Sprintf("%dm", m)
	case m == 0:
		return fmt.Sprintf("%dh", h)
	default:
		return fmt.Sprintf("%dh%dm", h, m)
	}
}

// pay lets practices that are at work approve hours and pay invoices that came three days ago, and clinicians send
// those that wait, for hours and for fees alike (B2).
func (w *world) pay(ctx context.Context) (bool, error) {
	said := false
	for _, p := range w.practices {
		if !p.open(w.clock.Now()) {
			continue
		}
		var notes []string
		note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
		all, err := w.ended(ctx, p, booking.Completed, booking.Cancelled)
		if err != nil {
			return said, err
		}
		for _, b := range all {
			if err := errors.Join(w.approve(ctx, p, b, note), w.invoices(ctx, p, b, note)); err != nil {
				return said, err
			}
		}
		if notes == nil {
			continue
		}
		if !said {
			w.heading("Hours are approved, invoices sent and paid", "B2")
			said = true
		}
		w.page.line(fmt.Sprintf("%-13s  ", p.short()), "%s.", strings.Join(notes, "; "))
	}
	if !said {
		return false, nil
	}
	return true, w.tell(ctx)
}

func (w *world) approve(ctx context.Context, p practice, b booking.Booking, note func(string, ...any)) error {
	hours, err := w.Hours(ctx, w.agent(), b.ID)
	if err != nil || hours.State != booking.HoursStated {
		return err
	}
	done, err := w.ApproveHours(ctx, booking.ApproveHours{
		Command: w.do(p.actor(), "approve", string(b.Reference)), Booking: b.ID,
	})
	if err == nil {
		note("approves %s for %s", done.Hours.Amount, w.clinicianOf(b.Clinician).person.Name)
	}
	return err
}

func (w *world) invoices(ctx context.Context, p practice, b booking.Booking, note func(string, ...any)) error {
	all, err := w.Invoices(ctx, w.agent(), b.ID)
	if err != nil {
		return err
	}
	c := w.clinicianOf(b.Clinician)
	for _, i := range all {
		sent := w.clock.Now().Sub(i.Made) >= 72*hour
		switch {
		case i.State == booking.InvoiceAwaiting:
			today, err := p.facts.Calendar.DateOf(w.clock.Now())
			if err != nil {
				return err
			}
			done, err := w.SendInvoice(ctx, booking.SendInvoice{
				Command: w.do(c.actor(), "send", string(i.ID)), Invoice: i.ID, Due: today.AddDays(14),
			})
			if err != nil {
				return err
			}
			if i.For == booking.ForFee {
				note("gets %s’s invoice for the fee, %s, due %s", c.person.Name, i.Amount, done.Due.Short())
			}
		case i.State == booking.InvoiceSent && sent:
			if _, err := w.PayInvoice(ctx, booking.PayInvoice{
				Command: w.do(p.actor(), "pay", string(i.ID)), Invoice: i.ID,
			}); err != nil {
				return err
			}
			note("pays %s %s for the %s", c.person.Name, i.Amount, i.For)
		}
	}
	return nil
}

// talk is B3: the clinician who is booked next writes to the practice, which answers.
func (w *world) talk(ctx context.Context) (bool, error) {
	all, err := w.views(ctx)
	if err != nil {
		return false, err
	}
	for _, v := range all {
		if !v.is(session.Filled, w.clock.Now()) {
			continue
		}
		w.heading("A message, and an answer", "B3")
		w.about(v)
		question, answer := "Is there a space for a bicycle?", "Yes, behind the surgery. See you then!"
		if _, err := w.SendMessage(ctx, booking.SendMessage{
			Command: w.do(v.clinician.actor(), "message", string(v.Reference)), Session: v.ID, Body: question,
		}); err != nil {
			return true, err
		}
		w.page.line("", "%s: “%s”", v.clinician.person.Name, question)
		if err := w.tell(ctx); err != nil {
			return true, err
		}
		if _, err := w.SendMessage(ctx, booking.SendMessage{
			Command: w.do(v.practice.actor(), "message", string(v.Reference)), Session: v.ID, To: v.clinician.facts.ID, Body: answer,
		}); err != nil {
			return true, err
		}
		w.page.line("", "%s: “%s”", v.practice.contact.Name, answer)
		return true, w.tell(ctx)
	}
	return false, nil
}
