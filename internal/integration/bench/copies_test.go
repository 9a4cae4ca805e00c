package bench

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/session"
)

// copies makes many rows of one, within the database: that takes seconds where a desk would take minutes.
type copies struct {
	db *sql.DB
	// table returns a table's name as statements have it.
	table func(string) string
}

// firstCopy is the number of the first one: they all have as many digits.
const firstCopy = 10_000_001

// numbered is the name that the n-th copy has, counted from 0, in a column that copies with a prefix.
func numbered(prefix string, n int) string { return fmt.Sprintf("%s%d", prefix, firstCopy+n) }

// onlyWhere is the condition on i of the copies that are made; not given: all.
const onlyWhere = ""

// of copies the rows of a table that a condition picks out so many times; instead says which columns differ, as SQL in
// which i is the number of the copy and t the row.
func (c copies) of(tb testing.TB, t *relational.Table, where string, many int, instead map[string]string) {
	tb.Helper()
	which := ""
	if only, there := instead[onlyWhere]; there {
		which = " WHERE " + only
	}
	names := t.Names()
	values := slices.Clone(names)
	for n, name := range names {
		values[n] = "t." + name
		if other, there := instead[name]; there {
			values[n] = other
		}
	}
	// The model is read once, before the table grows. Word for word the same on PostgreSQL and SQLite.
	query := fmt.Sprintf("INSERT INTO %s (%s) WITH RECURSIVE g(i) AS (SELECT %d UNION ALL SELECT i + 1 FROM g WHERE i < %d),"+
		" t AS MATERIALIZED (SELECT * FROM %s t WHERE %s) SELECT %s FROM g, t%s", c.table(t.Name), strings.Join(names, ", "),
		firstCopy, firstCopy+many-1, c.table(t.Name), where, strings.Join(values, ", "), which)
	if _, err := c.db.ExecContext(tb.Context(), query); err != nil {
		tb.Fatalf("copying %s: %v", t.Name, err)
	}
}

// pending copies the model's session with its application: each session has another applicant, whose diary is like
// ada's.
func (c copies) pending(tb testing.TB, m model, many int) {
	tb.Helper()
	one := func(id any) string { return fmt.Sprintf("t.id = '%s'", id) }
	c.of(tb, relational.Sessions, one(m.session.ID), many, map[string]string{"id": "'s-' || i", "reference": "'B' || i"})
	c.of(tb, relational.Applications, one(m.application.ID), many, map[string]string{
		"id": "'a-' || i", "session": "'s-' || i", "clinician": "'c-' || i", "person": "'p-c-' || i",
	})
	hers := fmt.Sprintf("t.clinician = '%s'", ada)
	c.of(tb, relational.Diaries, hers, many, map[string]string{"clinician": "'c-' || i"})
	c.of(tb, relational.Entries, hers, many, map[string]string{"clinician": "'c-' || i", "booking": "t.booking || '-' || i"})
}

// applied is the n-th pending application.
func applied(n int) session.ApplicationID { return session.ApplicationID(numbered("a-", n)) }
