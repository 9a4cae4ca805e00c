package ledger

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// season surely holds all sessions of the cast.
var season = calendar.Span{
	Start: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC),
}

// CheckBookings asks what must always hold of the store, whoever did what: no session has two live bookings, no
// clinician two at once, and diaries and sessions say the same as the bookings (A7); no two sessions share a reference
// (S1).
func CheckBookings(ctx context.Context, store desk.Store) error {
	var f faults
	live := map[session.SessionID]booking.Booking{}
	for island := range worker.Islands {
		for n := range worker.Clinicians {
			if err := checkClinician(ctx, store, worker.ClinicianOf(island, n), live, &f); err != nil {
				return err
			}
		}
	}
	if err := checkSessions(ctx, store, live, &f); err != nil {
		return err
	}
	return f.err()
}

// checkClinician checks one clinician's live bookings, and adds them to those of all.
func checkClinician(
	ctx context.Context, store desk.Store, who session.ClinicianID, live map[session.SessionID]booking.Booking, f *faults,
) error {
	var own []booking.Booking
	for b, err := range desk.All(func(page session.PageRequest) (session.Page[booking.Booking], error) {
		states := []booking.State{booking.Offered, booking.Confirmed}
		return store.Bookings(ctx, "", booking.Query{Clinician: who, States: states, Page: page})
	}) {
		if err != nil {
			return err
		}
		if other, twice := live[b.Session]; twice {
			f.add("A7", "session %s has two live bookings: %s and %s", b.Reference, other.ID, b.ID)
		}
		live[b.Session] = b
		for _, other := range own {
			if overlap(b, other) {
				f.add("A7", "%s has bookings %s and %s at once", who, b.ID, other.ID)
			}
		}
		own = append(own, b)
	}
	read, err := store.Load(ctx, desk.Want{Clinician: who, Around: season})
	if err != nil {
		return err
	}
	entries := make([]booking.Entry, 0, len(own))
	for _, b := range own {
		entries = append(entries, b.Entry())
	}
	order := func(a, b booking.Entry) int { return cmp.Compare(a.Booking, b.Booking) }
	slices.SortFunc(entries, order)
	slices.SortFunc(read.Diary.Entries, order)
	if !slices.Equal(entries, read.Diary.Entries) {
		f.add("A7", "the diary of %s holds %+v, and the live bookings are %+v", who, read.Diary.Entries, entries)
	}
	return nil
}

func overlap(a, b booking.Booking) bool {
	for _, span := range a.Spans() {
		if b.Entry().Overlaps(span) {
			return true
		}
	}
	return false
}

// checkSessions asks that each session says of its booking what the bookings say.
func checkSessions(
	ctx context.Context, store desk.Store, live map[session.SessionID]booking.Booking, f *faults,
) error {
	references := map[session.Reference]session.SessionID{}
	for _, p := range worker.Providers() {
		for island := range worker.Islands {
			for e, err := range desk.All(func(page session.PageRequest) (session.Page[session.CalendarEntry], error) {
				return store.Calendar(ctx, p, session.CalendarQuery{
					Practice: worker.PracticeOf(p, island), Within: season, Page: page,
				})
			}) {
				if err != nil {
					return err
				}
				s := e.Session
				if other, twice := references[s.Reference]; twice {
					f.add("S1", "sessions %s and %s have the reference %s", s.ID, other, s.Reference)
				}
				references[s.Reference] = s.ID
				if b := live[s.ID]; s.Booking != b.ID || (s.State == session.Filled) != (b.ID != "") {
					f.add("A7", "session %s is %s by %q, and its live booking is %q", s.Reference, s.State, s.Booking, b.ID)
				}
			}
		}
	}
	return nil
}
