package notify

import (
	"context"
	"errors"
	"time"
)

// Composer makes the message of a delivery, at the last moment before it is sent. keeper.Composer is the workflow's;
// a host that has deliveries of its own brings one.
//
// Compose judges again whether what the delivery says is still true, and still to be told to this person in this way
// (N5). It returns a *StaleError, or an error that wraps ErrStale, where it isn't; a *HeldError where it has to wait;
// and one that wraps ErrPermanent where it can never be sent, such as an *UnreachableError. Any other error means that
// nobody can say now, and it is tried again. It may be called for the same delivery twice, and by several goroutines
// at once; it ends when ctx does.
type Composer interface {
	Compose(ctx context.Context, claim Claim) (Message, error)
}

// ErrStale is wrapped by the error of a Composer for a delivery that was overtaken: what it says is no longer true, or
// no longer this person's to know (N5). It is not sent, and recorded as stale.
var ErrStale = errors.New("notify: this was overtaken")

// Why a delivery that was planned is not sent after all, beside what Plan finds: a setting turned off meanwhile, no
// address, no device, quiet hours.
const (
	// Overtaken: what it says is no longer true.
	Overtaken Why = "overtaken"
	// NotConcerned: the person no longer belongs to those who are told.
	NotConcerned Why = "not_concerned"
	// HeldBack: it was claimed and given back without being tried, because an earlier one to the same person is waiting,
	// its channel is out of order, or the dispatcher was stopped.
	HeldBack Why = "held_back"
)

// StaleError says why a delivery was overtaken. It wraps ErrStale.
type StaleError struct{ Why Why }

// Error is a sentence.
func (e *StaleError) Error() string {
	return "The notification is not sent any more: " + string(e.Why) + "."
}

// Unwrap returns ErrStale.
func (e *StaleError) Unwrap() error { return ErrStale }

// Code returns stale.
func (e *StaleError) Code() string { return "stale" }

// UnreachableError says that a channel doesn't reach the person any more. It wraps ErrPermanent.
type UnreachableError struct {
	Channel Channel
	// Why is NoAddress or NoDevice.
	Why Why
}

// Error is a sentence.
func (e *UnreachableError) Error() string {
	return "The person can't be reached by " + e.Channel.String() + " any more: " + string(e.Why) + "."
}

// Unwrap returns ErrPermanent.
func (e *UnreachableError) Unwrap() error { return ErrPermanent }

// Code returns unreachable.
func (e *UnreachableError) Code() string { return "unreachable" }

// HeldError says that a delivery has to wait, though nothing is wrong with it: the person is not to be disturbed now.
type HeldError struct {
	// Until is when it is to be looked at again.
	Until time.Time
	Why   Why
}

// Error is a sentence.
func (e *HeldError) Error() string {
	return "The notification waits until " + e.Until.UTC().Format(time.RFC3339) + ": " + string(e.Why) + "."
}

// Code returns held.
func (e *HeldError) Code() string { return "held" }

// reason is what is recorded of an error: the code where it has one of these packages', its words otherwise, on one
// line.
func reason(err error) Why {
	var stale *StaleError
	var unreachable *UnreachableError
	var held *HeldError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &stale):
		return stale.Why
	case errors.As(err, &unreachable):
		return unreachable.Why
	case errors.As(err, &held):
		return held.Why
	}
	return Why(Header(err.Error()))
}
