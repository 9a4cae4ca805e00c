package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/sessional-go/sessional/internal/relational"
)

// transaction is a transaction with the store's prepared statements. Its statements are all small: they are not broken
// off in their middle, but none is begun once the caller's context has ended. So SQLite never has to say what a broken
// statement has left behind, and a rollback is over when it returns.
type transaction struct {
	tx       *sql.Tx
	prepared *statements
}

// exec runs a statement and returns how many rows it changed.
func (t *transaction) exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	quiet := context.WithoutCancel(ctx)
	var done sql.Result
	var err error
	if s, _ := t.prepared.find(text); s != nil {
		done, err = s.exec(quiet, t.tx, args)
	} else {
		done, err = t.tx.ExecContext(quiet, text, args...)
	}
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// each reads the rows of a query one by one.
func (t *transaction) each(ctx context.Context, text string, args []any, use func(*sql.Rows) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	quiet := context.WithoutCancel(ctx)
	var rows *sql.Rows
	var err error
	if s, _ := t.prepared.find(text); s != nil {
		rows, err = s.query(quiet, t.tx, args)
	} else {
		rows, err = t.tx.QueryContext(quiet, text, args...)
	}
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // what matters is rows.Err
	for rows.Next() {
		if err := use(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one reads the first row of a query, if it has one.
func (t *transaction) one(ctx context.Context, text string, args []any, into ...any) (found bool, err error) {
	err = t.each(ctx, text, args, func(rows *sql.Rows) error {
		if found {
			return nil
		}
		found = true
		return rows.Scan(into...)
	})
	return found, err
}

// records reads a row of a table's columns, and more columns beside them, into a record each.
func records[R any](
	ctx context.Context, t *transaction, table *relational.Table, text string, args []any, beside []any,
	use func(R) error,
) error {
	row := make([]any, len(table.Columns))
	into := make([]any, len(row), len(row)+len(beside))
	for i := range row {
		into[i] = &row[i]
	}
	into = append(into, beside...)
	return t.each(ctx, text, args, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		r, err := relational.Read[R](table, row)
		if err != nil {
			return err
		}
		return use(r)
	})
}

// record reads one row into a record, if there is one.
func record[R any](
	ctx context.Context, t *transaction, into *R, table *relational.Table, text string, args ...any,
) (found bool, err error) {
	err = records(ctx, t, table, text, args, nil, func(r R) error {
		if !found {
			*into, found = r, true
		}
		return nil
	})
	return found, err
}

// read runs a transaction that sees the database as of one instant. The texts are what it is going to run.
func (s *Store) read(ctx context.Context, use func(*transaction) error, texts ...string) error {
	return s.patiently(ctx, func() error { return s.once(ctx, use, texts) })
}

// write runs a transaction that changes something, one at a time. Its first statement must be one that writes: it waits
// for other processes before the transaction has seen anything.
func (s *Store) write(ctx context.Context, use func(*transaction) error, texts ...string) error {
	select {
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.patiently(ctx, func() error { return s.once(ctx, use, texts) })
}

// once runs a transaction once. It prepares the statements before it begins: that takes a connection of its own, which
// whoever has one already must not wait for.
func (s *Store) once(ctx context.Context, use func(*transaction) error, texts []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, text := range texts {
		if _, err := s.prepared.get(ctx, text); err != nil {
			return err
		}
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	if err := use(&transaction{tx: tx, prepared: &s.prepared}); err != nil {
		// SQLite has rolled some errors back by itself, and then says so: there is nothing more to be done.
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// patiently tries again while another process is in the middle of a commit. What was found busy has changed nothing.
func (s *Store) patiently(ctx context.Context, try func() error) error {
	err := try()
	if err == nil || !s.busy(err) {
		return err
	}
	patience, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	for pause := time.Millisecond; s.busy(err) && patience.Err() == nil; pause = min(2*pause, 20*time.Millisecond) {
		timer := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-timer.C:
			err = try()
		case <-patience.Done():
			timer.Stop()
		}
	}
	if err != nil && ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	return err
}

func (s *Store) busy(err error) bool {
	code := s.primary(err)
	return code == codeBusy || code == codeLocked
}
