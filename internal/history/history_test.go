package history_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/history"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// Whoever adds a command to the desk adds it to the histories.
func TestEveryCommandOfTheDeskIsAKind(t *testing.T) {
	command := reflect.TypeFor[interface{ Head() session.Command }]()
	var methods []string
	d := reflect.TypeFor[*desk.Desk]()
	for i := range d.NumMethod() {
		m := d.Method(i)
		if m.Type.NumIn() == 3 && m.Type.In(2).Implements(command) && m.Type.In(2).Name() == m.Name {
			methods = append(methods, m.Name)
		}
	}
	kinds := history.Kinds()
	slices.Sort(kinds)
	if !slices.Equal(methods, kinds) {
		t.Errorf("the desk takes %v, the histories give %v", methods, kinds)
	}
}

// broken is a store that spoils what it is told to keep, or what it answers.
type broken struct {
	desk.Store
	commit  func(*desk.Changes)
	outcome error
	reads   func(*desk.Snapshot)
}

func (b broken) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	if b.commit != nil {
		b.commit(&c)
	}
	return b.Store.Commit(ctx, c)
}

func (b broken) Outcome(ctx context.Context, key desk.CommandKey) (desk.Outcome, error) {
	if b.outcome != nil {
		return desk.Outcome{}, b.outcome
	}
	return b.Store.Outcome(ctx, key)
}

func (b broken) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	read, err := b.Store.Load(ctx, want)
	if b.reads != nil {
		b.reads(&read)
	}
	return read, err
}

// The histories notice what is wrong, and name the rule.
func TestFaultsAreNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		fault broken
		rules []string
	}{
		"A7 diaries are not kept":  {broken{commit: func(c *desk.Changes) { c.Diaries = nil }}, []string{"A7"}},
		"P3 outcomes are not kept": {broken{outcome: desk.ErrNoOutcome}, []string{"P3"}},
		"B2 a penny is lost": {broken{commit: func(c *desk.Changes) {
			for i := range c.Hours {
				c.Hours[i].Amount.Amount = c.Hours[i].Amount.Amount.Sub(decimal.New(1, -2))
			}
		}}, []string{"B2"}},
		"P2 events say somebody else did it": {broken{commit: func(c *desk.Changes) {
			c.Events = slices.Clone(c.Events)
			c.Events[0].By = session.Support("nobody")
		}}, []string{"P2"}},
		"B1 bookings come back to life": {broken{commit: func(c *desk.Changes) {
			for i := range c.Bookings {
				if c.Bookings[i].State == booking.Cancelled {
					c.Bookings[i].State = booking.Confirmed
				}
			}
		}}, []string{"P2", "A7", "B1"}},
		"W11 decisions see no policy": {broken{reads: func(s *desk.Snapshot) {
			if s.Session.Version > 0 {
				s.Policies = nil
			}
		}},
			[]string{"W11"}},
		"W4 decisions see no case": {broken{reads: func(s *desk.Snapshot) { s.Session.Case = "" }}, []string{"W4", "P1", "P2"}},
	} {
		t.Run(name, func(t *testing.T) {
			chance := rand.New(rand.NewPCG(1, 2))
			for range 300 {
				words := make([]uint64, 72)
				for i := range words {
					words[i] = chance.Uint64()
				}
				_, err := history.Play(history.Options{Commands: 30, Store: func() desk.Store {
					s := c.fault
					s.Store = memory.New()
					return s
				}}, words)
				found := (*history.BrokenError)(nil)
				if !errors.As(err, &found) {
					if err != nil {
						t.Fatal(err)
					}
					continue
				}
				if !slices.Contains(c.rules, found.Rule) || len(found.Trace) == 0 {
					t.Errorf("it is told as %s: %s", found.Rule, found.Problem)
				}
				return
			}
			t.Error("300 histories did not notice")
		})
	}
}
