package mail

import (
	"errors"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// errNoLogin says that server and client have no way to log in together.
var errNoLogin = errors.New("the server offers no way to log in that is known here")

// errClear says that logging in would tell the secret to whoever listens.
var errClear = errors.New("the connection is not encrypted, so nothing is sent to log in")

// login chooses the way to log in when it sees what the server offers.
type login struct {
	username, password, token string
	chosen                    smtp.Auth
}

// Start begins the way that was chosen.
func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS {
		return "", nil, errClear
	}
	offered := func(name string) bool {
		return slices.ContainsFunc(server.Auth, func(s string) bool { return strings.EqualFold(s, name) })
	}
	switch {
	case l.token != "" && offered("XOAUTH2"):
		l.chosen = smtp.XOAuth2Auth(l.username, l.token)
	case l.token != "":
		return "", nil, errNoLogin
	case offered("SCRAM-SHA-256"):
		l.chosen = smtp.ScramSHA256Auth(l.username, l.password)
	case offered("PLAIN"):
		l.chosen = smtp.PlainAuth("", l.username, l.password, server.Name, false)
	case offered("LOGIN"):
		l.chosen = smtp.LoginAuth(l.username, l.password, server.Name, false)
	default:
		return "", nil, errNoLogin
	}
	return l.chosen.Start(server)
}

// Next goes on.
func (l *login) Next(fromServer []byte, more bool) ([]byte, error) {
	return l.chosen.Next(fromServer, more)
}
