package postgres_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// life is all that can happen at a provider: every command of the desk, given and accepted at least once. Each scene
// begins at the opening with a clinician of its own.
type life struct {
	tb       testing.TB
	st       *stage
	desk     *desk.Desk
	provider session.ProviderID
	// around is called with every command, and gives it by calling give; nil where nobody wants to know.
	around func(name string, give func())

	ids, scenes int
	who         session.Actor // the clinician of the scene
	given       map[string]int
	// what it left, for whoever asks for it later
	sessions   []session.SessionID
	bookings   []session.BookingID
	clinicians []session.Actor
	cases      []session.CaseID
	texts      []session.TextID
}

func newLife(tb testing.TB, st *stage, d *desk.Desk, p session.ProviderID) *life {
	return &life{tb: tb, st: st, desk: d, provider: p, given: map[string]int{}}
}

// all plays every scene.
func (l *life) all() *life {
	l.tb.Helper()
	for _, scene := range []func(){
		l.rules, l.posting, l.applying, l.offering, l.changing, l.working, l.reporting, l.withdrawing, l.cancelling,
		l.asking, l.claiming,
	} {
		scene()
	}
	return l
}

// scene begins one.
func (l *life) scene() {
	l.st.at(opening)
	l.scenes++
	l.who = l.st.clinician(l.provider, session.ClinicianID(fmt.Sprintf("%s-c%02d", l.provider, l.scenes)), true)
	l.clinicians = append(l.clinicians, l.who)
}

// do is the head of a command with a fresh id: the same ones in the life of another provider, but for those whose actor
// is the same, too.
func (l *life) do(by session.Actor) session.Command {
	l.ids++
	id := fmt.Sprintf("command-%03d", l.ids)
	if by == bySystem || by == bySupport {
		id += "-" + string(l.provider)
	}
	return session.Do(session.CommandID(id), by)
}

func (l *life) staff() session.Actor   { return staffs(l.provider) }
func (l *life) manager() session.Actor { return manages(l.provider) }

// give gives a command that has to be accepted.
func (l *life) give(c any) any {
	l.tb.Helper()
	var out any
	var err error
	name := reflect.TypeOf(c).Name()
	around := l.around
	if around == nil {
		around = func(_ string, give func()) { give() }
	}
	around(name, func() { out, err = run(l.tb, l.desk, c) })
	if err != nil {
		l.tb.Fatalf("%s of %s: %T: %v", name, l.provider, err, err)
	}
	l.given[name]++
	return out
}

// gives gives a command and knows what it leads to.
func gives[R any](l *life, c any) R {
	l.tb.Helper()
	r, is := l.give(c).(R)
	if !is {
		l.tb.Fatalf("%T leads to something else", c)
	}
	return r
}

func (l *life) rules() {
	l.scene()
	p := withdrawal.Default()
	p.Version, p.Provider, p.ValidFrom, p.Applications.OfferAllocations = 1, l.provider, l.st.clock(), true
	l.give(withdrawal.PublishPolicy{Command: l.do(l.manager()), Policy: p})
	l.give(notify.SetPreferences{
		Command: l.do(l.who), Person: l.who.Person, Emails: notify.Emails{Pay: notify.Off},
		Quiet: &notify.Quiet{From: calendar.MustClock(22, 0), To: calendar.MustClock(7, 0)},
	})
}

func (l *life) posts(amend ...func(*session.Post)) session.Session {
	l.tb.Helper()
	c := shift(l.do(l.staff()), 14)
	for _, f := range amend {
		f(&c)
	}
	s := gives[session.Session](l, c)
	l.sessions = append(l.sessions, s.ID)
	return s
}

func (l *life) posting() {
	l.scene()
	s := l.posts(func(c *session.Post) { c.Draft, c.Channel = true, session.Marketplace })
	l.give(session.Publish{Command: l.do(l.staff()), Session: s.ID})
	l.give(withdrawal.Withdraw{
		Command: l.do(l.staff()), Session: s.ID, Confirmed: true,
		Shown: must[withdrawal.Assessment](l.tb)(l.desk.AssessWithdrawal(l.tb.Context(), l.staff(), s.ID)).Shown,
	})
	l.posts(func(c *session.Post) { c.Channel = session.Marketplace }) // stays open
	s = l.posts()
	l.st.at("2026-07-14T07:00:00Z")
	l.give(session.Expire{Command: l.do(bySystem), Session: s.ID})
}

func (l *life) applies(s session.Session) rota.Application {
	l.tb.Helper()
	return gives[rota.Applied](l, rota.Apply{Command: l.do(l.who), Session: s.ID}).Application
}

func (l *life) applying() {
	l.scene()
	s := l.posts()
	l.give(rota.Retract{Command: l.do(l.who), Application: l.applies(s).ID})
	l.give(rota.Decline{Command: l.do(l.staff()), Application: l.applies(l.posts()).ID, Reason: "No."})
	s = l.posts()
	l.applies(s) // stays pending
	l.give(booking.SendMessage{Command: l.do(l.staff()), Session: s.ID, To: l.who.Clinician, Body: "Could you come at nine?"})
	l.give(booking.SendMessage{Command: l.do(l.who), Session: s.ID, Body: "Is there a car park?"})
}

// books posts a session and books the scene's clinician.
func (l *life) books(amend ...func(*session.Post)) rota.Booked {
	l.tb.Helper()
	b := gives[rota.Booked](l, rota.Accept{Command: l.do(l.staff()), Application: l.applies(l.posts(amend...)).ID})
	l.bookings = append(l.bookings, b.Booking.ID)
	return b
}

func (l *life) offers() booking.Booking {
	l.tb.Helper()
	l.scene()
	b := gives[rota.Booked](l, rota.Allocate{Command: l.do(l.manager()), Session: l.posts().ID, Clinician: l.who.Clinician})
	l.bookings = append(l.bookings, b.Booking.ID)
	return b.Booking
}

func (l *life) offering() {
	l.give(rota.AcceptOffer{Booking: l.offers().ID, Command: l.do(l.who)})
	l.give(rota.DeclineOffer{Booking: l.offers().ID, Command: l.do(l.who), Reason: "Sorry."})
	b := l.offers()
	l.st.at("2026-07-05T09:00:00Z")
	l.give(rota.LapseOffer{Command: l.do(bySystem), Booking: b.ID})
	l.offers() // stays
}

// changes books and changes the times, which waits for the clinician.
func (l *life) changes() booking.Booking {
	l.tb.Helper()
	l.scene()
	return gives[rota.Changed](l, rota.Change{
		Command: l.do(l.staff()), Session: l.books().Session.ID, Start: wall(15, "08:00"), End: wall(15, "18:00"),
	}).Booking
}

func (l *life) changing() {
	b := l.changes()
	l.give(rota.AcknowledgeChange{Command: l.do(l.who), Booking: b.ID, Shown: b.Pending.Shown()})
	b = l.changes()
	l.give(rota.RefuseChange{Command: l.do(l.who), Booking: b.ID, Shown: b.Pending.Shown(), Reason: "I can't."})
	b = l.changes()
	l.st.at("2026-07-14T07:00:00Z")
	l.give(rota.VoidChange{Command: l.do(bySystem), Booking: b.ID})
	l.changes() // stays
	l.scene()
	b = l.books().Booking
	l.give(booking.Remind{Command: l.do(bySystem), Booking: b.ID})
	l.st.clinician(l.provider, l.who.Clinician, false)
	l.give(rota.Recheck{Command: l.do(bySystem), Booking: b.ID})
}

// works books, and completes the session when it has ended.
func (l *life) works() booking.Booking {
	l.tb.Helper()
	l.scene()
	b := l.books()
	l.st.at("2026-07-14T17:00:00Z")
	l.give(booking.Complete{Command: l.do(bySystem), Session: b.Session.ID})
	return b.Booking
}

func (l *life) working() {
	b := l.works()
	hours := booking.StateHours{Booking: b.ID, Start: b.Terms.Span.Start, End: b.Terms.Span.End, Break: time.Hour}
	for range 2 {
		hours.Command = l.do(l.who)
		l.give(hours)
		if l.given["QueryHours"] == 0 {
			l.give(booking.QueryHours{Command: l.do(l.staff()), Booking: b.ID, Reason: "You left at noon."})
		}
	}
	i := gives[booking.Approved](l, booking.ApproveHours{Command: l.do(l.staff()), Booking: b.ID}).Invoice
	due := calendar.MustDate(2026, time.August, 14)
	l.give(booking.SendInvoice{Command: l.do(l.who), Invoice: i.ID, Due: due})
	l.give(booking.QueryInvoice{Command: l.do(l.staff()), Invoice: i.ID, Reason: "Too much."})
	l.give(booking.SendInvoice{Command: l.do(l.who), Invoice: i.ID, Due: due})
	l.give(booking.PayInvoice{Command: l.do(l.staff()), Invoice: i.ID})
}

func (l *life) reporting() {
	l.give(booking.RecordNoShow{Booking: l.works().ID, Command: l.do(l.staff()), Reason: "Nobody came."})
	l.give(booking.EndEarly{
		Booking: l.works().ID, Command: l.do(l.who), At: instant("2026-07-14T12:00:00Z"), Reason: "A flood.",
	})
}

func (l *life) withdrawing() {
	l.scene()
	b := l.books()
	l.give(withdrawal.Withdraw{
		Command: l.do(l.staff()), Session: b.Session.ID, Reason: "We closed.",
		Shown: must[withdrawal.Assessment](l.tb)(l.desk.AssessWithdrawal(l.tb.Context(), l.staff(), b.Session.ID)).Shown,
	})
	l.scene()
	b = l.books()
	l.give(withdrawal.EndBooking{
		Command: l.do(l.staff()), Booking: b.Booking.ID, Reason: "We found a partner.",
		Shown: must[withdrawal.Assessment](l.tb)(l.desk.AssessEnding(l.tb.Context(), l.staff(), b.Booking.ID)).Shown,
	})
}

// cancels cancels late, at the practice's request as the clinician says.
func (l *life) cancels() session.BookingID {
	l.tb.Helper()
	l.scene()
	id := l.books().Booking.ID
	l.st.at("2026-07-13T09:00:00Z")
	l.give(withdrawal.CancelBooking{
		Command: l.do(l.who), Booking: id, AtRequest: true, Reason: "They asked me to.",
		Shown: must[withdrawal.Assessment](l.tb)(l.desk.AssessCancellation(l.tb.Context(), l.who, id)).Shown,
	})
	return id
}

func (l *life) cancelling() {
	l.give(withdrawal.DisputeCause{Booking: l.cancels(), Command: l.do(l.staff()), Reason: "We did not."})
	l.give(withdrawal.ConfirmCall{Booking: l.cancels(), Command: l.do(l.staff())})
}

// opens opens a support case about a booking.
func (l *life) opens() withdrawal.Case {
	l.tb.Helper()
	l.scene()
	b := l.books()
	l.st.at("2026-07-10T09:00:00Z")
	c := gives[withdrawal.Case](l, withdrawal.OpenCase{
		Command: l.do(l.staff()), Reference: b.Session.Reference, PracticeName: nameOf(practiceOf[l.provider]),
		Date: calendar.MustDate(2026, time.July, 14), Reason: "The boiler has burst.", Via: withdrawal.ByForm,
	})
	l.cases, l.texts = append(l.cases, c.ID), append(l.texts, c.Reason)
	return c
}

func (l *life) asking() {
	l.give(withdrawal.RejectCase{Case: l.opens().ID, Command: l.do(bySupport), Reason: "It is too late."})
	l.give(withdrawal.RetractCase{Case: l.opens().ID, Command: l.do(l.staff())})
	l.give(session.EraseText{Text: l.opens().Reason, Command: l.do(bySupport)}) // the case stays open
}

// claims returns a booking that support ended: the clinician may charge a fee.
func (l *life) claims() session.BookingID {
	l.tb.Helper()
	return gives[withdrawal.Withdrawn](l, withdrawal.ActionCase{Case: l.opens().ID, Command: l.do(bySupport)}).Booking.ID
}

func (l *life) proposes() session.BookingID {
	l.tb.Helper()
	return gives[withdrawal.Fee](l, withdrawal.ProposeFee{
		Booking: l.claims(), Command: l.do(l.who), Amount: session.Pounds(30000), Note: "I turned others down.",
	}).Booking
}

func (l *life) claiming() {
	id := l.proposes()
	l.give(withdrawal.CounterFee{Booking: id, Command: l.do(l.staff()), Amount: session.Pounds(10000), Note: "Hm."})
	l.give(withdrawal.AgreeFee{Booking: id, Command: l.do(l.who), Amount: session.Pounds(10000)})
	l.give(withdrawal.DisputeFee{Booking: l.proposes(), Command: l.do(l.staff()), Note: "It is too much."})
	l.give(withdrawal.WaiveFee{Booking: l.claims(), Command: l.do(l.who), Note: "Never mind."})
	l.give(withdrawal.DeclareEarnings{Booking: l.claims(), Command: l.do(l.who), Amount: session.Pounds(20000)})
	id = l.claims()
	l.st.at("2026-09-01T09:00:00Z")
	l.give(withdrawal.AdvanceFee{Booking: id, Command: l.do(bySystem)})
}

// Whoever adds a command to the desk adds it to the life that is compared, counted and carried over here.
func TestALifeHasEveryCommand(t *testing.T) {
	st := newStage(t)
	l := newLife(t, st, st.desk(t, memory.New()), "north").all()
	for _, name := range commands() {
		if l.given[name] == 0 {
			t.Errorf("the command %s is never given", name)
		}
	}
	if len(l.given) < 40 {
		t.Errorf("only %d commands", len(l.given))
	}
}
