package worker

import (
	"time"

	"golang.org/x/sys/unix"
)

// opening is when every story begins: Thu 2 Jul 2026, 10:00 at the practices, twelve days before their sessions.
var opening = time.Date(2026, time.July, 2, 9, 0, 0, 0, time.UTC)

// Monotonic is the machine's clock that never goes back, in nanoseconds: the same in all its processes.
func Monotonic() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return 0 // the clock exists wherever the tests run
	}
	return ts.Nano()
}

// Clock is the users' clock: it runs as fast as the machine's, and is the same in all processes.
type Clock struct {
	// Began is what Monotonic said when the story began.
	Began int64
	// Ahead is how much later than that it is: a way to let leases end.
	Ahead time.Duration
}

// Now is the users' time.
func (c Clock) Now() time.Time { return opening.Add(time.Duration(Monotonic()-c.Began) + c.Ahead) }
