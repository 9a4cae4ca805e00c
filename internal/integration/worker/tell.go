package worker

import (
	"context"
	"slices"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/keeper"
)

// Lease is how long workers hold what they claim, by the users' clock.
const Lease = time.Minute

// batch is how many events or deliveries are claimed at a time.
const batch = 20

// pause is how long tellers rest while users act: they are there to be in the way, not to be fast.
const pause = 20 * time.Millisecond

func (w *worker) planner() *keeper.Planner {
	return &keeper.Planner{Queue: w.store, Store: w.store, Directory: w.directory, Now: w.clock.Now, Lease: Lease, Batch: batch}
}

// deliver plans and delivers until its time is over. With hold, half of each batch is kept in hand.
func (w *worker) deliver(ctx context.Context, hold bool) {
	planner := w.planner()
	for ctx.Err() == nil {
		// What was begun is finished, so that the end of a round leaves nothing in hand.
		if _, err := planner.Plan(context.WithoutCancel(ctx)); err != nil {
			w.unable("planning: " + err.Error())
		}
		w.claim(ctx, hold)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// tell plans and delivers until nothing is waiting.
func (w *worker) tell(ctx context.Context) {
	if _, err := w.planner().Plan(ctx); err != nil {
		w.unable("planning: " + err.Error())
	}
	for w.claim(ctx, false) > 0 {
	}
}

// claim takes what is due in hand, and settles it, or with hold the first half of it; it returns how much there was.
func (w *worker) claim(ctx context.Context, hold bool) int {
	ctx = context.WithoutCancel(ctx)
	asked, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	claims, err := w.store.Claim(asked, notify.ClaimRequest{Now: w.clock.Now(), Lease: Lease, Limit: batch})
	if err != nil {
		w.unable("claiming: " + err.Error())
		return 0
	}
	for _, c := range claims {
		w.say.line(Line{Kind: Claimed, No: c.Fence, At: Monotonic(), Name: c.Delivery.Key, Verdict: c.Was.String()})
	}
	done := claims
	if hold {
		done = claims[:(len(claims)+1)/2]
	}
	w.settle(ctx, done)
	return len(claims)
}

// settle says of all claims at once that they were delivered.
func (w *worker) settle(ctx context.Context, claims []notify.Claim) {
	if len(claims) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	done := make([]notify.Settlement, len(claims))
	for i, c := range claims {
		done[i] = notify.Settlement{Claim: c, Outcome: notify.Outcome{State: notify.Delivered, At: w.clock.Now()}}
	}
	lost, err := w.store.Settle(ctx, done)
	if err != nil {
		w.unable("settling: " + err.Error())
		return
	}
	for i, c := range claims {
		if !slices.Contains(lost, i) { // otherwise another one has it now, and says so
			w.say.line(Line{Kind: Settled, No: c.Fence, At: Monotonic(), Name: c.Delivery.Key})
		}
	}
}
