package desk

import "fmt"

// Unable says why a store could not answer.
type Unable string

// Why a store could not answer.
const (
	// Unavailable: the database can't be reached, doesn't answer in time, or takes no more connections.
	Unavailable Unable = "unavailable"
	// Busy: others held it for longer than the store waits. Nothing was changed; it can be tried again.
	Busy Unable = "busy"
	// Full: there is no room left. Nothing was changed.
	Full Unable = "full"
	// ReadOnly: it takes no writes: a standby, a file without permission. Nothing was changed.
	ReadOnly Unable = "read_only"
	// Outdated: its tables are not those that this release works with: migrate first.
	Outdated Unable = "outdated"
	// Restart: the caller's own transaction can't go on, and has to be begun again from its first statement.
	Restart Unable = "restart"
	// Interrupted: the caller's context ended.
	Interrupted Unable = "interrupted"
	// Failed: something else, which Err says.
	Failed Unable = "failed"
)

// StoreError says that a store could not answer. Unless Why says otherwise, it is not known whether a change was made:
// the same command can be given again, and meets its outcome if it was (P3).
type StoreError struct {
	// Op is what was asked of the store: load, commit, calendar …
	Op  string
	Why Unable
	Err error
}

// Error is a sentence for a person.
func (e *StoreError) Error() string {
	reason := map[Unable]string{
		Unavailable: "the database can't be reached",
		Busy:        "the database is busy",
		Full:        "the database has no room left",
		ReadOnly:    "the database can't be written to",
		Outdated:    "the database has to be migrated first",
		Restart:     "the transaction has to be started again",
		Interrupted: "the request was interrupted",
		Failed:      "the database could not answer",
	}[e.Why]
	return fmt.Sprintf("It did not work (%s): %s: %v", e.Op, reason, e.Err)
}

// Code returns store_ and why: store_unavailable, store_busy …
func (e *StoreError) Code() string { return "store_" + string(e.Why) }

// Unwrap returns what the database said.
func (e *StoreError) Unwrap() error { return e.Err }
