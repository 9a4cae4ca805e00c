package ics

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	ical "github.com/arran4/golang-ical"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// Calendars is what a practice's feed reads; a *desk.Desk is one.
type Calendars interface {
	// Calendar lists a practice's sessions with their applicants, in order of start (S4).
	Calendar(ctx context.Context, by session.Actor, q session.CalendarQuery) (session.Page[session.CalendarEntry], error)
	// Bookings lists bookings in order of agreed start.
	Bookings(ctx context.Context, by session.Actor, q booking.Query) (session.Page[booking.Booking], error)
}

// Practice returns the feed of a practice's sessions, for somebody of the practice that a token belongs to: an open one
// as TENTATIVE with its number of applicants, a withdrawn or expired one as CANCELLED, drafts not at all. An entry's
// UID follows from the session and stays when somebody else is booked. The error is a *session.FieldError naming the
// option that is missing or wrong.
func Practice(calendars Calendars, o Options) (http.Handler, error) {
	if calendars == nil {
		return nil, &session.FieldError{Field: "Calendars", Problem: "is missing"}
	}
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	f := &feed{Options: o, owns: func(a session.Actor) bool { return a.Capacity == session.AsPractice }}
	f.entries = func(ctx context.Context, owner session.Actor, now time.Time) ([]entry, error) {
		return f.practice(ctx, calendars, owner, now)
	}
	return f, nil
}

// shown are the states of sessions in a practice's feed.
var shown = []session.State{session.Open, session.Filled, session.Completed, session.Withdrawn, session.Expired}

func (f *feed) practice(ctx context.Context, from Calendars, owner session.Actor, now time.Time) ([]entry, error) {
	practice, err := f.places().find(ctx, owner.Practice)
	if err != nil {
		return nil, err
	}
	booked, err := f.bookings(ctx, from, owner, now)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for c, err := range desk.All(func(page session.PageRequest) (session.Page[session.CalendarEntry], error) {
		page.Limit = session.MaxPageSize
		return from.Calendar(ctx, owner, session.CalendarQuery{
			Practice: owner.Practice, Within: f.window(now), States: shown, Page: page,
		})
	}) {
		if err != nil {
			return nil, err
		}
		ended := c.Session.State == session.Withdrawn || c.Session.State == session.Expired
		if ended && c.Session.Terms.Span.Start.Before(now.Add(-f.Cancelled)) {
			continue
		}
		if f.full(ctx, owner, entries) {
			break
		}
		e, err := f.offered(ctx, c, booked[c.Session.Booking], practice)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// bookings are the live and the completed bookings of a practice. A booking whose start lies beyond the window, while a
// change that waits for an answer would bring it in, is not among them: its session is shown without a name until then.
func (f *feed) bookings(
	ctx context.Context, from Calendars, owner session.Actor, now time.Time,
) (map[session.BookingID]booking.Booking, error) {
	found := map[session.BookingID]booking.Booking{}
	for b, err := range desk.All(func(page session.PageRequest) (session.Page[booking.Booking], error) {
		page.Limit = session.MaxPageSize
		return from.Bookings(ctx, owner, booking.Query{
			Practice: owner.Practice, Within: f.window(now), Page: page,
			States: []booking.State{booking.Offered, booking.Confirmed, booking.Completed, booking.NoShow},
		})
	}) {
		if err != nil {
			return nil, err
		}
		found[b.ID] = b
		if len(found) >= f.Most {
			break
		}
	}
	return found, nil
}

// offered is a session as its practice sees it.
func (f *feed) offered(
	ctx context.Context, c session.CalendarEntry, b booking.Booking, practice session.PracticeFacts,
) (entry, error) {
	s := c.Session
	e := f.session(s.ID, s.Reference, s.Terms, practice)
	e.uid, e.sequence = "session-"+string(s.ID)+"@sessional", s.Version
	e.stamp = latest(s.Created, s.Opened)
	name, err := f.name(ctx, b)
	if err != nil {
		return entry{}, err
	}
	if b.ID != "" {
		e.stamp = latest(e.stamp, changed(b))
	}
	role := string(s.Terms.Role)
	switch {
	case s.State == session.Open:
		e.status, e.free = ical.ObjectStatusTentative, true
		e.summary = role + ": open, " + strconv.Itoa(c.Applicants) + " applied"
	case s.State == session.Withdrawn || s.State == session.Expired:
		e.status = ical.ObjectStatusCancelled
		e.summary = "Cancelled: " + role
	case b.State == booking.Offered:
		e.status = ical.ObjectStatusTentative
		e.summary = role + ": offered" + labelled(" to ", name)
	case b.State == booking.NoShow:
		e.status = ical.ObjectStatusConfirmed
		e.summary = role + ": not worked" + labelled(" by ", name)
	default:
		e.status = ical.ObjectStatusConfirmed
		e.summary = role + ": " + cmp.Or(name, "filled")
	}
	if !b.Pending.IsZero() {
		e.description = described(e.description,
			when("A change is waiting for the clinician's answer; agreed until then: ", b.Terms.Span, practice))
	}
	return e, nil
}

// name is that of the clinician who is booked; blank where nobody is, or the host doesn't tell.
func (f *feed) name(ctx context.Context, b booking.Booking) (string, error) {
	if b.ID == "" || f.Clinician == nil {
		return "", nil
	}
	return f.Clinician(ctx, b.Person)
}
