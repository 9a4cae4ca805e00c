package memory

import (
	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// write makes changes that fit. It copies whatever the caller could still reach.
func (s *Store) write(c desk.Changes) {
	for _, v := range c.Sessions {
		s.index.session(false, s.sessions[v.ID])
		s.sessions[v.ID] = v
		s.index.session(true, v)
	}
	for _, v := range c.Applications {
		s.index.application(false, s.applications[v.ID])
		s.applications[v.ID] = v
		s.index.application(true, v)
	}
	s.writeBookings(c.Bookings)
	for _, v := range c.Diaries {
		s.writeDiary(v)
	}
	for _, v := range c.Cases {
		s.index.supportCase(false, s.cases[v.ID])
		s.cases[v.ID] = v
		s.index.supportCase(true, v)
	}
	for _, v := range c.Fees {
		s.index.fee(false, s.fees[v.Booking])
		s.fees[v.Booking] = cloneFee(v)
		s.index.fee(true, v)
	}
	s.writeRest(c)
	s.add(s.record(c.Events))
	c.Outcome.Result = append([]byte(nil), c.Outcome.Result...)
	s.outcomes[c.Key] = c.Outcome
}

// writeBookings takes all out as they were before it puts any in: one may end while another begins on the same
// session.
func (s *Store) writeBookings(bookings []booking.Booking) {
	for _, v := range bookings {
		s.index.booking(false, s.bookings[v.ID])
	}
	for _, v := range bookings {
		v = v.Clone()
		s.bookings[v.ID] = v
		s.index.booking(true, v)
	}
}

func (s *Store) writeRest(c desk.Changes) {
	for _, v := range c.Hours {
		s.hours[v.Booking] = v
	}
	for _, v := range c.Invoices {
		s.invoices[v.ID] = v
		s.index.invoices.place(true, v.Booking, key(v.Made, v.ID))
	}
	for _, v := range c.Messages {
		s.messages[v.ID] = v
		s.index.messages.place(true, correspondence{v.Session, v.Clinician}, key(v.Sent, v.ID))
	}
	for _, v := range c.Policies {
		s.policies[v.Provider] = append(s.policies[v.Provider], clonePolicies(withdrawal.Policies{v})...)
	}
	for _, v := range c.Settings {
		s.settings[v.Person] = v
	}
	for _, v := range c.Texts {
		s.index.text(false, s.texts[v.ID])
		s.texts[v.ID] = v
		s.index.text(true, v)
	}
}

func (s *Store) writeDiary(c booking.DiaryChange) {
	d := s.diaries[c.Clinician]
	if d == nil {
		d = &diary{entries: map[session.BookingID]booking.Entry{}}
		s.diaries[c.Clinician] = d
	}
	d.version = c.Version
	for _, id := range c.Drop {
		d.entry(false, d.entries[id])
		delete(d.entries, id)
	}
	for _, e := range c.Put {
		if old, ok := d.entries[e.Booking]; ok {
			d.entry(false, old)
		}
		d.entries[e.Booking] = e
		d.entry(true, e)
	}
}

// record adds events to the record, and returns them as they stand there.
func (s *Store) record(events []session.Event) []session.Event {
	copies := make([]session.Event, len(events))
	for i, e := range events {
		copies[i] = e.Clone()
		n := len(s.events)
		s.events = append(s.events, copies[i])
		if e.Session != "" {
			s.index.byEvent[e.Session] = append(s.index.byEvent[e.Session], n)
		}
		s.index.subjects[e.Subject] = append(s.index.subjects[e.Subject], n)
	}
	return copies
}

// spans are the spans of time that an entry holds.
func spans(e booking.Entry) []calendar.Span {
	if e.Also.IsZero() {
		return []calendar.Span{e.Span}
	}
	return []calendar.Span{e.Span, e.Also}
}
