-- Drops everything: all sessions, applications, bookings, cases, fees, hours, invoices, messages, policies, settings,
-- texts, the record of events, outcomes, references and the queue. There is no way back but a backup.

DROP TABLE digest_marks;
DROP TABLE feed_readers;
DROP TABLE feed_entries;
DROP TABLE feeds;
DROP TABLE deliveries;
DROP TABLE plans;
DROP TABLE reference_numbers;
DROP TABLE session_references;
DROP TABLE outcomes;
DROP TABLE events;
DROP TABLE texts;
DROP TABLE settings;
DROP TABLE policies;
DROP TABLE messages;
DROP TABLE invoices;
DROP TABLE hours_worked;
DROP TABLE fees;
DROP TABLE support_cases;
DROP TABLE diary_entries;
DROP TABLE diaries;
DROP TABLE bookings;
DROP TABLE applications;
DROP TABLE sessions;
