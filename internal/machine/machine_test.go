package machine_test

import (
	"testing"

	"github.com/sessional-go/sessional/internal/machine"
)

type word string

func (w word) String() string { return string(w) }

type move = machine.Move[word, word]

func TestTable(t *testing.T) {
	rows := []move{{"red", "go_on", "green"}, {"green", "stop", "red"}, {"red", "break", "dark"}}
	table := machine.New[word, word]("red", rows...)
	for _, row := range rows {
		if to, ok := table.Next(row.From, row.Trigger); !ok || to != row.To {
			t.Errorf("%v leads to %q, %v", row, to, ok)
		}
	}
	if to, ok := table.Next("green", "break"); ok || to != "" {
		t.Errorf("a missing row leads to %q, %v", to, ok)
	}
	for state, final := range map[word]bool{"red": false, "green": false, "dark": true} {
		if table.Final(state) != final {
			t.Errorf("%s is final: %v", state, !final)
		}
	}
	const want = `stateDiagram-v2
    [*] --> red
    red --> green: go on
    green --> red: stop
    red --> dark: break
    dark --> [*]
`
	if got := table.Mermaid(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if row, ok := table.Ambiguous(); ok {
		t.Errorf("%v contradicts nothing", row)
	}
	moves := table.Moves()
	moves[0].To = "blue"
	if to, _ := table.Next("red", "go_on"); len(moves) != 3 || to != "green" {
		t.Error("the rows can be changed from outside")
	}
}

func TestAmbiguousTable(t *testing.T) {
	table := machine.New[word, word]("red", move{"red", "go", "green"}, move{"green", "go", "red"}, move{"red", "go", "dark"})
	if row, ok := table.Ambiguous(); !ok || row.To != "dark" {
		t.Errorf("found %v, %v", row, ok)
	}
	if to, _ := table.Next("red", "go"); to != "green" {
		t.Errorf("the first row does not win: %s", to)
	}
}
