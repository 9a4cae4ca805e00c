package storetest

import (
	"slices"
	"sync"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// moment is the least difference of two instants.
const moment = time.Microsecond

// dueCase is what a list has to hold at an instant.
type dueCase struct {
	rule string
	what desk.Due
	at   time.Time
	want []string
}

func dueCases(t *test, s Store, cases []dueCase) {
	t.Helper()
	for _, c := range cases {
		p, err := s.Due(t.Context(), c.what, c.at, session.PageRequest{})
		if err != nil || p.Next != "" || !slices.Equal(p.Items, c.want) {
			t.of(c.rule).Errorf("due %d at %v: %v, next %q, %v; want %v", c.what, c.at, p.Items, p.Next, err, c.want)
		}
	}
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
		b := booked(n, one, clinicianOf(n))
		amend(&b)
		records = append(records, b, keeps(1, b))
	}
	add(1, 2, session.Open, nil)
	add(2, 3, session.Draft, nil)
	add(3, 4, session.Filled, func(*booking.Booking) {})
	add(4, 5, session.Filled, func(b *booking.Booking) { b.State, b.OfferedUntil = booking.Offered, at(4, 20) })
	add(5, 6, session.Filled, func(b *booking.Booking) {
		b.Pending = booking.Pending{Terms: terms(16, 8, 8), Since: now, By: session.System()}
	})
	add(6, 17, session.Filled, func(b *booking.Booking) {
		b.Pending = booking.Pending{Terms: terms(7, 8, 8), Since: now, By: session.System()}
	})
	add(7, 8, session.Withdrawn, nil)
	add(8, 18, session.Filled, func(b *booking.Booking) { b.State = booking.Offered }) // until the start
	records = append(records, claimed(booked(1, shift(1, 2), "ada")))
	t.commit(s, change("all", records...), desk.Done)
	dueCases(t, s, []dueCase{
		{"S2", desk.DueExpiry, at(2, 8).Add(-moment), nil},
		{"S2", desk.DueExpiry, at(2, 8), []string{"s-000001"}},
		{"S2", desk.DueExpiry, at(3, 8), []string{"s-000001", "s-000002"}},
		{"S2", desk.DueExpiry, at(30, 0), []string{"s-000001", "s-000002"}},
		{"S2", desk.DueCompletion, at(4, 16).Add(-moment), nil},
		{"S2", desk.DueCompletion, at(4, 16), []string{"s-000003"}},
		{"A1", desk.DueOffer, at(4, 20).Add(-moment), nil},
		{"A1", desk.DueOffer, at(4, 20), []string{"b-000004"}},
		{"A1", desk.DueOffer, at(18, 8).Add(-moment), []string{"b-000004"}},
		{"A1", desk.DueOffer, at(18, 8), []string{"b-000004", "b-000008"}},
		{"S5", desk.DueChange, at(6, 8).Add(-moment), nil},
		{"S5", desk.DueChange, at(6, 8), []string{"b-000005"}},
		// The new start comes first: from then on nobody can take it.
		{"S5", desk.DueChange, at(7, 8), []string{"b-000005", "b-000006"}},
		{"W7", desk.DueFee, at(20, 12).Add(-moment), nil},
		{"W7", desk.DueFee, at(20, 12), []string{"b-000001"}},
		{"A3", desk.DueRecheck, at(4, 8).Add(-moment), nil},
		{"A3", desk.DueRecheck, at(4, 8), []string{"b-000003"}},
		{"A3", desk.DueRecheck, at(30, 0), []string{"b-000003", "b-000004", "b-000005", "b-000006", "b-000008"}},
		{"N1", desk.DueReminder, at(4, 8).Add(-moment), nil},
		{"N1", desk.DueReminder, at(4, 8), []string{"b-000003"}},
		{"N1", desk.DueReminder, at(30, 0), []string{"b-000003", "b-000005", "b-000006"}},
	})
	if p, err := s.Due(t.Context(), 99, july.End, session.PageRequest{}); err == nil {
		t.Errorf("what is due of a kind that there isn't: %v", p.Items)
	}
	t.run("what was done, moved or frozen", func(t *test) { dueMoves(t, s) })
}

// dueMoves changes what is due: it leaves its lists, moves in them, and comes back.
func dueMoves(t *test, s Store) {
	t.Helper()
	moved, draft, frozen := next(t, s, shift(1, 2)), next(t, s, shift(2, 3)), next(t, s, shift(3, 4))
	taken, ended := next(t, s, booked(4, shift(4, 5), "x")), next(t, s, booked(6, shift(6, 17), "x"))
	moved.Terms, draft.State = terms(12, 8, 8), session.Open
	settled := claimed(booked(1, shift(1, 2), "ada"))
	settled.Version = 2
	of := opened(3, booked(3, shift(3, 4), clinicianOf(3)))
	reminded := next(t, s, booked(5, shift(5, 6), "x"))
	reminded.RemindedOf = reminded.Terms.Span.Start
	frozen.Case, taken.State, ended.State, settled.Due = of.ID, booking.Confirmed, booking.Cancelled, time.Time{}
	t.commit(s, change("move", moved, draft, frozen, of, taken, ended, reminded, settled), desk.Done)
	dueCases(t, s, []dueCase{
		{"S2", desk.DueExpiry, at(12, 8).Add(-moment), []string{"s-000002"}},
		{"S2", desk.DueExpiry, at(12, 8), []string{"s-000002", "s-000001"}},
		{"W4", desk.DueCompletion, at(30, 0), []string{"s-000004", "s-000005"}},
		{"A1", desk.DueOffer, at(30, 0), []string{"b-000008"}},
		{"S5", desk.DueChange, at(30, 0), []string{"b-000005"}},
		{"W7", desk.DueFee, at(30, 0), nil},
		{"A3", desk.DueRecheck, at(30, 0), []string{"b-000003", "b-000004", "b-000005", "b-000008"}},
		{"N1", desk.DueReminder, at(30, 0), []string{"b-000003", "b-000004"}},
	})
	frozen.Version, frozen.Case = frozen.Version+1, ""
	of.Version, of.State = 2, withdrawal.CaseRejected
	t.commit(s, change("thaw", frozen, of), desk.Done)
	dueCases(t, s, []dueCase{
		{"W4", desk.DueCompletion, at(30, 0), []string{"s-000003", "s-000004", "s-000005"}},
	})
}

// next is what a store keeps of a record, one version on.
func next[R session.Record](t *test, s Store, r R) R {
	t.Helper()
	kept := as[R](t.kept(s, r))
	return versioned(kept, kept.Revision()+1)
}

// references reserves blocks from many at once.
func references(t *test) {
	s := t.open()
	var mu sync.Mutex
	taken := map[int64]bool{}
	var racers sync.WaitGroup
	for i := range 4 * t.racers() {
		racers.Go(func() {
			n := 1 + i%7
			first, err := s.References(t.Context(), n)
			mu.Lock()
			defer mu.Unlock()
			for number := first; number < first+int64(n); number++ {
				if err != nil || number < 1 || taken[number] {
					t.Errorf("number %d of a block of %d that begins with %d: %v", number, n, first, err)
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
	first, err := s.References(t.Context(), 100_000)
	if err != nil || taken[first] || taken[first+99_999] {
		t.Errorf("a large block begins with %d: %v", first, err)
	}
}

// erased texts are kept without their words, and listed no more (P4).
func erased(t *test) {
	s := t.open()
	var records []session.Record
	classes := []session.TextClass{session.ReasonText, session.ReasonText, session.MessageText, session.CaseText}
	for n, class := range classes {
		text := note(n, shift(1, 14))
		text.Class, text.Written = class, at(2, n)
		text.By = []session.PersonID{"p-jo", "p-ada"}[n%2]
		records = append(records, text)
	}
	t.commit(s, change("write", append(records, shift(1, 14))...), desk.Done)
	list := func(what string, q session.TextQuery, want ...string) {
		t.Helper()
		page, err := s.TextsWritten(t.Context(), q)
		p, err := ids(page, err, func(t session.Text) string { return string(t.ID) })
		t.listed("texts "+what, want, p, err)
	}
	list("of a class", session.TextQuery{Class: session.ReasonText}, "t-000000", "t-000001")
	list("of an author", session.TextQuery{Author: "p-jo"}, "t-000000", "t-000002")
	list("before an instant", session.TextQuery{Author: "p-jo", Before: at(2, 2)}, "t-000000")
	list("before just after it", session.TextQuery{Author: "p-jo", Before: at(2, 2).Add(moment)}, "t-000000", "t-000002")
	list("of nobody", session.TextQuery{Author: "p-zoe"})
	gone := next(t, s, as[session.Text](records[0]))
	gone.Body, gone.By, gone.Erased = "", "", now
	t.commit(s, change("erase", gone), desk.Done)
	list("of a class, once erased", session.TextQuery{Class: session.ReasonText}, "t-000001")
	list("of an author, once erased", session.TextQuery{Author: "p-jo"}, "t-000002")
	texts, err := s.Texts(t.Context(), "t-000000", "t-000003", "nowhere")
	slices.SortFunc(texts, func(a, b session.Text) int { return a.Written.Compare(b.Written) })
	if err != nil {
		t.Fatalf("texts: %v", err)
	}
	t.same("the texts by id", []session.Record{gone, records[3]}, []session.Record{texts[0], texts[1]})
	t.same("what the record points to", 2, len(t.record(s, gone.Subject())))
	t.same("the text that was erased", gone, t.load(s, desk.Want{Text: gone.ID}).Text)
}
