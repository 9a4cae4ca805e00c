package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/sqlite"
	"github.com/sessional-go/sessional/rota/store/storetest"
	"github.com/sessional-go/sessional/session"
)

// why is what a store says of an error; blank where it says nothing.
func why(err error) desk.Unable {
	var e *desk.StoreError
	if errors.As(err, &e) {
		return e.Why
	}
	return ""
}

// calls are one of each way that a store asks its database.
var calls = map[string]func(context.Context, *sqlite.Store) error{
	"Load": func(ctx context.Context, s *sqlite.Store) error {
		_, err := s.Load(ctx, desk.Want{Session: "s"})
		return err
	},
	"Commit":     func(ctx context.Context, s *sqlite.Store) error { _, err := s.Commit(ctx, posting(77)); return err },
	"References": func(ctx context.Context, s *sqlite.Store) error { _, err := s.References(ctx, 1); return err },
	"Outcome": func(ctx context.Context, s *sqlite.Store) error {
		_, err := s.Outcome(ctx, desk.CommandKey{})
		return err
	},
	"Calendar": func(ctx context.Context, s *sqlite.Store) error {
		_, err := s.Calendar(ctx, "north", session.CalendarQuery{Practice: "leeds"})
		return err
	},
	"Policies": func(ctx context.Context, s *sqlite.Store) error { _, err := s.Policies(ctx, "north"); return err },
	"ClaimPlans": func(ctx context.Context, s *sqlite.Store) error {
		_, err := s.ClaimPlans(ctx, now, time.Minute, 1)
		return err
	},
	"Claim": func(ctx context.Context, s *sqlite.Store) error {
		_, err := s.Claim(ctx, notify.ClaimRequest{Now: now, Lease: time.Minute, Limit: 1})
		return err
	},
	"Settle": func(ctx context.Context, s *sqlite.Store) error {
		_, err := s.Settle(ctx, []notify.Settlement{{Outcome: notify.Outcome{State: notify.Delivered, At: now}}})
		return err
	},
}

// TestOutdated meets a file without tables: each call says that it has to be migrated first.
func TestOutdated(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		db := d.open(t, filepath.Join(t.TempDir(), "rota.db"), "")
		s := store(t, db, sqlite.Options{})
		for name, call := range calls {
			if err := call(t.Context(), s); why(err) != desk.Outdated {
				t.Errorf("%s without tables: %v", name, err)
			}
		}
		if err := sqlite.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		commit(t, s, posting(1))
	})
}

// TestUnreachable meets files that can't be opened, or are none.
func TestUnreachable(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		folder := t.TempDir()
		text := filepath.Join(folder, "letter.txt")
		if err := os.WriteFile(text, []byte("Dear Sir or Madam, this is no database at all, and it is long enough to be read."+string(make([]byte, 4096))), 0o600); err != nil {
			t.Fatal(err)
		}
		for file, want := range map[string]desk.Unable{
			filepath.Join(folder, "nowhere", "rota.db"): desk.Unavailable,
			folder: desk.Unavailable,
			text:   desk.Failed,
		} {
			db := d.open(t, file, "")
			s := store(t, db, sqlite.Options{})
			for name, call := range calls {
				if err := call(t.Context(), s); why(err) != want {
					t.Errorf("%s of %s: %v, want %s", name, filepath.Base(file), err, want)
				}
			}
			if err := sqlite.Migrate(t.Context(), db); why(err) != want {
				t.Errorf("migrate %s: %v, want %s", filepath.Base(file), err, want)
			}
		}
	})
}

// TestReadOnly opens a file that takes no writes: reads work, everything else says why not.
func TestReadOnly(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		db, file := d.fresh(t)
		commit(t, store(t, db, sqlite.Options{}), posting(1))
		s := store(t, d.open(t, file, "&mode=ro"), sqlite.Options{})
		for range 3 {
			for _, name := range []string{"Commit", "References", "ClaimPlans", "Settle"} {
				if err := calls[name](t.Context(), s); why(err) != desk.ReadOnly {
					t.Errorf("%s on a file that takes no writes: %v", name, err)
				}
			}
			if n := posted(t, s); n != 1 {
				t.Errorf("%d sessions", n)
			}
		}
	})
}

// TestFull fills a file up to the last page that it may have: the commit that doesn't fit changes nothing, and once there
// is room again it does.
func TestFull(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		db, _ := d.fresh(t)
		db.SetMaxOpenConns(1) // the limit is a connection's
		s := store(t, db, sqlite.Options{})
		if _, err := db.Exec("PRAGMA max_page_count = 150"); err != nil {
			t.Fatal(err)
		}
		n, full := 0, error(nil)
		for ; n < 5000 && full == nil; n++ {
			_, full = s.Commit(t.Context(), posting(n))
		}
		if why(full) != desk.Full {
			t.Fatalf("after %d commits: %v", n, full)
		}
		refused := posting(n - 1)
		if _, err := s.Outcome(t.Context(), refused.Key); !errors.Is(err, desk.ErrNoOutcome) {
			t.Errorf("the outcome of what didn't fit: %v", err)
		}
		if _, err := db.Exec("PRAGMA max_page_count = 100000"); err != nil {
			t.Fatal(err)
		}
		commit(t, s, refused)
	})
}

// hold begins a transaction that writes, as another process would, and returns how it ends.
func hold(t *testing.T, d opener, file string) (release func()) {
	t.Helper()
	conn, err := d.open(t, file, "").Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		_, err := conn.ExecContext(context.Background(), "ROLLBACK")
		if err := errors.Join(err, conn.Close()); err != nil {
			t.Error(err)
		}
	}
}

// TestBusy meets another process in the middle of a commit: it waits as long as it may, and no longer.
func TestBusy(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		db, file := d.fresh(t)
		release := hold(t, d, file)
		impatient := store(t, db, sqlite.Options{Wait: 10 * time.Millisecond})
		began := time.Now()
		if _, err := impatient.Commit(t.Context(), posting(1)); why(err) != desk.Busy {
			t.Errorf("while another process writes: %v", err)
		}
		patient := store(t, d.open(t, file, ""), sqlite.Options{Wait: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := patient.Commit(ctx, posting(1))
		if why(err) != desk.Interrupted || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while another process writes, with a context that ends: %v", err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v to say so", took)
		}
		if n := posted(t, patient); n != 0 {
			t.Errorf("%d sessions, while nothing was committed", n)
		}
		time.AfterFunc(400*time.Millisecond, release)
		commit(t, patient, posting(1))
		commit(t, impatient, posting(2))
	})
}

// TestQueueing fills the place of the one who writes: whoever waits for it can give up.
func TestQueueing(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		db, file := d.fresh(t)
		release := hold(t, d, file)
		s := store(t, db, sqlite.Options{Wait: time.Minute})
		first := make(chan error)
		go func() {
			_, err := s.Commit(context.Background(), posting(1))
			first <- err
		}()
		for i := range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			_, err := s.Commit(ctx, posting(2+i))
			if cancel(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("behind one who waits: %v", err)
			}
		}
		release()
		if err := <-first; err != nil {
			t.Errorf("the first one: %v", err)
		}
		if n := posted(t, s); n != 1 {
			t.Errorf("%d sessions", n)
		}
	})
}

// TestOneConnection runs the contract on a database that has one connection: no call needs a second one, and so none
// can wait for another that waits for it.
func TestOneConnection(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the whole contract over SQLite in Go, which takes minutes under the race detector; the full pass runs it")
	}
	over(t, func(t *testing.T, d opener) {
		storetest.Run(t, storetest.Harness{Histories: 3, Open: func(tb testing.TB) storetest.Store {
			tb.Helper()
			db := d.open(tb, filepath.Join(tb.TempDir(), "rota.db"), "&mode=memory")
			db.SetMaxOpenConns(1)
			if err := sqlite.Migrate(tb.Context(), db); err != nil {
				tb.Fatal(err)
			}
			return store(tb, db, sqlite.Options{})
		}})
	})
}
