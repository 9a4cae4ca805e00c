package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// The sessions of a surgery run from 8:00 to 12:00 in Leeds: 7:00 to 11:00 UTC in July.
func onJuly(day, hour, minute int) time.Time {
	return time.Date(2026, time.July, day, hour, minute, 0, 0, time.UTC)
}

const moment = time.Microsecond

func (s *surgery) keeper(amend ...func(*keeper.Options)) *keeper.Keeper {
	s.Helper()
	o := keeper.Options{Desk: s.desk, Store: s.store, Now: s.clock, RecheckAhead: -1, RemindAhead: -1}
	for _, f := range amend {
		f(&o)
	}
	return must[*keeper.Keeper](s)(keeper.New(o))
}

// looks moves the clock, and lets a fresh keeper look.
func (s *surgery) looks(at time.Time, amend ...func(*keeper.Options)) keeper.Done {
	s.Helper()
	s.now = at
	return must[keeper.Done](s)(s.keeper(amend...).Look(context.Background()))
}

func (s *surgery) session(of session.Session) session.Session {
	s.Helper()
	return must[session.Session](s)(s.desk.Session(context.Background(), manager, of.ID))
}

func (s *surgery) booking(of session.BookingID) booking.Booking {
	s.Helper()
	return must[booking.Booking](s)(s.desk.Booking(context.Background(), manager, of))
}

// book books a clinician for a session.
func (s *surgery) book(by session.Actor, day int) rota.Booked {
	s.Helper()
	a := s.apply(by, s.post(day, session.Rota))
	return must[rota.Booked](s)(s.desk.Accept(context.Background(), rota.Accept{Command: s.do(staff), Application: a.ID}))
}

// offer offers a session to a clinician for two days.
func (s *surgery) offer(who session.ClinicianID, day int) rota.Booked {
	s.Helper()
	p := withdrawal.Default()
	p.Version, p.Provider, p.ValidFrom = 1, "north", s.now
	p.Applications.OfferAllocations = true
	must[withdrawal.Policy](s)(s.desk.PublishPolicy(context.Background(), withdrawal.PublishPolicy{Command: s.do(manager), Policy: p}))
	return must[rota.Booked](s)(s.desk.Allocate(context.Background(), rota.Allocate{
		Command: s.do(manager), Session: s.post(day, session.Rota).ID, Clinician: who,
	}))
}

// move changes the date of a session, which its clinician is asked about.
func (s *surgery) move(of session.Session, day int) {
	s.Helper()
	date := calendar.MustDate(2026, time.July, day)
	c := must[rota.Changed](s)(s.desk.Change(context.Background(), rota.Change{
		Command: s.do(staff), Session: of.ID,
		Start: calendar.Local{Date: date, Clock: calendar.MustClock(8, 0)},
		End:   calendar.Local{Date: date, Clock: calendar.MustClock(12, 0)},
	}))
	if c.Booking.Pending.IsZero() {
		s.Errorf("the change of %s waits for nobody", of.Reference)
	}
}

// claim returns a booking whose clinician may charge a fee: withdrawn by support on 10 July.
func (s *surgery) claim(by session.Actor) rota.Booked {
	s.Helper()
	b := s.book(by, 14)
	s.now = onJuly(10, 9, 0)
	c := must[withdrawal.Case](s)(s.desk.OpenCase(context.Background(), withdrawal.OpenCase{
		Command: s.do(staff), Reference: b.Session.Reference, PracticeName: "riverside surgery",
		Date: calendar.MustDate(2026, time.July, 14), Reason: "The roof leaks.", Via: withdrawal.ByForm,
	}))
	out := must[withdrawal.Withdrawn](s)(s.desk.ActionCase(context.Background(), withdrawal.ActionCase{
		Command: s.do(session.Support("helper")), Case: c.ID,
	}))
	if out.Fee.State != withdrawal.FeeClaimable {
		s.Errorf("the fee is %s", out.Fee.State)
	}
	return b
}

func (s *surgery) fee(of session.BookingID) withdrawal.Fee {
	s.Helper()
	return must[withdrawal.Fee](s)(s.desk.Fee(context.Background(), manager, of))
}

func TestS2SessionsExpireAtTheirStart(t *testing.T) {
	s := newSurgery(t)
	open := s.post(14, session.Rota)
	s.equal("a moment before", s.looks(onJuly(14, 7, 0).Add(-moment)), keeper.Done{})
	s.equal("at the start", s.looks(onJuly(14, 7, 0)), keeper.Done{Expired: 1})
	s.equal("the session", s.session(open).State, session.Expired)
	s.equal("once more", s.looks(onJuly(14, 7, 1)), keeper.Done{})
}

func TestS2SessionsCompleteAtTheirEnd(t *testing.T) {
	s := newSurgery(t)
	b := s.book(s.clinician("ann", false), 14)
	s.equal("a moment before", s.looks(onJuly(14, 11, 0).Add(-moment)), keeper.Done{})
	s.equal("at the end", s.looks(onJuly(14, 11, 0)), keeper.Done{Completed: 1})
	s.equal("the session", s.session(b.Session).State, session.Completed)
	after := s.booking(b.Booking.ID)
	if after.State != booking.Completed || !after.Ending.Worked.Equal(onJuly(14, 11, 0)) || after.Ending.Route != booking.ByClock {
		t.Errorf("the booking is %s: %+v", after.State, after.Ending)
	}
	s.equal("once more", s.looks(onJuly(14, 11, 1)), keeper.Done{})
}

func TestA1OffersLapse(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	b := s.offer("ann", 14)
	until := b.Booking.OfferedUntil
	if !until.Equal(s.now.Add(48 * time.Hour)) {
		t.Fatalf("the offer stands until %v", until)
	}
	s.equal("a moment before", s.looks(until.Add(-moment)), keeper.Done{})
	s.equal("when its time is over", s.looks(until), keeper.Done{Lapsed: 1})
	s.equal("the session", s.session(b.Session).State, session.Open)
	after := s.booking(b.Booking.ID)
	if after.State != booking.Cancelled || after.Ending.Cause != booking.ByNeither || after.Ending.Route != booking.OfferLapsed {
		t.Errorf("the booking is %s: %+v", after.State, after.Ending)
	}
}

// An offer that stands until the start takes its session along.
func TestA1S2AnOfferThatLastsUntilTheStartExpires(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	s.now = onJuly(13, 9, 0)
	b := s.offer("ann", 14)
	s.equal("at the start", s.looks(onJuly(14, 7, 0)), keeper.Done{Lapsed: 1})
	s.equal("the session", s.session(b.Session).State, session.Expired)
}

func TestS5ChangesNobodyAnsweredBecomeVoid(t *testing.T) {
	for name, c := range map[string]struct {
		to   int
		void time.Time
	}{
		"to a later day, at the start last agreed": {17, onJuly(14, 7, 0)},
		"to an earlier day, at the new start":      {9, onJuly(9, 7, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSurgery(t)
			b := s.book(s.clinician("ann", false), 14)
			s.move(b.Session, c.to)
			s.equal("a moment before", s.looks(c.void.Add(-moment)), keeper.Done{})
			s.equal("when it is void", s.looks(c.void), keeper.Done{Voided: 1})
			after := s.booking(b.Booking.ID)
			if !after.Pending.IsZero() || !s.session(b.Session).Terms.Equal(b.Booking.Terms) || !after.Terms.Equal(b.Booking.Terms) {
				t.Errorf("the booking is on %+v, the session on %+v", after.Terms, s.session(b.Session).Terms)
			}
			diary := must[desk.Snapshot](s)(s.store.Load(t.Context(), desk.Want{
				Clinician: "ann", Around: calendar.Span{Start: onJuly(1, 0, 0), End: onJuly(31, 0, 0)},
			})).Diary
			if len(diary.Entries) != 1 || !diary.Entries[0].Also.IsZero() {
				t.Errorf("the diary holds %+v", diary.Entries)
			}
			s.equal("at its end", s.looks(onJuly(14, 11, 0)), keeper.Done{Completed: 1})
		})
	}
}

func TestW7AFeeNobodyClaimsLapses(t *testing.T) {
	s := newSurgery(t)
	b := s.claim(s.clinician("ann", false))
	due := s.fee(b.Booking.ID).Due
	if !due.Equal(s.now.Add(28 * 24 * time.Hour)) {
		t.Fatalf("due %v", due)
	}
	s.equal("a moment before", s.looks(due.Add(-moment)), keeper.Done{})
	s.equal("when it is due", s.looks(due), keeper.Done{Fees: 1})
	s.equal("the fee", s.fee(b.Booking.ID).State, withdrawal.FeeLapsed)
	s.equal("once more", s.looks(due.Add(time.Hour)), keeper.Done{})
}

func TestW7AClaimNobodyAnswersGoesToSupport(t *testing.T) {
	s := newSurgery(t)
	ann := s.clinician("ann", false)
	b := s.claim(ann)
	f := must[withdrawal.Fee](s)(s.desk.ProposeFee(t.Context(), withdrawal.ProposeFee{
		Command: s.do(ann), Booking: b.Booking.ID, Amount: session.Pounds(10_000),
	}))
	s.equal("a moment before", s.looks(f.Due.Add(-moment)), keeper.Done{})
	s.equal("when it is due", s.looks(f.Due), keeper.Done{Fees: 1})
	after := s.fee(b.Booking.ID)
	if after.State != withdrawal.FeeDisputed || !after.Amount.Equal(session.Pounds(10_000)) || !after.Due.IsZero() {
		t.Errorf("the fee is %+v", after)
	}
	s.equal("never again", s.looks(f.Due.Add(1000*time.Hour)), keeper.Done{})
}

func TestW4AnOpenCaseHoldsUpTheClock(t *testing.T) {
	s := newSurgery(t)
	b := s.book(s.clinician("ann", false), 14)
	s.now = onJuly(13, 19, 0)
	c := must[withdrawal.Case](s)(s.desk.OpenCase(t.Context(), withdrawal.OpenCase{
		Command: s.do(staff), Reference: b.Session.Reference, PracticeName: "Riverside Surgery",
		Date: calendar.MustDate(2026, time.July, 14), Reason: "The roof leaks.", Via: withdrawal.ByForm,
	}))
	s.equal("after the end", s.looks(onJuly(14, 12, 0)), keeper.Done{})
	s.equal("the booking", s.booking(b.Booking.ID).State, booking.Confirmed)
	must[withdrawal.Case](s)(s.desk.RejectCase(t.Context(), withdrawal.RejectCase{
		Command: s.do(session.Support("helper")), Case: c.ID, Reason: "The session was worked.",
	}))
	s.equal("once it is closed", s.looks(onJuly(14, 12, 0)), keeper.Done{Completed: 1})
}

func TestA3EligibilityIsJudgedAgainBeforeTheStart(t *testing.T) {
	s := newSurgery(t)
	b := s.book(s.clinician("ann", false), 14)
	s.dir.AddClinician(rota.ClinicianFacts{
		ID: "ann", Person: "p-ann", Roles: []session.Role{"GP"}, Memberships: []rota.Membership{{Provider: "north"}},
		Documents: []rota.Document{{Kind: "registration"}, {Kind: "indemnity"}, {Kind: "performers_list"},
			{Kind: "dbs", Expires: calendar.MustDate(2026, time.July, 13)}},
	}, notify.Person{ID: "p-ann"})
	ahead := func(o *keeper.Options) { o.RecheckAhead = 0 } // the default, two days
	start := b.Booking.Terms.Span.Start
	s.looks(start.Add(-48*time.Hour-moment), ahead)
	if got := s.booking(b.Booking.ID); len(got.Lapsed) != 0 {
		t.Errorf("too early: %v", got.Lapsed)
	}
	s.looks(start.Add(-48*time.Hour), ahead)
	after := s.booking(b.Booking.ID)
	if len(after.Lapsed) != 1 || after.Lapsed[0] != "document_expired/dbs" || after.State != booking.Confirmed {
		t.Errorf("the booking is %s, and lacks %v", after.State, after.Lapsed)
	}
	s.looks(start.Add(-time.Hour), ahead)
	s.equal("what is known already makes no new version", s.booking(b.Booking.ID).Version, after.Version)
}

// A keeper that was down for weeks catches up with one look, in the order in which things would have happened.
func TestS2S5A1W7AKeeperThatWasDownCatchesUp(t *testing.T) {
	s := newSurgery(t)
	ann, bob := s.clinician("ann", false), s.clinician("bob", false)
	fee := s.claim(bob)
	s.now = onJuly(11, 9, 0)
	worked, moved, open := s.book(ann, 15), s.book(ann, 16), s.post(17, session.Rota)
	s.move(moved.Session, 25)
	s.now = onJuly(12, 9, 0)
	offered := s.offer("bob", 20)
	s.equal("in September", s.looks(onJuly(70, 0, 0)), keeper.Done{Voided: 1, Lapsed: 1, Expired: 1, Completed: 2, Fees: 1})
	for _, c := range []struct {
		of   session.Session
		want session.State
	}{{worked.Session, session.Completed}, {moved.Session, session.Completed}, {open, session.Expired}, {fee.Session, session.Withdrawn}} {
		s.equal(string(c.of.Reference), s.session(c.of).State, c.want)
	}
	s.equal("the moved booking", s.booking(moved.Booking.ID).Ending.Worked, onJuly(16, 11, 0))
	s.equal("the offer's session", s.session(offered.Session).State, session.Expired)
	s.equal("nothing is left", s.looks(onJuly(70, 0, 1)), keeper.Done{})
}

// Keepers at once do each thing once.
func TestS2A1W7TwoKeepersDoEachThingOnce(t *testing.T) {
	s := newSurgery(t)
	const n = 40
	for i := range n {
		ann := s.clinician(fmt.Sprint("ann-", i), false)
		s.book(ann, 14)
		s.post(14, session.Rota)
	}
	s.now = onJuly(14, 11, 0)
	var mu sync.Mutex
	var all sync.WaitGroup
	var sum keeper.Done
	for range 4 {
		k := s.keeper()
		all.Go(func() {
			done, err := k.Look(t.Context())
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Errorf("a keeper failed: %v", err)
			}
			sum.Expired, sum.Completed = sum.Expired+done.Expired, sum.Completed+done.Completed
		})
	}
	all.Wait()
	s.equal("all of them together", sum, keeper.Done{Expired: n, Completed: n})
}

// What can't be done does not hold up the rest, and is told.
func TestS2OneFailureDoesNotHoldUpTheRest(t *testing.T) {
	s := newSurgery(t)
	b := s.book(s.clinician("ann", false), 14)
	open := s.post(14, session.Rota)
	broken := errors.New("no answer")
	refusing := must[*desk.Desk](s)(desk.New(desk.Options{Store: s.store, Directory: s.dir, Now: s.clock, Rules: []desk.Rule{
		func(_ context.Context, r desk.Request) (desk.Opinion, string) {
			if r.Session.ID == open.ID {
				return desk.Refuse, broken.Error()
			}
			return desk.NoOpinion, ""
		},
	}}))
	s.now = onJuly(14, 11, 0)
	done, err := s.keeper(func(o *keeper.Options) { o.Desk = refusing }).Look(t.Context())
	if forbidden := (*session.ForbiddenError)(nil); !errors.As(err, &forbidden) || forbidden.Why != broken.Error() {
		t.Errorf("%T %v", err, err)
	}
	s.equal("the rest", done, keeper.Done{Completed: 1})
	s.equal("the booking", s.booking(b.Booking.ID).State, booking.Completed)
}

func TestKeeperOptions(t *testing.T) {
	s := newSurgery(t)
	for field, o := range map[string]keeper.Options{
		"Options.Desk":  {Store: s.store},
		"Options.Store": {Desk: s.desk},
		"Options.Every": {Desk: s.desk, Store: s.store, Every: -1},
	} {
		wrong := (*session.FieldError)(nil)
		if _, err := keeper.New(o); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	// Without a clock of its own it goes by the machine's, and stops with its context.
	k := must[*keeper.Keeper](s)(keeper.New(keeper.Options{Desk: s.desk, Store: s.store, Every: time.Millisecond}))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := k.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run: %v", err)
	}
}

// A clinician is reminded once of each start, however many keepers look; one that was down reminds of nothing that is
// over.
func TestN1CliniciansAreRemindedOnceOfEachStart(t *testing.T) {
	s := newSurgery(t)
	ann := s.clinician("ann", false)
	b := s.book(ann, 14)
	start := b.Booking.Terms.Span.Start
	ahead := func(o *keeper.Options) { o.RemindAhead = 0 } // the default, a day
	s.equal("too early", s.looks(start.Add(-24*time.Hour-moment), ahead), keeper.Done{})
	s.equal("a day before", s.looks(start.Add(-24*time.Hour), ahead), keeper.Done{Reminded: 1})
	s.equal("once", s.looks(start.Add(-23*time.Hour), ahead), keeper.Done{})
	s.plan()
	s.equal("told", only(notify.Reminder, s.told(b.Session.ID)), []string{"reminder email p-ann planned"})
	s.move(b.Session, 16)
	got := s.booking(b.Booking.ID)
	must[rota.Changed](s)(s.desk.AcknowledgeChange(t.Context(), rota.AcknowledgeChange{
		Command: s.do(ann), Booking: got.ID, Shown: got.Pending.Shown(),
	}))
	s.equal("of the new start, too", s.looks(onJuly(15, 7, 0), ahead), keeper.Done{Reminded: 1})
	s.book(ann, 20)
	late := s.looks(onJuly(21, 7, 0), ahead)
	s.equal("not of what is over", late, keeper.Done{Completed: 2})
}
