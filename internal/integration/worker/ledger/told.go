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
	}
	for key := range told {
		if _, known := l.events[key]; !known {
			f.add("N4", "event %s was planned, and was not committed", key)
		}
	}
	if err := l.checkAllDeliveries(ctx, queue, died, &f); err != nil {
		return err
	}
	l.checkClaims(&f)
	return f.err()
}

// checkClaims asks that nothing was taken in hand twice, but for what came back as unknown from somebody whose lease had
// ended (N5).
func (l *Ledger) checkClaims(f *faults) {
	for key, claims := range l.claims {
		slices.SortFunc(claims, func(a, b claim) int { return cmp.Compare(a.fence, b.fence) })
		for n, c := range claims {
			if n > 0 && (c.was != notify.Unknown.String() || c.fence == claims[n-1].fence) {
				f.add("N5", "delivery %s was claimed as %s with token %d after %d", key, c.was, c.fence, claims[n-1].fence)
			}
		}
	}
}

// checkAllDeliveries checks those of all events: by session, or where an event has none by itself.
func (l *Ledger) checkAllDeliveries(ctx context.Context, queue notify.Queue, died bool, f *faults) error {
	asked := map[notify.DeliveryQuery]bool{}
	for key, m := range l.events {
		q := notify.DeliveryQuery{Session: m.About, Page: session.PageRequest{Limit: session.MaxPageSize}}
		if m.About == "" {
			q.Event = key
		}
		asked[q] = true
	}
	seen := map[string]bool{}
	for q := range asked {
		if err := l.checkDeliveries(ctx, queue, q, seen, died, f); err != nil {
			return err
		}
	}
	for key := range l.claims {
		if !seen[key] {
			f.add("N4", "delivery %s was claimed, and stands nowhere", key)
		}
	}
	return nil
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

// checkDeliveries checks those that a query lists, and notes them as seen.
func (l *Ledger) checkDeliveries(
	ctx context.Context, queue notify.Queue, q notify.DeliveryQuery, seen map[string]bool, died bool, f *faults,
) error {
	for {
		page, err := queue.Deliveries(ctx, q)
		if err != nil {
			return err
		}
		for _, d := range page.Items {
			if seen[d.Key] {
				f.add("N4", "delivery %s stands twice", d.Key)
			}
			if l.events[d.Event].Event != d.Event {
				f.add("N4", "delivery %s is of event %s, which was not committed", d.Key, d.Event)
			}
			l.checkDelivery(d, died, f)
			seen[d.Key] = true
		}
		if page.Next == "" {
			return nil
		}
		q.Page.After = page.Next
	}
}

// checkDelivery asks that one is suppressed, or was delivered once.
func (l *Ledger) checkDelivery(d notify.Delivery, died bool, f *faults) {
	settled, claims := l.settled[d.Key], len(l.claims[d.Key])
	switch {
	case d.State == notify.Suppressed && claims > 0:
		f.add("N4", "delivery %s is suppressed, and was claimed", d.Key)
	case d.State == notify.Suppressed:
	case d.State != notify.Delivered:
		f.add("N5", "delivery %s is %s after everything was told", d.Key, d.State)
	case settled > 1 || settled < 1 && !died:
		f.add("N5", "delivery %s was settled %d times", d.Key, settled)
	case d.Attempts < claims || d.Attempts > claims && !died:
		f.add("N5", "delivery %s counts %d attempts, and was claimed %d times", d.Key, d.Attempts, claims)
	}
}
