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
    UPDATE {schema}.deliveries t
    SET state = 'unknown', not_before = t.leased_until, due_at = t.leased_until, settled_at = t.leased_until,
        leased_until = NULL
    FROM jsonb_array_elements_text(channels) c
    CROSS JOIN LATERAL (
        SELECT u.ctid FROM {schema}.deliveries u
        WHERE u.channel = c AND u.state = 'claimed' AND u.leased_until <= at
        FOR UPDATE SKIP LOCKED
    ) ended
    WHERE t.ctid = ended.ctid;
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT d.place, d.state, d.due_at
        FROM jsonb_array_elements_text(channels) c
        CROSS JOIN LATERAL (
            SELECT u.ctid AS place, u.no, u.state, u.due_at FROM {schema}.deliveries u
            WHERE u.channel = c AND u.due_at <= at AND (
                SELECT b.no FROM {schema}.deliveries b
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
        UPDATE {schema}.deliveries t
        SET state = 'claimed', attempts = t.attempts + 1, fence = t.fence + 1, settled_at = at, leased_until = until,
            due_at = NULL
        FROM due WHERE t.ctid = due.place
        RETURNING {values deliveries t}, t.no, t.event_no, t.fence, due.state AS was, due.due_at AS was_due_at
    )
    SELECT {values deliveries}, x.was, x.fence, {values events e}
    FROM (
        SELECT t.*, lag(t.event_no) OVER (ORDER BY t.was_due_at, t.no) AS last_event_no FROM taken t
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
        JOIN {schema}.deliveries t ON t.provider = x.provider AND t.key = x.key
        ORDER BY t.provider, t.key
        FOR UPDATE OF t;
    END IF;
    WITH done AS (
        UPDATE {schema}.deliveries t
        SET state = x.state, settled_at = x.at, why = x.why, not_before = x.retry, due_at = x.retry, leased_until = NULL,
            attempts = t.attempts - x.untried::int
        FROM unnest(settlements) AS x
        WHERE t.provider = x.provider AND t.key = x.key AND CASE WHEN t.state = 'claimed' THEN t.fence END = x.fence
        RETURNING x.i
    )
    SELECT array_agg(i) INTO settled FROM done;
    IF raised IS NOT NULL THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(raised) AS x(i bigint, provider text, others jsonb, event jsonb) LOOP
            CONTINUE WHEN settled IS NULL OR NOT r.i = ANY (settled);
            PERFORM 1 FROM jsonb_array_elements_text(r.others) o
            JOIN {schema}.deliveries t ON t.provider = r.provider AND t.key = o
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
    DELETE FROM {schema}.deliveries t
    USING (
        SELECT u.ctid FROM {schema}.deliveries u
        WHERE u.due_at IS NULL AND u.state <> 'claimed' AND coalesce(u.settled_at, u.planned_at) < before
            AND (SELECT p.event_no FROM {schema}.plans p WHERE p.event_no = u.event_no) IS NULL
        ORDER BY coalesce(u.settled_at, u.planned_at), u.no
        LIMIT many
        FOR UPDATE SKIP LOCKED
    ) ended
    WHERE t.ctid = ended.ctid;
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
        INSERT INTO {schema}.deliveries ({names deliveries}, event_no, due_at)
        SELECT {names deliveries}, made, CASE WHEN state = 'planned' THEN coalesce(not_before, planned_at) END
        FROM jsonb_populate_recordset(NULL::{schema}.deliveries, doc->'deliveries') WITH ORDINALITY
        ORDER BY ordinality
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN 'done';
END
$$;
