// Package withdrawal answers, for both sides of a booking, "may I get out of it, and at what price": the policy,
// the assessment that a screen shows before the act, the act itself, the support case that is the way forward where
// one can't act alone, and the short-notice fee.
//
// # Asking first
//
// [Assess] is one pure function from the situation, who asks, and now. Its [Assessment] says whether it is allowed and
// why not, by which route, what must be given (a confirmation, a reason), who will be told, what it may cost, every
// cut-off with the words for it, and which version of the policy said so. Its lines can be shown as they are:
//
//	Thu 9 Apr 2026: you can withdraw this yourself until the end of Thu 2 Apr; no fee until the end of Tue 31 Mar;
//	after that call 0203 555 0100 (open until 17:30 today) or write to support@platform.example.
//
// The act carries the digest of what was shown, and is refused with a [*StaleError], nothing changed, where the answer
// is another one by then: somebody applied first, the terms changed, midnight passed.
//
// # Who can do what
//
//   - [Withdraw] takes an unfilled session back after a confirmation (W1), and a filled one, with a reason that is shared
//     with the clinician, up to 7 days before (W2), or inside them with Rota Pro (W5). [EndBooking] does the same to the
//     booking alone. Too late, it is a [*NoticeError] that shows the way forward (W3).
//   - [OpenCase] is that way: support withdraws on the practice's behalf ([ActionCase]), judged at the instant at which the
//     complete request was received; or the case is rejected or retracted (W4).
//   - [CancelBooking] is the clinician's: the session opens again (W8), and within 72 hours they also have to ring (W9),
//     until somebody confirms that they did ([ConfirmCall]).
//   - Less than 5 business days before the engagement starts the client's withdrawal gives the clinician the right to a
//     fee (W6). The two agree on it, or don't ([ProposeFee], [CounterFee], [AgreeFee] …): nobody can change the other's
//     figure, and none is due unless both said yes to the same one (W7).
//
// After the start nothing is withdrawn (W10). Nobody acts for the other side of their own booking (P1).
//
// # Which rules count
//
// A [Policy] is data, versioned and valid from a date (W11); [Default] holds the sources' own thresholds, [LoadPolicy]
// reads one from JSON and names every field that is wrong, [PublishPolicy] adds a version. A booking fixes the notices,
// boundaries and fee terms of the version that it was made under. Contacts, hours, holidays and entitlements are those
// at the act, and an unfilled session is judged by the version at the act. While a change waits for the clinician's
// acknowledgement everything is judged on the terms last agreed (S5).
//
// # The life of a case
//
//	stateDiagram-v2
//	    [*] --> open
//	    open --> actioned: action
//	    open --> rejected: reject
//	    open --> retracted: retract
//	    actioned --> [*]
//	    rejected --> [*]
//	    retracted --> [*]
//
// # The life of a fee
//
//	stateDiagram-v2
//	    [*] --> claimable
//	    claimable --> proposed: propose
//	    claimable --> waived: waive
//	    claimable --> lapsed: lapse
//	    claimable --> disputed: dispute
//	    proposed --> countered: counter
//	    proposed --> agreed: agree
//	    proposed --> waived: waive
//	    proposed --> disputed: dispute
//	    countered --> proposed: propose
//	    countered --> agreed: agree
//	    countered --> waived: waive
//	    countered --> disputed: dispute
//	    disputed --> proposed: propose
//	    disputed --> countered: counter
//	    disputed --> agreed: agree
//	    disputed --> waived: waive
//	    waived --> [*]
//	    lapsed --> [*]
//	    agreed --> [*]
//
// # Errors
//
// Every error has a stable Code ([session.Coded]) and can be told apart with errors.As:
//
//   - [*NoticeError]: too late for the client to do it alone, with the way forward.
//   - [*StaleError]: what was shown has changed. It wraps the error of a refusal, where there is one now.
//   - [PolicyErrors]: what is wrong with a policy, field by field.
//   - [*session.StartedError], [*session.FrozenError], [*session.StateError], [*session.ForbiddenError],
//     [*session.NotFoundError] and [*session.FieldError], as everywhere.
package withdrawal
