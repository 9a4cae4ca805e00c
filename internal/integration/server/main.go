package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// majors are the versions that stores are tested on: the oldest that is promised, the one of Debian, the newest.
var majors = []int{13, 15, 18}

// errNotThere marks what cannot be had on this machine. Other errors of looking for it fail the test.
var errNotThere = errors.New("not on this machine")

// state is what the tests of one binary share.
var state = struct {
	sync.Mutex
	shared  map[int]*Postgres
	missing map[string]string // what could not be had: name → reason
}{shared: map[int]*Postgres{}, missing: map[string]string{}}

// Main runs the tests of a package, stops the servers that they shared and removes their folders. What could not be
// had, and so was not tested, is listed at the end. It returns the code to exit with.
func Main(m *testing.M) int {
	code := m.Run()
	if err := stopShared(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping servers:", err)
		code = max(code, 1)
	}
	return Report(os.Stderr, code)
}

// Report lists what could not be had and so was not tested. It returns the code to exit with: the one given, or where
// CI is set and something is missing, at least 1.
func Report(w io.Writer, code int) int {
	state.Lock()
	defer state.Unlock()
	for _, name := range slices.Sorted(maps.Keys(state.missing)) {
		if _, err := fmt.Fprintf(w, "not tested: %s: %s\n", name, state.missing[name]); err != nil {
			code = max(code, 1) // nobody would hear of it
		}
	}
	if len(state.missing) > 0 && os.Getenv("CI") != "" {
		return max(code, 1)
	}
	return code
}

// Look looks for everything that tests may want, and registers for Report what is not there. It is for whoever wants
// to know without running the tests.
func Look() {
	for _, major := range majors {
		if _, err := findPostgres(major); err != nil {
			miss(postgresName(major), err)
		}
	}
	if _, err := findPgBouncer(); err != nil {
		miss("PgBouncer", err)
	}
}

// Majors lists the versions of PostgreSQL that stores are tested on; with SESSIONAL_POSTGRES_DSN that server's alone.
// A test for each of them calls Shared or Start, which skip what cannot be had.
func Majors(tb testing.TB) []int {
	tb.Helper()
	if os.Getenv(dsnVariable) != "" {
		return []int{Shared(tb, 0).major}
	}
	return slices.Clone(majors)
}

// newest is the newest major that can be had; the newest of all where there is none.
func newest() int {
	for _, major := range slices.Backward(majors) {
		if _, err := findPostgres(major); err == nil {
			return major
		}
	}
	return majors[len(majors)-1]
}

const dsnVariable = "SESSIONAL_POSTGRES_DSN"

// Shared returns the server of a major that all tests of the binary share, each in a database of its own; 0 stands for
// the newest. Where the major cannot be had, it skips the test. With SESSIONAL_POSTGRES_DSN it is that server.
func Shared(tb testing.TB, major int) *Postgres {
	tb.Helper()
	dsn := os.Getenv(dsnVariable)
	switch {
	case dsn != "":
		major = 0 // there is one, whichever was asked for
	case major == 0:
		major = newest()
	}
	var t tools
	if dsn == "" {
		t = require(tb, postgresName(major), func() (tools, error) { return findPostgres(major) })
	}
	state.Lock()
	defer state.Unlock()
	if p := state.shared[major]; p != nil {
		return p
	}
	var p *Postgres
	var err error
	if dsn != "" {
		p, err = otherServer(tb.Context(), dsn)
	} else {
		p, err = create(Config{Major: major}, t)
	}
	if err != nil {
		tb.Fatalf("no PostgreSQL to test with: %v", err)
	}
	state.shared[major] = p
	return p
}

// otherServer is the server at a connection string.
func otherServer(ctx context.Context, dsn string) (*Postgres, error) {
	words, err := keywords(dsn)
	if err != nil {
		return nil, err
	}
	p := &Postgres{other: words}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var number int
	if err := p.query(ctx, "SELECT current_setting('server_version_num')::int", &number); err != nil {
		return nil, fmt.Errorf("%s: %w", dsnVariable, err)
	}
	p.major = number / 10_000
	return p, nil
}

// stopShared stops what tests have shared, and removes the folder of this process.
func stopShared() error {
	state.Lock()
	defer state.Unlock()
	var errs []error
	for _, p := range state.shared {
		if p.other == "" {
			errs = append(errs, p.remove())
		}
	}
	clear(state.shared)
	if held != nil { // a folder was needed
		folder, err := base()
		errs = append(errs, err, os.RemoveAll(folder))
	}
	return errors.Join(errs...)
}

// require finds what a test needs. What is not there is registered, and the test skipped.
func require(tb testing.TB, name string, find func() (tools, error)) tools {
	tb.Helper()
	t, err := find()
	if errors.Is(err, errNotThere) {
		miss(name, err)
		tb.Skipf("%s: %v", name, err)
	}
	if err == nil {
		t, err = t.usable()
	}
	if err != nil {
		tb.Fatalf("%s: %v", name, err)
	}
	return t
}

func miss(name string, err error) {
	state.Lock()
	defer state.Unlock()
	state.missing[name] = err.Error()
}

func postgresName(major int) string { return fmt.Sprintf("PostgreSQL %d", major) }
