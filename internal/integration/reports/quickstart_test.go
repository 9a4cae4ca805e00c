package reports_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/sessional-go/sessional/internal/integration/server"
)

// The quickstart tells the same story on PostgreSQL as in its own tests, and can tell it again: its tables are made anew.
func TestTheQuickstartOnPostgreSQL(t *testing.T) {
	s := server.Shared(t, 15)
	dsn := s.DSN(s.NewDatabase(t))
	want, err := os.ReadFile("../../../examples/quickstart/testdata/timeline.golden")
	if err != nil {
		t.Fatal(err)
	}
	quickstart := filepath.Join(t.TempDir(), "quickstart")
	build := exec.CommandContext(t.Context(), "go", "-C", "../../../examples", "build", "-o", quickstart, "./quickstart")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for range 2 {
		program := exec.CommandContext(t.Context(), quickstart, "-dsn", dsn)
		var said, complaints bytes.Buffer
		program.Stdout, program.Stderr = &said, &complaints
		if err := program.Run(); err != nil {
			t.Fatalf("%v: %s", err, complaints.String())
		}
		if !bytes.Equal(said.Bytes(), want) {
			t.Errorf("it tells another story:\n%s", said.String())
		}
	}
}
