package storetest

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// failure is what a recorder keeps of a broken rule.
type failure struct {
	clause, message string
}

// ruleID is how a message names a rule: at its beginning, or at that of what rapid tells of.
var ruleID = regexp.MustCompile(`^(?:\[rapid\] failed after \d+ tests: )?([A-Z]\d+): `)

// rule is the id of the rule that it names; blank for none.
func (f failure) rule() string {
	if m := ruleID.FindStringSubmatch(f.message); m != nil {
		return m[1]
	}
	return ""
}

// recorder is a testing.TB that keeps failures, so that the contract can itself be tested: on a store that breaks it
// the clauses have to fail, and nothing else.
type recorder struct {
	*scope
	name string
	kept *failures
	mu   sync.Mutex
	fell bool
}

// failures are those of all recorders of one run; racers may fail at once.
type failures struct {
	mu   sync.Mutex
	list []failure
}

// check runs some clauses on a store and returns what failed.
func check(tb testing.TB, h Harness, some []clause) []failure {
	tb.Helper()
	var kept failures
	for _, c := range some {
		root := &test{harness: &h, rule: c.rule, part: recording}
		root.TB = &recorder{scope: &scope{TB: tb}, kept: &kept}
		recording(root, c.rule+" "+c.name, c.test)
	}
	return kept.list
}

// recording runs a part in a goroutine of its own, so that it can end before its end.
func recording(t *test, name string, do func(*test)) {
	outer, ok := t.TB.(*recorder)
	if !ok {
		return
	}
	own := &recorder{scope: &scope{TB: outer.TB}, name: strings.TrimPrefix(outer.name+"/"+name, "/"), kept: outer.kept}
	part := *t
	part.TB = own
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer own.end()
		unhurt(&part, do)
	}()
	<-done
	if own.Failed() {
		outer.Fail()
	}
}

// Name is the name of the clause and its part.
func (r *recorder) Name() string { return r.name }

// Fail remembers that something failed.
func (r *recorder) Fail() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fell = true
}

// Failed says whether anything failed.
func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fell
}

// FailNow ends the part.
func (r *recorder) FailNow() {
	r.Fail()
	runtime.Goexit()
}

func (r *recorder) keep(message string) {
	r.Fail()
	r.kept.mu.Lock()
	defer r.kept.mu.Unlock()
	r.kept.list = append(r.kept.list, failure{r.name, message})
}

// Errorf keeps a failure.
func (r *recorder) Errorf(format string, args ...any) { r.keep(fmt.Sprintf(format, args...)) }

// Error keeps a failure.
func (r *recorder) Error(args ...any) { r.keep(fmt.Sprint(args...)) }

// Fatalf keeps a failure and ends the part.
func (r *recorder) Fatalf(format string, args ...any) {
	r.keep(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// Fatal keeps a failure and ends the part.
func (r *recorder) Fatal(args ...any) {
	r.keep(fmt.Sprint(args...))
	runtime.Goexit()
}

// Log and Logf keep nothing: what is told of a failure is told by Errorf.
func (r *recorder) Log(...any) {}

// Logf keeps nothing.
func (r *recorder) Logf(string, ...any) {}
