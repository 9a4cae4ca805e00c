package webhook_test

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/webhook"
	"github.com/sessional-go/sessional/session"
)

// The partners of these tests are given up on in the middle of a handshake, and would say so.
var discard = log.New(io.Discard, "", 0)

// Without the option nothing inside a network can be reached, whatever the spelling.
func TestSpecialAddressesAreNotDialled(t *testing.T) {
	p := serve(t, nil)
	o := toward(t, p)
	o.Internal = nil
	hosts := []string{
		"127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1", "169.254.169.254",
		"192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]", "[::7f00:1]",
		"[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd12:3456:789a::1]", "[fec0::1]", "[ff02::1]",
		"[64:ff9b::7f00:1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::1]", "[2001::1]", "[2001:db8::1]", "localhost",
	}
	s := newSender(t, o)
	for _, host := range hosts {
		err := problem(t, s.Send(t.Context(), endpoint(at(t, p, host)), withdrawn(), 1))
		if err.Problem != webhook.Prohibited || err.Code() != "webhook_prohibited" {
			t.Errorf("%s: %v (%v), want it prohibited", host, err, err.Err)
		}
		if errors.Is(err, notify.ErrPermanent) {
			t.Errorf("%s: permanent, though a name can come to mean another address", host)
		}
	}
	// As names, and in the old spellings of numbers: the resolver knows them or doesn't.
	o.Resolver = names("127.0.0.1")
	s = newSender(t, o)
	for host, want := range map[string]webhook.Problem{
		"partner.example": webhook.Prohibited, "0x7f000001": webhook.Prohibited,
		"2130706433": webhook.Unreachable, "127.1": webhook.Unreachable, "0177.0.0.1": webhook.Unreachable,
	} {
		if err := problem(t, s.Send(t.Context(), endpoint(at(t, p, host)), withdrawn(), 1)); err.Problem != want {
			t.Errorf("%s: %v (%v), want %s", host, err, err.Err, want)
		}
	}
	if n := len(p.requests()); n != 0 {
		t.Errorf("%d requests arrived", n)
	}
}

// A name that means an allowed address at first and another one later gains nothing by it.
func TestRebindingIsSeenWhenConnecting(t *testing.T) {
	allowed, inside := twins(t)
	o := toward(t, allowed)
	o.PlainHTTP = true
	o.Internal = []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
	o.Resolver = names("127.0.0.2", "127.0.0.1")
	s := newSender(t, o)
	to := endpoint(at(t, allowed, "partner.example"))
	if err := s.Send(t.Context(), to, withdrawn(), 1); err != nil {
		t.Fatalf("the allowed address: %v", err)
	}
	if err := problem(t, s.Send(t.Context(), to, withdrawn(), 2)); err.Problem != webhook.Prohibited {
		t.Errorf("the other address: %v (%v), want it prohibited", err, err.Err)
	}
	if a, i := len(allowed.requests()), len(inside.requests()); a != 1 || i != 0 {
		t.Errorf("%d and %d requests arrived, want 1 and none", a, i)
	}
}

// twins starts two partners with one port, at 127.0.0.2 and 127.0.0.1, that keep no connection.
func twins(t *testing.T) (two, one *partner) {
	t.Helper()
	start := func(l net.Listener) *partner {
		p := newPartner(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
		_ = p.Listener.Close()
		p.Listener = l
		p.Start()
		t.Cleanup(p.Close)
		return p
	}
	for range 20 { // the port that was free at one address may be taken at the other
		first, err := net.Listen("tcp4", "127.0.0.2:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(first.Addr().String())
		second, err := net.Listen("tcp4", "127.0.0.1:"+port)
		if err != nil {
			_ = first.Close()
			continue
		}
		return start(first), start(second)
	}
	t.Fatal("no port is free at both addresses")
	return nil, nil
}

// What Options.Internal names can be reached, and nothing beside it; IPv4-mapped spellings count as IPv4.
func TestInternalNetworksCanBeAllowed(t *testing.T) {
	p := serve(t, nil)
	s := newSender(t, toward(t, p))
	for host, want := range map[string]webhook.Problem{
		"127.0.0.1": "", "[::ffff:127.0.0.1]": "",
		"127.0.0.2": webhook.Prohibited, "[::1]": webhook.Prohibited, "10.0.0.1": webhook.Prohibited,
	} {
		err := s.Send(t.Context(), endpoint(at(t, p, host)), withdrawn(), 1)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", host, err)
		case want != "" && problem(t, err).Problem != want:
			t.Errorf("%s: %v, want %s", host, err, want)
		}
	}
	o := toward(t, p)
	o.Ports = nil
	err := problem(t, newSender(t, o).Send(t.Context(), endpoint(p.URL), withdrawn(), 1))
	if err.Problem != webhook.Prohibited {
		t.Errorf("another port than 443: %v", err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	inside := serve(t, nil)
	for _, status := range []int{301, 302, 303, 307, 308} {
		p := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside.URL, status) })
		o := toward(t, p)
		o.Ports = append(o.Ports, inside.port(t))
		err := problem(t, newSender(t, o).Send(t.Context(), endpoint(p.URL), withdrawn(), 1))
		if err.Problem != webhook.Moved || err.Status != status || errors.Is(err, notify.ErrPermanent) {
			t.Errorf("%d: %v", status, err)
		}
	}
	if n := len(inside.requests()); n != 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// A proxy of the environment would do the dialling itself, and know nothing of what is allowed. The environment is read
// once in a process, so this takes one of its own.
func TestNoProxyIsUsed(t *testing.T) {
	const port = "WEBHOOK_TEST_PROXY_PORT"
	if text := os.Getenv(port); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		s := newSender(t, webhook.Options{Ports: []uint16{443, uint16(n)}, Internal: []netip.Prefix{loopback}})
		e := problem(t, s.Send(t.Context(), endpoint("https://10.0.0.1"), withdrawn(), 1))
		if e.Problem != webhook.Prohibited {
			t.Errorf("%v (%v), want it prohibited", e, e.Err)
		}
		return
	}
	var asked atomic.Int64
	proxy, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	go func() {
		for {
			c, err := proxy.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			_ = c.Close()
		}
	}()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoProxyIsUsed$", "-test.timeout=60s")
	_, number, err := net.SplitHostPort(proxy.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	child.Env = append(os.Environ(), "HTTPS_PROXY=http://"+proxy.Addr().String(), "NO_PROXY=", port+"="+number)
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the proxy was asked %d times", n)
	}
}

// A bad endpoint is refused before anything is sent, by the field that is wrong and without giving secrets away.
func TestEndpointsAreChecked(t *testing.T) {
	const secret = "bm90LWEtc2VjcmV0" // base64, of 12 bytes
	good := webhook.NewSecret()
	cases := map[string]struct {
		change func(*webhook.Endpoint)
		field  string
	}{
		"no address":     {func(e *webhook.Endpoint) { e.URL = "" }, "Endpoint.URL"},
		"relative":       {func(e *webhook.Endpoint) { e.URL = "/hook?" + secret }, "Endpoint.URL"},
		"not an address": {func(e *webhook.Endpoint) { e.URL = "https://a b/" + secret }, "Endpoint.URL"},
		"line break":     {func(e *webhook.Endpoint) { e.URL = "https://a.example/\r\nX: " + secret }, "Endpoint.URL"},
		"plain":          {func(e *webhook.Endpoint) { e.URL = "http://a.example/" + secret }, "Endpoint.URL"},
		"file":           {func(e *webhook.Endpoint) { e.URL = "file:///etc/passwd" }, "Endpoint.URL"},
		"no host":        {func(e *webhook.Endpoint) { e.URL = "https:///" + secret }, "Endpoint.URL"},
		"user":           {func(e *webhook.Endpoint) { e.URL = "https://u:" + secret + "@a.example/" }, "Endpoint.URL"},
		"fragment":       {func(e *webhook.Endpoint) { e.URL = "https://a.example/#" + secret }, "Endpoint.URL"},
		"no secret":      {func(e *webhook.Endpoint) { e.Secrets = nil }, "Endpoint.Secrets"},
		"too many":       {func(e *webhook.Endpoint) { e.Secrets = slices.Repeat([]string{good}, 9) }, "Endpoint.Secrets"},
		"no prefix":      {func(e *webhook.Endpoint) { e.Secrets = []string{good[6:]} }, "Endpoint.Secrets"},
		"blank":          {func(e *webhook.Endpoint) { e.Secrets = []string{"whsec_"} }, "Endpoint.Secrets"},
		"short":          {func(e *webhook.Endpoint) { e.Secrets = []string{good, "whsec_" + secret} }, "Endpoint.Secrets"},
		"not base64":     {func(e *webhook.Endpoint) { e.Secrets = []string{"whsec_!" + secret} }, "Endpoint.Secrets"},
		"long": {func(e *webhook.Endpoint) { e.Secrets = []string{"whsec_" + strings.Repeat("AAAA", 22)} },
			"Endpoint.Secrets"},
	}
	s := newSender(t, webhook.Options{Resolver: names("127.0.0.1")})
	for name, c := range cases {
		to := endpoint("https://a.example/hook")
		c.change(&to)
		for _, err := range []error{s.Check(to), s.Send(t.Context(), to, withdrawn(), 1)} {
			var e *session.FieldError
			if !errors.As(err, &e) || e.Field != c.field {
				t.Errorf("%s: %v, want a *session.FieldError about %s", name, err, c.field)
			} else if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error tells the secret: %v", name, err)
			}
		}
	}
	if err := s.Check(endpoint("https://a.example/hook?key=1")); err != nil {
		t.Error(err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []webhook.Options{{Timeout: -1}, {Internal: make([]netip.Prefix, 1)}} {
		var e *session.FieldError
		if _, err := webhook.New(o); !errors.As(err, &e) {
			t.Errorf("New(%+v) = %v, want a *session.FieldError", o, err)
		}
	}
}

// No tenant's events go to another's endpoint.
func TestEventsOfOtherTenantsAreRefused(t *testing.T) {
	p := serve(t, nil)
	s := newSender(t, toward(t, p))
	cases := []struct {
		endpoint, event session.ProviderID
		all, sent       bool
	}{
		{"p-1", "p-1", false, true}, {"p-1", "p-2", false, false}, {"", "p-2", false, false}, {"p-1", "", false, false},
		{"", "", false, true}, {"", "p-2", true, true}, {"", "", true, true},
	}
	for _, c := range cases {
		to, e := endpoint(p.URL), withdrawn()
		to.Provider, to.AllProviders, e.Provider = c.endpoint, c.all, c.event
		before := len(p.requests())
		err := s.Send(t.Context(), to, e, 1)
		if sent := len(p.requests()) > before; sent != c.sent || (err == nil) != c.sent {
			t.Errorf("%+v: sent %t, error %v", c, sent, err)
		}
	}
}
