package rota

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// The codes of findings.
const (
	// RoleNotHeld says that the clinician does not work in the session's role.
	RoleNotHeld = "role_not_held"
	// NotApproved says that they are not fully approved, which the marketplace asks for.
	NotApproved = "not_approved"
	// NotMember says that they do not belong to the provider on the session's date, which the rota asks for.
	NotMember = "not_member"
	// DocumentMissing says that they hold no document of a kind that is required.
	DocumentMissing = "document_missing"
	// DocumentExpired says that theirs ends before the session's date.
	DocumentExpired = "document_expired"
	// DocumentNotYetValid says that theirs begins after the session's date.
	DocumentNotYetValid = "document_not_yet_valid"
)

// Finding is one reason why a clinician is not eligible for a session (A3).
type Finding struct {
	// Code is one of the constants: role_not_held, document_expired …
	Code string `json:"code"`
	// Document is the kind of the document that it is about; blank where it is about none.
	Document string `json:"document,omitzero"`
	// From and Until are the first and last day of the membership or document that does not reach to the session's
	// date; zero where it is open, or there is none.
	From  calendar.Date `json:"from,omitzero"`
	Until calendar.Date `json:"until,omitzero"`
	// Text is a sentence for a person.
	Text string `json:"text"`
}

// Key is the finding as events and booking.Booking.Lapsed hold it: its code and, after a slash, its document.
func (f Finding) Key() string {
	if f.Document == "" {
		return f.Code
	}
	return f.Code + "/" + f.Document
}

// Eligible says why a clinician may not work a session on the terms given; nothing found means that they may (A3).
//
// It is judged for the session's date, which is the local date of its start at the practice, also overnight (T4): a
// document that expires on that day is still valid, one that begins on that day is valid already. Rota sessions need
// membership of the provider on that date, marketplace sessions full approval; the role and the policy's documents
// are needed for both. Where a clinician holds several documents of a kind, one that is valid is enough.
//
// The error is a *calendar.RangeError for a date that the calendar does not know.
func Eligible(
	c ClinicianFacts, s session.Session, terms session.Terms, policy withdrawal.Policy, cal *calendar.Calendar,
) ([]Finding, error) {
	date, err := cal.DateOf(terms.Span.Start)
	if err != nil {
		return nil, err
	}
	var found []Finding
	if !slices.Contains(c.Roles, terms.Role) {
		found = append(found, Finding{Code: RoleNotHeld, Text: fmt.Sprintf("They do not work as %s.", terms.Role)})
	}
	if s.Channel == session.Marketplace {
		if !c.Approved {
			found = append(found, Finding{Code: NotApproved, Text: "They are not fully approved for the marketplace."})
		}
	} else if f, ok := lacksMembership(c.Memberships, s.Provider, date); ok {
		found = append(found, f)
	}
	for _, kind := range policy.Eligibility.Required {
		if f, ok := lacksDocument(c.Documents, kind, date); ok {
			found = append(found, f)
		}
	}
	return found, nil
}

// within says whether a date lies between two others, both included; a zero one is open.
func within(date, first, last calendar.Date) bool {
	return (first.IsZero() || !date.Before(first)) && (last.IsZero() || !date.After(last))
}

// lacksMembership finds out whether a clinician belongs to a provider on a date. The finding tells of the membership
// that ended last, or, where none has begun yet, of the one that begins first.
func lacksMembership(all []Membership, provider session.ProviderID, date calendar.Date) (Finding, bool) {
	var ended, coming calendar.Date
	for _, m := range all {
		switch {
		case m.Provider != provider:
		case within(date, m.From, m.Until):
			return Finding{}, false
		default:
			ended, coming = nearest(ended, coming, m.From, m.Until, date)
		}
	}
	f := Finding{Code: NotMember, Text: "They are not a member of the provider."}
	switch {
	case !ended.IsZero():
		f.Until, f.Text = ended, fmt.Sprintf("Their membership of the provider ends on %s.", ended.Long())
	case !coming.IsZero():
		f.From, f.Text = coming, fmt.Sprintf("Their membership of the provider begins on %s.", coming.Long())
	}
	return f, true
}

// lacksDocument finds out whether a document of a kind is valid on a date, and tells of the nearest one otherwise.
func lacksDocument(all []Document, kind string, date calendar.Date) (Finding, bool) {
	var expired, coming calendar.Date
	for _, doc := range all {
		switch {
		case doc.Kind != kind:
		case within(date, doc.From, doc.Expires):
			return Finding{}, false
		default:
			expired, coming = nearest(expired, coming, doc.From, doc.Expires, date)
		}
	}
	name := strings.ReplaceAll(kind, "_", " ")
	switch {
	case !expired.IsZero():
		return Finding{Code: DocumentExpired, Document: kind, Until: expired,
			Text: fmt.Sprintf("Their %s is valid until %s.", name, expired.Long())}, true
	case !coming.IsZero():
		return Finding{Code: DocumentNotYetValid, Document: kind, From: coming,
			Text: fmt.Sprintf("Their %s is valid from %s.", name, coming.Long())}, true
	}
	return Finding{Code: DocumentMissing, Document: kind, Text: fmt.Sprintf("They have shown no %s.", name)}, true
}

// nearest keeps, of the periods that miss a date, the latest end before it and the earliest beginning after it.
func nearest(ended, coming, first, last, date calendar.Date) (newEnded, newComing calendar.Date) {
	if !last.IsZero() && last.Before(date) {
		if last.After(ended) {
			ended = last
		}
	} else if coming.IsZero() || first.Before(coming) {
		coming = first
	}
	return ended, coming
}

// keys are the findings as events and bookings hold them: sorted, each once.
func keys(found []Finding) []string {
	all := make([]string, 0, len(found))
	for _, f := range found {
		all = append(all, f.Key())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// missing are the elements of all that are not in other.
func missing(all, other []string) []string {
	var out []string
	for _, k := range all {
		if !slices.Contains(other, k) {
			out = append(out, k)
		}
	}
	return out
}

// overruled is what becomes of findings that somebody with the right to do so disregards.
type overruled struct {
	found    []Finding
	reason   session.TextID
	warnings []Warning
}

// overrule lets findings stand if a reason is given, which is kept, and refuses with an *IneligibleError otherwise.
func (s Situation) overrule(d *session.Decision, found []Finding, why string) (overruled, error) {
	if len(found) == 0 {
		return overruled{}, nil
	}
	if session.CheckText("Override", why, true) != nil {
		return overruled{}, &IneligibleError{Clinician: s.Clinician.ID, Reference: s.Session.Reference, Findings: found}
	}
	o := overruled{found: found, reason: d.Note(session.ReasonText, s.Session.Provider, s.Session.ID, why)}
	for _, f := range found {
		o.warnings = append(o.warnings, Warning{Code: "ineligible", Text: f.Text})
	}
	return o, nil
}

// eligible is Eligible for the situation's clinician and session, under the policy in force.
func (s Situation) eligible(terms session.Terms, now time.Time) ([]Finding, error) {
	return Eligible(s.Clinician, s.Session, terms, s.Policies.At(now), s.Practice.Calendar)
}

// Recheck is the system judging a booked clinician's eligibility again, because facts changed or the start is near
// (A3). Where the answer has changed both sides are told; nothing is cancelled.
type Recheck struct {
	session.Command
	Booking session.BookingID
}

// Validate checks the fields; the error is a *session.FieldError.
func (c Recheck) Validate() error { return checkBooking(c.Command, c.Booking) }

// Decide judges the clinician again, for the terms last agreed and by the policy in force now. Where the answer is
// the same as before, the decision is empty and there is nothing to commit.
//
// The error is a *session.StateError for a booking that is not live, a *session.StartedError after the start, and a
// *calendar.RangeError.
func (c Recheck) Decide(s Situation, now time.Time) (booking.Booking, session.Decision, error) {
	d := session.Decide(c.Command, now)
	const act = "check the clinician's eligibility again"
	b := s.Booking
	if !b.State.Live() {
		return booking.Booking{}, session.Decision{}, bookingState(b, act, "")
	}
	if b.Started(d.Now()) {
		return booking.Booking{}, session.Decision{}, &session.StartedError{Reference: b.Reference, Act: act}
	}
	found, err := s.eligible(b.Terms, d.Now())
	if err != nil {
		return booking.Booking{}, session.Decision{}, err
	}
	before, after := b.Lapsed, keys(found)
	lost, restored := missing(after, before), missing(before, after)
	if len(lost)+len(restored) == 0 {
		return b.Clone(), d, nil
	}
	b = b.Clone()
	b.Version++
	b.Lapsed = after
	if len(after) == 0 {
		b.Lapsed = nil
	}
	e := session.Event{Kind: EventEligibilityRestored, Facts: bookingFacts(s.Session, b)}
	if len(lost) > 0 {
		e.Kind = EventEligibilityLost
	}
	e.Facts["lost"], e.Facts["restored"] = strings.Join(lost, ","), strings.Join(restored, ",")
	e.Facts["findings"] = strings.Join(after, ",")
	d.Write(b, e)
	return b, d, nil
}
