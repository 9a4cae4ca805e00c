package service

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/sessional-go/sessional/notify/transport/guard"
	"github.com/sessional-go/sessional/notify/transport/push"
)

// maxAnswer is how much is read of an answer's body, in bytes.
const maxAnswer = 16 << 10

// Answer is what a service said.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// OK says whether the service has taken what it was asked to.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status <= 299 }

// Ask sends a request, and says of one without an answer whether it was written.
func Ask(client *http.Client, r *http.Request) (Answer, *push.Error) {
	var written atomic.Bool
	trace := &httptrace.ClientTrace{
		// A request that is sent again was certainly not worked on before: the server has said so, or nothing was written.
		GetConn:      func(string) { written.Store(false) },
		WroteRequest: func(info httptrace.WroteRequestInfo) { written.Store(info.Err == nil) },
	}
	r = r.WithContext(httptrace.WithClientTrace(r.Context(), trace))
	answer, err := client.Do(r) //nolint:gosec // the host's own address, or one that package guard watches over
	if err != nil {
		e := &push.Error{Problem: push.Unreachable, Err: guard.Bare(err)}
		switch {
		case guard.Prohibits(err):
			e.Problem = push.Prohibited
		case written.Load():
			e.Problem = push.Unanswered
		}
		return Answer{}, e
	}
	defer answer.Body.Close()
	// The status counts, even if the rest never comes.
	said, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	return Answer{answer.StatusCode, answer.Header, said}, nil
}

// Plain makes the Error of an answer of which no more is known than its status: 429 and 5xx are Busy, anything else is
// Refused.
func (a Answer) Plain(reason string, now time.Time) *push.Error {
	e := &push.Error{Problem: push.Refused, Status: a.Status, Reason: reason}
	if a.Status == http.StatusTooManyRequests || a.Status >= 500 {
		e.Problem, e.Wait = push.Busy, guard.RetryAfter(a.Header, now)
	}
	return e
}
