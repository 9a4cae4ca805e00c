package bench

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// providers are those whose rota is searched: five, and as many kinds of sessions each.
var providers = []session.ProviderID{north, "p-1", "p-2", "p-3", "p-4"}

// byEve is a clinician who works for all of them and has applied for nothing.
var byEve = asClinician("eve")

// advertised copies the model's session so many times: all open and still to come, over a year, half of them on the
// marketplace, of five providers and four roles. Every tenth has an applicant.
func (c copies) advertised(tb testing.TB, m model, many int, later func(minutes string) string) {
	tb.Helper()
	provider := "CASE i % 5 WHEN 0 THEN 'north' ELSE 'p-' || (i % 5) END"
	model := fmt.Sprintf("t.id = '%s'", m.session.ID)
	c.of(tb, relational.Sessions, model, many, map[string]string{
		"provider": provider, "practice": "CASE i % 5 WHEN 0 THEN 'leeds' ELSE 'p-' || (i % 5) END",
		"id": "'s-' || i", "reference": "'B' || i", "starts_at": later("i % 500000"),
		"role":    "CASE i / 10 % 4 WHEN 0 THEN 'ANP' WHEN 1 THEN 'nurse' ELSE 'GP' END",
		"channel": "CASE i / 5 % 2 WHEN 0 THEN 'rota' ELSE 'marketplace' END",
	})
	model = fmt.Sprintf("t.id = '%s'", m.application.ID)
	c.of(tb, relational.Applications, model, many, map[string]string{
		onlyWhere: "i % 10 = 0", "provider": provider, "id": "'a-' || i", "session": "'s-' || i", "clinician": "'c-' || i",
	})
}

// search is one way to look for work.
type search struct {
	name string
	q    rota.FindWork
	// bare are the conditions of a hand-written query, one for each index range that it walks through, each with a value
	// that comes from outside, as it does in a program.
	bare []bare
}

// bare is a condition, with %s for its value where it has one.
type bare struct{ where, value string }

func searches() []search {
	var mine []bare
	for _, p := range providers {
		mine = append(mine, bare{"state = 'open' AND channel = 'rota' AND provider = %s", string(p)})
	}
	return []search{
		{"marketplace", rota.FindWork{By: byEve, Channel: session.Marketplace}, []bare{{"state = 'open' AND channel = 'marketplace'", ""}}},
		{"rota", rota.FindWork{By: byEve, Channel: session.Rota}, mine},
		{
			"role", rota.FindWork{By: byEve, Channel: session.Marketplace, Role: "ANP"},
			[]bare{{"state = 'open' AND channel = 'marketplace' AND role = %s", "ANP"}},
		},
	}
}

// keyset is the query that somebody would write by hand for the page alone: the same columns of the same rows in the same
// order, by the same index. It doesn't count who has applied.
func (s search) keyset(d sqlOf) (query string, args []any) {
	columns := strings.Join(relational.Sessions.Names(), ", ")
	args = []any{relational.FormatInstant(now)}
	ranges := make([]string, len(s.bare))
	for i, b := range s.bare {
		where := b.where
		if b.value != "" {
			args = append(args, b.value)
			where = fmt.Sprintf(where, d.param(len(args)))
		}
		ranges[i] = fmt.Sprintf("SELECT * FROM (SELECT %s FROM %s WHERE %s AND starts_at >= %s ORDER BY starts_at, id LIMIT %d) r%d",
			columns, d.table(relational.Sessions.Name), where, d.param(1), session.PageSize+1, i)
	}
	if len(ranges) == 1 {
		return ranges[0], args
	}
	return fmt.Sprintf("SELECT * FROM (%s) t ORDER BY starts_at, id LIMIT %d", strings.Join(ranges, " UNION ALL "),
		session.PageSize+1), args
}

// looker is a store with sessions to find.
type looker struct {
	desk  *desk.Desk
	store desk.Store
	db    *sql.DB
	sql   sqlOf
	dir   directory
}

// throughDesk reads the first page as a clinician sees it.
func (l looker) throughDesk(tb testing.TB, name string, s search) *contestant {
	tb.Helper()
	return &contestant{name: name, do: func(int) error {
		p, err := l.desk.FindWork(tb.Context(), s.q)
		if err == nil && len(p.Items) != session.PageSize {
			err = fmt.Errorf("%d sessions were found", len(p.Items))
		}
		return err
	}}
}

// throughStore reads the page alone.
func (l looker) throughStore(tb testing.TB, name string, s search) *contestant {
	tb.Helper()
	q := must[rota.Search](tb)(s.q.Search(l.facts(tb), now))
	return &contestant{name: name, do: func(int) error {
		_, err := l.store.FindWork(tb.Context(), q)
		return err
	}}
}

func (l looker) facts(tb testing.TB) rota.ClinicianFacts {
	tb.Helper()
	return must[rota.ClinicianFacts](tb)(l.dir.Clinician(tb.Context(), byEve.Clinician))
}

// byHand reads it by the hand-written query.
func (l looker) byHand(tb testing.TB, name string, s search) *contestant {
	tb.Helper()
	query, args := s.keyset(l.sql)
	return &contestant{name: name, do: func(int) error { return l.keyset(tb.Context(), query, args) }}
}

func (l looker) keyset(ctx context.Context, query string, args []any) error {
	rows, err := l.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what matters is rows.Err
	var all []sessionRow
	for rows.Next() {
		var s sessionRow
		if err := rows.Scan(s.into()...); err != nil {
			return err
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil || len(all) == session.PageSize+1 {
		return err
	}
	return fmt.Errorf("%d sessions were found", len(all))
}

// newLooker makes a schema with so many sessions.
func newLooker(tb testing.TB, dsn string, many int) looker {
	tb.Helper()
	p := newInPostgres(tb, dsn, 0)
	p.dir = newDirectory(tb, providers[1:]...)
	copies{p.db, p.table}.advertised(tb, p.model, many, func(minutes string) string {
		return "t.starts_at + (" + minutes + ") * interval '1 minute'"
	})
	must[sql.Result](tb)(p.db.ExecContext(tb.Context(), "VACUUM ANALYZE"))
	return looker{newDesk(tb, p.store, p.dir), p.store, p.db, p.sql(), p.dir}
}

// million is how many sessions the lists are promised to bear.
const million = 1_000_000

// BenchmarkFindWork reads the first page of Find work among a million sessions and among ten thousand, and beside a bare
// keyset query. Growth is judged through the desk, with all that a clinician waits for; the comparison with the query at
// the store, which reads the same page and counts the applicants as well.
func BenchmarkFindWork(b *testing.B) {
	p := newServer(b, false)
	dsn := p.DSN(p.NewDatabase(b))
	large, small := newLooker(b, dsn, million), newLooker(b, dsn, million/100)
	c := contest{blocks: 9, ops: 160}
	for _, s := range searches() {
		all := []*contestant{
			large.throughDesk(b, "desk, among 1,000,000", s), small.throughDesk(b, "desk, among 10,000", s),
			large.throughStore(b, "store, among 1,000,000", s), large.byHand(b, "bare keyset query", s),
		}
		c.run(b, all...)
		c.say("first page of Find work, "+s.name, all...)
		promise("postgres/find-work-"+s.name+"-growth", ratio(all[0], all[1]), "<=", 1.5)
		promise("postgres/find-work-"+s.name+"-vs-keyset", ratio(all[2], all[3]), "<=", 2)
		note("desk / bare keyset query", ratio(all[0], all[3]))
	}
	listed(b, "PostgreSQL", "postgres/list-heap-mib", large.desk, 0)
}
