package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// SQLite's result codes that the store acts upon. The last byte of an extended code is its primary one.
const (
	codeError      = 1
	codePerm       = 3
	codeBusy       = 5
	codeLocked     = 6
	codeNoMemory   = 7
	codeReadOnly   = 8
	codeInterrupt  = 9
	codeIO         = 10
	codeFull       = 13
	codeCantOpen   = 14
	codeProtocol   = 15
	codeConstraint = 19

	codePrimaryKey = codeConstraint | 6<<8
	codeUnique     = codeConstraint | 8<<8
	codeRowID      = codeConstraint | 10<<8
)

// unable is what SQLite's primary codes come to; what isn't here is desk.Failed.
var unable = map[int]desk.Unable{
	codePerm:     desk.Unavailable,
	codeBusy:     desk.Busy,
	codeLocked:   desk.Busy,
	codeNoMemory: desk.Unavailable,
	codeReadOnly: desk.ReadOnly,
	codeIO:       desk.Unavailable,
	codeFull:     desk.Full,
	codeCantOpen: desk.Unavailable,
	codeProtocol: desk.Busy,
}

// Code finds SQLite's result code in an error of one of the known drivers: of modernc.org/sqlite, whose errors have a
// method Code, and of mattn/go-sqlite3, whose errors are structs with a field ExtendedCode or Code. It imports neither.
// The second result says whether there is one.
func Code(err error) (int, bool) {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		return coded.Code(), true
	}
	for ; err != nil; err = errors.Unwrap(err) {
		v := reflect.Indirect(reflect.ValueOf(err))
		if v.Kind() != reflect.Struct {
			continue
		}
		for _, name := range []string{"ExtendedCode", "Code"} {
			if f := v.FieldByName(name); f.IsValid() && f.CanInt() && f.Int() != 0 {
				return int(f.Int()), true
			}
		}
	}
	return 0, false
}

// primary returns the primary result code of an error; 0 where it has none.
func (s *Store) primary(err error) int {
	code, _ := s.code(err)
	return code & 0xff
}

// taken says whether an error is that a key is there already. A driver that knows primary codes alone says only that a
// constraint was broken: keys are the only ones that the store's statements can break.
func (s *Store) taken(err error) bool {
	switch code, _ := s.code(err); code {
	case codeConstraint, codePrimaryKey, codeUnique, codeRowID:
		return true
	}
	return false
}

// errSurplus is what SQLite says when a statement was ended from outside, and no context tells why.
var errSurplus = fmt.Errorf("the statement was interrupted: %w", context.Canceled)

// failed makes what a host gets of what a driver says. What the caller asked wrongly stays as it is.
func (s *Store) failed(op string, err error) error {
	if field := (*session.FieldError)(nil); errors.As(err, &field) {
		return err
	}
	if done := (*desk.StoreError)(nil); errors.As(err, &done) {
		return err
	}
	why := s.why(err)
	if why == desk.Interrupted && !ended(err) {
		err = errors.Join(errSurplus, err)
	}
	return &desk.StoreError{Op: op, Why: why, Err: err}
}

func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func (s *Store) why(err error) desk.Unable {
	if ended(err) {
		return desk.Interrupted
	}
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return desk.Unavailable
	}
	switch code := s.primary(err); code {
	case codeInterrupt:
		return desk.Interrupted
	case codeError:
		if s.outdated() {
			return desk.Outdated
		}
	default:
		if why, known := unable[code]; known {
			return why
		}
	}
	return desk.Failed
}

// outdated says whether the tables are older than this release. SQLite has no code of its own for a table or column that
// isn't there; the number of the last migration tells.
func (s *Store) outdated() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	at, err := version(ctx, s.db)
	steps, broken := steps()
	return err == nil && broken == nil && at < len(steps)
}
