package desk

import (
	"context"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

var post = act[session.Post, session.Session]{
	name: "post a session", may: client, field: "Replaces",
	want: func(_ context.Context, _ *Desk, c session.Post) (Want, error) {
		return Want{Session: c.Replaces, Provider: c.By.Provider}, nil
	},
	decide: func(ctx context.Context, t turn[session.Post]) (session.Session, session.Decision, error) {
		p := session.Posting{Replaced: t.read.Session, Choosing: t.read.Policies.At(t.now).Applications.Choosing}
		var err error
		if p.Practice, err = t.desk.practice(ctx, t.c.Practice); err != nil {
			return session.Session{}, session.Decision{}, err
		}
		by := t.c.By
		if p.Practice.Provider != by.Provider || by.Capacity == session.AsPractice && by.Practice != t.c.Practice {
			return session.Session{}, session.Decision{},
				&session.NotFoundError{Field: "Practice", Kind: "practice", ID: string(t.c.Practice)}
		}
		if p.Reference, err = t.desk.reference(ctx); err != nil {
			return session.Session{}, session.Decision{}, err
		}
		return t.c.Decide(p, t.now)
	},
}

// Post posts a session, or keeps it as a draft (S1, S6). Open to practices and rota managers.
func (d *Desk) Post(ctx context.Context, c session.Post) (session.Session, error) {
	return do(ctx, d, c, post)
}

var publish = act[session.Publish, session.Session]{
	name: "post a draft", may: client, field: "Session",
	want: func(_ context.Context, _ *Desk, c session.Publish) (Want, error) {
		return Want{Session: c.Session}, nil
	},
	decide: func(ctx context.Context, t turn[session.Publish]) (session.Session, session.Decision, error) {
		practice, err := t.desk.practice(ctx, t.read.Session.Practice)
		if err != nil {
			return session.Session{}, session.Decision{}, err
		}
		return t.c.Decide(practice, t.read.Session, t.now)
	},
}

// Publish posts a draft (S2). Open to practices and rota managers.
func (d *Desk) Publish(ctx context.Context, c session.Publish) (session.Session, error) {
	return do(ctx, d, c, publish)
}

var expire = act[session.Expire, session.Session]{
	name: "let a session expire", may: system, field: "Session",
	want: func(_ context.Context, _ *Desk, c session.Expire) (Want, error) { return Want{Session: c.Session}, nil },
	decide: func(_ context.Context, t turn[session.Expire]) (session.Session, session.Decision, error) {
		return t.c.Decide(t.read.Session, t.now)
	},
}

// Expire ends a session whose start has passed unfilled (S2). Open to the system.
func (d *Desk) Expire(ctx context.Context, c session.Expire) (session.Session, error) {
	return do(ctx, d, c, expire)
}

var complete = act[booking.Complete, session.Session]{
	name: "complete a session", may: system, field: "Session",
	want: func(_ context.Context, _ *Desk, c booking.Complete) (Want, error) {
		return Want{Session: c.Session}, nil
	},
	decide: decideBooking(booking.Complete.Decide),
}

// Complete ends a session that was worked (S2). Open to the system.
func (d *Desk) Complete(ctx context.Context, c booking.Complete) (session.Session, error) {
	return do(ctx, d, c, complete)
}

var eraseText = act[session.EraseText, session.Text]{
	name: "erase a text", may: support | system, field: "Text",
	want: func(_ context.Context, _ *Desk, c session.EraseText) (Want, error) { return Want{Text: c.Text}, nil },
	decide: func(_ context.Context, t turn[session.EraseText]) (session.Text, session.Decision, error) {
		return t.c.Decide(t.read.Text, t.now)
	},
}

// EraseText erases what somebody wrote, and keeps the record that points to it (P4). Open to support and the system.
func (d *Desk) EraseText(ctx context.Context, c session.EraseText) (session.Text, error) {
	return do(ctx, d, c, eraseText)
}
