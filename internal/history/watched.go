package history

import (
	"context"
	"errors"

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// errDown is what a commit meets where the store is made to fail.
var errDown = errors.New("the store can't be reached")

// fault is what befalls the next commit.
type fault int

const (
	none fault = iota
	// conflict says that something had changed, although nothing has: the desk has to decide anew.
	conflict
	// lost makes the changes and loses the answer: the desk has to find its outcome.
	lost
	// down makes nothing and says so.
	down
)

// watched is the store under test, which counts what was committed, and now and then answers as stores do on a bad day.
type watched struct {
	desk.Store
	next    fault
	commits int
	// asked says that the store was asked to commit, whatever it said.
	asked bool
	// touched is what was committed to since it was last looked at.
	touched *touched
}

// touched is what may have changed: what is named in commits, and the sessions that their events are about.
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
	for id := range t.sessions {
		t.practices[before.Sessions[id].Practice] = true
	}
	for _, a := range before.Applications {
		if t.sessions[a.Session] {
			t.clinicians[a.Clinician] = true
		}
	}
}

// Commit passes the changes on, but for the fault that is due.
func (s *watched) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	due := s.next
	s.next = none
	switch due {
	case none, lost:
	case conflict:
		return desk.Conflict, nil
	case down:
		return 0, errDown
	}
	s.asked = true
	verdict, err := s.Store.Commit(ctx, c)
	if verdict == desk.Done && err == nil {
		s.commits++
		s.touched.add(c)
	}
	if due == lost {
		return 0, errDown
	}
	return verdict, err
}
