package push

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/sessional-go/sessional/notify"
)

// Problem says why a push was not taken.
type Problem string

// The problems.
const (
	// Gone is a device that its service doesn't know, or no longer. It wraps notify.ErrPermanent.
	Gone Problem = "gone"
	// Foreign is a device to which we may not send: its token is of another app or project, or the host's settings are. It
	// wraps notify.ErrPermanent, because services want no second try, but the device is not reported dead.
	Foreign Problem = "foreign"
	// Unfit is a message that the service can't carry, whenever and to whomever. It wraps notify.ErrPermanent.
	Unfit Problem = "unfit"
	// NoDevice is a person without a device of the channel. It wraps notify.ErrPermanent.
	NoDevice Problem = "no_device"
	// Prohibited is a browser's address that must not be dialled: its host, network or port is not allowed. It wraps
	// notify.ErrPermanent.
	Prohibited Problem = "prohibited"
	// Unanswered is a request that was written and got no answer: the push may or may not be on its way. It wraps
	// notify.ErrUnknown.
	Unanswered Problem = "unanswered"
	// Unreachable is a service that could not be asked: no connection, no good certificate, no time.
	Unreachable Problem = "unreachable"
	// Busy is a service that says to come again later.
	Busy Problem = "busy"
	// Refused is any other answer: something between the host and the service that the host's operator has to mend.
	Refused Problem = "refused"
)

// sentences complete "The push was not sent: ", or stand by themselves.
var sentences = map[Problem]string{
	Gone:        "the device is no longer registered",
	Foreign:     "we may not send to this device",
	Unfit:       "the service can't carry this message",
	NoDevice:    "there is no device to send it to",
	Prohibited:  "the device's address has a host, a network or a port that is not allowed",
	Unanswered:  "The push may or may not have been sent: the service did not answer",
	Unreachable: "the service could not be reached",
	Busy:        "the service is busy",
	Refused:     "the service refused it",
}

// outcomes are what the problems wrap; nil is simply tried again.
var outcomes = map[Problem]error{
	Gone: notify.ErrPermanent, Foreign: notify.ErrPermanent, Unfit: notify.ErrPermanent,
	NoDevice: notify.ErrPermanent, Prohibited: notify.ErrPermanent, Unanswered: notify.ErrUnknown,
	Unreachable: nil, Busy: nil, Refused: nil,
}

// Error says why a push was not taken by a service, or why that is unknown.
type Error struct {
	Problem Problem
	// Status is the answer's; 0 where there was none.
	Status int
	// Reason is the service's own word for it, such as "UNREGISTERED"; blank where it has none.
	Reason string
	// Since is when the service last knew that the device is gone; zero where it doesn't say.
	Since time.Time
	// Wait is how long the service asked to be left alone; 0 where it didn't.
	Wait time.Duration
	// Err is the error behind it, nil where there was an answer. It is for the host's operators, and wrapped unless it is
	// that of a context which ended before anything was written: nothing is unknown then.
	Err error
}

// Error is a sentence. It has neither the device's token nor its address.
func (e *Error) Error() string {
	text := sentences[e.Problem]
	if e.Problem != Unanswered {
		text = "The push was not sent: " + text
	}
	switch {
	case e.Status != 0 && e.Reason != "":
		text += " (" + strconv.Itoa(e.Status) + " " + e.Reason + ")"
	case e.Status != 0:
		text += " (" + strconv.Itoa(e.Status) + ")"
	case e.Reason != "":
		text += " (" + e.Reason + ")"
	}
	return text + "."
}

// Code returns push_gone, push_unfit, push_no_device and so on.
func (e *Error) Code() string { return "push_" + string(e.Problem) }

// Unwrap returns how the delivery is to go on, if it is not simply tried again, and the cause.
func (e *Error) Unwrap() []error {
	cause := e.Err
	if e.Problem == Unreachable && (errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded)) {
		cause = nil
	}
	return slices.DeleteFunc([]error{outcomes[e.Problem], cause}, func(err error) bool { return err == nil })
}

// RetryAfter is Wait, as the dispatcher of package notify reads it.
func (e *Error) RetryAfter() time.Duration { return e.Wait }

// Merge makes one outcome of those of several devices, nil for one that has taken the message. It is nil if any of them
// is; of errors the one that leaves most hope: unknown, then to be tried again, of these the one with the longest wait,
// and then permanent. Of no outcome at all it makes NoDevice.
func Merge(all []error) error {
	var most error
	for _, err := range all {
		if err == nil {
			return nil
		}
		if most == nil || hope(err) > hope(most) || hope(err) == hope(most) && wait(err) > wait(most) {
			most = err
		}
	}
	if most == nil {
		return &Error{Problem: NoDevice}
	}
	return most
}

func hope(err error) int {
	switch {
	case errors.Is(err, notify.ErrUnknown):
		return 2
	case errors.Is(err, notify.ErrPermanent):
		return 0
	}
	return 1
}

func wait(err error) time.Duration {
	var e interface{ RetryAfter() time.Duration }
	if !errors.As(err, &e) {
		return 0
	}
	return e.RetryAfter()
}
