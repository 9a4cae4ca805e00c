package desk

import (
	"fmt"
	"slices"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Check guards a value that a decision read and doesn't write: it must still have the version that was read, until
// the commit is through. Checks of one value don't exclude each other; a check and a write do.
//
// Version 0 says that it isn't there. What isn't there can't be locked: the check holds where whoever would make it
// checks something that the same changes write, as who applies checks the session. A diary's holds always: everybody
// has one, empty at version 0, and whoever books them for something else has nothing else in common with these changes.
type Check struct {
	Subject session.Subject
	// Provider is whose it is; blank for what is nobody's alone.
	Provider session.ProviderID
	Version  int64
}

// checkOf guards a record at the version that was read.
func checkOf[R session.Record](r R) Check {
	return Check{Subject: r.Subject(), Provider: r.Tenant(), Version: r.Revision()}
}

// Changes is what a commit makes happen, all or nothing. Each record carries its next version: the store compares the
// one before it, and for version 1 that there is none. A diary's version 0 and its absence are the same.
type Changes struct {
	Key     CommandKey
	Outcome Outcome
	Checks  []Check

	Sessions     []session.Session
	Applications []rota.Application
	Bookings     []booking.Booking
	Diaries      []booking.DiaryChange
	Cases        []withdrawal.Case
	Fees         []withdrawal.Fee
	Hours        []booking.Hours
	Invoices     []booking.Invoice
	Messages     []booking.Message
	Policies     []withdrawal.Policy
	Settings     []notify.Settings
	Texts        []session.Text

	Events []session.Event
}

// newChanges sorts a decision into changes, and guards everything that was read and isn't written.
func newChanges(want Want, read Snapshot, d session.Decision) (Changes, error) {
	c := Changes{Texts: slices.Clone(d.Texts), Events: d.Events}
	written := map[session.Subject]bool{}
	for _, r := range d.Records {
		written[r.Subject()] = true
		if err := c.put(r); err != nil {
			return Changes{}, err
		}
	}
	for _, check := range read.checks() {
		if check.Version > 0 && !written[check.Subject] {
			c.Checks = append(c.Checks, check)
		}
	}
	for _, check := range absent(want, read, written) {
		if !written[check.Subject] {
			c.Checks = append(c.Checks, check)
		}
	}
	return c, nil
}

// absent guards what was looked for and isn't there, where nobody may make it meanwhile.
func absent(want Want, read Snapshot, written map[session.Subject]bool) []Check {
	var all []Check
	s, b := read.Session, read.Booking
	if want.Clinician != "" && read.Application.Version == 0 && s.Version > 0 && written[s.Subject()] {
		// A decision that fills or closes the session depends on it: a clinician who applies meanwhile is booked by their
		// application (A1), and doesn't lose it.
		id := rota.ApplicationID(s.ID, s.Round, want.Clinician)
		all = append(all, Check{Subject: session.Subject{Kind: session.KindApplication, ID: string(id)}, Provider: s.Provider})
	}
	if b.Version > 0 && read.Hours.Version == 0 && written[b.Subject()] {
		// Once its hours are approved, what became of a booking is settled.
		all = append(all, Check{Subject: session.Subject{Kind: session.KindHours, ID: string(b.ID)}, Provider: b.Provider})
	}
	if d := checkOf(read.diary()); d.Subject.ID != "" && d.Version == 0 {
		all = append(all, d) // nobody books them for the first time (A7)
	}
	return all
}

func (c *Changes) put(r session.Record) error {
	switch v := r.(type) {
	case session.Session:
		c.Sessions = append(c.Sessions, v)
	case rota.Application:
		c.Applications = append(c.Applications, v)
	case booking.Booking:
		c.Bookings = append(c.Bookings, v)
	case booking.DiaryChange:
		c.Diaries = append(c.Diaries, v)
	case withdrawal.Case:
		c.Cases = append(c.Cases, v)
	case withdrawal.Fee:
		c.Fees = append(c.Fees, v)
	case booking.Hours:
		c.Hours = append(c.Hours, v)
	case booking.Invoice:
		c.Invoices = append(c.Invoices, v)
	case booking.Message:
		c.Messages = append(c.Messages, v)
	case withdrawal.Policy:
		c.Policies = append(c.Policies, v)
	case notify.Settings:
		c.Settings = append(c.Settings, v)
	case session.Text:
		c.Texts = append(c.Texts, v)
	default:
		return fmt.Errorf("a decision wrote a %T, which no store keeps", r)
	}
	return nil
}

// list is the values of one kind that changes write.
type list interface {
	records(all []session.Record) []session.Record
	versions(all []version) []version
}

// lists are all values written, in the order in which a store locks them.
func (c Changes) lists() []list {
	return []list{
		listOf[session.Session](c.Sessions), listOf[rota.Application](c.Applications), listOf[booking.Booking](c.Bookings),
		listOf[booking.DiaryChange](c.Diaries), listOf[withdrawal.Case](c.Cases), listOf[withdrawal.Fee](c.Fees),
		listOf[booking.Hours](c.Hours), listOf[booking.Invoice](c.Invoices), listOf[booking.Message](c.Messages),
		listOf[withdrawal.Policy](c.Policies), listOf[notify.Settings](c.Settings), listOf[session.Text](c.Texts),
	}
}

type listOf[R session.Record] []R

func (l listOf[R]) records(all []session.Record) []session.Record {
	for _, r := range l {
		all = append(all, r)
	}
	return all
}

func (l listOf[R]) versions(all []version) []version {
	for i := range l {
		all = append(all, version{l[i].Subject(), l[i].Revision()})
	}
	return all
}

// Records are all values written, in the order in which a store locks them.
func (c Changes) Records() []session.Record {
	var all []session.Record
	for _, some := range c.lists() {
		all = some.records(all)
	}
	return all
}

// version is one version of one thing.
type version struct {
	subject session.Subject
	version int64
}

// versions are those of all values written. Every commit is validated by them: as records they would be copied for it.
func (c Changes) versions() []version {
	all := make([]version, 0, 8)
	for _, some := range c.lists() {
		all = some.versions(all)
	}
	return all
}

// Validate refuses changes that no store should make: a change without its event, an event without its change (N4),
// a version below 1, a text that nothing points to, two events alike, an event that doesn't say who, when and by
// which command (P2).
func (c Changes) Validate() error {
	told, err := c.told()
	if err != nil {
		return err
	}
	written := make(map[version]bool, 8)
	for _, v := range c.versions() {
		if v.version < 1 {
			return fmt.Errorf("%s is written with version %d", v.subject, v.version)
		}
		if written[v] {
			return fmt.Errorf("%s is written twice", v.subject)
		}
		written[v] = true
		if err := c.explained(v, told[v]); err != nil {
			return err
		}
	}
	for v := range told {
		if !written[v] {
			return fmt.Errorf("an event tells of %s at version %d, which is not written", v.subject, v.version)
		}
	}
	return nil
}

// told returns the versions that events tell of, once each event says who, when and by which command (P2).
func (c Changes) told() (map[version]bool, error) {
	type key struct {
		of   version
		kind session.EventKind
	}
	told, keys := make(map[version]bool, 8), make(map[key]bool, 8)
	for i := range c.Events {
		e := &c.Events[i]
		if e.At.IsZero() || e.Command == "" || e.Kind == "" || e.By.Capacity == 0 {
			return nil, fmt.Errorf("event %s does not say who, when, what or by which command", e.Key())
		}
		k := key{version{e.Subject, e.Version}, e.Kind}
		if keys[k] {
			return nil, fmt.Errorf("event %s stands twice", e.Key())
		}
		keys[k], told[k.of] = true, true
	}
	return told, nil
}

// explained refuses a version without its event. A diary has that of the booking that changes it, a new text that of
// whatever points to it.
func (c Changes) explained(v version, told bool) error {
	switch {
	case v.subject.Kind == session.KindDiary:
		return nil
	case v.subject.Kind == session.KindText && v.version == 1:
		for i := range c.Events {
			if e := &c.Events[i]; string(e.Reason) == v.subject.ID || e.Facts["text"] == v.subject.ID {
				return nil
			}
		}
		return fmt.Errorf("%s is not pointed to by any event", v.subject)
	case !told:
		return fmt.Errorf("%s changes without an event", v.subject)
	}
	return nil
}
