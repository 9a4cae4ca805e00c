package booking

import (
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/internal/machine"
	"github.com/sessional-go/sessional/session"
)

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
	Reference session.Reference   `json:"reference"`
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

var invoiceTable = machine.New(InvoiceAwaiting,
	machine.Move[InvoiceState, PayTrigger]{From: InvoiceAwaiting, Trigger: Sending, To: InvoiceSent},
	machine.Move[InvoiceState, PayTrigger]{From: InvoiceSent, Trigger: Querying, To: InvoiceQueried},
	machine.Move[InvoiceState, PayTrigger]{From: InvoiceSent, Trigger: Paying, To: InvoicePaid},
	machine.Move[InvoiceState, PayTrigger]{From: InvoiceQueried, Trigger: Sending, To: InvoiceSent},
)

// InvoiceDiagram returns the states of an invoice as a Mermaid state diagram (B2).
func InvoiceDiagram() string { return invoiceTable.Mermaid() }

// Next says where trigger leads from s, and whether it leads anywhere (B2).
func (s InvoiceState) Next(trigger PayTrigger) (InvoiceState, bool) {
	return invoiceTable.Next(s, trigger)
}

// Valid says whether s is one of the states.
func (s InvoiceState) Valid() bool { return invoiceStates.Valid(uint8(s)) }

// newInvoice is the invoice that a command makes for a booking, awaiting.
func newInvoice(head session.Command, b Booking, what InvoiceFor, amount session.Money, now time.Time) Invoice {
	return Invoice{
		ID:        session.DeriveID[session.InvoiceID](head, "invoice/"+what.String()),
		Version:   1,
		Booking:   b.ID,
		Session:   b.Session,
		Reference: b.Reference,
		Provider:  b.Provider,
		Practice:  b.Practice,
		Clinician: b.Clinician,
		Person:    b.Person,
		For:       what,
		Amount:    amount,
		State:     InvoiceAwaiting,
		Made:      session.Instant(now),
	}
}

// FeeInvoice is the invoice for a short-notice cancellation fee that was agreed (B2, W7), awaiting. The decision that
// agrees the fee writes it, with the event of InvoiceMade. Its id follows from the command.
func FeeInvoice(head session.Command, b Booking, amount session.Money, now time.Time) Invoice {
	return newInvoice(head, b, ForFee, amount, now)
}

// InvoiceMade is the event that tells of a new invoice: d.Write(invoice, booking.InvoiceMade(invoice)).
func InvoiceMade(i Invoice) session.Event {
	return session.Event{Kind: EventInvoiceMade, To: i.State.String(), Facts: i.facts()}
}

// facts are what the record keeps of an invoice.
func (i Invoice) facts() session.Facts {
	return session.Facts{
		"reference": string(i.Reference),
		"booking":   string(i.Booking),
		"practice":  string(i.Practice),
		"clinician": string(i.Clinician),
		"for":       i.For.String(),
		"amount":    i.Amount.Amount.StringFixed(2),
		"currency":  string(i.Amount.Currency),
		"due":       i.Due.String(),
	}
}

// move returns the invoice in the state that trigger leads to, one version on.
func (i Invoice) move(trigger PayTrigger, act string) (Invoice, error) {
	to, ok := i.State.Next(trigger)
	if !ok {
		return Invoice{}, &session.StateError{Kind: session.KindInvoice, ID: string(i.ID), State: i.State.String(), Act: act}
	}
	i.Version++
	i.State = to
	return i, nil
}

// tell writes the invoice with the event that tells of its move.
func (i Invoice) tell(d *session.Decision, kind session.EventKind, from InvoiceState) {
	d.Write(i, session.Event{Kind: kind, From: from.String(), To: i.State.String(), Reason: i.Reason, Facts: i.facts()})
}

// SendInvoice sends an invoice, for the first time or after a query (B2).
type SendInvoice struct {
	session.Command
	Invoice session.InvoiceID
	// Due is the last day to pay: today or later at the practice.
	Due calendar.Date
}

// Validate checks the fields; the error is a *session.FieldError.
func (c SendInvoice) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Invoice", c.Invoice); err != nil {
		return err
	}
	if c.Due.IsZero() {
		return &session.FieldError{Field: "Due", Problem: "is missing"}
	}
	return nil
}

// Decide sends the invoice. The error is a *session.FieldError for a day to pay that is past, or outside the years
// of the practice's calendar, a *session.StateError unless the invoice is awaiting or queried, and a
// *session.ForbiddenError for a clinician who acts in another capacity (P1).
func (c SendInvoice) Decide(s Situation, now time.Time) (Invoice, session.Decision, error) {
	d := session.Decide(c.Command, now)
	if err := ownSide(c.By, s.Invoice.Person, "send this invoice"); err != nil {
		return Invoice{}, session.Decision{}, err
	}
	next, err := s.Invoice.move(Sending, "send it")
	if err != nil {
		return Invoice{}, session.Decision{}, err
	}
	if err := checkDue(s.Practice.Calendar, c.Due, d.Now()); err != nil {
		return Invoice{}, session.Decision{}, err
	}
	next.Due, next.Reason = c.Due, ""
	next.tell(&d, EventInvoiceSent, s.Invoice.State)
	return next, d, nil
}

// checkDue refuses a last day to pay that is over, by the practice's own dates (T1).
func checkDue(cal *calendar.Calendar, due calendar.Date, now time.Time) error {
	if cal == nil {
		return &session.FieldError{Field: "Practice", Problem: "has no calendar"}
	}
	today, err := cal.DateOf(now)
	if err != nil {
		return err
	}
	if due.Before(today) {
		return &session.FieldError{Field: "Due", Problem: "is in the past"}
	}
	if _, err := cal.StartOf(due); err != nil {
		return &session.FieldError{Field: "Due", Problem: "is outside the years of the practice's calendar", Err: err}
	}
	return nil
}

// QueryInvoice is the practice questioning an invoice (B2).
type QueryInvoice struct {
	session.Command
	Invoice session.InvoiceID
	// Reason is required.
	Reason string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c QueryInvoice) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Invoice", c.Invoice); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, true)
}

// Decide hands the invoice back, to be sent again. The error is a *session.StateError unless it is sent, and a
// *session.ForbiddenError for the clinician themselves (P1).
func (c QueryInvoice) Decide(s Situation, now time.Time) (Invoice, session.Decision, error) {
	d := session.Decide(c.Command, now)
	if err := otherSide(c.By, s.Invoice.Person, "query this invoice"); err != nil {
		return Invoice{}, session.Decision{}, err
	}
	next, err := s.Invoice.move(Querying, "query it")
	if err != nil {
		return Invoice{}, session.Decision{}, err
	}
	next.Reason = d.Note(session.ReasonText, next.Provider, next.Session, c.Reason)
	next.tell(&d, EventInvoiceQueried, s.Invoice.State)
	return next, d, nil
}

// PayInvoice records that the practice has paid (B2); the clinician is told.
type PayInvoice struct {
	session.Command
	Invoice session.InvoiceID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c PayInvoice) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return session.CheckID("Invoice", c.Invoice)
}

// Decide settles the invoice. Its errors are those of QueryInvoice.Decide.
func (c PayInvoice) Decide(s Situation, now time.Time) (Invoice, session.Decision, error) {
	d := session.Decide(c.Command, now)
	if err := otherSide(c.By, s.Invoice.Person, "record this invoice as paid"); err != nil {
		return Invoice{}, session.Decision{}, err
	}
	next, err := s.Invoice.move(Paying, "record it as paid")
	if err != nil {
		return Invoice{}, session.Decision{}, err
	}
	next.Paid = d.Now()
	next.tell(&d, EventInvoicePaid, s.Invoice.State)
	return next, d, nil
}
