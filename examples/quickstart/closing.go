package main

import (
	"context"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// closing prints what came of it all.
func (w *world) closing(ctx context.Context, all []scene) error {
	w.page.day("How it stands", "")
	w.page.put("")
	if err := w.endings(ctx); err != nil {
		return err
	}
	rows, err := w.outcome(ctx)
	if err != nil {
		return err
	}
	w.page.put("")
	w.page.table(rows)
	w.page.put("")
	w.page.line(" ", "Filled, withdrawn, expired and open make up posted; worked is part of filled.")
	missed := false
	for _, s := range all {
		if s.times == routine || w.steps[s.title] >= s.times {
			continue
		}
		if !missed {
			w.page.put("")
			missed = true
		}
		what := "Not played, because the export has no session for it: "
		if w.steps[s.title] > 0 {
			what = "Played " + strconv.Itoa(w.steps[s.title]) + " of " + strconv.Itoa(s.times) + " times, for want of sessions: "
		}
		w.page.line(" ", "%s%s (%s)", what, s.title, s.rules)
	}
	return nil
}

// endings lists every booking that fell through: when, by which route, with how many business days of notice, and
// what became of a fee.
func (w *world) endings(ctx context.Context) error {
	rows := [][]string{{"Booking", "Starts", "Ended", "Route", "Notice", "Fee"}}
	for _, p := range w.practices {
		all, err := w.ended(ctx, p, booking.Cancelled)
		if err != nil {
			return err
		}
		zone := p.facts.Calendar.Location()
		for _, b := range all {
			fee, err := w.Fee(ctx, w.agent(), b.ID)
			if err != nil {
				return err
			}
			given, err := p.facts.Calendar.Given(withdrawal.Default().Fee.Notice, b.Ending.At, b.EngagementStart)
			if err != nil {
				return err
			}
			rows = append(rows, []string{
				string(b.Reference) + " " + p.short(), b.Terms.Span.Start.In(zone).Format("Mon 2 Jan"),
				b.Ending.At.In(zone).Format("Mon 2 Jan"), words(b.Ending.Route.String()),
				strconv.Itoa(given) + " bd", feeStanding(fee),
			})
		}
	}
	if len(rows) > 1 {
		w.page.table(rows, 1, 2, 3, 5)
	}
	return nil
}

func feeStanding(f withdrawal.Fee) string {
	switch f.State {
	case 0:
		return "none"
	case withdrawal.FeeClaimable:
		return "up to " + f.Cap.String()
	case withdrawal.FeeWaived, withdrawal.FeeLapsed:
		return f.State.String()
	case withdrawal.FeeProposed, withdrawal.FeeCountered, withdrawal.FeeAgreed, withdrawal.FeeDisputed:
	}
	return f.Amount.String() + " " + f.State.String()
}

// tally is what a practice's line of the closing table counts.
type tally struct {
	posted, filled, worked, withdrawn, expired, open int
	pay, agreed, asked                               decimal.Decimal
}

func (t *tally) add(o tally) {
	t.posted, t.filled, t.worked = t.posted+o.posted, t.filled+o.filled, t.worked+o.worked
	t.withdrawn, t.expired, t.open = t.withdrawn+o.withdrawn, t.expired+o.expired, t.open+o.open
	t.pay, t.agreed, t.asked = t.pay.Add(o.pay), t.agreed.Add(o.agreed), t.asked.Add(o.asked)
}

func (t tally) row(name string) []string {
	pounds := func(d decimal.Decimal) string { return session.Money{Amount: d, Currency: session.GBP}.String() }
	row := []string{name}
	for _, n := range []int{t.posted, t.filled, t.worked, t.withdrawn, t.expired, t.open} {
		row = append(row, strconv.Itoa(n))
	}
	return append(row, pounds(t.pay), pounds(t.agreed), pounds(t.asked))
}

// outcome is the closing table: what became of each practice's sessions, and what it costs.
func (w *world) outcome(ctx context.Context) ([][]string, error) {
	rows := [][]string{{"Practice", "Posted", "Filled", "Worked", "Withdrawn", "Expired", "Open", "Pay", "Fee agreed", "Fee asked"}}
	views, err := w.views(ctx)
	if err != nil {
		return nil, err
	}
	var total tally
	for _, p := range w.practices {
		t, err := w.tally(ctx, p, in(views, func(v view) bool { return v.Practice == p.facts.ID }))
		if err != nil {
			return nil, err
		}
		rows = append(rows, t.row(p.short()))
		total.add(t)
	}
	return append(rows, total.row("Total")), nil
}

func (w *world) tally(ctx context.Context, p practice, own []view) (tally, error) {
	t := tally{posted: len(own)}
	for _, v := range own {
		switch v.State {
		case session.Filled:
			t.filled++
		case session.Completed:
			t.filled++
			t.worked++
		case session.Withdrawn:
			t.withdrawn++
		case session.Expired:
			t.expired++
		case session.Open, session.Draft:
			t.open++
		}
	}
	err := w.money(ctx, p, &t)
	return t, err
}

// money adds up what a practice has approved and what it has agreed to, or is asked for.
func (w *world) money(ctx context.Context, p practice, t *tally) error {
	all, err := w.ended(ctx, p, booking.Completed, booking.Cancelled)
	if err != nil {
		return err
	}
	for _, b := range all {
		hours, err := w.Hours(ctx, w.agent(), b.ID)
		if err != nil {
			return err
		}
		if hours.State == booking.HoursApproved {
			t.pay = t.pay.Add(hours.Amount.Amount)
		}
		fee, err := w.Fee(ctx, w.agent(), b.ID)
		if err != nil {
			return err
		}
		switch fee.State {
		case withdrawal.FeeAgreed:
			t.agreed = t.agreed.Add(fee.Amount.Amount)
		case withdrawal.FeeClaimable:
			t.asked = t.asked.Add(fee.Cap.Amount)
		case withdrawal.FeeProposed, withdrawal.FeeCountered, withdrawal.FeeDisputed:
			t.asked = t.asked.Add(fee.Amount.Amount)
		case withdrawal.FeeWaived, withdrawal.FeeLapsed:
		}
	}
	return nil
}
