package booking_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

func approveHours(by session.Actor) booking.ApproveHours {
	return booking.ApproveHours{Command: session.Do("cmd", by), Booking: "b-1"}
}

func queryHours(by session.Actor) booking.QueryHours {
	return booking.QueryHours{Command: session.Do("cmd", by), Booking: "b-1", Reason: "You left at noon."}
}

func sendInvoice(by session.Actor) booking.SendInvoice {
	return booking.SendInvoice{Command: session.Do("cmd", by), Invoice: "i-1", Due: calendar.MustDate(2026, time.August, 13)}
}

func queryInvoice(by session.Actor) booking.QueryInvoice {
	return booking.QueryInvoice{Command: session.Do("cmd", by), Invoice: "i-1", Reason: "Paid before."}
}

func payInvoice(by session.Actor) booking.PayInvoice {
	return booking.PayInvoice{Command: session.Do("cmd", by), Invoice: "i-1"}
}

func TestB2HoursStated(t *testing.T) {
	s := worked(t)
	hours, d, err := stateHours().Decide(s, after)
	if err != nil {
		t.Fatal(err)
	}
	want := booking.Hours{
		Booking: "b-1", Version: 1, Session: "s-1", Provider: "leeds-health", State: booking.HoursStated,
		Span: calendar.Span{Start: start, End: end}, Break: 30 * time.Minute, Amount: hours.Amount, At: after,
	}
	if diff := compare(want, hours); diff != "" {
		t.Error(diff)
	}
	if hours.Amount.String() != "£630.00" {
		t.Errorf("B2 %v", hours.Amount)
	}
	wantEvent := session.Event{
		Subject: session.Subject{Kind: "hours", ID: "b-1"}, Version: 1, Kind: "hours.stated", Provider: "leeds-health",
		Session: "s-1", At: after, By: ada, Command: "state", To: "stated",
		Facts: session.Facts{
			"reference": "#401000123", "practice": "chapel-allerton", "clinician": "ada", "start": "2026-07-14T07:00:00Z",
			"end": "2026-07-14T15:00:00Z", "break": "30", "amount": "630.00", "currency": "GBP",
		},
	}
	if diff := compare([]session.Event{wantEvent}, d.Events); diff != "" {
		t.Error(diff)
	}
	if diff := compare([]session.Record{hours}, d.Records); diff != "" {
		t.Error(diff)
	}
}

func TestB2HoursWithinBounds(t *testing.T) {
	const most = booking.HoursMargin
	for _, c := range []struct {
		name       string
		start, end time.Time
		now        time.Time
		field      string // blank: accepted
	}{
		{"B2 as early as can be", start.Add(-most), end, after, ""},
		{"B2 too early", start.Add(-most - time.Microsecond), end, after, "Start"},
		{"B2 as late as can be", start, end.Add(most), end.Add(most), ""},
		{"B2 too late", start, end.Add(most + time.Microsecond), end.Add(2 * most), "End"},
		{"B2 until now", start, after, after, ""},
		{"B2 in the future", start, after.Add(time.Microsecond), after, "End"},
		{"B2 too short to be worth a penny", start, start.Add(time.Microsecond), after, "End"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := stateHours()
			cmd.Start, cmd.End, cmd.Break = c.start, c.end, 0
			if err := cmd.Validate(); err != nil {
				t.Fatal(err)
			}
			hours, d, err := cmd.Decide(worked(t), c.now)
			if c.field != "" {
				wantField(t, err, c.field)
				wantNothing(t, d)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := d.Events[0].Facts["break"]; ok || hours.Span.Duration() != c.end.Sub(c.start) {
				t.Errorf("%+v, %+v", hours, d.Events[0].Facts)
			}
		})
	}
}

func TestB2AmountAtTheAgreedRate(t *testing.T) {
	s := worked(t)
	// The session has since been changed: what counts is what was agreed (S5).
	s.Session.Terms.Rate.Amount = decimal.NewFromInt(1)
	cmd := stateHours()
	cmd.End, cmd.Break = start.Add(20*time.Minute), 0
	for per, want := range map[session.Per]string{session.PerHour: "£28.00", session.PerSession: "£84.00"} {
		s.Booking.Terms.Rate.Per = per
		hours, _, err := cmd.Decide(s, after)
		if err != nil {
			t.Fatal(err)
		}
		if hours.Amount.String() != want {
			t.Errorf("B2 per %v: %v, want %s", per, hours.Amount, want)
		}
	}
}

func TestB2HoursInEveryState(t *testing.T) {
	for _, state := range everyState {
		if state == booking.Completed {
			continue
		}
		s := stated(t)
		s.Booking.State = state
		word := strings.ReplaceAll(state.String(), "_", " ")
		_, d, err := stateHours().Decide(s, after)
		refused(t, "The booking is "+word+", so you can't state the hours worked.", d, err)
		_, d, err = approveHours(jo).Decide(s, after)
		refused(t, "The booking is "+word+", so you can't approve the hours worked.", d, err)
		_, d, err = queryHours(jo).Decide(s, after)
		refused(t, "The booking is "+word+", so you can't query the hours worked.", d, err)
	}
	for state, word := range map[booking.HoursState]string{
		0: "not stated", booking.HoursStated: "stated", booking.HoursQueried: "queried", booking.HoursApproved: "approved",
	} {
		s := stated(t)
		s.Hours.State = state
		_, d, err := stateHours().Decide(s, after)
		if state == 0 || state == booking.HoursQueried {
			if err != nil {
				t.Errorf("B2 %s: %v", word, err)
			}
		} else {
			refused(t, "The hours are "+word+", so you can't state the hours worked.", d, err)
		}
		if state == booking.HoursStated {
			continue
		}
		_, d, err = approveHours(jo).Decide(s, after)
		refused(t, "The hours are "+word+", so you can't approve them.", d, err)
		_, d, err = queryHours(jo).Decide(s, after)
		refused(t, "The hours are "+word+", so you can't query them.", d, err)
	}
}

func TestB2HoursQueriedAndStatedAgain(t *testing.T) {
	s := stated(t)
	later := after.Add(time.Hour)
	queried, d, err := queryHours(jo).Decide(s, later)
	if err != nil {
		t.Fatal(err)
	}
	want := s.Hours
	want.Version, want.State, want.At, want.Reason = 2, booking.HoursQueried, later, d.Texts[0].ID
	if diff := compare(want, queried); diff != "" {
		t.Error(diff)
	}
	if e := d.Events[0]; told(d) != "hours.queried@2" || e.From != "stated" || e.To != "queried" || e.Reason != want.Reason {
		t.Errorf("%+v", e)
	}
	if x := d.Texts[0]; x.Body != "You left at noon." || x.Class != session.ReasonText || x.Provider != "leeds-health" || x.Session != "s-1" {
		t.Errorf("P4 %+v", x)
	}

	s.Hours = queried
	cmd := stateHours()
	cmd.ID, cmd.End = "state-2", at("2026-07-14T11:00:00Z")
	again, d, err := cmd.Decide(s, later)
	if err != nil {
		t.Fatal(err)
	}
	if again.Version != 3 || again.State != booking.HoursStated || again.Reason != "" || again.Amount.String() != "£294.00" {
		t.Errorf("%+v", again)
	}
	if e := d.Events[0]; told(d) != "hours.stated@3" || e.From != "queried" || e.To != "stated" {
		t.Errorf("%+v", e)
	}
}

func TestB2ApprovalMakesTheInvoice(t *testing.T) {
	s := stated(t)
	later := after.Add(time.Hour)
	made, d, err := approveHours(mo).Decide(s, later)
	if err != nil {
		t.Fatal(err)
	}
	hours := s.Hours
	hours.Version, hours.State, hours.At = 2, booking.HoursApproved, later
	invoice := booking.Invoice{
		ID: made.Invoice.ID, Version: 1, Booking: "b-1", Session: "s-1", Reference: "#401000123", Provider: "leeds-health",
		Practice: "chapel-allerton", Clinician: "ada", Person: "person-ada", For: booking.ForHours,
		Amount: session.Pounds(63000), State: booking.InvoiceAwaiting, Made: later,
	}
	if diff := compare(booking.Approved{Hours: hours, Invoice: invoice}, made); diff != "" {
		t.Error(diff)
	}
	if diff := compare([]session.Record{hours, invoice}, d.Records); diff != "" {
		t.Error(diff)
	}
	if told(d) != "hours.approved@2 invoice.made@1" {
		t.Errorf("told %s", told(d))
	}
	e := d.Events[1]
	facts := session.Facts{
		"reference": "#401000123", // B2: whoever is told that it was paid reads for which session
		"booking":   "b-1", "practice": "chapel-allerton", "clinician": "ada", "for": "hours", "amount": "630.00", "currency": "GBP",
	}
	if diff := compare(facts, e.Facts); diff != "" || e.From != "" || e.To != "awaiting" {
		t.Errorf("%+v\n%s", e, diff)
	}
	if e := d.Events[0]; e.From != "stated" || e.To != "approved" || e.Facts["amount"] != "630.00" {
		t.Errorf("%+v", e)
	}
}

func TestB2InvoiceFromSendingToPayment(t *testing.T) {
	s := invoiced(t)
	step := func(next booking.Invoice, d session.Decision, err error, want string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		e := d.Events[0]
		if got := told(d) + " " + e.From + ">" + e.To; got != want {
			t.Errorf("B2 got %s, want %s", got, want)
		}
		if diff := compare([]session.Record{next}, d.Records); diff != "" {
			t.Error(diff)
		}
		if e.Reason != next.Reason || e.Facts["amount"] != "630.00" || e.Facts["due"] != "2026-08-13" {
			t.Errorf("%+v", e)
		}
		s.Invoice = next
	}
	next, d, err := sendInvoice(ada).Decide(s, after)
	step(next, d, err, "invoice.sent@2 awaiting>sent")
	next, d, err = queryInvoice(jo).Decide(s, after)
	step(next, d, err, "invoice.queried@3 sent>queried")
	if next.Reason == "" || next.Reason != d.Texts[0].ID || d.Texts[0].Body != "Paid before." {
		t.Errorf("P4 %+v", d.Texts)
	}
	next, d, err = sendInvoice(mo).Decide(s, after)
	step(next, d, err, "invoice.sent@4 queried>sent")
	if next.Reason != "" || next.Due.String() != "2026-08-13" {
		t.Errorf("%+v", next)
	}
	next, d, err = payInvoice(jo).Decide(s, after.Add(time.Hour))
	step(next, d, err, "invoice.paid@5 sent>paid")
	if !next.Paid.Equal(after.Add(time.Hour)) {
		t.Errorf("%+v", next)
	}
}

func TestB2InvoiceInEveryState(t *testing.T) {
	for _, state := range everyInvoice {
		s := invoiced(t)
		s.Invoice.State = state
		_, d, err := sendInvoice(ada).Decide(s, after)
		if state == booking.InvoiceAwaiting || state == booking.InvoiceQueried {
			if err != nil {
				t.Error(err)
			}
		} else {
			refused(t, "The invoice is "+state.String()+", so you can't send it.", d, err)
		}
		if state == booking.InvoiceSent {
			continue
		}
		_, d, err = queryInvoice(jo).Decide(s, after)
		refused(t, "The invoice is "+state.String()+", so you can't query it.", d, err)
		_, d, err = payInvoice(jo).Decide(s, after)
		refused(t, "The invoice is "+state.String()+", so you can't record it as paid.", d, err)
	}
}

func TestT1DueDateAtThePractice(t *testing.T) {
	// 23:30 in UTC is already Wednesday in Leeds.
	now := at("2026-07-14T23:30:00Z")
	for due, ok := range map[calendar.Date]bool{
		calendar.MustDate(2026, 7, 14): false, calendar.MustDate(2026, 7, 15): true, calendar.MustDate(2030, 12, 31): true,
		calendar.MustDate(2031, 1, 20): false,
	} {
		cmd := sendInvoice(ada)
		cmd.Due = due
		_, d, err := cmd.Decide(invoiced(t), now)
		if ok && err != nil {
			t.Errorf("T1 due on %v: %v", due, err)
		}
		if !ok {
			wantField(t, err, "Due")
			wantNothing(t, d)
		}
	}
	s := invoiced(t)
	if _, _, err := sendInvoice(ada).Decide(s, at("2050-01-01T00:00:00Z")); err == nil {
		t.Error("T2 today is outside the calendar's years, and yet it was sent")
	}
	s.Practice.Calendar = nil
	_, _, err := sendInvoice(ada).Decide(s, now)
	wantField(t, err, "Practice")
}

// A partner of the practice who worked there is the clinician, whatever hat they wear.
func TestP1NobodyDecidesTheirOwnPay(t *testing.T) {
	s := stated(t)
	_, d, err := approveHours(partner).Decide(s, after)
	forbidden(t, "As a practice you may not approve the hours worked: "+otherSide, d, err)
	_, d, err = approveHours(ada).Decide(s, after)
	forbidden(t, "As a clinician you may not approve the hours worked: "+otherSide, d, err)
	_, d, err = queryHours(partner).Decide(s, after)
	forbidden(t, "As a practice you may not query the hours worked: "+otherSide, d, err)
	manager := session.RotaManager("person-ada", "leeds-health")
	stating := stateHours()
	stating.By = manager
	_, d, err = stating.Decide(worked(t), after)
	forbidden(t, "As a rota manager you may not state the hours worked: "+ownBooking, d, err)

	s = invoiced(t)
	_, d, err = sendInvoice(partner).Decide(s, after)
	forbidden(t, "As a practice you may not send this invoice: "+ownBooking, d, err)
	s.Invoice.State = booking.InvoiceSent
	_, d, err = queryInvoice(manager).Decide(s, after)
	forbidden(t, "As a rota manager you may not query this invoice: "+otherSide, d, err)
	_, d, err = payInvoice(partner).Decide(s, after)
	forbidden(t, "As a practice you may not record this invoice as paid: "+otherSide, d, err)

	// Nobody is nobody's double: what has no person on record is not the system's own.
	s.Invoice.Person = ""
	if _, _, err := payInvoice(keeper).Decide(s, after); err != nil {
		t.Error(err)
	}
	s = invoiced(t)
	s.Invoice.Person = ""
	if _, _, err := sendInvoice(keeper).Decide(s, after); err != nil {
		t.Error(err)
	}
}

func TestB2FeeIsInvoicedTheSameWay(t *testing.T) {
	s := booked(t)
	head := session.Do("agree", jo)
	fee := booking.FeeInvoice(head, s.Booking, session.Pounds(12345), after.Add(time.Nanosecond))
	want := booking.Invoice{
		ID: fee.ID, Version: 1, Booking: "b-1", Session: "s-1", Reference: "#401000123", Provider: "leeds-health",
		Practice:  "chapel-allerton",
		Clinician: "ada", Person: "person-ada", For: booking.ForFee, Amount: session.Pounds(12345),
		State: booking.InvoiceAwaiting, Made: after,
	}
	if diff := compare(want, fee); diff != "" {
		t.Error(diff)
	}
	if again := booking.FeeInvoice(head, s.Booking, session.Pounds(1), after); again.ID != fee.ID {
		t.Error("P3 a retry names another invoice")
	}
	e := booking.InvoiceMade(fee)
	if e.Kind != booking.EventInvoiceMade || e.To != "awaiting" || e.Facts["for"] != "fee" || e.Facts["amount"] != "123.45" {
		t.Errorf("%+v", e)
	}
	if fee.Tenant() != "leeds-health" || fee.About() != "s-1" || fee.Revision() != 1 || fee.Subject().Kind != session.KindInvoice {
		t.Errorf("%v", fee.Subject())
	}
}

func TestPayRefusesBadFields(t *testing.T) {
	checkCommand(t, stateHours(),
		wrongHead(func(c *booking.StateHours) *session.Command { return &c.Command }),
		map[string][]wrong[booking.StateHours]{
			"Booking": wrongID("Booking", func(c *booking.StateHours) *string { return (*string)(&c.Booking) }),
			"Start":   {{"missing", "Start", func(c *booking.StateHours) { c.Start = time.Time{} }}},
			"End": {
				{"missing", "End", func(c *booking.StateHours) { c.End = time.Time{} }},
				{"at the start", "End", func(c *booking.StateHours) { c.End = c.Start }},
				{"before the start", "End", func(c *booking.StateHours) { c.End = c.Start.Add(-time.Hour) }},
				{"less than a microsecond later", "End", func(c *booking.StateHours) { c.End = c.Start.Add(999) }},
			},
			"Break": {
				{"negative", "Break", func(c *booking.StateHours) { c.Break = -time.Minute }},
				{"of half a minute", "Break", func(c *booking.StateHours) { c.Break = 30 * time.Second }},
				{"as long as the rest", "Break", func(c *booking.StateHours) { c.Break = 8 * time.Hour }},
			},
		})
	checkCommand(t, approveHours(jo),
		wrongHead(func(c *booking.ApproveHours) *session.Command { return &c.Command }),
		map[string][]wrong[booking.ApproveHours]{
			"Booking": wrongID("Booking", func(c *booking.ApproveHours) *string { return (*string)(&c.Booking) }),
		})
	checkCommand(t, queryHours(jo),
		wrongHead(func(c *booking.QueryHours) *session.Command { return &c.Command }),
		map[string][]wrong[booking.QueryHours]{
			"Booking": wrongID("Booking", func(c *booking.QueryHours) *string { return (*string)(&c.Booking) }),
			"Reason":  wrongText("Reason", func(c *booking.QueryHours) *string { return &c.Reason }),
		})
	checkCommand(t, sendInvoice(ada),
		wrongHead(func(c *booking.SendInvoice) *session.Command { return &c.Command }),
		map[string][]wrong[booking.SendInvoice]{
			"Invoice": wrongID("Invoice", func(c *booking.SendInvoice) *string { return (*string)(&c.Invoice) }),
			"Due":     {{"missing", "Due", func(c *booking.SendInvoice) { c.Due = calendar.Date{} }}},
		})
	checkCommand(t, queryInvoice(jo),
		wrongHead(func(c *booking.QueryInvoice) *session.Command { return &c.Command }),
		map[string][]wrong[booking.QueryInvoice]{
			"Invoice": wrongID("Invoice", func(c *booking.QueryInvoice) *string { return (*string)(&c.Invoice) }),
			"Reason":  wrongText("Reason", func(c *booking.QueryInvoice) *string { return &c.Reason }),
		})
	checkCommand(t, payInvoice(jo),
		wrongHead(func(c *booking.PayInvoice) *session.Command { return &c.Command }),
		map[string][]wrong[booking.PayInvoice]{
			"Invoice": wrongID("Invoice", func(c *booking.PayInvoice) *string { return (*string)(&c.Invoice) }),
		})
}
