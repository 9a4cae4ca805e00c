package proxy

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Proxy passes connections on to one server. Its methods may be called at any time, by any goroutine.
type Proxy struct {
	target   string
	listener net.Listener
	done     sync.WaitGroup

	toServer, toClient traffic
	turns, joined      atomic.Int64
	// left is how many bytes may still go to the server, where less than unlimited.
	left atomic.Int64

	mu     sync.Mutex
	closed bool
	gate   chan struct{} // closed while bytes pass
	links  map[*link]bool
}

// traffic is what goes one way.
type traffic struct{ delay, bytes atomic.Int64 }

// unlimited is more than any test sends.
const unlimited = 1 << 62

// Counts is what has passed since the proxy began. What one step of a test has caused is the difference of two.
type Counts struct {
	// ToServer and ToClient are bytes, counted when they arrive here.
	ToServer, ToClient int64
	// Turns counts how often a client began to send after it had heard from the server, or for the first time on a
	// connection. For a protocol of question and answer these are the round trips, whatever is sent in one of them.
	Turns int64
	// Connections counts those that have reached the server: from then on they can be cut.
	Connections int64
}

// Start starts a proxy before the server at an address, and closes it when the test ends.
func Start(tb testing.TB, target string) *Proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &Proxy{target: target, listener: l, gate: make(chan struct{}), links: map[*link]bool{}}
	close(p.gate)
	p.left.Store(unlimited)
	p.done.Go(p.accept)
	tb.Cleanup(func() {
		if err := p.close(); err != nil {
			tb.Errorf("closing the proxy: %v", err)
		}
	})
	return p
}

// Addr is where it listens, as net.Dial takes it.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Delay holds back what arrives from now on, for a time in each direction; their sum is added to each round trip.
// Nothing is made narrower: what follows one another at the client does so at the server, the same time later.
//
// How precise that is depends on the system's timers: measured on Linux, two delays of 1 ms add 2.2 ms in the middle.
func (p *Proxy) Delay(toServer, toClient time.Duration) {
	p.toServer.delay.Store(int64(toServer))
	p.toClient.delay.Store(int64(toClient))
}

// Stall lets nothing pass until Resume: connections are accepted and stay, but look as if the server hung.
func (p *Proxy) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.passing() {
		p.gate = make(chan struct{})
	}
}

// Resume ends Stall. What had been sent meanwhile arrives now.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.passing() {
		close(p.gate)
	}
}

// passing says whether the gate is open. The caller holds mu.
func (p *Proxy) passing() bool {
	select {
	case <-p.gate:
		return true
	default:
		return false
	}
}

// Cut breaks all connections that there are, with a reset as of a machine that is gone. What was held back is lost.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.cut()
	}
}

// CutAfter lets n more bytes go to the server, all connections taken together. When the next one comes it cuts these
// like Cut, in the middle of a message if n says so. Connections that are made after that are not limited.
func (p *Proxy) CutAfter(n int64) { p.left.Store(n) }

// Counts returns what has passed so far.
func (p *Proxy) Counts() Counts {
	return Counts{
		ToServer:    p.toServer.bytes.Load(),
		ToClient:    p.toClient.bytes.Load(),
		Turns:       p.turns.Load(),
		Connections: p.joined.Load(),
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // the client has thought better of it
		}
		p.done.Go(func() { p.serve(client) })
	}
}

// serve passes a connection on until both sides have ended it.
func (p *Proxy) serve(client net.Conn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		_ = client.Close() // as if the server had refused it
		return
	}
	l := newLink(p, client, server)
	if !p.add(l) {
		l.cut()
		return
	}
	l.run()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.links, l)
}

func (p *Proxy) add(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.links[l] = true
		p.joined.Add(1)
	}
	return !p.closed
}

// open is closed while bytes may pass.
func (p *Proxy) open() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gate
}

// close ends everything, and waits until it has ended.
func (p *Proxy) close() error {
	err := p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.Cut()
	ended := make(chan struct{})
	go func() { p.done.Wait(); close(ended) }()
	select {
	case <-ended:
		return err
	case <-time.After(10 * time.Second):
		return errors.Join(err, fmt.Errorf("connections to %s do not end", p.target))
	}
}
