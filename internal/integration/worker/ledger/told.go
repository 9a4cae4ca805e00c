package ledger

import (
	"cmp"
	"context"
	"slices"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// CheckTold asks, once everything is planned and delivered, that every committed event was planned exactly once, so
// that it stands once in its feeds, whose numbers have no gaps (N4), and that each of its deliveries was settled: by
// exactly one claim, unless the lease of an earlier one had ended (N5). With died, workers have died between settling a
// delivery and saying so.
func (l *Ledger) CheckTold(ctx context.Context, queue notify.Queue, died bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var f faults
	told := map[string]int{}
	for _, p := range append(worker.Providers(), "") {
		if err := l.checkFeed(ctx, queue, notify.ProviderFeed(p), told, &f); err != nil {
			return err
		}
	}
	for key := range l.events {
		if told[key] != 1 {
			f.add("N4", "event %s stands %d times in the feeds", key, told[key])
		}
		if err := l.checkDeliveries(ctx, queue, key, died, &f); err != nil {
			return err
		}
	}
	for key := range told {
		if _, known := l.events[key]; !known {
			f.add("N4", "event %s was planned, and was not committed", key)
		}
	}
	for key, claims := range l.claims {
		slices.SortFunc(claims, func(a, b claim) int { return cmp.Compare(a.fence, b.fence) })
		for n, c := range claims {
			if n > 0 && (c.was != notify.Unknown.String() || c.fence == claims[n-1].fence) {
				f.add("N5", "delivery %s was claimed as %s with token %d after %d", key, c.was, c.fence, claims[n-1].fence)
			}
		}
	}
	return f.err()
}

// checkFeed reads a feed from its beginning.
func (l *Ledger) checkFeed(
	ctx context.Context, queue notify.Queue, feed notify.FeedID, told map[string]int, f *faults,
) error {
	for last := int64(0); ; {
		entries, err := queue.Feed(ctx, feed, last, session.MaxPageSize)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.No != last+1 {
				f.add("N4", "in %s number %d follows %d", feed, e.No, last)
			}
			last = e.No
			told[e.Event.Key()]++
			if m := l.events[e.Event.Key()]; m != worker.EventMark(e.Event) {
				f.add("N4", "in %s event %s is not as it was committed", feed, e.Event.Key())
			}
		}
		if len(entries) == 0 {
			return nil
		}
	}
}

// checkDeliveries checks those of one event.
func (l *Ledger) checkDeliveries(ctx context.Context, queue notify.Queue, key string, died bool, f *faults) error {
	req := notify.DeliveryQuery{Event: key, Page: session.PageRequest{Limit: session.MaxPageSize}}
	seen := map[string]bool{}
	for {
		page, err := queue.Deliveries(ctx, req)
		if err != nil {
			return err
		}
		for _, d := range page.Items {
			settled, claims := l.settled[d.Key], len(l.claims[d.Key])
			switch {
			case seen[d.Key]:
				f.add("N4", "delivery %s stands twice", d.Key)
			case d.State == notify.Suppressed && claims > 0:
				f.add("N4", "delivery %s is suppressed, and was claimed", d.Key)
			case d.State == notify.Suppressed:
			case d.State != notify.Delivered:
				f.add("N5", "delivery %s is %s after everything was told", d.Key, d.State)
			case settled != 1 && (!died || settled > 1):
				f.add("N5", "delivery %s was settled %d times", d.Key, settled)
			case d.Attempts < claims || d.Attempts != claims && !died:
				f.add("N5", "delivery %s counts %d attempts, and was claimed %d times", d.Key, d.Attempts, claims)
			}
			seen[d.Key] = true
		}
		if page.Next == "" {
			return nil
		}
		req.Page.After = page.Next
	}
}
