package keeper

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// DigestStore is what a Digester reads of a store; every desk.Store is one.
type DigestStore interface {
	rota.Store
	notify.Store
	// Policies is as in withdrawal.Store.
	Policies(ctx context.Context, provider session.ProviderID) (withdrawal.Policies, error)
}

// Digester makes digests: for each clinician, the sessions that became available to them since their last one and
// still are, those of the rota and, for the fully approved who chose so, those of the marketplace (N3). Any number of
// processes may make them: a clinician gets each session once. Queue, Store and Directory are required.
//
// What it holds in memory grows with the sessions that are open, neither with the clinicians nor with what has ever
// happened. What a digest costs grows with the roles and dates of the sessions in it, not with their number.
type Digester struct {
	Queue     notify.Queue
	Store     DigestStore
	Directory desk.Directory
	// Now is the clock; not given: the machine's. It should be the desk's.
	Now func() time.Time
	// Most is how many sessions one digest lists; what is more is counted. Not given: 20.
	Most int
	// Better orders the sessions of a digest, the best first; not given: the one that starts first.
	Better func(a, b rota.Listing) int

	// Register lists the clinicians for Look and Run; not given: the Directory, which has to be one then.
	Register Register
	// Next says when somebody gets their first digest after an instant: the schedule of Look and Run. Not given:
	// Daily at 07:00.
	Next func(after time.Time, p notify.Person) time.Time
	// Spread is the time over which the digests that a Look makes become due for sending, each at a moment of its own,
	// so that they don't all leave at once. Not given: 15 minutes; negative: all at once.
	Spread time.Duration
	// Retry is how long Run waits after a Look that couldn't do everything; not given: 5 minutes.
	Retry time.Duration
	// Logger gets what went wrong in Run; not given: silent.
	Logger *slog.Logger
}

// digestPage is how many clinicians are looked at together.
const digestPage = 200

// Digest makes a digest for each of the clinicians, and returns how many had something to say. It reads what became
// available once for all of them. What goes wrong for one doesn't hold up the rest: the error joins it all. Whom, and
// when, is the host's to say; a digest made twice says nothing the second time. Without what is required it makes none,
// and the error is a *session.FieldError.
func (d *Digester) Digest(ctx context.Context, clinicians iter.Seq[session.ClinicianID]) (int, error) {
	if err := d.ready(); err != nil {
		return 0, err
	}
	run := d.begin()
	var found []rota.ClinicianFacts
	flush := func() error {
		run.page(ctx, found, nil)
		found = found[:0]
		return ctx.Err()
	}
	for id := range clinicians {
		facts, err := d.Directory.Clinician(ctx, id)
		switch {
		case ctx.Err() != nil:
			return run.made, ctx.Err()
		case err == nil:
			found = append(found, facts)
		case !errors.Is(err, desk.ErrUnknown):
			run.failed = append(run.failed, err)
		}
		if len(found) == digestPage {
			if err := flush(); err != nil {
				return run.made, err
			}
		}
	}
	if err := flush(); err != nil {
		return run.made, err
	}
	return run.made, errors.Join(run.failed...)
}

// ready refuses to make digests without what is required.
func (d *Digester) ready() error {
	switch {
	case d.Queue == nil:
		return missing("Digester.Queue")
	case d.Store == nil:
		return missing("Digester.Store")
	case d.Directory == nil:
		return missing("Digester.Directory")
	}
	return nil
}

func (d *Digester) clock() time.Time {
	if d.Now == nil {
		return time.Now() //nolint:forbidigo // the one clock of a digester that is given none
	}
	return d.Now()
}

func (d *Digester) better(a, b rota.Listing) int {
	if d.Better != nil {
		return d.Better(a, b)
	}
	return cmp.Compare(a.Session.Terms.Span.Start.UnixMicro(), b.Session.Terms.Span.Start.UnixMicro())
}

// digestRun is one going through clinicians, with what it has read for all of them.
type digestRun struct {
	*Digester
	now       time.Time
	windows   map[notify.FeedID]*window
	practices map[session.PracticeID]session.PracticeFacts
	policies  map[session.ProviderID]withdrawal.Policy

	made   int
	failed []error
}

func (d *Digester) begin() *digestRun {
	return &digestRun{
		Digester: d, now: session.Instant(d.clock()), windows: make(map[notify.FeedID]*window),
		practices: map[session.PracticeID]session.PracticeFacts{}, policies: map[session.ProviderID]withdrawal.Policy{},
	}
}

// reader is a clinician with what their digest depends on.
type reader struct {
	rota.ClinicianFacts
	settings notify.Settings
	feeds    []notify.FeedID
	mark     notify.DigestMark
	// person is how they are reached; nil: not looked up yet.
	person *notify.Person
}

// page makes the digests of some clinicians: of all of them, or, where there is a timetable, of those who are due. It
// returns whether another process was faster with one of them.
func (r *digestRun) page(ctx context.Context, clinicians []rota.ClinicianFacts, by *timetable) (overtaken bool) {
	readers, err := r.readers(ctx, clinicians, by)
	if err != nil {
		r.failed = append(r.failed, err)
		return false
	}
	lowest := make(map[notify.FeedID]int64)
	for _, c := range readers {
		for _, feed := range c.feeds {
			if low, there := lowest[feed]; !there || c.mark.Seen[feed] < low {
				lowest[feed] = c.mark.Seen[feed]
			}
		}
	}
	for _, c := range readers {
		told, err := r.digest(ctx, c, lowest, by)
		switch {
		case ctx.Err() != nil:
			return false
		case errors.Is(err, notify.ErrDigestMoved):
			overtaken = true
			if by != nil && by.giveWay {
				return true
			}
		case err != nil:
			r.failed = append(r.failed, err)
		case told:
			r.made++
		}
	}
	return overtaken
}

// readers finds out what the digests of some clinicians depend on, of those who want one.
func (r *digestRun) readers(
	ctx context.Context, clinicians []rota.ClinicianFacts, by *timetable,
) ([]*reader, error) {
	people := make([]session.PersonID, 0, len(clinicians))
	for _, c := range clinicians {
		people = append(people, c.Person)
	}
	if len(people) == 0 {
		return nil, nil
	}
	chosen, err := r.Store.Settings(ctx, people...)
	if err != nil {
		return nil, err
	}
	settings := make(map[session.PersonID]notify.Settings, len(chosen))
	for _, s := range chosen {
		settings[s.Person] = s
	}
	var readers []*reader
	for _, facts := range clinicians {
		c := &reader{ClinicianFacts: facts, settings: settings[facts.Person]}
		if c.feeds = feedsOf(facts, c.settings); len(c.feeds) > 0 {
			readers = append(readers, c)
		}
	}
	if by != nil {
		if err := by.meet(ctx, readers); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(readers, func(c *reader) bool {
		if c.mark, err = r.Queue.DigestMark(ctx, c.ID); err != nil {
			r.failed = append(r.failed, err)
			return true
		}
		return by != nil && !by.due(c, r.now)
	}), nil
}

// feedsOf are those that a clinician's digest is made from.
func feedsOf(c rota.ClinicianFacts, s notify.Settings) []notify.FeedID {
	var feeds []notify.FeedID
	if s.DigestOf(session.Rota) {
		for _, m := range c.Memberships {
			feeds = append(feeds, notify.ProviderFeed(m.Provider))
		}
	}
	if s.DigestOf(session.Marketplace) && c.Approved {
		feeds = append(feeds, notify.MarketplaceFeed)
	}
	slices.Sort(feeds)
	return slices.Compact(feeds)
}

// digest makes one clinician's, and says whether it had anything to say. Where nothing at all has happened the mark
// stays, unless there is a timetable, by which they have had theirs.
func (r *digestRun) digest(
	ctx context.Context, c *reader, lowest map[notify.FeedID]int64, by *timetable,
) (bool, error) {
	next := notify.DigestMark{Clinician: c.ID, Version: c.mark.Version + 1, At: r.now, Seen: make(map[notify.FeedID]int64)}
	for feed, no := range c.mark.Seen {
		next.Seen[feed] = no
	}
	moved := by != nil
	var choice choice
	for _, feed := range c.feeds {
		w, err := r.window(ctx, feed, lowest[feed])
		if err != nil {
			return false, err
		}
		if w.head > next.Seen[feed] {
			next.Seen[feed], moved = w.head, true
		}
		choice.add(w.view(c.mark.Seen[feed], r.better), c.ClinicianFacts)
	}
	if !moved {
		return false, nil
	}
	if err := r.leaveOutApplied(ctx, c.ID, &choice); err != nil {
		return false, err
	}
	listings := choice.best(orDefault(r.Most, 20), r.better)
	if len(listings) == 0 {
		return false, r.Queue.Digested(ctx, next, session.Event{}, nil)
	}
	err := r.send(ctx, c, next, listings, choice.total-len(listings), by)
	return err == nil, err
}

// leaveOutApplied leaves out what the clinician has applied for already.
func (r *digestRun) leaveOutApplied(ctx context.Context, id session.ClinicianID, from *choice) error {
	if from.total == 0 {
		return nil
	}
	list := func(req session.PageRequest) (session.Page[rota.ApplicationWithSession], error) {
		return r.Store.ApplicationsOf(ctx, id, req)
	}
	for a, err := range desk.All(list) {
		if err != nil {
			return err
		}
		if a.Application.Applied.Before(from.oldest) {
			break // the latest come first
		}
		if a.Application.Standing(a.Session) == rota.Pending {
			from.leaveOut(a.Session.ID)
		}
	}
	return nil
}

// send keeps the digest with the mark that it moves.
func (r *digestRun) send(
	ctx context.Context, c *reader, next notify.DigestMark, listings []rota.Listing, omitted int, by *timetable,
) error {
	ids := make([]string, len(listings))
	from, until := listings[0].Session.Terms.Span.Start, listings[0].Session.Terms.Span.Start
	for i, l := range listings {
		ids[i] = string(l.Session.ID)
		if start := l.Session.Terms.Span.Start; start.Before(from) {
			from = start
		} else if start.After(until) {
			until = start
		}
	}
	version := strconv.FormatInt(next.Version, 10)
	event := session.Event{
		Subject: session.Subject{Kind: notify.KindDigest, ID: string(c.ID)}, Version: next.Version,
		Kind: notify.EventDigest, At: r.now, By: session.System(),
		Command: session.HashID[session.CommandID]("digest", string(c.ID), version),
		Facts: session.Facts{
			"clinician": string(c.ID), "sessions": strings.Join(ids, ","), "omitted": strconv.Itoa(omitted),
			"from": from.UTC().Format(time.RFC3339Nano), "until": until.UTC().Format(time.RFC3339Nano),
		},
	}
	if c.person == nil {
		to, err := person(ctx, r.Directory, c.Person)
		if err != nil {
			return err
		}
		c.person = &to
	}
	var deliveries []notify.Delivery
	for _, n := range notify.For(event) {
		deliveries = append(deliveries, notify.Plan(event, n, *c.person, c.settings, r.now)...)
	}
	if by != nil {
		by.spread(deliveries, r.now)
	}
	return r.Queue.Digested(ctx, next, event, deliveries)
}
