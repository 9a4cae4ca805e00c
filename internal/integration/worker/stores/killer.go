package stores

import (
	"bytes"
	"net"
	"sync"
	"syscall"

	"github.com/sessional-go/sessional/internal/integration/worker"
)

// InTheMiddle is the point at which half of a commit that is one call has been sent. Only the pgx store has it.
const InTheMiddle = "in the middle of call commit"

// killer reports each point when it is reached for the first time, and kills the process at the one that is to be its
// last.
type killer struct {
	config worker.Config
	say    func(worker.Line)

	mu   sync.Mutex
	hits map[string]int
}

// reach is told that a point is reached.
func (k *killer) reach(point string) {
	if k.due(point) {
		k.kill(point)
	}
}

// due says whether the process is to die at a point now.
func (k *killer) due(point string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.hits[point]++
	if k.hits[point] == 1 {
		k.say(worker.Line{Kind: worker.Reached, Name: point})
	}
	return point == k.config.Kill && k.hits[point] == k.config.Hit
}

func (k *killer) kill(point string) {
	k.say(worker.Line{Kind: worker.Dying, Name: point})
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL) // nothing can keep it from taking effect
	select {}
}

// wire is a connection to a server on which a commit can be cut in two.
type wire struct {
	net.Conn
	killer *killer
}

// commitMark stands in every document that is a commit.
var commitMark = []byte(`"outcome":`)

// Write sends; of the commit that is to be the last, half.
func (w wire) Write(b []byte) (int, error) {
	if !bytes.Contains(b, commitMark) || !w.killer.due(InTheMiddle) {
		return w.Conn.Write(b)
	}
	n, err := w.Conn.Write(b[:len(b)/2])
	if err != nil {
		return n, err
	}
	w.killer.kill(InTheMiddle)
	return n, nil
}
