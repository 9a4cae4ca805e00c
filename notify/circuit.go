package notify

import "time"

// Circuit says when a channel is taken to be out of order, and how it is tried again: after a number of failures in a
// row, whoever they were to, nothing more is claimed for it but single deliveries, at growing intervals, until one gets
// through. So a transport that is down is not hammered, and the attempts of what waits for it are not used up.
type Circuit struct {
	// Failures in a row take the channel out of order; not given: 5; negative: it never is.
	Failures int
	// First is when it is first tried again, each further interval twice as long, up to Most; not given: 5 seconds and
	// 5 minutes.
	First, Most time.Duration
}

func (c Circuit) withDefaults() Circuit {
	if c.Failures == 0 {
		c.Failures = 5
	}
	if c.First <= 0 {
		c.First = 5 * time.Second
	}
	if c.Most <= 0 {
		c.Most = 5 * time.Minute
	}
	c.Most = max(c.Most, c.First)
	return c
}

// breaker is the circuit of one channel.
type breaker struct {
	Circuit
	failures int
	trials   int       // failed while out of order
	until    time.Time // when it is tried again; zero: in order
}

// open says whether the channel is out of order.
func (b *breaker) open() bool { return !b.until.IsZero() }

// wait is how long nothing may be tried at all.
func (b *breaker) wait(now time.Time) time.Duration {
	if !b.open() {
		return 0
	}
	return max(b.until.Sub(now), 0)
}

// worked closes the circuit, and says whether it was open.
func (b *breaker) worked() bool {
	was := b.open()
	b.failures, b.trials, b.until = 0, 0, time.Time{}
	return was
}

// failed counts a failure, and says whether it opens the circuit. The transport may have asked to be left alone for a
// while.
func (b *breaker) failed(now time.Time, asked time.Duration) bool {
	b.failures++
	if b.Failures < 0 || b.failures < b.Failures {
		return false
	}
	was := b.open()
	if was && now.Before(b.until) {
		return false // begun before the circuit opened
	}
	b.until = now.Add(max(doubled(b.First, b.Most, b.trials), asked))
	b.trials++
	return !was
}
