package withdrawal

import (
	"fmt"
	"strings"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// NoticeError refuses a withdrawal that comes too late for the client to do alone (W3). Its sentence ends with the way
// forward.
type NoticeError struct {
	Reference session.Reference
	// Required is the notice that is needed, Given how much of its unit there was.
	Required calendar.Notice
	Given    int
	// CutOff is the instant that was missed, Words the same for a person, at the practice: "the end of Thu 2 Apr".
	CutOff calendar.CutOff
	Words  string
	// Way is how to get further all the same.
	Way Way
}

// Error is a sentence for a person.
func (e *NoticeError) Error() string {
	return fmt.Sprintf("It is too late to withdraw session %s yourself: it takes notice of %s, and was possible until %s. %s.",
		e.Reference, e.Required, e.Words, capital(e.Way.String()))
}

// Code returns short_notice.
func (e *NoticeError) Code() string { return "short_notice" }

// StaleError refuses an act because the state that was shown has changed meanwhile; nothing is changed. It wraps the
// error of a refusal, where what was allowed is no longer so.
type StaleError struct {
	// Shown is the digest that the command carried.
	Shown string
	// Now is what holds instead: to be shown, and perhaps acted upon.
	Now Assessment
}

// Error is a sentence for a person.
func (e *StaleError) Error() string {
	s := "What you were shown about session " + string(e.Now.Reference) + " has changed meanwhile."
	if err := e.Now.Err(); err != nil {
		return s + " " + err.Error()
	}
	return s + " Please look at it again before you go on."
}

// Code returns assessment_stale.
func (e *StaleError) Code() string { return "assessment_stale" }

// Unwrap returns why it is refused now; nil where it would still be allowed.
func (e *StaleError) Unwrap() error { return e.Now.Err() }

// PolicyErrors lists all that is wrong with a policy, in the order of its fields. Each one names its field by the path
// that it has in JSON, such as fee.scale[1].percent (W11).
type PolicyErrors []*session.FieldError

// Error has a line for each.
func (e PolicyErrors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Code returns invalid_policy.
func (e PolicyErrors) Code() string { return "invalid_policy" }

// Unwrap returns each of them, for errors.As.
func (e PolicyErrors) Unwrap() []error {
	all := make([]error, len(e))
	for i, err := range e {
		all[i] = err
	}
	return all
}

// Why somebody may not, completing "you may not …: ".
const (
	whySelf   = "it is about your own booking, where you act as the clinician"
	whyOthers = "that is for somebody else to do"
)

// capital begins a sentence.
func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
