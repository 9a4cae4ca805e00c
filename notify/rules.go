package notify

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sessional-go/sessional/session"
)

// Audience is a group of people to be told, by what they are to the session; who that is, is found when they are
// told.
type Audience string

// The audiences.
const (
	// BookedClinician is the clinician that the event is about: booked, or no longer.
	BookedClinician Audience = "booked_clinician"
	// Applicant is the clinician whose application the event is about.
	Applicant Audience = "applicant"
	// PendingApplicants are all whose applications were pending in the round that the event ended, without the
	// clinician who got the session.
	PendingApplicants Audience = "pending_applicants"
	// PracticeStaff are the practice's people.
	PracticeStaff Audience = "practice"
	// RotaManagers are the provider's.
	RotaManagers Audience = "rota_managers"
	// SupportTeam is customer support.
	SupportTeam Audience = "support"
)

// Notice says that a group of people is told something, because of an event.
type Notice struct {
	Kind     Kind
	Audience Audience
	// Clinician is who the event is about; blank where it is about none.
	Clinician session.ClinicianID
	// Practice is the session's.
	Practice session.PracticeID
	// Round is the round that the event ended, for PendingApplicants.
	Round int
}

// rule says what one group is told, if a condition holds; without one always.
type rule struct {
	kind Kind
	to   Audience
	when func(session.Event) bool
}

// client tells both the practice's people and the rota managers: "the practice or rota manager" (W8, N2).
func client(kind Kind, when func(session.Event) bool) []rule {
	return []rule{{kind, PracticeStaff, when}, {kind, RotaManagers, when}}
}

// practice tells the practice's people.
func practice(kind Kind, when func(session.Event) bool) []rule {
	return []rule{{kind, PracticeStaff, when}}
}

// clinician tells the clinician whom the event is about.
func clinician(kind Kind, when func(session.Event) bool) []rule {
	return []rule{{kind, BookedClinician, when}}
}

// support tells customer support.
func support(kind Kind, when func(session.Event) bool) []rule {
	return []rule{{kind, SupportTeam, when}}
}

// gone tells all whose applications were pending in the round that ended.
func gone(kind Kind, when func(session.Event) bool) []rule {
	return []rule{{kind, PendingApplicants, when}}
}

// otherSide tells the side that did not do it: both where it was neither.
func otherSide(kind Kind) []rule {
	return slices.Concat(clinician(kind, not(byClinician)), client(kind, not(byClient)))
}

func byClinician(e session.Event) bool { return e.By.Capacity == session.AsClinician }

func byClient(e session.Event) bool { return e.By.Capacity.Client() }

func not(f func(session.Event) bool) func(session.Event) bool {
	return func(e session.Event) bool { return !f(e) }
}

func all(fs ...func(session.Event) bool) func(session.Event) bool {
	return func(e session.Event) bool {
		return !slices.ContainsFunc(fs, func(f func(session.Event) bool) bool { return !f(e) })
	}
}

// is holds where a fact has one of the values.
func is(name string, values ...string) func(session.Event) bool {
	return func(e session.Event) bool { return slices.Contains(values, e.Facts[name]) }
}

func has(name string) func(session.Event) bool {
	return func(e session.Event) bool { return e.Facts[name] != "" }
}

func from(state string) func(session.Event) bool {
	return func(e session.Event) bool { return e.From == state }
}

// The routes by which a booking ends, as the fact route has them.
var (
	theClient    = is("route", "self_service", "rota_pro", "support_case")
	theClinician = is("route", "own_cancellation")
	refusal      = is("route", "change_refused")
)

// told says, for every kind of event that can be committed, who is told what. Of two groups that somebody belongs to
// the first one counts. The kinds are written out: they are the record's, and stand for ever.
var told = map[session.EventKind][]rule{
	// Sessions. What becomes of a filled one is told by its booking's event, what opens by the digest (N3).
	"session.drafted":     nil,
	"session.posted":      nil,
	"session.reopened":    nil,
	"session.filled":      gone(ApplicationGone, nil),
	"session.changed":     nil,
	"session.change_void": nil,
	"session.withdrawn":   gone(SessionWithdrawn, from("open")),
	"session.expired":     gone(ApplicationGone, from("open")),
	"session.completed":   nil,
	"session.frozen":      nil,
	"session.unfrozen":    nil,

	// Applications. An accepted one is told by its booking's event.
	"application.made":      client(ApplicationReceived, not(is("choosing", "first_come"))),
	"application.accepted":  nil,
	"application.declined":  {{ApplicationDeclined, Applicant, nil}},
	"application.retracted": nil,

	// Bookings.
	"booking.offered": clinician(Offered, nil),
	"booking.confirmed": slices.Concat(
		clinician(BookingConfirmed, all(not(from("offered")), is("origin", "applied"))),
		clinician(Allocated, all(not(from("offered")), not(is("origin", "applied")))),
		clinician(Allocated, from("offered")),
		client(OfferAnswered, from("offered")),
		client(SessionFilled, all(not(from("offered")), byClinician)),
	),
	"booking.offer_declined": slices.Concat(clinician(OfferLapsed, nil), client(OfferAnswered, nil)),
	"booking.offer_lapsed":   slices.Concat(clinician(OfferLapsed, nil), client(OfferAnswered, nil)),
	"booking.cancelled": slices.Concat(
		clinician(BookingWithdrawn, all(theClient, not(has("keep")))),
		clinician(BookingCancelled, all(theClient, has("keep"))),
		clinician(CallDue, all(theClinician, has("call"))),
		client(ClinicianCancelled, theClinician),
		client(ChangeAnswered, refusal),
	),
	"booking.cause_disputed":       clinician(CauseDisputed, nil),
	"booking.call_made":            nil,
	"booking.updated":              clinician(SessionUpdated, nil),
	"booking.change_proposed":      clinician(ChangeToAcknowledge, nil),
	"booking.change_withdrawn":     clinician(SessionUpdated, nil),
	"booking.change_acknowledged":  slices.Concat(clinician(SessionUpdated, nil), client(ChangeAnswered, nil)),
	"booking.change_void":          slices.Concat(clinician(ChangeVoid, nil), client(ChangeVoid, nil)),
	"booking.eligibility_lost":     slices.Concat(clinician(EligibilityChanged, nil), client(EligibilityChanged, nil)),
	"booking.eligibility_restored": slices.Concat(clinician(EligibilityChanged, nil), client(EligibilityChanged, nil)),
	"booking.reminder_due":         clinician(Reminder, nil),
	"booking.completed":            nil,
	"booking.ended_early":          otherSide(EndedEarly),
	"booking.no_show":              clinician(NoShow, nil),

	// Support cases (W4).
	"support_case.opened": slices.Concat(
		support(CaseOpened, nil), client(CaseUrgent, has("urgent")),
	),
	"support_case.actioned": slices.Concat(client(CaseActioned, not(has("settled"))), support(CaseClosed,
		has("settled"))),
	"support_case.rejected":  client(CaseRejected, nil),
	"support_case.retracted": support(CaseClosed, nil),

	// Pay. An invoice that is made is told by what made it.
	"hours.stated":          client(HoursStated, nil),
	"hours.approved":        clinician(HoursApproved, nil),
	"hours.queried":         clinician(HoursQueried, nil),
	"invoice.made":          nil,
	"invoice.sent":          client(InvoiceSent, nil),
	"invoice.queried":       clinician(InvoiceQueried, nil),
	"invoice.paid":          clinician(InvoicePaid, nil),
	"fee.claimable":         clinician(FeeClaimable, nil),
	"fee.proposed":          client(FeeProposed, nil),
	"fee.countered":         clinician(FeeCountered, nil),
	"fee.agreed":            otherSide(FeeAgreed),
	"fee.waived":            client(FeeWaived, nil),
	"fee.lapsed":            clinician(FeeLapsed, nil),
	"fee.disputed":          slices.Concat(support(FeeDisputed, nil), otherSide(FeeDisputed)),
	"fee.earnings_declared": client(EarningsDeclared, nil),

	// The rest.
	"message.sent":       otherSide(NewMessage),
	"text.erased":        nil,
	"policy.published":   nil,
	EventSettingsChanged: nil,
	EventUnreachable:     slices.Concat(practice(Unreachable, has("practice")), support(Unreachable, nil)),
	EventDigest:          {{Digest, Applicant, nil}},
}

// Kinds returns every kind of event that the table of rules knows, those that tell nobody among them, in the order of
// their names.
func Kinds() []session.EventKind {
	kinds := make([]session.EventKind, 0, len(told))
	for kind := range told {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// For says who is told what by an event, in the order in which they are: of two groups that somebody belongs to the
// first one counts. It depends on the event alone. An event of a kind that is not among Kinds tells nobody.
func For(e session.Event) []Notice {
	var notices []Notice
	for _, r := range told[e.Kind] {
		if r.when != nil && !r.when(e) {
			continue
		}
		n := Notice{
			Kind: r.kind, Audience: r.to,
			Clinician: session.ClinicianID(e.Facts["clinician"]), Practice: session.PracticeID(e.Facts["practice"]),
		}
		if r.to == PendingApplicants {
			round, err := strconv.Atoi(strings.TrimSpace(e.Facts["round"]))
			if err != nil {
				continue // no round ended
			}
			n.Round = round
		}
		notices = append(notices, n)
	}
	return notices
}

// Opens says whether an event tells that a session became available: the beginning of a period of availability (N3).
func Opens(e session.Event) bool {
	return e.Subject.Kind == session.KindSession && e.To == "open" && e.From != "open"
}
