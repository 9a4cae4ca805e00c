package history

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// applications lists the pending ones of current rounds.
func (w *world) applications(by func(rota.Application) session.Actor, fits func(rota.Application, session.Session) bool) []aim {
	var all []aim
	for _, a := range sorted(w.view.Applications) {
		s := w.view.Sessions[a.Session]
		if a.State == rota.Pending && s.State == session.Open && s.Round == a.Round && fits(a, s) {
			all = append(all, aim{by: by(a), session: s, app: a, who: a.Clinician})
		}
	}
	return all
}

func (w *world) applied(c session.ClinicianID, s session.Session) rota.Application {
	return w.view.Applications[rota.ApplicationID(s.ID, s.Round, c)]
}

// vacancies lists open sessions, each with everybody who could take it.
func (w *world) vacancies(by func(session.Session, session.ClinicianID) session.Actor, fits func(session.Session, session.ClinicianID) bool) []aim {
	var all []aim
	for _, s := range sorted(w.view.Sessions) {
		if s.State != session.Open || !w.coming(s.Terms.Span.Start) {
			continue
		}
		for _, c := range clinicians {
			if fits(s, c) && w.eligible(c, s, s.Terms) && w.free(c, s) {
				all = append(all, aim{by: by(s, c), session: s, who: c})
			}
		}
	}
	return all
}

func offerUntil(b booking.Booking) time.Time {
	if b.OfferedUntil.IsZero() || b.Terms.Span.Start.Before(b.OfferedUntil) {
		return b.Terms.Span.Start
	}
	return b.OfferedUntil
}

// void is when a change that waits for an answer can't be answered any more.
func void(b booking.Booking) time.Time {
	if b.Pending.Terms.Span.Start.Before(b.Terms.Span.Start) {
		return b.Pending.Terms.Span.Start
	}
	return b.Terms.Span.Start
}

var rotaKinds = []kind{
	{
		name: "Apply", weight: 8,
		fits: func(w *world) []aim {
			return w.vacancies(func(_ session.Session, c session.ClinicianID) session.Actor { return byClinician(c) },
				func(s session.Session, c session.ClinicianID) bool {
					state := w.applied(c, s).State
					return state == 0 || state == rota.Retracted
				})
		},
		build: func(_ *world, head session.Command, a aim) any {
			return rota.Apply{Command: head, Session: a.session.ID}
		},
	},
	{
		name: "Retract", weight: 1,
		fits: func(w *world) []aim {
			return w.applications(func(a rota.Application) session.Actor { return byClinician(a.Clinician) },
				func(rota.Application, session.Session) bool { return true })
		},
		build: func(_ *world, head session.Command, a aim) any {
			return rota.Retract{Command: head, Application: a.app.ID}
		},
	},
	{
		name: "Accept", weight: 6,
		fits: func(w *world) []aim {
			return w.applications(func(a rota.Application) session.Actor { return w.other(a.Practice, a.Person) },
				func(a rota.Application, s session.Session) bool {
					return w.coming(s.Terms.Span.Start) && w.free(a.Clinician, s)
				})
		},
		build: func(w *world, head session.Command, a aim) any {
			c := rota.Accept{Command: head, Application: a.app.ID}
			if w.chance(80) && !w.eligible(a.who, a.session, a.session.Terms) {
				c.Override = w.reason()
			}
			return c
		},
	},
	{
		name: "Decline", weight: 1,
		fits: func(w *world) []aim {
			return w.applications(func(a rota.Application) session.Actor { return w.other(a.Practice, a.Person) },
				func(rota.Application, session.Session) bool { return true })
		},
		build: func(w *world, head session.Command, a aim) any {
			return rota.Decline{Command: head, Application: a.app.ID, Reason: w.maybe()}
		},
	},
	{
		name: "Allocate", weight: 5,
		fits: func(w *world) []aim {
			return w.vacancies(func(s session.Session, c session.ClinicianID) session.Actor {
				if s.Provider == "north" && c != "pat" && w.chance(10) {
					return patForNorth
				}
				return byManager(s.Provider)
			}, func(session.Session, session.ClinicianID) bool { return true })
		},
		build: func(w *world, head session.Command, a aim) any {
			c := rota.Allocate{Command: head, Session: a.session.ID, Clinician: a.who}
			if w.chance(10) {
				c.Override = w.reason()
			}
			return c
		},
	},
	{
		name: "AcceptOffer", weight: 5,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, s session.Session) bool {
				return b.State == booking.Offered && s.Case == "" && w.coming(offerUntil(b))
			}, ownSide)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return rota.AcceptOffer{Command: head, Booking: a.booking.ID}
		},
	},
	{
		name: "DeclineOffer", weight: 2,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, _ session.Session) bool {
				return b.State == booking.Offered && w.coming(b.Terms.Span.Start)
			}, ownSide)
		},
		build: func(w *world, head session.Command, a aim) any {
			return rota.DeclineOffer{Command: head, Booking: a.booking.ID, Reason: w.maybe()}
		},
	},
	{
		name: "LapseOffer", weight: 8,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, _ session.Session) bool {
				return b.State == booking.Offered && !w.coming(offerUntil(b))
			}, system)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return rota.LapseOffer{Command: head, Booking: a.booking.ID}
		},
	},
	{
		name: "Change", weight: 5,
		fits: func(w *world) []aim {
			return w.sessions(func(s session.Session) bool {
				b := w.view.Bookings[s.Booking]
				live := s.State == session.Draft || s.State == session.Open || s.State == session.Filled
				return live && s.Case == "" && w.coming(s.Terms.Span.Start) && (b.ID == "" || w.coming(b.Terms.Span.Start))
			}, func(s session.Session) session.Actor { return w.other(s.Practice, w.view.Bookings[s.Booking].Person) })
		},
		build: func(w *world, head session.Command, a aim) any { return w.change(head, a) },
	},
	{
		name: "AcknowledgeChange", weight: 5,
		fits: func(w *world) []aim { return w.asked(true) },
		build: func(_ *world, head session.Command, a aim) any {
			return rota.AcknowledgeChange{Command: head, Booking: a.booking.ID, Shown: a.booking.Pending.Shown()}
		},
	},
	{
		name: "RefuseChange", weight: 4,
		fits: func(w *world) []aim { return w.asked(false) },
		build: func(w *world, head session.Command, a aim) any {
			return rota.RefuseChange{
				Command: head, Booking: a.booking.ID, Shown: a.booking.Pending.Shown(), Reason: w.maybe(),
			}
		},
	},
	{
		name: "VoidChange", weight: 8,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, s session.Session) bool {
				lapses := b.State == booking.Offered && !w.coming(b.Terms.Span.Start)
				return b.State.Live() && !b.Pending.IsZero() && !w.coming(void(b)) && s.Case == "" && !lapses
			}, system)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return rota.VoidChange{Command: head, Booking: a.booking.ID}
		},
	},
	{
		name: "Recheck", weight: 2,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, _ session.Session) bool {
				return b.State.Live() && w.coming(b.Terms.Span.Start)
			}, system)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return rota.Recheck{Command: head, Booking: a.booking.ID}
		},
	},
	{
		name: "Remind", weight: 2,
		fits: func(w *world) []aim {
			return w.bookings(func(b booking.Booking, s session.Session) bool {
				return b.State == booking.Confirmed && !b.RemindedAlready() && s.Case == "" && w.coming(b.Terms.Span.Start)
			}, system)
		},
		build: func(_ *world, head session.Command, a aim) any {
			return booking.Remind{Command: head, Booking: a.booking.ID}
		},
	},
}

// asked lists bookings with a change that can still be answered.
func (w *world) asked(offers bool) []aim {
	return w.bookings(func(b booking.Booking, s session.Session) bool {
		return b.State.Live() && !b.Pending.IsZero() && w.coming(void(b)) && (s.Case == "" || !offers) &&
			(offers || b.State == booking.Confirmed)
	}, ownSide)
}

// change moves, repays or rewords a session.
func (w *world) change(head session.Command, a aim) any {
	c := rota.Change{Command: head, Session: a.session.ID}
	switch w.rng.IntN(6) {
	case 0, 1:
		c.Start, c.End = w.times(a.session.Practice)
	case 2:
		shorter := a.session.Terms.Span.End.Add(-time.Duration(1+w.rng.IntN(60)) * time.Minute)
		if cal := calendars()[a.session.Practice]; cal != nil {
			if l, err := cal.LocalOf(shorter); err == nil {
				c.End = l
			}
		}
	case 3:
		c.Rate = a.session.Terms.Rate
		step := decimal.NewFromInt(int64(w.rng.IntN(21) - 10))
		if c.Rate.Amount = c.Rate.Amount.Add(step); !c.Rate.Amount.IsPositive() {
			c.Rate = rates[0]
		}
	case 4:
		place := pick(w, []string{"Room 1", "Room 2", ""})
		c.Place = &place
	default:
		text, length := w.maybe(), pick(w, breaks)
		c.Instructions = &text
		if w.chance(50) {
			c.Break = &length
		}
	}
	if w.chance(20) {
		c.Role = pick(w, roles)
	}
	if w.chance(50) {
		c.Override = w.reason()
	}
	return c
}
