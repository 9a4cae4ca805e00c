package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// DefaultWait is how long a store waits for another process to end its commit, where Options.Wait says nothing.
const DefaultWait = 5 * time.Second

// Options are what a store is made of; the zero value works.
type Options struct {
	// Code finds SQLite's result code in a driver's error, the extended one where it can; nil: Code, which knows
	// modernc.org/sqlite and mattn/go-sqlite3.
	Code func(error) (code int, ok bool)
	// Wait is how long the store tries again where another process is in the middle of a commit, before it answers
	// with desk.Busy; 0: DefaultWait. It ends with the caller's context.
	Wait time.Duration
}

// lists are the methods that read lists.
type lists = relational.Lists

// Store is a desk.Store and a notify.Queue. It is safe for concurrent use, and any number of stores, in any number of
// processes, work on one file. The errors are *desk.StoreError. The zero value is not ready: use New.
type Store struct {
	lists

	db       *sql.DB
	code     func(error) (int, bool)
	wait     time.Duration
	prepared statements
	known    relational.KnownPolicies
	// writer holds the one place for whoever writes: writers of one process queue here, where they can give up, and not
	// in SQLite, where they would sleep.
	writer chan struct{}
}

var (
	_ desk.Store   = (*Store)(nil)
	_ notify.Queue = (*Store)(nil)
)

// New returns a store on a database whose tables were made by Migrate. The error is a *session.FieldError naming the
// argument that is missing or wrong; the database is not asked. Tables that are missing or older are found by the first
// call that needs them: desk.Outdated.
func New(db *sql.DB, o Options) (*Store, error) {
	if db == nil {
		return nil, &session.FieldError{Field: "db", Problem: "is missing"}
	}
	if o.Wait < 0 {
		return nil, &session.FieldError{Field: "Options.Wait", Problem: "must not be negative"}
	}
	return open(db, o), nil
}

func open(db *sql.DB, o Options) *Store {
	s := &Store{db: db, code: o.Code, wait: o.Wait, writer: make(chan struct{}, 1)}
	if s.code == nil {
		s.code = Code
	}
	if s.wait == 0 {
		s.wait = DefaultWait
	}
	s.prepared.db = db
	s.lists = relational.Lists{DB: &s.prepared, Dialect: dialect{}, Fail: s.failed}
	return s
}

// Close releases the statements that the store has prepared. The database stays open: it is the host's. The store is
// not to be used any more.
func (s *Store) Close() error {
	if err := s.prepared.close(); err != nil {
		return s.failed("close", err)
	}
	return nil
}

const (
	takeReferences = "UPDATE reference_numbers SET last = last + ?1"
	lastReference  = "SELECT last FROM reference_numbers"
)

// References reserves n numbers for references (S1).
func (s *Store) References(ctx context.Context, n int) (int64, error) {
	if n < 1 {
		return 0, &session.FieldError{Field: "n", Problem: "must be at least 1"}
	}
	var last int64
	err := s.write(ctx, func(t *transaction) error {
		if _, err := t.exec(ctx, takeReferences, int64(n)); err != nil {
			return err
		}
		_, err := t.one(ctx, lastReference, nil, &last)
		return err
	}, takeReferences, lastReference)
	if err != nil {
		return 0, s.failed("references", err)
	}
	return last - int64(n) + 1, nil
}

var findOutcome = "SELECT " + strings.Join(relational.Outcomes.Names(), ", ") +
	" FROM outcomes WHERE actor = ?1 AND command = ?2"

// Outcome returns what a command led to (P3).
func (s *Store) Outcome(ctx context.Context, key desk.CommandKey) (desk.Outcome, error) {
	var found relational.Outcome
	err := s.read(ctx, func(t *transaction) error {
		ok, err := record(ctx, t, &found, relational.Outcomes, findOutcome, key.Actor, string(key.Command))
		if err == nil && !ok {
			return desk.ErrNoOutcome
		}
		return err
	}, findOutcome)
	if errors.Is(err, desk.ErrNoOutcome) {
		return desk.Outcome{}, desk.ErrNoOutcome
	}
	if err != nil {
		return desk.Outcome{}, s.failed("outcome", err)
	}
	return desk.Outcome{Digest: found.Digest, Result: []byte(found.Result), At: found.At}, nil
}
