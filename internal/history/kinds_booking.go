package history

import (
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

func (w *world) invoices(by func(booking.Invoice) session.Actor, states ...booking.InvoiceState) []aim {
	var all []aim
	for _, i := range sorted(w.view.Invoices) {
		if slices.Contains(states, i.State) {
			all = append(all, aim{by: by(i), invoice: i, session: w.view.Sessions[i.Session]})
		}
	}
	return all
}

// worked lists completed bookings whose hours are in one of some states; 0 stands for none stated.
func (w *world) worked(by func(booking.Booking) session.Actor, states ...booking.HoursState) []aim {
	return w.bookings(func(b booking.Booking, _ session.Session) bool {
		return b.State == booking.Completed && slices.Contains(states, w.view.Hours[b.ID].State)
	}, by)
}

// reportable lists bookings about which something can be reported after the start.
func (w *world) reportable(by func(booking.Booking) session.Actor) []aim {
	return w.bookings(func(b booking.Booking, s session.Session) bool {
		return (b.State == booking.Confirmed || b.State == booking.Completed) && s.Case == "" &&
			!w.coming(b.Terms.Span.Start) && w.view.Hours[b.ID].State != booking.HoursApproved
	}, by)
}

var bookingKinds = []kind{
	{
		name: "StateHours", weight: 4,
		fits: func(w *world) []aim { return w.worked(ownSide, 0, booking.HoursQueried) },
		build: func(w *world, head session.Command, a aim) any {
			span := a.booking.Terms.Span
			c := booking.StateHours{Command: head, Booking: a.booking.ID, Start: span.Start, End: span.End,
				Break: a.booking.Terms.Break}
			if w.chance(40) {
				c.Start = c.Start.Add(time.Duration(w.rng.IntN(61)-30) * time.Minute)
			}
			if c.End.After(w.now) && w.chance(90) {
				c.End = w.now
			}
			if c.Start.IsZero() {
				c.Start, c.End = w.now.Add(-4*time.Hour), w.now
			}
			if c.Break >= c.End.Sub(c.Start) {
				c.Break = 0
			}
			return c
		},
	},
	{
		name: "ApproveHours", weight: 3,
		fits: func(w *world) []aim { return w.worked(w.otherSide, booking.HoursStated) },
		build: func(_ *world, head session.Command, a aim) any {
			return booking.ApproveHours{Command: head, Booking: a.booking.ID}
		},
	},
	{
		name: "QueryHours", weight: 2,
		fits: func(w *world) []aim { return w.worked(w.otherSide, booking.HoursStated) },
		build: func(w *world, head session.Command, a aim) any {
			return booking.QueryHours{Command: head, Booking: a.booking.ID, Reason: w.reason()}
		},
	},
	{
		name: "SendInvoice", weight: 4,
		fits: func(w *world) []aim {
			return w.invoices(func(i booking.Invoice) session.Actor { return byClinician(i.Clinician) },
				booking.InvoiceAwaiting, booking.InvoiceQueried)
		},
		build: func(w *world, head session.Command, a aim) any {
			due := dateAt(a.session.Practice, w.now).AddDays(w.rng.IntN(31))
			if w.chance(5) {
				due = due.AddDays(-40)
			}
			return booking.SendInvoice{Command: head, Invoice: a.invoice.ID, Due: due}
		},
	},
	{
		name: "QueryInvoice", weight: 2,
		fits: func(w *world) []aim {
			return w.invoices(func(i booking.Invoice) session.Actor { return w.other(i.Practice, i.Person) }, booking.InvoiceSent)
		},
		build: func(w *world, head session.Command, a aim) any {
			return booking.QueryInvoice{Command: head, Invoice: a.invoice.ID, Reason: w.reason()}
		},
	},
	{
		name: "PayInvoice", weight: 2,
		fits: func(w *world) []aim {
			return w.invoices(func(i booking.Invoice) session.Actor { return w.other(i.Practice, i.Person) }, booking.InvoiceSent)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return booking.PayInvoice{Command: head, Invoice: a.invoice.ID}
		},
	},
	{
		name: "RecordNoShow", weight: 2,
		fits: func(w *world) []aim { return w.reportable(w.otherSide) },
		build: func(w *world, head session.Command, a aim) any {
			return booking.RecordNoShow{Command: head, Booking: a.booking.ID, Reason: w.reason()}
		},
	},
	{
		name: "EndEarly", weight: 2,
		fits: func(w *world) []aim { return w.reportable(w.eitherSide) },
		build: func(w *world, head session.Command, a aim) any {
			span := a.booking.Terms.Span
			length := min(span.Duration(), max(w.now.Sub(span.Start), time.Hour))
			at := span.Start.Add(length * time.Duration(1+w.rng.IntN(98)) / 100)
			if at.IsZero() {
				at = w.now
			}
			return booking.EndEarly{Command: head, Booking: a.booking.ID, At: at, Reason: w.reason()}
		},
	},
	{
		name: "SendMessage", weight: 2,
		fits: func(w *world) []aim {
			var all []aim
			for _, s := range sorted(w.view.Sessions) {
				for _, c := range clinicians {
					if w.known(c, s.ID) {
						all = append(all, aim{by: pick(w, []session.Actor{byClinician(c), w.client(s.Practice)}), session: s, who: c})
					}
				}
			}
			return all
		},
		build: func(w *world, head session.Command, a aim) any {
			c := booking.SendMessage{Command: head, Session: a.session.ID, To: a.who, Body: w.reason()}
			if a.by.Capacity == session.AsClinician {
				c.To = ""
			}
			return c
		},
	},
}
