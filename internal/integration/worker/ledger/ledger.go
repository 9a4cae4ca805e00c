// Package ledger keeps what workers said, and compares a store with it: every acknowledged command is there with its
// outcome, every other one wholly or not at all, and nothing else is there. Races, crashes and servers that die are all
// checked by it.
package ledger

import (
	"fmt"
	"sync"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// Ledger is what workers said. It is safe for concurrent use.
type Ledger struct {
	mu       sync.Mutex
	commands map[desk.CommandKey]*command
	// open are the commands about which something was said since the last check.
	open map[desk.CommandKey]*command
	// versions are the committed records of each subject, events the committed events by key: what the store must
	// hold, as far as it was checked.
	versions map[session.Subject]map[int64]worker.Mark
	events   map[string]worker.Mark
	// places are the keys of the committed events by where they stand in the record.
	places map[place][]string
	// claims are the fencing tokens under which each delivery was claimed, settled whether it was said to be settled.
	claims  map[string][]claim
	settled map[string]int
	points  map[string]int
	// done counts the commits that were said to be done.
	done   int
	unable []string
	faulty []string
}

// command is what was said of one command, whoever gave it and however often.
type command struct {
	act     *worker.Act
	answers []worker.Answer
	tries   []*try
	// inherited says that nobody learnt what came of it before it was given again.
	inherited bool
	// committed is the try that was found to be in the store.
	committed *try
}

// try is one commit of a command.
type try struct {
	worker.Try
	// verdict is what the commit was said to have led to; blank where the process died before it said so.
	verdict string
}

// refused says whether the store has said that the try changed nothing.
func (t *try) refused() bool {
	return t.verdict == desk.Conflict.String() || t.verdict == desk.Repeated.String()
}

// claim is one time that a delivery was taken in hand.
type claim struct {
	fence int64
	was   string
}

// New returns an empty ledger.
func New() *Ledger {
	return &Ledger{
		commands: map[desk.CommandKey]*command{}, open: map[desk.CommandKey]*command{},
		versions: map[session.Subject]map[int64]worker.Mark{}, events: map[string]worker.Mark{},
		places: map[place][]string{},
		claims: map[string][]claim{}, settled: map[string]int{}, points: map[string]int{},
	}
}

// Listener returns what takes down the lines of one worker.
func (l *Ledger) Listener() func(worker.Line) {
	calls := map[int64]desk.CommandKey{}
	tries := map[int64]*try{}
	return func(line worker.Line) {
		l.mu.Lock()
		defer l.mu.Unlock()
		switch line.Kind {
		case worker.Called:
			calls[line.No] = line.Act.Key
			l.of(line.Act.Key).act = line.Act
		case worker.Returned:
			c := l.of(calls[line.No])
			c.answers = append(c.answers, *line.Answer)
			delete(calls, line.No)
		case worker.Trying:
			t := &try{Try: *line.Try}
			tries[line.No] = t
			c := l.of(t.Key)
			c.tries = append(c.tries, t)
		case worker.Judged:
			tries[line.No].verdict = line.Verdict
			if line.Verdict == desk.Done.String() {
				l.done++
			}
			delete(tries, line.No)
		case worker.Claimed:
			l.claims[line.Name] = append(l.claims[line.Name], claim{line.No, line.Verdict})
		case worker.Settled:
			l.settled[line.Name]++
		case worker.Reached:
			l.points[line.Name] += 0
		case worker.Dying:
			l.points[line.Name]++
		case worker.Unable:
			l.unable = append(l.unable, line.Name)
		case worker.Faulty:
			l.faulty = append(l.faulty, line.Name)
		case worker.Ready, worker.Looked, worker.Shared, worker.Ended:
		}
	}
}

// of is what was said of a command, about which something is said now.
func (l *Ledger) of(key desk.CommandKey) *command {
	c := l.commands[key]
	if c == nil {
		c = &command{}
		l.commands[key] = c
	}
	l.open[key] = c
	return c
}

// Unanswered are the commands of which nobody has learnt yet what came of them: those that a worker was busy with when it
// or its server died.
func (l *Ledger) Unanswered() []worker.Act {
	l.mu.Lock()
	defer l.mu.Unlock()
	var acts []worker.Act
	for _, c := range l.commands {
		if c.act != nil && !c.answered() {
			c.inherited = true
			acts = append(acts, *c.act)
		}
	}
	return acts
}

// answered says whether a desk has said what came of the command.
func (c *command) answered() bool {
	for _, a := range c.answers {
		if a.Code != worker.UnknownCode {
			return true
		}
	}
	return false
}

// Answers are what desks have said of a command.
func (l *Ledger) Answers(key desk.CommandKey) []worker.Answer {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.commands[key]
	if c == nil {
		return nil
	}
	return append([]worker.Answer(nil), c.answers...)
}

// Reopen lets the next check look at everything again.
func (l *Ledger) Reopen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, c := range l.commands {
		l.open[key] = c
	}
}

// Points are the points that were reached, with the number of processes that died at each.
func (l *Ledger) Points() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	points := map[string]int{}
	for name, n := range l.points {
		points[name] = n
	}
	return points
}

// Unable is what a store could not do beside commands.
func (l *Ledger) Unable() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.unable...)
}

// Done is how many commits were said to be done.
func (l *Ledger) Done() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.done
}

// Unknown are the sentences of the answers by which nobody learnt what came of their command.
func (l *Ledger) Unknown() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []string
	for _, c := range l.commands {
		for _, a := range c.answers {
			if a.Code == worker.UnknownCode {
				all = append(all, a.Text)
			}
		}
	}
	return all
}

// Count says what the ledger holds.
func (l *Ledger) Count() Count {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := Count{Codes: map[string]int{}, Events: len(l.events)}
	for _, c := range l.commands {
		n.Commands++
		n.Calls += len(c.answers)
		if c.committed != nil {
			n.Committed++
		}
		for _, a := range c.answers {
			n.Codes[a.Code]++
		}
		for _, t := range c.tries {
			if t.verdict == desk.Conflict.String() {
				n.Conflicts++
			}
		}
		if len(c.answers) > 1 {
			n.Repeated++
		}
		if c.inherited {
			n.Inherited++
			if c.committed != nil && c.committed.verdict == "" {
				n.InheritedDone++
			}
		}
	}
	for _, c := range l.claims {
		n.Claims += len(c)
		if len(c) > 1 {
			n.Reclaimed++
		}
	}
	return n
}

// Count is what a ledger holds.
type Count struct {
	// Commands were given, in Calls; Committed changed something; Repeated were given more than once.
	Commands, Calls, Committed, Repeated int
	// Inherited are those that were under way when their worker died, InheritedDone those of them that had been committed.
	Inherited, InheritedDone int
	// Conflicts are commits that met one.
	Conflicts int
	// Events were committed.
	Events int
	// Claims were made of deliveries; Reclaimed are the deliveries that were claimed more than once.
	Claims, Reclaimed int
	// Codes counts the answers by their codes; success is blank.
	Codes map[string]int
}

// String is for a test's log.
func (n Count) String() string {
	return fmt.Sprintf("%d commands in %d calls, %d committed, %d given more than once, %d conflicts, %d events, %d claims, "+
		"%d deliveries claimed anew, %d commands under way at a death, %d of them committed, answers %v", n.Commands, n.Calls, n.Committed, n.Repeated, n.Conflicts, n.Events,
		n.Claims, n.Reclaimed, n.Inherited, n.InheritedDone, n.Codes)
}
