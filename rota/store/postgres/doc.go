// Package postgres keeps the workflow in PostgreSQL 13 and newer: for any number of processes on any number of machines.
//
//	db, err := sql.Open("pgx", dsn) // or lib/pq: the host brings the driver
//	err = postgres.Migrate(ctx, db, postgres.Options{})
//	store, err := postgres.New(db, postgres.Options{})
//	d, err := desk.New(desk.Options{Store: store, Directory: directory})
//
// A command costs two round trips: one that reads, one that commits. Posting a session has one more, for its reference,
// and so has any other command about a session whose policy the store meets for the first time; one that is repeated
// has one for what it led to (P3). Each is a call of a function that the migrations make in the schema of the host's
// choice, or a short query; the functions carry a number, so that two releases of the library work on one database while
// a host rolls over.
//
// # The host's own transaction
//
// [Store.In] is the store inside a transaction of the host's: what a desk does there is committed or rolled back with
// everything else in it. At READ COMMITTED a conflict is decided anew within the transaction. At the stricter levels
// that can't help, since the transaction sees the world as of its beginning: the answer is a *desk.StoreError with
// desk.Restart, and the host begins the transaction again. So it is at every level where two transactions wait for each
// other.
//
// # Contexts
//
// A commit that is under way when its context ends is waited for, up to a second, so that the answer is known; a desk
// then looks for the outcome for up to two more. What can't be known by then (the reply was lost, the server hangs) is
// known to whoever gives the same command again (P3).
//
// That holds with pgx. With lib/pq a call on a connection to a server that hangs waits until the server answers or the
// connection breaks, whatever the context says: the driver asks the server to cancel, and waits. Let the operating
// system break such connections (TCP keep-alives, tcp_user_timeout), or use pgx.
//
// # Behind PgBouncer
//
// In transaction mode a statement that was prepared on one connection may run on another. With pgx use
// default_query_exec_mode=exec (or simple_protocol) in the connection string, with lib/pq binary_parameters=yes. Their
// defaults seem to work and then fail now and then.
package postgres
