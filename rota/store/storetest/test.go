package storetest

import "testing"

// reporter is what tells of a broken rule.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// test is one clause as it runs: a testing.TB whose messages begin with the id of the rule that is broken. What runs
// the parts of a clause is either *testing.T, or a recorder that keeps the failures.
type test struct {
	testing.TB
	harness *Harness
	rule    string
	// part runs a part of the clause under a name, to its end.
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

// onTesting runs parts as subtests of *testing.T.
func onTesting(t *test, name string, do func(*test)) {
	t.Helper()
	t.TB.(*testing.T).Run(name, func(sub *testing.T) { //nolint:errcheck // because Run puts it there
		part := *t
		part.TB = sub
		do(&part)
	})
}
