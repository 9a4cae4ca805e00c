package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// stored is how many rows each table holds whose plans are looked at: so many that walking through them all would be
// noticed, and fewer than any page.
const stored = 20_000

// few are the columns in which many rows hold the same: n for all columns of a name.
var few = map[string]int{
	"provider": 5, "practice": 50, "role": 3, "channel": 2, "clinician": 500, "person": 500, "class": 3, "written_by": 500,
	"subject_kind": 3, "feed": 5,
}

// states are those that lists and indexes are about, by table.
var states = map[string][]string{
	"sessions": {"open", "filled", "draft"}, "applications": {"pending", "accepted"},
	"bookings": {"offered", "confirmed", "completed"}, "support_cases": {"open", "closed"},
}

// fill fills a table with rows that are of no use but to be counted.
func fill(tb testing.TB, db *sql.DB, in string, t *relational.Table) {
	tb.Helper()
	var names, values []string
	for _, c := range t.Columns {
		value := map[relational.Kind]string{
			relational.Text: "'x' || i", relational.Int: "i", relational.Bool: "i % 2 = 0", relational.JSON: "'{}'",
			relational.Instant: "timestamptz '2026-07-02' + i * interval '1 minute'", relational.Amount: "i",
			relational.Day: "date '2026-07-02'",
		}[c.Kind]
		many, repeats := few[c.Name]
		switch some := states[t.Name]; {
		case c.Name == "channel" && t.Name == "sessions":
			value = "(array['rota', 'marketplace'])[1 + i % 2]"
		case c.Name == "state" && len(some) > 0:
			value = fmt.Sprintf("(array['%s'])[1 + i / 7 %% %d]", strings.Join(some, "', '"), len(some))
		case c.Name == "erased_at":
			value = "NULL"
		case t == relational.Policies && c.Name == "provider":
			value = "'x' || i / 3"
		case repeats && !slices.Equal(t.Keys(), []string{c.Name}):
			value = fmt.Sprintf("'x' || i %% %d", many)
		}
		names, values = append(names, c.Name), append(values, value)
	}
	_, err := db.ExecContext(tb.Context(), fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM generate_series(1, %d) i",
		in+"."+t.Name, strings.Join(names, ", "), strings.Join(values, ", "), stored))
	if err != nil {
		tb.Fatalf("filling %s: %v", t.Name, err)
	}
}

// asked is a statement that was sent.
type asked struct {
	query string
	args  []any
}

// listener is told what is sent.
type listener struct{ all []asked }

// TraceQueryStart notes a statement.
func (l *listener) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	l.all = append(l.all, asked{q.SQL, q.Args})
	return ctx
}

// TraceQueryEnd has nothing to say.
func (*listener) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// full is a schema whose tables are all full.
func full(tb testing.TB) (db *sql.DB, name, dsn string) {
	tb.Helper()
	p := server.Shared(tb, 0)
	dsn = p.DSN(p.NewDatabase(tb))
	db, name = open(tb, "pgx", dsn), "sessional"
	ok(tb, postgres.Migrate(tb.Context(), db, postgres.Options{}))
	for _, t := range relational.All() {
		if t != relational.Deliveries { // a view of two tables
			fill(tb, db, name, t)
		}
	}
	for _, text := range []string{
		"INSERT INTO sessional.planned_deliveries (provider, key, event, kind, channel, person, audience, session, planned_at," +
			" event_no) SELECT 'x' || i % 5, 'x' || i, 'x' || i, 'x', 'x' || i % 2, 'x' || i % 500, 'x', 'x' || i," +
			" timestamptz '2026-07-02' + i * interval '1 minute', i FROM generate_series(1, 20000) i",
		"INSERT INTO sessional.delivery_states SELECT i, 'x' || i % 2, 'x' || i % 500, (array['planned', 'delivered'," +
			" 'claimed'])[1 + i / 7 % 3], 'x', t, t, 1, t, 1, t FROM generate_series(1, 20000) i," +
			" LATERAL (SELECT timestamptz '2026-07-02' + i * interval '1 minute' AS t) x",
		"INSERT INTO sessional.plans (event_no) SELECT i FROM generate_series(1, 20000) i",
		"INSERT INTO sessional.feed_entries (feed, no, event_no) SELECT 'x' || i % 5, i, i FROM generate_series(1, 20000) i",
		"INSERT INTO sessional.feed_readers SELECT 'relay', 'x' || i, 1, 1, now() FROM generate_series(1, 20000) i",
		"INSERT INTO sessional.feeds (feed, last) SELECT 'x' || i, 20000 FROM generate_series(1, 20000) i",
		"INSERT INTO sessional.session_references SELECT 'x' || i, 'x1', 'x' || i FROM generate_series(1, 20000) i",
		"VACUUM ANALYZE",
	} {
		must[sql.Result](tb)(db.ExecContext(tb.Context(), text))
	}
	return db, name, dsn
}

// questions ask a store for each of its lists, and with each filter, the first page and the next one.
func questions(s *postgres.Store) map[string]func(ctx context.Context, page session.PageRequest) (next string) {
	within := calendar.Span{Start: now, End: now.AddDate(0, 0, 7)}
	find := func(q rota.Search) func(context.Context, session.PageRequest) string {
		return func(ctx context.Context, page session.PageRequest) string {
			q.Clinician, q.Page, q.Within.Start = "x1", page, now
			return next(s.FindWork(ctx, q))
		}
	}
	mine := []session.ProviderID{"x0", "x1", "x2", "x3", "x4"}
	var many []session.ProviderID
	for i := range 100 {
		many = append(many, session.ProviderID(fmt.Sprintf("x%d", i)))
	}
	all := map[string]func(context.Context, session.PageRequest) string{
		"FindWork marketplace":       find(rota.Search{Channel: session.Marketplace}),
		"FindWork role":              find(rota.Search{Channel: session.Marketplace, Role: "x1"}),
		"FindWork practice":          find(rota.Search{Channel: session.Marketplace, Practice: "x1"}),
		"FindWork worth":             find(rota.Search{Channel: session.Marketplace, MinWorth: decimal.NewFromInt(50)}),
		"FindWork within":            find(rota.Search{Channel: session.Marketplace, Within: within}),
		"FindWork rota":              find(rota.Search{Channel: session.Rota, Providers: mine}),
		"FindWork role on the rota":  find(rota.Search{Channel: session.Rota, Providers: mine, Role: "x1"}),
		"FindWork of many providers": find(rota.Search{Channel: session.Rota, Providers: many}),
		"Calendar": func(ctx context.Context, page session.PageRequest) string {
			return next(s.Calendar(ctx, "x1", session.CalendarQuery{Practice: "x1", Page: page}))
		},
		"Calendar within": func(ctx context.Context, page session.PageRequest) string {
			return next(s.Calendar(ctx, "x1", session.CalendarQuery{
				Practice: "x1", Within: within, States: []session.State{session.Open}, Page: page,
			}))
		},
		"Applications": func(ctx context.Context, page session.PageRequest) string {
			return next(s.Applications(ctx, "x1", 1, page))
		},
		"ApplicationsOf": func(ctx context.Context, page session.PageRequest) string {
			return next(s.ApplicationsOf(ctx, "x1", page))
		},
		"Bookings": func(ctx context.Context, page session.PageRequest) string {
			return next(s.Bookings(ctx, "", booking.Query{Clinician: "x1", Page: page}))
		},
		"Bookings of a practice": func(ctx context.Context, page session.PageRequest) string {
			return next(s.Bookings(ctx, "x1", booking.Query{
				Practice: "x1", Within: within, States: []booking.State{booking.Confirmed}, Page: page,
			}))
		},
		"Messages": func(ctx context.Context, page session.PageRequest) string {
			return next(s.Messages(ctx, "x1", "x1", page))
		},
		"Cases": func(ctx context.Context, page session.PageRequest) string {
			return next(s.Cases(ctx, "", withdrawal.CaseQuery{Page: page}))
		},
		"Cases of a practice": func(ctx context.Context, page session.PageRequest) string {
			return next(s.Cases(ctx, "x1", withdrawal.CaseQuery{Practice: "x1", States: []withdrawal.CaseState{withdrawal.CaseOpen}, Page: page}))
		},
	}
	for what := desk.DueExpiry; what <= desk.DueRecheck; what++ {
		all[fmt.Sprintf("Due %d", what)] = func(ctx context.Context, page session.PageRequest) string {
			return next(s.Due(ctx, what, now.AddDate(1, 0, 0), page))
		}
	}
	addSmall(all, s)
	return all
}

// addSmall adds the lists that are short, those in the order of their numbers, and the queue's claims.
func addSmall(all map[string]func(context.Context, session.PageRequest) string, s *postgres.Store) {
	small := map[string]func(ctx context.Context) error{
		"Invoices":   func(ctx context.Context) error { return second(s.Invoices(ctx, "x1")) },
		"Policies":   func(ctx context.Context) error { return second(s.Policies(ctx, "x1")) },
		"Texts":      func(ctx context.Context) error { return second(s.Texts(ctx, "x1", "x2")) },
		"Settings":   func(ctx context.Context) error { return second(s.Settings(ctx, "x1", "x2")) },
		"DigestMark": func(ctx context.Context) error { return second(s.DigestMark(ctx, "x1")) },
		"Feed":       func(ctx context.Context) error { return second(s.Feed(ctx, "x1", 100, 50)) },
		"FeedIDs":    func(ctx context.Context) error { return second(s.FeedIDs(ctx, "x1", 50)) },
		"ClaimFeed":  func(ctx context.Context) error { return second(s.ClaimFeed(ctx, "relay", "x1", now, time.Minute)) },
		"AdvanceFeed": func(ctx context.Context) error {
			return second(s.AdvanceFeed(ctx, notify.FeedClaim{Reader: "relay", Feed: "x1"}, 1, now, time.Minute))
		},
		"ClaimPlans": func(ctx context.Context) error { return second(s.ClaimPlans(ctx, now, time.Minute, 50)) },
	}
	for name, ask := range small {
		all[name] = func(ctx context.Context, _ session.PageRequest) string { _ = ask(ctx); return "" }
	}
	for name, q := range map[string]desk.RecordQuery{
		"Record": {Session: "x1"}, "Record of a subject": {Subject: session.Subject{Kind: "x1", ID: "x1"}},
	} {
		all[name] = func(ctx context.Context, page session.PageRequest) string {
			q.Page = page
			return next(s.Record(ctx, "x1", q))
		}
	}
	for name, q := range map[string]notify.DeliveryQuery{
		"Deliveries": {Event: "x1"}, "Deliveries of a session": {Session: "x1", Provider: "x1"}, "Deliveries to a person": {Person: "x1"},
	} {
		all[name] = func(ctx context.Context, page session.PageRequest) string {
			q.Page = page
			return next(s.Deliveries(ctx, q))
		}
	}
	for name, q := range map[string]session.TextQuery{
		"TextsWritten": {Author: "x1", Before: now.AddDate(1, 0, 0)}, "TextsWritten of a class": {Class: "x1", Before: now.AddDate(1, 0, 0)},
	} {
		all[name] = func(ctx context.Context, page session.PageRequest) string {
			q.Page = page
			return next(s.TextsWritten(ctx, q))
		}
	}
}

// next and second drop what doesn't matter: the rows are nonsense, and reading them may fail. What matters is what was
// asked.
func next[T any](p session.Page[T], _ error) string { return p.Next }

func second[T any](_ T, err error) error { return err }

// TestNoListIsScanned has PostgreSQL explain what every list asks for, and each kind of due work: by index alone, without
// an offset, never reading or sorting much more than a page's window.
func TestNoListIsScanned(t *testing.T) {
	db, _, dsn := full(t)
	heard := &listener{}
	config := must[*pgx.ConnConfig](t)(pgx.ParseConfig(dsn))
	config.Tracer = heard
	tapped := stdlib.OpenDB(*config)
	t.Cleanup(func() { ok(t, tapped.Close()) })
	s := must[*postgres.Store](t)(postgres.New(tapped, postgres.Options{}))
	lists := reflect.TypeFor[*relational.Lists]()
	all := questions(s)
	for i := range lists.NumMethod() {
		if _, there := all[lists.Method(i).Name]; !there && lists.Method(i).Name != "FindWork" && lists.Method(i).Name != "Due" {
			t.Errorf("nobody asks for %s", lists.Method(i).Name)
		}
	}
	for name, ask := range all {
		heard.all = nil
		if after := ask(t.Context(), session.PageRequest{Limit: 5}); after != "" {
			ask(t.Context(), session.PageRequest{Limit: 5, After: after})
		}
		if len(heard.all) == 0 {
			t.Errorf("%s asks nothing", name)
		}
		for _, q := range heard.all {
			for _, fault := range faults(t, db, q) {
				t.Errorf("%s: %s\n%s", name, fault, q.query)
			}
		}
	}
}

// plan is a node of PostgreSQL's explanation.
type plan struct {
	Node     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Rows     float64 `json:"Plan Rows"`
	Plans    []plan
}

// window is how many rows a list looks at in the most: see internal/relational.
const window = 2100

// faults are what is wrong with how a statement is carried out.
func faults(tb testing.TB, db *sql.DB, q asked) []string {
	tb.Helper()
	var text string
	if err := db.QueryRowContext(tb.Context(), "EXPLAIN (FORMAT JSON) "+q.query, q.args...).Scan(&text); err != nil {
		tb.Fatalf("%v: %s", err, q.query)
	}
	var whole []struct{ Plan plan }
	ok(tb, json.Unmarshal([]byte(text), &whole))
	var found []string
	if strings.Contains(q.query, "OFFSET") {
		found = append(found, "it counts from the beginning")
	}
	var walk func(p plan)
	walk = func(p plan) {
		switch {
		case p.Node == "Seq Scan":
			found = append(found, "it walks through "+p.Relation)
		case p.Node == "Sort" && p.Rows > window:
			found = append(found, fmt.Sprintf("it sorts %.0f rows", p.Rows))
		}
		for _, below := range p.Plans {
			walk(below)
		}
	}
	walk(whole[0].Plan)
	return found
}

// TestFaultsOfListsAreNoticed shows that the test above would notice.
func TestFaultsOfListsAreNoticed(t *testing.T) {
	db, _, _ := full(t)
	for query, want := range map[string]string{
		"SELECT * FROM sessional.sessions WHERE role = 'x1'":                                     "walks through",
		"SELECT * FROM sessional.sessions WHERE state = 'open' ORDER BY role LIMIT 5":            "sorts",
		"SELECT * FROM sessional.bookings WHERE id > 'x' ORDER BY id OFFSET 5 LIMIT 5":           "from the beginning",
		"SELECT * FROM sessional.applications WHERE clinician = 'x1' OR person = 'x1' LIMIT 300": "walks through",
	} {
		got := faults(t, db, asked{query: query})
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("%s: found %q, want %q", query, got, want)
		}
	}
}

// TestNoFunctionScans has the functions that load, commit, plan and claim run amid full tables, from the first call of a
// connection on, and counts how often a table was walked through: what goes on inside a function nobody explains.
func TestNoFunctionScans(t *testing.T) {
	db, _, _ := full(t)
	s := must[*postgres.Store](t)(postgres.New(db, postgres.Options{}))
	walks := func() (n int64) {
		time.Sleep(1100 * time.Millisecond) // a connection reports once a second
		ok(t, db.QueryRowContext(t.Context(), "SELECT sum(seq_scan)::bigint FROM pg_stat_user_tables").Scan(&n))
		return n
	}
	db.SetMaxOpenConns(1)
	before := walks()
	m := newModel(t, newDesk(t, s, newDirectory(t)))
	must[desk.Snapshot](t)(s.Load(t.Context(), desk.Want{Application: m.application.ID, Settings: byLeeds.Person}))
	task := notify.PlanTask{Fence: 1, Event: session.Event{Provider: north, Subject: m.session.Subject(), Version: 1, Kind: session.EventPosted}}
	if err := s.Planned(t.Context(), task, notify.Chunk{Done: true}); !errors.Is(err, notify.ErrLeaseLost) {
		t.Errorf("planning what nobody has in hand: %v", err)
	}
	must[[]notify.Claim](t)(s.Claim(t.Context(), notify.ClaimRequest{
		Now: now, Lease: time.Minute, Limit: 50, Channels: []notify.Channel{notify.Email},
	}))
	givenUp := notify.Settlement{
		Claim:   notify.Claim{Fence: 1, Delivery: notify.Delivery{Provider: "x1", Key: "x1", Event: "x1", Person: "x1"}},
		Outcome: notify.Outcome{State: notify.GivenUp, At: now}, Raise: &task.Event,
	}
	must[[]int](t)(s.Settle(t.Context(), []notify.Settlement{givenUp}))
	must[int](t)(s.Purge(t.Context(), now.AddDate(1, 0, 0), 50))
	// The question itself is about views of the catalogue, not about the user's tables.
	if after := walks(); after != before {
		t.Errorf("tables were walked through %d times", after-before)
	}
	must[sql.Result](t)(db.ExecContext(t.Context(), "UPDATE sessional.sessions SET role = 'x' WHERE place = 'nowhere'"))
	if after := walks(); after == before {
		t.Error("a walk was not counted: the test shows nothing")
	}
}
