package withdrawal

import (
	"time"

	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/internal/machine"
	"github.com/sessional-go/sessional/session"
)

// FeeState is where the negotiation of a short-notice fee stands (W7).
type FeeState uint8

// The states of a fee.
const (
	// FeeClaimable may be claimed by the clinician.
	FeeClaimable FeeState = iota + 1
	// FeeProposed has the clinician's figure on the table.
	FeeProposed
	// FeeCountered has the client's figure on the table.
	FeeCountered
	// FeeAgreed is settled, and invoiced.
	FeeAgreed
	// FeeWaived was given up by the clinician.
	FeeWaived
	// FeeLapsed was claimed by nobody in time.
	FeeLapsed
	// FeeDisputed is with support, who mediate and don't set the figure.
	FeeDisputed
)

var feeStates = enum.Names{"", "claimable", "proposed", "countered", "agreed", "waived", "lapsed", "disputed"}

// String returns the state's word.
func (s FeeState) String() string { return feeStates.Text(uint8(s)) }

// MarshalText writes the state's word.
func (s FeeState) MarshalText() ([]byte, error) { return feeStates.Marshal(uint8(s)) }

// UnmarshalText reads a state's word and refuses any other.
func (s *FeeState) UnmarshalText(text []byte) error {
	n, err := feeStates.Unmarshal(text)
	*s = FeeState(n)
	return err
}

// FeeTrigger is what moves a fee from one state to another.
type FeeTrigger uint8

// The triggers of a fee.
const (
	// Proposing is the clinician naming a figure.
	Proposing FeeTrigger = iota + 1
	// Countering is the client naming one.
	Countering
	// Agreeing is either side taking the other's figure.
	Agreeing
	// Waiving is the clinician giving the right up.
	Waiving
	// Lapsing is time running out on a right nobody claimed.
	Lapsing
	// Disputing takes it to support: either side, or time running out on a figure nobody answered.
	Disputing
)

var feeTriggers = enum.Names{"", "propose", "counter", "agree", "waive", "lapse", "dispute"}

// String returns the trigger's word.
func (t FeeTrigger) String() string { return feeTriggers.Text(uint8(t)) }

type feeMove = machine.Move[FeeState, FeeTrigger]

// feeTable is W7. Nobody changes the other's figure: one's own figure can be replaced only by answering the other's.
var feeTable = machine.New(FeeClaimable,
	feeMove{From: FeeClaimable, Trigger: Proposing, To: FeeProposed},
	feeMove{From: FeeClaimable, Trigger: Waiving, To: FeeWaived},
	feeMove{From: FeeClaimable, Trigger: Lapsing, To: FeeLapsed},
	feeMove{From: FeeClaimable, Trigger: Disputing, To: FeeDisputed},
	feeMove{From: FeeProposed, Trigger: Countering, To: FeeCountered},
	feeMove{From: FeeProposed, Trigger: Agreeing, To: FeeAgreed},
	feeMove{From: FeeProposed, Trigger: Waiving, To: FeeWaived},
	feeMove{From: FeeProposed, Trigger: Disputing, To: FeeDisputed},
	feeMove{From: FeeCountered, Trigger: Proposing, To: FeeProposed},
	feeMove{From: FeeCountered, Trigger: Agreeing, To: FeeAgreed},
	feeMove{From: FeeCountered, Trigger: Waiving, To: FeeWaived},
	feeMove{From: FeeCountered, Trigger: Disputing, To: FeeDisputed},
	feeMove{From: FeeDisputed, Trigger: Proposing, To: FeeProposed},
	feeMove{From: FeeDisputed, Trigger: Countering, To: FeeCountered},
	feeMove{From: FeeDisputed, Trigger: Agreeing, To: FeeAgreed},
	feeMove{From: FeeDisputed, Trigger: Waiving, To: FeeWaived},
)

// Next says where trigger leads from s, and whether it leads anywhere (W7).
func (s FeeState) Next(trigger FeeTrigger) (FeeState, bool) { return feeTable.Next(s, trigger) }

// Final says whether nothing leads out of s: agreed, waived or lapsed.
func (s FeeState) Final() bool { return feeTable.Final(s) }

// Valid says whether s is one of the states.
func (s FeeState) Valid() bool { return feeStates.Valid(uint8(s)) }

// FeeDiagram returns the states of a fee as a Mermaid state diagram.
func FeeDiagram() string { return feeTable.Mermaid() }

// Fee is the negotiation of one booking's short-notice cancellation fee (W7). It exists only where the right does.
type Fee struct {
	Booking   session.BookingID   `json:"booking"`
	Version   int64               `json:"version"`
	Session   session.SessionID   `json:"session"`
	Provider  session.ProviderID  `json:"provider"`
	Practice  session.PracticeID  `json:"practice"`
	Clinician session.ClinicianID `json:"clinician"`
	Person    session.PersonID    `json:"person"`
	State     FeeState            `json:"state"`
	// Cap is the most that can be claimed.
	Cap session.Money `json:"cap"`
	// Suggested is what the provider's scale says; zero without a scale.
	Suggested session.Money `json:"suggested,omitzero"`
	// Amount is the figure on the table, or agreed; By is whose it is: clinician, practice or rota_manager.
	Amount session.Money    `json:"amount,omitzero"`
	By     session.Capacity `json:"by,omitzero"`
	// Earned is what a rebooked clinician declared to have earned instead; zero where they declared nothing.
	Earned session.Money `json:"earned,omitzero"`
	// Due is when time takes the next step: a lapse while claimable, a dispute while a figure waits; zero once
	// settled or disputed.
	Due time.Time `json:"due,omitzero"`
	// Steps are all that was said, with who, when and how much.
	Steps []FeeStep `json:"steps"`
	// Invoice is made when it is agreed.
	Invoice session.InvoiceID `json:"invoice,omitzero"`
	// AnswerWithin is the policy's, fixed when the right arose.
	AnswerWithin Length `json:"answer_within"`
}

// FeeStep is one step of a negotiation.
type FeeStep struct {
	At     time.Time     `json:"at"`
	By     session.Actor `json:"by"`
	State  FeeState      `json:"state"`
	Amount session.Money `json:"amount,omitzero"`
	// Earned is what a step declared to have been earned instead; zero for every other step.
	Earned session.Money  `json:"earned,omitzero"`
	Note   session.TextID `json:"note,omitzero"`
}

// Subject names the fee, by its booking.
func (f Fee) Subject() session.Subject {
	return session.Subject{Kind: session.KindFee, ID: string(f.Booking)}
}

// Revision is its version.
func (f Fee) Revision() int64 { return f.Version }

// Tenant is the provider.
func (f Fee) Tenant() session.ProviderID { return f.Provider }

// About is the session.
func (f Fee) About() session.SessionID { return f.Session }
