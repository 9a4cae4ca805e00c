package reports_test

import (
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// lives plays ordinary lives of sessions at one practice: posted, three apply, one of them is accepted, it is worked,
// the hours are stated and approved, the invoice is sent and paid. Each team of three plays one life after the other.
type lives struct {
	store *postgres.Store
	dir   *memory.Directory
	teams int
}

func newLives(tb testing.TB, store *postgres.Store, teams int) *lives {
	tb.Helper()
	l := &lives{store: store, dir: memory.NewDirectory(), teams: teams}
	cal, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		tb.Fatal(err)
	}
	l.dir.AddProvider(session.ProviderFacts{ID: "north"}, person(manages("north").Person))
	l.dir.AddPractice(session.PracticeFacts{
		ID: "leeds", Provider: "north", Name: nameOf("leeds"), Calendar: cal, Phone: "01632 960001",
	}, person(staffs("leeds").Person))
	for team := range teams {
		for _, by := range members(team) {
			f := rota.ClinicianFacts{
				ID: by.Clinician, Person: by.Person, Roles: []session.Role{"GP"}, Approved: true,
				Memberships: []rota.Membership{{Provider: "north", Tier: rota.StaffBank}},
			}
			for _, kind := range withdrawal.Default().Eligibility.Required {
				f.Documents = append(f.Documents, rota.Document{Kind: kind, Expires: calendar.MustDate(2039, time.December, 31)})
			}
			reach := person(by.Person)
			reach.Devices = []notify.Device{{Channel: notify.Android, Token: "t"}}
			l.dir.AddClinician(f, reach)
		}
	}
	return l
}

// members are the three clinicians of a team. Their ids are as long as UUIDs.
func members(team int) []session.Actor {
	all := make([]session.Actor, 3)
	for i := range all {
		id := fmt.Sprintf("00000000-0000-4000-8000-%06d%06d", team, i)
		all[i] = session.Clinician(session.PersonID(id), session.ClinicianID(id))
	}
	return all
}

// play has every team play its share of n lives, and tells whom there is to tell.
func (l *lives) play(tb testing.TB, n int) {
	tb.Helper()
	var all sync.WaitGroup
	for team := range l.teams {
		all.Go(func() {
			for i := team; i < n; i += l.teams {
				if err := l.life(tb, team, i/l.teams); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	end := time.Date(2036, time.January, 1, 9, 0, 0, 0, time.UTC)
	p := keeper.Planner{Queue: l.store, Store: l.store, Directory: l.dir, Now: func() time.Time { return end }}
	if _, err := p.Plan(tb.Context()); err != nil {
		tb.Error(err)
	}
	for {
		claims, err := l.store.Claim(tb.Context(), notify.ClaimRequest{Now: end, Lease: time.Minute, Limit: 500})
		if err != nil || len(claims) == 0 {
			if err != nil {
				tb.Error(err)
			}
			return
		}
		for _, c := range claims {
			if err := l.store.Settle(tb.Context(), c, notify.Outcome{State: notify.Delivered, At: end}); err != nil {
				tb.Error(err)
				return
			}
		}
	}
}

// life is one session's, on a day of the team's own. The first command that is refused is what it returns: those after
// it fail as well.
func (l *lives) life(tb testing.TB, team, day int) (refused error) {
	ctx := tb.Context()
	on := calendar.MustDate(2026, time.July, 14).AddDays(day)
	now := time.Date(on.Year(), on.Month(), on.Day()-20, 9, 0, 0, 0, time.UTC)
	d, err := desk.New(desk.Options{Store: l.store, Directory: l.dir, Now: func() time.Time { return now }})
	if err != nil {
		return err
	}
	did := func(err error) {
		if refused == nil {
			refused = err
		}
	}
	do := func(by session.Actor) session.Command { return session.Do(desk.NewID(), by) }
	staff, who := staffs("leeds"), members(team)
	s, err := d.Post(ctx, session.Post{
		Command: do(staff), Practice: "leeds", Role: "GP", Start: calendar.Local{Date: on, Clock: calendar.MustClock(8, 0)},
		End: calendar.Local{Date: on, Clock: calendar.MustClock(18, 0)}, Break: time.Hour,
		Rate: session.Pounds(7000).PerHour(), Channel: session.Rota, Place: "Room 1",
		Instructions: "Please ring the bell at the back door; the car park is behind the building.",
	})
	did(err)
	applied := make([]rota.Applied, len(who))
	for i, by := range who {
		applied[i], err = d.Apply(ctx, rota.Apply{Command: do(by), Session: s.ID})
		did(err)
	}
	b, err := d.Accept(ctx, rota.Accept{Command: do(staff), Application: applied[0].Application.ID})
	did(err)
	now = s.Terms.Span.End.Add(time.Hour)
	_, err = d.Complete(ctx, booking.Complete{Command: do(system), Session: s.ID})
	did(err)
	_, err = d.StateHours(ctx, booking.StateHours{
		Command: do(who[0]), Booking: b.Booking.ID, Start: s.Terms.Span.Start, End: s.Terms.Span.End, Break: time.Hour,
	})
	did(err)
	h, err := d.ApproveHours(ctx, booking.ApproveHours{Command: do(staff), Booking: b.Booking.ID})
	did(err)
	_, err = d.SendInvoice(ctx, booking.SendInvoice{Command: do(who[0]), Invoice: h.Invoice.ID, Due: on.AddDays(30)})
	did(err)
	_, err = d.PayInvoice(ctx, booking.PayInvoice{Command: do(staff), Invoice: h.Invoice.ID})
	did(err)
	return refused
}

// grown is how large a table has become.
type grown struct {
	table        string
	rows         int64
	heap, whole  int64 // bytes; whole with indexes and what is kept out of line
	updates, hot int64
}

func measure(tb testing.TB, db *sql.DB) []grown {
	tb.Helper()
	var all []grown
	found, err := db.QueryContext(tb.Context(), `SELECT c.relname, pg_relation_size(c.oid), pg_total_relation_size(c.oid),
		coalesce(s.n_tup_upd, 0), coalesce(s.n_tup_hot_upd, 0)
		FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
		WHERE c.relnamespace = 'sessional'::regnamespace AND c.relkind = 'r' ORDER BY c.relname`)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = found.Close() }() // what matters is Err
	for found.Next() {
		var g grown
		if err := found.Scan(&g.table, &g.heap, &g.whole, &g.updates, &g.hot); err != nil {
			tb.Fatal(err)
		}
		all = append(all, g)
	}
	if err := found.Err(); err != nil {
		tb.Fatal(err)
	}
	for i, g := range all {
		row := db.QueryRowContext(tb.Context(), "SELECT count(*) FROM sessional."+g.table)
		if err := row.Scan(&all[i].rows); err != nil {
			tb.Fatal(err)
		}
	}
	return all
}

// BenchmarkGrowth plays lives and prints what they leave in each table, as docs/operating.md has it. SESSIONAL_GROWTH
// is how many; 200 where it is not set.
func BenchmarkGrowth(b *testing.B) {
	n := 200
	if s := os.Getenv("SESSIONAL_GROWTH"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		store, db := open(b)
		var from, to int64
		at := "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
		if err := db.QueryRowContext(b.Context(), at).Scan(&from); err != nil {
			b.Fatal(err)
		}
		newLives(b, store, 8).play(b, n)
		if err := db.QueryRowContext(b.Context(), at).Scan(&to); err != nil {
			b.Fatal(err)
		}
		var whole int64
		for _, g := range measure(b, db) {
			if g.rows == 0 && g.updates == 0 {
				continue
			}
			whole += g.whole
			fmt.Printf("%-20s %8.2f rows a life %6d bytes a row, %6d with indexes %8d bytes a life; %5.2f updates, %3.0f %% HOT\n",
				g.table, float64(g.rows)/float64(n), g.heap/max(g.rows, 1), g.whole/max(g.rows, 1), g.whole/int64(n),
				float64(g.updates)/float64(n), 100*float64(g.hot)/float64(max(g.updates, 1)))
		}
		b.ReportMetric(float64(whole)/float64(n), "bytes/life")
		b.ReportMetric(float64(to-from)/float64(n), "WAL-bytes/life")
	}
}
