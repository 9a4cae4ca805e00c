package points

import (
	"context"
	"database/sql/driver"
)

// Connector returns a connector whose connections tell the points that they reach.
func Connector(inner driver.Connector, reach Reach) driver.Connector {
	return connector{inner, reach}
}

type connector struct {
	driver.Connector
	reach Reach
}

// Connect opens a connection.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: inner, course: &course{reach: c.reach}}, nil
}

// conn is a connection. What the driver's own can't do is left to database/sql, by driver.ErrSkip.
type conn struct {
	driver.Conn
	course *course
}

var (
	_ driver.ConnBeginTx        = (*conn)(nil)
	_ driver.ConnPrepareContext = (*conn)(nil)
	_ driver.ExecerContext      = (*conn)(nil)
	_ driver.QueryerContext     = (*conn)(nil)
	_ driver.NamedValueChecker  = (*conn)(nil)
	_ driver.SessionResetter    = (*conn)(nil)
	_ driver.Validator          = (*conn)(nil)
	_ driver.Pinger             = (*conn)(nil)
)

// BeginTx begins a transaction.
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	inner, ok := c.Conn.(driver.ConnBeginTx)
	if !ok {
		return nil, driver.ErrSkip
	}
	c.course.purpose = ""
	t, err := around(c.course, "begin", func() (driver.Tx, error) { return inner.BeginTx(ctx, o) })
	if err != nil {
		return nil, err
	}
	return tx{t, c.course}, nil
}

// PrepareContext prepares a statement.
func (c *conn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	inner, ok := c.Conn.(driver.ConnPrepareContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	s, err := inner.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return &stmt{Stmt: s, course: c.course, step: stepOf(text)}, nil
}

// ExecContext runs a statement.
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	inner, ok := c.Conn.(driver.ExecerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	return around(c.course, c.course.name(stepOf(text)), func() (driver.Result, error) {
		return inner.ExecContext(ctx, text, args)
	})
}

// QueryContext runs a query.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	inner, ok := c.Conn.(driver.QueryerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	return around(c.course, c.course.name(stepOf(text)), func() (driver.Rows, error) {
		return inner.QueryContext(ctx, text, args)
	})
}

// CheckNamedValue converts an argument as the driver would.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if inner, ok := c.Conn.(driver.NamedValueChecker); ok {
		return inner.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// ResetSession prepares the connection for its next use.
func (c *conn) ResetSession(ctx context.Context) error {
	if inner, ok := c.Conn.(driver.SessionResetter); ok {
		return inner.ResetSession(ctx)
	}
	return nil
}

// IsValid says whether the connection can be used again.
func (c *conn) IsValid() bool {
	inner, ok := c.Conn.(driver.Validator)
	return !ok || inner.IsValid()
}

// Ping asks whether the connection is alive.
func (c *conn) Ping(ctx context.Context) error {
	if inner, ok := c.Conn.(driver.Pinger); ok {
		return inner.Ping(ctx)
	}
	return nil
}

// tx is a transaction. Only one that has written has points at its end.
type tx struct {
	driver.Tx
	course *course
}

// Commit commits.
func (t tx) Commit() error {
	name := ""
	if t.course.purpose != "" {
		name = t.course.purpose + " commit"
	}
	_, err := around(t.course, name, func() (struct{}, error) { return struct{}{}, t.Tx.Commit() })
	return err
}

// stmt is a prepared statement.
type stmt struct {
	driver.Stmt
	course *course
	step   step
}

var (
	_ driver.StmtExecContext   = (*stmt)(nil)
	_ driver.StmtQueryContext  = (*stmt)(nil)
	_ driver.NamedValueChecker = (*stmt)(nil)
)

// ExecContext runs the statement.
func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	inner, ok := s.Stmt.(driver.StmtExecContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	return around(s.course, s.course.name(s.step), func() (driver.Result, error) { return inner.ExecContext(ctx, args) })
}

// QueryContext runs the query.
func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	inner, ok := s.Stmt.(driver.StmtQueryContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	return around(s.course, s.course.name(s.step), func() (driver.Rows, error) { return inner.QueryContext(ctx, args) })
}

// CheckNamedValue converts an argument as the driver would.
func (s *stmt) CheckNamedValue(v *driver.NamedValue) error {
	if inner, ok := s.Stmt.(driver.NamedValueChecker); ok {
		return inner.CheckNamedValue(v)
	}
	return driver.ErrSkip
}
