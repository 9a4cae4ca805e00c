package notify

import (
	"errors"
	"time"
)

// Backoff says how long to wait before a failed delivery is tried again: First after the first attempt, twice as long
// after each further one, at most Most (N5). The defaults, with those of DispatcherOptions, try twelve times in about
// seventeen hours.
type Backoff struct {
	// First is the wait after the first attempt; not given: 30 seconds.
	First time.Duration
	// Most is the longest wait; not given: six hours, and never less than First.
	Most time.Duration
	// Jitter is the greatest part by which a wait is shortened at random, so that what failed together does not come
	// back together: between 0 and 1. Not given: 0.2; negative: none.
	Jitter float64
}

func (b Backoff) withDefaults() Backoff {
	if b.First <= 0 {
		b.First = 30 * time.Second
	}
	if b.Most <= 0 {
		b.Most = 6 * time.Hour
	}
	b.Most = max(b.Most, b.First)
	switch {
	case b.Jitter == 0:
		b.Jitter = 0.2
	case b.Jitter < 0:
		b.Jitter = 0
	}
	b.Jitter = min(b.Jitter, 1)
	return b
}

// soonest is the shortest wait: what failed is never tried again in the same instant.
const soonest = time.Millisecond

// after returns the wait after a number of attempts; random is from [0, 1).
func (b Backoff) after(attempts int, random float64) time.Duration {
	wait := doubled(b.First, b.Most, attempts-1)
	wait -= time.Duration(b.Jitter * random * float64(wait))
	return max(wait, soonest)
}

// doubled doubles a wait a number of times, up to the longest.
func doubled(first, most time.Duration, times int) time.Duration {
	wait := first
	for range times {
		if wait >= most/2 {
			return most
		}
		wait *= 2
	}
	return wait
}

// longestAsked is how long a transport may ask to be left alone.
const longestAsked = 24 * time.Hour

// asked is how long the transport itself asked to wait, 0 where it didn't: an error of a Notifier, or one that it
// wraps, may have a method RetryAfter.
func asked(err error) time.Duration {
	var e interface{ RetryAfter() time.Duration }
	if !errors.As(err, &e) {
		return 0
	}
	return min(max(e.RetryAfter(), 0), longestAsked)
}
