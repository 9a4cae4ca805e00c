package session

import (
	"fmt"
	"time"

	"github.com/sessional-go/sessional/calendar"
)

// Coded is an error with a stable code for programs; its Error is a sentence for people. Every error that the
// library returns for something a user did is one.
type Coded interface {
	error
	Code() string
}

// FieldError refuses bad input: Field is the path of the field in the command, Problem completes the sentence.
type FieldError = calendar.FieldError

// NotFoundError says that something does not exist, or is not the actor's to see: the two are never told apart.
type NotFoundError struct {
	// Field is the command's field that named it.
	Field string
	// Kind is what was looked for: session, booking, application …
	Kind SubjectKind
	// ID is what was given.
	ID string
}

// Error is a sentence for a person.
func (e *NotFoundError) Error() string {
	return fmt.Sprintf("There is no %s %q.", e.Kind.Words(), e.ID)
}

// Code returns not_found.
func (e *NotFoundError) Code() string { return "not_found" }

// ForbiddenError says that the actor may see a thing but not do this with it in the capacity they act in (P1).
type ForbiddenError struct {
	Capacity Capacity
	// Act is what they tried: withdraw, accept …
	Act string
	// Why completes the sentence.
	Why string
}

// Error is a sentence for a person.
func (e *ForbiddenError) Error() string {
	return fmt.Sprintf("As %s you may not %s: %s.", e.Capacity.Words(), e.Act, e.Why)
}

// Code returns forbidden.
func (e *ForbiddenError) Code() string { return "forbidden" }

// StateError says that something can't be done in the state a thing is in.
type StateError struct {
	Kind SubjectKind
	ID   string
	// State is the state it is in, Act what was tried.
	State, Act string
	// Why adds what else a person should know; may be blank.
	Why string
}

// Error is a sentence for a person.
func (e *StateError) Error() string {
	s := fmt.Sprintf("The %s %s %s, so you can't %s.", e.Kind.Words(), e.Kind.verb(), spaced(e.State), e.Act)
	if e.Why != "" {
		s += " " + e.Why
	}
	return s
}

// Code returns wrong_state.
func (e *StateError) Code() string { return "wrong_state" }

// StartedError says that a session has started, after which nothing is withdrawn, changed or booked (W10).
type StartedError struct {
	Reference Reference
	// Act is what was tried.
	Act string
}

// Error is a sentence for a person.
func (e *StartedError) Error() string {
	return fmt.Sprintf("Session %s has started, so you can't %s any more.", e.Reference, e.Act)
}

// Code returns session_started.
func (e *StartedError) Code() string { return "session_started" }

// NotStartedError says that a session has not started yet, and what was tried belongs after the start (W10).
type NotStartedError struct {
	Reference Reference
	// Start is when it starts, in UTC.
	Start time.Time
	// Act is what was tried.
	Act string
}

// Error is a sentence for a person.
func (e *NotStartedError) Error() string {
	return fmt.Sprintf("Session %s has not started yet, so you can't %s.", e.Reference, e.Act)
}

// Code returns session_not_started.
func (e *NotStartedError) Code() string { return "session_not_started" }

// NotEndedError says that a session is not over yet, and what was tried belongs after its end.
type NotEndedError struct {
	Reference Reference
	// End is when it ends, in UTC.
	End time.Time
	// Act is what was tried.
	Act string
}

// Error is a sentence for a person.
func (e *NotEndedError) Error() string {
	return fmt.Sprintf("Session %s is not over yet, so you can't %s.", e.Reference, e.Act)
}

// Code returns session_not_ended.
func (e *NotEndedError) Code() string { return "session_not_ended" }

// FrozenError says that a support case about the session is open, and until it is closed nothing else happens to
// the session (W4).
type FrozenError struct {
	Reference Reference
	Case      CaseID
}

// Error is a sentence for a person.
func (e *FrozenError) Error() string {
	return fmt.Sprintf("Customer support is looking at a request to withdraw session %s; ", e.Reference) +
		"until that is settled it can't be changed."
}

// Code returns session_frozen.
func (e *FrozenError) Code() string { return "session_frozen" }
