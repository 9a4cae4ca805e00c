package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// problem is one mistake in an export: where it is, in which column, and what was expected there.
type problem struct {
	line, col int
	column    string
	text      string
}

// exportError is everything that is wrong with an export. Nothing is run with such a file.
type exportError struct {
	file  string
	found []problem
}

// add notes a mistake at a cell.
func (b *exportError) add(c cell, column, format string, args ...any) {
	b.found = append(b.found, problem{line: c.line, col: c.col, column: column, text: fmt.Sprintf(format, args...)})
}

// err is nil where nothing is wrong.
func (b *exportError) err() error {
	if len(b.found) == 0 {
		return nil
	}
	slices.SortStableFunc(b.found, func(x, y problem) int {
		return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.col, y.col))
	})
	return b
}

// Error lists every mistake on a line of its own, as file:line:column, the way editors jump to.
func (b *exportError) Error() string {
	var s strings.Builder
	for _, p := range b.found {
		fmt.Fprintf(&s, "%s:%d:%d: ", b.file, p.line, p.col)
		if p.column != "" {
			s.WriteString(p.column + ": ")
		}
		s.WriteString(p.text + "\n")
	}
	what := "1 mistake"
	if n := len(b.found); n != 1 {
		what = fmt.Sprintf("%d mistakes", n)
	}
	return s.String() + what + ", so nothing was posted."
}
