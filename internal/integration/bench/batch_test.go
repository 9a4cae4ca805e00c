package bench

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sessional-go/sessional/internal/relational"
)

// byBatch is the strongest opponent: the same statements by pgx's own interface in two trips, one that begins the
// transaction and reads, one that writes and commits. What the first trip doesn't know yet, the statements look up.
type byBatch struct {
	byHand
	application, session, diary, entries, policies string
}

func newByBatch(h byHand, table func(string) string) byBatch {
	read := func(t *relational.Table, where string) string {
		return fmt.Sprintf("SELECT %s FROM %s t %s", columnsOf(t), table(t.Name), where)
	}
	ofIt := fmt.Sprintf(", %s a WHERE a.id = $1 AND ", table(relational.Applications.Name))
	return byBatch{
		byHand:      h,
		application: read(relational.Applications, "WHERE t.id = $1 FOR UPDATE"),
		session:     read(relational.Sessions, ofIt+"t.provider = a.provider AND t.id = a.session FOR UPDATE OF t"),
		diary:       read(relational.Diaries, ofIt+"t.clinician = a.clinician FOR UPDATE OF t"),
		entries: read(relational.Entries, fmt.Sprintf(", %s a, %s s WHERE a.id = $1 AND s.provider = a.provider"+
			" AND s.id = a.session AND t.clinician = a.clinician AND t.holds_until > s.starts_at AND t.starts_at < s.ends_at",
			table(relational.Applications.Name), table(relational.Sessions.Name))),
		policies: fmt.Sprintf("SELECT t.digest FROM %s t%st.provider = a.provider ORDER BY t.version",
			table(relational.Policies.Name), ofIt),
	}
}

func columnsOf(t *relational.Table) string {
	text := ""
	for i, name := range t.Names() {
		if i > 0 {
			text += ", "
		}
		text += "t." + name
	}
	return text
}

// accept takes two trips.
func (h byBatch) accept(ctx context.Context, pool *pgxpool.Pool, w written) error {
	w, err := w.encoded()
	if err != nil {
		return err
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if err := h.first(ctx, conn.Conn(), w); err != nil {
		return err
	}
	var second pgx.Batch
	second.Queue(h.outcome, w.outcome...)
	for _, step := range []struct {
		query string
		args  []any
	}{
		{h.fill, w.fill}, {h.accepted, w.accepted}, {h.book, w.book}, {h.diaryNext, w.diaryNext}, {h.entry, w.entry},
		{h.told, w.events},
	} {
		second.Queue(step.query, step.args...)
	}
	second.Queue("COMMIT")
	return conn.SendBatch(ctx, &second).Close()
}

// first begins the transaction, reads what the decision depends on, and locks what is going to be written.
func (h byBatch) first(ctx context.Context, conn *pgx.Conn, w written) error {
	var batch pgx.Batch
	id := string(w.application)
	batch.Queue("BEGIN")
	var a applicationRow
	batch.Queue(h.application, id).QueryRow(func(row pgx.Row) error { return row.Scan(a.into()...) })
	var s sessionRow
	batch.Queue(h.session, id).QueryRow(func(row pgx.Row) error { return row.Scan(s.into()...) })
	var clinician string
	var version int64
	batch.Queue(h.diary, id).QueryRow(func(row pgx.Row) error { return row.Scan(&clinician, &version) })
	var entries []entryRow
	batch.Queue(h.entries, id).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var e entryRow
			if err := rows.Scan(e.into()...); err != nil {
				return err
			}
			entries = append(entries, e)
		}
		return rows.Err()
	})
	var policies []string
	batch.Queue(h.policies, id).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var digest string
			if err := rows.Scan(&digest); err != nil {
				return err
			}
			policies = append(policies, digest)
		}
		return rows.Err()
	})
	return conn.SendBatch(ctx, &batch).Close()
}
