-- What a decision depends on, as of one instant: the function is stable, so that all of it sees what its caller sees.
-- From the root that is named it goes on by itself: an application, booking, case or invoice to its session; a session
-- to its booking and case; a booking to its fee and hours. An id alone finds a row and its provider; from there on every
-- step names the provider, too. Of a session's policies it tells which there are: their terms never change, so that
-- whoever calls this reads them once. Policies that are asked for come whole.
CREATE FUNCTION {schema}.sessional_load_{n}(
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
        SELECT {found s s.booking s.support_case} INTO {finds}
        FROM {schema}.session_references r
        JOIN {schema}.sessions s ON s.provider = r.provider AND s.id = r.session
        WHERE r.reference = by_reference;
    ELSIF by_application IS NOT NULL THEN
        SELECT {found a s.booking s.support_case}, a.clinician, row_to_json(a) INTO {finds}, applicant, application
        FROM {schema}.applications a
        LEFT JOIN {schema}.sessions s ON s.provider = a.provider AND s.id = a.session
        WHERE a.id = by_application;
    ELSIF by_booking IS NOT NULL THEN
        SELECT {found b b.id s.support_case} INTO {finds}
        FROM {schema}.bookings b
        LEFT JOIN {schema}.sessions s ON s.provider = b.provider AND s.id = b.session
        WHERE b.id = by_booking;
    ELSIF by_case IS NOT NULL THEN
        SELECT {found k k.booking k.id} INTO {finds}
        FROM {schema}.support_cases k
        LEFT JOIN {schema}.sessions s ON s.provider = k.provider AND s.id = k.session
        WHERE k.id = by_case;
    ELSIF by_invoice IS NOT NULL THEN
        SELECT {found i i.booking s.support_case}, row_to_json(i) INTO {finds}, invoice
        FROM {schema}.invoices i
        LEFT JOIN {schema}.sessions s ON s.provider = i.provider AND s.id = i.session
        WHERE i.id = by_invoice;
    ELSIF by_session IS NOT NULL THEN
        SELECT {found s s.booking s.support_case} INTO {finds}
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

