package race

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// island is one island over all rounds.
type island struct {
	no       int
	patience time.Duration
	// sessions are those that exist, in the order in which they became known.
	sessions []known
	// at is what the store held at the end of the last round.
	at state
	// numbers stand for bookings, from 1.
	numbers map[session.BookingID]int32
}

// number stands for a booking in the model; 0 for none.
func (i *island) number(id session.BookingID) int32 {
	if id == "" {
		return 0
	}
	if i.numbers == nil {
		i.numbers = map[session.BookingID]int32{}
	}
	if i.numbers[id] == 0 {
		i.numbers[id] = int32(len(i.numbers) + 1)
	}
	return i.numbers[id]
}

// held is a booking in the model's words; nothing for one that isn't live.
func (i *island) held(b booking.Booking) held {
	if !b.State.Live() {
		return held{}
	}
	return held{
		id: i.number(b.ID), version: int32(b.Version), who: i.whoIs(b.Clinician), offered: b.State == booking.Offered,
		slot: slotOf(b.Terms.Span), also: slotOf(b.Pending.Terms.Span),
	}
}

func slotOf(span calendar.Span) int8 { return int8(worker.SlotOf(span)) }

// known is what never changes about a session.
type known struct {
	id      session.SessionID
	firstly bool
	offers  bool
}

// check asks whether the calls and looks of a round on this island could have happened one after the other, from what
// the store held at its beginning to what it holds now (A7, P3). Nobody may be writing meanwhile. Commands of which it
// is not known what came of them may have happened until now, or not at all: the store knows.
func (i *island) check(ctx context.Context, store desk.Store, h *history) error {
	i.meet(h)
	now := worker.Monotonic()
	at, err := i.read(ctx, store)
	if err != nil {
		return err
	}
	ops, err := i.operations(ctx, store, h, now)
	if err != nil {
		return err
	}
	cut := at
	ops = append(ops, porcupine.Operation{Input: &operation{cut: &cut}, Call: now + 1, Return: now + 2})
	t := i.table()
	begin := i.at
	for len(begin.sessions) < len(i.sessions) {
		begin.sessions = append(slices.Clip(begin.sessions), sessionState{})
	}
	model := porcupine.Model{
		Init:  func() any { return begin },
		Step:  func(s, input, _ any) (bool, any) { return t.step(s.(state), input.(*operation)) }, //nolint:errcheck // the model's own
		Equal: func(a, b any) bool { return a.(state).equal(b.(state)) },                          //nolint:errcheck // likewise
	}
	result, info := porcupine.CheckOperationsVerbose(model, ops, i.patience)
	i.at = at
	if result == porcupine.Ok {
		i.forget()
		return nil
	}
	if result == porcupine.Unknown {
		return fmt.Errorf("A7: the history of island %d was not checked within %s: %d operations", i.no, i.patience, len(ops))
	}
	return fmt.Errorf("A7: what happened on island %d can't have happened one after the other:\n%s",
		i.no, stuck(ops, info, t, begin))
}

// meet makes the sessions known that were posted in a round.
func (i *island) meet(h *history) {
	there := map[session.SessionID]bool{}
	for _, k := range i.sessions {
		there[k.id] = true
	}
	for _, c := range h.calls {
		a := c.act.About
		if c.act.Name != "Post" || a.Island != i.no || there[a.Session] {
			continue
		}
		there[a.Session] = true
		south := strings.Contains(c.act.Key.Actor, string(worker.South))
		i.sessions = append(i.sessions, known{id: a.Session, firstly: a.Choosing == session.FirstCome, offers: south})
	}
}

// forget drops the sessions that are over, and will not be heard of again but by late repeats.
func (i *island) forget() {
	var sessions []known
	at := state{settings: i.at.settings}
	for n, s := range i.at.sessions {
		if s.version > 0 && s.state != session.Withdrawn {
			sessions, at.sessions = append(sessions, i.sessions[n]), append(at.sessions, s)
		}
	}
	i.sessions, i.at = sessions, at
}

func (i *island) table() table {
	t := table{sessions: map[session.SessionID]int{}}
	for n, k := range i.sessions {
		t.sessions[k.id] = n
		t.firstly, t.offers = append(t.firstly, k.firstly), append(t.offers, k.offers)
	}
	return t
}

// read reads what the store holds of the island.
func (i *island) read(ctx context.Context, store desk.Store) (state, error) {
	var s state
	for n := range worker.Clinicians {
		read, err := store.Load(ctx, desk.Want{Settings: worker.AsClinician(worker.ClinicianOf(i.no, n)).Person})
		if err != nil {
			return s, err
		}
		s.settings[n] = int32(read.Settings.Version)
	}
	for _, k := range i.sessions {
		on, err := i.readSession(ctx, store, k.id)
		if err != nil {
			return s, err
		}
		s.sessions = append(s.sessions, on)
	}
	return s, nil
}

func (i *island) readSession(ctx context.Context, store desk.Store, id session.SessionID) (sessionState, error) {
	var on sessionState
	for n := range worker.Clinicians {
		who := worker.ClinicianOf(i.no, n)
		read, err := store.Load(ctx, desk.Want{Session: id, Clinician: who})
		if err != nil {
			return on, err
		}
		v := read.Session
		if v.Version == 0 {
			return on, nil
		}
		on.version, on.round, on.state, on.slot = int32(v.Version), int16(v.Round), v.State, slotOf(v.Terms.Span)
		if b := read.Booking; v.Booking != "" && b.ID == v.Booking {
			on.held = i.held(b)
		}
		if a := read.Application; a.Version > 0 && a.Clinician == who && a.Round == v.Round {
			on.applied[n] = application{int16(a.Version), a.State}
		}
	}
	return on, nil
}

// whoIs is a clinician's number on the island; 0 for nobody.
func (i *island) whoIs(id session.ClinicianID) int8 {
	for n := range worker.Clinicians {
		if worker.ClinicianOf(i.no, n) == id {
			return int8(n)
		}
	}
	return 0
}

// operations are the island's share of a round's history, up to now.
func (i *island) operations(
	ctx context.Context, store desk.Store, h *history, now int64,
) ([]porcupine.Operation, error) {
	t, times := i.table(), h.times()
	repeated := map[desk.CommandKey]int{}
	var ops []porcupine.Operation
	for _, c := range h.calls {
		on, known := t.sessions[c.act.About.Session]
		if c.act.About.Island != i.no || saysNothing(c) || !known && c.act.Name != "SetPreferences" {
			continue // also what is about a session that was over before the round began
		}
		o := i.operation(c)
		o.on = on
		if _, numbered := repeated[c.act.Key]; times[c.act.Key] > 1 && !numbered {
			repeated[c.act.Key] = len(repeated)
		}
		if n, numbered := repeated[c.act.Key]; numbered {
			o.repeated = n
		}
		op := porcupine.Operation{Input: o, Call: c.from, Return: c.until}
		if c.until == 0 || c.answer.Code == worker.UnknownCode {
			op.Return = now
			if happened, err := i.resolve(ctx, store, o); err != nil {
				return nil, err
			} else if !happened {
				continue
			}
		}
		if err := i.understand(o); err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	if most := 64 * len(state{}.done); len(repeated) > most {
		return nil, fmt.Errorf("%d commands were given more than once, at most %d", len(repeated), most)
	}
	return append(ops, i.sights(h, t)...), nil
}

// saysNothing says whether a call says nothing of the state, whatever that is: others were faster all the time, something
// that was shown has changed, or it is about something that the model leaves out. The ledger knows of these, too.
func saysNothing(c *call) bool {
	return c.act.Name == "PublishPolicy" || c.act.Name == "SendMessage" && c.answer.Code == "" ||
		c.answer.Code == "conflict" || c.answer.Code == "assessment_stale"
}

// understand reads what a command is said to have led to.
func (i *island) understand(o *operation) (err error) {
	if o.answer.Code == "" {
		o.effect, err = i.effectOf(o.act.Name, o.answer.Result)
	}
	return err
}

// operation is a call in the model's words; which session it is about, and whether it was repeated, the table knows.
func (i *island) operation(c *call) *operation {
	about := c.act.About
	made := session.HashID[session.BookingID](c.act.Key.Actor, string(c.act.Key.Command), "booking")
	return &operation{
		act: c.act, answer: c.answer, repeated: -1, who: i.whoIs(about.Clinician), slot: int8(about.Slot),
		asked: int8(about.Asked), round: int16(about.Round), made: i.number(made), about: i.number(about.Booking),
	}
}

// sights are the looks at the island's sessions.
func (i *island) sights(h *history, t table) []porcupine.Operation {
	var ops []porcupine.Operation
	for _, l := range h.looks {
		on, known := t.sessions[l.seen.Session]
		if !known || l.seen.Island != i.no {
			continue
		}
		seen := sight{
			version: int32(l.seen.Version), round: int16(l.seen.Round), state: l.seen.State, slot: int8(l.seen.Slot),
			booking: i.number(l.seen.Booking), bookingVersion: int32(l.seen.BookingVersion), booked: i.whoIs(l.seen.Booked),
			application: l.seen.Application,
		}
		o := &operation{seen: &seen, on: on, who: i.whoIs(l.seen.Clinician), repeated: -1}
		ops = append(ops, porcupine.Operation{Input: o, Call: l.from, Return: l.until})
	}
	return ops
}

// resolve finds out whether a command happened of which that isn't known, and what its answer would have been.
func (i *island) resolve(ctx context.Context, store desk.Store, o *operation) (bool, error) {
	out, err := store.Outcome(ctx, o.act.Key)
	if errors.Is(err, desk.ErrNoOutcome) {
		return false, nil
	}
	o.answer = worker.Answer{Result: out.Result}
	return true, err
}

// stuck tells how far the history goes, and what can't follow.
func stuck(ops []porcupine.Operation, info porcupine.LinearizationInfo, t table, s state) string {
	var longest []int
	for _, partial := range info.PartialLinearizations() {
		for _, p := range partial {
			if len(p) > len(longest) {
				longest = p
			}
		}
	}
	through := map[int]bool{}
	for _, n := range longest {
		through[n] = true
		_, s = t.step(s, ops[n].Input.(*operation)) //nolint:errcheck // the model's own
	}
	text := fmt.Sprintf("%d of %d operations can, then it is %v", len(longest), len(ops), s)
	shown := 0
	for n, op := range ops {
		if !through[n] && shown < 12 {
			text += "\n  next " + op.Input.(*operation).String() //nolint:errcheck // the model's own
			shown++
		}
	}
	for n := max(0, len(longest)-12); n < len(longest); n++ {
		text += "\n  last " + ops[longest[n]].Input.(*operation).String() //nolint:errcheck // the model's own
	}
	return text
}

// String tells an operation in one line.
func (o *operation) String() string {
	switch {
	case o.cut != nil:
		return "the end of the round"
	case o.seen != nil:
		return fmt.Sprintf("look at session %d: %+v", o.on, *o.seen)
	}
	e := o.effect
	return fmt.Sprintf("%s %s on session %d by clinician %d about %+v: %q %q %q; session version %d %s round %d, booking %+v",
		o.act.Name, o.act.Key.Command, o.on, o.who, o.act.About, o.answer.Code, o.answer.State, o.answer.Text,
		e.session.version, e.session.state, e.session.round, e.booking.held)
}
