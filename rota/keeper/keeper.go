package keeper

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// Options are what a keeper is made of. Desk and Store are required, and belong together.
type Options struct {
	Desk  *desk.Desk
	Store desk.Store
	// Now is the clock; not given: the machine's. It should be the desk's.
	Now func() time.Time
	// NewID makes the ids of the keeper's commands; not given: desk.NewID.
	NewID func() session.CommandID
	// Every is how often Run looks; not given: once a minute.
	Every time.Duration
	// RecheckAhead is how long before their start bookings have their eligibility judged again at each look (A3);
	// not given: 48 hours; negative: never.
	RecheckAhead time.Duration
	// RemindAhead is how long before the agreed start clinicians are reminded of it (N1); not given: 24 hours;
	// negative: never.
	RemindAhead time.Duration
	// Retention is how long texts of a class are kept before they are erased (P4); a class that is not named is kept.
	Retention map[session.TextClass]time.Duration
	// Deliveries is the queue whose deliveries are purged; not given: they are kept for ever.
	Deliveries Purger
	// KeepDeliveries is how long deliveries are kept once they are done with, for whoever asks "was I told?" (N4); not
	// given: 400 days; negative: for ever. It has to be far longer than any delivery is tried: a person is taken for
	// somebody whom nothing reached (N2) where the delivery that got through was purged before the last one has ended.
	KeepDeliveries time.Duration
	// Logger gets what went wrong; not given: silent.
	Logger *slog.Logger
}

// Purger deletes deliveries that are done with; every notify.Queue is one.
type Purger interface {
	// Purge is as in notify.Outbox.
	Purge(ctx context.Context, before time.Time, limit int) (int, error)
}

// Keeper brings about what time brings about: changes that were never acknowledged are undone (S5), offers lapse (A1),
// unfilled sessions expire and worked ones are completed (S2), fees lapse or go to support (W7), and eligibility is
// judged again before the start (A3). Clinicians are reminded of what they are booked for (N1). Texts whose retention has passed are erased
// (P4), and so are deliveries that were done with long ago.
//
// It is safe to run in every process: each step is a command that the desk refuses the second time. One that was down
// catches up with one look.
type Keeper struct {
	desk    *desk.Desk
	store   desk.Store
	now     func() time.Time
	newID   func() session.CommandID
	every   time.Duration
	recheck time.Duration
	remind  time.Duration
	keep    map[session.TextClass]time.Duration
	purger  Purger
	purge   time.Duration
	log     *slog.Logger
}

// New returns a keeper. The error is a *session.FieldError naming the option that is missing or wrong.
func New(o Options) (*Keeper, error) {
	switch {
	case o.Desk == nil:
		return nil, &session.FieldError{Field: "Options.Desk", Problem: "is missing"}
	case o.Store == nil:
		return nil, &session.FieldError{Field: "Options.Store", Problem: "is missing"}
	case o.Every < 0:
		return nil, &session.FieldError{Field: "Options.Every", Problem: "is negative"}
	}
	k := &Keeper{
		desk: o.Desk, store: o.Store, now: o.Now, newID: o.NewID, every: o.Every, recheck: o.RecheckAhead,
		remind: o.RemindAhead,
		keep:   maps.Clone(o.Retention), log: o.Logger, purger: o.Deliveries, purge: o.KeepDeliveries,
	}
	if k.purge == 0 {
		k.purge = 400 * 24 * time.Hour
	}
	if k.now == nil {
		k.now = time.Now //nolint:forbidigo // the one clock of a keeper that is given none
	}
	if k.newID == nil {
		k.newID = desk.NewID
	}
	if k.every == 0 {
		k.every = time.Minute
	}
	if k.recheck == 0 {
		k.recheck = 48 * time.Hour
	}
	if k.remind == 0 {
		k.remind = 24 * time.Hour
	}
	if k.log == nil {
		k.log = slog.New(slog.DiscardHandler)
	}
	return k, nil
}

// Run looks again and again until the context ends, and returns why it did.
func (k *Keeper) Run(ctx context.Context) error {
	tick := time.NewTicker(k.every)
	defer tick.Stop()
	for {
		if _, err := k.Look(ctx); err != nil && ctx.Err() == nil {
			k.log.ErrorContext(ctx, "not everything that was due could be done", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Done counts what one look brought about.
type Done struct {
	// Voided are changes undone, Lapsed offers ended, Expired and Completed sessions, Fees those taken on, Rechecked
	// bookings whose eligibility was judged, Reminded those whose clinician was, Erased texts, Purged deliveries.
	Voided, Lapsed, Expired, Completed, Fees, Rechecked, Reminded, Erased, Purged int
}

// Look brings about everything that is due now, and returns what it did. What can't be done doesn't hold up the rest:
// the error joins all that went wrong.
func (k *Keeper) Look(ctx context.Context) (Done, error) {
	var done Done
	now := k.now()
	// The order matters: a change that is void decides when a session ends, and an offer that lapses whether there is
	// one to expire.
	steps := []struct {
		due   desk.Due
		at    time.Time
		count *int
		do    func(context.Context, session.Command, string) error
	}{
		{desk.DueChange, now, &done.Voided, k.voidChange},
		{desk.DueOffer, now, &done.Lapsed, k.lapseOffer},
		{desk.DueExpiry, now, &done.Expired, k.expire},
		{desk.DueCompletion, now, &done.Completed, k.complete},
		{desk.DueFee, now, &done.Fees, k.advanceFee},
		{desk.DueRecheck, now.Add(k.recheck), &done.Rechecked, k.checkAgain},
		{desk.DueReminder, now.Add(k.remind), &done.Reminded, k.remindOf},
	}
	var failed []error
	for _, step := range steps {
		if step.due == desk.DueRecheck && k.recheck < 0 || step.due == desk.DueReminder && k.remind < 0 {
			continue
		}
		n, err := k.each(ctx, step.do, func(req session.PageRequest) (session.Page[string], error) {
			return k.store.Due(ctx, step.due, step.at, req)
		})
		*step.count, failed = n, append(failed, err)
	}
	for _, class := range slices.Sorted(maps.Keys(k.keep)) {
		q := session.TextQuery{Class: class, Before: now.Add(-k.keep[class])}
		n, err := k.each(ctx, k.erase, func(req session.PageRequest) (session.Page[string], error) {
			q.Page = req
			return ids(k.desk.TextsWritten(ctx, session.System(), q))
		})
		done.Erased, failed = done.Erased+n, append(failed, err)
	}
	n, err := k.purgeDeliveries(ctx, now)
	done.Purged, failed = n, append(failed, err)
	return done, errors.Join(failed...)
}

// each does one step for all ids of a list, and returns for how many. What can't be done doesn't hold up the rest.
func (k *Keeper) each(
	ctx context.Context, do func(context.Context, session.Command, string) error,
	list func(session.PageRequest) (session.Page[string], error),
) (int, error) {
	n := 0
	var failed []error
	for id, err := range desk.All(list) {
		if err == nil {
			err = do(ctx, session.Do(k.newID(), session.System()), id)
		}
		switch {
		case err == nil:
			n++
		case ctx.Err() != nil:
			return n, ctx.Err()
		case !overtaken(err):
			failed = append(failed, err)
		}
	}
	return n, errors.Join(failed...)
}

// ids makes a page of texts one of their ids.
func ids(page session.Page[session.Text], err error) (session.Page[string], error) {
	found := session.Page[string]{Next: page.Next}
	for _, t := range page.Items {
		found.Items = append(found.Items, string(t.ID))
	}
	return found, err
}

// overtaken says whether somebody else did it first, or made it unnecessary: then there is nothing left to do.
func overtaken(err error) bool {
	coded := session.Coded(nil)
	if !errors.As(err, &coded) {
		return false
	}
	switch coded.Code() {
	case "wrong_state", "not_found", "session_frozen", "session_started", "session_not_started", "session_not_ended",
		"change_stands", "offer_stands", "conflict":
		return true
	}
	return false
}

func (k *Keeper) erase(ctx context.Context, c session.Command, id string) error {
	_, err := k.desk.EraseText(ctx, session.EraseText{Command: c, Text: session.TextID(id)})
	return err
}

func (k *Keeper) voidChange(ctx context.Context, c session.Command, id string) error {
	_, err := k.desk.VoidChange(ctx, rota.VoidChange{Command: c, Booking: session.BookingID(id)})
	return err
}

func (k *Keeper) lapseOffer(ctx context.Context, c session.Command, id string) error {
	_, err := k.desk.LapseOffer(ctx, rota.LapseOffer{Command: c, Booking: session.BookingID(id)})
	return err
}

func (k *Keeper) expire(ctx context.Context, c session.Command, id string) error {
	_, err := k.desk.Expire(ctx, session.Expire{Command: c, Session: session.SessionID(id)})
	return err
}

func (k *Keeper) complete(ctx context.Context, c session.Command, id string) error {
	_, err := k.desk.Complete(ctx, booking.Complete{Command: c, Session: session.SessionID(id)})
	return err
}

func (k *Keeper) advanceFee(ctx context.Context, c session.Command, id string) error {
	_, err := k.desk.AdvanceFee(ctx, withdrawal.AdvanceFee{Command: c, Booking: session.BookingID(id)})
	return err
}

func (k *Keeper) checkAgain(ctx context.Context, c session.Command, id string) error {
	_, err := k.desk.Recheck(ctx, rota.Recheck{Command: c, Booking: session.BookingID(id)})
	return err
}

func (k *Keeper) remindOf(ctx context.Context, c session.Command, id string) error {
	_, err := k.desk.Remind(ctx, booking.Remind{Command: c, Booking: session.BookingID(id)})
	return err
}
