package storetest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// allOrNone keeps no outcome where one is lost.
type allOrNone struct{ Store }

func (a allOrNone) Settle(ctx context.Context, all []notify.Settlement) ([]int, error) {
	if err := notify.ValidateAll(all); err != nil {
		return nil, err
	}
	for i, s := range all {
		p, err := a.Deliveries(ctx, notify.DeliveryQuery{Event: s.Claim.Delivery.Event})
		if err != nil {
			return nil, err
		}
		for _, d := range p.Items {
			if d.Key == s.Claim.Delivery.Key && d.Attempts != s.Claim.Delivery.Attempts {
				return []int{i}, nil
			}
		}
	}
	return a.Store.Settle(ctx, all)
}

// mute doesn't say what was lost.
type mute struct{ Store }

func (m mute) Settle(ctx context.Context, all []notify.Settlement) ([]int, error) {
	_, err := m.Store.Settle(ctx, all)
	return nil, err
}

// oneAtATime settles one after the other, each in a commit of its own.
type oneAtATime struct{ Store }

func (o oneAtATime) Settle(ctx context.Context, all []notify.Settlement) ([]int, error) {
	var lost []int
	for i, s := range all {
		gone, err := o.Store.Settle(ctx, []notify.Settlement{s})
		if err != nil {
			return nil, err
		}
		if len(gone) > 0 {
			lost = append(lost, i)
		}
	}
	return lost, nil
}

// strict counts every claim as an attempt.
type strict struct{ Store }

func (s strict) Settle(ctx context.Context, all []notify.Settlement) ([]int, error) {
	all = slices.Clone(all)
	for i := range all {
		all[i].Outcome.Untried = false
	}
	return s.Store.Settle(ctx, all)
}

// disorderly takes each delivery for another person's.
type disorderly struct{ Store }

func (d disorderly) Planned(ctx context.Context, t notify.PlanTask, c notify.Chunk) error {
	c.Deliveries = slices.Clone(c.Deliveries)
	for i := range c.Deliveries {
		c.Deliveries[i].Person += session.PersonID("#" + c.Deliveries[i].Key)
	}
	return d.Store.Planned(ctx, t, c)
}

func (d disorderly) Claim(ctx context.Context, r notify.ClaimRequest) ([]notify.Claim, error) {
	claims, err := d.Store.Claim(ctx, r)
	for i := range claims {
		person, _, _ := strings.Cut(string(claims[i].Delivery.Person), "#")
		claims[i].Delivery.Person = session.PersonID(person)
	}
	return claims, err
}

// silent raises nothing.
type silent struct{ Store }

func (s silent) Settle(ctx context.Context, all []notify.Settlement) ([]int, error) {
	all = slices.Clone(all)
	for i := range all {
		all[i].Raise = nil
	}
	return s.Store.Settle(ctx, all)
}

// hasty raises an event with the first channel that ends: it keeps deliveries under other keys, and so doesn't find those
// over the other channels.
type hasty struct{ Store }

func (h hasty) Planned(ctx context.Context, t notify.PlanTask, c notify.Chunk) error {
	c.Deliveries = slices.Clone(c.Deliveries)
	for i := range c.Deliveries {
		c.Deliveries[i].Key = "key of " + c.Deliveries[i].Key
	}
	return h.Store.Planned(ctx, t, c)
}

// openHanded takes what anybody says of a feed who ever had it.
type openHanded struct {
	Store
	mu     *sync.Mutex
	fences map[notify.FeedID]int64
}

func (o openHanded) ClaimFeed(
	ctx context.Context, reader string, feed notify.FeedID, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	claim, err := o.Store.ClaimFeed(ctx, reader, feed, now, lease)
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil && reader == "relay" {
		o.fences[feed] = claim.Fence
	}
	return claim, err
}

func (o openHanded) AdvanceFeed(
	ctx context.Context, claim notify.FeedClaim, to int64, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	o.mu.Lock()
	claim.Fence = o.fences[claim.Feed]
	o.mu.Unlock()
	return o.Store.AdvanceFeed(ctx, claim, to, now, lease)
}

// shared gives a feed to everybody who asks.
type shared struct{ Store }

func (s shared) ClaimFeed(
	ctx context.Context, reader string, feed notify.FeedID, now time.Time, lease time.Duration,
) (notify.FeedClaim, error) {
	claim, err := s.Store.ClaimFeed(ctx, reader, feed, now.Add(100_000*time.Hour), lease)
	claim.Until = now.Add(lease)
	return claim, err
}

// reckless gives up what is still to be sent, and purges it.
type reckless struct{ Store }

func (r reckless) Purge(ctx context.Context, before time.Time, limit int) (int, error) {
	claims, err := r.Claim(ctx, notify.ClaimRequest{Now: before, Lease: time.Hour, Limit: 500})
	if err != nil {
		return 0, err
	}
	all := delivered(now, claims...)
	for i := range all {
		all[i].Outcome.State = notify.GivenUp
	}
	if _, err := r.Settle(ctx, all); err != nil {
		return 0, err
	}
	return r.Store.Purge(ctx, before, limit)
}

// timeless purges whatever has ended.
type timeless struct{ Store }

func (t timeless) Purge(ctx context.Context, _ time.Time, limit int) (int, error) {
	return t.Store.Purge(ctx, always.End, limit)
}

// limitless purges all there is.
type limitless struct{ Store }

func (l limitless) Purge(ctx context.Context, before time.Time, _ int) (int, error) {
	return l.Store.Purge(ctx, before, 1000)
}
