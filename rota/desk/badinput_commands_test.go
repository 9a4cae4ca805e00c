package desk_test

import (
	"maps"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// commandForms are all commands of the desk. A second form of one command stands behind a slash.
func commandForms() map[string]form {
	all := sessionForms()
	maps.Copy(all, rotaForms())
	maps.Copy(all, bookingForms())
	maps.Copy(all, withdrawalForms())
	maps.Copy(all, feeForms())
	return all
}

func sessionForms() map[string]form {
	return map[string]form{
		"Post": command(func(st *stage) session.Post { return st.shift() }, head(byLeeds, "Practice"), post),
		"Publish": command(func(st *stage) session.Publish {
			return session.Publish{Session: st.posts(func(c *session.Post) { c.Draft = true }).ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Session"), ofSession),
		"Expire": command(func(st *stage) session.Expire {
			s := st.posts()
			st.at("2026-07-14T07:00:00Z")
			return session.Expire{Command: st.do(bySystem), Session: s.ID}
		}, head(bySystem, ""), anySession),
		"Complete": command(func(st *stage) booking.Complete {
			b := st.books()
			st.at("2026-07-14T17:00:00Z")
			return booking.Complete{Command: st.do(bySystem), Session: b.Session.ID}
		}, head(bySystem, ""), anySession),
		"EraseText": command(func(st *stage) session.EraseText {
			return session.EraseText{Text: st.opens().Reason, Command: st.do(bySupport)}
		}, head(bySupport, ""), fields{"Text": join(badIDs, unknownID)}),
		"SetPreferences": command(func(st *stage) notify.SetPreferences {
			return notify.SetPreferences{
				Command: st.do(byAda), Person: "p-ada", Emails: notify.Emails{Pay: notify.Off},
				Quiet: &notify.Quiet{From: calendar.MustClock(22, 0), To: calendar.MustClock(7, 0)},
			}
		}, head(byAda, ""), settingsFields),
	}
}

var settingsFields = func() fields {
	f := fields{
		"By.Person": join(badIDs, coded("forbidden", not("somebody else", "p-ben"))),
		"Person": join(badIDs, coded("forbidden", not("somebody else", "p-ben")),
			coded("forbidden", not("of another tenant", "p-bath"))),
		"Quiet.From": {not("missing", calendar.Clock{}), names("Quiet.To", not("the end", calendar.MustClock(7, 0))),
			edits("not at all", func(c *notify.SetPreferences) { c.Quiet = nil }).because("they stay as they are")},
		"Quiet.To": {not("missing", calendar.Clock{}), not("the beginning", calendar.MustClock(22, 0)),
			edits("both missing", func(c *notify.SetPreferences) { c.Quiet = &notify.Quiet{} }).because("none from now on")},
	}
	for _, name := range []string{
		"Emails.Applications", "Emails.Bookings", "Emails.Pay", "Emails.Messages", "Emails.Cases", "Pushes.Accepted",
		"Pushes.Paid", "Pushes.Message", "Pushes.Cancelled", "Pushes.Updated", "Digests.Rota", "Digests.Marketplace",
		"Reminders",
	} {
		f[name] = enumOf(false)
	}
	return f
}()

func rotaForms() map[string]form {
	return map[string]form{
		"Apply": command(func(st *stage) rota.Apply {
			return rota.Apply{Session: st.posts().ID, Command: st.do(byAda)}
		}, head(byAda, "By.Clinician"), fields{
			"By.Clinician": join(badIDs, not("unknown", "nobody-knows-it"), fine("they may apply as well", "another clinician", "ben"),
				names("Session", not("of another tenant", "cas"))),
			"Session": join(badIDs, unknownID, abroad("of another tenant", func(st *stage) session.SessionID {
				st.clinician("ada", nil)
				return st.bathBooks().Session.ID
			}), abroad("a draft", func(st *stage) session.SessionID {
				return st.posts(func(c *session.Post) { c.Draft = true }).ID
			})),
		}),
		"Retract": command(func(st *stage) rota.Retract {
			return rota.Retract{Application: st.applies(byAda, st.posts()).Application.ID, Command: st.do(byAda)}
		}, head(byAda, "Application"), ofApplication),
		"Accept": command(func(st *stage) rota.Accept {
			return rota.Accept{Application: st.applies(byAda, st.posts()).Application.ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Application"), ofApplication, fields{"Override": optional}),
		"Decline": command(func(st *stage) rota.Decline {
			return rota.Decline{Application: st.applies(byAda, st.posts()).Application.ID, Command: st.do(byLeeds), Reason: "No."}
		}, head(byLeeds, "Application"), ofApplication, fields{"Reason": optional}),
		"Allocate": command(func(st *stage) rota.Allocate {
			return rota.Allocate{Session: st.posts().ID, Command: st.do(byManager), Clinician: "ada"}
		}, head(byManager, "Session"), fields{
			"Session": join(badIDs, unknownID,
				elsewhere(func(st *stage) session.SessionID { return st.bathBooks().Session.ID })),
			"Clinician": join(badIDs, unknownID, not("of another tenant", "cas")), "Override": optional,
		}),
		"AcceptOffer": command(func(st *stage) rota.AcceptOffer {
			return rota.AcceptOffer{Booking: st.offers().Booking.ID, Command: st.do(byAda)}
		}, head(byAda, "Booking"), ofBooking),
		"DeclineOffer": command(func(st *stage) rota.DeclineOffer {
			return rota.DeclineOffer{Booking: st.offers().Booking.ID, Command: st.do(byAda), Reason: "Sorry."}
		}, head(byAda, "Booking"), ofBooking, fields{"Reason": optional}),
		"LapseOffer": command(func(st *stage) rota.LapseOffer {
			b := st.offers().Booking
			st.at("2026-07-05T09:00:00Z")
			return rota.LapseOffer{Command: st.do(bySystem), Booking: b.ID}
		}, head(bySystem, ""), anyBooking),
		"Change": command(func(st *stage) rota.Change {
			return rota.Change{
				Session: st.books().Session.ID, Command: st.do(byLeeds), Role: "ANP",
				Start: wall(15, time.July, "08:00"), End: wall(15, time.July, "18:00"), Break: addr(30 * time.Minute),
				Rate:  session.Rate{Amount: dec("80"), Currency: session.GBP, Per: session.PerHour},
				Place: addr("Room 2"), Instructions: addr("Knock."),
			}
		}, head(byLeeds, "Session"), ofSession, change),
		"AcknowledgeChange": command(func(st *stage) rota.AcknowledgeChange {
			b := st.changes().Booking
			return rota.AcknowledgeChange{Booking: b.ID, Shown: b.Pending.Shown(), Command: st.do(byAda)}
		}, head(byAda, "Booking"), ofBooking, fields{"Shown": shownChange()}),
		"RefuseChange": command(func(st *stage) rota.RefuseChange {
			b := st.changes().Booking
			return rota.RefuseChange{Booking: b.ID, Shown: b.Pending.Shown(), Command: st.do(byAda), Reason: "I can't."}
		}, head(byAda, "Booking"), ofBooking, fields{"Shown": shownChange(), "Reason": optional}),
		"VoidChange": command(func(st *stage) rota.VoidChange {
			b := st.changes().Booking
			st.at("2026-07-14T07:00:00Z")
			return rota.VoidChange{Command: st.do(bySystem), Booking: b.ID}
		}, head(bySystem, ""), anyBooking),
		"Recheck": command(func(st *stage) rota.Recheck {
			b := st.books().Booking
			st.clinician("ada", func(f *rota.ClinicianFacts) { f.Documents = nil })
			return rota.Recheck{Command: st.do(bySystem), Booking: b.ID}
		}, head(bySystem, ""), anyBooking),
	}
}

func bookingForms() map[string]form {
	return map[string]form{
		"Remind": command(func(st *stage) booking.Remind {
			return booking.Remind{Command: st.do(bySystem), Booking: st.books().Booking.ID}
		}, head(bySystem, ""), anyBooking),
		"StateHours": command(func(st *stage) booking.StateHours { return st.hours(st.works()) },
			head(byAda, "Booking"), ofBooking, fields{
				"Start": join(badTimes[0], as("", badTimes[1:2]), names("End", badTimes[2]), names("End", badTimes[3]), badTimes[4],
					not("13 hours early", instant("2026-07-13T18:00:00Z")), names("End", not("the end", instant("2026-07-14T17:00:00Z")))),
				"End": join(badTimes, not("in the future", instant("2026-07-14T17:00:01Z")),
					not("the start", instant("2026-07-14T07:00:00Z"))),
				"Break": join(fine("no break", "none", time.Duration(0)), badBreaks),
			}),
		"ApproveHours": command(func(st *stage) booking.ApproveHours {
			return booking.ApproveHours{Booking: st.states().Booking.ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Booking"), ofBooking),
		"QueryHours": command(func(st *stage) booking.QueryHours {
			return booking.QueryHours{Booking: st.states().Booking.ID, Command: st.do(byLeeds), Reason: "You left at noon."}
		}, head(byLeeds, "Booking"), ofBooking, fields{"Reason": texts}),
		"SendInvoice": command(func(st *stage) booking.SendInvoice {
			return booking.SendInvoice{Invoice: st.bills().ID, Command: st.do(byAda), Due: calendar.MustDate(2026, 8, 14)}
		}, head(byAda, "Invoice"), ofInvoice, fields{
			"Due": join(not("missing", calendar.Date{}), badDates, not("yesterday", calendar.MustDate(2026, 7, 13))),
		}),
		"QueryInvoice": command(func(st *stage) booking.QueryInvoice {
			return booking.QueryInvoice{Invoice: st.sends().ID, Command: st.do(byLeeds), Reason: "Too much."}
		}, head(byLeeds, "Invoice"), ofInvoice, fields{"Reason": texts}),
		"PayInvoice": command(func(st *stage) booking.PayInvoice {
			return booking.PayInvoice{Invoice: st.sends().ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Invoice"), ofInvoice),
		"RecordNoShow": command(func(st *stage) booking.RecordNoShow {
			return booking.RecordNoShow{Booking: st.works().Booking.ID, Command: st.do(byLeeds), Reason: "Nobody came."}
		}, head(byLeeds, "Booking"), ofBooking, fields{"Reason": texts}),
		"EndEarly": command(func(st *stage) booking.EndEarly {
			return booking.EndEarly{
				Booking: st.works().Booking.ID, Command: st.do(byAda), At: instant("2026-07-14T12:00:00Z"), Reason: "A flood.",
			}
		}, head(byAda, "Booking"), ofBooking, fields{
			"Reason": texts, "At": join(badTimes, not("the start", instant("2026-07-14T07:00:00Z")),
				not("the end", instant("2026-07-14T17:00:00Z"))),
		}),
		"SendMessage": command(func(st *stage) booking.SendMessage {
			s := st.posts()
			st.applies(byAda, s)
			return booking.SendMessage{Command: st.do(byLeeds), Session: s.ID, To: "ada", Body: "Could you come at nine?"}
		}, head(byLeeds, "Session"), ofSession, fields{
			"To": join(badIDs, coded("forbidden", not("who hasn't applied", "ben")), coded("forbidden", not("of another tenant", "cas")),
				coded("forbidden", unknownID)),
			"Body": texts,
		}),
		"SendMessage/clinician": command(func(st *stage) booking.SendMessage {
			s := st.posts()
			st.applies(byAda, s)
			return booking.SendMessage{Command: st.do(byAda), Session: s.ID, Body: "Is there a car park?"}
		}, head(byAda, ""), fields{
			"By.Clinician": join(badIDs, coded("forbidden", not("who hasn't applied", "ben")),
				names("Session", not("of another tenant", "cas"))),
			"Session": join(badIDs, unknownID, abroad("of another tenant", func(st *stage) session.SessionID {
				st.clinician("ada", nil)
				return st.bathBooks().Session.ID
			})),
			"To": {not("given", "ada"), fine("it goes to the practice", "missing", "")}, "Body": texts,
		}),
	}
}

// shownChange is refused where it is another change than the one that waits.
func shownChange() []wrong {
	return join(badIDs, coded("change_replaced", not("another", strings.Repeat("0", 64))))
}

func withdrawalForms() map[string]form {
	shown := fields{"Shown": join(badIDs, coded("assessment_stale", not("another", strings.Repeat("0", 64))))}
	openCase := fields{
		"Reference":    join(badIDs, unknownID, elsewhere(func(st *stage) session.Reference { return st.bathBooks().Session.Reference })),
		"PracticeName": join(texts, not("another", "York Surgery")),
		"Date":         join(not("missing", calendar.Date{}), badDates, not("another", calendar.MustDate(2026, 7, 15))),
		"Reason":       texts, "Keep": either,
	}
	return map[string]form{
		"Withdraw": command(func(st *stage) withdrawal.Withdraw {
			b := st.books()
			return withdrawal.Withdraw{
				Command: st.do(byLeeds), Session: b.Session.ID, Shown: st.withdrawal(byLeeds, b.Session.ID), Reason: "We closed.",
			}
		}, head(byLeeds, "Session"), ofSession, shown, fields{"Confirmed": either, "Reason": texts}),
		"Withdraw/unfilled": command(func(st *stage) withdrawal.Withdraw {
			s := st.posts()
			return withdrawal.Withdraw{
				Command: st.do(byLeeds), Session: s.ID, Shown: st.withdrawal(byLeeds, s.ID), Confirmed: true,
			}
		}, head(byLeeds, "Session"), ofSession, shown, fields{
			"Confirmed": {not("missing", false)}, "Reason": optional,
		}),
		"EndBooking": command(func(st *stage) withdrawal.EndBooking {
			b := st.books().Booking
			return withdrawal.EndBooking{
				Command: st.do(byLeeds), Booking: b.ID, Shown: st.ending(byLeeds, b.ID), Reason: "We found a partner.",
			}
		}, head(byLeeds, "Booking"), ofBooking, shown, fields{"Reason": texts}),
		"CancelBooking": command(func(st *stage) withdrawal.CancelBooking {
			b := st.books().Booking
			return withdrawal.CancelBooking{
				Command: st.do(byAda), Booking: b.ID, Shown: st.cancellation(byAda, b.ID), Reason: "I am ill.",
			}
		}, head(byAda, "Booking"), ofBooking, shown, fields{"Reason": optional, "AtRequest": either}),
		"DisputeCause": command(func(st *stage) withdrawal.DisputeCause {
			return withdrawal.DisputeCause{Booking: st.cancels().Booking.ID, Command: st.do(byLeeds), Reason: "We did not."}
		}, head(byLeeds, "Booking"), ofBooking, fields{"Reason": texts}),
		"ConfirmCall": command(func(st *stage) withdrawal.ConfirmCall {
			return withdrawal.ConfirmCall{Booking: st.cancels().Booking.ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Booking"), ofBooking),
		"OpenCase": command(func(st *stage) withdrawal.OpenCase {
			b := st.books()
			st.at("2026-07-10T09:00:00Z")
			return st.caseOf(b)
		}, head(byLeeds, "Reference"), openCase, fields{
			"Via":      join(enumOf(true), not("support's", withdrawal.ByPhone)),
			"Received": {fine("it is received now", "missing", time.Time{}), not("given", instant("2026-07-09T09:00:00Z"))},
		}),
		"OpenCase/support": command(func(st *stage) withdrawal.OpenCase {
			b := st.books()
			st.at("2026-07-10T09:00:00Z")
			c := st.caseOf(b)
			c.Command, c.Via, c.Received = st.do(bySupport), withdrawal.ByEmail, instant("2026-07-10T08:00:00Z")
			return c
		}, head(bySupport, ""), openCase, fields{
			"Reference": join(badIDs, unknownID),
			"Via":       join(enumOf(true), not("the practice's", withdrawal.ByForm)),
			"Received": join(fine("it is received now", "missing", time.Time{}), badTimes[1:],
				not("in the future", instant("2026-07-10T09:00:01Z"))),
		}),
		"ActionCase": command(func(st *stage) withdrawal.ActionCase {
			return withdrawal.ActionCase{Case: st.opens().ID, Command: st.do(bySupport)}
		}, head(bySupport, ""), anyCase),
		"RejectCase": command(func(st *stage) withdrawal.RejectCase {
			return withdrawal.RejectCase{Case: st.opens().ID, Command: st.do(bySupport), Reason: "It is too late."}
		}, head(bySupport, ""), anyCase, fields{"Reason": texts}),
		"RetractCase": command(func(st *stage) withdrawal.RetractCase {
			return withdrawal.RetractCase{Case: st.opens().ID, Command: st.do(byLeeds)}
		}, head(byLeeds, "Case"), ofCase),
		"PublishPolicy": command(func(st *stage) withdrawal.PublishPolicy { return st.policy() },
			head(byManager, "Policy.Provider"), policyFields),
	}
}

func feeForms() map[string]form {
	return map[string]form{
		"ProposeFee": command(func(st *stage) withdrawal.ProposeFee {
			return withdrawal.ProposeFee{Booking: st.claims().Booking.ID, Command: st.do(byAda), Amount: pounds(300), Note: "Please."}
		}, head(byAda, "Booking"), ofBooking, amountOf(not("above the cap", dec("630.01")),
			edits("missing, without a scale", func(c *withdrawal.ProposeFee) { c.Amount = session.Money{} })), fields{"Note": optional}),
		"CounterFee": command(func(st *stage) withdrawal.CounterFee {
			return withdrawal.CounterFee{Booking: st.proposes().Booking, Command: st.do(byLeeds), Amount: pounds(100), Note: "Hm."}
		}, head(byLeeds, "Booking"), ofBooking, amountOf(not("above the cap", dec("630.01"))), fields{"Note": optional}),
		"AgreeFee": command(func(st *stage) withdrawal.AgreeFee {
			return withdrawal.AgreeFee{Booking: st.proposes().Booking, Command: st.do(byLeeds), Amount: pounds(300)}
		}, head(byLeeds, "Booking"), ofBooking, amountOf(not("not the one on the table", dec("299.99")))),
		"WaiveFee": command(func(st *stage) withdrawal.WaiveFee {
			return withdrawal.WaiveFee{Booking: st.claims().Booking.ID, Command: st.do(byAda), Note: "Never mind."}
		}, head(byAda, "Booking"), ofBooking, fields{"Note": optional}),
		"DisputeFee": command(func(st *stage) withdrawal.DisputeFee {
			return withdrawal.DisputeFee{Booking: st.proposes().Booking, Command: st.do(byLeeds), Note: "It is too much."}
		}, head(byLeeds, "Booking"), ofBooking, fields{"Note": texts}),
		"DeclareEarnings": command(func(st *stage) withdrawal.DeclareEarnings {
			return withdrawal.DeclareEarnings{Booking: st.claims().Booking.ID, Command: st.do(byAda), Amount: pounds(200)}
		}, head(byAda, "Booking"), ofBooking, amountOf()),
		"AdvanceFee": command(func(st *stage) withdrawal.AdvanceFee {
			w := st.claims()
			st.at("2026-09-01T09:00:00Z")
			return withdrawal.AdvanceFee{Command: st.do(bySystem), Booking: w.Booking.ID}
		}, head(bySystem, ""), anyBooking),
	}
}
