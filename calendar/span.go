package calendar

import "time"

// Span is the time from Start up to, but not including, End (T5): a session
// that ends at 13:00 and one that starts at 13:00 do not overlap. Both are
// instants, so a Span has its true length also across a clock change: 22:00 to
// 06:00 is nine hours on the October night and seven on the March night.
//
// The zero value is an empty span.
type Span struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Valid reports whether both ends are given and the end is after the start.
func (s Span) Valid() bool {
	return !s.Start.IsZero() && !s.End.IsZero() && s.End.After(s.Start)
}

// IsZero reports whether neither end is given.
func (s Span) IsZero() bool { return s.Start.IsZero() && s.End.IsZero() }

// Duration returns the time that passes between start and end, negative where
// they are the wrong way round.
func (s Span) Duration() time.Duration { return s.End.Sub(s.Start) }

// Contains reports whether t lies in the span; Start does, End does not.
func (s Span) Contains(t time.Time) bool {
	return !t.Before(s.Start) && t.Before(s.End)
}

// Overlaps reports whether the two have any instant in common. Spans that
// only touch do not, and an empty span overlaps nothing.
func (s Span) Overlaps(other Span) bool {
	return s.Start.Before(s.End) && other.Start.Before(other.End) &&
		s.Start.Before(other.End) && other.Start.Before(s.End)
}
