package main

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// entry is what the book knows of a kind beside what the library does: the rules that ask for it, and what it is shown
// with.
type entry struct {
	rules []string
	// data changes the sample for all of its variants.
	data func(*notify.Data)
	// calendar changes the entry for the clinician's calendar that it comes with; nil: it comes with none.
	calendar func(*notify.Invitation)
	variants []variant
}

// variant is the same kind on another occasion.
type variant struct {
	name string
	data func(*notify.Data)
}

// sample is what most messages are about: a session after Easter.
func sample(k notify.Kind, zone *time.Location) notify.Data {
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, zone)
	}
	d := notify.Data{
		Product: "Sessions", Link: "https://sessions.example/s/401000028", Reference: "#401000028", Role: "GP",
		Place: "Consulting room 4", Practice: "Holbeck Moor Surgery", Phone: "0113 496 0142",
		Start: at(time.March, 26, 8, 30), End: at(time.March, 26, 18, 0), Clinician: "Dr Amara Okafor",
		Until: at(time.March, 23, 18, 0), Amount: session.Pounds(34000), Cap: session.Pounds(68000),
		Due: calendar.MustDate(2026, time.April, 30), SupportPhone: "020 7946 0411", SupportEmail: "support@sessions.example",
		Reason: "Our own partner is back from leave earlier than planned.",
	}
	if k == notify.Digest {
		d.Link = "https://sessions.example/find-work"
		rate := func(pounds int64) session.Rate {
			return session.Rate{Amount: decimal.NewFromInt(pounds), Currency: session.GBP, Per: session.PerHour}
		}
		d.Items = []notify.DigestItem{
			{Reference: "#401000031", Role: "GP", Practice: "Holbeck Moor Surgery", Start: at(time.March, 27, 8, 30),
				End: at(time.March, 27, 13, 0), Rate: rate(85), Channel: session.Rota},
			{Reference: "#401000033", Role: "GP", Practice: "Partick Cross Medical Practice", Start: at(time.March, 28, 22, 0),
				End: at(time.March, 29, 6, 0), Rate: rate(110), Channel: session.Marketplace, Applicants: 1},
			{Reference: "#401000036", Role: "GP", Practice: "Ormeau Road Health Centre", Start: at(time.April, 7, 8, 30),
				End: at(time.April, 7, 18, 0), Rate: rate(88), Channel: session.Marketplace, Applicants: 4},
		}
	}
	return d
}

// invitation is the session as an entry of the reader's calendar.
func invitation(d notify.Data) *notify.Invitation {
	return &notify.Invitation{
		UID: notify.InvitationUID("b-401000028"), Sequence: 1, Start: d.Start, End: d.End, Stamp: written,
		Summary: d.Role + " at " + d.Practice, Place: d.Place,
		Description: "Session " + d.Reference + "\n\nPlease use the staff entrance on Elland Road.",
	}
}

// erased is a message whose reason was erased when it was sent (P4).
var erased = variant{name: "reason erased", data: func(d *notify.Data) { d.Reason = "" }}

// enter puts the session into the calendar.
func enter(*notify.Invitation) {}

// off takes an entry out of the calendar.
func off(i *notify.Invitation) { i.Sequence, i.Cancelled = 4, true }

// moved changes it there.
func moved(i *notify.Invitation) { i.Sequence = 3 }

func reason(s string) func(*notify.Data) { return func(d *notify.Data) { d.Reason = s } }

func answer(s string) func(*notify.Data) { return func(d *notify.Data) { d.Answer = s } }

// changed is an update, field by field.
func changed(d *notify.Data) {
	d.Changes = []notify.FieldChange{
		{Field: "start", From: "Thu 26 Mar 2026, 08:30", To: "Thu 26 Mar 2026, 09:30"},
		{Field: "rate", From: "£80.00 per hour", To: "£85.00 per hour"}, {Field: "instructions"},
	}
}

// over is a night over which the clocks go forward: it lasts seven hours.
func over(d *notify.Data) {
	zone := d.Start.Location()
	d.Start, d.End = time.Date(2026, time.March, 28, 22, 0, 0, 0, zone), time.Date(2026, time.March, 29, 6, 0, 0, 0, zone)
}

// easter is a session on a bank holiday in England & Wales.
func easter(d *notify.Data) {
	zone := d.Start.Location()
	d.Start, d.End = time.Date(2026, time.April, 6, 8, 30, 0, 0, zone), time.Date(2026, time.April, 6, 18, 0, 0, 0, zone)
}

// book has an entry for every kind.
var book = map[notify.Kind]entry{
	notify.ApplicationReceived: {rules: []string{"A4"}},
	notify.ApplicationGone:     {rules: []string{"A6"}},
	notify.ApplicationDeclined: {rules: []string{"A4"}, data: reason("We have given it to a colleague who knows our patients."),
		variants: []variant{erased}},
	notify.SessionWithdrawn: {rules: []string{"W1"}},

	notify.BookingConfirmed: {rules: []string{"A6", "N2", "A8"}, calendar: enter, variants: []variant{
		{name: "over a clock change", data: over}, {name: "on a bank holiday", data: easter},
	}},
	notify.Allocated: {rules: []string{"A1", "A8"}, calendar: enter},
	notify.Offered:   {rules: []string{"A1", "A8"}, calendar: func(i *notify.Invitation) { i.Tentative = true }},
	notify.OfferAnswered: {rules: []string{"A1"}, data: all(answer("accepted"), reason("")), variants: []variant{
		{name: "declined", data: all(answer("declined"), reason("I am on leave that week."))},
		{name: "lapsed", data: answer("lapsed")},
	}},
	notify.OfferLapsed: {rules: []string{"A1", "A8"}, calendar: off, variants: []variant{
		{name: "declined", data: answer("declined")},
	}},
	notify.SessionFilled:    {rules: []string{"A5"}},
	notify.BookingWithdrawn: {rules: []string{"W2", "W5", "N2", "A8"}, calendar: off, variants: []variant{erased}},
	notify.BookingCancelled: {rules: []string{"W2", "N2", "A8"}, calendar: off},
	notify.ClinicianCancelled: {rules: []string{"W8", "N2"}, data: reason("I have come down with the flu, sorry."),
		variants: []variant{erased}},
	notify.CallDue:             {rules: []string{"W9", "A8"}, calendar: off},
	notify.CauseDisputed:       {rules: []string{"B1"}, data: reason("We asked whether you could come later, not to cancel.")},
	notify.SessionUpdated:      {rules: []string{"S5", "A8"}, data: changed, calendar: moved},
	notify.ChangeToAcknowledge: {rules: []string{"S5"}, data: changed},
	notify.ChangeAnswered: {rules: []string{"S5"}, data: all(answer("accepted"), reason("")), variants: []variant{
		{name: "refused", data: all(answer("declined"), reason("I can’t be there before ten."))},
	}},
	notify.ChangeVoid: {rules: []string{"S5", "A8"}, calendar: enter},
	notify.EligibilityChanged: {rules: []string{"A3"}, data: func(d *notify.Data) {
		d.Findings = []string{"document expired: indemnity", "document expired: dbs"}
	}, variants: []variant{{name: "in order again", data: func(d *notify.Data) { d.Findings = nil }}}},
	notify.NoShow:     {rules: []string{"W10"}, data: reason("Nobody came, and the telephone was not answered.")},
	notify.EndedEarly: {rules: []string{"B1"}, data: reason("The afternoon clinic was called off at noon.")},
	notify.Reminder:   {rules: []string{"N1"}, calendar: enter, variants: []variant{{name: "over a clock change", data: over}}},

	notify.HoursStated:      {rules: []string{"B2"}},
	notify.HoursApproved:    {rules: []string{"B2"}},
	notify.HoursQueried:     {rules: []string{"B2"}, data: reason("You left at 17:00, we think. Could you look again?")},
	notify.InvoiceSent:      {rules: []string{"B2"}},
	notify.InvoiceQueried:   {rules: []string{"B2"}, data: reason("It has the wrong purchase order on it.")},
	notify.InvoicePaid:      {rules: []string{"B2", "N1"}},
	notify.FeeClaimable:     {rules: []string{"W6", "W7"}},
	notify.FeeProposed:      {rules: []string{"W7"}, data: reason("I turned other work down for this day.")},
	notify.FeeCountered:     {rules: []string{"W7"}, data: reason("Would half of it do? You had three days to rebook.")},
	notify.FeeAgreed:        {rules: []string{"W7"}},
	notify.FeeWaived:        {rules: []string{"W7"}, data: reason("I found other work in good time.")},
	notify.FeeLapsed:        {rules: []string{"W7"}},
	notify.FeeDisputed:      {rules: []string{"W7"}, data: reason("We can’t agree on a figure.")},
	notify.EarningsDeclared: {rules: []string{"W7"}},

	notify.NewMessage: {rules: []string{"B3", "N1"}, data: func(d *notify.Data) {
		d.Message = "Is there parking behind the surgery?\n\nAnd do you have EMIS or SystmOne?"
	}},
	notify.CaseOpened:   {rules: []string{"W4"}, variants: []variant{{name: "urgent: due today", data: urgent}}},
	notify.CaseUrgent:   {rules: []string{"W4"}, data: func(d *notify.Data) { d.Phone = "07700 900161" }},
	notify.CaseActioned: {rules: []string{"W4"}},
	notify.CaseRejected: {rules: []string{"W4"}, data: reason("The session has started already.")},
	notify.CaseClosed:   {rules: []string{"W4"}},
	notify.Unreachable: {rules: []string{"N2"}, data: func(d *notify.Data) {
		d.Unreached, d.Notice = "Dr Amara Okafor", "booking withdrawn"
	}},
	notify.Digest: {rules: []string{"N3", "A2"}, variants: []variant{
		{name: "one session", data: func(d *notify.Data) { d.Items = d.Items[:1] }},
		{name: "and more", data: func(d *notify.Data) { d.Omitted = 12 }},
	}},
}

// urgent is a case that has to be dealt with on the day.
func urgent(d *notify.Data) {
	d.Until = time.Date(2026, time.March, 19, 11, 30, 0, 0, d.Start.Location())
	d.Start, d.End = d.Until.Add(2*time.Hour), d.Until.Add(7*time.Hour)
}

func all(changes ...func(*notify.Data)) func(*notify.Data) {
	return func(d *notify.Data) {
		for _, change := range changes {
			change(d)
		}
	}
}
