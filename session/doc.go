// Package session is the ground floor of the workflow: the shift that a practice needs cover for, and the words
// that everybody uses: ids, actors, money, events, decisions, pages, errors.
//
// # Goals
//
//   - A session can be posted, read and reasoned about without a database, a clock or a mailer. Every rule is a pure
//     function: what is, a command and an instant give what will be, or a typed error.
//   - Nothing happens silently. Whatever changes a record makes an [Event] in the same [Decision], and the event is
//     the audit record, the source of notifications and the row of an outbox at once.
//   - What a person wrote can be erased. Records and events hold ids, codes and figures; reasons and messages are a
//     [Text] that they point to.
//   - A mistake is refused where it is made: by the field that it is in, in a sentence that a person could be shown.
//
// # Commands and decisions
//
// A command is a struct that embeds [Command], its id and its [Actor]. Validate checks what can be known from the
// command alone; Decide takes what it depends on, and now, and returns the next value and the Decision to commit:
//
//	post := session.Post{Command: session.Do(id, actor), Practice: practice, Role: "GP", …}
//	if err := post.Validate(); err != nil { … }
//	next, decision, err := post.Decide(session.Posting{Practice: facts, Reference: reference}, now)
//
// The desk does that for every command, with access and retries; a program that only wants to know what would happen
// calls the two itself. Decide expects a command that validates. Ids of what a command creates follow from its own id
// and its actor ([DeriveID]), so that a retry names the same things.
//
// # The life of a session
//
// The table below is what the code decides by; [Diagram] prints it (S2).
//
//	stateDiagram-v2
//	    [*] --> draft
//	    draft --> open: publish
//	    draft --> withdrawn: withdraw
//	    draft --> expired: expire
//	    open --> filled: fill
//	    open --> withdrawn: withdraw
//	    open --> expired: expire
//	    filled --> open: reopen
//	    filled --> withdrawn: withdraw
//	    filled --> completed: complete
//	    filled --> expired: expire
//	    withdrawn --> [*]
//	    expired --> [*]
//	    completed --> [*]
//
// This package drafts, posts and expires. Filling and reopening are decided in package rota, withdrawing in package
// withdrawal, completing in package booking. A session that was withdrawn stays so: who wants it back posts a new one
// that names it in Replaces (S3).
//
// # Units
//
// Instants are in UTC, to the microsecond ([Instant]). Lengths are a [time.Duration]; a break is whole minutes.
// Money is an exact decimal with its currency, never a float; it is rounded to pence once, half up, at the end (S6).
// A rate is per hour or per session, and has at most four decimal places.
//
// # Zones
//
// A person posts local dates and clock times, and the practice's own calendar makes instants of them (T1). A time
// that a clock change skips is refused, one that it repeats needs to be told which of the two (T5). From then on a
// session is a span of instants: 22:00 to 06:00 is nine hours long on the October night and seven on the March one,
// and it is paid like that.
//
// # Errors
//
// Every error has a stable Code for programs ([Coded]) and can be told apart with errors.As:
//
//   - [*FieldError]: the command is wrong, and in which field. It wraps the calendar's own error where there is one.
//   - [*NotFoundError]: there is no such thing, or it is not the actor's to see.
//   - [*ForbiddenError]: not in this capacity (P1).
//   - [*StateError]: not in the state that it is in.
//   - [*StartedError], [*NotStartedError], [*NotEndedError]: too late, or too early.
//   - [*FrozenError]: a support case about the session is open (W4).
package session
