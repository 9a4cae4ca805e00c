package postgres

import (
	"strconv"

	"github.com/sessional-go/sessional/internal/relational"
)

// dialect is PostgreSQL's, of tables in a schema. Every parameter says its type and is sent as text or a number, so that
// nothing depends on what a driver or a pooler has prepared.
type dialect string

// Table is the table in its schema: a pooler forgets a search path.
func (d dialect) Table(name string) string { return string(d) + name }

// Param is a numbered parameter with its type. An instant is asked for as if it came from elsewhere: PostgreSQL then
// guesses the same whichever it is, and keeps its plan. Told the value, it would plan each page anew, which takes longer
// than to read one, and find the same plan.
func (d dialect) Param(n int, k relational.Kind) string {
	p := "$" + strconv.Itoa(n)
	switch k {
	case relational.Int:
		return p + "::bigint"
	case relational.Bool:
		return p + "::boolean"
	case relational.Instant:
		return "(SELECT " + p + "::text::timestamptz)"
	case relational.Day:
		return p + "::text::date"
	case relational.Amount:
		return p + "::text::numeric"
	case relational.JSON:
		return p + "::text::jsonb"
	case relational.Text:
	}
	return p + "::text"
}

// Members unpacks a JSON list, by way of an array: PostgreSQL expects ten members of any array and a hundred of any JSON
// list, for which it would rather walk through a whole table than use its index.
func (d dialect) Members(n int) string {
	return "SELECT unnest(ARRAY(SELECT jsonb_array_elements_text($" + strconv.Itoa(n) + "::text::jsonb)))"
}

// Lateral holds.
func (d dialect) Lateral() bool { return true }

// Moment is the statement's snapshot.
func (d dialect) Moment() string { return "pg_current_snapshot()::text" }

// Late compares with an earlier snapshot. What lies ahead of this very database's transactions was restored from
// another one's dump: it is not late. Nor is what the transaction that asks has written itself.
func (d dialect) Late(n int) string {
	return "(NOT pg_visible_in_snapshot(t.tx, $" + strconv.Itoa(n) + "::text::pg_snapshot)" +
		" AND t.tx < pg_snapshot_xmax(pg_current_snapshot()) AND t.tx IS DISTINCT FROM pg_current_xact_id_if_assigned())"
}
