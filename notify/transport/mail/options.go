package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	netmail "net/mail"
	"os"
	"strings"
	"time"

	"github.com/sessional-go/sessional/session"
)

// TLS says how a connection is encrypted.
type TLS uint8

// How connections are encrypted.
const (
	// Mandatory begins in clear and goes on with STARTTLS, or not at all. The default.
	Mandatory TLS = iota
	// Implicit is encrypted from the first byte, as on port 465 (RFC 8314).
	Implicit
	// Opportunistic takes STARTTLS where it is offered: whoever sits between can take the offer away. Nothing is sent
	// to log in without it.
	Opportunistic
	// None never encrypts: for a relay on the same machine.
	None
)

// Auth is how to log in. The zero value doesn't.
type Auth struct {
	Username string
	// Password is for SCRAM-SHA-256, PLAIN or LOGIN, the first of these that the server offers.
	Password string
	// Token returns the access token for XOAUTH2, which takes the place of a password. It is asked at every connection.
	Token func(ctx context.Context) (string, error)
}

func (a Auth) isZero() bool { return a.Username == "" && a.Password == "" && a.Token == nil }

// Options configure a Sender. Host and From are required.
type Options struct {
	// Host is the server's name, as its certificate has it.
	Host string
	// Port is its port; not given: 587 for submission, 465 where TLS is Implicit.
	Port int
	TLS  TLS
	// TLSConfig is for roots, client certificates and the like; nil: the system's roots. It is copied.
	TLSConfig *tls.Config
	Auth      Auth
	// From is the sender, to whom bounces go, and the organiser of invitations: an address with or without a name.
	From string
	// ReplyTo is where answers go; blank: to From.
	ReplyTo string
	// Domain is the right side of Message-IDs; blank: that of From.
	Domain string
	// Hello is what the client calls itself; blank: the machine's name.
	Hello string
	// Unsubscribe makes the links by which people turn emails off; nil: mails have none.
	Unsubscribe *Unsubscribe
	// Connections is the greatest number at once; not given: 4.
	Connections int
	// PerConnection is how many mails go over one connection; not given: 100.
	PerConnection int
	// Idle is how long a connection is kept with nothing to do; not given: 20 seconds, less than servers bear.
	Idle time.Duration
	// Timeout is the longest that one mail may take, connecting included, if its context doesn't end before; not given:
	// one minute.
	Timeout time.Duration
	// Dial connects; nil: TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the clock that dates mails; nil: the real one.
	Now func() time.Time
	// Logger is told what goes on without failing a delivery; nil: nobody is.
	Logger *slog.Logger
}

// parsed are options with the defaults filled in, and what was read in them.
type parsed struct {
	Options
	from, replyTo *netmail.Address
}

func (o Options) parse() (parsed, error) {
	p := parsed{Options: o}
	if err := o.check(); err != nil {
		return p, err
	}
	var err error
	if p.from, err = netmail.ParseAddress(o.From); err != nil {
		return p, &session.FieldError{Field: "Options.From", Problem: "is no address", Err: err}
	}
	if o.ReplyTo != "" {
		if p.replyTo, err = netmail.ParseAddress(o.ReplyTo); err != nil {
			return p, &session.FieldError{Field: "Options.ReplyTo", Problem: "is no address", Err: err}
		}
	}
	_, domain := split(p.from.Address)
	p.Domain = cmp.Or(o.Domain, domain)
	if !atoms(p.Domain) {
		return p, &session.FieldError{Field: "Options.Domain", Problem: "is no domain in ASCII"}
	}
	if p.Hello == "" {
		if p.Hello, err = os.Hostname(); err != nil {
			return p, &session.FieldError{Field: "Options.Hello", Problem: "is missing, and the machine has no name", Err: err}
		}
	}
	p.defaults()
	return p, nil
}

func (o Options) check() error {
	switch {
	case o.Host == "":
		return &session.FieldError{Field: "Options.Host", Problem: "is missing"}
	case o.From == "":
		return &session.FieldError{Field: "Options.From", Problem: "is missing"}
	case o.Port < 0 || o.Port > 65535:
		return &session.FieldError{Field: "Options.Port", Problem: "is no port"}
	case o.TLS > None:
		return &session.FieldError{Field: "Options.TLS", Problem: "is unknown"}
	case strings.ContainsAny(o.Hello, " \t\r\n"):
		return &session.FieldError{Field: "Options.Hello", Problem: "is no name of a host"}
	case o.Connections < 0 || o.PerConnection < 0 || o.Idle < 0 || o.Timeout < 0:
		return &session.FieldError{Field: "Options", Problem: "holds a negative limit"}
	}
	return o.checkAuth()
}

func (o Options) checkAuth() error {
	switch a := o.Auth; {
	case a.isZero():
		return nil
	case o.TLS == None:
		return &session.FieldError{Field: "Options.Auth", Problem: "can't be used without TLS"}
	case a.Username == "":
		return &session.FieldError{Field: "Options.Auth.Username", Problem: "is missing"}
	case (a.Password == "") == (a.Token == nil):
		return &session.FieldError{Field: "Options.Auth", Problem: "needs either a password or a token"}
	}
	return nil
}

func (p *parsed) defaults() {
	submission := 587
	if p.TLS == Implicit {
		submission = 465
	}
	p.Port = cmp.Or(p.Port, submission)
	p.Connections = cmp.Or(p.Connections, 4)
	p.PerConnection = cmp.Or(p.PerConnection, 100)
	p.Idle = cmp.Or(p.Idle, 20*time.Second)
	p.Timeout = cmp.Or(p.Timeout, time.Minute)
	if p.TLSConfig == nil {
		p.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	p.TLSConfig = p.TLSConfig.Clone()
	p.TLSConfig.ServerName = cmp.Or(p.TLSConfig.ServerName, p.Host)
	if p.Dial == nil {
		p.Dial = new(net.Dialer).DialContext
	}
	if p.Now == nil {
		p.Now = time.Now //nolint:forbidigo // the one clock of a sender that is given none
	}
	if p.Logger == nil {
		p.Logger = slog.New(slog.DiscardHandler)
	}
}

// split takes an address apart at its last "@".
func split(address string) (local, domain string) {
	at := strings.LastIndexByte(address, '@')
	return address[:max(at, 0)], address[at+1:]
}

// atoms says whether a text can stand on either side of a Message-ID as it is (RFC 5322, 3.6.4).
func atoms(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	})
}
