package webpush

import (
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	library "github.com/SherClockHolmes/webpush-go"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/guard"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/service"
	"github.com/sessional-go/sessional/session"
)

// limit is the greatest length of a payload, in bytes: 4096, which every push service takes, without what encryption
// adds.
const limit = 3993

// payload is what a service worker gets.
func payload(o service.Order) ([]byte, *push.Error) {
	encoded, ok := service.Fit(o.Words, limit, func(w push.Words) []byte {
		return service.JSON(struct {
			ID    string      `json:"id"`
			Kind  notify.Kind `json:"kind"`
			Title string      `json:"title"`
			Body  string      `json:"body,omitempty"`
			Link  string      `json:"link,omitempty"`
		}{o.ID, o.Message.Kind, w.Title, w.Body, o.Message.Link})
	})
	if !ok {
		return nil, &push.Error{Problem: push.Unfit, Reason: "it is too long"}
	}
	return encoded, nil
}

// Check returns a *session.FieldError where a device's token can't be a subscription, for the handler to which pages
// send them. It connects to nothing: an address in a network that is not allowed is found when it is dialled.
func (n *Notifier) Check(token string) error {
	s, err := n.read(token)
	switch {
	case err != nil:
		return err
	case !n.allowed(s):
		return &session.FieldError{Field: "Device.Token.endpoint", Problem: "names a host that is not allowed"}
	}
	return nil
}

// allowed says whether a subscription's host is one of those of the options.
func (n *Notifier) allowed(s *library.Subscription) bool {
	u, err := url.Parse(s.Endpoint)
	if err != nil {
		return false
	}
	name := strings.ToLower(u.Hostname())
	return len(n.o.Hosts) == 0 || slices.ContainsFunc(n.o.Hosts, func(host string) bool {
		host = strings.ToLower(host)
		return name == host || strings.HasSuffix(name, "."+host)
	})
}

// maxToken is the greatest length of a subscription, in bytes.
const maxToken = 4 << 10

// read reads a subscription. No error holds any of it: its address is a secret.
func (n *Notifier) read(token string) (*library.Subscription, error) {
	wrong := func(field, problem string) (*library.Subscription, error) {
		return nil, &session.FieldError{Field: field, Problem: problem}
	}
	if len(token) > maxToken {
		return wrong("Device.Token", "is too long")
	}
	var s library.Subscription
	if err := json.Unmarshal([]byte(token), &s); err != nil {
		return wrong("Device.Token", "is no subscription in JSON")
	}
	if problem := guard.Address(s.Endpoint, n.o.PlainHTTP); problem != "" {
		return wrong("Device.Token.endpoint", problem)
	}
	key, err := decode(s.Keys.P256dh)
	if err != nil {
		return wrong("Device.Token.keys.p256dh", "is no base64url")
	}
	if _, err := ecdh.P256().NewPublicKey(key); err != nil {
		return wrong("Device.Token.keys.p256dh", "is no public key of the curve P-256")
	}
	secret, err := decode(s.Keys.Auth)
	if err != nil || len(secret) != 16 {
		return wrong("Device.Token.keys.auth", "is not of 16 bytes in base64url")
	}
	s.Keys = library.Keys{Auth: encode(secret), P256dh: encode(key)}
	return &s, nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// decode reads base64 in either alphabet, with or without padding: browsers are exact, and those who store are not.
func decode(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "=")))
}
