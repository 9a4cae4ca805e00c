package notify

import (
	"context"
	"errors"
	"fmt"
)

// ErrPermanent is wrapped by the error of a Notifier that can never succeed: the address does not exist, the device is
// gone. The delivery is given up at once.
var ErrPermanent = errors.New("notify: this can never be delivered")

// ErrUnknown is wrapped by the error of a Notifier that can't say whether the message was delivered: the connection
// was lost before the answer. It is recorded as unknown, and the host's policy decides whether to try again (N5).
var ErrUnknown = errors.New("notify: this may or may not have been delivered")

// Notifier carries messages to people. It is one of the two things of this package that a host may replace.
//
// Notify returns nil once the transport has taken the message over. An error that wraps ErrPermanent ends the
// attempts, one that wraps ErrUnknown leaves open whether it arrived, any other means that it did not and is to be
// tried again. It may be called with the same key twice, and by several goroutines at once; it ends when ctx does.
type Notifier interface {
	Notify(ctx context.Context, m Message) error
}

// ByChannel is a Notifier made of one for each channel. A message over a channel without one can never be delivered.
type ByChannel map[Channel]Notifier

// Notify hands the message to its channel's Notifier.
func (b ByChannel) Notify(ctx context.Context, m Message) error {
	n := b[m.Channel]
	if n == nil {
		return fmt.Errorf("%w: nothing sends over the channel %s", ErrPermanent, m.Channel)
	}
	return n.Notify(ctx, m)
}

// Message is what a Notifier carries: one message to one person over one channel, ready to be sent.
type Message struct {
	// Key is the delivery's: the same for every attempt (N5).
	Key     string
	Kind    Kind
	Channel Channel
	// To is the person with their address and devices, as they are now.
	To Person
	// Subject, Text and HTML are an email's. Subject is one line without control characters.
	Subject string
	Text    string
	HTML    string
	// Title and Body are a push's: one line each.
	Title string
	Body  string
	// Optional says that the person can turn such messages off (N2).
	Optional bool
	// Link leads to where the person can act; blank where the host has none.
	Link string
	// Invitation puts the session into the person's own calendar, changes it there or cancels it; nil for a message
	// that is about no booking.
	Invitation *Invitation
}
