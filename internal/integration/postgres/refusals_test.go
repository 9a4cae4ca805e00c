package postgres_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/postgres"
	"github.com/sessional-go/sessional/session"
)

// What the server refuses has a name, changes nothing, and is over when its cause is.
func TestWhatTheServerRefuses(t *testing.T) {
	for _, c := range []struct {
		name, setting string
		// prepare brings it about, and returns what ends it.
		prepare func(h *host) func()
		want    desk.Unable
	}{
		{"a read-only database", "default_transaction_read_only=on", nil, desk.ReadOnly},
		{"others hold what is wanted, a lock time-out", "lock_timeout=100", locked, desk.Busy},
		{"others hold what is wanted, a statement time-out", "statement_timeout=100", locked, desk.Busy},
		// A disk that is full can't be had without filling somebody's: a trigger answers what the server then answers.
		{"a full disk, simulated", "", raising("53100"), desk.Full},
		{"too little memory, simulated", "", raising("53200"), desk.Unavailable},
		{"a serialization failure, simulated", "", raising("40001"), "*desk.ConflictError"},
		{"a deadlock, simulated", "", raising("40P01"), "*desk.ConflictError"},
		{"something else, simulated", "", raising("XX000"), desk.Failed},
	} {
		for _, d := range []driverOf{pgx, libpq} {
			t.Run(c.name+", "+d.name, func(t *testing.T) {
				h := newHost(t)
				s := h.posts()
				db := d.open(t, h.dsn+" "+c.setting)
				far := h.st.desk(t, on(t, db, h.schema), func(o *desk.Options) { o.Tries = 2 })
				end := func() {}
				if c.prepare != nil {
					end = c.prepare(h)
				}
				began := time.Now()
				command := h.do(staffs("north"))
				draft := shift(command, 15)
				_, err := far.Post(t.Context(), draft)
				if c.prepare != nil && c.want == desk.Busy {
					place := "elsewhere"
					_, err = far.Change(t.Context(), changeOf(h.do(staffs("north")), s, &place))
				}
				if why(err) != c.want {
					t.Errorf("%T %v, want %s", err, err, c.want)
				}
				if took := time.Since(began); took > allowance {
					t.Errorf("it took %s", took)
				}
				end()
				// The same pool, or where it is the setting that refuses the usual one, can go on.
				if c.want == desk.ReadOnly {
					far = h.desk
				}
				must[session.Session](t)(far.Post(t.Context(), draft))
				if n := h.count("sessions"); n != 2 {
					t.Errorf("%d sessions", n)
				}
			})
		}
	}
}

// locked locks all sessions in another transaction.
func locked(h *host) func() {
	tx := h.begin(sql.LevelDefault)
	h.exec(tx, fmt.Sprintf("SELECT 1 FROM %s.sessions FOR UPDATE", h.schema))
	return func() { ok(h, tx.Rollback()) }
}

// raising lets the last table that a commit writes answer with an error.
func raising(code string) func(h *host) func() {
	return func(h *host) func() {
		h.exec(h.db, fmt.Sprintf(`CREATE FUNCTION %s.refuse() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN RAISE EXCEPTION 'simulated' USING ERRCODE = '%s'; END $$`, h.schema, code))
		h.exec(h.db, fmt.Sprintf("CREATE TRIGGER refuses BEFORE INSERT ON %s.plans EXECUTE FUNCTION %s.refuse()", h.schema, h.schema))
		return func() { h.exec(h.db, fmt.Sprintf("DROP FUNCTION %s.refuse() CASCADE", h.schema)) }
	}
}

// A standby can be read, and takes no commands.
func TestAStandby(t *testing.T) {
	p := server.Start(t, server.Config{Major: usual})
	standby := p.Standby(t)
	database := p.NewDatabase(t)
	pool := schemas{db: pgx.open(t, p.DSN(database))}
	ok(t, postgres.Migrate(t.Context(), pool.db, postgres.Options{}))
	st := newStage(t)
	post := shift(session.Do("post", staffs("north")), 14)
	s := must[session.Session](t)(st.desk(t, on(t, pool.db, "")).Post(t.Context(), post))
	db := pgx.open(t, standby.DSN(database))
	store := on(t, db, "")
	far := st.desk(t, store)
	var got session.Session
	for range 250 { // a commit that is acknowledged is written there, and shown a moment later
		var err error
		if got, err = far.Session(t.Context(), staffs("north"), s.ID); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if got.Version != 1 {
		t.Errorf("the standby has version %d", got.Version)
	}
	post.Command = session.Do("another", staffs("north"))
	if _, err := far.Post(t.Context(), post); why(err) != desk.ReadOnly {
		t.Errorf("a command: %T %v, want desk.ReadOnly", err, err)
	}
	if _, err := store.ClaimPlans(t.Context(), st.clock(), time.Minute, 1); why(err) != desk.ReadOnly {
		t.Errorf("a claim of plans: %T %v, want desk.ReadOnly", err, err)
	}
	_, err := store.Claim(t.Context(), notify.ClaimRequest{Now: st.clock(), Lease: time.Minute, Limit: 1})
	if why(err) != desk.ReadOnly {
		t.Errorf("a claim: %T %v, want desk.ReadOnly", err, err)
	}
}
