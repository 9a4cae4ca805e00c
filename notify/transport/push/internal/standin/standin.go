// Package standin is what the stand-ins for push services have in common. It is for tests alone.
package standin

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/session"
)

// Server speaks HTTP/2 over TLS on loopback.
type Server struct{ *httptest.Server }

// Start starts a server, which ends with the test.
func Start(tb testing.TB, h http.Handler) *Server {
	tb.Helper()
	s := &Server{httptest.NewUnstartedServer(h)}
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that give up it would say so
	s.StartTLS()
	tb.Cleanup(func() {
		s.CloseClientConnections() // those that hang
		s.Close()
	})
	return s
}

// Roots vouch for the server's certificate.
func (s *Server) Roots() *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return roots
}

// Port is the server's.
func (s *Server) Port() uint16 {
	return s.Listener.Addr().(*net.TCPAddr).AddrPort().Port() //nolint:errcheck // it is one
}

// HangUp is a handler that takes a request and is gone before it says so.
func HangUp(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	panic(http.ErrAbortHandler)
}

// Hang is a handler that takes a request and says nothing.
func Hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// Message returns a push for a person with devices, another one for each n, which can be turned off.
func Message(n int, c notify.Channel, tokens ...string) notify.Message {
	m := notify.Message{
		Key: fmt.Sprintf("session/7f3c/%d/push", n), Kind: notify.InvoicePaid, Channel: c, Optional: true,
		To:    notify.Person{ID: "ann", Name: "Ann"},
		Title: "Invoice paid", Body: "Your invoice of £630.00 for session #4011234 has been paid.",
		Link: "https://sessions.example/invoices/1",
	}
	for _, token := range tokens {
		m.To.Devices = append(m.To.Devices, notify.Device{Channel: c, Token: token})
	}
	return m
}

// Problem returns the *push.Error of an error, and fails the test if it is none.
func Problem(tb testing.TB, err error) *push.Error {
	tb.Helper()
	var e *push.Error
	if !errors.As(err, &e) {
		tb.Fatalf("Notify = %v, want a *push.Error", err)
	}
	return e
}

// Field fails the test if an error is not a *session.FieldError about a field.
func Field(tb testing.TB, err error, field string) {
	tb.Helper()
	var e *session.FieldError
	if !errors.As(err, &e) || e.Field != field {
		tb.Errorf("%v, want a *session.FieldError about %s", err, field)
	}
}

// Kind says how a delivery goes on after an error: taken, again, permanent or unknown.
func Kind(err error) string {
	switch {
	case err == nil:
		return "taken"
	case errors.Is(err, notify.ErrPermanent):
		return "permanent"
	case errors.Is(err, notify.ErrUnknown):
		return "unknown"
	}
	return "again"
}

// Book keeps what a notifier tells of devices.
type Book struct {
	mu   sync.Mutex
	dead []string
}

// Bury keeps a dead device's token.
func (b *Book) Bury(token string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dead = append(b.dead, token)
}

// Dead returns the tokens of those that died since it was last asked.
func (b *Book) Dead() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	dead := b.dead
	b.dead = nil
	return dead
}
