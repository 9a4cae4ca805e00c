package session

import (
	"maps"
	"strconv"
	"time"
)

// SubjectKind is the kind of thing that an event is about.
type SubjectKind string

// The kinds of things that are versioned and have events.
const (
	KindSession     SubjectKind = "session"
	KindApplication SubjectKind = "application"
	KindBooking     SubjectKind = "booking"
	KindDiary       SubjectKind = "diary"
	KindCase        SubjectKind = "support_case"
	KindFee         SubjectKind = "fee"
	KindHours       SubjectKind = "hours"
	KindInvoice     SubjectKind = "invoice"
	KindMessage     SubjectKind = "message"
	KindText        SubjectKind = "text"
	KindPolicy      SubjectKind = "policy"
	KindSettings    SubjectKind = "settings"
)

// Subject names one versioned thing.
type Subject struct {
	Kind SubjectKind `json:"kind"`
	ID   string      `json:"id"`
}

// String returns "booking/7f3c…".
func (s Subject) String() string { return string(s.Kind) + "/" + s.ID }

// EventKind says what happened, as subject and past participle: "session.withdrawn". The packages declare theirs.
type EventKind string

// Facts are the figures, ids and codes of an event, by name. Instants are RFC 3339 in UTC, amounts decimal. They
// never hold names, addresses or free text (P4).
type Facts map[string]string

// given returns a copy without the blank facts, nil where none is left.
func (f Facts) given() Facts {
	var given Facts
	for name, value := range f {
		if value == "" {
			continue
		}
		if given == nil {
			given = make(Facts, len(f))
		}
		given[name] = value
	}
	return given
}

// Event is the fact, the record (P2) and what notifications are made from (N4), at once: what changed and which
// version it has since, when, by whom in which capacity, by which command, from which state to which, and why. It is
// committed with the change that caused it, and never changed afterwards.
type Event struct {
	// Subject, Version and Kind are the event's natural key.
	Subject Subject   `json:"subject"`
	Version int64     `json:"version"`
	Kind    EventKind `json:"kind"`
	// Provider is the tenant whose record it stands in; blank for what belongs to a person alone (settings).
	Provider ProviderID `json:"provider,omitzero"`
	// Session is the session that it is about; blank where it is about none.
	Session SessionID `json:"session,omitzero"`
	// At is when, in UTC to the microsecond: the desk's clock, read once for the command.
	At      time.Time `json:"at"`
	By      Actor     `json:"by"`
	Command CommandID `json:"command"`
	// From and To are states; both blank where no state changed.
	From string `json:"from,omitzero"`
	To   string `json:"to,omitzero"`
	// Reason points to the text that says why (P4); the text may since be erased.
	Reason TextID `json:"reason,omitzero"`
	Facts  Facts  `json:"facts,omitzero"`
}

// Key returns the event's natural key as one string, stable for ever: "session/7f3c…/3/session.withdrawn".
func (e Event) Key() string {
	return e.Subject.String() + "/" + strconv.FormatInt(e.Version, 10) + "/" + string(e.Kind)
}

// Clone returns a copy that shares nothing with e.
func (e Event) Clone() Event {
	e.Facts = maps.Clone(e.Facts)
	return e
}
