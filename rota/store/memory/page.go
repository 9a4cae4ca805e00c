package memory

import (
	"iter"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/cursor"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/session"
)

// scan is the most keys that are looked at for one page: a filter that fits almost nothing yields a short page with a
// Next, not a walk through everything.
const scan = 10_000

// page reads one page of keys after its cursor. The filter is what the cursor is good for; item returns what stands at
// a key, and whether it belongs into the list.
func page[T any](
	filter any, req session.PageRequest, keys func(from ordered.Key) iter.Seq[ordered.Key], from ordered.Key,
	item func(ordered.Key) (T, bool),
) (session.Page[T], error) {
	var p session.Page[T]
	if err := req.Validate(); err != nil {
		return p, err
	}
	after, more, err := cursor.Decode(filter, req.After)
	if err != nil {
		return p, err
	}
	if more {
		from = after
	}
	looked := 0
	var last ordered.Key
	for k := range keys(from) {
		if more && k == after {
			continue
		}
		if len(p.Items) == req.Size() || looked == scan {
			p.Next = cursor.Encode(filter, last)
			return p, nil
		}
		looked, last = looked+1, k
		if v, ok := item(k); ok {
			p.Items = append(p.Items, v)
		}
	}
	return p, nil
}

// before cuts keys off at an instant; a zero one cuts nothing.
func before(end time.Time, keys func(ordered.Key) iter.Seq[ordered.Key]) func(ordered.Key) iter.Seq[ordered.Key] {
	if end.IsZero() {
		return keys
	}
	return func(from ordered.Key) iter.Seq[ordered.Key] {
		return func(yield func(ordered.Key) bool) {
			for k := range keys(from) {
				if k.At >= end.UnixMicro() || !yield(k) {
					return
				}
			}
		}
	}
}

// first is the place where a span's list begins.
func first(within calendar.Span) ordered.Key {
	if within.Start.IsZero() {
		return ordered.Key{At: -1 << 62}
	}
	return ordered.Key{At: within.Start.UnixMicro()}
}
