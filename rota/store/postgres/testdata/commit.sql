-- One commit, whole: it takes what a desk wants changed, with the result that the caller gets, and answers done, conflict
-- or repeated. Conflicts are answers and not errors, since an error would end a transaction of the host's and fill the
-- server's log.
--
-- Rows are locked in one fixed order, table by table and in the document's order within each: two commits may wait for
-- each other, but not in a circle. Only a nested loop keeps to the document's order, and only indexes lead to a few rows
-- of many, whatever the tables looked like when the plans were made: hence the settings.
CREATE FUNCTION {schema}.sessional_commit_{n}(doc jsonb, result text) RETURNS text LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    checks jsonb := doc->'checks';
    r record;
    many bigint;
BEGIN
    -- Whoever brings the same command waits here for the first one to end (P3).
    INSERT INTO {schema}.outcomes (actor, command, digest, result, at)
    SELECT x.actor, x.command, x.digest, sessional_commit_{n}.result, x.at
    FROM jsonb_to_record(doc->'outcome') AS x(actor text, command text, digest text, at timestamptz)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 'repeated';
    END IF;
{write sessions session}
{write applications application}
{write bookings booking}
{write diaries diary}
    IF doc ? 'entries_gone' THEN
        DELETE FROM {schema}.diary_entries t
        USING jsonb_to_recordset(doc->'entries_gone') AS x(clinician text, booking text)
        WHERE t.clinician = x.clinician AND t.booking = x.booking;
    END IF;
    IF doc ? 'diary_entries' THEN
        INSERT INTO {schema}.diary_entries ({names diary_entries})
        SELECT {names diary_entries}
        FROM jsonb_populate_recordset(NULL::{schema}.diary_entries, doc->'diary_entries') AS x;
        -- Nobody is in two places at once (A7). The diary's row is locked: what is compared can't change meanwhile.
        PERFORM 1
        FROM jsonb_populate_recordset(NULL::{schema}.diary_entries, doc->'diary_entries') AS x
        JOIN {schema}.diary_entries t ON t.clinician = x.clinician AND t.booking <> x.booking
            AND t.holds_until > least(x.starts_at, x.also_starts_at)
        WHERE (t.starts_at < x.ends_at AND x.starts_at < t.ends_at)
            OR (t.starts_at < x.also_ends_at AND x.also_starts_at < t.ends_at)
            OR (t.also_starts_at < x.ends_at AND x.starts_at < t.also_ends_at)
            OR (t.also_starts_at < x.also_ends_at AND x.also_starts_at < t.also_ends_at);
        IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
    END IF;
{write support_cases support_case}
{write fees fee}
{write hours_worked hours}
{write invoices invoice}
{write messages message}
    IF doc ? 'policies' THEN
        FOR r IN SELECT * FROM jsonb_populate_recordset(NULL::{schema}.policies, doc->'policies') LOOP
            INSERT INTO {schema}.policies ({names policies})
            SELECT r.provider, r.version, r.valid_from, r.terms
            WHERE r.version = 1 + coalesce((SELECT max(t.version) FROM {schema}.policies t WHERE t.provider = r.provider), 0);
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
{write settings settings}
{write texts text}

    -- The record, and in the same commit what is to be planned (P2, N4).
    WITH e AS (
        INSERT INTO {schema}.events ({names events})
        SELECT {names events}
        FROM jsonb_populate_recordset(NULL::{schema}.events, doc->'events') WITH ORDINALITY
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

