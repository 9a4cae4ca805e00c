-- The tables of the workflow, for SQLite 3.37 and newer. Instants are text in UTC with six decimals: their order as
-- text is their order in time; amounts are exact decimals as text; documents are JSON as text; 1 is yes and 0 no.
--
-- What belongs to a provider has the provider in its primary key and in every unique index. What doesn't: a
-- clinician's diary, a person's settings, outcomes, references, and the queue's own book-keeping.

CREATE TABLE sessions (
    -- Shifts that are to be worked (S1 to S6). One row each, whatever happens to it.
    provider             TEXT NOT NULL,    -- whose it is
    id                   TEXT NOT NULL,    -- given by the caller, or derived from a command
    version              INTEGER NOT NULL, -- counts changes from 1
    reference            TEXT NOT NULL,    -- what people call the session (S1)
    practice             TEXT NOT NULL,    -- where
    state                TEXT NOT NULL,    -- draft, open, filled, completed, withdrawn or expired (S2)
    role                 TEXT NOT NULL,    -- what kind of clinician
    starts_at            TEXT NOT NULL,    -- start
    ends_at              TEXT NOT NULL,    -- end
    break_minutes        INTEGER NOT NULL, -- unpaid break, in minutes
    rate_amount          TEXT NOT NULL,    -- the rate; exact decimal
    rate_currency        TEXT NOT NULL,    -- its currency
    rate_per             TEXT NOT NULL,    -- per hour or per session
    place                TEXT,             -- where exactly
    instructions         TEXT,             -- how to get there, what to bring
    channel              TEXT NOT NULL,    -- rota or marketplace
    choosing             TEXT NOT NULL,    -- how a clinician is chosen: first_come, review or ranked (A5)
    engagement_starts_at TEXT,             -- start of the engagement that it belongs to (W6)
    round                INTEGER NOT NULL, -- counts up each time it stops being open; earlier rounds have lapsed (A4)
    booking              TEXT,             -- live booking, or the one that was worked
    support_case         TEXT,             -- open case that freezes it (W4)
    replaces             TEXT,             -- withdrawn session that it reposts (S3)
    opened_at            TEXT,             -- when it last became open
    created_at           TEXT NOT NULL,    -- when it was first posted or drafted
    worth_pence          INTEGER NOT NULL, -- what it is worth, in hundredths of its currency; derived
    PRIMARY KEY (provider, id)
) STRICT;
CREATE INDEX sessions_by_id ON sessions (id);
CREATE INDEX sessions_by_practice ON sessions (provider, practice, starts_at, id);
CREATE INDEX sessions_open_on_rota ON sessions (provider, starts_at, id)
    WHERE state = 'open' AND channel = 'rota';
-- One for each channel: with a common one SQLite would look for a provider's sessions among those of all.
CREATE INDEX sessions_open_anywhere ON sessions (starts_at, id) WHERE state = 'open' AND channel = 'rota';
CREATE INDEX sessions_open_marketplace ON sessions (starts_at, id) WHERE state = 'open' AND channel = 'marketplace';
-- A version is always more than 0. Saying so keeps this index for what asks for it in these words: for a search of open
-- sessions it would do as well, and walk past all those of other channels and providers.
CREATE INDEX sessions_due_to_expire ON sessions (starts_at, id) WHERE state IN ('draft', 'open') AND version > 0;

CREATE TABLE applications (
    -- Clinicians who asked to work a session (A4). A pending one whose round is not its session's has lapsed.
    provider   TEXT NOT NULL,    -- whose it is
    id         TEXT NOT NULL,    -- given by the caller, or derived from a command
    version    INTEGER NOT NULL, -- counts changes from 1
    session    TEXT NOT NULL,    -- session it is about
    practice   TEXT NOT NULL,    -- where
    clinician  TEXT NOT NULL,    -- who
    person     TEXT NOT NULL,    -- as whom they sign in
    round      INTEGER NOT NULL, -- round of the session that it belongs to
    state      TEXT NOT NULL,    -- pending, accepted, declined, retracted or lapsed
    applied_at TEXT NOT NULL,    -- when they applied
    reason     TEXT,             -- id of a text
    PRIMARY KEY (provider, id)
) STRICT;
CREATE INDEX applications_by_id ON applications (id);
-- One application of a clinician in a round; a second one begun in another tab meets this.
CREATE UNIQUE INDEX applications_one_each ON applications (provider, session, clinician, round);
CREATE INDEX applications_by_round ON applications (session, round, applied_at, id);
CREATE INDEX applications_pending ON applications (provider, session, round, clinician)
    WHERE state = 'pending';
CREATE INDEX applications_of_clinician ON applications (clinician, applied_at DESC, id);

CREATE TABLE bookings (
    -- Who works a session (A7). A session has one live booking at most: offered or confirmed.
    provider             TEXT NOT NULL,    -- whose it is
    id                   TEXT NOT NULL,    -- given by the caller, or derived from a command
    version              INTEGER NOT NULL, -- counts changes from 1
    session              TEXT NOT NULL,    -- session it is about
    reference            TEXT NOT NULL,    -- what people call the session (S1)
    practice             TEXT NOT NULL,    -- where
    clinician            TEXT NOT NULL,    -- who
    person               TEXT NOT NULL,    -- as whom they sign in
    state                TEXT NOT NULL,    -- offered, confirmed, cancelled, completed or no_show (B1)
    role                 TEXT NOT NULL,    -- what kind of clinician
    starts_at            TEXT NOT NULL,    -- start last agreed
    ends_at              TEXT NOT NULL,    -- end last agreed
    break_minutes        INTEGER NOT NULL, -- unpaid break, in minutes
    rate_amount          TEXT NOT NULL,    -- the rate; exact decimal
    rate_currency        TEXT NOT NULL,    -- its currency
    rate_per             TEXT NOT NULL,    -- per hour or per session
    place                TEXT,             -- where exactly
    instructions         TEXT,             -- how to get there, what to bring
    consented            TEXT,             -- terms last agreed to in person, where small changes followed (S5); JSON
    pending_terms        TEXT,             -- terms of a change that waits for the clinician (S5); JSON
    pending_since        TEXT,             -- when that change was made
    pending_by           TEXT,             -- who made it; JSON
    engagement_starts_at TEXT,             -- start of the engagement that it belongs to (W6)
    policy               INTEGER NOT NULL, -- version of the policy in force when it was made (W11)
    application          TEXT,             -- application that succeeded; none for an allocation
    channel              TEXT NOT NULL,    -- rota or marketplace
    made_at              TEXT NOT NULL,    -- when it was first offered or confirmed
    offered_until        TEXT,             -- when an offer lapses; none: at the start (A1)
    reminded_of          TEXT,             -- the start that the clinician was last reminded of (N1)
    ended_as_of          TEXT,             -- instant by which its end is judged
    ended_at             TEXT,             -- when its end was recorded
    ended_by             TEXT,             -- who ended it; JSON
    ended_route          TEXT,             -- by which way: self_service, rota_pro, support_case …
    ended_reason         TEXT,             -- id of a text
    ended_cause          TEXT,             -- client, clinician or neither
    ended_at_request     INTEGER NOT NULL, -- whether the clinician said that the practice asked for it; 0 or 1
    ended_disputed_at    TEXT,             -- when the client disputed that
    ended_ahead_micros   INTEGER NOT NULL, -- how long before the start, in microseconds; negative after it
    ended_late           INTEGER NOT NULL, -- whether it missed the notice that its side owes; 0 or 1
    ended_fee            INTEGER NOT NULL, -- whether it gave the right to a fee (W6); 0 or 1
    worked_until         TEXT,             -- until when it was worked; none where it was not
    call_phone           TEXT,             -- number that the clinician has to ring (W9)
    call_due_at          TEXT,             -- when that duty arose
    call_made_at         TEXT,             -- when the call was confirmed
    call_by              TEXT,             -- who confirmed it; JSON
    lapsed               TEXT,             -- codes of what the clinician has come to lack since (A3); JSON
    overridden           TEXT,             -- codes that the client disregards (A3); JSON
    change_void_at       TEXT,             -- when a pending change is void (S5); derived
    offer_ends_at        TEXT,             -- when an offer lapses (A1); derived
    PRIMARY KEY (provider, id)
) STRICT;
CREATE INDEX bookings_by_id ON bookings (id);
-- A session has one live booking at most (A7). The desk sees to it; this is the second line of defence.
CREATE UNIQUE INDEX bookings_one_live ON bookings (provider, session)
    WHERE state IN ('offered', 'confirmed');
CREATE INDEX bookings_by_session ON bookings (provider, session, clinician);
CREATE INDEX bookings_of_clinician ON bookings (clinician, starts_at, id);
CREATE INDEX bookings_of_practice ON bookings (practice, starts_at, id);
CREATE INDEX bookings_due_to_complete ON bookings (ends_at, session) WHERE state = 'confirmed';
CREATE INDEX bookings_due_to_remind ON bookings (starts_at, id)
    WHERE state = 'confirmed' AND (reminded_of IS NULL OR reminded_of <> starts_at);
CREATE INDEX bookings_due_to_recheck ON bookings (starts_at, id) WHERE state IN ('offered', 'confirmed');
CREATE INDEX bookings_offers ON bookings (offer_ends_at, id) WHERE offer_ends_at IS NOT NULL;
CREATE INDEX bookings_changes ON bookings (change_void_at, id) WHERE change_void_at IS NOT NULL;

CREATE TABLE diaries (
    -- One row per clinician, across providers: whoever books counts its version up, so that two bookings exclude each
    -- other (A7).
    clinician TEXT NOT NULL,    -- who
    version   INTEGER NOT NULL, -- counts changes from 1
    PRIMARY KEY (clinician)
) STRICT, WITHOUT ROWID;

CREATE TABLE diary_entries (
    -- What a clinician's diary holds: the live bookings of all providers. No two of one clinician overlap (A7).
    clinician      TEXT NOT NULL, -- whose diary
    booking        TEXT NOT NULL, -- booking that holds the time
    session        TEXT NOT NULL, -- session it works
    reference      TEXT NOT NULL, -- what people call the session (S1)
    provider       TEXT NOT NULL, -- of whom
    starts_at      TEXT NOT NULL, -- agreed start
    ends_at        TEXT NOT NULL, -- agreed end
    also_starts_at TEXT,          -- start in a change that waits for an answer (S5)
    also_ends_at   TEXT,          -- end in it
    holds_until    TEXT NOT NULL, -- latest end of both; derived
    PRIMARY KEY (clinician, booking)
) STRICT;
-- Two bookings of one clinician can't begin together (A7). That none overlap, the commit sees to.
CREATE UNIQUE INDEX diary_entries_one_start ON diary_entries (clinician, starts_at);
CREATE INDEX diary_entries_by_end ON diary_entries (clinician, holds_until);

CREATE TABLE support_cases (
    -- Requests that support withdraw a filled session (W4). An open one freezes its session.
    provider     TEXT NOT NULL,    -- whose it is
    id           TEXT NOT NULL,    -- given by the caller, or derived from a command
    version      INTEGER NOT NULL, -- counts changes from 1
    session      TEXT NOT NULL,    -- session it is about
    practice     TEXT NOT NULL,    -- where
    booking      TEXT NOT NULL,    -- booking it is about
    state        TEXT NOT NULL,    -- open, actioned, rejected or retracted
    via          TEXT NOT NULL,    -- phone, email or form
    opened_by    TEXT,             -- who asked; JSON
    keep_session INTEGER NOT NULL, -- whether only the booking is to be ended; 0 or 1
    received_at  TEXT NOT NULL,    -- when the complete request was there; it is judged at that
    opened_at    TEXT NOT NULL,    -- when it was recorded
    target_at    TEXT NOT NULL,    -- next contactable hour from then
    urgent       INTEGER NOT NULL, -- whether the target lies at or after the start; 0 or 1
    reason       TEXT,             -- id of a text
    fee          INTEGER NOT NULL, -- whether the withdrawal gives the right to a fee; 0 or 1
    policy       INTEGER NOT NULL, -- version of the policy that judged it
    closed_at    TEXT,             -- when it left open
    closed_by    TEXT,             -- who closed it; JSON
    answer       TEXT,             -- id of the text that says why
    PRIMARY KEY (provider, id)
) STRICT;
CREATE INDEX support_cases_by_id ON support_cases (id);
CREATE INDEX support_cases_by_target ON support_cases (target_at, id);
CREATE INDEX support_cases_of_provider ON support_cases (provider, target_at, id);

CREATE TABLE fees (
    -- Short-notice fees: what a clinician may claim for a late withdrawal, and its negotiation (W6, W7).
    provider           TEXT NOT NULL,    -- whose it is
    booking            TEXT NOT NULL,    -- booking it is about
    version            INTEGER NOT NULL, -- counts changes from 1
    session            TEXT NOT NULL,    -- session it is about
    practice           TEXT NOT NULL,    -- where
    clinician          TEXT NOT NULL,    -- who
    person             TEXT NOT NULL,    -- as whom they sign in
    state              TEXT NOT NULL,    -- claimable, proposed, countered, agreed, waived, lapsed or disputed
    cap_amount         TEXT NOT NULL,    -- most that may be claimed; exact decimal
    cap_currency       TEXT,             -- its currency
    suggested_amount   TEXT,             -- what the provider's scale says; exact decimal
    suggested_currency TEXT,             -- its currency
    amount             TEXT,             -- figure on the table, or agreed; exact decimal
    currency           TEXT,             -- its currency
    by_capacity        TEXT,             -- whose figure it is: clinician, practice or rota_manager
    earned_amount      TEXT,             -- what a rebooked clinician declared to have earned instead; exact decimal
    earned_currency    TEXT,             -- its currency
    due_at             TEXT,             -- when time takes the next step
    steps              TEXT,             -- all that was said, with who, when and how much; JSON
    invoice            TEXT,             -- invoice made when it was agreed
    answer_within      TEXT,             -- how long each side has to answer
    PRIMARY KEY (provider, booking)
) STRICT;
CREATE INDEX fees_due ON fees (due_at, booking) WHERE due_at IS NOT NULL;

CREATE TABLE hours_worked (
    -- What was worked, as the clinician states it and the practice approves it (B2).
    provider      TEXT NOT NULL,    -- whose it is
    booking       TEXT NOT NULL,    -- booking it is about
    version       INTEGER NOT NULL, -- counts changes from 1
    session       TEXT NOT NULL,    -- session it is about
    state         TEXT NOT NULL,    -- stated, queried or approved
    starts_at     TEXT NOT NULL,    -- actual start
    ends_at       TEXT NOT NULL,    -- actual end
    break_minutes INTEGER NOT NULL, -- unpaid break, in minutes
    amount        TEXT NOT NULL,    -- what it comes to at the agreed rate; exact decimal
    currency      TEXT,             -- its currency
    reason        TEXT,             -- id of the text that says why it was queried
    stated_at     TEXT NOT NULL,    -- when it was stated
    PRIMARY KEY (provider, booking)
) STRICT;

CREATE TABLE invoices (
    -- What is billed for a booking (B2).
    provider  TEXT NOT NULL,    -- whose it is
    id        TEXT NOT NULL,    -- given by the caller, or derived from a command
    version   INTEGER NOT NULL, -- counts changes from 1
    booking   TEXT NOT NULL,    -- booking it is about
    session   TEXT NOT NULL,    -- session it is about
    reference TEXT NOT NULL,    -- what people call the session (S1)
    practice  TEXT NOT NULL,    -- where
    clinician TEXT NOT NULL,    -- who
    person    TEXT NOT NULL,    -- as whom they sign in
    bills     TEXT NOT NULL,    -- hours or a fee
    amount    TEXT NOT NULL,    -- what is billed; exact decimal
    currency  TEXT,             -- its currency
    state     TEXT NOT NULL,    -- awaiting, sent, queried or paid
    due_on    TEXT,             -- last day to pay; a local date
    reason    TEXT,             -- id of the text that says why it was queried
    made_at   TEXT NOT NULL,    -- when it was made
    paid_at   TEXT,             -- when it was paid
    PRIMARY KEY (provider, id)
) STRICT;
CREATE INDEX invoices_by_id ON invoices (id);
CREATE INDEX invoices_of_booking ON invoices (booking, made_at, id);

CREATE TABLE messages (
    -- Messages between a practice and one clinician about a session (B3).
    provider  TEXT NOT NULL,    -- whose it is
    id        TEXT NOT NULL,    -- given by the caller, or derived from a command
    version   INTEGER NOT NULL, -- counts changes from 1
    session   TEXT NOT NULL,    -- session it is about
    practice  TEXT NOT NULL,    -- where
    clinician TEXT NOT NULL,    -- who
    sent_by   TEXT,             -- who wrote it; JSON
    body      TEXT NOT NULL,    -- what it says
    sent_at   TEXT NOT NULL,    -- when it was sent
    PRIMARY KEY (provider, id)
) STRICT;
CREATE INDEX messages_between ON messages (session, clinician, sent_at, id);

CREATE TABLE policies (
    -- A provider's policies. A version is never changed once it is there (W11).
    provider   TEXT NOT NULL,    -- whose it is
    version    INTEGER NOT NULL, -- which version
    valid_from TEXT,             -- from when on it applies
    terms      TEXT NOT NULL,    -- the policy; JSON
    digest     TEXT NOT NULL,    -- of the terms, SHA-256: whoever has read them once remembers them by it
    PRIMARY KEY (provider, version)
) STRICT;

CREATE TABLE settings (
    -- How somebody wants to be told (N1).
    person     TEXT NOT NULL,    -- whose
    version    INTEGER NOT NULL, -- counts changes from 1
    emails     TEXT,             -- which emails they want; JSON
    pushes     TEXT,             -- which pushes they want; JSON
    digests    TEXT,             -- which digests they want, and when; JSON
    reminders  TEXT,             -- on or off; none: on
    quiet_from TEXT,             -- begin of quiet hours; local time
    quiet_to   TEXT,             -- their end; local time
    PRIMARY KEY (person)
) STRICT;

CREATE TABLE texts (
    -- What people wrote. Names and reasons live here alone, so that they can be erased (P4).
    provider   TEXT NOT NULL,    -- whose it is
    id         TEXT NOT NULL,    -- given by the caller, or derived from a command
    version    INTEGER NOT NULL, -- counts changes from 1
    session    TEXT,             -- session it is about
    class      TEXT NOT NULL,    -- reason, message or case
    body       TEXT,             -- what it says; none once erased
    written_by TEXT,             -- person who wrote it
    written_at TEXT NOT NULL,    -- when
    erased_at  TEXT,             -- when it was erased
    PRIMARY KEY (provider, id)
) STRICT;
CREATE INDEX texts_by_id ON texts (id);
CREATE INDEX texts_of_class ON texts (class, written_at, id) WHERE erased_at IS NULL;
CREATE INDEX texts_of_author ON texts (written_by, written_at, id) WHERE erased_at IS NULL;

CREATE TABLE events (
    -- The record of what happened (P2), in the order of commits. Rows are added and never changed.
    no           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- order of the commits
    provider     TEXT NOT NULL,    -- whose record it stands in; blank for what belongs to a person alone
    subject_kind TEXT NOT NULL,    -- what changed: session, booking …
    subject_id   TEXT NOT NULL,    -- its id
    version      INTEGER NOT NULL, -- its version since
    kind         TEXT NOT NULL,    -- what happened
    session      TEXT,             -- session it belongs to
    happened_at  TEXT NOT NULL,    -- when
    by_capacity  TEXT NOT NULL,    -- as what they acted: practice, clinician, rota_manager, support or system
    by_person    TEXT,             -- who acted
    by_provider  TEXT,             -- for which provider
    by_practice  TEXT,             -- for which practice
    by_clinician TEXT,             -- as which clinician
    command      TEXT NOT NULL,    -- by which command
    from_state   TEXT,             -- state before; none where no state changed
    to_state     TEXT,             -- state after
    reason       TEXT,             -- id of a text
    facts        TEXT,             -- ids, codes and figures; JSON
    UNIQUE (provider, subject_kind, subject_id, version, kind)
) STRICT;
CREATE INDEX events_of_session ON events (session, no) WHERE session IS NOT NULL;
CREATE INDEX events_of_subject ON events (subject_kind, subject_id, no);

CREATE TABLE outcomes (
    -- What each command led to, so that its repetition gets the same answer (P3).
    actor   TEXT NOT NULL, -- who gave it
    command TEXT NOT NULL, -- its id
    digest  TEXT NOT NULL, -- digest of the whole command
    result  TEXT NOT NULL, -- what they got, as JSON
    at      TEXT NOT NULL, -- when
    PRIMARY KEY (actor, command)
) STRICT;

CREATE TABLE session_references (
    -- References that were given to sessions, across providers (S1). None is ever given again.
    reference TEXT NOT NULL, -- what people call the session (S1)
    provider  TEXT NOT NULL, -- whose it is
    session   TEXT NOT NULL, -- session that has it
    PRIMARY KEY (reference)
) STRICT, WITHOUT ROWID;

CREATE TABLE reference_numbers (
    -- One row: the last number that was handed out for a reference. Gaps are fine (S1).
    one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), -- there is one row
    last INTEGER NOT NULL                              -- last number that was handed out
) STRICT;
INSERT INTO reference_numbers (one, last) VALUES (1, 0);

CREATE TABLE plans (
    -- The queue: events of which it is still to be planned who is told (N4). A row goes when the plan is done.
    event_no     INTEGER NOT NULL PRIMARY KEY, -- events.no
    cursor       TEXT,                         -- where the plan goes on
    fence        INTEGER NOT NULL DEFAULT 0,   -- counts claims; whoever comes with an older one is refused
    leased_until TEXT,                         -- somebody has it until then
    attempts     INTEGER NOT NULL DEFAULT 0    -- how often it was claimed
) STRICT;
CREATE INDEX plans_waiting ON plans (event_no) WHERE leased_until IS NULL;
CREATE INDEX plans_leased ON plans (leased_until) WHERE leased_until IS NOT NULL;

CREATE TABLE deliveries (
    -- Who is told what, over which channel, and what became of it (N4, N5). Suppressed ones among them.
    no           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- order of planning
    provider     TEXT NOT NULL,              -- whose record it stands in; blank for what belongs to a person alone
    key          TEXT NOT NULL,              -- follows from event, person and channel (N5)
    event        TEXT NOT NULL,              -- key of the event
    kind         TEXT NOT NULL,              -- kind of message
    channel      TEXT NOT NULL,              -- email, android or iphone
    person       TEXT NOT NULL,              -- who is told
    audience     TEXT NOT NULL,              -- as what they are told
    session      TEXT,                       -- session it is about
    state        TEXT NOT NULL,              -- planned, suppressed, claimed, delivered, failed, unknown, given_up or stale
    why          TEXT,                       -- why it is suppressed or held; after an attempt what came of it
    planned_at   TEXT NOT NULL,              -- when it was planned
    not_before   TEXT,                       -- from when on it is sent
    attempts     INTEGER NOT NULL,           -- how often it was claimed and not given back
    settled_at   TEXT,                       -- when it came into its state
    event_no     INTEGER NOT NULL,           -- events.no
    due_at       TEXT,                       -- from when on it can be claimed; none where it can't
    fence        INTEGER NOT NULL DEFAULT 0, -- counts claims; whoever comes with an older one is refused
    leased_until TEXT,                       -- somebody has it until then
    UNIQUE (provider, key)
) STRICT;
CREATE INDEX deliveries_of_event ON deliveries (event, no);
CREATE INDEX deliveries_of_session ON deliveries (session, no) WHERE session IS NOT NULL;
CREATE INDEX deliveries_of_person ON deliveries (person, no);
CREATE INDEX deliveries_due ON deliveries (channel, due_at, no) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_leased ON deliveries (channel, leased_until) WHERE state = 'claimed';
CREATE INDEX deliveries_to_send ON deliveries (person, channel, no) WHERE due_at IS NOT NULL OR state = 'claimed';
CREATE INDEX deliveries_ended ON deliveries (coalesce(settled_at, planned_at), no)
    WHERE due_at IS NULL AND state <> 'claimed';

CREATE TABLE feeds (
    -- The last number of each feed (N3).
    feed TEXT NOT NULL,    -- provider/ and its id, or marketplace
    last INTEGER NOT NULL, -- last number
    PRIMARY KEY (feed)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_entries (
    -- Events in the order in which they were planned, with numbers without gaps (N3).
    feed     TEXT NOT NULL,    -- see feeds
    no       INTEGER NOT NULL, -- number within the feed
    event_no INTEGER NOT NULL, -- events.no
    PRIMARY KEY (feed, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_readers (
    -- How far those who read feeds have come: relays to brokers, for example.
    reader       TEXT NOT NULL,    -- who reads
    feed         TEXT NOT NULL,    -- see feeds
    reached      INTEGER NOT NULL, -- number up to which they have come
    fence        INTEGER NOT NULL, -- counts claims; whoever comes with an older one is refused
    leased_until TEXT,             -- somebody has it until then
    PRIMARY KEY (reader, feed)
) STRICT, WITHOUT ROWID;

CREATE TABLE digest_marks (
    -- How far each clinician's digests have come (N3).
    clinician TEXT NOT NULL,    -- whose
    version   INTEGER NOT NULL, -- counts changes from 1
    seen      TEXT,             -- last number of each feed; JSON
    made_at   TEXT,             -- when the last one was made
    PRIMARY KEY (clinician)
) STRICT;
