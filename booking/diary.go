package booking

import (
	"fmt"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// Entry is one booking as a diary holds it. It is the one fact that crosses tenants (A7).
type Entry struct {
	Booking session.BookingID `json:"booking"`
	Session session.SessionID `json:"session"`
	// Reference is what people call the session.
	Reference session.Reference  `json:"reference"`
	Provider  session.ProviderID `json:"provider"`
	// Span is the agreed time, Also that of a pending change (S5); zero without one.
	Span calendar.Span `json:"span"`
	Also calendar.Span `json:"also,omitzero"`
}

// Overlaps says whether the entry holds any of span.
func (e Entry) Overlaps(span calendar.Span) bool {
	return e.Span.Overlaps(span) || !e.Also.IsZero() && e.Also.Overlaps(span)
}

// Entry is the booking as the diary holds it.
func (b Booking) Entry() Entry {
	return Entry{Booking: b.ID, Session: b.Session, Reference: b.Reference, Provider: b.Provider, Span: b.Terms.Span, Also: b.Pending.Terms.Span}
}

// Diary is what a decision sees of a clinician's live bookings, across practices and providers: those that could
// overlap the time in question.
type Diary struct {
	Clinician session.ClinicianID `json:"clinician"`
	// Version counts the changes of the whole diary; 0 where it never had one. Whoever books compares it and counts
	// it up, so that two bookings of one clinician exclude each other.
	Version int64   `json:"version"`
	Entries []Entry `json:"entries,omitzero"`
}

// Clash returns the first entry that overlaps span and is not the booking except.
func (d Diary) Clash(span calendar.Span, except session.BookingID) (Entry, bool) {
	for _, e := range d.Entries {
		if e.Booking != except && e.Overlaps(span) {
			return e, true
		}
	}
	return Entry{}, false
}

// DiaryChange is a record: what a decision changes in a diary.
type DiaryChange struct {
	Clinician session.ClinicianID `json:"clinician"`
	// Version is the diary's next one.
	Version int64 `json:"version"`
	// Put adds or replaces entries, by booking.
	Put []Entry `json:"put,omitzero"`
	// Drop takes entries away, by booking.
	Drop []session.BookingID `json:"drop,omitzero"`
}

// Keep returns the change that puts a booking into the diary, or replaces it there.
func (d Diary) Keep(b Booking) DiaryChange {
	return DiaryChange{Clinician: b.Clinician, Version: d.Version + 1, Put: []Entry{b.Entry()}}
}

// Free returns the change that takes a booking out of the diary.
func (d Diary) Free(b Booking) DiaryChange {
	return DiaryChange{Clinician: b.Clinician, Version: d.Version + 1, Drop: []session.BookingID{b.ID}}
}

// Subject names the diary.
func (c DiaryChange) Subject() session.Subject {
	return session.Subject{Kind: session.KindDiary, ID: string(c.Clinician)}
}

// Revision is the diary's next version.
func (c DiaryChange) Revision() int64 { return c.Version }

// Tenant is blank: a diary crosses tenants.
func (c DiaryChange) Tenant() session.ProviderID { return "" }

// About is blank: a diary belongs to no session.
func (c DiaryChange) About() session.SessionID { return "" }

// ClashError says that the clinician is booked elsewhere at the time (A7).
type ClashError struct {
	Clinician session.ClinicianID
	// You says that the actor is the clinician.
	You bool
	// Own is the overlapping booking where the actor may know of it; zero where it is another provider's, of which
	// only the existence is revealed.
	Own Entry
}

// Error is a sentence for a person.
func (e *ClashError) Error() string {
	switch {
	case e.You:
		return fmt.Sprintf("You are booked for session %s at that time.", e.Own.Reference)
	case e.Own != Entry{}:
		return fmt.Sprintf("The clinician is booked for session %s at that time.", e.Own.Reference)
	}
	return "The clinician is booked elsewhere at that time."
}

// Code returns booking_clash.
func (e *ClashError) Code() string { return "booking_clash" }

// CheckClash returns a *ClashError where the diary holds another booking that overlaps span. The actor learns which
// one if it is their provider's or their own.
func (d Diary) CheckClash(span calendar.Span, except session.BookingID, actor session.Actor) error {
	e, ok := d.Clash(span, except)
	if !ok {
		return nil
	}
	err := &ClashError{Clinician: d.Clinician, You: actor.Clinician == d.Clinician}
	if actor.Provider == e.Provider || err.You {
		err.Own = e
	}
	return err
}
