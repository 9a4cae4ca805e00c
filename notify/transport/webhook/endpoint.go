package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"strings"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/sessional-go/sessional/notify/transport/guard"
	"github.com/sessional-go/sessional/session"
)

// Endpoint is where a partner wants events posted.
type Endpoint struct {
	// ID is the host's name for it, for the log.
	ID string
	// URL is the address: absolute, with https, without user and password. It is treated as a secret, because partners
	// put some into it: neither errors nor the log have it.
	URL string
	// Secrets sign what is sent, as NewSecret makes them. All of them sign; partners need one that they know. Never use
	// one for two endpoints.
	Secrets []string
	// Provider is the tenant whose events it gets; those of others are refused. Blank: it gets only the events of no
	// provider, which are people's settings.
	Provider session.ProviderID
	// AllProviders is for the host's own endpoints: they get every tenant's events.
	AllProviders bool
}

// MaxSecrets is the greatest number of secrets of an endpoint.
const MaxSecrets = 8

// The length of a key is the standard's: from 192 to 512 bits. A secret is the key in base64 behind its prefix.
const (
	prefix = "whsec_"
	minKey = 24
	maxKey = 64
)

// NewSecret returns a random secret as the standard spells them, "whsec_…", of 256 bits.
func NewSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	return prefix + base64.StdEncoding.EncodeToString(key)
}

// Check returns a *session.FieldError naming the field of an Endpoint that can't be used, for the form in which a
// partner gives it. It connects to nothing: an address in a network that is not allowed is found when it is dialled.
func (s *Sender) Check(to Endpoint) error {
	_, err := s.keys(to)
	if err != nil {
		return err
	}
	return s.address(to.URL)
}

func (s *Sender) address(text string) error {
	if problem := guard.Address(text, s.o.PlainHTTP); problem != "" {
		return &session.FieldError{Field: "Endpoint.URL", Problem: problem}
	}
	return nil
}

// keys reads an endpoint's secrets. The library would take a key of any length, none included.
func (s *Sender) keys(to Endpoint) ([]*webhooks.Webhook, error) {
	wrong := func(problem string) error { return &session.FieldError{Field: "Endpoint.Secrets", Problem: problem} }
	switch {
	case len(to.Secrets) == 0:
		return nil, wrong("is missing")
	case len(to.Secrets) > MaxSecrets:
		return nil, wrong("holds more than eight")
	}
	keys := make([]*webhooks.Webhook, 0, len(to.Secrets))
	for _, secret := range to.Secrets {
		text, ok := strings.CutPrefix(secret, prefix)
		key, err := base64.StdEncoding.Strict().DecodeString(text)
		switch {
		case !ok:
			return nil, wrong("holds one that does not begin with whsec_")
		case err != nil:
			return nil, wrong("holds one that is not base64") // err would tell where
		case len(key) < minKey || len(key) > maxKey:
			return nil, wrong("holds one that is not of 24 to 64 bytes")
		}
		signer, err := webhooks.NewWebhookRaw(key)
		if err != nil {
			return nil, err
		}
		keys = append(keys, signer)
	}
	return keys, nil
}
