// Package storetest is the contract that every store of the workflow must pass. A host that brings a store of its own
// runs it from a test of its own, in one call:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, storetest.Harness{Open: func(tb testing.TB) storetest.Store { return open(tb) }})
//	}
//
// Each clause is a subtest. Its name, and each message, begins with the id of the rule that a store which fails it
// would break; docs/rules.md tells the rules.
package storetest

import (
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
)

// Store is what a store of the workflow is: its state and its queue.
type Store interface {
	desk.Store
	notify.Queue
}

// Harness says how the store under test is had.
type Harness struct {
	// Open returns an empty store, another one at each call; what it opens it closes by tb.Cleanup. It fails the test
	// where there is none to be had. Required.
	Open func(tb testing.TB) Store
	// Again returns a second handle on the data of a store that Open returned, as another process has one; nil for a
	// store that lives in one process alone.
	Again func(tb testing.TB, s Store) Store
	// Histories is how many random histories are played on the store; 0 stands for 100.
	Histories int
	// Racers is how many do the same thing at once where only one of them can; 0 stands for 16.
	Racers int
}

// clause is a part of the contract.
type clause struct {
	// rule is the id of the rule that a store would break.
	rule, name string
	test       func(*test)
}

// clauses are the whole contract.
func clauses() []clause {
	return []clause{
		{"P2", "all or nothing", allOrNothing},
		{"P2", "a stale version is a conflict", staleVersion},
		{"A7", "checks don't exclude each other, writes do", guards},
		{"P3", "a repeated command", repeated},
		{"P2", "nothing is shared with the caller", sharing},
		{"T1", "microseconds in UTC", microseconds},
		{"P2", "what isn't there is zero", absent},
		{"A2", "pages are stable", pages},
		{"A2", "a cursor of another list", cursors},
		{"P2", "a cancelled context", cancelled},
		{"S2", "due lists", due},
		{"S1", "references are never handed out twice", references},
		{"A7", "as a naive model says", model},
	}
}

// Run runs the whole contract, a subtest for each clause.
func Run(t *testing.T, h Harness) {
	t.Helper()
	if h.Open == nil {
		t.Fatal("storetest: the harness has no Open")
	}
	for _, c := range clauses() {
		t.Run(c.rule+" "+c.name, func(t *testing.T) {
			c.test(&test{TB: t, harness: &h, rule: c.rule, part: onTesting})
		})
	}
}
