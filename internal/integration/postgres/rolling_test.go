package postgres_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/history"
	"github.com/sessional-go/sessional/internal/migrate"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/session"
)

// next is what a later release might add: a column with a default, one that may be missing, a table of its own that a
// trigger of nobody's fills, and functions with the next number that know of them.
const next = `
ALTER TABLE {schema}.sessions ADD COLUMN parking text NOT NULL DEFAULT 'unknown', ADD COLUMN remarks text;
ALTER TABLE {schema}.bookings ADD COLUMN mileage bigint NOT NULL DEFAULT 0;
ALTER TABLE {schema}.events ADD COLUMN origin text NOT NULL DEFAULT 'before';
CREATE TABLE {schema}.vehicles (
    provider text NOT NULL,
    id text NOT NULL,
    PRIMARY KEY (provider, id)
);
CREATE INDEX sessions_by_parking ON {schema}.sessions (provider, parking);
`

// upgraded applies next, and makes functions of the next number out of this release's: they write the new columns.
func upgraded(tb testing.TB, db *sql.DB, o postgres.Options) {
	tb.Helper()
	schema := quoted(o.Schema)
	script := strings.ReplaceAll(next, "{schema}", schema)
	for _, m := range must[[]postgres.Migration](tb)(postgres.Migrations(o)) {
		if !strings.Contains(m.Up, "CREATE FUNCTION") {
			continue
		}
		script += successor(m.Up)
	}
	script += fmt.Sprintf("INSERT INTO %s.sessional_migrations (number, name) VALUES (%d, 'later');\n", schema, newest(tb)+1)
	for _, statement := range migrate.Statements(script) {
		if _, err := db.ExecContext(context.Background(), statement); err != nil {
			tb.Fatalf("%v, at: %.300s", err, statement)
		}
	}
}

// successor makes of the functions of this release those of the next one.
func successor(functions string) string {
	names := strings.Join(relational.Sessions.Names(), ", ")
	values := "SELECT x." + strings.Join(relational.Sessions.Names(), ", x.")
	return strings.NewReplacer(
		".sessions ("+names+")", ".sessions ("+names+", parking)",
		values, values+", 'on the street'",
	).Replace(numbered.ReplaceAllString(functions, "${1}2"))
}

// numbered finds the names of functions, where they are called and where they qualify what is theirs.
var numbered = regexp.MustCompile(`\b(sessional_[a-z_]+_)1\b`)

// later is a database in which every call goes to the functions of the next release.
type later struct{ postgres.DB }

func (l later) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return l.DB.QueryRowContext(ctx, numbered.ReplaceAllString(query, "${1}2"), args...)
}

func (l later) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return l.DB.QueryContext(ctx, numbered.ReplaceAllString(query, "${1}2"), args...)
}

// TestTwoReleasesOnOneDatabase lets this release work on beside a later one: the data that both know are the same for
// both, whoever wrote them, and the random histories of this release still hold.
func TestTwoReleasesOnOneDatabase(t *testing.T) {
	pool := fresh(t)
	o := postgres.Options{Schema: "rolling"}
	ok(t, postgres.Migrate(t.Context(), pool.db, o))
	st := newStage(t)
	before := on(t, pool.db, o.Schema)
	old := newLife(t, st, st.desk(t, before), "north")
	old.rules()
	old.posting()
	upgraded(t, pool.db, o)
	if got := version(t, pool.db, o); got != newest(t)+1 {
		t.Fatalf("version %d", got)
	}
	ok(t, postgres.Migrate(t.Context(), pool.db, o)) // the old release, started again, leaves it as it is
	if got := version(t, pool.db, o); got != newest(t)+1 {
		t.Errorf("the old release went back to version %d", got)
	}
	after := on(t, later{pool.db}, o.Schema)
	for _, scene := range []func(){old.applying, old.offering, old.changing, old.working} {
		scene()
	}
	young := newLife(t, st, st.desk(t, after), "south").all()
	// Each goes on with what the other began.
	old.desk, young.desk = young.desk, old.desk
	old.reporting()
	old.withdrawing()
	young.scenes += 50 // clinicians of its own
	young.offering()
	young.claiming()
	for _, l := range []*life{old, young} {
		for _, id := range l.sessions {
			want, got := known(t, before, id), known(t, after, id)
			if want != got || !strings.Contains(got, string(id)) {
				t.Errorf("to the one release %s is %s, to the other %s", id, want, got)
			}
		}
	}
	for parking, least := range map[string]int{"unknown": len(old.sessions) / 2, "on the street": len(young.sessions) / 2} {
		if n := one[int](t, pool.db, "SELECT count(*) FROM rolling.sessions WHERE parking = $1::text", parking); n < least {
			t.Errorf("%d sessions with parking %s, at least %d", n, parking, least)
		}
	}
}

// known is what hangs on a session, as text.
func known(t *testing.T, s desk.Store, id session.SessionID) string {
	t.Helper()
	read := must[desk.Snapshot](t)(s.Load(t.Context(), desk.Want{Session: id}))
	return string(must[[]byte](t)(json.Marshal(read)))
}

// TestHistoriesOfTheOldRelease plays random histories on this release's store on a schema that a later one has brought
// further, while the later one writes beside it.
func TestHistoriesOfTheOldRelease(t *testing.T) {
	pool := fresh(t)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	var mu sync.Mutex
	free := []string{}
	o := history.Options{
		Store: func() desk.Store {
			mu.Lock()
			defer mu.Unlock()
			if n := len(free); n > 0 {
				name := free[n-1]
				free = free[:n-1]
				return &named{on(t, pool.db, name), name}
			}
			pool.made++
			name := fmt.Sprintf("rolling_%d", pool.made)
			ok(t, postgres.Migrate(ctx, pool.db, postgres.Options{Schema: name}))
			upgraded(t, pool.db, postgres.Options{Schema: name})
			writers.Go(func() { write(ctx, t, on(t, later{pool.db}, name)) })
			return &named{on(t, pool.db, name), name}
		},
		Close: func(s desk.Store) {
			mu.Lock()
			defer mu.Unlock()
			if n, is := s.(*named); is {
				ok(t, empty(pool.db, n.schema))
				free = append(free, n.schema)
			}
		},
	}
	history.Check(t, o, brief)
	stop()
	writers.Wait()
}

// named is a store that knows its schema.
type named struct {
	*postgres.Store
	schema string
}

// write lets a provider that the histories know nothing of post sessions with the later release, until the context ends.
func write(ctx context.Context, tb testing.TB, s desk.Store) {
	st := newStage(tb)
	d := st.desk(tb, s)
	for n := 0; ctx.Err() == nil; n++ {
		c := shift(session.Do(session.CommandID(fmt.Sprintf("later-%d", n)), staffs("west")), 14)
		c.Start.Date, c.End.Date = c.Start.Date.AddDays(731), c.End.Date.AddDays(731) // long after any history
		if _, err := d.Post(ctx, c); err != nil && ctx.Err() == nil {
			tb.Errorf("the later release could not post: %v", err)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}
