package notifytest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
)

// answering opens recorders that answer everything alike.
func answering(a Answer) func(testing.TB) notify.Notifier {
	return func(testing.TB) notify.Notifier {
		return &Recorder{Answer: func(notify.Message, int) Answer { return a }}
	}
}

func whole() NotifierHarness {
	return NotifierHarness{
		Open: answering(Take), Down: answering(Refuse), Refusing: answering(Reject), Losing: answering(Lose),
		Hanging: answering(Hang), Patience: 200 * time.Millisecond,
	}
}

// saying is a notifier of one function.
type saying func(context.Context, notify.Message) error

func (f saying) Notify(ctx context.Context, m notify.Message) error { return f(ctx, m) }

func (f saying) open(testing.TB) notify.Notifier { return f }

func TestN5BrokenNotifiersAreFound(t *testing.T) {
	always := func(err error) saying { return func(context.Context, notify.Message) error { return err } }
	var seen sync.Map
	once := saying(func(ctx context.Context, m notify.Message) error {
		if _, had := seen.LoadOrStore(m.Key, true); had {
			return errors.New("I had that")
		}
		return ctx.Err()
	})
	deaf := saying(func(context.Context, notify.Message) error { time.Sleep(time.Second); return ErrRefused })
	plain := saying(func(ctx context.Context, m notify.Message) error {
		if m.Text != "" && m.Text[0] > 'Z' || m.Subject[0] > 'Z' || len(m.Text) > 100 {
			return errors.New("only short words")
		}
		return ctx.Err()
	})
	limit := make(chan struct{}, 2)
	narrow := saying(func(ctx context.Context, _ notify.Message) error {
		select {
		case limit <- struct{}{}:
			time.Sleep(20 * time.Millisecond)
			<-limit
			return ctx.Err()
		default:
			return errors.New("too many")
		}
	})
	for _, c := range []struct {
		name  string
		amend func(*NotifierHarness)
		want  string
	}{
		{"one that takes nothing", func(h *NotifierHarness) { h.Open = answering(Refuse) }, "N5 nil once it is taken over"},
		{"one that refuses repeats", func(h *NotifierHarness) { h.Open = once.open }, "N5 the same key twice"},
		{"one for one at a time", func(h *NotifierHarness) { h.Open = narrow.open }, "N5 many at once"},
		{"one for short words", func(h *NotifierHarness) { h.Open = plain.open }, "N6 words as they are"},
		{"one that ignores its context", func(h *NotifierHarness) { h.Open = always(nil).open },
			"N5 nothing is sent once the context has ended"},
		{"one that never ends", func(h *NotifierHarness) { h.Hanging = deaf.open }, "N5 it ends when its context does"},
		{"one that says yes when nobody answers", func(h *NotifierHarness) { h.Hanging = always(nil).open },
			"N5 it ends when its context does"},
		{"one that swallows errors", func(h *NotifierHarness) { h.Down = always(nil).open }, "N5 what can be tried again"},
		{"one that gives up at once", func(h *NotifierHarness) { h.Down = answering(Reject) }, "N5 what can be tried again"},
		{"one that never gives up", func(h *NotifierHarness) { h.Refusing = answering(Refuse) },
			"N5 what can never be delivered"},
		{"one that guesses", func(h *NotifierHarness) { h.Losing = always(nil).open }, "N5 what nobody knows"},
	} {
		h := whole().withDefaults()
		c.amend(&h)
		failures := map[string][]string{}
		for _, clause := range notifierClauses {
			failures[clause.name] = record(t, func(tb testing.TB) { clause.test(tb, h, clause.needs(h)(tb)) })
		}
		found(t, c.name, failures, c.want)
	}
}

func TestN5ARecorderDoesAsItIsTold(t *testing.T) {
	r := &Recorder{Answer: func(_ notify.Message, attempt int) Answer {
		return []Answer{Refuse, Miss, Lose, Take, Reject}[attempt-1]
	}}
	m := notify.Message{Key: "k", To: notify.Person{ID: "ann"}}
	var said []string
	for range 5 {
		said = append(said, fmt.Sprint(r.Notify(t.Context(), m), " ", len(r.Messages())))
	}
	want := []string{
		ErrRefused.Error() + " 0", notify.ErrUnknown.Error() + " 0", notify.ErrUnknown.Error() + " 1", "<nil> 1",
		notify.ErrPermanent.Error() + " 1",
	}
	if fmt.Sprint(said) != fmt.Sprint(want) || r.Attempts("k") != 5 || len(r.To("ann")) != 1 || len(r.To("bob")) != 0 {
		t.Errorf("said %q", said)
	}
	defer func() {
		if recover() == nil {
			t.Error("it did not panic")
		}
	}()
	r.Answer = func(notify.Message, int) Answer { return Panic }
	if err := r.Notify(t.Context(), m); err != nil {
		t.Error(err)
	}
}
