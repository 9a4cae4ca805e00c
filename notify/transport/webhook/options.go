package webhook

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"time"

	"code.dny.dev/ssrf"

	"github.com/sessional-go/sessional/session"
)

// Options are how a Sender works. All may be left out.
type Options struct {
	// Timeout is the limit for one attempt, from looking the name up to the last byte read; not given: 15 seconds.
	Timeout time.Duration
	// UserAgent is what the requests call themselves; not given: "Sessional".
	UserAgent string
	// PlainHTTP allows addresses with http, too. What is sent can then be read on its way.
	PlainHTTP bool
	// Ports are the only ones dialled; not given: 443, and 80 with PlainHTTP.
	Ports []uint16
	// Internal are networks that may be dialled although they are private or otherwise special, such as 10.1.2.0/24. See
	// the package's comment before using it.
	Internal []netip.Prefix
	// Resolver looks names up; nil: the system's.
	Resolver *net.Resolver
	// RootCAs vouch for the endpoints' certificates; nil: the system's.
	RootCAs *x509.CertPool
	// Log is told of every attempt that was signed, before Send returns; nil: nobody is. It is called by several
	// goroutines at once, and its context may have ended.
	Log func(context.Context, Attempt)
	// Now is the clock; nil: the real one.
	Now func() time.Time
}

// maxHeader is how much is read of an answer's headers, in bytes.
const maxHeader = 64 << 10

func (o Options) withDefaults() (Options, error) {
	if o.Timeout < 0 {
		return o, &session.FieldError{Field: "Options.Timeout", Problem: "is negative"}
	}
	for _, p := range o.Internal {
		if !p.IsValid() {
			return o, &session.FieldError{Field: "Options.Internal", Problem: "holds a network that is none"}
		}
	}
	o.Timeout = cmp.Or(o.Timeout, 15*time.Second)
	o.UserAgent = cmp.Or(o.UserAgent, "Sessional")
	if len(o.Ports) == 0 {
		o.Ports = []uint16{443}
		if o.PlainHTTP {
			o.Ports = append(o.Ports, 80)
		}
	}
	if o.Log == nil {
		o.Log = func(context.Context, Attempt) {}
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the one clock of a sender that is given none
	}
	return o, nil
}

// client returns a client that dials only what is allowed, and follows nothing.
func (o Options) client() *http.Client {
	var v4, v6 []netip.Prefix
	for _, p := range o.Internal {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	guard := ssrf.New(ssrf.WithPorts(o.Ports...), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
	// Control sees each address just before it is connected to: a name that resolves to another one than a moment ago
	// gains nothing.
	dialer := &net.Dialer{Timeout: o.Timeout, Resolver: o.Resolver, Control: guard.Safe}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil, // it would do the dialling, unguarded
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // an answer is never larger than it looks
			MaxIdleConns:           100,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        time.Minute,
			MaxResponseHeaderBytes: maxHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
