package dispatch

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/stores"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/keeper"
)

// environment is the variable that makes a process a dispatcher: what it is told, as JSON.
const environment = "SESSIONAL_DISPATCH"

// Config is what a dispatching process is told.
type Config struct {
	Store worker.Config `json:"store"`
	// Sink is where messages go: its address.
	Sink string `json:"sink"`
	// Point is where the process kills itself, Hit at which time of coming there, from 1; blank: nowhere.
	Point string `json:"point,omitzero"`
	Hit   int64  `json:"hit,omitzero"`
}

// The points at which processes die.
const (
	beforePlanned = "before a plan is kept"
	amidPlanned   = "while a plan is being kept"
	afterPlanned  = "after a plan was kept"
	afterClaim    = "after claiming"
	beforeSend    = "before sending"
	amidSend      = "while sending"
	afterSend     = "after sending, before settling"
	amidSettle    = "while settling"
	afterSettle   = "after settling"
)

// Points lists them.
func Points() []string {
	return []string{
		beforePlanned, amidPlanned, afterPlanned, afterClaim, beforeSend, amidSend, afterSend, amidSettle, afterSettle,
	}
}

// ofCommit and ofSending are parts of the time that a commit takes, and the sending of a message; see amid.
const (
	ofCommit  = 200 * time.Microsecond
	ofSending = time.Millisecond
)

// lease is how long a process has what it claims. It is the shortest there is, since what dies with somebody waits for
// its end.
const lease = time.Second

// Main makes the process a dispatcher where it was started as one: it then returns the code to exit with, and true.
func Main() (code int, isDispatcher bool) {
	text, ok := os.LookupEnv(environment)
	if !ok {
		return 0, false
	}
	var c Config
	err := json.Unmarshal([]byte(text), &c)
	if err == nil {
		err = serve(c)
	}
	fmt.Fprintln(os.Stderr, err)
	return 1, true
}

// serve plans and delivers until the process dies, at the latest with the end of its input.
func serve(c Config) error {
	store, err := stores.Open(c.Store, func(worker.Line) {})
	if err != nil {
		return err
	}
	directory, err := Directory()
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // whoever started it is gone
		os.Exit(0)
	}()
	notifier, err := c.notifier()
	if err != nil {
		return err
	}
	v := &victim{Config: c}
	q := mortal{Queue: store, victim: v}
	planner := keeper.Planner{Queue: q, Store: store, Directory: directory, Lease: lease, Batch: 5}
	dispatcher, err := notify.NewDispatcher(notify.DispatcherOptions{
		Queue: q, Composer: plain{}, Notifier: outlet{notifier, v}, Lease: lease, Every: 20 * time.Millisecond, Batch: 20,
		Backoff: notify.Backoff{First: 50 * time.Millisecond, Most: 200 * time.Millisecond}, Attempts: 1000,
	})
	if err != nil {
		return err
	}
	go func() {
		for {
			_, _ = planner.Plan(context.Background()) // what can't be planned is tried again
			time.Sleep(10 * time.Millisecond)
		}
	}()
	return dispatcher.Run(context.Background())
}

// victim is a process that kills itself when it has come to its point often enough.
type victim struct {
	Config
	came atomic.Int64
}

// at is told that a point is reached.
func (v *victim) at(point string) {
	if point != v.Point || v.came.Add(1) < v.Hit {
		return
	}
	v.die()
}

// amid does something during which a point lies: the process dies while it is being done, if that takes long enough. The
// step is a part of the time that it takes: how many of them go by depends on the time of coming there.
func (v *victim) amid(point string, step time.Duration, do func() error) error {
	if point != v.Point || v.came.Add(1) < v.Hit {
		return do()
	}
	var over atomic.Bool
	go func() {
		time.Sleep(time.Duration(v.Hit%5) * step)
		if !over.Load() {
			v.die()
		}
	}()
	err := do()
	over.Store(true)
	return err
}

// die says at which point the process dies, and kills it.
func (v *victim) die() {
	_, _ = os.Stdout.WriteString(v.Point + "\n") // whoever doesn't hear it misses the point
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// foundUnknown begins a line about a claim of what was recorded as unknown.
const foundUnknown = "found unknown: "

// sayUnknown says that a claim found its delivery unknown, before anything comes of it.
func sayUnknown(a Attempt) {
	text, err := json.Marshal(a)
	if err == nil {
		_, err = os.Stdout.WriteString(foundUnknown + string(text) + "\n")
	}
	if err != nil {
		os.Exit(1) // whoever doesn't hear it would take what is sent again for a mistake
	}
}

// mortal is a queue with points.
type mortal struct {
	notify.Queue
	*victim
}

// Planned keeps a chunk of a plan.
func (q mortal) Planned(ctx context.Context, task notify.PlanTask, chunk notify.Chunk) error {
	q.at(beforePlanned)
	err := q.amid(amidPlanned, ofCommit, func() error { return q.Queue.Planned(ctx, task, chunk) })
	if err == nil {
		q.at(afterPlanned)
	}
	return err
}

// Claim takes deliveries in hand.
func (q mortal) Claim(ctx context.Context, request notify.ClaimRequest) ([]notify.Claim, error) {
	claims, err := q.Queue.Claim(ctx, request)
	for _, c := range claims {
		if c.Was == notify.Unknown {
			sayUnknown(attemptOf(c))
		}
	}
	if len(claims) > 0 {
		q.at(afterClaim)
	}
	return claims, err
}

// Settle says what became of deliveries.
func (q mortal) Settle(ctx context.Context, settlements []notify.Settlement) (lost []int, err error) {
	err = q.amid(amidSettle, ofCommit, func() error {
		lost, err = q.Queue.Settle(ctx, settlements)
		return err
	})
	if err == nil {
		q.at(afterSettle)
	}
	return lost, err
}
