-- Takes the comments on tables, views and columns away. No data is lost.

DO $$
DECLARE
    described record;
BEGIN
    FOR described IN
        SELECT c.oid::regclass AS name, c.relkind, a.attname
        FROM pg_description d
        JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
        WHERE c.relnamespace = (SELECT s.relnamespace FROM pg_class s WHERE s.oid = '{schema}.sessions'::regclass)
            AND c.relkind IN ('r', 'S', 'v') AND c.relname <> 'sessional_migrations'
    LOOP
        IF described.relkind = 'S' THEN
            EXECUTE format('COMMENT ON SEQUENCE %s IS NULL', described.name);
        ELSIF described.relkind = 'v' THEN
            EXECUTE format('COMMENT ON VIEW %s IS NULL', described.name);
        ELSIF described.attname IS NULL THEN
            EXECUTE format('COMMENT ON TABLE %s IS NULL', described.name);
        ELSE
            EXECUTE format('COMMENT ON COLUMN %s.%I IS NULL', described.name, described.attname);
        END IF;
    END LOOP;
END
$$;
