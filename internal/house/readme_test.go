package house

import (
	"strings"
	"testing"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// The diagrams that people read are those that the tables print: README has the session's, docs/states.md all.
func TestDiagramsAreTrue(t *testing.T) {
	all := []struct{ name, diagram string }{
		{"session", session.Diagram()},
		{"application", rota.Diagram()},
		{"booking", booking.Diagram()},
		{"hours", booking.HoursDiagram()},
		{"invoice", booking.InvoiceDiagram()},
		{"support case", withdrawal.CaseDiagram()},
		{"fee", withdrawal.FeeDiagram()},
		{"delivery", notify.Diagram()},
	}
	states := read(t, "docs/states.md")
	for _, d := range all {
		if !strings.Contains(states, "```mermaid\n"+d.diagram+"```") {
			t.Errorf("docs/states.md does not hold the diagram of the %s as it is:\n%s", d.name, d.diagram)
		}
	}
	if !strings.Contains(read(t, "README.md"), "```mermaid\n"+session.Diagram()+"```") {
		t.Errorf("README.md does not hold the diagram of the session as it is:\n%s", session.Diagram())
	}
}

// What a new user copies is a program that is compiled and run by its own test.
func TestReadmeProgramIsTheOneThatRuns(t *testing.T) {
	program := read(t, "examples/readme/main.go")
	_, code, found := strings.Cut(program, "package main")
	if !found {
		t.Fatal("examples/readme/main.go is no program")
	}
	code = "package main" + code
	if !strings.Contains(read(t, "README.md"), "```go\n"+code+"```") {
		t.Error("README.md does not hold examples/readme/main.go as it is")
	}
	lines := 0
	_, program, _ = strings.Cut(code, "\n)\n") // the imports an editor writes
	for line := range strings.Lines(program) {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	if lines > 30 {
		t.Errorf("the program of the README has grown to %d lines", lines)
	}
}
