package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
)

func TestA6N4PlanTellsTheSuccessfulAndEverybodyElse(t *testing.T) {
	s := newSurgery(t)
	ann, bea, cyd := s.clinician("ann", false), s.clinician("bea", false), s.clinician("cyd", false)
	must[notify.Settings](s)(s.desk.SetPreferences(t.Context(), notify.SetPreferences{
		Command: s.do(cyd), Person: "p-cyd", Emails: notify.Emails{Applications: notify.Off},
	}))
	posted := s.post(20, session.Rota)
	won := s.apply(ann, posted)
	s.apply(bea, posted)
	s.apply(cyd, posted)
	must[rota.Booked](s)(s.desk.Accept(t.Context(), rota.Accept{Command: s.do(staff), Application: won.ID}))
	s.plan()
	told := s.told(posted.ID)
	s.equal("confirmation", only(notify.BookingConfirmed, told), []string{
		"booking_confirmed email p-ann planned", "booking_confirmed android p-ann suppressed no_device",
		"booking_confirmed iphone p-ann suppressed no_device",
	})
	s.equal("everybody else", only(notify.ApplicationGone, told), []string{
		"application_gone email p-bea planned", "application_gone email p-cyd suppressed setting_off",
	})
	s.equal("the practice, of three applications", len(only(notify.ApplicationReceived, told)), 9)
	s.equal("nothing is left", s.plan(), 0)
}

func TestA1N4PlanTellsTheAllocatedAndLeavesOutWhoDidIt(t *testing.T) {
	s := newSurgery(t)
	ann := s.clinician("ann", false)
	s.clinician("bea", false)
	applied, other := s.post(20, session.Rota), s.post(21, session.Rota)
	s.apply(ann, applied)
	s.plan()
	s.equal("A4 received", only(notify.ApplicationReceived, s.told(applied.ID)), []string{
		"application_received email staff planned", "application_received email partner planned",
		"application_received email manager planned",
	})
	for clinician, posted := range map[session.ClinicianID]session.Session{"ann": applied, "bea": other} {
		must[rota.Booked](s)(s.desk.Allocate(t.Context(), rota.Allocate{Command: s.do(manager), Session: posted.ID,
			Clinician: clinician}))
	}
	s.plan()
	s.equal("A1 allocated", only(notify.Allocated, s.told(other.ID)), []string{"allocated email p-bea planned"})
	s.equal("A6 the one who had applied is not told that it has gone", only(notify.ApplicationGone,
		s.told(applied.ID)), []string{})
	// A partner who applies for a session of their own practice is left out of those it tells, and that is recorded.
	s.dir.AddPractice(must[session.PracticeFacts](s)(s.dir.Practice(t.Context(), "leeds")), mailable("staff"),
		mailable("p-ann"))
	own := s.post(22, session.Rota)
	s.apply(ann, own)
	s.plan()
	s.equal("A4 received", only(notify.ApplicationReceived, s.told(own.ID)), []string{
		"application_received email staff planned", "application_received email p-ann suppressed is_actor",
		"application_received email manager planned",
	})
}

func TestN4PlanOfPeopleTheDirectoryDoesNotKnow(t *testing.T) {
	s := newSurgery(t)
	ann := s.clinician("ann", false)
	posted := s.post(20, session.Rota)
	s.apply(ann, posted)
	p := s.planner()
	p.Directory = strange{s.dir}
	must[int](s)(p.Plan(t.Context()))
	s.equal("recorded all the same", only(notify.ApplicationReceived, s.told(posted.ID)), []string{
		"application_received email staff suppressed no_address", "application_received email partner suppressed no_address",
	})
}

// strange knows nobody, and no rota managers.
type strange struct{ desk.Directory }

func (strange) Person(context.Context, session.PersonID) (notify.Person, error) {
	return notify.Person{}, desk.ErrUnknown
}

func (strange) RotaManagers(context.Context, session.ProviderID) ([]session.PersonID, error) {
	return nil, fmt.Errorf("north: %w", desk.ErrUnknown)
}

// flaky is a queue that fails now and then, before it keeps a chunk or after.
type flaky struct {
	notify.Queue
	fail func() (before, after bool)
}

var errFlaky = errors.New("the queue is away")

func (f flaky) Planned(ctx context.Context, task notify.PlanTask, chunk notify.Chunk) error {
	before, after := f.fail()
	if before {
		return errFlaky
	}
	if err := f.Queue.Planned(ctx, task, chunk); err != nil {
		return err
	}
	if after {
		return errFlaky
	}
	return nil
}

// The plan of an event is the same however it is cut into chunks, and however often it is begun again (N4, N5).
func TestN4PlanIsTheSameHoweverItIsCut(t *testing.T) {
	build := func(t tb) (*surgery, session.SessionID) {
		s := newSurgery(t)
		posted := s.post(20, session.Rota)
		var won rota.Application
		for i := range 7 {
			a := s.apply(s.clinician(fmt.Sprint("dr", i), false), posted)
			if i == 3 {
				won = a
			}
		}
		must[rota.Booked](s)(s.desk.Accept(context.Background(), rota.Accept{Command: s.do(staff), Application: won.ID}))
		return s, posted.ID
	}
	s, id := build(t)
	s.plan()
	want := slices.Sorted(slices.Values(s.told(id)))
	s.equal("gone", len(only(notify.ApplicationGone, want)), 6)

	rapid.Check(t, func(t *rapid.T) {
		s, id := build(t)
		p := s.planner()
		p.Chunk, p.Batch = rapid.IntRange(1, 9).Draw(t, "chunk"), rapid.IntRange(1, 5).Draw(t, "batch")
		faults := rapid.IntRange(0, 10).Draw(t, "faults")
		p.Queue = flaky{s.store, func() (bool, bool) {
			if faults == 0 {
				return false, false
			}
			n := rapid.IntRange(0, 3).Draw(t, "fault")
			if n < 2 {
				faults--
			}
			return n == 0, n == 1
		}}
		for tries := 0; ; tries++ {
			_, err := p.Plan(context.Background())
			if err == nil {
				break
			}
			if !errors.Is(err, errFlaky) || tries > 20 {
				t.Fatal(err)
			}
			s.now = s.now.Add(2 * time.Minute)
		}
		s.equal("told", slices.Sorted(slices.Values(s.told(id))), want)
	})
}

// away is a directory, and a store, that can't answer.
type away struct{ desk.Directory }

var errAway = errors.New("the directory is away")

func (away) Person(context.Context, session.PersonID) (notify.Person, error) {
	return notify.Person{}, errAway
}

func TestN4PlanLeavesWhatItCannotPlan(t *testing.T) {
	s := newSurgery(t)
	posted := s.post(20, session.Rota)
	s.apply(s.clinician("ann", false), posted)
	p := s.planner()
	p.Directory = away{s.dir}
	if n, err := p.Plan(t.Context()); n != 1 || !errors.Is(err, errAway) {
		t.Errorf("planned %d, %v; want the posting alone", n, err)
	}
	s.equal("within the lease", s.plan(), 0)
	s.now = s.now.Add(time.Minute)
	s.equal("after the lease", s.plan(), 1)
	s.equal("told", len(only(notify.ApplicationReceived, s.told(posted.ID))), 3)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.planner().Plan(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
}

// garbled is a queue whose cursors no planner wrote.
type garbled struct{ notify.Queue }

func (g garbled) ClaimPlans(ctx context.Context, now time.Time, lease time.Duration,
	limit int) ([]notify.PlanTask, error) {
	tasks, err := g.Queue.ClaimPlans(ctx, now, lease, limit)
	for i := range tasks {
		tasks[i].Cursor = "x y"
	}
	return tasks, err
}

func TestN4PlanRefusesAForeignCursor(t *testing.T) {
	s := newSurgery(t)
	s.post(20, session.Rota)
	p := s.planner()
	p.Queue = garbled{s.store}
	if n, err := p.Plan(t.Context()); n != 0 || err == nil {
		t.Errorf("planned %d, %v", n, err)
	}
}

// Two planners share the work: each event is planned once, and somebody else's lease is nobody's error.
func TestN4ManyPlanners(t *testing.T) {
	s := newSurgery(t)
	posted := s.post(20, session.Rota)
	for i := range 20 {
		s.apply(s.clinician(fmt.Sprint("dr", i), false), posted)
	}
	counts := make(chan int)
	for range 4 {
		p := s.planner()
		p.Batch = 2
		go func() {
			n, err := p.Plan(context.Background())
			if err != nil {
				t.Error(err)
			}
			counts <- n
		}()
	}
	total := 0
	for range 4 {
		total += <-counts
	}
	s.equal("events", total, 21)
	s.equal("told", len(s.told(posted.ID)), 60)
}

func TestPlannerDefaultsToTheMachinesClock(t *testing.T) {
	s := newSurgery(t)
	s.post(20, session.Rota)
	p := &keeper.Planner{Queue: s.store, Store: s.store, Directory: s.dir}
	if n, err := p.Plan(t.Context()); n != 1 || err != nil {
		t.Errorf("planned %d, %v", n, err)
	}
}

// stale is a store in which the application of whoever got the session still stands as pending.
type stale struct{ keeper.PlanStore }

func (s stale) Applications(
	ctx context.Context, id session.SessionID, round int, req session.PageRequest,
) (session.Page[rota.Application], error) {
	page, err := s.PlanStore.Applications(ctx, id, round, req)
	for i := range page.Items {
		page.Items[i].State = rota.Pending
	}
	return page, err
}

func TestA6WhoeverGotTheSessionIsNotToldThatItHasGone(t *testing.T) {
	s := newSurgery(t)
	posted := s.post(20, session.Rota)
	won := s.apply(s.clinician("ann", false), posted)
	s.apply(s.clinician("bea", false), posted)
	must[rota.Booked](s)(s.desk.Accept(t.Context(), rota.Accept{Command: s.do(staff), Application: won.ID}))
	p := s.planner()
	p.Store = stale{s.store}
	must[int](s)(p.Plan(t.Context()))
	s.equal("gone", only(notify.ApplicationGone, s.told(posted.ID)), []string{"application_gone email p-bea planned"})
}
