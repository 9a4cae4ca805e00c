package withdrawal

import (
	"time"

	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/internal/machine"
	"github.com/sessional-go/sessional/session"
)

// CaseState is where a support case stands (W4).
type CaseState uint8

// The states of a support case.
const (
	// CaseOpen waits for support, and freezes its session.
	CaseOpen CaseState = iota + 1
	// CaseActioned led to the withdrawal.
	CaseActioned
	// CaseRejected was turned down by support.
	CaseRejected
	// CaseRetracted was taken back by the practice.
	CaseRetracted
)

var caseStates = enum.Names{"", "open", "actioned", "rejected", "retracted"}

// String returns open, actioned, rejected or retracted.
func (s CaseState) String() string { return caseStates.Text(uint8(s)) }

// MarshalText writes the state's word.
func (s CaseState) MarshalText() ([]byte, error) { return caseStates.Marshal(uint8(s)) }

// UnmarshalText reads a state's word and refuses any other.
func (s *CaseState) UnmarshalText(text []byte) error {
	n, err := caseStates.Unmarshal(text)
	*s = CaseState(n)
	return err
}

// CaseTrigger is what moves a case from one state to another.
type CaseTrigger uint8

// The triggers of a case.
const (
	// Actioning withdraws the session, on the practice's behalf.
	Actioning CaseTrigger = iota + 1
	// Rejecting is support's.
	Rejecting
	// Retracting is the practice's.
	Retracting
)

var caseTriggers = enum.Names{"", "action", "reject", "retract"}

// String returns action, reject or retract.
func (t CaseTrigger) String() string { return caseTriggers.Text(uint8(t)) }

var caseTable = machine.New(CaseOpen,
	machine.Move[CaseState, CaseTrigger]{From: CaseOpen, Trigger: Actioning, To: CaseActioned},
	machine.Move[CaseState, CaseTrigger]{From: CaseOpen, Trigger: Rejecting, To: CaseRejected},
	machine.Move[CaseState, CaseTrigger]{From: CaseOpen, Trigger: Retracting, To: CaseRetracted},
)

// Next says where trigger leads from s, and whether it leads anywhere (W4).
func (s CaseState) Next(trigger CaseTrigger) (CaseState, bool) { return caseTable.Next(s, trigger) }

// Valid says whether s is one of the states.
func (s CaseState) Valid() bool { return caseStates.Valid(uint8(s)) }

// CaseDiagram returns the states of a support case as a Mermaid state diagram.
func CaseDiagram() string { return caseTable.Mermaid() }

// CaseVia says how a case reached support.
type CaseVia uint8

// The ways a case reaches support.
const (
	// ByPhone is opened by a support agent.
	ByPhone CaseVia = iota + 1
	// ByEmail is opened by a support agent from an email.
	ByEmail
	// ByForm is opened by the practice or rota manager.
	ByForm
)

var caseVias = enum.Names{"", "phone", "email", "form"}

// String returns phone, email or form.
func (v CaseVia) String() string { return caseVias.Text(uint8(v)) }

// MarshalText writes phone, email or form.
func (v CaseVia) MarshalText() ([]byte, error) { return caseVias.Marshal(uint8(v)) }

// UnmarshalText reads phone, email or form and refuses any other word.
func (v *CaseVia) UnmarshalText(text []byte) error {
	n, err := caseVias.Unmarshal(text)
	*v = CaseVia(n)
	return err
}

// Case is a request that customer support withdraw a filled session on the practice's behalf (W4). While it is open
// nothing else happens to the session.
type Case struct {
	ID       session.CaseID     `json:"id"`
	Version  int64              `json:"version"`
	Session  session.SessionID  `json:"session"`
	Provider session.ProviderID `json:"provider"`
	Practice session.PracticeID `json:"practice"`
	Booking  session.BookingID  `json:"booking"`
	State    CaseState          `json:"state"`
	Via      CaseVia            `json:"via"`
	OpenedBy session.Actor      `json:"opened_by"`
	// Keep asks that only the booking be ended, and the session kept.
	Keep bool `json:"keep,omitzero"`
	// Received is when the complete request was: notice, fee and W10 are judged at it. Opened is when it was
	// recorded.
	Received time.Time `json:"received"`
	Opened   time.Time `json:"opened"`
	// Target is the next contactable hour from Received.
	Target time.Time `json:"target"`
	// Urgent says that the target lies at or after the start: the practice is told to ring the clinician.
	Urgent bool `json:"urgent,omitzero"`
	// Reason is shared with the clinician when the case is actioned.
	Reason session.TextID `json:"reason"`
	// Fee says whether the withdrawal gives the right to a fee, as judged at Received.
	Fee bool `json:"fee,omitzero"`
	// Policy is the version that judged it.
	Policy int `json:"policy"`
	// Closed is when it left Open, by whom and why (for a rejection).
	Closed   time.Time      `json:"closed,omitzero"`
	ClosedBy session.Actor  `json:"closed_by,omitzero"`
	Answer   session.TextID `json:"answer,omitzero"`
}

// Subject names the case.
func (c Case) Subject() session.Subject {
	return session.Subject{Kind: session.KindCase, ID: string(c.ID)}
}

// Revision is its version.
func (c Case) Revision() int64 { return c.Version }

// Tenant is the provider.
func (c Case) Tenant() session.ProviderID { return c.Provider }

// About is the session.
func (c Case) About() session.SessionID { return c.Session }
