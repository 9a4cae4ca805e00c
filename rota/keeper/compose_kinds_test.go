package keeper_test

import (
	"context"
	"errors"
	"slices"
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

// still is a store in which everything is as a test says.
type still struct {
	desk.Snapshot
	*surgery
	record []session.Event
}

func (s *still) Load(context.Context, desk.Want) (desk.Snapshot, error) { return s.Snapshot, nil }

func (s *still) Settings(ctx context.Context, people ...session.PersonID) ([]notify.Settings, error) {
	return s.store.Settings(ctx, people...)
}

func (s *still) Texts(ctx context.Context, ids ...session.TextID) ([]session.Text, error) {
	return s.store.Texts(ctx, ids...)
}

func (s *still) Record(
	context.Context, session.ProviderID, desk.RecordQuery,
) (session.Page[session.Event], error) {
	return session.Page[session.Event]{Items: s.record}, nil
}

func (s *still) FindWork(ctx context.Context, q rota.Search) (session.Page[rota.Listing], error) {
	return s.store.FindWork(ctx, q)
}

// situation is what a message of any kind could be about: a booking on 14 July that is confirmed, and everything that
// hangs on it.
func situation() desk.Snapshot {
	terms := session.Terms{Role: "GP", Place: "Room 1", Rate: session.Pounds(8500).PerHour(),
		Span: calendar.Span{Start: onJuly(14, 7, 0), End: onJuly(14, 11, 0)}}
	money := session.Pounds(34000)
	return desk.Snapshot{
		Session: session.Session{ID: "s1", Version: 2, Reference: "#4011", Provider: "north", Practice: "leeds",
			State: session.Filled, Terms: terms, Channel: session.Rota, Booking: "b1", Round: 1},
		Application: rota.Application{ID: "a1", Version: 1, Session: "s1", Clinician: "ann", Person: "p-ann",
			State: rota.Pending},
		Booking: booking.Booking{ID: "b1", Version: 3, Session: "s1", Reference: "#4011", Provider: "north",
			Practice: "leeds", Clinician: "ann", Person: "p-ann", State: booking.Confirmed, Terms: terms},
		Case:    withdrawal.Case{ID: "k1", Version: 1, State: withdrawal.CaseOpen},
		Fee:     withdrawal.Fee{Booking: "b1", Version: 3, State: withdrawal.FeeClaimable, Amount: money, Earned: money},
		Hours:   booking.Hours{Booking: "b1", Version: 3, State: booking.HoursStated},
		Invoice: booking.Invoice{ID: "i1", Version: 3, State: booking.InvoiceSent},
	}
}

type amend = func(*desk.Snapshot)

func state(s booking.State) amend { return func(n *desk.Snapshot) { n.Booking.State = s } }

func sessionState(s session.State) amend { return func(n *desk.Snapshot) { n.Session.State = s } }

func caseState(s withdrawal.CaseState) amend { return func(n *desk.Snapshot) { n.Case.State = s } }

func feeState(s withdrawal.FeeState) amend { return func(n *desk.Snapshot) { n.Fee.State = s } }

func hoursState(s booking.HoursState) amend { return func(n *desk.Snapshot) { n.Hours.State = s } }

func invoiceState(s booking.InvoiceState) amend {
	return func(n *desk.Snapshot) { n.Invoice.State = s }
}

func applicationState(s rota.State) amend {
	return func(n *desk.Snapshot) { n.Session.State, n.Session.Round, n.Application.State = session.Open, 0, s }
}

func all(fs ...amend) amend {
	return func(n *desk.Snapshot) {
		for _, f := range fs {
			f(n)
		}
	}
}

func unbooked(n *desk.Snapshot) { n.Session.Booking, n.Booking = "", booking.Booking{} }

func another(n *desk.Snapshot) { n.Booking.Person = "p-bea" }

func pending(n *desk.Snapshot) {
	n.Booking.Pending = booking.Pending{Terms: n.Booking.Terms, Since: onJuly(1, 0, 0)}
}

func called(n *desk.Snapshot) {
	n.Booking.State, n.Booking.Call = booking.Cancelled, booking.Call{Phone: "1", Due: onJuly(1, 0, 0)}
}

// judgement is one kind: an event with facts, when it holds, and when not any more.
type judgement struct {
	to      notify.Audience
	subject session.SubjectKind
	kind    session.EventKind
	facts   session.Facts
	holds   []amend
	stale   []amend
	lasting bool
}

func versions(n *desk.Snapshot) {
	n.Hours.Version++
	n.Invoice.Version++
	n.Fee.Amount, n.Fee.Earned = session.Pounds(1), session.Pounds(1)
}

func judgements() map[notify.Kind]judgement {
	const clinician, client, support = notify.BookedClinician, notify.PracticeStaff, notify.SupportTeam
	b, k := session.KindBooking, session.KindCase
	nothing := func(*desk.Snapshot) {}
	amount := session.Facts{"amount": "340.00", "earned": "340.00"}
	disputed := func(n *desk.Snapshot) { n.Booking.Ending.Disputed = onJuly(1, 0, 0) }
	due := func(n *desk.Snapshot) { n.Fee.Due = onJuly(5, 9, 0) }
	until := func(n *desk.Snapshot) { n.Booking.State, n.Booking.OfferedUntil = booking.Offered, onJuly(5, 9, 0) }
	started := func(n *desk.Snapshot) { n.Booking.Terms.Span.Start = onJuly(5, 9, 0) }
	moved := func(n *desk.Snapshot) { n.Booking.Terms.Span.Start = onJuly(15, 7, 0) }
	sooner := func(n *desk.Snapshot) { n.Booking.Pending.Terms.Span.Start = onJuly(5, 9, 0) }
	begun := func(n *desk.Snapshot) { n.Session.Terms.Span.Start = onJuly(5, 9, 0) }
	made := func(n *desk.Snapshot) { n.Booking.Call.Made = onJuly(2, 0, 0) }
	lacks := func(n *desk.Snapshot) { n.Booking.Lapsed = []string{"not_member"} }
	missing := session.Facts{"findings": "not_member"}
	cancelled, confirmed, completed := state(booking.Cancelled), state(booking.Confirmed), state(booking.Completed)
	return map[notify.Kind]judgement{
		notify.ApplicationReceived: {to: client, subject: session.KindApplication,
			holds: []amend{applicationState(rota.Pending)},
			stale: []amend{nothing, applicationState(rota.Retracted), all(applicationState(rota.Pending), begun)}},
		notify.ApplicationDeclined: {to: notify.Applicant, subject: session.KindApplication,
			holds: []amend{applicationState(rota.Declined)}, stale: []amend{nothing}},
		notify.ApplicationGone: {to: notify.PendingApplicants, subject: session.KindSession,
			holds: []amend{another, all(sessionState(session.Expired), unbooked)},
			stale: []amend{nothing, sessionState(session.Open)}},
		notify.SessionWithdrawn: {to: notify.PendingApplicants, subject: session.KindSession,
			holds: []amend{sessionState(session.Withdrawn)}, stale: []amend{nothing}},

		notify.BookingConfirmed: {to: clinician, subject: b, holds: []amend{nothing},
			stale: []amend{cancelled, completed}},
		notify.Allocated: {to: clinician, subject: b, holds: []amend{nothing}, stale: []amend{cancelled}},
		notify.Offered: {to: clinician, subject: b, holds: []amend{state(booking.Offered)},
			stale: []amend{nothing, cancelled, until, all(state(booking.Offered), started)}},
		notify.OfferAnswered: {to: client, subject: b, kind: booking.EventConfirmed, holds: []amend{nothing},
			stale: []amend{cancelled}},
		notify.OfferLapsed: {to: clinician, subject: b, holds: []amend{another, unbooked, cancelled},
			stale: []amend{nothing}},
		notify.SessionFilled:      {to: client, subject: b, holds: []amend{nothing}, stale: []amend{cancelled}},
		notify.BookingWithdrawn:   {to: clinician, subject: b, holds: []amend{cancelled}, stale: []amend{nothing}},
		notify.BookingCancelled:   {to: clinician, subject: b, holds: []amend{cancelled}, stale: []amend{nothing}},
		notify.ClinicianCancelled: {to: client, subject: b, holds: []amend{cancelled}, stale: []amend{nothing}},
		notify.CallDue: {to: clinician, subject: b, holds: []amend{called},
			stale: []amend{nothing, all(called, made)}},
		notify.CauseDisputed: {to: clinician, subject: b, holds: []amend{disputed}, stale: []amend{nothing}},
		notify.SessionUpdated: {to: clinician, subject: b, holds: []amend{nothing, state(booking.Offered)},
			stale: []amend{cancelled, completed}},
		notify.ChangeToAcknowledge: {to: clinician, subject: b, holds: []amend{pending},
			stale: []amend{nothing, all(pending, cancelled), all(pending, started), all(pending, sooner)}},
		notify.ChangeAnswered: {to: client, subject: b, kind: booking.EventCancelled, holds: []amend{cancelled},
			stale: []amend{nothing}},
		notify.ChangeVoid: {to: clinician, subject: b, holds: []amend{confirmed, completed},
			stale: []amend{cancelled}},
		notify.EligibilityChanged: {to: client, subject: b, facts: missing, holds: []amend{lacks},
			stale: []amend{nothing, all(lacks, started), all(lacks, cancelled)}},
		notify.NoShow: {to: clinician, subject: b, holds: []amend{state(booking.NoShow)},
			stale: []amend{completed}},
		notify.EndedEarly: {to: client, subject: b, holds: []amend{completed}, stale: []amend{state(booking.NoShow)}},
		notify.Reminder: {to: clinician, subject: b, facts: session.Facts{"start": "2026-07-14T07:00:00Z"},
			holds: []amend{nothing}, stale: []amend{cancelled, started, moved}},

		notify.HoursStated: {to: client, subject: session.KindHours, holds: []amend{nothing},
			stale: []amend{hoursState(booking.HoursQueried), versions}},
		notify.HoursApproved: {to: clinician, subject: session.KindHours, holds: []amend{hoursState(booking.HoursApproved)},
			stale: []amend{nothing}},
		notify.HoursQueried: {to: clinician, subject: session.KindHours, holds: []amend{hoursState(booking.HoursQueried)},
			stale: []amend{nothing, all(hoursState(booking.HoursQueried), versions)}},
		notify.InvoiceSent: {to: client, subject: session.KindInvoice, holds: []amend{nothing},
			stale: []amend{invoiceState(booking.InvoicePaid), versions}},
		notify.InvoiceQueried: {to: clinician, subject: session.KindInvoice,
			holds: []amend{invoiceState(booking.InvoiceQueried)}, stale: []amend{nothing}},
		notify.InvoicePaid: {to: clinician, subject: session.KindInvoice, holds: []amend{invoiceState(booking.InvoicePaid)},
			stale: []amend{nothing}},
		notify.FeeClaimable: {to: clinician, subject: session.KindFee, holds: []amend{nothing},
			stale: []amend{feeState(withdrawal.FeeProposed), due}},
		notify.FeeProposed: {to: client, subject: session.KindFee, facts: amount,
			holds: []amend{feeState(withdrawal.FeeProposed)},
			stale: []amend{nothing, all(feeState(withdrawal.FeeProposed), versions)}},
		notify.FeeCountered: {to: clinician, subject: session.KindFee, facts: amount,
			holds: []amend{feeState(withdrawal.FeeCountered)}, stale: []amend{feeState(withdrawal.FeeAgreed)}},
		notify.FeeAgreed: {to: clinician, subject: session.KindFee, facts: amount,
			holds: []amend{feeState(withdrawal.FeeAgreed)}, stale: []amend{nothing}},
		notify.FeeWaived: {to: client, subject: session.KindFee, facts: amount,
			holds: []amend{feeState(withdrawal.FeeWaived)}, stale: []amend{nothing}},
		notify.FeeLapsed: {to: clinician, subject: session.KindFee, facts: amount,
			holds: []amend{feeState(withdrawal.FeeLapsed)}, stale: []amend{nothing}},
		notify.FeeDisputed: {to: support, subject: session.KindFee, facts: amount,
			holds: []amend{feeState(withdrawal.FeeDisputed)}, stale: []amend{feeState(withdrawal.FeeAgreed)}},
		notify.EarningsDeclared: {to: client, subject: session.KindFee, facts: amount, holds: []amend{nothing},
			stale: []amend{feeState(withdrawal.FeeAgreed), versions}},

		notify.Digest:      {subject: notify.KindDigest}, // judged session by session
		notify.NewMessage:  {to: client, subject: session.KindMessage, holds: []amend{nothing, cancelled}, lasting: true},
		notify.Unreachable: {to: support, subject: notify.KindNotice, holds: []amend{nothing, cancelled}, lasting: true},
		notify.CaseOpened: {to: support, subject: k, holds: []amend{nothing},
			stale: []amend{caseState(withdrawal.CaseActioned)}},
		notify.CaseUrgent: {to: client, subject: k, holds: []amend{nothing},
			stale: []amend{caseState(withdrawal.CaseRetracted)}},
		notify.CaseActioned: {to: client, subject: k, holds: []amend{caseState(withdrawal.CaseActioned)},
			stale: []amend{nothing}},
		notify.CaseRejected: {to: client, subject: k, holds: []amend{caseState(withdrawal.CaseRejected)},
			stale: []amend{nothing}},
		notify.CaseClosed: {to: support, subject: k,
			holds: []amend{caseState(withdrawal.CaseActioned), caseState(withdrawal.CaseRetracted)},
			stale: []amend{nothing}},
	}
}

// claimOf is a claim of a delivery, by email, of a kind that a judgement is about.
func claimOf(kind notify.Kind, j judgement) notify.Claim {
	person := session.PersonID("p-ann")
	switch j.to {
	case notify.PracticeStaff:
		person = "staff"
	case notify.RotaManagers:
		person = "manager"
	case notify.SupportTeam:
		person = "helper"
	default: // it is about Ann
	}
	var id string
	switch j.subject {
	case session.KindBooking, session.KindFee, session.KindHours:
		id = "b1"
	default:
		id = string(j.subject[:1]) + "1"
	}
	e := session.Event{
		Subject: session.Subject{Kind: j.subject, ID: id}, Version: 3, Kind: j.kind, Provider: "north",
		Session: "s1", At: onJuly(4, 9, 0), By: session.System(),
		Facts: session.Facts{"practice": "leeds", "clinician": "ann", "booking": "b1", "reference": "#4011"},
	}
	for name, value := range j.facts {
		e.Facts[name] = value
	}
	return notify.Claim{Event: e, Was: notify.Planned, Delivery: notify.Delivery{
		Key: "key", Event: e.Key(), Kind: kind, Channel: notify.Email, Person: person, Audience: j.to, Session: "s1",
		Provider: "north", State: notify.Claimed,
	}}
}

func TestN5EveryKindIsJudgedAgain(t *testing.T) {
	all := judgements()
	for _, kind := range notify.MessageKinds() {
		if kind == notify.Digest {
			continue
		}
		t.Run("N5 "+string(kind), func(t *testing.T) {
			j, ok := all[kind]
			if !ok || len(j.holds) == 0 || len(j.stale) == 0 != j.lasting {
				t.Fatal("nobody says when it holds, and when not")
			}
			s := newSurgery(t)
			s.clinician("ann", true)
			s.now = onJuly(5, 9, 0)
			compose := func(change amend) (notify.Message, error) {
				now := situation()
				change(&now)
				c := &keeper.Composer{Store: &still{Snapshot: now, surgery: s}, Directory: s.dir, Now: s.clock}
				return c.Compose(t.Context(), claimOf(kind, j))
			}
			for i, change := range j.holds {
				if m, err := compose(change); err != nil || m.Subject == "" || m.Key != "key" {
					t.Errorf("%d: it holds: %+v, %v", i, m, err)
				}
			}
			for i, change := range j.stale {
				var stale *notify.StaleError
				if m, err := compose(change); !errors.As(err, &stale) || stale.Why != notify.Overtaken {
					t.Errorf("%d: it is overtaken: %+v, %v", i, m, err)
				}
			}
		})
	}
}

// A change that was replaced, withdrawn or answered is not asked about again, though another one waits by now (S5).
func TestN5S5AChangeThatWasReplacedIsNotAskedAbout(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", true)
	s.now = onJuly(5, 9, 0)
	claim := claimOf(notify.ChangeToAcknowledge, judgements()[notify.ChangeToAcknowledge])
	for _, kind := range []session.EventKind{
		rota.EventChangeProposed, rota.EventChangeWithdrawn, rota.EventChangeAcknowledged, rota.EventBookingChangeVoid,
		rota.EventEligibilityLost,
	} {
		now := situation()
		pending(&now)
		now.Booking.Version = 4
		store := &still{Snapshot: now, surgery: s, record: []session.Event{
			{Kind: rota.EventChangeProposed, Version: 3}, {Kind: kind, Version: 4},
		}}
		_, err := (&keeper.Composer{Store: store, Directory: s.dir, Now: s.clock}).Compose(t.Context(), claim)
		if (err == nil) != (kind == rota.EventEligibilityLost) || err != nil && !errors.Is(err, notify.ErrStale) {
			t.Errorf("after %s: %v", kind, err)
		}
	}
}

// Bookings go into the calendar of the clinician, and of nobody else (A8).
func TestA8MessagesCarryInvitations(t *testing.T) {
	var invited []notify.Kind
	for kind, j := range judgements() {
		if j.subject != session.KindBooking {
			continue
		}
		s := newSurgery(t)
		s.clinician("ann", true)
		s.now = onJuly(5, 9, 0)
		now := situation()
		j.holds[0](&now)
		now.Booking.Version = 4
		store := &still{Snapshot: now, surgery: s, record: []session.Event{
			{Kind: "booking.confirmed", Version: 3, At: onJuly(4, 9, 0)}, {Kind: "x", Version: 4, At: onJuly(4, 10, 0)},
		}}
		claim := claimOf(kind, j)
		m, err := (&keeper.Composer{Store: store, Directory: s.dir, Now: s.clock}).Compose(t.Context(), claim)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if m.Invitation == nil {
			continue
		}
		invited = append(invited, kind)
		i, stamp := *m.Invitation, onJuly(4, 10, 0)
		if kind == notify.OfferLapsed {
			stamp = claim.Event.At // it ended the booking
		}
		if zone := i.Start.Location().String(); zone != "Europe/London" || !i.End.Equal(onJuly(14, 11, 0)) {
			t.Errorf("%s: %s to %s", kind, i.Start, i.End)
		}
		i.Start, i.End = time.Time{}, time.Time{}
		s.equal(string(kind), i, notify.Invitation{
			UID: notify.InvitationUID("b1"), Sequence: 4, Cancelled: now.Booking.State == booking.Cancelled,
			Tentative: now.Booking.State == booking.Offered,
			Stamp:     stamp, Summary: "GP at Riverside Surgery", Place: "Room 1", Description: "Session #4011",
		})
	}
	slices.Sort(invited)
	want := []notify.Kind{
		notify.Allocated, notify.BookingCancelled, notify.BookingConfirmed, notify.BookingWithdrawn, notify.CallDue,
		notify.ChangeVoid, notify.OfferLapsed, notify.Offered, notify.Reminder, notify.SessionUpdated,
	}
	if !slices.Equal(invited, want) {
		t.Errorf("%v carry invitations, want %v", invited, want)
	}
}
