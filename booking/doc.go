// Package booking holds the agreement that a clinician works a session: who works it, the diary that keeps a
// clinician from two bookings at once, how it ended, the hours worked, the invoice, and the messages about it.
package booking
