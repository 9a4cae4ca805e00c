package notify

import (
	"math"
	"time"
)

// Limit bounds what a dispatcher does on one channel. Each process has its own: where several share a transport,
// they share its limit among them.
type Limit struct {
	// Concurrency is how many messages are on their way at once; not given: 16.
	Concurrency int
	// PerSecond is how many messages are handed to the transport in a second, on average; fractions are fine. Not
	// given: as many as it takes.
	PerSecond float64
	// Burst is how many may go at once after a pause; not given: what PerSecond allows in a second, at least one. In
	// any t seconds at most Burst + PerSecond × t go.
	Burst int
}

func (l Limit) withDefaults() Limit {
	if l.Concurrency <= 0 {
		l.Concurrency = 16
	}
	if l.PerSecond > 0 && l.Burst <= 0 {
		l.Burst = max(1, int(math.Ceil(l.PerSecond)))
	}
	return l
}

// bucket is a token bucket, kept as the instant at which it would be full again: each token taken moves that on by the
// time it takes to get a new one. The zero value has no limit.
type bucket struct {
	interval time.Duration // between two tokens; 0: no limit
	burst    int
	full     time.Time
}

func newBucket(l Limit) bucket {
	if l.PerSecond <= 0 {
		return bucket{}
	}
	interval := math.Ceil(float64(time.Second) / l.PerSecond)
	return bucket{interval: time.Duration(min(interval, float64(24*time.Hour))), burst: l.Burst}
}

// ready is how many tokens there are.
func (b *bucket) ready(now time.Time) int {
	missing := max(b.full.Sub(now), 0)
	return b.burst - int((missing+b.interval-1)/b.interval)
}

// take takes a token, one of those that are ready.
func (b *bucket) take(now time.Time) {
	if b.full.Before(now) {
		b.full = now
	}
	b.full = b.full.Add(b.interval)
}

// next is how long it takes until there is one more token than now.
func (b *bucket) next(now time.Time) time.Duration {
	missing := max(b.full.Sub(now), 0)
	if rest := missing % b.interval; rest > 0 {
		return rest
	}
	return b.interval
}
