package booking

import (
	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/internal/machine"
)

// State is where a booking stands (B1).
type State uint8

// The states of a booking.
const (
	// Offered waits for the clinician's answer; it counts as live (A1).
	Offered State = iota + 1
	// Confirmed is agreed.
	Confirmed
	// Cancelled fell through before the start, or was withdrawn late (W4).
	Cancelled
	// Completed was worked; an early end is completed with an end time.
	Completed
	// NoShow was not worked by the clinician, who did not cancel.
	NoShow
)

var states = enum.Names{"", "offered", "confirmed", "cancelled", "completed", "no_show"}

// String returns the state's word: offered, confirmed, cancelled, completed, no_show.
func (s State) String() string { return states.Text(uint8(s)) }

// MarshalText writes the state's word.
func (s State) MarshalText() ([]byte, error) { return states.Marshal(uint8(s)) }

// UnmarshalText reads a state's word and refuses any other.
func (s *State) UnmarshalText(text []byte) error {
	n, err := states.Unmarshal(text)
	*s = State(n)
	return err
}

// Valid says whether s is one of the states.
func (s State) Valid() bool { return states.Valid(uint8(s)) }

// Live says whether the booking holds its session and the clinician's time: offered or confirmed (A7).
func (s State) Live() bool { return s == Offered || s == Confirmed }

// Trigger is what moves a booking from one state to another.
type Trigger uint8

// The triggers of a booking.
const (
	// Confirming is the clinician's yes to an offer.
	Confirming Trigger = iota + 1
	// Cancelling ends it, by whichever side and route.
	Cancelling
	// Completing follows the end, or an early one.
	Completing
	// Missing records that the clinician did not come.
	Missing
)

var triggers = enum.Names{"", "confirm", "cancel", "complete", "no_show"}

// String returns the trigger's word: confirm, cancel, complete, no_show.
func (t Trigger) String() string { return triggers.Text(uint8(t)) }

type move = machine.Move[State, Trigger]

// table is B1: from which state which trigger leads where. A completed booking may still turn out a no-show: the
// keeper completes by the clock, and the practice may say otherwise afterwards.
var table = machine.New(Offered,
	move{From: Offered, Trigger: Confirming, To: Confirmed},
	move{From: Offered, Trigger: Cancelling, To: Cancelled},
	move{From: Confirmed, Trigger: Cancelling, To: Cancelled},
	move{From: Confirmed, Trigger: Completing, To: Completed},
	move{From: Confirmed, Trigger: Missing, To: NoShow},
	move{From: Completed, Trigger: Missing, To: NoShow},
)

// Next says where trigger leads from s, and whether it leads anywhere (B1).
func (s State) Next(trigger Trigger) (State, bool) { return table.Next(s, trigger) }

// Diagram returns the table of B1 as a Mermaid state diagram.
func Diagram() string { return table.Mermaid() }
