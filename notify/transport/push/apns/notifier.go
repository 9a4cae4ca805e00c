package apns

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/guard"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/service"
	"github.com/sessional-go/sessional/session"
)

// The services of Apple.
const (
	production  = "https://api.push.apple.com"
	development = "https://api.sandbox.push.apple.com"
)

// Options configure a Notifier. Key, KeyID, TeamID and Topic are required.
type Options struct {
	push.Settings
	// Key is the file of the signing key, as Apple gives it: PKCS #8 in PEM, ".p8".
	Key []byte
	// KeyID is the key's id, TeamID that of the developer's team.
	KeyID, TeamID string
	// Topic is the app's bundle id.
	Topic string
	// Development sends by the service for apps that were installed from Xcode. See the package's comment.
	Development bool
	// Endpoint is where the service is; blank: Apple's.
	Endpoint string
	// RootCAs vouch for the service's certificate; nil: the system's.
	RootCAs *x509.CertPool
}

// Notifier is a notify.Notifier that sends pushes to iPhones. It is safe for concurrent use.
type Notifier struct {
	o       Options
	client  *http.Client
	signer  *signer
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
	for _, f := range []struct{ name, value string }{
		{"Options.Key", string(o.Key)}, {"Options.KeyID", o.KeyID}, {"Options.TeamID", o.TeamID}, {"Options.Topic", o.Topic},
	} {
		if f.value == "" {
			return nil, &session.FieldError{Field: f.name, Problem: "is missing"}
		}
	}
	key, err := jwt.ParseECPrivateKeyFromPEM(o.Key)
	if err != nil || key.Params().BitSize != 256 {
		return nil, &session.FieldError{Field: "Options.Key", Problem: "is no key of the curve P-256 in PEM"}
	}
	apple := production
	if o.Development {
		apple = development
	}
	o.Endpoint = strings.TrimSuffix(cmp.Or(o.Endpoint, apple), "/")
	if problem := guard.Address(o.Endpoint, false); problem != "" {
		return nil, &session.FieldError{Field: "Options.Endpoint", Problem: problem}
	}
	n := &Notifier{
		o: o, client: service.Client(o.RootCAs, true),
		signer: &signer{key: key, keyID: o.KeyID, teamID: o.TeamID, now: o.Now},
	}
	n.service = service.Service{Settings: settings, Send: n.send, Carries: func(d notify.Device) bool {
		return !push.Subscription(d)
	}}
	return n, nil
}

// Notify sends a message to each of the person's devices of its channel that have the app. The error is a *push.Error.
func (n *Notifier) Notify(ctx context.Context, m notify.Message) error {
	return n.service.Notify(ctx, m)
}

// Close ends the connections that are idle.
func (n *Notifier) Close() error {
	n.client.CloseIdleConnections()
	return nil
}

// send sends to one device, a second time where the provider token has expired.
func (n *Notifier) send(ctx context.Context, o service.Order) *push.Error {
	if _, err := hex.DecodeString(o.Device.Token); err != nil {
		return &push.Error{Problem: push.Gone, Reason: badToken}
	}
	body, e := body(o)
	if e != nil {
		return e
	}
	for again := false; ; again = true {
		token, err := n.signer.token()
		if err != nil {
			return &push.Error{Problem: push.Refused, Err: err}
		}
		r, err := n.request(ctx, o, body, token)
		if err != nil {
			return &push.Error{Problem: push.Refused, Err: err}
		}
		answer, e := service.Ask(n.client, r)
		switch {
		case e != nil:
			return e
		case answer.OK():
			return nil
		}
		e = judge(answer, n.o.Now())
		if e.Reason != expiredProvider || again || !n.signer.forget(token) {
			return e
		}
	}
}

func (n *Notifier) request(ctx context.Context, o service.Order, body []byte, token string) (*http.Request, error) {
	to := n.o.Endpoint + "/3/device/" + o.Device.Token
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	priority := "5"
	if o.Urgent() {
		priority = "10"
	}
	for name, value := range map[string]string{
		"authorization": "bearer " + token, "apns-topic": n.o.Topic, "apns-push-type": "alert", "apns-id": uuid(o.ID),
		"apns-collapse-id": o.ID, "apns-priority": priority, "content-type": "application/json",
		"apns-expiration": strconv.FormatInt(n.o.Now().Add(n.o.TTL).Unix(), 10),
	} {
		r.Header.Set(name, value)
	}
	return r, nil
}

// uuid is an id in the form of a UUID: one of version 8, which is for hashes (RFC 9562).
func uuid(id string) string {
	sum := sha256.Sum256([]byte(id))
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
