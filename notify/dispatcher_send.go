package notify

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/sessional-go/sessional/session"
)

// errCalledOff is why a delivery wasn't tried although it was its turn.
var errCalledOff = errors.New("notify: there was no time left to send it")

// send composes and sends one delivery, and has it settled. It ends well before the lease does.
func (out *outlet) send(e *entry) {
	begun := out.o.Now()
	o := Observation{Delivery: e.claim.Delivery}
	switch {
	case e.claim.Was == Unknown && out.o.Unknown == ParkUnknown:
		o.Outcome = Outcome{State: Unknown, Why: e.claim.Delivery.Why}
	case e.claim.Was == Unknown && e.claim.Delivery.Attempts > out.o.Attempts:
		// Whoever tries it dies of it.
		o.Outcome = Outcome{State: GivenUp, Why: e.claim.Delivery.Why}
	default:
		ctx, cancel := context.WithTimeout(e.work, e.claim.Until.Sub(begun)-out.margin())
		o.Outcome, o.Err = out.attempt(ctx, e)
		cancel()
	}
	if o.Outcome.State == 0 {
		from := out.o.Now()
		if !e.hand.stopped() {
			from = from.Add(out.o.Every) // so that one whose lease is always too short doesn't come back at once
		}
		out.giveBack(e, from)
		return
	}
	o.Outcome.At = session.Instant(out.o.Now())
	o.Took = o.Outcome.At.Sub(session.Instant(begun))
	var held *HeldError
	o.Held = errors.As(o.Err, &held)
	out.measure(o.Took)
	out.settler.add(e, o)
}

// measure notes how long a message took, for how many are claimed ahead.
func (out *outlet) measure(took time.Duration) {
	out.mu.Lock()
	defer out.mu.Unlock()
	out.took = (7*out.took + took) / 8
}

// attempt composes and sends, and returns what is to be told to the queue; no state: it wasn't tried.
func (out *outlet) attempt(ctx context.Context, e *entry) (Outcome, error) {
	if ctx.Err() != nil {
		return Outcome{}, errCalledOff
	}
	var m Message
	err := contained("composer", func() (err error) {
		m, err = out.o.Composer.Compose(ctx, e.claim)
		return err
	})
	if err != nil {
		if e.work.Err() != nil {
			return Outcome{}, errCalledOff
		}
		return out.uncomposed(err, e), err
	}
	if ctx.Err() != nil {
		return Outcome{}, errCalledOff
	}
	out.token(e)
	err = contained("notifier", func() error { return out.o.Notifier.Notify(ctx, m) })
	calledOff := ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
	switch {
	case err == nil:
		out.worked()
		return Outcome{State: Delivered}, nil
	case errors.Is(err, ErrPermanent):
		out.worked() // it answered
		return Outcome{State: GivenUp, Why: reason(err)}, err
	}
	if e.work.Err() == nil {
		out.failed(err)
	}
	if errors.Is(err, ErrUnknown) || calledOff {
		return out.again(Unknown, err, e), err
	}
	return out.again(Failed, err, e), err
}

// uncomposed is what becomes of a delivery that has no message.
func (out *outlet) uncomposed(err error, e *entry) Outcome {
	var held *HeldError
	switch {
	case errors.As(err, &held):
		retry := held.Until
		if soon := out.o.Now().Add(soonest); retry.Before(soon) {
			retry = soon
		}
		return Outcome{State: e.waiting(), Retry: session.Instant(retry), Why: reason(err), Untried: true}
	case errors.Is(err, ErrStale):
		return Outcome{State: Stale, Why: reason(err)}
	case errors.Is(err, ErrPermanent):
		return Outcome{State: GivenUp, Why: reason(err)}
	}
	// Whatever it needs is out of order: that is no reason to use up the attempts of all that wait.
	out.failed(err)
	return out.again(Failed, err, e)
}

// waiting is the state in which a delivery waits that wasn't tried: nothing new is known of it.
func (e *entry) waiting() State {
	if e.claim.Was == Unknown {
		return Unknown
	}
	return Failed
}

// again tries a delivery again, unless that was the last attempt, or it is to be parked.
func (out *outlet) again(state State, err error, e *entry) Outcome {
	switch {
	case state == Unknown && out.o.Unknown == ParkUnknown:
		return Outcome{State: Unknown, Why: reason(err)}
	case e.claim.Delivery.Attempts >= out.o.Attempts:
		return Outcome{State: GivenUp, Why: reason(err)}
	}
	wait := asked(err)
	if wait == 0 {
		wait = out.o.Backoff.after(e.claim.Delivery.Attempts, out.o.Rand())
	}
	return Outcome{State: state, Retry: session.Instant(out.o.Now().Add(max(wait, soonest))), Why: reason(err)}
}

// token takes the token that was there when the delivery was claimed.
func (out *outlet) token(e *entry) {
	out.mu.Lock()
	defer out.mu.Unlock()
	out.bucket.take(out.o.Now())
	out.pay(e)
}

// worked notes that the channel works.
func (out *outlet) worked() {
	out.mu.Lock()
	again := out.breaker.worked()
	out.mu.Unlock()
	if again {
		out.o.Logger.Info("a channel works again", "channel", out.channel)
	}
}

// failed notes a failure that may be the channel's.
func (out *outlet) failed(err error) {
	out.mu.Lock()
	opened := out.breaker.failed(out.o.Now(), asked(err))
	until := out.breaker.until
	out.mu.Unlock()
	if opened {
		out.o.Logger.Warn("a channel is out of order", "channel", out.channel, "until", until, "error", err)
	}
}

// giveBack settles a delivery that wasn't tried, to be claimed again from an instant on.
func (out *outlet) giveBack(e *entry, from time.Time) {
	out.settler.add(e, Observation{Delivery: e.claim.Delivery, Held: true, Outcome: Outcome{
		State: e.waiting(), At: session.Instant(out.o.Now()), Retry: session.Instant(from), Why: HeldBack, Untried: true,
	}})
}

// tell counts, logs and observes what became of a delivery.
func (out *outlet) tell(h *hand, o Observation) {
	h.count(o)
	about := []any{
		"delivery", o.Delivery.Key, "kind", o.Delivery.Kind, "channel", o.Delivery.Channel,
		"attempts", o.Delivery.Attempts, "why", o.Outcome.Why,
	}
	var panicked *panicError
	if errors.As(o.Err, &panicked) {
		out.o.Logger.Error("a panic was contained", append(about, "panic", panicked.value, "stack", panicked.stack)...)
	}
	switch {
	case o.Lost != nil:
		out.o.Logger.Warn("the queue didn't take the outcome of a delivery",
			append(about, "outcome", o.Outcome.State, "error", o.Lost)...)
	case o.Outcome.State == GivenUp:
		out.o.Logger.Warn("a delivery was given up", about...)
	}
	if err := contained("observer", func() error { out.o.Observe(o); return nil }); err != nil {
		out.o.Logger.Error("a panic was contained", append(about, "error", err)...)
	}
}

// panicError is a panic of the host's code.
type panicError struct {
	who   string
	value any
	stack string
}

func (e *panicError) Error() string {
	return fmt.Sprintf("notify: the %s panicked: %v", e.who, e.value)
}

// contained calls the host's code, and makes an error of a panic.
func contained(who string, call func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{who: who, value: v, stack: string(debug.Stack())}
		}
	}()
	return call()
}
