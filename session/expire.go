package session

import (
	"strconv"
	"time"
)

// EventExpired tells that a session's start passed without anybody to work it (S2).
const EventExpired EventKind = "session.expired"

// Expire is the system closing a session that nobody will work, because its start has passed: one that is open, or
// still a draft (S2). A filled one is not expired here: its offer lapses first.
type Expire struct {
	Command
	// Session is the one whose start has passed.
	Session SessionID
}

// Validate checks the fields; the error is a *FieldError.
func (c Expire) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return CheckID("Session", c.Session)
}

// Decide expires the session. The error is a *FrozenError while a support case about it is open (W4), a *StateError
// unless it is open or a draft, and a *NotStartedError before its start.
func (c Expire) Decide(s Session, now time.Time) (Session, Decision, error) {
	const act = "let it expire"
	d := Decide(c.Command, now)
	if s.Case != "" {
		return Session{}, Decision{}, &FrozenError{Reference: s.Reference, Case: s.Case}
	}
	if s.State == Filled {
		return Session{}, Decision{}, &StateError{Kind: KindSession, ID: string(s.ID), State: s.State.String(), Act: act}
	}
	next, err := s.Move(Expiring, act)
	if err != nil {
		return Session{}, Decision{}, err
	}
	if !s.Started(d.Now()) {
		return Session{}, Decision{}, &NotStartedError{Reference: s.Reference, Start: s.Terms.Span.Start, Act: act}
	}
	facts := Facts{
		"reference": string(s.Reference),
		"practice":  string(s.Practice),
		"start":     s.Terms.Span.Start.Format(time.RFC3339Nano),
	}
	if s.State == Open {
		facts["round"] = strconv.Itoa(s.Round) // the one that ended: its applicants are told
	}
	d.Write(next, Event{Kind: EventExpired, From: s.State.String(), To: next.State.String(), Facts: facts})
	return next, d, nil
}
