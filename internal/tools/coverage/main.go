// Command coverage reads a profile written by go test and fails where a package's
// statements are covered less than asked for.
//
// Usage: coverage [-min PERCENT] PROFILE PACKAGE ...
//
// Packages are folders relative to the working directory. One that holds no Go code yet is
// skipped with a line that says so; one that holds code but is missing from the
// profile has no tests, and counts as 0 %.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	minimum := flag.Float64("min", 90, "least percentage of covered statements")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "usage: coverage [-min PERCENT] PROFILE PACKAGE ...")
		os.Exit(2)
	}
	if err := run(*minimum, flag.Arg(0), flag.Args()[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
}

// tally counts the statements of a package.
type tally struct{ covered, total int }

func run(minimum float64, profile string, packages []string) error {
	tallies, err := read(profile)
	if err != nil {
		return err
	}
	var low []string
	for _, pkg := range packages {
		if !hasCode(pkg) {
			fmt.Printf("skipped: coverage of %s (no code yet)\n", pkg)
			continue
		}
		percent := 0.0
		if t := tallies[pkg]; t.total > 0 {
			percent = 100 * float64(t.covered) / float64(t.total)
		}
		fmt.Printf("coverage %-18s %5.1f %%\n", pkg, percent)
		if percent < minimum {
			low = append(low, pkg)
		}
	}
	if len(low) > 0 {
		return fmt.Errorf("below %g %%: %s", minimum, strings.Join(low, ", "))
	}
	return nil
}

func hasCode(pkg string) bool {
	files, _ := filepath.Glob(filepath.Join(pkg, "*.go")) // the only error is a bad pattern
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") {
			return true
		}
	}
	return false
}

// read sums up a profile by the folder of the package below the module, which it
// knows from go.mod. A block may be listed more than once, when several
// test binaries ran through it; it is covered if any of them did.
func read(profile string) (map[string]tally, error) {
	module, err := modulePath("go.mod")
	if err != nil {
		return nil, err
	}
	f, err := os.Open(profile)
	if err != nil {
		return nil, err
	}
	defer f.Close()

	type block struct {
		statements int
		covered    bool
	}
	blocks := map[string]block{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		// module/package/file.go:12.34,15.2 3 1
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 { // the line "mode: …"
			continue
		}
		statements, err1 := strconv.Atoi(fields[1])
		count, err2 := strconv.Atoi(fields[2])
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("%s: %w", profile, err)
		}
		old := blocks[fields[0]]
		blocks[fields[0]] = block{statements, old.covered || count > 0}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", profile, err)
	}

	tallies := map[string]tally{}
	for where, b := range blocks {
		file, _, _ := strings.Cut(where, ":")
		pkg := strings.TrimPrefix(path.Dir(file), module+"/")
		t := tallies[pkg]
		t.total += b.statements
		if b.covered {
			t.covered += b.statements
		}
		tallies[pkg] = t
	}
	return tallies, nil
}

func modulePath(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			return strings.TrimSpace(name), nil
		}
	}
	return "", fmt.Errorf("%s names no module", file)
}
