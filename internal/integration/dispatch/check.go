package dispatch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// events are those of all sessions, by key.
func (s *story) events(ctx context.Context) (map[string]session.Event, error) {
	all := map[string]session.Event{}
	for _, id := range s.began {
		list := func(req session.PageRequest) (session.Page[session.Event], error) {
			return s.store.Record(ctx, north, desk.RecordQuery{Session: id, Page: req})
		}
		for e, err := range desk.All(list) {
			if err != nil {
				return nil, err
			}
			all[e.Key()] = e
		}
	}
	return all, nil
}

// deliveries are those of all sessions; the error tells of a key that is there twice.
func (s *story) deliveries(ctx context.Context) (map[string]notify.Delivery, error) {
	all := map[string]notify.Delivery{}
	for _, id := range s.began {
		list := func(req session.PageRequest) (session.Page[notify.Delivery], error) {
			return s.store.Deliveries(ctx, notify.DeliveryQuery{Session: id, Page: req})
		}
		for d, err := range desk.All(list) {
			if err != nil {
				return nil, err
			}
			if _, twice := all[d.Key]; twice {
				return nil, fmt.Errorf("N4: delivery %s is there twice", d.Key)
			}
			all[d.Key] = d
		}
	}
	return all, nil
}

// intended is what should be in the queue: what the events say, worked out anew.
func intended(ctx context.Context, events map[string]session.Event) (map[string]notify.Delivery, error) {
	directory, err := Directory()
	if err != nil {
		return nil, err
	}
	all := map[string]notify.Delivery{}
	for _, e := range events {
		for _, n := range notify.For(e) {
			var people []session.PersonID
			switch n.Audience {
			case notify.PracticeStaff:
				people, err = directory.PracticeStaff(ctx, n.Practice)
			case notify.RotaManagers: // there are none
			default:
				err = fmt.Errorf("nobody has thought of %v, who are told of %s", n.Audience, e.Kind)
			}
			for _, id := range people {
				p, unknown := directory.Person(ctx, id)
				err = errors.Join(err, unknown)
				for _, d := range notify.Plan(e, n, p, notify.Settings{}, e.At) {
					all[d.Key] = d
				}
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// left says what is still to be done; blank: nothing.
func (s *story) left() (string, error) {
	ctx := s.tb.Context()
	events, err := s.events(ctx)
	if err != nil {
		return "", err
	}
	want, err := intended(ctx, events)
	if err != nil {
		return "", err
	}
	got, err := s.deliveries(ctx)
	if err != nil {
		return "", err
	}
	if len(got) < len(want) {
		return fmt.Sprintf("%d of %d deliveries are planned", len(got), len(want)), nil
	}
	for _, d := range got {
		if d.State != notify.Delivered && d.State != notify.Suppressed {
			return fmt.Sprintf("delivery %s is %s", d.Key, d.State), nil
		}
	}
	numbered, err := s.numbered(ctx)
	if err != nil || len(numbered) < len(events) {
		return fmt.Sprintf("%d of %d events are in the feed", len(numbered), len(events)), err
	}
	return "", nil
}

// numbered are the events of the feed; the error tells of one that is there twice, or of a gap.
func (s *story) numbered(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	for no := int64(0); ; {
		entries, err := s.store.Feed(ctx, notify.ProviderFeed(north), no, 500)
		if err != nil || len(entries) == 0 {
			return all, err
		}
		for _, entry := range entries {
			if no++; entry.No != no {
				return nil, fmt.Errorf("N4: number %d of the feed is followed by %d", no-1, entry.No)
			}
			if all[entry.Event.Key()] {
				return nil, fmt.Errorf("N4: event %s was planned twice", entry.Event.Key())
			}
			all[entry.Event.Key()] = true
		}
	}
}

// check checks everything, once nothing is left.
func (s *story) check() error {
	ctx := s.tb.Context()
	events, err := s.events(ctx)
	if err != nil {
		return err
	}
	want, err := intended(ctx, events)
	if err != nil {
		return err
	}
	got, err := s.deliveries(ctx)
	if err != nil {
		return err
	}
	told, err := s.Sink.Heard()
	if err != nil {
		return err
	}
	for key, d := range want {
		kept, there := got[key]
		switch told := len(told[key]); {
		case !there:
			return fmt.Errorf("N4: delivery %+v was lost", d)
		case d.State == notify.Planned && (kept.State != notify.Delivered || told == 0):
			return fmt.Errorf("N5: delivery %+v was told %d times", kept, told)
		case d.State == notify.Suppressed && (kept.State != notify.Suppressed || told > 0):
			return fmt.Errorf("N4: delivery %+v was told %d times", kept, told)
		}
		delete(got, key)
	}
	for _, d := range got {
		return fmt.Errorf("N4: delivery %+v was made up", d)
	}
	return errors.Join(s.repeats(told, want), s.enough(ctx, told))
}

// repeats asks that nobody else was told, and nothing twice but what had been recorded as unknown before.
func (s *story) repeats(told map[string][]Attempt, want map[string]notify.Delivery) error {
	for key, attempts := range told {
		d, known := want[key]
		if !known {
			return fmt.Errorf("N4: somebody was told %q", key)
		}
		for _, a := range attempts {
			if a.Person != d.Person {
				return fmt.Errorf("N4: %s was told what is for %s: %q", a.Person, d.Person, key)
			}
		}
		if err := repeated(attempts, s.unknown[key]); err != nil {
			return err
		}
	}
	return nil
}

// enough asks that the story was one: somebody died at each point, and something was repeated.
func (s *story) enough(ctx context.Context, told map[string][]Attempt) error {
	for _, p := range append(Points(), atRandom) {
		if s.deaths[p] == 0 {
			return fmt.Errorf("nobody died %s: %v", p, maps.Clone(s.deaths))
		}
	}
	again := 0
	for _, attempts := range told {
		again += len(attempts) - 1
	}
	if again == 0 {
		return errors.New("too little happened: nothing was sent twice, though somebody died after sending")
	}
	// Nobody has anything in hand: what the dead had was found.
	claims, err := s.store.Claim(ctx, notify.ClaimRequest{Now: time.Now().Add(time.Hour), Lease: lease, Limit: 1})
	if err == nil && len(claims) > 0 {
		err = fmt.Errorf("N5: %s was left in somebody's hand", claims[0].Delivery.Key)
	}
	return err
}
