package memory

import (
	"context"
	"slices"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Load reads everything a decision depends on, as of one instant.
func (s *Store) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return desk.Snapshot{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var r desk.Snapshot
	s.root(want, &r)
	if r.Session.Version > 0 {
		s.around(&r)
	}
	s.clinician(want, &r)
	r.Text = s.texts[want.Text]
	r.Settings = s.settings[want.Settings]
	provider := want.Provider
	if provider == "" {
		provider = r.Session.Provider
	}
	r.Policies = clonePolicies(s.policies[provider])
	return r, nil
}

// root finds what the want names, and its session.
func (s *Store) root(want desk.Want, r *desk.Snapshot) {
	id := want.Session
	switch {
	case want.Reference != "":
		id = s.index.references[want.Reference]
	case want.Application != "":
		r.Application = s.applications[want.Application]
		id = r.Application.Session
	case want.Booking != "":
		r.Booking = s.bookings[want.Booking].Clone()
		id = r.Booking.Session
	case want.Case != "":
		r.Case = s.cases[want.Case]
		id = r.Case.Session
		r.Booking = s.bookings[r.Case.Booking].Clone()
	case want.Invoice != "":
		r.Invoice = s.invoices[want.Invoice]
		id = r.Invoice.Session
		r.Booking = s.bookings[r.Invoice.Booking].Clone()
	}
	r.Session = s.sessions[id]
}

// around adds what hangs on the session: its booking and case, and what hangs on the booking.
func (s *Store) around(r *desk.Snapshot) {
	if r.Booking.Version == 0 {
		r.Booking = s.bookings[r.Session.Booking].Clone()
	}
	if r.Case.Version == 0 {
		r.Case = s.cases[r.Session.Case]
	}
	if r.Booking.Version > 0 {
		r.Fee = cloneFee(s.fees[r.Booking.ID])
		r.Hours = s.hours[r.Booking.ID]
	}
}

// clinician adds the diary and the application of whom it is about.
func (s *Store) clinician(want desk.Want, r *desk.Snapshot) {
	who := want.Clinician
	if who == "" {
		who = r.Application.Clinician
	}
	if who == "" {
		who = r.Booking.Clinician
	}
	if who == "" {
		return
	}
	if want.Clinician != "" && r.Application.Version == 0 {
		r.Application = s.applications[rota.ApplicationID(r.Session.ID, r.Session.Round, who)]
	}
	r.Known = s.index.related[correspondence{r.Session.ID, who}]
	spans := []calendar.Span{want.Around, r.Session.Terms.Span}
	if r.Booking.Version > 0 {
		spans = append(spans, r.Booking.Spans()...)
	}
	r.Diary = s.diary(who, spans)
}

// diary returns the part of a diary that overlaps any of the spans.
func (s *Store) diary(who session.ClinicianID, spans []calendar.Span) booking.Diary {
	d := booking.Diary{Clinician: who}
	kept := s.diaries[who]
	if kept == nil {
		return d
	}
	d.Version = kept.version
	seen := map[session.BookingID]bool{}
	for _, span := range spans {
		if span.IsZero() {
			continue
		}
		for _, e := range kept.near(span) {
			if !seen[e.Booking] {
				seen[e.Booking] = true
				d.Entries = append(d.Entries, e)
			}
		}
	}
	slices.SortFunc(d.Entries, func(a, b booking.Entry) int {
		return key(a.Span.Start, a.Booking).Compare(key(b.Span.Start, b.Booking))
	})
	return d
}

// near returns the entries that overlap span. No entry is longer than session.MaxLength, so that the search can begin
// that much earlier.
func (d *diary) near(span calendar.Span) []booking.Entry {
	var found []booking.Entry
	for k := range d.starts.From(ordered.Key{At: span.Start.Add(-session.MaxLength).UnixMicro()}) {
		if k.At >= span.End.UnixMicro() {
			break
		}
		if e := d.entries[session.BookingID(k.ID)]; e.Overlaps(span) {
			found = append(found, e)
		}
	}
	return found
}

func cloneFee(f withdrawal.Fee) withdrawal.Fee {
	f.Steps = slices.Clone(f.Steps)
	return f
}

func clonePolicies(p withdrawal.Policies) withdrawal.Policies {
	p = slices.Clone(p)
	for i := range p {
		p[i].Fee.Scale = slices.Clone(p[i].Fee.Scale)
		p[i].Eligibility.Required = slices.Clone(p[i].Eligibility.Required)
	}
	return p
}
