package dispatch

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/session"
)

// Plan says how many dispatchers die, and on what.
type Plan struct {
	// Store is what they work on.
	Store worker.Config
	// Sink is where they send to.
	Sink Sink
	// Seed makes the choices.
	Seed uint64
	// Kills is how many die at least; so many that each point is come to.
	Kills int
}

// atOnce is how many dispatchers work at the same time, backlog how many sessions are told of at once at most, and
// patience how long what is left may take in the end.
const (
	atOnce   = 4
	backlog  = 25
	patience = 60 * time.Second
)

// atRandom stands for no point: the process is killed from outside.
const atRandom = "at random"

// story is one run.
type story struct {
	Plan
	tb    testing.TB
	store worker.Store

	mu     sync.Mutex
	deaths map[string]int
	rng    *rand.Rand
	// unknown are the numbers of the claims that found their delivery unknown, by its key.
	unknown map[string][]int
	// began are the sessions that were posted.
	began []session.SessionID
}

// Run lets dispatchers die while a user acts and others go on, lets the last ones finish, and returns what is wrong, or
// nil, with what happened. The store is this process's own handle on what they work on.
func Run(tb testing.TB, store worker.Store, p Plan) (string, error) {
	tb.Helper()
	s := &story{
		Plan: p, tb: tb, store: store, deaths: map[string]int{}, unknown: map[string][]int{},
		rng: rand.New(rand.NewPCG(p.Seed, 0)),
	}
	ctx, end := context.WithCancel(tb.Context())
	defer end()
	var acting, dying sync.WaitGroup
	var failed error
	acting.Go(func() { failed = s.act(ctx) })
	for range atOnce {
		dying.Go(s.die)
	}
	dying.Wait()
	end()
	acting.Wait()
	if failed != nil {
		return "", failed
	}
	err := s.finish()
	if err == nil {
		err = s.check()
	}
	return fmt.Sprintf("%d sessions, %d messages, deaths %v", len(s.began), s.Sink.Told(), s.deaths), err
}

// act lets a user act until the context ends, as fast as the dispatchers follow.
func (s *story) act(ctx context.Context) error {
	u, err := newUser(s.store)
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if len(s.began)-s.Sink.Told()/staff > backlog {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		id, err := u.act(context.WithoutCancel(ctx))
		if err != nil {
			return err
		}
		s.began = append(s.began, id)
	}
	return nil
}

// next chooses where the next one dies, points where nobody has first; false once enough have died.
func (s *story) next() (point string, hit int64, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, deaths := range s.deaths {
		n += deaths
	}
	missed := slices.DeleteFunc(append(Points(), atRandom), func(p string) bool { return s.deaths[p] > 0 })
	switch {
	case len(missed) > 0:
		return missed[s.rng.IntN(len(missed))], 1 + s.rng.Int64N(3), true
	case n < s.Kills:
		all := append(Points(), atRandom)
		return all[s.rng.IntN(len(all))], 1 + s.rng.Int64N(8), true
	}
	return "", 0, false
}

// die lets one process after the other die.
func (s *story) die() {
	for {
		point, hit, more := s.next()
		if !more {
			return
		}
		c := Config{Store: s.Store, Sink: s.Sink.Address(), Hit: hit}
		if point != atRandom {
			c.Point = point
		}
		p := s.start(c)
		wait := 10 * time.Second // for one whose point doesn't come
		if point == atRandom {
			wait = time.Duration(300+s.random(400)) * time.Millisecond
		}
		said := p.end(wait)
		s.mu.Lock()
		switch {
		case point == atRandom:
			s.deaths[atRandom]++
		case said == point:
			s.deaths[point]++
		}
		s.mu.Unlock()
	}
}

func (s *story) random(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rng.IntN(n)
}

// process is a dispatcher as whoever started it sees it.
type process struct {
	cmd   *exec.Cmd
	input io.Closer
	said  chan string
}

// start starts the test's own binary again as a dispatcher, which ends with this process, however that ends.
func (s *story) start(c Config) *process {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // it is made of words and numbers
	}
	cmd := exec.Command(os.Args[0], "-test.run=^$") //nolint:gosec // the test's own binary
	cmd.Env = append(os.Environ(), environment+"="+string(text))
	cmd.Stderr = os.Stderr
	p := &process{cmd: cmd, said: make(chan string, 1)}
	in, err := cmd.StdinPipe()
	if err != nil {
		panic(err) // it has none yet
	}
	p.input = in
	out, err := cmd.StdoutPipe()
	if err != nil {
		panic(err) // the same
	}
	if err := cmd.Start(); err != nil {
		s.tb.Errorf("starting a dispatcher: %v", err)
		p.said <- ""
		return p
	}
	go func() {
		words, _ := io.ReadAll(out)
		_ = cmd.Wait() // one that was killed says so
		p.said <- s.hear(string(words))
	}()
	return p
}

// hear takes notice of what a process has said, and returns its last word.
func (s *story) hear(words string) (last string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for line := range strings.Lines(words) {
		text, found := strings.CutPrefix(line, foundUnknown)
		var a Attempt
		if !found {
			last = strings.TrimSpace(line)
		} else if json.Unmarshal([]byte(text), &a) == nil { // one that died while it said it has sent nothing since
			s.unknown[a.Key] = append(s.unknown[a.Key], a.No)
		}
	}
	return last
}

// end kills a process after a time at the latest, and returns its last words.
func (p *process) end(after time.Duration) string {
	defer func() { _ = p.input.Close() }()
	select {
	case said := <-p.said:
		return said
	case <-time.After(after):
		if p.cmd.Process != nil {
			_ = p.cmd.Process.Kill() // it may have ended
		}
		return <-p.said
	}
}

// finish lets dispatchers that don't die finish what is left.
func (s *story) finish() error {
	var last []*process
	for range atOnce {
		last = append(last, s.start(Config{Store: s.Store, Sink: s.Sink.Address()}))
	}
	defer func() {
		for _, p := range last {
			p.end(0)
		}
	}()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		left, err := s.left()
		if err != nil || left == "" {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("N4: after %v there is still something left: %s", patience, left)
		}
	}
}
