package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	netmail "net/mail"
	"regexp"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/ics"
	"github.com/sessional-go/sessional/session"
)

// What makes a message none that can be sent by email.
var (
	errChannel = errors.New("this transport carries emails")
	errAddress = errors.New("the registered address is no email address")
)

// letter makes the mail of a message.
func (p parsed) letter(m notify.Message) (letter, error) {
	never := func(err error) error {
		return &Error{Stage: Addressing, Reply: err.Error(), Err: err, outcome: notify.ErrPermanent}
	}
	if m.Channel != notify.Email {
		return letter{}, never(errChannel)
	}
	to, ok := address(m.To.Email)
	if !ok {
		return letter{}, never(errAddress)
	}
	named := &netmail.Address{Name: header(m.To.Name), Address: to}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(p.from)
	msg.ToMailAddress(named)
	if p.replyTo != nil {
		msg.ReplyToMailAddress(p.replyTo)
	}
	msg.Subject(header(m.Subject))
	msg.SetDateWithValue(p.Now())
	msg.SetMessageIDWithValue(messageID(m.Key) + "@" + p.Domain)
	// No machine need answer (RFC 3834).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	if link := p.unsubscribe(m); link != "" {
		msg.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+link+">")
		msg.SetGenHeader(gomail.HeaderListUnsubscribePost, oneClick)
	}
	msg.SetBodyString(gomail.TypeTextPlain, notify.Plain(m.Text))
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, strings.ToValidUTF8(m.HTML, ""))
	}
	p.invite(msg, m, named)
	var body bytes.Buffer
	if _, err := msg.WriteTo(&body); err != nil {
		return letter{}, &Error{Stage: Addressing, Reply: notify.Header(err.Error()), Err: err}
	}
	return letter{
		from: envelope(p.from.Address), to: envelope(to), address: to, body: settle(body.Bytes()),
		international: !ascii(p.from.Address) || !ascii(to),
	}, nil
}

// header makes a text fit for a header (N6): one line, in which nothing reads as an encoded word (RFC 2047), because who
// decodes it would get back what was taken out.
func header(s string) string { return strings.ReplaceAll(notify.Header(s), "=?", "= ?") }

// boundary finds where a mail declares what its parts are separated by: at random, by the library.
var boundary = regexp.MustCompile(`(?m)^ boundary=([0-9a-f]{60})\r$`)

// settle replaces what is random in a mail by what follows from the rest of it: the same message makes the same bytes
// at every attempt on the same instant, and nobody who knows the delivery's key can foresee what separates the parts.
func settle(mail []byte) []byte {
	found := boundary.FindAllSubmatch(mail, -1)
	rest := mail
	for _, f := range found {
		rest = bytes.ReplaceAll(rest, f[1], nil)
	}
	for n, f := range found {
		sum := sha256.Sum256(append([]byte{byte(n)}, rest...))
		mail = bytes.ReplaceAll(mail, f[1], []byte(hex.EncodeToString(sum[:])[:len(f[1])]))
	}
	return mail
}

// unsubscribe is the link by which the person turns such mails off; blank where there is none.
func (p parsed) unsubscribe(m notify.Message) string {
	trait, known := m.Kind.Trait()
	if p.Unsubscribe == nil || !m.Optional || !known || trait.Must || m.To.ID == "" {
		return ""
	}
	link, err := p.Unsubscribe.Link(m.To.ID, trait.Emails)
	if err != nil {
		p.Logger.Warn("a mail goes without a link to unsubscribe", "key", m.Key, "error", err)
	}
	return link
}

// invite adds a booking's invitation: as an alternative, by which calendars take notice, and as a file. A mail whose
// invitation can't be made goes without it: what it says in words matters more.
func (p parsed) invite(msg *gomail.Msg, m notify.Message, to *netmail.Address) {
	if m.Invitation == nil {
		return
	}
	organiser := ics.Address{Name: p.from.Name, Email: p.from.Address}
	calendar, err := ics.Invite(*m.Invitation, organiser, ics.Address{Name: to.Name, Email: to.Address})
	if err == nil {
		// Base64 keeps the line ends, which the standard counts.
		msg.AddAlternativeString(gomail.ContentType("text/calendar; method="+ics.Method(*m.Invitation)), string(calendar),
			gomail.WithPartEncoding(gomail.EncodingB64))
		err = msg.AttachReader("session.ics", bytes.NewReader(calendar), gomail.WithFileContentType("application/ics"))
	}
	if err != nil {
		p.Logger.Warn("a mail goes without its invitation", "key", m.Key, "error", err)
	}
}

// address reads a registered address: nothing but the address, which the header and the envelope can hold as it is.
func address(s string) (string, bool) {
	s = strings.TrimSpace(s)
	parsed, err := netmail.ParseAddress("<" + s + ">")
	if err != nil || parsed.Name != "" || len(parsed.Address) > 254 ||
		strings.ContainsFunc(parsed.Address, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) ||
		parsed.Address != notify.Header(parsed.Address) {
		return "", false
	}
	return parsed.Address, true
}

// envelope is an address as MAIL FROM and RCPT TO have it, its local part quoted where it has to be.
func envelope(address string) string { return (&netmail.Address{Address: address}).String() }

// messageID is the left side of a Message-ID: the delivery's key, or what follows from one that can't stand there.
func messageID(key string) string {
	if atoms(key) && len(key) <= 64 {
		return key
	}
	return session.HashID[string](key)
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
