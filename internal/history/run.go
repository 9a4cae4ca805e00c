package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/digest"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// Options say what histories are played on.
type Options struct {
	// Store makes a fresh, empty store. Required.
	Store func() desk.Store
	// Close is called with each store once its history is over; nil: nothing is closed.
	Close func(desk.Store)
	// Commands is how many there are in a history at least; not given: 30.
	Commands int
}

// Count is how many commands of a kind were given, and how many of them were accepted.
type Count struct{ Tried, Accepted int }

// Tally counts by kind: the names of the desk's methods.
type Tally map[string]Count

// Add adds another tally.
func (t Tally) Add(other Tally) {
	for name, c := range other {
		mine := t[name]
		t[name] = Count{mine.Tried + c.Tried, mine.Accepted + c.Accepted}
	}
}

// Commands is how many there were, and how many were accepted.
func (t Tally) Commands() Count {
	var all Count
	for _, c := range t {
		all.Tried += c.Tried
		all.Accepted += c.Accepted
	}
	return all
}

// Kinds are the names of all kinds of commands that histories are made of.
func Kinds() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// BrokenError says which rule did not hold, and what had been done until then.
type BrokenError struct {
	// Rule is its id, as A7 or P2.
	Rule string
	// Problem is what was found.
	Problem string
	// Trace has one line for each step.
	Trace []string
}

// Error tells all of it.
func (b *BrokenError) Error() string {
	return b.Rule + ": " + b.Problem + "\n" + strings.Join(b.Trace, "\n")
}

// Play plays the history that some words of chance make, a step each; a word of 0 stands for no step. It returns how
// many commands there were, and a *BrokenError where a rule did not hold.
func Play(o Options, words []uint64) (Tally, error) {
	w, err := newWorld(o)
	if err != nil {
		return nil, err
	}
	if o.Close != nil {
		defer o.Close(w.store.Store)
	}
	ctx := context.Background()
	if w.view, err = look(ctx, w.store, View{}, nil); err != nil {
		return nil, err
	}
	for i, word := range words {
		if word == 0 || w.tally.Commands().Tried == o.Commands+int(words[0]%4) {
			continue
		}
		w.rng = rand.New(rand.NewPCG(mixed(word), uint64(i)))
		if i == 0 {
			w.now = parse(pick(w, beginnings))
		}
		if err := w.step(ctx); err != nil {
			return w.tally, w.broken(err)
		}
	}
	if err := w.close(ctx); err != nil {
		return w.tally, w.broken(err)
	}
	return w.tally, nil
}

// mixed spreads a word: rapid prefers small ones. What a word makes depends on its place as well, since it draws some
// again and again.
func mixed(word uint64) uint64 {
	h := fnv.New64a()
	for range 8 {
		_, _ = h.Write([]byte{byte(word)})
		word >>= 8
	}
	return h.Sum64()
}

// fault of a rule, while a history is played.
type found struct{ rule, problem string }

func (f *found) Error() string { return f.rule + ": " + f.problem }

func faulty(rule, format string, args ...any) error {
	return &found{rule, fmt.Sprintf(format, args...)}
}

func (w *world) broken(err error) error {
	b := &BrokenError{Rule: "store", Problem: err.Error()}
	if f := (*found)(nil); errors.As(err, &f) {
		b.Rule, b.Problem = f.rule, f.problem
	}
	for i, line := range w.trace {
		b.Trace = append(b.Trace, fmt.Sprintf("%3d %s", i+1, line()))
	}
	return b
}

// step lets time pass, and then somebody do something.
func (w *world) step(ctx context.Context) error {
	long := w.pass()
	if w.chance(4) {
		w.news()
	}
	w.store.next = none
	switch n := w.rng.IntN(100); {
	case n < 5 || long && n < 35:
		return w.lookAround(ctx)
	case n < 9 && len(w.given) > 0:
		return w.again(ctx)
	case n < 11 && len(w.given) > 0:
		return w.reuse(ctx)
	case n < 13:
		w.store.next = conflict
	case n < 14:
		w.store.next = lost
	case n < 15:
		w.store.next = down
	}
	k, a := w.choose()
	w.ids++
	head := session.Do(session.CommandID(fmt.Sprintf("c-%d", w.ids)), a.by)
	return w.give(ctx, k.name, k.build(w, head, a), true)
}

// choose returns something to do: mostly what could well be done now, by somebody who may.
func (w *world) choose() (kind, aim) {
	if w.chance(7) {
		return pick(w, kinds), w.random()
	}
	total := 0
	for _, k := range kinds {
		total += k.weight
	}
	for range 200 {
		k := weighted(w.rng.IntN(total))
		if aims := k.fits(w); len(aims) > 0 {
			a := pick(w, aims)
			if w.chance(2) {
				a.by = pick(w, actors)
			}
			return k, a
		}
	}
	return pick(w, kinds), w.random()
}

// weighted is the kind at a place among the weights of all.
func weighted(at int) kind {
	for _, k := range kinds {
		if at -= k.weight; at < 0 {
			return k
		}
	}
	return kinds[0]
}

// call gives a command to the desk, whichever it is.
func (w *world) call(ctx context.Context, command any) (any, error) {
	m := reflect.ValueOf(w.desk).MethodByName(reflect.TypeOf(command).Name())
	out := m.Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(command)})
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

func headOf(command any) session.Command {
	headed, ok := command.(interface{ Head() session.Command })
	if !ok {
		panic(fmt.Sprintf("%T is no command", command))
	}
	return headed.Head()
}

// give gives a new command, and checks what became of it.
func (w *world) give(ctx context.Context, name string, command any, counted bool) error {
	head, before, commits := headOf(command), w.view, w.store.commits
	result, err := w.call(ctx, command)
	w.note("%s %v", name, told{command, err})
	if w.view, err = w.after(ctx, err); err != nil {
		return err
	}
	refused := w.refusal
	if counted && !errors.Is(refused, errDown) {
		c := w.tally[name]
		c.Tried++
		if refused == nil {
			c.Accepted++
		}
		w.tally[name] = c
	}
	g := given{kind: name, command: command, changed: w.store.commits > commits}
	if refused == nil {
		text, err := json.Marshal(result)
		if err != nil {
			return err
		}
		g.result = string(text)
		if err := asKept(result, text); err != nil {
			return err
		}
	}
	w.given = append(w.given, g)
	d := done{name: name, head: head, command: command, result: result, refused: refused, at: w.now,
		commits: w.store.commits - commits}
	if err := d.check(before, w.view); err != nil {
		return err
	}
	return w.outcome(ctx, g, head)
}

// asKept asks that an answer is to the last digit what reading it back from its kept form gives (P3).
func asKept(result any, text []byte) error {
	again := reflect.New(reflect.TypeOf(result))
	if err := json.Unmarshal(text, again.Interface()); err != nil {
		return faulty("P3", "the answer can't be read back: %v", err)
	}
	if !reflect.DeepEqual(result, again.Elem().Interface()) {
		return faulty("P3", "the first answer is %#v, the second would be %#v", result, again.Elem().Interface())
	}
	return nil
}

// after reads the store anew; what the command was refused with is kept. The record of what was not committed to is
// read anew now and then, and at the end, and so is a store that was not even asked to commit: a change that it made
// nevertheless is found then.
func (w *world) after(ctx context.Context, refused error) (View, error) {
	w.refusal = refused
	w.reads++
	touched, asked := w.store.touched, w.store.asked
	w.store.touched, w.store.asked = untouched(), false
	switch {
	case w.reads%32 == 0 || w.closing:
		return look(ctx, w.store, View{}, nil)
	case !asked:
		return w.view, nil
	}
	return look(ctx, w.store, w.view, touched)
}

// outcome is P3's half that can be seen: a commit leaves its outcome, a refusal none.
func (w *world) outcome(ctx context.Context, g given, head session.Command) error {
	out, err := w.store.Outcome(ctx, desk.CommandKey{Actor: head.By.Key(), Command: head.ID})
	switch {
	case g.changed && err != nil:
		return faulty("P3", "no outcome of what was committed: %v", err)
	case g.changed && string(out.Result) != g.result:
		return faulty("P3", "the outcome kept is %s, not %s", out.Result, g.result)
	case g.changed && out.Digest != digest.Of(g.command):
		return faulty("P3", "the digest kept is not the command's")
	case !g.changed && !errors.Is(err, desk.ErrNoOutcome):
		return faulty("P3", "an outcome of what was not committed: %v", err)
	}
	return nil
}

// again gives a command once more: what was committed gives its first answer and changes nothing, what was refused is
// judged anew (P3).
func (w *world) again(ctx context.Context) error {
	i := w.rng.IntN(len(w.given))
	g := w.given[i]
	if !g.changed {
		w.given = slices.Delete(w.given, i, i+1)
		return w.give(ctx, g.kind, g.command, false)
	}
	before := w.view
	result, err := w.call(ctx, g.command)
	w.note("again %s %v", g.kind, told{g.command, err})
	if w.view, err = w.after(ctx, err); err != nil {
		return err
	}
	text, err := json.Marshal(result)
	switch {
	case err != nil:
		return err
	case w.refusal != nil:
		return faulty("P3", "the same command is refused the second time: %v", w.refusal)
	case string(text) != g.result:
		return faulty("P3", "the second answer is %s, the first was %s", text, g.result)
	}
	return w.same(before, "a repeated command")
}

// reuse gives another command under an id that its actor has used (P3).
func (w *world) reuse(ctx context.Context) error {
	g := pick(w, w.given)
	if !g.changed {
		return nil
	}
	before, reused := w.view, (*desk.ReusedError)(nil)
	other := session.Publish{Command: headOf(g.command), Session: "another"}
	_, err := w.desk.Publish(ctx, other)
	w.note("reuse %v", told{other, err})
	if w.view, err = w.after(ctx, err); err != nil {
		return err
	}
	if !errors.As(w.refusal, &reused) {
		return faulty("P3", "the same id with other content gives %v", w.refusal)
	}
	return w.same(before, "a reused id")
}

func (w *world) same(before View, what string) error {
	if !reflect.DeepEqual(before, w.view) {
		return faulty("P3", "%s changed something: %s", what, difference(before, w.view))
	}
	return nil
}

// lookAround is the keeper's turn.
func (w *world) lookAround(ctx context.Context) error {
	before, commits := w.view, w.store.commits
	w.store.next = none
	did, err := w.keep.Look(ctx)
	w.note("look %+v %v", did, err)
	if w.view, err = w.after(ctx, err); err != nil {
		return err
	}
	if w.refusal != nil {
		return faulty("S2", "the keeper could not do what was due: %v", w.refusal)
	}
	d := done{name: "Look", head: session.Do("look", bySystem), at: w.now, commits: w.store.commits - commits, look: true}
	if err := d.check(before, w.view); err != nil {
		return err
	}
	return overdue(w.view, w.now)
}

// close looks at what is only worth looking at once: that lists show what they should.
func (w *world) close(ctx context.Context) error {
	w.closing = true
	if err := w.lookAround(ctx); err != nil {
		return err
	}
	return w.lists(ctx)
}

// note keeps a line of the trace, to be written only where something breaks.
func (w *world) note(format string, args ...any) {
	at := w.now
	w.trace = append(w.trace, func() string {
		return at.Format(time.RFC3339Nano) + " " + fmt.Sprintf(format, args...)
	})
}

// told is a command and what came of it in one line.
type told struct {
	command any
	err     error
}

// String is the line.
func (t told) String() string {
	line := fmt.Sprintf("%+v", t.command)
	if t.err != nil {
		line += fmt.Sprintf(" → %T %v", t.err, t.err)
	}
	return line
}

// news changes the host's own data: somebody's DBS check runs out, or is renewed.
func (w *world) news() {
	c := w.facts[pick(w, clinicians)]
	c.Documents = documents(dateAt("", w.now).AddDays(pick(w, []int{-1, 3, 8, 400})))
	w.know(c)
	w.note("news: %s's DBS check runs until %s", c.ID, c.Documents[3].Expires)
}

// pass lets time pass, and says whether it was much: hardly any, hours, days, or up to an instant that matters, give or
// take a microsecond.
func (w *world) pass() bool {
	from := w.now
	switch n := w.rng.IntN(100); {
	case n < 45:
		w.now = w.now.Add(time.Duration(w.rng.IntN(90_000_000)) * time.Microsecond)
	case n < 62:
		w.now = w.now.Add(time.Duration(w.rng.IntN(6*3600)) * time.Second)
	case n < 72:
		w.now = w.now.Add(time.Duration(w.rng.IntN(36*60)) * time.Minute)
	default:
		around := pick(w, []time.Duration{-time.Microsecond, 0, 0, time.Microsecond, time.Minute})
		if at := pick(w, w.instants()).Add(around); at.After(w.now) {
			w.now = at
		}
	}
	return w.now.Sub(from) > 12*time.Hour
}

// instants are those ahead at which an answer changes, the nearest ones.
func (w *world) instants() []time.Time {
	tomorrow := midnight(w.now).AddDate(0, 0, 1)
	local := func(day time.Time) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, london).UTC()
	}
	all := []time.Time{local(tomorrow)}
	for _, s := range w.view.Sessions {
		if s.State <= session.Filled {
			day := midnight(s.Terms.Span.Start)
			all = append(all, s.Terms.Span.Start, s.Terms.Span.Start.Add(-72*time.Hour), local(day.AddDate(0, 0, -6)),
				local(day.AddDate(0, 0, -4)))
		}
	}
	for _, b := range w.view.Bookings {
		if b.State.Live() {
			all = append(all, b.Terms.Span.Start, b.Terms.Span.End)
		}
		if b.State == booking.Offered {
			all = append(all, b.OfferedUntil)
		}
	}
	for _, f := range w.view.Fees {
		all = append(all, f.Due)
	}
	all = slices.DeleteFunc(all, func(t time.Time) bool { return !t.After(w.now) })
	slices.SortFunc(all, time.Time.Compare)
	return all[:min(len(all), 4)]
}
