package notifytest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// failing is a testing.TB that keeps failures, so that the contracts can themselves be tested.
type failing struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (f *failing) Errorf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said = append(f.said, fmt.Sprintf(format, args...))
}

func (f *failing) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

// record runs a test to its end, and returns what it said of failures.
func record(t *testing.T, test func(testing.TB)) []string {
	t.Helper()
	f := &failing{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(f)
	}()
	<-done
	return f.said
}

// found fails unless exactly the clauses failed that were to, and each failure names a rule.
func found(t *testing.T, what string, failures map[string][]string, want ...string) {
	t.Helper()
	var got []string
	for clause, said := range failures {
		if len(said) == 0 {
			continue
		}
		got = append(got, clause)
		for _, words := range said {
			if !strings.HasPrefix(words, "N") || !strings.Contains(words, ": ") {
				t.Errorf("%s, %s: %q names no rule", what, clause, words)
			}
		}
	}
	slices.Sort(got)
	for _, clause := range want {
		if !slices.Contains(got, clause) {
			t.Errorf("%s passes %q; it fails %q", what, clause, got)
		}
	}
	if len(want) == 0 && len(got) > 0 {
		t.Errorf("%s fails %q", what, got)
	}
}
