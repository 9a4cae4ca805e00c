package keeper_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
)

func TestN4DeliveriesAreKeptForAWhile(t *testing.T) {
	s := newSurgery(t)
	posted := s.post(20, session.Rota)
	s.apply(s.clinician("ann", false), posted)
	s.plan()
	s.drain(s.now)
	told := len(s.told(posted.ID))
	if told == 0 {
		t.Fatal("nobody was told")
	}
	look := func(o keeper.Options) int {
		t.Helper()
		o.Desk, o.Store, o.Now = s.desk, s.store, s.clock
		k, err := keeper.New(o)
		if err != nil {
			t.Fatal(err)
		}
		return must[keeper.Done](s)(k.Look(t.Context())).Purged
	}
	s.now = s.now.Add(400 * 24 * time.Hour)
	s.equal("after 400 days", look(keeper.Options{Deliveries: s.store}), 0)
	s.now = s.now.Add(time.Second)
	s.equal("without a queue", look(keeper.Options{}), 0)
	s.equal("where they are kept for ever", look(keeper.Options{Deliveries: s.store, KeepDeliveries: -1}), 0)
	longer := keeper.Options{Deliveries: s.store, KeepDeliveries: 500 * 24 * time.Hour}
	s.equal("where they are kept for longer", look(longer), 0)
	s.equal("nothing was purged so far", len(s.told(posted.ID)), told)
	s.equal("by default", look(keeper.Options{Deliveries: s.store}), told)
	s.equal("what is left", len(s.told(posted.ID)), 0)
	s.plan()
	s.equal("nothing is planned anew", only(notify.ApplicationReceived, s.told(posted.ID)), []string{})
}

// pile is a queue of which only its size is known.
type pile struct {
	mu   sync.Mutex
	left int
	err  error
}

func (p *pile) Purge(_ context.Context, _ time.Time, limit int) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := min(limit, p.left)
	p.left -= n
	return n, p.err
}

func TestN4PurgingGoesByBatches(t *testing.T) {
	s := newSurgery(t)
	p := &pile{left: 21_700}
	k, err := keeper.New(keeper.Options{Desk: s.desk, Store: s.store, Now: s.clock, Deliveries: p})
	if err != nil {
		t.Fatal(err)
	}
	s.equal("one look", must[keeper.Done](s)(k.Look(t.Context())).Purged, 20_000)
	s.equal("the next one", must[keeper.Done](s)(k.Look(t.Context())).Purged, 1700)
	s.equal("the one after", must[keeper.Done](s)(k.Look(t.Context())).Purged, 0)
	p.left, p.err = 9, errors.New("away")
	done, err := k.Look(t.Context())
	if done.Purged != 9 || !errors.Is(err, p.err) {
		t.Errorf("a queue that is away: %+v, %v", done, err)
	}
}
