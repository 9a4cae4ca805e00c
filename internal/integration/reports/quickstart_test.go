package reports_test

import (
	"bytes"
	"os"
	"os/exec"
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
	times := 2
	if testing.Short() {
		times = 1
	}
	for range times {
		program := exec.CommandContext(t.Context(), "go", "-C", "../../../examples", "run", "./quickstart", "-dsn", dsn)
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
