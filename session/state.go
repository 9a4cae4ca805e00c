package session

import (
	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/internal/machine"
)

// State is where a session stands (S2).
type State uint8

// The states of a session.
const (
	// Draft is not posted yet: nobody but the practice sees it.
	Draft State = iota + 1
	// Open is posted and unfilled.
	Open
	// Filled has a live booking, offered or confirmed.
	Filled
	// Completed is over; no-show and early end are outcomes of its booking.
	Completed
	// Withdrawn was taken back by the client's side, for good (S3).
	Withdrawn
	// Expired was still unfilled, or still a draft, when its start passed.
	Expired
)

var states = enum.Names{"", "draft", "open", "filled", "completed", "withdrawn", "expired"}

// String returns the state's word: draft, open, filled, completed, withdrawn, expired.
func (s State) String() string { return states.Text(uint8(s)) }

// MarshalText writes the state's word.
func (s State) MarshalText() ([]byte, error) { return states.Marshal(uint8(s)) }

// UnmarshalText reads a state's word and refuses any other.
func (s *State) UnmarshalText(text []byte) error {
	n, err := states.Unmarshal(text)
	*s = State(n)
	return err
}

// Trigger is what moves a session from one state to another.
type Trigger uint8

// The triggers of a session.
const (
	// Publishing posts a draft.
	Publishing Trigger = iota + 1
	// Filling books somebody.
	Filling
	// Reopening follows when a booking falls through before the start.
	Reopening
	// Withdrawing takes it back.
	Withdrawing
	// Completing follows the end.
	Completing
	// Expiring follows the start of one that nobody works.
	Expiring
)

var triggers = enum.Names{"", "publish", "fill", "reopen", "withdraw", "complete", "expire"}

// String returns the trigger's word: publish, fill, reopen, withdraw, complete, expire.
func (t Trigger) String() string { return triggers.Text(uint8(t)) }

type move = machine.Move[State, Trigger]

// table is S2: from which state which trigger leads where. There is no way out of Completed,
// Withdrawn or Expired.
var table = machine.New(Draft,
	move{From: Draft, Trigger: Publishing, To: Open},
	move{From: Draft, Trigger: Withdrawing, To: Withdrawn},
	move{From: Draft, Trigger: Expiring, To: Expired},
	move{From: Open, Trigger: Filling, To: Filled},
	move{From: Open, Trigger: Withdrawing, To: Withdrawn},
	move{From: Open, Trigger: Expiring, To: Expired},
	move{From: Filled, Trigger: Reopening, To: Open},
	move{From: Filled, Trigger: Withdrawing, To: Withdrawn},
	move{From: Filled, Trigger: Completing, To: Completed},
	move{From: Filled, Trigger: Expiring, To: Expired},
)

// Valid says whether s is one of the states.
func (s State) Valid() bool { return states.Valid(uint8(s)) }

// Next says where trigger leads from s, and whether it leads anywhere (S2).
func (s State) Next(trigger Trigger) (State, bool) { return table.Next(s, trigger) }

// Final says whether nothing leads out of s (S3).
func (s State) Final() bool { return table.Final(s) }

// Diagram returns the table of S2 as a Mermaid state diagram.
func Diagram() string { return table.Mermaid() }

// Channel says whom a session is offered to (S6).
type Channel uint8

// The channels.
const (
	// Rota offers it to the provider's own members.
	Rota Channel = iota + 1
	// Marketplace offers it to every fully approved clinician.
	Marketplace
)

var channels = enum.Names{"", "rota", "marketplace"}

// String returns rota or marketplace.
func (c Channel) String() string { return channels.Text(uint8(c)) }

// MarshalText writes rota or marketplace.
func (c Channel) MarshalText() ([]byte, error) { return channels.Marshal(uint8(c)) }

// UnmarshalText reads rota or marketplace and refuses any other word.
func (c *Channel) UnmarshalText(text []byte) error {
	n, err := channels.Unmarshal(text)
	*c = Channel(n)
	return err
}

// Valid says whether c is one of the channels.
func (c Channel) Valid() bool { return channels.Valid(uint8(c)) }

// Choosing says how the provider chooses among those who apply (A5).
type Choosing uint8

// The ways of choosing.
const (
	// FirstCome accepts the application that commits first, at once.
	FirstCome Choosing = iota + 1
	// Review leaves it to a person.
	Review
	// Ranked orders the applicants by the provider's own factors, and leaves the choice to a person.
	Ranked
)

var choosings = enum.Names{"", "first_come", "review", "ranked"}

// String returns first_come, review or ranked.
func (c Choosing) String() string { return choosings.Text(uint8(c)) }

// MarshalText writes first_come, review or ranked.
func (c Choosing) MarshalText() ([]byte, error) { return choosings.Marshal(uint8(c)) }

// UnmarshalText reads first_come, review or ranked and refuses any other word.
func (c *Choosing) UnmarshalText(text []byte) error {
	n, err := choosings.Unmarshal(text)
	*c = Choosing(n)
	return err
}

// Valid says whether c is one of the ways of choosing.
func (c Choosing) Valid() bool { return choosings.Valid(uint8(c)) }
