package peer

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Libical compiles a C program against libical into a folder and returns its path, or skips the test where there is no
// libical or no C compiler.
func Libical(tb testing.TB, source, folder string) string {
	tb.Helper()
	home, err := findLibical()
	if err != nil {
		skip(tb, libical, err)
	}
	flags := []string{"-lical"}
	if home != "/" {
		found, _ := filepath.Glob(filepath.Join(home, "usr", "lib", "*", "libical.so"))
		if len(found) != 1 {
			tb.Fatalf("the libical that was fetched is incomplete: %v", found)
		}
		lib := filepath.Dir(found[0])
		flags = []string{"-I" + filepath.Join(home, "usr", "include"), "-L" + lib, "-Wl,-rpath," + lib, "-lical"}
	}
	program := filepath.Join(folder, strings.TrimSuffix(filepath.Base(source), ".c"))
	args := append([]string{"-Wall", "-Werror", "-o", program, source}, flags...)
	out, err := exec.Command("cc", args...).CombinedOutput() //nolint:gosec // a test's own source
	if err != nil {
		tb.Fatalf("%s does not compile: %v\n%s", source, err, out)
	}
	return program
}

// findLibical finds the folder above the "usr" with its headers: where it was fetched to, or the system's.
func findLibical() (string, error) {
	if _, err := exec.LookPath("cc"); err != nil {
		return "", errors.New("there is no C compiler")
	}
	home, err := fetched("libical")
	if err != nil {
		return "", err
	}
	for _, place := range []string{home, "/"} {
		if there(filepath.Join(place, "usr/include/libical/ical.h")) {
			return place, nil
		}
	}
	return "", errNotThere
}
