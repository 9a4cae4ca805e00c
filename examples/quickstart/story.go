package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/withdrawal"
)

// days is how long the story goes on: two weeks, from a day to the same day of the week.
const days = 15

// scene is something that the story plays on the first day, from its own on, on which there is a session for it. What
// a session has to be like is up to its play, which says whether it found one.
type scene struct {
	title, rules string
	day          int
	at           string
	times        int
	play         func(*world, context.Context) (bool, error)
}

// routine is what goes on every day.
const routine = 0

// script is the story, in the order of a day.
func script() []scene {
	return []scene{
		{"The export is posted", "S1 S6 N1", 0, "08:00", 1, (*world).postAll},
		{"Find work", "A2 A3", 0, "08:30", 1, (*world).findWork},
		{"Clinician cancels within 72 hours, and has to ring as well", "W8 W9", 11, "08:30", 1, (*world).cancelLate},
		{"Applications", "A4", 0, "09:00", routine, (*world).applyDaily},
		{"Support reads its email", "W4", 0, "09:10", routine, (*world).readLetters},
		{"Clinician answers a changed session", "S5", 1, "09:30", routine, (*world).answerChange},
		{"Same date, two divisions, two answers", "W2 W6 T1", 1, "10:00", 2, (*world).compareDivisions},
		{"Filled, too late: by telephone to support", "W3 W4", 2, "10:15", 1, (*world).withdrawByPhone},
		{"Rota Pro withdraws inside the 7 days", "W5 W6", 7, "10:20", 1, (*world).withdrawRotaPro},
		{"Hours are approved, invoices sent and paid", "B2", 0, "10:30", routine, (*world).pay},
		{"Rota managers allocate", "A1 A7", 0, "11:00", routine, (*world).allocateDaily},
		{"Unfilled, with applicants: withdrawn after a warning", "W1", 3, "11:30", 1, (*world).withdrawUnfilled},
		{"Clinician cancels in time", "W8", 4, "11:45", 1, (*world).cancelInTime},
		{"First come, first served: all at once", "A5 A7", 1, "12:00", 1, (*world).race},
		{"A booked session starts later", "S5", 2, "13:30", 1, (*world).startLater},
		{"A booked session moves to another day", "S5", 4, "13:30", 1, (*world).moveDay},
		{"Practices choose among the applicants", "A4 A5 A6", 0, "15:00", routine, (*world).chooseDaily},
		{"A message, and an answer", "B3", 8, "15:30", 1, (*world).talk},
		{"Short-notice fees", "W7 B2", 1, "16:00", routine, (*world).negotiate},
		{"Filled, too late, after hours: by email to support", "W3 W4", 3, "19:45", 1, (*world).withdrawByEmail},
		{"Clinicians state their hours", "B2", 0, "20:00", routine, (*world).stateHours},
		{"A booked session is updated", "S5", 2, "20:45", 1, (*world).raisePay},
	}
}

// run plays the story.
func (w *world) run(ctx context.Context) error {
	first, err := w.cal.DateOf(w.shifts[0].span.Start)
	if err != nil {
		return err
	}
	first = first.AddDays(-1)
	w.opening(first)
	all := script()
	for n := range days {
		if err := w.day(ctx, first.AddDays(n), n, all); err != nil {
			return err
		}
	}
	return w.closing(ctx, all)
}

// day plays one day.
func (w *world) day(ctx context.Context, date calendar.Date, n int, all []scene) error {
	note, err := w.special(date)
	if err != nil {
		return err
	}
	w.page.day(date.Long(), note)
	for _, s := range all {
		if n < s.day || s.times != routine && w.steps[s.title] >= s.times {
			continue
		}
		if err := w.pass(ctx, date, s.at); err != nil {
			return err
		}
		played, err := s.play(w, ctx)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", date.Short(), s.title, err)
		}
		if played {
			w.steps[s.title]++
		}
	}
	return nil
}

// heading prints the scene that is being played.
func (w *world) heading(title, rules string) {
	w.page.entry(w.local(w.clock.Now(), "15:04"), title, rules)
}

// pass lets time go on to a time of the day, and the keeper bring about what is due by then.
func (w *world) pass(ctx context.Context, date calendar.Date, at string) error {
	to, err := moment(w.cal, date, at)
	if err != nil {
		return err
	}
	w.clock.set(to)
	done, err := w.keeper.Look(ctx)
	if err != nil {
		return err
	}
	var what []string
	for _, d := range []struct {
		n    int
		what string
	}{
		{done.Completed, "completed"}, {done.Expired, "expired unfilled"}, {done.Voided, "changes void"},
		{done.Lapsed, "offers lapsed"}, {done.Fees, "fees moved on"}, {done.Reminded, "reminded"},
	} {
		if d.n > 0 {
			what = append(what, fmt.Sprintf("%d %s", d.n, d.what))
		}
	}
	lines, err := w.send(ctx)
	if err != nil {
		return err
	}
	if what == nil && lines == nil {
		return nil
	}
	if what == nil {
		what = []string{"quiet hours are over"}
	}
	w.page.put("\n %s  · time passes: %s", w.local(w.clock.Now(), "15:04"), strings.Join(what, ", "))
	for _, l := range lines {
		w.page.line(l.mark, "%s", l.text)
	}
	return nil
}

// special says what is special about a day: whose bank holiday it is, and that the clocks change.
func (w *world) special(date calendar.Date) (string, error) {
	names := map[calendar.Division]string{
		calendar.EnglandAndWales: "England & Wales", calendar.Scotland: "Scotland", calendar.NorthernIreland: "Northern Ireland",
	}
	holiday := ""
	var where []string
	for _, d := range []calendar.Division{calendar.EnglandAndWales, calendar.Scotland, calendar.NorthernIreland} {
		cal, err := calendar.UK(d)
		if err != nil {
			return "", err
		}
		h, is, err := cal.Holiday(date)
		if err != nil {
			return "", err
		}
		if is {
			holiday = h.Name
			where = append(where, names[d])
		}
	}
	if len(where) > 0 {
		return holiday + " in " + several(where), nil
	}
	from, err := w.cal.StartOf(date)
	if err != nil {
		return "", err
	}
	to, err := w.cal.EndOf(date)
	if err != nil {
		return "", err
	}
	if h := to.Sub(from).Hours(); h != 24 {
		return fmt.Sprintf("the clocks change: %.0f hours", h), nil
	}
	return "", nil
}

// refused says whether an error is the library's answer to what somebody tried, which the story goes on with: they
// are booked elsewhere, or somebody else was faster.
func refused(err error) bool {
	var clash *booking.ClashError
	var gone *rota.GoneError
	var applied *rota.AppliedError
	var lacks *rota.IneligibleError
	return errors.As(err, &clash) || errors.As(err, &gone) || errors.As(err, &applied) || errors.As(err, &lacks)
}

// show prints what a screen would show before somebody acts: first the cut-offs that decide, then what else there is
// to know, which is printed only the first time.
func (w *world) show(a withdrawal.Assessment) {
	w.page.line("│ ", "%s", a.Title)
	for i, l := range a.Lines {
		if i == 0 || !w.shown[l] {
			w.page.line("│ ", "%s", l)
		}
		w.shown[l] = true
	}
}

// in is the sessions that pass.
func in(all []view, pass func(view) bool) []view {
	var found []view
	for _, v := range all {
		if pass(v) {
			found = append(found, v)
		}
	}
	return found
}
