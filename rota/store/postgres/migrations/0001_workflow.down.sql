-- Drops everything: all sessions, applications, bookings, cases, fees, hours, invoices, messages, policies, settings,
-- texts, the record of events, outcomes, references and the queue. There is no way back but a backup.

DROP TABLE {schema}.digest_marks;
DROP TABLE {schema}.feed_readers;
DROP TABLE {schema}.feed_entries;
DROP TABLE {schema}.feeds;
DROP VIEW {schema}.deliveries;
DROP TABLE {schema}.delivery_states;
DROP TABLE {schema}.planned_deliveries;
DROP TABLE {schema}.plans;
DROP TABLE {schema}.session_references;
DROP TABLE {schema}.outcomes;
DROP TABLE {schema}.events;
DROP TABLE {schema}.texts;
DROP TABLE {schema}.settings;
DROP TABLE {schema}.policies;
DROP TABLE {schema}.messages;
DROP TABLE {schema}.invoices;
DROP TABLE {schema}.hours_worked;
DROP TABLE {schema}.fees;
DROP TABLE {schema}.support_cases;
DROP TABLE {schema}.diary_entries;
DROP TABLE {schema}.diaries;
DROP TABLE {schema}.bookings;
DROP TABLE {schema}.applications;
DROP TABLE {schema}.sessions;
DROP SEQUENCE {schema}.reference_numbers;
