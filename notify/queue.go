package notify

import (
	"context"
	"errors"
	"time"

	"github.com/sessional-go/sessional/session"
)

// ErrLeaseLost is what a Queue returns to whoever no longer holds what they want to settle: their lease ended, and it
// was found so, or they settled it already. Nothing was changed.
var ErrLeaseLost = errors.New("notify: the lease on this was lost")

// ErrDigestMoved is what Queue.Digested returns where the clinician's mark is no longer the one that the digest
// started from: somebody else made one meanwhile. Nothing was changed.
var ErrDigestMoved = errors.New("notify: another digest of this clinician was made meanwhile")

// ErrFeedClaimed is what Queue.ClaimFeed returns where somebody else has the feed in hand for the same reader. Nothing
// was changed.
var ErrFeedClaimed = errors.New("notify: somebody else reads this feed for this reader")

// Queue keeps who is to be told what, from the commit to the delivery. A store implements it, beside its state:
// whatever commits events puts them into the queue in the same commit (N4). It is one of the two things of this
// package that a host may replace.
//
// Any number of processes may work on one queue. What is claimed is in nobody else's hands until the lease ends, or
// it is settled; a lease ends by the instants that callers pass as now, never by the queue's own clock. Each claim has
// a fencing token of its own, greater than all before it of the same thing, and what comes with an older one is
// refused with ErrLeaseLost. No method waits for another's lease.
//
// Values returned share no memory with what the queue keeps. Apart from the errors named, a method fails only where
// the queue can't answer; it is then not known whether a change was made, and the call can be repeated.
type Queue interface {
	Plans
	FeedReads
	Outbox
	DigestMarks
}

// Plans are the committed events that are still to be planned: the part of a Queue that a planner works on.
type Plans interface {
	// ClaimPlans takes up to limit events in hand that are not planned yet, in the order of their commits, those
	// whose lease has ended among them. None: an empty list.
	ClaimPlans(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]PlanTask, error)
	// Planned keeps one chunk of an event's plan, all or nothing. A delivery whose key is there already is left as it
	// is, so that a chunk can be repeated. When the plan is done, the event gets the next number in each of its feeds
	// (see Feeds), and leaves the plans. The error is ErrLeaseLost where the task's lease was lost.
	Planned(ctx context.Context, task PlanTask, chunk Chunk) error
}

// Outbox has the deliveries: the part of a Queue that a dispatcher works on.
type Outbox interface {
	// Claim takes up to Limit deliveries in hand that are due: planned, failed or unknown with a NotBefore that is not
	// after Now, the longest due first. A delivery of these channels whose lease has ended becomes unknown first, due
	// at once: nobody knows what became of it. None: an empty list.
	//
	// What one person is told over one channel is told in the order in which it was planned: a delivery is held back
	// while an earlier one of the same person and channel is due, in anybody's hands, or waits to be tried again. One
	// that merely waits for its time holds back nobody: planned with a NotBefore after Now, or put off to the end of
	// quiet hours (Why QuietHours); nor does one that is parked.
	Claim(ctx context.Context, request ClaimRequest) ([]Claim, error)
	// Settle says what became of claimed deliveries, in one commit. It returns, in ascending order, the places in the
	// list of those whose lease was lost, or that stand there twice: nothing was changed for them; all others are
	// kept. The error is a *session.FieldError for an outcome that is none; then nothing was changed at all.
	Settle(ctx context.Context, settlements []Settlement) (lost []int, err error)
	// Deliveries lists deliveries, suppressed ones among them, in the order in which they were planned.
	Deliveries(ctx context.Context, q DeliveryQuery) (session.Page[Delivery], error)
	// Purge deletes up to limit deliveries that have been done with since before an instant, the longest first, and
	// returns how many: delivered, given up, stale, suppressed and parked ones. What is still to be sent stays however
	// old it is, events stay, and so does what belongs to a plan that isn't done. So nothing that was purged is planned
	// anew: an event is planned once, its plan is gone, and Planned is refused from then on; a digest's mark has moved.
	Purge(ctx context.Context, before time.Time, limit int) (int, error)
}

// DigestMarks keeps how far each clinician's digests have come (N3).
type DigestMarks interface {
	// DigestMark returns how far a clinician's digests have come; the zero mark for one who never had any.
	DigestMark(ctx context.Context, clinician session.ClinicianID) (DigestMark, error)
	// Digested keeps the next mark of a clinician with the digest's event and deliveries, all or nothing; without
	// deliveries the mark moves alone: nothing to say, nothing sent (N3). The error is ErrDigestMoved unless the
	// mark's version is one more than the one that is kept.
	Digested(ctx context.Context, next DigestMark, event session.Event, deliveries []Delivery) error
}

// PlanTask is an event that is being planned.
type PlanTask struct {
	Event session.Event
	// Cursor is the Next of the last chunk that was kept; blank for the first one.
	Cursor string
	// Fence is the claim's token, Until the end of its lease.
	Fence int64
	Until time.Time
	// Attempts counts the claims of this event, this one included.
	Attempts int
}

// Chunk is a part of an event's plan.
type Chunk struct {
	Deliveries []Delivery
	// Next is where the plan goes on; opaque to the queue.
	Next string
	// Done says that this is the last chunk.
	Done bool
	// Raise are events that happen by this plan: see Unreachable. They are committed with the chunk, as any event is,
	// to be planned in their turn; one that is there already is left as it is.
	Raise []session.Event
}

// ClaimRequest asks for deliveries that are due.
type ClaimRequest struct {
	Now   time.Time
	Lease time.Duration
	// Limit is the greatest number wanted, at least 1.
	Limit int
	// Channels keeps only these; none given: all.
	Channels []Channel
}

// Validate checks the request; the error is a *session.FieldError.
func (r ClaimRequest) Validate() error {
	switch {
	case r.Now.IsZero():
		return &session.FieldError{Field: "Now", Problem: "is missing"}
	case r.Lease <= 0:
		return &session.FieldError{Field: "Lease", Problem: "must be more than zero"}
	case r.Limit < 1:
		return &session.FieldError{Field: "Limit", Problem: "must be at least 1"}
	}
	for _, c := range r.Channels {
		if !c.Valid() {
			return &session.FieldError{Field: "Channels", Problem: "holds an unknown channel"}
		}
	}
	return nil
}

// Claim is a delivery in somebody's hands.
type Claim struct {
	Delivery Delivery
	// Event is the one that it comes from.
	Event session.Event
	// Was is the state it was in: Unknown tells that the last attempt may have delivered it. One before that may have,
	// too, though a later one surely failed: of no attempt but the first is it sure that nothing came before it.
	Was State
	// Fence is the claim's token, Until the end of its lease.
	Fence int64
	Until time.Time
}

// Outcome is what became of a claimed delivery.
type Outcome struct {
	// State is Delivered, Failed, Unknown, GivenUp or Stale.
	State State
	At    time.Time
	// Retry is when it is tried again: required for Failed, optional for Unknown, where none parks it.
	Retry time.Time
	// Why is what the transport said; may be blank.
	Why Why
	// Untried says that it was given back, or put off, without being tried: the claim doesn't count among its Attempts.
	// It belongs to what is tried again.
	Untried bool
}

// Trigger returns what the outcome does to a claimed delivery; the error is a *session.FieldError for one that is
// none.
func (o Outcome) Trigger() (Trigger, error) {
	if o.At.IsZero() {
		return 0, &session.FieldError{Field: "At", Problem: "is missing"}
	}
	if o.State == Failed && o.Retry.IsZero() {
		return 0, &session.FieldError{Field: "Retry", Problem: "is missing"}
	}
	if o.State != Failed && o.State != Unknown && !o.Retry.IsZero() {
		return 0, &session.FieldError{Field: "Retry", Problem: "belongs to what failed or is unknown"}
	}
	if o.Untried && o.Retry.IsZero() {
		return 0, &session.FieldError{Field: "Untried", Problem: "belongs to what is tried again"}
	}
	for _, t := range []Trigger{Delivering, Failing, Losing, GivingUp, Voiding} {
		if to, _ := Claimed.Next(t); to == o.State {
			return t, nil
		}
	}
	return 0, &session.FieldError{Field: "State", Problem: "must be delivered, failed, unknown, given_up or stale"}
}

// Settlement is what became of one claimed delivery.
type Settlement struct {
	Claim   Claim
	Outcome Outcome
	// Raise is the event that happens if nothing has got through to the person now (N2): see Unreachable. It is
	// committed with the outcome, as any event is, where no other delivery of the same event to the same person is
	// delivered or still to be sent; where one is, it doesn't happen, nor where it is there already. Of two channels
	// that end at the same time the later one to be kept raises it. Nil: nothing happens. It belongs only to an outcome
	// after which the delivery isn't tried again, and isn't delivered.
	Raise *session.Event
}

// Validate checks the settlement; the error is a *session.FieldError.
func (s Settlement) Validate() error {
	if _, err := s.Outcome.Trigger(); err != nil {
		return err
	}
	if s.Raise == nil {
		return nil
	}
	switch {
	case s.Outcome.State == Delivered || !s.Outcome.Retry.IsZero():
		return &session.FieldError{Field: "Raise", Problem: "belongs to what has ended without being delivered"}
	case s.Raise.Subject.ID == "" || s.Raise.Kind == "":
		return &session.FieldError{Field: "Raise", Problem: "is no event"}
	}
	return nil
}

// ValidateAll checks settlements; the error is a *session.FieldError.
func ValidateAll(settlements []Settlement) error {
	for _, s := range settlements {
		if err := s.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// DeliveryQuery asks for deliveries.
type DeliveryQuery struct {
	// Session, Person or Event (its key) says whose; exactly one is given.
	Session session.SessionID
	Person  session.PersonID
	Event   string
	// Provider keeps only those of one provider; blank: all.
	Provider session.ProviderID
	Page     session.PageRequest
}

// Validate checks the query; the error is a *session.FieldError.
func (q DeliveryQuery) Validate() error {
	given := 0
	for _, id := range []string{string(q.Session), string(q.Person), q.Event} {
		if id != "" {
			given++
		}
	}
	if given != 1 {
		return &session.FieldError{Field: "Session", Problem: "or Person or Event must be given, and only one of them"}
	}
	return q.Page.Validate()
}
