package worker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/sessional-go/sessional/rota/desk"
)

// patience is how long a worker waits for an answer of its store before it counts as unknown.
const patience = 30 * time.Second

// worker carries out orders.
type worker struct {
	store     Store
	desk      *desk.Desk
	directory desk.Directory
	clock     Clock
	say       *voice

	performing sync.WaitGroup
}

// serve carries out the orders that come in, and reports, until there are no more: it returns at the end of in, whatever
// is still going on, so that a worker ends with whoever gave it orders.
func serve(ctx context.Context, store Store, clock Clock, in io.Reader, say *voice) error {
	directory, err := Directory()
	if err != nil {
		return err
	}
	w := &worker{directory: directory, clock: clock, say: say}
	w.store = watched{Store: store, say: w.say}
	if w.desk, err = desk.New(desk.Options{Store: w.store, Directory: directory, Now: clock.Now, Tries: 50}); err != nil {
		return err
	}
	w.say.line(Line{Kind: Ready})
	orders := json.NewDecoder(in)
	for {
		var o Order
		if err := orders.Decode(&o); errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
			return nil
		} else if err != nil {
			return err
		}
		w.obey(ctx, o)
	}
}

// obey begins to carry out an order.
func (w *worker) obey(ctx context.Context, o Order) {
	switch o.Do {
	case DoPerform:
		w.performing.Add(1)
		go func() {
			defer w.performing.Done()
			w.perform(ctx, *o.Act)
		}()
	case DoPlay:
		go w.carryOut(o.Do, func() { w.play(ctx, *o.Play) })
	case DoSettle:
		go w.carryOut(o.Do, w.performing.Wait)
	case DoTell:
		go w.carryOut(o.Do, func() { w.tell(ctx) })
	default:
		w.fault("no order " + string(o.Do))
	}
}

func (w *worker) carryOut(what Doing, do func()) {
	do()
	w.say.line(Line{Kind: Ended, Name: string(what)})
}

func (w *worker) fault(what string) { w.say.line(Line{Kind: Faulty, Name: what}) }

func (w *worker) unable(what string) { w.say.line(Line{Kind: Unable, Name: what}) }

// perform gives a command to the desk, and tells what was asked, what came of it, and when that was decided.
func (w *worker) perform(ctx context.Context, a Act) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	no, called := w.say.number(), Monotonic()
	w.say.line(Line{Kind: Called, No: no, At: called, Act: &a})
	var m moment
	answer := Perform(watching(ctx, &m), w.desk, a)
	from, until := m.decided(answer, called)
	w.say.line(Line{Kind: Returned, No: no, At: from, Until: until, Answer: &answer})
}

// decided is when an answer was decided. One that repeats an earlier one was decided some time before it was given.
func (m *moment) decided(a Answer, called int64) (from, until int64) {
	switch {
	case a.Code == "" && m.doneUntil > 0:
		return m.doneFrom, m.doneUntil
	case a.Code != "" && a.Code != UnknownCode && m.readUntil > 0:
		return m.readFrom, m.readUntil
	}
	return called, Monotonic()
}

// play lets users act at once, while others plan and deliver.
func (w *worker) play(ctx context.Context, p Play) {
	ctx, end := context.WithCancel(ctx)
	var users, tellers sync.WaitGroup
	tellers.Go(func() { w.deliver(ctx, p.Hold) })
	for n := range p.Users {
		users.Go(func() { newUser(w, p, p.First+n).act(ctx) })
	}
	users.Wait()
	end()
	tellers.Wait()
}
