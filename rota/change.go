package rota

import (
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// Change changes a session's terms (S5). What is not given stays as it is.
type Change struct {
	session.Command
	Session session.SessionID
	// Role replaces the role; blank: unchanged.
	Role session.Role
	// Start and End replace the times, each if given. The one that is not given stays the instant it is.
	Start, End calendar.Local
	// Break replaces the unpaid break.
	Break *time.Duration
	// Rate replaces the rate; zero: unchanged.
	Rate session.Rate
	// Place and Instructions replace theirs; a pointer to a blank text clears them.
	Place, Instructions *string
	// Override is why a change stands that makes the booked clinician ineligible (A3).
	Override string
}

// Changed is the outcome of a change.
type Changed struct {
	Session session.Session `json:"session"`
	Booking booking.Booking `json:"booking,omitzero"`
	// Fields are the names of what changed, Material those that need the clinician's acknowledgement.
	Fields   []string  `json:"fields"`
	Material []string  `json:"material,omitzero"`
	Warnings []Warning `json:"warnings,omitzero"`
}

// Validate checks the fields as far as that is possible without knowing the session; the error is a
// *session.FieldError.
func (c Change) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := session.CheckID("Session", c.Session); err != nil {
		return err
	}
	if err := session.CheckName("Role", string(c.Role), false); err != nil {
		return err
	}
	if err := checkLocal("Start", c.Start); err != nil {
		return err
	}
	if err := checkLocal("End", c.End); err != nil {
		return err
	}
	if c.Break != nil {
		if err := session.CheckBreak(*c.Break); err != nil {
			return err
		}
	}
	return c.validateRest()
}

func (c Change) validateRest() error {
	if !c.Rate.IsZero() {
		if err := c.Rate.Validate(); err != nil {
			return err
		}
	}
	if c.Place != nil {
		if err := session.CheckName("Place", *c.Place, false); err != nil {
			return err
		}
	}
	if c.Instructions != nil {
		if err := session.CheckText("Instructions", *c.Instructions, false); err != nil {
			return err
		}
	}
	return session.CheckText("Override", c.Override, false)
}

// Decide changes the session. On one that is a draft or open it holds at once. On a filled one the clinician is told
// field by field; what the policy of the booking calls material waits for their acknowledgement, and until then the
// booking keeps the terms last agreed while the diary holds both times. A further change replaces the one that waits;
// one that leads back to what was agreed, or near enough, ends the waiting.
//
// The error is a *session.FieldError for terms that can't be, an *UnchangedError where nothing would change, a
// *session.StateError for a session that is over or withdrawn, a *session.FrozenError while a support case about it is
// open (W4), a *session.StartedError after the start, on the terms last agreed or the ones it is on; of a filled one
// also a *booking.ClashError (A7), an *IneligibleError for what the clinician lacks by the change, unless there is an
// Override (A3), a *session.ForbiddenError for the booked clinician themselves (P1), a *PolicyError, and a
// *calendar.RangeError.
func (c Change) Decide(s Situation, now time.Time) (Changed, session.Decision, error) {
	d := session.Decide(c.Command, now)
	if err := c.changeable(s, d.Now()); err != nil {
		return Changed{}, session.Decision{}, err
	}
	terms, err := c.terms(s.Session.Terms, s.Practice.Calendar)
	if err != nil {
		return Changed{}, session.Decision{}, err
	}
	fields := differences(s.Session.Terms, terms)
	if len(fields) == 0 {
		return Changed{}, session.Decision{}, &UnchangedError{Reference: s.Session.Reference}
	}
	if !terms.Span.Start.After(d.Now()) {
		return Changed{}, session.Decision{}, &session.FieldError{Field: "Start", Problem: "is in the past"}
	}
	next := s.Session
	next.Version++
	next.Terms = terms
	next.EngagementStart = engagement(s.Session.EngagementStart, s.Session.Terms.Span.Start, terms.Span.Start)
	if s.Session.State == session.Filled {
		return c.filled(s, d, next, fields)
	}
	d.Write(next, session.Event{Kind: EventChanged, Facts: changeFacts(next, s.Session.Terms, terms)})
	return Changed{Session: next, Fields: fields}, d, nil
}

// changeable refuses a change whatever it is.
func (c Change) changeable(s Situation, now time.Time) error {
	const act = "change it"
	filled := s.Session.State == session.Filled
	if filled {
		if err := otherSide(c.By, s.Booking.Person, act); err != nil {
			return err
		}
	}
	if err := s.frozen(); err != nil {
		return err
	}
	switch s.Session.State {
	case session.Draft, session.Open, session.Filled:
	default:
		return &session.StateError{Kind: session.KindSession, ID: string(s.Session.ID), State: s.Session.State.String(), Act: act}
	}
	if s.Session.Started(now) || filled && s.Booking.Started(now) {
		return &session.StartedError{Reference: s.Session.Reference, Act: act}
	}
	return nil
}

// terms are the old ones with what the command gives in their place.
func (c Change) terms(old session.Terms, cal *calendar.Calendar) (session.Terms, error) {
	t := old
	span, err := c.span(old.Span, cal)
	if err != nil {
		return session.Terms{}, err
	}
	t.Span = span
	if role := strings.TrimSpace(string(c.Role)); role != "" {
		t.Role = session.Role(role)
	}
	if c.Break != nil {
		t.Break = *c.Break
	}
	if !c.Rate.IsZero() {
		t.Rate = c.Rate
	}
	if c.Place != nil {
		t.Place = strings.TrimSpace(*c.Place)
	}
	if c.Instructions != nil {
		t.Instructions = strings.TrimSpace(*c.Instructions)
	}
	if err := t.Validate(); err != nil {
		return session.Terms{}, err
	}
	return t, nil
}

// span is the old one with the start and end that the command gives. Where only one is given, it is to blame for what
// is wrong.
func (c Change) span(old calendar.Span, cal *calendar.Calendar) (calendar.Span, error) {
	var none calendar.Local
	span, to, problem := old, "Start", "is not before the end"
	var err error
	switch {
	case c.Start == none && c.End == none:
		return old, nil
	case c.Start != none && c.End != none:
		return session.ResolveSpan(cal, c.Start, c.End)
	case c.End != none:
		to, problem = "End", "is not after the start"
		span.End, err = session.Resolve(cal, to, c.End)
	default:
		span.Start, err = session.Resolve(cal, to, c.Start)
	}
	switch {
	case err != nil:
		return calendar.Span{}, err
	case !span.Valid():
		return calendar.Span{}, &session.FieldError{Field: to, Problem: problem}
	case span.Duration() > session.MaxLength:
		return calendar.Span{}, &session.FieldError{Field: to, Problem: "makes it longer than 72 hours"}
	}
	return span, nil
}

// engagement is when the engagement begins once the start of a session has moved: with it, where it began with it
// before, and never after it.
func engagement(began, from, to time.Time) time.Time {
	if began.Equal(from) {
		return to
	}
	return earlier(began, to)
}

// filled changes a session that somebody is booked for.
func (c Change) filled(s Situation, d session.Decision, next session.Session, fields []string) (Changed, session.Decision, error) {
	policy, ok := s.Policies.Numbered(s.Booking.Policy)
	if !ok {
		return Changed{}, session.Decision{}, &PolicyError{Booking: s.Booking.ID, Version: s.Booking.Policy}
	}
	if err := s.Diary.CheckClash(next.Terms.Span, s.Booking.ID, c.By); err != nil {
		return Changed{}, session.Decision{}, err
	}
	found, err := s.lacking(next.Terms, d.Now())
	if err != nil {
		return Changed{}, session.Decision{}, err
	}
	o, err := s.overrule(&d, found, c.Override)
	if err != nil {
		return Changed{}, session.Decision{}, err
	}
	asked := policy.Material(s.Booking.Agreed(), next.Terms, s.Practice.Calendar)
	// The engagement is counted from what was agreed, so that a change there and back leaves it where it was.
	next.EngagementStart = engagement(s.Booking.EngagementStart, s.Booking.Terms.Span.Start, next.Terms.Span.Start)
	b, kind := s.Booking.Clone(), EventUpdated
	b.Version++
	b.Overridden = append(b.Overridden, missing(keys(found), b.Overridden)...)
	from := b.Terms
	if len(asked) > 0 {
		kind = EventChangeProposed
		since, by := d.Now(), c.By
		if p := b.Pending; !p.IsZero() && len(policy.Material(p.Terms, next.Terms, s.Practice.Calendar)) == 0 {
			// What the clinician is asked about was changed then; refusing it is judged by that instant.
			since, by = p.Since, p.By
		}
		b.Pending = booking.Pending{Terms: next.Terms, Since: since, By: by}
	} else {
		if !b.Pending.IsZero() {
			kind, from = EventChangeWithdrawn, s.Session.Terms
		}
		b.Consented = session.Terms{}
		if agreed := s.Booking.Agreed(); !agreed.Equal(next.Terms) {
			b.Consented = agreed
		}
		b.EngagementStart, b.Terms, b.Pending = next.EngagementStart, next.Terms, booking.Pending{}
		b.OfferedUntil = capped(b)
	}
	changed := session.Event{Kind: EventChanged, Reason: o.reason, Facts: changeFacts(next, s.Session.Terms, next.Terms)}
	changed.Facts["material"] = strings.Join(asked, ",")
	told := session.Event{Kind: kind, Facts: changeFacts(next, from, next.Terms)}
	told.Facts["material"] = changed.Facts["material"]
	for _, f := range []session.Facts{changed.Facts, told.Facts} {
		f["booking"], f["clinician"] = string(b.ID), string(b.Clinician)
		f["findings"] = strings.Join(keys(found), ",")
	}
	d.Write(next, changed)
	d.Write(b, told)
	if !sameTimes(s.Booking, b) {
		d.Book(s.Diary.Keep(b))
	}
	return Changed{Session: next, Booking: b.Clone(), Fields: fields, Material: asked, Warnings: o.warnings}, d, nil
}

// lacking is what the booked clinician lacks on new terms and did not lack before.
func (s Situation) lacking(terms session.Terms, now time.Time) ([]Finding, error) {
	before, err := s.eligible(s.Session.Terms, now)
	if err != nil {
		return nil, err
	}
	after, err := s.eligible(terms, now)
	if err != nil {
		return nil, err
	}
	known := keys(before)
	var found []Finding
	for _, f := range after {
		if len(missing([]string{f.Key()}, known)) > 0 {
			found = append(found, f)
		}
	}
	return found, nil
}

// capped is when the offer of a booking ends: at the latest when it starts.
func capped(b booking.Booking) time.Time {
	if b.OfferedUntil.IsZero() {
		return b.OfferedUntil
	}
	return earlier(b.OfferedUntil, b.Terms.Span.Start)
}

// sameTimes says whether a booking holds the same times in its two versions.
func sameTimes(x, y booking.Booking) bool {
	a, b := x.Entry(), y.Entry()
	return sameSpan(a.Span, b.Span) && sameSpan(a.Also, b.Also)
}

func sameSpan(a, b calendar.Span) bool { return a.Start.Equal(b.Start) && a.End.Equal(b.End) }
