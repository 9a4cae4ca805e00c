// Package rota is how a session finds its clinician: finding work, applying, choosing, allocating, and changing what
// was agreed.
//
// # Applying and choosing
//
// A clinician applies for an open session (A4). What follows is the provider's policy (A5): first come, first served
// books the application that commits first; otherwise somebody reviews the applicants, in the order of [Rank] if they
// like, and accepts one. A rota manager can also [Allocate] a clinician who has not applied (A1), at once or as an offer.
// Either way a session has one live booking at most, and a clinician no two that overlap (A7).
//
// The life of an application is the table below, which the code decides by and [Diagram] prints (A4).
//
//	stateDiagram-v2
//	    [*] --> pending
//	    pending --> accepted: accept
//	    pending --> declined: decline
//	    pending --> retracted: retract
//	    pending --> lapsed: lapse
//	    retracted --> pending: reapply
//	    accepted --> [*]
//	    declined --> [*]
//	    lapsed --> [*]
//
// # Lapsing is derived
//
// Nobody writes that an application has lapsed. A session counts its rounds: whenever it stops being open, one is over.
// A pending application of a round that is over has lapsed ([Application.Standing]), however many there are, and if the
// session opens again, a new round begins in which everybody may apply anew.
//
// # Eligibility
//
// [Eligible] judges a clinician for the date of a session, not for today (A3), and lists every reason against them. A
// clinician who is not eligible can't apply; the provider can book them nonetheless, with a reason that is recorded.
// After that [Recheck] tells both sides whenever the answer changes. It cancels nothing.
//
// # Changing what was agreed
//
// A [Change] of a booked session tells the clinician field by field (S5). What the policy calls material they have to
// acknowledge: until then the booking keeps the terms last agreed, by which notice and fee are judged, and the diary
// holds both times. Refusing it ends the booking as a withdrawal by the client at the instant of the change. A change
// that nobody answers before the start, the agreed or the new one, is void.
//
// # Decisions
//
// Every command is a struct with two methods: Validate checks what can be known from it alone, and Decide takes a
// [Situation] and now, and returns the outcome and what to commit, or a typed error. Nothing here reads a clock or a
// store. The desk finds the situation and commits the decision; see session.Decision.
package rota
