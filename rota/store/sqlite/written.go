package sqlite

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sessional-go/sessional/internal/relational"
	"github.com/sessional-go/sessional/session"
)

// written is a table with the statements that write its rows; their parameters are a row's values, in its order.
type written struct {
	table *relational.Table
	// insert makes a row; one that is there breaks its key. update changes the row that has the version before.
	insert, update string
}

func of(t *relational.Table) written {
	var set, where, params []string
	for i, c := range t.Columns {
		param := "?" + strconv.Itoa(i+1)
		params = append(params, param)
		switch {
		case c.Key:
			where = append(where, c.Name+" = "+param)
		case c.Name == "version":
			where = append(where, "version = "+param+" - 1")
			fallthrough
		default:
			set = append(set, c.Name+" = "+param)
		}
	}
	return written{
		table:  t,
		insert: "INSERT INTO " + t.Name + " (" + strings.Join(t.Names(), ", ") + ") VALUES (" + strings.Join(params, ", ") + ")",
		update: "UPDATE " + t.Name + " SET " + strings.Join(set, ", ") + " WHERE " + strings.Join(where, " AND "),
	}
}

// The tables that commits write.
var (
	outcomeTable     = of(relational.Outcomes)
	sessionTable     = of(relational.Sessions)
	applicationTable = of(relational.Applications)
	bookingTable     = of(relational.Bookings)
	diaryTable       = of(relational.Diaries)
	entryTable       = of(relational.Entries)
	caseTable        = of(relational.Cases)
	feeTable         = of(relational.Fees)
	hoursTable       = of(relational.Hours)
	invoiceTable     = of(relational.Invoices)
	messageTable     = of(relational.Messages)
	policyTable      = of(relational.Policies)
	settingsTable    = of(relational.Settings)
	textTable        = of(relational.Texts)
	eventTable       = of(relational.Events)
	markTable        = of(relational.Marks)
)

// Statements that are more than a row put into its table.
var (
	// insertOutcome is the first statement of a commit: it takes the lock, and a command that was committed before
	// inserts nothing (P3).
	insertOutcome = outcomeTable.insert + " ON CONFLICT DO NOTHING"
	// insertPolicy takes a version only as the next one.
	insertPolicy = asked(policyTable, named(policyTable,
		"WHERE {version} = 1 + coalesce((SELECT max(p.version) FROM policies p WHERE p.provider = {provider}), 0)"))
	keepReference = "INSERT INTO session_references (reference, provider, session) VALUES (?1, ?2, ?3)"
	dropEntry     = "DELETE FROM diary_entries WHERE clinician = ?1 AND booking = ?2"
	// keepEntry takes an entry, or its change, only where nothing else of the diary overlaps it (A7). What isn't there
	// of the two spans is NULL and overlaps nothing.
	keepEntry = asked(entryTable, named(entryTable, `WHERE NOT EXISTS (SELECT 1 FROM diary_entries t
		WHERE t.clinician = {clinician} AND t.booking <> {booking}
		AND t.holds_until > min({starts_at}, coalesce({also_starts_at}, {starts_at}))
		AND ((t.starts_at < {ends_at} AND {starts_at} < t.ends_at)
		OR (t.starts_at < {also_ends_at} AND {also_starts_at} < t.ends_at)
		OR (t.also_starts_at < {ends_at} AND {starts_at} < t.also_ends_at)
		OR (t.also_starts_at < {also_ends_at} AND {also_starts_at} < t.also_ends_at)))
		ON CONFLICT (clinician, booking) DO UPDATE SET session = excluded.session, reference = excluded.reference,
		provider = excluded.provider, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
		also_starts_at = excluded.also_starts_at, also_ends_at = excluded.also_ends_at,
		holds_until = excluded.holds_until`))
	// planEvents queues the events that the same transaction has inserted: nobody else could meanwhile.
	planEvents = "INSERT INTO plans (event_no) SELECT no FROM events ORDER BY no DESC LIMIT +?1"
)

// asked is an insert of a row on a condition.
func asked(t written, condition string) string {
	head, params, _ := strings.Cut(t.insert, " VALUES ")
	return head + " SELECT " + strings.Trim(params, "()") + " " + condition
}

// named puts the parameters of a row into a text that names them {column}.
func named(t written, text string) string {
	for i, name := range t.table.Names() {
		text = strings.ReplaceAll(text, "{"+name+"}", "?"+strconv.Itoa(i+1))
	}
	return strings.Join(strings.Fields(text), " ")
}

// versionOf asks whether a subject has a version; what isn't there has version 0. Parameters: its provider, where it is a
// tenant's, its id, and the version. Nothing has a kind that nobody knows.
func versionOf(kind session.SubjectKind) (question string, tenant bool) {
	t, id, known := relational.Subjects(kind)
	if !known {
		return "(? IS NULL AND ? IS NULL)", false
	}
	version, where := "version", ""
	if kind == session.KindPolicy {
		version = "max(version)"
	} else if tenant = slices.Contains(t.Keys(), "provider"); tenant {
		where = "provider = ? AND "
	}
	return "coalesce((SELECT " + version + " FROM " + t.Name + " WHERE " + where + id + " = ?), 0) = ?", tenant
}
