package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// changeable are the filled sessions that start in some days, and have no change waiting.
func (w *world) changeable(ctx context.Context, ahead time.Duration) ([]view, error) {
	all, err := w.views(ctx)
	if err != nil {
		return nil, err
	}
	now := w.clock.Now()
	return in(all, func(v view) bool {
		return v.is(session.Filled, now) && v.booking.Pending.IsZero() && v.ahead(now) > ahead
	}), nil
}

// change changes a session as its practice, and prints what of it the clinician has to acknowledge (S5).
func (w *world) change(ctx context.Context, v view, title string, c rota.Change) (bool, error) {
	c.Command = w.do(v.practice.actor(), "change", string(v.Reference))
	c.Session = v.ID
	done, err := w.Change(ctx, c)
	if refused(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	w.heading(title, "S5")
	w.about(v)
	after := v
	after.Session = done.Session
	w.page.line("", "%s changes its %s: now %s at %s.", v.practice.contact.Name, strings.ToLower(several(done.Fields)),
		after.when(done.Session.Terms.Span), done.Session.Terms.Rate)
	if len(done.Material) == 0 {
		w.page.line("", "Nothing in it that %s would have to agree to.", v.clinician.person.Name)
	} else {
		w.page.line("", "Until %s says yes, notice and fee go by the terms last agreed.", v.clinician.person.Name)
	}
	return true, w.tell(ctx)
}

// asleep is 1 where who is booked must not be disturbed now, and has a device to be disturbed by.
func (w *world) asleep(v view) int {
	q := v.clinician.choices.Quiet
	if q == nil || len(v.clinician.person.Devices) == 0 {
		return 0
	}
	now, err := calendar.ParseClock(w.local(w.clock.Now(), "15:04"))
	if err != nil || now.Before(q.From) {
		return 0
	}
	return 1
}

// raisePay is a change that nobody has to be asked about. It is made in the evening, to see whom it would disturb.
func (w *world) raisePay(ctx context.Context) (bool, error) {
	all, err := w.changeable(ctx, 24*time.Hour)
	if err != nil {
		return false, err
	}
	slices.SortStableFunc(all, func(a, b view) int { return w.asleep(b) - w.asleep(a) })
	for _, v := range all {
		rate := v.Terms.Rate
		rate.Amount = rate.Amount.Add(decimal.NewFromInt(5))
		if ok, err := w.change(ctx, v, "A booked session is updated", rota.Change{Rate: rate}); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// startLater moves the start by half an hour on the same day, which the clinician is asked about.
func (w *world) startLater(ctx context.Context) (bool, error) {
	all, err := w.changeable(ctx, 4*24*time.Hour)
	if err != nil {
		return false, err
	}
	for _, v := range all {
		start, err := v.practice.facts.Calendar.LocalOf(v.Terms.Span.Start.Add(30 * time.Minute))
		if err != nil {
			return false, err
		}
		if ok, err := w.change(ctx, v, "A booked session starts later", rota.Change{Start: start}); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// moveDay moves a session to its practice's next working day.
func (w *world) moveDay(ctx context.Context) (bool, error) {
	all, err := w.changeable(ctx, 4*24*time.Hour)
	if err != nil {
		return false, err
	}
	for _, v := range all {
		cal := v.practice.facts.Calendar
		start, end, err := locals(cal, v.Terms.Span)
		if err != nil {
			return false, err
		}
		next, err := cal.BusinessDayAfter(start.Date, 1)
		if err != nil {
			return false, err
		}
		days := next.Sub(start.Date)
		start.Date, end.Date = next, end.Date.AddDays(days)
		if ok, err := w.change(ctx, v, "A booked session moves to another day", rota.Change{Start: start, End: end}); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// locals are a span's ends as the practice's clock shows them.
func locals(cal *calendar.Calendar, s calendar.Span) (start, end calendar.Local, err error) {
	if start, err = cal.LocalOf(s.Start); err != nil {
		return start, end, err
	}
	end, err = cal.LocalOf(s.End)
	return start, end, err
}

// answerChange is each clinician answering what was changed on an earlier day: yes to another time on the same day,
// no to another day.
func (w *world) answerChange(ctx context.Context) (bool, error) {
	all, err := w.views(ctx)
	if err != nil {
		return false, err
	}
	now := w.clock.Now()
	played := false
	for _, v := range in(all, func(v view) bool { return v.is(session.Filled, now) && !v.booking.Pending.IsZero() }) {
		played = true
		was, _, err := locals(v.practice.facts.Calendar, v.booking.Terms.Span)
		if err != nil {
			return played, err
		}
		will, _, err := locals(v.practice.facts.Calendar, v.booking.Pending.Terms.Span)
		if err != nil {
			return played, err
		}
		if was.Date == will.Date {
			err = w.acknowledge(ctx, v)
		} else {
			err = w.refuse(ctx, v)
		}
		if err != nil {
			return played, err
		}
	}
	return played, nil
}

func (w *world) acknowledge(ctx context.Context, v view) error {
	w.heading("Clinician acknowledges a change", "S5")
	w.about(v)
	done, err := w.AcknowledgeChange(ctx, rota.AcknowledgeChange{
		Command: w.do(v.clinician.actor(), "acknowledge", string(v.Reference)), Booking: v.booking.ID,
		Shown: v.booking.Pending.Shown(),
	})
	if err != nil {
		return err
	}
	w.page.line("", "Agreed: %s.", v.when(done.Booking.Terms.Span))
	return w.tell(ctx)
}

func (w *world) refuse(ctx context.Context, v view) error {
	const reason = "I have promised that day to another practice"
	w.heading("Clinician refuses a change", "S5 B1")
	w.about(v)
	done, err := w.RefuseChange(ctx, rota.RefuseChange{
		Command: w.do(v.clinician.actor(), "refuse", string(v.Reference)), Booking: v.booking.ID,
		Shown: v.booking.Pending.Shown(), Reason: reason,
	})
	if err != nil {
		return err
	}
	w.page.line("", "That ends the booking as a withdrawal by the practice, judged at %s, when it made the change.%s%s",
		w.local(done.Booking.Ending.At, "15:04 on Mon 2 Jan"), because(reason), feeWords(done.Fee))
	w.page.line("", "The session is %s again, on its new day.", done.Session.State)
	return w.tell(ctx)
}
