-- Drops functions; no data is lost. Releases that call them stop working.

DROP FUNCTION {schema}.sessional_digested_1(jsonb);
DROP FUNCTION {schema}.sessional_purge_1(timestamptz, bigint);
DROP FUNCTION {schema}.sessional_settle_1;
DROP TYPE {schema}.sessional_settlements_1;
DROP FUNCTION {schema}.sessional_claim_1;
DROP TYPE {schema}.sessional_claimed_1;
DROP FUNCTION {schema}.sessional_planned_1(jsonb);
DROP FUNCTION {schema}.sessional_deliver_1(jsonb, bigint);
DROP FUNCTION {schema}.sessional_raise_1(jsonb);
DROP FUNCTION {schema}.sessional_references_1(bigint);
DROP FUNCTION {schema}.sessional_commit_1;
DROP TYPE {schema}.sessional_sessions_1;
DROP TYPE {schema}.sessional_applications_1;
DROP TYPE {schema}.sessional_bookings_1;
DROP TYPE {schema}.sessional_diaries_1;
DROP TYPE {schema}.sessional_diary_entries_1;
DROP TYPE {schema}.sessional_support_cases_1;
DROP TYPE {schema}.sessional_fees_1;
DROP TYPE {schema}.sessional_hours_worked_1;
DROP TYPE {schema}.sessional_invoices_1;
DROP TYPE {schema}.sessional_messages_1;
DROP TYPE {schema}.sessional_policies_1;
DROP TYPE {schema}.sessional_settings_1;
DROP TYPE {schema}.sessional_texts_1;
DROP TYPE {schema}.sessional_events_1;
DROP FUNCTION {schema}.sessional_load_1;
