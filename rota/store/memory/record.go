package memory

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// Record lists events in the order of their commits (P2).
func (s *Store) Record(
	ctx context.Context, provider session.ProviderID, q desk.RecordQuery,
) (session.Page[session.Event], error) {
	if err := ctx.Err(); err != nil {
		return session.Page[session.Event]{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	numbers := s.index.subjects[q.Subject]
	if q.Session != "" {
		numbers = s.index.byEvent[q.Session]
	}
	keys := func(from ordered.Key) iter.Seq[ordered.Key] {
		return func(yield func(ordered.Key) bool) {
			i, _ := slices.BinarySearch(numbers, int(max(0, from.At)))
			for _, n := range numbers[i:] {
				if !yield(ordered.Key{At: int64(n)}) {
					return
				}
			}
		}
	}
	return page([]any{"record", provider, q.Session, q.Subject}, q.Page, keys, ordered.Key{},
		func(k ordered.Key) (session.Event, bool) {
			e := s.events[k.At]
			return e.Clone(), provider == "" || e.Provider == provider
		})
}

// Texts returns the texts that exist.
func (s *Store) Texts(ctx context.Context, ids ...session.TextID) ([]session.Text, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []session.Text
	for _, id := range ids {
		if t, ok := s.texts[id]; ok {
			found = append(found, t)
		}
	}
	return found, nil
}

// TextsWritten lists the texts that fit a query and are not erased (P4).
func (s *Store) TextsWritten(ctx context.Context, q session.TextQuery) (session.Page[session.Text], error) {
	if err := ctx.Err(); err != nil {
		return session.Page[session.Text]{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	order := s.index.textsOf.of(q.Author)
	if q.Class != "" {
		order = s.index.textsIn.of(q.Class)
	}
	// Before moves on with the clock; it must not make the cursor of a minute ago worthless.
	return page([]any{"texts", q.Class, q.Author}, q.Page, before(q.Before, order.From), first(calendar.Span{}),
		func(k ordered.Key) (session.Text, bool) { return s.texts[session.TextID(k.ID)], true })
}

// Settings returns the settings of the people who have any (N1).
func (s *Store) Settings(ctx context.Context, people ...session.PersonID) ([]notify.Settings, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []notify.Settings
	for _, id := range people {
		if v, ok := s.settings[id]; ok {
			found = append(found, v)
		}
	}
	return found, nil
}

// Due lists the ids of what time has brought about by an instant.
func (s *Store) Due(
	ctx context.Context, what desk.Due, at time.Time, req session.PageRequest,
) (session.Page[string], error) {
	if err := ctx.Err(); err != nil {
		return session.Page[string]{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	set := s.index.due[what]
	if set == nil {
		return session.Page[string]{}, &session.FieldError{Field: "what", Problem: "is unknown"}
	}
	keys := before(at.Add(time.Microsecond), set.From)
	return page([]any{"due", int(what)}, req, keys, first(calendar.Span{}), func(k ordered.Key) (string, bool) {
		return k.ID, what != desk.DueCompletion || s.sessions[session.SessionID(k.ID)].Case == ""
	})
}
