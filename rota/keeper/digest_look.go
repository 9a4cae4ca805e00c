package keeper

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// Register is what a Directory has to be, too, where digests are made by a schedule: it knows everybody, and answers
// for many at once. memory.Directory is one.
type Register interface {
	// Clinicians lists the clinicians in the order of their ids, those after one, up to limit; blank: from the first.
	// None: an empty list.
	Clinicians(ctx context.Context, after session.ClinicianID, limit int) ([]rota.ClinicianFacts, error)
	// People returns how people are reached, in any order; those it doesn't know are left out.
	People(ctx context.Context, ids ...session.PersonID) ([]notify.Person, error)
}

// Daily is the schedule of a digest every day at a time by the clinician's own clock; by UTC for one without a
// Location. Where a clock change skips that time, it is as much later as the change skips.
func Daily(at calendar.Clock) func(after time.Time, p notify.Person) time.Time {
	return func(after time.Time, p notify.Person) time.Time {
		zone := p.Location
		if zone == nil {
			zone = time.UTC
		}
		year, month, day := after.In(zone).Date()
		for ; ; day++ {
			next := time.Date(year, month, day, at.Hour(), at.Minute(), 0, 0, zone)
			if next.After(after) {
				return next
			}
		}
	}
}

// Look makes the digests of all clinicians whose time has come since their last one, and returns how many had
// something to say, and when the next one's time comes. One that comes late, because no process ran for days, makes
// one digest each. Who never had one gets it at once. The error joins what went wrong, which didn't hold up the rest.
//
// It goes through the register a page at a time, and holds no more than that page of it. It is safe in several
// processes at once: the clinician's mark is the claim on their digest, and a process that finds another at work in a
// page leaves it the rest, goes on with the next page, and comes back in the end for what may have been left.
//
// Without what is required it makes none, and the error is a *session.FieldError.
func (d *Digester) Look(ctx context.Context) (made int, next time.Time, err error) {
	if err := d.ready(); err != nil {
		return 0, time.Time{}, err
	}
	register := d.Register
	if register == nil {
		register, _ = d.Directory.(Register)
	}
	if register == nil {
		return 0, time.Time{}, missing("Digester.Register")
	}
	run := d.begin()
	by := d.timetable(register)
	var left []session.ClinicianID
	look := func(after session.ClinicianID) (last session.ClinicianID, overtaken bool, err error) {
		page, err := register.Clinicians(ctx, after, digestPage)
		if err != nil || len(page) == 0 {
			return "", false, err
		}
		overtaken = run.page(ctx, page, by)
		return page[len(page)-1].ID, overtaken, ctx.Err()
	}
	by.giveWay = true
	for after := session.ClinicianID(""); ; {
		last, overtaken, err := look(after)
		if err != nil {
			return run.made, by.next, errors.Join(append(run.failed, err)...)
		}
		if last == "" {
			break
		}
		if overtaken {
			left = append(left, after)
		}
		after = last
	}
	by.giveWay = false
	for _, after := range left {
		if _, _, err := look(after); err != nil {
			return run.made, by.next, errors.Join(append(run.failed, err)...)
		}
	}
	return run.made, by.next, errors.Join(run.failed...)
}

// Run looks whenever somebody's time comes, until the context ends, and returns why it did. It looks first when it is
// started.
func (d *Digester) Run(ctx context.Context) error {
	for {
		_, next, err := d.Look(ctx)
		wait := time.Hour // nobody is registered, or wants any
		if !next.IsZero() {
			wait = next.Sub(d.clock())
		}
		if err != nil && ctx.Err() == nil {
			if wrong := (*session.FieldError)(nil); errors.As(err, &wrong) && strings.HasPrefix(wrong.Field, "Digester.") {
				return err
			}
			wait = min(wait, orDefault(d.Retry, 5*time.Minute))
			if d.Logger != nil {
				d.Logger.ErrorContext(ctx, "not every digest could be made", "error", err)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// timetable says whose time has come in one look.
type timetable struct {
	Register
	schedule func(after time.Time, p notify.Person) time.Time
	over     time.Duration
	// giveWay says that a page at which another process is at work is left to it.
	giveWay bool
	// next is when the next one's time comes; zero: nobody's does.
	next time.Time
}

func (d *Digester) timetable(from Register) *timetable {
	t := &timetable{Register: from, schedule: d.Next, over: orDefault(d.Spread, 15*time.Minute)}
	if t.schedule == nil {
		t.schedule = Daily(calendar.MustClock(7, 0))
	}
	return t
}

// meet finds out how clinicians are reached.
func (t *timetable) meet(ctx context.Context, readers []*reader) error {
	if len(readers) == 0 {
		return nil
	}
	ids := make([]session.PersonID, len(readers))
	for i, c := range readers {
		ids[i] = c.Person
	}
	found, err := t.People(ctx, ids...)
	if err != nil {
		return err
	}
	people := make(map[session.PersonID]notify.Person, len(found))
	for _, p := range found {
		people[p.ID] = p
	}
	for _, c := range readers {
		p := people[c.Person]
		p.ID = c.Person
		c.person = &p
	}
	return nil
}

// due says whether a clinician's time has come since their last digest.
func (t *timetable) due(c *reader, now time.Time) bool {
	if next := t.schedule(now, *c.person); t.next.IsZero() || next.Before(t.next) {
		t.next = next
	}
	return c.mark.At.IsZero() || !t.schedule(c.mark.At, *c.person).After(now)
}

// spread lets a digest become due at a moment of its own, always the same one for the same clinician.
func (t *timetable) spread(deliveries []notify.Delivery, now time.Time) {
	for i, d := range deliveries {
		if t.over > 0 && d.State == notify.Planned && d.NotBefore.Equal(now) {
			part, _ := strconv.ParseUint(session.HashID[string]("spread", string(d.Person))[:8], 16, 32) // it is in hex
			share := float64(part) / (1 << 32)
			deliveries[i].NotBefore = session.Instant(now.Add(time.Duration(share * float64(t.over))))
		}
	}
}
