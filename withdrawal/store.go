package withdrawal

import (
	"context"

	"github.com/sessional-go/sessional/session"
)

// CaseQuery asks for support cases.
type CaseQuery struct {
	// Practice keeps only those of one practice; blank: all.
	Practice session.PracticeID
	// States keeps only cases in one of them; none given: all.
	States []CaseState
	Page   session.PageRequest
}

// Validate checks the query's fields; the error is a *session.FieldError.
func (q CaseQuery) Validate() error {
	if q.Practice != "" {
		if err := session.CheckID("Practice", q.Practice); err != nil {
			return err
		}
	}
	for _, s := range q.States {
		if !s.Valid() {
			return &session.FieldError{Field: "States", Problem: "holds an unknown state"}
		}
	}
	return q.Page.Validate()
}

// Store is what the withdrawal package asks of a store.
type Store interface {
	// Cases lists support cases in order of target and id: the most pressing first. With a provider only those of
	// that provider; support asks with a blank one.
	Cases(ctx context.Context, provider session.ProviderID, q CaseQuery) (session.Page[Case], error)
	// Policies returns all versions of a provider's policy, without the built-in one.
	Policies(ctx context.Context, provider session.ProviderID) (Policies, error)
}
