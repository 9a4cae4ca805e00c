package memory

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// round is one round of a session's applications.
type round struct {
	session session.SessionID
	round   int
}

// correspondence is between a practice and one clinician about a session.
type correspondence struct {
	session   session.SessionID
	clinician session.ClinicianID
}

// indexes are the orders in which lists are read. Each follows from the records: a record is taken out of them as it
// was and put in as it is.
type indexes struct {
	references map[session.Reference]session.SessionID
	// practices and openRota are by start; marketplace is the open sessions of all providers.
	practices   sets[session.PracticeID]
	openRota    sets[session.ProviderID]
	marketplace ordered.Set

	rounds map[round]*applicants
	// ofClinician is a clinician's applications, the latest first.
	ofClinician sets[session.ClinicianID]
	// related counts what a clinician has to do with a session.
	related map[correspondence]bool

	bookingsOf   sets[session.ClinicianID]
	practiceWork sets[session.PracticeID]
	liveOn       map[session.SessionID]session.BookingID

	cases    ordered.Set
	casesOf  sets[session.ProviderID]
	invoices sets[session.BookingID]
	messages sets[correspondence]
	// textsIn and textsOf hold what is not erased, by class and by who wrote it.
	textsIn sets[session.TextClass]
	textsOf sets[session.PersonID]

	due      map[desk.Due]*ordered.Set
	byEvent  map[session.SessionID][]int
	subjects map[session.Subject][]int
}

// applicants are the applications of one round, in order of time, and how many are pending.
type applicants struct {
	order   ordered.Set
	pending int
}

func newIndexes() indexes {
	x := indexes{
		references: map[session.Reference]session.SessionID{},
		practices:  sets[session.PracticeID]{}, openRota: sets[session.ProviderID]{},
		rounds: map[round]*applicants{}, ofClinician: sets[session.ClinicianID]{},
		related:    map[correspondence]bool{},
		bookingsOf: sets[session.ClinicianID]{}, practiceWork: sets[session.PracticeID]{},
		liveOn:  map[session.SessionID]session.BookingID{},
		textsIn: make(sets[session.TextClass]), textsOf: sets[session.PersonID]{},
		casesOf: sets[session.ProviderID]{}, invoices: sets[session.BookingID]{}, messages: sets[correspondence]{},
		due:     make(map[desk.Due]*ordered.Set),
		byEvent: map[session.SessionID][]int{}, subjects: map[session.Subject][]int{},
	}
	for _, d := range []desk.Due{
		desk.DueExpiry, desk.DueCompletion, desk.DueOffer, desk.DueChange, desk.DueFee, desk.DueRecheck,
		desk.DueReminder,
	} {
		x.due[d] = &ordered.Set{}
	}
	return x
}

// sets are ordered sets by owner.
type sets[K comparable] map[K]*ordered.Set

// of returns the owner's set, never nil.
func (s sets[K]) of(owner K) *ordered.Set {
	if set := s[owner]; set != nil {
		return set
	}
	return &ordered.Set{}
}

// place puts a key in or takes it out.
func (s sets[K]) place(in bool, owner K, k ordered.Key) {
	set := s[owner]
	if set == nil {
		set = &ordered.Set{}
		s[owner] = set
	}
	put(in, set, k)
	if set.Len() == 0 {
		delete(s, owner)
	}
}

func put(in bool, set *ordered.Set, k ordered.Key) {
	if in {
		set.Add(k)
	} else {
		set.Remove(k)
	}
}

func key[T ~string](at time.Time, id T) ordered.Key {
	return ordered.Key{At: at.UnixMicro(), ID: string(id)}
}

// session files a session, or takes it out as it was.
func (x *indexes) session(in bool, s session.Session) {
	if s.Version == 0 {
		return
	}
	start := key(s.Terms.Span.Start, s.ID)
	x.references[s.Reference] = s.ID
	x.practices.place(in, s.Practice, start)
	if s.State == session.Open {
		if s.Channel == session.Marketplace {
			put(in, &x.marketplace, start)
		} else {
			x.openRota.place(in, s.Provider, start)
		}
	}
	if s.State == session.Open || s.State == session.Draft {
		put(in, x.due[desk.DueExpiry], start)
	}
}

// booking files a booking with the end of its session; the due times depend on both.
func (x *indexes) booking(in bool, b booking.Booking) {
	if b.Version == 0 {
		return
	}
	start := key(b.Terms.Span.Start, b.ID)
	x.bookingsOf.place(in, b.Clinician, start)
	x.practiceWork.place(in, b.Practice, start)
	x.related[correspondence{b.Session, b.Clinician}] = true
	if b.State.Live() {
		put(in, x.due[desk.DueRecheck], start)
		if in {
			x.liveOn[b.Session] = b.ID
		} else {
			delete(x.liveOn, b.Session)
		}
		if !b.Pending.IsZero() {
			void := start
			if b.Pending.Terms.Span.Start.Before(b.Terms.Span.Start) {
				void = key(b.Pending.Terms.Span.Start, b.ID)
			}
			put(in, x.due[desk.DueChange], void)
		}
	}
	if b.State == booking.Offered {
		at := b.Terms.Span.Start
		if !b.OfferedUntil.IsZero() && b.OfferedUntil.Before(at) {
			at = b.OfferedUntil
		}
		put(in, x.due[desk.DueOffer], key(at, b.ID))
	}
	if b.State == booking.Confirmed {
		put(in, x.due[desk.DueCompletion], key(b.Terms.Span.End, b.Session))
		if !b.RemindedAlready() {
			put(in, x.due[desk.DueReminder], start)
		}
	}
}

// application files an application.
func (x *indexes) application(in bool, a rota.Application) {
	if a.Version == 0 {
		return
	}
	r := x.rounds[round{a.Session, a.Round}]
	if r == nil {
		r = &applicants{}
		x.rounds[round{a.Session, a.Round}] = r
	}
	put(in, &r.order, key(a.Applied, a.ID))
	x.ofClinician.place(in, a.Clinician, ordered.Key{At: -a.Applied.UnixMicro(), ID: string(a.ID)})
	x.related[correspondence{a.Session, a.Clinician}] = true
	if a.State == rota.Pending {
		if in {
			r.pending++
		} else {
			r.pending--
		}
	}
}

// supportCase files a case.
func (x *indexes) supportCase(in bool, c withdrawal.Case) {
	if c.Version == 0 {
		return
	}
	put(in, &x.cases, key(c.Target, c.ID))
	x.casesOf.place(in, c.Provider, key(c.Target, c.ID))
}

// fee files a fee by when time takes its next step.
func (x *indexes) fee(in bool, f withdrawal.Fee) {
	if f.Version > 0 && !f.Due.IsZero() {
		put(in, x.due[desk.DueFee], key(f.Due, f.Booking))
	}
}

// text files a text that is not erased.
func (x *indexes) text(in bool, t session.Text) {
	if t.Version == 0 || !t.Erased.IsZero() {
		return
	}
	x.textsIn.place(in, t.Class, key(t.Written, t.ID))
	x.textsOf.place(in, t.By, key(t.Written, t.ID))
}

// entry files an entry of a diary.
func (d *diary) entry(in bool, e booking.Entry) {
	for i, span := range []time.Time{e.Span.Start, e.Also.Start} {
		if i == 1 && e.Also.IsZero() {
			break
		}
		put(in, &d.starts, key(span, e.Booking))
	}
}
