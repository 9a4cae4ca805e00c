package ics

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// Practices knows practices by name, telephone and calendar; a desk.Directory is one. For one that it doesn't know it
// returns desk.ErrUnknown.
type Practices interface {
	Practice(ctx context.Context, id session.PracticeID) (session.PracticeFacts, error)
}

// Options are what feeds have in common. All but Tokens and Practices may be left out.
type Options struct {
	// Tokens says whose a feed is. Required.
	Tokens Tokens
	// Practices names the places, and has their zones. Required.
	Practices Practices
	// Name is what a calendar program calls the calendar; not given: "Sessions".
	Name string
	// Past and Ahead say how far the feed reaches, in real time from now, by the start of sessions. Not given: 92 and
	// 548 days, three months and eighteen.
	Past, Ahead time.Duration
	// Cancelled is how long a cancelled entry stays: a booking after it was cancelled, a session of a practice after its
	// start. Not given: 30 days.
	Cancelled time.Duration
	// Most is the greatest number of entries; the ones furthest ahead are left out, and the log says so. Not given: 5000.
	Most int
	// Applied puts the sessions a clinician has applied for into their diary's feed, as tentative and taking no time.
	Applied bool
	// Link leads to where a session is shown; nil: entries have no link.
	Link func(session.SessionID) string
	// Clinician names who is booked, in a practice's feed; nil: it is told whether a session is filled, not by whom.
	Clinician func(ctx context.Context, person session.PersonID) (string, error)
	// Now is the clock; nil: the real one.
	Now func() time.Time
	// Logger is told what can't be read; nil: nobody is. It never gets a token.
	Logger *slog.Logger
}

const day = 24 * time.Hour

func (o Options) withDefaults() (Options, error) {
	switch {
	case o.Tokens == nil:
		return o, &session.FieldError{Field: "Options.Tokens", Problem: "is missing"}
	case o.Practices == nil:
		return o, &session.FieldError{Field: "Options.Practices", Problem: "is missing"}
	case o.Past < 0:
		return o, &session.FieldError{Field: "Options.Past", Problem: "is negative"}
	case o.Ahead < 0:
		return o, &session.FieldError{Field: "Options.Ahead", Problem: "is negative"}
	case o.Cancelled < 0:
		return o, &session.FieldError{Field: "Options.Cancelled", Problem: "is negative"}
	case o.Most < 0:
		return o, &session.FieldError{Field: "Options.Most", Problem: "is negative"}
	}
	o.Name = cmp.Or(o.Name, "Sessions")
	o.Past = cmp.Or(o.Past, 92*day)
	o.Ahead = cmp.Or(o.Ahead, 548*day)
	o.Cancelled = cmp.Or(o.Cancelled, 30*day)
	o.Most = cmp.Or(o.Most, 5000)
	if o.Link == nil {
		o.Link = func(session.SessionID) string { return "" }
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the one clock of a feed that is given none
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// places asks for each practice of a feed once.
type places struct {
	Practices
	known map[session.PracticeID]session.PracticeFacts
}

func (o Options) places() places {
	return places{o.Practices, map[session.PracticeID]session.PracticeFacts{}}
}

// find returns a practice; one that the host no longer knows has neither name nor zone.
func (p places) find(ctx context.Context, id session.PracticeID) (session.PracticeFacts, error) {
	facts, ok := p.known[id]
	if ok {
		return facts, nil
	}
	facts, err := p.Practice(ctx, id)
	if err != nil && !errors.Is(err, desk.ErrUnknown) {
		return facts, err
	}
	p.known[id] = facts
	return facts, nil
}
