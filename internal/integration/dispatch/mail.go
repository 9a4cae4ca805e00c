package dispatch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/quotedprintable"
	netmail "net/mail"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/peer"
)

// domain is where everybody has their email address.
const domain = "example.org"

// mailboxes is a Sink by SMTP: a real mail server that delivers to everybody's mailbox.
type mailboxes struct {
	tb     testing.TB
	server *peer.OpenSMTPD
}

// NewMailSink starts a mail server where everybody who is told has a mailbox, or skips the test where there is none; it
// ends with the test.
func NewMailSink(tb testing.TB) Sink {
	tb.Helper()
	var people []string
	for p := range practices {
		for n := range staff {
			people = append(people, string(person(p, n)))
		}
	}
	return mailboxes{tb, peer.StartOpenSMTPD(tb, people...)}
}

// Address is that of the server.
func (m mailboxes) Address() string { return fmt.Sprintf("smtp://127.0.0.1:%d", m.server.Port) }

// Told counts mails in all mailboxes.
func (m mailboxes) Told() int { return m.server.Delivered(m.tb) }

// Heard waits until what the server has taken over is in its mailbox, and opens them all. A mail is for whose mailbox it
// is in, and its Message-ID follows from the delivery, whichever attempt it is (N5).
func (m mailboxes) Heard() (map[string][]Attempt, error) {
	for end := time.Now().Add(patience); m.server.Queued(m.tb) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			return nil, fmt.Errorf("after %v the mail server still has %d files queued", patience, m.server.Queued(m.tb))
		}
	}
	all := map[string][]Attempt{}
	for p := range practices {
		for n := range staff {
			who := person(p, n)
			for _, raw := range m.server.Mails(m.tb, string(who)) {
				a, id, err := open(raw)
				if err != nil {
					return nil, fmt.Errorf("a mail to %s: %w", who, err)
				}
				if a.Person != who {
					return nil, fmt.Errorf("the mail %s to %s is in the mailbox of %s", a.Key, a.Person, who)
				}
				if want := "<" + a.Key + "@" + domain + ">"; id != want {
					return nil, fmt.Errorf("N5: attempt %d of %s has the Message-ID %s, not %s", a.No, a.Key, id, want)
				}
				all[a.Key] = append(all[a.Key], a)
			}
		}
	}
	return all, nil
}

// open reads what a mail says of itself, and its Message-ID.
func open(raw []byte) (a Attempt, id string, err error) {
	mail, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return a, "", err
	}
	body := mail.Body
	if mail.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return a, "", err
	}
	return a, mail.Header.Get("Message-Id"), json.Unmarshal(text, &a)
}
