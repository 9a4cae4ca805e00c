package mail

import (
	"context"
	"errors"
	"time"

	"github.com/sessional-go/sessional/notify"
)

// Sender is a notify.Notifier that sends emails by SMTP. It is safe for concurrent use.
type Sender struct{ pool *pool }

var _ notify.Notifier = (*Sender)(nil)

// New returns a Sender. It does not connect yet. The error is a *session.FieldError naming the option that is missing
// or wrong.
func New(o Options) (*Sender, error) {
	p, err := o.parse()
	if err != nil {
		return nil, err
	}
	return &Sender{&pool{parsed: p, slots: make(chan struct{}, p.Connections)}}, nil
}

// Close ends the connections that are idle. Mails under way are finished; later ones return ErrClosed.
func (s *Sender) Close() error {
	s.pool.close()
	return nil
}

// Notify sends a mail, and returns when the server has taken it over or an error when it hasn't: an *Error, ErrClosed,
// or the context's where it ended before a connection was free. It reads nothing of the message's devices. A message
// for another channel is a permanent error.
func (s *Sender) Notify(ctx context.Context, m notify.Message) error {
	ctx, cancel := context.WithTimeout(ctx, s.pool.Timeout)
	defer cancel()
	l, err := s.pool.letter(m)
	if err != nil {
		return err
	}
	if err := s.pool.enter(ctx); err != nil {
		return err
	}
	defer s.pool.leave()
	c, failure := s.pool.open(ctx, l)
	if failure == nil {
		failure = c.deliver(ctx, l)
	}
	if c != nil {
		if c.usable(ctx, failure) {
			s.pool.keep(c)
		} else {
			c.drop()
		}
	}
	if failure != nil {
		return failure
	}
	return nil
}

// Compose returns the mail of a message as Notify sends it, in the form of an .eml file: for a preview, an archive or a
// test. The same message at the same instant makes the same bytes. It connects to nothing. The error is an *Error that
// wraps notify.ErrPermanent for a message that is no email or has no address.
func (s *Sender) Compose(m notify.Message) ([]byte, error) {
	l, err := s.pool.letter(m)
	return l.body, err
}

// probe is how long an idle connection may take to answer before another one is tried.
const probe = 10 * time.Second

// open returns a connection on which the mail was begun, or the connection and the server's refusal to begin it. A
// connection that has been idle and doesn't answer as one does is replaced: nothing was sent over it.
func (p *pool) open(ctx context.Context, l letter) (*conn, *Error) {
	for c := p.take(); c != nil; c = p.take() {
		soon, cancel := context.WithTimeout(ctx, probe)
		failure := c.begin(soon, l)
		cancel()
		if failure == nil || failure.Status != 0 && failure.Status != 421 || errors.Is(failure, errOld) {
			return c, failure
		}
		c.drop()
		p.Logger.DebugContext(ctx, "an idle connection to the mail server was lost", "error", failure.Error())
	}
	c, err := p.connect(ctx)
	if err != nil {
		return nil, failed(Connecting, err, l.address)
	}
	return c, c.begin(ctx, l)
}
