package mail_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify/transport/mail"
)

// await waits for what happens soon.
func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Errorf("never: %s", what)
}

func send(t *testing.T, sender *mail.Sender, n int) {
	t.Helper()
	for range n {
		if err := sender.Notify(t.Context(), booked()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConnectionsCarryManyMails(t *testing.T) {
	s := newServer(t)
	o := s.options()
	o.PerConnection = 3
	send(t, newSender(t, o), 7)
	if opened, _ := s.connections(); opened != 3 || len(s.got()) != 7 {
		t.Errorf("%d mails over %d connections", len(s.got()), opened)
	}
	await(t, "full connections are ended with QUIT", func() bool { return strings.Count(s.verbs(), "QUIT") == 2 })
}

// A refusal ends nothing: the next mail goes over the same connection.
func TestConnectionsSurviveRefusals(t *testing.T) {
	s := newServer(t)
	sender := newSender(t, s.options())
	for verb, answer := range map[string]string{
		"MAIL": "450 later", "RCPT": "550 5.1.1 nobody", "DATA": "451 later", ".": "554 5.6.0 no",
	} {
		s.says(verb, answer)
		if err := sender.Notify(t.Context(), booked()); err == nil {
			t.Errorf("%s: delivered", verb)
		}
		send(t, sender, 1)
	}
	if opened, _ := s.connections(); opened != 1 || len(s.got()) != 4 {
		t.Errorf("%d mails over %d connections", len(s.got()), opened)
	}
}

// What the server did to an idle connection is no failure of the next mail.
func TestStaleConnectionsAreReplaced(t *testing.T) {
	t.Run("ended", func(t *testing.T) {
		s := newServer(t)
		sender := newSender(t, s.options())
		send(t, sender, 1)
		s.hangUp()
		send(t, sender, 1)
		if opened, _ := s.connections(); opened != 2 || len(s.got()) != 2 {
			t.Errorf("%d mails over %d connections", len(s.got()), opened)
		}
	})
	t.Run("said goodbye", func(t *testing.T) {
		s := newServer(t)
		sender := newSender(t, s.options())
		send(t, sender, 1)
		s.says("MAIL", "421 4.4.2 you were idle")
		send(t, sender, 1)
		if opened, _ := s.connections(); opened != 2 {
			t.Errorf("%d connections", opened)
		}
	})
	t.Run("all of them", func(t *testing.T) {
		s := newServer(t)
		sender := newSender(t, s.options())
		together(t, sender, 4)
		s.hangUp()
		together(t, sender, 4)
		if got := len(s.got()); got != 8 {
			t.Errorf("%d mails", got)
		}
	})
	t.Run("a new one that says goodbye is a failure", func(t *testing.T) {
		s := newServer(t)
		s.says("MAIL", "421 4.3.2 too busy", "421 4.3.2 too busy")
		if err := newSender(t, s.options()).Notify(t.Context(), booked()); kind(err) != "again" {
			t.Errorf("%s: %v", kind(err), err)
		}
		if opened, _ := s.connections(); opened != 1 {
			t.Errorf("%d connections", opened)
		}
	})
}

func together(t *testing.T, sender *mail.Sender, n int) {
	t.Helper()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if err := sender.Notify(t.Context(), booked()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// However many are to be sent at once, the server sees no more connections than it is to see.
func TestConnectionsAreLimited(t *testing.T) {
	s := newServer(t)
	o := s.options()
	o.Connections = 3
	together(t, newSender(t, o), 60)
	if opened, _ := s.connections(); opened > 3 || len(s.got()) != 60 {
		t.Errorf("%d mails over %d connections", len(s.got()), opened)
	}
	// Who waits for one waits no longer than their context.
	s.says("RCPT", silent, silent, silent)
	busy := newSender(t, o)
	waiting, enough := context.WithCancel(t.Context())
	defer enough()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { _ = busy.Notify(waiting, booked()) })
	}
	await(t, "three are waiting for the server", func() bool { return s.count("RCPT") == 63 })
	if err := busy.Notify(soon(t, 50*time.Millisecond), booked()); kind(err) != "again" {
		t.Errorf("%s: %v", kind(err), err)
	}
	enough()
	all.Wait()
}

func TestIdleConnectionsAreEnded(t *testing.T) {
	s := newServer(t)
	o := s.options()
	o.Idle = 50 * time.Millisecond
	sender := newSender(t, o)
	send(t, sender, 1)
	await(t, "it is ended with QUIT", func() bool {
		_, open := s.connections()
		return open == 0 && strings.HasSuffix(s.verbs(), "QUIT")
	})
	send(t, sender, 1)
	if opened, _ := s.connections(); opened != 2 {
		t.Errorf("%d connections", opened)
	}
}

// Closed, a sender has no connection left and sends nothing more.
func TestClose(t *testing.T) {
	s := newServer(t)
	sender := newSender(t, s.options())
	together(t, sender, 4)
	for range 2 {
		if err := sender.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := sender.Notify(t.Context(), booked()); !errors.Is(err, mail.ErrClosed) {
		t.Errorf("%v", err)
	}
	s.ended(t)
}
