package postgres

import (
	"context"
	"encoding/json"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota/desk"
)

// Load reads everything a decision depends on, as of one instant and in one round trip; in another one the terms of a
// session's policy that the store meets for the first time.
func (s *Store) Load(ctx context.Context, w desk.Want) (desk.Snapshot, error) {
	q := s.loading(w)
	text, err := q.ask(ctx)
	if err != nil {
		return desk.Snapshot{}, s.failed("load", relational.Ended(ctx, err))
	}
	r, found, err := snapshot([]byte(text), w.Around)
	if err == nil {
		r.Policies, err = s.policies(ctx, found, r.Session.Provider)
	}
	if err != nil {
		return desk.Snapshot{}, s.failed("load", relational.Ended(ctx, err))
	}
	return r, nil
}

// loading is the call that reads what is wanted. As with a commit, what is given decides the statement's text.
func (s *Store) loading(w desk.Want) call {
	q := s.call("load")
	for _, arg := range []struct{ name, value string }{
		{"by_reference", string(w.Reference)}, {"by_application", string(w.Application)}, {"by_booking", string(w.Booking)},
		{"by_case", string(w.Case)}, {"by_invoice", string(w.Invoice)}, {"by_session", string(w.Session)},
		{"diary_of", string(w.Clinician)}, {"policies_of", string(w.Provider)}, {"text_id", string(w.Text)},
		{"settings_of", string(w.Settings)},
	} {
		if arg.value != "" {
			q.give(arg.name, "text", arg.value)
		}
	}
	if !w.Around.Start.IsZero() {
		q.give("around_from", "timestamptz", relational.FormatInstant(w.Around.Start))
	}
	if !w.Around.End.IsZero() {
		q.give("around_until", "timestamptz", relational.FormatInstant(w.Around.End))
	}
	return q
}

// snapshot reads what the function returns: a row each, or null, and what it says of policies.
func snapshot(text []byte, around calendar.Span) (desk.Snapshot, policies, error) {
	var r desk.Snapshot
	var entries json.RawMessage
	var found policies
	err := relational.Members(text, func(name string, row json.RawMessage) error {
		switch name {
		case "clinician":
			return json.Unmarshal(row, &r.Diary.Clinician)
		case "diary":
			return json.Unmarshal(row, &r.Diary.Version)
		case "entries":
			entries = row // which of them count follows from the session and the booking
		case "policies":
			return relational.Elements(row, found.add)
		case "known":
			return json.Unmarshal(row, &r.Known)
		}
		return record(&r, name, row)
	})
	if err != nil {
		return desk.Snapshot{}, policies{}, err
	}
	return r, found, diary(&r, entries, around)
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
