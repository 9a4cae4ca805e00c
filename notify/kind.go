package notify

import "strings"

// Kind says what a person is told. What governs each kind is in one table, which [Kind.Trait] reads.
type Kind string

// What is told about applications.
const (
	// ApplicationReceived tells practice and rota managers that somebody applied (A4).
	ApplicationReceived Kind = "application_received"
	// ApplicationGone tells everybody else who applied that the session has gone to somebody else, or ran out (A6).
	ApplicationGone Kind = "application_gone"
	// ApplicationDeclined tells an applicant that the provider said no (A4).
	ApplicationDeclined Kind = "application_declined"
	// SessionWithdrawn tells applicants that the session is no longer available (W1).
	SessionWithdrawn Kind = "session_withdrawn"
)

// What is told about bookings.
const (
	// BookingConfirmed tells a successful applicant that they are booked (A6). It can't be turned off (N2), and goes
	// also to the applicant who booked themselves by coming first. Its push is "application accepted" (N1).
	BookingConfirmed Kind = "booking_confirmed"
	// Allocated tells a clinician that a rota manager put them on a session, if they chose to receive emails (A1). It goes
	// also to the clinician who accepted an offer: what stood in their calendar as tentative is firm (A8).
	Allocated Kind = "allocated"
	// Offered asks a clinician whether they take a session (A1).
	Offered Kind = "offered"
	// OfferAnswered tells practice and rota managers what a clinician said to an offer, or that they said nothing.
	OfferAnswered Kind = "offer_answered"
	// OfferLapsed tells a clinician that an offer has run out, or that they declined it: it goes from their calendar (A8).
	OfferLapsed Kind = "offer_lapsed"
	// SessionFilled tells practice and rota managers that a session was filled without their doing: first come,
	// first served (A5).
	SessionFilled Kind = "session_filled"
	// BookingWithdrawn tells the booked clinician that the session is no longer going ahead, and why (W2). It can't
	// be turned off (N2). Its push is "booking cancelled" (N1).
	BookingWithdrawn Kind = "booking_withdrawn"
	// BookingCancelled tells the booked clinician that their booking was ended, and why, though the session goes on
	// (W2). It can't be turned off (N2). Its push is "booking cancelled" (N1).
	BookingCancelled Kind = "booking_cancelled"
	// ClinicianCancelled tells practice and rota managers that the booked clinician cancelled (W8). It can't be
	// turned off (N2).
	ClinicianCancelled Kind = "clinician_cancelled"
	// CallDue reminds a clinician who cancelled late to ring the practice (W9).
	CallDue Kind = "call_due"
	// CauseDisputed tells a clinician that the practice denies having asked them to cancel (B1).
	CauseDisputed Kind = "cause_disputed"
	// SessionUpdated tells the booked clinician what changed, field by field (S5), also when they have acknowledged it:
	// their calendar has to change, too (A8). Its push is "booked session updated" (N1).
	SessionUpdated Kind = "session_updated"
	// ChangeToAcknowledge asks the booked clinician whether they take a material change (S5). Its push is "booked
	// session updated" (N1).
	ChangeToAcknowledge Kind = "change_to_acknowledge"
	// ChangeAnswered tells practice and rota managers what the clinician said to it (S5).
	ChangeAnswered Kind = "change_answered"
	// ChangeVoid tells both sides that a change came to nothing, because it was not answered before the start (S5).
	ChangeVoid Kind = "change_void"
	// EligibilityChanged tells both sides that what a booked clinician needs is missing, or there again (A3).
	EligibilityChanged Kind = "eligibility_changed"
	// NoShow tells a clinician that the practice reported them absent (W10).
	NoShow Kind = "no_show"
	// EndedEarly tells the other side that a session is reported to have ended early (B1).
	EndedEarly Kind = "ended_early"
	// Reminder reminds a clinician of a session to come (N1).
	Reminder Kind = "reminder"
)

// What is told about pay.
const (
	// HoursStated asks the practice to approve the hours worked (B2).
	HoursStated Kind = "hours_stated"
	// HoursApproved tells the clinician that they are approved (B2).
	HoursApproved Kind = "hours_approved"
	// HoursQueried tells the clinician that they are questioned, and why (B2).
	HoursQueried Kind = "hours_queried"
	// InvoiceSent tells the practice of an invoice and its due date (B2).
	InvoiceSent Kind = "invoice_sent"
	// InvoiceQueried tells the clinician that an invoice is questioned, and why (B2).
	InvoiceQueried Kind = "invoice_queried"
	// InvoicePaid tells the clinician that an invoice was paid (B2). Its push is "invoice paid" (N1).
	InvoicePaid Kind = "invoice_paid"
	// FeeClaimable tells a clinician that they may charge a short-notice fee (W6).
	FeeClaimable Kind = "fee_claimable"
	// FeeProposed tells the client's side what the clinician asks for (W7).
	FeeProposed Kind = "fee_proposed"
	// FeeCountered tells the clinician what the client offers instead (W7).
	FeeCountered Kind = "fee_countered"
	// FeeAgreed tells the other side that its figure was taken (W7).
	FeeAgreed Kind = "fee_agreed"
	// FeeWaived tells the client's side that the clinician charges nothing (W7).
	FeeWaived Kind = "fee_waived"
	// FeeLapsed tells the clinician that the right has run out (W7).
	FeeLapsed Kind = "fee_lapsed"
	// FeeDisputed tells support, and both sides, that support is asked to mediate (W7).
	FeeDisputed Kind = "fee_disputed"
	// EarningsDeclared tells the client's side what a rebooked clinician earned instead (W7).
	EarningsDeclared Kind = "earnings_declared"
)

// What is told about the rest.
const (
	// NewMessage tells the other side that somebody wrote (B3). Its push is "new message" (N1).
	NewMessage Kind = "new_message"
	// CaseOpened tells support that a practice asks for its help (W4).
	CaseOpened Kind = "case_opened"
	// CaseUrgent tells the practice to ring the clinician itself, because support is not there before the start (W4).
	CaseUrgent Kind = "case_urgent"
	// CaseActioned tells the practice that support did what was asked (W4).
	CaseActioned Kind = "case_actioned"
	// CaseRejected tells the practice that support did not, and why (W4).
	CaseRejected Kind = "case_rejected"
	// CaseClosed tells support that nothing is asked any more: the practice took it back, or the booking ended in
	// another way (W4).
	CaseClosed Kind = "case_closed"
	// Unreachable asks the practice and support to phone somebody whom nothing reached (N2). It can't be turned off, and
	// the one who is to be phoned doesn't get it.
	Unreachable Kind = "unreachable"
	// Digest summarises the sessions that became available to a clinician since the last one (N3).
	Digest Kind = "digest"
)

// Trait is what governs a kind.
type Trait struct {
	// Emails is the switch that governs its emails.
	Emails EmailGroup
	// Push is the switch that governs its pushes; 0: it is never pushed (N1 has five pushes).
	Push PushGroup
	// Must says that it can't be turned off (N2): its email goes whatever the settings say, its push in spite of
	// them where there is no address.
	Must bool
	// Awake says that quiet hours do not hold it: what can't be turned off, and what can't wait.
	Awake bool
	// Self says that it goes also to the person who did it.
	Self bool
}

// traits is the table. The order is that of MessageKinds.
var traits = []struct {
	Kind
	Trait
}{
	{ApplicationReceived, Trait{Emails: ApplicationEmails}},
	{ApplicationGone, Trait{Emails: ApplicationEmails}},
	{ApplicationDeclined, Trait{Emails: ApplicationEmails}},
	{SessionWithdrawn, Trait{Emails: ApplicationEmails}},

	{BookingConfirmed, Trait{Emails: BookingEmails, Push: AcceptedPush, Must: true, Awake: true, Self: true}},
	{Allocated, Trait{Emails: BookingEmails, Self: true}},
	{Offered, Trait{Emails: BookingEmails}},
	{OfferAnswered, Trait{Emails: BookingEmails}},
	{OfferLapsed, Trait{Emails: BookingEmails, Self: true}},
	{SessionFilled, Trait{Emails: BookingEmails}},
	{BookingWithdrawn, Trait{Emails: BookingEmails, Push: CancelledPush, Must: true, Awake: true}},
	{BookingCancelled, Trait{Emails: BookingEmails, Push: CancelledPush, Must: true, Awake: true}},
	{ClinicianCancelled, Trait{Emails: BookingEmails, Push: CancelledPush, Must: true, Awake: true}},
	{CallDue, Trait{Emails: BookingEmails, Awake: true, Self: true}},
	{CauseDisputed, Trait{Emails: BookingEmails}},
	{SessionUpdated, Trait{Emails: BookingEmails, Push: UpdatedPush, Self: true}},
	{ChangeToAcknowledge, Trait{Emails: BookingEmails, Push: UpdatedPush}},
	{ChangeAnswered, Trait{Emails: BookingEmails}},
	{ChangeVoid, Trait{Emails: BookingEmails, Push: UpdatedPush}},
	{EligibilityChanged, Trait{Emails: BookingEmails}},
	{NoShow, Trait{Emails: BookingEmails}},
	{EndedEarly, Trait{Emails: BookingEmails}},
	{Reminder, Trait{Emails: ReminderEmails}},

	{HoursStated, Trait{Emails: PayEmails}},
	{HoursApproved, Trait{Emails: PayEmails}},
	{HoursQueried, Trait{Emails: PayEmails}},
	{InvoiceSent, Trait{Emails: PayEmails}},
	{InvoiceQueried, Trait{Emails: PayEmails}},
	{InvoicePaid, Trait{Emails: PayEmails, Push: PaidPush}},
	{FeeClaimable, Trait{Emails: PayEmails}},
	{FeeProposed, Trait{Emails: PayEmails}},
	{FeeCountered, Trait{Emails: PayEmails}},
	{FeeAgreed, Trait{Emails: PayEmails}},
	{FeeWaived, Trait{Emails: PayEmails}},
	{FeeLapsed, Trait{Emails: PayEmails}},
	{FeeDisputed, Trait{Emails: PayEmails}},
	{EarningsDeclared, Trait{Emails: PayEmails}},

	{NewMessage, Trait{Emails: MessageEmails, Push: MessagePush}},
	{CaseOpened, Trait{Emails: CaseEmails, Awake: true}},
	{CaseUrgent, Trait{Emails: CaseEmails, Awake: true, Self: true}},
	{CaseActioned, Trait{Emails: CaseEmails}},
	{CaseRejected, Trait{Emails: CaseEmails}},
	{CaseClosed, Trait{Emails: CaseEmails}},
	{Unreachable, Trait{Emails: CaseEmails, Push: CancelledPush, Must: true, Awake: true}},
	{Digest, Trait{Emails: DigestEmails}},
}

var traitOf = func() map[Kind]Trait {
	m := make(map[Kind]Trait, len(traits))
	for _, t := range traits {
		m[t.Kind] = t.Trait
	}
	return m
}()

// MessageKinds returns every kind of message, in a fixed order.
func MessageKinds() []Kind {
	all := make([]Kind, len(traits))
	for i, t := range traits {
		all[i] = t.Kind
	}
	return all
}

// Trait returns what governs the kind, and whether there is such a kind.
func (k Kind) Trait() (Trait, bool) {
	t, ok := traitOf[k]
	return t, ok
}

// Words returns the kind as it reads in a sentence: "booking withdrawn".
func (k Kind) Words() string { return strings.ReplaceAll(string(k), "_", " ") }
