package ics

import (
	"context"
	"net/http"
	"time"

	ical "github.com/arran4/golang-ical"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// Diaries is what a clinician's feed reads; a *desk.Desk is one.
type Diaries interface {
	// Bookings lists bookings in order of agreed start.
	Bookings(ctx context.Context, by session.Actor, q booking.Query) (session.Page[booking.Booking], error)
	// Applications lists one's own applications, the latest first.
	Applications(
		ctx context.Context, by session.Actor, page session.PageRequest,
	) (session.Page[rota.ApplicationWithSession], error)
}

// Diary returns the feed of a clinician's diary, for the clinician that a token belongs to (A8): every booking of
// theirs, with whichever provider, an offered one as TENTATIVE, a cancelled or missed one as CANCELLED; with
// Options.Applied also what they have applied for. An entry's UID is notify.InvitationUID, the one of the mails. The
// error is a *session.FieldError naming the option that is missing or wrong.
func Diary(diaries Diaries, o Options) (http.Handler, error) {
	if diaries == nil {
		return nil, &session.FieldError{Field: "Diaries", Problem: "is missing"}
	}
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	f := &feed{Options: o, owns: func(a session.Actor) bool { return a.Capacity == session.AsClinician }}
	f.entries = func(ctx context.Context, owner session.Actor, now time.Time) ([]entry, error) {
		return f.diary(ctx, diaries, owner, now)
	}
	return f, nil
}

func (f *feed) diary(ctx context.Context, from Diaries, owner session.Actor, now time.Time) ([]entry, error) {
	places := f.places()
	var entries []entry
	for b, err := range desk.All(func(page session.PageRequest) (session.Page[booking.Booking], error) {
		page.Limit = session.MaxPageSize
		return from.Bookings(ctx, owner, booking.Query{Clinician: owner.Clinician, Within: f.window(now), Page: page})
	}) {
		if err != nil {
			return nil, err
		}
		if lost(b) && b.Ending.Recorded.Before(now.Add(-f.Cancelled)) {
			continue
		}
		if f.full(ctx, owner, entries) {
			break
		}
		practice, err := places.find(ctx, b.Practice)
		if err != nil {
			return nil, err
		}
		entries = append(entries, f.booked(b, practice))
	}
	if !f.Applied {
		return entries, nil
	}
	return f.applied(ctx, from, owner, now, entries, places)
}

// lost says whether a booking came to nothing.
func lost(b booking.Booking) bool { return b.State == booking.Cancelled || b.State == booking.NoShow }

// booked is a booking as its clinician sees it.
func (f *feed) booked(b booking.Booking, practice session.PracticeFacts) entry {
	prefix, status := "", ical.ObjectStatusConfirmed
	switch {
	case lost(b):
		prefix, status = "Cancelled: ", ical.ObjectStatusCancelled
	case b.State == booking.Offered:
		prefix, status = "Offered: ", ical.ObjectStatusTentative
	}
	e := f.session(b.Session, b.Reference, b.Terms, practice)
	e.uid, e.sequence, e.status, e.stamp = notify.InvitationUID(b.ID), b.Version, status, changed(b)
	e.summary = prefix + e.summary
	if b.State.Live() {
		e.description = described(e.description, labelled("Telephone: ", practice.Phone),
			when("A change is waiting for your answer: ", b.Pending.Terms.Span, practice), b.Terms.Instructions)
	}
	return e
}

// changed is the latest instant at which a booking is known to have changed.
func changed(b booking.Booking) time.Time {
	return latest(b.Made, b.Pending.Since, b.Ending.Recorded, b.Ending.Disputed, b.Call.Due, b.Call.Made)
}

// session is what every entry of a clinician's feed says of its session.
func (f *feed) session(
	id session.SessionID, reference session.Reference, terms session.Terms, practice session.PracticeFacts,
) entry {
	e := entry{
		start: terms.Span.Start, end: terms.Span.End, summary: string(terms.Role), place: practice.Name, link: f.Link(id),
		description: described("Session "+string(reference), when("", terms.Span, practice)),
	}
	if practice.Name != "" {
		e.summary += " at " + practice.Name
	}
	if terms.Place != "" {
		e.place = terms.Place
	}
	return e
}

// applied adds the sessions that the clinician has applied for and nobody has got yet. What was applied for longer
// ago than the feed reaches ahead is not looked for.
func (f *feed) applied(
	ctx context.Context, from Diaries, owner session.Actor, now time.Time, entries []entry, places places,
) ([]entry, error) {
	for a, err := range desk.All(func(page session.PageRequest) (session.Page[rota.ApplicationWithSession], error) {
		page.Limit = session.MaxPageSize
		return from.Applications(ctx, owner, page)
	}) {
		switch {
		case err != nil:
			return nil, err
		case a.Application.Applied.Before(now.Add(-f.Ahead)):
			return entries, nil
		case a.Application.Standing(a.Session) != rota.Pending || !f.window(now).Contains(a.Session.Terms.Span.Start):
			continue
		case f.full(ctx, owner, entries):
			return entries, nil
		}
		practice, err := places.find(ctx, a.Session.Practice)
		if err != nil {
			return nil, err
		}
		e := f.session(a.Session.ID, a.Session.Reference, a.Session.Terms, practice)
		e.uid = "application-" + string(a.Application.ID) + "@sessional"
		e.sequence = a.Session.Version
		e.stamp = latest(a.Application.Applied, a.Session.Opened)
		e.summary, e.status, e.free = "Applied: "+e.summary, ical.ObjectStatusTentative, true
		entries = append(entries, e)
	}
	return entries, nil
}
