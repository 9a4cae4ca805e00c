package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// july is all of it.
var july = calendar.Span{Start: at(1, 0), End: at(31, 23)}

// listed is a list by its items' ids.
type listed func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error)

// ids turns a page into one of ids.
func ids[T any](p session.Page[T], err error, id func(T) string) (session.Page[string], error) {
	out := session.Page[string]{Next: p.Next}
	for _, item := range p.Items {
		out.Items = append(out.Items, id(item))
	}
	return out, err
}

// lists are all that have pages and hold one item for each of the sessions that rows makes.
var lists = map[string]listed{
	"S4 calendar": func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error) {
		p, err := s.Calendar(ctx, "north", session.CalendarQuery{Practice: "leeds", Within: july, Page: page})
		return ids(p, err, func(e session.CalendarEntry) string { return string(e.Session.ID) })
	},
	"A2 find work": func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error) {
		p, err := s.FindWork(ctx, rota.Search{
			Clinician: "ada", Channel: session.Rota, Providers: []session.ProviderID{"north"}, Within: july, Page: page,
		})
		return ids(p, err, func(l rota.Listing) string { return string(l.Session.ID) })
	},
	"A4 applications of a session": func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error) {
		p, err := s.Applications(ctx, "s-001", 0, page)
		return ids(p, err, func(a rota.Application) string { return string(a.Clinician) })
	},
	"A8 applications of a clinician": func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error) {
		p, err := s.ApplicationsOf(ctx, "ada", page)
		return ids(p, err, func(a rota.ApplicationWithSession) string { return string(a.Session.ID) })
	},
	"A8 bookings of a clinician": func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error) {
		p, err := s.Bookings(ctx, "", booking.Query{Clinician: "ben", Page: page})
		return ids(p, err, func(b booking.Booking) string { return string(b.ID) })
	},
	"A8 bookings of a practice": func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error) {
		p, err := s.Bookings(ctx, "north", booking.Query{Practice: "leeds", Page: page})
		return ids(p, err, func(b booking.Booking) string { return string(b.ID) })
	},
	"P2 record": func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error) {
		p, err := s.Record(ctx, "north", desk.RecordQuery{Session: "s-001", Page: page})
		return ids(p, err, session.Event.Key)
	},
	"W4 cases": func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error) {
		p, err := s.Cases(ctx, "", withdrawal.CaseQuery{Page: page})
		return ids(p, err, func(c withdrawal.Case) string { return string(c.ID) })
	},
	"B3 messages": func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error) {
		p, err := s.Messages(ctx, "s-001", "ada", page)
		return ids(p, err, func(m booking.Message) string { return string(m.ID) })
	},
	"S2 due": func(ctx context.Context, s desk.Store, page session.PageRequest) (session.Page[string], error) {
		return s.Due(ctx, desk.DueExpiry, july.End, page)
	},
}

// row adds one item to each of the lists, in an order that is not that of the ids.
func row(t *test, s desk.Store, n int) {
	t.Helper()
	day := 2 + n*7%25
	open, worked := shift(10+n, day), shift(500+n, day)
	worked.Practice, worked.State = "york", session.Filled
	b := booked(500+n, worked, "ben")
	b.Practice = "leeds"
	mine, theirs := applied(open, "ada"), applied(shift(1, 14), session.ClinicianID(fmt.Sprintf("c-%03d", n)))
	mine.Applied, theirs.Applied = now.Add(time.Duration(day)*time.Minute), now.Add(time.Duration(day)*time.Minute)
	records := []session.Record{
		open, worked, b, keeps(int64(n)+1, b), mine, theirs,
		withdrawal.Case{ID: session.CaseID(fmt.Sprintf("k-%03d", n)), Version: 1, Session: open.ID, Provider: "north",
			Practice: "leeds", Booking: b.ID, State: withdrawal.CaseOpen, Via: withdrawal.ByForm, Received: now, Opened: now,
			Target: at(day, 9)},
		booking.Message{ID: session.MessageID(fmt.Sprintf("m-%03d", n)), Version: 1, Session: "s-001", Provider: "north",
			Practice: "leeds", Clinician: "ada", From: session.Clinician("p-ada", "ada"), Text: "t-1", Sent: at(day, 1)},
	}
	commit(t, s, change(fmt.Sprint("row-", n), records...), desk.Done)
}

// pages reads every list two at a time while others write: what was there when it began, and stayed, is there once,
// in order.
func pages(t *test) {
	const before, meanwhile = 9, 9
	for name, list := range lists {
		t.run(name, func(t *test) {
			s := t.open()
			commit(t, s, change("first", shift(1, 1)), desk.Done)
			for n := range before {
				row(t, s, n)
			}
			whole := all(t, s, list, session.MaxPageSize, nil)
			if len(whole) < before {
				t.Fatalf("%d items: %v", len(whole), whole)
			}
			same(t, "two at a time", whole, all(t, s, list, 2, nil))
			n := before
			got := all(t, s, list, 2, func() {
				if n < before+meanwhile {
					row(t, s, n)
					n++
				}
			})
			seen := map[string]int{}
			for _, id := range got {
				seen[id]++
			}
			kept := slices.DeleteFunc(slices.Clone(got), func(id string) bool { return !slices.Contains(whole, id) })
			same(t, "what was there from the beginning", whole, kept)
			for id, times := range seen {
				if times != 1 {
					t.Errorf("%s stands there %d times", id, times)
				}
			}
		})
	}
}

// all reads a list to its end, doing something between the pages.
func all(t *test, s desk.Store, list listed, limit int, between func()) []string {
	t.Helper()
	var items []string
	for req := (session.PageRequest{Limit: limit}); ; {
		p, err := list(t.Context(), s, req)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if len(p.Items) > limit {
			t.Fatalf("%d items on a page of %d", len(p.Items), limit)
		}
		items = append(items, p.Items...)
		if p.Next == "" {
			return items
		}
		req.After = p.Next
		if between != nil {
			between()
		}
	}
}

func cursors(t *test) {
	s := t.open()
	commit(t, s, change("first", shift(1, 1)), desk.Done)
	for n := range 4 {
		row(t, s, n)
	}
	next := map[string]string{}
	for name, list := range lists {
		p, err := list(t.Context(), s, session.PageRequest{Limit: 1})
		if err != nil || p.Next == "" {
			t.Fatalf("%s: %v, next %q", name, err, p.Next)
		}
		next[name] = p.Next
	}
	refused := func(t *test, list listed, req session.PageRequest, field string) {
		t.Helper()
		wrong := (*session.FieldError)(nil)
		if _, err := list(t.Context(), s, req); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%+v: %T %v", req, err, err)
		}
	}
	for name, list := range lists {
		t.run(name, func(t *test) {
			for other, cursor := range next {
				if other != name {
					refused(t, list, session.PageRequest{After: cursor}, "Page.After")
				}
			}
			for _, cursor := range []string{"x", "!!", next[name] + "=", next[name][1:]} {
				refused(t, list, session.PageRequest{After: cursor}, "Page.After")
			}
			refused(t, list, session.PageRequest{Limit: session.MaxPageSize + 1}, "Page.Limit")
			refused(t, list, session.PageRequest{Limit: -1}, "Page.Limit")
		})
	}
	q := session.CalendarQuery{Practice: "leeds", Within: july, Page: session.PageRequest{Limit: 1}}
	p, err := s.Calendar(t.Context(), "north", q)
	if err != nil {
		t.Fatalf("%v", err)
	}
	q.States, q.Page.After = []session.State{session.Open}, p.Next
	if _, err := s.Calendar(t.Context(), "north", q); err == nil {
		t.Errorf("the cursor of another filter is taken")
	}
}

func cancelled(t *test) {
	s := t.open()
	commit(t, s, change("first", shift(1, 1)), desk.Done)
	row(t, s, 0)
	before := view(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := map[string]func() error{
		"Load": func() error { _, err := s.Load(ctx, desk.Want{Session: "s-001"}); return err },
		"Outcome": func() error {
			_, err := s.Outcome(ctx, desk.CommandKey{Actor: "somebody", Command: "first"})
			return err
		},
		"Commit":     func() error { _, err := s.Commit(ctx, change("late", shift(2, 2))); return err },
		"Texts":      func() error { _, err := s.Texts(ctx, "t-1"); return err },
		"Settings":   func() error { _, err := s.Settings(ctx, "p-ada"); return err },
		"Policies":   func() error { _, err := s.Policies(ctx, "north"); return err },
		"Invoices":   func() error { _, err := s.Invoices(ctx, "b-001"); return err },
		"References": func() error { _, err := s.References(ctx, 1); return err },
	}
	for name, list := range lists {
		calls[name] = func() error { _, err := list(ctx, s, session.PageRequest{}); return err }
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	same(t, "after a cancelled commit", before, view(t, s))
}

// due asks each list just before its instant and at it.
func due(t *test) {
	s := t.open()
	var records []session.Record
	add := func(n, day int, state session.State, amend func(*booking.Booking)) {
		one := shift(n, day)
		one.State = state
		records = append(records, one)
		if amend == nil {
			return
		}
		b := booked(n, one, session.ClinicianID(fmt.Sprint("c-", n)))
		amend(&b)
		records = append(records, b, keeps(1, b))
	}
	add(1, 2, session.Open, nil)
	add(2, 3, session.Draft, nil)
	add(3, 4, session.Filled, func(*booking.Booking) {})
	add(4, 5, session.Filled, func(b *booking.Booking) { b.State, b.OfferedUntil = booking.Offered, at(4, 20) })
	add(5, 6, session.Filled, func(b *booking.Booking) {
		b.Pending = booking.Pending{Terms: terms(16, 8, 8), Since: now}
	})
	add(6, 17, session.Filled, func(b *booking.Booking) {
		b.Pending = booking.Pending{Terms: terms(7, 8, 8), Since: now}
	})
	add(7, 8, session.Withdrawn, nil)
	commit(t, s, change("all", append(records, everything()[5])...), desk.Done) // the fee
	moment := time.Microsecond
	for _, c := range []struct {
		what desk.Due
		at   time.Time
		want []string
	}{
		{desk.DueExpiry, at(2, 8).Add(-moment), nil},
		{desk.DueExpiry, at(2, 8), []string{"s-001"}},
		{desk.DueExpiry, at(3, 8), []string{"s-001", "s-002"}},
		{desk.DueExpiry, at(30, 0), []string{"s-001", "s-002"}},
		{desk.DueCompletion, at(4, 16).Add(-moment), nil},
		{desk.DueCompletion, at(4, 16), []string{"s-003"}},
		{desk.DueOffer, at(4, 20).Add(-moment), nil},
		{desk.DueOffer, at(4, 20), []string{"b-004"}},
		{desk.DueChange, at(6, 8).Add(-moment), nil},
		{desk.DueChange, at(6, 8), []string{"b-005"}},
		// The new start comes first: from then on nobody can take it.
		{desk.DueChange, at(7, 8), []string{"b-005", "b-006"}},
		{desk.DueFee, at(20, 12).Add(-moment), nil},
		{desk.DueFee, at(20, 12), []string{"b-001"}},
		{desk.DueRecheck, at(4, 8), []string{"b-003"}},
		{desk.DueRecheck, at(30, 0), []string{"b-003", "b-004", "b-005", "b-006"}},
	} {
		p, err := s.Due(t.Context(), c.what, c.at, session.PageRequest{})
		if err != nil || p.Next != "" {
			t.Fatalf("due %d: %v, next %q", c.what, err, p.Next)
		}
		if !slices.Equal(p.Items, c.want) {
			t.Errorf("due %d at %v: %v, want %v", c.what, c.at, p.Items, c.want)
		}
	}
}

func references(t *test) {
	s := t.open()
	var mu sync.Mutex
	taken := map[int64]bool{}
	var racers sync.WaitGroup
	for i := range 64 {
		racers.Go(func() {
			n := 1 + i%7
			first, err := s.References(t.Context(), n)
			mu.Lock()
			defer mu.Unlock()
			for number := first; number < first+int64(n); number++ {
				if err != nil || number < 1 || taken[number] {
					t.Errorf("number %d of a block of %d: %v", number, n, err)
				}
				taken[number] = true
			}
		})
	}
	racers.Wait()
	for _, n := range []int{0, -1} {
		if first, err := s.References(t.Context(), n); err == nil {
			t.Errorf("a block of %d begins with %d", n, first)
		}
	}
}
