-- What a decision depends on, as of one instant: the function is stable, so that all of it sees what its caller sees.
-- From what is wanted it goes on by itself: an application, booking, case or invoice to its session; a session to its
-- booking and case; a booking to its fee and hours. An id alone finds a row and its provider; from there on every
-- step names the provider, too.
CREATE FUNCTION {schema}.sessional_load_1(want jsonb) RETURNS json LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    s {schema}.sessions;
    a {schema}.applications;
    b {schema}.bookings;
    k {schema}.support_cases;
    i {schema}.invoices;
    f {schema}.fees;
    h {schema}.hours_worked;
    x {schema}.texts;
    o {schema}.settings;
    found_at {schema}.session_references;
    whose text := want->>'provider';
    who text := want->>'clinician';
    first timestamptz := (want->>'around_from')::timestamptz;
    last timestamptz := (want->>'around_until')::timestamptz;
    diary bigint;
    entries json;
    policies json;
    known boolean := false;
BEGIN
    IF want ? 'reference' THEN
        SELECT * INTO found_at FROM {schema}.session_references t WHERE t.reference = want->>'reference';
        SELECT * INTO s FROM {schema}.sessions t WHERE t.provider = found_at.provider AND t.id = found_at.session;
    ELSIF want ? 'application' THEN
        SELECT * INTO a FROM {schema}.applications t WHERE t.id = want->>'application';
        SELECT * INTO s FROM {schema}.sessions t WHERE t.provider = a.provider AND t.id = a.session;
    ELSIF want ? 'booking' THEN
        SELECT * INTO b FROM {schema}.bookings t WHERE t.id = want->>'booking';
        SELECT * INTO s FROM {schema}.sessions t WHERE t.provider = b.provider AND t.id = b.session;
    ELSIF want ? 'case' THEN
        SELECT * INTO k FROM {schema}.support_cases t WHERE t.id = want->>'case';
        SELECT * INTO s FROM {schema}.sessions t WHERE t.provider = k.provider AND t.id = k.session;
        SELECT * INTO b FROM {schema}.bookings t WHERE t.provider = k.provider AND t.id = k.booking;
    ELSIF want ? 'invoice' THEN
        SELECT * INTO i FROM {schema}.invoices t WHERE t.id = want->>'invoice';
        SELECT * INTO s FROM {schema}.sessions t WHERE t.provider = i.provider AND t.id = i.session;
        SELECT * INTO b FROM {schema}.bookings t WHERE t.provider = i.provider AND t.id = i.booking;
    ELSIF want ? 'session' THEN
        SELECT * INTO s FROM {schema}.sessions t WHERE t.id = want->>'session';
    END IF;

    IF s.id IS NOT NULL THEN
        IF b.id IS NULL AND s.booking IS NOT NULL THEN
            SELECT * INTO b FROM {schema}.bookings t WHERE t.provider = s.provider AND t.id = s.booking;
        END IF;
        IF k.id IS NULL AND s.support_case IS NOT NULL THEN
            SELECT * INTO k FROM {schema}.support_cases t WHERE t.provider = s.provider AND t.id = s.support_case;
        END IF;
        IF b.id IS NOT NULL THEN
            SELECT * INTO f FROM {schema}.fees t WHERE t.provider = b.provider AND t.booking = b.id;
            SELECT * INTO h FROM {schema}.hours_worked t WHERE t.provider = b.provider AND t.booking = b.id;
        END IF;
        whose := coalesce(whose, s.provider);
    END IF;

    who := coalesce(who, a.clinician, b.clinician);
    IF who IS NOT NULL THEN
        IF want ? 'clinician' AND a.id IS NULL THEN
            SELECT * INTO a FROM {schema}.applications t
            WHERE t.provider = s.provider AND t.session = s.id AND t.clinician = who AND t.round = s.round;
        END IF;
        known := EXISTS (SELECT 1 FROM {schema}.applications t
                WHERE t.provider = s.provider AND t.session = s.id AND t.clinician = who)
            OR EXISTS (SELECT 1 FROM {schema}.bookings t
                WHERE t.provider = s.provider AND t.session = s.id AND t.clinician = who);
        SELECT t.version INTO diary FROM {schema}.diaries t WHERE t.clinician = who;
        IF FOUND THEN
            first := least(first, s.starts_at, b.starts_at, (b.pending_terms->'span'->>'start')::timestamptz);
            last := greatest(last, s.ends_at, b.ends_at, (b.pending_terms->'span'->>'end')::timestamptz);
            SELECT json_agg(row_to_json(t)) INTO entries FROM {schema}.diary_entries t
            WHERE t.clinician = who AND t.holds_until > first AND least(t.starts_at, t.also_starts_at) < last;
        END IF;
    END IF;

    IF want ? 'text' THEN
        SELECT * INTO x FROM {schema}.texts t WHERE t.id = want->>'text';
    END IF;
    IF want ? 'settings' THEN
        SELECT * INTO o FROM {schema}.settings t WHERE t.person = want->>'settings';
    END IF;
    SELECT json_agg(row_to_json(t) ORDER BY t.version) INTO policies FROM {schema}.policies t WHERE t.provider = whose;

    RETURN json_build_object(
        'session', CASE WHEN s.id IS NOT NULL THEN row_to_json(s) END,
        'application', CASE WHEN a.id IS NOT NULL THEN row_to_json(a) END,
        'booking', CASE WHEN b.id IS NOT NULL THEN row_to_json(b) END,
        'case', CASE WHEN k.id IS NOT NULL THEN row_to_json(k) END,
        'invoice', CASE WHEN i.id IS NOT NULL THEN row_to_json(i) END,
        'fee', CASE WHEN f.booking IS NOT NULL THEN row_to_json(f) END,
        'hours', CASE WHEN h.booking IS NOT NULL THEN row_to_json(h) END,
        'text', CASE WHEN x.id IS NOT NULL THEN row_to_json(x) END,
        'settings', CASE WHEN o.person IS NOT NULL THEN row_to_json(o) END,
        'clinician', who, 'diary', diary, 'entries', entries, 'policies', policies, 'known', known);
END
$$;

-- One commit, whole: it takes what a desk wants changed, and answers done, conflict or repeated. Conflicts are answers
-- and not errors, since an error would end a transaction of the host's and fill the server's log.
--
-- Rows are locked in one fixed order, table by table and by key within each: two commits may wait for each other, but
-- not in a circle.
CREATE FUNCTION {schema}.sessional_commit_1(doc jsonb) RETURNS text LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    r record;
BEGIN
    -- Whoever brings the same command waits here for the first one to end (P3).
    INSERT INTO {schema}.outcomes (actor, command, digest, result, at)
    SELECT x.actor, x.command, x.digest, x.result, x.at
    FROM jsonb_to_record(doc->'outcome') AS x(actor text, command text, digest text, result text, at timestamptz)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 'repeated';
    END IF;

    IF doc->'checks' ? 'session' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'session') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.sessions t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'sessions' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'sessions') AS x(provider text, id text, version bigint, reference text, practice text, state text, role text, starts_at timestamptz, ends_at timestamptz, break_minutes bigint, rate_amount numeric, rate_currency text, rate_per text, place text, instructions text, channel text, choosing text, engagement_starts_at timestamptz, round bigint, booking text, support_case text, replaces text, opened_at timestamptz, created_at timestamptz, worth_pence bigint) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.sessions (provider, id, version, reference, practice, state, role, starts_at, ends_at, break_minutes, rate_amount, rate_currency, rate_per, place, instructions, channel, choosing, engagement_starts_at, round, booking, support_case, replaces, opened_at, created_at, worth_pence)
                VALUES (r.provider, r.id, r.version, r.reference, r.practice, r.state, r.role, r.starts_at, r.ends_at, r.break_minutes, r.rate_amount, r.rate_currency, r.rate_per, r.place, r.instructions, r.channel, r.choosing, r.engagement_starts_at, r.round, r.booking, r.support_case, r.replaces, r.opened_at, r.created_at, r.worth_pence);
                INSERT INTO {schema}.session_references (reference, provider, session)
                VALUES (r.reference, r.provider, r.id);
            ELSE
                UPDATE {schema}.sessions t SET version = r.version, reference = r.reference, practice = r.practice, state = r.state, role = r.role, starts_at = r.starts_at, ends_at = r.ends_at, break_minutes = r.break_minutes, rate_amount = r.rate_amount, rate_currency = r.rate_currency, rate_per = r.rate_per, place = r.place, instructions = r.instructions, channel = r.channel, choosing = r.choosing, engagement_starts_at = r.engagement_starts_at, round = r.round, booking = r.booking, support_case = r.support_case, replaces = r.replaces, opened_at = r.opened_at, created_at = r.created_at, worth_pence = r.worth_pence
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;

    IF doc->'checks' ? 'application' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'application') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.applications t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'applications' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'applications') AS x(provider text, id text, version bigint, session text, practice text, clinician text, person text, round bigint, state text, applied_at timestamptz, reason text) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.applications (provider, id, version, session, practice, clinician, person, round, state, applied_at, reason)
                VALUES (r.provider, r.id, r.version, r.session, r.practice, r.clinician, r.person, r.round, r.state, r.applied_at, r.reason);
            ELSE
                UPDATE {schema}.applications t SET version = r.version, session = r.session, practice = r.practice, clinician = r.clinician, person = r.person, round = r.round, state = r.state, applied_at = r.applied_at, reason = r.reason
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;

    IF doc->'checks' ? 'booking' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'booking') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.bookings t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'bookings' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'bookings') AS x(provider text, id text, version bigint, session text, reference text, practice text, clinician text, person text, state text, role text, starts_at timestamptz, ends_at timestamptz, break_minutes bigint, rate_amount numeric, rate_currency text, rate_per text, place text, instructions text, consented jsonb, pending_terms jsonb, pending_since timestamptz, pending_by jsonb, engagement_starts_at timestamptz, policy bigint, application text, channel text, made_at timestamptz, offered_until timestamptz, ended_as_of timestamptz, ended_at timestamptz, ended_by jsonb, ended_route text, ended_reason text, ended_cause text, ended_at_request boolean, ended_disputed_at timestamptz, ended_ahead_micros bigint, ended_late boolean, ended_fee boolean, worked_until timestamptz, call_phone text, call_due_at timestamptz, call_made_at timestamptz, call_by jsonb, lapsed jsonb, overridden jsonb, change_void_at timestamptz, offer_ends_at timestamptz) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.bookings (provider, id, version, session, reference, practice, clinician, person, state, role, starts_at, ends_at, break_minutes, rate_amount, rate_currency, rate_per, place, instructions, consented, pending_terms, pending_since, pending_by, engagement_starts_at, policy, application, channel, made_at, offered_until, ended_as_of, ended_at, ended_by, ended_route, ended_reason, ended_cause, ended_at_request, ended_disputed_at, ended_ahead_micros, ended_late, ended_fee, worked_until, call_phone, call_due_at, call_made_at, call_by, lapsed, overridden, change_void_at, offer_ends_at)
                VALUES (r.provider, r.id, r.version, r.session, r.reference, r.practice, r.clinician, r.person, r.state, r.role, r.starts_at, r.ends_at, r.break_minutes, r.rate_amount, r.rate_currency, r.rate_per, r.place, r.instructions, r.consented, r.pending_terms, r.pending_since, r.pending_by, r.engagement_starts_at, r.policy, r.application, r.channel, r.made_at, r.offered_until, r.ended_as_of, r.ended_at, r.ended_by, r.ended_route, r.ended_reason, r.ended_cause, r.ended_at_request, r.ended_disputed_at, r.ended_ahead_micros, r.ended_late, r.ended_fee, r.worked_until, r.call_phone, r.call_due_at, r.call_made_at, r.call_by, r.lapsed, r.overridden, r.change_void_at, r.offer_ends_at);
            ELSE
                UPDATE {schema}.bookings t SET version = r.version, session = r.session, reference = r.reference, practice = r.practice, clinician = r.clinician, person = r.person, state = r.state, role = r.role, starts_at = r.starts_at, ends_at = r.ends_at, break_minutes = r.break_minutes, rate_amount = r.rate_amount, rate_currency = r.rate_currency, rate_per = r.rate_per, place = r.place, instructions = r.instructions, consented = r.consented, pending_terms = r.pending_terms, pending_since = r.pending_since, pending_by = r.pending_by, engagement_starts_at = r.engagement_starts_at, policy = r.policy, application = r.application, channel = r.channel, made_at = r.made_at, offered_until = r.offered_until, ended_as_of = r.ended_as_of, ended_at = r.ended_at, ended_by = r.ended_by, ended_route = r.ended_route, ended_reason = r.ended_reason, ended_cause = r.ended_cause, ended_at_request = r.ended_at_request, ended_disputed_at = r.ended_disputed_at, ended_ahead_micros = r.ended_ahead_micros, ended_late = r.ended_late, ended_fee = r.ended_fee, worked_until = r.worked_until, call_phone = r.call_phone, call_due_at = r.call_due_at, call_made_at = r.call_made_at, call_by = r.call_by, lapsed = r.lapsed, overridden = r.overridden, change_void_at = r.change_void_at, offer_ends_at = r.offer_ends_at
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;

    IF doc->'checks' ? 'diary' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'diary') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.diaries t WHERE t.clinician = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'diaries' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'diaries') AS x(clinician text, version bigint) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.diaries (clinician, version)
                VALUES (r.clinician, r.version);
            ELSE
                UPDATE {schema}.diaries t SET version = r.version
                WHERE t.clinician = r.clinician AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;
    IF doc ? 'entries_gone' THEN
        DELETE FROM {schema}.diary_entries t
        USING jsonb_to_recordset(doc->'entries_gone') AS x(clinician text, booking text)
        WHERE t.clinician = x.clinician AND t.booking = x.booking;
    END IF;
    IF doc ? 'diary_entries' THEN
        INSERT INTO {schema}.diary_entries (clinician, booking, session, reference, provider, starts_at, ends_at, also_starts_at, also_ends_at, holds_until)
        SELECT clinician, booking, session, reference, provider, starts_at, ends_at, also_starts_at, also_ends_at, holds_until
        FROM jsonb_to_recordset(doc->'diary_entries') AS x(clinician text, booking text, session text, reference text, provider text, starts_at timestamptz, ends_at timestamptz, also_starts_at timestamptz, also_ends_at timestamptz, holds_until timestamptz);
        -- Nobody is in two places at once (A7). The diary's row is locked: what is compared can't change meanwhile.
        PERFORM 1
        FROM jsonb_to_recordset(doc->'diary_entries') AS x(clinician text, booking text, session text, reference text, provider text, starts_at timestamptz, ends_at timestamptz, also_starts_at timestamptz, also_ends_at timestamptz, holds_until timestamptz)
        JOIN {schema}.diary_entries t ON t.clinician = x.clinician AND t.booking <> x.booking
            AND t.holds_until > least(x.starts_at, x.also_starts_at)
        WHERE (t.starts_at < x.ends_at AND x.starts_at < t.ends_at)
            OR (t.starts_at < x.also_ends_at AND x.also_starts_at < t.ends_at)
            OR (t.also_starts_at < x.ends_at AND x.starts_at < t.also_ends_at)
            OR (t.also_starts_at < x.also_ends_at AND x.also_starts_at < t.also_ends_at);
        IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
    END IF;

    IF doc->'checks' ? 'support_case' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'support_case') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.support_cases t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'support_cases' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'support_cases') AS x(provider text, id text, version bigint, session text, practice text, booking text, state text, via text, opened_by jsonb, keep_session boolean, received_at timestamptz, opened_at timestamptz, target_at timestamptz, urgent boolean, reason text, fee boolean, policy bigint, closed_at timestamptz, closed_by jsonb, answer text) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.support_cases (provider, id, version, session, practice, booking, state, via, opened_by, keep_session, received_at, opened_at, target_at, urgent, reason, fee, policy, closed_at, closed_by, answer)
                VALUES (r.provider, r.id, r.version, r.session, r.practice, r.booking, r.state, r.via, r.opened_by, r.keep_session, r.received_at, r.opened_at, r.target_at, r.urgent, r.reason, r.fee, r.policy, r.closed_at, r.closed_by, r.answer);
            ELSE
                UPDATE {schema}.support_cases t SET version = r.version, session = r.session, practice = r.practice, booking = r.booking, state = r.state, via = r.via, opened_by = r.opened_by, keep_session = r.keep_session, received_at = r.received_at, opened_at = r.opened_at, target_at = r.target_at, urgent = r.urgent, reason = r.reason, fee = r.fee, policy = r.policy, closed_at = r.closed_at, closed_by = r.closed_by, answer = r.answer
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;

    IF doc->'checks' ? 'fee' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'fee') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.fees t WHERE t.provider = r.provider AND t.booking = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'fees' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'fees') AS x(provider text, booking text, version bigint, session text, practice text, clinician text, person text, state text, cap_amount numeric, cap_currency text, suggested_amount numeric, suggested_currency text, amount numeric, currency text, by_capacity text, earned_amount numeric, earned_currency text, due_at timestamptz, steps jsonb, invoice text, answer_within text) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.fees (provider, booking, version, session, practice, clinician, person, state, cap_amount, cap_currency, suggested_amount, suggested_currency, amount, currency, by_capacity, earned_amount, earned_currency, due_at, steps, invoice, answer_within)
                VALUES (r.provider, r.booking, r.version, r.session, r.practice, r.clinician, r.person, r.state, r.cap_amount, r.cap_currency, r.suggested_amount, r.suggested_currency, r.amount, r.currency, r.by_capacity, r.earned_amount, r.earned_currency, r.due_at, r.steps, r.invoice, r.answer_within);
            ELSE
                UPDATE {schema}.fees t SET version = r.version, session = r.session, practice = r.practice, clinician = r.clinician, person = r.person, state = r.state, cap_amount = r.cap_amount, cap_currency = r.cap_currency, suggested_amount = r.suggested_amount, suggested_currency = r.suggested_currency, amount = r.amount, currency = r.currency, by_capacity = r.by_capacity, earned_amount = r.earned_amount, earned_currency = r.earned_currency, due_at = r.due_at, steps = r.steps, invoice = r.invoice, answer_within = r.answer_within
                WHERE t.provider = r.provider AND t.booking = r.booking AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;

    IF doc->'checks' ? 'hours' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'hours') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.hours_worked t WHERE t.provider = r.provider AND t.booking = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'hours_worked' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'hours_worked') AS x(provider text, booking text, version bigint, session text, state text, starts_at timestamptz, ends_at timestamptz, break_minutes bigint, amount numeric, currency text, reason text, stated_at timestamptz) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.hours_worked (provider, booking, version, session, state, starts_at, ends_at, break_minutes, amount, currency, reason, stated_at)
                VALUES (r.provider, r.booking, r.version, r.session, r.state, r.starts_at, r.ends_at, r.break_minutes, r.amount, r.currency, r.reason, r.stated_at);
            ELSE
                UPDATE {schema}.hours_worked t SET version = r.version, session = r.session, state = r.state, starts_at = r.starts_at, ends_at = r.ends_at, break_minutes = r.break_minutes, amount = r.amount, currency = r.currency, reason = r.reason, stated_at = r.stated_at
                WHERE t.provider = r.provider AND t.booking = r.booking AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;

    IF doc->'checks' ? 'invoice' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'invoice') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.invoices t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'invoices' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'invoices') AS x(provider text, id text, version bigint, booking text, session text, reference text, practice text, clinician text, person text, bills text, amount numeric, currency text, state text, due_on date, reason text, made_at timestamptz, paid_at timestamptz) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.invoices (provider, id, version, booking, session, reference, practice, clinician, person, bills, amount, currency, state, due_on, reason, made_at, paid_at)
                VALUES (r.provider, r.id, r.version, r.booking, r.session, r.reference, r.practice, r.clinician, r.person, r.bills, r.amount, r.currency, r.state, r.due_on, r.reason, r.made_at, r.paid_at);
            ELSE
                UPDATE {schema}.invoices t SET version = r.version, booking = r.booking, session = r.session, reference = r.reference, practice = r.practice, clinician = r.clinician, person = r.person, bills = r.bills, amount = r.amount, currency = r.currency, state = r.state, due_on = r.due_on, reason = r.reason, made_at = r.made_at, paid_at = r.paid_at
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;

    IF doc->'checks' ? 'message' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'message') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.messages t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'messages' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'messages') AS x(provider text, id text, version bigint, session text, practice text, clinician text, sent_by jsonb, body text, sent_at timestamptz) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.messages (provider, id, version, session, practice, clinician, sent_by, body, sent_at)
                VALUES (r.provider, r.id, r.version, r.session, r.practice, r.clinician, r.sent_by, r.body, r.sent_at);
            ELSE
                UPDATE {schema}.messages t SET version = r.version, session = r.session, practice = r.practice, clinician = r.clinician, sent_by = r.sent_by, body = r.body, sent_at = r.sent_at
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;
    IF doc ? 'policies' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'policies') AS x(provider text, version bigint, valid_from timestamptz, terms jsonb) LOOP
            INSERT INTO {schema}.policies (provider, version, valid_from, terms)
            SELECT r.provider, r.version, r.valid_from, r.terms
            WHERE r.version = 1 + coalesce((SELECT max(t.version) FROM {schema}.policies t WHERE t.provider = r.provider), 0);
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;

    IF doc->'checks' ? 'settings' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'settings') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.settings t WHERE t.person = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'settings' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'settings') AS x(person text, version bigint, emails jsonb, pushes jsonb, digests jsonb, reminders text, quiet_from text, quiet_to text) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.settings (person, version, emails, pushes, digests, reminders, quiet_from, quiet_to)
                VALUES (r.person, r.version, r.emails, r.pushes, r.digests, r.reminders, r.quiet_from, r.quiet_to);
            ELSE
                UPDATE {schema}.settings t SET version = r.version, emails = r.emails, pushes = r.pushes, digests = r.digests, reminders = r.reminders, quiet_from = r.quiet_from, quiet_to = r.quiet_to
                WHERE t.person = r.person AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;

    IF doc->'checks' ? 'text' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'checks'->'text') AS x(provider text, id text, version bigint) LOOP
            PERFORM 1 FROM {schema}.texts t WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version FOR SHARE;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF doc ? 'texts' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(doc->'texts') AS x(provider text, id text, version bigint, session text, class text, body text, written_by text, written_at timestamptz, erased_at timestamptz) LOOP
            IF r.version = 1 THEN
                INSERT INTO {schema}.texts (provider, id, version, session, class, body, written_by, written_at, erased_at)
                VALUES (r.provider, r.id, r.version, r.session, r.class, r.body, r.written_by, r.written_at, r.erased_at);
            ELSE
                UPDATE {schema}.texts t SET version = r.version, session = r.session, class = r.class, body = r.body, written_by = r.written_by, written_at = r.written_at, erased_at = r.erased_at
                WHERE t.provider = r.provider AND t.id = r.id AND t.version = r.version - 1;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;

    -- The record, and in the same commit what is to be planned (P2, N4).
    WITH e AS (
        INSERT INTO {schema}.events (provider, subject_kind, subject_id, version, kind, session, happened_at, by_capacity, by_person, by_provider, by_practice, by_clinician, command, from_state, to_state, reason, facts)
        SELECT provider, subject_kind, subject_id, version, kind, session, happened_at, by_capacity, by_person, by_provider, by_practice, by_clinician, command, from_state, to_state, reason, facts
        FROM ROWS FROM (jsonb_to_recordset(doc->'events') AS (provider text, subject_kind text, subject_id text, version bigint, kind text, session text, happened_at timestamptz, by_capacity text, by_person text, by_provider text, by_practice text, by_clinician text, command text, from_state text, to_state text, reason text, facts jsonb)) WITH ORDINALITY
        ORDER BY ordinality
        RETURNING no
    )
    INSERT INTO {schema}.plans (event_no) SELECT no FROM e;
    RETURN 'done';
EXCEPTION
    WHEN deadlock_detected THEN
        RETURN 'deadlock';
    WHEN SQLSTATE 'SC001' OR unique_violation THEN
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

-- One chunk of an event's plan: done, or lost where the lease was. When the plan is done, the event gets the next number
-- in each of its feeds. The feed's row stays locked until the commit, so that numbers become visible in their order.
CREATE FUNCTION {schema}.sessional_planned_1(doc jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    planned bigint;
    feed_name text;
    number bigint;
BEGIN
    SELECT t.event_no INTO planned
    FROM {schema}.plans t
    JOIN {schema}.events e ON e.no = t.event_no
    WHERE e.provider = doc->'event'->>'provider' AND e.subject_kind = doc->'event'->>'subject_kind'
        AND e.subject_id = doc->'event'->>'subject_id' AND e.version = (doc->'event'->>'version')::bigint
        AND e.kind = doc->'event'->>'kind' AND t.fence = (doc->>'fence')::bigint
    FOR UPDATE OF t;
    IF NOT FOUND THEN
        RETURN 'lost';
    END IF;
    INSERT INTO {schema}.deliveries (provider, key, event, kind, channel, person, audience, session, state, why, planned_at, not_before, attempts, settled_at, event_no, due_at)
    SELECT provider, key, event, kind, channel, person, audience, session, state, why, planned_at, not_before, attempts, settled_at, planned, CASE WHEN state = 'planned' THEN coalesce(not_before, planned_at) END
    FROM ROWS FROM (jsonb_to_recordset(doc->'deliveries') AS (provider text, key text, event text, kind text, channel text, person text, audience text, session text, state text, why text, planned_at timestamptz, not_before timestamptz, attempts bigint, settled_at timestamptz)) WITH ORDINALITY
    ORDER BY ordinality
    ON CONFLICT DO NOTHING;
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

-- Takes deliveries in hand that are due, the longest due first. What somebody had whose lease has ended becomes unknown
-- first, and is due at once (N5).
CREATE FUNCTION {schema}.sessional_claim_1(at timestamptz, until timestamptz, channels jsonb, many bigint)
RETURNS SETOF json LANGUAGE plpgsql AS $$
BEGIN
    UPDATE {schema}.deliveries t
    SET state = 'unknown', not_before = t.leased_until, due_at = t.leased_until, settled_at = t.leased_until,
        leased_until = NULL
    FROM (
        SELECT u.no FROM {schema}.deliveries u
        WHERE u.state = 'claimed' AND u.leased_until <= at
        FOR UPDATE SKIP LOCKED
    ) ended
    WHERE t.no = ended.no;
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT d.no, d.state, d.due_at
        FROM jsonb_array_elements_text(channels) c
        CROSS JOIN LATERAL (
            SELECT u.no, u.state, u.due_at FROM {schema}.deliveries u
            WHERE u.channel = c AND u.due_at <= at
            ORDER BY u.due_at, u.no
            LIMIT many
            FOR UPDATE SKIP LOCKED
        ) d
        ORDER BY d.due_at, d.no
        LIMIT many
    ), taken AS (
        UPDATE {schema}.deliveries t
        SET state = 'claimed', attempts = t.attempts + 1, fence = t.fence + 1, settled_at = at, leased_until = until,
            due_at = NULL
        FROM due WHERE t.no = due.no
        RETURNING t.*, due.state AS was, due.due_at AS was_due_at
    )
    SELECT json_build_object('delivery', row_to_json(t), 'event', row_to_json(e))
    FROM taken t JOIN {schema}.events e ON e.no = t.event_no
    ORDER BY t.was_due_at, t.no;
END
$$;

-- The next mark of a clinician's digests with the digest: done, or moved where another one was made meanwhile (N3).
CREATE FUNCTION {schema}.sessional_digested_1(doc jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
    r record;
BEGIN
    SELECT * INTO r FROM jsonb_to_record(doc->'mark') AS x(clinician text, version bigint, seen jsonb, made_at timestamptz);
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
        SELECT provider, subject_kind, subject_id, version, kind, session, happened_at, by_capacity, by_person, by_provider, by_practice, by_clinician, command, from_state, to_state, reason, facts FROM jsonb_to_record(doc->'event') AS x(provider text, subject_kind text, subject_id text, version bigint, kind text, session text, happened_at timestamptz, by_capacity text, by_person text, by_provider text, by_practice text, by_clinician text, command text, from_state text, to_state text, reason text, facts jsonb)
        RETURNING no INTO made;
        INSERT INTO {schema}.deliveries (provider, key, event, kind, channel, person, audience, session, state, why, planned_at, not_before, attempts, settled_at, event_no, due_at)
        SELECT provider, key, event, kind, channel, person, audience, session, state, why, planned_at, not_before, attempts, settled_at, made, CASE WHEN state = 'planned' THEN coalesce(not_before, planned_at) END
        FROM ROWS FROM (jsonb_to_recordset(doc->'deliveries') AS (provider text, key text, event text, kind text, channel text, person text, audience text, session text, state text, why text, planned_at timestamptz, not_before timestamptz, attempts bigint, settled_at timestamptz)) WITH ORDINALITY
        ORDER BY ordinality
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN 'done';
END
$$;
