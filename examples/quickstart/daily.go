package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// postAll keeps everybody's settings and posts the export, each session by its own practice.
func (w *world) postAll(ctx context.Context) (bool, error) {
	w.heading("The export is posted", "S1 S6 N1")
	for _, c := range w.clinicians {
		if _, err := w.SetPreferences(ctx, c.choices); err != nil {
			return false, fmt.Errorf("settings of %s: %w", c.person.Name, err)
		}
	}
	for _, s := range w.shifts {
		p := w.practiceOf(s.post.Practice)
		s.post.Command = session.Do(session.CommandID("post/"+s.id), p.actor())
		posted, err := w.Post(ctx, s.post)
		if err != nil {
			return false, fmt.Errorf("session %s: %w", s.id, err)
		}
		w.sessions = append(w.sessions, posted.ID)
	}
	all, err := w.views(ctx)
	if err != nil {
		return false, err
	}
	for _, p := range w.practices {
		own := in(all, func(v view) bool { return v.Practice == p.facts.ID })
		if len(own) == 0 {
			continue
		}
		rota := in(own, func(v view) bool { return v.Channel == session.Rota })
		w.page.line("", "%s: %s, %s to %s; rota %d, marketplace %d", p.facts.Name,
			count(len(own), "session"), own[0].Reference, own[len(own)-1].Reference, len(rota), len(own)-len(rota))
	}
	long := in(all, changesClock)
	for _, v := range long {
		w.page.line("", "The clocks change during %s: it lasts %s, and is worth %s.", v, short(v.Terms.Span.Duration()), v.Terms.Worth())
	}
	return true, w.tell(ctx)
}

// changesClock says whether the clocks change while a session lasts.
func changesClock(v view) bool {
	zone := v.practice.facts.Calendar.Location()
	_, from := v.Terms.Span.Start.In(zone).Zone()
	_, to := v.Terms.Span.End.In(zone).Zone()
	return from != to
}

// findWork shows what a clinician sees: those with a bank, those without, and those whose approval is pending.
func (w *world) findWork(ctx context.Context) (bool, error) {
	w.heading("Find work", "A2 A3")
	for _, c := range w.clinicians {
		var n [2]int
		for i, channel := range []session.Channel{session.Rota, session.Marketplace} {
			found, err := w.listings(ctx, c, channel)
			if err != nil {
				return false, err
			}
			n[i] = len(found)
		}
		standing := "marketplace"
		switch {
		case !c.facts.Approved && len(c.facts.Memberships) == 0:
			standing = "approval pending"
		case !c.facts.Approved:
			standing = "bank only"
		case len(c.facts.Memberships) > 0:
			standing = "bank and marketplace"
		}
		w.page.put("%s%-24s %-21s sees %2d on the rota, %2d on the marketplace", margin, c.person.Name, standing, n[0], n[1])
	}
	return true, nil
}

// listings are the sessions that a clinician could apply for.
func (w *world) listings(ctx context.Context, c clinician, channel session.Channel) ([]rota.Listing, error) {
	var found []rota.Listing
	for l, err := range desk.All(func(page session.PageRequest) (session.Page[rota.Listing], error) {
		return w.FindWork(ctx, rota.FindWork{By: c.actor(), Channel: channel, Page: page})
	}) {
		var notApproved *rota.NotApprovedError
		if errors.As(err, &notApproved) {
			return nil, nil // they see none of the marketplace
		}
		if err != nil {
			return nil, err
		}
		found = append(found, l)
	}
	return found, nil
}

// eligible are the clinicians who could work each session, those with the least to do first.
func (w *world) eligible(ctx context.Context) (map[session.SessionID][]clinician, error) {
	ranked := slices.Clone(w.clinicians)
	slices.SortStableFunc(ranked, func(a, b clinician) int { return w.busy[a.facts.ID] - w.busy[b.facts.ID] })
	found := map[session.SessionID][]clinician{}
	for _, c := range ranked {
		for _, channel := range []session.Channel{session.Rota, session.Marketplace} {
			list, err := w.listings(ctx, c, channel)
			if err != nil {
				return nil, err
			}
			for _, l := range list {
				found[l.Session.ID] = append(found[l.Session.ID], c)
			}
		}
	}
	return found, nil
}

// applyDaily lets clinicians apply: for what is on the marketplace, and what is so far ahead on the rota that no
// manager has allocated it. Two for a session are enough for the story, and six sessions a day.
func (w *world) applyDaily(ctx context.Context) (bool, error) {
	now := w.clock.Now()
	all, err := w.views(ctx)
	if err != nil {
		return false, err
	}
	far := 15 * 24 * time.Hour
	wanted := in(all, func(v view) bool {
		return v.is(session.Open, now) && v.applicants == 0 && (v.Channel == session.Marketplace || v.ahead(now) > far) &&
			(v.Choosing != session.FirstCome || w.steps["First come, first served: all at once"] > 0)
	})
	said := false
	for n, v := range wanted {
		if n == 6 {
			break
		}
		who, err := w.eligible(ctx)
		if err != nil {
			return said, err
		}
		names, err := w.applyFor(ctx, v, who[v.ID])
		if err != nil {
			return said, err
		}
		if names == nil {
			continue
		}
		if !said {
			w.heading("Applications", "A4")
			said = true
		}
		note := ""
		if v.Choosing == session.FirstCome {
			note = ", who came first"
		}
		w.page.line(v.brief(), "%s%s", strings.Join(names, ", "), note)
	}
	if !said {
		return false, nil
	}
	return true, w.tell(ctx)
}

// applyFor lets up to two clinicians apply; where it is first come, first served, the first of them has it.
func (w *world) applyFor(ctx context.Context, v view, who []clinician) ([]string, error) {
	var names []string
	for _, c := range who {
		applied, err := w.Apply(ctx, rota.Apply{Command: w.do(c.actor(), "apply", string(v.Reference)), Session: v.ID})
		if refused(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		w.busy[c.facts.ID]++
		names = append(names, c.person.Name)
		if len(names) == 2 || applied.Booking.ID != "" {
			break
		}
	}
	return names, nil
}

// allocateDaily lets rota managers put clinicians of their bank on the rota sessions of the next nine days, whose
// application would be too late.
func (w *world) allocateDaily(ctx context.Context) (bool, error) {
	now := w.clock.Now()
	all, err := w.views(ctx)
	if err != nil {
		return false, err
	}
	wanted := in(all, func(v view) bool {
		return v.is(session.Open, now) && v.Channel == session.Rota && v.Choosing != session.FirstCome &&
			v.applicants == 0 && v.ahead(now) < 9*24*time.Hour && v.practice.open(now)
	})
	said := false
	for _, v := range wanted {
		who, err := w.eligible(ctx)
		if err != nil {
			return said, err
		}
		for _, c := range who[v.ID] {
			booked, err := w.Allocate(ctx, rota.Allocate{
				Command: w.do(v.provider.actor(), "allocate", string(v.Reference)+"/"+string(c.facts.ID)), Session: v.ID, Clinician: c.facts.ID,
			})
			if refused(err) {
				continue
			}
			if err != nil {
				return said, err
			}
			if !said {
				w.heading("Rota managers allocate", "A1 A7")
				said = true
			}
			w.busy[c.facts.ID]++
			w.page.line(v.brief(), "%s", c.person.Name)
			for _, warning := range booked.Warnings {
				w.page.line("! ", "%s", warning.Text)
			}
			break
		}
	}
	if !said {
		return false, nil
	}
	return true, w.tell(ctx)
}

// chooseDaily lets practices that are at work book the best of their applicants, up to three sessions each; what is
// more than three weeks ahead can wait.
func (w *world) chooseDaily(ctx context.Context) (bool, error) {
	now := w.clock.Now()
	all, err := w.views(ctx)
	if err != nil {
		return false, err
	}
	said := false
	chosen := map[session.PracticeID]int{}
	for _, v := range all {
		if !v.is(session.Open, now) || v.applicants == 0 || !v.practice.open(now) || chosen[v.Practice] == 3 ||
			v.ahead(now) > 21*24*time.Hour {
			continue
		}
		ranking, err := w.Ranking(ctx, v.practice.actor(), v.ID)
		if err != nil {
			return said, err
		}
		for _, r := range ranking {
			_, err := w.Accept(ctx, rota.Accept{
				Command: w.do(v.practice.actor(), "accept", string(r.Application.ID)), Application: r.Application.ID,
			})
			if refused(err) {
				continue
			}
			if err != nil {
				return said, err
			}
			if !said {
				w.heading("Practices choose among the applicants", "A4 A5 A6")
				said = true
			}
			chosen[v.Practice]++
			w.page.line(v.brief(), "%s", w.clinicianOf(r.Application.Clinician).person.Name)
			break
		}
	}
	if !said {
		return false, nil
	}
	return true, w.tell(ctx)
}

// opening says what is about to be played.
func (w *world) opening(first calendar.Date) {
	last := first.AddDays(days - 1)
	w.page.put("%s SESSIONAL · two weeks on the rota%s", w.page.bold, w.page.plain)
	w.page.put(" %s, %s and %s; a simulated clock runs from %s to %s.", count(len(w.practices), "practice"),
		count(len(w.clinicians), "clinician"), count(len(w.shifts), "session"), first.Short(), last.Short())
	w.page.put(" │ what a screen shows before the act   → who is told, and how   ✕ suppressed by a setting")
}
