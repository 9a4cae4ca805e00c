package postgres

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"unicode"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// DefaultSchema is the schema that the tables are in where the host names none.
const DefaultSchema = "sessional"

// release is the number of the functions that this release calls.
const release = "1"

// Options are what a store is made of; the zero value works.
type Options struct {
	// Schema is the schema that the tables are in; blank: DefaultSchema. Any name that PostgreSQL takes, but for those
	// with control characters or $$.
	Schema string
}

// prefix is what stands before a table's or function's name.
func (o Options) prefix() (string, error) {
	name := o.Schema
	if name == "" {
		name = DefaultSchema
	}
	if len(name) > 63 || strings.ContainsFunc(name, unicode.IsControl) || strings.Contains(name, "$$") {
		return "", &session.FieldError{Field: "Options.Schema", Problem: "is longer than 63 bytes, or holds a control character or $$"}
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `".`, nil
}

// DB is what the store asks of a database: the methods that *sql.DB, *sql.Conn and *sql.Tx share.
type DB interface {
	// ExecContext runs a statement.
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	// QueryContext runs a query.
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// QueryRowContext runs a query of one row.
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// lists are the methods that read lists.
type lists = relational.Lists

// Store is a desk.Store and a notify.Queue. It is safe for concurrent use as far as its database is: with a *sql.DB it
// is. The errors are *desk.StoreError. The zero value is not ready: use New.
type Store struct {
	lists

	db     DB
	prefix string
	within bool // a transaction of the host's
	known  *relational.KnownPolicies
}

var (
	_ desk.Store   = (*Store)(nil)
	_ notify.Queue = (*Store)(nil)
)

// New returns a store on a database whose tables were made by Migrate. The error is a *session.FieldError naming the
// argument that is missing or wrong; the database is not asked.
//
// With a *sql.DB each call is a transaction of its own. With anything else (*sql.Tx, *sql.Conn) the store takes it for a
// transaction of the host's; see Store.In.
func New(db DB, o Options) (*Store, error) {
	if db == nil {
		return nil, &session.FieldError{Field: "db", Problem: "is missing"}
	}
	prefix, err := o.prefix()
	if err != nil {
		return nil, err
	}
	_, pool := db.(*sql.DB)
	return open(db, prefix, !pool), nil
}

// In returns the same store inside a transaction of the host's: a *sql.Tx, or a *sql.Conn on which one was begun. It is
// good for as long as the transaction is, and for one goroutine at a time.
func (s *Store) In(tx DB) *Store {
	within := open(tx, s.prefix, true)
	within.known = s.known
	return within
}

func open(db DB, prefix string, within bool) *Store {
	s := &Store{db: db, prefix: prefix, within: within, known: &relational.KnownPolicies{}}
	s.lists = relational.Lists{DB: db, Dialect: dialect(prefix), Fail: s.failed}
	return s
}

// function is the name of one of the store's functions.
func (s *Store) function(name string) string { return s.prefix + "sessional_" + name + "_" + release }

// ask calls a function with a JSON document, and further texts, and reads its answer as text. The document is sent as
// text, so that it does not depend on a driver's idea of JSON.
func (s *Store) ask(ctx context.Context, function string, document []byte, further ...any) (string, error) {
	query := "SELECT " + s.function(function) + "($1::text::jsonb"
	for i := range further {
		query += ", $" + strconv.Itoa(i+2) + "::text"
	}
	var answer sql.NullString
	row := s.db.QueryRowContext(ctx, query+")::text", append([]any{string(document)}, further...)...)
	err := row.Scan(&answer)
	return answer.String, err
}

// References reserves n numbers for references (S1).
func (s *Store) References(ctx context.Context, n int) (int64, error) {
	if n < 1 {
		return 0, &session.FieldError{Field: "n", Problem: "must be at least 1"}
	}
	var first int64
	row := s.db.QueryRowContext(ctx, "SELECT "+s.function("references")+"($1::bigint)", int64(n))
	if err := row.Scan(&first); err != nil {
		return 0, s.failed("references", relational.Ended(ctx, err))
	}
	return first, nil
}

// Outcome returns what a command led to (P3).
func (s *Store) Outcome(ctx context.Context, key desk.CommandKey) (desk.Outcome, error) {
	t := relational.Outcomes
	row := make([]any, len(t.Columns))
	into := make([]any, len(row))
	for i := range row {
		into[i] = &row[i]
	}
	err := s.db.QueryRowContext(ctx, "SELECT "+strings.Join(t.Names(), ", ")+" FROM "+s.prefix+t.Name+
		" WHERE actor = $1::text AND command = $2::text", key.Actor, string(key.Command)).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return desk.Outcome{}, desk.ErrNoOutcome
	}
	if err != nil {
		return desk.Outcome{}, s.failed("outcome", relational.Ended(ctx, err))
	}
	o, err := relational.Read[relational.Outcome](t, row)
	if err != nil {
		return desk.Outcome{}, s.failed("outcome", relational.Ended(ctx, err))
	}
	return desk.Outcome{Digest: o.Digest, Result: []byte(o.Result), At: o.At}, nil
}
