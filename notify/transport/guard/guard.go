// Package guard talks to servers whose addresses somebody else chose: a partner's endpoint, a browser's push service.
//
// Whoever gives an address could make the host's server talk to its own neighbours (server-side request forgery). So
// what is dialled is decided by the address that was resolved, at the moment of connecting, whatever the name said
// before: no private, loopback, link-local or otherwise special network, no other port than 443, no redirect, no proxy.
// [Options] can widen that.
package guard

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"code.dny.dev/ssrf"

	"github.com/sessional-go/sessional/session"
)

// Options say what may be dialled. All may be left out.
type Options struct {
	// Timeout is the limit for connecting; not given: none but the request's own.
	Timeout time.Duration
	// PlainHTTP allows port 80, too, where Ports are not given.
	PlainHTTP bool
	// Ports are the only ones dialled; not given: 443, and 80 with PlainHTTP.
	Ports []uint16
	// Internal are networks that may be dialled although they are private or otherwise special, such as 10.1.2.0/24.
	Internal []netip.Prefix
	// Resolver looks names up; nil: the system's.
	Resolver *net.Resolver
	// RootCAs vouch for the servers' certificates; nil: the system's.
	RootCAs *x509.CertPool
}

// Check returns a *session.FieldError, about a field of Options, where Timeout is negative or Internal holds a network
// that is none.
func (o Options) Check() error {
	if o.Timeout < 0 {
		return &session.FieldError{Field: "Options.Timeout", Problem: "is negative"}
	}
	for _, p := range o.Internal {
		if !p.IsValid() {
			return &session.FieldError{Field: "Options.Internal", Problem: "holds a network that is none"}
		}
	}
	return nil
}

// maxHeader is how much is read of an answer's headers, in bytes.
const maxHeader = 64 << 10

// Client returns a client that dials only what is allowed, and follows nothing.
func (o Options) Client() *http.Client {
	var v4, v6 []netip.Prefix
	for _, p := range o.Internal {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	ports := o.Ports
	if len(ports) == 0 {
		ports = []uint16{443}
		if o.PlainHTTP {
			ports = append(ports, 80)
		}
	}
	guard := ssrf.New(ssrf.WithPorts(ports...), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
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

// Prohibits says whether an error is that of an address that must not be dialled.
func Prohibits(err error) bool {
	return errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) ||
		errors.Is(err, ssrf.ErrProhibitedNetwork) || errors.Is(err, ssrf.ErrInvalidHostPort)
}

// Address returns what is wrong with the text of an address, for a *session.FieldError; blank: nothing. It has to be
// absolute, with https (or http where plain says so), without user and fragment. The problem never holds the address,
// which may be a secret.
func Address(text string, plain bool) (problem string) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "is missing"
	case err != nil:
		return "is no address" // err has the address
	case u.Scheme != "https" && (u.Scheme != "http" || !plain):
		return "does not begin with https://"
	case u.Hostname() == "":
		return "names no host"
	case u.User != nil:
		return "holds a user"
	case u.Fragment != "":
		return "holds a fragment"
	}
	return ""
}

// Bare takes off an error what http.Client adds to it, which is the address.
func Bare(err error) error {
	var with *url.Error
	if errors.As(err, &with) {
		return with.Err
	}
	return err
}

// TimedOut says whether an error is that of a time limit, whoever set it.
func TimedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// longest is the most that is believed of a Retry-After.
const longest = 24 * time.Hour

// RetryAfter is how long an answer asks to be left alone, at most a day: seconds or a date, and what is neither counts
// as not said.
func RetryAfter(head http.Header, now time.Time) time.Duration {
	text := head.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 64); err == nil {
		return time.Duration(min(seconds, uint64(longest/time.Second))) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), longest)
}
