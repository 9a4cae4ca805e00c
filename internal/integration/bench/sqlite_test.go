package bench

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the driver called sqlite3
	_ "modernc.org/sqlite"          // the driver called sqlite

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/sqlite"
)

// sqliteDriver is a driver with its connection string, as the store's documentation has it.
type sqliteDriver struct {
	name string
	// more is what a pool for reading is opened with, immediate what one is that only writes adds.
	more, immediate string
}

// A commit that waits for the disk takes as long for both, and longer than all else; so it doesn't here.
var sqliteDrivers = []sqliteDriver{
	{"sqlite", "?_pragma=busy_timeout(5000)&_pragma=synchronous(normal)&_pragma=journal_mode(wal)", "&_txlock=immediate"},
	{"sqlite3", "?_busy_timeout=5000&_synchronous=normal&_journal_mode=wal", "&_txlock=immediate"},
}

// inSQLite is a file with pending applications.
type inSQLite struct {
	driver sqliteDriver
	file   string
	dir    directory
	store  *sqlite.Store
}

func newInSQLite(tb testing.TB, d sqliteDriver, many int) *inSQLite {
	tb.Helper()
	in := &inSQLite{driver: d, file: "file:" + filepath.Join(tb.TempDir(), "rota.db"), dir: newDirectory(tb)}
	db := open(tb, d.name, in.file+d.more)
	ok(tb, sqlite.Migrate(tb.Context(), db))
	in.store = must[*sqlite.Store](tb)(sqlite.New(db, sqlite.Options{}))
	tb.Cleanup(func() { ok(tb, in.store.Close()) })
	copies{db, in.table}.pending(tb, newModel(tb, newDesk(tb, in.store, in.dir)), many)
	must[sql.Result](tb)(db.ExecContext(tb.Context(), "ANALYZE"))
	return in
}

func (in *inSQLite) table(name string) string { return name }

// sql is SQLite's. It has no RETURNING within a statement, so events and plans are two.
func (in *inSQLite) sql() sqlOf {
	return sqlOf{
		table: in.table, param: func(n int) string { return "?" + strconv.Itoa(n) },
		told: "INSERT INTO events (%s) VALUES %s",
		plan: "INSERT INTO plans (event_no) SELECT no FROM events ORDER BY no DESC LIMIT ?1",
	}
}

// prepared are the statements of a hand-written acceptance, prepared once: SQLite takes longer to understand most of them
// than to do what they say.
type prepared struct {
	*sql.Tx
	all map[string]*sql.Stmt
}

func (p prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return p.StmtContext(ctx, p.all[query]).ExecContext(ctx, args...) //nolint:sqlclosecheck // it ends with its transaction
}

func (p prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.StmtContext(ctx, p.all[query]).QueryContext(ctx, args...) //nolint:sqlclosecheck // it ends with its transaction
}

func (p prepared) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return p.StmtContext(ctx, p.all[query]).QueryRowContext(ctx, args...) //nolint:sqlclosecheck // it ends with its transaction
}

// byHand accepts on one connection that begins its transactions as a writer: whoever waits does so in the pool, not in
// SQLite, where waiting is sleeping.
func (in *inSQLite) byHand(tb testing.TB, many int) *contestant {
	tb.Helper()
	all, like := decisions(tb, in.store, in.dir, many)
	for i := range all {
		all[i].textual = true
	}
	h := newByHand(in.sql(), like)
	db := open(tb, in.driver.name, in.file+in.driver.more+in.driver.immediate)
	db.SetMaxOpenConns(1)
	statements := map[string]*sql.Stmt{}
	for _, query := range []string{
		h.outcome, h.application, h.session, h.diary, h.entries, h.policies, h.fill, h.accepted, h.book, h.diaryNext, h.entry,
		h.told, h.plan,
	} {
		statements[query] = must[*sql.Stmt](tb)(db.PrepareContext(tb.Context(), query))
	}
	return &contestant{name: "hand-written, database/sql", do: func(i int) error {
		return h.within(tb.Context(), db, all[i], func(t *sql.Tx) tx { return prepared{t, statements} })
	}}
}

// BenchmarkAcceptSQLite accepts applications to different sessions, 16 at a time, in one file.
func BenchmarkAcceptSQLite(b *testing.B) {
	c := contest{blocks: 9, ops: 320}
	for _, d := range sqliteDrivers {
		ours, theirs := newInSQLite(b, d, c.needs()), newInSQLite(b, d, c.needs())
		byDesk := &contestant{name: "desk", do: deskAccepts(b, newDesk(b, desk.Store(ours.store), ours.dir))}
		byHand := theirs.byHand(b, c.needs())
		c.run(b, byDesk, byHand)
		c.say(fmt.Sprintf("accept on SQLite, driver %s", d.name), byDesk, byHand)
		promise("sqlite/accept-"+d.name+"-vs-hand-written", ratio(byDesk, byHand), "<=", 1.3)
	}
}
