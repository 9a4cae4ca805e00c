package postgres_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/internal/migrate"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/session"
)

// odd are names that PostgreSQL takes for schemas, and that break what forgets to quote.
var odd = []string{
	"sessional", "Weird Schema-1", "UPPER", `with"quote`, "with'quote", "select", "naïve", "a.b", "dollar$1", "per%cent",
	strings.Repeat("x", 63), `back\slash`, "brace{schema}",
}

// newest is the version that this release leads to.
func newest(tb testing.TB) int {
	tb.Helper()
	return len(must[[]postgres.Migration](tb)(postgres.Migrations(postgres.Options{})))
}

func version(tb testing.TB, db *sql.DB, o postgres.Options) int {
	tb.Helper()
	return must[int](tb)(postgres.Version(tb.Context(), db, o))
}

// Every name of a schema will do, on every version of the server; two of them in one database have nothing to do with
// each other.
func TestSchemasOfTheHostsChoice(t *testing.T) {
	for _, major := range server.Majors(t) {
		t.Run(fmt.Sprint(major), func(t *testing.T) {
			db := through(t, pgx, server.Shared(t, major)).db
			st := newStage(t)
			post := shift(session.Do("post", staffs("north")), 14)
			names := odd
			if major != usual {
				names = odd[:4]
			}
			for n, name := range names {
				o := postgres.Options{Schema: name}
				ok(t, postgres.Migrate(t.Context(), db, o))
				d := st.desk(t, on(t, db, name))
				s := must[session.Session](t)(d.Post(t.Context(), post))
				if s.Version != 1 || s.Reference != must[session.Reference](t)(session.FormatReference(session.DefaultPrefix, 1)) {
					t.Errorf("schema %q: the first session is %s, version %d", name, s.Reference, s.Version)
				}
				ok(t, postgres.MigrateTo(t.Context(), db, o, 0))
				if version(t, db, o) != 0 {
					t.Errorf("schema %q is not empty again", name)
				}
				if n%2 == 0 { // the next one has a neighbour that is full
					ok(t, postgres.Migrate(t.Context(), db, o))
				}
			}
		})
	}
}

// Names that could end a function's body early are refused before anything is sent.
func TestSchemasThatAreRefused(t *testing.T) {
	for _, name := range []string{strings.Repeat("x", 64), "a\x00b", "a$$b", "a\nb", "a\rb"} {
		_, err := postgres.New(new(sql.DB), postgres.Options{Schema: name})
		var field *session.FieldError
		if !errors.As(err, &field) {
			t.Errorf("%q: %v, want a *session.FieldError", name, err)
		}
	}
}

// Up, down, up with data inside: a step down takes away only what its header says, and what a step up makes works.
func TestUpDownUp(t *testing.T) {
	pool := fresh(t)
	o := postgres.Options{Schema: "Up & Down"}
	ok(t, postgres.Migrate(t.Context(), pool.db, o))
	st := newStage(t)
	store := on(t, pool.db, o.Schema)
	l := newLife(t, st, st.desk(t, store), "north").all()
	before := dump(t, pool.db, o.Schema)
	for at := newest(t); at > 1; at-- { // the functions go, the data stay
		ok(t, postgres.MigrateTo(t.Context(), pool.db, o, at-1))
		if got := version(t, pool.db, o); got != at-1 {
			t.Errorf("version %d, want %d", got, at-1)
		}
	}
	_, err := l.desk.Session(t.Context(), l.staff(), l.sessions[0])
	if why(err) != desk.Outdated {
		t.Errorf("without the functions: %T %v, want desk.Outdated", err, err)
	}
	ok(t, postgres.Migrate(t.Context(), pool.db, o))
	if after := dump(t, pool.db, o.Schema); after != before {
		t.Errorf("the data changed: %d bytes, then %d", len(before), len(after))
	}
	must[session.Session](t)(l.desk.Session(t.Context(), l.staff(), l.sessions[0]))
	ok(t, postgres.MigrateTo(t.Context(), pool.db, o, 0))
	var left int
	ok(t, pool.db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON
		n.oid = c.relnamespace WHERE n.nspname = $1::text AND c.relname NOT LIKE 'sessional_migrations%')
		+ (SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1::text)`,
		o.Schema).Scan(&left))
	if left != 0 {
		t.Errorf("%d tables, indexes, sequences or functions are left after the last step down", left)
	}
	ok(t, postgres.Migrate(t.Context(), pool.db, o))
	newLife(t, st, st.desk(t, store), "north").all()
}

// dump is all rows of a schema, as text.
func dump(tb testing.TB, db *sql.DB, schema string) string {
	tb.Helper()
	var tables []string
	each(tb, db, func(rows *sql.Rows) {
		var name string
		ok(tb, rows.Scan(&name))
		tables = append(tables, name)
	}, `SELECT tablename FROM pg_tables WHERE schemaname = $1::text AND tablename <> 'sessional_migrations'
		ORDER BY 1`, schema)
	all := map[string]json.RawMessage{}
	for _, name := range tables {
		var text []byte
		ok(tb, db.QueryRowContext(context.Background(), fmt.Sprintf(`SELECT coalesce(json_agg(t ORDER BY t::text), '[]')::text
			FROM %s.%s t`, quoted(schema), name)).Scan(&text))
		all[name] = text
	}
	return string(must[[]byte](tb)(json.MarshalIndent(all, "", " ")))
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Eight at once, each with connections of its own: one does it, all come back well. Likewise down and up.
func TestMigrationsAtOnce(t *testing.T) {
	for _, d := range []driverOf{pgx, libpq} {
		t.Run(d.name, func(t *testing.T) {
			pool := through(t, d, server.Shared(t, usual))
			o := postgres.Options{Schema: "crowd"}
			for _, target := range []int{newest(t), 0, newest(t)} {
				var all sync.WaitGroup
				errs := make([]error, 8)
				for i := range errs {
					db := d.open(t, pool.dsn)
					all.Go(func() {
						if target == 0 {
							errs[i] = postgres.MigrateTo(t.Context(), db, o, 0)
						} else {
							errs[i] = postgres.Migrate(t.Context(), db, o)
						}
					})
				}
				all.Wait()
				ok(t, errors.Join(errs...))
				if got := version(t, pool.db, o); got != target {
					t.Errorf("version %d, want %d", got, target)
				}
			}
			st := newStage(t)
			must[session.Session](t)(st.desk(t, on(t, pool.db, o.Schema)).Post(t.Context(), shift(session.Do("post", staffs("north")), 14)))
		})
	}
}

// The printed script leads to the very schema that Migrate makes, and back.
func TestTheScriptIsWhatMigrateRuns(t *testing.T) {
	pool := fresh(t)
	for _, name := range []string{"printed", "Printed 'n \"quoted\""} {
		o := postgres.Options{Schema: name}
		ok(t, postgres.Migrate(t.Context(), pool.db, o))
		want := catalogue(t, pool.db, name)
		ok(t, postgres.MigrateTo(t.Context(), pool.db, o, 0))
		runScript(t, pool.db, must[string](t)(postgres.Script(o, 0, newest(t))))
		if got := catalogue(t, pool.db, name); got != want {
			t.Errorf("%s: the script makes another schema than Migrate:\n%s\n%s", name, got, want)
		}
		if got := version(t, pool.db, o); got != newest(t) {
			t.Errorf("%s: the script leads to version %d", name, got)
		}
		ok(t, postgres.Migrate(t.Context(), pool.db, o)) // finds it done
		runScript(t, pool.db, must[string](t)(postgres.Script(o, newest(t), 0)))
		if got := version(t, pool.db, o); got != 0 {
			t.Errorf("%s: the script back leads to version %d", name, got)
		}
	}
}

// runScript runs a script as psql does: one statement after the other, on one connection.
func runScript(t *testing.T, db *sql.DB, script string) {
	t.Helper()
	conn := must[*sql.Conn](t)(db.Conn(t.Context()))
	defer func() { _ = conn.Close() }()
	for _, statement := range migrate.Statements(script) {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v, at: %.200s", err, statement)
		}
	}
}

// catalogue is what a schema is made of, as text.
func catalogue(t *testing.T, db *sql.DB, schema string) string {
	t.Helper()
	var text string
	ok(t, db.QueryRowContext(t.Context(), `SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C") FROM (
		SELECT format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
			FROM information_schema.columns WHERE table_schema = $1::text
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = $1::text
		UNION ALL SELECT format('function %s %s', p.proname, pg_get_functiondef(p.oid)) FROM pg_proc p
			JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1::text
		UNION ALL SELECT format('comment %s.%s %s', c.relname, d.objsubid, d.description) FROM pg_description d
			JOIN pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1::text
		) all_lines`, schema).Scan(&text))
	return text
}

// Who may not create or use gets a typed error that says so, and leaves nothing behind.
func TestMissingRights(t *testing.T) {
	pool := fresh(t)
	ctx := t.Context()
	role := fmt.Sprintf("guest_%d", one[int](t, pool.db, "SELECT pg_backend_pid()"))
	for _, statement := range []string{"CREATE ROLE " + role + " LOGIN", "REVOKE CREATE ON SCHEMA public FROM public"} {
		_, err := pool.db.ExecContext(ctx, statement)
		ok(t, err)
	}
	t.Cleanup(func() {
		for _, statement := range []string{"DROP OWNED BY " + role, "DROP ROLE " + role} {
			_, err := pool.db.ExecContext(context.Background(), statement)
			ok(t, err)
		}
	})
	guest := pgx.open(t, pool.dsn+" user="+role)
	o := postgres.Options{Schema: "closed"}
	if err := postgres.Migrate(ctx, guest, o); why(err) != desk.Failed || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("who may not create a schema: %T %v", err, err)
	}
	if got := version(t, pool.db, o); got != 0 {
		t.Errorf("and left version %d", got)
	}
	ok(t, postgres.Migrate(ctx, pool.db, o))
	st := newStage(t)
	d := st.desk(t, on(t, guest, o.Schema))
	post := shift(session.Do("post", staffs("north")), 14)
	if _, err := d.Post(ctx, post); why(err) != desk.Failed || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("who may not use the schema: %T %v", err, err)
	}
	for _, grant := range []string{
		"GRANT USAGE ON SCHEMA closed TO %s", "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA closed TO %s",
		"GRANT USAGE ON ALL SEQUENCES IN SCHEMA closed TO %s",
	} {
		_, err := pool.db.ExecContext(ctx, fmt.Sprintf(grant, role))
		ok(t, err)
	}
	must[session.Session](t)(d.Post(ctx, post)) // what a host's own user needs, and no more
	ok(t, postgres.Migrate(ctx, guest, o))      // nothing to do, and no right needed
}

// one is the only value of a query.
func one[V any](tb testing.TB, db *sql.DB, query string, args ...any) V {
	tb.Helper()
	var v V
	ok(tb, db.QueryRowContext(context.Background(), query, args...).Scan(&v))
	return v
}
