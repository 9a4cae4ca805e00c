package session

import (
	"context"
	"time"

	"github.com/sessional-go/sessional/calendar"
)

// CalendarQuery asks for a practice's calendar (S4).
type CalendarQuery struct {
	Practice PracticeID
	// Within is the part of the calendar: sessions whose start lies in it.
	Within calendar.Span
	// States keeps only sessions in one of them; none given: all.
	States []State
	Page   PageRequest
}

// CalendarEntry is a session as the practice's calendar shows it (S4).
type CalendarEntry struct {
	Session Session `json:"session"`
	// Applicants is the number of pending applications of the current round.
	Applicants int `json:"applicants"`
}

// Store is what the session package asks of a store.
type Store interface {
	// Calendar lists a practice's sessions in order of start and id. Sessions of another provider are never in it,
	// whatever the practice is called.
	Calendar(ctx context.Context, provider ProviderID, q CalendarQuery) (Page[CalendarEntry], error)
	// References reserves n numbers for references and returns the first. They are never handed out again; gaps
	// are fine (S1).
	References(ctx context.Context, n int) (first int64, err error)
}

// Validate checks the query's fields.
func (q CalendarQuery) Validate() error {
	if err := CheckID("Practice", q.Practice); err != nil {
		return err
	}
	if !q.Within.Valid() {
		return &FieldError{Field: "Within", Problem: "must end after it starts"}
	}
	for _, s := range q.States {
		if !s.Valid() {
			return &FieldError{Field: "States", Problem: "holds an unknown state"}
		}
	}
	return q.Page.Validate()
}

// Day is the span of a local date at the practice (S4, T1). The error is a *calendar.RangeError outside the years of
// the practice's calendar.
func (p PracticeFacts) Day(d calendar.Date) (calendar.Span, error) { return p.Days(d, d.AddDays(1)) }

// Month is the span of a local calendar month at the practice (S4, T1). The error is a *FieldError for what is no
// month, and a *calendar.RangeError outside the years of the practice's calendar.
func (p PracticeFacts) Month(year int, month time.Month) (calendar.Span, error) {
	first, err := calendar.NewDate(year, month, 1)
	if err != nil {
		return calendar.Span{}, err
	}
	next := first.AddDays(32)
	return p.Days(first, next.AddDays(1-next.Day()))
}

// Days is the span of the local dates from first up to, not including, last (S4, T1). The error is a *FieldError
// where last is not after first, and a *calendar.RangeError outside the years of the practice's calendar.
func (p PracticeFacts) Days(first, last calendar.Date) (calendar.Span, error) {
	if p.Calendar == nil {
		return calendar.Span{}, noCalendar()
	}
	if !last.After(first) {
		return calendar.Span{}, &FieldError{Field: "last", Problem: "is not after the first date"}
	}
	from, err := p.Calendar.StartOf(first)
	if err != nil {
		return calendar.Span{}, err
	}
	// Not the start of last: that may be the first day after the years of the calendar.
	to, err := p.Calendar.EndOf(last.AddDays(-1))
	if err != nil {
		return calendar.Span{}, err
	}
	return calendar.Span{Start: Instant(from), End: Instant(to)}, nil
}
