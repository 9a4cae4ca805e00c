package mail_test

import (
	"bytes"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
)

// headers are all that a mail may have.
var headers = []string{
	"From", "To", "Subject", "Date", "Message-Id", "Auto-Submitted", "X-Auto-Response-Suppress", "Mime-Version",
	"Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post",
}

// everyKind renders every kind that there is, with a text in every field that people write.
func everyKind(t *testing.T, text string, check func(t *testing.T, m notify.Message)) {
	t.Helper()
	var texts notify.Texts
	start := time.Date(2026, 7, 14, 7, 0, 0, 0, time.UTC)
	for _, k := range notify.MessageKinds() {
		t.Run("N6 "+string(k), func(t *testing.T) {
			m, err := texts.Render(notify.Delivery{Key: "k-" + string(k), Kind: k, Channel: notify.Email},
				notify.Person{ID: "ada-lovelace", Name: text, Email: "ada@example.org"},
				notify.Data{
					Product: text, Link: "https://example.org/", Name: text, Reference: text, Role: text, Place: text, Practice: text,
					Phone: text, Start: start, End: start.Add(time.Hour), Clinician: text, Reason: text, Message: text,
					Changes: []notify.FieldChange{{Field: text, From: text, To: text}}, Answer: text, Findings: []string{text},
					SupportPhone: text, SupportEmail: text, Items: []notify.DigestItem{{Reference: text, Role: text, Practice: text}},
				})
			if err != nil {
				t.Fatal(err)
			}
			m.Invitation = &notify.Invitation{
				UID: notify.InvitationUID("b-1"), Sequence: 1, Start: start, End: start.Add(time.Hour), Stamp: start,
				Summary: text, Place: text, Description: text,
			}
			check(t, m)
		})
	}
}

// Whatever people wrote, the mail of every kind has the headers and the parts that it has to have, and each part is
// what was rendered.
func TestN6EveryKindIsAMail(t *testing.T) {
	o := newServer(t).options()
	o.Unsubscribe = newOffice(t).Unsubscribe
	sender := newSender(t, o)
	for _, text := range append(hostileTexts, "\r\n--=_boundary\r\nContent-Type: text/html\r\n\r\n", "\r\n.\r\nQUIT\r\n",
		"x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:eve@example.org") {
		everyKind(t, text, func(t *testing.T, m notify.Message) {
			raw, err := sender.Compose(m)
			if err != nil {
				t.Fatal(err)
			}
			header, parts := read(t, raw)
			for name, values := range header {
				if !slices.Contains(headers, name) || len(values) != 1 {
					t.Errorf("%.40q: a header %s: %q", text, name, values)
				}
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
			if err != nil || subject != strings.ReplaceAll(m.Subject, "=?", "= ?") {
				t.Errorf("%.40q: the subject is %q, %v, not %q", text, subject, err, m.Subject)
			}
			if to, err := netmail.ParseAddressList(header.Get("To")); err != nil || len(to) != 1 || to[0].Address != m.To.Email ||
				to[0].Name != notify.Header(to[0].Name) {
				t.Errorf("%.40q: to %v, %v", text, to, err)
			}
			if (header.Get("List-Unsubscribe") != "") != m.Optional {
				t.Errorf("it can be turned off: %t; %v", m.Optional, header)
			}
			var kinds []string
			for _, p := range parts {
				kinds = append(kinds, p.kind)
			}
			if !slices.Equal(kinds, []string{"text/plain", "text/html", "text/calendar", "application/ics"}) {
				t.Fatalf("%.40q: the parts are %v", text, kinds)
			}
			lines := func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
			if lines(parts[0].text) != m.Text || lines(parts[1].text) != m.HTML {
				t.Errorf("%.40q: the parts are not what was rendered", text)
			}
			oneEvent(t, parts[2].text)
			for line := range strings.Lines(string(raw)) {
				if len(line) > 1000 {
					t.Errorf("%.40q: a line of %d bytes", text, len(line))
				}
			}
		})
	}
}

// oneEvent says that a calendar has one entry, and each of its properties once.
func oneEvent(t *testing.T, calendar string) {
	t.Helper()
	found := map[string]int{}
	for line := range strings.SplitSeq(strings.ReplaceAll(calendar, "\r\n ", ""), "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		found[name]++
	}
	for _, name := range []string{
		"UID", "SEQUENCE", "SUMMARY", "ATTENDEE", "ORGANIZER", "DTSTART", "DTEND", "DTSTAMP", "METHOD", "STATUS",
	} {
		if found[name] != 1 {
			t.Errorf("%s is there %d times:\n%s", name, found[name], calendar)
		}
	}
	if found["BEGIN"] != 2 || found["END"] != 2 || found["DESCRIPTION"] > 1 || found["LOCATION"] > 1 {
		t.Errorf("there is more than one entry:\n%s", calendar)
	}
}

// Two attempts of one delivery at one instant are the same to the byte; two messages have nothing in common by which
// their parts are separated (N5).
func TestN5AttemptsAreTheSameBytes(t *testing.T) {
	sender := newSender(t, newServer(t).options())
	var before []byte
	for range 3 {
		raw, err := sender.Compose(booked())
		if err != nil {
			t.Fatal(err)
		}
		if before != nil && !bytes.Equal(before, raw) {
			t.Fatalf("another attempt is\n%s\nafter\n%s", raw, before)
		}
		before = raw
	}
	other := booked()
	other.Text += "."
	raw, err := sender.Compose(other)
	if err != nil {
		t.Fatal(err)
	}
	_, kind, _ := bytes.Cut(before, []byte("boundary="))
	if separator, _, _ := bytes.Cut(kind, []byte("\r\n")); len(separator) != 60 || bytes.Contains(raw, separator) {
		t.Errorf("the parts of both are separated by %q", separator)
	}
}

// What is no email can't be composed, and says so.
func TestN5ComposeRefusesWhatIsNoMail(t *testing.T) {
	sender := newSender(t, newServer(t).options())
	push, nobody := booked(), booked()
	push.Channel, nobody.To.Email = notify.Android, ""
	for _, m := range []notify.Message{push, nobody} {
		if raw, err := sender.Compose(m); kind(err) != "permanent" || len(raw) > 0 {
			t.Errorf("%v: %v", m.Channel, err)
		}
	}
}
