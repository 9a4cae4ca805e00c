package notify_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

type tally = notify.Tally

func TestN5DispatcherDeliversWhatIsDue(t *testing.T) {
	p := newPost(t)
	p.tell(notify.Email, "ann", "bob", "ann")
	p.tell(notify.Android, "ann")
	p.tell(notify.IPhone, "ann")
	d := p.dispatcher()
	p.delivers("all", d, tally{Delivered: 5})
	p.delivers("and nothing twice", d, tally{})
	equal(t, "in order", told(&p.sink, "bob"), []string{"1"})
	for _, k := range kept(t, p.queue, "ann") {
		if k.State != notify.Delivered || k.Attempts != 1 || !k.Settled.Equal(p.now) || k.Why != "" {
			t.Errorf("kept %+v", k)
		}
	}
	if len(p.seen) != 5 || p.seen[0].Outcome.State != notify.Delivered || p.seen[0].Err != nil || p.seen[0].Held {
		t.Errorf("observed %+v", p.seen)
	}
}

func TestN5WhatBecomesOfADelivery(t *testing.T) {
	said := func(err error) notify.Notifier { return notifierFunc(func(context.Context) error { return err }) }
	cannot := errors.New("451 try again\r\nlater")
	for _, c := range []struct {
		name     string
		notifier notify.Notifier
		composer notify.Composer
		amend    func(*notify.DispatcherOptions)
		want     notify.State
		why      notify.Why
		retry    time.Duration
	}{
		{"N5 failed is tried again", said(cannot), nil, nil, notify.Failed, "451 try again later", 30 * time.Second},
		{"N5 permanent is given up", said(fmt.Errorf("550: %w", notify.ErrPermanent)), nil, nil, notify.GivenUp,
			"550: notify: this can never be delivered", 0},
		{"N5 unknown is tried again", said(notify.ErrUnknown), nil, nil, notify.Unknown,
			"notify: this may or may not have been delivered", 30 * time.Second},
		{"N5 unknown is parked", said(fmt.Errorf("lost: %w", notify.ErrUnknown)), nil, parking, notify.Unknown,
			"lost: notify: this may or may not have been delivered", 0},
		{"N5 what was asked for is honoured", said(fmt.Errorf("429: %w", later(time.Hour))), nil, nil, notify.Failed,
			"429: later", time.Hour},
		{"N5 nobody is kept waiting for ever", said(later(1000 * time.Hour)), nil, nil, notify.Failed, "later",
			24 * time.Hour},
		{"N5 a negative wait is none", said(later(-1)), nil, nil, notify.Failed, "later", 30 * time.Second},
		{"N5 the last attempt", said(cannot), nil, attempts(1), notify.GivenUp, "451 try again later", 0},
		{"N5 the last attempt, unknown", said(notify.ErrUnknown), nil, attempts(1), notify.GivenUp,
			"notify: this may or may not have been delivered", 0},
		{"N5 a panic is a failure", notifierFunc(func(context.Context) error { panic("at the disco") }), nil, nil,
			notify.Failed, "notify: the notifier panicked: at the disco", 30 * time.Second},
		{"N5 overtaken", nil, composing(&notify.StaleError{Why: notify.Overtaken}), nil, notify.Stale, "overtaken", 0},
		{"N5 overtaken, in the host's words", nil, composing(fmt.Errorf("gone: %w", notify.ErrStale)), nil, notify.Stale,
			"gone: notify: this was overtaken", 0},
		{"N2 no address any more", nil, composing(&notify.UnreachableError{Channel: notify.Email, Why: notify.NoAddress}),
			nil, notify.GivenUp, "no_address", 0},
		{"N1 quiet hours", nil, composing(&notify.HeldError{Until: noon.Add(time.Hour), Why: notify.QuietHours}), nil,
			notify.Failed, "quiet_hours", time.Hour},
		{"N1 quiet hours that are over", nil, composing(&notify.HeldError{Why: notify.QuietHours}), nil,
			notify.Failed, "quiet_hours", time.Millisecond},
		{"N5 it can't be composed now", nil, composing(cannot), nil, notify.Failed, "451 try again later",
			30 * time.Second},
		{"N5 a panic in the composer", nil, composed(func(context.Context, notify.Claim) error { panic(1) }), nil,
			notify.Failed, "notify: the composer panicked: 1", 30 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPost(t)
			p.tell(notify.Email, "ann")
			var log strings.Builder
			d := p.dispatcher(func(o *notify.DispatcherOptions) {
				o.Logger = slog.New(slog.NewTextHandler(&log, nil))
				if c.notifier != nil {
					o.Notifier = c.notifier
				}
				if c.composer != nil {
					o.Composer = c.composer
				}
				if c.amend != nil {
					c.amend(o)
				}
			})
			if _, err := d.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := kept(t, p.queue, "ann")[0]
			var retry time.Time
			if c.retry > 0 {
				retry = noon.Add(c.retry)
			}
			attempts := 1
			if c.why == notify.QuietHours {
				attempts = 0 // it was put off, not tried
			}
			if got.State != c.want || got.Why != c.why || !got.NotBefore.Equal(retry) || got.Attempts != attempts {
				t.Errorf("kept %+v", got)
			}
			if len(p.seen) != 1 || p.seen[0].Err == nil || p.seen[0].Outcome.State != c.want {
				t.Errorf("observed %+v", p.seen)
			}
			if logged := log.String(); (c.want == notify.GivenUp) != strings.Contains(logged, "given up") ||
				strings.Contains(c.name, "panic") != strings.Contains(logged, "contained") {
				t.Errorf("logged %q", logged)
			}
		})
	}
}

// notifierFunc is a Notifier that says the same to everything.
type notifierFunc func(context.Context) error

func (f notifierFunc) Notify(ctx context.Context, _ notify.Message) error { return f(ctx) }

func composing(err error) notify.Composer {
	return composed(func(context.Context, notify.Claim) error { return err })
}

func parking(o *notify.DispatcherOptions) { o.Unknown = notify.ParkUnknown }

func attempts(n int) func(*notify.DispatcherOptions) {
	return func(o *notify.DispatcherOptions) { o.Attempts = n }
}

// later is an error that asks to be left alone for a while.
type later time.Duration

func (later) Error() string { return "later" }

func (l later) RetryAfter() time.Duration { return time.Duration(l) }

func TestN5BackoffDoublesAndIsGivenUpVisibly(t *testing.T) {
	p := newPost(t)
	p.tell(notify.Email, "ann")
	p.sink.Answer = func(notify.Message, int) notifytest.Answer { return notifytest.Refuse }
	d := p.dispatcher(attempts(5), func(o *notify.DispatcherOptions) {
		o.Backoff = notify.Backoff{First: time.Minute, Most: 3 * time.Minute, Jitter: 0.5}
		o.Rand = func() float64 { return 0.5 } // half of the jitter: a quarter of the wait
	})
	for _, seconds := range []int{45, 90, 135, 135} {
		wait := time.Duration(seconds) * time.Second
		p.delivers("a failure", d, tally{Failed: 1})
		k := kept(t, p.queue, "ann")[0]
		if got := k.NotBefore.Sub(p.now); got != wait {
			t.Errorf("after %d attempts it waits %s, want %s", k.Attempts, got, wait)
		}
		p.now = k.NotBefore
		p.now = p.now.Add(-time.Microsecond)
		p.delivers("before it is due", d, tally{})
		p.now = k.NotBefore
	}
	p.delivers("the fifth time", d, tally{GivenUp: 1})
	p.now = p.now.Add(1000 * time.Hour)
	p.delivers("no attempt after it is given up", d, tally{})
	k := kept(t, p.queue, "ann")[0]
	if k.State != notify.GivenUp || k.Attempts != 5 || p.sink.Attempts(k.Key) != 5 || k.Why == "" {
		t.Errorf("kept %+v after %d attempts", k, p.sink.Attempts(k.Key))
	}
}

func TestN5ALostLeaseIsUnknown(t *testing.T) {
	lost := func(t *testing.T) *post {
		p := newPost(t)
		p.tell(notify.Email, "ann")
		claims, err := p.queue.Claim(t.Context(), notify.ClaimRequest{Now: p.now, Lease: time.Minute, Limit: 9})
		if err != nil || len(claims) != 1 {
			t.Fatal(len(claims), err)
		}
		p.now = p.now.Add(time.Minute)
		return p
	}
	p := lost(t)
	p.delivers("N5 is retried", p.dispatcher(), tally{Delivered: 1})
	p = lost(t)
	d := p.dispatcher(parking)
	p.delivers("N5 is parked", d, tally{Unknown: 1})
	p.now = p.now.Add(1000 * time.Hour)
	p.delivers("N5 and stays so", d, tally{})
	equal(t, "what reached Ann", told(&p.sink, "ann"), []string(nil))
	// What kills every process that tries it is given up in the end.
	p = lost(t)
	p.delivers("N5 is given up", p.dispatcher(attempts(1)), tally{GivenUp: 1})
}

func TestN5AnOutcomeAfterALostLeaseIsDropped(t *testing.T) {
	p := newPost(t)
	p.tell(notify.Email, "ann")
	var log strings.Builder
	d := p.dispatcher(func(o *notify.DispatcherOptions) {
		o.Logger, o.Channels = slog.New(slog.NewTextHandler(&log, nil)), []notify.Channel{notify.Email}
		o.Notifier = notifierFunc(func(context.Context) error {
			p.now = p.now.Add(3 * time.Minute)
			_, err := p.queue.Claim(t.Context(), notify.ClaimRequest{Now: p.now, Lease: time.Hour, Limit: 9})
			return err
		})
	})
	p.delivers("it is lost", d, tally{Lost: 1})
	if k := kept(t, p.queue, "ann")[0]; k.State != notify.Claimed || k.Attempts != 2 {
		t.Errorf("kept %+v: not the other one's", k)
	}
	if len(p.seen) != 1 || !errors.Is(p.seen[0].Lost, notify.ErrLeaseLost) || p.seen[0].Took != 3*time.Minute {
		t.Errorf("observed %+v", p.seen)
	}
	if !strings.Contains(log.String(), "didn't take the outcome") {
		t.Errorf("logged %q", log.String())
	}
}

func TestN5LaterOnesWaitForEarlierOnes(t *testing.T) {
	p := newPost(t)
	p.tell(notify.Email, "ann", "ann", "bob", "ann")
	failing := true
	p.sink.Answer = func(m notify.Message, _ int) notifytest.Answer {
		if failing && m.To.ID == "ann" {
			return notifytest.Refuse
		}
		return notifytest.Take
	}
	d := p.dispatcher(attempts(3))
	p.delivers("the first one fails", d, tally{Delivered: 1, Failed: 1})
	p.now = p.now.Add(time.Second)
	p.tell(notify.Email, "ann")
	p.delivers("a new one waits as well", p.dispatcher(), tally{})
	p.now = noon.Add(31 * time.Second)
	p.delivers("the second time", d, tally{Failed: 1})
	p.now = p.now.Add(2 * time.Minute)
	p.delivers("the first one is given up", d, tally{GivenUp: 1, Failed: 1})
	failing = false
	p.now = p.now.Add(2 * time.Minute)
	p.delivers("then all the others", d, tally{Delivered: 3})
	equal(t, "in order", told(&p.sink, "ann"), []string{"2", "3", "4"})
}

// What another process has in hand is waited for, whoever claimed it.
func TestN5LaterOnesWaitForWhatIsInOtherHands(t *testing.T) {
	p := newPost(t)
	p.tell(notify.Email, "ann", "ann")
	claims, err := p.queue.Claim(t.Context(), notify.ClaimRequest{Now: p.now, Lease: time.Minute, Limit: 5})
	if err != nil || len(claims) != 1 {
		t.Fatal(claims, err)
	}
	d := p.dispatcher()
	p.delivers("while it is in other hands", d, tally{})
	p.now = p.now.Add(time.Minute)
	p.delivers("once they have lost it", d, tally{Delivered: 2})
	equal(t, "in order", told(&p.sink, "ann"), []string{"1", "2"})
}

func TestN5QuietHoursHoldNothingElseUp(t *testing.T) {
	p := newPost(t)
	p.tell(notify.Email, "ann", "ann")
	d := p.dispatcher(func(o *notify.DispatcherOptions) {
		o.Composer = composed(func(_ context.Context, c notify.Claim) error {
			if c.Event.Version == 1 && p.now.Equal(noon) {
				return &notify.HeldError{Until: noon.Add(time.Hour), Why: notify.QuietHours}
			}
			return nil
		})
	})
	p.delivers("the one that can't wait", d, tally{Held: 1, Delivered: 1})
	p.now = noon.Add(time.Hour)
	p.delivers("afterwards", d, tally{Delivered: 1})
}

func TestN5AChannelOutOfOrderIsTriedBySingleDeliveries(t *testing.T) {
	p := newPost(t)
	down := true
	tries := 0
	p.sink.Answer = func(notify.Message, int) notifytest.Answer {
		tries++
		if down {
			return notifytest.Refuse
		}
		return notifytest.Take
	}
	var people []session.PersonID
	for i := range 100 {
		people = append(people, session.PersonID(fmt.Sprint("p", i)))
	}
	p.tell(notify.Email, people...)
	p.tell(notify.Android, "p0")
	var log strings.Builder
	d := p.dispatcher(func(o *notify.DispatcherOptions) {
		o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		o.Channels = []notify.Channel{notify.Email}
		o.Limits = emails(notify.Limit{Concurrency: 1})
		o.Circuit = notify.Circuit{Failures: 3, First: time.Minute, Most: 4 * time.Minute}
	})
	got, err := d.Deliver(t.Context())
	if got.Held == 1 { // it was claimed ahead when the circuit opened, and is put back
		got.Held = 0
	}
	if err != nil || got != (tally{Failed: 3}) {
		t.Errorf("it is out of order: %+v, %v", got, err)
	}
	for i, minutes := range []int{1, 2, 4, 4} {
		p.now = p.now.Add(time.Duration(minutes)*time.Minute - time.Microsecond)
		p.delivers("left alone", d, tally{})
		p.now = p.now.Add(time.Microsecond)
		p.delivers(fmt.Sprint("trial ", i), d, tally{Failed: 1})
	}
	down = false
	p.now = p.now.Add(4 * time.Minute)
	p.delivers("it works again", d, tally{Delivered: 100})
	if tries != 107 {
		t.Errorf("%d tries in all", tries)
	}
	for _, words := range []string{"is out of order", "works again"} {
		if strings.Count(log.String(), words) != 1 {
			t.Errorf("logged %q", log.String())
		}
	}
}

// What was on its way when the circuit opened doesn't make it wait longer.
func TestN5FailuresAtOnceAreOneOutage(t *testing.T) {
	p := newPost(t)
	for i := range 40 {
		p.tell(notify.Email, session.PersonID(fmt.Sprint("p", i)))
	}
	p.sink.Answer = func(notify.Message, int) notifytest.Answer { return notifytest.Refuse }
	all := make(chan struct{})
	begun := make(chan struct{}, 8)
	d := p.dispatcher(func(o *notify.DispatcherOptions) {
		o.Limits = emails(notify.Limit{Concurrency: 8})
		o.Circuit = notify.Circuit{Failures: 3, First: time.Second}
		o.Composer = composed(func(context.Context, notify.Claim) error {
			select {
			case <-all:
			case begun <- struct{}{}:
				if len(begun) == cap(begun) {
					close(all)
				}
				<-all
			}
			return nil
		})
	})
	first, err := d.Deliver(t.Context())
	if first.Failed < 8 || first.Failed > 10 || first.Failed+first.Held != 16 || err != nil {
		t.Errorf("those on their way, and at most two until the third failed: %+v, %v", first, err)
	}
	p.now = p.now.Add(time.Second - time.Microsecond)
	p.delivers("left alone", d, tally{})
	p.now = p.now.Add(time.Microsecond)
	p.delivers("a trial", d, tally{Failed: 1})
}

func TestN5ACircuitCanBeLeftOutAndHonoursWhatIsAsked(t *testing.T) {
	p := newPost(t)
	p.tell(notify.Email, "ann", "bob", "cat")
	d := p.dispatcher(func(o *notify.DispatcherOptions) {
		o.Notifier = notifierFunc(func(context.Context) error { return later(time.Hour) })
		o.Circuit = notify.Circuit{Failures: 1}
		o.Limits = emails(notify.Limit{Concurrency: 1})
	})
	p.delivers("asked to be left alone", d, tally{Failed: 1, Held: 1})
	p.now = p.now.Add(time.Hour - time.Microsecond)
	p.delivers("it is", d, tally{})
	p.now = p.now.Add(time.Microsecond)
	p.delivers("and then tried", d, tally{Failed: 1})
	never := p.dispatcher(func(o *notify.DispatcherOptions) { o.Circuit = notify.Circuit{Failures: -1} })
	p.now = p.now.Add(time.Hour)
	p.delivers("another one", never, tally{Delivered: 3})
}

func TestN5DispatcherOptions(t *testing.T) {
	whole := notify.DispatcherOptions{Queue: newPost(t).queue, Composer: composed(nil), Notifier: &notifytest.Recorder{}}
	if _, err := notify.NewDispatcher(whole); err != nil {
		t.Errorf("the zero values don't work: %v", err)
	}
	for field, amend := range map[string]func(*notify.DispatcherOptions){
		"Queue":    func(o *notify.DispatcherOptions) { o.Queue = nil },
		"Composer": func(o *notify.DispatcherOptions) { o.Composer = nil },
		"Notifier": func(o *notify.DispatcherOptions) { o.Notifier = nil },
		"Unknown":  func(o *notify.DispatcherOptions) { o.Unknown = 7 },
		"Channels": func(o *notify.DispatcherOptions) { o.Channels = []notify.Channel{9} },
		"Lease":    func(o *notify.DispatcherOptions) { o.Lease = time.Millisecond },
		"Batch":    func(o *notify.DispatcherOptions) { o.Batch = -1 },
		"Every":    func(o *notify.DispatcherOptions) { o.Every = -1 },
		"Grace":    func(o *notify.DispatcherOptions) { o.Grace = -1 },
		"Attempts": func(o *notify.DispatcherOptions) { o.Attempts = -1 },
	} {
		o := whole
		amend(&o)
		bad := (*session.FieldError)(nil)
		if _, err := notify.NewDispatcher(o); !errors.As(err, &bad) || bad.Field != "DispatcherOptions."+field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestN5WhatIsComposedAgainHasACode(t *testing.T) {
	for code, err := range map[string]session.Coded{
		"stale":       &notify.StaleError{Why: notify.Overtaken},
		"unreachable": &notify.UnreachableError{Channel: notify.Email, Why: notify.NoAddress},
		"held":        &notify.HeldError{Until: noon, Why: notify.QuietHours},
	} {
		if err.Code() != code || !strings.HasSuffix(err.Error(), ".") {
			t.Errorf("%s: %q", err.Code(), err)
		}
	}
}

// BenchmarkDispatcher delivers to a transport that does nothing, from the queue in memory.
func BenchmarkDispatcher(b *testing.B) {
	const each = 10_000
	for b.Loop() {
		b.StopTimer()
		queue, numbers := memory.New(), map[session.PersonID]int64{}
		for i := range each {
			tell(b, queue, numbers, noon, notify.Email, session.PersonID(fmt.Sprint("p", i%3000)))
		}
		d, err := notify.NewDispatcher(notify.DispatcherOptions{
			Queue: queue, Composer: composed(nil), Now: func() time.Time { return noon },
			Notifier: notifierFunc(func(context.Context) error { return nil }),
		})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if got, err := d.Deliver(b.Context()); err != nil || got.Delivered != each {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(each*float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
}
