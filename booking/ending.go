package booking

import "github.com/sessional-go/sessional/internal/enum"

// Cause says whose cause the end of a booking was (B1): only the client's grants a fee.
type Cause uint8

// The causes.
const (
	// ByClient is the practice's or the provider's.
	ByClient Cause = iota + 1
	// ByClinician is the clinician's.
	ByClinician
	// ByNeither is nobody's: it was worked, or an offer ran out.
	ByNeither
)

var causes = enum.Names{"", "client", "clinician", "neither"}

// String returns client, clinician or neither.
func (c Cause) String() string { return causes.Text(uint8(c)) }

// MarshalText writes client, clinician or neither.
func (c Cause) MarshalText() ([]byte, error) { return causes.Marshal(uint8(c)) }

// UnmarshalText reads client, clinician or neither and refuses any other word.
func (c *Cause) UnmarshalText(text []byte) error {
	n, err := causes.Unmarshal(text)
	*c = Cause(n)
	return err
}

// Route says by which way a booking ended (B1).
type Route uint8

// The routes.
const (
	// SelfService is the client's own withdrawal in time (W1, W2).
	SelfService Route = iota + 1
	// RotaPro is the client's own withdrawal inside the notice (W5).
	RotaPro
	// SupportCase is support's, on the practice's behalf (W4).
	SupportCase
	// OwnCancellation is the clinician's (W8).
	OwnCancellation
	// ChangeRefused is the client's withdrawal that follows from a change the clinician did not take (S5).
	ChangeRefused
	// OfferDeclined is the clinician's no to an offer, which is no cancellation (A1).
	OfferDeclined
	// OfferLapsed is an offer that nobody answered.
	OfferLapsed
	// ByClock is the end of the session.
	ByClock
	// ByReport is what the practice reported: a no-show or an early end (W10).
	ByReport
)

var routes = enum.Names{
	"", "self_service", "rota_pro", "support_case", "own_cancellation", "change_refused", "offer_declined",
	"offer_lapsed", "by_clock", "by_report",
}

// String returns the route's word, such as self_service or support_case.
func (r Route) String() string { return routes.Text(uint8(r)) }

// MarshalText writes the route's word.
func (r Route) MarshalText() ([]byte, error) { return routes.Marshal(uint8(r)) }

// UnmarshalText reads a route's word and refuses any other.
func (r *Route) UnmarshalText(text []byte) error {
	n, err := routes.Unmarshal(text)
	*r = Route(n)
	return err
}
