package calendar

import "strconv"

// Clock is a local time of day to the minute, from 00:00 to 24:00. It says
// what a clock on the wall shows, not an instant: see [Calendar.Resolve].
//
// 24:00 is the end of the day, so that opening hours can last until midnight;
// on a given date it is the same moment as 00:00 of the next.
//
// Clocks are comparable with ==. The zero value is no time at all, so that a
// field left out is told apart from midnight; [Clock.IsZero] reports it.
type Clock struct {
	m uint16 // minutes since midnight, plus one
}

// NewClock returns the time of day of an hour and a minute. Anything outside
// 00:00 to 24:00 is a [*FieldError].
func NewClock(hour, minute int) (Clock, error) {
	switch {
	case hour < 0 || hour > 24:
		return Clock{}, &FieldError{Field: "hour", Problem: "must be from 0 to 24, not " + strconv.Itoa(hour)}
	case minute < 0 || minute > 59:
		return Clock{}, &FieldError{Field: "minute", Problem: "must be from 0 to 59, not " + strconv.Itoa(minute)}
	case hour == 24 && minute > 0:
		return Clock{}, &FieldError{Field: "minute", Problem: "must be 0 when the hour is 24, not " + strconv.Itoa(minute)}
	}
	return Clock{uint16(hour*60 + minute + 1)}, nil
}

// MustClock is [NewClock] for times written into a program: like
// regexp.MustCompile it panics on a mistake, so it is for literals and never
// for what a user typed.
func MustClock(hour, minute int) Clock {
	c, err := NewClock(hour, minute)
	if err != nil {
		panic("calendar: MustClock: " + err.Error()) //nolint:forbidigo // because only literals come here
	}
	return c
}

// ParseClock reads a time of day written as 08:30 and in no other way.
// Anything else is a [*FieldError].
func ParseClock(s string) (Clock, error) {
	if len(s) == len("15:04") && s[2] == ':' {
		if c, err := NewClock(digits(s[:2]), digits(s[3:])); err == nil {
			return c, nil
		}
	}
	return Clock{}, &FieldError{Field: "clock", Problem: "must be a time of day written like 08:30, not " + quote(s)}
}

// IsZero reports whether no time was given.
func (c Clock) IsZero() bool { return c.m == 0 }

// Hour returns the hour, from 0 to 24, and 0 for the zero Clock.
func (c Clock) Hour() int { return c.minutes() / 60 }

// Minute returns the minute, from 0 to 59, and 0 for the zero Clock.
func (c Clock) Minute() int { return c.minutes() % 60 }

// Compare returns -1, 0 or +1 as c is before, equal to or after other; the
// zero Clock is before every time.
func (c Clock) Compare(other Clock) int {
	switch {
	case c.m < other.m:
		return -1
	case c.m > other.m:
		return +1
	}
	return 0
}

// Before reports whether c is earlier than other.
func (c Clock) Before(other Clock) bool { return c.m < other.m }

// String returns the time as 08:30, which [ParseClock] reads, and "" for the
// zero Clock.
func (c Clock) String() string {
	if c.m == 0 {
		return ""
	}
	b := make([]byte, 0, len("15:04"))
	b = appendPadded(b, c.Hour(), 2)
	b = append(b, ':')
	b = appendPadded(b, c.Minute(), 2)
	return string(b)
}

// MarshalText writes the time as [Clock.String] does; the zero Clock is empty.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText writes; empty text is the zero Clock.
func (c *Clock) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*c = Clock{}
		return nil
	}
	parsed, err := ParseClock(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// minutes returns the minutes since midnight, 0 for the zero Clock.
func (c Clock) minutes() int {
	if c.m == 0 {
		return 0
	}
	return int(c.m) - 1
}

// wall returns the seconds since midnight.
func (c Clock) wall() int64 { return int64(c.minutes()) * 60 }

// wallClock returns the time of day of a second counted as Date.wall does,
// cut down to its minute.
func wallClock(wall int64) Clock {
	return Clock{uint16((wall-floorDiv(wall, secPerDay)*secPerDay)/60 + 1)}
}
