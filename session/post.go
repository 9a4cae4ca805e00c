package session

import (
	"cmp"
	"strings"
	"time"

	"github.com/sessional-go/sessional/calendar"
)

// The kinds of events that posting brings about.
const (
	// EventDrafted tells that a session was drafted.
	EventDrafted EventKind = "session.drafted"
	// EventPosted tells that a session was posted and is open for the first time.
	EventPosted EventKind = "session.posted"
)

// MaxLength is the greatest length of a session: it is one shift.
const MaxLength = 72 * time.Hour

// maxName is the greatest length of a role or a place, in bytes.
const maxName = 200

// Post posts a session (S1, S6), or keeps it as a draft.
type Post struct {
	Command
	// Practice is where it is worked.
	Practice PracticeID
	// Draft keeps it to the practice until Publish. It has its reference all the same.
	Draft bool
	// Role is what it asks for. Required.
	Role Role
	// Start and End are local to the practice. A time that a clock change skips is refused, one that it repeats
	// needs its Fold (T5).
	Start, End calendar.Local
	// Break is the unpaid part, in whole minutes and shorter than the session.
	Break time.Duration
	// Rate is what it pays.
	Rate Rate
	// Place and Instructions are for the clinician to read; both may be blank.
	Place, Instructions string
	// Channel is whom it is offered to.
	Channel Channel
	// Choosing is how its applicants are chosen; not given: as the provider's policy says (A5).
	Choosing Choosing
	// Replaces is the withdrawn session that this one reposts (S3); blank for a new one.
	Replaces SessionID
	// EngagementStart is when the engagement that it belongs to began or begins; not given: with this session.
	EngagementStart calendar.Local
}

// Validate checks the fields as far as that is possible without knowing the practice.
func (c Post) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	if err := CheckID("Practice", c.Practice); err != nil {
		return err
	}
	if err := CheckName("Role", string(c.Role), true); err != nil {
		return err
	}
	if err := CheckLocal("Start", c.Start); err != nil {
		return err
	}
	if err := CheckLocal("End", c.End); err != nil {
		return err
	}
	if err := CheckBreak(c.Break); err != nil {
		return err
	}
	if err := c.Rate.Validate(); err != nil {
		return err
	}
	if err := CheckName("Place", c.Place, false); err != nil {
		return err
	}
	if err := CheckText("Instructions", c.Instructions, false); err != nil {
		return err
	}
	return c.validateRest()
}

func (c Post) validateRest() error {
	if !c.Channel.Valid() {
		return &FieldError{Field: "Channel", Problem: "must be rota or marketplace"}
	}
	if c.Choosing != 0 && !c.Choosing.Valid() {
		return &FieldError{Field: "Choosing", Problem: "must be first_come, review or ranked"}
	}
	if c.Replaces != "" {
		if err := CheckID("Replaces", c.Replaces); err != nil {
			return err
		}
	}
	if c.EngagementStart != (calendar.Local{}) {
		return CheckLocal("EngagementStart", c.EngagementStart)
	}
	return nil
}

// Posting is what the decision to post depends on.
type Posting struct {
	Practice PracticeFacts
	// Reference is a fresh one.
	Reference Reference
	// Choosing is the provider's own way, for a command that names none; not given either: Review.
	Choosing Choosing
	// Replaced is the session that Replaces names; zero without one.
	Replaced Session
}

// Decide posts the session. The error is a *FieldError, or a *calendar.GapError, *calendar.AmbiguousError or
// *calendar.RangeError in a *FieldError.
func (c Post) Decide(p Posting, now time.Time) (Session, Decision, error) {
	d := Decide(c.Command, now)
	if err := p.ready(); err != nil {
		return Session{}, Decision{}, err
	}
	span, err := ResolveSpan(p.Practice.Calendar, c.Start, c.End)
	if err != nil {
		return Session{}, Decision{}, err
	}
	if !span.Start.After(d.Now()) {
		return Session{}, Decision{}, &FieldError{Field: "Start", Problem: "is in the past"}
	}
	terms := Terms{
		Role: Role(strings.TrimSpace(string(c.Role))), Span: span, Break: c.Break, Rate: c.Rate,
		Place: strings.TrimSpace(c.Place), Instructions: strings.TrimSpace(c.Instructions),
	}
	if err := terms.Validate(); err != nil {
		return Session{}, Decision{}, err
	}
	engagement, err := c.engagement(p.Practice.Calendar, span.Start)
	if err != nil {
		return Session{}, Decision{}, err
	}
	if err := c.replaces(p); err != nil {
		return Session{}, Decision{}, err
	}
	s := Session{
		ID:              DeriveID[SessionID](c.Command, "session"),
		Version:         1,
		Reference:       p.Reference,
		Provider:        p.Practice.Provider,
		Practice:        c.Practice,
		State:           Draft,
		Terms:           terms,
		Channel:         c.Channel,
		Choosing:        cmp.Or(c.Choosing, p.Choosing, Review),
		EngagementStart: engagement,
		Replaces:        c.Replaces,
		Created:         d.Now(),
	}
	if !c.Draft {
		s.State, s.Opened = Open, d.Now()
	}
	d.Write(s, Event{Kind: postedKind(c.Draft), To: s.State.String(), Facts: s.facts()})
	return s, d, nil
}

// ready refuses to post where the practice or the store lack what every session needs.
func (p Posting) ready() error {
	if err := p.Practice.rings(); err != nil {
		return err
	}
	if p.Reference == "" {
		return &FieldError{Field: "Reference", Problem: "is missing"}
	}
	return nil
}

// rings refuses to post, or to publish, where nobody could be rung (W9).
func (p PracticeFacts) rings() error {
	if !blank(p.Phone) {
		return nil
	}
	return &FieldError{
		Field:   "Practice",
		Problem: "has no telephone number: a clinician who cancels late must be able to ring it",
	}
}

// replaces checks that what is reposted was withdrawn, and is the same practice's of the same provider (S3).
func (c Post) replaces(p Posting) error {
	if c.Replaces == "" {
		return nil
	}
	was, same := p.Replaced, p.Replaced.Practice == c.Practice && p.Replaced.Provider == p.Practice.Provider
	if was.ID != c.Replaces || was.State != Withdrawn || !same {
		return &FieldError{Field: "Replaces", Problem: "is not a withdrawn session of this practice"}
	}
	return nil
}

func (c Post) engagement(cal *calendar.Calendar, start time.Time) (time.Time, error) {
	if c.EngagementStart == (calendar.Local{}) {
		return start, nil
	}
	at, err := Resolve(cal, "EngagementStart", c.EngagementStart)
	if err != nil {
		return time.Time{}, err
	}
	if at.After(start) {
		return time.Time{}, &FieldError{Field: "EngagementStart", Problem: "is after the start of the session"}
	}
	return at, nil
}

func postedKind(draft bool) EventKind {
	if draft {
		return EventDrafted
	}
	return EventPosted
}

// facts are what the record keeps of a session as it is posted.
func (s Session) facts() Facts {
	return Facts{
		"reference": string(s.Reference),
		"practice":  string(s.Practice),
		"role":      string(s.Terms.Role),
		"start":     s.Terms.Span.Start.Format(time.RFC3339Nano),
		"end":       s.Terms.Span.End.Format(time.RFC3339Nano),
		"rate":      s.Terms.Rate.Amount.String(),
		"per":       s.Terms.Rate.Per.String(),
		"currency":  string(s.Terms.Rate.Currency),
		"channel":   s.Channel.String(),
		"choosing":  s.Choosing.String(),
		"replaces":  string(s.Replaces),
	}
}

// Publish posts a draft (S2).
type Publish struct {
	Command
	// Session is the draft.
	Session SessionID
}

// Validate checks the fields.
func (c Publish) Validate() error {
	if err := c.Command.Validate(); err != nil {
		return err
	}
	return CheckID("Session", c.Session)
}

// Decide posts the draft of a practice. The error is a *StateError unless it is one, a *StartedError once its start has
// passed, and a *FieldError where the practice has no telephone number any more (W9).
func (c Publish) Decide(p PracticeFacts, s Session, now time.Time) (Session, Decision, error) {
	d := Decide(c.Command, now)
	next, err := s.Move(Publishing, "post it")
	if err != nil {
		return Session{}, Decision{}, err
	}
	if s.Started(d.Now()) {
		return Session{}, Decision{}, &StartedError{Reference: s.Reference, Act: "post it"}
	}
	if err := p.rings(); err != nil {
		return Session{}, Decision{}, err
	}
	next.Opened = d.Now()
	d.Write(next, Event{Kind: EventPosted, From: s.State.String(), To: next.State.String(), Facts: next.facts()})
	return next, d, nil
}
