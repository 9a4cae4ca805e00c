package notify_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// Whatever goes wrong: nothing is lost, nobody is told twice where the transport drops repeated keys, nothing is tried
// after it was given up or more often than the limit, no process goes above its rate, and, as long as it is one process
// that lives, each person is told in order.
func TestN5WhateverGoesWrong(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := &havoc{
			T:       t,
			random:  rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0)),
			hands:   rapid.IntRange(1, 3).Draw(rt, "dispatchers"),
			people:  rapid.IntRange(1, 5).Draw(rt, "people"),
			trouble: rapid.Float64Range(0, 0.6).Draw(rt, "trouble"),
			crashes: rapid.Bool().Draw(rt, "crashes"),
			limit:   rapid.IntRange(1, 6).Draw(rt, "attempts"),
			rate:    rapid.SampledFrom([]float64{0, 0.5, 10}).Draw(rt, "rate"),
			given:   map[string]time.Time{},
		}
		synctest.Test(t, func(t *testing.T) {
			h.T = t
			h.run()
		})
		if len(h.faults) > 0 {
			rt.Fatalf("%s", h.faults[0])
		}
	})
}

const burst = 3

// havoc is one history in which everything goes wrong for a while.
type havoc struct {
	*testing.T
	hands, people, limit int
	trouble, rate        float64
	crashes              bool

	queue *memory.Store
	sink  notifytest.Recorder

	mu     sync.Mutex
	random *rand.Rand
	calm   bool
	given  map[string]time.Time // when a delivery was given up
	faults []string
}

func (h *havoc) Errorf(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = append(h.faults, fmt.Sprintf(format, args...))
}

// chance says yes in one of so many cases, as long as things go wrong.
func (h *havoc) chance(p float64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.calm && h.random.Float64() < p
}

// pick is a number below n.
func (h *havoc) pick(n int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.random.IntN(n)
}

func (h *havoc) answer(m notify.Message, _ int) notifytest.Answer {
	h.mu.Lock()
	_, over := h.given[m.Key]
	h.mu.Unlock()
	if over {
		h.Errorf("N5: tried after it was given up: %s", m.Key)
	}
	if !h.chance(h.trouble) {
		return notifytest.Take
	}
	return []notifytest.Answer{
		notifytest.Refuse, notifytest.Refuse, notifytest.Refuse, notifytest.Lose, notifytest.Miss, notifytest.Hang,
		notifytest.Panic, notifytest.Reject,
	}[h.pick(8)]
}

// process is a dispatcher that runs until it is killed: from then on nothing it does has any effect.
type process struct {
	notify.Queue
	h    *havoc
	end  context.CancelFunc
	done chan struct{}

	mu   sync.Mutex
	dead bool
	sent []time.Time
}

func (p *process) killed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *process) Claim(ctx context.Context, r notify.ClaimRequest) ([]notify.Claim, error) {
	if p.killed() || p.h.chance(p.h.trouble/4) {
		return nil, errAway
	}
	return p.Queue.Claim(ctx, r)
}

func (p *process) Settle(ctx context.Context, all []notify.Settlement) ([]int, error) {
	if p.killed() || p.h.chance(p.h.trouble/4) {
		return nil, errAway
	}
	lost, err := p.Queue.Settle(ctx, all)
	for i, s := range all {
		if err == nil && s.Outcome.State == notify.GivenUp && !slices.Contains(lost, i) {
			p.h.mu.Lock()
			p.h.given[s.Claim.Delivery.Key] = s.Outcome.At
			p.h.mu.Unlock()
		}
	}
	if err == nil && p.h.chance(p.h.trouble/4) {
		return nil, errAway // done, but nobody hears of it
	}
	return lost, err
}

func (p *process) Notify(ctx context.Context, m notify.Message) error {
	if p.killed() {
		return errAway
	}
	p.mu.Lock()
	p.sent = append(p.sent, time.Now())
	p.mu.Unlock()
	if err := p.h.sink.Notify(ctx, m); err != nil {
		return err
	}
	return nil
}

// start starts a process.
func (h *havoc) start() *process {
	p := &process{Queue: h.queue, h: h, done: make(chan struct{})}
	d, err := notify.NewDispatcher(notify.DispatcherOptions{
		Queue: p, Notifier: p, Composer: composed(func(context.Context, notify.Claim) error {
			if h.chance(h.trouble / 4) {
				return errAway
			}
			return nil
		}),
		Lease: 30 * time.Second, Every: 5 * time.Second, Attempts: h.limit, Channels: []notify.Channel{notify.Email},
		Backoff: notify.Backoff{First: time.Second, Most: time.Minute},
		Circuit: notify.Circuit{First: time.Second, Most: 10 * time.Second},
		Limits:  emails(notify.Limit{Concurrency: 3, PerSecond: h.rate, Burst: burst}),
	})
	if err != nil {
		h.Fatal(err)
	}
	var ctx context.Context
	ctx, p.end = context.WithCancel(h.Context())
	go func() {
		defer close(p.done)
		if err := d.Run(ctx); !errors.Is(err, context.Canceled) {
			h.Errorf("N5: run: %v", err)
		}
	}()
	return p
}

// stop ends a process: decently, or by killing it.
func (p *process) stop(kill bool) {
	p.mu.Lock()
	p.dead = kill
	p.mu.Unlock()
	p.end()
	<-p.done
}

func (h *havoc) run() {
	h.queue = memory.New()
	h.sink.Answer = h.answer
	numbers := map[session.PersonID]int64{}
	var all []*process
	live := make([]*process, h.hands)
	for i := range live {
		live[i] = h.start()
		all = append(all, live[i])
	}
	restarted := false
	for range 60 {
		for range h.pick(3) {
			tell(h.T, h.queue, numbers, time.Now(), notify.Email, session.PersonID(fmt.Sprint("p", h.pick(h.people))))
		}
		time.Sleep(time.Duration(h.pick(5_000_000)) * time.Microsecond)
		if h.crashes && h.chance(0.1) {
			restarted = true
			i := len(all) % h.hands
			live[i].stop(h.chance(0.7))
			live[i] = h.start()
			all = append(all, live[i])
		}
	}
	h.mu.Lock()
	h.calm = true
	h.mu.Unlock()
	time.Sleep(2 * time.Hour)
	for _, p := range live {
		p.stop(false)
	}
	for _, p := range all {
		if h.rate > 0 {
			above(h, p.sent, h.rate, burst)
		}
	}
	h.check(numbers, h.hands == 1 && !restarted)
}

// check looks at what has become of everything.
func (h *havoc) check(numbers map[session.PersonID]int64, inOrder bool) {
	reached := map[string]int{}
	for _, m := range h.sink.Messages() {
		reached[m.Key]++
	}
	for person, n := range numbers {
		deliveries := kept(h.T, h.queue, person)
		if int64(len(deliveries)) != n {
			h.Errorf("N4: %d deliveries, want %d", len(deliveries), n)
		}
		for _, d := range deliveries {
			switch {
			case d.State == notify.Delivered && reached[d.Key] != 1:
				h.Errorf("N5: delivered, but %s was told %d times: %+v", person, reached[d.Key], d)
			case d.State != notify.Delivered && d.State != notify.GivenUp:
				h.Errorf("N5: lost: %+v", d)
			case h.sink.Attempts(d.Key) > h.limit || h.sink.Attempts(d.Key) > d.Attempts:
				h.Errorf("N5: tried %d times, at most %d: %+v", h.sink.Attempts(d.Key), h.limit, d)
			}
		}
		var order []int
		for _, words := range told(&h.sink, person) {
			var i int
			if _, err := fmt.Sscan(words, &i); err != nil {
				h.Errorf("%v", err)
			}
			order = append(order, i)
		}
		if inOrder && !slices.IsSorted(order) {
			h.Errorf("N5: %s was told in the order %v", person, order)
		}
	}
}
