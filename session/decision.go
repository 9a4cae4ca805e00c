package session

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Record is a versioned value as a store keeps it. A decision never changes one in place: it returns the next one,
// whose version is one higher, and version 1 for a new one.
type Record interface {
	// Subject names it.
	Subject() Subject
	// Revision is its version.
	Revision() int64
	// Tenant is the provider whose it is; blank where it is nobody's alone.
	Tenant() ProviderID
	// About is the session it belongs to; blank where it belongs to none.
	About() SessionID
}

// Decision is what a pure decision asks the store to commit, all or nothing: the records it writes, the texts these
// point to, and the events that tell of it (P2, N4). Decisions are made by the commands of session, booking,
// withdrawal and rota; the desk adds the guards and commits.
type Decision struct {
	Records []Record
	Texts   []Text
	Events  []Event

	head Command
	now  time.Time
}

// Decide begins the decision of a command at an instant.
func Decide(head Command, now time.Time) Decision { return Decision{head: head, now: Instant(now)} }

// Instant is t as the library keeps it: in UTC, to the microsecond.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Now is the instant of the decision.
func (d *Decision) Now() time.Time { return d.now }

// Write adds a record with the event that tells of it. Of the event, kind, states, reason and facts are the caller's;
// the rest is filled in here, so that no change is without its event and none has somebody else's.
func (d *Decision) Write(r Record, e Event) {
	d.put(r)
	d.Tell(r, e)
}

// Tell adds a further event about a record that is written, or was. Of its facts a copy without the blank ones is
// kept.
func (d *Decision) Tell(r Record, e Event) {
	e.Subject, e.Version = r.Subject(), r.Revision()
	e.Provider, e.Session = r.Tenant(), r.About()
	e.At, e.By, e.Command = d.now, d.head.By, d.head.ID
	e.Facts = e.Facts.given()
	d.Events = append(d.Events, e)
}

// Book adds a change of a diary, the one record without an event of its own: the booking that changes it has one.
func (d *Decision) Book(r Record) { d.put(r) }

// put replaces the record of the same subject, so that a decision made of several steps writes it once. The list is
// copied first: a copy of the decision made before keeps what it had.
func (d *Decision) put(r Record) {
	same := func(other Record) bool { return other.Subject() == r.Subject() }
	if i := slices.IndexFunc(d.Records, same); i >= 0 {
		d.Records = slices.Clone(d.Records)
		d.Records[i] = r
		return
	}
	d.Records = append(d.Records, r)
}

// Note keeps what a person wrote, trimmed, as an erasable text of a provider, and returns its id (P4); a blank body
// keeps nothing and returns a blank id.
func (d *Decision) Note(class TextClass, provider ProviderID, about SessionID, body string) TextID {
	if blank(body) {
		return ""
	}
	body = strings.TrimSpace(body)
	t := Text{
		ID:       DeriveID[TextID](d.head, "text/"+strconv.Itoa(len(d.Texts))),
		Version:  1,
		Provider: provider,
		Session:  about,
		Class:    class,
		Body:     body,
		By:       d.head.By.Person,
		Written:  d.now,
	}
	d.Texts = append(d.Texts, t)
	return t.ID
}
