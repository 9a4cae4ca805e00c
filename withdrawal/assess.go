package withdrawal

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// The codes of a refusal.
const (
	refusedNotice    = "short_notice"
	refusedStarted   = "session_started"
	refusedFrozen    = "session_frozen"
	refusedState     = "wrong_state"
	refusedForbidden = "forbidden"
)

// The names of limits.
const (
	// LimitWithdraw is until when the client withdraws a filled session alone (W2).
	LimitWithdraw = "withdraw"
	// LimitFee is until when that costs no fee (W6).
	LimitFee = "fee"
	// LimitCall is until when a clinician cancels without having to ring (W9).
	LimitCall = "call"
	// LimitStart is the start, after which nothing is withdrawn (W10).
	LimitStart = "start"
)

// Assess answers a question at an instant (W1–W11): whether the actor may, by which route, what they must give,
// who will be told, what it may cost, and every cut-off that applies. A refusal is an answer, not an error: see
// Assessment.Err.
//
// The error is for what can't be assessed: a *session.FieldError for an unknown question or a practice without a
// calendar, a *session.NotFoundError where nobody is booked, or for what is not the actor's to see, and a
// *calendar.RangeError outside the calendar's years.
func Assess(q Question, s Situation, by session.Actor, now time.Time) (Assessment, error) {
	if !questions.Valid(uint8(q)) {
		return Assessment{}, &session.FieldError{Field: "Question", Problem: "is missing or unknown"}
	}
	if s.Practice.Calendar == nil {
		return Assessment{}, &session.FieldError{Field: "Practice", Problem: "has no calendar"}
	}
	if err := s.seen(q, by); err != nil {
		return Assessment{}, err
	}
	a := s.draft(q, by, session.Instant(now))
	if q == WithdrawSession && s.Session.State != session.Filled {
		return s.assessUnfilled(a)
	}
	return s.assessBooked(a)
}

// draft is an assessment before anything is judged.
func (s Situation) draft(q Question, by session.Actor, at time.Time) Assessment {
	return Assessment{
		Question: q, Session: s.Session.ID, Reference: s.Session.Reference, State: s.Session.State,
		Terms: s.Session.Terms, By: by, At: at, Policy: s.Policies.At(at).Version,
	}
}

// seen refuses what isn't there, or isn't the actor's to see: the two are never told apart (P1).
func (s Situation) seen(q Question, by session.Actor) error {
	missing := &session.NotFoundError{Field: "Session", Kind: session.KindSession, ID: string(s.Session.ID)}
	if s.Session.ID == "" || by.Capacity.Client() && by.Provider != s.Session.Provider ||
		by.Capacity == session.AsPractice && by.Practice != s.Session.Practice {
		return missing
	}
	if q == WithdrawSession && s.Session.State != session.Filled {
		return nil
	}
	b := s.Booking
	if b.ID == "" || b.Session != s.Session.ID || q == WithdrawSession && b.ID != s.Session.Booking ||
		by.Capacity == session.AsClinician && by.Clinician != b.Clinician {
		return &session.NotFoundError{Field: "Booking", Kind: session.KindBooking, ID: string(b.ID)}
	}
	return nil
}

// assessUnfilled is W1: an explicit confirmation, and no reason. It is judged by the version at the act (W11).
func (s Situation) assessUnfilled(a Assessment) (Assessment, error) {
	start, err := s.startLimit(a)
	if err != nil {
		return Assessment{}, err
	}
	a.CutOffs = []Limit{start}
	_, possible := a.State.Next(session.Withdrawing)
	switch {
	case !a.By.Capacity.Client():
		a.Refusal = refusedForbidden
	case !possible:
		a.Refusal = refusedState
	case s.Session.Case != "":
		a.Refusal, a.Case = refusedFrozen, s.Session.Case
	case start.Passed:
		a.Refusal = refusedStarted
	default:
		a.Allowed, a.Route, a.Confirm = true, booking.SelfService, true
		if a.State == session.Open {
			a.Tell = []Audience{PendingApplicants}
		}
	}
	return a.finish(s), nil
}

// assessBooked is W2–W6 for the client, W8 and W9 for the clinician.
func (s Situation) assessBooked(a Assessment) (Assessment, error) {
	a, j, err := s.judged(a)
	if err != nil {
		return Assessment{}, err
	}
	a.Refusal = s.refusal(a)
	if a.Refusal == "" || a.Refusal == refusedFrozen {
		a = s.price(a, j)
	}
	switch {
	case a.Refusal == refusedFrozen:
		a.Case = s.Session.Case
	case a.Refusal == "" && a.Question == CancelOwnBooking:
		a = s.allowCancel(a, j)
	case a.Refusal == "":
		a = s.allowClient(a, j)
	}
	return a.finish(s), nil
}

// judged adds the cut-offs, on the terms last agreed (S5) and by the version that the booking was made under (W11).
func (s Situation) judged(a Assessment) (Assessment, judge, error) {
	b := s.Booking
	a.Booking, a.BookingState, a.Terms, a.Policy = b.ID, b.State, b.Terms, b.Policy
	start, err := s.startLimit(a)
	if err != nil {
		return Assessment{}, judge{}, err
	}
	j, err := s.judge()
	if err != nil {
		return Assessment{}, judge{}, err
	}
	a.Required = j.policy.Withdraw.Notice
	if a.Question == CancelOwnBooking {
		a.Required = j.policy.Cancel.Call
	}
	if a.Given, err = j.cal.Given(a.Required, a.At, b.Terms.Span.Start); err != nil {
		return Assessment{}, judge{}, err
	}
	a.CutOffs = a.limits(j, start)
	return a, j, nil
}

// limits are the cut-offs that a question depends on, in the order of time.
func (a Assessment) limits(j judge, start Limit) []Limit {
	limit := func(name string, cut calendar.CutOff) Limit {
		return Limit{Name: name, CutOff: cut, Passed: cut.Late(a.At), Words: j.cal.Words(cut)}
	}
	all := []Limit{limit(LimitWithdraw, j.withdraw), limit(LimitFee, j.fee), start}
	if a.Question == CancelOwnBooking {
		all = []Limit{limit(LimitFee, j.fee), limit(LimitCall, j.call), start}
	}
	slices.SortStableFunc(all, func(x, y Limit) int { return x.CutOff.At.Compare(y.CutOff.At) })
	return all
}

// startLimit is W10, on the terms of the assessment. It also refuses instants that the calendar doesn't know.
func (s Situation) startLimit(a Assessment) (Limit, error) {
	cal := s.Practice.Calendar
	if _, err := cal.DateOf(a.At); err != nil {
		return Limit{}, err
	}
	cut, err := cal.CutOff(calendar.Notice{Unit: calendar.ElapsedHours}, a.Terms.Span.Start)
	if err != nil {
		return Limit{}, err
	}
	return Limit{Name: LimitStart, CutOff: cut, Passed: cut.Late(a.At), Words: cal.Words(cut)}, nil
}

// refusal is what stands against a booking being ended whatever the notice; blank for nothing.
func (s Situation) refusal(a Assessment) string {
	b := s.Booking
	switch {
	case !fits(a.Question, a.By.Capacity), selfDealing(a.By, b.Person):
		return refusedForbidden
	case !b.State.Live(), a.Question == CancelOwnBooking && b.State == booking.Offered:
		return refusedState
	case s.Session.Case != "" && a.Question != CancelOwnBooking:
		return refusedFrozen
	case b.Started(a.At):
		return refusedStarted
	}
	return ""
}

// price says what it would cost now (W6): the client's cause only (B1).
func (s Situation) price(a Assessment, j judge) Assessment {
	charges, limit := j.charges(a.At)
	if s.Booking.Started(a.At) || s.Booking.RegistrationLapsed() && a.Question != CancelOwnBooking {
		charges, limit = false, session.Money{}
	}
	a.Fee = charges && a.Question != CancelOwnBooking
	a.OnRequest = charges && a.Question == CancelOwnBooking
	a.Cap = limit
	return a
}

// allowCancel is W8 and W9: the call comes on top, and blocks nothing.
func (s Situation) allowCancel(a Assessment, j judge) Assessment {
	a.Allowed, a.Route, a.Shared = true, booking.OwnCancellation, true
	if j.call.Late(a.At) {
		a.Call = s.Practice.Phone
	}
	a.Tell = []Audience{PracticeStaff, RotaManagers}
	if s.Session.Case != "" {
		a.Case = s.Session.Case
		a.Tell = append(a.Tell, SupportTeam)
	}
	return a
}

// allowClient is W2, W3 and W5.
func (s Situation) allowClient(a Assessment, j judge) Assessment {
	switch {
	case j.withdraw.InTime(a.At):
		a.Route = booking.SelfService
	case s.rotaPro(j.policy):
		a.Route = booking.RotaPro
	default:
		a.Refusal, a.Way = refusedNotice, way(j.cal, s.Support, a.At)
		return a
	}
	a.Allowed, a.Reason, a.Shared = true, true, true
	a.Tell = []Audience{BookedClinician}
	return a
}

// rotaPro says whether the provider's entitlement covers the session: those in its rota tab, or all where the policy
// says so (W5).
func (s Situation) rotaPro(p Policy) bool {
	return s.Provider.RotaPro && (s.Session.Channel == session.Rota || p.Withdraw.RotaProEverywhere)
}

// fits says whether a capacity may ask a question at all: support acts by a case (W4), and nobody from the other side.
func fits(q Question, c session.Capacity) bool {
	if q == CancelOwnBooking {
		return c == session.AsClinician
	}
	return c.Client()
}

// selfDealing says whether an actor would decide about their own booking from another side (P1).
func selfDealing(by session.Actor, person session.PersonID) bool {
	return by.Person != "" && by.Person == person && by.Capacity != session.AsClinician
}

// finish adds the words and the digest.
func (a Assessment) finish(s Situation) Assessment {
	a = a.describe(s)
	a.Shown = a.digest()
	return a
}

// digest is of all that was shown and would change the act: not the instant, nor any version number but the policy's,
// so that an unrelated edit doesn't stand in the way, and midnight does.
func (a Assessment) digest() string {
	parts := []string{
		a.Question.String(), string(a.Session), a.State.String(), string(a.Booking), a.BookingState.String(),
		stamp(a.Terms.Span.Start), stamp(a.Terms.Span.End), a.Terms.Worth().String(),
		a.Route.String(), strconv.FormatBool(a.Allowed), a.Refusal, string(a.Case),
		mark(a.Confirm), mark(a.Reason), mark(a.Shared), a.Call,
		mark(a.Fee), mark(a.OnRequest), sum(a.Cap), string(a.Cap.Currency), itoa(a.Policy),
	}
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Limit returns the cut-off of a name: LimitWithdraw, LimitFee, LimitCall or LimitStart.
func (a Assessment) Limit(name string) (Limit, bool) {
	for _, l := range a.CutOffs {
		if l.Name == name {
			return l, true
		}
	}
	return Limit{}, false
}

// act completes "you can't …".
func (a Assessment) act() string {
	switch a.Question {
	case CancelOwnBooking:
		return "cancel it"
	case EndBookingOnly:
		return "end the booking"
	case WithdrawSession:
	}
	return "withdraw it"
}

// Err returns the refusal as an error, nil where it is allowed: a *NoticeError (W3), *session.StartedError (W10),
// *session.FrozenError (W4), *session.ForbiddenError (P1) or *session.StateError.
func (a Assessment) Err() error {
	switch a.Refusal {
	case "":
		return nil
	case refusedNotice:
		cut, _ := a.Limit(LimitWithdraw)
		return &NoticeError{
			Reference: a.Reference, Required: a.Required, Given: a.Given, CutOff: cut.CutOff, Words: cut.Words, Way: a.Way,
		}
	case refusedStarted:
		return &session.StartedError{Reference: a.Reference, Act: a.act()}
	case refusedFrozen:
		return &session.FrozenError{Reference: a.Reference, Case: a.Case}
	case refusedForbidden:
		return &session.ForbiddenError{Capacity: a.By.Capacity, Act: a.act(), Why: a.forbidden()}
	}
	return a.stateError()
}

func (a Assessment) forbidden() string {
	switch {
	case fits(a.Question, a.By.Capacity):
		return whySelf
	case a.By.Capacity == session.AsSupport:
		return "support does so by a support case"
	}
	return whyOthers
}

func (a Assessment) stateError() error {
	if a.Question == WithdrawSession && a.State != session.Filled {
		e := &session.StateError{Kind: session.KindSession, ID: string(a.Session), State: a.State.String(), Act: a.act()}
		if a.State == session.Withdrawn {
			e.Why = "To have it back, post it again."
		}
		return e
	}
	e := &session.StateError{
		Kind: session.KindBooking, ID: string(a.Booking), State: a.BookingState.String(), Act: a.act(),
	}
	if a.BookingState == booking.Offered {
		e.Why = "Decline the offer instead."
	}
	return e
}

func itoa(n int) string { return strconv.Itoa(n) }
