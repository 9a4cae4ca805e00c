// Package points wraps a driver of database/sql so that a test can do something before and after each step of a
// transaction: such as to kill the process.
//
// A point is named by what it stands before or after: "before begin"; "after command key", which is the row that makes a
// command's commit its own; "before command sessions", where a table is written; "after command commit". What the queue
// writes beside commands is named likewise: "before queue deliveries". Where a whole commit is one call, its function
// names it: "before call commit". Readings have no points but their "begin".
package points

import (
	"regexp"
	"strings"
)

// Reach is told that a point is reached. It is called by whoever runs the transaction, which waits for it.
type Reach func(point string)

// what a transaction is for.
const (
	forCommand = "command"
	forQueue   = "queue"
)

var (
	writes = regexp.MustCompile(`(?i)^\s*(?:insert\s+into|insert\s+or\s+\w+\s+into|update|delete\s+from)\s+(?:"?\w+"?\.)?"?(\w+)"?`)
	calls  = regexp.MustCompile(`(?i)\bsessional_(\w+?)_\d+\s*\(`)
)

// keys is the table of the rows that make commits their commands' own: they are written first.
const keys = "outcomes"

// step is a statement as points name it.
type step struct {
	table string
	call  string
}

func stepOf(text string) step {
	if m := calls.FindStringSubmatch(text); m != nil {
		return step{call: strings.ToLower(m[1])}
	}
	if m := writes.FindStringSubmatch(text); m != nil {
		return step{table: strings.ToLower(m[1])}
	}
	return step{}
}

// course is how far a connection's transaction has come.
type course struct {
	reach Reach
	// purpose is what the transaction is for: blank until it writes.
	purpose string
}

// name is what points call a statement; blank for one that has none.
func (c *course) name(s step) string {
	switch {
	case s.call != "":
		return "call " + s.call
	case s.table == "":
		return ""
	case c.purpose == "" && s.table == keys:
		c.purpose = forCommand
	case c.purpose == "":
		c.purpose = forQueue
	}
	if s.table == keys {
		return c.purpose + " key"
	}
	return c.purpose + " " + s.table
}

// around does something between its points.
func around[R any](c *course, name string, do func() (R, error)) (R, error) {
	if name != "" {
		c.reach("before " + name)
	}
	r, err := do()
	if name != "" && err == nil {
		c.reach("after " + name)
	}
	return r, err
}
