package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/sessional-go/sessional/internal/history"
	"github.com/sessional-go/sessional/rota/desk"
)

// histories plays random histories of the whole workflow on stores of their own, and checks after every step that the
// rules hold; the message names the one that doesn't.
func histories(t *test) {
	n := t.harness.Histories
	if n == 0 {
		n = 100
	}
	if testing.Short() {
		n = max(1, n/5)
	}
	o := history.Options{Commands: 30, Store: t.openOwned, Close: closeOwned}
	if tt, ok := t.TB.(*testing.T); ok {
		history.Check(tt, o, n)
		return
	}
	// A recorder wants to know whether there is a fault, not the shortest way to it.
	chance := rand.New(rand.NewPCG(1, 2))
	for range n {
		words := make([]uint64, 72)
		for i := range words {
			words[i] = chance.Uint64()
		}
		_, err := history.Play(o, words)
		if broken := (*history.BrokenError)(nil); errors.As(err, &broken) {
			t.of(broken.Rule).Fatalf("%s", broken.Problem)
		}
		if err != nil {
			t.Fatalf("a history: %v", err)
		}
	}
}

// owned is a store with what closes it: as soon as its history is over, and not only at the end of the test.
type owned struct {
	Store
	scope *scope
}

func (t *test) openOwned() desk.Store {
	own := &scope{TB: t.TB}
	t.Cleanup(own.end)
	return &owned{t.harness.Open(own), own}
}

func closeOwned(s desk.Store) {
	if own, ok := s.(*owned); ok {
		own.scope.end()
	}
}

// scope is a testing.TB whose cleanups can be called before the test ends.
type scope struct {
	testing.TB
	mu       sync.Mutex
	cleanups []func()
}

// Cleanup keeps f until the scope ends.
func (s *scope) Cleanup(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cleanups = append(s.cleanups, f)
}

// Fatalf panics: who opens a store for a history does it in a subtest that is not the scope's own.
func (s *scope) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// Fatal panics, as Fatalf does.
func (s *scope) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// FailNow panics, as Fatalf does.
func (s *scope) FailNow() { panic("the store can't be opened") }

// end calls what was kept, the last first.
func (s *scope) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.cleanups) - 1; i >= 0; i-- {
		s.cleanups[i]()
	}
	s.cleanups = nil
}
