-- The tables of the workflow, for PostgreSQL 13 and newer. {schema} stands for the schema that the host chose; it must
-- exist already or be creatable by whoever migrates.
--
-- Ids, names and codes compare byte by byte (COLLATE "C"), so that lists have one order whatever the database's locale.
-- What belongs to a provider has the provider in its primary key and in every unique index. What doesn't: a
-- clinician's diary, a person's settings, outcomes, references, and the queue's own book-keeping.

CREATE TABLE {schema}.sessions (
    provider             text COLLATE "C" NOT NULL,
    id                   text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    reference            text COLLATE "C" NOT NULL,
    practice             text COLLATE "C" NOT NULL,
    state                text COLLATE "C" NOT NULL,
    role                 text COLLATE "C" NOT NULL,
    starts_at            timestamptz NOT NULL,
    ends_at              timestamptz NOT NULL,
    break_minutes        bigint NOT NULL,
    rate_amount          numeric NOT NULL,
    rate_currency        text COLLATE "C" NOT NULL,
    rate_per             text COLLATE "C" NOT NULL,
    place                text COLLATE "C",
    instructions         text COLLATE "C",
    channel              text COLLATE "C" NOT NULL,
    choosing             text COLLATE "C" NOT NULL,
    engagement_starts_at timestamptz,
    round                bigint NOT NULL,
    booking              text COLLATE "C",
    support_case         text COLLATE "C",
    replaces             text COLLATE "C",
    opened_at            timestamptz,
    created_at           timestamptz NOT NULL,
    worth_pence          bigint NOT NULL,
    PRIMARY KEY (provider, id)
);
CREATE INDEX sessions_by_id ON {schema}.sessions (id);
CREATE INDEX sessions_by_practice ON {schema}.sessions (provider, practice, starts_at, id);
CREATE INDEX sessions_open_on_rota ON {schema}.sessions (provider, starts_at, id)
    WHERE state = 'open' AND channel = 'rota';
CREATE INDEX sessions_open ON {schema}.sessions (channel, starts_at, id) WHERE state = 'open';
-- A version is always more than 0. Saying so keeps this index for what asks for it in these words: for a search of open
-- sessions it would do as well, and walk past all those of other channels and providers.
CREATE INDEX sessions_due_to_expire ON {schema}.sessions (starts_at, id) WHERE state IN ('draft', 'open') AND version > 0;

CREATE TABLE {schema}.applications (
    provider             text COLLATE "C" NOT NULL,
    id                   text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    session              text COLLATE "C" NOT NULL,
    practice             text COLLATE "C" NOT NULL,
    clinician            text COLLATE "C" NOT NULL,
    person               text COLLATE "C" NOT NULL,
    round                bigint NOT NULL,
    state                text COLLATE "C" NOT NULL,
    applied_at           timestamptz NOT NULL,
    reason               text COLLATE "C",
    PRIMARY KEY (provider, id)
);
CREATE INDEX applications_by_id ON {schema}.applications (id);
-- One application of a clinician in a round; a second one begun in another tab meets this.
CREATE UNIQUE INDEX applications_one_each ON {schema}.applications (provider, session, clinician, round);
CREATE INDEX applications_by_round ON {schema}.applications (session, round, applied_at, id);
CREATE INDEX applications_pending ON {schema}.applications (provider, session, round, clinician)
    WHERE state = 'pending';
CREATE INDEX applications_of_clinician ON {schema}.applications (clinician, applied_at DESC, id);

CREATE TABLE {schema}.bookings (
    provider             text COLLATE "C" NOT NULL,
    id                   text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    session              text COLLATE "C" NOT NULL,
    reference            text COLLATE "C" NOT NULL,
    practice             text COLLATE "C" NOT NULL,
    clinician            text COLLATE "C" NOT NULL,
    person               text COLLATE "C" NOT NULL,
    state                text COLLATE "C" NOT NULL,
    role                 text COLLATE "C" NOT NULL,
    starts_at            timestamptz NOT NULL,
    ends_at              timestamptz NOT NULL,
    break_minutes        bigint NOT NULL,
    rate_amount          numeric NOT NULL,
    rate_currency        text COLLATE "C" NOT NULL,
    rate_per             text COLLATE "C" NOT NULL,
    place                text COLLATE "C",
    instructions         text COLLATE "C",
    consented            jsonb,
    pending_terms        jsonb,
    pending_since        timestamptz,
    pending_by           jsonb,
    engagement_starts_at timestamptz,
    policy               bigint NOT NULL,
    application          text COLLATE "C",
    channel              text COLLATE "C" NOT NULL,
    made_at              timestamptz NOT NULL,
    offered_until        timestamptz,
    reminded_of          timestamptz,
    ended_as_of          timestamptz,
    ended_at             timestamptz,
    ended_by             jsonb,
    ended_route          text COLLATE "C",
    ended_reason         text COLLATE "C",
    ended_cause          text COLLATE "C",
    ended_at_request     boolean NOT NULL,
    ended_disputed_at    timestamptz,
    ended_ahead_micros   bigint NOT NULL,
    ended_late           boolean NOT NULL,
    ended_fee            boolean NOT NULL,
    worked_until         timestamptz,
    call_phone           text COLLATE "C",
    call_due_at          timestamptz,
    call_made_at         timestamptz,
    call_by              jsonb,
    lapsed               jsonb,
    overridden           jsonb,
    change_void_at       timestamptz,
    offer_ends_at        timestamptz,
    PRIMARY KEY (provider, id)
);
CREATE INDEX bookings_by_id ON {schema}.bookings (id);
-- A session has one live booking at most (A7). The desk sees to it; this is the second line of defence.
CREATE UNIQUE INDEX bookings_one_live ON {schema}.bookings (provider, session)
    WHERE state IN ('offered', 'confirmed');
CREATE INDEX bookings_by_session ON {schema}.bookings (provider, session, clinician);
CREATE INDEX bookings_of_clinician ON {schema}.bookings (clinician, starts_at, id);
CREATE INDEX bookings_of_practice ON {schema}.bookings (practice, starts_at, id);
CREATE INDEX bookings_due_to_complete ON {schema}.bookings (ends_at, session) WHERE state = 'confirmed';
CREATE INDEX bookings_due_to_remind ON {schema}.bookings (starts_at, id)
    WHERE state = 'confirmed' AND (reminded_of IS NULL OR reminded_of <> starts_at);
CREATE INDEX bookings_due_to_recheck ON {schema}.bookings (starts_at, id) WHERE state IN ('offered', 'confirmed');
CREATE INDEX bookings_offers ON {schema}.bookings (offer_ends_at, id) WHERE offer_ends_at IS NOT NULL;
CREATE INDEX bookings_changes ON {schema}.bookings (change_void_at, id) WHERE change_void_at IS NOT NULL;

CREATE TABLE {schema}.diaries (
    clinician            text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    PRIMARY KEY (clinician)
);

CREATE TABLE {schema}.diary_entries (
    clinician            text COLLATE "C" NOT NULL,
    booking              text COLLATE "C" NOT NULL,
    session              text COLLATE "C" NOT NULL,
    reference            text COLLATE "C" NOT NULL,
    provider             text COLLATE "C" NOT NULL,
    starts_at            timestamptz NOT NULL,
    ends_at              timestamptz NOT NULL,
    also_starts_at       timestamptz,
    also_ends_at         timestamptz,
    holds_until          timestamptz NOT NULL,
    PRIMARY KEY (clinician, booking)
);
-- Two bookings of one clinician can't begin together (A7); that none overlap, the commit sees to under the diary's lock.
CREATE UNIQUE INDEX diary_entries_one_start ON {schema}.diary_entries (clinician, starts_at);
CREATE INDEX diary_entries_by_end ON {schema}.diary_entries (clinician, holds_until);

CREATE TABLE {schema}.support_cases (
    provider             text COLLATE "C" NOT NULL,
    id                   text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    session              text COLLATE "C" NOT NULL,
    practice             text COLLATE "C" NOT NULL,
    booking              text COLLATE "C" NOT NULL,
    state                text COLLATE "C" NOT NULL,
    via                  text COLLATE "C" NOT NULL,
    opened_by            jsonb,
    keep_session         boolean NOT NULL,
    received_at          timestamptz NOT NULL,
    opened_at            timestamptz NOT NULL,
    target_at            timestamptz NOT NULL,
    urgent               boolean NOT NULL,
    reason               text COLLATE "C",
    fee                  boolean NOT NULL,
    policy               bigint NOT NULL,
    closed_at            timestamptz,
    closed_by            jsonb,
    answer               text COLLATE "C",
    PRIMARY KEY (provider, id)
);
CREATE INDEX support_cases_by_id ON {schema}.support_cases (id);
CREATE INDEX support_cases_by_target ON {schema}.support_cases (target_at, id);
CREATE INDEX support_cases_of_provider ON {schema}.support_cases (provider, target_at, id);

CREATE TABLE {schema}.fees (
    provider             text COLLATE "C" NOT NULL,
    booking              text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    session              text COLLATE "C" NOT NULL,
    practice             text COLLATE "C" NOT NULL,
    clinician            text COLLATE "C" NOT NULL,
    person               text COLLATE "C" NOT NULL,
    state                text COLLATE "C" NOT NULL,
    cap_amount           numeric NOT NULL,
    cap_currency         text COLLATE "C",
    suggested_amount     numeric,
    suggested_currency   text COLLATE "C",
    amount               numeric,
    currency             text COLLATE "C",
    by_capacity          text COLLATE "C",
    earned_amount        numeric,
    earned_currency      text COLLATE "C",
    due_at               timestamptz,
    steps                jsonb,
    invoice              text COLLATE "C",
    answer_within        text COLLATE "C",
    PRIMARY KEY (provider, booking)
);
CREATE INDEX fees_due ON {schema}.fees (due_at, booking) WHERE due_at IS NOT NULL;

CREATE TABLE {schema}.hours_worked (
    provider             text COLLATE "C" NOT NULL,
    booking              text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    session              text COLLATE "C" NOT NULL,
    state                text COLLATE "C" NOT NULL,
    starts_at            timestamptz NOT NULL,
    ends_at              timestamptz NOT NULL,
    break_minutes        bigint NOT NULL,
    amount               numeric NOT NULL,
    currency             text COLLATE "C",
    reason               text COLLATE "C",
    stated_at            timestamptz NOT NULL,
    PRIMARY KEY (provider, booking)
);

CREATE TABLE {schema}.invoices (
    provider             text COLLATE "C" NOT NULL,
    id                   text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    booking              text COLLATE "C" NOT NULL,
    session              text COLLATE "C" NOT NULL,
    reference            text COLLATE "C" NOT NULL,
    practice             text COLLATE "C" NOT NULL,
    clinician            text COLLATE "C" NOT NULL,
    person               text COLLATE "C" NOT NULL,
    bills                text COLLATE "C" NOT NULL,
    amount               numeric NOT NULL,
    currency             text COLLATE "C",
    state                text COLLATE "C" NOT NULL,
    due_on               date,
    reason               text COLLATE "C",
    made_at              timestamptz NOT NULL,
    paid_at              timestamptz,
    PRIMARY KEY (provider, id)
);
CREATE INDEX invoices_by_id ON {schema}.invoices (id);
CREATE INDEX invoices_of_booking ON {schema}.invoices (booking, made_at, id);

CREATE TABLE {schema}.messages (
    provider             text COLLATE "C" NOT NULL,
    id                   text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    session              text COLLATE "C" NOT NULL,
    practice             text COLLATE "C" NOT NULL,
    clinician            text COLLATE "C" NOT NULL,
    sent_by              jsonb,
    body                 text COLLATE "C" NOT NULL,
    sent_at              timestamptz NOT NULL,
    PRIMARY KEY (provider, id)
);
CREATE INDEX messages_between ON {schema}.messages (session, clinician, sent_at, id);

CREATE TABLE {schema}.policies (
    provider             text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    valid_from           timestamptz,
    terms                jsonb NOT NULL,
    digest               text COLLATE "C" NOT NULL,
    PRIMARY KEY (provider, version)
);

CREATE TABLE {schema}.settings (
    person               text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    emails               jsonb,
    pushes               jsonb,
    digests              jsonb,
    reminders            text COLLATE "C",
    quiet_from           text COLLATE "C",
    quiet_to             text COLLATE "C",
    PRIMARY KEY (person)
);

CREATE TABLE {schema}.texts (
    provider             text COLLATE "C" NOT NULL,
    id                   text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    session              text COLLATE "C",
    class                text COLLATE "C" NOT NULL,
    body                 text COLLATE "C",
    written_by           text COLLATE "C",
    written_at           timestamptz NOT NULL,
    erased_at            timestamptz,
    PRIMARY KEY (provider, id)
);
CREATE INDEX texts_by_id ON {schema}.texts (id);
CREATE INDEX texts_of_class ON {schema}.texts (class, written_at, id) WHERE erased_at IS NULL;
CREATE INDEX texts_of_author ON {schema}.texts (written_by, written_at, id) WHERE erased_at IS NULL;

CREATE TABLE {schema}.events (
    provider             text COLLATE "C" NOT NULL,
    subject_kind         text COLLATE "C" NOT NULL,
    subject_id           text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    kind                 text COLLATE "C" NOT NULL,
    session              text COLLATE "C",
    happened_at          timestamptz NOT NULL,
    by_capacity          text COLLATE "C" NOT NULL,
    by_person            text COLLATE "C",
    by_provider          text COLLATE "C",
    by_practice          text COLLATE "C",
    by_clinician         text COLLATE "C",
    command              text COLLATE "C" NOT NULL,
    from_state           text COLLATE "C",
    to_state             text COLLATE "C",
    reason               text COLLATE "C",
    facts                jsonb,
    no                   bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    tx                   xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (provider, subject_kind, subject_id, version, kind)
);
CREATE INDEX events_by_no ON {schema}.events (no);
CREATE INDEX events_of_session ON {schema}.events (session, no) WHERE session IS NOT NULL;
CREATE INDEX events_of_subject ON {schema}.events (subject_kind, subject_id, no);

CREATE TABLE {schema}.outcomes (
    actor                text COLLATE "C" NOT NULL,
    command              text COLLATE "C" NOT NULL,
    digest               text COLLATE "C" NOT NULL,
    result               text COLLATE "C" NOT NULL,
    at                   timestamptz NOT NULL,
    PRIMARY KEY (actor, command)
);

CREATE TABLE {schema}.session_references (
    reference text COLLATE "C" NOT NULL PRIMARY KEY,
    provider  text COLLATE "C" NOT NULL,
    session   text COLLATE "C" NOT NULL
);

CREATE SEQUENCE {schema}.reference_numbers AS bigint;

-- The queue: events that are to be planned, what was planned of them, and how far feeds and digests have come.

CREATE TABLE {schema}.plans (
    event_no     bigint NOT NULL PRIMARY KEY,
    cursor       text,
    fence        bigint NOT NULL DEFAULT 0,
    leased_until timestamptz,
    attempts     bigint NOT NULL DEFAULT 0
);

-- What never changes of a delivery is kept apart from what does with every attempt: rows of states are small, and so is
-- what a claim and its outcome write of them.
CREATE TABLE {schema}.planned_deliveries (
    provider             text COLLATE "C" NOT NULL,
    key                  text COLLATE "C" NOT NULL,
    event                text COLLATE "C" NOT NULL,
    kind                 text COLLATE "C" NOT NULL,
    channel              text COLLATE "C" NOT NULL,
    person               text COLLATE "C" NOT NULL,
    audience             text COLLATE "C" NOT NULL,
    session              text COLLATE "C",
    planned_at           timestamptz NOT NULL,
    no                   bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    tx                   xid8 NOT NULL DEFAULT pg_current_xact_id(),
    event_no             bigint NOT NULL,
    PRIMARY KEY (provider, key)
);
CREATE INDEX planned_deliveries_by_no ON {schema}.planned_deliveries (no);
CREATE INDEX planned_deliveries_of_event ON {schema}.planned_deliveries (event, no);
CREATE INDEX planned_deliveries_of_session ON {schema}.planned_deliveries (session, no) WHERE session IS NOT NULL;
CREATE INDEX planned_deliveries_of_person ON {schema}.planned_deliveries (person, no);

CREATE TABLE {schema}.delivery_states (
    no                   bigint NOT NULL PRIMARY KEY,
    channel              text COLLATE "C" NOT NULL,
    person               text COLLATE "C" NOT NULL,
    state                text COLLATE "C" NOT NULL,
    why                  text COLLATE "C",
    since                timestamptz NOT NULL,
    not_before           timestamptz,
    attempts             bigint NOT NULL,
    due_at               timestamptz,
    fence                bigint NOT NULL DEFAULT 0,
    leased_until         timestamptz
);
CREATE INDEX delivery_states_due ON {schema}.delivery_states (channel, due_at, no) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_states_leased ON {schema}.delivery_states (channel, leased_until) WHERE state = 'claimed';
CREATE INDEX delivery_states_to_send ON {schema}.delivery_states (person, channel, no)
    WHERE due_at IS NOT NULL OR state = 'claimed';
CREATE INDEX delivery_states_ended ON {schema}.delivery_states (since, no) WHERE due_at IS NULL AND state <> 'claimed';

CREATE VIEW {schema}.deliveries AS
SELECT p.provider, p.key, p.event, p.kind, p.channel, p.person, p.audience, p.session, s.state, s.why, p.planned_at,
    s.not_before, s.attempts, CASE WHEN s.fence > 0 THEN s.since END AS settled_at, p.no, p.tx, p.event_no, s.due_at,
    s.fence, s.leased_until
FROM {schema}.planned_deliveries p
JOIN {schema}.delivery_states s ON s.no = p.no;

CREATE TABLE {schema}.feeds (
    feed text COLLATE "C" NOT NULL PRIMARY KEY,
    last bigint NOT NULL
);

CREATE TABLE {schema}.feed_entries (
    feed     text COLLATE "C" NOT NULL,
    no       bigint NOT NULL,
    event_no bigint NOT NULL,
    PRIMARY KEY (feed, no)
);

CREATE TABLE {schema}.feed_readers (
    reader       text COLLATE "C" NOT NULL,
    feed         text COLLATE "C" NOT NULL,
    reached      bigint NOT NULL,
    fence        bigint NOT NULL,
    leased_until timestamptz,
    PRIMARY KEY (reader, feed)
);

CREATE TABLE {schema}.digest_marks (
    clinician            text COLLATE "C" NOT NULL,
    version              bigint NOT NULL,
    seen                 jsonb,
    made_at              timestamptz,
    PRIMARY KEY (clinician)
);
