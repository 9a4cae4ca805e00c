package worker

import (
	"encoding/json"
	"io"
	"sync"
	"sync/atomic"
)

// voice writes lines, one at a time and each at once: what was said is heard even if the process is killed right after.
type voice struct {
	mu   sync.Mutex
	out  io.Writer
	last atomic.Int64
}

// line says one line. Whoever listened and went away is told by the end of the orders.
func (v *voice) line(l Line) {
	text, err := json.Marshal(l)
	if err != nil {
		text = []byte(`{"kind":"faulty","name":"a line can't be written"}`)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	_, _ = v.out.Write(append(text, '\n'))
}

// number is a fresh one.
func (v *voice) number() int64 { return v.last.Add(1) }
