// Package sqlite keeps the workflow in one SQLite file: for a service on one machine, in any number of processes.
//
//	db, err := sql.Open("sqlite", dsn) // modernc.org/sqlite, or mattn/go-sqlite3: the host brings the driver
//	err = sqlite.Migrate(ctx, db)
//	store, err := sqlite.New(db, sqlite.Options{})
//	d, err := desk.New(desk.Options{Store: store, Directory: directory})
//
// It needs SQLite 3.37 or newer.
//
// # The connection string
//
// With modernc.org/sqlite (driver "sqlite"):
//
//	file:rota.db?_pragma=busy_timeout(250)&_pragma=synchronous(full)
//
// With mattn/go-sqlite3 (driver "sqlite3"):
//
//	file:rota.db?_busy_timeout=250&_synchronous=full
//
// The journal is a write-ahead log: [Migrate] sees to it, and the file remembers it. Readers then wait for nobody, and a
// process that is killed at any moment leaves nothing half done.
//
//   - busy_timeout (milliseconds) is how long SQLite waits before it says busy. The store then waits on, as long as
//     [Options.Wait] and the caller's context allow. SQLite's own wait knows no context: keep it short.
//   - synchronous(full) keeps what was acknowledged over a power failure, at the price of one flush to the disk for each
//     commit. With synchronous(normal) the last commits may be lost in a power failure, though not by a crash of the
//     process, and the file stays whole.
//   - Leave _txlock alone: with "immediate" or "exclusive" every read would wait for the writers.
//   - An in-memory database is one per connection: db.SetMaxOpenConns(1), or a file in a temporary folder.
//
// # Several processes
//
// All processes must be on the machine that has the file: SQLite's log is shared memory, which no network file system
// has. One commit is made at a time. Within a process they queue up in the store, between processes by waiting.
package sqlite
