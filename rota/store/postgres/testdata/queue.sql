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
    INSERT INTO {schema}.deliveries ({names deliveries}, event_no, due_at)
    SELECT {names deliveries}, planned, CASE WHEN state = 'planned' THEN coalesce(not_before, planned_at) END
    FROM jsonb_populate_recordset(NULL::{schema}.deliveries, doc->'deliveries') WITH ORDINALITY
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
CREATE FUNCTION {schema}.sessional_claim_{n}(at timestamptz, until timestamptz, channels jsonb, many bigint)
RETURNS SETOF json LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
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
        INSERT INTO {schema}.deliveries ({names deliveries}, event_no, due_at)
        SELECT {names deliveries}, made, CASE WHEN state = 'planned' THEN coalesce(not_before, planned_at) END
        FROM jsonb_populate_recordset(NULL::{schema}.deliveries, doc->'deliveries') WITH ORDINALITY
        ORDER BY ordinality
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN 'done';
END
$$;
