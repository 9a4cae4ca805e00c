package desk

import (
	"context"
	"errors"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// ErrNoOutcome is what Store.Outcome returns for a command that was never committed.
var ErrNoOutcome = errors.New("no outcome of this command")

// Store keeps the state of the workflow. rota/store/memory is one; rota/store/storetest is the contract.
//
// A store returns values that share no memory with what it keeps, instants in UTC to the microsecond, and for what
// isn't there the zero value: only a store that can't answer returns an error. It refuses to read a state it doesn't
// know.
type Store interface {
	session.Store
	booking.Store
	withdrawal.Store
	rota.Store

	// Load reads everything a decision depends on, as of one instant.
	Load(ctx context.Context, want Want) (Snapshot, error)
	// Outcome returns what a command led to, or ErrNoOutcome.
	Outcome(ctx context.Context, key CommandKey) (Outcome, error)
	// Commit makes all of the changes or none. It returns Done; Conflict, where a guard or version doesn't fit or a
	// second live booking or an overlap would result; or Repeated, where the command was committed before. Neither
	// Conflict nor Repeated changes anything. With an error it is not known whether the changes were made.
	Commit(ctx context.Context, changes Changes) (Verdict, error)

	// Record lists the events of a session, or of one subject, in the order of their commits (P2).
	Record(ctx context.Context, provider session.ProviderID, q RecordQuery) (session.Page[session.Event], error)
	// Texts returns the texts of the ids that exist, in any order.
	Texts(ctx context.Context, ids ...session.TextID) ([]session.Text, error)
	// TextsWritten lists the texts that fit a query and are not erased, in order of writing and id (P4).
	TextsWritten(ctx context.Context, q session.TextQuery) (session.Page[session.Text], error)
	// Settings returns the settings of the people who have any, in any order.
	Settings(ctx context.Context, people ...session.PersonID) ([]notify.Settings, error)
	// Due lists the ids of what time has brought about by an instant, in order of time and id.
	Due(ctx context.Context, what Due, at time.Time, page session.PageRequest) (session.Page[string], error)
}

// Want says what to load: at most one root, and what hangs on it. From the root a store goes on by itself: an
// application, booking, case or invoice to its session; a session to its live booking and its open case; a booking to
// its fee and hours.
type Want struct {
	Session     session.SessionID
	Reference   session.Reference
	Application session.ApplicationID
	Booking     session.BookingID
	Case        session.CaseID
	Invoice     session.InvoiceID
	Text        session.TextID
	// Clinician asks for that clinician's diary and their application in the session's current round; not given:
	// the diary of the application's or booking's clinician.
	Clinician session.ClinicianID
	// Around widens the part of the diary that is read beyond what overlaps the session's and booking's own times.
	Around calendar.Span
	// Provider is whose policies are wanted; not given: the session's.
	Provider session.ProviderID
	// Settings is whose settings are wanted.
	Settings session.PersonID
}

// Snapshot is what was loaded. What isn't there is zero, with version 0.
type Snapshot struct {
	Session     session.Session
	Application rota.Application
	Booking     booking.Booking
	// Diary has the clinician filled in wherever one is known, also at version 0.
	Diary    booking.Diary
	Case     withdrawal.Case
	Fee      withdrawal.Fee
	Hours    booking.Hours
	Invoice  booking.Invoice
	Text     session.Text
	Settings notify.Settings
	// Policies are immutable once published, and so are not guarded.
	Policies withdrawal.Policies
	// Known says whether Want.Clinician, or else the booking's, has ever applied to or been booked for the session.
	Known bool
}

// checks guard the versioned values that were read, in a fixed order.
func (s *Snapshot) checks() []Check {
	return []Check{
		checkOf(s.Session), checkOf(s.Application), checkOf(s.Booking), checkOf(s.diary()), checkOf(s.Case), checkOf(s.Fee),
		checkOf(s.Hours), checkOf(s.Invoice), checkOf(s.Text), checkOf(s.Settings),
	}
}

// diary is the diary as a record.
func (s *Snapshot) diary() booking.DiaryChange {
	return booking.DiaryChange{Clinician: s.Diary.Clinician, Version: s.Diary.Version}
}

// CommandKey is a command's identity: its id, scoped to its actor (P3).
type CommandKey struct {
	Actor   string
	Command session.CommandID
}

// Outcome is what a command led to, kept with the change it made (P3).
type Outcome struct {
	// Digest covers the actor and every field of the command.
	Digest string
	// Result is what the caller got, as JSON.
	Result []byte
	At     time.Time
}

// Verdict is the answer of a commit.
type Verdict uint8

// The verdicts.
const (
	// Done means that all changes were made.
	Done Verdict = iota + 1
	// Conflict means that something read has changed since; nothing was changed.
	Conflict
	// Repeated means that this command was committed before; nothing was changed.
	Repeated
)

// String returns done, conflict or repeated.
func (v Verdict) String() string {
	switch v {
	case Done:
		return "done"
	case Conflict:
		return "conflict"
	case Repeated:
		return "repeated"
	}
	return "unknown"
}

// RecordQuery asks for events.
type RecordQuery struct {
	// Session or Subject is whose; exactly one is given.
	Session session.SessionID
	Subject session.Subject
	Page    session.PageRequest
}

// Due is a kind of thing that time brings about.
type Due uint8

// What time brings about; the ids that Store.Due lists are those of sessions or bookings.
const (
	// DueExpiry lists sessions that are open or draft and whose start is not after the instant.
	DueExpiry Due = iota + 1
	// DueCompletion lists sessions with a confirmed booking whose end is not after the instant and that no case
	// freezes.
	DueCompletion
	// DueOffer lists offered bookings whose OfferedUntil or start is not after the instant.
	DueOffer
	// DueChange lists live bookings with a pending change whose agreed start, or changed one, is not after the instant.
	DueChange
	// DueFee lists the bookings of fees whose Due is not after the instant.
	DueFee
	// DueRecheck lists live bookings whose agreed start is not after the instant: asked with one that lies ahead.
	DueRecheck
	// DueReminder lists confirmed bookings whose agreed start is not after the instant, which lies ahead, and whose
	// clinician was not reminded of that start.
	DueReminder
)
