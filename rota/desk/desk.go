package desk

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// Options are what a desk is made of. Only Store and Directory are required.
type Options struct {
	// Store keeps the state.
	Store Store
	// Directory is the host's own data.
	Directory Directory
	// Now is the clock; not given: the machine's. It is read once for each command and query.
	Now func() time.Time
	// Rules are the host's own on who may do what, asked in order after the built-in ones (P1).
	Rules []Rule
	// Score ranks the applicants of sessions that are chosen by rank (A5), the highest first; not given: by time of
	// application.
	Score rota.Score
	// ReferencePrefix is what references start with; not given: session.DefaultPrefix (S1).
	ReferencePrefix string
	// ReferenceBlock is how many references are reserved at a time; what is left of a block when the process ends
	// is never used. Not given: 1.
	ReferenceBlock int
	// Tries is how often a command is decided anew after a conflict; not given: 10.
	Tries int
	// Logger gets what a host's operator should know: conflicts and broken rules. Not given: silent.
	Logger *slog.Logger
	// Observe is called after each command, for metrics; it must not block.
	Observe func(Observation)
}

// Observation is what a metric can be made of: one command.
type Observation struct {
	// Act is what was done: post, apply, withdraw …
	Act string
	// Code is the error's, "" for success and "error" for one without a code.
	Code string
	// Tries is how often it was decided.
	Tries int
	// Repeated says that it had been committed before.
	Repeated bool
	// Took is how long it took.
	Took time.Duration
}

// Desk does what users ask for. It is safe for concurrent use, and keeps no state that another process would need.
type Desk struct {
	store     Store
	directory Directory
	now       func() time.Time
	rules     []Rule
	score     rota.Score
	prefix    string
	block     int64
	tries     int
	log       *slog.Logger
	observe   func(Observation)

	mu         sync.Mutex
	next, last int64 // the block of reference numbers in hand: next up to, not including, last
}

// New returns a desk. The error is a *session.FieldError naming the option that is missing or wrong.
func New(o Options) (*Desk, error) {
	switch {
	case o.Store == nil:
		return nil, &session.FieldError{Field: "Options.Store", Problem: "is missing"}
	case o.Directory == nil:
		return nil, &session.FieldError{Field: "Options.Directory", Problem: "is missing"}
	case o.Tries < 0:
		return nil, &session.FieldError{Field: "Options.Tries", Problem: "is negative"}
	case o.ReferenceBlock < 0:
		return nil, &session.FieldError{Field: "Options.ReferenceBlock", Problem: "is negative"}
	}
	for i, rule := range o.Rules {
		if rule == nil {
			return nil, &session.FieldError{Field: fmt.Sprintf("Options.Rules[%d]", i), Problem: "is missing"}
		}
	}
	d := &Desk{
		store: o.Store, directory: o.Directory, now: o.Now, rules: o.Rules, score: o.Score,
		prefix: o.ReferencePrefix, block: int64(o.ReferenceBlock), tries: o.Tries, log: o.Logger, observe: o.Observe,
	}
	if d.now == nil {
		d.now = time.Now //nolint:forbidigo // the default clock of the desk
	}
	if d.prefix == "" {
		d.prefix = session.DefaultPrefix
	}
	if _, err := session.FormatReference(d.prefix, 1); err != nil {
		return nil, &session.FieldError{Field: "Options.ReferencePrefix", Problem: "can't start a reference", Err: err}
	}
	if d.block == 0 {
		d.block = 1
	}
	if d.tries == 0 {
		d.tries = 10
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.observe == nil {
		d.observe = func(Observation) {}
	}
	return d, nil
}

// reference returns a fresh one, from the block in hand or a new one (S1).
func (d *Desk) reference(ctx context.Context) (session.Reference, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.next == d.last {
		first, err := d.store.References(ctx, int(d.block))
		if err != nil {
			return "", err
		}
		d.next, d.last = first, first+d.block
	}
	n := d.next
	d.next++
	return session.FormatReference(d.prefix, n)
}
