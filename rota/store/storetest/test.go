package storetest

import (
	"runtime/debug"
	"testing"
)

// test is one clause as it runs: a testing.TB whose messages begin with the id of the rule that is broken.
type test struct {
	testing.TB
	harness *Harness
	rule    string
	// part runs a part of a clause under a name, to its end: as a subtest, or where failures are only taken down.
	part func(t *test, name string, do func(*test))
}

// of is the same test under another rule.
func (t *test) of(rule string) *test {
	other := *t
	other.rule = rule
	return &other
}

// run runs a part of a clause.
func (t *test) run(name string, do func(*test)) {
	t.Helper()
	t.part(t, name, do)
}

// open returns an empty store.
func (t *test) open() Store {
	t.Helper()
	return t.harness.Open(t.TB)
}

// Errorf names the rule and goes on.
func (t *test) Errorf(format string, args ...any) {
	t.Helper()
	t.TB.Errorf(t.rule+": "+format, args...)
}

// Fatalf names the rule and ends the part.
func (t *test) Fatalf(format string, args ...any) {
	t.Helper()
	t.TB.Fatalf(t.rule+": "+format, args...)
}

// subtest runs a part as a subtest of *testing.T.
func subtest(t *test, name string, do func(*test)) {
	t.Helper()
	as[*testing.T](t.TB).Run(name, func(tt *testing.T) {
		part := *t
		part.TB = tt
		unhurt(&part, do)
	})
}

// unhurt runs a part to its end. A store that is broken may leave it without what it goes on with, or panic: that is a
// failure like any other, and not the end of all the host's tests.
func unhurt(t *test, do func(*test)) {
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("it could not go on: %v\n%s", r, debug.Stack())
		}
	}()
	do(t)
}
