package notify

import (
	"time"

	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/internal/machine"
	"github.com/sessional-go/sessional/session"
)

// State is where a delivery stands (N4, N5).
type State uint8

// The states of a delivery.
const (
	// Planned is to be sent, not before NotBefore.
	Planned State = iota + 1
	// Suppressed will not be sent; Why says why. It is the record that somebody was considered (N4).
	Suppressed
	// Claimed is in somebody's hands until their lease ends.
	Claimed
	// Delivered was taken over by the transport.
	Delivered
	// Failed was not delivered, and is tried again from NotBefore on.
	Failed
	// Unknown may or may not have been delivered: the transport can't say, or the lease of whoever had it ended. It
	// is tried again from NotBefore on; parked where NotBefore is zero (N5).
	Unknown
	// GivenUp was tried often enough, or can never succeed.
	GivenUp
	// Stale was overtaken before it was sent: what it says is no longer true.
	Stale
)

var states = enum.Names{"", "planned", "suppressed", "claimed", "delivered", "failed", "unknown", "given_up", "stale"}

// String returns the state's word: planned, suppressed, claimed, delivered, failed, unknown, given_up, stale.
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

// Trigger is what moves a delivery from one state to another.
type Trigger uint8

// The triggers of a delivery.
const (
	// Suppressing is the plan's: a setting is off, there is no address, or they did it themselves.
	Suppressing Trigger = iota + 1
	// Claiming takes it in hand.
	Claiming
	// Delivering is the transport's yes.
	Delivering
	// Failing is the transport's no, for now.
	Failing
	// Losing is no answer: from the transport, or from whoever had it.
	Losing
	// GivingUp ends the attempts.
	GivingUp
	// Voiding finds it overtaken.
	Voiding
)

var triggers = enum.Names{"", "suppress", "claim", "deliver", "fail", "lose", "give_up", "void"}

// String returns the trigger's word: suppress, claim, deliver, fail, lose, give_up, void.
func (t Trigger) String() string { return triggers.Text(uint8(t)) }

type move = machine.Move[State, Trigger]

// table is N5: from which state which trigger leads where.
var table = machine.New(Planned,
	move{From: Planned, Trigger: Suppressing, To: Suppressed},
	move{From: Planned, Trigger: Claiming, To: Claimed},
	move{From: Claimed, Trigger: Delivering, To: Delivered},
	move{From: Claimed, Trigger: Failing, To: Failed},
	move{From: Claimed, Trigger: Losing, To: Unknown},
	move{From: Claimed, Trigger: GivingUp, To: GivenUp},
	move{From: Claimed, Trigger: Voiding, To: Stale},
	move{From: Failed, Trigger: Claiming, To: Claimed},
	move{From: Unknown, Trigger: Claiming, To: Claimed},
)

// Next says where trigger leads from s, and whether it leads anywhere (N5).
func (s State) Next(trigger Trigger) (State, bool) { return table.Next(s, trigger) }

// Final says whether nothing leads out of s.
func (s State) Final() bool { return table.Final(s) }

// Diagram returns the states of a delivery as a Mermaid state diagram.
func Diagram() string { return table.Mermaid() }

// Why says why a delivery is suppressed or held.
type Why string

// Why a delivery is suppressed or held.
const (
	// SettingOff: the person turned it off (N1).
	SettingOff Why = "setting_off"
	// NoAddress: the person has no email address.
	NoAddress Why = "no_address"
	// NoDevice: the person has no such device.
	NoDevice Why = "no_device"
	// IsActor: the person did it themselves.
	IsActor Why = "is_actor"
	// NotReached: it tells whom to phone because nothing reaches them, and they are the one (N2).
	NotReached Why = "not_reached"
	// QuietHours: it is not suppressed but held until they end.
	QuietHours Why = "quiet_hours"
)

// Delivery is one message to one person over one channel: decided once per event, and recorded, also where it is
// suppressed (N4).
type Delivery struct {
	// Key names it for ever: it follows from event, person and channel (N5). A transport passes it on, so that
	// repeats can be told apart.
	Key string `json:"key"`
	// Event is the key of the event that it comes from.
	Event    string             `json:"event"`
	Kind     Kind               `json:"kind"`
	Channel  Channel            `json:"channel"`
	Person   session.PersonID   `json:"person"`
	Audience Audience           `json:"audience"`
	Session  session.SessionID  `json:"session,omitzero"`
	Provider session.ProviderID `json:"provider,omitzero"`
	State    State              `json:"state"`
	// Why says why it is suppressed or held; after an attempt, what came of it, in the transport's words.
	Why Why `json:"why,omitzero"`
	// Planned is when it was decided.
	Planned time.Time `json:"planned"`
	// NotBefore is from when on it is sent.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Attempts is how often it was claimed, but for claims that were given back untried.
	Attempts int `json:"attempts,omitzero"`
	// Settled is when it came into the state it is in; zero before the first attempt.
	Settled time.Time `json:"settled,omitzero"`
}

// DeliveryKey returns the key of a delivery: it depends on nothing but event, person and channel (N5).
func DeliveryKey(event string, person session.PersonID, c Channel) string {
	return session.HashID[string](event, string(person), c.String())
}

// OtherKeys returns the keys of the deliveries of the same event to the same person over the other channels, whether
// there are such deliveries or not.
func (d Delivery) OtherKeys() []string {
	var keys []string
	for _, c := range Channels() {
		if c != d.Channel {
			keys = append(keys, DeliveryKey(d.Event, d.Person, c))
		}
	}
	return keys
}
