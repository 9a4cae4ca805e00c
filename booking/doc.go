// Package booking holds the agreement that a clinician works a session: who works it, the diary that keeps a
// clinician from two bookings at once, how it ended, the hours worked, the invoice, and the messages about it.
//
// # Goals
//
//   - A clinician is never in two places at once, whoever books them. A [Diary] crosses practices and providers; each
//     booking counts it up, so two that overlap exclude each other (A7). Of another provider's booking nothing is
//     revealed but that there is one.
//   - What was agreed stays agreed. A [Booking] keeps the terms last agreed and the version of the policy it was made
//     under; a change counts from the clinician's yes (S5).
//   - How it ended is on the record: who, by which route, why, how late, and whose cause it was, because only the
//     client's cause grants a fee (B1).
//   - Nobody is on both sides of the table: a GP partner can't approve the hours they worked themselves (P1).
//
// # The life of a booking
//
// [Diagram] prints the table that the code decides by (B1). Offering, confirming and cancelling are decided in
// packages rota and withdrawal; the outcomes after the start are [Complete], [EndEarly] and [RecordNoShow] (W10). What
// the clock completed may turn out to have ended early, or a no-show, until the hours are approved. Completing is also
// where a change that nobody answered in time becomes void: session and diary are as last agreed again.
//
//	stateDiagram-v2
//	    [*] --> offered
//	    offered --> confirmed: confirm
//	    offered --> cancelled: cancel
//	    confirmed --> cancelled: cancel
//	    confirmed --> completed: complete
//	    confirmed --> no_show: no show
//	    completed --> no_show: no show
//	    cancelled --> [*]
//	    no_show --> [*]
//
// # Hours and invoices
//
// After the session the clinician states the hours they worked, and the practice approves or queries them (B2). They
// may reach [HoursMargin] beyond the agreed ones at either end. [HoursDiagram] prints:
//
//	stateDiagram-v2
//	    [*] --> stated
//	    stated --> queried: query
//	    stated --> approved: approve
//	    queried --> stated: state
//	    approved --> [*]
//
// Approving makes the invoice, as agreeing a fee does ([FeeInvoice]). [InvoiceDiagram] prints:
//
//	stateDiagram-v2
//	    [*] --> awaiting
//	    awaiting --> sent: send
//	    sent --> queried: query
//	    sent --> paid: pay
//	    queried --> sent: send
//	    paid --> [*]
//
// # Units and zones
//
// Instants are in UTC, to the microsecond; breaks are whole minutes. The amount is the agreed rate times the paid
// time, exact, rounded to pence once, half up, at the end (S6). A rate per session is paid in full however long the
// session took: where it ended early the practice can query. The last day to pay is a date at the practice, judged by
// its own calendar (T1).
//
// # Errors
//
// Those of package session: [*session.FieldError] for what is wrong in a command, [*session.StateError] where it
// doesn't fit what has happened, [*session.NotStartedError] and [*session.NotEndedError] for what comes too early,
// [*session.FrozenError] while a support case is open (W4), [*session.ForbiddenError] for somebody on the wrong side
// (P1); and [*ClashError] where a diary is taken (A7). Each has a stable code and reads as a sentence.
package booking
