package webpush

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	library "github.com/SherClockHolmes/webpush-go"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/guard"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/service"
	"github.com/sessional-go/sessional/session"
)

// Options configure a Notifier. Key and Subscriber are required.
type Options struct {
	push.Settings
	// Key is the host's private key (VAPID, RFC 8292), as NewKey makes it.
	Key string
	// Subscriber is whom a push service can ask about the pushes: an address with "mailto:" or "https:".
	Subscriber string
	// Hosts are the only ones that subscriptions may name, each with all below it, such as "fcm.googleapis.com",
	// "push.services.mozilla.com", "notify.windows.com" and "web.push.apple.com"; not given: any. Without it whoever
	// registers servers of their own that never answer makes pushes wait for them, and the channel look out of order.
	Hosts []string
	// PlainHTTP allows subscriptions with http, too.
	PlainHTTP bool
	// Ports are the only ones dialled; not given: 443, and 80 with PlainHTTP.
	Ports []uint16
	// Internal are networks that may be dialled although they are private or otherwise special, such as 10.1.2.0/24: for
	// a push service of the host's own.
	Internal []netip.Prefix
	// Resolver looks names up; nil: the system's.
	Resolver *net.Resolver
	// RootCAs vouch for the push services' certificates; nil: the system's.
	RootCAs *x509.CertPool
}

// NewKey returns a random private key: 32 bytes in base64url.
func NewKey() string {
	key, _ := ecdh.P256().GenerateKey(rand.Reader) // it never fails
	return base64.RawURLEncoding.EncodeToString(key.Bytes())
}

// Notifier is a notify.Notifier that sends pushes to browsers. It is safe for concurrent use.
type Notifier struct {
	o       Options
	public  string
	client  *http.Client
	service service.Service
}

var _ notify.Notifier = (*Notifier)(nil)

// New returns a Notifier. It does not connect yet. The error is a *session.FieldError naming the option that is missing
// or wrong.
func New(o Options) (*Notifier, error) {
	settings, err := o.Defaults()
	if err != nil {
		return nil, err
	}
	o.Settings = settings
	dialling := guard.Options{
		Timeout: o.Timeout, PlainHTTP: o.PlainHTTP, Ports: o.Ports, Internal: o.Internal, Resolver: o.Resolver,
		RootCAs: o.RootCAs,
	}
	if err := dialling.Check(); err != nil {
		return nil, err
	}
	scalar, err := decode(o.Key)
	if err != nil {
		return nil, &session.FieldError{Field: "Options.Key", Problem: "is no base64url"}
	}
	key, err := ecdh.P256().NewPrivateKey(scalar)
	if err != nil {
		return nil, &session.FieldError{Field: "Options.Key", Problem: "is no private key of the curve P-256"}
	}
	who, err := url.Parse(o.Subscriber)
	if err != nil || (who.Scheme != "https" || who.Host == "") && (who.Scheme != "mailto" || who.Opaque == "") {
		return nil, &session.FieldError{Field: "Options.Subscriber", Problem: "is no address with mailto: or https:"}
	}
	n := &Notifier{o: o, public: encode(key.PublicKey().Bytes()), client: dialling.Client()}
	n.service = service.Service{Settings: settings, Send: n.send, Carries: push.Subscription}
	return n, nil
}

// PublicKey is what a page subscribes with: 65 bytes in base64url.
func (n *Notifier) PublicKey() string { return n.public }

// Notify sends a message to each of the person's devices of its channel that are browsers. The error is a *push.Error.
func (n *Notifier) Notify(ctx context.Context, m notify.Message) error {
	return n.service.Notify(ctx, m)
}

// Close ends the connections that are idle.
func (n *Notifier) Close() error {
	n.client.CloseIdleConnections()
	return nil
}

// send sends to one browser.
func (n *Notifier) send(ctx context.Context, o service.Order) *push.Error {
	to, err := n.read(o.Device.Token)
	if err != nil {
		return &push.Error{Problem: push.Gone, Reason: "it is no subscription", Err: err}
	}
	if !n.allowed(to) {
		return &push.Error{Problem: push.Prohibited}
	}
	payload, e := payload(o)
	if e != nil {
		return e
	}
	r, err := n.request(ctx, o, to, payload)
	if err != nil {
		return &push.Error{Problem: push.Refused, Err: guard.Bare(err)}
	}
	answer, e := service.Ask(n.client, r)
	switch {
	case e != nil:
		return e
	case answer.OK():
		return nil
	}
	e = answer.Plain("", n.o.Now())
	switch answer.Status {
	case http.StatusNotFound, http.StatusGone:
		e.Problem = push.Gone
	case http.StatusRequestEntityTooLarge:
		e.Problem = push.Unfit
	}
	return e
}

// taken keeps the request that the library makes, in the place of a client that would send it.
type taken struct{ request *http.Request }

var errTaken = errors.New("webpush: the request is sent by somebody else")

// Do keeps the request.
func (t *taken) Do(r *http.Request) (*http.Response, error) {
	t.request = r
	return nil, errTaken
}

// request encrypts and signs.
func (n *Notifier) request(
	ctx context.Context, o service.Order, to *library.Subscription, payload []byte,
) (*http.Request, error) {
	urgency := library.UrgencyNormal
	if o.Urgent() {
		urgency = library.UrgencyHigh
	}
	made := &taken{}
	answer, err := library.SendNotificationWithContext(ctx, payload, to, &library.Options{
		HTTPClient: made, Topic: o.ID, TTL: int(n.o.TTL / time.Second), Urgency: urgency,
		// The library puts "mailto:" before whatever isn't https.
		Subscriber:     strings.TrimPrefix(n.o.Subscriber, "mailto:"),
		VAPIDPublicKey: n.public, VAPIDPrivateKey: n.o.Key,
	})
	if answer != nil {
		_ = answer.Body.Close()
	}
	if !errors.Is(err, errTaken) {
		return nil, err
	}
	return made.request, nil
}
