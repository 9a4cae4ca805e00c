package keeper

import (
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// composing says how the messages of a kind are made, and until when they are true.
type composing struct {
	// about says what is to be read; nil: nothing.
	about func(session.Event) desk.Want
	// holds says whether it is true still; nil: always.
	holds func(occasion) bool
	// overtaken are the kinds of events of its booking after which it isn't any more.
	overtaken []session.EventKind
	// reason says that the reason of its event is for the person who is told.
	reason bool
	// invites says that it puts the booking into the clinician's calendar, changes it there or takes it out.
	invites bool
	// over says that the booking is the one which its event ended, not the one that its session has now.
	over bool
}

func aboutSession(e session.Event) desk.Want { return desk.Want{Session: e.Session} }

func aboutApplication(e session.Event) desk.Want {
	return desk.Want{Application: session.ApplicationID(e.Subject.ID)}
}

// aboutBooking asks for the booking that an event is about; fees and hours are named by theirs.
func aboutBooking(e session.Event) desk.Want {
	return desk.Want{Booking: session.BookingID(e.Subject.ID)}
}

func aboutInvoice(e session.Event) desk.Want {
	return desk.Want{Invoice: session.InvoiceID(e.Subject.ID)}
}

func aboutCase(e session.Event) desk.Want { return desk.Want{Case: session.CaseID(e.Subject.ID)} }

// composed has an entry for every kind of message. What asks for an answer holds until it is given, what tells of a
// state as long as it lasts; what tells of something final holds for ever.
var composed = map[notify.Kind]composing{
	notify.ApplicationReceived: {about: aboutApplication, holds: waits},
	notify.ApplicationGone:     {about: aboutSession, holds: gone},
	notify.ApplicationDeclined: {about: aboutApplication, reason: true, holds: func(o occasion) bool {
		return o.Application.State == rota.Declined
	}},
	notify.SessionWithdrawn: {about: aboutSession, holds: func(o occasion) bool {
		return o.Session.State == session.Withdrawn
	}},

	notify.BookingConfirmed:   {about: aboutBooking, invites: true, holds: is(booking.Confirmed)},
	notify.Allocated:          {about: aboutBooking, invites: true, holds: is(booking.Confirmed)},
	notify.Offered:            {about: aboutBooking, invites: true, holds: offered},
	notify.OfferAnswered:      {about: aboutBooking, reason: true, holds: answered},
	notify.OfferLapsed:        {about: aboutSession, invites: true, over: true, holds: notTheirs},
	notify.SessionFilled:      {about: aboutBooking, holds: is(booking.Confirmed)},
	notify.BookingWithdrawn:   {about: aboutBooking, reason: true, invites: true, holds: is(booking.Cancelled)},
	notify.BookingCancelled:   {about: aboutBooking, reason: true, invites: true, holds: is(booking.Cancelled)},
	notify.ClinicianCancelled: {about: aboutBooking, reason: true, holds: is(booking.Cancelled)},
	notify.CallDue: {about: aboutBooking, invites: true, holds: func(o occasion) bool {
		return o.Booking.Call.Open()
	}},
	notify.CauseDisputed: {about: aboutBooking, reason: true, holds: func(o occasion) bool {
		return !o.Booking.Ending.Disputed.IsZero()
	}},
	notify.SessionUpdated: {about: aboutBooking, invites: true, holds: live},
	notify.ChangeToAcknowledge: {about: aboutBooking, holds: acknowledgeable, overtaken: []session.EventKind{
		rota.EventChangeProposed, rota.EventChangeWithdrawn, rota.EventChangeAcknowledged, rota.EventBookingChangeVoid,
	}},
	notify.ChangeAnswered: {about: aboutBooking, reason: true, holds: answered},
	notify.ChangeVoid: {about: aboutBooking, invites: true,
		holds: is(booking.Offered, booking.Confirmed, booking.Completed)},
	notify.EligibilityChanged: {about: aboutBooking, holds: found},
	notify.NoShow:             {about: aboutBooking, reason: true, holds: is(booking.NoShow)},
	notify.EndedEarly:         {about: aboutBooking, reason: true, holds: is(booking.Completed)},
	notify.Reminder:           {about: aboutBooking, invites: true, holds: ahead},

	notify.HoursStated:    {about: aboutBooking, holds: hours(booking.HoursStated)},
	notify.HoursApproved:  {about: aboutBooking, holds: hours(booking.HoursApproved)},
	notify.HoursQueried:   {about: aboutBooking, reason: true, holds: hours(booking.HoursQueried)},
	notify.InvoiceSent:    {about: aboutInvoice, holds: invoice(booking.InvoiceSent)},
	notify.InvoiceQueried: {about: aboutInvoice, reason: true, holds: invoice(booking.InvoiceQueried)},
	notify.InvoicePaid:    {about: aboutInvoice, holds: invoice(booking.InvoicePaid)},
	notify.FeeClaimable: {about: aboutBooking, holds: func(o occasion) bool {
		return o.Fee.State == withdrawal.FeeClaimable && (o.Fee.Due.IsZero() || o.now.Before(o.Fee.Due))
	}},
	notify.FeeProposed:  {about: aboutBooking, reason: true, holds: fee(withdrawal.FeeProposed)},
	notify.FeeCountered: {about: aboutBooking, reason: true, holds: fee(withdrawal.FeeCountered)},
	notify.FeeAgreed:    {about: aboutBooking, holds: fee(withdrawal.FeeAgreed)},
	notify.FeeWaived:    {about: aboutBooking, reason: true, holds: fee(withdrawal.FeeWaived)},
	notify.FeeLapsed:    {about: aboutBooking, holds: fee(withdrawal.FeeLapsed)},
	notify.FeeDisputed:  {about: aboutBooking, reason: true, holds: fee(withdrawal.FeeDisputed)},
	notify.EarningsDeclared: {about: aboutBooking, holds: func(o occasion) bool {
		return o.Fee.Version > 0 && !o.Fee.State.Final() && figure(o.Fee.Earned) == o.Event.Facts["earned"]
	}},

	notify.Unreachable: {about: aboutSession},

	// What somebody wrote was written. A digest is judged session by session: see items.
	notify.NewMessage:   {about: aboutSession},
	notify.Digest:       {},
	notify.CaseOpened:   {about: aboutCase, reason: true, holds: supportCase(withdrawal.CaseOpen)},
	notify.CaseUrgent:   {about: aboutCase, holds: supportCase(withdrawal.CaseOpen)},
	notify.CaseActioned: {about: aboutCase, holds: supportCase(withdrawal.CaseActioned)},
	notify.CaseRejected: {about: aboutCase, reason: true, holds: supportCase(withdrawal.CaseRejected)},
	notify.CaseClosed:   {about: aboutCase, holds: supportCase(withdrawal.CaseActioned, withdrawal.CaseRetracted)},
}

// among makes a condition of a state that has to be one of some.
func among[S comparable](state func(occasion) S, some []S) func(occasion) bool {
	return func(o occasion) bool {
		for _, s := range some {
			if state(o) == s {
				return true
			}
		}
		return false
	}
}

// is holds as long as the booking is in one of the states.
func is(some ...booking.State) func(occasion) bool {
	return among(func(o occasion) booking.State { return o.Booking.State }, some)
}

func supportCase(some ...withdrawal.CaseState) func(occasion) bool {
	return among(func(o occasion) withdrawal.CaseState { return o.Case.State }, some)
}

// hours holds until anything is done to the hours after the event.
func hours(state booking.HoursState) func(occasion) bool {
	return func(o occasion) bool { return o.Hours.State == state && o.Hours.Version == o.Event.Version }
}

// invoice holds until anything is done to the invoice after the event.
func invoice(state booking.InvoiceState) func(occasion) bool {
	return func(o occasion) bool { return o.Invoice.State == state && o.Invoice.Version == o.Event.Version }
}

// fee holds as long as the negotiation stands where the event left it, with the same figure on the table.
func fee(state withdrawal.FeeState) func(occasion) bool {
	return func(o occasion) bool {
		return o.Fee.State == state && figure(o.Fee.Amount) == o.Event.Facts["amount"]
	}
}

// figure is an amount as facts have it; blank for none.
func figure(m session.Money) string {
	if m.IsZero() {
		return ""
	}
	return m.Amount.StringFixed(2)
}

// waits holds as long as an application waits for its answer.
func waits(o occasion) bool {
	return o.Application.Standing(o.Session) == rota.Pending && !o.Session.Started(o.now)
}

// gone holds unless the session is open again, or has come to this very person.
func gone(o occasion) bool {
	return o.Session.Version > 0 && o.Session.State != session.Open && notTheirs(o)
}

// notTheirs holds unless the session's live booking is the person's own.
func notTheirs(o occasion) bool {
	return o.Session.Version > 0 && (!o.Booking.State.Live() || o.Booking.Person != o.Delivery.Person)
}

func live(o occasion) bool { return o.Booking.State.Live() }

// offered holds as long as an offer can be accepted (A1).
func offered(o occasion) bool {
	until := o.Booking.OfferedUntil
	if until.IsZero() {
		until = o.Booking.Terms.Span.Start
	}
	return o.Booking.State == booking.Offered && o.now.Before(until)
}

// answered holds for a yes as long as the booking lives, for a no as long as it doesn't.
func answered(o occasion) bool {
	switch o.Event.Kind {
	case booking.EventConfirmed, rota.EventChangeAcknowledged:
		return live(o)
	default:
		return o.Booking.State == booking.Cancelled
	}
}

// acknowledgeable holds as long as a change can be answered (S5).
func acknowledgeable(o occasion) bool {
	b := o.Booking
	if !live(o) || b.Pending.IsZero() {
		return false
	}
	passed := func(t time.Time) bool { return !o.now.Before(t) }
	return !passed(b.Terms.Span.Start) && !passed(b.Pending.Terms.Span.Start)
}

// ahead holds until the start, unless that has been moved: then there is another reminder.
func ahead(o occasion) bool {
	b := o.Booking
	moved := o.Event.Facts["start"] != b.Terms.Span.Start.Format(time.RFC3339Nano)
	return b.State == booking.Confirmed && !b.Started(o.now) && !moved
}

// found holds as long as the last word on the clinician's eligibility is the event's, and the session is ahead (A3).
func found(o occasion) bool {
	return live(o) && !o.Booking.Started(o.now) && strings.Join(o.Booking.Lapsed, ",") == o.Event.Facts["findings"]
}
