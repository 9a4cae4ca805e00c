package history

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// aim is whom and what a command is about; each kind looks at its own part.
type aim struct {
	by      session.Actor
	session session.Session
	app     rota.Application
	booking booking.Booking
	cas     withdrawal.Case
	invoice booking.Invoice
	text    session.TextID
	who     session.ClinicianID
}

// kind is one kind of command.
type kind struct {
	name string
	// weight is how often it is chosen where it fits, against the others.
	weight int
	// fits lists what it could well be about now.
	fits func(w *world) []aim
	// build makes the command, whether it fits or not.
	build func(w *world, head session.Command, a aim) any
}

// kinds are all commands of the desk; a test compares them with its methods.
var kinds = concat(sessionKinds, rotaKinds, withdrawalKinds, feeKinds, bookingKinds)

func concat(some ...[]kind) []kind {
	var all []kind
	for _, list := range some {
		all = append(all, list...)
	}
	return all
}

// client is who acts for a session's own side: its practice, or a rota manager; now and then the GP partner.
func (w *world) client(p session.PracticeID) session.Actor {
	switch n := w.rng.IntN(20); {
	case n < 10:
		return byPractice(p)
	case n < 18 || p != "leeds":
		return byManager(providerOf[p])
	case n < 19:
		return patForLeeds
	}
	return patForNorth
}

// other is a client who is not the person.
func (w *world) other(p session.PracticeID, than session.PersonID) session.Actor {
	for {
		if by := w.client(p); by.Person != than {
			return by
		}
	}
}

// free says whether a clinician has nothing that overlaps the session.
func (w *world) free(c session.ClinicianID, s session.Session) bool {
	for _, b := range w.view.Bookings {
		if b.Clinician != c || !b.State.Live() {
			continue
		}
		for _, span := range b.Spans() {
			if span.Overlaps(s.Terms.Span) {
				return false
			}
		}
	}
	return true
}

// known says whether a clinician has ever had to do with a session.
func (w *world) known(c session.ClinicianID, s session.SessionID) bool {
	for _, a := range w.view.Applications {
		if a.Clinician == c && a.Session == s {
			return true
		}
	}
	for _, b := range w.view.Bookings {
		if b.Clinician == c && b.Session == s {
			return true
		}
	}
	return false
}

// bookings lists those that a kind fits, with their sessions and whoever acts.
func (w *world) bookings(fits func(booking.Booking, session.Session) bool, by func(booking.Booking) session.Actor) []aim {
	var all []aim
	for _, b := range sorted(w.view.Bookings) {
		if s := w.view.Sessions[b.Session]; fits(b, s) {
			all = append(all, aim{by: by(b), session: s, booking: b, who: b.Clinician})
		}
	}
	return all
}

func (w *world) sessions(fits func(session.Session) bool, by func(session.Session) session.Actor) []aim {
	var all []aim
	for _, s := range sorted(w.view.Sessions) {
		if fits(s) {
			all = append(all, aim{by: by(s), session: s, booking: w.view.Bookings[s.Booking]})
		}
	}
	return all
}

func (w *world) ofSession(s session.Session) session.Actor { return w.client(s.Practice) }

// otherSide and ownSide are who acts about a booking from either side.
func (w *world) otherSide(b booking.Booking) session.Actor { return w.other(b.Practice, b.Person) }

func ownSide(b booking.Booking) session.Actor { return byClinician(b.Clinician) }

func system[T any](T) session.Actor { return bySystem }

func (w *world) eitherSide(b booking.Booking) session.Actor {
	if w.chance(50) {
		return ownSide(b)
	}
	return w.otherSide(b)
}

// coming says whether something has not started yet.
func (w *world) coming(start time.Time) bool { return w.now.Before(start) }

var reasons = []string{
	"The list was cancelled.", "Childcare.", "  Two partners are back.  ", "Dïfficult day.\nSorry!", "<b>no</b>",
}

// reason is what somebody writes: never blank.
func (w *world) reason() string { return pick(w, reasons) }

// maybe is what somebody writes where they need not.
func (w *world) maybe() string {
	if w.chance(50) {
		return ""
	}
	return w.reason()
}

// random is an aim at anything there is, and at what isn't there, by anybody.
func (w *world) random() aim {
	a := aim{by: pick(w, actors), who: pick(w, clinicians), text: "nothing"}
	a.session = some(w, w.view.Sessions)
	a.app = some(w, w.view.Applications)
	a.booking = some(w, w.view.Bookings)
	a.cas = some(w, w.view.Cases)
	a.invoice = some(w, w.view.Invoices)
	a.text = some(w, w.view.Texts).ID
	if a.session.ID == "" {
		a.session.ID, a.session.Reference, a.session.Practice = "nowhere", "#401999999", pick(w, practices)
	}
	if a.booking.ID == "" {
		a.booking.ID, a.booking.Practice = "nothing", a.session.Practice
	}
	if a.text == "" {
		a.text = "nothing"
	}
	if a.app.ID == "" {
		a.app.ID = "nothing"
	}
	if a.cas.ID == "" {
		a.cas.ID = "nothing"
	}
	if a.invoice.ID == "" {
		a.invoice.ID = "nothing"
	}
	return a
}

func some[K ~string, V any](w *world, m map[K]V) V {
	var zero V
	if len(m) == 0 || w.chance(5) {
		return zero
	}
	return pick(w, sorted(m))
}
