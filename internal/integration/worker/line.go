package worker

import (
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// Order is what a worker is told to do: one line of JSON each. The zero value of what a field doesn't concern is left
// out.
type Order struct {
	Do Doing `json:"do"`
	// Act is the command to perform.
	Act *Act `json:"act,omitempty"`
	// Play is what to play.
	Play *Play `json:"play,omitempty"`
}

// Doing is a kind of order.
type Doing string

// The orders. Each but Perform is answered by an Ended line that names it.
const (
	// DoPlay lets users do what they like.
	DoPlay Doing = "play"
	// DoPerform gives one command to the desk, beside whatever else goes on.
	DoPerform Doing = "perform"
	// DoSettle waits for all commands that were to be performed.
	DoSettle Doing = "settle"
	// DoTell plans and delivers until nothing is waiting (N4, N5).
	DoTell Doing = "tell"
)

// Play is one round of what users do.
type Play struct {
	// Seed makes the choices; Round tells the commands of one round from those of another.
	Seed  uint64 `json:"seed"`
	Round int    `json:"round"`
	// Users is how many act at once, Commands how many each gives.
	Users    int `json:"users"`
	Commands int `json:"commands"`
	// First is the number of the first user, so that no two processes have the same.
	First int `json:"first"`
	// Hold keeps some of what is claimed unsettled, as somebody does who dies with it in hand (N5).
	Hold bool `json:"hold,omitzero"`
}

// Line is what a worker reports: one line of JSON each. Instants are those of Monotonic.
type Line struct {
	Kind LineKind `json:"kind"`
	// No numbers calls and tries within a process: a line that ends what another one began has its number.
	No int64 `json:"no,omitzero"`
	// At is when it was; of a look, Until is when it was over. Of an answer, At and Until are when it was decided: during
	// the commit that was done or the reading that it was refused on, or else between call and return.
	At    int64 `json:"at,omitzero"`
	Until int64 `json:"until,omitzero"`
	// Act is what was asked for.
	Act *Act `json:"act,omitempty"`
	// Answer is what the desk said.
	Answer *Answer `json:"answer,omitempty"`
	// Try is what a commit was about to write.
	Try *Try `json:"try,omitempty"`
	// Verdict is the commit's: a desk.Verdict's word, or UnknownCode for an error.
	Verdict string `json:"verdict,omitzero"`
	// Seen is what somebody looked at.
	Seen *Seen `json:"seen,omitempty"`
	// Name is a delivery's key, a point's name, an order, or what went wrong.
	Name string `json:"name,omitzero"`
}

// LineKind is a kind of line.
type LineKind string

// The lines.
const (
	// Ready says that the worker has opened its store.
	Ready LineKind = "ready"
	// Called says that a command was given to the desk, and Returned what came of it.
	Called   LineKind = "called"
	Returned LineKind = "returned"
	// Trying says what a commit is about to write, and Judged its verdict.
	Trying LineKind = "trying"
	Judged LineKind = "judged"
	// Looked says what a session was like.
	Looked LineKind = "looked"
	// Shared asks for the same command to be given by another process, at the same time.
	Shared LineKind = "shared"
	// Claimed says that a delivery was taken in hand, and Settled that it was settled.
	Claimed LineKind = "claimed"
	Settled LineKind = "settled"
	// Reached says that a point was reached for the first time, Dying that the process kills itself there.
	Reached LineKind = "reached"
	Dying   LineKind = "dying"
	// Ended says that an order was carried out.
	Ended LineKind = "ended"
	// Unable says that the store could not answer beside a command: a reading, planning or delivering failed.
	Unable LineKind = "unable"
	// Faulty says that something went wrong that may not.
	Faulty LineKind = "faulty"
)

// Try is what a commit is about to write. Sums are digests of the values.
type Try struct {
	Key desk.CommandKey `json:"key"`
	// Outcome is the digest of the command and of its result.
	Outcome string `json:"outcome"`
	Records []Mark `json:"records"`
	Events  []Mark `json:"events"`
}

// Mark names a value that was written.
type Mark struct {
	Subject session.Subject `json:"subject"`
	Version int64           `json:"version"`
	// About is the session that a record belongs to, Tenant the provider; blank for none.
	About  session.SessionID  `json:"about,omitzero"`
	Tenant session.ProviderID `json:"tenant,omitzero"`
	// With is the clinician that a message is to or from.
	With session.ClinicianID `json:"with,omitzero"`
	// Event is the event's key; blank for a record.
	Event string `json:"event,omitzero"`
	Sum   string `json:"sum"`
}

// Seen is what a session was like at one instant.
type Seen struct {
	Island  int               `json:"island"`
	Session session.SessionID `json:"session"`
	State   session.State     `json:"state"`
	Version int64             `json:"version"`
	Round   int               `json:"round"`
	Slot    int               `json:"slot"`
	// Booking is its live booking; blank without one.
	Booking        session.BookingID   `json:"booking,omitzero"`
	BookingVersion int64               `json:"booking_version,omitzero"`
	Booked         session.ClinicianID `json:"booked,omitzero"`
	// Clinician is whose application was looked for in the session's round, Application its state; zero for none.
	Clinician   session.ClinicianID `json:"clinician"`
	Application rota.State          `json:"application,omitzero"`
}
