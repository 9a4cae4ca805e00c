package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// on puts a session on a day of July 2026.
func on(day int) func(*session.Post) {
	return func(c *session.Post) { c.Start, c.End = wall(day, time.July, "08:00"), wall(day, time.July, "18:00") }
}

// finds returns the references that a search finds, page by page.
func (st *stage) finds(q rota.FindWork) []session.Reference {
	st.t.Helper()
	var all []session.Reference
	for _, l := range st.listings(q) {
		all = append(all, l.Session.Reference)
	}
	return all
}

func (st *stage) listings(q rota.FindWork) []rota.Listing {
	st.t.Helper()
	limit := q.Page.Limit
	return collect(st.t, desk.All(func(p session.PageRequest) (session.Page[rota.Listing], error) {
		q.Page = p
		q.Page.Limit = limit
		return st.desk.FindWork(st.t.Context(), q)
	}))
}

func references(all ...session.Session) []session.Reference {
	var list []session.Reference
	for _, s := range all {
		list = append(list, s.Reference)
	}
	return list
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if a, b := asJSON(t, got), asJSON(t, want); a != b {
		t.Errorf("%s:\ngot  %s\nwant %s", what, a, b)
	}
}

func TestA2FindWork(t *testing.T) {
	st := newStage(t)
	late := st.posts(on(20))
	early := st.posts(on(10))
	york := st.posts(on(15), func(c *session.Post) { c.Command, c.Practice = st.do(byYork), "york" })
	bath := st.atBath(on(16))
	anp := st.posts(on(17), func(c *session.Post) { c.Role = "ANP" })
	rich := st.posts(on(18), func(c *session.Post) { c.Rate.Amount = dec("100") })
	market := st.posts(on(19), func(c *session.Post) { c.Channel = session.Marketplace })
	st.posts(on(21), func(c *session.Post) { c.Draft = true })
	gone := st.posts(on(22))
	st.ok(rota.Allocate{Command: st.do(byManager), Session: gone.ID, Clinician: "pat"})

	at := func(first, last int) calendar.Span {
		return calendar.Span{
			Start: time.Date(2026, 7, first, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 7, last, 0, 0, 0, 0, time.UTC),
		}
	}
	for _, c := range []struct {
		name string
		q    rota.FindWork
		want []session.Session
	}{
		{"A2 the rota of one's providers, in order of start", rota.FindWork{By: byAda, Channel: session.Rota},
			[]session.Session{early, york, bath, anp, rich, late}},
		{"A2 the marketplace apart", rota.FindWork{By: byAda, Channel: session.Marketplace}, []session.Session{market}},
		{"A3 others' rota isn't shown", rota.FindWork{By: byCas, Channel: session.Rota}, []session.Session{bath}},
		{"A2 by date", rota.FindWork{By: byAda, Channel: session.Rota, Within: at(15, 17)}, []session.Session{york, bath}},
		{"A2 from a date on", rota.FindWork{By: byAda, Channel: session.Rota, Within: calendar.Span{Start: at(18, 19).Start}},
			[]session.Session{rich, late}},
		{"A2 by role", rota.FindWork{By: byAda, Channel: session.Rota, Role: "ANP"}, []session.Session{anp}},
		{"A2 by practice", rota.FindWork{By: byAda, Channel: session.Rota, Practice: "york"}, []session.Session{york}},
		{"A2 by pay, exactly", rota.FindWork{By: byAda, Channel: session.Rota, MinWorth: dec("900")}, []session.Session{rich}},
		{"A2 by pay, a penny more", rota.FindWork{By: byAda, Channel: session.Rota, MinWorth: dec("900.01")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			same(t, "found", st.finds(c.q), references(c.want...))
			c.q.Page.Limit = 1
			same(t, "found one by one", st.finds(c.q), references(c.want...))
		})
	}
	t.Run("A2 what has started is not shown", func(t *testing.T) {
		st.at("2026-07-10T07:00:00Z")
		defer st.at("2026-07-02T09:00:00Z")
		same(t, "found", st.finds(rota.FindWork{By: byAda, Channel: session.Rota, Practice: "leeds", Role: "GP"}), references(rich, late))
	})
	t.Run("A3 only on a date when one is eligible", func(t *testing.T) {
		st.clinician("ben", func(f *rota.ClinicianFacts) {
			f.Documents[0].Expires = calendar.MustDate(2026, 7, 17)
			f.Memberships[0].From = calendar.MustDate(2026, 7, 15)
		})
		same(t, "found", st.finds(rota.FindWork{By: byBen, Channel: session.Rota}), references(york, anp))
		st.clinician("ben", func(f *rota.ClinicianFacts) { f.Roles = []session.Role{"ANP"} })
		same(t, "found", st.finds(rota.FindWork{By: byBen, Channel: session.Rota}), references(anp))
	})
}

func TestA2CountsApplicants(t *testing.T) {
	st := newStage(t)
	s := st.posts()
	words := func(by session.Actor) string {
		t.Helper()
		all := st.listings(rota.FindWork{By: by, Channel: session.Rota})
		if len(all) != 1 {
			t.Fatalf("A2: %d found", len(all))
		}
		return fmt.Sprint(all[0].Applicants, all[0].Applied, " ", all[0].Words())
	}
	same(t, "A2 before", words(byAda), "0 false Nobody has applied yet")
	a := st.applies(byAda, s)
	b := st.applies(byBen, s)
	same(t, "A2 one's own", words(byAda), "2 true You and 1 other have applied")
	same(t, "A2 others'", words(byPat), "2 false 2 clinicians have applied")
	st.ok(rota.Retract{Command: st.do(byAda), Application: a.Application.ID})
	same(t, "A2 after retracting", words(byAda), "1 false 1 clinician has applied")
	st.ok(rota.Decline{Command: st.do(byLeeds), Application: b.Application.ID})
	same(t, "A2 after declining", words(byBen), "0 false Nobody has applied yet")
	st.applies(byAda, s)
	same(t, "A2 after applying anew", words(byAda), "1 true You have applied")
}

// TestA2PagesStayStable posts and fills between two pages.
func TestA2PagesStayStable(t *testing.T) {
	st := newStage(t)
	var posted []session.Session
	for day := 10; day < 20; day++ {
		posted = append(posted, st.posts(on(day)))
	}
	q := rota.FindWork{By: byAda, Channel: session.Rota, Page: session.PageRequest{Limit: 3}}
	var seen []session.Reference
	for pages := 0; ; pages++ {
		page := must[session.Page[rota.Listing]](t)(st.desk.FindWork(t.Context(), q))
		for _, l := range page.Items {
			seen = append(seen, l.Session.Reference)
		}
		if page.Next == "" {
			break
		}
		if pages == 0 {
			st.posts(on(9))  // before what was read: not seen any more
			st.posts(on(11)) // likewise
			st.at("2026-07-02T09:30:00Z")
			st.ok(rota.Allocate{Command: st.do(byManager), Session: posted[1].ID, Clinician: "pat"}) // read already
			st.ok(rota.Allocate{Command: st.do(byManager), Session: posted[5].ID, Clinician: "pat"}) // not read yet
		}
		q.Page.After = page.Next
	}
	same(t, "A2", seen, references(slices.Delete(slices.Clone(posted), 5, 6)...))
	q.Role = "GP"
	if _, err := st.desk.FindWork(t.Context(), q); named(err) != "Page.After" {
		t.Errorf("A2: a cursor of another filter: %v", err)
	}
}

func TestS4Calendar(t *testing.T) {
	st := newStage(t)
	filled := st.books(on(14)).Session
	open := st.posts(on(15))
	st.applies(byAda, open)
	st.applies(byBen, open)
	draft := st.posts(on(31), func(c *session.Post) { c.Draft = true })
	august := st.posts(func(c *session.Post) { c.Start, c.End = wall(1, time.August, "00:00"), wall(1, time.August, "08:00") })
	night := st.posts(func(c *session.Post) { c.Start, c.End = wall(31, time.July, "23:59"), wall(1, time.August, "08:00") })
	st.posts(on(14), func(c *session.Post) { c.Command, c.Practice = st.do(byYork), "york" })
	leeds := must[session.PracticeFacts](t)(st.dir.Practice(t.Context(), "leeds"))
	month := must[calendar.Span](t)(leeds.Month(2026, time.July))
	day := must[calendar.Span](t)(leeds.Day(calendar.MustDate(2026, 7, 14)))
	for _, c := range []struct {
		name string
		q    session.CalendarQuery
		want []session.Session
	}{
		{"by month, at the practice", session.CalendarQuery{Within: month}, []session.Session{filled, open, draft, night}},
		{"by date", session.CalendarQuery{Within: day}, []session.Session{filled}},
		{"by state", session.CalendarQuery{Within: month, States: []session.State{session.Open}}, []session.Session{open, night}},
		{"by states", session.CalendarQuery{Within: month, States: []session.State{session.Filled, session.Draft}},
			[]session.Session{filled, draft}},
		{"in August", session.CalendarQuery{Within: must[calendar.Span](t)(leeds.Month(2026, time.August))}, []session.Session{august}},
	} {
		for _, by := range []session.Actor{byLeeds, byManager, bySupport, bySystem} {
			t.Run("S4 "+c.name+" "+by.Capacity.String(), func(t *testing.T) {
				c.q.Practice = "leeds"
				var got []session.Reference
				for _, e := range collect(t, desk.All(func(p session.PageRequest) (session.Page[session.CalendarEntry], error) {
					c.q.Page = session.PageRequest{After: p.After, Limit: 2}
					return st.desk.Calendar(t.Context(), by, c.q)
				})) {
					got = append(got, e.Session.Reference)
					want := 0
					if e.Session.ID == open.ID {
						want = 2
					}
					if e.Applicants != want {
						t.Errorf("S4: %s has %d applicants", e.Session.Reference, e.Applicants)
					}
				}
				same(t, "S4", got, references(c.want...))
			})
		}
	}
	_, err := st.desk.Calendar(t.Context(), byAda, session.CalendarQuery{Practice: "leeds", Within: month})
	if named(err) != "Practice" {
		t.Errorf("S4: a clinician sees the calendar: %v", err)
	}
}

// TestA8Diary lists what a clinician is booked into, has applied for, has worked and has lost.
func TestA8Diary(t *testing.T) {
	st := newStage(t)
	worked := st.books(on(3)).Session
	st.at("2026-07-03T17:00:00Z")
	st.ok(booking.Complete{Command: st.do(bySystem), Session: worked.ID})
	booked := st.books(on(14)).Session
	allocated := st.posts(on(15))
	st.ok(rota.Allocate{Command: st.do(byManager), Session: allocated.ID, Clinician: "ada"})
	applied := st.posts(on(16))
	st.applies(byAda, applied)
	lost := st.posts(on(17))
	st.applies(byAda, lost)
	st.ok(rota.Allocate{Command: st.do(byManager), Session: lost.ID, Clinician: "ben"})
	cancelled := st.books(on(20))
	st.ok(withdrawal.CancelBooking{
		Command: st.do(byAda), Booking: cancelled.Booking.ID, Shown: st.cancellation(byAda, cancelled.Booking.ID),
	})
	abroad := st.atBath(on(21))
	a := st.applies(byAda, abroad)
	st.ok(rota.Accept{Command: st.do(byBath), Application: a.Application.ID})

	bookings := collect(t, desk.All(func(p session.PageRequest) (session.Page[booking.Booking], error) {
		return st.desk.Bookings(t.Context(), byAda, booking.Query{Page: session.PageRequest{After: p.After, Limit: 2}})
	}))
	applications := collect(t, desk.All(func(p session.PageRequest) (session.Page[rota.ApplicationWithSession], error) {
		return st.desk.Applications(t.Context(), byAda, session.PageRequest{After: p.After, Limit: 2})
	}))
	if !slices.IsSortedFunc(applications, func(a, b rota.ApplicationWithSession) int {
		return b.Application.Applied.Compare(a.Application.Applied)
	}) {
		t.Error("A8: the latest application isn't first")
	}
	leeds := must[session.PracticeFacts](t)(st.dir.Practice(t.Context(), "leeds"))
	items := must[[]rota.DiaryItem](t)(rota.Diary(bookings, applications, func(session.PracticeID) *calendar.Calendar { return leeds.Calendar }))
	same(t, "A8 in one call", must[[]rota.DiaryItem](t)(st.desk.Diary(t.Context(), byAda, calendar.Span{})), items)
	if _, err := st.desk.Diary(t.Context(), byLeeds, calendar.Span{}); typed(t, err) != "forbidden" {
		t.Errorf("P1: a practice has a diary: %v", err)
	}
	var got []string
	for _, item := range items {
		got = append(got, fmt.Sprintf("%s %s", item.Date, item.Class))
	}
	same(t, "A8", got, []string{
		"2026-07-03 worked", "2026-07-14 booked", "2026-07-15 booked", "2026-07-16 applied", "2026-07-17 lost", "2026-07-20 lost",
		"2026-07-21 booked",
	})
	if n := len(rota.OfClass(items, rota.DiaryBooked)); n != 3 || items[1].Session != booked.ID {
		t.Errorf("A8: %d are booked", n)
	}
	states := must[session.Page[booking.Booking]](t)(st.desk.Bookings(t.Context(), byAda, booking.Query{
		Clinician: "ada", States: []booking.State{booking.Cancelled},
	}))
	if len(states.Items) != 1 || states.Items[0].ID != cancelled.Booking.ID {
		t.Errorf("A8: cancelled are %+v", states.Items)
	}
	for _, by := range []session.Actor{byLeeds, byManager, bySupport} {
		page := must[session.Page[booking.Booking]](t)(st.desk.Bookings(t.Context(), by, booking.Query{Practice: "leeds"}))
		if len(page.Items) != 5 {
			t.Errorf("%s sees %d bookings of Leeds", by.Capacity, len(page.Items))
		}
	}
	if _, err := st.desk.Bookings(t.Context(), byManager, booking.Query{Clinician: "ada"}); named(err) != "Practice" {
		t.Errorf("P1: a manager reads a clinician's diary: %v", err)
	}
	if _, err := st.desk.Applications(t.Context(), byLeeds, session.PageRequest{}); typed(t, err) != "forbidden" {
		t.Errorf("P1: a practice has applications of its own: %v", err)
	}
}

// TestW4CasesAreListedByTarget opens three, with hours on weekdays.
func TestW4CasesAreListedByTarget(t *testing.T) {
	st := newStage(t)
	first := st.opens()
	second := st.bathOpens()
	all := must[session.Page[withdrawal.Case]](t)(st.desk.Cases(t.Context(), bySupport, withdrawal.CaseQuery{}))
	if len(all.Items) != 2 || all.Items[0].ID != first.ID || all.Items[1].ID != second.ID {
		t.Errorf("W4: support sees %+v", all.Items)
	}
	st.ok(withdrawal.RejectCase{Command: st.do(bySupport), Case: first.ID, Reason: "It is too late."})
	open := withdrawal.CaseQuery{States: []withdrawal.CaseState{withdrawal.CaseOpen}}
	for by, want := range map[session.Actor]int{bySupport: 1, byManager: 0, byLeeds: 0, bySouth: 1, byBath: 1, bySystem: 1} {
		if page := must[session.Page[withdrawal.Case]](t)(st.desk.Cases(t.Context(), by, open)); len(page.Items) != want {
			t.Errorf("W4: %s sees %d open cases", by.Key(), len(page.Items))
		}
	}
	if page := must[session.Page[withdrawal.Case]](t)(st.desk.Cases(t.Context(), byManager, withdrawal.CaseQuery{Practice: "york"})); len(page.Items) != 0 {
		t.Errorf("W4: York has %d cases", len(page.Items))
	}
	if _, err := st.desk.Cases(t.Context(), byAda, open); typed(t, err) != "forbidden" {
		t.Errorf("W4: a clinician sees cases: %v", err)
	}
}

// TestB3Messages stand with their session, each clinician's apart.
func TestB3Messages(t *testing.T) {
	st := newStage(t)
	s := st.posts()
	st.applies(byAda, s)
	st.applies(byBen, s)
	for i, m := range []booking.SendMessage{
		{Command: st.do(byAda), Body: "Is there a car park?"}, {Command: st.do(byLeeds), To: "ada", Body: "  Yes, behind the house. "},
		{Command: st.do(byBen), Body: "Can I start at nine?"}, {Command: st.do(byManager), To: "ada", Body: "<b>See you.</b>"},
	} {
		m.Session = s.ID
		st.at(opening.Add(time.Duration(i) * time.Minute).Format(time.RFC3339Nano))
		st.ok(m)
	}
	read := func(by session.Actor, with session.ClinicianID) []string {
		t.Helper()
		var words []string
		for _, n := range collect(t, desk.All(func(p session.PageRequest) (session.Page[desk.Note], error) {
			return st.desk.Messages(t.Context(), by, s.ID, with, session.PageRequest{After: p.After, Limit: 2})
		})) {
			words = append(words, n.Message.From.Capacity.String()+": "+n.Text.Body)
		}
		return words
	}
	ada := []string{"clinician: Is there a car park?", "practice: Yes, behind the house.", "rota_manager: <b>See you.</b>"}
	for _, by := range []session.Actor{byLeeds, byManager, bySupport, byAda} {
		same(t, "B3 "+by.Capacity.String(), read(by, "ada"), ada)
	}
	same(t, "B3 a clinician reads only their own", read(byBen, "ada"), []string{"clinician: Can I start at nine?"})
	same(t, "B3 nothing was written", read(byPat, ""), nil)
	if _, err := st.desk.Messages(t.Context(), byLeeds, s.ID, "", session.PageRequest{}); named(err) != "With" {
		t.Errorf("B3: got %v", err)
	}
	_, err := st.desk.SendMessage(t.Context(), booking.SendMessage{Command: st.do(byPat), Session: s.ID, Body: "Hello."})
	if typed(t, err) != "forbidden" {
		t.Errorf("B3: a stranger writes: %v", err)
	}
}

// TestA5Ranking orders the applicants by the host's score, ties by time.
func TestA5Ranking(t *testing.T) {
	st := newStage(t)
	s := st.posts(func(c *session.Post) { c.Choosing = session.Ranked })
	for i, by := range []session.Actor{byBen, byAda, byPat} {
		st.at(opening.Add(time.Duration(i) * time.Minute).Format(time.RFC3339Nano))
		st.applies(by, s)
	}
	rank := func(d *desk.Desk, by session.Actor) []string {
		t.Helper()
		var got []string
		for _, r := range must[[]rota.Ranked](t)(d.Ranking(t.Context(), by, s.ID)) {
			got = append(got, fmt.Sprintf("%s %g", r.Clinician.ID, r.Score))
		}
		return got
	}
	same(t, "A5 by time", rank(st.desk, byLeeds), []string{"ben 0", "ada 0", "pat 0"})
	scored := st.another(func(o *desk.Options) {
		o.Score = func(_ session.Session, c rota.Candidate) float64 {
			return map[session.ClinicianID]float64{"pat": 2, "ada": 1, "ben": 1}[c.Clinician.ID]
		}
	})
	for _, by := range []session.Actor{byLeeds, byManager, bySupport} {
		same(t, "A5 by score", rank(scored, by), []string{"pat 2", "ben 1", "ada 1"})
	}
	id := rota.ApplicationID(s.ID, s.Round, "pat")
	st.ok(rota.Retract{Command: st.do(byPat), Application: id})
	same(t, "A5 without who retracted", rank(scored, byLeeds), []string{"ben 1", "ada 1"})
	for name, err := range map[string]error{
		"ranking":    second(st.desk.Ranking(t.Context(), byAda, s.ID)),
		"applicants": second(st.desk.Applicants(t.Context(), byAda, s.ID, session.PageRequest{})),
		"record":     second(st.desk.Record(t.Context(), byAda, s.ID, session.PageRequest{})),
	} {
		if typed(t, err) != "forbidden" {
			t.Errorf("P1: Ada reads the %s: %v", name, err)
		}
	}
	page := must[session.Page[rota.Application]](t)(st.desk.Applicants(t.Context(), byLeeds, s.ID, session.PageRequest{}))
	if len(page.Items) != 3 || page.Items[2].State != rota.Retracted {
		t.Errorf("A4: the applicants are %+v", page.Items)
	}
}

func second[T any](_ T, err error) error { return err }

// TestAll goes through pages, stops when told, and ends with an error.
func TestAll(t *testing.T) {
	pages := []session.Page[int]{{Items: []int{1, 2}, Next: "a"}, {Next: "b"}, {Items: []int{3}}}
	var asked []string
	list := func(p session.PageRequest) (session.Page[int], error) {
		asked = append(asked, p.After)
		return pages[len(asked)-1], nil
	}
	same(t, "all", collect(t, desk.All(list)), []int{1, 2, 3})
	same(t, "pages", strings.Join(asked, ","), ",a,b")
	asked = nil
	for range desk.All(list) {
		break
	}
	same(t, "pages of who stopped", len(asked), 1)
	broken := errors.New("the store is away")
	n := 0
	for item, err := range desk.All(func(p session.PageRequest) (session.Page[int], error) {
		if p.After == "a" {
			return session.Page[int]{}, broken
		}
		return pages[0], nil
	}) {
		if n++; n == 3 && (item != 0 || !errors.Is(err, broken)) {
			t.Errorf("got %d, %v", item, err)
		}
	}
	same(t, "items and an error", n, 3)
}
