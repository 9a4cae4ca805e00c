package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// methodError is built as modernc.org/sqlite's errors are.
type methodError struct{ code int }

func (e *methodError) Error() string { return "by a method" }
func (e *methodError) Code() int     { return e.code }

// fieldError is built as mattn/go-sqlite3's errors are: a value, whose numbers have types of their own.
type (
	number     int
	fieldError struct {
		Code         number
		ExtendedCode number
	}
)

func (e fieldError) Error() string { return "by fields" }

// otherError has a code of another kind, as the errors of this library have.
type otherError struct{ Code string }

func (e otherError) Error() string { return e.Code }

func TestCode(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want int
	}{
		{"a method", &methodError{2067}, 2067},
		{"a method, wrapped", fmt.Errorf("at: %w", &methodError{5}), 5},
		{"fields", fieldError{Code: 19, ExtendedCode: 1555}, 1555},
		{"fields, wrapped", fmt.Errorf("at: %w", fieldError{Code: 13}), 13},
		{"a pointer to fields", &fieldError{Code: 8}, 8},
		{"joined", errors.Join(context.Canceled, &methodError{9}), 9},
		{"another code", otherError{"busy"}, 0},
		{"none", errors.New("none"), 0},
		{"nothing", nil, 0},
	} {
		if got, ok := Code(c.err); got != c.want || ok != (c.want != 0) {
			t.Errorf("%s: %d, %v, want %d", c.name, got, ok, c.want)
		}
	}
}

// nowhere is a database that can't be reached.
type nowhere struct{}

func (nowhere) Connect(context.Context) (driver.Conn, error) { return nil, driver.ErrBadConn }
func (nowhere) Driver() driver.Driver                        { return nil }

func lost(t *testing.T, o Options) *Store {
	t.Helper()
	db := sql.OpenDB(nowhere{})
	t.Cleanup(func() { _ = db.Close() })
	s, err := New(db, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhy(t *testing.T) {
	s := lost(t, Options{})
	for _, c := range []struct {
		err  error
		want desk.Unable
	}{
		{&methodError{codeBusy | 2<<8}, desk.Busy},
		{&methodError{codeLocked}, desk.Busy},
		{fieldError{Code: codeProtocol}, desk.Busy},
		{&methodError{codeReadOnly | 4<<8}, desk.ReadOnly},
		{&methodError{codeFull}, desk.Full},
		{&methodError{codeIO | 3<<8}, desk.Unavailable},
		{&methodError{codeCantOpen}, desk.Unavailable},
		{&methodError{codeNoMemory}, desk.Unavailable},
		{&methodError{codePerm}, desk.Unavailable},
		{&methodError{11}, desk.Failed},
		{&methodError{codeConstraint}, desk.Failed},
		{&methodError{codeError}, desk.Failed},
		{driver.ErrBadConn, desk.Unavailable},
		{sql.ErrConnDone, desk.Unavailable},
		{context.Canceled, desk.Interrupted},
		{errors.Join(context.DeadlineExceeded, &methodError{codeBusy}), desk.Interrupted},
		{&methodError{codeInterrupt}, desk.Interrupted},
		{errors.New("something else"), desk.Failed},
	} {
		err := s.failed("load", fmt.Errorf("at: %w", c.err))
		told := (*desk.StoreError)(nil)
		if !errors.As(err, &told) || told.Why != c.want || told.Op != "load" || !errors.Is(err, c.err) {
			t.Errorf("%v became %v, want %s", c.err, err, c.want)
		}
		if c.want == desk.Interrupted && !ended(err) {
			t.Errorf("%v is interrupted, and no context's error", err)
		}
		if again := s.failed("commit", err); !errors.Is(again, err) {
			t.Errorf("told twice: %v", again)
		}
	}
	asked := &session.FieldError{Field: "limit", Problem: "is odd"}
	if err := s.failed("load", asked); !errors.Is(err, asked) || errors.As(err, new(*desk.StoreError)) {
		t.Errorf("a caller's mistake became %v", err)
	}
}

func TestTaken(t *testing.T) {
	s := lost(t, Options{})
	for code, want := range map[int]bool{
		codeConstraint: true, codeUnique: true, codePrimaryKey: true, codeRowID: true,
		codeConstraint | 5<<8: false, codeConstraint | 12<<8: false, codeBusy: false,
	} {
		if got := s.taken(&methodError{code}); got != want {
			t.Errorf("code %d: taken is %v", code, got)
		}
	}
}

// TestUnreachable asks a database that can't be reached in every way.
func TestUnreachable(t *testing.T) {
	s := lost(t, Options{})
	_, loading := s.Load(t.Context(), desk.Want{Session: "s"})
	_, looking := s.Outcome(t.Context(), desk.CommandKey{Actor: "a", Command: "c"})
	_, counting := s.References(t.Context(), 3)
	_, listing := s.Policies(t.Context(), "north")
	_, asking := Version(t.Context(), s.db)
	for name, err := range map[string]error{
		"load": loading, "outcome": looking, "references": counting, "policies": listing, "version": asking,
		"migrate": Migrate(t.Context(), s.db),
	} {
		told := (*desk.StoreError)(nil)
		if !errors.As(err, &told) || told.Why != desk.Unavailable || told.Op != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func TestOptions(t *testing.T) {
	db := sql.OpenDB(nowhere{})
	for field, try := range map[string]func() error{
		"db":           func() error { _, err := New(nil, Options{}); return err },
		"Options.Wait": func() error { _, err := New(db, Options{Wait: -1}); return err },
		"n":            func() error { _, err := lost(t, Options{}).References(t.Context(), 0); return err },
		"version":      func() error { return MigrateTo(t.Context(), db, 99) },
	} {
		bad := (*session.FieldError)(nil)
		if err := try(); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for name, err := range map[string]error{
		"Migrate": Migrate(t.Context(), nil),
		"Version": func() error { _, err := Version(t.Context(), nil); return err }(),
	} {
		if bad := (*session.FieldError)(nil); !errors.As(err, &bad) || bad.Field != "db" {
			t.Errorf("%s without a database: %v", name, err)
		}
	}
	if s := lost(t, Options{}); s.wait != DefaultWait {
		t.Errorf("it waits %v", s.wait)
	}
	own := lost(t, Options{Wait: time.Second, Code: func(error) (int, bool) { return codeFull, true }})
	if err := own.failed("load", errors.New("of my own driver")); own.wait != time.Second ||
		err.(*desk.StoreError).Why != desk.Full { //nolint:errorlint,forcetypeassert // its very type is what is tested
		t.Errorf("with options of its own: %v, %v", own.wait, err)
	}
}

// TestPatience tries again while the database is busy, and gives up in time.
func TestPatience(t *testing.T) {
	busy := fmt.Errorf("at: %w", &methodError{codeBusy})
	s := lost(t, Options{Wait: 20 * time.Millisecond})
	tries := 0
	if err := s.patiently(t.Context(), func() error {
		if tries++; tries < 3 {
			return busy
		}
		return nil
	}); err != nil || tries != 3 {
		t.Errorf("after %d tries: %v", tries, err)
	}
	if err := s.patiently(t.Context(), func() error { return busy }); !errors.Is(err, busy) || ended(err) {
		t.Errorf("busy for ever: %v", err)
	}
	other := errors.New("something else")
	tries = 0
	if err := s.patiently(t.Context(), func() error { tries++; return other }); !errors.Is(err, other) || tries != 1 {
		t.Errorf("something else, after %d tries: %v", tries, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := s.patiently(ctx, func() error { cancel(); return busy })
	if !errors.Is(err, context.Canceled) || s.failed("commit", err).(*desk.StoreError).Why != desk.Interrupted { //nolint:errorlint,forcetypeassert // likewise
		t.Errorf("busy, with a context that ended: %v", err)
	}
}
