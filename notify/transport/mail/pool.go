package mail

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// ErrClosed is what a Sender returns that was closed. The mail was not sent.
var ErrClosed = errors.New("mail: the sender is closed")

// pool keeps connections between mails.
type pool struct {
	parsed
	slots chan struct{} // one for each connection in use

	mu     sync.Mutex
	idle   []*conn // the one used last at the end
	closed bool
}

// enter waits until a connection may be used, and leave lets go of it.
func (p *pool) enter(ctx context.Context) error {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if closed {
		return ErrClosed
	}
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *pool) leave() { <-p.slots }

// take returns the connection that was used last, nil where none is idle.
func (p *pool) take() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil
	}
	c := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	c.timer.Stop()
	return c
}

// keep takes a connection back that can carry another mail.
func (p *pool) keep(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || c.sent >= p.PerConnection {
		go c.quit()
		return
	}
	p.idle = append(p.idle, c)
	c.timer = time.AfterFunc(p.Idle, func() { p.expire(c) })
}

// expire ends a connection that has had nothing to do, unless it was taken meanwhile.
func (p *pool) expire(c *conn) {
	p.mu.Lock()
	at := slices.Index(p.idle, c)
	if at >= 0 {
		p.idle = slices.Delete(p.idle, at, at+1)
	}
	p.mu.Unlock()
	if at >= 0 {
		c.quit()
	}
}

// close ends what is idle; what is in use ends after its mail.
func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	var done sync.WaitGroup
	for _, c := range idle {
		c.timer.Stop()
		done.Go(c.quit)
	}
	done.Wait()
}
