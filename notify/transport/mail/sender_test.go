package mail_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/mail"
	"github.com/sessional-go/sessional/session"
)

// booked is a message that can't be turned off, with an invitation.
func booked() notify.Message {
	return notify.Message{
		Key: "0b8d5c1e-7a55-8f4e-9d8a-3f1f3e1f7c11", Kind: notify.BookingConfirmed, Channel: notify.Email,
		To:      notify.Person{ID: "ada-lovelace", Name: "Ada Lovelace", Email: "ada@example.org"},
		Subject: "You are booked on Tue 14 Jul",
		Text:    "Hello Ada,\n\nYou are booked — £630.00.\n.\n",
		HTML:    "<p>You are booked — £630.00.</p>",
		Invitation: &notify.Invitation{
			UID: notify.InvitationUID("b-1"), Sequence: 1, Start: time.Date(2026, 7, 14, 7, 0, 0, 0, time.UTC),
			End: time.Date(2026, 7, 14, 17, 0, 0, 0, time.UTC), Stamp: time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC),
			Summary: "GP at Leeds Surgery",
		},
	}
}

// reminder is a message that can be turned off.
func reminder() notify.Message {
	m := booked()
	m.Kind, m.Optional, m.Invitation, m.Subject = notify.Reminder, true, nil, "Tomorrow"
	return m
}

// part is one leaf of a mail.
type part struct {
	kind, disposition, text string
	params                  map[string]string
}

// read takes a mail apart.
func read(t *testing.T, raw []byte) (netmail.Header, []part) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	return m.Header, leaves(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), "", m.Body)
}

func leaves(t *testing.T, kind, encoding, disposition string, body io.Reader) []part {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatalf("%q: %v", kind, err)
	}
	if strings.HasPrefix(media, "multipart/") {
		var found []part
		r := multipart.NewReader(body, params["boundary"])
		for {
			p, err := r.NextRawPart()
			if errors.Is(err, io.EOF) {
				return found
			}
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, leaves(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"),
				p.Header.Get("Content-Disposition"), p)...)
		}
	}
	switch encoding {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return []part{{media, disposition, string(text), params}}
}

// A mail says what it is to say, to whom, and how it is told apart from others.
func TestN5MailsAreWhole(t *testing.T) {
	s := newServer(t)
	o := s.options()
	o.ReplyTo = "help@example.org"
	sender := newSender(t, o)
	for range 2 {
		if err := sender.Notify(t.Context(), booked()); err != nil {
			t.Fatal(err)
		}
	}
	mails := s.got()
	if len(mails) != 2 {
		t.Fatalf("%d mails", len(mails))
	}
	if m := mails[0]; m.from != "FROM:<rota@example.org>" || m.to != "TO:<ada@example.org>" || !m.secure {
		t.Errorf("sent from %s to %s, encrypted: %v", m.from, m.to, m.secure)
	}
	first, parts := read(t, mails[0].body)
	second, _ := read(t, mails[1].body)
	for name, want := range map[string]string{
		"From": `"Leeds Surgery" <rota@example.org>`, "To": `"Ada Lovelace" <ada@example.org>`,
		"Reply-To": "<help@example.org>",
		"Subject":  "You are booked on Tue 14 Jul", "Date": "Thu, 02 Jul 2026 09:00:00 +0000",
		"Message-Id":     "<0b8d5c1e-7a55-8f4e-9d8a-3f1f3e1f7c11@example.org>",
		"Auto-Submitted": "auto-generated", "Mime-Version": "1.0", "List-Unsubscribe": "", "User-Agent": "",
	} {
		if got := first.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if first.Get("Message-Id") != second.Get("Message-Id") {
		t.Error("the second attempt has another Message-ID")
	}
	if len(parts) != 4 {
		t.Fatalf("%d parts", len(parts))
	}
	for i, want := range []struct{ kind, begin string }{
		{"text/plain", "Hello Ada,\r\n\r\nYou are booked — £630.00.\r\n.\r\n"},
		{"text/html", "<p>You are booked — £630.00.</p>"},
		{"text/calendar", "BEGIN:VCALENDAR\r\nVERSION:2.0"}, {"application/ics", "BEGIN:VCALENDAR\r\nVERSION:2.0"},
	} {
		if parts[i].kind != want.kind || !strings.HasPrefix(parts[i].text, want.begin) {
			t.Errorf("part %d is %s: %.60q", i, parts[i].kind, parts[i].text)
		}
	}
	if p := parts[2].params; p["method"] != "REQUEST" || !strings.EqualFold(p["charset"], "utf-8") {
		t.Errorf("the invitation's parameters: %v", p)
	}
	if parts[2].text != parts[3].text || parts[3].disposition != `attachment; filename="session.ics"` {
		t.Errorf("the file: %q", parts[3].disposition)
	}
	for _, want := range []string{
		"UID:booking-b-1@sessional", "mailto:ada@example.org", "ORGANIZER;CN=Leeds Surgery:mailto:rota@example.org",
	} {
		if !strings.Contains(strings.ReplaceAll(parts[2].text, "\r\n ", ""), want) {
			t.Errorf("the invitation has no %s", want)
		}
	}
}

// A booking that ended takes its entry out again.
func TestA8MailsCancelEntries(t *testing.T) {
	s := newServer(t)
	m := booked()
	m.Kind, m.Invitation.Cancelled, m.Invitation.Sequence = notify.BookingWithdrawn, true, 2
	if err := newSender(t, s.options()).Notify(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	_, parts := read(t, s.got()[0].body)
	if parts[2].params["method"] != "CANCEL" || !strings.Contains(parts[2].text, "\r\nSTATUS:CANCELLED\r\n") {
		t.Errorf("%v: %s", parts[2].params, parts[2].text)
	}
}

// An invitation that can't be made doesn't keep the news from anybody.
func TestA8MailsGoWithoutAnInvitationThatCantBeMade(t *testing.T) {
	s := newServer(t)
	m := booked()
	m.Invitation.End = m.Invitation.Start
	if err := newSender(t, s.options()).Notify(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if _, parts := read(t, s.got()[0].body); len(parts) != 2 {
		t.Errorf("%d parts", len(parts))
	}
}

// kind says which of the three ways an error tells.
func kind(err error) string {
	switch {
	case err == nil:
		return "delivered"
	case errors.Is(err, notify.ErrPermanent):
		return "permanent"
	case errors.Is(err, notify.ErrUnknown):
		return "unknown"
	}
	return "again"
}

// What the server says at which stage decides how the delivery goes on.
func TestN5Outcomes(t *testing.T) {
	for _, c := range []struct {
		verb, answer string
		want         string
		stage        mail.Stage
	}{
		{"CONNECT", "421 4.3.2 too busy", "again", mail.Connecting},
		{"CONNECT", "554 5.7.1 go away", "again", mail.Connecting},
		{"CONNECT", hangUp, "again", mail.Connecting},
		{"EHLO", "550 5.7.1 bad name", "again", mail.Connecting},
		{"STARTTLS", "454 4.7.0 not now", "again", mail.Connecting},
		{"MAIL", "451 4.3.0 later", "again", mail.Sending},
		{"MAIL", "550 5.1.8 bad sender", "again", mail.Sending},
		{"MAIL", "530 5.7.0 log in first", "again", mail.Sending},
		{"RCPT", "450 4.2.1 greylisted", "again", mail.Receiving},
		{"RCPT", "550 5.1.1 no such user", "permanent", mail.Receiving},
		{"RCPT", "550 5.1.2 no such domain", "permanent", mail.Receiving},
		{"RCPT", "556 5.1.10 takes no mail", "permanent", mail.Receiving},
		{"RCPT", "553 5.1.7 bad sender", "again", mail.Receiving},
		{"RCPT", "550 5.1.8 sender's domain not found", "again", mail.Receiving},
		{"RCPT", "550 5.2.1 closed", "permanent", mail.Receiving},
		{"RCPT", "552 5.2.2 full", "again", mail.Receiving},
		{"RCPT", "524 5.2.4 leads nowhere", "permanent", mail.Receiving},
		{"RCPT", "554 5.7.1 relaying denied", "again", mail.Receiving},
		{"RCPT", "530 log in first", "again", mail.Receiving},
		{"RCPT", "503 bad sequence", "again", mail.Receiving},
		{"RCPT", "550 no such user", "permanent", mail.Receiving},
		{"RCPT", "556 no mail here", "permanent", mail.Receiving},
		{"RCPT", hangUp, "again", mail.Receiving},
		{"DATA", "451 4.3.0 later", "again", mail.Opening},
		{"DATA", "554 5.5.1 no", "again", mail.Opening},
		{"DATA", hangUp, "again", mail.Opening},
		{".", "452 4.3.1 disk full", "again", mail.Closing},
		{".", "554 5.6.0 can't read that", "permanent", mail.Closing},
		{".", "552 5.3.4 too large", "permanent", mail.Closing},
		{".", "554 5.7.1 looks like spam", "again", mail.Closing},
		{".", "554 no", "permanent", mail.Closing},
		{".", "421 4.3.2 closing", "again", mail.Closing},
		{".", hangUp, "unknown", mail.Closing},
		{".", reset, "unknown", mail.Closing},
		{".", "gibberish", "unknown", mail.Closing},
	} {
		t.Run(c.verb+" "+c.answer, func(t *testing.T) {
			s := newServer(t)
			s.says(c.verb, c.answer, c.answer) // EHLO is followed by HELO, which is not in doubt here
			if c.verb == "EHLO" {
				s.says("HELO", c.answer)
			}
			err := newSender(t, s.options()).Notify(t.Context(), booked())
			if got := kind(err); got != c.want {
				t.Errorf("%s: %v", got, err)
			}
			var e *mail.Error
			if !errors.As(err, &e) || e.Stage != c.stage {
				t.Errorf("%#v", e)
			}
			if code := e.Code(); code != map[string]string{
				"again": "mail_failed", "permanent": "mail_undeliverable", "unknown": "mail_unknown"}[c.want] {
				t.Errorf("code %s", code)
			}
		})
	}
}

// What the server says is kept, but for the address.
func TestP4ErrorsHoldNoAddress(t *testing.T) {
	s := newServer(t)
	s.says("RCPT", "550-5.1.1 <ADA@example.org>: no such user,\n550 5.1.1 ask ada@example.org\x07 herself")
	err := newSender(t, s.options()).Notify(t.Context(), booked())
	var e *mail.Error
	if !errors.As(err, &e) || e.Status != 550 || e.Enhanced != "5.1.1" {
		t.Fatalf("%#v", e)
	}
	want := "The mail was not sent: the recipient was refused " +
		"(550 5.1.1 <the address>: no such user, 5.1.1 ask the address herself)."
	if err.Error() != want {
		t.Errorf("got %s, want %s", err, want)
	}
}

// A mail that is cut off before its final dot was not delivered, and nothing that follows completes it by accident.
func TestN5MailsCutOffWereNotDelivered(t *testing.T) {
	large := booked()
	large.Text = strings.Repeat("This line is one of very many, more than buffers hold.\n", 20_000)
	t.Run("the connection breaks", func(t *testing.T) {
		s := newServer(t)
		s.says("BODY", reset)
		err := newSender(t, narrow(s.options())).Notify(t.Context(), large)
		var e *mail.Error
		if kind(err) != "again" || !errors.As(err, &e) || e.Stage != mail.Writing {
			t.Errorf("%s: %v", kind(err), err)
		}
	})
	t.Run("the time is over", func(t *testing.T) {
		s := newServer(t)
		stalled := make(chan struct{})
		s.stall = stalled
		sender := newSender(t, narrow(s.options()))
		err := sender.Notify(s.until(t, "BODY", 300*time.Millisecond), large)
		var e *mail.Error
		if kind(err) != "again" || !errors.As(err, &e) || e.Stage != mail.Writing {
			t.Errorf("%s: %v", kind(err), err)
		}
		close(stalled) // the server reads on, to the end of what was sent
		s.ended(t)
		if got := s.got(); len(got) > 0 {
			t.Errorf("half a mail of %d bytes was delivered", len(got[0].body))
		}
	})
}

// narrow makes what is under way small, so that a mail of a megabyte can't be sent to somebody who doesn't read.
func narrow(o mail.Options) mail.Options {
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			err = c.(*net.TCPConn).SetWriteBuffer(16 << 10)
		}
		return c, err
	}
	return o
}

// A mail takes no longer than its context; where it ends decides what is known.
func TestN5MailsEndWithTheirContext(t *testing.T) {
	for verb, want := range map[string]string{
		"CONNECT": "again", "EHLO": "again", "STARTTLS": "again", "MAIL": "again", "RCPT": "again", "DATA": "again",
		".": "unknown",
	} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.says(verb, silent)
			sender := newSender(t, s.options())
			begun := time.Now()
			err := sender.Notify(s.until(t, verb, 10*time.Millisecond), booked())
			if got := kind(err); got != want || time.Since(begun) > 10*time.Second {
				t.Errorf("%s after %s: %v", got, time.Since(begun), err)
			}
			if err := sender.Notify(t.Context(), booked()); err != nil {
				t.Errorf("the next one: %v", err)
			}
		})
	}
	t.Run("its own limit", func(t *testing.T) {
		t.Parallel()
		s := newServer(t)
		s.says("RCPT", silent)
		o := s.options()
		o.Timeout = 200 * time.Millisecond
		if err := newSender(t, o).Notify(context.Background(), booked()); kind(err) != "again" {
			t.Errorf("%s: %v", kind(err), err)
		}
	})
	t.Run("its deadline", func(t *testing.T) {
		t.Parallel()
		s := newServer(t)
		s.says("RCPT", silent)
		o := s.options()
		o.Timeout = time.Hour
		if err := newSender(t, o).Notify(soon(t, 200*time.Millisecond), booked()); kind(err) != "again" {
			t.Errorf("%s: %v", kind(err), err)
		}
	})
}

// hostileTexts try to add a header, a recipient or a body.
var hostileTexts = []string{
	"x\r\nBcc: eve@example.org", "x\nX-Evil: 1\n\nbody", "x\rX-Evil: 1", "\x00\x07",
	"=?utf-8?q?=0D=0ABcc:_eve@example.org?=",
	"\u202eevil\u2028Bcc: eve", `"quoted", <eve@example.org>, "`, strings.Repeat("long ", 500),
	strings.Repeat("é", 3000), "\xff\xfe",
	"Zoë Ünal 😀", "", "a,b;c:d<e>f(g)h@i\\j",
}

// Whatever a person is called, and whatever they wrote, the headers are the ones that belong there (N6).
func TestN6HeadersCantBeInjected(t *testing.T) {
	s := newServer(t)
	sender := newSender(t, s.options())
	for _, text := range hostileTexts {
		m := reminder()
		m.Key, m.Subject, m.To.Name, m.Text, m.HTML = text, text, text, text, text
		if err := sender.Notify(t.Context(), m); err != nil {
			t.Errorf("%.40q: %v", text, err)
			continue
		}
		mails := s.got()
		raw := mails[len(mails)-1].body
		header, parts := read(t, raw)
		for name := range header {
			switch name {
			case "From", "To", "Subject", "Date", "Message-Id", "Auto-Submitted", "X-Auto-Response-Suppress", "Mime-Version",
				"Content-Type",
				"Content-Transfer-Encoding":
			default:
				t.Errorf("%.40q: a header %s", text, name)
			}
		}
		words := new(mime.WordDecoder)
		subject, err := words.DecodeHeader(header.Get("Subject"))
		want := strings.ReplaceAll(notify.Header(text), "=?", "= ?") // nothing to decode
		if err != nil || !slices.Equal(strings.Fields(subject), strings.Fields(want)) {
			t.Errorf("%.40q: the subject is %q, %v", text, subject, err)
		}
		to, err := netmail.ParseAddressList(header.Get("To"))
		if err != nil || len(to) != 1 || to[0].Address != "ada@example.org" {
			t.Errorf("%.40q: to %v, %v", text, to, err)
		}
		for line := range strings.Lines(string(raw)) {
			if len(line) > 1000 {
				t.Errorf("%.40q: a line of %d bytes", text, len(line))
			}
		}
		if text != "" && len(parts) != 2 {
			t.Errorf("%.40q: %d parts", text, len(parts))
		}
	}
}

// What is no address is given up at once, and never reaches the server.
func TestN6AddressesThatAreNone(t *testing.T) {
	s := newServer(t)
	sender := newSender(t, s.options())
	for _, email := range []string{
		"", "ada", "ada@", "@example.org", "Ada <ada@example.org>", "ada@example.org, eve@example.org",
		"ada@example.org>\r\nRCPT TO:<eve@example.org",
		"a b@example.org", "ada@example.org\nBcc: eve@example.org", "ada\u202e@example.org",
		strings.Repeat("a", 250) + "@example.org", "<ada@example.org>",
		"ada@example.org> NOTIFY=SUCCESS", "\"a\r\nb\"@example.org",
	} {
		m := booked()
		m.To.Email = email
		if err := sender.Notify(t.Context(), m); kind(err) != "permanent" {
			t.Errorf("%q: %s: %v", email, kind(err), err)
		} else if len(email) > 3 && strings.Contains(err.Error(), email) {
			t.Errorf("%q: P4 it is in the error: %v", email, err)
		}
	}
	push := booked()
	push.Channel = notify.IPhone
	if err := sender.Notify(t.Context(), push); kind(err) != "permanent" {
		t.Errorf("a push: %v", err)
	}
	if opened, _ := s.connections(); opened > 0 {
		t.Error("the server was asked")
	}
}

// Addresses that are not of ASCII go where the server can carry them, and nothing else asks for it.
func TestN6InternationalAddresses(t *testing.T) {
	able := newServer(t, func(s *server) { s.offers = []string{"SMTPUTF8", "8BITMIME"} })
	sender := newSender(t, able.options())
	m := booked()
	m.To.Email = "zoë@exämple.org"
	for _, m := range []notify.Message{m, booked()} {
		if err := sender.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	mails := able.got()
	if !strings.HasSuffix(mails[0].from, " SMTPUTF8") || mails[0].to != "TO:<zoë@exämple.org>" {
		t.Errorf("%s %s", mails[0].from, mails[0].to)
	}
	if strings.Contains(mails[1].from, "SMTPUTF8") {
		t.Errorf("a plain one asks for it: %s", mails[1].from)
	}
	unable := newServer(t)
	if err := newSender(t, unable.options()).Notify(t.Context(), m); kind(err) != "permanent" {
		t.Errorf("%s: %v", kind(err), err)
	}
}

func TestOptionsNameWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		field  string
		change func(*mail.Options)
	}{
		{"Options.Host", func(o *mail.Options) { o.Host = "" }},
		{"Options.From", func(o *mail.Options) { o.From = "" }},
		{"Options.From", func(o *mail.Options) { o.From = "nobody" }},
		{"Options.ReplyTo", func(o *mail.Options) { o.ReplyTo = "nobody" }},
		{"Options.Port", func(o *mail.Options) { o.Port = 70_000 }},
		{"Options.TLS", func(o *mail.Options) { o.TLS = 9 }},
		{"Options.Domain", func(o *mail.Options) { o.Domain = "a b" }},
		{"Options.Hello", func(o *mail.Options) { o.Hello = "a\r\nb" }},
		{"Options.Auth", func(o *mail.Options) { o.TLS, o.Auth = mail.None, mail.Auth{Username: "u", Password: "p"} }},
		{"Options.Auth", func(o *mail.Options) { o.Auth = mail.Auth{Username: "u"} }},
		{"Options.Auth.Username", func(o *mail.Options) { o.Auth = mail.Auth{Password: "p"} }},
		{"Options", func(o *mail.Options) { o.Timeout = -1 }},
	} {
		o := mail.Options{Host: "smtp.example.org", From: "a@example.org"}
		c.change(&o)
		var wrong *session.FieldError
		if _, err := mail.New(o); !errors.As(err, &wrong) || wrong.Field != c.field {
			t.Errorf("%s: %v", c.field, err)
		}
	}
}
