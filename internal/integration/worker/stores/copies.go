package stores

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/sessional-go/sessional/internal/relational"
)

// CopyDelivery makes many copies of the first delivery in a state within the database: that takes seconds where a planner
// would take minutes. instead says which columns differ, as SQL in which i is the number of the copy and t the delivery;
// key has to. The schema is PostgreSQL's; blank stands for SQLite.
func CopyDelivery(
	ctx context.Context, db *sql.DB, schema, state string, many int, instead map[string]string,
) error {
	columns := append(relational.Deliveries.Names(), "event_no", "due_at")
	values := make([]string, len(columns))
	for n, column := range columns {
		values[n] = "t." + column
		if v, given := instead[column]; given {
			values[n] = v + " AS " + column
			if schema != "" && (strings.HasSuffix(column, "_at") || column == "not_before") {
				values[n] = "CAST(" + v + " AS timestamptz) AS " + column
			}
		}
	}
	names := strings.Join(columns, ", ")
	of := func(prefix string) string {
		return fmt.Sprintf("WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < %d), t AS MATERIALIZED"+
			" (SELECT * FROM %sdeliveries WHERE state = '%s' ORDER BY no LIMIT 1), x AS MATERIALIZED (SELECT %s FROM g, t)",
			many, prefix, state, strings.Join(values, ", "))
	}
	query := "INSERT INTO deliveries (" + names + ") " + of("") + " SELECT " + names + " FROM x" //nolint:gosec // of columns and tests
	if schema != "" {
		prefix := schema + "."
		query = of(prefix) + ", y AS MATERIALIZED (SELECT x.*, nextval('" + prefix + "planned_deliveries_no_seq') AS no FROM x)," +
			" p AS (INSERT INTO " + prefix + "planned_deliveries (provider, key, event, kind, channel, person, audience, session," +
			" planned_at, no, event_no) SELECT provider, key, event, kind, channel, person, audience, session, planned_at, no," +
			" event_no FROM y) INSERT INTO " + prefix + "delivery_states (no, channel, person, state, why, since, not_before," +
			" attempts, due_at, fence) SELECT no, channel, person, state, why, coalesce(settled_at, planned_at), not_before," +
			" attempts, due_at, CASE WHEN settled_at IS NULL THEN 0 ELSE 1 END FROM y"
	}
	if _, err := db.ExecContext(ctx, query); err != nil {
		return fmt.Errorf("copying a delivery: %w", err)
	}
	return nil
}
