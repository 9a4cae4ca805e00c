package sqlite

import (
	"strconv"

	"github.com/sessional-go/sessional/internal/relational"
)

// dialect is SQLite's. Its parameters have no types: what is text in a row is given as text.
type dialect struct{}

// Table is the name alone: the file is the schema.
func (dialect) Table(name string) string { return name }

// Param is a numbered parameter. A number has a plus before it: SQLite looks at the number that a bare LIMIT is given
// while it plans, and so would plan the statement anew each time that it is given one.
func (dialect) Param(n int, k relational.Kind) string {
	if k == relational.Int {
		return "+?" + strconv.Itoa(n)
	}
	return "?" + strconv.Itoa(n)
}

// Members unpacks a JSON list.
func (dialect) Members(n int) string { return "SELECT value FROM json_each(?" + strconv.Itoa(n) + ")" }

// Lateral doesn't hold: a subquery in FROM stands alone.
func (dialect) Lateral() bool { return false }

// Moment is none: see Late.
func (dialect) Moment() string { return "''" }

// Late is nothing: there is one writer at a time, and so numbers become visible in their order.
func (dialect) Late(int) string { return "" }
