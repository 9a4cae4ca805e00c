package desk_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// together runs n functions at once, from one starting shot, and returns their errors.
func together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	shot := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Add(1)
		go func() {
			defer all.Done()
			<-shot
			errs[i] = do(i)
		}()
	}
	close(shot)
	all.Wait()
	return errs
}

// succeeded counts those without an error.
func succeeded(errs []error) int {
	n := 0
	for _, err := range errs {
		if err == nil {
			n++
		}
	}
	return n
}

// crowd adds clinicians of North, and returns them.
func (st *stage) crowd(n int) []session.Actor {
	all := make([]session.Actor, n)
	for i := range all {
		id := session.ClinicianID(fmt.Sprintf("clinician-%04d", i))
		st.clinician(id, nil)
		all[i] = session.Clinician(session.PersonID("p-"+string(id)), id)
	}
	return all
}

// tries collects how often commands were decided.
type tries struct {
	mu   sync.Mutex
	most int
	sum  int
}

func (c *tries) observe(o desk.Observation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.most, c.sum = max(c.most, o.Tries), c.sum+o.Tries
}

func (st *stage) calendarOf(s session.Session) session.CalendarEntry {
	st.t.Helper()
	for _, e := range collect(st.t, desk.All(func(p session.PageRequest) (session.Page[session.CalendarEntry], error) {
		return st.store.Calendar(st.t.Context(), s.Provider, session.CalendarQuery{
			Practice: s.Practice, Within: calendar.Span{Start: s.Terms.Span.Start, End: s.Terms.Span.End}, Page: p,
		})
	})) {
		if e.Session.ID == s.ID {
			return e
		}
	}
	st.t.Fatalf("session %s is not in the calendar", s.Reference)
	return session.CalendarEntry{}
}

func (st *stage) applications(s session.Session) []rota.Application {
	st.t.Helper()
	return collect(st.t, desk.All(func(p session.PageRequest) (session.Page[rota.Application], error) {
		return st.store.Applications(st.t.Context(), s.ID, 0, p)
	}))
}

func TestA5A7AThousandApplyToOneFirstComeSession(t *testing.T) {
	const n = 1000
	st := newStage(t)
	all := st.crowd(n)
	s := st.posts(func(c *session.Post) { c.Choosing = session.FirstCome })
	before := len(st.events(s.ID))
	booked := make([]rota.Applied, n)
	errs := together(n, func(i int) error {
		var err error
		booked[i], err = st.desk.Apply(t.Context(), rota.Apply{Command: session.Do("apply", all[i]), Session: s.ID})
		return err
	})
	if won := succeeded(errs); won != 1 {
		t.Fatalf("%d were booked", won)
	}
	var winner session.ClinicianID
	for i, err := range errs {
		gone := (*rota.GoneError)(nil)
		switch {
		case err == nil:
			winner = all[i].Clinician
			if booked[i].Booking.State != booking.Confirmed || booked[i].Application.State != rota.Accepted {
				t.Errorf("the winner got %+v", booked[i])
			}
		case !errors.As(err, &gone) || gone.State != session.Filled || gone.Reference != s.Reference:
			t.Fatalf("%s lost with %T: %v", all[i].Clinician, err, err)
		}
	}
	if a := st.applications(s); len(a) != 1 || a[0].Clinician != winner {
		t.Errorf("there are %d applications: losers leave none", len(a))
	}
	// One change: the application made and accepted, the booking, the session.
	if made := len(st.events(s.ID)) - before; made != 4 {
		t.Errorf("%d events", made)
	}
	if e := st.calendarOf(s); e.Session.State != session.Filled || e.Session.Version != 2 {
		t.Errorf("the session is %+v", e.Session)
	}
}

func TestA4A5AThousandApplyToOneReviewedSession(t *testing.T) {
	const n = 1000
	var count tries
	st := newStage(t, func(o *desk.Options) { o.Observe = count.observe })
	all := st.crowd(n)
	s := st.posts(func(c *session.Post) { c.Choosing = session.Review })
	count = tries{}
	errs := together(n, func(i int) error {
		out, err := st.desk.Apply(t.Context(), rota.Apply{Command: session.Do("apply", all[i]), Session: s.ID})
		if err == nil && out.Application.State != rota.Pending {
			err = fmt.Errorf("the application is %s", out.Application.State)
		}
		return err
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if count.most != 1 {
		t.Errorf("%d tries at most, %d in all: applicants don't exclude each other", count.most, count.sum)
	}
	e := st.calendarOf(s)
	if e.Applicants != n || e.Session.Version != 1 || len(st.applications(s)) != n {
		t.Errorf("%d applicants, %d applications, session %+v", e.Applicants, len(st.applications(s)), e.Session)
	}
}

func TestA7OneClinicianAppliesToOverlappingSessionsAtOnce(t *testing.T) {
	const n = 50
	st := newStage(t)
	open := make([]session.Session, n)
	for i := range open {
		open[i] = st.posts(func(c *session.Post) {
			c.Choosing = session.FirstCome
			if i%2 == 1 { // at another provider
				c.Command, c.Practice = st.do(byBath), "bath"
			}
		})
	}
	errs := together(n, func(i int) error {
		_, err := st.desk.Apply(t.Context(), rota.Apply{Command: session.Do(session.CommandID(fmt.Sprint("apply-", i)), byAda), Session: open[i].ID})
		return err
	})
	if won := succeeded(errs); won != 1 {
		t.Fatalf("Ada has %d bookings at once", won)
	}
	for i, err := range errs {
		if clash := (*booking.ClashError)(nil); err != nil && !errors.As(err, &clash) {
			t.Errorf("session %d: %T %v", i, err, err)
		}
	}
	live := must[session.Page[booking.Booking]](t)(st.desk.Bookings(t.Context(), byAda, booking.Query{}))
	if len(live.Items) != 1 {
		t.Errorf("Ada's diary holds %d bookings", len(live.Items))
	}
}

func TestA7TwoAllocationsOfOneSessionAndOfOneClinician(t *testing.T) {
	for round := range 50 {
		st := newStage(t)
		one, other := st.posts(), st.posts()
		at := []rota.Allocate{
			{Command: st.do(byManager), Session: one.ID, Clinician: "ada"},
			{Command: st.do(byManager), Session: one.ID, Clinician: "ben"},
			{Command: st.do(patNorth), Session: other.ID, Clinician: "ada"},
			{Command: st.do(patNorth), Session: other.ID, Clinician: "ben"},
		}
		errs := together(len(at), func(i int) error {
			_, err := st.desk.Allocate(t.Context(), at[i])
			return err
		})
		for i, err := range errs {
			clash, wrong := (*booking.ClashError)(nil), (*session.StateError)(nil)
			if err != nil && !errors.As(err, &clash) && !errors.As(err, &wrong) {
				t.Errorf("round %d, allocation %d: %T %v", round, i, err, err)
			}
		}
		// Either each session has one of the two, or nobody else fits any more.
		who := map[session.ClinicianID]int{}
		for _, s := range []session.Session{one, other} {
			for _, b := range collect(t, desk.All(func(p session.PageRequest) (session.Page[booking.Booking], error) {
				return st.desk.Bookings(t.Context(), byManager, booking.Query{Practice: s.Practice, Page: p})
			})) {
				if b.Session == s.ID && b.State.Live() {
					who[b.Clinician]++
				}
			}
		}
		if won := succeeded(errs); won < 1 || won > 2 || len(who) != won || who["ada"] > 1 || who["ben"] > 1 {
			t.Fatalf("round %d: %d allocations, %v", round, won, who)
		}
	}
}

// Worked case 7, many times: whichever commits first, the other is refused and changes nothing.
func TestW1A5AWithdrawalRacesAFirstComeApplication(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	booked, withdrawn := 0, 0
	st := newStage(t)
	all := st.crowd(rounds)
	for i := range rounds {
		s := st.posts(func(c *session.Post) { c.Choosing = session.FirstCome })
		shown := st.withdrawal(byLeeds, s.ID)
		withdraw := withdrawal.Withdraw{Command: st.do(byLeeds), Session: s.ID, Shown: shown, Confirmed: true}
		apply := rota.Apply{Command: st.do(all[i]), Session: s.ID}
		errs := together(2, func(which int) error {
			var err error
			if which == i%2 {
				_, err = st.desk.Withdraw(t.Context(), withdraw)
			} else {
				_, err = st.desk.Apply(t.Context(), apply)
			}
			return err
		})
		refusedWithdrawal, refusedApplication := errs[i%2], errs[1-i%2]
		ended := false
		for _, e := range st.events(s.ID) {
			ended = ended || e.Kind == withdrawal.EventWithdrawn
		}
		after := st.calendarOf(s).Session
		stale, gone := (*withdrawal.StaleError)(nil), (*rota.GoneError)(nil)
		switch {
		case refusedApplication == nil && errors.As(refusedWithdrawal, &stale) && after.State == session.Filled && !ended:
			booked++
		case refusedWithdrawal == nil && errors.As(refusedApplication, &gone) && after.State == session.Withdrawn && ended:
			withdrawn++
		default:
			t.Fatalf("round %d: withdrawing %v, applying %v, the session is %s", i, refusedWithdrawal, refusedApplication, after.State)
		}
	}
	t.Logf("%d booked, %d withdrawn", booked, withdrawn)
}

// A clinician's cancellation, support's action, the practice's retraction and the start of the session, all at once:
// one of them closes the case.
func TestW4TheEndsOfACaseRace(t *testing.T) {
	for round := range 40 {
		st := newStage(t)
		b := st.books()
		st.at("2026-07-13T09:00:00Z")
		c := must[withdrawal.Case](t)(st.desk.OpenCase(t.Context(), st.caseOf(b)))
		shown := st.cancellation(byAda, b.Booking.ID)
		commands := []any{
			withdrawal.ActionCase{Command: st.do(bySupport), Case: c.ID},
			withdrawal.RetractCase{Command: st.do(byLeeds), Case: c.ID},
			withdrawal.RejectCase{Command: st.do(bySupport), Case: c.ID, Reason: "Too late."},
			withdrawal.CancelBooking{Command: st.do(byAda), Booking: b.Booking.ID, Shown: shown},
		}
		errs := together(len(commands), func(i int) error {
			_, err := run(t, st.desk, commands[i])
			return err
		})
		closed := must[withdrawal.Case](t)(st.desk.Case(t.Context(), bySupport, c.ID))
		after := st.calendarOf(b.Session).Session
		if won := succeeded(errs); won != 1 || closed.State == withdrawal.CaseOpen || after.Case != "" || closed.Version != 2 {
			t.Fatalf("round %d: %d succeeded (%v), the case is %s, the session %s", round, won, errs, closed.State, after.State)
		}
		if withdrawn := closed.State == withdrawal.CaseActioned; withdrawn != (after.State == session.Withdrawn) {
			t.Fatalf("round %d: the case is %s, the session %s", round, closed.State, after.State)
		}
	}
}

// The same command from many processes at once is done once, and all of them get its answer (P3).
func TestP3OneCommandFromManyProcessesAtOnce(t *testing.T) {
	const n = 100
	st := newStage(t)
	desks := []*desk.Desk{st.desk, st.another(), st.another()}
	s := st.posts(func(c *session.Post) { c.Choosing = session.FirstCome })
	apply := rota.Apply{Command: st.do(byAda), Session: s.ID}
	got := make([]rota.Applied, n)
	errs := together(n, func(i int) error {
		var err error
		got[i], err = desks[i%len(desks)].Apply(t.Context(), apply)
		return err
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if got[i].Booking.ID != got[0].Booking.ID || got[i].Application.Version != got[0].Application.Version {
			t.Errorf("answer %d is %+v, not %+v", i, got[i], got[0])
		}
	}
	if e := st.calendarOf(s); e.Session.Version != 2 {
		t.Errorf("the session is at version %d", e.Session.Version)
	}
}

// Two keepers and the people whose time is up, at once: each thing is done once (S2, A1).
func TestS2A1KeepersRaceEachOtherAndPeople(t *testing.T) {
	for round := range 20 {
		st := newStage(t)
		b := st.offers()
		open := st.posts()
		st.at("2026-07-14T07:00:00Z")
		var keepers []*keeper.Keeper
		for range 3 {
			keepers = append(keepers, must[*keeper.Keeper](t)(keeper.New(keeper.Options{Desk: st.another(), Store: st.store, Now: st.clock})))
		}
		dones := make([]keeper.Done, len(keepers))
		accept := rota.AcceptOffer{Command: st.do(byAda), Booking: b.Booking.ID}
		errs := together(len(keepers)+1, func(i int) error {
			var err error
			if i == len(keepers) {
				if _, err = st.desk.AcceptOffer(t.Context(), accept); err == nil {
					return errors.New("an offer was accepted after its end")
				}
				return nil
			}
			dones[i], err = keepers[i].Look(context.Background())
			return err
		})
		if err := errors.Join(errs...); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		lapsed, expired := 0, 0
		for _, d := range dones {
			lapsed, expired = lapsed+d.Lapsed, expired+d.Expired
		}
		if lapsed != 1 || expired != 1 {
			t.Errorf("round %d: %d offers lapsed, %d sessions expired: %+v", round, lapsed, expired, dones)
		}
		for _, s := range []session.Session{b.Session, open} {
			if after := st.calendarOf(s).Session; after.State != session.Expired {
				t.Errorf("round %d: session %s is %s", round, s.Reference, after.State)
			}
		}
	}
}
