-- What a decision depends on, as of one instant: the function is stable, so that all of it sees what its caller sees.
-- From the root that is named it goes on by itself: an application, booking, case or invoice to its session; a session
-- to its booking and case; a booking to its fee and hours. An id alone finds a row and its provider; from there on every
-- step names the provider, too. Of a session's policies it tells which there are: their terms never change, so that
-- whoever calls this reads them once. Policies that are asked for come whole.
CREATE FUNCTION {schema}.sessional_load_1(
    by_reference text DEFAULT NULL, by_application text DEFAULT NULL, by_booking text DEFAULT NULL,
    by_case text DEFAULT NULL, by_invoice text DEFAULT NULL, by_session text DEFAULT NULL,
    diary_of text DEFAULT NULL, around_from timestamptz DEFAULT NULL, around_until timestamptz DEFAULT NULL,
    policies_of text DEFAULT NULL, text_id text DEFAULT NULL, settings_of text DEFAULT NULL
) RETURNS json LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    -- What leads on from the session, and from the booking and application.
    whose text;
    its text;
    now_round bigint;
    starts timestamptz;
    ends timestamptz;
    booked text;
    booked_from timestamptz;
    booked_until timestamptz;
    holder text;
    opened text;
    applicant text;
    who text;
    -- What is found.
    session json;
    application json;
    booking json;
    support_case json;
    invoice json;
    fee json;
    hours json;
    body json;
    settings json;
    known boolean := false;
BEGIN
    IF by_reference IS NOT NULL THEN
        SELECT s.provider, s.id, s.round, s.starts_at, s.ends_at, s.booking, s.support_case, row_to_json(s) INTO whose, its, now_round, starts, ends, booked, opened, session
        FROM {schema}.session_references r
        JOIN {schema}.sessions s ON s.provider = r.provider AND s.id = r.session
        WHERE r.reference = by_reference;
    ELSIF by_application IS NOT NULL THEN
        SELECT a.provider, s.id, s.round, s.starts_at, s.ends_at, s.booking, s.support_case, row_to_json(s), a.clinician, row_to_json(a) INTO whose, its, now_round, starts, ends, booked, opened, session, applicant, application
        FROM {schema}.applications a
        LEFT JOIN {schema}.sessions s ON s.provider = a.provider AND s.id = a.session
        WHERE a.id = by_application;
    ELSIF by_booking IS NOT NULL THEN
        SELECT b.provider, s.id, s.round, s.starts_at, s.ends_at, b.id, s.support_case, row_to_json(s) INTO whose, its, now_round, starts, ends, booked, opened, session
        FROM {schema}.bookings b
        LEFT JOIN {schema}.sessions s ON s.provider = b.provider AND s.id = b.session
        WHERE b.id = by_booking;
    ELSIF by_case IS NOT NULL THEN
        SELECT k.provider, s.id, s.round, s.starts_at, s.ends_at, k.booking, k.id, row_to_json(s) INTO whose, its, now_round, starts, ends, booked, opened, session
        FROM {schema}.support_cases k
        LEFT JOIN {schema}.sessions s ON s.provider = k.provider AND s.id = k.session
        WHERE k.id = by_case;
    ELSIF by_invoice IS NOT NULL THEN
        SELECT i.provider, s.id, s.round, s.starts_at, s.ends_at, i.booking, s.support_case, row_to_json(s), row_to_json(i) INTO whose, its, now_round, starts, ends, booked, opened, session, invoice
        FROM {schema}.invoices i
        LEFT JOIN {schema}.sessions s ON s.provider = i.provider AND s.id = i.session
        WHERE i.id = by_invoice;
    ELSIF by_session IS NOT NULL THEN
        SELECT s.provider, s.id, s.round, s.starts_at, s.ends_at, s.booking, s.support_case, row_to_json(s) INTO whose, its, now_round, starts, ends, booked, opened, session
        FROM {schema}.sessions s
        WHERE s.id = by_session;
    END IF;

    IF booked IS NOT NULL THEN
        SELECT b.clinician, least(b.starts_at, (b.pending_terms->'span'->>'start')::timestamptz),
            greatest(b.ends_at, (b.pending_terms->'span'->>'end')::timestamptz), row_to_json(b), row_to_json(f), row_to_json(h)
        INTO holder, booked_from, booked_until, booking, fee, hours
        FROM {schema}.bookings b
        LEFT JOIN {schema}.fees f ON f.provider = b.provider AND f.booking = b.id
        LEFT JOIN {schema}.hours_worked h ON h.provider = b.provider AND h.booking = b.id
        WHERE b.provider = whose AND b.id = booked;
    END IF;
    IF opened IS NOT NULL THEN
        SELECT row_to_json(k) INTO support_case FROM {schema}.support_cases k WHERE k.provider = whose AND k.id = opened;
    END IF;

    who := coalesce(diary_of, applicant, holder);
    IF who IS NOT NULL AND its IS NOT NULL THEN
        IF applicant IS NULL AND diary_of IS NOT NULL THEN
            SELECT a.clinician, row_to_json(a) INTO applicant, application
            FROM {schema}.applications a
            WHERE a.provider = whose AND a.session = its AND a.clinician = who AND a.round = now_round;
        END IF;
        known := who = applicant OR who = holder;
        IF known IS NOT TRUE THEN
            known := EXISTS (SELECT 1 FROM {schema}.applications a
                    WHERE a.provider = whose AND a.session = its AND a.clinician = who)
                OR EXISTS (SELECT 1 FROM {schema}.bookings b
                    WHERE b.provider = whose AND b.session = its AND b.clinician = who);
        END IF;
    END IF;

    IF text_id IS NOT NULL THEN
        SELECT row_to_json(t) INTO body FROM {schema}.texts t WHERE t.id = text_id;
    END IF;
    IF settings_of IS NOT NULL THEN
        SELECT row_to_json(t) INTO settings FROM {schema}.settings t WHERE t.person = settings_of;
    END IF;

    RETURN json_build_object(
        'session', session, 'application', application, 'booking', booking, 'case', support_case, 'invoice', invoice,
        'fee', fee, 'hours', hours, 'text', body, 'settings', settings, 'clinician', who, 'known', known,
        'diary', (SELECT t.version FROM {schema}.diaries t WHERE t.clinician = who),
        'entries', array_to_json(ARRAY(SELECT row_to_json(t) FROM {schema}.diary_entries t
            WHERE t.clinician = who AND t.holds_until > least(around_from, starts, booked_from)
                AND least(t.starts_at, t.also_starts_at) < greatest(around_until, ends, booked_until))),
        'policies', array_to_json(ARRAY(
            SELECT CASE WHEN policies_of IS NULL THEN to_json(t.digest) ELSE row_to_json(t) END FROM {schema}.policies t
            WHERE t.provider = coalesce(policies_of, CASE WHEN its IS NOT NULL THEN whose END) ORDER BY t.version)));
END
$$;

-- The rows of each table as a commit brings them, so that PostgreSQL reads them in its own form: taking apart one JSON
-- document was the dearest part of a commit after the writing itself. They are this release's: a column that a later
-- release adds is in that release's types.
CREATE TYPE {schema}.sessional_sessions_1 AS (provider text, id text, version bigint, reference text, practice text, state text, role text, starts_at timestamptz, ends_at timestamptz, break_minutes bigint, rate_amount numeric, rate_currency text, rate_per text, place text, instructions text, channel text, choosing text, engagement_starts_at timestamptz, round bigint, booking text, support_case text, replaces text, opened_at timestamptz, created_at timestamptz, worth_pence bigint);
CREATE TYPE {schema}.sessional_applications_1 AS (provider text, id text, version bigint, session text, practice text, clinician text, person text, round bigint, state text, applied_at timestamptz, reason text);
CREATE TYPE {schema}.sessional_bookings_1 AS (provider text, id text, version bigint, session text, reference text, practice text, clinician text, person text, state text, role text, starts_at timestamptz, ends_at timestamptz, break_minutes bigint, rate_amount numeric, rate_currency text, rate_per text, place text, instructions text, consented jsonb, pending_terms jsonb, pending_since timestamptz, pending_by jsonb, engagement_starts_at timestamptz, policy bigint, application text, channel text, made_at timestamptz, offered_until timestamptz, reminded_of timestamptz, ended_as_of timestamptz, ended_at timestamptz, ended_by jsonb, ended_route text, ended_reason text, ended_cause text, ended_at_request boolean, ended_disputed_at timestamptz, ended_ahead_micros bigint, ended_late boolean, ended_fee boolean, worked_until timestamptz, call_phone text, call_due_at timestamptz, call_made_at timestamptz, call_by jsonb, lapsed jsonb, overridden jsonb, change_void_at timestamptz, offer_ends_at timestamptz);
CREATE TYPE {schema}.sessional_diaries_1 AS (clinician text, version bigint);
CREATE TYPE {schema}.sessional_diary_entries_1 AS (clinician text, booking text, session text, reference text, provider text, starts_at timestamptz, ends_at timestamptz, also_starts_at timestamptz, also_ends_at timestamptz, holds_until timestamptz);
CREATE TYPE {schema}.sessional_support_cases_1 AS (provider text, id text, version bigint, session text, practice text, booking text, state text, via text, opened_by jsonb, keep_session boolean, received_at timestamptz, opened_at timestamptz, target_at timestamptz, urgent boolean, reason text, fee boolean, policy bigint, closed_at timestamptz, closed_by jsonb, answer text);
CREATE TYPE {schema}.sessional_fees_1 AS (provider text, booking text, version bigint, session text, practice text, clinician text, person text, state text, cap_amount numeric, cap_currency text, suggested_amount numeric, suggested_currency text, amount numeric, currency text, by_capacity text, earned_amount numeric, earned_currency text, due_at timestamptz, steps jsonb, invoice text, answer_within text);
CREATE TYPE {schema}.sessional_hours_worked_1 AS (provider text, booking text, version bigint, session text, state text, starts_at timestamptz, ends_at timestamptz, break_minutes bigint, amount numeric, currency text, reason text, stated_at timestamptz);
CREATE TYPE {schema}.sessional_invoices_1 AS (provider text, id text, version bigint, booking text, session text, reference text, practice text, clinician text, person text, bills text, amount numeric, currency text, state text, due_on date, reason text, made_at timestamptz, paid_at timestamptz);
CREATE TYPE {schema}.sessional_messages_1 AS (provider text, id text, version bigint, session text, practice text, clinician text, sent_by jsonb, body text, sent_at timestamptz);
CREATE TYPE {schema}.sessional_policies_1 AS (provider text, version bigint, valid_from timestamptz, terms jsonb, digest text);
CREATE TYPE {schema}.sessional_settings_1 AS (person text, version bigint, emails jsonb, pushes jsonb, digests jsonb, reminders text, quiet_from text, quiet_to text);
CREATE TYPE {schema}.sessional_texts_1 AS (provider text, id text, version bigint, session text, class text, body text, written_by text, written_at timestamptz, erased_at timestamptz);
CREATE TYPE {schema}.sessional_events_1 AS (provider text, subject_kind text, subject_id text, version bigint, kind text, session text, happened_at timestamptz, by_capacity text, by_person text, by_provider text, by_practice text, by_clinician text, command text, from_state text, to_state text, reason text, facts jsonb);
-- One commit, whole: it takes what a desk wants changed, with the result that the caller gets, and answers done, conflict
-- or repeated. Conflicts are answers and not errors, since an error would end a transaction of the host's and fill the
-- server's log.
--
-- Rows are locked in one fixed order, table by table and in the caller's order within each, hence the loops: two commits
-- may wait for each other, but not in a circle. Only indexes lead to a few rows of many, whatever the tables looked like
-- when the plans were made: hence the settings.
CREATE FUNCTION {schema}.sessional_commit_1(
    actor text, command text, digest text, result text, at timestamptz,
    checks jsonb DEFAULT NULL, entries_gone jsonb DEFAULT NULL,
    sessions {schema}.sessional_sessions_1[] DEFAULT NULL,
    new_sessions {schema}.sessional_sessions_1[] DEFAULT NULL,
    applications {schema}.sessional_applications_1[] DEFAULT NULL,
    new_applications {schema}.sessional_applications_1[] DEFAULT NULL,
    bookings {schema}.sessional_bookings_1[] DEFAULT NULL,
    new_bookings {schema}.sessional_bookings_1[] DEFAULT NULL,
    diaries {schema}.sessional_diaries_1[] DEFAULT NULL,
    new_diaries {schema}.sessional_diaries_1[] DEFAULT NULL,
    diary_entries {schema}.sessional_diary_entries_1[] DEFAULT NULL,
    support_cases {schema}.sessional_support_cases_1[] DEFAULT NULL,
    new_support_cases {schema}.sessional_support_cases_1[] DEFAULT NULL,
    fees {schema}.sessional_fees_1[] DEFAULT NULL,
    new_fees {schema}.sessional_fees_1[] DEFAULT NULL,
    hours_worked {schema}.sessional_hours_worked_1[] DEFAULT NULL,
    new_hours_worked {schema}.sessional_hours_worked_1[] DEFAULT NULL,
    invoices {schema}.sessional_invoices_1[] DEFAULT NULL,
    new_invoices {schema}.sessional_invoices_1[] DEFAULT NULL,
    messages {schema}.sessional_messages_1[] DEFAULT NULL,
    new_messages {schema}.sessional_messages_1[] DEFAULT NULL,
    policies {schema}.sessional_policies_1[] DEFAULT NULL,
    settings {schema}.sessional_settings_1[] DEFAULT NULL,
    new_settings {schema}.sessional_settings_1[] DEFAULT NULL,
    texts {schema}.sessional_texts_1[] DEFAULT NULL,
    new_texts {schema}.sessional_texts_1[] DEFAULT NULL,
    events {schema}.sessional_events_1[] DEFAULT NULL
) RETURNS text LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    r record;
    many bigint;
    taken text;
BEGIN
    -- Whoever brings the same command waits here for the first one to end (P3).
    INSERT INTO {schema}.outcomes (actor, command, digest, result, at)
    VALUES (actor, command, digest, result, at);

    IF checks ? 'session' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(checks->'session') AS x(provider text, id text, version bigint) LOOP
            IF r.version = 0 THEN
                -- That it isn't there stays true: whoever would make it waits for something that is written here.
                PERFORM 1 FROM {schema}.sessions t WHERE t.provider = r.provider AND t.id = r.id;
                IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            ELSE
                PERFORM 1 FROM {schema}.sessions t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;
    IF sessions IS NOT NULL THEN
        FOREACH r IN ARRAY sessions LOOP
            UPDATE {schema}.sessions t SET version = r.version, reference = r.reference, practice = r.practice, state = r.state, role = r.role, starts_at = r.starts_at, ends_at = r.ends_at, break_minutes = r.break_minutes, rate_amount = r.rate_amount, rate_currency = r.rate_currency, rate_per = r.rate_per, place = r.place, instructions = r.instructions, channel = r.channel, choosing = r.choosing, engagement_starts_at = r.engagement_starts_at, round = r.round, booking = r.booking, support_case = r.support_case, replaces = r.replaces, opened_at = r.opened_at, created_at = r.created_at, worth_pence = r.worth_pence
            WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF new_sessions IS NOT NULL THEN
        INSERT INTO {schema}.sessions (provider, id, version, reference, practice, state, role, starts_at, ends_at, break_minutes, rate_amount, rate_currency, rate_per, place, instructions, channel, choosing, engagement_starts_at, round, booking, support_case, replaces, opened_at, created_at, worth_pence)
        SELECT x.provider, x.id, x.version, x.reference, x.practice, x.state, x.role, x.starts_at, x.ends_at, x.break_minutes, x.rate_amount, x.rate_currency, x.rate_per, x.place, x.instructions, x.channel, x.choosing, x.engagement_starts_at, x.round, x.booking, x.support_case, x.replaces, x.opened_at, x.created_at, x.worth_pence
        FROM unnest(new_sessions) AS x;
        INSERT INTO {schema}.session_references (reference, provider, session)
        SELECT x.reference, x.provider, x.id
        FROM unnest(new_sessions) AS x;
    END IF;

    IF checks ? 'application' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(checks->'application') AS x(provider text, id text, version bigint) LOOP
            IF r.version = 0 THEN
                -- That it isn't there stays true: whoever would make it waits for something that is written here.
                PERFORM 1 FROM {schema}.applications t WHERE t.provider = r.provider AND t.id = r.id;
                IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            ELSE
                PERFORM 1 FROM {schema}.applications t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;
    IF applications IS NOT NULL THEN
        FOREACH r IN ARRAY applications LOOP
            UPDATE {schema}.applications t SET version = r.version, session = r.session, practice = r.practice, clinician = r.clinician, person = r.person, round = r.round, state = r.state, applied_at = r.applied_at, reason = r.reason
            WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF new_applications IS NOT NULL THEN
        INSERT INTO {schema}.applications (provider, id, version, session, practice, clinician, person, round, state, applied_at, reason)
        SELECT x.provider, x.id, x.version, x.session, x.practice, x.clinician, x.person, x.round, x.state, x.applied_at, x.reason
        FROM unnest(new_applications) AS x;
    END IF;

    IF checks ? 'booking' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(checks->'booking') AS x(provider text, id text, version bigint) LOOP
            IF r.version = 0 THEN
                -- That it isn't there stays true: whoever would make it waits for something that is written here.
                PERFORM 1 FROM {schema}.bookings t WHERE t.provider = r.provider AND t.id = r.id;
                IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            ELSE
                PERFORM 1 FROM {schema}.bookings t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;
    IF bookings IS NOT NULL THEN
        FOREACH r IN ARRAY bookings LOOP
            UPDATE {schema}.bookings t SET version = r.version, session = r.session, reference = r.reference, practice = r.practice, clinician = r.clinician, person = r.person, state = r.state, role = r.role, starts_at = r.starts_at, ends_at = r.ends_at, break_minutes = r.break_minutes, rate_amount = r.rate_amount, rate_currency = r.rate_currency, rate_per = r.rate_per, place = r.place, instructions = r.instructions, consented = r.consented, pending_terms = r.pending_terms, pending_since = r.pending_since, pending_by = r.pending_by, engagement_starts_at = r.engagement_starts_at, policy = r.policy, application = r.application, channel = r.channel, made_at = r.made_at, offered_until = r.offered_until, reminded_of = r.reminded_of, ended_as_of = r.ended_as_of, ended_at = r.ended_at, ended_by = r.ended_by, ended_route = r.ended_route, ended_reason = r.ended_reason, ended_cause = r.ended_cause, ended_at_request = r.ended_at_request, ended_disputed_at = r.ended_disputed_at, ended_ahead_micros = r.ended_ahead_micros, ended_late = r.ended_late, ended_fee = r.ended_fee, worked_until = r.worked_until, call_phone = r.call_phone, call_due_at = r.call_due_at, call_made_at = r.call_made_at, call_by = r.call_by, lapsed = r.lapsed, overridden = r.overridden, change_void_at = r.change_void_at, offer_ends_at = r.offer_ends_at
            WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF new_bookings IS NOT NULL THEN
        INSERT INTO {schema}.bookings (provider, id, version, session, reference, practice, clinician, person, state, role, starts_at, ends_at, break_minutes, rate_amount, rate_currency, rate_per, place, instructions, consented, pending_terms, pending_since, pending_by, engagement_starts_at, policy, application, channel, made_at, offered_until, reminded_of, ended_as_of, ended_at, ended_by, ended_route, ended_reason, ended_cause, ended_at_request, ended_disputed_at, ended_ahead_micros, ended_late, ended_fee, worked_until, call_phone, call_due_at, call_made_at, call_by, lapsed, overridden, change_void_at, offer_ends_at)
        SELECT x.provider, x.id, x.version, x.session, x.reference, x.practice, x.clinician, x.person, x.state, x.role, x.starts_at, x.ends_at, x.break_minutes, x.rate_amount, x.rate_currency, x.rate_per, x.place, x.instructions, x.consented, x.pending_terms, x.pending_since, x.pending_by, x.engagement_starts_at, x.policy, x.application, x.channel, x.made_at, x.offered_until, x.reminded_of, x.ended_as_of, x.ended_at, x.ended_by, x.ended_route, x.ended_reason, x.ended_cause, x.ended_at_request, x.ended_disputed_at, x.ended_ahead_micros, x.ended_late, x.ended_fee, x.worked_until, x.call_phone, x.call_due_at, x.call_made_at, x.call_by, x.lapsed, x.overridden, x.change_void_at, x.offer_ends_at
        FROM unnest(new_bookings) AS x;
    END IF;

    IF checks ? 'diary' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(checks->'diary') AS x(provider text, id text, version bigint) LOOP
            IF r.version = 0 THEN
                -- Whoever books the same clinician for something else writes nothing else that is written or checked
                -- here: so the row is made, at version 0, to have something to lock.
                INSERT INTO {schema}.diaries (clinician, version) VALUES (r.id, 0) ON CONFLICT DO NOTHING;
                PERFORM 1 FROM {schema}.diaries t WHERE t.clinician = r.id AND t.version = 0 FOR SHARE;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            ELSE
                PERFORM 1 FROM {schema}.diaries t WHERE t.clinician = r.id AND t.version = r.version FOR SHARE;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;
    IF diaries IS NOT NULL THEN
        FOREACH r IN ARRAY diaries LOOP
            UPDATE {schema}.diaries t SET version = r.version
            WHERE t.clinician = r.clinician AND t.version = r.version - 1;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF new_diaries IS NOT NULL THEN
        INSERT INTO {schema}.diaries (clinician, version)
        SELECT x.clinician, x.version
        FROM unnest(new_diaries) AS x
        ON CONFLICT (clinician) DO UPDATE SET version = excluded.version WHERE {schema}.diaries.version = 0; -- made by a check
        GET DIAGNOSTICS many = ROW_COUNT;
        IF many <> cardinality(new_diaries) THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
    END IF;
    IF entries_gone IS NOT NULL THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(entries_gone) AS x(clinician text, booking text) LOOP
            DELETE FROM {schema}.diary_entries t WHERE t.clinician = r.clinician AND t.booking = r.booking;
        END LOOP;
    END IF;
    IF diary_entries IS NOT NULL THEN
        -- Nobody is in two places at once (A7). The diary's row is locked: what is compared can't change meanwhile.
        FOREACH r IN ARRAY diary_entries LOOP
            INSERT INTO {schema}.diary_entries (clinician, booking, session, reference, provider, starts_at, ends_at, also_starts_at, also_ends_at, holds_until)
            SELECT r.clinician, r.booking, r.session, r.reference, r.provider, r.starts_at, r.ends_at, r.also_starts_at, r.also_ends_at, r.holds_until
            WHERE NOT EXISTS (
                SELECT 1 FROM {schema}.diary_entries t
                WHERE t.clinician = r.clinician AND t.booking <> r.booking
                    AND t.holds_until > least(r.starts_at, r.also_starts_at)
                    AND ((t.starts_at < r.ends_at AND r.starts_at < t.ends_at)
                    OR (t.starts_at < r.also_ends_at AND r.also_starts_at < t.ends_at)
                    OR (t.also_starts_at < r.ends_at AND r.starts_at < t.also_ends_at)
                    OR (t.also_starts_at < r.also_ends_at AND r.also_starts_at < t.also_ends_at)));
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    -- Most commits bring nothing of what follows: to ask that once is cheaper than table by table.
    IF num_nonnulls(checks, support_cases, new_support_cases, fees, new_fees, hours_worked, new_hours_worked, invoices, new_invoices, messages, new_messages, policies, settings, new_settings, texts, new_texts) > 0 THEN

        IF checks ? 'support_case' THEN
            FOR r IN SELECT * FROM jsonb_to_recordset(checks->'support_case') AS x(provider text, id text, version bigint) LOOP
                IF r.version = 0 THEN
                    -- That it isn't there stays true: whoever would make it waits for something that is written here.
                    PERFORM 1 FROM {schema}.support_cases t WHERE t.provider = r.provider AND t.id = r.id;
                    IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                ELSE
                    PERFORM 1 FROM {schema}.support_cases t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
                    IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                END IF;
            END LOOP;
        END IF;
        IF support_cases IS NOT NULL THEN
            FOREACH r IN ARRAY support_cases LOOP
                UPDATE {schema}.support_cases t SET version = r.version, session = r.session, practice = r.practice, booking = r.booking, state = r.state, via = r.via, opened_by = r.opened_by, keep_session = r.keep_session, received_at = r.received_at, opened_at = r.opened_at, target_at = r.target_at, urgent = r.urgent, reason = r.reason, fee = r.fee, policy = r.policy, closed_at = r.closed_at, closed_by = r.closed_by, answer = r.answer
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END LOOP;
        END IF;
        IF new_support_cases IS NOT NULL THEN
            INSERT INTO {schema}.support_cases (provider, id, version, session, practice, booking, state, via, opened_by, keep_session, received_at, opened_at, target_at, urgent, reason, fee, policy, closed_at, closed_by, answer)
            SELECT x.provider, x.id, x.version, x.session, x.practice, x.booking, x.state, x.via, x.opened_by, x.keep_session, x.received_at, x.opened_at, x.target_at, x.urgent, x.reason, x.fee, x.policy, x.closed_at, x.closed_by, x.answer
            FROM unnest(new_support_cases) AS x;
        END IF;

        IF checks ? 'fee' THEN
            FOR r IN SELECT * FROM jsonb_to_recordset(checks->'fee') AS x(provider text, id text, version bigint) LOOP
                IF r.version = 0 THEN
                    -- That it isn't there stays true: whoever would make it waits for something that is written here.
                    PERFORM 1 FROM {schema}.fees t WHERE t.provider = r.provider AND t.booking = r.id;
                    IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                ELSE
                    PERFORM 1 FROM {schema}.fees t WHERE t.provider = r.provider AND t.booking = r.id AND t.version = r.version FOR SHARE;
                    IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                END IF;
            END LOOP;
        END IF;
        IF fees IS NOT NULL THEN
            FOREACH r IN ARRAY fees LOOP
                UPDATE {schema}.fees t SET version = r.version, session = r.session, practice = r.practice, clinician = r.clinician, person = r.person, state = r.state, cap_amount = r.cap_amount, cap_currency = r.cap_currency, suggested_amount = r.suggested_amount, suggested_currency = r.suggested_currency, amount = r.amount, currency = r.currency, by_capacity = r.by_capacity, earned_amount = r.earned_amount, earned_currency = r.earned_currency, due_at = r.due_at, steps = r.steps, invoice = r.invoice, answer_within = r.answer_within
                WHERE t.provider = r.provider AND t.booking = r.booking AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END LOOP;
        END IF;
        IF new_fees IS NOT NULL THEN
            INSERT INTO {schema}.fees (provider, booking, version, session, practice, clinician, person, state, cap_amount, cap_currency, suggested_amount, suggested_currency, amount, currency, by_capacity, earned_amount, earned_currency, due_at, steps, invoice, answer_within)
            SELECT x.provider, x.booking, x.version, x.session, x.practice, x.clinician, x.person, x.state, x.cap_amount, x.cap_currency, x.suggested_amount, x.suggested_currency, x.amount, x.currency, x.by_capacity, x.earned_amount, x.earned_currency, x.due_at, x.steps, x.invoice, x.answer_within
            FROM unnest(new_fees) AS x;
        END IF;

        IF checks ? 'hours' THEN
            FOR r IN SELECT * FROM jsonb_to_recordset(checks->'hours') AS x(provider text, id text, version bigint) LOOP
                IF r.version = 0 THEN
                    -- That it isn't there stays true: whoever would make it waits for something that is written here.
                    PERFORM 1 FROM {schema}.hours_worked t WHERE t.provider = r.provider AND t.booking = r.id;
                    IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                ELSE
                    PERFORM 1 FROM {schema}.hours_worked t WHERE t.provider = r.provider AND t.booking = r.id AND t.version = r.version FOR SHARE;
                    IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                END IF;
            END LOOP;
        END IF;
        IF hours_worked IS NOT NULL THEN
            FOREACH r IN ARRAY hours_worked LOOP
                UPDATE {schema}.hours_worked t SET version = r.version, session = r.session, state = r.state, starts_at = r.starts_at, ends_at = r.ends_at, break_minutes = r.break_minutes, amount = r.amount, currency = r.currency, reason = r.reason, stated_at = r.stated_at
                WHERE t.provider = r.provider AND t.booking = r.booking AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END LOOP;
        END IF;
        IF new_hours_worked IS NOT NULL THEN
            INSERT INTO {schema}.hours_worked (provider, booking, version, session, state, starts_at, ends_at, break_minutes, amount, currency, reason, stated_at)
            SELECT x.provider, x.booking, x.version, x.session, x.state, x.starts_at, x.ends_at, x.break_minutes, x.amount, x.currency, x.reason, x.stated_at
            FROM unnest(new_hours_worked) AS x;
        END IF;

        IF checks ? 'invoice' THEN
            FOR r IN SELECT * FROM jsonb_to_recordset(checks->'invoice') AS x(provider text, id text, version bigint) LOOP
                IF r.version = 0 THEN
                    -- That it isn't there stays true: whoever would make it waits for something that is written here.
                    PERFORM 1 FROM {schema}.invoices t WHERE t.provider = r.provider AND t.id = r.id;
                    IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                ELSE
                    PERFORM 1 FROM {schema}.invoices t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
                    IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                END IF;
            END LOOP;
        END IF;
        IF invoices IS NOT NULL THEN
            FOREACH r IN ARRAY invoices LOOP
                UPDATE {schema}.invoices t SET version = r.version, booking = r.booking, session = r.session, reference = r.reference, practice = r.practice, clinician = r.clinician, person = r.person, bills = r.bills, amount = r.amount, currency = r.currency, state = r.state, due_on = r.due_on, reason = r.reason, made_at = r.made_at, paid_at = r.paid_at
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END LOOP;
        END IF;
        IF new_invoices IS NOT NULL THEN
            INSERT INTO {schema}.invoices (provider, id, version, booking, session, reference, practice, clinician, person, bills, amount, currency, state, due_on, reason, made_at, paid_at)
            SELECT x.provider, x.id, x.version, x.booking, x.session, x.reference, x.practice, x.clinician, x.person, x.bills, x.amount, x.currency, x.state, x.due_on, x.reason, x.made_at, x.paid_at
            FROM unnest(new_invoices) AS x;
        END IF;

        IF checks ? 'message' THEN
            FOR r IN SELECT * FROM jsonb_to_recordset(checks->'message') AS x(provider text, id text, version bigint) LOOP
                IF r.version = 0 THEN
                    -- That it isn't there stays true: whoever would make it waits for something that is written here.
                    PERFORM 1 FROM {schema}.messages t WHERE t.provider = r.provider AND t.id = r.id;
                    IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                ELSE
                    PERFORM 1 FROM {schema}.messages t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
                    IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                END IF;
            END LOOP;
        END IF;
        IF messages IS NOT NULL THEN
            FOREACH r IN ARRAY messages LOOP
                UPDATE {schema}.messages t SET version = r.version, session = r.session, practice = r.practice, clinician = r.clinician, sent_by = r.sent_by, body = r.body, sent_at = r.sent_at
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END LOOP;
        END IF;
        IF new_messages IS NOT NULL THEN
            INSERT INTO {schema}.messages (provider, id, version, session, practice, clinician, sent_by, body, sent_at)
            SELECT x.provider, x.id, x.version, x.session, x.practice, x.clinician, x.sent_by, x.body, x.sent_at
            FROM unnest(new_messages) AS x;
        END IF;
        IF policies IS NOT NULL THEN
            FOREACH r IN ARRAY policies LOOP
                INSERT INTO {schema}.policies (provider, version, valid_from, terms, digest)
                SELECT r.provider, r.version, r.valid_from, r.terms, r.digest
                WHERE r.version = 1 + coalesce((SELECT max(t.version) FROM {schema}.policies t WHERE t.provider = r.provider), 0);
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END LOOP;
        END IF;

        IF checks ? 'settings' THEN
            FOR r IN SELECT * FROM jsonb_to_recordset(checks->'settings') AS x(provider text, id text, version bigint) LOOP
                IF r.version = 0 THEN
                    -- That it isn't there stays true: whoever would make it waits for something that is written here.
                    PERFORM 1 FROM {schema}.settings t WHERE t.person = r.id;
                    IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                ELSE
                    PERFORM 1 FROM {schema}.settings t WHERE t.person = r.id AND t.version = r.version FOR SHARE;
                    IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                END IF;
            END LOOP;
        END IF;
        IF settings IS NOT NULL THEN
            FOREACH r IN ARRAY settings LOOP
                UPDATE {schema}.settings t SET version = r.version, emails = r.emails, pushes = r.pushes, digests = r.digests, reminders = r.reminders, quiet_from = r.quiet_from, quiet_to = r.quiet_to
                WHERE t.person = r.person AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END LOOP;
        END IF;
        IF new_settings IS NOT NULL THEN
            INSERT INTO {schema}.settings (person, version, emails, pushes, digests, reminders, quiet_from, quiet_to)
            SELECT x.person, x.version, x.emails, x.pushes, x.digests, x.reminders, x.quiet_from, x.quiet_to
            FROM unnest(new_settings) AS x;
        END IF;

        IF checks ? 'text' THEN
            FOR r IN SELECT * FROM jsonb_to_recordset(checks->'text') AS x(provider text, id text, version bigint) LOOP
                IF r.version = 0 THEN
                    -- That it isn't there stays true: whoever would make it waits for something that is written here.
                    PERFORM 1 FROM {schema}.texts t WHERE t.provider = r.provider AND t.id = r.id;
                    IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                ELSE
                    PERFORM 1 FROM {schema}.texts t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
                    IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
                END IF;
            END LOOP;
        END IF;
        IF texts IS NOT NULL THEN
            FOREACH r IN ARRAY texts LOOP
                UPDATE {schema}.texts t SET version = r.version, session = r.session, class = r.class, body = r.body, written_by = r.written_by, written_at = r.written_at, erased_at = r.erased_at
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END LOOP;
        END IF;
        IF new_texts IS NOT NULL THEN
            INSERT INTO {schema}.texts (provider, id, version, session, class, body, written_by, written_at, erased_at)
            SELECT x.provider, x.id, x.version, x.session, x.class, x.body, x.written_by, x.written_at, x.erased_at
            FROM unnest(new_texts) AS x;
        END IF;
    END IF;

    -- The record, and in the same commit what is to be planned (P2, N4).
    WITH e AS (
        INSERT INTO {schema}.events (provider, subject_kind, subject_id, version, kind, session, happened_at, by_capacity, by_person, by_provider, by_practice, by_clinician, command, from_state, to_state, reason, facts)
        SELECT x.provider, x.subject_kind, x.subject_id, x.version, x.kind, x.session, x.happened_at, x.by_capacity, x.by_person, x.by_provider, x.by_practice, x.by_clinician, x.command, x.from_state, x.to_state, x.reason, x.facts
        FROM unnest(events) AS x
        RETURNING no
    )
    INSERT INTO {schema}.plans (event_no) SELECT no FROM e;
    RETURN 'done';
EXCEPTION
    WHEN deadlock_detected THEN
        RETURN 'deadlock';
    WHEN SQLSTATE 'SC001' OR unique_violation THEN
        GET STACKED DIAGNOSTICS taken = TABLE_NAME;
        IF taken = 'outcomes' AND EXISTS (SELECT 1 FROM {schema}.outcomes t
            WHERE t.actor = sessional_commit_1.actor AND t.command = sessional_commit_1.command) THEN
            RETURN 'repeated';
        END IF;
        -- Where a transaction sees the world as of its beginning, looking again would not help.
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RETURN 'stale';
        END IF;
        RETURN 'conflict';
END
$$;

-- Numbers for references: a block of so many in a row, never handed out again (S1). Others may take numbers at the same
-- time; then the block is begun anew, and the gap stays.
CREATE FUNCTION {schema}.sessional_references_1(many bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    first bigint := nextval('{schema}.reference_numbers');
    got bigint := 1;
    next bigint;
BEGIN
    WHILE got < many LOOP
        next := nextval('{schema}.reference_numbers');
        IF next = first + got THEN
            got := got + 1;
        ELSE
            first := next;
            got := 1;
        END IF;
    END LOOP;
    RETURN first;
END
$$;

-- Commits events that happen by what becomes of the queue, to be planned in their turn (N2). What is there already stays.
CREATE FUNCTION {schema}.sessional_raise_1(raised jsonb) RETURNS void LANGUAGE sql AS $$
    WITH e AS (
        INSERT INTO {schema}.events (provider, subject_kind, subject_id, version, kind, session, happened_at, by_capacity, by_person, by_provider, by_practice, by_clinician, command, from_state, to_state, reason, facts)
        SELECT provider, subject_kind, subject_id, version, kind, session, happened_at, by_capacity, by_person, by_provider, by_practice, by_clinician, command, from_state, to_state, reason, facts FROM jsonb_populate_recordset(NULL::{schema}.events, raised) WITH ORDINALITY
        ORDER BY ordinality
        ON CONFLICT DO NOTHING
        RETURNING no
    )
    INSERT INTO {schema}.plans (event_no) SELECT no FROM e;
$$;

-- Adds the deliveries of an event that aren't there yet, in their order. (That a column numbers itself asks for no right
-- to its sequence, whoever takes a number needs one.)
CREATE FUNCTION {schema}.sessional_deliver_1(deliveries jsonb, of_event bigint) RETURNS void LANGUAGE plpgsql
SET enable_hashjoin = on SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    WITH x AS MATERIALIZED (
        SELECT * FROM jsonb_populate_recordset(NULL::{schema}.deliveries, deliveries) WITH ORDINALITY
    ), added AS (
        INSERT INTO {schema}.planned_deliveries AS p
            (provider, key, event, kind, channel, person, audience, session, planned_at, event_no)
        SELECT x.provider, x.key, x.event, x.kind, x.channel, x.person, x.audience, x.session, x.planned_at, of_event
        FROM x
        ORDER BY x.ordinality
        ON CONFLICT DO NOTHING
        RETURNING p.provider, p.key, p.no
    )
    INSERT INTO {schema}.delivery_states (no, channel, person, state, why, since, not_before, attempts, due_at)
    SELECT DISTINCT ON (added.no) added.no, x.channel, x.person, x.state, x.why, x.planned_at, x.not_before, x.attempts,
        CASE WHEN x.state = 'planned' THEN coalesce(x.not_before, x.planned_at) END
    FROM added
    JOIN x ON x.provider = added.provider AND x.key = added.key
    ORDER BY added.no, x.ordinality;
END
$$;

-- One chunk of an event's plan: done, or lost where the lease was. When the plan is done, the event gets the next number
-- in each of its feeds. The feed's row stays locked until the commit, so that numbers become visible in their order.
CREATE FUNCTION {schema}.sessional_planned_1(doc jsonb) RETURNS text LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    planned bigint;
    feed_name text;
    number bigint;
BEGIN
    -- The event first, by its key: with both in one statement all plans might be read to find one.
    SELECT e.no INTO planned FROM {schema}.events e
    WHERE e.provider = doc->'event'->>'provider' AND e.subject_kind = doc->'event'->>'subject_kind'
        AND e.subject_id = doc->'event'->>'subject_id' AND e.version = (doc->'event'->>'version')::bigint
        AND e.kind = doc->'event'->>'kind';
    PERFORM 1 FROM {schema}.plans t WHERE t.event_no = planned AND t.fence = (doc->>'fence')::bigint FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'lost';
    END IF;
    PERFORM {schema}.sessional_deliver_1(doc->'deliveries', planned);
    IF doc ? 'raised_events' THEN
        PERFORM {schema}.sessional_raise_1(doc->'raised_events');
    END IF;
    IF (doc->>'done')::boolean THEN
        DELETE FROM {schema}.plans t WHERE t.event_no = planned;
        FOR feed_name IN SELECT jsonb_array_elements_text(doc->'feeds') LOOP
            INSERT INTO {schema}.feeds AS t (feed, last) VALUES (feed_name, 1)
            ON CONFLICT (feed) DO UPDATE SET last = t.last + 1
            RETURNING t.last INTO number;
            INSERT INTO {schema}.feed_entries (feed, no, event_no) VALUES (feed_name, number, planned);
        END LOOP;
    ELSE
        UPDATE {schema}.plans t SET cursor = doc->>'next' WHERE t.event_no = planned;
    END IF;
    RETURN 'done';
END
$$;

-- A delivery in hand, with its event unless that is the one of the row before.
CREATE TYPE {schema}.sessional_claimed_1 AS (
    provider text, key text, event text, kind text, channel text, person text, audience text, session text, state text, why text, planned_at timestamptz, not_before timestamptz, attempts bigint, settled_at timestamptz, was text, fence bigint, event_provider text, event_subject_kind text, event_subject_id text, event_version bigint, event_kind text, event_session text, event_happened_at timestamptz, event_by_capacity text, event_by_person text, event_by_provider text, event_by_practice text, event_by_clinician text, event_command text, event_from_state text, event_to_state text, event_reason text, event_facts jsonb
);

-- Takes deliveries in hand that are due, the longest due first. What somebody had whose lease has ended becomes unknown
-- first, and is due at once (N5): only of these channels, or it would be in nobody's hands while those who claim another
-- channel hold its row. What one person is told over one channel goes in the order in which it was planned: of
-- a later one it is asked whether an earlier one is in hand, due, or waits to be tried again. The row of that one may
-- have been locked meanwhile: as long as it isn't done with, it is found here, whichever of its states is seen.
-- What a claim is thought to cost grows with the queue, what it does cost doesn't: compiling it would take far longer.
-- Nor may it depend on what the queue was like when the plan was made: bitmaps and materials read all that is due.
CREATE FUNCTION {schema}.sessional_claim_1(at timestamptz, until timestamptz, channels jsonb, many bigint)
RETURNS SETOF {schema}.sessional_claimed_1 LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
SET enable_bitmapscan = off SET enable_material = off SET jit = off
AS $$
BEGIN
    UPDATE {schema}.delivery_states t
    SET state = 'unknown', not_before = t.leased_until, due_at = t.leased_until, since = t.leased_until, leased_until = NULL
    FROM jsonb_array_elements_text(channels) c
    CROSS JOIN LATERAL (
        SELECT u.ctid FROM {schema}.delivery_states u
        WHERE u.channel = c AND u.state = 'claimed' AND u.leased_until <= at
        FOR UPDATE SKIP LOCKED
    ) ended
    WHERE t.ctid = ended.ctid;
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT d.place, d.state, d.due_at
        FROM jsonb_array_elements_text(channels) c
        CROSS JOIN LATERAL (
            SELECT u.ctid AS place, u.no, u.state, u.due_at FROM {schema}.delivery_states u
            WHERE u.channel = c AND u.due_at <= at AND (
                SELECT b.no FROM {schema}.delivery_states b
                WHERE b.person = u.person AND b.channel = u.channel AND b.no < u.no
                    AND (b.due_at IS NOT NULL OR b.state = 'claimed')
                    AND (b.state = 'claimed' OR b.due_at <= at
                        OR b.state <> 'planned' AND b.why IS DISTINCT FROM 'quiet_hours')
                LIMIT 1
            ) IS NULL
            ORDER BY u.due_at, u.no
            LIMIT many
            FOR UPDATE SKIP LOCKED
        ) d
        ORDER BY d.due_at, d.no
        LIMIT many
    ), taken AS (
        UPDATE {schema}.delivery_states t
        SET state = 'claimed', attempts = t.attempts + 1, fence = t.fence + 1, since = at, leased_until = until,
            due_at = NULL
        FROM due WHERE t.ctid = due.place
        RETURNING t.no, t.state, t.why, t.not_before, t.attempts, t.since AS settled_at, t.fence, due.state AS was,
            due.due_at AS was_due_at
    )
    SELECT x.provider, x.key, x.event, x.kind, x.channel, x.person, x.audience, x.session, x.state, x.why, x.planned_at, x.not_before, x.attempts, x.settled_at, x.was, x.fence, e.provider, e.subject_kind, e.subject_id, e.version, e.kind, e.session, e.happened_at, e.by_capacity, e.by_person, e.by_provider, e.by_practice, e.by_clinician, e.command, e.from_state, e.to_state, e.reason, e.facts
    FROM (
        SELECT p.provider, p.key, p.event, p.kind, p.channel, p.person, p.audience, p.session, p.planned_at, p.event_no,
            t.*, lag(p.event_no) OVER (ORDER BY t.was_due_at, t.no) AS last_event_no
        FROM taken t
        JOIN {schema}.planned_deliveries p ON p.no = t.no
    ) x
    LEFT JOIN {schema}.events e ON e.no = nullif(x.event_no, x.last_event_no)
    ORDER BY x.was_due_at, x.no;
END
$$;

-- What became of a delivery in hand; i is its place in the caller's list.
CREATE TYPE {schema}.sessional_settlements_1 AS (i bigint, provider text, key text, fence bigint, state text, at timestamptz, why text, retry timestamptz, untried boolean);

-- What became of deliveries in hand: the numbers of those that were still in this hand, as a JSON list. What one person is
-- told over several channels may end in several hands at once: who raises an event locks all of it, in the order of the
-- keys, so that the later one sees what the earlier one did (N2). That a delivery is claimed is asked in such a way that
-- no partial index answers it: each is found by its key.
CREATE FUNCTION {schema}.sessional_settle_1(
    settlements {schema}.sessional_settlements_1[], raised jsonb DEFAULT NULL, touched jsonb DEFAULT NULL
) RETURNS text LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
SET enable_bitmapscan = off SET enable_material = off SET jit = off
AS $$
DECLARE
    settled bigint[];
    r record;
BEGIN
    IF raised IS NOT NULL THEN
        PERFORM 1
        FROM jsonb_to_recordset(touched) AS x(provider text, key text)
        JOIN {schema}.planned_deliveries p ON p.provider = x.provider AND p.key = x.key
        JOIN {schema}.delivery_states t ON t.no = p.no
        ORDER BY p.provider, p.key
        FOR UPDATE OF t;
    END IF;
    WITH done AS (
        UPDATE {schema}.delivery_states t
        SET state = x.state, since = x.at, why = x.why, not_before = x.retry, due_at = x.retry, leased_until = NULL,
            attempts = t.attempts - x.untried::int
        FROM unnest(settlements) AS x
        JOIN {schema}.planned_deliveries p ON p.provider = x.provider AND p.key = x.key
        WHERE t.no = p.no AND CASE WHEN t.state = 'claimed' THEN t.fence END = x.fence
        RETURNING x.i
    )
    SELECT array_agg(i) INTO settled FROM done;
    IF raised IS NOT NULL THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(raised) AS x(i bigint, provider text, others jsonb, event jsonb) LOOP
            CONTINUE WHEN settled IS NULL OR NOT r.i = ANY (settled);
            PERFORM 1 FROM jsonb_array_elements_text(r.others) o
            JOIN {schema}.planned_deliveries p ON p.provider = r.provider AND p.key = o
            JOIN {schema}.delivery_states t ON t.no = p.no
            WHERE t.state IN ('claimed', 'delivered') OR t.due_at IS NOT NULL;
            IF NOT FOUND THEN
                PERFORM {schema}.sessional_raise_1(jsonb_build_array(r.event));
            END IF;
        END LOOP;
    END IF;
    RETURN coalesce(to_jsonb(settled), '[]')::text;
END
$$;

-- Deletes deliveries that have been done with since before an instant, the longest first, but for those whose plan isn't
-- done; says how many.
CREATE FUNCTION {schema}.sessional_purge_1(before timestamptz, many bigint) RETURNS bigint LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    gone bigint;
BEGIN
    WITH ended AS (
        SELECT u.ctid FROM {schema}.delivery_states u
        WHERE u.due_at IS NULL AND u.state <> 'claimed' AND u.since < before AND (
            SELECT l.event_no FROM {schema}.planned_deliveries p
            JOIN {schema}.plans l ON l.event_no = p.event_no
            WHERE p.no = u.no
        ) IS NULL
        ORDER BY u.since, u.no
        LIMIT many
        FOR UPDATE SKIP LOCKED
    ), states AS (
        DELETE FROM {schema}.delivery_states t USING ended WHERE t.ctid = ended.ctid RETURNING t.no
    )
    DELETE FROM {schema}.planned_deliveries p USING states WHERE p.no = states.no;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;

-- The next mark of a clinician's digests with the digest: done, or moved where another one was made meanwhile (N3).
CREATE FUNCTION {schema}.sessional_digested_1(doc jsonb) RETURNS text LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    made bigint;
    r record;
BEGIN
    SELECT * INTO r FROM jsonb_populate_record(NULL::{schema}.digest_marks, doc->'mark');
    IF r.version = 1 THEN
        INSERT INTO {schema}.digest_marks (clinician, version, seen, made_at)
        VALUES (r.clinician, r.version, r.seen, r.made_at) ON CONFLICT DO NOTHING;
    ELSE
        UPDATE {schema}.digest_marks t SET version = r.version, seen = r.seen, made_at = r.made_at
        WHERE t.clinician = r.clinician AND t.version = r.version - 1;
    END IF;
    IF NOT FOUND THEN
        RETURN 'moved';
    END IF;
    IF jsonb_array_length(doc->'deliveries') > 0 THEN
        INSERT INTO {schema}.events (provider, subject_kind, subject_id, version, kind, session, happened_at, by_capacity, by_person, by_provider, by_practice, by_clinician, command, from_state, to_state, reason, facts)
        SELECT provider, subject_kind, subject_id, version, kind, session, happened_at, by_capacity, by_person, by_provider, by_practice, by_clinician, command, from_state, to_state, reason, facts FROM jsonb_populate_record(NULL::{schema}.events, doc->'event')
        RETURNING no INTO made;
        PERFORM {schema}.sessional_deliver_1(doc->'deliveries', made);
    END IF;
    RETURN 'done';
END
$$;
