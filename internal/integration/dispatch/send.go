package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/mail"
)

// plain composes a message that says what the queue knew of its delivery, and nothing else; see Attempt.
type plain struct{}

// Compose returns the message.
func (plain) Compose(_ context.Context, c notify.Claim) (notify.Message, error) {
	d := c.Delivery
	text, err := json.Marshal(attemptOf(c))
	return notify.Message{
		Key: d.Key, Kind: d.Kind, Channel: d.Channel, To: recipient(d.Person), Subject: string(d.Kind), Text: string(text),
	}, err
}

// notifier sends in the way that the address of the sink asks for.
func (c Config) notifier() (notify.Notifier, error) {
	to, err := url.Parse(c.Sink)
	if err != nil {
		return nil, err
	}
	switch to.Scheme {
	case "http":
		return poster{c.Sink}, nil
	case "smtp":
		port, err := strconv.Atoi(to.Port())
		if err != nil {
			return nil, err
		}
		// In clear, see package peer; the connections are kept between mails, as they are by default.
		return mail.New(mail.Options{
			Host: to.Hostname(), Port: port, TLS: mail.None, From: "Rota <rota@" + domain + ">", Hello: "dispatcher.test",
		})
	}
	return nil, fmt.Errorf("nobody has thought of a sink at %s", c.Sink)
}

// outlet is a notifier with points.
type outlet struct {
	notify.Notifier
	*victim
}

// Notify sends a message.
func (o outlet) Notify(ctx context.Context, m notify.Message) error {
	o.at(beforeSend)
	err := o.amid(amidSend, ofSending, func() error { return o.Notifier.Notify(ctx, m) })
	if err == nil {
		o.at(afterSend)
	}
	return err
}

// poster sends messages by HTTP.
type poster struct{ address string }

// Notify sends one; no answer is an unknown outcome.
func (p poster) Notify(ctx context.Context, m notify.Message) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address, strings.NewReader(m.Text))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return errors.Join(notify.ErrUnknown, err)
	}
	_ = answer.Body.Close() // it is empty
	if answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the sink says %s", answer.Status)
	}
	return nil
}
