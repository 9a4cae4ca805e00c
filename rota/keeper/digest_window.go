package keeper

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// window is a feed as one run sees it: of what opened after from, up to head, that which is still open.
type window struct {
	feed       notify.FeedID
	from, head int64
	// latest has, of each session that opened in the window, the opening that came last.
	latest map[session.SessionID]notify.Opening
	// offers are the sessions that are open, openings theirs, in the order of their numbers.
	offers   map[session.SessionID]*offer
	openings []notify.Opening
	// views by how many of the openings they leave out.
	views map[int]*view
}

// offer is a session that is open, with what decides whom it is shown to.
type offer struct {
	rota.Listing
	no       int64
	practice session.PracticeFacts
	policy   withdrawal.Policy
	among    stratum
}

// stratum is what rota.Eligible judges a session of one feed by: two of the same are shown to the same clinicians.
type stratum struct {
	role     session.Role
	date     calendar.Date
	required string
}

// shownTo says whether Find work would show it to a clinician (A3).
func (o *offer) shownTo(c rota.ClinicianFacts) bool {
	return rota.Visible(o.Listing, c, o.policy, o.practice.Calendar)
}

const (
	// feedPage is how much is read of a feed or a list at a time.
	feedPage = session.MaxPageSize
	// roomForOpenings is how many openings are held before those are dropped whose sessions have gone.
	roomForOpenings = 1 << 16
	// keptViews is how many views are kept of a window.
	keptViews = 16
)

// window reads a feed after a number, or what is missing of it: once for all clinicians of a run. The head stays where
// it was first found, so that a run judges everybody alike. What is missing is read from at least twice as far back,
// so that clinicians who come in a bad order don't make it read again and again.
func (r *digestRun) window(ctx context.Context, feed notify.FeedID, after int64) (*window, error) {
	old := r.windows[feed]
	if old != nil && old.from <= after {
		return old, nil
	}
	w := &window{feed: feed, from: after, head: after, latest: map[session.SessionID]notify.Opening{}}
	upTo := int64(0)
	if old != nil {
		upTo = old.from
		w.from, w.head = max(0, min(after, old.head-2*(old.head-old.from))), old.head
		for id, o := range old.offers {
			w.latest[id] = notify.Opening{Feed: feed, No: o.no, Session: id, At: o.Session.Opened}
		}
	}
	if err := r.gather(ctx, w, upTo); err != nil {
		return nil, err
	}
	// The sessions are read after the feed: one that opens in between belongs to the next digest, none is lost.
	if err := r.settle(ctx, w); err != nil {
		return nil, err
	}
	r.windows[feed] = w
	return w, nil
}

// gather reads the openings of a window up to a number; 0: up to the feed's end, which becomes the head.
func (r *digestRun) gather(ctx context.Context, w *window, upTo int64) error {
	room := roomForOpenings
	for after := w.from; ; {
		entries, err := r.Queue.Feed(ctx, w.feed, after, feedPage)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if upTo > 0 && entry.No > upTo {
				return nil
			}
			after = entry.No
			w.head = max(w.head, entry.No)
			o, ok := notify.OpeningOf(w.feed, entry)
			if last, there := w.latest[o.Session]; ok && (!there || last.At.Before(o.At)) {
				w.latest[o.Session] = o
			}
		}
		if len(entries) < feedPage {
			return nil
		}
		if len(w.latest) > room {
			if err := r.settle(ctx, w); err != nil {
				return err
			}
			w.offers, w.openings = nil, nil
			room = 2*len(w.latest) + roomForOpenings
		}
	}
}

// settle finds out which of the sessions that opened are open still, and forgets the others: their periods of
// availability are over.
func (r *digestRun) settle(ctx context.Context, w *window) error {
	w.offers, w.openings, w.views = map[session.SessionID]*offer{}, nil, map[int]*view{}
	open := map[session.SessionID]notify.Opening{}
	for l, err := range desk.All(r.listings(ctx, w)) {
		if err != nil {
			return err
		}
		opening, opened := w.latest[l.Session.ID]
		if !opened || !opening.At.Equal(l.Session.Opened) {
			continue
		}
		open[l.Session.ID] = opening
		o, err := r.offer(ctx, l)
		if err != nil {
			return err
		}
		if o != nil {
			o.no = opening.No
			w.offers[l.Session.ID] = o
			w.openings = append(w.openings, opening)
		}
	}
	w.latest = open
	slices.SortFunc(w.openings, func(a, b notify.Opening) int { return int(a.No - b.No) })
	return nil
}

// listings lists the sessions of a feed that are open now; nothing is read where none have opened.
func (r *digestRun) listings(
	ctx context.Context, w *window,
) func(session.PageRequest) (session.Page[rota.Listing], error) {
	search := rota.Search{Channel: session.Marketplace}
	if provider, ok := strings.CutPrefix(string(w.feed), string(notify.ProviderFeed(""))); ok {
		search.Channel, search.Providers = session.Rota, []session.ProviderID{session.ProviderID(provider)}
	}
	search.Within.Start = r.now
	return func(req session.PageRequest) (session.Page[rota.Listing], error) {
		if len(w.latest) == 0 {
			return session.Page[rota.Listing]{}, nil
		}
		search.Page = session.PageRequest{After: req.After, Limit: feedPage}
		return r.Store.FindWork(ctx, search)
	}
}

// offer adds what decides whom a session is shown to; nil for one that is shown to nobody, because its practice is
// unknown or its calendar doesn't know the date.
func (r *digestRun) offer(ctx context.Context, l rota.Listing) (*offer, error) {
	s := l.Session
	practice, ok := r.practices[s.Practice]
	if !ok {
		var err error
		if practice, err = r.Directory.Practice(ctx, s.Practice); known(err) != nil {
			return nil, err
		}
		r.practices[s.Practice] = practice
	}
	policy, ok := r.policies[s.Provider]
	if !ok {
		all, err := r.Store.Policies(ctx, s.Provider)
		if err != nil {
			return nil, err
		}
		policy = all.At(r.now)
		r.policies[s.Provider] = policy
	}
	if practice.Calendar == nil {
		return nil, nil //nolint:nilnil // shown to nobody
	}
	date, err := practice.Calendar.DateOf(s.Terms.Span.Start)
	var beyond *calendar.RangeError
	if errors.As(err, &beyond) {
		return nil, nil //nolint:nilnil // shown to nobody
	}
	return &offer{
		Listing: l, practice: practice, policy: policy,
		among: stratum{role: s.Terms.Role, date: date, required: strings.Join(policy.Eligibility.Required, " ")},
	}, err
}

// view is what a window has for all those whose mark is at the same place: the sessions that opened since, the best
// first, and by role where in that order those of each stratum are.
type view struct {
	window *window
	order  []*offer
	roles  map[session.Role][][]int32
	since  int64
	oldest time.Time
}

// view returns the one of those who have seen the feed up to a number.
func (w *window) view(seen int64, better func(a, b rota.Listing) int) *view {
	skip, _ := slices.BinarySearchFunc(w.openings, seen, func(o notify.Opening, no int64) int { return int(o.No - no) })
	for skip < len(w.openings) && w.openings[skip].No <= seen {
		skip++
	}
	if v := w.views[skip]; v != nil {
		return v
	}
	v := &view{window: w, roles: map[session.Role][][]int32{}, since: seen}
	ids := notify.Summarise(notify.DigestMark{}, w.openings[skip:],
		func(id session.SessionID) (notify.Available, bool) {
			return notify.Available{Session: id, Opened: w.offers[id].Session.Opened}, true
		},
		func(a, b session.SessionID) int { return better(w.offers[a].Listing, w.offers[b].Listing) })
	places := map[stratum]int{}
	for i, id := range ids {
		o := w.offers[id]
		v.order = append(v.order, o)
		if i == 0 || o.Session.Opened.Before(v.oldest) {
			v.oldest = o.Session.Opened
		}
		of := v.roles[o.among.role]
		place, there := places[o.among]
		if !there {
			place = len(of)
			places[o.among], of = place, append(of, nil)
		}
		of[place] = append(of[place], int32(i))
		v.roles[o.among.role] = of
	}
	if len(w.views) == keptViews {
		clear(w.views)
	}
	w.views[skip] = v
	return v
}

// choice is what one clinician's digest is chosen from: the strata that they are shown, each the best first.
type choice struct {
	strata []shown
	total  int
	// oldest is when the first of all in the views opened.
	oldest  time.Time
	without map[session.SessionID]bool
}

// shown is what is left of a stratum: places in its view's order.
type shown struct {
	view   *view
	places []int32
}

func (s shown) first() *offer { return s.view.order[s.places[0]] }

// add adds what of a view is shown to a clinician.
func (c *choice) add(v *view, to rota.ClinicianFacts) {
	if len(v.order) > 0 && (c.oldest.IsZero() || v.oldest.Before(c.oldest)) {
		c.oldest = v.oldest
	}
	roles := slices.Clone(to.Roles)
	slices.Sort(roles)
	for _, role := range slices.Compact(roles) {
		for _, places := range v.roles[role] {
			if s := (shown{v, places}); s.first().shownTo(to) {
				c.strata = append(c.strata, s)
				c.total += len(places)
			}
		}
	}
}

// leaveOut leaves out a session, if it is among those shown.
func (c *choice) leaveOut(id session.SessionID) {
	for _, s := range c.strata {
		o, there := s.view.window.offers[id]
		if there && o.no > s.view.since && o.among == s.first().among && !c.without[id] {
			if c.without == nil {
				c.without = map[session.SessionID]bool{}
			}
			c.without[id] = true
			c.total--
			return
		}
	}
}

// best takes up to so many, the best first, ties by id.
func (c *choice) best(most int, better func(a, b rota.Listing) int) []rota.Listing {
	order := func(a, b shown) int { return a.compare(b, better) }
	slices.SortFunc(c.strata, order)
	var listings []rota.Listing
	for len(listings) < most && len(c.strata) > 0 {
		s := c.strata[0]
		if o := s.first(); !c.without[o.Session.ID] {
			listings = append(listings, o.Listing)
		}
		if s.places = s.places[1:]; len(s.places) == 0 {
			c.strata = c.strata[1:]
			continue
		}
		// The next one of this stratum goes where it belongs among the first ones of the others.
		i := 1
		for ; i < len(c.strata) && order(c.strata[i], s) < 0; i++ {
			c.strata[i-1] = c.strata[i]
		}
		c.strata[i-1] = s
	}
	return listings
}

// compare orders two strata by their first ones.
func (s shown) compare(other shown, better func(a, b rota.Listing) int) int {
	if s.view == other.view {
		return cmp.Compare(s.places[0], other.places[0])
	}
	a, b := s.first(), other.first()
	return cmp.Or(better(a.Listing, b.Listing), cmp.Compare(a.Session.ID, b.Session.ID))
}
