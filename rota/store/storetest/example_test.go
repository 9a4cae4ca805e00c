package storetest_test

import (
	"testing"

	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/rota/store/storetest"
)

// A host's own store has one test that holds it to the whole contract. What Open opens is closed by tb.Cleanup; a
// store on a database gives each call a schema, a file or a database of its own.
func Example() { //nolint:testableexamples // because a test can't run inside an example
	_ = func(t *testing.T) { // func TestStore(t *testing.T)
		storetest.Run(t, storetest.Harness{
			Open: func(testing.TB) storetest.Store { return memory.New() },
			// A second handle on the same data, as another process has one.
			Again:     func(_ testing.TB, s storetest.Store) storetest.Store { return s },
			Histories: 500,
		})
	}
}
