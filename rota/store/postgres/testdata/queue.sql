-- Numbers for references: a block of so many in a row, never handed out again (S1). Others may take numbers at the same
-- time; then the block is begun anew, and the gap stays.
CREATE FUNCTION {schema}.sessional_references_{n}(many bigint) RETURNS bigint LANGUAGE plpgsql AS $$
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
CREATE FUNCTION {schema}.sessional_raise_{n}(raised jsonb) RETURNS void LANGUAGE sql AS $$
    WITH e AS (
        INSERT INTO {schema}.events ({names events})
        SELECT {names events} FROM jsonb_populate_recordset(NULL::{schema}.events, raised) WITH ORDINALITY
        ORDER BY ordinality
        ON CONFLICT DO NOTHING
        RETURNING no
    )
    INSERT INTO {schema}.plans (event_no) SELECT no FROM e;
$$;

-- Adds the deliveries of an event that aren't there yet, in their order. (That a column numbers itself asks for no right
-- to its sequence, whoever takes a number needs one.)
CREATE FUNCTION {schema}.sessional_deliver_{n}(deliveries jsonb, of_event bigint) RETURNS void LANGUAGE plpgsql
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
CREATE FUNCTION {schema}.sessional_planned_{n}(doc jsonb) RETURNS text LANGUAGE plpgsql
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
    PERFORM {schema}.sessional_deliver_{n}(doc->'deliveries', planned);
    IF doc ? 'raised_events' THEN
        PERFORM {schema}.sessional_raise_{n}(doc->'raised_events');
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
CREATE TYPE {schema}.sessional_claimed_{n} AS (
    {columns deliveries}, was text, fence bigint, {columns events event_}
);

-- Takes deliveries in hand that are due, the longest due first. What somebody had whose lease has ended becomes unknown
-- first, and is due at once (N5): only of these channels, or it would be in nobody's hands while those who claim another
-- channel hold its row. What one person is told over one channel goes in the order in which it was planned: of
-- a later one it is asked whether an earlier one is in hand, due, or waits to be tried again. The row of that one may
-- have been locked meanwhile: as long as it isn't done with, it is found here, whichever of its states is seen.
-- What a claim is thought to cost grows with the queue, what it does cost doesn't: compiling it would take far longer.
-- Nor may it depend on what the queue was like when the plan was made: bitmaps and materials read all that is due.
CREATE FUNCTION {schema}.sessional_claim_{n}(at timestamptz, until timestamptz, channels jsonb, many bigint)
RETURNS SETOF {schema}.sessional_claimed_{n} LANGUAGE plpgsql
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
    SELECT {values deliveries}, x.was, x.fence, {values events e}
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
CREATE TYPE {schema}.sessional_settlements_{n} AS ({columns settlements});

-- What became of deliveries in hand: the numbers of those that were still in this hand, as a JSON list. What one person is
-- told over several channels may end in several hands at once: who raises an event locks all of it, in the order of the
-- keys, so that the later one sees what the earlier one did (N2). That a delivery is claimed is asked in such a way that
-- no partial index answers it: each is found by its key.
CREATE FUNCTION {schema}.sessional_settle_{n}(
    settlements {schema}.sessional_settlements_{n}[], raised jsonb DEFAULT NULL, touched jsonb DEFAULT NULL
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
                PERFORM {schema}.sessional_raise_{n}(jsonb_build_array(r.event));
            END IF;
        END LOOP;
    END IF;
    RETURN coalesce(to_jsonb(settled), '[]')::text;
END
$$;

-- Deletes deliveries that have been done with since before an instant, the longest first, but for those whose plan isn't
-- done; says how many.
CREATE FUNCTION {schema}.sessional_purge_{n}(before timestamptz, many bigint) RETURNS bigint LANGUAGE plpgsql
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
CREATE FUNCTION {schema}.sessional_digested_{n}(doc jsonb) RETURNS text LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    made bigint;
    r record;
BEGIN
    SELECT * INTO r FROM jsonb_populate_record(NULL::{schema}.digest_marks, doc->'mark');
    IF r.version = 1 THEN
        INSERT INTO {schema}.digest_marks ({names digest_marks})
        VALUES (r.clinician, r.version, r.seen, r.made_at) ON CONFLICT DO NOTHING;
    ELSE
        UPDATE {schema}.digest_marks t SET version = r.version, seen = r.seen, made_at = r.made_at
        WHERE t.clinician = r.clinician AND t.version = r.version - 1;
    END IF;
    IF NOT FOUND THEN
        RETURN 'moved';
    END IF;
    IF jsonb_array_length(doc->'deliveries') > 0 THEN
        INSERT INTO {schema}.events ({names events})
        SELECT {names events} FROM jsonb_populate_record(NULL::{schema}.events, doc->'event')
        RETURNING no INTO made;
        PERFORM {schema}.sessional_deliver_{n}(doc->'deliveries', made);
    END IF;
    RETURN 'done';
END
$$;
