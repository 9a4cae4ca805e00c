package sqlite_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/store/sqlite"
	"github.com/sessional-go/sessional/rota/store/storetest"
	"github.com/sessional-go/sessional/session"
)

// TestNothingIsScanned asks SQLite how it runs each statement that the contract of stores leads to: all lists with all
// filters, due lists, loads, commits and claims. None walks through a table, and none sorts more than a page or a
// window that an index has found.
func TestNothingIsScanned(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the whole contract over SQLite in Go, which takes minutes under the race detector; the full pass runs it")
	}
	var recorders []*recorder
	d := drivers[0]
	t.Run("the contract", func(t *testing.T) {
		storetest.Run(t, storetest.Harness{Histories: 1, Open: func(tb testing.TB) storetest.Store {
			tb.Helper()
			_, file := d.fresh(tb)
			db, r := d.recording(tb, file)
			recorders = append(recorders, r)
			return store(tb, db, sqlite.Options{})
		}})
	})
	t.Run("the rota of many", func(t *testing.T) {
		_, file := d.fresh(t)
		db, r := d.recording(t, file)
		recorders = append(recorders, r)
		findOnRotas(t, store(t, db, sqlite.Options{}))
	})
	var texts []string
	for _, r := range recorders {
		texts = append(texts, r.texts()...)
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if len(texts) < 100 {
		t.Fatalf("only %d statements were seen", len(texts))
	}
	over(t, func(t *testing.T, d opener) {
		db, _ := d.fresh(t)
		for _, text := range texts {
			for _, fault := range faults(text, explain(t, db, text)) {
				t.Errorf("%s\nin: %.1000s", fault, text)
			}
		}
	})
}

// findOnRotas looks for work on the rotas of few providers, and of more than are looked at one by one.
func findOnRotas(t *testing.T, s *sqlite.Store) {
	t.Helper()
	for _, many := range []int{2, 70} {
		q := rota.Search{Clinician: "ada", Channel: session.Rota, Within: calendar.Span{Start: now}}
		for i := range many {
			q.Providers = append(q.Providers, session.ProviderID(fmt.Sprint("provider-", i)))
		}
		for _, q.Role = range []session.Role{"", "GP"} {
			if p, err := s.FindWork(t.Context(), q); err != nil || len(p.Items) > 0 {
				t.Errorf("found %d, %v", len(p.Items), err)
			}
		}
	}
}

func TestScansAreNoticed(t *testing.T) {
	db, _ := drivers[0].fresh(t)
	for text, want := range map[string]string{
		"SELECT * FROM sessions WHERE role = ?1":                                    "scans sessions",
		"SELECT * FROM sessions WHERE provider = ?1 ORDER BY role":                  "sorts",
		"SELECT * FROM support_cases t ORDER BY t.target_at, t.id":                  "scans t",
		"SELECT * FROM (SELECT * FROM sessions t WHERE t.role = ?1 LIMIT 9) t":      "scans t",
		"SELECT * FROM applications a JOIN sessions t ON t.role = a.reason LIMIT 1": "scans",
		"SELECT * FROM sessions t INDEXED BY sessions_due_to_expire WHERE t.state IN ('draft', 'open')" +
			" AND t.version > 0 AND t.provider = ?1 AND t.starts_at < ?2 ORDER BY t.starts_at, t.id": "among those of all",
		"UPDATE deliveries SET state = 'unknown' WHERE state = 'claimed' AND why = 1": "scans deliveries",
	} {
		if got := faults(text, explain(t, db, text)); len(got) == 0 || !strings.Contains(got[0], want) {
			t.Errorf("%s: found %q, want %q", text, got, want)
		}
	}
}

// node is a line of a plan.
type node struct {
	id, parent int
	detail     string
}

func explain(tb testing.TB, db *sql.DB, text string) []node {
	tb.Helper()
	rows, err := db.Query("EXPLAIN QUERY PLAN "+text, nulls(text)...)
	if err != nil {
		tb.Fatalf("explain: %v\n%s", err, text)
	}
	defer func() { _ = rows.Close() }()
	var plan []node
	for rows.Next() {
		var n node
		var unused any
		if err := rows.Scan(&n.id, &n.parent, &unused, &n.detail); err != nil {
			tb.Fatal(err)
		}
		plan = append(plan, n)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return plan
}

// nulls are as many values as a statement can have parameters: drivers take no fewer.
func nulls(text string) []any {
	return make([]any, max(strings.Count(text, "?"), 1))
}

// owned finds whose rows a list asks for, in a statement and in how an index is used.
var (
	owned   = regexp.MustCompile(`t\.(?:provider|practice|clinician|session|person|event|written_by|class) = \?`)
	byOwner = regexp.MustCompile(`\((?:\w+=\? AND )*(?:provider|practice|clinician|session|person|event|written_by|class|rowid|id|subject_kind)=\?`)
)

// small are tables of a row or two.
var small = []string{"reference_numbers", "json_each"}

// faults are the lines of a plan that don't get on without looking at everything.
func faults(text string, plan []node) []string {
	var all []string
	for _, n := range plan {
		words := strings.Fields(n.detail)
		switch {
		case words[0] == "SCAN":
			what := words[1]
			byIndex := strings.Contains(n.detail, "USING") || strings.HasSuffix(text, "FROM events ORDER BY no DESC LIMIT +?1")
			if made(plan, n.parent, what) || slices.Contains(small, what) || strings.Contains(n.detail, "CONSTANT ROW") ||
				strings.Contains(n.detail, "VALUES CLAUSE") {
				continue
			}
			if byIndex && strings.Contains(text, "LIMIT") && !sorts(plan, n.parent) {
				continue
			}
			all = append(all, fmt.Sprintf("it scans %s: %s", what, n.detail))
		case words[0] == "SEARCH" && words[1] == "t" && owned.MatchString(text) && !byOwner.MatchString(n.detail):
			all = append(all, "it looks for somebody's rows among those of all: "+n.detail)
		case strings.HasPrefix(n.detail, "USE TEMP B-TREE"):
			if !overMade(plan, n.parent) {
				all = append(all, "it sorts what it has found: "+n.detail)
			}
		}
	}
	return all
}

// made says whether a name is that of a subquery beside it.
func made(plan []node, parent int, name string) bool {
	return slices.ContainsFunc(plan, func(n node) bool {
		return n.parent == parent && (n.detail == "CO-ROUTINE "+name || n.detail == "MATERIALIZE "+name)
	})
}

// overMade says whether what is read at a place of the plan comes from a subquery, which is a page or a window.
func overMade(plan []node, parent int) bool {
	return slices.ContainsFunc(plan, func(n node) bool {
		words := strings.Fields(n.detail)
		return n.parent == parent && words[0] == "SCAN" && made(plan, parent, words[1])
	})
}

func sorts(plan []node, parent int) bool {
	return slices.ContainsFunc(plan, func(n node) bool {
		return n.parent == parent && strings.HasPrefix(n.detail, "USE TEMP B-TREE")
	})
}
