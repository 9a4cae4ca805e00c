package withdrawal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Each field of each command, missing, blank and out of range.
func TestBadInputNamesItsField(t *testing.T) {
	const long = session.MaxText + 1
	do := session.Do
	withdraw := withdrawal.Withdraw{Command: do("c", practice), Session: "s1", Shown: "x", Reason: "y"}
	end := withdrawal.EndBooking{Command: do("c", practice), Booking: "b1", Shown: "x", Reason: "y"}
	cancel := withdrawal.CancelBooking{Command: do("c", clinician), Booking: "b1", Shown: "x"}
	dispute := withdrawal.DisputeCause{Command: do("c", practice), Booking: "b1", Reason: "y"}
	call := withdrawal.ConfirmCall{Command: do("c", practice), Booking: "b1"}
	form := withdrawal.OpenCase{
		Command: do("c", practice), Reference: "#401123", PracticeName: "Park Row", Reason: "y", Via: withdrawal.ByForm,
		Date: calendar.MustDate(2026, time.July, 14),
	}
	email := form
	email.Command, email.Via, email.Received = do("c", support), withdrawal.ByEmail, at(t, "2026-07-01 10:00")
	action := withdrawal.ActionCase{Command: do("c", support), Case: "k1"}
	reject := withdrawal.RejectCase{Command: do("c", support), Case: "k1", Reason: "y"}
	retract := withdrawal.RetractCase{Command: do("c", practice), Case: "k1"}
	pound := session.Pounds(100)
	propose := withdrawal.ProposeFee{Command: do("c", clinician), Booking: "b1"}
	counter := withdrawal.CounterFee{Command: do("c", practice), Booking: "b1", Amount: pound}
	agree := withdrawal.AgreeFee{Command: do("c", practice), Booking: "b1", Amount: pound}
	waive := withdrawal.WaiveFee{Command: do("c", clinician), Booking: "b1"}
	mediate := withdrawal.DisputeFee{Command: do("c", clinician), Booking: "b1", Note: "y"}
	declare := withdrawal.DeclareEarnings{Command: do("c", clinician), Booking: "b1", Amount: pound}
	advance := withdrawal.AdvanceFee{Command: do("c", session.System()), Booking: "b1"}
	policy := withdrawal.Default()
	policy.Version, policy.Provider, policy.ValidFrom = 1, "leeds", at(t, "2026-07-01 10:00")
	publish := withdrawal.PublishPolicy{Command: do("c", manager), Policy: policy}
	for _, c := range []validator{
		withdraw, end, cancel, dispute, call, form, email, action, reject, retract, propose, counter, agree, waive, mediate,
		declare, advance, publish,
	} {
		valid(t, c)
	}
	blank, many, nul := " \t", strings.Repeat("é", long), "a\x00b"
	type bad struct {
		field string
		c     validator
	}
	var all []bad
	add := func(field string, c validator) { all = append(all, bad{field, c}) }
	for _, v := range []session.BookingID{"", "  ", "a b", session.BookingID(strings.Repeat("x", 129))} {
		end, cancel, dispute, call, propose, counter := end, cancel, dispute, call, propose, counter
		agree, waive, mediate, declare, advance := agree, waive, mediate, declare, advance
		end.Booking, cancel.Booking, dispute.Booking, call.Booking, propose.Booking, counter.Booking = v, v, v, v, v, v
		agree.Booking, waive.Booking, mediate.Booking, declare.Booking, advance.Booking = v, v, v, v, v
		for _, c := range []validator{end, cancel, dispute, call, propose, counter, agree, waive, mediate, declare, advance} {
			add("Booking", c)
		}
		action, reject, retract := action, reject, retract
		action.Case, reject.Case, retract.Case = session.CaseID(v), session.CaseID(v), session.CaseID(v)
		add("Case", action)
		add("Case", reject)
		add("Case", retract)
		withdraw, open := withdraw, form
		withdraw.Session, open.Reference = session.SessionID(v), session.Reference(v)
		add("Session", withdraw)
		add("Reference", open)
	}
	for _, v := range []string{"", " ", "a b"} {
		withdraw, end, cancel := withdraw, end, cancel
		withdraw.Shown, end.Shown, cancel.Shown = v, v, v
		add("Shown", withdraw)
		add("Shown", end)
		add("Shown", cancel)
	}
	for _, v := range []string{many, nul, "\xff"} {
		withdraw, cancel, propose, counter, waive := withdraw, cancel, propose, counter, waive
		withdraw.Reason, cancel.Reason, propose.Note, counter.Note, waive.Note = v, v, v, v, v
		add("Reason", withdraw)
		add("Reason", cancel)
		add("Note", propose)
		add("Note", counter)
		add("Note", waive)
	}
	for _, v := range []string{"", blank, many, nul, "\xff"} {
		end, dispute, open, reject, mediate, name := end, dispute, form, reject, mediate, form
		end.Reason, dispute.Reason, open.Reason, reject.Reason, mediate.Note, name.PracticeName = v, v, v, v, v, v
		add("Reason", end)
		add("Reason", dispute)
		add("Reason", open)
		add("Reason", reject)
		add("Note", mediate)
		add("PracticeName", name)
	}
	for _, v := range []session.Money{
		{Currency: session.GBP}, session.Pounds(-1), {Amount: decimal.New(1, -3), Currency: session.GBP}, {Amount: decimal.New(1, 9), Currency: session.GBP},
	} {
		propose, counter, agree, declare := propose, counter, agree, declare
		propose.Amount, counter.Amount, agree.Amount, declare.Amount = v, v, v, v
		for _, c := range []validator{propose, counter, agree, declare} {
			add("Amount", c)
		}
	}
	propose.Amount, counter.Amount = session.Money{Amount: pound.Amount, Currency: "gbp"}, session.Money{Amount: pound.Amount}
	add("Amount.Currency", propose)
	add("Amount.Currency", counter)
	counter.Amount, agree.Amount, declare.Amount = session.Money{}, session.Money{}, session.Money{}
	add("Amount", counter)
	add("Amount", agree)
	add("Amount", declare)
	open := form
	open.Date = calendar.Date{}
	add("Date", open)
	for _, v := range []withdrawal.CaseVia{0, withdrawal.ByPhone, withdrawal.ByEmail, 9} {
		open := form
		open.Via = v
		add("Via", open)
	}
	for _, v := range []withdrawal.CaseVia{0, withdrawal.ByForm, 9} {
		open := email
		open.Via = v
		add("Via", open)
	}
	open = form
	open.Received = email.Received
	add("Received", open)
	for _, b := range all {
		field(t, b.c.Validate(), b.field)
	}
	email.Via = withdrawal.ByPhone
	valid(t, email)

	none := session.Command{By: practice}
	for _, c := range []validator{
		withdrawal.Withdraw{Command: none}, withdrawal.EndBooking{Command: none}, withdrawal.CancelBooking{Command: none},
		withdrawal.DisputeCause{Command: none}, withdrawal.ConfirmCall{Command: none}, withdrawal.OpenCase{Command: none},
		withdrawal.ActionCase{Command: none}, withdrawal.RejectCase{Command: none}, withdrawal.RetractCase{Command: none},
		withdrawal.ProposeFee{Command: none}, withdrawal.CounterFee{Command: none}, withdrawal.AgreeFee{Command: none},
		withdrawal.WaiveFee{Command: none}, withdrawal.DisputeFee{Command: none}, withdrawal.DeclareEarnings{Command: none},
		withdrawal.AdvanceFee{Command: none}, withdrawal.PublishPolicy{Command: none},
	} {
		field(t, c.Validate(), "ID")
	}
}

func TestCaseQueries(t *testing.T) {
	good := withdrawal.CaseQuery{Practice: "park-row", States: []withdrawal.CaseState{withdrawal.CaseOpen}}
	valid(t, good)
	valid(t, withdrawal.CaseQuery{})
	bad := good
	bad.Practice = "two words"
	field(t, bad.Validate(), "Practice")
	bad = good
	bad.States = []withdrawal.CaseState{9}
	field(t, bad.Validate(), "States")
	bad = good
	bad.Page.Limit = -1
	field(t, bad.Validate(), "Page.Limit")
}
