package keeper

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
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
	var items []notify.DigestItem
	for id := range strings.SplitSeq(o.Event.Facts["sessions"], ",") {
		listing, practice, err := c.listing(ctx, o, who, session.SessionID(id))
		if err != nil {
			return nil, err
		}
		if listing.Session.Version == 0 || listing.Applied {
			continue
		}
		s, zone := listing.Session, practice.Calendar.Location()
		items = append(items, notify.DigestItem{
			Reference: string(s.Reference), Role: string(s.Terms.Role), Practice: practice.Name,
			Start: s.Terms.Span.Start.In(zone), End: s.Terms.Span.End.In(zone), Rate: s.Terms.Rate, Channel: s.Channel,
			Applicants: listing.Applicants,
		})
	}
	if len(items) == 0 {
		return nil, &notify.StaleError{Why: notify.Overtaken}
	}
	return items, nil
}

// listing is a session as Find work shows it to a clinician now, with its practice; without a version where it
// doesn't.
func (c *Composer) listing(
	ctx context.Context, o *occasion, who rota.ClinicianFacts, id session.SessionID,
) (rota.Listing, session.PracticeFacts, error) {
	var none rota.Listing
	now, err := c.Store.Load(ctx, desk.Want{Session: id})
	if err != nil {
		return none, session.PracticeFacts{}, err
	}
	s := now.Session
	if s.State != session.Open || s.Started(o.now) || s.Opened.After(o.Event.At) || !o.settings.DigestOf(s.Channel) {
		return none, session.PracticeFacts{}, nil
	}
	practice, err := c.Directory.Practice(ctx, s.Practice)
	if err != nil || practice.Calendar == nil {
		return none, practice, known(err)
	}
	begin := s.Terms.Span.Start
	search := rota.Search{
		Clinician: who.ID, Channel: s.Channel, Practice: s.Practice, Providers: []session.ProviderID{s.Provider},
		Within: calendar.Span{Start: begin, End: begin.Add(time.Microsecond)},
	}
	list := func(req session.PageRequest) (session.Page[rota.Listing], error) {
		search.Page = session.PageRequest{After: req.After, Limit: session.MaxPageSize}
		return c.Store.FindWork(ctx, search)
	}
	for l, err := range desk.All(list) {
		if err != nil {
			return none, practice, err
		}
		if l.Session.ID == id && rota.Visible(l, who, now.Policies.At(o.now), practice.Calendar) {
			return l, practice, nil
		}
	}
	return none, practice, nil
}
