package postgres_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync/atomic"
	"testing"
)

// counting is a driver that counts what it passes on: each call is a round trip to the server, as far as the driver that
// it wraps does it in one.
type counting struct {
	driver driver.Driver
	dsn    string
	trips  *atomic.Int64
}

// Driver is the one that is wrapped.
func (c counting) Driver() driver.Driver { return c.driver }

// counted opens a pool that counts its round trips.
func (d driverOf) counted(tb testing.TB, dsn string) (*sql.DB, *atomic.Int64) {
	tb.Helper()
	trips := new(atomic.Int64)
	db := sql.OpenDB(counting{d.open(tb, dsn).Driver(), d.dsn(dsn), trips})
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	tb.Cleanup(func() { _ = db.Close() })
	return db, trips
}

// Connect counts what goes over the connection, and not the connection itself: a pool keeps it.
func (c counting) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &countingConn{inner, c.trips}, nil
}

// countingConn has what the store can use of a connection, and nothing else: a prepared statement would be a trip of its
// own, and is counted as one.
type countingConn struct {
	driver.Conn
	trips *atomic.Int64
}

func (c *countingConn) Prepare(query string) (driver.Stmt, error) {
	c.trips.Add(1)
	return c.Conn.Prepare(query)
}

func (c *countingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.trips.Add(1)
	inner, is := c.Conn.(driver.QueryerContext)
	if !is {
		return nil, driver.ErrSkip
	}
	return inner.QueryContext(ctx, query, args)
}

func (c *countingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.trips.Add(1)
	inner, is := c.Conn.(driver.ExecerContext)
	if !is {
		return nil, driver.ErrSkip
	}
	return inner.ExecContext(ctx, query, args)
}

func (c *countingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	c.trips.Add(2) // it is ended as well
	inner, is := c.Conn.(driver.ConnBeginTx)
	if !is {
		return nil, driver.ErrSkip
	}
	return inner.BeginTx(ctx, opts)
}

// CheckNamedValue leaves the arguments to the driver's own check.
func (c *countingConn) CheckNamedValue(v *driver.NamedValue) error {
	if inner, is := c.Conn.(driver.NamedValueChecker); is {
		return inner.CheckNamedValue(v)
	}
	return driver.ErrSkip
}
