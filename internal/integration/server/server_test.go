package server_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx
	_ "github.com/lib/pq"              // the driver called postgres

	"github.com/sessional-go/sessional/internal/integration/server"
)

// all are the majors that stores are tested on. (Majors would stand for another server, if the developer wants that.)
var all = []int{13, 15, 18}

func TestServersStartAndEnd(t *testing.T) {
	for _, major := range all {
		t.Run(fmt.Sprint(major), func(t *testing.T) {
			var pids []int
			t.Run("run", func(t *testing.T) {
				p := server.Start(t, server.Config{Major: major})
				b := server.StartPgBouncer(t, p, 2)
				pids = append(pids, p.Pid(), b.Pid())
				name := p.NewDatabase(t)
				for _, dsn := range []string{p.DSN(name), b.DSN(name)} {
					for _, driver := range []string{"pgx", "postgres"} {
						version := ask(t, driver, dsn, "SELECT version()")
						if !strings.HasPrefix(version, fmt.Sprintf("PostgreSQL %d.", major)) {
							t.Errorf("%s: %s", driver, version)
						}
						if got := ask(t, driver, dsn, "SELECT current_database()"); got != name {
							t.Errorf("%s: in the database %s, not in %s", driver, got, name)
						}
					}
				}
			})
			for _, pid := range pids {
				gone(t, pid)
			}
			if len(pids) == 0 {
				t.Skip("not on this machine; listed at the end of the run")
			}
		})
	}
}

func TestRestartKeepsPortAndData(t *testing.T) {
	for _, mode := range []server.Mode{server.Fast, server.Immediate} {
		p := server.Start(t, server.Config{Durable: true, Settings: map[string]string{"max_connections": "17"}})
		addr, pid := p.Addr(), p.Pid()
		if got := ask(t, "pgx", p.DSN("postgres"), "SELECT current_setting('fsync') || current_setting('max_connections')"); got != "on17" {
			t.Errorf("fsync and max_connections are %s", got)
		}
		name := p.NewDatabase(t)
		ask(t, "pgx", p.DSN(name), "CREATE TABLE kept AS SELECT 'here'::text AS word")
		ok(t, p.Stop(mode))
		gone(t, pid)
		if p.Running() || p.Pid() != 0 {
			t.Error("a stopped server runs")
		}
		ok(t, p.Restart())
		if p.Addr() != addr {
			t.Errorf("moved from %s to %s", addr, p.Addr())
		}
		if got := ask(t, "pgx", p.DSN(name), "SELECT word FROM kept"); got != "here" {
			t.Errorf("after mode %d: %q", mode, got)
		}
		recovered := strings.Contains(p.Log(), "was not properly shut down")
		if recovered != (mode == server.Immediate) {
			t.Errorf("mode %d, recovered: %v\n%s", mode, recovered, p.Log())
		}
	}
}

func TestStandbyIsPromoted(t *testing.T) {
	for _, major := range all {
		t.Run(fmt.Sprint(major), func(t *testing.T) {
			p := server.Start(t, server.Config{Major: major, Settings: map[string]string{"synchronous_commit": "on"}})
			s := p.Standby(t)
			ask(t, "pgx", p.DSN("postgres"), "CREATE TABLE word AS SELECT 'both'::text AS word")
			if got := ask(t, "pgx", s.DSN("postgres"), "SELECT pg_is_in_recovery()::text"); got != "true" {
				t.Errorf("the standby is in recovery: %s", got)
			}
			ok(t, p.Stop(server.Immediate))
			ok(t, s.Promote())
			if got := ask(t, "pgx", s.DSN("postgres"), "INSERT INTO word VALUES ('one') RETURNING (SELECT word FROM word)"); got != "both" {
				t.Errorf("what both acknowledged is %q", got)
			}
		})
	}
}

// Without its standby, the first server must not acknowledge anything: else a failover would lose it.
func TestCommitsWaitForStandby(t *testing.T) {
	p := server.Start(t, server.Config{})
	s := p.Standby(t)
	ok(t, s.Stop(server.Immediate))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	db, err := sql.Open("pgx", p.DSN("postgres"))
	ok(t, err)
	defer db.Close()
	if _, err := db.ExecContext(ctx, "CREATE TABLE lonely ()"); err == nil {
		t.Error("a commit was acknowledged by one server alone")
	}
	ok(t, s.Restart())
	ask(t, "pgx", p.DSN("postgres"), "CREATE TABLE together ()")
}

func TestSharedIsOne(t *testing.T) {
	for _, major := range server.Majors(t) {
		t.Run(fmt.Sprint(major), func(t *testing.T) {
			p := server.Shared(t, major)
			if again := server.Shared(t, major); again != p {
				t.Error("shared, but started twice")
			}
			a, b := p.NewDatabase(t), p.NewDatabase(t)
			if a == b {
				t.Errorf("two databases called %s", a)
			}
			if p.Major() != major {
				t.Errorf("is %d", p.Major())
			}
		})
	}
}

// ask reads one text from a database, "" where the statement returns nothing.
func ask(t *testing.T, driver, dsn, statement string) (answer string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if driver == "pgx" {
		dsn += " default_query_exec_mode=exec" // also through PgBouncer
	}
	db, err := sql.Open(driver, dsn)
	ok(t, err)
	defer db.Close()
	rows, err := db.QueryContext(ctx, statement)
	ok(t, err)
	defer rows.Close()
	for rows.Next() {
		ok(t, rows.Scan(&answer))
	}
	ok(t, rows.Err())
	return answer
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// gone fails where a process is still there.
func gone(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
		t.Errorf("process %d is still there: %v", pid, err)
	}
}
