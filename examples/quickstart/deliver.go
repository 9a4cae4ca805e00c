package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/notify/transport/mail"
	"github.com/sessional-go/sessional/rota/keeper"
)

// transport is what carries the story's messages: a recorder, and in front of it a mail server if there is one.
type transport struct {
	notifytest.Recorder
	mail *mail.Sender // nil: emails are only recorded

	mu     sync.Mutex
	failed error
}

// newTransport sends emails to the server at an address such as localhost:1025; without one it only records.
func newTransport(server string, now func() time.Time) (*transport, error) {
	t := &transport{}
	if server == "" {
		return t, nil
	}
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return nil, fmt.Errorf("-smtp: %w", err)
	}
	o := mail.Options{
		Host: host, TLS: mail.Opportunistic, From: "Sessions <sessions@sessions.example>", Now: now, Timeout: 10 * time.Second,
	}
	if o.Port, err = strconv.Atoi(port); err != nil {
		return nil, fmt.Errorf("-smtp: %q is no port", port)
	}
	t.mail, err = mail.New(o)
	return t, err
}

// Notify is as in notify.Notifier. A mail that the server doesn't take ends the story.
func (t *transport) Notify(ctx context.Context, m notify.Message) error {
	if t.mail != nil && m.Channel == notify.Email {
		if err := t.mail.Notify(ctx, m); err != nil {
			t.mu.Lock()
			defer t.mu.Unlock()
			if t.failed == nil {
				t.failed = fmt.Errorf("-smtp: the email %q to %s was not taken: %w", m.Subject, m.To.Email, err)
			}
			return err
		}
	}
	return t.Recorder.Notify(ctx, m)
}

// err is why a mail was not taken.
func (t *transport) err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

// close ends the connections.
func (t *transport) close() error {
	if t.mail == nil {
		return nil
	}
	return t.mail.Close()
}

// deliver sends what is due, and returns what became of it (N5).
func (w *world) deliver(ctx context.Context) ([]notify.Observation, error) {
	var mu sync.Mutex
	var seen []notify.Observation
	d, err := notify.NewDispatcher(notify.DispatcherOptions{
		Queue: w.store, Notifier: w.transport, Now: w.clock.Now,
		Composer: &keeper.Composer{
			Store: w.store, Directory: w.directory, Product: "Sessions", Now: w.clock.Now,
		},
		Observe: func(o notify.Observation) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, o)
		},
	})
	if err != nil {
		return nil, err
	}
	if _, err := d.Deliver(ctx); err != nil {
		return nil, err
	}
	// Several are on their way at once, and the story always tells the same.
	slices.SortFunc(seen, func(a, b notify.Observation) int {
		return strings.Compare(inOrder(a.Delivery), inOrder(b.Delivery))
	})
	return seen, w.transport.err()
}

// inOrder is what deliveries are told in the order of, where they come from several events.
func inOrder(d notify.Delivery) string {
	return strings.Join([]string{d.Planned.Format(time.RFC3339Nano), string(d.Kind), string(d.Person), d.Channel.String()},
		"\t")
}
