package race

import (
	"sync"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/rota/desk"
)

// call is one time that a command was given to a desk, and when its answer was decided: as the store saw it, which is more
// to ask of a history than that the answers fit between calls and returns. Until it is answered, until is zero.
type call struct {
	act         *worker.Act
	from, until int64
	answer      worker.Answer
}

// look is one time that somebody looked at a session.
type look struct {
	seen        *worker.Seen
	from, until int64
}

// history is what happened in one round, in all processes.
type history struct {
	mu    sync.Mutex
	calls []*call
	looks []look
}

// listener takes down the lines of one worker, of all rounds: it asks for the history of the present one.
func listener(present func() *history) func(worker.Line) {
	under := map[int64]*call{}
	return func(line worker.Line) {
		h := present()
		h.mu.Lock()
		defer h.mu.Unlock()
		switch line.Kind {
		case worker.Called:
			c := &call{act: line.Act, from: line.At}
			under[line.No] = c
			h.calls = append(h.calls, c)
		case worker.Returned:
			c := under[line.No]
			c.from, c.until, c.answer = line.At, line.Until, *line.Answer
			delete(under, line.No)
		case worker.Looked:
			h.looks = append(h.looks, look{line.Seen, line.At, line.Until})
		default: // the ledger's
		}
	}
}

// times counts how often each command was given.
func (h *history) times() map[desk.CommandKey]int {
	n := map[desk.CommandKey]int{}
	for _, c := range h.calls {
		n[c.act.Key]++
	}
	return n
}
