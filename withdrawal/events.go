package withdrawal

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// The kinds of events of this package. A booking that ends is told of by booking.EventCancelled, a call by
// booking.EventCallMade, the invoice of an agreed fee by booking.EventInvoiceMade.
//
// Their facts are named alike everywhere: reference, practice, start and end (RFC 3339 in UTC; of a booking on the
// terms last agreed), role, channel, clinician, booking, and
//   - round: of an open session that is withdrawn, the round that this ended. All whose application of that round was
//     pending have lapsed (W1);
//   - route, cause: booking.Route and booking.Cause;
//   - ahead: how long before the start, in hours to two places, negative after it; judged: the instant by which notice
//     and fee were judged; late: true where it missed the notice that its side owes;
//   - fee: true or false, cap, suggested, amount (decimal), currency;
//   - keep: true where the session goes on without the one who was booked, or where a support case asks for that;
//   - withdrawn_late: true where support actioned a case after the start (W4);
//   - call: true where the clinician must ring as well, call_phone: the number (W9);
//   - case, received, target (RFC 3339), via, urgent, keep: of a support case (W4).
const (
	// EventWithdrawn tells that a session was withdrawn (W1–W5).
	EventWithdrawn session.EventKind = "session.withdrawn"
	// EventReopened tells that a session is open again, because its booking ended (W2, W8).
	EventReopened session.EventKind = "session.reopened"
	// EventFrozen tells that a support case keeps everything else from a session, EventUnfrozen that it no longer
	// does (W4).
	EventFrozen   session.EventKind = "session.frozen"
	EventUnfrozen session.EventKind = "session.unfrozen"

	// EventCauseDisputed tells that the client denies having asked a clinician to cancel (B1).
	EventCauseDisputed session.EventKind = "booking.cause_disputed"

	// EventCaseOpened tells that support is asked to withdraw a session (W4).
	EventCaseOpened session.EventKind = "support_case.opened"
	// EventCaseActioned tells that a support case led to the withdrawal, or was settled by the booking ending
	// otherwise: the fact settled then says cancellation, change_refused or vacated (W4).
	EventCaseActioned session.EventKind = "support_case.actioned"
	// EventCaseRejected tells that support turned a case down (W4).
	EventCaseRejected session.EventKind = "support_case.rejected"
	// EventCaseRetracted tells that the practice took its request back (W4).
	EventCaseRetracted session.EventKind = "support_case.retracted"

	// EventFeeClaimable tells that a clinician may charge a fee (W6). Of every event of a fee, amount is the figure on
	// the table, side whose it is, due when time takes the next step.
	EventFeeClaimable session.EventKind = "fee.claimable"
	// EventFeeProposed tells that the clinician named a figure (W7).
	EventFeeProposed session.EventKind = "fee.proposed"
	// EventFeeCountered tells that the client named one (W7).
	EventFeeCountered session.EventKind = "fee.countered"
	// EventFeeAgreed tells that the two agree; the fact invoice names what bills it (W7).
	EventFeeAgreed session.EventKind = "fee.agreed"
	// EventFeeWaived tells that the clinician gave the right up (W7).
	EventFeeWaived session.EventKind = "fee.waived"
	// EventFeeLapsed tells that nobody claimed the right in time (W7).
	EventFeeLapsed session.EventKind = "fee.lapsed"
	// EventFeeDisputed tells that support is asked to mediate (W7).
	EventFeeDisputed session.EventKind = "fee.disputed"
	// EventEarningsDeclared tells what a rebooked clinician earned instead; the fact earned says how much (W7).
	EventEarningsDeclared session.EventKind = "fee.earnings_declared"

	// EventPolicyPublished tells that a provider's policy has a new version (W11).
	EventPolicyPublished session.EventKind = "policy.published"
)

// stamp writes an instant as facts hold it; blank for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return session.Instant(t).Format(time.RFC3339Nano)
}

// mark writes what holds as facts hold it; blank where it doesn't.
func mark(holds bool) string {
	if holds {
		return "true"
	}
	return ""
}

// hours writes a length in hours, to two places.
func hours(d time.Duration) string {
	return decimal.NewFromInt(int64(d)).DivRound(decimal.NewFromInt(int64(time.Hour)), 2).String()
}

// sum writes an amount; blank for none.
func sum(m session.Money) string {
	if m.IsZero() {
		return ""
	}
	return m.Amount.StringFixed(2)
}

// sessionFacts are what events about a session say of it, on the terms given.
func sessionFacts(s session.Session, terms session.Terms) session.Facts {
	return session.Facts{
		"reference": string(s.Reference),
		"practice":  string(s.Practice),
		"role":      string(terms.Role),
		"channel":   s.Channel.String(),
		"start":     stamp(terms.Span.Start),
		"end":       stamp(terms.Span.End),
	}
}

// bookedFacts are what events about a session say of it and of a booking, on the terms last agreed.
func bookedFacts(s session.Session, b booking.Booking) session.Facts {
	f := sessionFacts(s, b.Terms)
	f["clinician"], f["booking"] = string(b.Clinician), string(b.ID)
	return f
}

// endedFacts are what events say of a booking that ended.
func endedFacts(s session.Session, b booking.Booking, limit session.Money) session.Facts {
	f := bookedFacts(s, b)
	e := b.Ending
	f["route"], f["cause"] = e.Route.String(), e.Cause.String()
	f["at_request"] = mark(e.AtRequest)
	f["ahead"], f["late"] = hours(e.Ahead), mark(e.Late)
	f["judged"] = stamp(e.At)
	f["fee"] = strconv.FormatBool(e.Fee)
	if e.Fee {
		f["cap"], f["currency"] = sum(limit), string(limit.Currency)
	}
	f["call"], f["call_phone"] = mark(b.Call.Open()), b.Call.Phone
	return f
}
