package memory

import (
	"context"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Commit makes all of the changes or none.
func (s *Store) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := c.Validate(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, repeated := s.outcomes[c.Key]; repeated {
		return desk.Repeated, nil
	}
	// Everything is compared before anything is written: from here on nothing can fail.
	if !s.fits(c) {
		return desk.Conflict, nil
	}
	s.write(c)
	return desk.Done, nil
}

// fits compares every guard and version, and both lines of defence behind A7.
func (s *Store) fits(c desk.Changes) bool {
	for _, check := range c.Checks {
		if s.version(check.Subject) != check.Version {
			return false
		}
	}
	for _, r := range c.Records() {
		if s.version(r.Subject()) != r.Revision()-1 {
			return false
		}
	}
	return s.oneReference(c) && s.oneLiveBooking(c) && s.noOverlap(c)
}

// oneReference refuses a reference that another session has, or had (S1).
func (s *Store) oneReference(c desk.Changes) bool {
	for _, n := range c.Sessions {
		if id, taken := s.index.references[n.Reference]; taken && id != n.ID {
			return false
		}
	}
	return true
}

// oneLiveBooking refuses a second live booking on a session, unless the first one ends in the same changes (A7).
func (s *Store) oneLiveBooking(c desk.Changes) bool {
	live := map[session.SessionID]session.BookingID{}
	ends := map[session.BookingID]bool{}
	for _, b := range c.Bookings {
		if !b.State.Live() {
			ends[b.ID] = true
			continue
		}
		if other, twice := live[b.Session]; twice && other != b.ID {
			return false
		}
		live[b.Session] = b.ID
	}
	for on, id := range live {
		if other, taken := s.index.liveOn[on]; taken && other != id && !ends[other] {
			return false
		}
	}
	return true
}

// noOverlap refuses an entry that overlaps another one of the same diary (A7).
func (s *Store) noOverlap(c desk.Changes) bool {
	for _, change := range c.Diaries {
		d := s.diaries[change.Clinician]
		gone := map[session.BookingID]bool{}
		for _, id := range change.Drop {
			gone[id] = true
		}
		for i, e := range change.Put {
			gone[e.Booking] = true
			for _, other := range change.Put[:i] {
				if overlap(e, other) {
					return false
				}
			}
		}
		if d == nil {
			continue
		}
		for _, e := range change.Put {
			for _, span := range spans(e) {
				for _, other := range d.near(span) {
					if !gone[other.Booking] {
						return false
					}
				}
			}
		}
	}
	return true
}

func overlap(a, b booking.Entry) bool {
	for _, span := range spans(a) {
		if b.Overlaps(span) {
			return true
		}
	}
	return false
}

// version is the version that a subject has; 0 where it isn't there.
func (s *Store) version(of session.Subject) int64 {
	switch of.Kind {
	case session.KindSession:
		return s.sessions[session.SessionID(of.ID)].Version
	case session.KindApplication:
		return s.applications[session.ApplicationID(of.ID)].Version
	case session.KindBooking:
		return s.bookings[session.BookingID(of.ID)].Version
	case session.KindDiary:
		if d := s.diaries[session.ClinicianID(of.ID)]; d != nil {
			return d.version
		}
		return 0
	case session.KindCase:
		return s.cases[session.CaseID(of.ID)].Version
	case session.KindFee:
		return s.fees[session.BookingID(of.ID)].Version
	case session.KindHours:
		return s.hours[session.BookingID(of.ID)].Version
	case session.KindInvoice:
		return s.invoices[session.InvoiceID(of.ID)].Version
	case session.KindMessage:
		return s.messages[session.MessageID(of.ID)].Version
	case session.KindText:
		return s.texts[session.TextID(of.ID)].Version
	case session.KindPolicy:
		return policyVersion(s.policies[session.ProviderID(of.ID)])
	case session.KindSettings:
		return s.settings[session.PersonID(of.ID)].Version
	}
	return -1
}

func policyVersion(p withdrawal.Policies) int64 {
	var last int64
	for _, v := range p {
		last = max(last, int64(v.Version))
	}
	return last
}
