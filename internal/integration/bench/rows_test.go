package bench

import "database/sql"

// The rows that a hand-written acceptance reads, as their columns stand in internal/relational. Instants are left as the
// driver brings them: a time from PostgreSQL, text from SQLite.

type applicationRow struct {
	provider, id      string
	version           int64
	session, practice string
	clinician, person string
	round             int64
	state             string
	appliedAt         any
	reason            sql.NullString
}

func (a *applicationRow) into() []any {
	return []any{
		&a.provider, &a.id, &a.version, &a.session, &a.practice, &a.clinician, &a.person, &a.round, &a.state,
		&a.appliedAt, &a.reason,
	}
}

type sessionRow struct {
	provider, id                      string
	version                           int64
	reference, practice, state, role  string
	startsAt, endsAt                  any
	breakMinutes                      int64
	rateAmount, rateCurrency, ratePer string
	place, instructions               sql.NullString
	channel, choosing                 string
	engagementStartsAt                any
	round                             int64
	booking, supportCase, replaces    sql.NullString
	openedAt, createdAt               any
	worthPence                        int64
}

func (s *sessionRow) into() []any {
	return []any{
		&s.provider, &s.id, &s.version, &s.reference, &s.practice, &s.state, &s.role, &s.startsAt, &s.endsAt,
		&s.breakMinutes, &s.rateAmount, &s.rateCurrency, &s.ratePer, &s.place, &s.instructions, &s.channel, &s.choosing,
		&s.engagementStartsAt, &s.round, &s.booking, &s.supportCase, &s.replaces, &s.openedAt, &s.createdAt, &s.worthPence,
	}
}

type entryRow struct {
	clinician, booking, session, reference, provider       string
	startsAt, endsAt, alsoStartsAt, alsoEndsAt, holdsUntil any
}

func (e *entryRow) into() []any {
	return []any{
		&e.clinician, &e.booking, &e.session, &e.reference, &e.provider, &e.startsAt, &e.endsAt, &e.alsoStartsAt,
		&e.alsoEndsAt, &e.holdsUntil,
	}
}
