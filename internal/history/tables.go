package history

import (
	"slices"

	"github.com/sessional-go/sessional/session"
)

// steps are the states that each thing may go through, by hand from the rules: from each state, "" for what isn't
// there yet, those that may follow.
var steps = map[session.SubjectKind]map[string][]string{ //nolint:exhaustive // what has states
	// S2: draft, open (posted, unfilled), filled, completed, withdrawn, expired (start passed unfilled, also with an
	// offer that nobody answered). What is withdrawn, expired or completed stays so (S3).
	session.KindSession: {
		"":       {"draft", "open"},
		"draft":  {"open", "withdrawn", "expired"},
		"open":   {"filled", "withdrawn", "expired"},
		"filled": {"open", "completed", "withdrawn", "expired"},
	},
	// A4: pending, accepted, declined, retracted; lapsed is derived. Who retracted may apply again.
	session.KindApplication: {
		"":          {"pending"},
		"pending":   {"accepted", "declined", "retracted"},
		"retracted": {"pending"},
	},
	// B1: offered, confirmed, cancelled, completed, no-show. What the clock completed may turn out a no-show.
	session.KindBooking: {
		"":          {"offered", "confirmed"},
		"offered":   {"confirmed", "cancelled"},
		"confirmed": {"cancelled", "completed", "no_show"},
		"completed": {"no_show"},
	},
	// W4.
	session.KindCase: {
		"":     {"open"},
		"open": {"actioned", "rejected", "retracted"},
	},
	// W7: only a right nobody claims lapses; what is in dispute can still be settled by the two.
	session.KindFee: {
		"":          {"claimable"},
		"claimable": {"proposed", "waived", "lapsed", "disputed"},
		"proposed":  {"countered", "agreed", "waived", "disputed"},
		"countered": {"proposed", "agreed", "waived", "disputed"},
		"disputed":  {"proposed", "countered", "agreed", "waived"},
	},
	// B2.
	session.KindHours: {
		"":        {"stated"},
		"stated":  {"approved", "queried"},
		"queried": {"stated"},
	},
	session.KindInvoice: {
		"":         {"awaiting"},
		"awaiting": {"sent"},
		"sent":     {"queried", "paid"},
		"queried":  {"sent"},
	},
	// P4.
	session.KindText: {"written": {"erased"}},
}

// ruleOf is the rule whose table it is.
var ruleOf = map[session.SubjectKind]string{ //nolint:exhaustive // what has states
	session.KindSession: "S2", session.KindApplication: "A4", session.KindBooking: "B1", session.KindCase: "W4",
	session.KindFee: "W7", session.KindHours: "B2", session.KindInvoice: "B2", session.KindText: "P4",
}

func may(kind session.SubjectKind, from, to string) bool {
	return slices.Contains(steps[kind][from], to)
}

// capacities are who may give a command at all (P1).
var capacities = func() map[string][]session.Capacity {
	all := map[string][]session.Capacity{}
	client := []session.Capacity{session.AsPractice, session.AsRotaManager}
	own := []session.Capacity{session.AsClinician}
	for capacity, names := range map[*[]session.Capacity][]string{
		&client: {
			"Post", "Publish", "Accept", "Decline", "Change", "Withdraw", "EndBooking", "DisputeCause", "RetractCase",
			"CounterFee", "ApproveHours", "QueryHours", "QueryInvoice", "PayInvoice", "RecordNoShow",
			"OpenCase", "AgreeFee", "DisputeFee", "ConfirmCall", "EndEarly", "SendMessage", "SetPreferences",
		},
		&own: {
			"Apply", "Retract", "AcceptOffer", "DeclineOffer", "AcknowledgeChange", "RefuseChange", "CancelBooking",
			"ProposeFee", "WaiveFee", "DeclareEarnings", "StateHours", "SendInvoice",
			"AgreeFee", "DisputeFee", "ConfirmCall", "EndEarly", "SendMessage", "SetPreferences",
		},
		{session.AsRotaManager}: {"Allocate", "PublishPolicy"},
		{session.AsSupport}:     {"ActionCase", "RejectCase", "EraseText", "OpenCase", "SetPreferences"},
		{session.AsSystem}: {
			"Expire", "Complete", "LapseOffer", "VoidChange", "Recheck", "Remind", "AdvanceFee", "EraseText", "Look",
		},
	} {
		for _, name := range names {
			all[name] = append(all[name], *capacity...)
		}
	}
	return all
}()

// deciding lists what nobody does about themselves from the client's side (P1).
var deciding = []string{
	"Accept", "Decline", "Allocate", "Change", "Withdraw", "EndBooking", "DisputeCause", "OpenCase", "ActionCase",
	"RejectCase", "RetractCase", "CounterFee", "ApproveHours", "QueryHours", "QueryInvoice", "PayInvoice", "RecordNoShow",
}

// unfreezing lists what may happen to a session about which a support case is open (W4): what closes the case, and the
// clinician's own way out.
var unfreezing = []string{
	"ActionCase", "RejectCase", "RetractCase", "CancelBooking", "RefuseChange", "DeclineOffer", "LapseOffer", "Look",
}
