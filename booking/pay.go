package booking

import (
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/internal/machine"
	"github.com/sessional-go/sessional/session"
)

// HoursState is where the hours worked stand (B2).
type HoursState uint8

// The states of hours worked.
const (
	// HoursStated waits for the practice.
	HoursStated HoursState = iota + 1
	// HoursQueried waits for the clinician to state them again.
	HoursQueried
	// HoursApproved is settled: the amount is made.
	HoursApproved
)

var hoursStates = enum.Names{"", "stated", "queried", "approved"}

// String returns stated, queried or approved.
func (s HoursState) String() string { return hoursStates.Text(uint8(s)) }

// MarshalText writes stated, queried or approved.
func (s HoursState) MarshalText() ([]byte, error) { return hoursStates.Marshal(uint8(s)) }

// UnmarshalText reads stated, queried or approved and refuses any other word.
func (s *HoursState) UnmarshalText(text []byte) error {
	n, err := hoursStates.Unmarshal(text)
	*s = HoursState(n)
	return err
}

// Hours are the hours worked of one booking: stated by the clinician, approved or queried by the practice (B2).
type Hours struct {
	Booking  session.BookingID  `json:"booking"`
	Version  int64              `json:"version"`
	Session  session.SessionID  `json:"session"`
	Provider session.ProviderID `json:"provider"`
	State    HoursState         `json:"state"`
	// Span is from when until when it was worked, Break the unpaid part.
	Span  calendar.Span `json:"span"`
	Break time.Duration `json:"break,omitzero"`
	// Amount is what they come to at the agreed rate.
	Amount session.Money `json:"amount"`
	// Reason points to why they were queried.
	Reason session.TextID `json:"reason,omitzero"`
	At     time.Time      `json:"at"`
}

// Subject names the hours, by their booking.
func (h Hours) Subject() session.Subject {
	return session.Subject{Kind: session.KindHours, ID: string(h.Booking)}
}

// Revision is their version.
func (h Hours) Revision() int64 { return h.Version }

// Tenant is the provider.
func (h Hours) Tenant() session.ProviderID { return h.Provider }

// About is the session.
func (h Hours) About() session.SessionID { return h.Session }

// InvoiceState is where an invoice stands (B2).
type InvoiceState uint8

// The states of an invoice.
const (
	// InvoiceAwaiting is to be sent.
	InvoiceAwaiting InvoiceState = iota + 1
	// InvoiceSent has a due date.
	InvoiceSent
	// InvoiceQueried is questioned by the practice.
	InvoiceQueried
	// InvoicePaid is settled.
	InvoicePaid
)

var invoiceStates = enum.Names{"", "awaiting", "sent", "queried", "paid"}

// String returns awaiting, sent, queried or paid.
func (s InvoiceState) String() string { return invoiceStates.Text(uint8(s)) }

// MarshalText writes the state's word.
func (s InvoiceState) MarshalText() ([]byte, error) { return invoiceStates.Marshal(uint8(s)) }

// UnmarshalText reads a state's word and refuses any other.
func (s *InvoiceState) UnmarshalText(text []byte) error {
	n, err := invoiceStates.Unmarshal(text)
	*s = InvoiceState(n)
	return err
}

// InvoiceFor says what an invoice is for.
type InvoiceFor uint8

// What an invoice is for.
const (
	// ForHours bills approved hours.
	ForHours InvoiceFor = iota + 1
	// ForFee bills an agreed short-notice cancellation fee (W7).
	ForFee
)

var invoiceFors = enum.Names{"", "hours", "fee"}

// String returns hours or fee.
func (f InvoiceFor) String() string { return invoiceFors.Text(uint8(f)) }

// MarshalText writes hours or fee.
func (f InvoiceFor) MarshalText() ([]byte, error) { return invoiceFors.Marshal(uint8(f)) }

// UnmarshalText reads hours or fee and refuses any other word.
func (f *InvoiceFor) UnmarshalText(text []byte) error {
	n, err := invoiceFors.Unmarshal(text)
	*f = InvoiceFor(n)
	return err
}

// Invoice asks the practice for what is owed to the clinician: for hours, or for an agreed fee (B2, W7).
type Invoice struct {
	ID        session.InvoiceID   `json:"id"`
	Version   int64               `json:"version"`
	Booking   session.BookingID   `json:"booking"`
	Session   session.SessionID   `json:"session"`
	Provider  session.ProviderID  `json:"provider"`
	Practice  session.PracticeID  `json:"practice"`
	Clinician session.ClinicianID `json:"clinician"`
	Person    session.PersonID    `json:"person"`
	For       InvoiceFor          `json:"for"`
	Amount    session.Money       `json:"amount"`
	State     InvoiceState        `json:"state"`
	// Due is the last day to pay; zero until sent.
	Due calendar.Date `json:"due,omitzero"`
	// Reason points to why it was queried.
	Reason session.TextID `json:"reason,omitzero"`
	Made   time.Time      `json:"made"`
	Paid   time.Time      `json:"paid,omitzero"`
}

// Subject names the invoice.
func (i Invoice) Subject() session.Subject {
	return session.Subject{Kind: session.KindInvoice, ID: string(i.ID)}
}

// Revision is its version.
func (i Invoice) Revision() int64 { return i.Version }

// Tenant is the provider.
func (i Invoice) Tenant() session.ProviderID { return i.Provider }

// About is the session.
func (i Invoice) About() session.SessionID { return i.Session }

// PayTrigger is what moves hours or an invoice from one state to another.
type PayTrigger uint8

// The triggers of hours and invoices.
const (
	// Stating is the clinician's.
	Stating PayTrigger = iota + 1
	// Querying is the practice's.
	Querying
	// Approving is the practice's.
	Approving
	// Sending is the clinician's, or the host's on their behalf.
	Sending
	// Paying is recorded by the client's side.
	Paying
)

var payTriggers = enum.Names{"", "state", "query", "approve", "send", "pay"}

// String returns the trigger's word: state, query, approve, send, pay.
func (t PayTrigger) String() string { return payTriggers.Text(uint8(t)) }

var hoursTable = machine.New(HoursStated,
	machine.Move[HoursState, PayTrigger]{From: HoursStated, Trigger: Querying, To: HoursQueried},
	machine.Move[HoursState, PayTrigger]{From: HoursStated, Trigger: Approving, To: HoursApproved},
	machine.Move[HoursState, PayTrigger]{From: HoursQueried, Trigger: Stating, To: HoursStated},
)

var invoiceTable = machine.New(InvoiceAwaiting,
	machine.Move[InvoiceState, PayTrigger]{From: InvoiceAwaiting, Trigger: Sending, To: InvoiceSent},
	machine.Move[InvoiceState, PayTrigger]{From: InvoiceSent, Trigger: Querying, To: InvoiceQueried},
	machine.Move[InvoiceState, PayTrigger]{From: InvoiceSent, Trigger: Paying, To: InvoicePaid},
	machine.Move[InvoiceState, PayTrigger]{From: InvoiceQueried, Trigger: Sending, To: InvoiceSent},
)

// HoursDiagram returns the states of hours worked as a Mermaid state diagram (B2).
func HoursDiagram() string { return hoursTable.Mermaid() }

// InvoiceDiagram returns the states of an invoice as a Mermaid state diagram (B2).
func InvoiceDiagram() string { return invoiceTable.Mermaid() }
