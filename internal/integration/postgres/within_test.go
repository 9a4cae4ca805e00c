package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/session"
)

// host is a program with a table of its own beside the workflow's.
type host struct {
	*testing.T
	db          *sql.DB
	dsn, schema string
	st          *stage
	store       *postgres.Store
	// desk is on the store, outside of every transaction.
	desk *desk.Desk
	ids  int
}

func newHost(t *testing.T) *host {
	t.Helper()
	pool := fresh(t)
	h := &host{T: t, db: pool.db, dsn: pool.dsn, st: newStage(t)}
	h.store, h.schema = pool.named(t)
	h.desk = h.st.desk(t, h.store)
	h.exec(h.db, fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s.orders (id text PRIMARY KEY)", h.schema))
	t.Cleanup(func() { h.exec(h.db, fmt.Sprintf("DROP TABLE %s.orders", h.schema)) })
	return h
}

// migrates makes the host's schema.
func (h *host) migrates() {
	h.Helper()
	ok(h, postgres.Migrate(h.Context(), h.db, postgres.Options{Schema: h.schema}))
}

func (h *host) exec(db postgres.DB, statement string) {
	h.Helper()
	_, err := db.ExecContext(context.Background(), statement)
	ok(h, err)
}

// order is the host's own row.
func (h *host) order(db postgres.DB, id string) {
	h.Helper()
	h.exec(db, fmt.Sprintf("INSERT INTO %s.orders VALUES ('%s')", h.schema, id))
}

func (h *host) count(table string) int {
	h.Helper()
	var n int
	ok(h, h.db.QueryRowContext(h.Context(), fmt.Sprintf("SELECT count(*) FROM %s.%s", h.schema, table)).Scan(&n))
	return n
}

func (h *host) do(by session.Actor) session.Command {
	h.ids++
	return session.Do(session.CommandID(fmt.Sprintf("command-%03d", h.ids)), by)
}

func (h *host) begin(level sql.IsolationLevel) *sql.Tx {
	h.Helper()
	tx := must[*sql.Tx](h)(h.db.BeginTx(h.Context(), &sql.TxOptions{Isolation: level}))
	h.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

// in is a desk in a transaction.
func (h *host) in(tx postgres.DB, some ...func(*desk.Options)) *desk.Desk {
	h.Helper()
	return h.st.desk(h, h.store.In(tx), some...)
}

func (h *host) posts() session.Session {
	h.Helper()
	return must[session.Session](h)(h.desk.Post(h.Context(), shift(h.do(staffs("north")), 14)))
}

// renames changes what another command depends on.
func (h *host) renames(d *desk.Desk, s session.Session, place string) error {
	_, err := d.Change(h.Context(), changeOf(h.do(staffs("north")), s, &place))
	return err
}

func changeOf(head session.Command, s session.Session, place *string) rota.Change {
	return rota.Change{Command: head, Session: s.ID, Place: place}
}

// nosy is a store that lets something happen between a desk's first read and its commit.
type nosy struct {
	desk.Store
	meanwhile func()
}

func (n *nosy) Load(ctx context.Context, w desk.Want) (desk.Snapshot, error) {
	r, err := n.Store.Load(ctx, w)
	if do := n.meanwhile; do != nil {
		n.meanwhile = nil
		do()
	}
	return r, err
}

// What a desk does in the host's transaction is committed or rolled back with it: records, events, what is to be
// planned, and the outcome (P2, P3, N4).
func TestTheHostsOwnTransaction(t *testing.T) {
	for _, c := range []struct {
		name string
		// within runs something in a transaction of the host's, and keeps it or not.
		within func(h *host, keep bool, do func(tx postgres.DB))
	}{
		{"a Tx", func(h *host, keep bool, do func(postgres.DB)) {
			tx := h.begin(sql.LevelDefault)
			do(tx)
			if keep {
				ok(h, tx.Commit())
			} else {
				ok(h, tx.Rollback())
			}
		}},
		{"a Conn with BEGIN", func(h *host, keep bool, do func(postgres.DB)) {
			conn := must[*sql.Conn](h)(h.db.Conn(h.Context()))
			h.exec(conn, "BEGIN")
			do(conn)
			h.exec(conn, map[bool]string{true: "COMMIT", false: "ROLLBACK"}[keep])
			ok(h, conn.Close())
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t)
			post := shift(h.do(staffs("north")), 14)
			tables := []string{"orders", "sessions", "session_references", "events", "plans", "outcomes"}
			for _, keep := range []bool{false, true} {
				c.within(h, keep, func(tx postgres.DB) {
					h.order(tx, "one")
					s := must[session.Session](t)(h.in(tx).Post(t.Context(), post))
					if got := must[session.Session](t)(h.in(tx).Session(t.Context(), staffs("north"), s.ID)); got.Version != 1 {
						t.Errorf("the transaction sees version %d of what it posted", got.Version)
					}
					if _, err := h.desk.Session(t.Context(), staffs("north"), s.ID); err == nil {
						t.Error("others see it before it is committed")
					}
				})
				want := map[bool]int{true: 1, false: 0}[keep]
				for _, table := range tables {
					if n := h.count(table); n != want {
						t.Errorf("kept %v: %d rows in %s, want %d", keep, n, table, want)
					}
				}
			}
			again := must[session.Session](t)(h.desk.Post(t.Context(), post))
			if h.count("sessions") != 1 || again.Version != 1 {
				t.Error("P3: the command of the transaction was not known afterwards")
			}
		})
	}
}

// At READ COMMITTED a conflict is decided anew within the transaction, and the transaction goes on.
func TestAConflictWithinReadCommitted(t *testing.T) {
	h := newHost(t)
	s, other, ada := h.posts(), h.posts(), h.st.clinician("north", "ada", true)
	tx := h.begin(sql.LevelReadCommitted)
	h.order(tx, "one")
	tries := 0
	within := &nosy{h.store.In(tx), func() { ok(t, h.renames(h.desk, s, "Room 2")) }}
	d := h.st.desk(t, within, func(o *desk.Options) { o.Observe = func(seen desk.Observation) { tries = seen.Tries } })
	must[rota.Applied](t)(d.Apply(t.Context(), rota.Apply{Command: h.do(ada), Session: s.ID}))
	if tries != 2 {
		t.Errorf("it was decided %d times", tries)
	}
	t.Run("a desk that gives up leaves the transaction as it was", func(t *testing.T) {
		within := &nosy{h.store.In(tx), func() { ok(t, h.renames(h.desk, other, "Room 3")) }}
		d := h.st.desk(t, within, func(o *desk.Options) { o.Tries = 1 })
		var conflict *desk.ConflictError
		ben := h.st.clinician("north", "ben", true)
		_, err := d.Apply(t.Context(), rota.Apply{Command: h.do(ben), Session: other.ID})
		if !errors.As(err, &conflict) {
			t.Fatalf("%T %v, want a *desk.ConflictError", err, err)
		}
	})
	h.order(tx, "two")
	ok(t, tx.Commit())
	if h.count("orders") != 2 || h.count("applications") != 1 {
		t.Errorf("%d orders, %d applications", h.count("orders"), h.count("applications"))
	}
}

// At the stricter levels looking again doesn't help: the host is told to begin again, and that works.
func TestAConflictWithinAStricterTransaction(t *testing.T) {
	for _, level := range []sql.IsolationLevel{sql.LevelRepeatableRead, sql.LevelSerializable} {
		t.Run(level.String(), func(t *testing.T) {
			h := newHost(t)
			s, ada := h.posts(), h.st.clinician("north", "ada", true)
			apply := rota.Apply{Command: h.do(ada), Session: s.ID}
			interfere := func() { ok(t, h.renames(h.desk, s, "Room 2")) }
			var errs []error
			for range 2 {
				tx := h.begin(level)
				h.order(tx, "one")
				_, err := h.st.desk(t, &nosy{h.store.In(tx), interfere}).Apply(t.Context(), apply)
				if interfere = nil; err == nil {
					err = tx.Commit()
				} else {
					ok(t, tx.Rollback())
				}
				errs = append(errs, err)
			}
			if why(errs[0]) != desk.Restart {
				t.Errorf("the first time: %T %v, want desk.Restart", errs[0], errs[0])
			}
			ok(t, errs[1])
			if h.count("orders") != 1 || h.count("applications") != 1 {
				t.Errorf("%d orders, %d applications", h.count("orders"), h.count("applications"))
			}
		})
	}
}

// A command that another transaction has given but not committed is waited for; then it is repeated, also where the
// waiting transaction can't see it.
func TestTheSameCommandInTwoTransactions(t *testing.T) {
	for _, level := range []sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead} {
		t.Run(level.String(), func(t *testing.T) {
			h := newHost(t)
			post := shift(h.do(staffs("north")), 14)
			one, two := h.begin(level), h.begin(level)
			if n := 0; two.QueryRowContext(t.Context(), "SELECT 1").Scan(&n) != nil { // its snapshot is taken
				t.Fatal("no answer")
			}
			must[session.Session](t)(h.in(one).Post(t.Context(), post))
			second := make(chan error, 1)
			go func() {
				_, err := h.in(two).Post(t.Context(), post)
				second <- err
			}()
			time.Sleep(50 * time.Millisecond)
			ok(t, one.Commit())
			err := <-second
			if want := map[bool]desk.Unable{true: desk.Restart}[level == sql.LevelRepeatableRead]; why(err) != want {
				t.Errorf("the second one: %T %v, want %q", err, err, want)
			}
			ok(t, two.Rollback())
			if n := h.count("sessions"); n != 1 {
				t.Errorf("P3: %d sessions of one command", n)
			}
		})
	}
}

// Two transactions that wait for each other: the server ends one, which is told to begin again; the other one goes on.
func TestADeadlockOfTwoHosts(t *testing.T) {
	h := newHost(t)
	a, b := h.posts(), h.posts()
	one, two := h.begin(sql.LevelDefault), h.begin(sql.LevelDefault)
	ok(t, h.renames(h.in(one), a, "of one"))
	ok(t, h.renames(h.in(two), b, "of two"))
	began := time.Now()
	first := make(chan error, 1)
	waits, deskOne := h.do(staffs("north")), h.in(one)
	go func() {
		place := "of one"
		_, err := deskOne.Change(t.Context(), rota.Change{Command: waits, Session: b.ID, Place: &place})
		if err != nil {
			err = errors.Join(err, one.Rollback())
		}
		first <- err
	}()
	time.Sleep(100 * time.Millisecond)
	err := h.renames(h.in(two), a, "of two")
	if err != nil {
		ok(t, two.Rollback())
	}
	errs := []error{<-first, err}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	lost := 0
	for _, err := range errs {
		if err != nil {
			lost++
			if why(err) != desk.Restart {
				t.Errorf("%T %v, want desk.Restart", err, err)
			}
		}
	}
	if lost != 1 {
		t.Errorf("of two that wait for each other %d lost: %v", lost, errs)
	}
}

// A transaction that the host has ended, or broken, says so.
func TestATransactionThatHasEnded(t *testing.T) {
	h := newHost(t)
	post := shift(h.do(staffs("north")), 14)
	over := h.begin(sql.LevelDefault)
	ok(t, over.Rollback())
	broken := h.begin(sql.LevelDefault)
	if _, err := broken.ExecContext(t.Context(), "SELECT 1/0"); err == nil {
		t.Fatal("nothing broke")
	}
	for name, tx := range map[string]*sql.Tx{"over": over, "broken": broken} {
		if _, err := h.in(tx).Post(t.Context(), post); why(err) != desk.Restart {
			t.Errorf("%s: %T %v, want desk.Restart", name, err, err)
		}
		if _, err := h.store.In(tx).Claim(t.Context(), notify.ClaimRequest{
			Now: h.st.clock(), Lease: time.Minute, Limit: 1,
		}); why(err) != desk.Restart {
			t.Errorf("%s: claim: %T %v, want desk.Restart", name, err, err)
		}
	}
}
