package postgres_test

import (
	"database/sql"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/session"
)

// shared are the tables that are no provider's alone: a person's, a command's, or the book-keeping of the queue and of
// migrations. Everything else belongs to one provider.
var shared = []string{
	"delivery_states", "diaries", "diary_entries", "digest_marks", "feed_entries", "feed_readers", "feeds", "outcomes",
	"plans", "session_references", "sessional_migrations", "settings",
}

// column is one of the catalogue.
type column struct{ kind, null string }

// columnsOf are all columns of a schema's tables, by table and name.
func columnsOf(t *testing.T, db *sql.DB, schema string) map[string]map[string]column {
	t.Helper()
	return columnsOfKind(t, db, schema, "BASE TABLE")
}

// columnsOfKind are all columns of a schema's tables or views, by table and name.
func columnsOfKind(t *testing.T, db *sql.DB, schema, kind string) map[string]map[string]column {
	t.Helper()
	all := map[string]map[string]column{}
	each(t, db, func(rows *sql.Rows) {
		var table, name string
		var c column
		ok(t, rows.Scan(&table, &name, &c.kind, &c.null))
		if all[table] == nil {
			all[table] = map[string]column{}
		}
		all[table][name] = c
	}, `SELECT c.table_name, c.column_name, c.data_type, c.is_nullable
		FROM information_schema.columns c
		JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE c.table_schema = $1::text AND t.table_type = $2::text`, schema, kind)
	return all
}

// The tables are those that the records are written to and read from: names, types, and what may be missing. Deliveries
// are read from a view of two; what it makes of a column may be missing.
func TestTheTablesFitTheRecords(t *testing.T) {
	pool := fresh(t)
	schema := pool.take(t)
	there, views := columnsOf(t, pool.db, schema), columnsOfKind(t, pool.db, schema, "VIEW")
	for name, c := range views["deliveries"] {
		for _, half := range []string{"planned_deliveries", "delivery_states"} {
			if of, found := there[half][name]; found {
				c.null = of.null
			}
		}
		views["deliveries"][name] = c
	}
	maps.Copy(there, views)
	for _, table := range relational.All() {
		if there[table.Name] == nil {
			t.Errorf("there is no table %s", table.Name)
			continue
		}
		for _, c := range table.Columns {
			want := column{null: map[bool]string{true: "YES", false: "NO"}[c.Null], kind: map[relational.Kind]string{
				relational.Text: "text", relational.Int: "bigint", relational.Bool: "boolean",
				relational.Instant: "timestamp with time zone", relational.Day: "date", relational.Amount: "numeric",
				relational.JSON: "jsonb",
			}[c.Kind]}
			if got := there[table.Name][c.Name]; got != want {
				t.Errorf("%s.%s is %+v, want %+v", table.Name, c.Name, got, want)
			}
		}
	}
}

// P1: what belongs to a provider has the provider in its key and in every unique index; what doesn't is listed here.
func TestTenantsInEveryKey(t *testing.T) {
	pool := fresh(t)
	schema := pool.take(t)
	var without []string
	for table, columns := range columnsOf(t, pool.db, schema) {
		if _, owned := columns["provider"]; !owned || slices.Contains(shared, table) {
			without = append(without, table)
		}
	}
	slices.Sort(without)
	if !slices.Equal(without, shared) {
		t.Errorf("the tables that are no provider's alone are %v, want %v", without, shared)
	}
	keys := map[string]bool{}
	each(t, pool.db, func(rows *sql.Rows) {
		var table, index string
		var primary, provider bool
		ok(t, rows.Scan(&table, &index, &primary, &provider))
		keys[table] = keys[table] || primary
		if !provider && !slices.Contains(shared, table) {
			t.Errorf("%s: the unique index %s has no provider", table, index)
		}
	}, `SELECT c.relname, i.relname, x.indisprimary,
		EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (x.indkey) AND a.attname = 'provider')
		FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1::text AND x.indisunique`, schema)
	for table := range columnsOf(t, pool.db, schema) {
		if !keys[table] {
			t.Errorf("%s has no primary key", table)
		}
	}
}

// Whoever reads the schema finds what each table and column holds.
func TestEveryTableAndColumnIsExplained(t *testing.T) {
	pool := fresh(t)
	schema := pool.take(t)
	n := 0
	each(t, pool.db, func(rows *sql.Rows) {
		var table, name, text string
		ok(t, rows.Scan(&table, &name, &text))
		if n++; len(strings.Fields(text)) < 2 {
			t.Errorf("%s.%s is explained by %q", table, name, text)
		}
	}, `SELECT c.relname, coalesce(a.attname, ''),
		coalesce(CASE WHEN a.attnum IS NULL THEN obj_description(c.oid, 'pg_class') ELSE col_description(c.oid, a.attnum) END, '')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN LATERAL (SELECT NULL::name AS attname, NULL::int2 AS attnum UNION ALL SELECT attname, attnum FROM pg_attribute
			WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a ON true
		WHERE n.nspname = $1::text AND c.relkind = 'r'`, schema)
	each(t, pool.db, func(rows *sql.Rows) {
		var view, text string
		ok(t, rows.Scan(&view, &text))
		if len(strings.Fields(text)) < 2 {
			t.Errorf("%s is explained by %q", view, text)
		}
	}, `SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), '') FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1::text AND c.relkind = 'v'`, schema)
	if n < 200 {
		t.Errorf("only %d tables and columns", n)
	}
}

// Before a schema is migrated, or with one that lacks what this release calls, every call says so.
func TestASchemaThatIsNotMigrated(t *testing.T) {
	pool := fresh(t)
	calls := map[string]func(s *postgres.Store) error{
		"load":       func(s *postgres.Store) error { _, err := s.Load(t.Context(), desk.Want{Session: "s"}); return err },
		"outcome":    func(s *postgres.Store) error { _, err := s.Outcome(t.Context(), desk.CommandKey{}); return err },
		"references": func(s *postgres.Store) error { _, err := s.References(t.Context(), 1); return err },
		"texts":      func(s *postgres.Store) error { _, err := s.Texts(t.Context(), "t"); return err },
		"due": func(s *postgres.Store) error {
			_, err := s.Due(t.Context(), desk.DueExpiry, instant(opening), session.PageRequest{})
			return err
		},
		"mark": func(s *postgres.Store) error { _, err := s.DigestMark(t.Context(), "ada"); return err },
	}
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		if err := calls[name](on(t, pool.db, "nowhere")); why(err) != desk.Outdated {
			t.Errorf("%s: %T %v, want desk.Outdated", name, err, err)
		}
	}
}
