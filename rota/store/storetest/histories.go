package storetest

import (
	"errors"
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
	var stores scopes
	o := history.Options{Commands: 30, Store: func() desk.Store { return stores.open(t) }, Close: stores.close}
	if real, ok := t.TB.(*testing.T); ok {
		history.Check(real, o, n)
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

// scopes close each store as soon as its history is over, and not only at the end of the test.
type scopes struct {
	mu     sync.Mutex
	opened map[desk.Store]*scope
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

// end calls what was kept, the last first.
func (s *scope) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.cleanups) - 1; i >= 0; i-- {
		s.cleanups[i]()
	}
	s.cleanups = nil
}

func (s *scopes) open(t *test) Store {
	own := &scope{TB: t.TB}
	t.TB.Cleanup(own.end)
	store := t.harness.Open(own)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened == nil {
		s.opened = map[desk.Store]*scope{}
	}
	s.opened[store] = own
	return store
}

func (s *scopes) close(store desk.Store) {
	s.mu.Lock()
	own := s.opened[store]
	delete(s.opened, store)
	s.mu.Unlock()
	if own != nil {
		own.end()
	}
}
