package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx
	_ "modernc.org/sqlite"             // the driver called sqlite

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/rota/store/sqlite"
)

// store is what a host needs of one: the state, and the queue of who is to be told.
type store interface {
	desk.Store
	notify.Queue
}

// schema is where the story is played on PostgreSQL. It is made anew each time.
const schema = "sessional_quickstart"

// openStore opens the store that was asked for: PostgreSQL with a connection string, SQLite with a file, and with
// neither SQLite in a temporary folder. Closing it removes what was temporary.
func openStore(ctx context.Context, file, dsn string) (s store, closed func() error, err error) {
	switch {
	case file != "" && dsn != "":
		return nil, nil, errors.New("quickstart: either -db or -dsn, not both")
	case dsn != "":
		return openPostgres(ctx, dsn, schema)
	case file != "":
		if _, err := os.Stat(file); err == nil {
			return nil, nil, fmt.Errorf("quickstart: %s is there already; the story needs a new file", file)
		}
		return openSQLite(ctx, file)
	}
	folder, err := os.MkdirTemp("", "sessional-quickstart-")
	if err != nil {
		return nil, nil, err
	}
	s, closeFile, err := openSQLite(ctx, filepath.Join(folder, "rota.db"))
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, func() error { return errors.Join(closeFile(), os.RemoveAll(folder)) }, nil
}

// openSQLite opens a file, and makes its tables. The story does without a flush to the disk for each commit: should the
// power fail, it can be told again.
func openSQLite(ctx context.Context, file string) (store, func() error, error) {
	name := url.URL{Path: file} // so that a path may hold any character
	db, err := sql.Open("sqlite", "file:"+name.EscapedPath()+"?_pragma=busy_timeout(250)&_pragma=synchronous(normal)")
	if err != nil {
		return nil, nil, err
	}
	if err := sqlite.Migrate(ctx, db); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	s, err := sqlite.New(db, sqlite.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return s, func() error { return errors.Join(s.Close(), db.Close()) }, nil
}

// connections is how many the story takes of a PostgreSQL.
const connections = 8

// openPostgres makes the tables in a schema of a database, in the place of those of an earlier story.
func openPostgres(ctx context.Context, dsn, schema string) (store, func() error, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections) // the default of 2 closes what a race opens, and a new connection plans everything anew
	o := postgres.Options{Schema: schema}
	if err := postgres.MigrateTo(ctx, db, o, 0); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	if err := postgres.Migrate(ctx, db, o); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	s, err := postgres.New(db, o)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return s, db.Close, nil
}
