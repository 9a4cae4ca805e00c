package reports_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// story is a July at three practices of two providers, played through a desk on a clock that is set by hand.
type story struct {
	*testing.T

	store *postgres.Store
	dir   *memory.Directory
	desk  *desk.Desk
	now   time.Time
	ids   int
}

// The practices, and whose they are.
var providerOf = map[session.PracticeID]session.ProviderID{"leeds": "north", "york": "north", "bath": "south"}

// The clinicians, and whose bank they are in.
var (
	ada = session.Clinician("p-ada", "ada")
	ben = session.Clinician("p-ben", "ben")
	cyd = session.Clinician("p-cyd", "cyd")
)

var (
	support = session.Support("p-support")
	system  = session.System()
)

func newStory(t *testing.T, store *postgres.Store) *story {
	t.Helper()
	s := &story{T: t, store: store, dir: memory.NewDirectory()}
	s.at("2026-07-02T09:00:00Z")
	cal, err := calendar.UK(calendar.EnglandAndWales)
	ok(s, err)
	s.dir.SetSupport(session.SupportFacts{Phone: "01632 960999", Email: "support@example.org"}, person("p-support"))
	for _, p := range []session.ProviderID{"north", "south"} {
		s.dir.AddProvider(session.ProviderFacts{ID: p}, person(manages(p).Person))
	}
	for practice, p := range providerOf {
		s.dir.AddPractice(session.PracticeFacts{
			ID: practice, Provider: p, Name: nameOf(practice), Calendar: cal, Phone: "01632 960001",
		}, person(staffs(practice).Person))
	}
	s.clinician(ada, "north", person(ada.Person))
	s.clinician(ben, "north", notify.Person{ID: ben.Person, Name: "Ben"}) // who gave no address
	s.clinician(cyd, "south", person(cyd.Person))
	s.desk, err = desk.New(desk.Options{Store: store, Directory: s.dir, Now: s.clock})
	ok(s, err)
	return s
}

func (s *story) clinician(by session.Actor, p session.ProviderID, reach notify.Person) {
	f := rota.ClinicianFacts{
		ID: by.Clinician, Person: by.Person, Roles: []session.Role{"GP"}, Approved: true,
		Memberships: []rota.Membership{{Provider: p, Tier: rota.StaffBank}},
	}
	for _, kind := range withdrawal.Default().Eligibility.Required {
		f.Documents = append(f.Documents, rota.Document{Kind: kind, Expires: calendar.MustDate(2030, time.December, 31)})
	}
	s.dir.AddClinician(f, reach)
}

func person(id session.PersonID) notify.Person {
	return notify.Person{ID: id, Name: string(id), Email: string(id) + "@example.org"}
}

func nameOf(p session.PracticeID) string { return "Surgery of " + string(p) }

func staffs(p session.PracticeID) session.Actor {
	return session.Practice(session.PersonID("p-"+string(p)), providerOf[p], p)
}

func manages(p session.ProviderID) session.Actor {
	return session.RotaManager(session.PersonID("p-"+string(p)), p)
}

func (s *story) at(instant string) {
	t, err := time.Parse(time.RFC3339, instant)
	ok(s, err)
	s.now = t
}

func (s *story) clock() time.Time { return s.now }

// got returns what a command led to, and ends the test where it was refused.
func got[R any](r R, err error) func(*story) R {
	return func(s *story) R {
		s.Helper()
		ok(s, err)
		return r
	}
}

// do is the head of a command.
func (s *story) do(by session.Actor) session.Command {
	s.ids++
	return session.Do(session.CommandID(fmt.Sprintf("command-%03d", s.ids)), by)
}

// posts posts a session at £70 an hour: from 08:00 to 18:00 with an hour's break, unless amended.
func (s *story) posts(practice session.PracticeID, day string, amend ...func(*session.Post)) session.Session {
	s.Helper()
	c := session.Post{
		Command: s.do(staffs(practice)), Practice: practice, Role: "GP", Start: s.local(day + " 08:00"),
		End: s.local(day + " 18:00"), Break: time.Hour, Rate: session.Pounds(7000).PerHour(), Channel: session.Rota,
	}
	for _, f := range amend {
		f(&c)
	}
	return got(s.desk.Post(s.Context(), c))(s)
}

func (s *story) local(text string) calendar.Local {
	l, err := calendar.ParseLocal(text)
	ok(s, err)
	return l
}

// allocates has the provider's rota manager book a clinician.
func (s *story) allocates(of session.Session, who session.Actor) booking.Booking {
	s.Helper()
	c := rota.Allocate{Command: s.do(manages(of.Provider)), Session: of.ID, Clinician: who.Clinician}
	return got(s.desk.Allocate(s.Context(), c))(s).Booking
}

// accepts has a clinician apply, and the practice accept.
func (s *story) accepts(of session.Session, who session.Actor) booking.Booking {
	s.Helper()
	a := got(s.desk.Apply(s.Context(), rota.Apply{Command: s.do(who), Session: of.ID}))(s).Application
	return got(s.desk.Accept(s.Context(), rota.Accept{Command: s.do(staffs(of.Practice)), Application: a.ID}))(s).Booking
}

// withdraws has the practice withdraw a session itself.
func (s *story) withdraws(of session.Session, reason string) {
	s.Helper()
	by := staffs(of.Practice)
	shown := got(s.desk.AssessWithdrawal(s.Context(), by, of.ID))(s)
	_, err := s.desk.Withdraw(s.Context(), withdrawal.Withdraw{
		Command: s.do(by), Session: of.ID, Confirmed: true, Reason: reason, Shown: shown.Shown,
	})
	ok(s, err)
}

// asks has the practice ask support, which withdraws the session.
func (s *story) asks(of session.Session, day int) {
	s.Helper()
	c := got(s.desk.OpenCase(s.Context(), withdrawal.OpenCase{
		Command: s.do(staffs(of.Practice)), Reference: of.Reference, PracticeName: nameOf(of.Practice),
		Date: calendar.MustDate(2026, time.July, day), Reason: "The boiler has burst.", Via: withdrawal.ByForm,
	}))(s)
	_, err := s.desk.ActionCase(s.Context(), withdrawal.ActionCase{Command: s.do(support), Case: c.ID})
	ok(s, err)
}

// cancels has a clinician cancel.
func (s *story) cancels(b booking.Booking, who session.Actor) {
	s.Helper()
	shown := got(s.desk.AssessCancellation(s.Context(), who, b.ID))(s)
	_, err := s.desk.CancelBooking(s.Context(), withdrawal.CancelBooking{
		Command: s.do(who), Booking: b.ID, Shown: shown.Shown,
	})
	ok(s, err)
}

// bills has the clinician state the hours, and the practice approve them.
func (s *story) bills(b booking.Booking, who session.Actor, end time.Time) booking.Invoice {
	s.Helper()
	_, err := s.desk.StateHours(s.Context(), booking.StateHours{
		Command: s.do(who), Booking: b.ID, Start: b.Terms.Span.Start, End: end, Break: b.Terms.Break,
	})
	ok(s, err)
	return got(s.desk.ApproveHours(s.Context(), booking.ApproveHours{
		Command: s.do(staffs(b.Practice)), Booking: b.ID,
	}))(s).Invoice
}

// time passes: the keeper brings about what is due.
func (s *story) passes(until string) {
	s.Helper()
	s.at(until)
	k, err := keeper.New(keeper.Options{
		Desk: s.desk, Store: s.store, Now: s.clock, RecheckAhead: -1,
		NewID: func() session.CommandID { return s.do(system).ID },
	})
	ok(s, err)
	_, err = k.Look(s.Context())
	ok(s, err)
}

// july plays it.
func (s *story) july() {
	s.Helper()
	ctx := s.Context()
	leeds14, leeds16, leeds20 := s.posts("leeds", "2026-07-14"), s.posts("leeds", "2026-07-16"), s.posts("leeds", "2026-07-20")
	leeds24, york15 := s.posts("leeds", "2026-07-24"), s.posts("york", "2026-07-15")
	s.posts("leeds", "2026-07-22") // whom nobody wants
	s.posts("leeds", "2026-08-03") // is open when the story ends
	s.posts("york", "2026-07-28", func(c *session.Post) { c.Draft = true })
	bath15, bath17 := s.posts("bath", "2026-07-15"), s.posts("bath", "2026-07-17")
	// It begins in July by UTC, and in August where it is worked.
	night := s.posts("bath", "2026-08-01", func(c *session.Post) {
		c.Start, c.End, c.Break = s.local("2026-08-01 00:30"), s.local("2026-08-01 08:30"), 0
	})
	worked, ended := s.allocates(leeds14, ada), s.allocates(leeds20, ada)
	late := s.allocates(york15, ben)
	s.accepts(bath15, cyd)
	inBath := s.accepts(bath17, cyd)
	atNight := s.accepts(night, cyd)
	s.at("2026-07-03T09:00:00Z")
	s.withdraws(bath15, "We found a partner.") // in time
	s.withdraws(leeds24, "")                   // unfilled
	s.at("2026-07-04T09:00:00Z")
	short := s.accepts(leeds16, ben)

	s.at("2026-07-13T09:00:00Z")
	s.cancels(late, ben)
	s.at("2026-07-14T09:00:00Z")
	s.allocates(york15, ada)
	s.asks(bath17, 17) // three business days before
	s.at("2026-07-17T09:00:00Z")
	s.asks(leeds20, 20) // one
	propose := withdrawal.ProposeFee{Command: s.do(ada), Booking: ended.ID, Amount: session.Pounds(30000)}
	_, err := s.desk.ProposeFee(ctx, propose)
	ok(s, err)
	_, err = s.desk.CounterFee(ctx, withdrawal.CounterFee{
		Command: s.do(staffs("leeds")), Booking: ended.ID, Amount: session.Pounds(12050),
	})
	ok(s, err)
	_, err = s.desk.AgreeFee(ctx, withdrawal.AgreeFee{Command: s.do(ada), Booking: ended.ID, Amount: session.Pounds(12050)})
	ok(s, err)
	_, err = s.desk.ProposeFee(ctx, withdrawal.ProposeFee{
		Command: s.do(cyd), Booking: inBath.ID, Amount: session.Pounds(40000),
	})
	ok(s, err)

	s.passes("2026-07-18T09:00:00Z")
	paid := s.bills(worked, ada, worked.Terms.Span.End)
	s.bills(short, ben, short.Terms.Span.End.Add(-30*time.Minute))
	_, err = s.desk.SendInvoice(ctx, booking.SendInvoice{
		Command: s.do(ada), Invoice: paid.ID, Due: calendar.MustDate(2026, time.August, 14),
	})
	ok(s, err)
	_, err = s.desk.PayInvoice(ctx, booking.PayInvoice{Command: s.do(staffs("leeds")), Invoice: paid.ID})
	ok(s, err)
	s.passes("2026-08-01T09:00:00Z")
	s.bills(atNight, cyd, atNight.Terms.Span.End)
}

// tells plans who is told, and has a transport that delivers some of it.
func (s *story) tells() {
	s.Helper()
	s.plans()
	for s.tellsSome() > 0 {
	}
}

// plans turns what has happened into deliveries.
func (s *story) plans() {
	s.Helper()
	p := keeper.Planner{Queue: s.store, Store: s.store, Directory: s.dir, Now: s.clock}
	_, err := p.Plan(s.Context())
	ok(s, err)
}

// tellsSome claims the next ones of each person, and returns how many there were.
func (s *story) tellsSome() int {
	s.Helper()
	claims, err := s.store.Claim(s.Context(), notify.ClaimRequest{Now: s.now, Lease: time.Minute, Limit: 1000})
	ok(s, err)
	for _, c := range claims {
		o := notify.Outcome{State: notify.Delivered, At: s.now}
		switch c.Delivery.Kind { //nolint:exhaustive // the others are delivered
		case notify.InvoicePaid:
			continue // somebody has it in hand when the story ends
		case notify.HoursStated:
			o.State, o.Retry, o.Why = notify.Failed, s.now.Add(time.Minute), "try_later"
		case notify.CaseOpened:
			o.State = notify.Unknown
		case notify.FeeProposed:
			o.State, o.Why = notify.GivenUp, "no_such_mailbox"
		case notify.ApplicationReceived:
			o.State = notify.Stale
		}
		_, err := s.store.Settle(s.Context(), []notify.Settlement{{Claim: c, Outcome: o}})
		ok(s, err)
	}
	return len(claims)
}
