package sqlite_test

import (
	"sync"
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/rota/store/sqlite"
	"github.com/sessional-go/sessional/rota/store/storetest"
)

// histories is how many random histories are played with each driver, 500 on the store, and shortly how many of which
// short runs play a part: each is one after the other, which the race detector need not see hundreds of times.
const (
	histories = 250
	shortly   = 100
)

// TestContract runs the contract of stores, and so the random histories, over both drivers.
func TestContract(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		var mu sync.Mutex
		files := map[storetest.Store]string{}
		played := histories
		if testing.Short() {
			played = shortly
		}
		storetest.Run(t, storetest.Harness{
			Histories: played,
			Open: func(tb testing.TB) storetest.Store {
				tb.Helper()
				db, file := d.fresh(tb)
				s := store(tb, db, sqlite.Options{})
				mu.Lock()
				defer mu.Unlock()
				files[s] = file
				return s
			},
			Again: func(tb testing.TB, s storetest.Store) storetest.Store {
				tb.Helper()
				mu.Lock()
				defer mu.Unlock()
				return store(tb, d.open(tb, files[s], ""), sqlite.Options{})
			},
		})
	})
}

// TestDispatchersOnTheQueue runs the contract of queues, as dispatchers see it, over both drivers.
func TestDispatchersOnTheQueue(t *testing.T) {
	over(t, func(t *testing.T, d opener) {
		notifytest.TestQueue(t, func(tb testing.TB) notify.Queue {
			tb.Helper()
			db, _ := d.fresh(tb)
			return store(tb, db, sqlite.Options{})
		})
	})
}
