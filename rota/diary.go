package rota

import (
	"cmp"
	"slices"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/session"
)

// DiaryClass is the heading under which a clinician's diary shows something (A8).
type DiaryClass uint8

// The headings of a diary.
const (
	// DiaryBooked is a live booking: offered or confirmed, applied for or allocated.
	DiaryBooked DiaryClass = iota + 1
	// DiaryApplied is an application that is pending.
	DiaryApplied
	// DiaryWorked is a booking that was completed.
	DiaryWorked
	// DiaryLost is what came to nothing: an application declined or lapsed, a booking cancelled or missed.
	DiaryLost
)

var diaryClasses = enum.Names{"", "booked", "applied", "worked", "lost"}

// String returns booked, applied, worked or lost.
func (c DiaryClass) String() string { return diaryClasses.Text(uint8(c)) }

// MarshalText writes booked, applied, worked or lost.
func (c DiaryClass) MarshalText() ([]byte, error) { return diaryClasses.Marshal(uint8(c)) }

// UnmarshalText reads booked, applied, worked or lost and refuses any other word.
func (c *DiaryClass) UnmarshalText(text []byte) error {
	n, err := diaryClasses.Unmarshal(text)
	*c = DiaryClass(n)
	return err
}

// DiaryItem is one line of a clinician's diary (A8).
type DiaryItem struct {
	Class     DiaryClass         `json:"class"`
	Session   session.SessionID  `json:"session"`
	Reference session.Reference  `json:"reference"`
	Provider  session.ProviderID `json:"provider"`
	Practice  session.PracticeID `json:"practice"`
	Channel   session.Channel    `json:"channel"`
	// Booking is the booking, and BookingState where it stands; zero for a mere application.
	Booking      session.BookingID `json:"booking,omitzero"`
	BookingState booking.State     `json:"booking_state,omitzero"`
	// Application is the application, and Standing where it stands; zero for a booking.
	Application session.ApplicationID `json:"application,omitzero"`
	Standing    State                 `json:"standing,omitzero"`
	// Terms are the ones last agreed of a booking, and the ones offered of an application.
	Terms session.Terms `json:"terms"`
	// Changed are the terms of a change that waits for the clinician's answer (S5); zero without one.
	Changed session.Terms `json:"changed,omitzero"`
	// Date is the local date of the start at the practice, ChangedDate that of the change; zero without one.
	Date        calendar.Date `json:"date"`
	ChangedDate calendar.Date `json:"changed_date,omitzero"`
}

// Calendars finds the calendar of a practice; nil for one that it does not know.
type Calendars func(session.PracticeID) *calendar.Calendar

// Diary lists what a clinician is booked into, has applied for, has worked and has lost, in the order of start and
// reference (A8). Bookings and applications may come from any practice and provider, in any order. A session stands in
// the list once where it can: an application that succeeded is shown as its booking, one that was lost only where
// there is no more to tell of its session, and then the latest; one that was retracted not at all.
//
// The error is a *session.NotFoundError for a practice without a calendar, and a *calendar.RangeError.
func Diary(bookings []booking.Booking, applications []ApplicationWithSession, calendars Calendars) ([]DiaryItem, error) {
	var items []DiaryItem
	told := map[session.SessionID]bool{}
	for _, b := range bookings {
		if item := bookedItem(b); item.Class != 0 {
			items = append(items, item)
			told[item.Session] = true
		}
	}
	lost := map[session.SessionID]Application{}
	for _, a := range applications {
		if a.Application.Standing(a.Session) == Pending {
			items = append(items, appliedItem(a, DiaryApplied))
			told[a.Session.ID] = true
		}
	}
	for _, a := range applications {
		if isLost(a) && a.Application.Round >= lost[a.Session.ID].Round {
			lost[a.Session.ID] = a.Application
		}
	}
	for _, a := range applications {
		if isLost(a) && !told[a.Session.ID] && lost[a.Session.ID].ID == a.Application.ID {
			items = append(items, appliedItem(a, DiaryLost))
			told[a.Session.ID] = true
		}
	}
	for i := range items {
		if err := items[i].date(calendars); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(items, compareItems)
	return items, nil
}

// compareItems orders by start, reference, and what makes two lines of one session different.
func compareItems(a, b DiaryItem) int {
	return cmp.Or(
		a.Terms.Span.Start.Compare(b.Terms.Span.Start),
		cmp.Compare(a.Reference, b.Reference),
		cmp.Compare(a.Class, b.Class),
		cmp.Compare(a.Booking, b.Booking),
		cmp.Compare(a.Application, b.Application),
	)
}

// isLost says whether an application came to nothing by somebody else's doing.
func isLost(a ApplicationWithSession) bool {
	standing := a.Application.Standing(a.Session)
	return standing == Declined || standing == Lapsed
}

func bookedItem(b booking.Booking) DiaryItem {
	item := DiaryItem{
		Session: b.Session, Reference: b.Reference, Provider: b.Provider, Practice: b.Practice, Channel: b.Channel,
		Booking: b.ID, BookingState: b.State, Terms: b.Terms, Changed: b.Pending.Terms,
	}
	switch b.State {
	case booking.Offered, booking.Confirmed:
		item.Class = DiaryBooked
	case booking.Completed:
		item.Class = DiaryWorked
	case booking.Cancelled, booking.NoShow:
		item.Class = DiaryLost
	}
	return item
}

func appliedItem(a ApplicationWithSession, class DiaryClass) DiaryItem {
	s := a.Session
	return DiaryItem{
		Class: class, Session: s.ID, Reference: s.Reference, Provider: s.Provider, Practice: s.Practice, Channel: s.Channel,
		Application: a.Application.ID, Standing: a.Application.Standing(s), Terms: s.Terms,
	}
}

// date finds the item's local dates.
func (i *DiaryItem) date(calendars Calendars) error {
	cal := calendars(i.Practice)
	if cal == nil {
		return &session.NotFoundError{Field: "Practice", Kind: "calendar", ID: string(i.Practice)}
	}
	var err error
	if i.Date, err = cal.DateOf(i.Terms.Span.Start); err != nil || i.Changed.Span.IsZero() {
		return err
	}
	i.ChangedDate, err = cal.DateOf(i.Changed.Span.Start)
	return err
}

// OfClass keeps the items under one heading, as the list of what is booked.
func OfClass(items []DiaryItem, class DiaryClass) []DiaryItem {
	var kept []DiaryItem
	for _, item := range items {
		if item.Class == class {
			kept = append(kept, item)
		}
	}
	return kept
}

// DiaryMonth is a diary as a month: the items of each local date that has any, in their order (A8). An item with a
// change that waits for an answer stands on both its dates.
func DiaryMonth(items []DiaryItem, year int, month time.Month) map[calendar.Date][]DiaryItem {
	days := map[calendar.Date][]DiaryItem{}
	put := func(d calendar.Date, item DiaryItem) {
		if !d.IsZero() && d.Year() == year && d.Month() == month {
			days[d] = append(days[d], item)
		}
	}
	for _, item := range items {
		put(item.Date, item)
		if item.ChangedDate != item.Date {
			put(item.ChangedDate, item)
		}
	}
	return days
}
