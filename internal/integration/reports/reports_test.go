package reports_test

import (
	"database/sql"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// statement is a piece of SQL of a document, and the heading that it stands under.
type statement struct{ heading, text string }

var headingOrSQL = regexp.MustCompile("(?m)^#+ (.+)$|(?s:^```sql\n(.*?)^```)")

// document is a page of the documentation.
func document(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile("../../../docs/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// statements takes the SQL out of a document.
func statements(tb testing.TB, name string) []statement {
	tb.Helper()
	var all []statement
	heading := ""
	for _, m := range headingOrSQL.FindAllStringSubmatch(document(tb, name), -1) {
		if m[1] != "" {
			heading = m[1]
			continue
		}
		all = append(all, statement{heading, m[2]})
	}
	return all
}

// rows runs a query and returns what it finds as text, columns' names first; NULL is "-".
func rows(tb testing.TB, db *sql.DB, query string) []string {
	tb.Helper()
	found, err := db.QueryContext(tb.Context(), query)
	if err != nil {
		tb.Fatalf("%v, at:\n%s", err, query)
	}
	defer func() { _ = found.Close() }() // what matters is Err
	names, err := found.Columns()
	if err != nil {
		tb.Fatal(err)
	}
	lines := []string{strings.Join(names, " ")}
	for found.Next() {
		cells, into := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := found.Scan(into...); err != nil {
			tb.Fatal(err)
		}
		words := make([]string, len(cells))
		for i, c := range cells {
			if words[i] = strings.TrimSuffix(c.String, "T00:00:00Z"); !c.Valid {
				words[i] = "-"
			}
		}
		lines = append(lines, strings.Join(words, " "))
	}
	if err := found.Err(); err != nil {
		tb.Fatal(err)
	}
	return lines
}

// wanted are the reports' figures of the story's July.
var wanted = map[string][]string{
	"Fill rate and lead time by practice and month": {
		"provider practice month posted filled open unfilled withdrawn fill_rate lead_days hours_to_fill",
		"north leeds 2026-07-01 5 2 0 1 2 66.7 17.9 24.0",
		"north leeds 2026-08-01 1 0 1 0 0 0.0 31.9 -",
		"north york 2026-07-01 1 1 0 0 0 100.0 12.9 288.0",
		"south bath 2026-07-01 2 0 0 0 2 - 13.9 -",
		"south bath 2026-08-01 1 1 0 0 0 100.0 29.6 0.0",
	},
	"Withdrawals at short notice and fees by provider and month": {
		"provider month currency by_client at_short_notice fee_rights fees_agreed agreed in_negotiation clinicians_late",
		"north 2026-07-01 GBP 1 1 1 1 120.50 0 1",
		"south 2026-07-01 GBP 2 1 1 0 0.00 1 0",
	},
	"Hours and pay by clinician and month": {
		"provider clinician month currency sessions hours earned paid outstanding",
		"north ada 2026-07-01 GBP 1 9.00 630.00 630.00 0.00",
		"north ben 2026-07-01 GBP 1 8.50 595.00 0.00 595.00",
		"south cyd 2026-08-01 GBP 1 8.00 560.00 0.00 560.00",
	},
	"Notifications by outcome": {
		"kind channel delivered waiting unknown given_up stale suppressed why",
		"allocated email 3 0 0 0 0 1 no_address",
		"application_received email 0 0 0 0 8 0 -",
		"booking_confirmed android 0 0 0 0 0 4 no_device",
		"booking_confirmed email 3 0 0 0 0 1 no_address",
		"booking_confirmed iphone 0 0 0 0 0 4 no_device",
		"booking_withdrawn android 0 0 0 0 0 3 no_device",
		"booking_withdrawn email 3 0 0 0 0 0 -",
		"booking_withdrawn iphone 0 0 0 0 0 3 no_device",
		"call_due email 0 0 0 0 0 1 no_address",
		"case_actioned email 4 0 0 0 0 0 -",
		"case_opened email 0 0 2 0 0 0 -",
		"clinician_cancelled android 0 0 0 0 0 2 no_device",
		"clinician_cancelled email 2 0 0 0 0 0 -",
		"clinician_cancelled iphone 0 0 0 0 0 2 no_device",
		"fee_agreed email 2 0 0 0 0 0 -",
		"fee_claimable email 2 0 0 0 0 0 -",
		"fee_countered email 1 0 0 0 0 0 -",
		"fee_disputed email 4 0 0 0 0 0 -",
		"fee_proposed email 0 0 0 4 0 0 -",
		"hours_approved email 2 0 0 0 0 1 no_address",
		"hours_stated email 0 6 0 0 0 0 -",
		"invoice_paid android 0 0 0 0 0 1 no_device",
		"invoice_paid email 0 1 0 0 0 0 -",
		"invoice_paid iphone 0 0 0 0 0 1 no_device",
		// Both come after the hours of the same people, which are still to be tried again (N5).
		"invoice_sent email 0 2 0 0 0 0 -",
		// Ben has no address: the practice waits behind the same hours, support was told (N2).
		"unreachable android 0 0 0 0 0 2 no_device",
		"unreachable email 1 1 0 0 0 0 -",
		"unreachable iphone 0 0 0 0 0 2 no_device",
	},
}

// The reports of docs/reports.md are run as they stand there.
func TestReportsOfTheDocumentsTellTheStory(t *testing.T) {
	store, db := open(t)
	s := newStory(t, store)
	s.july()
	s.tells()
	told := 0
	for _, report := range statements(t, "reports.md") {
		want, known := wanted[report.heading]
		if !known {
			t.Errorf("nobody knows what %q should say", report.heading)
			continue
		}
		told++
		if diff := cmp.Diff(want, rows(t, db, report.text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", report.heading, diff)
		}
	}
	if told != len(wanted) {
		t.Errorf("%d reports in the document, %d expected", told, len(wanted))
	}
}
