package history

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// clientMay is W2, W3 and W5 once more: whether the client's side ends a booking itself, and by which route.
func clientMay(v View, b booking.Booking, at time.Time) (booking.Route, bool) {
	p := numbered(v, b.Provider, b.Policy)
	switch {
	case inTime(b.Practice, p.Withdraw.Notice, at, b.Terms.Span.Start):
		return booking.SelfService, true
	case b.Provider == rotaPro && (b.Channel == session.Rota || p.Withdraw.RotaProEverywhere):
		return booking.RotaPro, true
	}
	return 0, false
}

// endable lists confirmed bookings that the client's side can end itself now.
func (w *world) endable() []aim {
	return w.bookings(func(b booking.Booking, s session.Session) bool {
		_, may := clientMay(w.view, b, w.now)
		return b.State.Live() && s.Case == "" && may && w.coming(b.Terms.Span.Start)
	}, w.otherSide)
}

// shown is what an assessment shows, or what it showed at some other time.
func (w *world) shown(a withdrawal.Assessment, err error) string {
	if err != nil || w.chance(3) {
		return "stale"
	}
	return a.Shown
}

var withdrawalKinds = []kind{
	{
		name: "Withdraw", weight: 5,
		fits: func(w *world) []aim {
			unfilled := w.sessions(func(s session.Session) bool {
				return (s.State == session.Draft || s.State == session.Open) && w.coming(s.Terms.Span.Start) && w.chance(40)
			}, w.ofSession)
			return append(unfilled, w.endable()...)
		},
		build: func(w *world, head session.Command, a aim) any {
			shown := w.shown(w.desk.AssessWithdrawal(context.Background(), a.by, a.session.ID))
			c := withdrawal.Withdraw{Command: head, Session: a.session.ID, Shown: shown, Confirmed: true, Reason: w.reason()}
			if a.session.State != session.Filled {
				c.Confirmed, c.Reason = w.chance(90), w.maybe()
			}
			return c
		},
	},
	{
		name: "EndBooking", weight: 3, fits: (*world).endable,
		build: func(w *world, head session.Command, a aim) any {
			shown := w.shown(w.desk.AssessEnding(context.Background(), a.by, a.booking.ID))
			return withdrawal.EndBooking{Command: head, Booking: a.booking.ID, Shown: shown, Reason: w.reason()}
		},
	},
	{
		name: "CancelBooking", weight: 4,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, _ session.Session) bool {
				return b.State == booking.Confirmed && w.coming(b.Terms.Span.Start)
			}, ownSide)
		},
		build: func(w *world, head session.Command, a aim) any {
			shown := w.shown(w.desk.AssessCancellation(context.Background(), a.by, a.booking.ID))
			return withdrawal.CancelBooking{
				Command: head, Booking: a.booking.ID, Shown: shown, Reason: w.maybe(), AtRequest: w.chance(40),
			}
		},
	},
	{
		name: "DisputeCause", weight: 4,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, _ session.Session) bool {
				return b.Ending.AtRequest && b.Ending.Disputed.IsZero() && w.view.Fees[b.ID].State != withdrawal.FeeAgreed
			}, w.otherSide)
		},
		build: func(w *world, head session.Command, a aim) any {
			return withdrawal.DisputeCause{Command: head, Booking: a.booking.ID, Reason: w.reason()}
		},
	},
	{
		name: "ConfirmCall", weight: 3,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, _ session.Session) bool {
				return !b.Call.Due.IsZero() && b.Call.Made.IsZero()
			}, w.eitherSide)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return withdrawal.ConfirmCall{Command: head, Booking: a.booking.ID}
		},
	},
	{
		name: "OpenCase", weight: 4,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, s session.Session) bool {
				return b.State.Live() && s.Case == "" && w.coming(b.Terms.Span.Start)
			}, func(b booking.Booking) session.Actor {
				if w.chance(50) {
					return bySupport
				}
				return w.otherSide(b)
			})
		},
		build: func(w *world, head session.Command, a aim) any { return w.openCase(head, a) },
	},
	{
		name: "ActionCase", weight: 4,
		fits: func(w *world) []aim { return w.cases(func(withdrawal.Case) session.Actor { return bySupport }) },
		build: func(_ *world, head session.Command, a aim) any {
			return withdrawal.ActionCase{Command: head, Case: a.cas.ID}
		},
	},
	{
		name: "RejectCase", weight: 2,
		fits: func(w *world) []aim { return w.cases(func(withdrawal.Case) session.Actor { return bySupport }) },
		build: func(w *world, head session.Command, a aim) any {
			return withdrawal.RejectCase{Command: head, Case: a.cas.ID, Reason: w.reason()}
		},
	},
	{
		name: "RetractCase", weight: 2,
		fits: func(w *world) []aim {
			return w.cases(func(c withdrawal.Case) session.Actor {
				return w.other(c.Practice, w.view.Bookings[c.Booking].Person)
			})
		},
		build: func(_ *world, head session.Command, a aim) any {
			return withdrawal.RetractCase{Command: head, Case: a.cas.ID}
		},
	},
	{
		name: "PublishPolicy", weight: 2,
		fits: func(w *world) []aim {
			p := pick(w, providers)
			if len(w.view.Policies[p]) > 2 {
				return nil
			}
			return []aim{{by: byManager(p)}}
		},
		build: func(w *world, head session.Command, a aim) any { return w.publish(head, a) },
	},
}

func (w *world) cases(by func(withdrawal.Case) session.Actor) []aim {
	var all []aim
	for _, c := range sorted(w.view.Cases) {
		if c.State == withdrawal.CaseOpen {
			all = append(all, aim{by: by(c), cas: c})
		}
	}
	return all
}

func (w *world) openCase(head session.Command, a aim) any {
	c := withdrawal.OpenCase{
		Command: head, Reference: a.session.Reference, PracticeName: nameOf(a.session.Practice),
		Date: dateAt(a.session.Practice, w.now), Reason: w.reason(), Via: withdrawal.ByForm, Keep: w.chance(25),
	}
	if !a.booking.Terms.Span.IsZero() {
		c.Date = dateAt(a.session.Practice, a.booking.Terms.Span.Start)
	}
	if a.by.Capacity == session.AsSupport {
		c.Via = withdrawal.ByPhone
		if made := a.booking.Made; w.chance(50) && !made.IsZero() {
			c.Via, c.Received = withdrawal.ByEmail, made.Add(w.now.Sub(made)/time.Duration(1+w.rng.IntN(4)))
		}
	}
	return c
}

// publish makes a policy: the built-in one, with other figures.
func (w *world) publish(head session.Command, a aim) any {
	p := withdrawal.Default()
	p.Provider, p.Version, p.ValidFrom = a.by.Provider, len(w.view.Policies[a.by.Provider])+1, w.now
	if p.Provider == "" || w.chance(5) {
		p.Provider = pick(w, providers)
	}
	if w.chance(30) {
		p.ValidFrom = w.now.Add(time.Duration(w.rng.IntN(100)) * time.Hour)
	}
	day := withdrawal.Length(24 * time.Hour)
	p.Applications.OfferAllocations = w.chance(60)
	p.Applications.OfferFor = withdrawal.Length(1+w.rng.IntN(60)) * withdrawal.Length(time.Hour)
	p.Applications.Choosing = session.Choosing(1 + w.rng.IntN(3))
	p.Withdraw.Notice = pick(w, []calendar.Notice{p.Withdraw.Notice, {Amount: 168, Unit: calendar.ElapsedHours},
		{Amount: 3, Unit: calendar.CalendarDays}})
	p.Withdraw.RotaProEverywhere = w.chance(30)
	p.Fee.Notice = pick(w, []calendar.Notice{p.Fee.Notice, {Amount: 5, Unit: calendar.BusinessDays, ExactlyIsShort: true},
		{Amount: 10, Unit: calendar.BusinessDays}})
	p.Fee.CapPercent = decimal.NewFromInt(pick(w, []int64{100, 50, 120, 33}))
	p.Fee.ClaimWithin, p.Fee.AnswerWithin = pick(w, []withdrawal.Length{day, 7 * day, 28 * day}), pick(w, []withdrawal.Length{day, 14 * day})
	if w.chance(40) {
		p.Fee.Scale = []withdrawal.ScaleStep{
			{Notice: calendar.Notice{Amount: 5, Unit: calendar.BusinessDays}, Percent: decimal.NewFromInt(25)},
			{Notice: calendar.Notice{Amount: 24, Unit: calendar.ElapsedHours}, Percent: decimal.RequireFromString("66.6")},
		}
	}
	if w.chance(30) {
		p.Change.Time, p.Change.PayDownPercent = withdrawal.Length(30*time.Minute), decimal.NewFromInt(5)
	}
	if w.chance(30) {
		p.Eligibility.Required = []string{"registration", "dbs"}
	}
	return withdrawal.PublishPolicy{Command: head, Policy: p}
}
