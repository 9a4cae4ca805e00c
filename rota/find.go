package rota

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// FindWork is a clinician looking for sessions (A2).
type FindWork struct {
	// By is the clinician.
	By session.Actor
	// Channel is Rota or Marketplace: the two are listed apart.
	Channel session.Channel
	// Within keeps sessions whose start lies in it; zero: all that are still to come. A zero End is open.
	Within calendar.Span
	// Role keeps those of one role; blank: all.
	Role session.Role
	// Practice keeps those of one practice; blank: all.
	Practice session.PracticeID
	// MinWorth keeps those worth at least this much, in their own currency: whole pence, more than zero. Zero: all.
	MinWorth decimal.Decimal
	Page     session.PageRequest
}

// Search is FindWork as a store answers it: the clinician's standing resolved into what can be looked up.
type Search struct {
	Clinician session.ClinicianID
	Channel   session.Channel
	// Providers are those the clinician is a member of, sorted; only they count on the rota. Where there are none,
	// nothing is found there.
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

// Validate checks the fields; the error is a *session.FieldError.
func (f FindWork) Validate() error {
	if err := f.By.Validate(); err != nil {
		return err
	}
	switch {
	case f.By.Capacity != session.AsClinician:
		return &session.FieldError{Field: "By.Capacity", Problem: "must be clinician: who finds work is one"}
	case !f.Channel.Valid():
		return &session.FieldError{Field: "Channel", Problem: "must be rota or marketplace"}
	case !f.Within.End.IsZero() && !f.Within.End.After(f.Within.Start):
		return &session.FieldError{Field: "Within", Problem: "must end after it starts"}
	}
	if !f.MinWorth.IsZero() {
		if err := (session.Money{Amount: f.MinWorth, Currency: session.GBP}).CheckPositive("MinWorth"); err != nil {
			return err
		}
	}
	if err := session.CheckName("Role", string(f.Role), false); err != nil {
		return err
	}
	if f.Practice != "" {
		if err := session.CheckID("Practice", f.Practice); err != nil {
			return err
		}
	}
	return f.Page.Validate()
}

// Search resolves the clinician's standing: on the rota the providers whose member they are, or will be; what they
// find there still has to be Visible for its date. The error is a *NotApprovedError for the marketplace unless they
// are fully approved (A3).
func (f FindWork) Search(c ClinicianFacts, now time.Time) (Search, error) {
	if f.Channel == session.Marketplace && !c.Approved {
		return Search{}, &NotApprovedError{Clinician: c.ID}
	}
	s := Search{
		Clinician: c.ID, Channel: f.Channel, Within: f.Within, Role: f.Role, Practice: f.Practice, MinWorth: f.MinWorth,
		Page: f.Page,
	}
	if now = session.Instant(now); s.Within.Start.Before(now) {
		s.Within.Start = now
	}
	if f.Channel == session.Marketplace {
		return s, nil
	}
	// A membership's last day is local to the practice, which isn't known here: no zone is a day behind UTC.
	y, m, day := now.AddDate(0, 0, -1).Date()
	yesterday, err := calendar.NewDate(y, m, day)
	if err != nil {
		return Search{}, err
	}
	for _, member := range c.Memberships {
		if member.Until.IsZero() || !member.Until.Before(yesterday) {
			s.Providers = append(s.Providers, member.Provider)
		}
	}
	slices.Sort(s.Providers)
	s.Providers = slices.Compact(s.Providers)
	return s, nil
}

// Visible says whether Find work shows a listing to a clinician: its session is open and they are eligible for it, by
// the provider's policy and the practice's calendar, on the session's own date (A3). A session that clashes with a
// booking of theirs is shown.
func Visible(l Listing, c ClinicianFacts, policy withdrawal.Policy, cal *calendar.Calendar) bool {
	if l.Session.State != session.Open {
		return false
	}
	found, err := Eligible(c, l.Session, l.Session.Terms, policy, cal)
	return err == nil && len(found) == 0
}

// Words say how many have applied (A2): "Nobody has applied yet", "You and 2 others have applied".
func (l Listing) Words() string {
	switch others := l.Applicants - 1; {
	case l.Applicants <= 0:
		return "Nobody has applied yet"
	case l.Applied && others == 0:
		return "You have applied"
	case l.Applied && others == 1:
		return "You and 1 other have applied"
	case l.Applied:
		return fmt.Sprintf("You and %d others have applied", others)
	case others == 0:
		return "1 clinician has applied"
	}
	return fmt.Sprintf("%d clinicians have applied", l.Applicants)
}
