-- What a decision depends on, as of one instant: the function is stable, so that all of it sees what its caller sees.
-- From what is wanted it goes on by itself: an application, booking, case or invoice to its session; a session to its
-- booking and case; a booking to its fee and hours. An id alone finds a row and its provider; from there on every
-- step names the provider, too.
CREATE FUNCTION {schema}.sessional_load_{n}(want jsonb) RETURNS json LANGUAGE plpgsql STABLE
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
    whose text := want->>'provider';
    who text := want->>'clinician';
    first timestamptz := (want->>'around_from')::timestamptz;
    last timestamptz := (want->>'around_until')::timestamptz;
    known boolean := false;
BEGIN
    IF want ? 'reference' THEN
        SELECT t.* INTO s FROM {schema}.session_references r
        JOIN {schema}.sessions t ON t.provider = r.provider AND t.id = r.session
        WHERE r.reference = want->>'reference';
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
        known := who = a.clinician OR who = b.clinician;
        IF known IS NOT TRUE THEN
            known := EXISTS (SELECT 1 FROM {schema}.applications t
                    WHERE t.provider = s.provider AND t.session = s.id AND t.clinician = who)
                OR EXISTS (SELECT 1 FROM {schema}.bookings t
                    WHERE t.provider = s.provider AND t.session = s.id AND t.clinician = who);
        END IF;
        first := least(first, s.starts_at, b.starts_at, (b.pending_terms->'span'->>'start')::timestamptz);
        last := greatest(last, s.ends_at, b.ends_at, (b.pending_terms->'span'->>'end')::timestamptz);
    END IF;

    IF want ? 'text' THEN
        SELECT * INTO x FROM {schema}.texts t WHERE t.id = want->>'text';
    END IF;
    IF want ? 'settings' THEN
        SELECT * INTO o FROM {schema}.settings t WHERE t.person = want->>'settings';
    END IF;

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
        'clinician', who, 'known', known,
        'diary', (SELECT t.version FROM {schema}.diaries t WHERE t.clinician = who),
        'entries', (SELECT json_agg(row_to_json(t)) FROM {schema}.diary_entries t
            WHERE t.clinician = who AND t.holds_until > first AND least(t.starts_at, t.also_starts_at) < last),
        'policies', (SELECT json_agg(row_to_json(t) ORDER BY t.version) FROM {schema}.policies t
            WHERE t.provider = whose));
END
$$;

