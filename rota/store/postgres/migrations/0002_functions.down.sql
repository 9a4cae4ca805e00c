-- Drops functions; no data is lost. Releases that call them stop working.

DROP FUNCTION {schema}.sessional_digested_1(jsonb);
DROP FUNCTION {schema}.sessional_purge_1(timestamptz, bigint);
DROP FUNCTION {schema}.sessional_settle_1(jsonb);
DROP FUNCTION {schema}.sessional_claim_1(timestamptz, timestamptz, jsonb, bigint);
DROP FUNCTION {schema}.sessional_planned_1(jsonb);
DROP FUNCTION {schema}.sessional_raise_1(jsonb);
DROP FUNCTION {schema}.sessional_references_1(bigint);
DROP FUNCTION {schema}.sessional_commit_1(jsonb, text);
DROP FUNCTION {schema}.sessional_load_1(jsonb);
