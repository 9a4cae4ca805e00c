package ledger

import (
	"context"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// current is a record as the store has it; at version 0 where it has none. Of a diary it is the version alone: its
// entries are compared with the bookings. The mark says what the record belongs to.
func current(ctx context.Context, store desk.Store, s session.Subject, m worker.Mark) (session.Record, error) {
	switch s.Kind {
	case session.KindMessage:
		return message(ctx, store, s, m)
	case session.KindPolicy:
		all, err := store.Policies(ctx, session.ProviderID(s.ID))
		if err != nil || len(all) == 0 {
			return withdrawal.Policy{}, err
		}
		return all[len(all)-1], nil
	}
	read, err := store.Load(ctx, wanted(s))
	if err != nil {
		return nil, err
	}
	records := map[session.SubjectKind]session.Record{
		session.KindSession: read.Session, session.KindApplication: read.Application, session.KindBooking: read.Booking,
		session.KindDiary: booking.DiaryChange{Clinician: read.Diary.Clinician, Version: read.Diary.Version},
		session.KindCase:  read.Case, session.KindFee: read.Fee, session.KindHours: read.Hours,
		session.KindInvoice: read.Invoice, session.KindText: read.Text, session.KindSettings: read.Settings,
	}
	r := records[s.Kind]
	if r.Subject() != s {
		return rota.Application{}, nil // something else stands there: what was asked for isn't there
	}
	return r, nil
}

// wanted is how a subject is loaded.
func wanted(s session.Subject) desk.Want {
	switch s.Kind {
	case session.KindSession:
		return desk.Want{Session: session.SessionID(s.ID)}
	case session.KindApplication:
		return desk.Want{Application: session.ApplicationID(s.ID)}
	case session.KindBooking, session.KindFee, session.KindHours:
		return desk.Want{Booking: session.BookingID(s.ID)}
	case session.KindDiary:
		return desk.Want{Clinician: session.ClinicianID(s.ID)}
	case session.KindCase:
		return desk.Want{Case: session.CaseID(s.ID)}
	case session.KindInvoice:
		return desk.Want{Invoice: session.InvoiceID(s.ID)}
	case session.KindText:
		return desk.Want{Text: session.TextID(s.ID)}
	case session.KindSettings:
		return desk.Want{Settings: session.PersonID(s.ID)}
	}
	return desk.Want{}
}

// message finds a message among those between its practice and its clinician.
func message(ctx context.Context, store desk.Store, s session.Subject, m worker.Mark) (session.Record, error) {
	req := session.PageRequest{Limit: session.MaxPageSize}
	for {
		page, err := store.Messages(ctx, m.About, m.With, req)
		if err != nil {
			return nil, err
		}
		for _, found := range page.Items {
			if found.Subject() == s {
				return found, nil
			}
		}
		if page.Next == "" {
			return booking.Message{}, nil
		}
		req.After = page.Next
	}
}
