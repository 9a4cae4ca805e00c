package storetest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// endless gives leases that never end.
type endless struct{ Store }

func (e endless) Claim(ctx context.Context, r notify.ClaimRequest) ([]notify.Claim, error) {
	lease := r.Lease
	r.Lease += 100_000 * time.Hour
	claims, err := e.Store.Claim(ctx, r)
	for i := range claims {
		claims[i].Until = r.Now.Add(lease)
	}
	return claims, err
}

// endlessPlans gives leases on plans that never end.
type endlessPlans struct{ Store }

func (e endlessPlans) ClaimPlans(
	ctx context.Context, now time.Time, lease time.Duration, limit int,
) ([]notify.PlanTask, error) {
	tasks, err := e.Store.ClaimPlans(ctx, now, lease+100_000*time.Hour, limit)
	for i := range tasks {
		tasks[i].Until = now.Add(lease)
	}
	return tasks, err
}

// leaseless gives plans to everybody who asks.
type leaseless struct{ Store }

func (l leaseless) ClaimPlans(
	ctx context.Context, now time.Time, lease time.Duration, limit int,
) ([]notify.PlanTask, error) {
	tasks, err := l.Store.ClaimPlans(ctx, now, moment, limit)
	for i := range tasks {
		tasks[i].Until = now.Add(lease)
	}
	return tasks, err
}

// fenceless takes what anybody says of a delivery or a plan who ever had it.
type fenceless struct {
	Store
	mu     *sync.Mutex
	claims map[string]int64
	plans  map[string]int64
}

func withoutFences(s Store) Store {
	return fenceless{s, &sync.Mutex{}, map[string]int64{}, map[string]int64{}}
}

func (f fenceless) Claim(ctx context.Context, r notify.ClaimRequest) ([]notify.Claim, error) {
	claims, err := f.Store.Claim(ctx, r)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range claims {
		f.claims[c.Delivery.Key] = c.Fence
	}
	return claims, err
}

func (f fenceless) Settle(ctx context.Context, all []notify.Settlement) ([]int, error) {
	f.mu.Lock()
	all = slices.Clone(all)
	for i := range all {
		all[i].Claim.Fence = f.claims[all[i].Claim.Delivery.Key]
	}
	f.mu.Unlock()
	return f.Store.Settle(ctx, all)
}

func (f fenceless) ClaimPlans(
	ctx context.Context, now time.Time, lease time.Duration, limit int,
) ([]notify.PlanTask, error) {
	tasks, err := f.Store.ClaimPlans(ctx, now, lease, limit)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range tasks {
		f.plans[t.Event.Key()] = t.Fence
	}
	return tasks, err
}

func (f fenceless) Planned(ctx context.Context, t notify.PlanTask, c notify.Chunk) error {
	f.mu.Lock()
	t.Fence = f.plans[t.Event.Key()]
	f.mu.Unlock()
	return f.Store.Planned(ctx, t, c)
}

// gaps leaves out every second number of a feed.
type gaps struct{ Store }

func (g gaps) Feed(ctx context.Context, id notify.FeedID, after int64, limit int) ([]notify.FeedEntry, error) {
	entries, err := g.Store.Feed(ctx, id, after/2, limit)
	for i := range entries {
		entries[i].No *= 2
	}
	return entries, err
}

// sequenced numbers events as they are committed, and shows them as they are planned: whoever reads a feed misses
// those that come late.
type sequenced struct {
	Store
	mu  *sync.Mutex
	nos map[string]int64
}

func (s sequenced) ClaimPlans(
	ctx context.Context, now time.Time, lease time.Duration, limit int,
) ([]notify.PlanTask, error) {
	tasks, err := s.Store.ClaimPlans(ctx, now, lease, limit)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range tasks {
		if key := t.Event.Key(); s.nos[key] == 0 {
			s.nos[key] = int64(len(s.nos)) + 1
		}
	}
	return tasks, err
}

func (s sequenced) Feed(ctx context.Context, id notify.FeedID, after int64, limit int) ([]notify.FeedEntry, error) {
	all, err := s.Store.Feed(ctx, id, 0, 10_000)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range all {
		all[i].No = s.nos[all[i].Event.Key()]
	}
	all = slices.DeleteFunc(all, func(e notify.FeedEntry) bool { return e.No <= after })
	slices.SortFunc(all, func(a, b notify.FeedEntry) int { return int(a.No - b.No) })
	return all[:min(limit, len(all))], err
}

// careless keeps the outcome of a delivery, and not why or when it is to be tried again.
type careless struct{ Store }

func (c careless) Settle(ctx context.Context, all []notify.Settlement) ([]int, error) {
	all = slices.Clone(all)
	for i, s := range all {
		if s.Outcome.State == notify.Failed {
			all[i].Outcome = notify.Outcome{State: notify.Unknown, At: s.Outcome.At}
		}
	}
	return c.Store.Settle(ctx, all)
}

// markless makes a digest whatever mark it started from.
type markless struct{ Store }

func (m markless) Digested(ctx context.Context, next notify.DigestMark, e session.Event, all []notify.Delivery) error {
	mark, err := m.DigestMark(ctx, next.Clinician)
	if err != nil {
		return err
	}
	next.Version = mark.Version + 1
	return m.Store.Digested(ctx, next, e, all)
}

// halfPlanned finishes a plan whatever became of its deliveries.
type halfPlanned struct{ Store }

func (h halfPlanned) Planned(ctx context.Context, t notify.PlanTask, c notify.Chunk) error {
	c.Deliveries = c.Deliveries[:min(1, len(c.Deliveries))]
	return h.Store.Planned(ctx, t, c)
}

// everybodys tells each provider of all deliveries.
type everybodys struct{ Store }

func (e everybodys) Deliveries(ctx context.Context, q notify.DeliveryQuery) (session.Page[notify.Delivery], error) {
	q.Provider = ""
	return e.Store.Deliveries(ctx, q)
}

// rotaAlone knows of no feed but providers'.
type rotaAlone struct{ Store }

func (r rotaAlone) FeedIDs(ctx context.Context, after notify.FeedID, limit int) ([]notify.FeedID, error) {
	all, err := r.Store.FeedIDs(ctx, after, limit)
	return slices.DeleteFunc(all, func(id notify.FeedID) bool { return id == notify.MarketplaceFeed }), err
}

// markCache answers with the mark that it has read before, as long as no other one is made.
type markCache struct {
	Store
	mu   *sync.Mutex
	seen map[int64]map[notify.FeedID]int64
}

func (m markCache) DigestMark(ctx context.Context, who session.ClinicianID) (notify.DigestMark, error) {
	mark, err := m.Store.DigestMark(ctx, who)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen[mark.Version] == nil {
		m.seen[mark.Version] = mark.Seen
	}
	mark.Seen = m.seen[mark.Version]
	return mark, err
}
