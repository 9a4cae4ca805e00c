// Package peer finds what the transports, and whoever sends with them, are checked against: programs and libraries of others, which
// internal/tools/peers fetches where the machine has none. It is for tests alone.
//
// What cannot be had makes the tests that need it skip, and is listed at the end of the run; where CI is set the run
// fails. For that a package's TestMain is
//
//	func TestMain(m *testing.M) { os.Exit(peer.Main(m)) }
package peer

import (
	"errors"
	"fmt"
	"io"
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
	return Report(os.Stderr, m.Run())
}

// Look looks for everything that tests want, and lists what is not there. It returns the code to exit with.
func Look(w io.Writer) int {
	for name, look := range map[string]func() (string, error){
		libical: findLibical, opensmtpd: findOpenSMTPD, webPushTesting: findWebPushTesting,
	} {
		if _, err := look(); err != nil {
			miss(name, err.Error())
		}
	}
	return Report(w, 0)
}

// Report lists what was not tested. It returns the code to exit with: the one given, or where CI is set and something
// is missing, at least 1.
func Report(w io.Writer, code int) int {
	missing.Lock()
	defer missing.Unlock()
	for _, name := range slices.Sorted(maps.Keys(missing.why)) {
		_, _ = fmt.Fprintf(w, "not tested: %s: %s\n", name, missing.why[name])
	}
	if len(missing.why) > 0 && os.Getenv("CI") != "" {
		return max(code, 1)
	}
	return code
}

// The names of what is looked for.
const (
	libical        = "libical"
	opensmtpd      = "OpenSMTPD"
	webPushTesting = "web-push-testing"
)

// errNotThere says what to do about something that is not on the machine.
var errNotThere = errors.New("it is not on this machine; internal/tools/peers fetches it where it can")

func miss(name, why string) {
	missing.Lock()
	defer missing.Unlock()
	missing.why[name] = why
}

// skip skips a test for want of something, and has Main list it.
func skip(tb testing.TB, name string, why error) {
	tb.Helper()
	miss(name, why.Error())
	tb.Skipf("%s: %v", name, why)
}

// fetched is where internal/tools/peers puts something, whether it is there or not.
func fetched(name string) (string, error) {
	top, err := root()
	if err != nil {
		return "", err
	}
	// go test keeps results, and takes notice only of files of the module. The script writes one into each when it has
	// fetched something, and a test that was skipped is run again.
	for _, folder := range []string{"notify/transport", "notify/transport/push", "internal/integration/dispatch"} {
		_, _ = os.ReadFile(filepath.Join(top, folder, ".fetched"))
	}
	return filepath.Join(top, ".tools", name), nil
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
