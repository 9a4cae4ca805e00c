package withdrawal

import (
	"fmt"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// describe adds title and lines: whatever a screen has to say before the act, dates and times as at the practice.
func (a Assessment) describe(s Situation) Assessment {
	cal := s.Practice.Calendar
	start, end := a.Terms.Span.Start.In(cal.Location()), a.Terms.Span.End.In(cal.Location())
	on := start.Format("Mon 2 Jan 2006")
	a.Title = fmt.Sprintf("Session %s on %s, %s–%s", a.Reference, on, start.Format("15:04"), end.Format("15:04"))
	switch {
	case a.Refusal != "" && a.Refusal != refusedNotice:
		a.Lines = []string{a.Err().Error()}
	case a.Route == booking.SupportCase:
		a.Lines = []string{on + ": customer support withdraws this on the practice's behalf, as received at " +
			cal.Words(calendar.CutOff{At: a.At}) + "; the reason is shared with the clinician."}
	case a.Route == booking.ChangeRefused:
		a.Lines = []string{on + ": the clinician refuses the change, which ends the booking as a withdrawal by the client."}
	case a.BookingState == 0:
		a.Lines = a.unfilledLines(on)
	case a.Question == CancelOwnBooking:
		a.Lines = a.cancelLines(s, on)
	default:
		a.Lines = a.clientLines(s, on)
	}
	return a
}

// unfilledLines are the warning of W1.
func (a Assessment) unfilledLines(on string) []string {
	start, _ := a.Limit(LimitStart)
	lines := []string{fmt.Sprintf("%s: nobody is booked, and you can withdraw this yourself until %s.", on, start.Words)}
	if len(a.Tell) > 0 {
		lines = append(lines, "All whose applications are pending will be told that it is no longer available.")
	}
	again := "If you withdraw in error you will have to post it again, under a new reference."
	if strings.HasPrefix(string(a.Reference), session.DefaultPrefix) {
		again = "If you withdraw in error you will have to post it again, under a new " + session.DefaultPrefix + " reference."
	}
	return append(lines, again)
}

// clientLines are what the client reads about a filled session (W2, W3, W5, W6).
func (a Assessment) clientLines(s Situation, on string) []string {
	lines := []string{on + ": " + strings.Join(a.clientSummary(s), "; ") + "."}
	if a.Refusal == refusedNotice {
		lines = append(lines, "Have ready, or write: the session's number ("+string(a.Reference)+"), the practice's name, "+
			"the session's date, and your reason for withdrawing, which is shared with the clinician.")
	} else {
		told := "it is no longer going ahead"
		if a.Question == EndBookingOnly {
			told = "they are no longer booked"
		}
		lines = append(lines, "You have to give a reason, which is shared with the clinician: they are told that "+told+
			", and why.")
	}
	if a.Fee {
		lines = append(lines, "A short-notice cancellation fee is payable to the clinician, and is to be agreed between you "+
			"and them: none is due unless you both agree.")
	}
	lines = append(lines, "Please make every effort to withdraw as soon as you can, with "+a.Required.String()+
		" to go before the start.")
	if a.Question == EndBookingOnly && a.Allowed {
		lines = append(lines, s.reopens(a.At, "you"))
	}
	return lines
}

// clientSummary says until when, at what price, and what comes after that.
func (a Assessment) clientSummary(s Situation) []string {
	withdraw, _ := a.Limit(LimitWithdraw)
	fee, _ := a.Limit(LimitFee)
	start, _ := a.Limit(LimitStart)
	what := "withdraw this"
	if a.Question == EndBookingOnly {
		what = "end this booking"
	}
	price := "no fee until " + fee.Words
	if a.Fee {
		price = fmt.Sprintf("the clinician may charge a fee of up to %s (none until %s)", a.Cap, fee.Words)
	}
	if s.Booking.RegistrationLapsed() {
		price = "no fee, as the clinician's registration has lapsed"
	}
	switch {
	case a.Refusal == refusedNotice:
		return []string{"you could " + what + " yourself until " + withdraw.Words, price, "now " + a.Way.String()}
	case a.Route == booking.RotaPro:
		return []string{"with Rota Pro you can " + what + " yourself until " + start.Words, price}
	}
	w, _ := contact(s.Practice.Calendar, s.Support, a.At)
	after := "after that " + w.String()
	j := "you can " + what + " yourself until " + withdraw.Words
	if s.Provider.RotaPro {
		if p, ok := s.Policies.Numbered(a.Policy); ok && s.rotaPro(p) {
			after = "after that with Rota Pro until " + start.Words
		}
	}
	return []string{j, price, after}
}

// reopens says on which terms the session is offered again, and by whom they were changed last.
func (s Situation) reopens(now time.Time, who string) string {
	if s.Booking.Pending.IsZero() || s.changeVoid(now) {
		return "The session opens again, and others can apply."
	}
	cut := s.Session.Terms.Span.Start.In(s.Practice.Calendar.Location())
	return "The session opens again as " + who + " last changed it, starting " + cut.Format("15:04 on Mon 2 Jan 2006") +
		", and others can apply."
}

// cancelLines are what the clinician reads (W8, W9, B1).
func (a Assessment) cancelLines(s Situation, on string) []string {
	call, _ := a.Limit(LimitCall)
	start, _ := a.Limit(LimitStart)
	first := fmt.Sprintf("%s: you can cancel this until %s", on, start.Words)
	if call.Passed {
		first += "; you must also " + s.ring(a.At) + ", as you are later than " + call.Words
	} else {
		first += "; from " + call.Words + " on you would have to ring the practice as well"
		if call.CutOff.Inclusive || !call.CutOff.LastDay.IsZero() {
			first = strings.Replace(first, "; from "+call.Words+" on", "; after "+call.Words, 1)
		}
	}
	lines := []string{first + "."}
	lines = append(lines, "The practice and its rota managers are told; you may give a reason, which is shared with them.")
	if a.OnRequest {
		lines = append(lines, fmt.Sprintf("If you cancel because the practice asked you to, say so: then you may charge it a fee "+
			"of up to %s, to be agreed between the two of you.", a.Cap))
	}
	if a.Case != "" {
		return append(lines, "The practice has asked customer support to withdraw this session, so it is withdrawn when you cancel.")
	}
	return append(lines, s.reopens(a.At, "the practice"))
}

// ring says which number, and when it is answered (W9).
func (s Situation) ring(at time.Time) string {
	if s.Practice.Phone == "" {
		return "ring the practice"
	}
	words := "ring the practice on " + s.Practice.Phone
	until, next, _ := answered(s.Practice.Calendar, s.Practice.Hours, at)
	if open := openWords(s.Practice.Calendar, until, next, at); open != "" {
		words += " (" + open + ")"
	}
	return words
}
