// Package machine holds state machines as tables: which trigger leads from which state to which other one, and
// nothing else. A table can be asked, ranged over by a test, and drawn.
package machine

import (
	"fmt"
	"strings"
)

// Move is one row of a table: in state From, Trigger leads to To.
type Move[S, T comparable] struct {
	From    S
	Trigger T
	To      S
}

// Table is a state machine. Its rows are kept in the order they were written, so that what is printed is stable.
type Table[S, T interface {
	comparable
	fmt.Stringer
}] struct {
	start S
	moves []Move[S, T]
}

// New makes a table that begins in start. Two rows for the same state and trigger are a mistake of the table's
// author: the first one wins, and Ambiguous tells a test about it.
func New[S, T interface {
	comparable
	fmt.Stringer
}](start S, moves ...Move[S, T],
) Table[S, T] {
	return Table[S, T]{start: start, moves: moves}
}

// Next says where trigger leads from state, and whether it leads anywhere at all.
//
// The tables have a dozen rows: walking them is faster than a map and allocates nothing.
func (t Table[S, T]) Next(from S, trigger T) (S, bool) {
	for i := range t.moves {
		if t.moves[i].From == from && t.moves[i].Trigger == trigger {
			return t.moves[i].To, true
		}
	}
	var none S
	return none, false
}

// Moves returns a copy of the rows.
func (t Table[S, T]) Moves() []Move[S, T] {
	return append([]Move[S, T](nil), t.moves...)
}

// Final says whether nothing leads out of state.
func (t Table[S, T]) Final(state S) bool {
	for i := range t.moves {
		if t.moves[i].From == state {
			return false
		}
	}
	return true
}

// Ambiguous returns the first pair of rows that contradict each other.
func (t Table[S, T]) Ambiguous() (Move[S, T], bool) {
	for i := range t.moves {
		for j := range i {
			if t.moves[i].From == t.moves[j].From && t.moves[i].Trigger == t.moves[j].Trigger {
				return t.moves[i], true
			}
		}
	}
	return Move[S, T]{}, false
}

// Mermaid draws the table as a Mermaid state diagram, rows in their order, final states last.
func (t Table[S, T]) Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	fmt.Fprintf(&b, "    [*] --> %s\n", t.start)
	for _, m := range t.moves {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", m.From, m.To, strings.ReplaceAll(m.Trigger.String(), "_", " "))
	}
	seen := map[S]bool{}
	for _, m := range t.moves {
		if t.Final(m.To) && !seen[m.To] {
			seen[m.To] = true
			fmt.Fprintf(&b, "    %s --> [*]\n", m.To)
		}
	}
	return b.String()
}
