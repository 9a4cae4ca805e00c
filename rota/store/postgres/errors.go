package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// sqlState is how drivers tell PostgreSQL's errors apart: pgx and lib/pq both have it.
type sqlState interface{ SQLState() string }

// state returns PostgreSQL's code of an error; blank where it has none.
func state(err error) string {
	var coded sqlState
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}

// failed makes what a host gets of what a driver says. What the caller asked wrongly stays as it is.
func (s *Store) failed(op string, err error) error {
	if field := (*session.FieldError)(nil); errors.As(err, &field) {
		return err
	}
	if done := (*desk.StoreError)(nil); errors.As(err, &done) {
		return err
	}
	return &desk.StoreError{Op: op, Why: s.why(err), Err: err}
}

func (s *Store) why(err error) desk.Unable {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return desk.Interrupted
	}
	code := state(err)
	if s.within && (lost(code) || code == "25P02" || errors.Is(err, sql.ErrTxDone)) {
		return desk.Restart
	}
	if why, known := unable[code]; known {
		return why
	}
	if why, known := unable[code[:min(2, len(code))]]; known {
		return why
	}
	var network net.Error
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) {
		return desk.Unavailable
	}
	return desk.Failed
}

// unable is what PostgreSQL's codes, and classes of two letters, come to.
var unable = map[string]desk.Unable{
	"08":    desk.Unavailable, // connection exception
	"53":    desk.Unavailable, // insufficient resources: too many connections, out of memory
	"53100": desk.Full,        // disk full
	"57":    desk.Unavailable, // shutting down, starting up
	"57014": desk.Busy,        // cancelled by a statement time-out
	"58":    desk.Unavailable, // the server's own input and output
	"55P03": desk.Busy,        // a lock time-out
	"25006": desk.ReadOnly,    // a read-only transaction, a standby
	"40":    desk.Busy,        // given up for another transaction, deadlock
	"42P01": desk.Outdated,    // no such table
	"42703": desk.Outdated,    // no such column
	"42883": desk.Outdated,    // no such function
	"3F000": desk.Outdated,    // no such schema
}

// lost says whether the server gave this transaction up for the sake of another one.
func lost(code string) bool {
	switch code {
	case "40001", "40P01", "23505", "23P01":
		return true
	}
	return false
}
