package desk

import (
	"fmt"

	"github.com/sessional-go/sessional/session"
)

// ConflictError says that others kept changing the same things while the command was tried. Nothing was changed; the
// same command can be given again.
type ConflictError struct {
	Command session.CommandID
	Tries   int
}

// Error is a sentence for a person.
func (e *ConflictError) Error() string {
	return "Somebody else is changing the same session right now; please try again."
}

// Code returns conflict.
func (e *ConflictError) Code() string { return "conflict" }

// ReusedError says that the actor used the same command id before, for something else (P3). Nothing was changed.
type ReusedError struct {
	Command session.CommandID
}

// Error is a sentence for a person.
func (e *ReusedError) Error() string {
	return fmt.Sprintf("The command id %s was used before, for something else.", e.Command)
}

// Code returns command_reused.
func (e *ReusedError) Code() string { return "command_reused" }

// BrokenError says that a decision or a host's own code did not hold the library's rules: a bug, not something a user
// did. Nothing was changed.
type BrokenError struct {
	Act string
	Err error
}

// Error says what is broken.
func (e *BrokenError) Error() string { return fmt.Sprintf("sessional: %s: %v", e.Act, e.Err) }

// Code returns broken.
func (e *BrokenError) Code() string { return "broken" }

// Unwrap returns what is broken.
func (e *BrokenError) Unwrap() error { return e.Err }
