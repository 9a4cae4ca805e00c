package race

import (
	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// table says what doesn't change in a round: which session is which.
type table struct {
	sessions map[session.SessionID]int
	firstly  []bool // first come, first served
	offers   []bool // allocations are offers
}

// operation is one thing that somebody did on an island: a command with its answer, or a look.
type operation struct {
	act    *worker.Act
	answer worker.Answer
	effect effect
	// on is the session's place in the table, who the clinician, slot and asked the act's.
	on               int
	who, slot, asked int8
	round            int16
	// made is the number of the booking that the command makes, if it makes one; about that of the one it is about.
	made, about int32
	// repeated is the command's number among those that were given more than once; -1 for one that wasn't.
	repeated int
	// seen is what a look saw, cut what the store held at the end of the round.
	seen *sight
	cut  *state
}

// step says whether an operation can happen in a state, with the answer that it had, and which state it leads to.
func (t table) step(s state, o *operation) (bool, state) {
	switch {
	case o.cut != nil:
		s.done = o.cut.done // what was given twice is known from the answers
		return s.equal(*o.cut), s
	case o.seen != nil:
		return s.sessions[o.on].looks(*o.seen, o.who), s
	case o.repeated >= 0 && s.isDone(o.repeated):
		return o.answer.Code == "", s // it gets its first answer, which the ledger compares (P3)
	case o.answer.Code != "":
		return t.refusable(s, o), s
	}
	next, ok := t.succeed(s, o)
	if !ok || !next.shows(o) {
		return false, s
	}
	if o.repeated >= 0 && (o.act.Name != "SetPreferences" || next.settings != s.settings) {
		next.done[o.repeated/64] |= 1 << (o.repeated % 64)
	}
	return true, next
}

func (s state) isDone(n int) bool { return s.done[n/64]&(1<<(n%64)) != 0 }

// succeed is what a command leads to, and whether it can succeed at all.
func (t table) succeed(s state, o *operation) (state, bool) {
	if o.act.Name == "SetPreferences" {
		if o.effect.settings != s.settings[o.who] { // where nothing changes there is no new version
			s.settings[o.who]++
		}
		return s, true
	}
	on := s.sessions[o.on]
	if o.act.Name == "Post" {
		return s.with(o.on, func(n *sessionState) {
			*n = sessionState{version: 1, state: session.Open, slot: o.slot}
		}), on.version == 0
	}
	if on.version == 0 {
		return s, false
	}
	switch o.act.Name {
	case "Withdraw":
		return s.with(o.on, (*sessionState).withdraw), on.state == session.Open || on.state == session.Filled
	case "Change":
		return t.change(s, o)
	case "Apply", "Retract", "Accept", "Decline", "Allocate":
		return t.choose(s, o)
	}
	return t.answer(s, o)
}

// choose is what leads to a booking: applications, and what becomes of them (A1, A4, A5).
func (t table) choose(s state, o *operation) (state, bool) {
	on := s.sessions[o.on]
	mine := on.applied[o.who]
	if on.state != session.Open {
		return s, false
	}
	pending := mine.state == rota.Pending
	free := !s.clash(o.who, on.slot, -1)
	become := func(to rota.State) state {
		return s.with(o.on, func(n *sessionState) { n.applied[o.who] = application{mine.version + 1, to} })
	}
	switch o.act.Name {
	case "Apply":
		next := become(rota.Pending)
		if t.firstly[o.on] {
			next = s.fill(o, false)
		}
		return next, free && (mine.version == 0 || mine.state == rota.Retracted)
	case "Allocate":
		// Whoever has applied has asked for it, and isn't asked again.
		return s.fill(o, t.offers[o.on] && !pending), free
	}
	if !pending || o.round != on.round {
		return s, false
	}
	switch o.act.Name {
	case "Retract":
		return become(rota.Retracted), true
	case "Decline":
		return become(rota.Declined), true
	}
	return s.fill(o, false), free // Accept
}

// fill books an operation's clinician for its session.
func (s state) fill(o *operation, offered bool) state {
	return s.with(o.on, func(n *sessionState) {
		n.fill(held{id: o.made, version: 1, who: o.who, offered: offered, slot: n.slot, also: -1})
	})
}

// change moves a session; with somebody booked it is a question to them, unless it leads back to what was agreed (S5).
func (t table) change(s state, o *operation) (state, bool) {
	on, to := s.sessions[o.on], o.slot
	if on.slot == to {
		return s, false
	}
	next := s.with(o.on, func(n *sessionState) {
		n.version++
		n.slot = to
		if n.held.id == 0 {
			return
		}
		n.held.version++
		n.held.also = -1
		if n.held.slot != to {
			n.held.also = to
		}
	})
	if on.state == session.Filled {
		return next, !s.clash(on.held.who, to, o.on)
	}
	return next, on.state == session.Open
}

// answer is what is done about a live booking.
func (t table) answer(s state, o *operation) (state, bool) {
	b := s.sessions[o.on].held
	if b.id == 0 || b.id != o.about {
		return s, false
	}
	asked := b.also >= 0 && b.also == o.asked
	switch o.act.Name {
	case "AcceptOffer":
		return s.with(o.on, func(n *sessionState) { n.held.offered = false; n.held.version++ }), b.offered
	case "DeclineOffer":
		return s.with(o.on, (*sessionState).reopen), b.offered
	case "AcknowledgeChange":
		return s.with(o.on, func(n *sessionState) {
			n.held.slot, n.held.also = n.held.also, -1
			n.held.version++
		}), asked
	case "RefuseChange":
		return s.with(o.on, (*sessionState).reopen), asked && !b.offered
	case "CancelBooking", "EndBooking":
		return s.with(o.on, (*sessionState).reopen), true
	}
	return s, false
}

// refusable says whether a state is a reason for the refusal that a command met.
func (t table) refusable(s state, o *operation) bool {
	on := s.sessions[o.on]
	switch o.answer.Code {
	case "session_gone":
		return on.version > 0 && on.state != session.Open && o.answer.State == on.state.String()
	case "already_applied":
		return on.hasApplied(o)
	case "booking_clash":
		if o.act.Name == "Change" {
			return on.held.id != 0 && s.clash(on.held.who, o.slot, o.on)
		}
		return s.clash(o.who, on.slot, -1)
	case "nothing_changed":
		return on.slot == o.slot
	case "change_replaced":
		return on.held.id == o.about && on.held.also >= 0 && on.held.also != o.asked
	case "wrong_state":
		return t.wrongState(s, o)
	}
	return false // nobody in these stories does anything that is refused for another reason
}

// hasApplied says whether an operation's clinician has applied, and it stands as the refusal says.
func (s sessionState) hasApplied(o *operation) bool {
	if o.answer.State == rota.Accepted.String() {
		return s.state == session.Filled && s.held.who == o.who
	}
	mine := s.applied[o.who]
	return s.state == session.Open && mine.version > 0 && mine.state.String() == o.answer.State
}

// wrongState says whether the thing that a command is about is in a state in which it can't be done.
func (t table) wrongState(s state, o *operation) bool {
	on := s.sessions[o.on]
	switch o.act.Name {
	case "Retract", "Accept", "Decline":
		if o.round != on.round || on.state != session.Open {
			return true
		}
		mine := on.applied[o.who]
		return mine.state != rota.Pending && mine.state.String() == o.answer.State
	case "Allocate", "Change", "Withdraw":
		return on.version > 0 && o.answer.State == on.state.String()
	}
	if on.held.id != o.about {
		return o.answer.State == booking.Cancelled.String()
	}
	switch o.act.Name {
	case "AcceptOffer", "DeclineOffer":
		return !on.held.offered
	case "AcknowledgeChange":
		return on.held.also < 0
	case "RefuseChange":
		return on.held.also < 0 || on.held.offered
	case "CancelBooking", "EndBooking":
		return on.held.offered
	}
	return false
}

// sight is what somebody saw of a session: all but the applications of others.
type sight struct {
	version        int32
	round          int16
	state          session.State
	slot           int8
	booking        int32
	bookingVersion int32
	booked         int8
	// application is the state of the clinician's own; 0 for none.
	application rota.State
}

// looks says whether a session looks as somebody saw it.
func (s sessionState) looks(seen sight, who int8) bool {
	own := sight{
		version: s.version, round: s.round, state: s.state, slot: s.slot, booking: s.held.id,
		bookingVersion: s.held.version, booked: s.held.who, application: s.applied[who].state,
	}
	return own == seen
}
