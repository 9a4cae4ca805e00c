// Package reports tests what docs/reports.md and docs/operating.md tell a host's operator: the reports in plain SQL, what
// may be purged, and how the tables grow. It takes the queries out of the documents and runs them on a real PostgreSQL.
package reports
