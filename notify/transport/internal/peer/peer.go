// Package peer finds what the transports are checked against: programs and libraries of others, which internal/tools/peers
// fetches where the machine has none. It is for tests alone.
//
// What cannot be had makes the tests that need it skip, and is listed at the end of the run; where CI is set the run
// fails. For that a package's TestMain is
//
//	func TestMain(m *testing.M) { os.Exit(peer.Main(m)) }
package peer

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

var missing = struct {
	sync.Mutex
	why map[string]string
}{why: map[string]string{}}

// Main runs the tests of a package and lists what was not tested. It returns the code to exit with.
func Main(m *testing.M) int {
	code := m.Run()
	missing.Lock()
	defer missing.Unlock()
	for _, name := range slices.Sorted(maps.Keys(missing.why)) {
		fmt.Fprintf(os.Stderr, "not tested: %s: %s\n", name, missing.why[name])
	}
	if len(missing.why) > 0 && os.Getenv("CI") != "" {
		return max(code, 1)
	}
	return code
}

// Skip skips a test for want of something, and has Main list it.
func Skip(tb testing.TB, name, why string) {
	tb.Helper()
	missing.Lock()
	missing.why[name] = why
	missing.Unlock()
	tb.Skipf("%s: %s", name, why)
}

// Fetched is where internal/tools/peers puts something, whether it is there or not.
func Fetched(tb testing.TB, name string) string {
	tb.Helper()
	top, err := root()
	if err != nil {
		tb.Fatal(err)
	}
	// go test keeps results, and takes notice only of files of the module. The script writes one there when it has
	// fetched something, and a test that was skipped is run again.
	_, _ = os.ReadFile(filepath.Join(top, "notify", "transport", ".fetched"))
	return filepath.Join(top, ".tools", name)
}

// root is the folder of the project: the one above the working directory that holds the script that fetches.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := dir; ; at = filepath.Dir(at) {
		if there(filepath.Join(at, "internal", "tools", "peers")) {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", errors.New("the tests run outside the project")
		}
	}
}

func there(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
