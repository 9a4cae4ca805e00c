package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// mailbox is a stand-in for a mail server: it takes every mail, in clear, and keeps it. The module notify/transport is
// tested against a real one, OpenSMTPD; what starts that is internal to it.
type mailbox struct {
	net.Listener
	refuse bool

	mu    sync.Mutex
	mails []string
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailbox{Listener: l}
	var talks sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close() // it is only listening
		talks.Wait()
	})
	talks.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			talks.Go(func() { m.talk(c) })
		}
	})
	return m
}

// talk answers one connection (RFC 5321).
func (m *mailbox) talk(c net.Conn) {
	defer func() { _ = c.Close() }() // the other side has ended it
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	say := func(line string) { _, _ = fmt.Fprintf(c, "%s\r\n", line) }
	say("220 mailbox.test")
	in := bufio.NewScanner(c)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		switch verb, _, _ := strings.Cut(strings.ToUpper(in.Text()), " "); verb {
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for in.Scan() && in.Text() != "." {
				b.WriteString(strings.TrimPrefix(in.Text(), ".") + "\r\n")
			}
			m.mu.Lock()
			m.mails = append(m.mails, b.String())
			m.mu.Unlock()
			say("250 taken")
		case "RCPT":
			if m.refuse {
				say("451 not now")
			} else {
				say("250 yes")
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 yes")
		}
	}
}

// toldBy plays an export to a mail server.
func toldBy(t *testing.T, server string, data []byte) (string, error) {
	t.Helper()
	x, err := read("test.csv", data)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = tellStory(t.Context(), memory.New(), x, server, &out, false)
	return out.String(), err
}

// With -smtp the story is the same, and every email that it tells of arrives, once, at the person it names (N5).
func TestN5EmailsAreSent(t *testing.T) {
	box := newMailbox(t)
	story, err := toldBy(t, box.Addr().String(), builtIn)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, story, theStory(t))
	ids := map[string]bool{}
	kinds := map[string]int{}
	for _, text := range box.mails {
		m, err := netmail.ReadMessage(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		ids[m.Header.Get("Message-Id")] = true
		for _, word := range []string{"Booking confirmed", "New application", "no longer going ahead", "Reminder"} {
			if strings.Contains(m.Header.Get("Subject"), word) {
				kinds[word]++
			}
		}
	}
	if len(ids) != len(box.mails) || len(ids) < 100 {
		t.Errorf("%d mails, %d of them different", len(box.mails), len(ids))
	}
	if len(kinds) != 4 {
		t.Errorf("too few kinds of mail: %v", kinds)
	}
}

// What the timeline says was delivered is what the notifier got, push by push and email by email (N4, N5).
func TestN4TheTimelineIsTheQueues(t *testing.T) {
	x, err := read("test.csv", builtIn)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	store := memory.New()
	w, err := newWorld(x, store, "", newPage(&out, false))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := map[string]notify.Message{}
	for _, m := range w.transport.Messages() {
		got[m.Key] = m
		if m.Channel == notify.Email && (m.Subject == "" || m.HTML == "") || m.Channel.Push() && m.Title == "" {
			t.Errorf("a message without words: %+v", m)
		}
	}
	delivered := 0
	for _, id := range w.sessions {
		page, err := store.Deliveries(t.Context(), notify.DeliveryQuery{
			Session: id, Page: session.PageRequest{Limit: session.MaxPageSize},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page.Items {
			if _, sent := got[d.Key]; sent != (d.State == notify.Delivered) {
				t.Errorf("%s of %s to %s is %s, and was sent: %t", d.Channel, d.Kind, d.Person, d.State, sent)
			}
			if d.State == notify.Delivered {
				delivered++
			}
		}
	}
	if delivered < 100 {
		t.Errorf("only %d were delivered", delivered)
	}
}

// A server that takes no mails ends the story, and the error says why.
func TestMailServersThatTakeNothing(t *testing.T) {
	box := newMailbox(t)
	box.refuse = true
	if _, err := toldBy(t, box.Addr().String(), builtIn); err == nil || !strings.Contains(err.Error(), "-smtp: the email") {
		t.Errorf("got %v", err)
	}
	for _, server := range []string{"localhost", "localhost:smtp", ":25"} {
		if _, err := toldBy(t, server, []byte(least())); err == nil || !strings.Contains(err.Error(), "quickstart: ") {
			t.Errorf("%s: got %v", server, err)
		}
	}
}
