// Package storetest is the contract that every store of the workflow must pass. A host that brings a store of its own
// runs it from a test of its own, in one call:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, storetest.Harness{Open: func(tb testing.TB) storetest.Store { return open(tb) }})
//	}
//
// Each clause is a subtest. Its name, and each message, begins with the id of the rule that a store which fails it
// would break; docs/rules.md tells the rules.
//
// A clause works on one store for as long as it can, so that one which takes long to open will do: about 40 are opened,
// and one for each random history. Those are closed as soon as they are over. What is drawn at random comes from
// pgregory.net/rapid, whose flags the test binary has then: -rapid.checks for more of it, -rapid.seed to see a failure
// again. With -short there is a fifth of it.
//
// What can't be asked through the interfaces is left to a store's own tests: that it refuses to read a state that it
// doesn't know, that it survives its process, and how fast it is.
package storetest

import (
	"slices"
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

// twoHandles is the clause that needs Harness.Again.
const twoHandles = "two handles on one store"

// clauses are the whole contract, the plainest first.
func clauses() []clause {
	return []clause{
		{"P2", "what isn't there is zero", absent},
		{"P2", "every field comes back as it was", exactly},
		{"T1", "instants in UTC, to the microsecond", instants},
		{"S6", "amounts are exact", amounts},
		{"P4", "words as they were written", words},
		{"P2", "nothing is shared with the caller", sharing},
		{"P2", "a stale version is a conflict", staleVersion},
		{"P2", "all or nothing", allOrNothing},
		{"P2", "what doesn't fit is a conflict", conflicts},
		{"P3", "a repeated command", repeated},
		{"A7", "one winner", oneWinner},
		{"A7", "checks don't exclude each other, writes do", guards},
		{"P2", "a load is of one instant", oneInstant},
		{"P2", "a cancelled context", cancelled},
		{"P3", "a commit cut short", cutShort},
		{"A2", "pages are stable", pages},
		{"A2", "a cursor of another list", cursors},
		{"A2", "lists hold what fits", filters},
		{"A4", "rounds of applications", rounds},
		{"S2", "due lists", due},
		{"S1", "references are never handed out twice", references},
		{"P4", "erased texts", erased},
		{"P1", "tenants see their own", tenants},
		{"N4", "plans in the order of commits", plansInOrder},
		{"N4", "events are planned exactly once", exactlyOnce},
		{"N3", "feeds without gaps, in order", feeds},
		{"N3", "digests and their marks", digests},
		{"N5", "claims take what is due", claims},
		{"N5", "outcomes are kept", outcomes},
		{"N5", "leases end", leases},
		{"N5", "leases end while every channel is claimed", leasesOfChannels},
		{"N5", "many outcomes in one commit", batches},
		{"N5", "each person's order", ordered},
		{"N2", "what reaches nobody is raised", raising},
		{"N4", "readers of feeds", readers},
		{"N5", "purging", purges},
		{"N4", "deliveries are paged", deliveryPages},
		{"N5", "many hands on one queue", manyHands},
		{"N5", "as a naive queue does", queue},
		{"A7", "as a naive model says", model},
		{"A7", twoHandles, handles},
		{"P2", "random histories", histories},
	}
}

// Run runs the whole contract, a subtest for each clause.
func Run(t *testing.T, h Harness) {
	t.Helper()
	if h.Open == nil {
		t.Fatal("storetest: the harness has no Open")
	}
	for _, c := range h.clauses() {
		all := &test{TB: t, harness: &h, rule: c.rule, part: subtest}
		all.run(c.rule+" "+c.name, c.test)
	}
}

// clauses are those that can be asked of the store.
func (h Harness) clauses() []clause {
	all := clauses()
	if h.Again == nil {
		all = slices.DeleteFunc(all, func(c clause) bool { return c.name == twoHandles })
	}
	return all
}
