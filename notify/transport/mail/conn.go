package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"strconv"
	"sync/atomic"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/sessional-go/sessional/notify"
)

// line is the network connection below TLS. It keeps its own deadlines, which follow from the context of the mail that
// is being sent, and remembers whether a write failed: that tells a mail that was cut off from one whose answer is
// missing.
type line struct {
	net.Conn
	broken atomic.Bool
}

// Write notices what fails.
func (l *line) Write(p []byte) (int, error) {
	n, err := l.Conn.Write(p)
	if err != nil {
		l.broken.Store(true)
	}
	return n, err
}

// SetDeadline does nothing: go-mail's own deadlines know of no context.
func (l *line) SetDeadline(time.Time) error { return nil }

// ends makes the connection fail when a context ends, until the function that it returns is called.
func (l *line) ends(ctx context.Context) (stop func()) {
	deadline, _ := ctx.Deadline() // the zero time: none
	_ = l.Conn.SetDeadline(deadline)
	done := make(chan struct{})
	undo := context.AfterFunc(ctx, func() {
		defer close(done)
		_ = l.Conn.SetDeadline(time.Unix(1, 0))
	})
	return func() {
		if !undo() {
			<-done // or it would hit the next mail
		}
	}
}

// conn is a connection that is ready for mails.
type conn struct {
	line   *line
	client *smtp.Client
	sent   int
	timer  *time.Timer // closes it when it has been idle
}

// connect dials, encrypts and logs in.
func (p parsed) connect(ctx context.Context) (*conn, error) {
	options := []gomail.Option{
		gomail.WithPort(p.Port), gomail.WithHELO(p.Hello), gomail.WithTLSConfig(p.TLSConfig),
		gomail.WithTLSPolicy(p.policy()), gomail.WithTimeout(p.Timeout),
	}
	if p.TLS == Implicit {
		options = append(options, gomail.WithSSL())
	}
	if !p.Auth.isZero() {
		auth := &login{username: p.Auth.Username, password: p.Auth.Password}
		if p.Auth.Token != nil {
			var err error
			if auth.token, err = p.Auth.Token(ctx); err != nil {
				return nil, err
			}
		}
		options = append(options, gomail.WithSMTPAuthCustom(auth))
	}
	raw, err := p.Dial(ctx, "tcp", net.JoinHostPort(p.Host, strconv.Itoa(p.Port)))
	if err != nil {
		return nil, err
	}
	c := &conn{line: &line{Conn: raw}}
	defer c.line.ends(ctx)()
	if c.client, err = p.greet(ctx, c.line, options); err != nil {
		c.drop()
		return nil, err
	}
	return c, nil
}

// greet makes a connection ready for mails.
func (p parsed) greet(ctx context.Context, below net.Conn, options []gomail.Option) (*smtp.Client, error) {
	if p.TLS == Implicit {
		encrypted := tls.Client(below, p.TLSConfig)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		below = encrypted
	}
	options = append(options, gomail.WithDialContextFunc(func(context.Context, string, string) (net.Conn, error) {
		return below, nil
	}))
	client, err := gomail.NewClient(p.Host, options...)
	if err != nil {
		return nil, err
	}
	return client.DialToSMTPClientWithContext(ctx)
}

func (p parsed) policy() gomail.TLSPolicy {
	switch p.TLS {
	case Mandatory:
		return gomail.TLSMandatory
	case Opportunistic:
		return gomail.TLSOpportunistic
	case Implicit, None:
	}
	return gomail.NoTLS
}

// letter is a mail, ready to be sent.
type letter struct {
	// from and to are addresses as the envelope has them, in angle brackets.
	from, to string
	// address is the recipient's, to be kept out of errors.
	address string
	// international says that an address is not of ASCII (RFC 6531).
	international bool
	body          []byte
}

// errOld says that a server can't carry an address that is not of ASCII.
var errOld = errors.New("the server carries no addresses that are not of ASCII")

// begin names the sender: the first thing that a connection which has been idle is used for.
func (c *conn) begin(ctx context.Context, l letter) *Error {
	defer c.line.ends(ctx)()
	// Asked for a mail that doesn't need it, SMTPUTF8 would keep it from servers that haven't got it.
	c.client.SkipSMTPUTF8(!l.international)
	if able, _ := c.client.Extension("SMTPUTF8"); l.international && !able {
		e := failed(Addressing, errOld, l.address)
		e.outcome = notify.ErrPermanent
		return e
	}
	if err := c.client.Mail(l.from); err != nil {
		return failed(Sending, err, l.address)
	}
	return nil
}

// deliver goes on from there, up to the server's answer to the final dot.
func (c *conn) deliver(ctx context.Context, l letter) *Error {
	defer c.line.ends(ctx)()
	if err := c.client.Rcpt(l.to); err != nil {
		return failed(Receiving, err, l.address)
	}
	w, err := c.client.Data()
	if err != nil {
		return failed(Opening, err, l.address)
	}
	if _, err := w.Write(l.body); err != nil {
		return failed(Writing, err, l.address)
	}
	err = w.Close() // writes what is left, and the final dot
	var answer *textproto.Error
	switch {
	case err == nil:
		c.sent++
		return nil
	case errors.As(err, &answer):
		return failed(Closing, err, l.address)
	case c.line.broken.Load():
		return failed(Writing, err, l.address)
	}
	e := failed(Closing, err, l.address)
	e.outcome = notify.ErrUnknown
	return e
}

// usable says whether a connection can carry another mail after an error: the server has said no, and not goodbye.
func (c *conn) usable(ctx context.Context, e *Error) bool {
	if e == nil {
		return true
	}
	if e.Status == 0 || e.Status == 421 || e.Stage == Writing || c.line.broken.Load() {
		return false
	}
	defer c.line.ends(ctx)()
	return c.client.Reset() == nil
}

// quit says goodbye, on a connection that is between two mails. It does not wait long.
func (c *conn) quit() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	defer c.line.ends(ctx)()
	_ = c.client.Quit()
	c.drop()
}

// drop closes a connection without a word.
func (c *conn) drop() { _ = c.line.Close() }
