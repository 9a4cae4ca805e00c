package notifytest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
)

// NotifierHarness says how the notifier under test is had.
type NotifierHarness struct {
	// Open returns a notifier whose transport works; what it opens it closes by tb.Cleanup. Required.
	Open func(tb testing.TB) notify.Notifier
	// Down returns one whose transport can't be reached, or refuses everything for now; nil: not tested.
	Down func(tb testing.TB) notify.Notifier
	// Refusing returns one whose transport says that the address or device doesn't exist; nil: not tested.
	Refusing func(tb testing.TB) notify.Notifier
	// Losing returns one whose transport takes a message over and is gone before it says so; nil: not tested.
	Losing func(tb testing.TB) notify.Notifier
	// Hanging returns one whose transport never answers; nil: not tested.
	Hanging func(tb testing.TB) notify.Notifier
	// Message returns a message that the notifier can carry, another one for each n, with a key of its own; nil: an
	// email to ann@example.org.
	Message func(n int) notify.Message
	// Patience is how long a notifier may take to end once its context has; 0 stands for 2 seconds.
	Patience time.Duration
}

// TestNotifier tests that a host's notifier keeps the contract of notify.Notifier, a subtest for each clause. Run it
// with the race detector.
func TestNotifier(t *testing.T, h NotifierHarness) {
	t.Helper()
	if h.Open == nil {
		t.Fatal("notifytest: the harness has no Open")
	}
	for _, c := range notifierClauses {
		if open := c.needs(h); open == nil {
			t.Run(c.name, func(t *testing.T) { t.Skip("the harness doesn't say how to have such a notifier") })
		} else {
			t.Run(c.name, func(t *testing.T) { c.test(t, h.withDefaults(), open(t)) })
		}
	}
}

func (h NotifierHarness) withDefaults() NotifierHarness {
	if h.Message == nil {
		h.Message = email
	}
	if h.Patience == 0 {
		h.Patience = 2 * time.Second
	}
	return h
}

func email(n int) notify.Message {
	return notify.Message{
		Key: fmt.Sprintf("notifytest-%d", n), Kind: notify.InvoicePaid, Channel: notify.Email, Optional: true,
		To:      notify.Person{ID: "ann", Name: "Ann", Email: "ann@example.org"},
		Subject: fmt.Sprintf("Your invoice %d has been paid", n), Text: "It has.\n", HTML: "<p>It has.</p>",
	}
}

// notifierClause is a part of the contract.
type notifierClause struct {
	name  string
	needs func(NotifierHarness) func(testing.TB) notify.Notifier
	test  func(testing.TB, NotifierHarness, notify.Notifier)
}

func working(h NotifierHarness) func(testing.TB) notify.Notifier { return h.Open }

var notifierClauses = []notifierClause{
	{"N5 nil once it is taken over", working, takenOver},
	{"N5 the same key twice", working, sameKeyTwice},
	{"N5 many at once", working, manyAtOnce},
	{"N6 words as they are", working, longWords},
	{"N5 nothing is sent once the context has ended", working, endedBefore},
	{"N5 it ends when its context does", func(h NotifierHarness) func(testing.TB) notify.Notifier {
		return h.Hanging
	}, endsInTime},
	{"N5 what can be tried again", func(h NotifierHarness) func(testing.TB) notify.Notifier {
		return h.Down
	}, triedAgain},
	{"N5 what can never be delivered", func(h NotifierHarness) func(testing.TB) notify.Notifier {
		return h.Refusing
	}, permanent},
	{"N5 what nobody knows", func(h NotifierHarness) func(testing.TB) notify.Notifier {
		return h.Losing
	}, unknown},
}

func takenOver(tb testing.TB, h NotifierHarness, n notify.Notifier) {
	for i := range 3 {
		if err := n.Notify(tb.Context(), h.Message(i)); err != nil {
			tb.Errorf("N5: a message was not taken over: %v", err)
		}
	}
}

func sameKeyTwice(tb testing.TB, h NotifierHarness, n notify.Notifier) {
	for range 2 {
		if err := n.Notify(tb.Context(), h.Message(0)); err != nil {
			tb.Errorf("N5: a message was not taken over, maybe because its key was there already: %v", err)
		}
	}
}

func manyAtOnce(tb testing.TB, h NotifierHarness, n notify.Notifier) {
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			if err := n.Notify(tb.Context(), h.Message(i)); err != nil {
				tb.Errorf("N5: one of many at once was not taken over: %v", err)
			}
		})
	}
	group.Wait()
}

func longWords(tb testing.TB, h NotifierHarness, n notify.Notifier) {
	m := h.Message(0)
	words := strings.Repeat("Zoë’s “vaccines” have not arrived. .\n.\n", 100)
	if m.Channel.Push() {
		m.Body = "Zoë’s “vaccines” have not arrived."
	} else {
		m.Subject, m.Text = "Zoë’s session", words
	}
	if err := n.Notify(tb.Context(), m); err != nil {
		tb.Errorf("N6: a message with other letters, long, and with dots by themselves was not taken over: %v", err)
	}
}

func endedBefore(tb testing.TB, h NotifierHarness, n notify.Notifier) {
	ctx, cancel := context.WithCancel(tb.Context())
	cancel()
	err := within(tb, h, func() error { return n.Notify(ctx, h.Message(0)) })
	if err == nil || errors.Is(err, notify.ErrPermanent) {
		tb.Errorf("N5: with a context that has ended it said %v: neither yes nor never is true", err)
	}
}

func endsInTime(tb testing.TB, h NotifierHarness, n notify.Notifier) {
	ctx, cancel := context.WithTimeout(tb.Context(), 100*time.Millisecond)
	defer cancel()
	err := within(tb, h, func() error { return n.Notify(ctx, h.Message(0)) })
	if err == nil || errors.Is(err, notify.ErrPermanent) {
		tb.Errorf("N5: of a transport that never answered it said %v", err)
	}
}

// within fails where a call doesn't end in time.
func within(tb testing.TB, h NotifierHarness, call func() error) error {
	said := make(chan error, 1)
	go func() { said <- call() }()
	select {
	case err := <-said:
		return err
	case <-time.After(h.Patience + 100*time.Millisecond):
		tb.Errorf("N5: it went on for more than %s after its context had ended", h.Patience)
		return context.DeadlineExceeded
	}
}

func triedAgain(tb testing.TB, h NotifierHarness, n notify.Notifier) {
	err := n.Notify(tb.Context(), h.Message(0))
	if err == nil || errors.Is(err, notify.ErrPermanent) || errors.Is(err, notify.ErrUnknown) {
		tb.Errorf("N5: of a transport that took nothing it said %v: not that it can be tried again", err)
	}
}

func permanent(tb testing.TB, h NotifierHarness, n notify.Notifier) {
	if err := n.Notify(tb.Context(), h.Message(0)); !errors.Is(err, notify.ErrPermanent) {
		tb.Errorf("N5: of an address that doesn't exist it said %v, want notify.ErrPermanent", err)
	}
}

func unknown(tb testing.TB, h NotifierHarness, n notify.Notifier) {
	if err := n.Notify(tb.Context(), h.Message(0)); !errors.Is(err, notify.ErrUnknown) {
		tb.Errorf("N5: of a message whose answer was lost it said %v, want notify.ErrUnknown", err)
	}
}
