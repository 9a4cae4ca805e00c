package webhook

import (
	"cmp"
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"time"

	"github.com/sessional-go/sessional/notify/transport/guard"
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

func (o Options) withDefaults() (Options, error) {
	if err := o.dialling().Check(); err != nil {
		return o, err
	}
	o.Timeout = cmp.Or(o.Timeout, 15*time.Second)
	o.UserAgent = cmp.Or(o.UserAgent, "Sessional")
	if o.Log == nil {
		o.Log = func(context.Context, Attempt) {}
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the one clock of a sender that is given none
	}
	return o, nil
}

// dialling is what may be dialled.
func (o Options) dialling() guard.Options {
	return guard.Options{
		Timeout: o.Timeout, PlainHTTP: o.PlainHTTP, Ports: o.Ports, Internal: o.Internal, Resolver: o.Resolver,
		RootCAs: o.RootCAs,
	}
}
