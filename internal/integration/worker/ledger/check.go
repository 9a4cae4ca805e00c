package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// most is how many faults are listed.
const most = 20

// faults collects what is wrong, each with the rule that it breaks.
type faults struct {
	all []error
	n   int
}

func (f *faults) add(rule, format string, args ...any) {
	f.n++
	if len(f.all) < most {
		f.all = append(f.all, fmt.Errorf(rule+": "+format, args...))
	}
}

func (f *faults) err() error {
	if f.n > len(f.all) {
		f.all = append(f.all, fmt.Errorf("and %d more", f.n-len(f.all)))
	}
	return errors.Join(f.all...)
}

// Check compares the store with what was said since the last check: the outcomes (P3), the record (P2, N4), the
// versions and the records of all that these commands wrote. Nobody may be writing meanwhile. Afterwards the commands
// count as settled: those that had no answer either are in the store or will never be.
func (l *Ledger) Check(ctx context.Context, store desk.Store) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var f faults
	for _, what := range l.faulty {
		f.add("P2", "a worker says: %s", what)
	}
	touched := map[session.Subject]worker.Mark{}
	places := map[place]bool{}
	for key, c := range l.open {
		if err := l.settle(ctx, store, key, c, &f); err != nil {
			return err
		}
		for _, t := range c.tries {
			for _, m := range t.Records {
				touched[m.Subject] = m
			}
			for _, m := range t.Events {
				places[placeOf(m)] = true
			}
		}
		delete(l.open, key)
	}
	for p := range places {
		if err := l.checkRecord(ctx, store, p, &f); err != nil {
			return err
		}
	}
	for _, m := range touched {
		if err := l.checkSubject(ctx, store, m, &f); err != nil {
			return err
		}
	}
	return f.err()
}

// settle finds out whether a command is in the store, by which of its tries, and enters what it wrote.
func (l *Ledger) settle(ctx context.Context, store desk.Store, key desk.CommandKey, c *command, f *faults) error {
	out, err := store.Outcome(ctx, key)
	there := err == nil
	if err != nil && !errors.Is(err, desk.ErrNoOutcome) {
		return err
	}
	if there && c.committed == nil {
		c.committed = c.found(out, key, f)
		l.enter(c.committed, f)
	}
	for _, t := range c.tries {
		if t.verdict == desk.Done.String() && t != c.committed {
			f.add("P3", "command %v was committed as %s, and the store has %t: %+v", key, t.Outcome, there, out)
		}
	}
	c.checkAnswers(key, out, there, f)
	return nil
}

// checkAnswers asks that whoever was told of a success was told of the outcome.
func (c *command) checkAnswers(key desk.CommandKey, out desk.Outcome, there bool, f *faults) {
	for _, a := range c.answers {
		switch {
		case a.Code != "":
		case there && worker.Canonical(a.Result) != worker.Canonical(out.Result):
			f.add("P3", "command %v was answered %s, and its outcome is %s", key, a.Result, out.Result)
		case !there && len(c.tries) > 0 && !c.idle():
			f.add("P3", "command %v was answered %s, and has no outcome", key, a.Result)
		}
	}
}

// idle says whether all tries of a command were refused: an answer that changed nothing is then no loss.
func (c *command) idle() bool {
	for _, t := range c.tries {
		if !t.refused() {
			return false
		}
	}
	return true
}

// found is the try that led to an outcome: the one that was said to be done, or else the last one of those about which
// nothing is known.
func (c *command) found(out desk.Outcome, key desk.CommandKey, f *faults) *try {
	var best *try
	for _, t := range c.tries {
		if t.Outcome != worker.OutcomeSum(out) || t.refused() {
			continue
		}
		if t.verdict == desk.Done.String() {
			return t
		}
		best = t
	}
	if best == nil {
		f.add("P3", "command %v has an outcome that nobody committed: %s", key, out.Result)
	}
	return best
}

// enter notes what a commit wrote; nothing may have been written before under the same version or key.
func (l *Ledger) enter(t *try, f *faults) {
	if t == nil {
		return
	}
	for _, m := range t.Records {
		if l.versions[m.Subject] == nil {
			l.versions[m.Subject] = map[int64]worker.Mark{}
		}
		if _, twice := l.versions[m.Subject][m.Version]; twice {
			f.add("P2", "version %d of %s was committed twice", m.Version, m.Subject)
		}
		l.versions[m.Subject][m.Version] = m
	}
	for _, m := range t.Events {
		if _, twice := l.events[m.Event]; twice {
			f.add("N4", "event %s was committed twice", m.Event)
		}
		l.events[m.Event] = m
		l.places[placeOf(m)] = append(l.places[placeOf(m)], m.Event)
	}
}

// place is where an event stands in the record: under its session, or, where it has none, its subject.
type place struct {
	tenant  session.ProviderID
	session session.SessionID
	subject session.Subject
}

func placeOf(m worker.Mark) place {
	if m.About != "" {
		return place{tenant: m.Tenant, session: m.About}
	}
	return place{tenant: m.Tenant, subject: m.Subject}
}

// checkRecord asks that one place of the record holds every event that was committed, once and as it was, and no other
// (P2, N4).
func (l *Ledger) checkRecord(ctx context.Context, store desk.Store, p place, f *faults) error {
	seen := map[string]bool{}
	last := map[session.Subject]int64{}
	q := desk.RecordQuery{Session: p.session, Subject: p.subject, Page: session.PageRequest{Limit: session.MaxPageSize}}
	for {
		page, err := store.Record(ctx, p.tenant, q)
		if err != nil {
			return err
		}
		for _, e := range page.Items {
			m, known := l.events[e.Key()]
			switch {
			case seen[e.Key()]:
				f.add("N4", "event %s stands twice in the record", e.Key())
			case !known:
				f.add("N4", "event %s of command %s is in the record, and the command was not committed", e.Key(), e.Command)
			case m != worker.EventMark(e):
				f.add("P2", "event %s is %+v, and was committed as another", e.Key(), e)
			case e.Version < last[e.Subject]:
				f.add("P2", "event %s stands after version %d", e.Key(), last[e.Subject])
			}
			seen[e.Key()], last[e.Subject] = true, e.Version
		}
		if page.Next == "" {
			break
		}
		q.Page.After = page.Next
	}
	for _, key := range l.places[p] {
		if !seen[key] {
			f.add("N4", "event %s was committed, and is not in the record", key)
		}
	}
	return nil
}

// checkSubject asks that the versions of a record have no gaps, and that the store has the last one, as it was written.
func (l *Ledger) checkSubject(ctx context.Context, store desk.Store, m worker.Mark, f *faults) error {
	s := m.Subject
	versions := l.versions[s]
	n := int64(len(versions))
	for v := int64(1); v <= n; v++ {
		if _, ok := versions[v]; !ok {
			f.add("P2", "%s has %d versions, and none is %d", s, n, v)
			return nil
		}
	}
	r, err := current(ctx, store, s, m)
	switch {
	case err != nil:
		return err
	case r.Revision() != n:
		f.add("P2", "%s has version %d, and %d were committed", s, r.Revision(), n)
	case n > 0 && s.Kind != session.KindDiary && worker.RecordMark(r) != versions[n]:
		f.add("P2", "%s at version %d is not what was committed: %+v", s, n, r)
	}
	return nil
}
