package session

import (
	"strings"

	"github.com/sessional-go/sessional/internal/enum"
)

// Capacity is the role in which somebody acts (P1). One person may have several; each command names the one it is
// done in. The zero value is no capacity and may do nothing.
type Capacity uint8

// The capacities. What each may do is the desk's table.
const (
	// AsPractice acts for one practice, on its own sessions.
	AsPractice Capacity = iota + 1
	// AsClinician acts on one's own applications, bookings and settings.
	AsClinician
	// AsRotaManager runs one provider's rota, at all its practices.
	AsRotaManager
	// AsSupport is the platform's customer support; it changes a booked session only through a support case (W4).
	AsSupport
	// AsSystem brings about what time brings about: expiry, completion, lapses. Only the keeper uses it.
	AsSystem
)

var capacities = enum.Names{"", "practice", "clinician", "rota_manager", "support", "system"}

// String returns the capacity's word: practice, clinician, rota_manager, support, system.
func (c Capacity) String() string { return capacities.Text(uint8(c)) }

// MarshalText writes the capacity's word.
func (c Capacity) MarshalText() ([]byte, error) { return capacities.Marshal(uint8(c)) }

// UnmarshalText reads a capacity's word and refuses any other.
func (c *Capacity) UnmarshalText(text []byte) error {
	n, err := capacities.Unmarshal(text)
	*c = Capacity(n)
	return err
}

// Client says whether the capacity speaks for the client's side of a booking: practice or rota manager.
func (c Capacity) Client() bool { return c == AsPractice || c == AsRotaManager }

// Actor is who does something, and in which capacity (P1). The host has authenticated them and vouches for every
// field; the desk decides whether such an actor may.
type Actor struct {
	// Person is who acts; blank only for the system.
	Person PersonID `json:"person,omitzero"`
	// Capacity is the role they act in.
	Capacity Capacity `json:"capacity,omitzero"`
	// Provider is the tenant they act within: given for a practice and a rota manager, blank otherwise.
	Provider ProviderID `json:"provider,omitzero"`
	// Practice is given for a practice, blank otherwise.
	Practice PracticeID `json:"practice,omitzero"`
	// Clinician is given for a clinician, blank otherwise.
	Clinician ClinicianID `json:"clinician,omitzero"`
}

// Practice returns an actor who acts for a practice.
func Practice(person PersonID, provider ProviderID, practice PracticeID) Actor {
	return Actor{Person: person, Capacity: AsPractice, Provider: provider, Practice: practice}
}

// Clinician returns an actor who acts as a clinician.
func Clinician(person PersonID, clinician ClinicianID) Actor {
	return Actor{Person: person, Capacity: AsClinician, Clinician: clinician}
}

// RotaManager returns an actor who runs a provider's rota.
func RotaManager(person PersonID, provider ProviderID) Actor {
	return Actor{Person: person, Capacity: AsRotaManager, Provider: provider}
}

// Support returns an actor of customer support.
func Support(person PersonID) Actor { return Actor{Person: person, Capacity: AsSupport} }

// System returns the actor of what time brings about.
func System() Actor { return Actor{Capacity: AsSystem} }

// Key is the actor as one string, in which no two different actors are alike: the scope of a command's id (P3).
func (a Actor) Key() string {
	parts := []string{a.Capacity.String(), string(a.Person), string(a.Provider), string(a.Practice), string(a.Clinician)}
	return strings.Join(parts, "\x1f")
}

// Validate checks that the actor is complete for its capacity, and holds nothing that belongs to another one.
func (a Actor) Validate() error {
	if !capacities.Valid(uint8(a.Capacity)) {
		return &FieldError{Field: "By.Capacity", Problem: "is missing or unknown"}
	}
	needs := func(field string, id string, wanted bool) error {
		if wanted {
			return CheckID("By."+field, id)
		}
		if id != "" {
			return &FieldError{Field: "By." + field, Problem: "does not belong to the capacity " + a.Capacity.String()}
		}
		return nil
	}
	for _, err := range []error{
		needs("Person", string(a.Person), a.Capacity != AsSystem),
		needs("Provider", string(a.Provider), a.Capacity.Client()),
		needs("Practice", string(a.Practice), a.Capacity == AsPractice),
		needs("Clinician", string(a.Clinician), a.Capacity == AsClinician),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}
