-- The rows of each table as a commit brings them, so that PostgreSQL reads them in its own form: taking apart one JSON
-- document was the dearest part of a commit after the writing itself. They are this release's: a column that a later
-- release adds is in that release's types.
{types}
-- One commit, whole: it takes what a desk wants changed, with the result that the caller gets, and answers done, conflict
-- or repeated. Conflicts are answers and not errors, since an error would end a transaction of the host's and fill the
-- server's log.
--
-- Rows are locked in one fixed order, table by table and in the caller's order within each, hence the loops: two commits
-- may wait for each other, but not in a circle. Only indexes lead to a few rows of many, whatever the tables looked like
-- when the plans were made: hence the settings.
CREATE FUNCTION {schema}.sessional_commit_{n}(
    actor text, command text, digest text, result text, at timestamptz,
    checks jsonb DEFAULT NULL, entries_gone jsonb DEFAULT NULL,
{arguments}
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
{write sessions session}
{write applications application}
{write bookings booking}
{write diaries diary}
    IF entries_gone IS NOT NULL THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(entries_gone) AS x(clinician text, booking text) LOOP
            DELETE FROM {schema}.diary_entries t WHERE t.clinician = r.clinician AND t.booking = r.booking;
        END LOOP;
    END IF;
    IF diary_entries IS NOT NULL THEN
        -- Nobody is in two places at once (A7). The diary's row is locked: what is compared can't change meanwhile.
        FOREACH r IN ARRAY diary_entries LOOP
            INSERT INTO {schema}.diary_entries ({names diary_entries})
            SELECT {values diary_entries r}
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
    IF num_nonnulls(checks, {others}) > 0 THEN
    {write support_cases support_case}
    {write fees fee}
    {write hours_worked hours}
    {write invoices invoice}
    {write messages message}
        IF policies IS NOT NULL THEN
            FOREACH r IN ARRAY policies LOOP
                INSERT INTO {schema}.policies ({names policies})
                SELECT {values policies r}
                WHERE r.version = 1 + coalesce((SELECT max(t.version) FROM {schema}.policies t WHERE t.provider = r.provider), 0);
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END LOOP;
        END IF;
    {write settings settings}
    {write texts text}
    END IF;

    -- The record, and in the same commit what is to be planned (P2, N4).
    WITH e AS (
        INSERT INTO {schema}.events ({names events})
        SELECT {values events}
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
            WHERE t.actor = sessional_commit_{n}.actor AND t.command = sessional_commit_{n}.command) THEN
            RETURN 'repeated';
        END IF;
        -- Where a transaction sees the world as of its beginning, looking again would not help.
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RETURN 'stale';
        END IF;
        RETURN 'conflict';
END
$$;

