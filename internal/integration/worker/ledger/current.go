package ledger

import (
	"context"
	"fmt"

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
	if s.Kind == session.KindMessage {
		return message(ctx, store, s, m)
	}
	if s.Kind == session.KindPolicy {
		all, err := store.Policies(ctx, session.ProviderID(s.ID))
		if err != nil || len(all) == 0 {
			return withdrawal.Policy{}, err
		}
		return all[len(all)-1], nil
	}
	load, ok := loads[s.Kind]
	if !ok {
		return nil, fmt.Errorf("nobody knows how a %s is read", s.Kind)
	}
	want, pick := load(s.ID)
	read, err := store.Load(ctx, want)
	if err != nil {
		return nil, err
	}
	if r := pick(read); r.Subject() == s {
		return r, nil
	}
	return rota.Application{}, nil // something else stands there: what was asked for isn't there
}

// loads are how each kind of record is loaded by its id, and found in what was loaded.
var loads = map[session.SubjectKind]func(id string) (desk.Want, func(desk.Snapshot) session.Record){ //nolint:exhaustive // messages and policies are listed
	session.KindSession: func(id string) (desk.Want, func(desk.Snapshot) session.Record) {
		return desk.Want{Session: session.SessionID(id)}, func(r desk.Snapshot) session.Record { return r.Session }
	},
	session.KindApplication: func(id string) (desk.Want, func(desk.Snapshot) session.Record) {
		return desk.Want{Application: session.ApplicationID(id)}, func(r desk.Snapshot) session.Record { return r.Application }
	},
	session.KindBooking: func(id string) (desk.Want, func(desk.Snapshot) session.Record) {
		return desk.Want{Booking: session.BookingID(id)}, func(r desk.Snapshot) session.Record { return r.Booking }
	},
	session.KindFee: func(id string) (desk.Want, func(desk.Snapshot) session.Record) {
		return desk.Want{Booking: session.BookingID(id)}, func(r desk.Snapshot) session.Record { return r.Fee }
	},
	session.KindHours: func(id string) (desk.Want, func(desk.Snapshot) session.Record) {
		return desk.Want{Booking: session.BookingID(id)}, func(r desk.Snapshot) session.Record { return r.Hours }
	},
	session.KindDiary: func(id string) (desk.Want, func(desk.Snapshot) session.Record) {
		return desk.Want{Clinician: session.ClinicianID(id)}, func(r desk.Snapshot) session.Record {
			return booking.DiaryChange{Clinician: r.Diary.Clinician, Version: r.Diary.Version}
		}
	},
	session.KindCase: func(id string) (desk.Want, func(desk.Snapshot) session.Record) {
		return desk.Want{Case: session.CaseID(id)}, func(r desk.Snapshot) session.Record { return r.Case }
	},
	session.KindInvoice: func(id string) (desk.Want, func(desk.Snapshot) session.Record) {
		return desk.Want{Invoice: session.InvoiceID(id)}, func(r desk.Snapshot) session.Record { return r.Invoice }
	},
	session.KindText: func(id string) (desk.Want, func(desk.Snapshot) session.Record) {
		return desk.Want{Text: session.TextID(id)}, func(r desk.Snapshot) session.Record { return r.Text }
	},
	session.KindSettings: func(id string) (desk.Want, func(desk.Snapshot) session.Record) {
		return desk.Want{Settings: session.PersonID(id)}, func(r desk.Snapshot) session.Record { return r.Settings }
	},
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
