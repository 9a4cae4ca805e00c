package desk

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/sessional-go/sessional/internal/canonical"
	"github.com/sessional-go/sessional/internal/digest"
	"github.com/sessional-go/sessional/session"
)

// command is what every command struct is, by embedding session.Command.
type command interface {
	Head() session.Command
	Validate() error
}

// act is one thing that a user does: everything about it that isn't a rule of the domain.
type act[C command, R any] struct {
	// name completes "you may not …".
	name string
	// may lists the capacities that it is open to (P1).
	may capacities
	// field is the command's field that names what it is about.
	field string
	// want says what it depends on.
	want func(ctx context.Context, d *Desk, c C) (Want, error)
	// decide asks the domain.
	decide func(ctx context.Context, t turn[C]) (R, session.Decision, error)
}

// turn is one try at a command.
type turn[C command] struct {
	desk *Desk
	c    C
	read Snapshot
	now  time.Time
}

// lookUp is how long the desk looks for an outcome after the caller's context has ended: the answer to "was it
// committed?" is worth a moment.
const lookUp = 2 * time.Second

// do is the one way a command takes.
func do[C command, R any](ctx context.Context, d *Desk, c C, a act[C, R]) (R, error) {
	began := time.Now() //nolint:forbidigo // how long it took is the machine's business, not the desk's clock's
	o := Observation{Act: a.name}
	result, err := through(ctx, d, c, a, session.Instant(d.now()), &o)
	o.Took = time.Since(began) //nolint:forbidigo // likewise
	o.Code = code(err)
	if broken := (*BrokenError)(nil); errors.As(err, &broken) {
		d.log.ErrorContext(ctx, "a rule of the library was broken", "act", a.name, "error", err)
	}
	d.observe(o)
	return result, err
}

func code(err error) string {
	if err == nil {
		return ""
	}
	if coded := session.Coded(nil); errors.As(err, &coded) {
		return coded.Code()
	}
	return "error"
}

func through[C command, R any](ctx context.Context, d *Desk, c C, a act[C, R], now time.Time, o *Observation) (R, error) {
	var none R
	if err := c.Validate(); err != nil {
		return none, err
	}
	head := c.Head()
	key := CommandKey{Actor: head.By.Key(), Command: head.ID}
	sum := digest.Of(c)
	err := error(&ConflictError{Command: head.ID, Tries: d.tries})
	var idle *tried[R] // what it comes to where there is nothing to change
	for o.Tries < d.tries {
		o.Tries++
		came, verdict, tryErr := try(ctx, d, c, a, now, key, sum)
		if tryErr == nil && verdict == Done {
			return came.answer(a.name)
		}
		if tryErr != nil || verdict != Conflict {
			err, idle = tryErr, came
			break
		}
		d.log.DebugContext(ctx, "conflict", "act", a.name, "try", o.Tries)
	}
	// Nothing leaves the desk as an error before it is known that this very command wasn't committed: a retried
	// withdrawal gets its first answer, not "already withdrawn" (P3).
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookUp)
	defer cancel()
	out, lookErr := d.store.Outcome(look, key)
	switch {
	case lookErr == nil && out.Digest == sum:
		o.Repeated = true
		return decode[R](a.name, out.Result)
	case lookErr == nil:
		return none, &ReusedError{Command: head.ID}
	case !errors.Is(lookErr, ErrNoOutcome):
		return none, lookErr
	case err == nil && idle != nil:
		return idle.answer(a.name)
	case err == nil:
		return none, lookErr
	}
	return none, err
}

// nothing is the verdict of a try that found nothing to change, and so committed nothing.
const nothing = 0

// tried is what a command comes to, and the form in which that is kept.
type tried[R any] struct {
	result R
	kept   []byte
}

// answer is the result in the form that reading it back gives it, so that the second answer can't differ from the first.
func (t *tried[R]) answer(name string) (R, error) {
	if canonical.Form(&t.result) {
		return t.result, nil
	}
	return decode[R](name, t.kept)
}

// try reads, decides and commits once. What it came to is given where it was done, or there was nothing to do.
func try[C command, R any](
	ctx context.Context, d *Desk, c C, a act[C, R], now time.Time, key CommandKey, sum string,
) (*tried[R], Verdict, error) {
	want, err := a.want(ctx, d, c)
	if err != nil {
		return nil, 0, err
	}
	read, err := d.store.Load(ctx, want)
	if err != nil {
		return nil, 0, err
	}
	if err := d.allow(ctx, a.name, a.field, a.may, c, want, read); err != nil {
		return nil, 0, err
	}
	came := new(tried[R])
	var decision session.Decision
	if came.result, decision, err = a.decide(ctx, turn[C]{desk: d, c: c, read: read, now: now}); err != nil {
		return nil, 0, err
	}
	if came.kept, err = json.Marshal(&came.result); err != nil {
		return nil, 0, &BrokenError{Act: a.name, Err: err}
	}
	if len(decision.Records) == 0 {
		return came, nothing, nil
	}
	changes, err := newChanges(want, read, decision)
	if err != nil {
		return nil, 0, &BrokenError{Act: a.name, Err: err}
	}
	changes.Key = key
	changes.Outcome = Outcome{Digest: sum, Result: came.kept, At: now}
	if err := changes.Validate(); err != nil {
		return nil, 0, &BrokenError{Act: a.name, Err: err}
	}
	verdict, err := d.store.Commit(ctx, changes)
	if verdict != Done {
		return nil, verdict, err
	}
	return came, verdict, err
}

// decode reads back what a command led to.
func decode[R any](name string, out []byte) (R, error) {
	var result R
	if err := json.Unmarshal(out, &result); err != nil {
		var none R
		return none, &BrokenError{Act: name, Err: err}
	}
	return result, nil
}
