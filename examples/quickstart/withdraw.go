package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// assessed is a session with what its practice would be shown before withdrawing it.
type assessed struct {
	view
	withdrawal.Assessment
}

// assessments are those of all sessions in a state, each as its own practice's.
func (w *world) assessments(ctx context.Context, state session.State) ([]assessed, error) {
	all, err := w.views(ctx)
	if err != nil {
		return nil, err
	}
	var found []assessed
	for _, v := range all {
		if !v.is(state, w.clock.Now()) {
			continue
		}
		a, err := w.AssessWithdrawal(ctx, v.practice.actor(), v.ID)
		if err != nil {
			return nil, err
		}
		found = append(found, assessed{v, a})
	}
	return found, nil
}

// withdraw shows the assessment, and withdraws the session as its practice.
func (w *world) withdraw(ctx context.Context, v assessed, reason string) error {
	w.about(v.view)
	w.show(v.Assessment)
	command := withdrawal.Withdraw{
		Command: w.do(v.practice.actor(), "withdraw", string(v.view.Reference)), Session: v.ID, Shown: v.Shown,
		Confirmed: v.Confirm,
	}
	if v.Reason {
		command.Reason = reason
	}
	done, err := w.Withdraw(ctx, command)
	if err != nil {
		return err
	}
	w.page.line("", "Withdrawn by %s.%s%s", v.practice.contact.Name, because(command.Reason), feeWords(done.Fee))
	return w.tell(ctx)
}

// about prints the session that a scene is about, with who is booked.
func (w *world) about(v view) {
	if v.booking.ID == "" {
		w.page.line("", "%s; %s waiting", v, count(v.applicants, "application"))
		return
	}
	w.page.line("", "%s; %s is booked", v, v.clinician.person.Name)
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " Reason: “" + reason + "”"
}

func feeWords(f withdrawal.Fee) string {
	if f.State == 0 {
		return " No fee."
	}
	return fmt.Sprintf(" The clinician may claim a fee of up to %s.", f.Cap)
}

// withdrawUnfilled is W1: a session that somebody has applied for, the one furthest ahead.
func (w *world) withdrawUnfilled(ctx context.Context) (bool, error) {
	all, err := w.assessments(ctx, session.Open)
	if err != nil {
		return false, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		if v := all[i]; v.Allowed && v.applicants > 0 {
			w.heading("Unfilled, with applicants: withdrawn after a warning", "W1")
			return true, w.withdraw(ctx, v, "")
		}
	}
	return false, nil
}

// compareDivisions is W2 and W6: two filled sessions that start on the same date, which both practices may still
// withdraw, and of which one costs a fee and the other doesn't, because their bank holidays differ.
func (w *world) compareDivisions(ctx context.Context) (bool, error) {
	all, err := w.assessments(ctx, session.Filled)
	if err != nil {
		return false, err
	}
	for i, a := range all {
		for _, b := range all[i+1:] {
			if w.comparable(a, b) {
				w.shown[pair(a, b)] = true
				w.heading("Same date, two divisions, two answers", "W2 W6 T1")
				if err := w.withdraw(ctx, a, "Our own partner is back from leave early"); err != nil {
					return true, err
				}
				w.page.line("", "And on the same day, at the other practice:")
				return true, w.withdraw(ctx, b, "Vaccination delivery will not arrive in time")
			}
		}
	}
	return false, nil
}

func pair(a, b assessed) string {
	return min(a.practice.division, b.practice.division).String() + "/" + max(a.practice.division, b.practice.division).String()
}

func (w *world) comparable(a, b assessed) bool {
	day := func(v assessed) string {
		return v.Assessment.Terms.Span.Start.In(w.cal.Location()).Format(time.DateOnly)
	}
	atWork := a.practice.open(w.clock.Now()) || b.practice.open(w.clock.Now())
	return atWork && a.Allowed && b.Allowed && a.Route == booking.SelfService && b.Route == booking.SelfService &&
		a.practice.division != b.practice.division && a.Fee != b.Fee && day(a) == day(b) && !w.shown[pair(a, b)]
}

// withdrawRotaPro is W5: a filled rota session that only Rota Pro still lets its practice withdraw.
func (w *world) withdrawRotaPro(ctx context.Context) (bool, error) {
	all, err := w.assessments(ctx, session.Filled)
	if err != nil {
		return false, err
	}
	for _, v := range all {
		if v.Route == booking.RotaPro && v.Allowed && v.ahead(w.clock.Now()) > 48*time.Hour {
			w.heading("Rota Pro withdraws inside the 7 days", "W5 W6")
			return true, w.withdraw(ctx, v, "The room is being repaired")
		}
	}
	return false, nil
}

// tooLate is W3: the first filled session that starts in a while and that its practice may no longer withdraw
// itself. The practice tries, and is told the way forward.
func (w *world) tooLate(ctx context.Context, title string, byPhone bool) (assessed, bool, error) {
	all, err := w.assessments(ctx, session.Filled)
	if err != nil {
		return assessed{}, false, err
	}
	for _, v := range all {
		if v.Way.IsZero() || (v.Way.Phone != "") != byPhone || v.ahead(w.clock.Now()) < 36*time.Hour {
			continue
		}
		w.heading(title, "W3 W4")
		w.about(v.view)
		_, err := w.Withdraw(ctx, withdrawal.Withdraw{
			Command: w.do(v.practice.actor(), "withdraw", string(v.view.Reference)), Session: v.ID, Shown: v.Shown,
			Reason: "The clinic is cancelled",
		})
		var short *withdrawal.NoticeError
		if !errors.As(err, &short) {
			return assessed{}, false, fmt.Errorf("expected a refusal for short notice, got %w", err)
		}
		w.page.line("│ ", "%s", short)
		return v, true, nil
	}
	return assessed{}, false, nil
}

// withdrawByPhone is W4 in contactable hours: the practice rings, a support agent opens the case and actions it.
func (w *world) withdrawByPhone(ctx context.Context) (bool, error) {
	v, found, err := w.tooLate(ctx, "Filled, too late: by telephone to support", true)
	if !found || err != nil {
		return false, err
	}
	if err := w.openCase(ctx, letter{
		about: v.ID, reason: "Building works: no consulting room that day", via: withdrawal.ByPhone,
	}); err != nil {
		return true, err
	}
	return true, nil
}

// letter is a practice's request to support.
type letter struct {
	about  session.SessionID
	reason string
	via    withdrawal.CaseVia
	sent   time.Time
}

// withdrawByEmail is W3 outside contactable hours: the practice writes, and support reads it when it is next there.
func (w *world) withdrawByEmail(ctx context.Context) (bool, error) {
	v, found, err := w.tooLate(ctx, "Filled, too late, after hours: by email to support", false)
	if !found || err != nil {
		return false, err
	}
	w.letters = append(w.letters, letter{
		about: v.ID, reason: "Two partners are back from sick leave", via: withdrawal.ByEmail, sent: w.clock.Now(),
	})
	w.page.line("", "%s writes to %s.", v.practice.contact.Name, v.Way.Email)
	return true, w.tell(ctx)
}

// readLetters is support opening and actioning what came by email, in its contactable hours.
func (w *world) readLetters(ctx context.Context) (bool, error) {
	facts, _ := support()
	if open, err := facts.Hours.Open(w.cal, w.clock.Now()); err != nil || !open || len(w.letters) == 0 {
		return false, err
	}
	waiting := w.letters
	w.letters = nil
	for _, l := range waiting {
		v, err := w.view(ctx, l.about)
		if err != nil {
			return false, err
		}
		if !v.is(session.Filled, w.clock.Now()) {
			continue
		}
		w.heading("Support reads its email", "W4")
		if err := w.openCase(ctx, l); err != nil {
			return true, err
		}
	}
	return true, nil
}

// openCase is support opening a case with the four particulars, and actioning it a quarter of an hour later.
func (w *world) openCase(ctx context.Context, l letter) error {
	v, err := w.view(ctx, l.about)
	if err != nil {
		return err
	}
	date, err := v.practice.facts.Calendar.DateOf(v.booking.Terms.Span.Start)
	if err != nil {
		return err
	}
	c, err := w.OpenCase(ctx, withdrawal.OpenCase{
		Command: w.do(w.agent(), "case", string(v.Reference)), Reference: v.Reference, PracticeName: v.practice.facts.Name,
		Date: date, Reason: l.reason, Via: l.via, Received: l.sent,
	})
	if err != nil {
		return err
	}
	w.page.line("", "Support case opened %s: %s, %s, %s, “%s”. Judged as received at %s; target %s.", via(c.Via), v.Reference,
		v.practice.facts.Name, date.Short(), l.reason, w.local(c.Received, "15:04 on Mon 2 Jan"), w.local(c.Target, "15:04 on Mon 2 Jan"))
	if err := w.tell(ctx); err != nil {
		return err
	}
	w.clock.set(w.clock.Now().Add(15 * time.Minute))
	done, err := w.ActionCase(ctx, withdrawal.ActionCase{Command: w.do(w.agent(), "action", string(v.Reference)), Case: c.ID})
	if err != nil {
		return err
	}
	w.page.line("", "%s: support withdraws it on the practice’s behalf.%s", w.local(w.clock.Now(), "15:04"), feeWords(done.Fee))
	return w.tell(ctx)
}

func via(v withdrawal.CaseVia) string {
	switch v {
	case withdrawal.ByPhone:
		return "by telephone"
	case withdrawal.ByEmail:
		return "from an email"
	case withdrawal.ByForm:
	}
	return "by form"
}
