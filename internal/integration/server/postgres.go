package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// superuser is the user that owns a cluster and needs no password.
const superuser = "postgres"

// Config says which PostgreSQL to start, and how.
type Config struct {
	// Major is the version, one of 13, 15 and 18; 0 stands for the newest of them that can be had.
	Major int
	// Durable leaves fsync on. Without it a server that is killed loses nothing either, only a machine that is.
	Durable bool
	// Settings are added to postgresql.conf's, and win over what this package sets.
	Settings map[string]string
}

// Postgres is one server. Its methods may be called at the same time, those that stop and start it excepted.
type Postgres struct {
	major    int
	tools    tools
	folder   string
	port     int
	settings map[string]string
	process  *process // nil for a server that is not ours, and before the first start

	// other is the connection string of a server that is not ours.
	other string
}

// Mode is how a server is stopped.
type Mode int

const (
	// Fast rolls back what is under way, writes everything down and ends.
	Fast Mode = iota + 1
	// Immediate ends at once, as in a crash: the next start recovers from the log.
	Immediate
)

// ErrNotOurs is what a server answers that SESSIONAL_POSTGRES_DSN points to, when it is asked to stop, to start or to
// be copied.
var ErrNotOurs = errors.New("the server that SESSIONAL_POSTGRES_DSN points to is left alone")

// Start starts a server of the test's own, and stops it when the test ends. Where the major cannot be had, it skips
// the test.
func Start(tb testing.TB, c Config) *Postgres {
	tb.Helper()
	if c.Major == 0 {
		c.Major = newest()
	}
	t := require(tb, postgresName(c.Major), func() (tools, error) { return findPostgres(c.Major) })
	p, err := create(c, t)
	if err != nil {
		tb.Fatalf("PostgreSQL %d does not start: %v", c.Major, err)
	}
	tb.Cleanup(func() { p.clean(tb) })
	return p
}

// create makes a cluster and starts it.
func create(c Config, t tools) (*Postgres, error) {
	blank, err := template(c.Major, t)
	if err != nil {
		return nil, err
	}
	p := &Postgres{major: c.Major, tools: t, settings: settings(c)}
	if p.folder, err = newFolder(); err != nil {
		return nil, err
	}
	if err := copyTree(blank, p.data()); err != nil {
		return nil, err
	}
	return p, p.first()
}

// first starts a server on a port that is free. Between looking and binding somebody else may take it.
func (p *Postgres) first() error {
	const tries = 3
	for n := 1; ; n++ {
		var err error
		if p.port, err = freePort(); err != nil {
			return err
		}
		err = p.start()
		if err == nil || n == tries || !strings.Contains(p.Log(), "could not bind") {
			return err
		}
	}
}

// settings are what a server of tests needs: many connections, no socket file, no waiting for the disk.
func settings(c Config) map[string]string {
	s := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": "",
		"max_connections":         "300",
		"shared_buffers":          "64MB",
		"log_min_messages":        "warning",
		"timezone":                "UTC",
	}
	if !c.Durable {
		s["fsync"], s["full_page_writes"] = "off", "off"
		s["deadlock_timeout"] = "50ms" // contracts and races make deadlocks by the dozen, a second each otherwise
	}
	maps.Copy(s, c.Settings)
	return s
}

func (p *Postgres) data() string    { return filepath.Join(p.folder, "data") }
func (p *Postgres) logFile() string { return filepath.Join(p.folder, "log") }

// start starts the server on its port, and waits until it answers.
func (p *Postgres) start() error {
	args := []string{"-D", p.data(), "-p", strconv.Itoa(p.port)}
	for _, name := range slices.Sorted(maps.Keys(p.settings)) {
		args = append(args, "-c", name+"="+p.settings[name])
	}
	var err error
	p.process, err = startProcess(p.tools.command("postgres", args...), p.folder, p.logFile(), quit)
	if err != nil {
		return err
	}
	if err := p.process.await(p.DSN(superuser)); err != nil {
		err = errors.Join(err, p.process.stop(quit))
		return fmt.Errorf("%w; the end of its log:\n%s", err, tail(p.Log()))
	}
	return nil
}

// Major is the server's version: 15 for 15.4.
func (p *Postgres) Major() int { return p.major }

// Port is the port on 127.0.0.1; 0 for a server that is not ours.
func (p *Postgres) Port() int { return p.port }

// Addr is where the server listens, as net.Dial takes it; empty for a server that is not ours.
func (p *Postgres) Addr() string {
	if p.other != "" {
		return ""
	}
	return fmt.Sprintf("127.0.0.1:%d", p.port)
}

// DSN is the connection string of a database, as keywords and values: pgx and lib/pq both read it, and more may be
// added behind a space.
func (p *Postgres) DSN(database string) string {
	if p.other != "" {
		return p.other + " dbname=" + quote(database)
	}
	return DSN(p.Addr(), database)
}

// Pid is the process id of the server, 0 while it does not run and for one that is not ours.
func (p *Postgres) Pid() int { return p.process.pid() }

// Running says whether the server's process is there. A server that is not ours always runs.
func (p *Postgres) Running() bool { return p.other != "" || p.process.running() }

// Log is what the server has written to its log since it was first started; empty for one that is not ours.
func (p *Postgres) Log() string {
	if p.other != "" {
		return ""
	}
	text, err := os.ReadFile(p.logFile())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Stop ends the server, and returns when its process is gone. The data stay; see Restart.
func (p *Postgres) Stop(mode Mode) error {
	if p.other != "" {
		return ErrNotOurs
	}
	if mode == Immediate {
		return p.process.stop(quit)
	}
	return p.process.stop(interrupt, quit)
}

// Restart starts the server again on the port that it had, stopping it first where it runs, and returns when it
// answers.
func (p *Postgres) Restart() error {
	if p.other != "" {
		return ErrNotOurs
	}
	if err := p.Stop(Fast); err != nil {
		return err
	}
	return p.start()
}

// NewDatabase creates an empty database, and drops it when the test ends. It returns the name, for DSN.
func (p *Postgres) NewDatabase(tb testing.TB) string {
	tb.Helper()
	name := "test_" + strings.ToLower(rand.Text()[:12])
	if err := p.Exec(tb.Context(), "CREATE DATABASE "+name); err != nil {
		tb.Fatalf("creating a database: %v", err)
	}
	tb.Cleanup(func() {
		if !p.Running() {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			tb.Logf("dropping a database: %v", err)
		}
	})
	return name
}

// Exec runs a statement in the database postgres, as the superuser.
func (p *Postgres) Exec(ctx context.Context, statement string) error {
	return p.query(ctx, statement, nil)
}

// query runs a statement in the database postgres, as the superuser, and reads its one value into where that is not
// nil.
func (p *Postgres) query(ctx context.Context, statement string, into any) (err error) {
	dsn := p.DSN(superuser)
	if p.other != "" {
		dsn = p.other // which database its user may see is the host's affair
	}
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if into != nil {
		return conn.QueryRow(ctx, statement).Scan(into)
	}
	_, err = conn.Exec(ctx, statement)
	return err
}

// clean ends what a test has started, and shows the log of a failed one.
func (p *Postgres) clean(tb testing.TB) {
	if tb.Failed() {
		tb.Logf("the end of the log of PostgreSQL %d:\n%s", p.major, tail(p.Log()))
	}
	if err := p.remove(); err != nil {
		tb.Errorf("stopping PostgreSQL %d: %v", p.major, err)
	}
}

// remove stops the server and removes its folder.
func (p *Postgres) remove() error {
	return errors.Join(p.Stop(Fast), os.RemoveAll(p.folder))
}

// tail is the end of a log: what fits on a screen.
func tail(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}
