package server

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A project in root's own folder is closed to the user that servers run as: what was fetched into it is copied.
func TestFetchedServersCanBeRunByTheirUser(t *testing.T) {
	home := filepath.Join(t.TempDir(), "closed")
	there := tools{bin: filepath.Join(home, "bin"), lib: filepath.Join(home, "lib")}
	for _, folder := range []string{home, there.bin, there.lib} {
		try(t, os.Mkdir(folder, 0o700))
	}
	try(t, os.WriteFile(filepath.Join(there.bin, "postgres"), []byte("#!/bin/sh\necho $0 runs\n"), 0o700))
	try(t, os.Symlink("../bin/postgres", filepath.Join(there.lib, "link")))
	got, err := there.usable()
	try(t, err)
	out, err := got.command("postgres").CombinedOutput()
	if want := filepath.Join(got.bin, "postgres") + " runs\n"; string(out) != want || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	if again, err := there.usable(); again != got || err != nil {
		t.Errorf("copied again, to %v; %v", again, err)
	}
	if to, err := os.Readlink(filepath.Join(got.lib, "link")); to != "../bin/postgres" {
		t.Errorf("a link leads to %q, %v", to, err)
	}
}

func TestUnknownMajorIsNotThere(t *testing.T) {
	if _, err := findPostgres(99); !errors.Is(err, errNotThere) {
		t.Errorf("PostgreSQL 99: %v", err)
	}
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
