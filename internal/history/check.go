package history

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// done is one command, or one look of the keeper, with what became of it.
type done struct {
	name    string
	head    session.Command
	command any
	result  any
	refused error
	at      time.Time
	commits int
	// look says that it was the keeper's look: any number of commands.
	look bool
}

// check compares what there was with what there is.
func (d done) check(before, after View) error {
	if d.refused != nil {
		return d.checkRefused(before, after)
	}
	if d.commits == 0 && (d.name == "Recheck" || d.look) {
		return unchanged("N4", before, after)
	}
	if !d.look && d.commits != 1 {
		return faulty("P3", "%s was accepted with %d commits", d.name, d.commits)
	}
	for _, rule := range []func(before, after View) error{
		d.checkActor, d.checkVersions, d.checkFrozen, d.checkEndings, d.checkCases,
	} {
		if err := rule(before, after); err != nil {
			return err
		}
	}
	return invariants(before, after)
}

// checkRefused asks that a refusal changes nothing and says why.
func (d done) checkRefused(before, after View) error {
	coded, broken, conflict := session.Coded(nil), (*desk.BrokenError)(nil), (*desk.ConflictError)(nil)
	switch {
	case errors.Is(d.refused, errDown):
	case errors.As(d.refused, &broken):
		return faulty("N4", "%s: %v", d.name, d.refused)
	case errors.As(d.refused, &conflict):
		return faulty("A7", "%s met a conflict with nobody: %v", d.name, d.refused)
	case !errors.As(d.refused, &coded) || coded.Code() == "" || d.refused.Error() == "":
		return faulty("P1", "%s is refused without a code: %T %v", d.name, d.refused, d.refused)
	}
	if d.commits != 0 {
		return faulty("P3", "%s was refused (%v) and committed", d.name, d.refused)
	}
	if err := unchanged("P3", before, after); err != nil {
		return err
	}
	return d.checkNotice(before)
}

func unchanged(rule string, before, after View) error {
	if !reflect.DeepEqual(before, after) {
		return faulty(rule, "a refusal changed something: %s", difference(before, after))
	}
	return nil
}

// Exact makes cmp compare what the library's values are made of.
var Exact = cmp.Options{
	cmp.Comparer(decimal.Decimal.Equal), cmp.Comparer(time.Time.Equal),
	cmp.Comparer(func(a, b calendar.Clock) bool { return a == b }),
	cmp.Comparer(func(a, b calendar.Date) bool { return a == b }),
}

func difference(before, after View) string { return cmp.Diff(before, after, Exact) }

// checkActor is P1: the capacity may, it is their own, and nobody decides about themselves.
func (d done) checkActor(_, after View) error { //nolint:cyclop // a flat list of clauses, each with what is wrong where it does not hold
	by := d.head.By
	if d.look {
		return nil
	}
	if !slices.Contains(capacities[d.name], by.Capacity) {
		return faulty("P1", "%s may not %s, and did", by.Capacity, d.name)
	}
	for _, b := range after.Bookings {
		for _, e := range after.Events[string(b.Session)] {
			own := e.Command == d.head.ID && e.By == by && e.Subject == b.Subject()
			if own && by.Capacity != session.AsClinician && by.Person == b.Person && slices.Contains(deciding, d.name) {
				return faulty("P1", "%s decided about themselves: %s", by.Person, d.name)
			}
		}
	}
	for id, s := range after.Sessions {
		for _, e := range after.Events[string(id)] {
			if e.Command != d.head.ID || e.By != by {
				continue
			}
			if by.Capacity == session.AsPractice && s.Practice != by.Practice || by.Capacity.Client() && s.Provider != by.Provider {
				return faulty("P1", "%v changed a session of %s", by, s.Practice)
			}
		}
	}
	return nil
}

// versioned is how a thing stood, for the comparison of two views.
type versioned struct {
	version int64
	state   string
}

// state is where a thing stands, in words; blank for what has no states.
func state(r session.Record) string {
	switch v := r.(type) {
	case session.Session:
		return v.State.String()
	case rota.Application:
		return v.State.String()
	case booking.Booking:
		return v.State.String()
	case withdrawal.Case:
		return v.State.String()
	case withdrawal.Fee:
		return v.State.String()
	case booking.Hours:
		return v.State.String()
	case booking.Invoice:
		return v.State.String()
	case session.Text:
		if v.Erased.IsZero() {
			return "written"
		}
		return "erased"
	}
	return ""
}

// checkVersions is P2 and N4: versions rise one by one, each with its event; each event has its change; what was
// recorded stays; and states follow the tables.
func (d done) checkVersions(before, after View) error { //nolint:cyclop // a flat list of clauses, each with what is wrong where it does not hold
	old, now := before.records(), after.records()
	told, fresh, err := d.events(before, after)
	if err != nil {
		return err
	}
	for subject, r := range old {
		if now[subject] == nil {
			return faulty("P2", "%s is gone", subject)
		}
		if n := now[subject].Revision(); n < r.Revision() {
			return faulty("P2", "the version of %s went back from %d to %d", subject, r.Revision(), n)
		}
	}
	for subject, r := range now {
		was := versioned{}
		if o := old[subject]; o != nil {
			was = versioned{o.Revision(), state(o)}
			if o.Revision() == r.Revision() {
				if !reflect.DeepEqual(o, r) {
					return faulty("P2", "%s changed and kept its version %d: %s", subject, r.Revision(),
						cmp.Diff(o, r, Exact))
				}
				continue
			}
		}
		if !d.look && r.Revision() != was.version+1 {
			return faulty("P2", "the version of %s went from %d to %d", subject, was.version, r.Revision())
		}
		if err := chain(r, was, told, fresh); err != nil {
			return err
		}
	}
	for at, events := range told {
		if r := now[at.subject]; r == nil || r.Revision() < at.version {
			return faulty("N4", "%s tells of a change that isn't there", events[0].Key())
		}
		if o := old[at.subject]; o != nil && o.Revision() >= at.version {
			return faulty("N4", "%s tells of what had happened before", events[0].Key())
		}
	}
	return checkDiaries(before, after)
}

// place is one version of a thing.
type place struct {
	subject session.Subject
	version int64
}

// events are the new ones, by what they tell of, after asking that the others are as they were.
func (d done) events(before, after View) (told map[place][]session.Event, pointed map[session.TextID]bool, err error) {
	told, pointed = map[place][]session.Event{}, map[session.TextID]bool{}
	seen := map[string]bool{}
	for feed, events := range after.Events {
		n := len(before.Events[feed])
		if len(events) < n || !slices.EqualFunc(before.Events[feed], events[:n], sameEvent) {
			return nil, nil, faulty("P2", "the record of %s changed", feed)
		}
		for _, e := range events[n:] {
			if seen[e.Key()] {
				return nil, nil, faulty("P2", "%s stands twice", e.Key())
			}
			seen[e.Key()] = true
			if !e.At.Equal(d.at) || e.By != d.head.By || !d.look && e.Command != d.head.ID || e.Command == "" {
				return nil, nil, faulty("P2", "%s says %v by %v with %s", e.Key(), e.At, e.By, e.Command)
			}
			at := place{e.Subject, e.Version}
			told[at] = append(told[at], e)
			pointed[e.Reason], pointed[session.TextID(e.Facts["text"])] = true, true
		}
	}
	for feed := range before.Events {
		if len(after.Events[feed]) == 0 {
			return nil, nil, faulty("P2", "the record of %s is gone", feed)
		}
	}
	return told, pointed, nil
}

func sameEvent(a, b session.Event) bool {
	return a.Subject == b.Subject && a.Version == b.Version && a.Kind == b.Kind && a.Provider == b.Provider &&
		a.Session == b.Session && a.At.Equal(b.At) && a.By == b.By && a.Command == b.Command && a.From == b.From &&
		a.To == b.To && a.Reason == b.Reason && maps.Equal(a.Facts, b.Facts)
}

// chain follows a thing from the version it had to the one it has: an event for each, and states that lead from one to
// the next as the tables allow.
func chain(r session.Record, was versioned, told map[place][]session.Event, pointed map[session.TextID]bool) error {
	subject, state := r.Subject(), state(r)
	if subject.Kind == session.KindText && r.Revision() == 1 {
		if !pointed[session.TextID(subject.ID)] {
			return faulty("P4", "nothing points to %s", subject)
		}
		return nil
	}
	at := was.state
	for v := was.version + 1; v <= r.Revision(); v++ {
		events := told[place{subject, v}]
		if len(events) == 0 {
			return faulty("N4", "%s changed to version %d without an event", subject, v)
		}
		for _, e := range events {
			if e.From == "" && e.To == "" {
				continue
			}
			if e.From != at || !may(subject.Kind, e.From, e.To) {
				return faulty(ruleOf[subject.Kind], "%s is told to go from %q to %q, and was %q", e.Key(), e.From, e.To, at)
			}
			at = e.To
		}
	}
	if at != state {
		return faulty("P2", "%s went from %q to %q, and the events tell of %q", subject, was.state, state, at)
	}
	return nil
}

// checkDiaries asks that a diary counts up exactly when it changes.
func checkDiaries(before, after View) error {
	for who, now := range after.Diaries {
		was := before.Diaries[who]
		same := reflect.DeepEqual(was.Entries, now.Entries)
		if now.Version < was.Version || !same && now.Version == was.Version {
			return faulty("A7", "the diary of %s changed, and its version went from %d to %d", who, was.Version, now.Version)
		}
	}
	return nil
}

// checkFrozen is W4: while a case is open nothing else happens to its session.
func (d done) checkFrozen(before, after View) error {
	for id, was := range before.Sessions {
		now := after.Sessions[id]
		b, nb := before.Bookings[was.Booking], after.Bookings[was.Booking]
		if was.Case == "" || slices.Contains(unfreezing, d.name) {
			if was.Case != "" && d.look && now.State != was.State && b.State != booking.Offered {
				return faulty("W4", "the keeper moved session %s, about which a case is open", was.Reference)
			}
			continue
		}
		if now.Version != was.Version || nb.Version != b.Version && d.name != "Recheck" {
			return faulty("W4", "%s changed session %s, about which a case is open", d.name, was.Reference)
		}
		for _, a := range after.Applications {
			if a.Session == id && a.Version != before.Applications[a.ID].Version && d.name == "Apply" {
				return faulty("W4", "somebody applied for session %s, about which a case is open", was.Reference)
			}
		}
	}
	return nil
}
