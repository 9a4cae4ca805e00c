package reports_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/rota/store/storetest"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// lives plays ordinary lives of sessions at one practice: posted, three apply, one of them is accepted, it is worked,
// the hours are stated and approved, the invoice is sent and paid. Each team of three plays one life after the other.
type lives struct {
	store storetest.Store
	dir   *memory.Directory
	teams int
}

func newLives(tb testing.TB, store storetest.Store, teams int) *lives {
	tb.Helper()
	l := &lives{store: store, dir: memory.NewDirectory(), teams: teams}
	cal, err := calendar.UK(calendar.EnglandAndWales)
	ok(tb, err)
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

// between is how many lives are played before whom there is to tell is told: what one person is told goes one after the
// other, and would take long if all of it were left for the end.
const between = 80

// play has every team play its share of n lives, and tells whom there is to tell.
func (l *lives) play(tb testing.TB, n int) {
	tb.Helper()
	for from := 0; from < n; from += between {
		var all sync.WaitGroup
		for team := range l.teams {
			all.Go(func() {
				for i := from + team; i < min(from+between, n); i += l.teams {
					if err := l.life(tb, team, i/l.teams); err != nil {
						tb.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		l.tell(tb)
	}
}

// tell plans and delivers all that waits.
func (l *lives) tell(tb testing.TB) {
	tb.Helper()
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
		delivered := make([]notify.Settlement, len(claims))
		for i, c := range claims {
			delivered[i] = notify.Settlement{Claim: c, Outcome: notify.Outcome{State: notify.Delivered, At: end}}
		}
		if lost, err := l.store.Settle(tb.Context(), delivered); err != nil || len(lost) > 0 {
			tb.Error(lost, err)
			return
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
	whole        int64 // bytes, with indexes and what is kept out of line
	updates, hot int64
}

func measure(tb testing.TB, db *sql.DB) []grown {
	tb.Helper()
	var all []grown
	found, err := db.QueryContext(tb.Context(), `SELECT c.relname, pg_total_relation_size(c.oid),
		coalesce(s.n_tup_upd, 0), coalesce(s.n_tup_hot_upd, 0)
		FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
		WHERE c.relnamespace = 'sessional'::regnamespace AND c.relkind = 'r' ORDER BY c.relname`)
	ok(tb, err)
	defer func() { _ = found.Close() }() // what matters is Err
	for found.Next() {
		var g grown
		if err := found.Scan(&g.table, &g.whole, &g.updates, &g.hot); err != nil {
			tb.Fatal(err)
		}
		all = append(all, g)
	}
	if err := found.Err(); err != nil {
		tb.Fatal(err)
	}
	for i, g := range all {
		all[i].rows = int64(count(tb, db, "SELECT count(*) FROM sessional."+g.table))
	}
	return all
}

// tableRow is a row of the table of docs/operating.md: a table, and how many rows a life leaves in it.
var tableRow = regexp.MustCompile("(?m)^\\| (?:`(\\w+)`|\\*\\*in all\\*\\*) \\| (?:\\*\\*)?(\\d+)(?:\\*\\*)? \\|")

// What docs/operating.md says of a session's life is what it leaves: so many rows in each table, and none in others but
// for those of clinicians and providers.
func TestGrowthIsAsTheDocumentSays(t *testing.T) {
	said := map[string]int64{}
	for _, m := range tableRow.FindAllStringSubmatch(document(t, "operating.md"), -1) {
		n, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		said[m[1]] = n
	}
	const n = 4
	store, db := open(t)
	newLives(t, store, 2).play(t, n)
	found := map[string]int64{}
	for _, g := range measure(t, db) {
		switch g.table {
		case "sessional_migrations", "diaries", "feeds":
			continue // they don't grow with sessions
		}
		if g.rows > 0 {
			found[g.table] = g.rows / n
			found[""] += g.rows / n
		}
		if g.rows%n != 0 {
			t.Errorf("%s has %d rows after %d lives", g.table, g.rows, n)
		}
	}
	if diff := cmp.Diff(said, found); diff != "" {
		t.Errorf("rows a life leaves (-said +found):\n%s", diff)
	}
}

// growing is how many lives are played to see how tables grow.
func growing(b *testing.B) int {
	b.Helper()
	text := os.Getenv("SESSIONAL_GROWTH")
	if text == "" {
		return 100
	}
	n, err := strconv.Atoi(text)
	ok(b, err)
	return n
}

// BenchmarkGrowth plays lives and prints what they leave in each table, as docs/operating.md has it. SESSIONAL_GROWTH
// is how many; 100 where it is not set, which is too few for figures.
func BenchmarkGrowth(b *testing.B) {
	n := growing(b)
	for b.Loop() {
		store, db := open(b)
		written := "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
		from := count(b, db, written)
		newLives(b, store, 8).play(b, n)
		to := count(b, db, written)
		var whole int64
		for _, g := range measure(b, db) {
			if g.rows == 0 && g.updates == 0 {
				continue
			}
			whole += g.whole
			fmt.Printf("%-20s %6.2f rows a life, %6d bytes a row with indexes, %6d bytes a life, %5.2f updates, %3.0f %% HOT\n",
				g.table, float64(g.rows)/float64(n), g.whole/max(g.rows, 1), g.whole/int64(n), float64(g.updates)/float64(n),
				100*float64(g.hot)/float64(max(g.updates, 1)))
		}
		b.ReportMetric(float64(whole)/float64(n), "bytes/life")
		b.ReportMetric(float64(to-from)/float64(n), "WAL-bytes/life")
	}
}

// BenchmarkGrowthOfAFile does the same in a SQLite file.
func BenchmarkGrowthOfAFile(b *testing.B) {
	n := growing(b)
	for b.Loop() {
		store, db := openFile(b, filepath.Join(b.TempDir(), "rota.db"))
		newLives(b, store, 8).play(b, n)
		size := count(b, db, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
		b.ReportMetric(float64(size)/float64(n), "bytes/life")
	}
}
