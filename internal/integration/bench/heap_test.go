package bench

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// listed walks through all sessions of a store by the iterator and promises how much the heap grows meanwhile beyond what
// it begins with: what is reachable, seen by a collection every now and then.
func listed(b *testing.B, where, name string, d *desk.Desk, below uint64) {
	b.Helper()
	const every = million / 10
	var most uint64
	n := 0
	for _, channel := range []session.Channel{session.Rota, session.Marketplace} {
		for _, err := range desk.All(func(page session.PageRequest) (session.Page[rota.Listing], error) {
			page.Limit = session.MaxPageSize
			return d.FindWork(b.Context(), rota.FindWork{By: byEve, Channel: channel, Page: page})
		}) {
			ok(b, err)
			if n++; n%every == 0 {
				most = max(most, heap())
			}
		}
	}
	if n < million {
		b.Fatalf("%d sessions were listed", n)
	}
	_, _ = fmt.Fprintf(out, "\nlisting %d sessions from %s: %d MiB of heap at most\n", n, where, most>>20)
	promise(name, float64(max(most, below)-below)/(1<<20), "<=", 64)
}

// heap is what is reachable.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkListMemory walks through a million sessions in memory. The store itself is not counted.
func BenchmarkListMemory(b *testing.B) {
	s, dir := memory.New(), newDirectory(b, providers[1:]...)
	model := newModel(b, newDesk(b, s, dir)).session
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // what fills the store is not measured
	const atOnce = 1000
	for first := 0; first < million; first += atOnce {
		commit(b, s, advertised(model, first, atOnce))
	}
	before := heap()
	listed(b, "memory", "memory/list-heap-mib", newDesk(b, s, dir), before)
	runtime.KeepAlive(s)
}

// advertised is a commit of sessions like a model, as copies make them.
func advertised(model session.Session, first, many int) desk.Changes {
	c := desk.Changes{
		Key:     desk.CommandKey{Actor: "a", Command: session.CommandID(numbered("post-", first))},
		Outcome: desk.Outcome{Digest: "digest", Result: []byte("{}"), At: now},
	}
	for n := first; n < first+many; n++ {
		s := model
		s.ID, s.Reference, s.Version = session.SessionID(numbered("s-", n)), session.Reference(numbered("B", n)), 1
		s.Provider = providers[n%len(providers)]
		if n/len(providers)%2 == 1 {
			s.Channel = session.Marketplace
		}
		c.Sessions = append(c.Sessions, s)
		c.Events = append(c.Events, session.Event{
			Subject: s.Subject(), Version: 1, Kind: session.EventPosted, Provider: s.Provider, Session: s.ID, At: now,
			By: byLeeds, Command: c.Key.Command,
		})
	}
	return c
}

func commit(tb testing.TB, s desk.Store, c desk.Changes) {
	tb.Helper()
	if v, err := s.Commit(tb.Context(), c); err != nil || v != desk.Done {
		tb.Fatalf("commit: %s, %v", v, err)
	}
}
