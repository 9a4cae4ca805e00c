package keeper

import (
	"cmp"
	"context"
	"errors"
	"iter"
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
}

// Digest makes a digest for each of the clinicians, and returns how many had something to say. It reads what became
// available once for all of them. What goes wrong for one doesn't hold up the rest: the error joins it all. Whom, and
// when, is the host's to say; a digest made twice says nothing the second time.
func (d *Digester) Digest(ctx context.Context, clinicians iter.Seq[session.ClinicianID]) (int, error) {
	run := &digestRun{
		Digester: d, now: session.Instant(d.clock()), windows: make(map[notify.FeedID]*window),
		calendars: map[session.PracticeID]session.PracticeFacts{}, policies: map[session.ProviderID]withdrawal.Policy{},
	}
	made := 0
	var failed []error
	for id := range clinicians {
		told, err := run.digest(ctx, id)
		if ctx.Err() != nil {
			return made, ctx.Err()
		}
		if err != nil && !errors.Is(err, notify.ErrDigestMoved) { // somebody else made it
			failed = append(failed, err)
		}
		if told {
			made++
		}
	}
	return made, errors.Join(failed...)
}

func (d *Digester) clock() time.Time {
	if d.Now == nil {
		return time.Now() //nolint:forbidigo // the one clock of a digester that is given none
	}
	return d.Now()
}

// digestRun is what one run has read, for all its clinicians.
type digestRun struct {
	*Digester
	now       time.Time
	windows   map[notify.FeedID]*window
	calendars map[session.PracticeID]session.PracticeFacts
	policies  map[session.ProviderID]withdrawal.Policy
}

// window is a feed as one run sees it: what opened after from, up to head, and of that what is still open.
type window struct {
	from, head int64
	openings   []notify.Opening
	listings   map[session.SessionID]rota.Listing
}

// digest makes one clinician's, and says whether it had anything to say.
func (r *digestRun) digest(ctx context.Context, id session.ClinicianID) (bool, error) {
	facts, err := r.Directory.Clinician(ctx, id)
	if errors.Is(err, desk.ErrUnknown) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	settings, err := r.settings(ctx, facts.Person)
	if err != nil {
		return false, err
	}
	feeds := r.feeds(facts, settings)
	if len(feeds) == 0 {
		return false, nil
	}
	mark, err := r.Queue.DigestMark(ctx, id)
	if err != nil {
		return false, err
	}
	listings, next, err := r.collect(ctx, facts, mark, feeds)
	if err != nil || next.Version == mark.Version {
		return false, err
	}
	if listings, err = r.unapplied(ctx, id, listings); err != nil {
		return false, err
	}
	if len(listings) == 0 {
		return false, r.Queue.Digested(ctx, next, session.Event{}, nil)
	}
	err = r.send(ctx, facts, settings, next, listings)
	return err == nil, err
}

func (r *digestRun) settings(ctx context.Context, id session.PersonID) (notify.Settings, error) {
	chosen, err := r.Store.Settings(ctx, id)
	if err != nil || len(chosen) == 0 {
		return notify.Settings{}, err
	}
	return chosen[0], nil
}

// feeds are those that a clinician's digest is made from.
func (r *digestRun) feeds(c rota.ClinicianFacts, s notify.Settings) []notify.FeedID {
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

// collect finds what became available to a clinician since the mark, in order, and the next mark; the mark itself where
// nothing at all has happened in the feeds.
func (r *digestRun) collect(
	ctx context.Context, c rota.ClinicianFacts, mark notify.DigestMark, feeds []notify.FeedID,
) ([]rota.Listing, notify.DigestMark, error) {
	next := notify.DigestMark{Clinician: c.ID, Version: mark.Version, At: r.now, Seen: make(map[notify.FeedID]int64)}
	for feed, no := range mark.Seen {
		next.Seen[feed] = no
	}
	var openings []notify.Opening
	found := map[session.SessionID]rota.Listing{}
	for _, feed := range feeds {
		w, err := r.window(ctx, feed, mark.Seen[feed])
		if err != nil {
			return nil, mark, err
		}
		if w.head > next.Seen[feed] {
			next.Seen[feed], next.Version = w.head, mark.Version+1
		}
		for _, o := range w.openings {
			l, open := w.listings[o.Session]
			if !open || o.No <= mark.Seen[feed] {
				continue
			}
			shown, err := r.visible(ctx, l, c)
			if err != nil {
				return nil, mark, err
			}
			if shown {
				openings = append(openings, o)
				found[o.Session] = l
			}
		}
	}
	ids := notify.Summarise(mark, openings, func(id session.SessionID) (notify.Available, bool) {
		l, ok := found[id]
		return notify.Available{Session: id, Opened: l.Session.Opened}, ok
	}, func(a, b session.SessionID) int { return r.better(found[a], found[b]) })
	listings := make([]rota.Listing, len(ids))
	for i, id := range ids {
		listings[i] = found[id]
	}
	return listings, next, nil
}

func (r *digestRun) better(a, b rota.Listing) int {
	if r.Better != nil {
		return r.Better(a, b)
	}
	return cmp.Compare(a.Session.Terms.Span.Start.UnixMicro(), b.Session.Terms.Span.Start.UnixMicro())
}

// visible says whether Find work would show a listing to a clinician (A3).
func (r *digestRun) visible(ctx context.Context, l rota.Listing, c rota.ClinicianFacts) (bool, error) {
	practice, ok := r.calendars[l.Session.Practice]
	if !ok {
		var err error
		if practice, err = r.Directory.Practice(ctx, l.Session.Practice); err != nil {
			return false, err
		}
		r.calendars[l.Session.Practice] = practice
	}
	policy, ok := r.policies[l.Session.Provider]
	if !ok {
		all, err := r.Store.Policies(ctx, l.Session.Provider)
		if err != nil {
			return false, err
		}
		policy = all.At(r.now)
		r.policies[l.Session.Provider] = policy
	}
	return practice.Calendar != nil && rota.Visible(l, c, policy, practice.Calendar), nil
}

// feedPage is how much is read of a feed or a list at a time.
const feedPage = session.MaxPageSize

// window reads a feed after a number, or what is missing of it: each entry once for all clinicians of a run. The head
// stays where it was first found, so that a run judges everybody alike.
func (r *digestRun) window(ctx context.Context, feed notify.FeedID, after int64) (*window, error) {
	w := r.windows[feed]
	if w == nil {
		w = &window{from: after, head: after}
		if err := w.read(ctx, r.Queue, feed, after, 0); err != nil {
			return nil, err
		}
	}
	known := len(w.openings)
	if after < w.from {
		if err := w.read(ctx, r.Queue, feed, after, w.from); err != nil {
			return nil, err
		}
		w.from = after
	}
	if r.windows[feed] == nil || len(w.openings) > known {
		listings, err := r.listings(ctx, feed, w)
		if err != nil {
			return nil, err
		}
		w.listings = listings
	}
	r.windows[feed] = w
	return w, nil
}

// read adds the openings of a feed after one number, up to another; 0: up to its end, which becomes the head.
func (w *window) read(ctx context.Context, q notify.Queue, feed notify.FeedID, after, upTo int64) error {
	for {
		entries, err := q.Feed(ctx, feed, after, feedPage)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if upTo > 0 && entry.No > upTo {
				return nil
			}
			after = entry.No
			w.head = max(w.head, entry.No)
			if o, ok := notify.OpeningOf(feed, entry); ok {
				w.openings = append(w.openings, o)
			}
		}
		if len(entries) < feedPage {
			return nil
		}
	}
}

// listings are the sessions of a feed that are open now; none are read where none have opened.
func (r *digestRun) listings(ctx context.Context, feed notify.FeedID,
	w *window) (map[session.SessionID]rota.Listing, error) {
	open := map[session.SessionID]rota.Listing{}
	if len(w.openings) == 0 {
		return open, nil
	}
	search := rota.Search{Channel: session.Marketplace}
	if provider, ok := strings.CutPrefix(string(feed), string(notify.ProviderFeed(""))); ok {
		search.Channel, search.Providers = session.Rota, []session.ProviderID{session.ProviderID(provider)}
	}
	search.Within.Start = r.now
	opened := map[session.SessionID]bool{}
	for _, o := range w.openings {
		opened[o.Session] = true
	}
	list := func(req session.PageRequest) (session.Page[rota.Listing], error) {
		search.Page = session.PageRequest{After: req.After, Limit: feedPage}
		return r.Store.FindWork(ctx, search)
	}
	for l, err := range desk.All(list) {
		if err != nil {
			return nil, err
		}
		if opened[l.Session.ID] {
			open[l.Session.ID] = l
		}
	}
	return open, nil
}

// unapplied leaves out what the clinician has applied for already.
func (r *digestRun) unapplied(
	ctx context.Context, id session.ClinicianID, listings []rota.Listing,
) ([]rota.Listing, error) {
	if len(listings) == 0 {
		return nil, nil
	}
	oldest := slices.MinFunc(listings, func(a, b rota.Listing) int { return a.Session.Opened.Compare(b.Session.Opened) })
	list := func(req session.PageRequest) (session.Page[rota.ApplicationWithSession], error) {
		return r.Store.ApplicationsOf(ctx, id, req)
	}
	applied := map[session.SessionID]bool{}
	for a, err := range desk.All(list) {
		if err != nil {
			return nil, err
		}
		if a.Application.Applied.Before(oldest.Session.Opened) {
			break // the latest come first
		}
		if a.Application.Standing(a.Session) == rota.Pending {
			applied[a.Session.ID] = true
		}
	}
	return slices.DeleteFunc(listings, func(l rota.Listing) bool { return applied[l.Session.ID] }), nil
}

// send keeps the digest with the mark that it moves.
func (r *digestRun) send(
	ctx context.Context, c rota.ClinicianFacts, settings notify.Settings, next notify.DigestMark, listings []rota.Listing,
) error {
	most := orDefault(r.Most, 20)
	omitted := max(0, len(listings)-most)
	var ids []string
	for _, l := range listings[:len(listings)-omitted] {
		ids = append(ids, string(l.Session.ID))
	}
	version := strconv.FormatInt(next.Version, 10)
	event := session.Event{
		Subject: session.Subject{Kind: notify.KindDigest, ID: string(c.ID)}, Version: next.Version,
		Kind: notify.EventDigest, At: r.now, By: session.System(),
		Command: session.HashID[session.CommandID]("digest", string(c.ID), version),
		Facts: session.Facts{
			"clinician": string(c.ID), "sessions": strings.Join(ids, ","), "omitted": strconv.Itoa(omitted),
		},
	}
	to, err := person(ctx, r.Directory, c.Person)
	if err != nil {
		return err
	}
	var deliveries []notify.Delivery
	for _, n := range notify.For(event) {
		deliveries = append(deliveries, notify.Plan(event, n, to, settings, r.now)...)
	}
	return r.Queue.Digested(ctx, next, event, deliveries)
}
