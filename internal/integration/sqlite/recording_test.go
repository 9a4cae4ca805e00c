package sqlite_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"slices"
	"sync"
	"testing"
)

// recorder is a driver that writes down which statements are prepared with it.
type recorder struct {
	inner driver.Driver
	dsn   string

	mu   *sync.Mutex
	seen map[string]bool
}

// recording opens a file through a recorder.
func (d opener) recording(tb testing.TB, file string) (*sql.DB, *recorder) {
	tb.Helper()
	r := &recorder{d.open(tb, file, "").Driver(), d.dsn(file, ""), new(sync.Mutex), map[string]bool{}}
	db := sql.OpenDB(r)
	tb.Cleanup(func() { _ = db.Close() })
	return db, r
}

// texts are the statements, in an order that is always the same.
func (r *recorder) texts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for text := range r.seen {
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// Driver is the one that does the work.
func (r *recorder) Driver() driver.Driver { return r.inner }

// Connect opens a connection.
func (r *recorder) Connect(context.Context) (driver.Conn, error) {
	c, err := r.inner.Open(r.dsn)
	if err != nil {
		return nil, err
	}
	return recordingConn{c, r}, nil
}

// recordingConn is a connection with nothing but what every driver has: what is run on it is prepared first.
type recordingConn struct {
	driver.Conn
	r *recorder
}

// PrepareContext writes a statement down.
func (c recordingConn) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	c.r.mu.Lock()
	c.r.seen[query] = true
	c.r.mu.Unlock()
	return c.Prepare(query)
}
