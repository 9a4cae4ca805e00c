-- What every table and column holds, for whoever reads the schema or reports on it: \d+ in psql shows it. It is one
-- statement, so that it costs one round trip. Rule ids, such as A7, are those of docs/rules.md. Instants are UTC to the
-- microsecond; a derived column follows from the others of its row, is written and never read back.

DO $$
BEGIN
    COMMENT ON TABLE {schema}.sessions IS
        'Sessions: each row is one shift at a practice, worked by one clinician (S2). Rows are changed in place '
        'and never deleted.';
    COMMENT ON COLUMN {schema}.sessions.provider IS 'The healthcare provider: the tenant. First part of the key.';
    COMMENT ON COLUMN {schema}.sessions.id IS
        'Id of the session, given by the host or made by the desk; unlike any other in the store.';
    COMMENT ON COLUMN {schema}.sessions.version IS
        'Counts the changes of this row, from 1; each has its event in events with the same version.';
    COMMENT ON COLUMN {schema}.sessions.reference IS
        'What people call it: #401 and digits, unique in the store, never reused (S1).';
    COMMENT ON COLUMN {schema}.sessions.practice IS 'Id of the practice, which the host keeps.';
    COMMENT ON COLUMN {schema}.sessions.state IS 'draft, open, filled, completed, withdrawn or expired (S2).';
    COMMENT ON COLUMN {schema}.sessions.role IS 'What is asked for, in the provider''s own words.';
    COMMENT ON COLUMN {schema}.sessions.starts_at IS
        'Start on the terms it is offered on, a UTC instant; a booking keeps the terms last agreed (S5).';
    COMMENT ON COLUMN {schema}.sessions.ends_at IS 'End on those terms, a UTC instant, exclusive.';
    COMMENT ON COLUMN {schema}.sessions.break_minutes IS 'Unpaid break, in minutes.';
    COMMENT ON COLUMN {schema}.sessions.rate_amount IS
        'Rate on those terms, exact decimal, in rate_currency, for each rate_per.';
    COMMENT ON COLUMN {schema}.sessions.rate_currency IS 'ISO 4217 code, such as GBP.';
    COMMENT ON COLUMN {schema}.sessions.rate_per IS 'hour or session.';
    COMMENT ON COLUMN {schema}.sessions.place IS 'Where it is worked, for a person to read. NULL: not said.';
    COMMENT ON COLUMN {schema}.sessions.instructions IS
        'What the clinician should know beforehand; untrusted text. NULL: none.';
    COMMENT ON COLUMN {schema}.sessions.channel IS 'rota or marketplace (A2).';
    COMMENT ON COLUMN {schema}.sessions.choosing IS 'How the applicant is chosen: first_come, review or ranked (A5).';
    COMMENT ON COLUMN {schema}.sessions.engagement_starts_at IS
        'Start of the engagement it belongs to, a UTC instant: its own start unless posted otherwise (W6).';
    COMMENT ON COLUMN {schema}.sessions.round IS
        'Counts how often it stopped being open. A pending application of an earlier round has lapsed (A4).';
    COMMENT ON COLUMN {schema}.sessions.booking IS 'Id of its booking. NULL: neither filled nor completed.';
    COMMENT ON COLUMN {schema}.sessions.support_case IS 'Id of the open support case that freezes it (W4). NULL: none.';
    COMMENT ON COLUMN {schema}.sessions.replaces IS 'Id of the withdrawn session that it reposts (S3). NULL: none.';
    COMMENT ON COLUMN {schema}.sessions.opened_at IS
        'When it last became open, a UTC instant: its period of availability began (N3). NULL: never, a draft.';
    COMMENT ON COLUMN {schema}.sessions.created_at IS 'When it was first posted or drafted, a UTC instant.';
    COMMENT ON COLUMN {schema}.sessions.worth_pence IS
        'Derived, for Find work and reports: what it is worth, in hundredths of the currency, on the terms of this '
        'row.';

    COMMENT ON TABLE {schema}.applications IS 'Applications: one of a clinician in a round of a session (A4).';
    COMMENT ON COLUMN {schema}.applications.provider IS 'The tenant whose session it is.';
    COMMENT ON COLUMN {schema}.applications.id IS 'Id, made of session, round and clinician.';
    COMMENT ON COLUMN {schema}.applications.version IS 'Counts the changes of this row, from 1.';
    COMMENT ON COLUMN {schema}.applications.session IS 'Id of the session.';
    COMMENT ON COLUMN {schema}.applications.practice IS 'Id of the session''s practice.';
    COMMENT ON COLUMN {schema}.applications.clinician IS 'Id of the clinician.';
    COMMENT ON COLUMN {schema}.applications.person IS
        'Id of the clinician as a person, who decides nothing from the other side (P1).';
    COMMENT ON COLUMN {schema}.applications.round IS 'The session''s round when they applied.';
    COMMENT ON COLUMN {schema}.applications.state IS
        'pending, accepted, declined or retracted. Lapsed is never stored: a pending one has lapsed where the '
        'session is not open or has another round (A4).';
    COMMENT ON COLUMN {schema}.applications.applied_at IS
        'When they applied, a UTC instant; ties are resolved by it (A5).';
    COMMENT ON COLUMN {schema}.applications.reason IS
        'Id in texts of why it was declined. NULL: not declined, or no reason given.';

    COMMENT ON TABLE {schema}.bookings IS
        'Bookings: the agreement that a clinician works a session (B1). Rows are changed in place and never '
        'deleted.';
    COMMENT ON COLUMN {schema}.bookings.provider IS 'The tenant whose session it is.';
    COMMENT ON COLUMN {schema}.bookings.id IS 'Id of the booking; unlike any other in the store.';
    COMMENT ON COLUMN {schema}.bookings.version IS 'Counts the changes of this row, from 1.';
    COMMENT ON COLUMN {schema}.bookings.session IS
        'Id of the session. One booking of it at most is offered or confirmed (A7).';
    COMMENT ON COLUMN {schema}.bookings.reference IS 'Reference of the session, as people call it.';
    COMMENT ON COLUMN {schema}.bookings.practice IS 'Id of the session''s practice.';
    COMMENT ON COLUMN {schema}.bookings.clinician IS 'Id of the clinician.';
    COMMENT ON COLUMN {schema}.bookings.person IS 'Id of the clinician as a person.';
    COMMENT ON COLUMN {schema}.bookings.state IS
        'offered, confirmed, cancelled, completed or no_show (B1); offered and confirmed are live.';
    COMMENT ON COLUMN {schema}.bookings.role IS 'Role on the terms last agreed.';
    COMMENT ON COLUMN {schema}.bookings.starts_at IS
        'Start on the terms last agreed, a UTC instant: notice and fee are judged by it (S5).';
    COMMENT ON COLUMN {schema}.bookings.ends_at IS 'End on the terms last agreed, a UTC instant, exclusive.';
    COMMENT ON COLUMN {schema}.bookings.break_minutes IS 'Unpaid break on the terms last agreed, in minutes.';
    COMMENT ON COLUMN {schema}.bookings.rate_amount IS
        'Rate on the terms last agreed, exact decimal, in rate_currency, for each rate_per.';
    COMMENT ON COLUMN {schema}.bookings.rate_currency IS 'ISO 4217 code, such as GBP.';
    COMMENT ON COLUMN {schema}.bookings.rate_per IS 'hour or session.';
    COMMENT ON COLUMN {schema}.bookings.place IS 'Place on the terms last agreed. NULL: not said.';
    COMMENT ON COLUMN {schema}.bookings.instructions IS 'Instructions on the terms last agreed. NULL: none.';
    COMMENT ON COLUMN {schema}.bookings.consented IS
        'Terms last agreed in person, where smaller changes were made since (S5); JSON, break in nanoseconds. '
        'NULL: the terms of this row.';
    COMMENT ON COLUMN {schema}.bookings.pending_terms IS
        'Terms of a material change that waits for the clinician (S5); JSON, break in nanoseconds. NULL: none '
        'waits.';
    COMMENT ON COLUMN {schema}.bookings.pending_since IS 'When that change was made, a UTC instant. NULL: none waits.';
    COMMENT ON COLUMN {schema}.bookings.pending_by IS
        'Who made it: an actor as JSON, ids and capacity. NULL: none waits.';
    COMMENT ON COLUMN {schema}.bookings.engagement_starts_at IS
        'Start of the engagement, a UTC instant: the notice of the fee runs to it (W6).';
    COMMENT ON COLUMN {schema}.bookings.policy IS
        'Version of the provider''s policy in force when it was made (W11); 0: the built-in one.';
    COMMENT ON COLUMN {schema}.bookings.application IS
        'Id of the application that succeeded. NULL: the clinician was allocated (A1).';
    COMMENT ON COLUMN {schema}.bookings.channel IS 'The session''s: rota or marketplace.';
    COMMENT ON COLUMN {schema}.bookings.made_at IS 'When it was first offered or confirmed, a UTC instant.';
    COMMENT ON COLUMN {schema}.bookings.reminded_of IS 'The start that the clinician was last reminded of, an instant in UTC; NULL: not reminded yet (N1).';
COMMENT ON COLUMN {schema}.bookings.offered_until IS
        'When an offer lapses unanswered, a UTC instant (A1). NULL: at the start, or it was no offer.';
    COMMENT ON COLUMN {schema}.bookings.ended_as_of IS
        'The instant by which its end is judged, UTC: when the request was complete (W4). NULL: it has not ended.';
    COMMENT ON COLUMN {schema}.bookings.ended_at IS
        'When its end was recorded, a UTC instant; later than ended_as_of for a support case. NULL: it has not '
        'ended.';
    COMMENT ON COLUMN {schema}.bookings.ended_by IS
        'Who ended it: an actor as JSON, ids and capacity. NULL: it has not ended.';
    COMMENT ON COLUMN {schema}.bookings.ended_route IS
        'self_service, rota_pro, support_case, own_cancellation, change_refused, offer_declined, offer_lapsed, '
        'by_clock or by_report (B1). NULL: it has not ended.';
    COMMENT ON COLUMN {schema}.bookings.ended_reason IS
        'Id in texts of why, as shared with the other side. NULL: not ended, or none given.';
    COMMENT ON COLUMN {schema}.bookings.ended_cause IS
        'Whose cause it was: client, clinician or neither (B1). NULL: it has not ended.';
    COMMENT ON COLUMN {schema}.bookings.ended_at_request IS
        'The clinician stated that they cancelled at the practice''s request (B1).';
    COMMENT ON COLUMN {schema}.bookings.ended_disputed_at IS
        'When the client disputed that, a UTC instant. NULL: not disputed.';
    COMMENT ON COLUMN {schema}.bookings.ended_ahead_micros IS
        'How long before the agreed start ended_as_of was, in microseconds; negative after it; 0 while it has not '
        'ended.';
    COMMENT ON COLUMN {schema}.bookings.ended_late IS
        'It missed the notice that its side owes: W2 for the client, W9 for the clinician.';
    COMMENT ON COLUMN {schema}.bookings.ended_fee IS 'It gave the clinician the right to a short-notice fee (W6).';
    COMMENT ON COLUMN {schema}.bookings.worked_until IS
        'Until when it was worked, a UTC instant: the agreed end, or an early one. NULL: not over, or not worked.';
    COMMENT ON COLUMN {schema}.bookings.call_phone IS
        'The practice''s number as it was when the duty to ring it arose (W9). NULL: no such duty.';
    COMMENT ON COLUMN {schema}.bookings.call_due_at IS 'When that duty arose, a UTC instant. NULL: no such duty.';
    COMMENT ON COLUMN {schema}.bookings.call_made_at IS
        'When it was confirmed that the call was made, a UTC instant. NULL: no duty, or not confirmed.';
    COMMENT ON COLUMN {schema}.bookings.call_by IS
        'Who confirmed it: an actor as JSON. NULL: no duty, or not confirmed.';
    COMMENT ON COLUMN {schema}.bookings.lapsed IS
        'Codes of what the clinician was found to lack for this session since it was booked (A3); JSON list. NULL: '
        'nothing.';
    COMMENT ON COLUMN {schema}.bookings.overridden IS
        'Codes that the client''s side knew of and disregarded (A3); JSON list. NULL: none.';
    COMMENT ON COLUMN {schema}.bookings.change_void_at IS
        'Derived, for what is due: when the waiting change is void (S5), a UTC instant. NULL: none waits.';
    COMMENT ON COLUMN {schema}.bookings.offer_ends_at IS
        'Derived, for what is due: when the offer lapses (A1), a UTC instant. NULL: not offered.';

    COMMENT ON TABLE {schema}.diaries IS
        'Diaries: one row per clinician, across tenants (A7). Whoever books a clinician locks the row and counts '
        'it up.';
    COMMENT ON COLUMN {schema}.diaries.clinician IS 'Id of the clinician.';
    COMMENT ON COLUMN {schema}.diaries.version IS 'Counts the changes of the whole diary, from 1. 0: nobody has booked them yet.';

    COMMENT ON TABLE {schema}.diary_entries IS
        'What a clinician''s bookings hold of their time, across tenants (A7): live ones and those that were '
        'worked. A row goes when its booking falls through.';
    COMMENT ON COLUMN {schema}.diary_entries.clinician IS 'Id of the clinician.';
    COMMENT ON COLUMN {schema}.diary_entries.booking IS 'Id of the booking.';
    COMMENT ON COLUMN {schema}.diary_entries.session IS 'Id of its session.';
    COMMENT ON COLUMN {schema}.diary_entries.reference IS 'Reference of the session, as people call it.';
    COMMENT ON COLUMN {schema}.diary_entries.provider IS
        'The tenant whose booking it is; others learn only that there is one.';
    COMMENT ON COLUMN {schema}.diary_entries.starts_at IS 'Start last agreed, a UTC instant.';
    COMMENT ON COLUMN {schema}.diary_entries.ends_at IS 'End last agreed, a UTC instant, exclusive.';
    COMMENT ON COLUMN {schema}.diary_entries.also_starts_at IS
        'Start of a change that waits for the clinician, a UTC instant: both spans are held (S5). NULL: none '
        'waits.';
    COMMENT ON COLUMN {schema}.diary_entries.also_ends_at IS
        'End of that change, a UTC instant, exclusive. NULL: none waits.';
    COMMENT ON COLUMN {schema}.diary_entries.holds_until IS
        'Derived, for finding overlaps: the later of the two ends, a UTC instant.';

    COMMENT ON TABLE {schema}.support_cases IS
        'Support cases: a practice asks customer support to withdraw a filled session (W4).';
    COMMENT ON COLUMN {schema}.support_cases.provider IS 'The tenant whose session it is.';
    COMMENT ON COLUMN {schema}.support_cases.id IS 'Id of the case.';
    COMMENT ON COLUMN {schema}.support_cases.version IS 'Counts the changes of this row, from 1.';
    COMMENT ON COLUMN {schema}.support_cases.session IS 'Id of the session; while the case is open it is frozen.';
    COMMENT ON COLUMN {schema}.support_cases.practice IS 'Id of the session''s practice.';
    COMMENT ON COLUMN {schema}.support_cases.booking IS 'Id of the booking that is to end.';
    COMMENT ON COLUMN {schema}.support_cases.state IS 'open, actioned, rejected or retracted.';
    COMMENT ON COLUMN {schema}.support_cases.via IS 'How it reached support: phone, email or form.';
    COMMENT ON COLUMN {schema}.support_cases.opened_by IS 'Who opened it: an actor as JSON, ids and capacity.';
    COMMENT ON COLUMN {schema}.support_cases.keep_session IS 'Only the booking is to end; the session is kept.';
    COMMENT ON COLUMN {schema}.support_cases.received_at IS
        'When the complete request was received, a UTC instant: notice and fee are judged at it (W4).';
    COMMENT ON COLUMN {schema}.support_cases.opened_at IS 'When it was recorded, a UTC instant.';
    COMMENT ON COLUMN {schema}.support_cases.target_at IS
        'The next contactable hour after received_at, a UTC instant (W4).';
    COMMENT ON COLUMN {schema}.support_cases.urgent IS
        'The target lies at or after the start: the practice is told to ring the clinician itself (W4).';
    COMMENT ON COLUMN {schema}.support_cases.reason IS
        'Id in texts of why, shared with the clinician when the case is actioned.';
    COMMENT ON COLUMN {schema}.support_cases.fee IS
        'The withdrawal gives the right to a fee, as judged at received_at (W6).';
    COMMENT ON COLUMN {schema}.support_cases.policy IS 'Version of the policy that judged it; 0: the built-in one.';
    COMMENT ON COLUMN {schema}.support_cases.closed_at IS 'When it left open, a UTC instant. NULL: it is open.';
    COMMENT ON COLUMN {schema}.support_cases.closed_by IS 'Who closed it: an actor as JSON. NULL: it is open.';
    COMMENT ON COLUMN {schema}.support_cases.answer IS
        'Id in texts of why it was rejected. NULL: not rejected, or no answer given.';

    COMMENT ON TABLE {schema}.fees IS
        'Fees: the negotiation of one booking''s short-notice cancellation fee (W7). There is a row only where the '
        'right arose.';
    COMMENT ON COLUMN {schema}.fees.provider IS 'The tenant whose booking it was.';
    COMMENT ON COLUMN {schema}.fees.booking IS 'Id of the booking that ended.';
    COMMENT ON COLUMN {schema}.fees.version IS 'Counts the changes of this row, from 1.';
    COMMENT ON COLUMN {schema}.fees.session IS 'Id of the session.';
    COMMENT ON COLUMN {schema}.fees.practice IS 'Id of the practice that would pay.';
    COMMENT ON COLUMN {schema}.fees.clinician IS 'Id of the clinician who would be paid.';
    COMMENT ON COLUMN {schema}.fees.person IS 'Id of the clinician as a person.';
    COMMENT ON COLUMN {schema}.fees.state IS
        'claimable, proposed, countered, agreed, waived, lapsed or disputed (W7). No fee is due unless agreed.';
    COMMENT ON COLUMN {schema}.fees.cap_amount IS
        'The most that can be claimed, exact decimal: the worth on the terms last agreed, unless the policy says '
        'otherwise.';
    COMMENT ON COLUMN {schema}.fees.cap_currency IS 'ISO 4217 code of the cap.';
    COMMENT ON COLUMN {schema}.fees.suggested_amount IS
        'What the provider''s scale suggests, exact decimal. NULL: no scale, or it suggests nothing.';
    COMMENT ON COLUMN {schema}.fees.suggested_currency IS 'ISO 4217 code of the suggestion. NULL: no scale.';
    COMMENT ON COLUMN {schema}.fees.amount IS
        'The figure on the table, or agreed, exact decimal. NULL: no figure was named.';
    COMMENT ON COLUMN {schema}.fees.currency IS 'ISO 4217 code of the figure. NULL: no figure was named.';
    COMMENT ON COLUMN {schema}.fees.by_capacity IS
        'Whose figure it is: clinician, practice or rota_manager. NULL: no figure was named.';
    COMMENT ON COLUMN {schema}.fees.earned_amount IS
        'What a rebooked clinician declared to have earned instead, exact decimal. NULL: nothing declared, or '
        'zero.';
    COMMENT ON COLUMN {schema}.fees.earned_currency IS 'ISO 4217 code of what was earned. NULL: nothing declared.';
    COMMENT ON COLUMN {schema}.fees.due_at IS
        'When time takes the next step, a UTC instant: a lapse while claimable, a dispute while a figure waits. '
        'NULL: time does nothing.';
    COMMENT ON COLUMN {schema}.fees.steps IS 'All steps: when, who, which state, how much; JSON list. NULL: none.';
    COMMENT ON COLUMN {schema}.fees.invoice IS 'Id of the invoice. NULL: not agreed.';
    COMMENT ON COLUMN {schema}.fees.answer_within IS
        'How long a figure waits for an answer, from the policy in force when the right arose: text such as 15m, '
        '72h or 28d.';

    COMMENT ON TABLE {schema}.hours_worked IS
        'Hours worked of a booking: stated by the clinician, approved or queried by the practice (B2).';
    COMMENT ON COLUMN {schema}.hours_worked.provider IS 'The tenant whose booking it is.';
    COMMENT ON COLUMN {schema}.hours_worked.booking IS 'Id of the booking.';
    COMMENT ON COLUMN {schema}.hours_worked.version IS 'Counts the changes of this row, from 1.';
    COMMENT ON COLUMN {schema}.hours_worked.session IS 'Id of the session.';
    COMMENT ON COLUMN {schema}.hours_worked.state IS 'stated, queried or approved (B2).';
    COMMENT ON COLUMN {schema}.hours_worked.starts_at IS 'From when it was worked, a UTC instant.';
    COMMENT ON COLUMN {schema}.hours_worked.ends_at IS 'Until when it was worked, a UTC instant, exclusive.';
    COMMENT ON COLUMN {schema}.hours_worked.break_minutes IS 'Unpaid break, in minutes.';
    COMMENT ON COLUMN {schema}.hours_worked.amount IS
        'What the hours come to at the agreed rate, exact decimal, rounded once (S6).';
    COMMENT ON COLUMN {schema}.hours_worked.currency IS 'ISO 4217 code, such as GBP.';
    COMMENT ON COLUMN {schema}.hours_worked.reason IS 'Id in texts of why they were queried. NULL: not queried.';
    COMMENT ON COLUMN {schema}.hours_worked.stated_at IS 'When they came into the state they are in, a UTC instant.';

    COMMENT ON TABLE {schema}.invoices IS
        'Invoices: what a practice owes a clinician, for hours or for an agreed fee (B2, W7).';
    COMMENT ON COLUMN {schema}.invoices.provider IS 'The tenant.';
    COMMENT ON COLUMN {schema}.invoices.id IS 'Id of the invoice.';
    COMMENT ON COLUMN {schema}.invoices.version IS 'Counts the changes of this row, from 1.';
    COMMENT ON COLUMN {schema}.invoices.booking IS 'Id of the booking.';
    COMMENT ON COLUMN {schema}.invoices.session IS 'Id of the session.';
    COMMENT ON COLUMN {schema}.invoices.reference IS 'Reference of the session, as people call it.';
    COMMENT ON COLUMN {schema}.invoices.practice IS 'Id of the practice that pays.';
    COMMENT ON COLUMN {schema}.invoices.clinician IS 'Id of the clinician who is paid.';
    COMMENT ON COLUMN {schema}.invoices.person IS 'Id of the clinician as a person.';
    COMMENT ON COLUMN {schema}.invoices.bills IS 'What it is for: hours or fee.';
    COMMENT ON COLUMN {schema}.invoices.amount IS 'Amount, exact decimal.';
    COMMENT ON COLUMN {schema}.invoices.currency IS 'ISO 4217 code, such as GBP.';
    COMMENT ON COLUMN {schema}.invoices.state IS 'awaiting, sent, queried or paid (B2).';
    COMMENT ON COLUMN {schema}.invoices.due_on IS 'Last day to pay, a date at the practice. NULL: not sent yet.';
    COMMENT ON COLUMN {schema}.invoices.reason IS 'Id in texts of why it was queried. NULL: not queried.';
    COMMENT ON COLUMN {schema}.invoices.made_at IS 'When it was made, a UTC instant.';
    COMMENT ON COLUMN {schema}.invoices.paid_at IS 'When it was recorded as paid, a UTC instant. NULL: not paid.';

    COMMENT ON TABLE {schema}.messages IS
        'Messages between a practice and a clinician about a session (B3). The words are in texts.';
    COMMENT ON COLUMN {schema}.messages.provider IS 'The tenant whose session it is.';
    COMMENT ON COLUMN {schema}.messages.id IS 'Id of the message.';
    COMMENT ON COLUMN {schema}.messages.version IS 'Always 1: a message does not change.';
    COMMENT ON COLUMN {schema}.messages.session IS 'Id of the session.';
    COMMENT ON COLUMN {schema}.messages.practice IS 'Id of the session''s practice.';
    COMMENT ON COLUMN {schema}.messages.clinician IS 'Id of the clinician, whoever of the two wrote.';
    COMMENT ON COLUMN {schema}.messages.sent_by IS 'Who wrote: an actor as JSON, ids and capacity.';
    COMMENT ON COLUMN {schema}.messages.body IS 'Id in texts of what was written; the text may since be erased (P4).';
    COMMENT ON COLUMN {schema}.messages.sent_at IS 'When, a UTC instant.';

    COMMENT ON TABLE {schema}.policies IS
        'Policies of providers for withdrawing (W11). A version never changes once it is published.';
    COMMENT ON COLUMN {schema}.policies.provider IS 'The tenant.';
    COMMENT ON COLUMN {schema}.policies.version IS 'Counts the provider''s versions, from 1 without gaps.';
    COMMENT ON COLUMN {schema}.policies.valid_from IS
        'From when on it is in force, a UTC instant. NULL: from the beginning.';
    COMMENT ON COLUMN {schema}.policies.terms IS 'The whole policy, as the JSON that withdrawal.LoadPolicy reads.';
    COMMENT ON COLUMN {schema}.policies.digest IS
        'SHA-256 of the terms in hexadecimal digits. Whoever has read terms once remembers them by it.';

    COMMENT ON TABLE {schema}.settings IS
        'What people chose to be told, and how (N1). A person''s own, across tenants; no row: every switch at its '
        'default.';
    COMMENT ON COLUMN {schema}.settings.person IS 'Id of the person.';
    COMMENT ON COLUMN {schema}.settings.version IS 'Counts the changes of this row, from 1.';
    COMMENT ON COLUMN {schema}.settings.emails IS
        'Switches of emails by group, on or off; JSON. NULL: none was touched.';
    COMMENT ON COLUMN {schema}.settings.pushes IS
        'Switches of pushes by group, on or off; JSON. NULL: none was touched.';
    COMMENT ON COLUMN {schema}.settings.digests IS
        'Switches of digests by channel, on or off; JSON. NULL: none was touched (N3).';
    COMMENT ON COLUMN {schema}.settings.reminders IS 'on or off. NULL: not touched, which is on.';
    COMMENT ON COLUMN {schema}.settings.quiet_from IS
        'Start of quiet hours by the person''s own clock, such as 22:00. NULL: no quiet hours.';
    COMMENT ON COLUMN {schema}.settings.quiet_to IS
        'End of quiet hours by the person''s own clock, exclusive. NULL: no quiet hours.';

    COMMENT ON TABLE {schema}.texts IS
        'What people wrote: reasons, messages, cases. The record points here, so that words can be erased while '
        'the record stands (P4).';
    COMMENT ON COLUMN {schema}.texts.provider IS 'The tenant in whose record it is pointed to.';
    COMMENT ON COLUMN {schema}.texts.id IS 'Id of the text; unlike any other in the store.';
    COMMENT ON COLUMN {schema}.texts.version IS '1 as written, 2 once erased.';
    COMMENT ON COLUMN {schema}.texts.session IS 'Id of the session it belongs to. NULL: none.';
    COMMENT ON COLUMN {schema}.texts.class IS 'reason, message or case: how long it is kept follows from it (P4).';
    COMMENT ON COLUMN {schema}.texts.body IS 'What was written, untrusted. NULL: erased.';
    COMMENT ON COLUMN {schema}.texts.written_by IS 'Id of the person who wrote it. NULL: nobody in particular.';
    COMMENT ON COLUMN {schema}.texts.written_at IS 'When, a UTC instant.';
    COMMENT ON COLUMN {schema}.texts.erased_at IS 'When the body was erased, a UTC instant. NULL: it stands.';

    COMMENT ON TABLE {schema}.events IS
        'The record: what changed, when, by whom and why (P2). Rows are only ever added, with the change itself '
        '(N4), and hold ids, codes and figures, never names or free text (P4).';
    COMMENT ON COLUMN {schema}.events.provider IS
        'The tenant in whose record it stands; blank for what belongs to a person alone.';
    COMMENT ON COLUMN {schema}.events.subject_kind IS
        'What changed: session, application, booking, support_case, fee, hours, invoice, message, text, policy or '
        'settings; digest for the queue''s own (N3).';
    COMMENT ON COLUMN {schema}.events.subject_id IS 'Id of what changed.';
    COMMENT ON COLUMN {schema}.events.version IS 'The version that it has since.';
    COMMENT ON COLUMN {schema}.events.kind IS
        'What happened, as subject and past participle, such as session.withdrawn.';
    COMMENT ON COLUMN {schema}.events.session IS 'Id of the session that it is about. NULL: about none.';
    COMMENT ON COLUMN {schema}.events.happened_at IS
        'When, a UTC instant: the desk''s clock, read once for the command.';
    COMMENT ON COLUMN {schema}.events.by_capacity IS
        'In which capacity it was done: practice, clinician, rota_manager, support or system (P1).';
    COMMENT ON COLUMN {schema}.events.by_person IS 'Id of the person who did it. NULL: the system.';
    COMMENT ON COLUMN {schema}.events.by_provider IS 'Provider they acted for. NULL: none.';
    COMMENT ON COLUMN {schema}.events.by_practice IS 'Practice they acted for. NULL: none.';
    COMMENT ON COLUMN {schema}.events.by_clinician IS 'Clinician they acted as. NULL: none.';
    COMMENT ON COLUMN {schema}.events.command IS 'Id of the command that did it (P3).';
    COMMENT ON COLUMN {schema}.events.from_state IS 'State before. NULL: no state changed, or it is new.';
    COMMENT ON COLUMN {schema}.events.to_state IS 'State after. NULL: no state changed.';
    COMMENT ON COLUMN {schema}.events.reason IS
        'Id in texts of why; the text may since be erased (P4). NULL: none given.';
    COMMENT ON COLUMN {schema}.events.facts IS
        'Figures, ids and codes of the event by name; JSON of texts. NULL: none.';
    COMMENT ON COLUMN {schema}.events.no IS
        'Number of the row, given before its commit: one with a lower number may become visible after one with a '
        'higher.';
    COMMENT ON COLUMN {schema}.events.tx IS
        'Transaction that added it, of this cluster: lists find late commits by it. It says nothing in a copy '
        'restored elsewhere.';

    COMMENT ON TABLE {schema}.outcomes IS
        'Outcomes of committed commands: a repeated command gets the first one (P3). Across tenants, for an actor '
        'may be of none.';
    COMMENT ON COLUMN {schema}.outcomes.actor IS
        'Whose command: capacity, person, provider, practice and clinician in one text.';
    COMMENT ON COLUMN {schema}.outcomes.command IS 'Id that the actor gave the command.';
    COMMENT ON COLUMN {schema}.outcomes.digest IS
        'Digest of the actor and the command: the same id with another content is refused (P3).';
    COMMENT ON COLUMN {schema}.outcomes.result IS 'What the caller got, as JSON.';
    COMMENT ON COLUMN {schema}.outcomes.at IS 'When, a UTC instant.';

    COMMENT ON TABLE {schema}.session_references IS
        'Which session a reference is of (S1). Across tenants: references are unique in the store.';
    COMMENT ON COLUMN {schema}.session_references.reference IS 'The reference, such as #4010000001.';
    COMMENT ON COLUMN {schema}.session_references.provider IS 'The tenant whose session it is.';
    COMMENT ON COLUMN {schema}.session_references.session IS 'Id of the session.';

    COMMENT ON TABLE {schema}.plans IS
        'Events for which it is not settled yet who is told (N4). A row goes when its event''s plan is done.';
    COMMENT ON COLUMN {schema}.plans.event_no IS 'Number of the event: events.no.';
    COMMENT ON COLUMN {schema}.plans.cursor IS 'Where the plan goes on, opaque. NULL: not begun.';
    COMMENT ON COLUMN {schema}.plans.fence IS 'Token of the last claim: what comes with an older one is refused.';
    COMMENT ON COLUMN {schema}.plans.leased_until IS
        'End of the lease of who plans it, a UTC instant. NULL: never claimed.';
    COMMENT ON COLUMN {schema}.plans.attempts IS 'How often it was claimed.';

    COMMENT ON VIEW {schema}.deliveries IS
        'Deliveries: one message to one person over one channel, also where it was suppressed, and how far it has come '
        '(N4, N5).';

    COMMENT ON TABLE {schema}.planned_deliveries IS
        'What was planned of each delivery, and never changes; how far it has come is in delivery_states (N4, N5).';
    COMMENT ON COLUMN {schema}.planned_deliveries.provider IS
        'The tenant whose event it comes from; blank for a digest, which belongs to a person.';
    COMMENT ON COLUMN {schema}.planned_deliveries.key IS 'Stable name, made of event, person and channel (N5).';
    COMMENT ON COLUMN {schema}.planned_deliveries.event IS 'Natural key of the event, as text.';
    COMMENT ON COLUMN {schema}.planned_deliveries.kind IS 'What is told, such as booking_confirmed.';
    COMMENT ON COLUMN {schema}.planned_deliveries.channel IS 'email, android or iphone.';
    COMMENT ON COLUMN {schema}.planned_deliveries.person IS 'Id of the person who is told.';
    COMMENT ON COLUMN {schema}.planned_deliveries.audience IS
        'As what they are told: booked_clinician, applicant, pending_applicants, practice, rota_managers or '
        'support.';
    COMMENT ON COLUMN {schema}.planned_deliveries.session IS 'Id of the session that it is about. NULL: about none.';
    COMMENT ON COLUMN {schema}.planned_deliveries.planned_at IS 'When it was decided, a UTC instant.';
    COMMENT ON COLUMN {schema}.planned_deliveries.no IS
        'Number of the row, given before its commit: one with a lower number may become visible after one with a '
        'higher.';
    COMMENT ON COLUMN {schema}.planned_deliveries.tx IS
        'Transaction that added it, of this cluster: lists find late commits by it.';
    COMMENT ON COLUMN {schema}.planned_deliveries.event_no IS 'Number of the event: events.no.';

    COMMENT ON TABLE {schema}.delivery_states IS
        'How far each delivery has come, a row for each: what claims and outcomes change (N5).';
    COMMENT ON COLUMN {schema}.delivery_states.no IS 'Number of the delivery: planned_deliveries.no.';
    COMMENT ON COLUMN {schema}.delivery_states.channel IS 'Its channel, for claims: it never changes.';
    COMMENT ON COLUMN {schema}.delivery_states.person IS 'Who is told, for claims: it never changes.';
    COMMENT ON COLUMN {schema}.delivery_states.state IS
        'planned, suppressed, claimed, delivered, failed, unknown, given_up or stale (N5).';
    COMMENT ON COLUMN {schema}.delivery_states.why IS
        'Why it is suppressed or held: setting_off, no_address, no_device, is_actor or quiet_hours; after an '
        'attempt, what the transport said. NULL: nothing to say.';
    COMMENT ON COLUMN {schema}.delivery_states.since IS 'When it came into its state, a UTC instant.';
    COMMENT ON COLUMN {schema}.delivery_states.not_before IS
        'From when on it is sent or tried again, a UTC instant. NULL: it is not.';
    COMMENT ON COLUMN {schema}.delivery_states.attempts IS 'How often it was claimed, but for claims that were given back.';
    COMMENT ON COLUMN {schema}.delivery_states.due_at IS
        'Derived, for claims: from when on it can be claimed, a UTC instant. NULL: it can''t.';
    COMMENT ON COLUMN {schema}.delivery_states.fence IS
        'Token of the last claim: what comes with an older one is refused. 0: never claimed.';
    COMMENT ON COLUMN {schema}.delivery_states.leased_until IS
        'End of the lease of who has it in hand, a UTC instant. NULL: in nobody''s hands.';

    COMMENT ON TABLE {schema}.feeds IS
        'Feeds: how many events each has. The row is locked while one is added, so that numbers become visible in '
        'order.';
    COMMENT ON COLUMN {schema}.feeds.feed IS 'provider/ and the provider''s id, or marketplace.';
    COMMENT ON COLUMN {schema}.feeds.last IS 'Number of the last event.';

    COMMENT ON TABLE {schema}.feed_entries IS
        'The events of the feeds, in the order in which they were planned; digests read it (N3).';
    COMMENT ON COLUMN {schema}.feed_entries.feed IS 'The feed.';
    COMMENT ON COLUMN {schema}.feed_entries.no IS 'Number in the feed, from 1 without gaps.';
    COMMENT ON COLUMN {schema}.feed_entries.event_no IS 'Number of the event: events.no.';

    COMMENT ON TABLE {schema}.feed_readers IS
        'How far those who read feeds have come, such as relays to brokers.';
    COMMENT ON COLUMN {schema}.feed_readers.reader IS 'Name of the reader, the host''s.';
    COMMENT ON COLUMN {schema}.feed_readers.feed IS 'The feed.';
    COMMENT ON COLUMN {schema}.feed_readers.reached IS 'Number up to which the reader has come. 0: not begun.';
    COMMENT ON COLUMN {schema}.feed_readers.fence IS 'Token of the last claim: what comes with an older one is refused.';
    COMMENT ON COLUMN {schema}.feed_readers.leased_until IS
        'End of the lease of who has it in hand, a UTC instant. NULL: in nobody''s hands.';

    COMMENT ON TABLE {schema}.digest_marks IS
        'How far each clinician''s digests have come (N3). Across tenants: a digest is of one person.';
    COMMENT ON COLUMN {schema}.digest_marks.clinician IS 'Id of the clinician.';
    COMMENT ON COLUMN {schema}.digest_marks.version IS 'Counts the digests, those with nothing to say among them.';
    COMMENT ON COLUMN {schema}.digest_marks.seen IS
        'For each feed, the number up to which it was looked at; JSON. NULL: none.';
    COMMENT ON COLUMN {schema}.digest_marks.made_at IS 'When the last one was made, a UTC instant. NULL: never.';

    COMMENT ON SEQUENCE {schema}.reference_numbers IS 'Numbers for references; one that was handed out never comes back (S1).';
END
$$;
