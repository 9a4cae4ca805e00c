package reports_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/internal/migrate"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/session"
)

// advised is the SQL that docs/operating.md gives under a heading, statement by statement.
func advised(tb testing.TB, heading string) []string {
	tb.Helper()
	var all []string
	for _, s := range statements(tb, "operating.md") {
		if s.heading == heading {
			all = append(all, migrate.Statements(s.text)...)
		}
	}
	if len(all) == 0 {
		tb.Fatalf("the document advises nothing under %q", heading)
	}
	return all
}

// run runs statements one by one.
func run(tb testing.TB, db *sql.DB, all ...string) {
	tb.Helper()
	for _, s := range all {
		if _, err := db.ExecContext(tb.Context(), s); err != nil {
			tb.Fatalf("%v, at:\n%s", err, s)
		}
	}
}

// count is what a query of one number finds.
func count(tb testing.TB, db *sql.DB, query string) int {
	tb.Helper()
	var n int
	if err := db.QueryRowContext(tb.Context(), query).Scan(&n); err != nil {
		tb.Fatalf("%v, at:\n%s", err, query)
	}
	return n
}

// With the rights that the document grants the whole story runs, and a role for reports reads it and no more.
func TestTheRolesSuffice(t *testing.T) {
	p := server.Shared(t, 15)
	dsn := p.DSN(p.NewDatabase(t))
	owner := connect(t, dsn)
	ok(t, postgres.Migrate(t.Context(), owner, postgres.Options{}))
	// Roles are the server's, not the database's: these are this test's.
	roles := strings.NewReplacer("TO rota;", "TO documented_rota;", "TO reports;", "TO documented_reports;",
		"ROLE rota ", "ROLE documented_rota ")
	for _, role := range []string{"documented_rota", "documented_reports"} {
		run(t, owner, "CREATE ROLE "+role+" LOGIN")
		t.Cleanup(func() {
			for _, s := range []string{"DROP OWNED BY " + role, "DROP ROLE " + role} {
				if _, err := owner.Exec(s); err != nil { //nolint:noctx // the test's has ended
					t.Error(err)
				}
			}
		})
	}
	for _, s := range append(advised(t, "Roles"), advised(t, "Connections")...) {
		run(t, owner, roles.Replace(s))
	}
	rota := connect(t, dsn+" user=documented_rota")
	store, err := postgres.New(rota, postgres.Options{})
	ok(t, err)
	s := newStory(t, store)
	s.july()
	s.tells()
	if limit := rows(t, rota, "SHOW statement_timeout"); limit[1] != "10s" {
		t.Errorf("the time-out of statements is %s", limit[1])
	}
	reports := connect(t, dsn+" user=documented_reports")
	for _, report := range statements(t, "reports.md") {
		rows(t, reports, report.text)
	}
	if _, err := reports.ExecContext(t.Context(), "DELETE FROM sessional.sessions"); err == nil {
		t.Error("a role for reports deletes sessions")
	}
}

// What may be purged is purged, and the workflow goes on: a command whose outcome is gone makes nothing a second time
// (P3), the record is whole (P2), what is waiting to be told is still there (N5).
func TestP3PurgingKeepsWhatTheWorkflowNeeds(t *testing.T) {
	store, db := open(t)
	s := newStory(t, store)
	s.july()
	s.tells()
	post := session.Post{
		Command: session.Do("late-command", staffs("leeds")), Practice: "leeds", Role: "GP",
		Start: s.local("2027-03-01 08:00"), End: s.local("2027-03-01 18:00"), Rate: session.Pounds(7000).PerHour(),
		Channel: session.Rota,
	}
	made := got(s.desk.Post(t.Context(), post))(s)
	tables := []string{"sessions", "bookings", "events", "plans", "outcomes", "deliveries", "feed_entries"}
	size := func() map[string]int {
		n := map[string]int{}
		for _, table := range tables {
			n[table] = count(t, db, "SELECT count(*) FROM sessional."+table)
		}
		return n
	}
	waiting := "SELECT count(*) FROM sessional.deliveries WHERE due_at IS NOT NULL OR state = 'claimed'"
	before, due := size(), count(t, db, waiting)
	purge(t, db, "2026-09-01T00:00:00Z") // nothing is old enough
	if after := size(); after["outcomes"] != before["outcomes"] || after["deliveries"] != before["deliveries"] {
		t.Errorf("young rows are purged: %v of %v are left", after, before)
	}
	purge(t, db, "2028-01-01T00:00:00Z")
	after := size()
	for _, table := range []string{"sessions", "bookings", "events", "plans"} {
		if after[table] != before[table] {
			t.Errorf("%d of %d rows of %s are left", after[table], before[table], table)
		}
	}
	if after["outcomes"] != 0 || after["deliveries"] != due || count(t, db, waiting) != due || after["feed_entries"] != 0 {
		t.Errorf("%v are left of %v; %d were waiting", after, before, due)
	}

	again, err := s.desk.Post(t.Context(), post)
	if conflict := (*desk.ConflictError)(nil); !errors.As(err, &conflict) {
		t.Errorf("posting again came to %v and %v", again.ID, err)
	}
	if n := count(t, db, "SELECT count(*) FROM sessional.sessions"); n != before["sessions"] || made.ID == "" {
		t.Errorf("%d sessions, %d before", n, before["sessions"])
	}
	s.at("2027-02-01T09:00:00Z")
	s.withdraws(made, "")
	s.tells()
	claims, err := store.Claim(t.Context(), notify.ClaimRequest{Now: s.now.Add(time.Hour), Lease: time.Minute, Limit: 1000})
	if err != nil || len(claims) == 0 {
		t.Errorf("%d deliveries are claimed, and %v", len(claims), err)
	}
}

// purge does what the document advises, as of an instant.
func purge(tb testing.TB, db *sql.DB, now string) {
	tb.Helper()
	for _, s := range advised(tb, "Purging") {
		run(tb, db, strings.ReplaceAll(s, "now()", "'"+now+"'::timestamptz"))
	}
}
