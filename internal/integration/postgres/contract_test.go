package postgres_test

import (
	"sync"
	"testing"

	"github.com/sessional-go/sessional/rota/store/storetest"
)

func harness(t *testing.T, d driverOf, dsn string, histories int) storetest.Harness {
	db, other := d.open(t, dsn), d.open(t, dsn)
	pool := schemas{db: db}
	var mu sync.Mutex
	names := map[storetest.Store]string{}
	return storetest.Harness{
		Histories: histories,
		Open: func(tb testing.TB) storetest.Store {
			tb.Helper()
			s, name := pool.named(tb)
			mu.Lock()
			defer mu.Unlock()
			names[s] = name
			return s
		},
		Again: func(tb testing.TB, s storetest.Store) storetest.Store {
			tb.Helper()
			mu.Lock()
			defer mu.Unlock()
			return on(tb, other, names[s])
		},
	}
}

func TestContract(t *testing.T) {
	for _, d := range drivers {
		t.Run(d.name, func(t *testing.T) {
			storetest.Run(t, harness(t, d, dsnOf(t, usual), 20))
		})
	}
}
