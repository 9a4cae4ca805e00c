package booking

import (
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/internal/machine"
	"github.com/sessional-go/sessional/session"
)

// HoursState is where the hours worked stand (B2).
type HoursState uint8

// The states of hours worked.
const (
	// HoursStated waits for the practice.
	HoursStated HoursState = iota + 1
	// HoursQueried waits for the clinician to state them again.
	HoursQueried
	// HoursApproved is settled: the amount is made.
	HoursApproved
)

var hoursStates = enum.Names{"", "stated", "queried", "approved"}

// String returns stated, queried or approved.
func (s HoursState) String() string { return hoursStates.Text(uint8(s)) }

// MarshalText writes stated, queried or approved.
func (s HoursState) MarshalText() ([]byte, error) { return hoursStates.Marshal(uint8(s)) }

// UnmarshalText reads stated, queried or approved and refuses any other word.
func (s *HoursState) UnmarshalText(text []byte) error {
	n, err := hoursStates.Unmarshal(text)
	*s = HoursState(n)
	return err
}

// Hours are the hours worked of one booking: stated by the clinician, approved or queried by the practice (B2).
type Hours struct {
	Booking  session.BookingID  `json:"booking"`
	Version  int64              `json:"version"`
	Session  session.SessionID  `json:"session"`
	Provider session.ProviderID `json:"provider"`
	State    HoursState         `json:"state"`
	// Span is from when until when it was worked, Break the unpaid part.
	Span  calendar.Span `json:"span"`
	Break time.Duration `json:"break,omitzero"`
	// Amount is what they come to at the agreed rate.
	Amount session.Money `json:"amount"`
	// Reason points to why they were queried.
	Reason session.TextID `json:"reason,omitzero"`
	At     time.Time      `json:"at"`
}

// Subject names the hours, by their booking.
func (h Hours) Subject() session.Subject {
	return session.Subject{Kind: session.KindHours, ID: string(h.Booking)}
}

// Revision is their version.
func (h Hours) Revision() int64 { return h.Version }

// Tenant is the provider.
func (h Hours) Tenant() session.ProviderID { return h.Provider }

// About is the session.
func (h Hours) About() session.SessionID { return h.Session }

var hoursTable = machine.New(HoursStated,
	machine.Move[HoursState, PayTrigger]{From: HoursStated, Trigger: Querying, To: HoursQueried},
	machine.Move[HoursState, PayTrigger]{From: HoursStated, Trigger: Approving, To: HoursApproved},
	machine.Move[HoursState, PayTrigger]{From: HoursQueried, Trigger: Stating, To: HoursStated},
)

// HoursDiagram returns the states of hours worked as a Mermaid state diagram (B2).
func HoursDiagram() string { return hoursTable.Mermaid() }

// Next says where trigger leads from s, and whether it leads anywhere (B2).
func (s HoursState) Next(trigger PayTrigger) (HoursState, bool) { return hoursTable.Next(s, trigger) }

// Valid says whether s is one of the states.
func (s HoursState) Valid() bool { return hoursStates.Valid(uint8(s)) }

// move returns the hours in the state that trigger leads to, one version on and as of now. Hours that were never
// stated are in no state at all, which leads nowhere.
func (h Hours) move(trigger PayTrigger, act string, now time.Time) (Hours, error) {
	to, ok := h.State.Next(trigger)
	if !ok {
		return Hours{}, h.refuse(act)
	}
	h.Version++
	h.State, h.At = to, now
	return h, nil
}

// refuse says that act can't be done to the hours as they stand.
func (h Hours) refuse(act string) error {
	state := h.State.String()
	if state == "" {
		state = "not_stated"
	}
	return &session.StateError{Kind: session.KindHours, ID: string(h.Booking), State: state, Act: act}
}

// facts are what the record keeps of hours.
func (h Hours) facts(b Booking) session.Facts {
	f := b.facts()
	f["start"], f["end"] = stamp(h.Span.Start), stamp(h.Span.End)
	f["break"] = minutes(h.Break)
	f["amount"], f["currency"] = h.Amount.Amount.StringFixed(2), string(h.Amount.Currency)
	return f
}

// HoursMargin is how far the hours worked may reach beyond the agreed ones, at either end (B2). What is further off
// is a slip of the pen, not overtime.
const HoursMargin = 12 * time.Hour

// StateHours is the clinician stating the hours they worked (B2), for the first time or after a query.
type StateHours struct {
	session.Command
	Booking session.BookingID
	// Start and End are instants; the session's own where it went as agreed. They lie within HoursMargin of the
	// agreed ones, and not in the future.
	Start, End time.Time
	// Break is the unpaid part: zero or more whole minutes, shorter than the rest.
	Break time.Duration
}

// Validate checks the fields; the error is a *session.FieldError.
func (c StateHours) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Booking", c.Booking); err != nil {
		return err
	}
	span := c.span()
	switch {
	case span.Start.IsZero():
		return &session.FieldError{Field: "Start", Problem: "is missing"}
	case span.End.IsZero():
		return &session.FieldError{Field: "End", Problem: "is missing"}
	case !span.Valid():
		return &session.FieldError{Field: "End", Problem: "is not after the start"}
	case c.Break < 0 || c.Break%time.Minute != 0:
		return &session.FieldError{Field: "Break", Problem: "must be zero or more whole minutes"}
	case c.Break >= span.Duration():
		return &session.FieldError{Field: "Break", Problem: "is as long as the hours worked"}
	}
	return nil
}

func (c StateHours) span() calendar.Span {
	return calendar.Span{Start: session.Instant(c.Start), End: session.Instant(c.End)}
}

// Decide keeps the hours with what they come to at the agreed rate: exact, rounded to pence once, half up (S6). A
// rate per session is paid in full however long it took: where it ended early, the practice can query.
//
// The error is a *session.FieldError for hours that can't be true, a *session.StateError before the end and where
// the hours are waiting for the practice or settled, and a *session.ForbiddenError for a clinician who acts in
// another capacity (P1).
func (c StateHours) Decide(s Situation, now time.Time) (Hours, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "state the hours worked"
	if err := ownSide(c.By, s.Booking.Person, act); err != nil {
		return Hours{}, session.Decision{}, err
	}
	if err := s.Booking.worked(act); err != nil {
		return Hours{}, session.Decision{}, err
	}
	from := s.Hours
	next := Hours{
		Booking: s.Booking.ID, Version: 1, Session: s.Booking.Session, Provider: s.Booking.Provider,
		State: HoursStated, At: d.Now(),
	}
	if from.State != 0 {
		var err error
		if next, err = from.move(Stating, act, d.Now()); err != nil {
			return Hours{}, session.Decision{}, err
		}
	}
	agreed, span := s.Booking.Terms, c.span()
	next.Span, next.Break, next.Reason = span, c.Break, ""
	next.Amount = agreed.Rate.For(span.Duration() - c.Break)
	if err := next.plausible(agreed.Span, d.Now()); err != nil {
		return Hours{}, session.Decision{}, err
	}
	d.Write(next, session.Event{
		Kind: EventHoursStated, From: from.State.String(), To: next.State.String(), Facts: next.facts(s.Booking),
	})
	return next, d, nil
}

// plausible refuses hours far off the agreed ones, hours not worked yet, and an amount that can't be paid.
func (h Hours) plausible(agreed calendar.Span, now time.Time) error {
	switch {
	case h.Span.Start.Before(agreed.Start.Add(-HoursMargin)):
		return &session.FieldError{Field: "Start", Problem: "is more than 12 hours before the agreed start"}
	case h.Span.End.After(agreed.End.Add(HoursMargin)):
		return &session.FieldError{Field: "End", Problem: "is more than 12 hours after the agreed end"}
	case h.Span.End.After(now):
		return &session.FieldError{Field: "End", Problem: "is in the future"}
	}
	if err := h.Amount.CheckPositive("Amount"); err != nil {
		return &session.FieldError{Field: "End", Problem: "makes an amount that can't be paid", Err: err}
	}
	return nil
}

// ApproveHours is the practice approving the hours stated, which makes the amount and an invoice (B2).
type ApproveHours struct {
	session.Command
	Booking session.BookingID
}

// Approved is what approving makes: the hours as settled, and the invoice for them.
type Approved struct {
	Hours   Hours   `json:"hours"`
	Invoice Invoice `json:"invoice"`
}

// Validate checks the fields; the error is a *session.FieldError.
func (c ApproveHours) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return session.CheckID("Booking", c.Booking)
}

// Decide settles the hours and makes the invoice, awaiting. The error is a *session.StateError where no hours are
// stated, or they are queried or settled, and a *session.ForbiddenError for the clinician themselves (P1).
func (c ApproveHours) Decide(s Situation, now time.Time) (Approved, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "approve the hours worked"
	if err := otherSide(c.By, s.Booking.Person, act); err != nil {
		return Approved{}, session.Decision{}, err
	}
	if err := s.Booking.worked(act); err != nil {
		return Approved{}, session.Decision{}, err
	}
	hours, err := s.Hours.move(Approving, "approve them", d.Now())
	if err != nil {
		return Approved{}, session.Decision{}, err
	}
	invoice := newInvoice(c.Command, s.Booking, ForHours, hours.Amount, d.Now())
	d.Write(hours, session.Event{
		Kind: EventHoursApproved, From: s.Hours.State.String(), To: hours.State.String(), Facts: hours.facts(s.Booking),
	})
	d.Write(invoice, InvoiceMade(invoice))
	return Approved{Hours: hours, Invoice: invoice}, d, nil
}

// QueryHours is the practice questioning the hours stated (B2).
type QueryHours struct {
	session.Command
	Booking session.BookingID
	// Reason is required.
	Reason string
}

// Validate checks the fields; the error is a *session.FieldError.
func (c QueryHours) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Booking", c.Booking); err != nil {
		return err
	}
	return session.CheckText("Reason", c.Reason, true)
}

// Decide hands the hours back to the clinician, to state them again. Its errors are those of ApproveHours.Decide.
func (c QueryHours) Decide(s Situation, now time.Time) (Hours, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "query the hours worked"
	if err := otherSide(c.By, s.Booking.Person, act); err != nil {
		return Hours{}, session.Decision{}, err
	}
	if err := s.Booking.worked(act); err != nil {
		return Hours{}, session.Decision{}, err
	}
	next, err := s.Hours.move(Querying, "query them", d.Now())
	if err != nil {
		return Hours{}, session.Decision{}, err
	}
	next.Reason = d.Note(session.ReasonText, next.Provider, next.Session, c.Reason)
	d.Write(next, session.Event{
		Kind: EventHoursQueried, From: s.Hours.State.String(), To: next.State.String(),
		Reason: next.Reason, Facts: next.facts(s.Booking),
	})
	return next, d, nil
}
