package desk

import (
	"context"
	"errors"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// decideRota makes a decision of the rota package one of the desk's; it is about the clinician of the booking, the
// application or the diary that was read.
func decideRota[C command, R any](
	decide func(C, rota.Situation, time.Time) (R, session.Decision, error),
) func(context.Context, turn[C]) (R, session.Decision, error) {
	return func(ctx context.Context, t turn[C]) (R, session.Decision, error) {
		s, err := t.desk.rotaSituation(ctx, t.read, "Clinician", t.read.Diary.Clinician)
		if err != nil {
			var none R
			return none, session.Decision{}, err
		}
		return decide(t.c, s, t.now)
	}
}

var apply = act[rota.Apply, rota.Applied]{
	name: "apply", may: clinician, field: "Session",
	want: func(_ context.Context, _ *Desk, c rota.Apply) (Want, error) {
		return Want{Session: c.Session, Clinician: c.By.Clinician}, nil
	},
	decide: func(ctx context.Context, t turn[rota.Apply]) (rota.Applied, session.Decision, error) {
		s, err := t.desk.rotaSituation(ctx, t.read, "By.Clinician", t.c.By.Clinician)
		if err != nil {
			return rota.Applied{}, session.Decision{}, err
		}
		if !belongs(s.Clinician, s.Session) {
			return rota.Applied{}, session.Decision{},
				&session.NotFoundError{Field: "Session", Kind: session.KindSession, ID: string(t.c.Session)}
		}
		return t.c.Decide(s, t.now)
	},
}

// belongs says whether a clinician and a session may know of each other: on the marketplace everybody may, on the
// rota the members of the provider, past ones included.
func belongs(c rota.ClinicianFacts, s session.Session) bool {
	if s.Channel == session.Marketplace {
		return true
	}
	for _, m := range c.Memberships {
		if m.Provider == s.Provider {
			return true
		}
	}
	return false
}

// Apply asks for a session (A4, A5). Open to clinicians.
func (d *Desk) Apply(ctx context.Context, c rota.Apply) (rota.Applied, error) {
	return do(ctx, d, c, apply)
}

var retract = act[rota.Retract, rota.Application]{
	name: "retract an application", may: clinician, field: "Application",
	want: func(_ context.Context, _ *Desk, c rota.Retract) (Want, error) {
		return Want{Application: c.Application}, nil
	},
	decide: decideRota(rota.Retract.Decide),
}

// Retract takes an application back (A4). Open to the clinician.
func (d *Desk) Retract(ctx context.Context, c rota.Retract) (rota.Application, error) {
	return do(ctx, d, c, retract)
}

var accept = act[rota.Accept, rota.Booked]{
	name: "accept an application", may: client, field: "Application",
	want: func(_ context.Context, _ *Desk, c rota.Accept) (Want, error) {
		return Want{Application: c.Application}, nil
	},
	decide: decideRota(rota.Accept.Decide),
}

// Accept books an applicant (A4, A6). Open to the client's side, but not to the applicant.
func (d *Desk) Accept(ctx context.Context, c rota.Accept) (rota.Booked, error) {
	return do(ctx, d, c, accept)
}

var decline = act[rota.Decline, rota.Application]{
	name: "decline an application", may: client, field: "Application",
	want: func(_ context.Context, _ *Desk, c rota.Decline) (Want, error) {
		return Want{Application: c.Application}, nil
	},
	decide: decideRota(rota.Decline.Decide),
}

// Decline turns an applicant down (A4). Open to the client's side.
func (d *Desk) Decline(ctx context.Context, c rota.Decline) (rota.Application, error) {
	return do(ctx, d, c, decline)
}

var allocate = act[rota.Allocate, rota.Booked]{
	name: "allocate a clinician", may: manager, field: "Session",
	want: func(ctx context.Context, d *Desk, c rota.Allocate) (Want, error) {
		facts, err := d.clinicianFacts(ctx, "Clinician", c.Clinician)
		if missing := (*session.NotFoundError)(nil); errors.As(err, &missing) {
			err = nil // said once it is known that the actor may ask
		}
		return Want{Session: c.Session, Clinician: c.Clinician, Settings: facts.Person}, err
	},
	decide: func(ctx context.Context, t turn[rota.Allocate]) (rota.Booked, session.Decision, error) {
		s, err := t.desk.rotaSituation(ctx, t.read, "Clinician", t.c.Clinician)
		if err != nil {
			return rota.Booked{}, session.Decision{}, err
		}
		if !belongs(s.Clinician, s.Session) {
			return rota.Booked{}, session.Decision{},
				&session.NotFoundError{Field: "Clinician", Kind: "clinician", ID: string(t.c.Clinician)}
		}
		person, err := t.desk.directory.Person(ctx, s.Clinician.Person)
		if err != nil {
			return rota.Booked{}, session.Decision{}, unknown(err, "Clinician", "person", string(s.Clinician.Person))
		}
		told := notify.Allocated
		if s.Application.Standing(s.Session) == rota.Pending { // theirs: it is accepted by this
			told = notify.BookingConfirmed
		}
		s.Reachable = notify.Reaches(told, person, t.read.Settings)
		return t.c.Decide(s, t.now)
	},
}

// Allocate puts a clinician on a session (A1). Open to rota managers.
func (d *Desk) Allocate(ctx context.Context, c rota.Allocate) (rota.Booked, error) {
	return do(ctx, d, c, allocate)
}

var acceptOffer = act[rota.AcceptOffer, rota.Booked]{
	name: "accept an offer", may: clinician, field: "Booking",
	want: func(_ context.Context, _ *Desk, c rota.AcceptOffer) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideRota(rota.AcceptOffer.Decide),
}

// AcceptOffer takes an offered booking (A1). Open to the clinician.
func (d *Desk) AcceptOffer(ctx context.Context, c rota.AcceptOffer) (rota.Booked, error) {
	return do(ctx, d, c, acceptOffer)
}

var declineOffer = act[rota.DeclineOffer, rota.Booked]{
	name: "decline an offer", may: clinician, field: "Booking",
	want: func(_ context.Context, _ *Desk, c rota.DeclineOffer) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideRota(rota.DeclineOffer.Decide),
}

// DeclineOffer leaves an offered booking (A1). Open to the clinician.
func (d *Desk) DeclineOffer(ctx context.Context, c rota.DeclineOffer) (rota.Booked, error) {
	return do(ctx, d, c, declineOffer)
}

var lapseOffer = act[rota.LapseOffer, rota.Booked]{
	name: "let an offer lapse", may: system, field: "Booking",
	want: func(_ context.Context, _ *Desk, c rota.LapseOffer) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideRota(rota.LapseOffer.Decide),
}

// LapseOffer ends an offer that nobody answered (A1). Open to the system.
func (d *Desk) LapseOffer(ctx context.Context, c rota.LapseOffer) (rota.Booked, error) {
	return do(ctx, d, c, lapseOffer)
}

var change = act[rota.Change, rota.Changed]{
	name: "change a session", may: client, field: "Session",
	want: func(_ context.Context, _ *Desk, c rota.Change) (Want, error) {
		return Want{Session: c.Session, Around: around(c.Start, c.End)}, nil
	},
	decide: decideRota(rota.Change.Decide),
}

// around is a span that surely holds the local times, wherever the practice is: the clash rule needs the diary there.
func around(times ...calendar.Local) calendar.Span {
	var span calendar.Span
	for _, l := range times {
		if l.Date.IsZero() {
			continue
		}
		noon := time.Date(l.Date.Year(), l.Date.Month(), l.Date.Day(), 12, 0, 0, 0, time.UTC)
		before, after := noon.Add(-session.MaxLength-48*time.Hour), noon.Add(session.MaxLength+48*time.Hour)
		if span.IsZero() || before.Before(span.Start) {
			span.Start = before
		}
		if after.After(span.End) {
			span.End = after
		}
	}
	return span
}

// Change changes a session's terms (S5). Open to the client's side.
func (d *Desk) Change(ctx context.Context, c rota.Change) (rota.Changed, error) {
	return do(ctx, d, c, change)
}

var acknowledgeChange = act[rota.AcknowledgeChange, rota.Changed]{
	name: "acknowledge a change", may: clinician, field: "Booking",
	want: func(_ context.Context, _ *Desk, c rota.AcknowledgeChange) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideRota(rota.AcknowledgeChange.Decide),
}

// AcknowledgeChange takes a material change (S5). Open to the clinician.
func (d *Desk) AcknowledgeChange(ctx context.Context, c rota.AcknowledgeChange) (rota.Changed, error) {
	return do(ctx, d, c, acknowledgeChange)
}

var refuseChange = act[rota.RefuseChange, withdrawal.Cancelled]{
	name: "refuse a change", may: clinician, field: "Booking",
	want: func(_ context.Context, _ *Desk, c rota.RefuseChange) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideRota(rota.RefuseChange.Decide),
}

// RefuseChange does not take a material change, which ends the booking as a withdrawal by the client (S5). Open to
// the clinician.
func (d *Desk) RefuseChange(ctx context.Context, c rota.RefuseChange) (withdrawal.Cancelled, error) {
	return do(ctx, d, c, refuseChange)
}

var voidChange = act[rota.VoidChange, rota.Changed]{
	name: "undo a change", may: system, field: "Booking",
	want: func(_ context.Context, _ *Desk, c rota.VoidChange) (Want, error) {
		return Want{Booking: c.Booking}, nil
	},
	decide: decideRota(rota.VoidChange.Decide),
}

// VoidChange undoes a material change that was not acknowledged before the start last agreed (S5). Open to the system.
func (d *Desk) VoidChange(ctx context.Context, c rota.VoidChange) (rota.Changed, error) {
	return do(ctx, d, c, voidChange)
}

var recheck = act[rota.Recheck, booking.Booking]{
	name: "check eligibility again", may: system, field: "Booking",
	want:   func(_ context.Context, _ *Desk, c rota.Recheck) (Want, error) { return Want{Booking: c.Booking}, nil },
	decide: decideRota(rota.Recheck.Decide),
}

// Recheck judges a booked clinician's eligibility again (A3). Open to the system.
func (d *Desk) Recheck(ctx context.Context, c rota.Recheck) (booking.Booking, error) {
	return do(ctx, d, c, recheck)
}
