package proxy

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// link is one connection that is passed on: two sockets.
type link struct {
	proxy          *Proxy
	client, server net.Conn
	// answered says that the server was the last to send, or that nobody has sent anything.
	answered atomic.Bool
	gone     chan struct{} // closed when the link is cut
	cutting  sync.Once
}

// chunk is what one read got, and when it may arrive.
type chunk struct {
	bytes []byte
	due   time.Time
}

const (
	chunkSize = 64 << 10
	// inFlight is how many chunks one direction holds back at most: 64 MiB of full ones, so that a delay does not
	// limit what passes in a second.
	inFlight = 1024
)

func newLink(p *Proxy, client, server net.Conn) *link {
	l := &link{proxy: p, client: client, server: server, gone: make(chan struct{})}
	l.answered.Store(true)
	return l
}

// run passes bytes both ways until both are at an end.
func (l *link) run() {
	var both sync.WaitGroup
	both.Go(func() { l.pass(l.client, l.server, &l.proxy.toServer, l.fromClient, l.allowed) })
	both.Go(func() { l.pass(l.server, l.client, &l.proxy.toClient, l.fromServer, nil) })
	both.Wait()
	_ = l.client.Close()
	_ = l.server.Close()
}

func (l *link) fromClient() {
	if l.answered.Swap(false) {
		l.proxy.turns.Add(1)
	}
}

func (l *link) fromServer() { l.answered.Store(true) }

// allowed is how many of n bytes may still go to the server.
func (l *link) allowed(n int) int {
	for {
		left := l.proxy.left.Load()
		if left == unlimited {
			return n
		}
		granted := min(int64(n), left)
		if l.proxy.left.CompareAndSwap(left, left-granted) {
			return int(granted)
		}
	}
}

// pass reads from one side and writes to the other, each chunk at its time. heard is called for every chunk; limit,
// if there is one, says how much of it may pass before everything is cut.
func (l *link) pass(from, to net.Conn, t *traffic, heard func(), limit func(int) int) {
	chunks := make(chan chunk, inFlight)
	var written sync.WaitGroup
	written.Go(func() { l.write(to, chunks, limit) })
	buffer := make([]byte, chunkSize)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			due := time.Now().Add(time.Duration(t.delay.Load()))
			heard()
			t.bytes.Add(int64(n))
			select {
			case chunks <- chunk{append([]byte(nil), buffer[:n]...), due}:
			case <-l.gone:
			}
		}
		if err != nil {
			break
		}
	}
	close(chunks)
	written.Wait()
}

// write writes chunks when they are due, and passes the end on when there are no more.
func (l *link) write(to net.Conn, chunks <-chan chunk, limit func(int) int) {
	for c := range chunks {
		if !l.wait(c.due) {
			continue // cut; the reader must not block
		}
		pass := len(c.bytes)
		if limit != nil {
			pass = limit(pass)
		}
		if _, err := to.Write(c.bytes[:pass]); err != nil {
			l.cut() // nobody is there to read the rest
		}
		if pass < len(c.bytes) {
			l.proxy.Cut()
			l.proxy.left.Store(unlimited)
		}
	}
	if half, can := to.(*net.TCPConn); can {
		_ = half.CloseWrite()
	}
}

// wait waits until a chunk is due and the proxy lets it pass; false when the link was cut before.
func (l *link) wait(due time.Time) bool {
	if rest := time.Until(due); rest > 0 {
		select {
		case <-time.After(rest):
		case <-l.gone:
			return false
		}
	}
	select {
	case <-l.proxy.open():
		return true
	case <-l.gone:
		return false
	}
}

// cut breaks both sides with a reset.
func (l *link) cut() {
	l.cutting.Do(func() {
		close(l.gone)
		for _, c := range []net.Conn{l.client, l.server} {
			if tcp, can := c.(*net.TCPConn); can {
				_ = tcp.SetLinger(0)
			}
			_ = c.Close()
		}
	})
}
