package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// PgBouncer is a pooler before a server, in transaction mode.
type PgBouncer struct {
	port    int
	folder  string
	process *process
}

// StartPgBouncer starts a pooler that keeps at most poolSize connections to each database of a server of ours, and
// stops it when the test ends. Where there is no PgBouncer, or the server is not ours, it skips the test.
func StartPgBouncer(tb testing.TB, p *Postgres, poolSize int) *PgBouncer {
	tb.Helper()
	t := require(tb, "PgBouncer", findPgBouncer)
	if p.other != "" {
		tb.Skipf("PgBouncer: %v", ErrNotOurs)
	}
	b := &PgBouncer{}
	tb.Cleanup(func() { b.clean(tb) })
	if err := b.start(t, p, poolSize); err != nil {
		tb.Fatalf("PgBouncer does not start: %v", err)
	}
	return b
}

func (b *PgBouncer) start(t tools, p *Postgres, poolSize int) error {
	var err error
	if b.folder, err = newFolder(); err != nil {
		return err
	}
	if b.port, err = freePort(); err != nil {
		return err
	}
	// auth_type any: as with the server's trust, whoever reaches it may in.
	config := fmt.Sprintf(`[databases]
* = host=127.0.0.1 port=%d user=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = %d
max_client_conn = 1000
ignore_startup_parameters = extra_float_digits
`, p.port, superuser, b.port, poolSize)
	file := filepath.Join(b.folder, "pgbouncer.ini")
	if err := errors.Join(os.WriteFile(file, []byte(config), 0o600), give(file)); err != nil {
		return err
	}
	b.process, err = startProcess(t.command("pgbouncer", file), b.folder, b.logFile(), terminate)
	if err != nil {
		return err
	}
	if err := b.process.await(b.DSN(superuser)); err != nil {
		return fmt.Errorf("%w; the end of its log:\n%s", err, tail(b.Log()))
	}
	return nil
}

func (b *PgBouncer) logFile() string { return filepath.Join(b.folder, "log") }

// Addr is where it listens, as net.Dial takes it.
func (b *PgBouncer) Addr() string { return fmt.Sprintf("127.0.0.1:%d", b.port) }

// Port is its port on 127.0.0.1.
func (b *PgBouncer) Port() int { return b.port }

// DSN is the connection string of a database of the server behind it.
func (b *PgBouncer) DSN(database string) string { return DSN(b.Addr(), database) }

// Pid is its process id, 0 when it has ended.
func (b *PgBouncer) Pid() int { return b.process.pid() }

// Log is what it has written to its log.
func (b *PgBouncer) Log() string {
	text, err := os.ReadFile(b.logFile())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Stop ends it at once, and returns when its process is gone.
func (b *PgBouncer) Stop() error { return b.process.stop(terminate, quit) }

func (b *PgBouncer) clean(tb testing.TB) {
	if tb.Failed() {
		tb.Logf("the end of PgBouncer's log:\n%s", tail(b.Log()))
	}
	if err := errors.Join(b.Stop(), os.RemoveAll(b.folder)); err != nil {
		tb.Errorf("stopping PgBouncer: %v", err)
	}
}
