package rota

import (
	"strconv"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// The kinds of events about applications, filling and changes. A booking is told of by booking.EventOffered and
// booking.EventConfirmed, a change that became void by booking.EventChangeVoid, what becomes of a session whose offer
// ends by withdrawal.EventReopened and session.EventExpired.
//
// Their facts are named alike everywhere: reference, practice, start and end (RFC 3339 in UTC), role, channel,
// clinician, booking, application, and
//   - round: of an application its own; of a session that is filled, and of its booking, the round that this ended.
//     Everybody else whose application of that round was pending has lapsed (A6);
//   - origin: applied or allocated, of a booking (N2: an applicant's confirmation can't be turned off);
//   - policy: the version of the provider's policy that the booking is made under;
//   - findings: what makes the clinician ineligible, where they are booked all the same (A3).
const (
	// EventApplied tells that a clinician applied (A4).
	EventApplied session.EventKind = "application.made"
	// EventAccepted tells that an application succeeded (A4).
	EventAccepted session.EventKind = "application.accepted"
	// EventDeclined tells that the provider turned an applicant down (A4).
	EventDeclined session.EventKind = "application.declined"
	// EventRetracted tells that a clinician took an application back (A4).
	EventRetracted session.EventKind = "application.retracted"

	// EventFilled tells that a session has a live booking, and everybody else who applied that it has gone (A6).
	EventFilled session.EventKind = "session.filled"
	// EventChanged tells field by field what a change made of a session: start.from, start.to, rate.from, rate.to and
	// so on; of place and instructions only that they changed (S5, P4). The fact material lists the fields that the
	// clinician is asked about.
	EventChanged session.EventKind = "session.changed"

	// EventUpdated tells a booked clinician, field by field, of a change that needs no acknowledgement (S5). It is
	// about the booking, and has the facts of EventChanged.
	EventUpdated session.EventKind = "booking.updated"
	// EventChangeProposed tells a booked clinician, field by field, of a change that they are asked to acknowledge (S5).
	// Its fields run from the terms last agreed.
	EventChangeProposed session.EventKind = "booking.change_proposed"
	// EventChangeWithdrawn tells that a change which waited for acknowledgement was undone, or reduced to what needs
	// none (S5).
	EventChangeWithdrawn session.EventKind = "booking.change_withdrawn"
	// EventChangeAcknowledged tells that the clinician said yes to a change (S5).
	EventChangeAcknowledged session.EventKind = "booking.change_acknowledged"
	// EventBookingChangeVoid tells of the booking what booking.EventChangeVoid tells of its session (S5).
	EventBookingChangeVoid session.EventKind = "booking.change_void"

	// EventOfferDeclined tells that the clinician said no to an offer (A1).
	EventOfferDeclined session.EventKind = "booking.offer_declined"
	// EventOfferLapsed tells that nobody answered an offer in time (A1).
	EventOfferLapsed session.EventKind = "booking.offer_lapsed"

	// EventEligibilityLost tells both sides that a booked clinician is not, or less, eligible for the session's date
	// any more (A3). The facts lost, restored and findings list what; findings is all of it.
	EventEligibilityLost session.EventKind = "booking.eligibility_lost"
	// EventEligibilityRestored tells both sides that what was lacking is there again, or some of it (A3).
	EventEligibilityRestored session.EventKind = "booking.eligibility_restored"
)

// The values of the fact origin.
const (
	// OriginApplied says that the clinician applied.
	OriginApplied = "applied"
	// OriginAllocated says that they were allocated.
	OriginAllocated = "allocated"
)

// sessionFacts are what every event of this package says of its session, on the terms given.
func sessionFacts(s session.Session, terms session.Terms) session.Facts {
	return session.Facts{
		"reference": string(s.Reference),
		"practice":  string(s.Practice),
		"role":      string(terms.Role),
		"start":     stamp(terms.Span.Start),
		"end":       stamp(terms.Span.End),
		"channel":   s.Channel.String(),
	}
}

// applicationFacts are what the events about an application say.
func applicationFacts(s session.Session, a Application) session.Facts {
	f := sessionFacts(s, s.Terms)
	f["application"], f["clinician"], f["round"] = string(a.ID), string(a.Clinician), strconv.Itoa(a.Round)
	f["choosing"] = s.Choosing.String()
	return f
}

// bookingFacts are what the events about a booking say: of the session as it was last agreed.
func bookingFacts(s session.Session, b booking.Booking) session.Facts {
	f := sessionFacts(s, b.Terms)
	f["booking"], f["clinician"], f["application"] = string(b.ID), string(b.Clinician), string(b.Application)
	f["origin"] = origin(b)
	return f
}

// origin says how a booking came about.
func origin(b booking.Booking) string {
	if b.Application != "" {
		return OriginApplied
	}
	return OriginAllocated
}

// stamp writes an instant as facts hold it; blank for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return session.Instant(t).Format(time.RFC3339Nano)
}
