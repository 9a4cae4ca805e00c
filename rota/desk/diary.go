package desk

import (
	"context"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// Diary returns what a clinician is booked into, has applied for, has worked and has lost, everywhere, in order of
// start: of sessions whose start lies within a span, or of all for the zero one (A8). rota.OfClass keeps one class,
// rota.DiaryMonth files a month by date.
func (d *Desk) Diary(ctx context.Context, by session.Actor, within calendar.Span) ([]rota.DiaryItem, error) {
	if err := by.Validate(); err != nil {
		return nil, err
	}
	if by.Capacity != session.AsClinician {
		return nil, &session.ForbiddenError{Capacity: by.Capacity, Act: "read a diary of your own", Why: "only clinicians have one"}
	}
	var booked []booking.Booking
	for b, err := range All(func(page session.PageRequest) (session.Page[booking.Booking], error) {
		return d.Bookings(ctx, by, booking.Query{Clinician: by.Clinician, Within: within, Page: page})
	}) {
		if err != nil {
			return nil, err
		}
		booked = append(booked, b)
	}
	var applied []rota.ApplicationWithSession
	for a, err := range All(func(page session.PageRequest) (session.Page[rota.ApplicationWithSession], error) {
		return d.Applications(ctx, by, page)
	}) {
		if err != nil {
			return nil, err
		}
		if within.IsZero() || within.Contains(a.Session.Terms.Span.Start) {
			applied = append(applied, a)
		}
	}
	calendars, err := d.calendars(ctx, booked, applied)
	if err != nil {
		return nil, err
	}
	return rota.Diary(booked, applied, func(id session.PracticeID) *calendar.Calendar { return calendars[id] })
}

// calendars are those of the practices in a diary, each asked for once.
func (d *Desk) calendars(
	ctx context.Context, booked []booking.Booking, applied []rota.ApplicationWithSession,
) (map[session.PracticeID]*calendar.Calendar, error) {
	found := map[session.PracticeID]*calendar.Calendar{}
	for _, b := range booked {
		found[b.Practice] = nil
	}
	for _, a := range applied {
		found[a.Application.Practice] = nil
	}
	for id := range found {
		practice, err := d.practice(ctx, id)
		if err != nil {
			return nil, err
		}
		found[id] = practice.Calendar
	}
	return found, nil
}
