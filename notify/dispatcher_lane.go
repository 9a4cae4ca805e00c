package notify

import (
	"slices"
	"time"
)

// lane is what one person is told over one channel, as far as a dispatcher has claimed it, in the order in which it
// became due. Its outlet's lock guards it.
type lane struct {
	entries []*entry
	busy    bool // somebody serves it
}

// entry is a delivery in a lane: in hand, or waiting to be claimed again.
type entry struct {
	claim  Claim // the last one
	inHand bool
	paid   bool
	// until is from when on a waiting one is due again, since the number of the last Claim when it began to wait.
	until time.Time
	since int64
	// untried is how many of its claims were given back.
	untried int
}

// tries is how often the delivery was tried, this time included.
func (e *entry) tries() int { return e.claim.Delivery.Attempts - e.untried }

// put takes a claimed delivery in: where it waited, or as the last one.
func (of *lane) put(c Claim, claims int64) {
	of.drop(c.Delivery.NotBefore, claims, c.Delivery.Key)
	for _, e := range of.entries {
		if !e.inHand && e.claim.Delivery.Key == c.Delivery.Key {
			e.claim, e.inHand, e.paid = c, true, false
			return
		}
	}
	of.entries = append(of.entries, &entry{claim: c, inHand: true})
}

// drop forgets those that were due before an instant, and were not claimed by a claim that was begun after they began
// to wait: the longest due are claimed first, so somebody else has them.
func (of *lane) drop(due time.Time, claims int64, except ...string) {
	of.entries = slices.DeleteFunc(of.entries, func(e *entry) bool {
		return !e.inHand && e.since < claims && e.until.Before(due) && !slices.Contains(except, e.claim.Delivery.Key)
	})
}

// next returns the first delivery if it is in hand, nil where it waits, and whether anything is in hand at all.
func (of *lane) next() (first *entry, more bool) {
	more = slices.ContainsFunc(of.entries, func(e *entry) bool { return e.inHand })
	if more && of.entries[0].inHand {
		first = of.entries[0]
	}
	return first, more
}

// held returns all that are in hand.
func (of *lane) held() []*entry {
	var all []*entry
	for _, e := range of.entries {
		if e.inHand {
			all = append(all, e)
		}
	}
	return all
}

// after is the earliest instant for an entry that comes after all waiting ones before it.
func (of *lane) after(e *entry) time.Time {
	var latest time.Time
	for _, before := range of.entries {
		if before == e {
			break
		}
		if !before.inHand && before.until.After(latest) {
			latest = before.until
		}
	}
	if latest.IsZero() {
		return latest
	}
	return latest.Add(time.Microsecond)
}

// leave takes an entry out of the hand: it waits until an instant, or is gone where that is zero.
func (of *lane) leave(e *entry, until time.Time, claims int64, untried bool) {
	e.inHand, e.until, e.since = false, until, claims
	if untried {
		e.untried++
	}
	if until.IsZero() {
		of.entries = slices.DeleteFunc(of.entries, func(x *entry) bool { return x == e })
	}
}
