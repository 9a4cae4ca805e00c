package keeper

import (
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

// items are the sessions of a digest that Find work would show its clinician still, and that they haven't applied for
// meanwhile (N3). A session whose period of availability is another one by now belongs to the next digest. The error is
// a *notify.StaleError where nothing is left.
func (c *Composer) items(ctx context.Context, o *occasion) ([]notify.DigestItem, error) {
	who, err := c.Directory.Clinician(ctx, session.ClinicianID(o.Event.Facts["clinician"]))
	if errors.Is(err, desk.ErrUnknown) {
		return nil, &notify.StaleError{Why: notify.NotConcerned}
	}
	if err != nil {
		return nil, err
	}
	ids := strings.Split(o.Event.Facts["sessions"], ",")
	again := &rereading{
		Composer: c, occasion: o, who: who, found: map[session.SessionID]rota.Listing{},
		practices: map[session.PracticeID]session.PracticeFacts{},
		policies:  map[session.ProviderID]withdrawal.Policy{},
	}
	if err := again.read(ctx); err != nil {
		return nil, err
	}
	var items []notify.DigestItem
	for _, id := range ids {
		item, shown, err := again.item(ctx, session.SessionID(id))
		if err != nil {
			return nil, err
		}
		if shown {
			items = append(items, item)
		}
	}
	if len(items) == 0 {
		return nil, &notify.StaleError{Why: notify.Overtaken}
	}
	return items, nil
}

// rereading is a digest that is judged again: its sessions as Find work lists them now, read together, and what else
// they are judged by, each once.
type rereading struct {
	*Composer
	*occasion
	who       rota.ClinicianFacts
	found     map[session.SessionID]rota.Listing
	practices map[session.PracticeID]session.PracticeFacts
	policies  map[session.ProviderID]withdrawal.Policy
}

// rereadPages is how many pages of a list are read to find the sessions of a digest together; those that are not among
// them are asked for one by one.
const rereadPages = 2

// read looks for the sessions of a digest where they were when it was made: in the lists that its clinician sees,
// between the first start and the last.
func (r *rereading) read(ctx context.Context) error {
	from, err := time.Parse(time.RFC3339Nano, r.Event.Facts["from"])
	if err != nil {
		return nil //nolint:nilerr // it doesn't say where: they are asked for one by one
	}
	until, err := time.Parse(time.RFC3339Nano, r.Event.Facts["until"])
	if err != nil {
		return nil //nolint:nilerr // the same
	}
	if from.Before(r.now) {
		from = r.now
	}
	for _, search := range r.searches() {
		search.Within = calendar.Span{Start: from, End: until.Add(time.Microsecond)}
		search.Page.Limit = session.MaxPageSize
		for range rereadPages {
			page, err := r.Store.FindWork(ctx, search)
			if err != nil {
				return err
			}
			for _, l := range page.Items {
				r.found[l.Session.ID] = l
			}
			if search.Page.After = page.Next; page.Next == "" {
				break
			}
		}
	}
	return nil
}

// searches are the lists that the clinician's digests are made from, as far as they want them now.
func (r *rereading) searches() []rota.Search {
	var all []rota.Search
	var members []session.ProviderID
	for _, m := range r.who.Memberships {
		members = append(members, m.Provider)
	}
	slices.Sort(members)
	if members = slices.Compact(members); len(members) > 0 && r.settings.DigestOf(session.Rota) {
		all = append(all, rota.Search{Clinician: r.who.ID, Channel: session.Rota, Providers: members})
	}
	if r.who.Approved && r.settings.DigestOf(session.Marketplace) {
		all = append(all, rota.Search{Clinician: r.who.ID, Channel: session.Marketplace})
	}
	return all
}

// item is a session as the digest tells of it, and whether it does.
func (r *rereading) item(ctx context.Context, id session.SessionID) (notify.DigestItem, bool, error) {
	var none notify.DigestItem
	l, found := r.found[id]
	if !found {
		var err error
		if l, err = r.moved(ctx, id); err != nil {
			return none, false, err
		}
	}
	s := l.Session
	if s.State != session.Open || l.Applied || s.Started(r.now) || s.Opened.After(r.Event.At) {
		return none, false, nil
	}
	practice, err := r.practiceOf(ctx, s.Practice)
	if err != nil || practice.Calendar == nil {
		return none, false, err
	}
	policy, err := r.policyOf(ctx, s.Provider)
	if err != nil || !rota.Visible(l, r.who, policy, practice.Calendar) {
		return none, false, err
	}
	zone := practice.Calendar.Location()
	return notify.DigestItem{
		Reference: string(s.Reference), Role: string(s.Terms.Role), Practice: practice.Name,
		Start: s.Terms.Span.Start.In(zone), End: s.Terms.Span.End.In(zone), Rate: s.Terms.Rate, Channel: s.Channel,
		Applicants: l.Applicants,
	}, true, nil
}

// moved is a session that was not where it was when the digest was made: it has gone, or its start is another one. It
// is zero where Find work doesn't list it.
func (r *rereading) moved(ctx context.Context, id session.SessionID) (rota.Listing, error) {
	now, err := r.Store.Load(ctx, desk.Want{Session: id})
	s := now.Session
	if err != nil || s.State != session.Open || !r.settings.DigestOf(s.Channel) {
		return rota.Listing{}, err
	}
	begin := s.Terms.Span.Start
	search := rota.Search{
		Clinician: r.who.ID, Channel: s.Channel, Practice: s.Practice, Providers: []session.ProviderID{s.Provider},
		Within: calendar.Span{Start: begin, End: begin.Add(time.Microsecond)},
	}
	list := func(req session.PageRequest) (session.Page[rota.Listing], error) {
		search.Page = session.PageRequest{After: req.After, Limit: session.MaxPageSize}
		return r.Store.FindWork(ctx, search)
	}
	for l, err := range desk.All(list) {
		if err != nil || l.Session.ID == id {
			return l, err
		}
	}
	return rota.Listing{}, nil
}

func (r *rereading) practiceOf(ctx context.Context, id session.PracticeID) (session.PracticeFacts, error) {
	if known, there := r.practices[id]; there {
		return known, nil
	}
	practice, err := r.Directory.Practice(ctx, id)
	if err := known(err); err != nil {
		return practice, err
	}
	r.practices[id] = practice
	return practice, nil
}

func (r *rereading) policyOf(ctx context.Context, id session.ProviderID) (withdrawal.Policy, error) {
	if known, there := r.policies[id]; there {
		return known, nil
	}
	now, err := r.Store.Load(ctx, desk.Want{Provider: id})
	if err != nil {
		return withdrawal.Policy{}, err
	}
	r.policies[id] = now.Policies.At(r.now)
	return r.policies[id], nil
}
