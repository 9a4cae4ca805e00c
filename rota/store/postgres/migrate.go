package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/sessional-go/sessional/internal/migrate"
	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

//go:embed migrations/*.sql
var files embed.FS

// Migration is one numbered step of the schema. Version n of the schema is what step n leads to; version 0 is none.
type Migration struct {
	Number int
	Name   string
	// Up and Down are its SQL in the schema of the options. The header of Down says what is lost.
	Up, Down string
}

// Migrations returns all steps in their order, to be read, printed, or run by a host's own tool: statement by statement,
// or whole in psql. Script has them with what keeps the count.
func Migrations(o Options) ([]Migration, error) {
	prefix, err := o.prefix()
	if err != nil {
		return nil, err
	}
	steps, err := steps()
	if err != nil {
		return nil, err
	}
	all := make([]Migration, len(steps))
	for i, s := range steps {
		all[i] = Migration{Number: s.Number, Name: s.Name, Up: in(prefix, s.Up), Down: in(prefix, s.Down)}
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

// in puts a script into a schema.
func in(prefix, script string) string {
	schema := strings.TrimSuffix(prefix, ".")
	// Within a quoted literal, such as a sequence's name, a quote of the schema's name is doubled.
	return strings.NewReplacer("'{schema}.", "'"+strings.ReplaceAll(schema, "'", "''")+".", "{schema}", schema).Replace(script)
}

// Migrate brings the schema to the newest version that this release knows, and makes it if it isn't there. It is safe
// to call from any number of processes at once: one does it, the others wait and find it done. It is one transaction:
// all steps are taken or none.
//
// A schema that a later release has brought further is left as it is: releases work side by side while a host rolls
// over.
func Migrate(ctx context.Context, db *sql.DB, o Options) error {
	steps, err := steps()
	if err != nil {
		return err
	}
	return move(ctx, db, o, func(at int) int { return max(at, len(steps)) })
}

// MigrateTo takes the steps up or down to a version, 0 for none. What a step down loses is said in its header: print it
// first (see Migrations). A version that this release doesn't know is a *session.FieldError.
func MigrateTo(ctx context.Context, db *sql.DB, o Options, version int) error {
	steps, err := steps()
	if err != nil {
		return err
	}
	if version < 0 || version > len(steps) {
		return &session.FieldError{Field: "version", Problem: fmt.Sprintf("must be between 0 and %d", len(steps))}
	}
	return move(ctx, db, o, func(int) int { return version })
}

// Version returns the version that the schema is at; 0 where there is none.
func Version(ctx context.Context, db DB, o Options) (int, error) {
	prefix, err := o.prefix()
	if err != nil {
		return 0, err
	}
	s := open(db, prefix, false)
	var there sql.NullString
	if err := db.QueryRowContext(ctx, "SELECT to_regclass($1::text)::text", prefix+"sessional_migrations").Scan(&there); err != nil {
		return 0, s.failed("version", relational.Ended(ctx, err))
	}
	if !there.Valid {
		return 0, nil
	}
	var version int
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(number), 0) FROM "+prefix+"sessional_migrations").Scan(&version)
	if err != nil {
		return 0, s.failed("version", relational.Ended(ctx, err))
	}
	return version, nil
}

// lock is the advisory lock of migrations: one at a time in a database, whatever the schema.
const lock = 0x5e5510a1

// move takes the steps to a version in one transaction.
func move(ctx context.Context, db *sql.DB, o Options, to func(at int) int) (err error) {
	if db == nil {
		return &session.FieldError{Field: "db", Problem: "is missing"}
	}
	prefix, err := o.prefix()
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return open(db, prefix, false).failed("migrate", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreDone(tx.Rollback()))
		}
	}()
	if err := walk(ctx, tx, prefix, o, to); err != nil {
		if done := (*desk.StoreError)(nil); errors.As(err, &done) {
			return err
		}
		return &desk.StoreError{Op: "migrate", Why: open(tx, prefix, false).why(err), Err: err}
	}
	if err := tx.Commit(); err != nil {
		return open(db, prefix, false).failed("migrate", err)
	}
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// walk runs the steps' statements one by one: drivers that prepare what they send take one at a time.
func walk(ctx context.Context, tx *sql.Tx, prefix string, o Options, to func(at int) int) error {
	run := func(statement string, args ...any) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return fmt.Errorf("%w, at: %.200s", err, statement)
		}
		return nil
	}
	if err := run("SELECT pg_advisory_xact_lock($1::bigint)", int64(lock)); err != nil {
		return err
	}
	at, err := Version(ctx, tx, o)
	if err != nil {
		return err
	}
	steps, err := steps()
	if err != nil {
		return err
	}
	target := to(at)
	if at == target {
		return nil
	}
	moves, err := migrate.Path(steps, at, target)
	if err != nil {
		return &desk.StoreError{Op: "migrate", Why: desk.Outdated, Err: err}
	}
	if at == 0 {
		if err := begin(ctx, tx, prefix, run); err != nil {
			return err
		}
	}
	for _, m := range moves {
		for _, statement := range migrate.Statements(in(prefix, m.Script())) {
			if err := run(statement); err != nil {
				return err
			}
		}
		mark := "DELETE FROM " + prefix + "sessional_migrations WHERE number = $1::bigint AND name = $2::text"
		if m.Up {
			mark = "INSERT INTO " + prefix + "sessional_migrations (number, name) VALUES ($1::bigint, $2::text)"
		}
		if err := run(mark, int64(m.Step.Number), m.Step.Name); err != nil {
			return err
		}
	}
	return nil
}

// begin makes the schema, and the table that keeps count. Who may use a schema need not have the right to make one: one
// that is there is not made.
func begin(ctx context.Context, tx *sql.Tx, prefix string, run func(string, ...any) error) error {
	var there sql.NullString
	if err := tx.QueryRowContext(ctx, "SELECT to_regnamespace($1::text)::text", strings.TrimSuffix(prefix, ".")).Scan(&there); err != nil {
		return err
	}
	statements := migrate.Statements(in(prefix, ledger))
	if there.Valid {
		statements = statements[1:]
	}
	for _, statement := range statements {
		if err := run(statement); err != nil {
			return err
		}
	}
	return nil
}

// ledger is where it is kept which steps were taken.
const ledger = `CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.sessional_migrations (
    number   bigint NOT NULL PRIMARY KEY,
    name     text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE {schema}.sessional_migrations IS 'Which steps of the schema were taken, and when.';
COMMENT ON COLUMN {schema}.sessional_migrations.number IS 'The number of the step; the greatest is the version of the schema.';
COMMENT ON COLUMN {schema}.sessional_migrations.name IS 'What the step is called.';
COMMENT ON COLUMN {schema}.sessional_migrations.taken_at IS 'When it was taken.';
`

// Script returns what Migrate or MigrateTo would run to lead from one version to another, as one script for psql: for
// those who let nobody but their own tools change a schema.
func Script(o Options, from, to int) (string, error) {
	prefix, err := o.prefix()
	if err != nil {
		return "", err
	}
	steps, err := steps()
	if err != nil {
		return "", err
	}
	moves, err := migrate.Path(steps, from, to)
	if err != nil {
		return "", &session.FieldError{Field: "to", Problem: err.Error()}
	}
	var b strings.Builder
	b.WriteString("BEGIN;\n\n")
	if from == 0 && to > 0 {
		b.WriteString(in(prefix, ledger) + "\n")
	}
	for _, m := range moves {
		b.WriteString(in(prefix, m.Script()))
		if m.Up {
			fmt.Fprintf(&b, "\nINSERT INTO %ssessional_migrations (number, name) VALUES (%d, '%s');\n\n", prefix, m.Step.Number, m.Step.Name)
		} else {
			fmt.Fprintf(&b, "\nDELETE FROM %ssessional_migrations WHERE number = %d;\n\n", prefix, m.Step.Number)
		}
	}
	b.WriteString("COMMIT;\n")
	return b.String(), nil
}
