package main

import (
	"sync"
	"time"

	"github.com/sessional-go/sessional/calendar"
)

// clock is the time of the story. It stands still until it is set, and never goes back.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is what the desk and the keeper ask.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}

// moment is a local time of the story's day.
func moment(cal *calendar.Calendar, day calendar.Date, at string) (time.Time, error) {
	c, err := calendar.ParseClock(at)
	if err != nil {
		return time.Time{}, err
	}
	return cal.Resolve(calendar.Local{Date: day, Clock: c, Fold: calendar.Earlier})
}
