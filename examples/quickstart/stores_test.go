package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever store it is kept in, the story is the same to the letter. On PostgreSQL it is told by a test of
// internal/integration, which has servers. The short story is for the race detector, under which SQLite in Go is slow.
func TestTheStoryOnSQLite(t *testing.T) {
	data := builtIn
	if testing.Short() {
		data = []byte(least())
	}
	file := filepath.Join(t.TempDir(), "a rota?.db")
	s, closed, err := openStore(t.Context(), file, "")
	if err != nil {
		t.Fatal(err)
	}
	compare(t, tellIn(t, s, data), tell(t, data))
	if err := closed(); err != nil {
		t.Error(err)
	}
	db, err := sql.Open("sqlite", "file:"+strings.ReplaceAll(file, "?", "%3f"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // it is only read
	var sessions int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM sessions").Scan(&sessions); err != nil || sessions == 0 {
		t.Errorf("%d sessions are in the file, and %v", sessions, err)
	}
	if _, _, err := openStore(t.Context(), file, ""); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file with a story in it should be refused, not %v", err)
	}
}

// Without a file it is played in a temporary folder, of which nothing stays behind.
func TestTheStoryInATemporaryFolder(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder)
	s, closed, err := openStore(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.References(t.Context(), 1); err != nil || n != 1 {
		t.Errorf("the first reference has the number %d, and %v", n, err)
	}
	if err := closed(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOneStoreAtATime(t *testing.T) {
	if _, _, err := openStore(t.Context(), "rota.db", "postgres://localhost/rota"); err == nil {
		t.Error("a file and a server at once should be refused")
	}
}
