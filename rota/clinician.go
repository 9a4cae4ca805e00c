package rota

import (
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/session"
)

// ClinicianFacts is what the rules need to know of a clinician. It is the host's own data: the Directory brings it.
type ClinicianFacts struct {
	ID     session.ClinicianID
	Person session.PersonID
	// Roles are those they can work in.
	Roles []session.Role
	// Approved says that they are fully approved for the marketplace (A3).
	Approved bool
	// Memberships are the providers whose rota sessions they may work.
	Memberships []Membership
	// Documents are what they hold, each with its expiry.
	Documents []Document
}

// Membership is a clinician's belonging to a provider.
type Membership struct {
	Provider session.ProviderID
	Tier     Tier
	// From and Until are its first and last day at the provider; zero: open.
	From, Until calendar.Date
}

// Tier is how near a clinician is to a provider (A9).
type Tier uint8

// The tiers, nearest first.
const (
	// OwnStaff are employed by the provider.
	OwnStaff Tier = iota + 1
	// StaffBank are on the provider's bank.
	StaffBank
	// CollaborativeBank are on a bank that the provider shares.
	CollaborativeBank
)

var tiers = enum.Names{"", "own_staff", "staff_bank", "collaborative_bank"}

// String returns own_staff, staff_bank or collaborative_bank.
func (t Tier) String() string { return tiers.Text(uint8(t)) }

// MarshalText writes the tier's word.
func (t Tier) MarshalText() ([]byte, error) { return tiers.Marshal(uint8(t)) }

// UnmarshalText reads a tier's word and refuses any other.
func (t *Tier) UnmarshalText(text []byte) error {
	n, err := tiers.Unmarshal(text)
	*t = Tier(n)
	return err
}

// Document is a clinician's registration, indemnity, performers list entry, DBS certificate, or the like.
type Document struct {
	// Kind is as in the policy's eligibility terms: registration, indemnity, performers_list, dbs …
	Kind string
	// From and Expires are its first and last valid day; zero: open.
	From, Expires calendar.Date
}
