package notify

import (
	"slices"
	"time"

	"github.com/sessional-go/sessional/session"
)

// EventUnreachable tells that something which can't be turned off reached a person over no channel (N2). It happens
// once for each event and person, in the commit that ends the last hope: the plan's where there is no address at all,
// otherwise that of the last delivery to be given up or parked. Its facts are those of the event that nobody could tell
// them of, as far as they say what it is about, its key (event), the kind of message (notice), and whom to phone
// (person).
const EventUnreachable session.EventKind = "notice.unreachable"

// KindNotice is the kind of the subject of EventUnreachable: an event told to one person. Its id follows from both.
const KindNotice session.SubjectKind = "notice"

// passedOn are the facts that EventUnreachable has of the event that a person couldn't be told of.
var passedOn = []string{"practice", "clinician", "reference", "role", "start", "end"}

// Unreached returns the event that a person could not be told of another one, to be raised with what shows it: see
// Settlement.Raise and Chunk.Raise. It returns false for a kind that can be turned off, of which nobody need be told, and
// for what tells of such an event itself: whom to phone is told to several people, and there is an end to it.
func Unreached(e session.Event, k Kind, person session.PersonID, at time.Time) (session.Event, bool) {
	if t, _ := k.Trait(); !t.Must || e.Kind == EventUnreachable {
		return session.Event{}, false
	}
	id := session.HashID[string](string(EventUnreachable), e.Key(), string(person))
	facts := session.Facts{"event": e.Key(), "notice": string(k), "person": string(person)}
	for _, name := range passedOn {
		if v := e.Facts[name]; v != "" {
			facts[name] = v
		}
	}
	return session.Event{
		Subject: session.Subject{Kind: KindNotice, ID: id}, Version: 1, Kind: EventUnreachable, Provider: e.Provider,
		Session: e.Session, At: session.Instant(at), By: session.System(), Command: session.CommandID(id), Facts: facts,
	}, true
}

// PlanUnreached returns what a plan for one person raises: the event of Unreached where none of the deliveries will be
// sent, unless they did it themselves and need not be told.
func PlanUnreached(e session.Event, planned []Delivery, at time.Time) (session.Event, bool) {
	reached := func(d Delivery) bool { return d.State == Planned || d.Why == IsActor || d.Why == NotReached }
	if len(planned) == 0 || slices.ContainsFunc(planned, reached) {
		return session.Event{}, false
	}
	return Unreached(e, planned[0].Kind, planned[0].Person, at)
}

// raises is what the end of a delivery raises if nothing else has got through, nil where that is nothing: it was given up
// or parked, or the person has turned this channel off meanwhile.
func raises(c Claim, o Outcome) *session.Event {
	ended := o.State == GivenUp || o.State == Unknown && o.Retry.IsZero() || o.State == Stale && o.Why == SettingOff
	if !ended {
		return nil
	}
	e, must := Unreached(c.Event, c.Delivery.Kind, c.Delivery.Person, o.At)
	if !must {
		return nil
	}
	return &e
}
