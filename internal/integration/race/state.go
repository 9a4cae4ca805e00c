package race

import (
	"fmt"
	"slices"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// state is an island as the sequential model sees it: a session's life, who is booked when, and nothing else. A state is
// never changed in place.
type state struct {
	// sessions are those that exist at the beginning of a round or are posted in it, in the order of the round's table.
	sessions []sessionState
	// settings are the versions of the clinicians' settings.
	settings [worker.Clinicians]int32
	// done has a bit for each command that was given more than once, by its number in the round's table.
	done [2]uint64
}

// sessionState is a session; version 0 is one that isn't posted yet. It is small, since a check goes through millions.
type sessionState struct {
	version int32
	round   int16
	state   session.State
	slot    int8
	// held is the live booking.
	held held
	// applied are the applications of the session's present round, by clinician.
	applied [worker.Clinicians]application
}

// held is a live booking; id 0 for none. Ids are numbers of the island's (see island.number).
type held struct {
	id      int32
	version int32
	who     int8
	offered bool
	// slot is the one last agreed, also that of a change that waits for an answer; -1 for none.
	slot, also int8
}

// application is a clinician's; version 0 for none.
type application struct {
	version int16
	state   rota.State
}

func (s state) equal(o state) bool {
	return slices.Equal(s.sessions, o.sessions) && s.settings == o.settings && s.done == o.done
}

// with returns the state with one session changed.
func (s state) with(n int, change func(*sessionState)) state {
	s.sessions = slices.Clone(s.sessions)
	change(&s.sessions[n])
	return s
}

// clash says whether a clinician has a live booking, on another session than the excepted one, at a time that overlaps
// a slot (A7).
func (s state) clash(who, slot int8, except int) bool {
	for n, o := range s.sessions {
		if n == except || o.held.id == 0 || o.held.who != who {
			continue
		}
		if overlap(o.held.slot, slot) || o.held.also >= 0 && overlap(o.held.also, slot) {
			return true
		}
	}
	return false
}

func overlap(a, b int8) bool { return worker.SlotsOverlap(int(a), int(b)) }

// fill books somebody: the round is over, and with it every application of it.
func (s *sessionState) fill(by held) {
	s.version++
	s.round++
	s.state, s.held, s.applied = session.Filled, by, [worker.Clinicians]application{}
}

// reopen ends the booking and keeps the session, on the terms that it is offered on.
func (s *sessionState) reopen() {
	s.version++
	s.state, s.held = session.Open, held{}
}

// withdraw ends the session.
func (s *sessionState) withdraw() {
	if s.state == session.Open {
		s.round++
		s.applied = [worker.Clinicians]application{}
	}
	s.version++
	s.state, s.held = session.Withdrawn, held{}
}

// String tells the sessions that are not over, one in a line.
func (s state) String() string {
	text := ""
	for n, on := range s.sessions {
		if on.version == 0 || on.state == session.Withdrawn {
			continue
		}
		text += fmt.Sprintf("\n  session %d version %d %s, round %d, slot %d", n, on.version, on.state, on.round, on.slot)
		if on.held.id != 0 {
			text += fmt.Sprintf(", held %+v", on.held)
		}
		for who, a := range on.applied {
			if a.version > 0 {
				text += fmt.Sprintf(", application of %d version %d %s", who, a.version, a.state)
			}
		}
	}
	return text
}
