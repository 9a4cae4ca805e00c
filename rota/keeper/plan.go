package keeper

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// PlanStore is what a Planner reads of a store; every desk.Store is one.
type PlanStore interface {
	notify.Store
	// Applications is as in rota.Store.
	Applications(ctx context.Context, about session.SessionID, round int,
		page session.PageRequest) (session.Page[rota.Application], error)
}

// Planner turns committed events into deliveries: who is told, over which channel, and who isn't and why (N4). Groups
// such as "all who applied" are told in chunks, and what was begun by a process that died is taken up where it
// stopped. Any number of processes may plan on one queue. Queue, Store and Directory are required.
type Planner struct {
	Queue     notify.Queue
	Store     PlanStore
	Directory desk.Directory
	// Now is the clock; not given: the machine's. It should be the desk's.
	Now func() time.Time
	// Lease is how long an event is this planner's once claimed; after that another one goes on with it. Not given:
	// one minute.
	Lease time.Duration
	// Batch is how many events are claimed at a time; not given: 20.
	Batch int
	// Chunk is how many applicants are told at a time, at most session.MaxPageSize; not given: 200.
	Chunk int
}

// Plan plans all events that are waiting, and returns how many it has finished. What can't be planned doesn't hold up
// the rest: it is left until its lease ends, and the error joins all that went wrong. Without what is required it plans
// nothing, and the error is a *session.FieldError.
func (p *Planner) Plan(ctx context.Context) (int, error) {
	if err := p.ready(); err != nil {
		return 0, err
	}
	finished := 0
	var failed []error
	for {
		tasks, err := p.Queue.ClaimPlans(ctx, p.now(), orDefault(p.Lease, time.Minute), orDefault(p.Batch, 20))
		if err != nil {
			return finished, errors.Join(append(failed, err)...)
		}
		if len(tasks) == 0 {
			return finished, errors.Join(failed...)
		}
		for _, task := range tasks {
			switch err := p.plan(ctx, task); {
			case err == nil:
				finished++
			case ctx.Err() != nil:
				return finished, ctx.Err()
			case !errors.Is(err, notify.ErrLeaseLost): // somebody else goes on with it
				failed = append(failed, err)
			}
		}
	}
}

// ready refuses to plan without what is required.
func (p *Planner) ready() error {
	switch {
	case p.Queue == nil:
		return missing("Planner.Queue")
	case p.Store == nil:
		return missing("Planner.Store")
	case p.Directory == nil:
		return missing("Planner.Directory")
	}
	return nil
}

func missing(field string) error {
	return &session.FieldError{Field: field, Problem: "is missing"}
}

func (p *Planner) now() time.Time {
	if p.Now == nil {
		return time.Now() //nolint:forbidigo // the one clock of a planner that is given none
	}
	return p.Now()
}

func orDefault[T int | time.Duration](v, byDefault T) T {
	if v == 0 {
		return byDefault
	}
	return v
}

// plan plans one event to its end, chunk by chunk.
func (p *Planner) plan(ctx context.Context, task notify.PlanTask) error {
	notices := notify.For(task.Event)
	at, err := readPlace(task.Cursor)
	if err != nil {
		return err
	}
	for {
		var chunk notify.Chunk
		if at.notice < len(notices) {
			n := notices[at.notice]
			people, next, err := p.audience(ctx, task.Event, n, at.after)
			if err != nil {
				return err
			}
			if chunk, err = p.chunk(ctx, task.Event, n, people); err != nil {
				return err
			}
			at = at.then(next)
		}
		chunk.Done, chunk.Next = at.notice >= len(notices), at.String()
		if err := p.Queue.Planned(ctx, task, chunk); err != nil || chunk.Done {
			return err
		}
	}
}

// chunk decides what becomes of a notice for some people. That something which can't be turned off reaches somebody over
// no channel happens with it (N2).
func (p *Planner) chunk(
	ctx context.Context, e session.Event, n notify.Notice, people []session.PersonID,
) (notify.Chunk, error) {
	var chunk notify.Chunk
	if len(people) == 0 {
		return chunk, nil
	}
	chosen, err := p.Store.Settings(ctx, people...)
	if err != nil {
		return chunk, err
	}
	settings := make(map[session.PersonID]notify.Settings, len(chosen))
	for _, s := range chosen {
		settings[s.Person] = s
	}
	now := p.now()
	for _, id := range people {
		person, err := person(ctx, p.Directory, id)
		if err != nil {
			return notify.Chunk{}, err
		}
		planned := notify.Plan(e, n, person, settings[id], now)
		chunk.Deliveries = append(chunk.Deliveries, planned...)
		if missed, ok := notify.PlanUnreached(e, planned, now); ok {
			chunk.Raise = append(chunk.Raise, missed)
		}
	}
	return chunk, nil
}

// person asks the directory for somebody. One that it doesn't know has no address: that they should have been told is
// recorded all the same (N4).
func person(ctx context.Context, d desk.Directory, id session.PersonID) (notify.Person, error) {
	found, err := d.Person(ctx, id)
	if errors.Is(err, desk.ErrUnknown) {
		return notify.Person{ID: id}, nil
	}
	found.ID = id
	return found, err
}

// audience finds out who belongs to a notice's group: from a place on, up to the place it returns; blank: all.
func (p *Planner) audience(
	ctx context.Context, e session.Event, n notify.Notice, after string,
) (people []session.PersonID, next string, err error) {
	switch n.Audience {
	case notify.BookedClinician, notify.Applicant:
		var facts rota.ClinicianFacts
		if facts, err = p.Directory.Clinician(ctx, n.Clinician); err == nil && facts.Person != "" {
			people = []session.PersonID{facts.Person}
		}
	case notify.PendingApplicants:
		return p.applicants(ctx, e, n, after)
	case notify.PracticeStaff:
		people, err = p.Directory.PracticeStaff(ctx, n.Practice)
	case notify.RotaManagers:
		people, err = p.Directory.RotaManagers(ctx, e.Provider)
	case notify.SupportTeam:
		people, err = p.Directory.SupportTeam(ctx)
	}
	if errors.Is(err, desk.ErrUnknown) {
		return nil, "", nil // a group that no longer exists has nobody in it
	}
	return people, "", err
}

// applicants are those whose applications were pending when the round ended, but for whoever got the session.
func (p *Planner) applicants(
	ctx context.Context, e session.Event, n notify.Notice, after string,
) (people []session.PersonID, next string, err error) {
	req := session.PageRequest{After: after, Limit: orDefault(p.Chunk, 200)}
	page, err := p.Store.Applications(ctx, e.Session, n.Round, req)
	if err != nil {
		return nil, "", err
	}
	for _, a := range page.Items {
		if a.State == rota.Pending && a.Clinician != n.Clinician {
			people = append(people, a.Person)
		}
	}
	return people, page.Next, nil
}

// place is how far a plan has come: which notice, and where in its group.
type place struct {
	notice int
	after  string
}

// then is the place after a chunk that ended at next.
func (p place) then(next string) place {
	if next == "" {
		return place{notice: p.notice + 1}
	}
	return place{notice: p.notice, after: next}
}

// String writes the place as a cursor of the queue.
func (p place) String() string { return strconv.Itoa(p.notice) + " " + p.after }

// readPlace is the inverse of place.String; blank is the beginning.
func readPlace(cursor string) (place, error) {
	if cursor == "" {
		return place{}, nil
	}
	notice, after, _ := strings.Cut(cursor, " ")
	i, err := strconv.Atoi(notice)
	if err != nil || i < 0 {
		return place{}, errors.New("keeper: " + strconv.Quote(cursor) + " is no place in a plan")
	}
	return place{notice: i, after: after}, nil
}
