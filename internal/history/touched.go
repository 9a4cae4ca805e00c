package history

import (
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// touched is what may have changed: what is named in commits, and the sessions that their events are about. Of nil nothing
// is known: all may have changed.
type touched struct {
	sessions   map[session.SessionID]bool
	practices  map[session.PracticeID]bool
	clinicians map[session.ClinicianID]bool
	people     map[session.PersonID]bool   // by their settings
	providers  map[session.ProviderID]bool // by their policies
	cases      bool
}

func untouched() *touched {
	return &touched{
		sessions: map[session.SessionID]bool{}, practices: map[session.PracticeID]bool{},
		clinicians: map[session.ClinicianID]bool{}, people: map[session.PersonID]bool{},
		providers: map[session.ProviderID]bool{},
	}
}

// add adds what a commit changes.
func (t *touched) add(c desk.Changes) {
	for _, e := range c.Events {
		t.sessions[e.Session] = true
	}
	for _, s := range c.Sessions {
		t.practices[s.Practice] = true
	}
	for _, a := range c.Applications {
		t.clinicians[a.Clinician] = true
	}
	for _, b := range c.Bookings {
		t.practices[b.Practice], t.clinicians[b.Clinician] = true, true
	}
	for _, d := range c.Diaries {
		t.clinicians[d.Clinician] = true
	}
	for _, s := range c.Settings {
		t.people[s.Person] = true
	}
	for _, p := range c.Policies {
		t.providers[p.Provider] = true
	}
	t.cases = t.cases || len(c.Cases) > 0
}

// with adds whom the touched sessions concern, as far as that was known before.
func (t *touched) with(before View) {
	if t == nil {
		return
	}
	for id := range t.sessions {
		t.practices[before.Sessions[id].Practice] = true
	}
	for _, a := range before.Applications {
		if t.sessions[a.Session] {
			t.clinicians[a.Clinician] = true
		}
	}
}

func (t *touched) session(id session.SessionID) bool     { return t == nil || t.sessions[id] }
func (t *touched) practice(id session.PracticeID) bool   { return t == nil || t.practices[id] }
func (t *touched) clinician(id session.ClinicianID) bool { return t == nil || t.clinicians[id] }
func (t *touched) person(id session.PersonID) bool       { return t == nil || t.people[id] }
func (t *touched) provider(id session.ProviderID) bool   { return t == nil || t.providers[id] }
func (t *touched) anybody() bool                         { return t == nil || len(t.people) > 0 }
func (t *touched) anyCase() bool                         { return t == nil || t.cases }
