package rota

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// FindWork is a clinician looking for sessions (A2).
type FindWork struct {
	// By is the clinician.
	By session.Actor
	// Channel is Rota or Marketplace: the two are listed apart.
	Channel session.Channel
	// Within keeps sessions whose start lies in it; zero: all that are still to come.
	Within calendar.Span
	// Role keeps those of one role; blank: all.
	Role session.Role
	// Practice keeps those of one practice; blank: all.
	Practice session.PracticeID
	// MinWorth keeps those worth at least this much, in their own currency; zero: all.
	MinWorth decimal.Decimal
	Page     session.PageRequest
}

// Search is FindWork as a store answers it: the clinician's standing resolved into what can be looked up.
type Search struct {
	Clinician session.ClinicianID
	Channel   session.Channel
	// Providers are those the clinician is a member of; only they count on the rota.
	Providers []session.ProviderID
	// Within keeps sessions whose start lies in it; its start is never before now. A zero End is open.
	Within   calendar.Span
	Role     session.Role
	Practice session.PracticeID
	MinWorth decimal.Decimal
	Page     session.PageRequest
}

// Listing is a session as Find work shows it (A2).
type Listing struct {
	Session session.Session `json:"session"`
	// Applicants is the number of pending applications.
	Applicants int `json:"applicants"`
	// Applied says whether the clinician's own is among them.
	Applied bool `json:"applied,omitzero"`
}

// Store is what the rota package asks of a store.
type Store interface {
	// FindWork lists open sessions in order of start and id.
	FindWork(ctx context.Context, q Search) (session.Page[Listing], error)
	// Applications lists the applications of one round of a session, in order of time and id, whatever their state.
	Applications(ctx context.Context, about session.SessionID, round int, page session.PageRequest) (session.Page[Application], error)
	// ApplicationsOf lists a clinician's applications, everywhere, the latest first, each with its session.
	ApplicationsOf(ctx context.Context, clinician session.ClinicianID, page session.PageRequest) (session.Page[ApplicationWithSession], error)
}

// ApplicationWithSession is an application beside the session it asks for, whose round says whether it has lapsed.
type ApplicationWithSession struct {
	Application Application     `json:"application"`
	Session     session.Session `json:"session"`
}
