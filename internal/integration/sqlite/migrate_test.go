package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/sqlite"
	"github.com/sessional-go/sessional/session"
)

// migrating tells a process of this test's binary to do nothing but migrate a file, with a driver.
const migrating = "SESSIONAL_TEST_MIGRATE"

func TestMain(m *testing.M) {
	if name, file, ok := strings.Cut(os.Getenv(migrating), ":"); ok {
		os.Exit(migrateOnly(name, file))
	}
	os.Exit(m.Run())
}

func migrateOnly(name, file string) int {
	i := slices.IndexFunc(drivers, func(d opener) bool { return d.name == name })
	db, err := sql.Open(name, drivers[i].dsn(file, ""))
	if err == nil {
		err = sqlite.Migrate(context.Background(), db)
	}
	if err != nil {
		os.Stderr.WriteString(err.Error())
		return 1
	}
	return 0
}

// schema is what the file says of itself.
func schema(tb testing.TB, db *sql.DB) []string {
	tb.Helper()
	rows, err := db.Query("SELECT coalesce(sql, name) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			tb.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return all
}

func at(tb testing.TB, db *sql.DB, want int) {
	tb.Helper()
	if v, err := sqlite.Version(context.Background(), db); err != nil || v != want {
		tb.Fatalf("the file is at version %d, %v, want %d", v, err, want)
	}
}

// TestUpDownUp goes up, down and up again with data inside: what comes after is as good as new.
func TestUpDownUp(t *testing.T) {
	all, err := sqlite.Migrations()
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	newest := len(all)
	over(t, func(t *testing.T, d opener) {
		db, file := d.fresh(t)
		at(t, db, newest)
		first := schema(t, db)
		s := store(t, db, sqlite.Options{})
		commit(t, s, posting(1))
		if err := sqlite.Migrate(t.Context(), db); err != nil || posted(t, s) != 1 {
			t.Fatalf("migrated once more: %v, %d sessions", err, posted(t, s))
		}
		for v := newest - 1; v >= 0; v-- {
			if err := sqlite.MigrateTo(t.Context(), db, v); err != nil {
				t.Fatal(err)
			}
			at(t, db, v)
		}
		if left := schema(t, db); len(left) != 1 || !strings.Contains(left[0], "sessional_migrations") {
			t.Errorf("what is left at version 0: %q", left)
		}
		if _, err := s.Load(t.Context(), desk.Want{Session: "s-000001"}); why(err) != desk.Outdated {
			t.Errorf("a load at version 0: %v", err)
		}
		if err := sqlite.Migrate(t.Context(), d.open(t, file, "")); err != nil {
			t.Fatal(err)
		}
		if again := schema(t, db); !slices.Equal(again, first) {
			t.Errorf("up again, the schema differs:\n%s", strings.Join(again, "\n"))
		}
		if n := posted(t, s); n != 0 {
			t.Errorf("%d sessions after all was dropped", n)
		}
		commit(t, s, posting(1))
	})
}

// TestMigrateAtOnce migrates a file from four handles of this process and from four processes.
func TestMigrateAtOnce(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		file := filepath.Join(t.TempDir(), "rota.db")
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 4 {
			db := d.open(t, file, "")
			all.Go(func() {
				if err := sqlite.Migrate(t.Context(), db); err != nil {
					t.Errorf("a handle: %v", err)
				}
			})
			all.Go(func() {
				c := exec.CommandContext(t.Context(), self)
				c.Env = append(os.Environ(), migrating+"="+d.name+":"+file)
				if out, err := c.CombinedOutput(); err != nil {
					t.Errorf("a process: %v: %s", err, out)
				}
			})
		}
		all.Wait()
		db := d.open(t, file, "")
		var taken, most int
		if err := db.QueryRow("SELECT count(*), max(number) FROM sessional_migrations").Scan(&taken, &most); err != nil || taken != most {
			t.Errorf("%d steps taken up to %d, %v", taken, most, err)
		}
		commit(t, store(t, db, sqlite.Options{}), posting(1))
		var journal string
		if err := db.QueryRow("PRAGMA journal_mode").Scan(&journal); err != nil || journal != "wal" {
			t.Errorf("the journal is %s, %v", journal, err)
		}
	})
}

// TestAllStepsOrNone meets a table that is in the way: nothing of the step is left.
func TestAllStepsOrNone(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		db := d.open(t, filepath.Join(t.TempDir(), "rota.db"), "")
		if _, err := db.Exec("CREATE TABLE invoices (id INTEGER)"); err != nil {
			t.Fatal(err)
		}
		if err := sqlite.Migrate(t.Context(), db); err == nil || why(err) == "" || !strings.Contains(err.Error(), "CREATE TABLE invoices") {
			t.Errorf("migrated over a table of the host's: %v", err)
		}
		at(t, db, 0)
		if left := schema(t, db); len(left) != 1 {
			t.Errorf("left behind: %q", left)
		}
		if _, err := db.Exec("DROP TABLE invoices"); err != nil {
			t.Fatal(err)
		}
		if err := sqlite.Migrate(t.Context(), db); err != nil {
			t.Errorf("once it is out of the way: %v", err)
		}
	})
}

// TestALaterRelease leaves what a later release has made as it is, and doesn't pretend to know the way back.
func TestALaterRelease(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		db, _ := d.fresh(t)
		if _, err := db.Exec("INSERT INTO sessional_migrations (number, name) VALUES (99, 'later')"); err != nil {
			t.Fatal(err)
		}
		if err := sqlite.Migrate(t.Context(), db); err != nil {
			t.Errorf("migrate: %v", err)
		}
		at(t, db, 99)
		if err := sqlite.MigrateTo(t.Context(), db, 0); why(err) != desk.Outdated {
			t.Errorf("down from a version that isn't known: %v", err)
		}
		for _, v := range []int{-1, 99} {
			bad := (*session.FieldError)(nil)
			if err := sqlite.MigrateTo(t.Context(), db, v); !errors.As(err, &bad) {
				t.Errorf("to version %d: %v", v, err)
			}
		}
		commit(t, store(t, db, sqlite.Options{}), posting(1))
	})
}

// TestScript runs what is printed for those who migrate with tools of their own: it makes the same schema.
func TestScript(t *testing.T) {
	all, err := sqlite.Migrations()
	if err != nil {
		t.Fatal(err)
	}
	over(t, func(t *testing.T, d opener) {
		migrated, _ := d.fresh(t)
		db := d.open(t, filepath.Join(t.TempDir(), "rota.db"), "")
		db.SetMaxOpenConns(1)
		up, err := sqlite.Script(0, len(all))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(up); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(schema(t, db), schema(t, migrated)) {
			t.Error("the script makes another schema than Migrate")
		}
		at(t, db, len(all))
		down, err := sqlite.Script(len(all), 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(down); err != nil {
			t.Fatal(err)
		}
		at(t, db, 0)
	})
	if _, err := sqlite.Script(0, 99); err == nil {
		t.Error("a script to a version that isn't known")
	}
}
