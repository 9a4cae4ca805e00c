package booking

import "github.com/sessional-go/sessional/session"

// The kinds of events about bookings, hours, invoices and messages. Their facts are named alike everywhere:
// reference, practice, clinician, booking, start and end (RFC 3339 in UTC), break (whole minutes), amount (decimal),
// currency, due (a date).
const (
	// EventOffered tells that a session was offered to a clinician, who may accept it or not (A1).
	EventOffered session.EventKind = "booking.offered"
	// EventConfirmed tells that a clinician is booked (A1, A6).
	EventConfirmed session.EventKind = "booking.confirmed"
	// EventCancelled tells that a booking fell through, by either side and whichever route (B1).
	EventCancelled session.EventKind = "booking.cancelled"
	// EventCallMade tells that the call which a late cancellation owes was made (W9).
	EventCallMade session.EventKind = "booking.call_made"
	// EventCompleted tells that a booking was worked until its agreed end (B1).
	EventCompleted session.EventKind = "booking.completed"
	// EventEndedEarly tells that a booking was worked until before its agreed end; the fact worked says until when
	// (B1, W10).
	EventEndedEarly session.EventKind = "booking.ended_early"
	// EventNoShow tells that the clinician did not come (B1, W10).
	EventNoShow session.EventKind = "booking.no_show"

	// EventSessionCompleted tells that a session is over (S2).
	EventSessionCompleted session.EventKind = "session.completed"
	// EventChangeVoid tells that a change lost its meaning, because the start last agreed came before the
	// clinician's answer: the session is on the terms last agreed again, and start and end are theirs (S5).
	EventChangeVoid session.EventKind = "session.change_void"

	// EventHoursStated tells that the clinician stated the hours they worked (B2).
	EventHoursStated session.EventKind = "hours.stated"
	// EventHoursApproved tells that the practice approved them (B2).
	EventHoursApproved session.EventKind = "hours.approved"
	// EventHoursQueried tells that the practice questioned them (B2).
	EventHoursQueried session.EventKind = "hours.queried"

	// EventInvoiceMade tells that there is a new invoice, for hours or for a fee (B2, W7).
	EventInvoiceMade session.EventKind = "invoice.made"
	// EventInvoiceSent tells that an invoice was sent, with the day by which to pay (B2).
	EventInvoiceSent session.EventKind = "invoice.sent"
	// EventInvoiceQueried tells that the practice questioned an invoice (B2).
	EventInvoiceQueried session.EventKind = "invoice.queried"
	// EventInvoicePaid tells that an invoice was paid (B2).
	EventInvoicePaid session.EventKind = "invoice.paid"

	// EventMessageSent tells that practice or clinician wrote to the other (B3).
	EventMessageSent session.EventKind = "message.sent"
)
