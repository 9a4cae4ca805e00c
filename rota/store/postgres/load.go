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

// answer is what the function returns: a row each, or null.
type answer struct {
	Session     json.RawMessage     `json:"session"`
	Application json.RawMessage     `json:"application"`
	Booking     json.RawMessage     `json:"booking"`
	Case        json.RawMessage     `json:"case"`
	Invoice     json.RawMessage     `json:"invoice"`
	Fee         json.RawMessage     `json:"fee"`
	Hours       json.RawMessage     `json:"hours"`
	Text        json.RawMessage     `json:"text"`
	Settings    json.RawMessage     `json:"settings"`
	Clinician   session.ClinicianID `json:"clinician"`
	Diary       int64               `json:"diary"`
	Entries     []json.RawMessage   `json:"entries"`
	Policies    []json.RawMessage   `json:"policies"`
	Known       bool                `json:"known"`
}

// Load reads everything a decision depends on, as of one instant and in one round trip.
func (s *Store) Load(ctx context.Context, w desk.Want) (desk.Snapshot, error) {
	question, err := json.Marshal(want{
		Session: w.Session, Reference: w.Reference, Application: w.Application, Booking: w.Booking, Case: w.Case,
		Invoice: w.Invoice, Text: w.Text, Clinician: w.Clinician, Provider: w.Provider, Settings: w.Settings,
		AroundFrom: relational.FormatInstant(w.Around.Start), AroundUntil: relational.FormatInstant(w.Around.End),
	})
	if err != nil {
		return desk.Snapshot{}, s.failed("load", err)
	}
	text, err := s.ask(ctx, "load", question)
	if err != nil {
		return desk.Snapshot{}, s.failed("load", err)
	}
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return desk.Snapshot{}, s.failed("load", err)
	}
	r, err := a.snapshot(w.Around)
	if err != nil {
		return desk.Snapshot{}, s.failed("load", err)
	}
	return r, nil
}

// snapshot reads the rows.
func (a answer) snapshot(around calendar.Span) (desk.Snapshot, error) {
	r := desk.Snapshot{Known: a.Known, Diary: booking.Diary{Clinician: a.Clinician, Version: a.Diary}}
	for _, err := range []error{
		read(&r.Session, relational.Sessions, a.Session),
		read(&r.Application, relational.Applications, a.Application),
		read(&r.Booking, relational.Bookings, a.Booking),
		read(&r.Case, relational.Cases, a.Case),
		read(&r.Invoice, relational.Invoices, a.Invoice),
		read(&r.Fee, relational.Fees, a.Fee),
		read(&r.Hours, relational.Hours, a.Hours),
		read(&r.Text, relational.Texts, a.Text),
		read(&r.Settings, relational.Settings, a.Settings),
		a.diary(&r, around),
		a.policies(&r),
	} {
		if err != nil {
			return desk.Snapshot{}, err
		}
	}
	return r, nil
}

func read[R any](into *R, t *relational.Table, row json.RawMessage) error {
	var err error
	*into, err = relational.ReadObject[R](t, row)
	return err
}

// diary keeps of the entries those that overlap what was asked about.
func (a answer) diary(r *desk.Snapshot, around calendar.Span) error {
	entries := make([]booking.Entry, len(a.Entries))
	for i, row := range a.Entries {
		e, err := relational.ReadObject[relational.Entry](relational.Entries, row)
		if err != nil {
			return err
		}
		entries[i] = e.Entry
	}
	r.Diary.Entries = relational.Near(entries, relational.Spans(around, r.Session, r.Booking))
	return nil
}

func (a answer) policies(r *desk.Snapshot) error {
	rows := make([]relational.Policy, len(a.Policies))
	for i, row := range a.Policies {
		var err error
		if rows[i], err = relational.ReadObject[relational.Policy](relational.Policies, row); err != nil {
			return err
		}
	}
	r.Policies = relational.PoliciesOf(rows)
	return nil
}
