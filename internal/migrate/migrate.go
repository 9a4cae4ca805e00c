// Package migrate reads numbered migrations and says which of them lead from one version of a schema to another. It runs
// nothing: a store knows how its database locks, and where it keeps the number.
package migrate

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Step is one migration. Version 0 is an empty schema; step n leads from version n-1 to n, and back.
type Step struct {
	Number   int
	Name     string
	Up, Down string
}

// Move is a step that is to be taken, in a direction.
type Move struct {
	Step Step
	Up   bool
}

// Version is the version after the move.
func (m Move) Version() int {
	if m.Up {
		return m.Step.Number
	}
	return m.Step.Number - 1
}

// Script is what the move runs.
func (m Move) Script() string {
	if m.Up {
		return m.Step.Up
	}
	return m.Step.Down
}

var file = regexp.MustCompile(`^(\d{4})_([a-z0-9_]+)\.(up|down)\.sql$`)

// Load reads the steps of a folder: 0001_name.up.sql and 0001_name.down.sql, without gaps.
func Load(folder fs.FS) ([]Step, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, e := range entries {
		m := file.FindStringSubmatch(e.Name())
		if m == nil {
			return nil, fmt.Errorf("%s is not named like a migration", e.Name())
		}
		text, err := fs.ReadFile(folder, e.Name())
		if err != nil {
			return nil, err
		}
		number, err := strconv.Atoi(m[1])
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(steps, func(s Step) bool { return s.Number == number })
		if i < 0 {
			i = len(steps)
			steps = append(steps, Step{Number: number, Name: m[2]})
		}
		if steps[i].Name != m[2] {
			return nil, fmt.Errorf("migration %d is called %s and %s", number, steps[i].Name, m[2])
		}
		if m[3] == "up" {
			steps[i].Up = string(text)
		} else {
			steps[i].Down = string(text)
		}
	}
	return steps, complete(steps)
}

func complete(steps []Step) error {
	slices.SortFunc(steps, func(a, b Step) int { return a.Number - b.Number })
	for i, s := range steps {
		if s.Number != i+1 {
			return fmt.Errorf("migration %d is missing", i+1)
		}
		if s.Up == "" || s.Down == "" {
			return fmt.Errorf("migration %d has no way up, or none down", s.Number)
		}
	}
	return nil
}

// Path returns the moves from one version to another, in their order.
func Path(steps []Step, from, to int) ([]Move, error) {
	if to < 0 || to > len(steps) {
		return nil, fmt.Errorf("there is no version %d: the newest is %d", to, len(steps))
	}
	if from > len(steps) {
		return nil, fmt.Errorf("the schema is at version %d, which a later release made: this one knows %d", from, len(steps))
	}
	var moves []Move
	for n := from; n < to; n++ {
		moves = append(moves, Move{Step: steps[n], Up: true})
	}
	for n := from; n > to; n-- {
		moves = append(moves, Move{Step: steps[n-1]})
	}
	return moves, nil
}

// Statements cuts a script into its statements. One ends with a semicolon at the end of a line, outside the $$ … $$ of a
// function's body and the BEGIN … END; of a trigger's. Lines of comments alone go with the statement that follows;
// after the last one they are left out.
func Statements(script string) []string {
	var all []string
	var statement strings.Builder
	quoted, trigger, code := false, false, false
	for line := range strings.Lines(script) {
		statement.WriteString(line)
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || !quoted && strings.HasPrefix(trimmed, "--") {
			continue
		}
		code = true
		quoted = quoted != (strings.Count(line, "$$")%2 == 1)
		trigger = trigger || strings.HasPrefix(trimmed, "CREATE TRIGGER")
		if quoted || !strings.HasSuffix(trimmed, ";") || trigger && trimmed != "END;" {
			continue
		}
		all = append(all, strings.TrimSpace(statement.String()))
		statement.Reset()
		trigger, code = false, false
	}
	if code {
		all = append(all, strings.TrimSpace(statement.String()))
	}
	return all
}
