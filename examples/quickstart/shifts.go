package main

import (
	"errors"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// shift reads a session. Its times are the practice's own; one that ends before it starts ends on the next day.
func (x *reading) shift(r row, id string) {
	at := session.PracticeID(r.need("practice", "an id from [practices]"))
	x.refers(r, "practice", "practices", string(at))
	r.need("date", "a date such as 2026-04-07")
	s := shift{id: id, post: session.Post{
		Practice: at, Role: session.Role(r.need("role", "a role such as GP")), Break: r.minutes("break"),
		Rate:  session.Rate{Amount: r.amount("rate"), Currency: session.GBP, Per: session.PerHour},
		Place: r.text("room"), Instructions: r.text("notes"), Channel: session.Rota,
	}}
	if r.word("per", "hour", "hour", "session") == "session" {
		s.post.Rate.Per = session.PerSession
	}
	if r.word("channel", "rota", "rota", "marketplace") == "marketplace" {
		s.post.Channel = session.Marketplace
	}
	switch r.word("choosing", "review", "first_come", "review", "ranked") {
	case "first_come":
		s.post.Choosing = session.FirstCome
	case "ranked":
		s.post.Choosing = session.Ranked
	default:
		s.post.Choosing = session.Review
	}
	var fold calendar.Fold
	switch r.word("clock change", "", "earlier", "later") {
	case "earlier":
		fold = calendar.Earlier
	case "later":
		fold = calendar.Later
	}
	date, from, to := r.date("date"), r.clock("start"), r.clock("end")
	s.post.Start = calendar.Local{Date: date, Clock: from, Fold: fold}
	s.post.End = calendar.Local{Date: date, Clock: to, Fold: fold}
	if !from.Before(to) {
		s.post.End.Date = date.AddDays(1)
	}
	if !date.IsZero() && !from.IsZero() && !to.IsZero() {
		x.check(r, &s)
	}
	x.shifts = append(x.shifts, s)
}

// check lets the library judge the terms of a session, so that nothing it would refuse is found only when posting.
func (x *reading) check(r row, s *shift) {
	for _, p := range x.practices {
		if p.facts.ID != s.post.Practice || p.facts.Calendar == nil {
			continue
		}
		span, err := session.ResolveSpan(p.facts.Calendar, s.post.Start, s.post.End)
		if err == nil {
			s.span = span
			err = session.Terms{
				Role: s.post.Role, Span: span, Break: s.post.Break, Rate: s.post.Rate, Place: s.post.Place,
				Instructions: s.post.Instructions,
			}.Validate()
		}
		var field *session.FieldError
		switch {
		case err == nil:
		case errors.As(err, &field):
			x.refuse(r, field)
		default:
			r.refuse("date", "%s", err)
		}
	}
}

// refuse notes a field's error at the column that the field was read from.
func (x *reading) refuse(r row, e *session.FieldError) {
	columns := map[string]string{
		"Start": "start", "End": "end", "Break": "break", "Role": "role", "Place": "room", "Instructions": "notes",
		"Rate.Amount": "rate",
	}
	name := columns[e.Field]
	if name == "" {
		name = "date"
	}
	if r.text(name) == "" {
		return // said already
	}
	var twice *calendar.AmbiguousError
	if errors.As(e, &twice) {
		r.refuse(name, "%s Write earlier or later in the column clock change.", sentence(e))
		return
	}
	r.refuse(name, "%s", sentence(e))
}
