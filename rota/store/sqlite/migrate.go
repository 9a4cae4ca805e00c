package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/sessional-go/sessional/internal/migrate"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

//go:embed migrations/*.sql
var files embed.FS

// Migration is one numbered step of the schema. Version n of the schema is what step n leads to; version 0 is none.
type Migration struct {
	Number int
	Name   string
	// Up and Down are its SQL. The header of Down says what is lost.
	Up, Down string
}

// Migrations returns all steps in their order, to be read, printed, or run by a host's own tool. Script has them with
// what keeps the count.
func Migrations() ([]Migration, error) {
	steps, err := steps()
	if err != nil {
		return nil, err
	}
	all := make([]Migration, len(steps))
	for i, s := range steps {
		all[i] = Migration{Number: s.Number, Name: s.Name, Up: s.Up, Down: s.Down}
	}
	return all, nil
}

func steps() ([]migrate.Step, error) {
	folder, err := fs.Sub(files, "migrations")
	if err != nil {
		return nil, err
	}
	return migrate.Load(folder)
}

// Migrate brings the file to the newest version that this release knows, with a write-ahead log as its journal. It is
// safe to call from any number of processes at once: one does it, the others wait and find it done. It is one
// transaction: all steps are taken or none.
//
// A file that a later release has brought further is left as it is. The error is a *desk.StoreError: desk.Busy where
// somebody else held the file for longer than DefaultWait.
func Migrate(ctx context.Context, db *sql.DB) error {
	steps, err := steps()
	if err != nil {
		return err
	}
	return move(ctx, db, func(at int) int { return max(at, len(steps)) })
}

// MigrateTo takes the steps up or down to a version, 0 for none. What a step down loses is said in its header: print it
// first (see Migrations). A version that this release doesn't know is a *session.FieldError.
func MigrateTo(ctx context.Context, db *sql.DB, version int) error {
	steps, err := steps()
	if err != nil {
		return err
	}
	if version < 0 || version > len(steps) {
		return &session.FieldError{Field: "version", Problem: fmt.Sprintf("must be between 0 and %d", len(steps))}
	}
	return move(ctx, db, func(int) int { return version })
}

// Version returns the version that the file is at; 0 where it has no tables of the workflow.
func Version(ctx context.Context, db *sql.DB) (int, error) {
	if db == nil {
		return 0, &session.FieldError{Field: "db", Problem: "is missing"}
	}
	at, err := version(ctx, db)
	if err != nil {
		return 0, open(db, Options{}).failed("version", err)
	}
	return at, nil
}

// asker is what runs a query of one row: a *sql.DB or *sql.Conn.
type asker interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func version(ctx context.Context, db asker) (int, error) {
	var there bool
	err := db.QueryRowContext(ctx,
		"SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sessional_migrations')").Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	var at int
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(number), 0) FROM sessional_migrations").Scan(&at)
	return at, err
}

// move takes the steps to a version in one transaction.
func move(ctx context.Context, db *sql.DB, to func(at int) int) error {
	if db == nil {
		return &session.FieldError{Field: "db", Problem: "is missing"}
	}
	s := open(db, Options{})
	if err := s.patiently(ctx, func() error { return walk(ctx, db, to) }); err != nil {
		return s.failed("migrate", err)
	}
	return nil
}

// walk has one connection to itself, so that it can begin a transaction with the right to write: whoever comes second
// waits before it has looked.
func walk(ctx context.Context, db *sql.DB, to func(at int) int) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	// A journal can't be changed within a transaction. In memory there is none to be changed.
	var journal string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&journal); err != nil {
		return err
	}
	if journal != "wal" && journal != "memory" {
		return fmt.Errorf("the journal is %q, and can't be made a write-ahead log", journal)
	}
	at, err := version(ctx, conn)
	if err != nil || at == to(at) {
		return err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// SQLite has rolled some errors back by itself, and then says so: there is nothing more to be done.
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	if err := take(ctx, conn, to); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// take takes the steps, statement by statement, within a transaction.
func take(ctx context.Context, conn *sql.Conn, to func(at int) int) error {
	at, err := version(ctx, conn)
	if err != nil {
		return err
	}
	steps, err := steps()
	if err != nil {
		return err
	}
	if at == to(at) {
		return nil // somebody was faster
	}
	moves, err := migrate.Path(steps, at, to(at))
	if err != nil {
		return &desk.StoreError{Op: "migrate", Why: desk.Outdated, Err: err}
	}
	for _, script := range scripts(moves, at) {
		for _, statement := range migrate.Statements(script) {
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%w, at: %.200s", err, statement)
			}
		}
	}
	return nil
}

// ledger is where it is kept which steps were taken.
const ledger = `CREATE TABLE IF NOT EXISTS sessional_migrations (
    -- Which steps of the schema were taken, and when.
    number   INTEGER NOT NULL PRIMARY KEY, -- the greatest is the version of the schema
    name     TEXT NOT NULL,                -- what the step is called
    taken_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')) -- when it was taken
) STRICT;
`

// scripts are what moves run, with what keeps the count.
func scripts(moves []migrate.Move, from int) []string {
	var all []string
	if from == 0 {
		all = append(all, ledger)
	}
	for _, m := range moves {
		mark := fmt.Sprintf("DELETE FROM sessional_migrations WHERE number = %d;\n", m.Step.Number)
		if m.Up {
			mark = fmt.Sprintf("INSERT INTO sessional_migrations (number, name) VALUES (%d, '%s');\n", m.Step.Number, m.Step.Name)
		}
		all = append(all, m.Script(), mark)
	}
	return all
}

// Script returns what Migrate or MigrateTo would run to lead from one version to another, as one script for the sqlite3
// shell: for those who let nobody but their own tools change a schema.
func Script(from, to int) (string, error) {
	steps, err := steps()
	if err != nil {
		return "", err
	}
	moves, err := migrate.Path(steps, from, to)
	if err != nil {
		return "", &session.FieldError{Field: "to", Problem: err.Error()}
	}
	return "PRAGMA journal_mode = WAL;\nBEGIN IMMEDIATE;\n\n" + strings.Join(scripts(moves, from), "\n") + "\nCOMMIT;\n", nil
}
