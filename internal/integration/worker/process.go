package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
)

// Store is what workers play against.
type Store interface {
	desk.Store
	notify.Queue
}

// environment is the variable that makes a test's binary a worker: it holds what Start was given, as JSON.
const environment = "SESSIONAL_WORKER"

// Config says what a worker works on.
type Config struct {
	// Store and DSN say which store, for whoever opens it (see Main).
	Store string `json:"store"`
	DSN   string `json:"dsn"`
	// Schema is a PostgreSQL store's.
	Schema string `json:"schema,omitzero"`
	Clock  Clock  `json:"clock"`
	// Kill is the point at which the worker kills itself, Hit at which time of reaching it, from 1; blank: nowhere.
	Kill string `json:"kill,omitzero"`
	Hit  int    `json:"hit,omitzero"`
}

// Open opens the store that a worker works on. It may use say to report lines of its own.
type Open func(c Config, say func(Line)) (Store, error)

// Main makes the process a worker where Start asked for it: it then returns only the exit code, and true.
func Main(open Open) (code int, isWorker bool) {
	text, ok := os.LookupEnv(environment)
	if !ok {
		return 0, false
	}
	out := &voice{out: os.Stdout}
	if err := serveText(text, open, out); err != nil {
		out.line(Line{Kind: Faulty, Name: err.Error()})
		return 1, true
	}
	return 0, true
}

func serveText(text string, open Open, say *voice) error {
	var c Config
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return err
	}
	store, err := open(c, say.line)
	if err != nil {
		return fmt.Errorf("opening %s: %w", c.Store, err)
	}
	return serve(context.Background(), store, c.Clock, os.Stdin, say)
}

// Process is a worker as whoever gives the orders sees it.
type Process struct {
	tb     testing.TB
	orders io.WriteCloser
	lines  func(Line)
	cmd    *exec.Cmd // nil for one in this very process

	mu    sync.Mutex
	send  *json.Encoder
	ready chan struct{}
	ended chan string
	over  chan struct{}
}

// Start starts the test's own binary again as a worker, whose TestMain calls Main. Lines are handed over one at a time
// as they come; those by which Do waits are not. The worker ends with the test, and with this process, however that
// ends.
func Start(tb testing.TB, c Config, lines func(Line)) *Process {
	tb.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^$") //nolint:gosec // the test's own binary
	cmd.Env = append(os.Environ(), environment+"="+string(text))
	cmd.Stderr = os.Stderr
	orders, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	p := newProcess(tb, orders, lines)
	p.cmd = cmd
	go func() {
		defer close(p.over)
		p.listen(out)
		_ = cmd.Wait() // one that was killed says so: whoever cares asks for its last line
	}()
	tb.Cleanup(p.Kill)
	p.awaitReady()
	return p
}

// StartHere starts a worker in this very process: for a store that lives in one alone.
func StartHere(tb testing.TB, store Store, clock Clock, lines func(Line)) *Process {
	tb.Helper()
	in, orders := io.Pipe()
	out, said := io.Pipe()
	p := newProcess(tb, orders, lines)
	go func() {
		err := serve(tb.Context(), store, clock, in, &voice{out: said})
		_ = said.CloseWithError(errors.Join(io.EOF, err))
	}()
	go func() {
		defer close(p.over)
		p.listen(out)
	}()
	tb.Cleanup(p.Kill)
	p.awaitReady()
	return p
}

func newProcess(tb testing.TB, orders io.WriteCloser, lines func(Line)) *Process {
	return &Process{
		tb: tb, orders: orders, lines: lines, send: json.NewEncoder(orders),
		ready: make(chan struct{}), ended: make(chan string, 16), over: make(chan struct{}),
	}
}

// listen hands over what the worker says. A last line that was cut off by its end is left out.
func (p *Process) listen(out io.Reader) {
	for said := json.NewDecoder(out); ; {
		var l Line
		if err := said.Decode(&l); err != nil {
			return
		}
		switch l.Kind {
		case Ready:
			close(p.ready)
		case Ended:
			p.ended <- l.Name
		default:
			p.lines(l)
		}
	}
}

// limit is how long a worker may take to start, or to carry out an order.
const limit = 4 * time.Minute

func (p *Process) awaitReady() {
	p.tb.Helper()
	select {
	case <-p.ready:
	case <-p.over:
		p.tb.Fatal("a worker ended before it was ready")
	case <-time.After(limit):
		p.tb.Fatal("a worker is not ready in time")
	}
}

// Give gives an order and doesn't wait. One that is given to a worker that has ended is lost.
func (p *Process) Give(o Order) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.send.Encode(o)
}

// Await waits until an order that was given is carried out, and says whether it was: not where the worker has ended.
func (p *Process) Await() bool {
	p.tb.Helper()
	select {
	case <-p.ended:
		return true
	case <-p.over:
		return false
	case <-time.After(limit):
		p.tb.Fatal("a worker does not carry out its order in time")
	}
	return false
}

// soon is how far ahead the first policy begins to hold: a policy can't be published for the past.
const soon = 300 * time.Millisecond

// Prepare gives the first command of every story, and waits until it holds: that South offers what it allocates.
func (p *Process) Prepare(clock Clock) {
	p.tb.Helper()
	first, err := PolicyOfSouth(1, clock.Now().Add(soon))
	if err != nil {
		p.tb.Fatal(err)
	}
	p.Give(Order{Do: DoPerform, Act: &first})
	p.Give(Order{Do: DoSettle})
	if !p.Await() {
		p.tb.Fatal("a worker ended at its first command")
	}
	time.Sleep(soon)
}

// Kill ends the worker: with SIGKILL, unless it is in this very process. It returns once all lines are handed over.
func (p *Process) Kill() {
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(syscall.SIGKILL) // it may have ended
	}
	_ = p.orders.Close()
	<-p.over
}

// Over is closed once the worker has ended and all its lines are handed over.
func (p *Process) Over() <-chan struct{} { return p.over }

// All gives every worker the same kind of order, and waits for all; it says whether all carried it out.
func All(workers []*Process, order func(n int) Order) bool {
	for n, p := range workers {
		p.Give(order(n))
	}
	all := true
	for _, p := range workers {
		all = p.Await() && all
	}
	return all
}
