package webhook_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify/transport/webhook"
	"github.com/sessional-go/sessional/session"
)

var loopback = netip.MustParsePrefix("127.0.0.1/32")

// withdrawn is an event with every field given.
func withdrawn() session.Event {
	return session.Event{
		Subject: session.Subject{Kind: session.KindSession, ID: "7f3c"}, Version: 3, Kind: "session.withdrawn",
		Provider: "p-1", Session: "7f3c", At: time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC),
		By: session.RotaManager("grace", "p-1"), Command: "c-9", From: "open", To: "withdrawn", Reason: "t-4",
		Facts: session.Facts{"notice_hours": "3", "cause": "closed"},
	}
}

// request is one that a partner got.
type request struct {
	*http.Request
	body []byte
}

// partner is a server on loopback that keeps what it got.
type partner struct {
	*httptest.Server
	mu  sync.Mutex
	got []request
}

func (p *partner) requests() []request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got
}

func (p *partner) port(t *testing.T) uint16 {
	t.Helper()
	return p.Listener.Addr().(*net.TCPAddr).AddrPort().Port()
}

// serve starts a partner who keeps each request, and then answers as told; nil: 200.
func serve(t *testing.T, answer http.HandlerFunc) *partner {
	t.Helper()
	p := newPartner(answer)
	p.StartTLS()
	t.Cleanup(p.Close)
	return p
}

func newPartner(answer http.HandlerFunc) *partner {
	p := &partner{}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		p.mu.Lock()
		p.got = append(p.got, request{r, body})
		p.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	p.EnableHTTP2 = true
	p.Config.ErrorLog = discard
	return p
}

// toward are options with which a partner on loopback can be reached.
func toward(t *testing.T, p *partner) webhook.Options {
	t.Helper()
	o := webhook.Options{Ports: []uint16{p.port(t)}, Internal: []netip.Prefix{loopback}, Timeout: 10 * time.Second}
	if p.Certificate() != nil {
		o.RootCAs = x509.NewCertPool()
		o.RootCAs.AddCert(p.Certificate())
	}
	return o
}

func newSender(t *testing.T, o webhook.Options) *webhook.Sender {
	t.Helper()
	s, err := webhook.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func endpoint(address string) webhook.Endpoint {
	return webhook.Endpoint{ID: "e-1", URL: address, Secrets: []string{webhook.NewSecret()}, Provider: "p-1"}
}

// problem returns the *webhook.Error of an error, and fails the test if it is none.
func problem(t *testing.T, err error) *webhook.Error {
	t.Helper()
	var e *webhook.Error
	if !errors.As(err, &e) {
		t.Fatalf("Send = %v, want a *webhook.Error", err)
	}
	return e
}

// names is a resolver that knows only what its table says, whatever the name: the first look-up gets the first address,
// and so on; the last one stays.
func names(addresses ...string) *net.Resolver {
	var mu sync.Mutex
	next := func() netip.Addr {
		mu.Lock()
		defer mu.Unlock()
		a := netip.MustParseAddr(addresses[0])
		if len(addresses) > 1 {
			addresses = addresses[1:]
		}
		return a
	}
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go answer(server, next)
		return client, nil
	}}
}

// answer speaks DNS over a stream (RFC 1035 4.2.2): questions of type A get one address, all others none.
func answer(c net.Conn, next func() netip.Addr) {
	defer c.Close()
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		q := make([]byte, int(head[0])<<8|int(head[1]))
		if _, err := io.ReadFull(c, q); err != nil {
			return
		}
		end := 12
		for q[end] != 0 {
			end += int(q[end]) + 1
		}
		end += 5 // the name's end, type and class
		reply := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end]...)
		if q[end-3] == 1 {
			reply[7] = 1
			a := next().As4()
			reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, a[0], a[1], a[2], a[3])
		}
		if _, err := c.Write(append([]byte{byte(len(reply) >> 8), byte(len(reply))}, reply...)); err != nil {
			return
		}
	}
}

// at returns an address with another host, and the partner's port.
func at(t *testing.T, p *partner, host string) string {
	t.Helper()
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = host + ":" + strconv.Itoa(int(p.port(t)))
	return u.String()
}
