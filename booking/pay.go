package booking

import "github.com/sessional-go/sessional/internal/enum"

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
