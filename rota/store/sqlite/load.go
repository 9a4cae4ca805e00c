package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"strings"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// rows is a query of whole rows of a table.
func rows(t *relational.Table, where string) string {
	return "SELECT " + strings.Join(t.Names(), ", ") + " FROM " + t.Name + " WHERE " + where
}

// What Load asks. An id alone finds a row and its provider; from there on every step names the provider, too.
var (
	findSession = rows(relational.Sessions, "id = ?1")
	itsSession  = rows(relational.Sessions, "provider = ?1 AND id = ?2")
	byReference = rows(relational.Sessions,
		"(provider, id) = (SELECT r.provider, r.session FROM session_references r WHERE r.reference = ?1)")
	findApplication = rows(relational.Applications, "id = ?1")
	itsApplication  = rows(relational.Applications, "provider = ?1 AND session = ?2 AND clinician = ?3 AND round = ?4")
	findBooking     = rows(relational.Bookings, "id = ?1")
	itsBooking      = rows(relational.Bookings, "provider = ?1 AND id = ?2")
	findCase        = rows(relational.Cases, "id = ?1")
	itsCase         = rows(relational.Cases, "provider = ?1 AND id = ?2")
	findInvoice     = rows(relational.Invoices, "id = ?1")
	itsFee          = rows(relational.Fees, "provider = ?1 AND booking = ?2")
	itsHours        = rows(relational.Hours, "provider = ?1 AND booking = ?2")
	findText        = rows(relational.Texts, "id = ?1")
	findSettings    = rows(relational.Settings, "person = ?1")
	itsDigests      = "SELECT digest FROM policies WHERE provider = ?1 ORDER BY version"
	itsPolicies     = rows(relational.Policies, "provider = ?1")
	itsEntries      = rows(relational.Entries,
		"clinician = ?1 AND holds_until > ?2 AND min(starts_at, coalesce(also_starts_at, starts_at)) < ?3")
	// aboutClinician tells a diary's version, and whether a clinician has anything to do with a session.
	aboutClinician = "SELECT coalesce((SELECT version FROM diaries WHERE clinician = ?1), 0)," +
		" EXISTS (SELECT 1 FROM applications WHERE provider = ?2 AND session = ?3 AND clinician = ?1)" +
		" OR EXISTS (SELECT 1 FROM bookings WHERE provider = ?2 AND session = ?3 AND clinician = ?1)"
)

var loading = []string{
	findSession, itsSession, byReference, findApplication, itsApplication, findBooking, itsBooking, findCase, itsCase,
	findInvoice, itsFee, itsHours, findText, findSettings, itsDigests, itsPolicies, itsEntries, aboutClinician,
}

// Load reads everything a decision depends on, as of one instant.
func (s *Store) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	var r desk.Snapshot
	err := s.read(ctx, func(t *transaction) error {
		r = desk.Snapshot{}
		if err := t.snapshot(ctx, want, &r); err != nil {
			return err
		}
		var err error
		r.Policies, err = t.policies(ctx, cmp.Or(want.Provider, r.Session.Provider), &s.known)
		return err
	}, loading...)
	if err != nil {
		return desk.Snapshot{}, s.failed("load", err)
	}
	return r, nil
}

func (t *transaction) snapshot(ctx context.Context, want desk.Want, r *desk.Snapshot) error {
	if err := t.root(ctx, want, r); err != nil {
		return err
	}
	if r.Session.Version > 0 {
		if err := t.around(ctx, r); err != nil {
			return err
		}
	}
	if err := t.clinician(ctx, want, r); err != nil {
		return err
	}
	if err := find(ctx, t, &r.Text, relational.Texts, findText, want.Text); err != nil {
		return err
	}
	return find(ctx, t, &r.Settings, relational.Settings, findSettings, want.Settings)
}

// policies are all versions of a provider's policy.
func (t *transaction) policies(
	ctx context.Context, of session.ProviderID, known *relational.KnownPolicies,
) (withdrawal.Policies, error) {
	if of == "" {
		return nil, nil
	}
	var digests []string
	err := t.each(ctx, itsDigests, []any{string(of)}, func(rows *sql.Rows) error {
		var digest string
		err := rows.Scan(&digest)
		digests = append(digests, digest)
		return err
	})
	if err != nil {
		return nil, err
	}
	return known.Of(digests, func() (all []relational.Policy, err error) {
		err = records(ctx, t, relational.Policies, itsPolicies, []any{string(of)}, nil, func(p relational.Policy) error {
			all = append(all, p)
			return nil
		})
		return all, err
	})
}

// find reads the row with an id; a blank one has none.
func find[R any, ID ~string](
	ctx context.Context, t *transaction, into *R, table *relational.Table, text string, id ID,
) error {
	if id == "" {
		return nil
	}
	_, err := record(ctx, t, into, table, text, string(id))
	return err
}

// its reads the row of a provider with an id; a blank one has none.
func its[R any, ID ~string](
	ctx context.Context, t *transaction, into *R, table *relational.Table, text string, p session.ProviderID, id ID,
) error {
	if id == "" {
		return nil
	}
	_, err := record(ctx, t, into, table, text, string(p), string(id))
	return err
}

// root finds what the want names, and its session.
func (t *transaction) root(ctx context.Context, want desk.Want, r *desk.Snapshot) (err error) {
	var provider session.ProviderID
	var id session.SessionID
	switch {
	case want.Reference != "":
		return find(ctx, t, &r.Session, relational.Sessions, byReference, want.Reference)
	case want.Application != "":
		err = find(ctx, t, &r.Application, relational.Applications, findApplication, want.Application)
		provider, id = r.Application.Provider, r.Application.Session
	case want.Booking != "":
		err = find(ctx, t, &r.Booking, relational.Bookings, findBooking, want.Booking)
		provider, id = r.Booking.Provider, r.Booking.Session
	case want.Case != "":
		err = find(ctx, t, &r.Case, relational.Cases, findCase, want.Case)
		provider, id = r.Case.Provider, r.Case.Session
		if err == nil {
			err = its(ctx, t, &r.Booking, relational.Bookings, itsBooking, provider, r.Case.Booking)
		}
	case want.Invoice != "":
		err = find(ctx, t, &r.Invoice, relational.Invoices, findInvoice, want.Invoice)
		provider, id = r.Invoice.Provider, r.Invoice.Session
		if err == nil {
			err = its(ctx, t, &r.Booking, relational.Bookings, itsBooking, provider, r.Invoice.Booking)
		}
	default:
		return find(ctx, t, &r.Session, relational.Sessions, findSession, want.Session)
	}
	if err != nil {
		return err
	}
	return its(ctx, t, &r.Session, relational.Sessions, itsSession, provider, id)
}

// around adds what hangs on the session: its booking and case, and what hangs on the booking.
func (t *transaction) around(ctx context.Context, r *desk.Snapshot) error {
	provider := r.Session.Provider
	if r.Booking.Version == 0 {
		if err := its(ctx, t, &r.Booking, relational.Bookings, itsBooking, provider, r.Session.Booking); err != nil {
			return err
		}
	}
	if r.Case.Version == 0 {
		if err := its(ctx, t, &r.Case, relational.Cases, itsCase, provider, r.Session.Case); err != nil {
			return err
		}
	}
	if r.Booking.Version == 0 {
		return nil
	}
	if err := its(ctx, t, &r.Fee, relational.Fees, itsFee, provider, r.Booking.ID); err != nil {
		return err
	}
	return its(ctx, t, &r.Hours, relational.Hours, itsHours, provider, r.Booking.ID)
}

// clinician adds the diary and the application of whom it is about.
func (t *transaction) clinician(ctx context.Context, want desk.Want, r *desk.Snapshot) error {
	who := want.Clinician
	if who == "" {
		who = r.Application.Clinician
	}
	if who == "" {
		who = r.Booking.Clinician
	}
	if who == "" {
		return nil
	}
	provider, about := string(r.Session.Provider), string(r.Session.ID)
	if want.Clinician != "" && r.Application.Version == 0 && about != "" {
		if _, err := record(ctx, t, &r.Application, relational.Applications, itsApplication,
			provider, about, string(who), int64(r.Session.Round)); err != nil {
			return err
		}
	}
	r.Diary.Clinician = who
	if _, err := t.one(ctx, aboutClinician, []any{string(who), provider, about}, &r.Diary.Version, &r.Known); err != nil {
		return err
	}
	if r.Diary.Version == 0 {
		return nil
	}
	return t.entries(ctx, r, relational.Spans(want.Around, r.Session, r.Booking))
}

// entries reads the part of a diary that overlaps any of the spans.
func (t *transaction) entries(ctx context.Context, r *desk.Snapshot, spans []calendar.Span) error {
	var all calendar.Span
	for _, span := range spans {
		switch {
		case span.IsZero():
			continue
		case all.IsZero():
			all = span
		}
		if span.Start.Before(all.Start) {
			all.Start = span.Start
		}
		if span.End.After(all.End) {
			all.End = span.End
		}
	}
	if all.IsZero() {
		return nil
	}
	var entries []booking.Entry
	args := []any{string(r.Diary.Clinician), relational.FormatInstant(all.Start), relational.FormatInstant(all.End)}
	err := records(ctx, t, relational.Entries, itsEntries, args, nil, func(e relational.Entry) error {
		entries = append(entries, e.Entry)
		return nil
	})
	r.Diary.Entries = relational.Near(entries, spans)
	return err
}
