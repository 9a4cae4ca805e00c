package race_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/race"
	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// forgetful keeps no diaries, so that nobody is ever booked elsewhere.
type forgetful struct{ worker.Store }

func (s forgetful) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	c.Diaries = nil
	return s.Store.Commit(ctx, c)
}

// agreeable says that everything was done.
type agreeable struct{ worker.Store }

func (s agreeable) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	verdict, err := s.Store.Commit(ctx, c)
	if verdict == desk.Conflict {
		verdict = desk.Done
	}
	return verdict, err
}

// overwriting writes a session whatever has become of it since it was read.
type overwriting struct{ worker.Store }

func (s overwriting) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	for i, n := range c.Sessions {
		read, err := s.Load(ctx, desk.Want{Session: n.ID})
		if err != nil {
			return 0, err
		}
		c.Sessions[i].Version = read.Session.Version + 1
		for k, e := range c.Events {
			if e.Subject == n.Subject() {
				c.Events[k].Version = c.Sessions[i].Version
			}
		}
	}
	return s.Store.Commit(ctx, c)
}

// outdated shows every tenth reader what another one was shown before.
type outdated struct {
	worker.Store
	reads atomic.Int64
	mu    sync.Mutex
	old   map[desk.Want]desk.Snapshot
}

func (s *outdated) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	read, err := s.Store.Load(ctx, want)
	s.mu.Lock()
	defer s.mu.Unlock()
	if before, ok := s.old[want]; ok && s.reads.Add(1)%10 == 0 {
		return before, err
	}
	s.old[want] = read
	return read, err
}

// oblivious forgets the outcomes of some commands.
type oblivious struct{ worker.Store }

func (s oblivious) Outcome(ctx context.Context, key desk.CommandKey) (desk.Outcome, error) {
	if strings.HasSuffix(string(key.Command), "-7-1") {
		return desk.Outcome{}, desk.ErrNoOutcome
	}
	return s.Store.Outcome(ctx, key)
}

// gappy leaves some events out of the plans: it gives them to nobody.
type gappy struct {
	worker.Store
	claims *atomic.Int64
}

func (s gappy) ClaimPlans(
	ctx context.Context, now time.Time, lease time.Duration, limit int,
) ([]notify.PlanTask, error) {
	tasks, err := s.Store.ClaimPlans(ctx, now, lease, limit)
	if len(tasks) > 0 && s.claims.Add(1)%5 == 0 {
		tasks = tasks[1:]
	}
	return tasks, err
}

// silent hides the last event of each page of the record.
type silent struct{ worker.Store }

func (s silent) Record(
	ctx context.Context, p session.ProviderID, q desk.RecordQuery,
) (session.Page[session.Event], error) {
	page, err := s.Store.Record(ctx, p, q)
	if n := len(page.Items); n > 3 {
		page.Items = page.Items[:n-1]
	}
	return page, err
}

// TestRacesNoticeBrokenStores plays the same story on stores that are broken on purpose: each is found out, by the rule
// that it breaks.
func TestRacesNoticeBrokenStores(t *testing.T) {
	for name, c := range map[string]struct {
		broken func(worker.Store) worker.Store
		rule   string
	}{
		"keeps no diaries (A7)":          {func(s worker.Store) worker.Store { return forgetful{s} }, "A7"},
		"says done for a conflict (A7)":  {func(s worker.Store) worker.Store { return agreeable{s} }, "A7"},
		"writes over what it finds (A7)": {func(s worker.Store) worker.Store { return overwriting{s} }, "A7"},
		"shows what was before (A7)":     {func(s worker.Store) worker.Store { return &outdated{Store: s, old: map[desk.Want]desk.Snapshot{}} }, "A7"},
		"forgets outcomes (P3)":          {func(s worker.Store) worker.Store { return oblivious{s} }, "P3"},
		"leaves events unplanned (N4)":   {func(s worker.Store) worker.Store { return gappy{s, &atomic.Int64{}} }, "N4"},
		"leaves the record wanting (N4)": {func(s worker.Store) worker.Store { return silent{s} }, "N4"},
	} {
		t.Run(name, func(t *testing.T) {
			store := c.broken(memory.New())
			p := race.Plan{
				Clock: worker.Clock{Began: worker.Monotonic()}, Seed: 1, Processes: 1, Users: 32, Commands: 1_500,
				Patience: 5 * time.Second,
			}
			if testing.Short() {
				p.Commands = 600
			}
			_, err := race.Run(t, store, func(_ int, lines func(worker.Line)) *worker.Process {
				return worker.StartHere(t, store, p.Clock, lines)
			}, p)
			if err == nil || !strings.Contains(err.Error(), c.rule+":") {
				t.Errorf("it should be found out by %s: %v", c.rule, err)
			}
		})
	}
}
