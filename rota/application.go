package rota

import (
	"strconv"
	"time"

	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/internal/machine"
	"github.com/sessional-go/sessional/session"
)

// State is where an application stands (A4).
type State uint8

// The states of an application.
const (
	// Pending waits for the provider.
	Pending State = iota + 1
	// Accepted led to a booking.
	Accepted
	// Declined was turned down by the provider.
	Declined
	// Retracted was taken back by the clinician.
	Retracted
	// Lapsed was overtaken: the session was filled by somebody else, withdrawn, or expired. It is never stored: a
	// pending application whose round is over has lapsed (see Application.Standing).
	Lapsed
)

var states = enum.Names{"", "pending", "accepted", "declined", "retracted", "lapsed"}

// String returns the state's word: pending, accepted, declined, retracted, lapsed.
func (s State) String() string { return states.Text(uint8(s)) }

// MarshalText writes the state's word.
func (s State) MarshalText() ([]byte, error) { return states.Marshal(uint8(s)) }

// UnmarshalText reads a state's word and refuses any other.
func (s *State) UnmarshalText(text []byte) error {
	n, err := states.Unmarshal(text)
	*s = State(n)
	return err
}

// Trigger is what moves an application from one state to another.
type Trigger uint8

// The triggers of an application.
const (
	// Accepting is the provider's yes, or first come first served.
	Accepting Trigger = iota + 1
	// Declining is the provider's no.
	Declining
	// Retracting is the clinician's.
	Retracting
	// Reapplying is the clinician applying again in the round in which they retracted.
	Reapplying
	// Lapsing is the round ending without them.
	Lapsing
)

var triggers = enum.Names{"", "accept", "decline", "retract", "reapply", "lapse"}

// String returns the trigger's word: accept, decline, retract, reapply, lapse.
func (t Trigger) String() string { return triggers.Text(uint8(t)) }

type move = machine.Move[State, Trigger]

// table is A4: from which state which trigger leads where.
var table = machine.New(Pending,
	move{From: Pending, Trigger: Accepting, To: Accepted},
	move{From: Pending, Trigger: Declining, To: Declined},
	move{From: Pending, Trigger: Retracting, To: Retracted},
	move{From: Pending, Trigger: Lapsing, To: Lapsed},
	move{From: Retracted, Trigger: Reapplying, To: Pending},
)

// Next says where trigger leads from s, and whether it leads anywhere (A4).
func (s State) Next(trigger Trigger) (State, bool) { return table.Next(s, trigger) }

// Diagram returns the table of A4 as a Mermaid state diagram.
func Diagram() string { return table.Mermaid() }

// Application is a clinician asking for a session (A4). There is one for each clinician and round of a session, and
// its id follows from these, so that two tabs can't apply twice.
type Application struct {
	ID        session.ApplicationID `json:"id"`
	Version   int64                 `json:"version"`
	Session   session.SessionID     `json:"session"`
	Provider  session.ProviderID    `json:"provider"`
	Practice  session.PracticeID    `json:"practice"`
	Clinician session.ClinicianID   `json:"clinician"`
	// Person is the clinician as a person: they decide nothing from the other side (P1).
	Person session.PersonID `json:"person"`
	// Round is the session's when they applied.
	Round int   `json:"round"`
	State State `json:"state"`
	// Applied is when: ties are resolved by it (A5).
	Applied time.Time `json:"applied"`
	// Reason points to why it was declined.
	Reason session.TextID `json:"reason,omitzero"`
}

// ApplicationID returns the id of a clinician's application in a round of a session.
func ApplicationID(s session.SessionID, round int, clinician session.ClinicianID) session.ApplicationID {
	return session.HashID[session.ApplicationID](string(s), strconv.Itoa(round), string(clinician))
}

// Subject names the application.
func (a Application) Subject() session.Subject {
	return session.Subject{Kind: session.KindApplication, ID: string(a.ID)}
}

// Revision is its version.
func (a Application) Revision() int64 { return a.Version }

// Tenant is the provider.
func (a Application) Tenant() session.ProviderID { return a.Provider }

// About is the session.
func (a Application) About() session.SessionID { return a.Session }

// Standing is the state it is in, seen with its session: a pending one whose round is over, or whose session is no
// longer open, has lapsed.
func (a Application) Standing(s session.Session) State {
	if a.State == Pending && (s.State != session.Open || s.Round != a.Round) {
		return Lapsed
	}
	return a.State
}
