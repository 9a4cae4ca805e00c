package desk

import (
	"context"
	"errors"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// ErrUnknown is what a Directory returns for somebody or something it doesn't know.
var ErrUnknown = errors.New("not in the directory")

// Directory is the host's own data on practices and people. The library reads it, never writes it, and copies what
// it used into the record. memory.Directory is one for tests and examples.
//
// Each method returns ErrUnknown, or an error that wraps it, for an id it doesn't know; any other error means that it
// can't answer now, and the command fails with it, changing nothing.
type Directory interface {
	// Practice is what the rules need to know of a practice.
	Practice(ctx context.Context, id session.PracticeID) (session.PracticeFacts, error)
	// Provider is what the rules need to know of a provider.
	Provider(ctx context.Context, id session.ProviderID) (session.ProviderFacts, error)
	// Support is how customer support is reached; the zero value where there is none.
	Support(ctx context.Context) (session.SupportFacts, error)
	// Clinician is what the rules need to know of a clinician: their standing as of now.
	Clinician(ctx context.Context, id session.ClinicianID) (rota.ClinicianFacts, error)

	// Person is how a human being is reached.
	Person(ctx context.Context, id session.PersonID) (notify.Person, error)
	// PracticeStaff are those who are told for a practice.
	PracticeStaff(ctx context.Context, id session.PracticeID) ([]session.PersonID, error)
	// RotaManagers are those who are told for a provider.
	RotaManagers(ctx context.Context, id session.ProviderID) ([]session.PersonID, error)
	// SupportTeam are those who are told for customer support.
	SupportTeam(ctx context.Context) ([]session.PersonID, error)
}
