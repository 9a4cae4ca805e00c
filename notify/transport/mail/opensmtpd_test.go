package mail_test

import (
	netmail "net/mail"
	"os"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/internal/peer"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/mail"
)

func TestMain(m *testing.M) { os.Exit(peer.Main(m)) }

// withOpenSMTPD starts the server, and returns the options of a sender that talks to it: in clear, see package peer.
func withOpenSMTPD(t *testing.T) (*peer.OpenSMTPD, mail.Options) {
	t.Helper()
	server := peer.StartOpenSMTPD(t, "ada", "zoe")
	return server, mail.Options{
		Host: "127.0.0.1", Port: server.Port, TLS: mail.None, From: "Leeds Surgery <rota@example.org>", Hello: "client.test",
	}
}

// A real mail server takes what is sent to it and delivers it as it was: text, invitation, headers, whoever wrote them.
func TestN5OpenSMTPDDelivers(t *testing.T) {
	server, o := withOpenSMTPD(t)
	o.Unsubscribe = newOffice(t).Unsubscribe
	sender := newSender(t, o)

	withdrawn := booked()
	withdrawn.Key, withdrawn.Kind, withdrawn.Subject = "k-withdrawn", notify.BookingWithdrawn, "Withdrawn"
	withdrawn.Invitation.Cancelled, withdrawn.Invitation.Sequence = true, 2
	hostile := reminder()
	hostile.Key, hostile.To.Email = "k-hostile", "zoe@example.org"
	hostile.To.Name = "Zoë \"Zo\" Ünal\r\nBcc: ada@example.org"
	hostile.Subject = "Tomorrow: “GP” at Ünal’s\r\nX-Evil: 1 " + strings.Repeat("😀 ", 40)
	hostile.Text = "..\r\n.\r\n.hidden\n" + strings.Repeat("long ", 1000) + "\n"
	for _, m := range []notify.Message{booked(), booked(), withdrawn, hostile} {
		if err := sender.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "all are delivered", func() bool {
		return len(server.Mails(t, "ada")) == 3 && len(server.Mails(t,
			"zoe")) == 1
	})

	methods := map[string]int{}
	for _, raw := range server.Mails(t, "ada") {
		header, parts := read(t, raw)
		if len(parts) != 4 || !strings.Contains(parts[0].text, "You are booked — £630.00.") {
			t.Fatalf("%+v", parts)
		}
		methods[header.Get("Message-Id")+" "+parts[2].params["method"]]++
		if !strings.Contains(parts[2].text, "\r\nUID:booking-b-1@sessional\r\n") || parts[2].text != parts[3].text {
			t.Errorf("the invitation: %s", parts[2].text)
		}
		if received := header.Get("Received"); !strings.Contains(received, "client.test") {
			t.Errorf("it came from %s", received)
		}
	}
	// Two attempts of one delivery are the same mail to whoever compares.
	if methods["<"+booked().Key+"@example.org> REQUEST"] != 2 || methods["<k-withdrawn@example.org> CANCEL"] != 1 {
		t.Errorf("%v", methods)
	}

	header, parts := read(t, server.Mails(t, "zoe")[0])
	to, err := netmail.ParseAddress(header.Get("To"))
	if err != nil || to.Name != `Zoë "Zo" Ünal Bcc: ada@example.org` || to.Address != "zoe@example.org" {
		t.Errorf("%v, %v", to, err)
	}
	if header.Get("Bcc") != "" || header.Get("X-Evil") != "" || header.Get("List-Unsubscribe") == "" {
		t.Errorf("%v", header)
	}
	// It keeps mails with line feeds.
	if got := strings.ReplaceAll(parts[0].text, "\r\n", "\n"); got != notify.Plain(hostile.Text) {
		t.Errorf("the text is %q", parts[0].text)
	}
}

// What a real mail server refuses is told apart as the package says.
func TestN5OpenSMTPDRefuses(t *testing.T) {
	_, o := withOpenSMTPD(t)
	unknown, large := booked(), booked()
	unknown.To.Email = "nobody@example.org"
	large.Text = strings.Repeat("more than it takes\n", 20_000)
	sender := newSender(t, o)
	for _, c := range []struct {
		name string
		m    notify.Message
		want string
	}{{"nobody", unknown, "permanent"}, {"too large", large, "permanent"}, {"and goes on", booked(), "delivered"}} {
		err := sender.Notify(t.Context(), c.m)
		if got := kind(err); got != c.want {
			t.Errorf("%s: %s: %v", c.name, got, err)
		}
	}
	o.TLS = mail.Mandatory
	if err := newSender(t, o).Notify(t.Context(), booked()); kind(err) != "again" || !strings.Contains(err.Error(),
		"STARTTLS") {
		t.Errorf("it offers no TLS: %s: %v", kind(err), err)
	}
}
