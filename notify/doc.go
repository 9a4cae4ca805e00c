// Package notify decides what people are told, over which channel, and keeps what becomes of it.
//
// It begins with an event that was committed with the change that caused it (N4). [For] says who is told what by it: a
// [Notice] for each group of people, such as all whose applications were pending. [Plan] decides, once for each
// person, over which channels: a [Delivery] for each, also where the person's [Settings] suppress it. A [Queue] keeps
// the events until they are planned, and the deliveries until they are settled; it is a store's. A [Dispatcher] claims
// deliveries, has each judged once more and put into words by a [Composer], hands it to a [Notifier], and settles it.
//
// What becomes of a delivery (N5):
//
//	stateDiagram-v2
//	    [*] --> planned
//	    planned --> suppressed: suppress
//	    planned --> claimed: claim
//	    claimed --> delivered: deliver
//	    claimed --> failed: fail
//	    claimed --> unknown: lose
//	    claimed --> given_up: give up
//	    claimed --> stale: void
//	    failed --> claimed: claim
//	    unknown --> claimed: claim
//	    suppressed --> [*]
//	    delivered --> [*]
//	    given_up --> [*]
//	    stale --> [*]
//
// Delivery is at least once: a mail server that loses its last reply can't be asked. What keeps repeats apart is the
// delivery's key, which follows from event, person and channel and is the same for every attempt.
//
// A person chooses with [SetPreferences] which groups of emails and which of the five pushes they get, and when not to
// be disturbed (N1). Each [Kind] says by its [Trait] which switch governs it, and whether it can be turned off at all
// (N2). Somebody who never chose gets everything but marketplace digests. A push has one switch for all of a person's
// devices. Quiet hours hold emails and pushes alike; what can't be turned off is not held.
//
// What can't be turned off goes by email whatever the settings say. A push beside it follows its own switch, unless
// there is no email address: then it goes in spite of it.
//
// Digests (N3) are made from feeds: each provider's, and the marketplace's. An event gets its numbers there when its
// plan is done, and numbers become visible in order, so that one number says how far a digest has read. [Summarise]
// picks what it lists.
//
// Everything that people wrote is untrusted. [Header], [Plain], [ICalText] and [CSVCell] make it fit for where it goes
// (N6); [Texts.Render] does so by itself.
package notify
