package postgres

import (
	"context"
	"encoding/json"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// want is a desk.Want as the function takes it.
type want struct {
	Session     session.SessionID     `json:"session,omitzero"`
	Reference   session.Reference     `json:"reference,omitzero"`
	Application session.ApplicationID `json:"application,omitzero"`
	Booking     session.BookingID     `json:"booking,omitzero"`
	Case        session.CaseID        `json:"case,omitzero"`
	Invoice     session.InvoiceID     `json:"invoice,omitzero"`
	Text        session.TextID        `json:"text,omitzero"`
	Clinician   session.ClinicianID   `json:"clinician,omitzero"`
	AroundFrom  any                   `json:"around_from,omitzero"`
	AroundUntil any                   `json:"around_until,omitzero"`
	Provider    session.ProviderID    `json:"provider,omitzero"`
	Settings    session.PersonID      `json:"settings,omitzero"`
}

// Load reads everything a decision depends on, as of one instant and in one round trip.
func (s *Store) Load(ctx context.Context, w desk.Want) (desk.Snapshot, error) {
	question, err := json.Marshal(want{
		Session: w.Session, Reference: w.Reference, Application: w.Application, Booking: w.Booking, Case: w.Case,
		Invoice: w.Invoice, Text: w.Text, Clinician: w.Clinician, Provider: w.Provider, Settings: w.Settings,
		AroundFrom: relational.FormatInstant(w.Around.Start), AroundUntil: relational.FormatInstant(w.Around.End),
	})
	if err != nil {
		return desk.Snapshot{}, s.failed("load", relational.Ended(ctx, err))
	}
	text, err := s.ask(ctx, "load", question)
	if err != nil {
		return desk.Snapshot{}, s.failed("load", relational.Ended(ctx, err))
	}
	r, err := s.snapshot([]byte(text), w.Around)
	if err != nil {
		return desk.Snapshot{}, s.failed("load", relational.Ended(ctx, err))
	}
	return r, nil
}

// snapshot reads what the function returns: a row each, or null.
func (s *Store) snapshot(text []byte, around calendar.Span) (desk.Snapshot, error) {
	var r desk.Snapshot
	var entries json.RawMessage
	err := relational.Members(text, func(name string, row json.RawMessage) error {
		switch name {
		case "clinician":
			return json.Unmarshal(row, &r.Diary.Clinician)
		case "diary":
			return json.Unmarshal(row, &r.Diary.Version)
		case "entries":
			entries = row // which of them count follows from the session and the booking
		case "policies":
			return s.policies(&r, row)
		case "known":
			return json.Unmarshal(row, &r.Known)
		}
		return record(&r, name, row)
	})
	if err != nil {
		return desk.Snapshot{}, err
	}
	return r, diary(&r, entries, around)
}

// record reads the row of one record. What a later release adds is passed over.
func record(r *desk.Snapshot, name string, row json.RawMessage) error {
	switch name {
	case "session":
		return read(&r.Session, relational.Sessions, row)
	case "application":
		return read(&r.Application, relational.Applications, row)
	case "booking":
		return read(&r.Booking, relational.Bookings, row)
	case "case":
		return read(&r.Case, relational.Cases, row)
	case "invoice":
		return read(&r.Invoice, relational.Invoices, row)
	case "fee":
		return read(&r.Fee, relational.Fees, row)
	case "hours":
		return read(&r.Hours, relational.Hours, row)
	case "text":
		return read(&r.Text, relational.Texts, row)
	case "settings":
		return read(&r.Settings, relational.Settings, row)
	}
	return nil
}

func read[R any](into *R, t *relational.Table, row json.RawMessage) error {
	var err error
	*into, err = relational.ReadObject[R](t, row)
	return err
}

// diary keeps of the entries those that overlap what was asked about.
func diary(r *desk.Snapshot, rows json.RawMessage, around calendar.Span) error {
	var entries []booking.Entry
	err := relational.Elements(rows, func(row json.RawMessage) error {
		e, err := relational.ReadObject[relational.Entry](relational.Entries, row)
		entries = append(entries, e.Entry)
		return err
	})
	r.Diary.Entries = relational.Near(entries, relational.Spans(around, r.Session, r.Booking))
	return err
}

// policies are all versions, in their order.
func (s *Store) policies(r *desk.Snapshot, rows json.RawMessage) error {
	return relational.Elements(rows, func(row json.RawMessage) error {
		p, err := s.known.of(row)
		r.Policies = append(r.Policies, p)
		return err
	})
}
