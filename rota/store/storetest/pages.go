package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// readAll reads a list to its end, doing something between the pages.
func readAll(t *test, s Store, l list, limit int, between func(read []string)) []string {
	t.Helper()
	var items []string
	for req := (session.PageRequest{Limit: limit}); ; {
		p, err := l.read(t.Context(), s, req)
		if err != nil {
			t.Fatalf("a page: %v", err)
		}
		if len(p.Items) > limit {
			t.Fatalf("%d items on a page of %d", len(p.Items), limit)
		}
		if items = append(items, p.Items...); len(items) > 10_000 {
			t.Fatalf("the list goes round in circles")
		}
		if p.Next == "" {
			return items
		}
		req.After = p.Next
		if between != nil {
			between(p.Items)
		}
	}
}

// pages reads every list two at a time while others write: what was there when it began, and stayed, is there once,
// in order.
func pages(t *test) {
	s := t.open()
	rows := -1
	add := func(n int) {
		for range n {
			row(t, s, rows)
			rows++
		}
	}
	add(31) // more than there are days, so that some items have only their ids to be told apart by
	for _, l := range lists {
		t.of(l.rule).run(l.name, func(t *test) {
			want := l.expected(rows)
			t.same("all at once", want, readAll(t, s, l, session.MaxPageSize, nil))
			t.same("seven at a time", want, readAll(t, s, l, 7, nil))
			t.same("one page of the usual size", want[:min(len(want), session.PageSize)], firstPage(t, s, l))
			added := 0
			got := readAll(t, s, l, 9, func([]string) {
				if added < 2 {
					add(1)
					added++
				}
			})
			kept := slices.DeleteFunc(slices.Clone(got), func(id string) bool { return !slices.Contains(want, id) })
			t.same("what was there from the beginning, while others came", want, kept)
			slices.Sort(got)
			if once := slices.Compact(slices.Clone(got)); len(once) != len(got) {
				t.Errorf("something stands there twice: %v", got)
			}
		})
	}
	t.run("what was read leaves meanwhile", func(t *test) { leaving(t, s, rows) })
}

func firstPage(t *test, s Store, l list) []string {
	t.Helper()
	p, err := l.read(t.Context(), s, session.PageRequest{})
	if err != nil {
		t.Fatalf("the first page: %v", err)
	}
	return p.Items
}

// leaving withdraws each session once it was read: those that come after it are all there still.
func leaving(t *test, s Store, rows int) {
	const work = "find work on the rota"
	l := lists[slices.IndexFunc(lists, func(l list) bool { return l.name == work })]
	got := readAll(t, s, l, 4, func(read []string) {
		for _, id := range read {
			gone := next(t, s, session.Session{ID: session.SessionID(id)})
			gone.State = session.Withdrawn
			t.commit(s, change("gone-"+id, gone), desk.Done)
		}
	})
	t.same("a list that loses what was read of it", l.expected(rows), got)
	if left := readAll(t, s, l, session.MaxPageSize, nil); len(left) > 4 {
		t.Errorf("%d sessions are to be found after they were withdrawn", len(left))
	}
}

// cursors gives each list the cursors of the others, and what is none.
func cursors(t *test) {
	s := t.open()
	for n := -1; n < 4; n++ {
		row(t, s, n)
	}
	next := map[string]string{}
	for _, l := range lists {
		p, err := l.read(t.Context(), s, session.PageRequest{Limit: 1})
		if err != nil || p.Next == "" {
			t.Fatalf("%s: %v, next %q", l.name, err, p.Next)
		}
		next[l.name] = p.Next
	}
	for _, l := range lists {
		t.run(l.name, func(t *test) {
			refused := func(req session.PageRequest, field string) {
				t.Helper()
				wrong := (*session.FieldError)(nil)
				if _, err := l.read(t.Context(), s, req); !errors.As(err, &wrong) || wrong.Field != field {
					t.Errorf("%+v gives %T %v, want a field error of %s", req, err, err, field)
				}
			}
			for other, cursor := range next {
				if other != l.name {
					refused(session.PageRequest{After: cursor}, "Page.After")
				}
			}
			for _, cursor := range []string{"x", "!!", next[l.name] + "=", next[l.name][1:]} {
				refused(session.PageRequest{After: cursor}, "Page.After")
			}
			refused(session.PageRequest{Limit: session.MaxPageSize + 1}, "Page.Limit")
			refused(session.PageRequest{Limit: -1}, "Page.Limit")
		})
	}
	q := session.CalendarQuery{Practice: "leeds", Within: july, Page: session.PageRequest{Limit: 1}}
	p, err := s.Calendar(t.Context(), "north", q)
	if err != nil {
		t.Fatalf("the calendar: %v", err)
	}
	q.States, q.Page.After = []session.State{session.Open}, p.Next
	if _, err := s.Calendar(t.Context(), "north", q); err == nil {
		t.Errorf("the cursor of another filter is taken")
	}
	// The beginning of what can be found moves on with the clock, and a reader with it.
	search := rota.Search{Channel: session.Rota, Providers: []session.ProviderID{"north"}, Within: july}
	search.Page.Limit = 1
	found, err := s.FindWork(t.Context(), search)
	if err != nil {
		t.Fatalf("find work: %v", err)
	}
	search.Within.Start, search.Page.After = july.Start.Add(time.Minute), found.Next
	if _, err := s.FindWork(t.Context(), search); err != nil {
		t.Errorf("the cursor of a minute ago is refused: %v", err)
	}
}

// filters asks each list for a part of what there is.
func filters(t *test) {
	s := t.open()
	var records []session.Record
	add := func(n, day int, amend func(*session.Session)) session.Session {
		one := shift(n, day)
		amend(&one)
		records = append(records, one)
		return one
	}
	plain := func(*session.Session) {}
	add(1, 2, plain)
	add(2, 3, func(s *session.Session) { s.Terms.Role = "ANP" })
	add(3, 4, func(s *session.Session) { s.Terms.Rate = session.Pounds(700_00).PerSession() })
	add(4, 5, func(s *session.Session) { s.Practice = "york" })
	add(5, 6, func(s *session.Session) { s.State = session.Draft })
	add(6, 7, func(s *session.Session) { s.Channel = session.Marketplace })
	old := add(7, 8, func(s *session.Session) { s.State = session.Completed })
	young := add(8, 9, func(s *session.Session) { s.State, s.Practice = session.Filled, "york" })
	worked, held := booked(7, old, "ada"), booked(8, young, "ada")
	worked.State = booking.Completed
	shut, open := opened(7, worked), opened(8, held)
	shut.State = withdrawal.CaseRejected
	records = append(records, worked, held, keeps(1, held), shut, open,
		applied(shift(1, 2), "ada"), applied(shift(1, 2), "ben"))
	t.commit(s, change("all", records...), desk.Done)
	ended := []booking.State{booking.Completed, booking.NoShow}
	upTo, from := calendar.Span{Start: at(1, 0), End: at(9, 8)}, calendar.Span{Start: at(9, 8), End: at(30, 0)}
	rejected := []withdrawal.CaseState{withdrawal.CaseRejected}
	calendarFilters(t, s)
	workFilters(t, s)
	for name, c := range map[string]struct {
		q    booking.Query
		want []string
	}{
		"of a clinician":             {booking.Query{Clinician: "ada"}, []string{"b-000007", "b-000008"}},
		"of a clinician at practice": {booking.Query{Practice: "york"}, []string{"b-000008"}},
		"in one of two states":       {booking.Query{Clinician: "ada", States: ended}, []string{"b-000007"}},
		"up to a start":              {booking.Query{Clinician: "ada", Within: upTo}, []string{"b-000007"}},
		"from a start":               {booking.Query{Clinician: "ada", Within: from}, []string{"b-000008"}},
	} {
		page, err := s.Bookings(t.Context(), "north", c.q)
		p, err := ids(page, err, func(b booking.Booking) string { return string(b.ID) })
		t.of("A8").listed("bookings "+name, c.want, p, err)
	}
	for name, c := range map[string]struct {
		q    withdrawal.CaseQuery
		want []string
	}{
		"all":           {withdrawal.CaseQuery{}, []string{"k-000007", "k-000008"}},
		"of a practice": {withdrawal.CaseQuery{Practice: "york"}, []string{"k-000008"}},
		"in a state":    {withdrawal.CaseQuery{States: rejected}, []string{"k-000007"}},
	} {
		page, err := s.Cases(t.Context(), "north", c.q)
		p, err := ids(page, err, func(c withdrawal.Case) string { return string(c.ID) })
		t.of("W4").listed("cases "+name, c.want, p, err)
	}
	wholeLists(t, s, worked)
}

// wholeLists asks for what comes without pages: all of it.
func wholeLists(t *test, s Store, of booking.Booking) {
	t.Helper()
	late, early := billed(1, of), billed(2, of)
	late.Made, early.For = now.Add(time.Hour), booking.ForFee
	t.commit(s, change("bill-1", late), desk.Done)
	t.commit(s, change("bill-2", early), desk.Done)
	invoices, err := s.Invoices(t.Context(), of.ID)
	p, err := ids(session.Page[booking.Invoice]{Items: invoices}, err,
		func(i booking.Invoice) string { return string(i.ID) })
	t.of("B2").listed("invoices of a booking", []string{"i-000002", "i-000001"}, p, err)

	first := published("north")
	second := versioned(first, 2)
	t.commit(s, change("publish-1", first), desk.Done)
	t.commit(s, change("publish-2", second), desk.Done)
	policies, err := s.Policies(t.Context(), "north")
	if err != nil {
		t.of("W11").Errorf("policies: %v", err)
	}
	for what, all := range map[string]withdrawal.Policies{
		"policies of a provider": policies, "policies of a session": t.load(s, desk.Want{Session: of.Session}).Policies,
	} {
		all = slices.SortedFunc(slices.Values(all), func(a, b withdrawal.Policy) int { return a.Version - b.Version })
		t.of("W11").same(what, withdrawal.Policies{first, second}, all)
	}
}

// listed fails unless a page holds exactly some ids.
func (t *test) listed(what string, want []string, p session.Page[string], err error) {
	t.Helper()
	if err != nil || !slices.Equal(p.Items, want) {
		t.Errorf("%s: %v, %v; want %v", what, p.Items, err, want)
	}
}

func calendarFilters(t *test, s Store) {
	t.Helper()
	states := []session.State{session.Draft, session.Completed}
	for name, c := range map[string]struct {
		q    session.CalendarQuery
		want []string
	}{
		"all": {session.CalendarQuery{Within: july}, []string{
			"s-000001", "s-000002", "s-000003", "s-000005", "s-000006", "s-000007",
		}},
		"in one of two states": {session.CalendarQuery{Within: july, States: states}, []string{"s-000005", "s-000007"}},
		"from a start up to another": {session.CalendarQuery{Within: calendar.Span{Start: at(3, 8), End: at(6, 8)}}, []string{
			"s-000002", "s-000003",
		}},
		"one day": {session.CalendarQuery{Within: day(4)}, []string{"s-000003"}},
	} {
		c.q.Practice = "leeds"
		page, err := s.Calendar(t.Context(), "north", c.q)
		p, err := ids(page, err, func(e session.CalendarEntry) string { return string(e.Session.ID) })
		t.of("S4").listed("the calendar, "+name, c.want, p, err)
		for _, e := range page.Items {
			if want := map[session.SessionID]int{"s-000001": 2}[e.Session.ID]; e.Applicants != want {
				t.of("S4").Errorf("%s has %d applicants, not %d", e.Session.ID, e.Applicants, want)
			}
		}
	}
}

func workFilters(t *test, s Store) {
	t.Helper()
	from := july
	from.Start = at(3, 8)
	all, worth := []string{"s-000001", "s-000002", "s-000003", "s-000004"}, decimal.RequireFromString
	for name, c := range map[string]struct {
		q    rota.Search
		want []string
	}{
		"all":                 {rota.Search{Within: july}, all},
		"without an end":      {rota.Search{Within: calendar.Span{Start: at(4, 8)}}, []string{"s-000003", "s-000004"}},
		"from a start":        {rota.Search{Within: from}, []string{"s-000002", "s-000003", "s-000004"}},
		"of a role":           {rota.Search{Within: july, Role: "ANP"}, []string{"s-000002"}},
		"of a practice":       {rota.Search{Within: july, Practice: "york"}, []string{"s-000004"}},
		"worth at least":      {rota.Search{Within: july, MinWorth: worth("666.69")}, []string{"s-000003"}},
		"worth exactly":       {rota.Search{Within: july, MinWorth: worth("700.00")}, []string{"s-000003"}},
		"worth what most are": {rota.Search{Within: july, MinWorth: worth("666.68")}, all},
		"on the marketplace":  {rota.Search{Within: july, Channel: session.Marketplace}, []string{"s-000006"}},
	} {
		c.q.Clinician = "ada"
		if c.q.Channel == 0 {
			c.q.Channel, c.q.Providers = session.Rota, []session.ProviderID{"north"}
		}
		page, err := s.FindWork(t.Context(), c.q)
		p, err := ids(page, err, func(l rota.Listing) string { return string(l.Session.ID) })
		t.of("A2").listed("find work, "+name, c.want, p, err)
		for _, l := range page.Items {
			if first := l.Session.ID == "s-000001"; first != l.Applied || first != (l.Applicants == 2) {
				t.of("A2").Errorf("%s is listed with %d applicants, own %v", l.Session.ID, l.Applicants, l.Applied)
			}
		}
	}
	nowhere, err := s.FindWork(t.Context(), rota.Search{Clinician: "ada", Channel: session.Rota, Within: july})
	if err != nil || len(nowhere.Items) > 0 {
		t.of("A2").Errorf("a clinician of no provider finds %v, %v", nowhere.Items, err)
	}
}

// rounds closes a round of applications: those of an earlier one count no more (A4).
func rounds(t *test) {
	s := t.open()
	one := shift(1, 14)
	t.commit(s, change("post", one, applied(one, "ada"), applied(one, "ben")), desk.Done)
	one.Version, one.Round = 2, 1
	gone := applied(shift(1, 14), "ben")
	gone.Version, gone.State = 2, rota.Declined
	t.commit(s, change("again", one, applied(one, "ada"), applied(one, "cas"), applied(one, "dee"), gone), desk.Done)
	retracted := applied(one, "dee")
	retracted.Version, retracted.State = 2, rota.Retracted
	t.commit(s, change("retract", retracted), desk.Done)
	for round, want := range [][]string{{"ada", "ben"}, {"ada", "cas", "dee"}, nil} {
		p, err := s.Applications(t.Context(), one.ID, round, session.PageRequest{})
		if err != nil {
			t.Fatalf("applications: %v", err)
		}
		var who []string
		for _, a := range p.Items {
			who = append(who, string(a.Clinician))
		}
		slices.Sort(who)
		t.same(fmt.Sprintf("who applied in round %d", round), want, who)
	}
	cal, err := s.Calendar(t.Context(), "north", session.CalendarQuery{Practice: "leeds", Within: july})
	if err != nil || len(cal.Items) != 1 || cal.Items[0].Applicants != 2 {
		t.Errorf("the calendar counts %+v, %v; want 2 applicants", cal.Items, err)
	}
	read := t.load(s, desk.Want{Session: one.ID, Clinician: "ada"})
	t.same("the application of the round", applied(one, "ada"), read.Application)
	for who, known := range map[session.ClinicianID]bool{"ada": true, "ben": true, "eve": false} {
		if got := t.load(s, desk.Want{Session: one.ID, Clinician: who}).Known; got != known {
			t.of("B3").Errorf("that %s has applied is known: %v, want %v", who, got, known)
		}
	}
	one.Version, one.State = 3, session.Withdrawn
	t.commit(s, change("withdraw", one), desk.Done)
	cal, err = s.Calendar(t.Context(), "north", session.CalendarQuery{Practice: "leeds", Within: july})
	if err != nil || len(cal.Items) != 1 || cal.Items[0].Applicants != 0 {
		t.Errorf("a withdrawn session counts %+v, %v; want no applicants", cal.Items, err)
	}
}
