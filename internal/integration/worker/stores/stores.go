// Package stores opens the SQL stores for workers, with the drivers that a host would bring.
package stores

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/lib/pq"
	mattn "github.com/mattn/go-sqlite3"
	modernc "modernc.org/sqlite"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/points"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/rota/store/sqlite"
)

// The stores, by their drivers.
const (
	Modernc = "sqlite with modernc.org/sqlite"
	Mattn   = "sqlite with mattn/go-sqlite3"
	PGX     = "postgres with pgx"
	PQ      = "postgres with lib/pq"
)

// SQLite says whether a store is one in a file.
func SQLite(name string) bool { return name == Modernc || name == Mattn }

// connections is how many a worker has at most.
const connections = 8

// Open opens a worker's store (see worker.Main). At the point that its configuration names, the process kills itself.
func Open(c worker.Config, say func(worker.Line)) (worker.Store, error) {
	k := &killer{config: c, say: say, hits: map[string]int{}}
	db, err := open(c, k)
	if err != nil {
		return nil, err
	}
	return storeOn(db, c)
}

// storeOn returns a store on its database.
func storeOn(db *sql.DB, c worker.Config) (worker.Store, error) {
	if SQLite(c.Store) {
		return sqlite.New(db, sqlite.Options{})
	}
	return postgres.New(db, postgres.Options{Schema: c.Schema})
}

// Handle opens another handle on what workers work on, after having made the tables. The database behind it is closed
// with the test.
func Handle(tb testing.TB, c worker.Config) (worker.Store, *sql.DB) {
	tb.Helper()
	db, err := open(c, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() }) // nothing is lost by it
	if SQLite(c.Store) {
		err = sqlite.Migrate(tb.Context(), db)
	} else {
		err = postgres.Migrate(tb.Context(), db, postgres.Options{Schema: c.Schema})
	}
	if err != nil {
		tb.Fatal(err)
	}
	store, err := storeOn(db, c)
	if err != nil {
		tb.Fatal(err)
	}
	return store, db
}

// File returns the connection string of an empty database file in a folder.
func File(name, folder string) string {
	path := filepath.Join(folder, "rota.db")
	if name == Mattn {
		return "file:" + path + "?_busy_timeout=250&_synchronous=full"
	}
	return "file:" + path + "?_pragma=busy_timeout(250)&_pragma=synchronous(full)"
}

// open opens a database; with a killer its connections tell that the points that they reach.
func open(c worker.Config, k *killer) (*sql.DB, error) {
	inner, err := connector(c, k)
	if err != nil {
		return nil, err
	}
	if k != nil {
		inner = points.Connector(inner, k.reach)
	}
	db := sql.OpenDB(inner)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// connector is the driver's own.
func connector(c worker.Config, k *killer) (driver.Connector, error) {
	switch c.Store {
	case Modernc:
		return dsnConnector{c.DSN, &modernc.Driver{}}, nil
	case Mattn:
		return dsnConnector{c.DSN, &mattn.SQLiteDriver{}}, nil
	case PGX:
		config, err := pgx.ParseConfig(c.DSN)
		if err != nil {
			return nil, err
		}
		if k != nil {
			dial := config.DialFunc
			config.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := dial(ctx, network, addr)
				return wire{conn, k}, err
			}
		}
		return stdlib.GetConnector(*config), nil
	case PQ:
		return pq.NewConnector(c.DSN)
	}
	return nil, fmt.Errorf("no store %q", c.Store)
}

// dsnConnector makes a connector of a driver that has none.
type dsnConnector struct {
	dsn    string
	driver driver.Driver
}

// Connect opens a connection.
func (c dsnConnector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver is the driver.
func (c dsnConnector) Driver() driver.Driver { return c.driver }

// schemas makes the names of schemas differ, also on a server that other runs use at the same time.
var schemas struct {
	sync.Mutex
	last int
}

// NewSchema returns a name that no other test of this process uses.
func NewSchema() string {
	schemas.Lock()
	defer schemas.Unlock()
	schemas.last++
	return "workers_" + strconv.Itoa(syscall.Getpid()) + "_" + strconv.Itoa(schemas.last)
}
