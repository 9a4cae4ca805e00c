package reports_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the driver called sqlite

	"github.com/sessional-go/sessional/rota/store/sqlite"
)

// openFile opens a file with the connection string of docs/operating.md, but for the flush to the disk.
func openFile(tb testing.TB, file string) (*sqlite.Store, *sql.DB) {
	tb.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(250)&_pragma=synchronous(normal)")
	ok(tb, err)
	tb.Cleanup(func() { _ = db.Close() }) // nothing is lost by it
	ok(tb, sqlite.Migrate(tb.Context(), db))
	store, err := sqlite.New(db, sqlite.Options{})
	ok(tb, err)
	tb.Cleanup(func() { _ = store.Close() }) // likewise
	return store, db
}

// A copy that is made as the document advises, while lives go on, is of one instant and can be worked on: no life is
// there in part that was over before, and references move on (S1).
func TestS1ACopyOfAFileInUse(t *testing.T) {
	folder := t.TempDir()
	store, db := openFile(t, filepath.Join(folder, "rota.db"))
	l := newLives(t, store, 2)
	l.play(t, 2)
	copied := filepath.Join(folder, "copy.db")
	going := make(chan struct{})
	go func() {
		defer close(going)
		if err := l.life(t, 0, 1); err != nil {
			t.Error(err)
		}
	}()
	for _, s := range advised(t, "SQLite") {
		run(t, db, strings.ReplaceAll(s, "rota-copy.db", copied))
	}
	<-going
	again, of := openFile(t, copied)
	if n := count(t, of, "SELECT count(*) FROM invoices WHERE state = 'paid'"); n < 2 || n > 3 {
		t.Errorf("%d invoices are paid in the copy", n)
	}
	// Each commit has one outcome, and each session one event of its posting: nothing is there in part.
	posted := count(t, of, "SELECT count(*) FROM events WHERE kind = 'session.posted'")
	if n := count(t, of, "SELECT count(*) FROM sessions"); n != posted {
		t.Errorf("%d sessions were posted, and %d are there", posted, n)
	}
	run(t, of, "UPDATE reference_numbers SET last = last + 100000")
	l.store = again
	if err := l.life(t, 1, 2); err != nil {
		t.Error(err)
	}
	if n := count(t, of, "SELECT count(*) FROM sessions WHERE reference > '#401100000'"); n != 1 {
		t.Errorf("%d sessions have references beyond the gap", n)
	}
}
