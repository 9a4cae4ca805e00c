package history

import (
	"errors"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

var sessionKinds = []kind{
	{
		name: "Post", weight: 4,
		fits: func(w *world) []aim {
			live := 0
			for _, s := range w.view.Sessions {
				if s.State == session.Open || s.State == session.Filled || s.State == session.Draft {
					live++
				}
			}
			if live > 5 {
				return nil
			}
			p := pick(w, practices)
			return []aim{{by: w.client(p), session: session.Session{Practice: p}}}
		},
		build: func(w *world, head session.Command, a aim) any { return w.post(head, a) },
	},
	{
		name: "Publish", weight: 4,
		fits: func(w *world) []aim {
			return w.sessions(func(s session.Session) bool {
				return s.State == session.Draft && w.coming(s.Terms.Span.Start)
			}, w.ofSession)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return session.Publish{Command: head, Session: a.session.ID}
		},
	},
	{
		name: "Expire", weight: 6,
		fits: func(w *world) []aim {
			return w.sessions(func(s session.Session) bool {
				return (s.State == session.Draft || s.State == session.Open) && !w.coming(s.Terms.Span.Start)
			}, system)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return session.Expire{Command: head, Session: a.session.ID}
		},
	},
	{
		name: "Complete", weight: 6,
		fits: func(w *world) []aim {
			return w.sessions(func(s session.Session) bool {
				b := w.view.Bookings[s.Booking]
				return s.Case == "" && b.State == booking.Confirmed && !w.coming(b.Terms.Span.End)
			}, system)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return booking.Complete{Command: head, Session: a.session.ID}
		},
	},
	{
		name: "EraseText", weight: 1,
		fits: func(w *world) []aim {
			var all []aim
			for _, t := range sorted(w.view.Texts) {
				if t.Erased.IsZero() {
					all = append(all, aim{by: pick(w, []session.Actor{bySupport, bySystem}), text: t.ID})
				}
			}
			return all
		},
		build: func(_ *world, head session.Command, a aim) any {
			return session.EraseText{Command: head, Text: a.text}
		},
	},
	{
		name: "SetPreferences", weight: 1,
		fits: func(w *world) []aim {
			by := pick(w, actors)
			for by.Person == "" {
				by = pick(w, actors)
			}
			return []aim{{by: by}}
		},
		build: func(w *world, head session.Command, a aim) any {
			c := notify.SetPreferences{Command: head, Person: a.by.Person}
			c.Emails.Bookings, c.Pushes.Paid = notify.Switch(w.rng.IntN(3)), notify.Switch(w.rng.IntN(3))
			if c.Person == "" || w.chance(10) {
				c.Person = pick(w, people)
			}
			if w.chance(20) {
				c.Quiet = &notify.Quiet{From: calendar.MustClock(22, 0), To: calendar.MustClock(7, 0)}
			}
			return c
		},
	},
}

// clocks are when sessions start: among them times that a clock change skips and repeats, and overnight.
var clocks = []calendar.Clock{
	calendar.MustClock(8, 0), calendar.MustClock(8, 0), calendar.MustClock(8, 30), calendar.MustClock(13, 0),
	calendar.MustClock(22, 0), calendar.MustClock(0, 0), calendar.MustClock(1, 30),
}

// lengths are how long they last.
var lengths = []time.Duration{4 * time.Hour, 8 * time.Hour, 9 * time.Hour, 10*time.Hour + 30*time.Minute, 90 * time.Minute}

// aheads are how many days lie before them: around the notices.
var aheads = []int{0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 9, 10, 12, 14, 20}

// times are a session's: local, resolvable nearly always.
func (w *world) times(p session.PracticeID) (start, end calendar.Local) {
	cal := calendars()[p]
	if cal == nil {
		cal = calendars()["leeds"]
	}
	start = calendar.Local{Date: dateAt(p, w.now).AddDays(pick(w, aheads)), Clock: pick(w, clocks)}
	at, err := cal.Resolve(start)
	if ambiguous := (*calendar.AmbiguousError)(nil); errors.As(err, &ambiguous) && w.chance(80) {
		start.Fold = pick(w, []calendar.Fold{calendar.Earlier, calendar.Later})
		at, err = cal.Resolve(start)
	}
	if err != nil || !at.After(w.now) && w.chance(90) {
		start.Date, start.Clock, start.Fold = dateAt(p, w.now).AddDays(1+w.rng.IntN(9)), clocks[0], 0
		if at, err = cal.Resolve(start); err != nil {
			return start, start
		}
	}
	end, err = cal.LocalOf(at.Add(pick(w, lengths)))
	if err != nil {
		return start, start
	}
	return start, end
}

var rates = []session.Rate{
	{Amount: decimal.NewFromInt(70), Currency: session.GBP, Per: session.PerHour},
	{Amount: decimal.RequireFromString("83.335"), Currency: session.GBP, Per: session.PerHour},
	{Amount: decimal.RequireFromString("91.0125"), Currency: session.GBP, Per: session.PerHour},
	{Amount: decimal.NewFromInt(600), Currency: session.GBP, Per: session.PerSession},
	{Amount: decimal.RequireFromString("80.5"), Currency: "EUR", Per: session.PerHour},
}

var breaks = []time.Duration{0, 30 * time.Minute, time.Hour, 7 * time.Minute}

func (w *world) post(head session.Command, a aim) any {
	p := a.session.Practice
	c := session.Post{
		Command: head, Practice: p, Draft: w.chance(20), Role: roles[0], Break: pick(w, breaks), Rate: pick(w, rates),
		Place: "Room 1", Instructions: w.maybe(), Channel: session.Rota, Choosing: session.Choosing(w.rng.IntN(4)),
	}
	c.Start, c.End = w.times(p)
	if w.chance(20) {
		c.Role = roles[1]
	}
	if w.chance(40) {
		c.Channel = session.Marketplace
	}
	if w.chance(15) {
		c.EngagementStart = calendar.Local{Date: c.Start.Date.AddDays(-w.rng.IntN(5)), Clock: calendar.MustClock(8, 0)}
		if c.EngagementStart.Date == c.Start.Date {
			c.EngagementStart = calendar.Local{}
		}
	}
	for _, s := range sorted(w.view.Sessions) {
		if s.State == session.Withdrawn && s.Practice == p && w.chance(30) || w.chance(1) {
			c.Replaces = s.ID
		}
	}
	return c
}
