package webhook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/sessional-go/sessional/session"
)

// Sender posts events. It is safe for concurrent use.
type Sender struct {
	o      Options
	client *http.Client
}

// Attempt is what is known of one attempt, for the log that the host shows to its operators and partners.
type Attempt struct {
	// Endpoint is Endpoint.ID.
	Endpoint string
	// ID is the webhook-id; Key and Kind are the event's.
	ID   string
	Key  string
	Kind session.EventKind
	// Number is what Send was given: 1 for the first attempt.
	Number int
	// At is when it began, by Options.Now; Took how long it was, answer included.
	At   time.Time
	Took time.Duration
	// Status is the answer's; 0 where there was none.
	Status int
	// Answer is the first kilobyte of the answer's body, as far as it is valid UTF-8. A stranger wrote it.
	Answer string
	// Err is nil for an event that was taken, otherwise an *Error.
	Err error
}

// maxAnswer is how much is read of an answer's body, in bytes.
const maxAnswer = 1 << 10

// New returns a Sender. The error is a *session.FieldError naming the option that is wrong.
func New(o Options) (*Sender, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Sender{o, o.dialling().Client()}, nil
}

// Close ends the connections that are idle.
func (s *Sender) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// Send posts a committed event to an endpoint. Attempt is its number, from 1, and goes to the log alone.
//
// It returns nil once the endpoint has answered with 2xx, an *Error if it hasn't, and a *session.FieldError for an
// endpoint that can't be used, Check's, or that is another tenant's.
func (s *Sender) Send(ctx context.Context, to Endpoint, e session.Event, attempt int) error {
	if !to.AllProviders && to.Provider != e.Provider {
		return &session.FieldError{Field: "Endpoint.Provider", Problem: "is not the event's"}
	}
	if err := s.address(to.URL); err != nil {
		return err
	}
	keys, err := s.keys(to)
	if err != nil {
		return err
	}
	body, err := Payload(e)
	if err != nil {
		return err
	}
	a := Attempt{Endpoint: to.ID, ID: ID(e), Key: e.Key(), Kind: e.Kind, Number: attempt, At: s.o.Now()}
	timed, cancel := context.WithTimeout(ctx, s.o.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(timed, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return failed(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", s.o.UserAgent)
	if err := sign(r.Header, keys, a.ID, a.At, body); err != nil {
		return err
	}
	if failure := s.post(r, &a); failure != nil {
		a.Err = failure
	}
	a.Took = s.o.Now().Sub(a.At)
	s.o.Log(ctx, a)
	return a.Err
}

// post does the request, and puts the answer down.
func (s *Sender) post(r *http.Request, a *Attempt) *Error {
	answer, err := s.client.Do(r)
	if err != nil {
		return failed(err)
	}
	defer answer.Body.Close()
	a.Status = answer.StatusCode
	// What was said is for the log alone: the status counts, even if the rest never comes.
	said, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	a.Answer = strings.ToValidUTF8(string(said), "")
	return answered(answer.StatusCode, answer.Header, s.o.Now())
}

func sign(head http.Header, keys []*webhooks.Webhook, id string, at time.Time, body []byte) error {
	signatures := make([]string, len(keys))
	var errs []error
	for i, key := range keys {
		signature, err := key.Sign(id, at, body)
		signatures[i] = signature
		errs = append(errs, err)
	}
	head.Set(webhooks.HeaderWebhookID, id)
	head.Set(webhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	head.Set(webhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return errors.Join(errs...)
}
