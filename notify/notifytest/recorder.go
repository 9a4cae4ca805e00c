// Package notifytest helps to test what tells people: a [Recorder] to tell instead of them, and the contracts of what a
// host may replace, each in one call from a test of its own: [TestNotifier] for a transport, and [TestQueue] for a
// queue, as a dispatcher works on it. Each clause is a subtest, and its name begins with the id of the rule that is
// broken where it fails; docs/rules.md tells the rules. What a store's queue promises call by call is the contract of
// rota/store/storetest.
package notifytest

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// Answer is what a Recorder does with a message.
type Answer uint8

// The answers.
const (
	// Take keeps the message and says so.
	Take Answer = iota
	// Refuse doesn't keep it, and says that it can be tried again.
	Refuse
	// Reject doesn't keep it, and says that it can never be delivered.
	Reject
	// Lose keeps it, but the answer is lost: it can't say whether it did.
	Lose
	// Miss doesn't keep it, and can't say whether it did.
	Miss
	// Hang does nothing until the context ends, and returns its error.
	Hang
	// Panic panics.
	Panic
)

// ErrRefused is what a Recorder returns for Refuse.
var ErrRefused = errors.New("notifytest: refused for now")

// Recorder is a notify.Notifier that keeps the messages instead of telling anybody. It drops those whose key it has, as
// a transport does that knows them. The zero value takes everything. It is safe for concurrent use.
type Recorder struct {
	// Answer says what to do with a message, and with which attempt at it, counted from 1; nil: Take. It is called by
	// one goroutine at a time.
	Answer func(m notify.Message, attempt int) Answer

	mu       sync.Mutex
	messages []notify.Message
	kept     map[string]bool
	attempts map[string]int
}

// Notify does with the message what Answer says.
func (r *Recorder) Notify(ctx context.Context, m notify.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch r.receive(m) {
	case Take:
		return nil
	case Reject:
		return notify.ErrPermanent
	case Lose, Miss:
		return notify.ErrUnknown
	case Hang:
		<-ctx.Done()
		return ctx.Err()
	case Panic:
		panic("notifytest: told to")
	case Refuse:
	}
	return ErrRefused
}

// receive asks for the answer, and keeps what is to be kept.
func (r *Recorder) receive(m notify.Message) Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil {
		r.kept, r.attempts = map[string]bool{}, map[string]int{}
	}
	r.attempts[m.Key]++
	answer := Take
	if r.Answer != nil {
		answer = r.Answer(m, r.attempts[m.Key])
	}
	if (answer == Take || answer == Lose) && !r.kept[m.Key] {
		r.kept[m.Key] = true
		r.messages = append(r.messages, m)
	}
	return answer
}

// Messages returns what was kept, in order.
func (r *Recorder) Messages() []notify.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.messages)
}

// To returns what was kept for one person, in order.
func (r *Recorder) To(p session.PersonID) []notify.Message {
	return slices.DeleteFunc(r.Messages(), func(m notify.Message) bool { return m.To.ID != p })
}

// Attempts is how often a message was handed over, by its key.
func (r *Recorder) Attempts(key string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.attempts[key]
}
