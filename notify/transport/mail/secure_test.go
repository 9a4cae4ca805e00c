package mail_test

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/notify/transport/mail"
)

// Nothing is sent in clear unless that is wanted.
func TestTLSIsMandatoryUnlessToldOtherwise(t *testing.T) {
	bare := func(s *server) { s.starttls = false }
	implicit := func(s *server) { s.implicit, s.starttls = true, false }
	untrusted := func(o *mail.Options) { o.TLSConfig = nil }
	for _, c := range []struct {
		name   string
		server func(*server)
		policy mail.TLS
		change func(*mail.Options)
		want   string
		secure bool
	}{
		{name: "by default", want: "delivered", secure: true},
		{name: "by default, not offered", server: bare, want: "again"},
		{name: "by default, not trusted", change: untrusted, want: "again"},
		{name: "opportunistic", policy: mail.Opportunistic, want: "delivered", secure: true},
		{name: "opportunistic, not offered", server: bare, policy: mail.Opportunistic, want: "delivered"},
		{name: "none", policy: mail.None, want: "delivered"},
		{name: "implicit", server: implicit, policy: mail.Implicit, want: "delivered", secure: true},
		{name: "implicit, not trusted", server: implicit, policy: mail.Implicit, change: untrusted, want: "again"},
		{name: "another name", change: func(o *mail.Options) { o.TLSConfig.ServerName = "another.example.org" },
			want: "again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t)
			if c.server != nil {
				s = newServer(t, c.server)
			}
			o := s.options()
			o.TLS = c.policy
			if c.change != nil {
				c.change(&o)
			}
			err := newSender(t, o).Notify(t.Context(), booked())
			if got := kind(err); got != c.want {
				t.Fatalf("%s: %v", got, err)
			}
			mails := s.got()
			if delivered := len(mails) == 1; delivered != (c.want == "delivered") || delivered && mails[0].secure != c.secure {
				t.Errorf("%d mails: %+v", len(mails), mails)
			}
			if strings.Contains(s.verbs(), "MAIL") != (c.want == "delivered") {
				t.Errorf("it went as far as %s", s.verbs())
			}
		})
	}
}

func TestLoggingIn(t *testing.T) {
	password := mail.Auth{Username: "sessions", Password: "sécret"}
	token := mail.Auth{Username: "sessions", Token: func(context.Context) (string, error) { return "t0ken", nil }}
	noToken := mail.Auth{Username: "sessions", Token: func(context.Context) (string, error) {
		return "", errors.New("no token today")
	}}
	for _, c := range []struct {
		name   string
		offers string
		auth   mail.Auth
		refuse string
		want   string
		login  string
	}{
		{"PLAIN", "AUTH LOGIN PLAIN", password, "", "delivered", "PLAIN|\x00sessions\x00sécret"},
		{"LOGIN", "AUTH LOGIN", password, "", "delivered", "LOGIN||sessions|sécret"},
		{"XOAUTH2", "AUTH PLAIN XOAUTH2", token, "", "delivered", "XOAUTH2|user=sessions\x01auth=Bearer t0ken\x01\x01"},
		{"refused", "AUTH PLAIN", password, "535 5.7.8 wrong", "again", "PLAIN|\x00sessions\x00sécret"},
		{"not now", "AUTH PLAIN", password, "454 4.7.0 later", "again", "PLAIN|\x00sessions\x00sécret"},
		{"no way offered", "8BITMIME", password, "", "again", ""},
		{"no known way offered", "AUTH GSSAPI", password, "", "again", ""},
		{"no XOAUTH2 offered", "AUTH PLAIN", token, "", "again", ""},
		{"no token", "AUTH XOAUTH2", noToken, "", "again", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, func(s *server) { s.offers = []string{c.offers} })
			if c.refuse != "" {
				s.says("AUTH", c.refuse)
			}
			o := s.options()
			o.Auth = c.auth
			err := newSender(t, o).Notify(t.Context(), booked())
			if got := kind(err); got != c.want {
				t.Errorf("%s: %v", got, err)
			}
			if got := strings.Join(s.logins, " "); got != c.login {
				t.Errorf("logged in with %q", got)
			}
			if err != nil && (strings.Contains(err.Error(), "sécret") || strings.Contains(err.Error(), "t0ken")) {
				t.Errorf("the secret is in the error: %v", err)
			}
		})
	}
}

// A password is never sent in clear, even where the server asks for it.
func TestLoggingInNeedsEncryption(t *testing.T) {
	s := newServer(t, func(s *server) { s.starttls, s.offers = false, []string{"AUTH PLAIN LOGIN XOAUTH2"} })
	o := s.options()
	o.TLS = mail.Opportunistic
	o.Auth = mail.Auth{Username: "sessions", Password: "secret"}
	err := newSender(t, o).Notify(t.Context(), booked())
	if kind(err) != "again" || !strings.Contains(err.Error(), "not encrypted") {
		t.Errorf("%s: %v", kind(err), err)
	}
	if len(s.logins) > 0 || len(s.got()) > 0 {
		t.Errorf("logged in with %q", s.logins)
	}
}

// The host's configuration stays the host's.
func TestTLSConfigIsCopied(t *testing.T) {
	own := &tls.Config{MinVersion: tls.VersionTLS13}
	newSender(t, mail.Options{Host: "smtp.example.org", From: "a@example.org", TLSConfig: own})
	if own.ServerName != "" {
		t.Errorf("ServerName was set to %s", own.ServerName)
	}
}
