package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// idPage is a page of ids.
type idPage = session.Page[string]

type pageRequest = session.PageRequest

// place is where an item stands in a list: by time, then by id.
type place struct {
	at int64
	id string
}

// list is a list by its items' ids.
type list struct {
	rule, name string
	read       func(ctx context.Context, s Store, page session.PageRequest) (idPage, error)
	// items are what a row adds to it; row -1 is the session that all begin with.
	items func(n int) []place
}

// ids turns a page into one of ids.
func ids[T any](p session.Page[T], err error, id func(T) string) (idPage, error) {
	out := session.Page[string]{Next: p.Next}
	for _, item := range p.Items {
		out.Items = append(out.Items, id(item))
	}
	return out, err
}

// rowDay is the day of July of a row, in an order that is not that of the rows.
func rowDay(n int) int { return 2 + n*7%25 }

// rowTerms are those of what is worked in a row: nobody works two at once.
func rowTerms(n int) session.Terms { return terms(rowDay(n), []int{8, 16, 0}[n/25%3], 8) }

// The records of a row. Its session is open, the one that is worked is another practice's.
func rowOpen(n int) session.Session {
	if n < 0 {
		return shift(1, 1)
	}
	return shift(1000+n, rowDay(n))
}

func rowBooking(n int) (session.Session, booking.Booking) {
	of := shift(5000+n, rowDay(n))
	of.Practice, of.State, of.Terms = "york", session.Filled, rowTerms(max(n, 0))
	b := booked(5000+n, of, "ben")
	b.Practice = "leeds"
	of.Booking = b.ID
	return of, b
}

func rowMarket(n int) session.Session {
	s := shift(9000+n, rowDay(n))
	s.Channel, s.Practice = session.Marketplace, "hull"
	return s
}

func rowApplied(n int) (mine, theirs rota.Application) {
	mine, theirs = applied(rowOpen(n), "ada"), applied(shift(1, 1), clinicianOf(n))
	mine.Applied = at(rowDay(n), 1).Add(time.Duration(n) * time.Microsecond)
	theirs.Applied = mine.Applied
	return mine, theirs
}

func rowMessage(n int) booking.Message {
	m := wrote(5000+n, shift(1, 1), "ada")
	m.Sent = at(rowDay(n), 2)
	return m
}

func rowText(n int) session.Text {
	text := note(5000+n, shift(1, 1))
	text.Written, text.By = at(rowDay(n), 3), "p-jo"
	return text
}

func rowCase(n int) withdrawal.Case {
	_, b := rowBooking(n)
	c := opened(5000+n, b)
	c.Target = at(rowDay(n), 9)
	return c
}

// row adds one item at least to each of the lists.
func row(t *test, s Store, n int) {
	t.Helper()
	if n < 0 {
		t.commit(s, change("row-first", rowOpen(n)), desk.Done)
		return
	}
	worked, b := rowBooking(n)
	mine, theirs := rowApplied(n)
	f := claimed(b)
	f.Due = at(rowDay(n), 11)
	t.commit(s, change(fmt.Sprint("row-", n), rowOpen(n), worked, rowMarket(n), b, keeps(int64(n)+1, b), mine, theirs,
		rowCase(n), f, rowMessage(n), rowText(n)), desk.Done)
}

// one is the place of one item that each row but the first adds.
func one(n int, of func() (time.Time, string)) []place {
	if n < 0 {
		return nil
	}
	at, id := of()
	return []place{{at.UnixMicro(), id}}
}

func rowStart[T ~string](n int, id T) []place {
	return one(n, func() (time.Time, string) { return at(rowDay(n), 8), string(id) })
}

func openItems(n int) []place {
	s := rowOpen(n)
	return []place{{s.Terms.Span.Start.UnixMicro(), string(s.ID)}}
}

func bookingItems(n int) []place {
	_, b := rowBooking(n)
	return one(n, func() (time.Time, string) { return b.Terms.Span.Start, string(b.ID) })
}

func textItems(n int) []place {
	return one(n, func() (time.Time, string) { return rowText(n).Written, string(rowText(n).ID) })
}

// expected is what a list holds once some rows were added, in order.
func (l list) expected(rows int) []string {
	var all []place
	for n := -1; n < rows; n++ {
		all = append(all, l.items(n)...)
	}
	slices.SortStableFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id))
	})
	var ids []string
	for _, p := range all {
		ids = append(ids, p.id)
	}
	return ids
}

// lists are all that have pages.
var lists = []list{
	{"S4", "the calendar of a practice", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.Calendar(ctx, "north", session.CalendarQuery{Practice: "leeds", Within: july, Page: page})
		return ids(p, err, func(e session.CalendarEntry) string { return string(e.Session.ID) })
	}, openItems},
	{"A2", "find work on the rota", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.FindWork(ctx, rota.Search{
			Clinician: "ada", Channel: session.Rota, Providers: []session.ProviderID{"east", "north"}, Within: july, Page: page,
		})
		return ids(p, err, func(l rota.Listing) string { return string(l.Session.ID) })
	}, openItems},
	{"A2", "find work on the marketplace", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.FindWork(ctx, rota.Search{Clinician: "ada", Channel: session.Marketplace, Within: july, Page: page})
		return ids(p, err, func(l rota.Listing) string { return string(l.Session.ID) })
	}, func(n int) []place { return rowStart(n, rowMarket(n).ID) }},
	{"A4", "applications of a session", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.Applications(ctx, "s-000001", 0, page)
		return ids(p, err, func(a rota.Application) string { return string(a.Clinician) })
	}, func(n int) []place {
		_, a := rowApplied(n)
		return one(n, func() (time.Time, string) { return a.Applied, string(a.Clinician) })
	}},
	{"A8", "applications of a clinician", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.ApplicationsOf(ctx, "ada", page)
		return ids(p, err, func(a rota.ApplicationWithSession) string { return string(a.Session.ID) })
	}, func(n int) []place {
		if n < 0 {
			return nil
		}
		a, _ := rowApplied(n)
		return []place{{-a.Applied.UnixMicro(), string(a.Session)}} // the latest first
	}},
	{"A8", "bookings of a clinician", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.Bookings(ctx, "", booking.Query{Clinician: "ben", Page: page})
		return ids(p, err, func(b booking.Booking) string { return string(b.ID) })
	}, bookingItems},
	{"A8", "bookings of a practice", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.Bookings(ctx, "north", booking.Query{Practice: "leeds", Within: july, Page: page})
		return ids(p, err, func(b booking.Booking) string { return string(b.ID) })
	}, bookingItems},
	{"P2", "the record of a session", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.Record(ctx, "north", desk.RecordQuery{Session: "s-000001", Page: page})
		return ids(p, err, session.Event.Key)
	}, func(n int) []place {
		// In the order of the commits, and of each commit's events.
		subjects := []session.Record{rowOpen(-1)}
		if n >= 0 {
			_, theirs := rowApplied(n)
			subjects = []session.Record{theirs, rowMessage(n), rowText(n)}
		}
		var places []place
		for i, r := range subjects {
			e := session.Event{Subject: r.Subject(), Version: 1, Kind: "thing.happened"}
			places = append(places, place{int64(10*n + i), e.Key()})
		}
		return places
	}},
	{"W4", "cases", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.Cases(ctx, "", withdrawal.CaseQuery{Page: page})
		return ids(p, err, func(c withdrawal.Case) string { return string(c.ID) })
	}, func(n int) []place {
		return one(n, func() (time.Time, string) { return rowCase(n).Target, string(rowCase(n).ID) })
	}},
	{"B3", "messages", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.Messages(ctx, "s-000001", "ada", page)
		return ids(p, err, func(m booking.Message) string { return string(m.ID) })
	}, func(n int) []place {
		return one(n, func() (time.Time, string) { return rowMessage(n).Sent, string(rowMessage(n).ID) })
	}},
	{"P4", "texts of a class", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.TextsWritten(ctx, session.TextQuery{Class: session.MessageText, Before: july.End, Page: page})
		return ids(p, err, func(t session.Text) string { return string(t.ID) })
	}, textItems},
	{"P4", "texts of an author", func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		p, err := s.TextsWritten(ctx, session.TextQuery{Author: "p-jo", Page: page})
		return ids(p, err, func(t session.Text) string { return string(t.ID) })
	}, textItems},
	{"S2", "due to expire", dueList(desk.DueExpiry), func(n int) []place {
		return append(openItems(n), rowStart(n, rowMarket(n).ID)...)
	}},
	{"S2", "due to be completed", dueList(desk.DueCompletion), func(n int) []place {
		of, _ := rowBooking(n)
		return one(n, func() (time.Time, string) { return of.Terms.Span.End, string(of.ID) })
	}},
	{"A3", "due to be checked again", dueList(desk.DueRecheck), bookingItems},
	{"N1", "due to be reminded of", dueList(desk.DueReminder), bookingItems},
	{"W7", "fees that are due", dueList(desk.DueFee), func(n int) []place {
		_, b := rowBooking(n)
		return one(n, func() (time.Time, string) { return at(rowDay(n), 11), string(b.ID) })
	}},
}

func dueList(what desk.Due) func(context.Context, Store, session.PageRequest) (idPage, error) {
	return func(ctx context.Context, s Store, page pageRequest) (idPage, error) {
		return s.Due(ctx, what, july.End, page)
	}
}
