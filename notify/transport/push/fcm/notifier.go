package fcm

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/guard"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/service"
	"github.com/sessional-go/sessional/session"
)

// Options configure a Notifier. ServiceAccount is required, or Token and Project.
type Options struct {
	push.Settings
	// ServiceAccount is the JSON file of a service account's key that may send messages.
	ServiceAccount []byte
	// Token brings access tokens in the place of a service account. It is asked for every message and device, so it
	// should keep them.
	Token func(ctx context.Context) (string, error)
	// Project is the Firebase project's id; blank: the service account's.
	Project string
	// Data sends title and body to Android as the data "title" and "body", for an app that shows them itself, and not as a
	// notification. See the package's comment.
	Data bool
	// Endpoint is where Firebase is; blank: https://fcm.googleapis.com.
	Endpoint string
	// RootCAs vouch for Firebase's certificate; nil: the system's.
	RootCAs *x509.CertPool
}

// Notifier is a notify.Notifier that sends pushes by Firebase. It is safe for concurrent use.
type Notifier struct {
	o       Options
	client  *http.Client
	login   login
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
	o.Endpoint = strings.TrimSuffix(cmp.Or(o.Endpoint, "https://fcm.googleapis.com"), "/")
	if problem := guard.Address(o.Endpoint, false); problem != "" {
		return nil, &session.FieldError{Field: "Options.Endpoint", Problem: problem}
	}
	n := &Notifier{o: o, client: service.Client(o.RootCAs, false)}
	switch {
	case (len(o.ServiceAccount) == 0) == (o.Token == nil):
		return nil, &session.FieldError{Field: "Options", Problem: "needs either ServiceAccount or Token"}
	case o.Token != nil:
		n.login = given(o.Token)
	default:
		account, err := parse(o.ServiceAccount)
		if err != nil {
			return nil, err
		}
		n.login = newExchange(account, n.client, o.Now)
		n.o.Project = cmp.Or(o.Project, account.Project)
	}
	if n.o.Project == "" {
		return nil, &session.FieldError{Field: "Options.Project", Problem: "is missing"}
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

// send sends to one device, a second time where the access token is no longer taken.
func (n *Notifier) send(ctx context.Context, o service.Order) *push.Error {
	body, e := n.body(o)
	if e != nil {
		return e
	}
	for again := false; ; again = true {
		token, e := n.login.token(ctx)
		if e != nil {
			return e
		}
		answer, e := n.post(ctx, body, token)
		switch {
		case e != nil:
			return e
		case answer.OK():
			return nil
		}
		e = judge(answer, n.o.Now())
		if answer.Status != http.StatusUnauthorized || e.Reason == thirdParty || again || !n.login.forget(token) {
			return e
		}
	}
}

func (n *Notifier) post(ctx context.Context, body []byte, token string) (service.Answer, *push.Error) {
	to := n.o.Endpoint + "/v1/projects/" + url.PathEscape(n.o.Project) + "/messages:send"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return service.Answer{}, &push.Error{Problem: push.Refused, Err: err}
	}
	r.Header.Set("Content-Type", "application/json; charset=UTF-8")
	r.Header.Set("Authorization", "Bearer "+token)
	return service.Ask(n.client, r)
}
