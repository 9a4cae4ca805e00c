package worker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// How often, in a hundred, a user gives a command that was given before: their own last one again, as after an answer
// that got lost, or one that another process gives at the same time.
const (
	againPercent  = 5
	sharedPercent = 10
)

// live is how many sessions a practice wants to have open or filled.
const live = 2

// user is somebody who looks at a session and then does something about it, over and over: on behalf of whoever may.
type user struct {
	w    *worker
	play Play
	no   int
	made int
	rng  *rand.Rand
	last *Act
}

func newUser(w *worker, p Play, no int) *user {
	return &user{w: w, play: p, no: no, rng: rand.New(rand.NewPCG(p.Seed, uint64(no)))}
}

// act gives as many commands as the play asks for.
func (u *user) act(ctx context.Context) {
	for range u.play.Commands {
		if u.last != nil && u.rng.IntN(100) < againPercent {
			u.w.perform(ctx, *u.last)
			continue
		}
		a, err := u.choose(ctx)
		if err != nil {
			u.w.unable("choosing: " + err.Error())
			continue
		}
		if u.rng.IntN(100) < sharedPercent {
			u.w.say.line(Line{Kind: Shared, Act: &a})
		}
		u.w.perform(ctx, a)
		u.last = &a
	}
}

// head is a fresh command's.
func (u *user) head(by session.Actor) session.Command {
	u.made++
	return session.Do(session.CommandID(fmt.Sprintf("round-%d-user-%d-%d", u.play.Round, u.no, u.made)), by)
}

// scene is what a user sees when they make up their mind.
type scene struct {
	desk.Snapshot
	island    int
	provider  session.ProviderID
	clinician session.ClinicianID
	slot      int
}

// about is what a command in this scene is about.
func (s scene) about() About {
	return About{
		Island: s.island, Session: s.Session.ID, Clinician: s.clinician, Booking: s.Booking.ID,
		Round: s.Application.Round, Slot: s.slot, Asked: SlotOf(s.Booking.Pending.Terms.Span),
	}
}

// choose looks around, and makes a command that may well succeed, if nobody is faster.
func (u *user) choose(ctx context.Context) (Act, error) {
	s := scene{
		island: u.rng.IntN(Islands), provider: Providers()[u.rng.IntN(2)], slot: u.rng.IntN(Slots),
	}
	s.clinician = ClinicianOf(s.island, u.rng.IntN(Clinicians))
	found, err := u.w.store.Calendar(ctx, s.provider, session.CalendarQuery{
		Practice: PracticeOf(s.provider, s.island), Within: season(),
		States: []session.State{session.Open, session.Filled},
	})
	if err != nil {
		return Act{}, err
	}
	if n := len(found.Items); n == 0 || n < live && u.rng.IntN(2) == 0 {
		return u.post(s)
	}
	on := found.Items[u.rng.IntN(len(found.Items))].Session
	if s.Snapshot, err = u.look(ctx, s.island, on.ID, s.clinician); err != nil {
		return Act{}, err
	}
	choices := u.always(s)
	if s.Session.State == session.Filled {
		choices = append(choices, u.filled(s)...)
	} else {
		choices = append(choices, u.open(s)...)
	}
	return u.pick(ctx, s, choices)
}

// season is when all sessions are.
func season() calendar.Span {
	return calendar.Span{Start: opening, End: opening.AddDate(0, 1, 0)}
}

// look reads a session, with the application of one clinician, and tells what it saw.
func (u *user) look(
	ctx context.Context, island int, id session.SessionID, who session.ClinicianID,
) (desk.Snapshot, error) {
	from := Monotonic()
	read, err := u.w.store.Load(ctx, desk.Want{Session: id, Clinician: who})
	if err != nil {
		return read, err
	}
	seen := SeenIn(island, who, read)
	u.w.say.line(Line{Kind: Looked, At: from, Until: Monotonic(), Seen: &seen})
	return read, nil
}

// SeenIn is what a snapshot says of a session, and of a clinician's application in its round.
func SeenIn(island int, who session.ClinicianID, read desk.Snapshot) Seen {
	s := read.Session
	seen := Seen{
		Island: island, Session: s.ID, State: s.State, Version: s.Version, Round: s.Round,
		Slot: SlotOf(s.Terms.Span), Clinician: who,
	}
	if b := read.Booking; s.Booking != "" && b.ID == s.Booking {
		seen.Booking, seen.BookingVersion, seen.Booked = b.ID, b.Version, b.Clinician
	}
	if a := read.Application; a.Version > 0 && a.Clinician == who && a.Round == s.Round {
		seen.Application = a.State
	}
	return seen
}

// choice is something that a user might do, and how likely.
type choice struct {
	weight int
	make   func(context.Context) (any, error)
}

func (u *user) pick(ctx context.Context, s scene, choices []choice) (Act, error) {
	sum := 0
	for _, c := range choices {
		sum += c.weight
	}
	n := u.rng.IntN(sum)
	for _, c := range choices {
		if n -= c.weight; n < 0 {
			command, err := c.make(ctx)
			if err != nil {
				return Act{}, err
			}
			return NewAct(command, s.about())
		}
	}
	return Act{}, fmt.Errorf("nothing to choose from")
}

// simply is a choice that needs no further looking.
func simply(weight int, command func() any) choice {
	return choice{weight, func(context.Context) (any, error) { return command(), nil }}
}

func (u *user) post(s scene) (Act, error) {
	choosing := session.Review
	if u.rng.IntN(2) == 0 {
		choosing = session.FirstCome
	}
	head := u.head(Staff(s.provider, s.island))
	about := s.about()
	about.Session, about.Choosing = session.DeriveID[session.SessionID](head, "session"), choosing
	return NewAct(shift(head, PracticeOf(s.provider, s.island), s.slot, choosing), about)
}

// always is what can be done whatever the session's state.
func (u *user) always(s scene) []choice {
	staff := Staff(s.provider, s.island)
	return []choice{
		simply(4, func() any {
			return notify.SetPreferences{
				Command: u.head(AsClinician(s.clinician)), Person: AsClinician(s.clinician).Person,
				Emails: notify.Emails{Messages: notify.Switch(1 + u.made%2)},
			}
		}),
		{5, func(ctx context.Context) (any, error) {
			a, err := u.w.desk.AssessWithdrawal(ctx, staff, s.Session.ID)
			return withdrawal.Withdraw{
				Command: u.head(staff), Session: s.Session.ID, Shown: shown(a), Confirmed: true, Reason: "The boiler has burst.",
			}, ignoreGone(err)
		}},
		simply(8, func() any {
			c := rota.Change{Command: u.head(staff), Session: s.Session.ID}
			c.Start, c.End = SlotTimes(s.slot)
			return c
		}),
	}
}

// open is what can be done about a session that is open.
func (u *user) open(s scene) []choice {
	staff := Staff(s.provider, s.island)
	choices := []choice{
		simply(30, func() any { return rota.Apply{Command: u.head(AsClinician(s.clinician)), Session: s.Session.ID} }),
		simply(10, func() any {
			return rota.Allocate{Command: u.head(Manager(s.provider)), Session: s.Session.ID, Clinician: s.clinician}
		}),
	}
	if s.Application.Version == 0 {
		return choices
	}
	id := s.Application.ID
	return append(choices,
		simply(30, func() any { return rota.Accept{Command: u.head(staff), Application: id} }),
		simply(8, func() any { return rota.Decline{Command: u.head(staff), Application: id, Reason: "Too far away."} }),
		simply(10, func() any { return rota.Retract{Command: u.head(AsClinician(s.clinician)), Application: id} }),
		simply(8, func() any {
			return booking.SendMessage{
				Command: u.head(staff), Session: s.Session.ID, To: s.clinician, Body: "Do you know the way?",
			}
		}),
	)
}

// filled is what can be done about a session that somebody is booked for.
func (u *user) filled(s scene) []choice {
	staff, b := Staff(s.provider, s.island), s.Booking
	who := AsClinician(b.Clinician)
	choices := []choice{
		{25, func(ctx context.Context) (any, error) {
			a, err := u.w.desk.AssessCancellation(ctx, who, b.ID)
			return withdrawal.CancelBooking{Command: u.head(who), Booking: b.ID, Shown: shown(a), Reason: "I am ill."}, ignoreGone(err)
		}},
		{10, func(ctx context.Context) (any, error) {
			a, err := u.w.desk.AssessEnding(ctx, staff, b.ID)
			return withdrawal.EndBooking{Command: u.head(staff), Booking: b.ID, Shown: shown(a), Reason: "We are closed."}, ignoreGone(err)
		}},
		simply(10, func() any { return rota.Apply{Command: u.head(AsClinician(s.clinician)), Session: s.Session.ID} }),
		simply(8, func() any {
			return booking.SendMessage{Command: u.head(who), Session: s.Session.ID, Body: "Where is it?"}
		}),
	}
	if b.State == booking.Offered {
		choices = append(choices,
			simply(25, func() any { return rota.AcceptOffer{Command: u.head(who), Booking: b.ID} }),
			simply(12, func() any { return rota.DeclineOffer{Command: u.head(who), Booking: b.ID, Reason: "I am away."} }))
	}
	if !b.Pending.IsZero() {
		choices = append(choices,
			simply(30, func() any {
				return rota.AcknowledgeChange{Command: u.head(who), Booking: b.ID, Shown: b.Pending.Shown()}
			}),
			simply(15, func() any {
				return rota.RefuseChange{Command: u.head(who), Booking: b.ID, Shown: b.Pending.Shown(), Reason: "Too late for me."}
			}))
	}
	return choices
}

// outdated is shown where what somebody wanted to look at has gone meanwhile: the command that carries it is refused.
const outdated = "gone-meanwhile"

func shown(a withdrawal.Assessment) string {
	if a.Shown == "" {
		return outdated
	}
	return a.Shown
}

// ignoreGone leaves out that something has gone meanwhile: whoever acts on it all the same learns it from the desk.
func ignoreGone(err error) error {
	var gone session.Coded
	if errors.As(err, &gone) && gone.Code() == "not_found" {
		return nil
	}
	return err
}
