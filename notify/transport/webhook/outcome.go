package webhook

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/guard"
)

// Problem says why an event was not taken.
type Problem string

// The problems.
const (
	// Prohibited is an address that must not be dialled: its network or port is not allowed.
	Prohibited Problem = "prohibited"
	// Unreachable is a name that does not resolve, a connection refused or lost, a certificate that isn't good.
	Unreachable Problem = "unreachable"
	// TimedOut is no answer in time; the event may have arrived.
	TimedOut Problem = "timed_out"
	// CalledOff is a context that was cancelled; the event may have arrived.
	CalledOff Problem = "called_off"
	// Moved is an answer of 3xx: redirects are not followed.
	Moved Problem = "moved"
	// Gone is 410: the endpoint wants no more. It wraps notify.ErrPermanent.
	Gone Problem = "gone"
	// Refused is any other answer that isn't 2xx.
	Refused Problem = "refused"
)

var sentences = map[Problem]string{
	Prohibited:  "its address is in a network, or has a port, that is not allowed",
	Unreachable: "the endpoint could not be reached",
	TimedOut:    "the endpoint did not answer in time",
	CalledOff:   "it was called off",
	Moved:       "the endpoint answered with a redirect, which is not followed",
	Gone:        "the endpoint wants no more events",
	Refused:     "the endpoint refused it",
}

// Error says why an event was not taken by an endpoint.
type Error struct {
	Problem Problem
	// Status is the answer's; 0 where there was none.
	Status int
	// Err is the error behind it, nil where there was an answer. It is for the host's operators: it can name addresses
	// inside the host's network, which are not for a partner to know.
	Err error
	// wait is what the endpoint asked for.
	wait time.Duration
}

// Error is a sentence, fit to be shown to the partner. It has nothing of the address.
func (e *Error) Error() string {
	text := "The event was not delivered: " + sentences[e.Problem]
	if e.Status != 0 {
		text += " (" + strconv.Itoa(e.Status) + ")"
	}
	return text + "."
}

// Code returns webhook_prohibited, webhook_unreachable, webhook_timed_out and so on.
func (e *Error) Code() string { return "webhook_" + string(e.Problem) }

// Unwrap returns notify.ErrPermanent for what is gone, and the error behind it.
func (e *Error) Unwrap() []error {
	all := []error{e.Err}
	if e.Problem == Gone {
		all = append(all, notify.ErrPermanent)
	}
	return slices.DeleteFunc(all, func(err error) bool { return err == nil })
}

// RetryAfter is how long the endpoint asked to be left alone, with 429 or 503, at most a day; 0 where it didn't.
func (e *Error) RetryAfter() time.Duration { return e.wait }

// failed makes the Error of a request that got no answer.
func failed(err error) *Error {
	e := &Error{Problem: Unreachable, Err: guard.Bare(err)}
	switch {
	case guard.Prohibits(err):
		e.Problem = Prohibited
	case errors.Is(err, context.Canceled):
		e.Problem = CalledOff
	case guard.TimedOut(err):
		e.Problem = TimedOut
	}
	return e
}

// answered makes the Error of an answer, nil for 2xx.
func answered(status int, head http.Header, now time.Time) *Error {
	e := &Error{Problem: Refused, Status: status}
	switch {
	case status >= 200 && status <= 299:
		return nil
	case status >= 300 && status <= 399:
		e.Problem = Moved
	case status == http.StatusGone:
		e.Problem = Gone
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		e.wait = guard.RetryAfter(head, now)
	}
	return e
}
