package withdrawal

import (
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/internal/enum"
	"github.com/sessional-go/sessional/session"
)

// Question is what an assessment is about.
type Question uint8

// The questions.
const (
	// WithdrawSession is the client taking a session back (W1–W6).
	WithdrawSession Question = iota + 1
	// EndBookingOnly is the client ending the booking while keeping the session, which obeys W2–W6 as well.
	EndBookingOnly
	// CancelOwnBooking is the clinician getting out (W8, W9).
	CancelOwnBooking
)

var questions = enum.Names{"", "withdraw_session", "end_booking", "cancel_booking"}

// String returns withdraw_session, end_booking or cancel_booking.
func (q Question) String() string { return questions.Text(uint8(q)) }

// MarshalText writes the question's word.
func (q Question) MarshalText() ([]byte, error) { return questions.Marshal(uint8(q)) }

// UnmarshalText reads a question's word and refuses any other.
func (q *Question) UnmarshalText(text []byte) error {
	n, err := questions.Unmarshal(text)
	*q = Question(n)
	return err
}

// Audience is a group of people to be told, by what they are to the session: who that is is found when they are.
type Audience string

// The audiences.
const (
	// PendingApplicants are all whose applications were pending in the round that ended.
	PendingApplicants Audience = "pending_applicants"
	// BookedClinician is who is, or was, booked.
	BookedClinician Audience = "booked_clinician"
	// PracticeStaff are the practice's people.
	PracticeStaff Audience = "practice"
	// RotaManagers are the provider's.
	RotaManagers Audience = "rota_managers"
	// SupportTeam is customer support.
	SupportTeam Audience = "support"
)

// Assessment answers "may I, and at what price" at one instant, with everything a screen shows before the act
// (W1–W11). It is a value: it can be stored, sent and compared.
type Assessment struct {
	Question  Question          `json:"question"`
	Session   session.SessionID `json:"session"`
	Reference session.Reference `json:"reference"`
	// Booking is blank for an unfilled session.
	Booking session.BookingID `json:"booking,omitzero"`
	// State is the session's, BookingState the booking's.
	State        session.State `json:"state"`
	BookingState booking.State `json:"booking_state,omitzero"`
	// Terms are the ones last agreed, or offered where there is no booking.
	Terms session.Terms `json:"terms"`
	// By is who asks, in which capacity; At is when.
	By session.Actor `json:"by"`
	At time.Time     `json:"at"`
	// Policy is the version that said so.
	Policy int `json:"policy"`

	// Allowed says whether the asker may do it themselves, now; Route is by which way it would go.
	Allowed bool          `json:"allowed"`
	Route   booking.Route `json:"route,omitzero"`
	// Refusal is the code of why not, blank where Allowed: short_notice (W3), session_started (W10), session_frozen
	// (W4), wrong_state or forbidden (P1). Err returns the same as an error.
	Refusal string `json:"refusal,omitzero"`
	// Required is the notice that is owed, by the client or for a clinician who need not ring, and Given how much of
	// its unit there is.
	Required calendar.Notice `json:"required,omitzero"`
	Given    int             `json:"given,omitzero"`
	// Case is the support case that is open (W4).
	Case session.CaseID `json:"case,omitzero"`
	// Way is the way forward where the asker can't do it alone (W3).
	Way Way `json:"way,omitzero"`

	// Confirm, Reason and Shared say what must be given: an explicit confirmation, a reason, and that the reason is
	// shared with the other side.
	Confirm bool `json:"confirm,omitzero"`
	Reason  bool `json:"reason,omitzero"`
	Shared  bool `json:"shared,omitzero"`
	// Call is the number that a clinician must ring as well (W9); blank where they need not.
	Call string `json:"call,omitzero"`
	// Tell lists who will be told.
	Tell []Audience `json:"tell,omitzero"`

	// Fee says that the clinician may charge a fee if it is done now (W6), at most Cap. OnRequest says that a clinician
	// who cancels may, if they do it because the practice asked for it (B1).
	Fee       bool          `json:"fee,omitzero"`
	OnRequest bool          `json:"on_request,omitzero"`
	Cap       session.Money `json:"cap,omitzero"`
	// CutOffs are all that apply, in the order of time.
	CutOffs []Limit `json:"cut_offs,omitzero"`

	// Lines say all of it in sentences, dates and times as at the practice; Title is their heading.
	Title string   `json:"title"`
	Lines []string `json:"lines"`
	// Shown is the digest of what was shown. The act carries it, and is refused where any of it has changed:
	// the state, the booking, the terms, the route, what must be given, the fee.
	Shown string `json:"shown"`
}

// Limit is a cut-off with what it decides.
type Limit struct {
	// Name is LimitWithdraw (W2), LimitFee (W6), LimitCall (W9) or LimitStart (W10).
	Name   string          `json:"name"`
	CutOff calendar.CutOff `json:"cut_off"`
	// Passed says whether it was too late at the assessment.
	Passed bool `json:"passed,omitzero"`
	// Words are the cut-off as a person reads it: "the end of Thu 2 Apr".
	Words string `json:"words"`
}
