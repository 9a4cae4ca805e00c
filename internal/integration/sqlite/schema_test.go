package sqlite_test

import (
	"database/sql"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/internal/relational"
)

// column is what SQLite says of one.
type column struct {
	name, kind string
	notNull    bool
	key        int
}

func columnsOf(tb testing.TB, db *sql.DB, table string) []column {
	tb.Helper()
	rows, err := db.Query(`SELECT name, type, "notnull", pk FROM pragma_table_info(?)`, table)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.kind, &c.notNull, &c.key); err != nil {
			tb.Fatal(err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return all
}

// words reads a query of one column of text.
func words(tb testing.TB, db *sql.DB, query string, args ...any) []string {
	tb.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var word string
		if err := rows.Scan(&word); err != nil {
			tb.Fatal(err)
		}
		all = append(all, word)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return all
}

// further are the columns that lie outside the records.
var further = map[string][]string{
	"events": {"no"}, "deliveries": {"no", "event_no", "due_at", "fence", "leased_until"},
}

// TestTheTablesAreThoseOfTheRecords compares the schema with the descriptions by which rows are written and read.
func TestTheTablesAreThoseOfTheRecords(t *testing.T) {
	db, _ := drivers[0].fresh(t)
	for _, table := range relational.All() {
		found := columnsOf(t, db, table.Name)
		for _, c := range table.Columns {
			want := "TEXT"
			if c.Kind == relational.Int || c.Kind == relational.Bool {
				want = "INTEGER"
			}
			i := slices.IndexFunc(found, func(f column) bool { return f.name == c.Name })
			if i < 0 {
				t.Errorf("%s has no column %s", table.Name, c.Name)
				continue
			}
			if found[i].kind != want || found[i].notNull == c.Null {
				t.Errorf("%s.%s is %+v, want %s, not null: %v", table.Name, c.Name, found[i], want, !c.Null)
			}
			found = slices.Delete(found, i, i+1)
		}
		var left []string
		for _, c := range found {
			left = append(left, c.name)
		}
		if !slices.Equal(left, further[table.Name]) {
			t.Errorf("%s has the further columns %v, want %v", table.Name, left, further[table.Name])
		}
		keys := uniques(t, db, table.Name)
		if !slices.ContainsFunc(keys, func(key []string) bool { return slices.Equal(key, table.Keys()) }) {
			t.Errorf("%s has the keys %v, none of which is %v", table.Name, keys, table.Keys())
		}
	}
}

// uniques are the columns of each primary key and unique index of a table, but for a row's own number.
func uniques(tb testing.TB, db *sql.DB, table string) [][]string {
	tb.Helper()
	var all [][]string
	for _, index := range words(tb, db, `SELECT name FROM pragma_index_list(?) WHERE "unique"`, table) {
		all = append(all, words(tb, db, "SELECT name FROM pragma_index_info(?)", index))
	}
	return all
}

// acrossTenants are the tables whose rows are no provider's own, or are found whoever's they are (P1).
var acrossTenants = []string{
	"diaries", "diary_entries", "digest_marks", "feed_entries", "feed_readers", "feeds", "outcomes", "plans",
	"reference_numbers", "sessional_migrations", "session_references", "settings",
}

// TestTenantsInEveryKey sees to it that what belongs to a provider has the provider in its primary key and in every
// unique index: two providers never stand in each other's way (P1).
func TestTenantsInEveryKey(t *testing.T) {
	db, _ := drivers[0].fresh(t)
	var across []string
	for _, table := range words(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name") {
		keys := uniques(t, db, table)
		owned := len(keys) > 0 && !slices.ContainsFunc(keys, func(key []string) bool { return !slices.Contains(key, "provider") })
		if !owned {
			across = append(across, table)
		}
	}
	slices.Sort(across)
	want := slices.Clone(acrossTenants)
	slices.Sort(want)
	if !slices.Equal(across, want) {
		t.Errorf("across tenants are %v, want %v", across, want)
	}
}

// explained finds a column with a comment behind it.
var explained = regexp.MustCompile(`(?m)^    (\w+) .* -- \S`)

// TestTheSchemaExplainsItself reads the schema as a database administrator does: SQLite keeps the words of whoever made a
// table, comments included.
func TestTheSchemaExplainsItself(t *testing.T) {
	db, _ := drivers[0].fresh(t)
	for _, table := range words(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") {
		text := words(t, db, "SELECT sql FROM sqlite_schema WHERE name = ?", table)[0]
		lines := strings.Split(text, "\n")
		if len(lines) < 2 || !strings.HasPrefix(strings.TrimSpace(lines[1]), "-- ") {
			t.Errorf("%s doesn't say what it holds", table)
		}
		var names []string
		for _, m := range explained.FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
		for _, c := range columnsOf(t, db, table) {
			if !slices.Contains(names, c.name) {
				t.Errorf("%s.%s doesn't say what it is", table, c.name)
			}
		}
		if !strings.Contains(text, ") STRICT") {
			t.Errorf("%s takes values of any type", table)
		}
	}
}
