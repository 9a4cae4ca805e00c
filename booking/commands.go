package booking

import (
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// StateHours is the clinician stating the hours they worked (B2), for the first time or after a query.
type StateHours struct {
	session.Command
	Booking session.BookingID
	// Start and End are instants; the session's own where it went as agreed.
	Start, End time.Time
	// Break is the unpaid part.
	Break time.Duration
}

// ApproveHours is the practice approving the hours stated, which makes the amount and an invoice (B2).
type ApproveHours struct {
	session.Command
	Booking session.BookingID
}

// QueryHours is the practice questioning the hours stated (B2).
type QueryHours struct {
	session.Command
	Booking session.BookingID
	// Reason is required.
	Reason string
}

// SendInvoice sends an invoice, for the first time or after a query (B2).
type SendInvoice struct {
	session.Command
	Invoice session.InvoiceID
	// Due is the last day to pay: today or later at the practice.
	Due calendar.Date
}

// QueryInvoice is the practice questioning an invoice (B2).
type QueryInvoice struct {
	session.Command
	Invoice session.InvoiceID
	// Reason is required.
	Reason string
}

// PayInvoice records that the practice has paid (B2); the clinician is told.
type PayInvoice struct {
	session.Command
	Invoice session.InvoiceID
}

// RecordNoShow is the practice reporting that the clinician did not come (W10). Only after the start.
type RecordNoShow struct {
	session.Command
	Booking session.BookingID
	// Reason is what happened, as shared with the clinician. Required.
	Reason string
}

// EndEarly is the practice or the clinician reporting that the session ended early (B1, W10). Only after the start.
type EndEarly struct {
	session.Command
	Booking session.BookingID
	// At is when it ended: after the start, before the agreed end, and not in the future.
	At time.Time
	// Reason is required.
	Reason string
}

// Complete is the system completing a session whose agreed end has passed (S2).
type Complete struct {
	session.Command
	Session session.SessionID
}

// SendMessage writes to the other side about a session (B3).
type SendMessage struct {
	session.Command
	Session session.SessionID
	// To is the clinician that the practice writes to; blank where the clinician writes.
	To session.ClinicianID
	// Body is what is written. Required.
	Body string
}

// Situation is what the decisions of this package depend on.
type Situation struct {
	Session session.Session
	Booking Booking
	Hours   Hours
	Invoice Invoice
	Diary   Diary
	// Practice is the session's.
	Practice session.PracticeFacts
	// To is the clinician a message goes to, or comes from; Known says whether they applied to or are booked for the
	// session, or were.
	To    session.ClinicianID
	Known bool
}
