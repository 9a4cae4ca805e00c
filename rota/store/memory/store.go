package memory

import (
	"context"
	"sync"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Store is a desk.Store and a notify.Queue. It is safe for concurrent use. The zero value is not ready: use New.
type Store struct {
	*queue

	mu sync.RWMutex

	sessions     map[session.SessionID]session.Session
	applications map[session.ApplicationID]rota.Application
	bookings     map[session.BookingID]booking.Booking
	diaries      map[session.ClinicianID]*diary
	cases        map[session.CaseID]withdrawal.Case
	fees         map[session.BookingID]withdrawal.Fee
	hours        map[session.BookingID]booking.Hours
	invoices     map[session.InvoiceID]booking.Invoice
	messages     map[session.MessageID]booking.Message
	texts        map[session.TextID]session.Text
	settings     map[session.PersonID]notify.Settings
	policies     map[session.ProviderID]withdrawal.Policies
	outcomes     map[desk.CommandKey]desk.Outcome
	events       []session.Event
	references   int64

	index indexes
}

// New returns an empty store.
func New() *Store {
	return &Store{
		queue:        newQueue(),
		sessions:     map[session.SessionID]session.Session{},
		applications: map[session.ApplicationID]rota.Application{},
		bookings:     map[session.BookingID]booking.Booking{},
		diaries:      map[session.ClinicianID]*diary{},
		cases:        map[session.CaseID]withdrawal.Case{},
		fees:         map[session.BookingID]withdrawal.Fee{},
		hours:        map[session.BookingID]booking.Hours{},
		invoices:     map[session.InvoiceID]booking.Invoice{},
		messages:     map[session.MessageID]booking.Message{},
		texts:        map[session.TextID]session.Text{},
		settings:     map[session.PersonID]notify.Settings{},
		policies:     map[session.ProviderID]withdrawal.Policies{},
		outcomes:     map[desk.CommandKey]desk.Outcome{},
		index:        newIndexes(),
	}
}

var _ desk.Store = (*Store)(nil)

// References reserves n numbers for references (S1).
func (s *Store) References(ctx context.Context, n int) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if n < 1 {
		return 0, &session.FieldError{Field: "n", Problem: "must be at least 1"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.references + 1
	s.references += int64(n)
	return first, nil
}

// Outcome returns what a command led to (P3).
func (s *Store) Outcome(ctx context.Context, key desk.CommandKey) (desk.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return desk.Outcome{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	o, ok := s.outcomes[key]
	if !ok {
		return desk.Outcome{}, desk.ErrNoOutcome
	}
	o.Result = append([]byte(nil), o.Result...)
	return o, nil
}

// diary is a clinician's: the entries in order of start, so that a decision reads only those near it.
type diary struct {
	version int64
	entries map[session.BookingID]booking.Entry
	starts  ordered.Set
}
