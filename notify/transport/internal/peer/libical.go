package peer

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Libical compiles a C program against libical into a folder and returns its path, or skips the test where there is no
// libical or no C compiler.
func Libical(tb testing.TB, source, folder string) string {
	tb.Helper()
	const name = "libical"
	cc, err := exec.LookPath("cc")
	if err != nil {
		Skip(tb, name, "there is no C compiler")
	}
	home := Fetched(tb, "libical")
	flags := []string{"-lical"}
	if headers := filepath.Join(home, "usr", "include"); there(filepath.Join(headers, "libical", "ical.h")) {
		found, _ := filepath.Glob(filepath.Join(home, "usr", "lib", "*", "libical.so"))
		if len(found) != 1 {
			tb.Fatalf("the libical that was fetched is incomplete: %v", found)
		}
		lib := filepath.Dir(found[0])
		flags = []string{"-I" + headers, "-L" + lib, "-Wl,-rpath," + lib, "-lical"}
	} else if !there("/usr/include/libical/ical.h") {
		Skip(tb, name, "it is not on this machine; internal/tools/peers fetches it where it can")
	}
	program := filepath.Join(folder, strings.TrimSuffix(filepath.Base(source), ".c"))
	args := append([]string{"-Wall", "-Werror", "-o", program, source}, flags...)
	out, err := exec.Command(cc, args...).CombinedOutput() //nolint:gosec // a test's own source
	if err != nil {
		tb.Fatalf("%s does not compile: %v\n%s", source, err, out)
	}
	return program
}
