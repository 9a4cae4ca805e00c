package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/internal/integration/proxy"
	"github.com/sessional-go/sessional/internal/integration/server"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// allowance is how long after its deadline a command may answer: a commit that is under way is waited for, and then its
// outcome is looked for.
const allowance = 4 * time.Second

// patient is a host behind a network that can fail.
type patient struct {
	*host
	net *proxy.Proxy
	// far is a desk through that network, db its pool.
	far *desk.Desk
	db  *sql.DB
}

func newPatient(t *testing.T, d driverOf) *patient {
	t.Helper()
	p := server.Shared(t, usual)
	if p.Addr() == "" {
		t.Skip("the server is not one of ours: no network to it can be broken")
	}
	database := p.NewDatabase(t)
	pool := schemas{db: pgx.open(t, p.DSN(database))}
	h := &host{T: t, db: pool.db, st: newStage(t)}
	h.store, h.schema = pool.named(t)
	h.desk = h.st.desk(t, h.store)
	net := proxy.Start(t, p.Addr())
	db := d.open(t, server.DSN(net.Addr(), database))
	db.SetMaxOpenConns(2)
	return &patient{h, net, h.st.desk(t, on(t, db, h.schema)), db}
}

// recovers asks that the pool is usable.
func (p *patient) recovers(when string) {
	p.Helper()
	ctx, stop := context.WithTimeout(p.Context(), 10*time.Second)
	defer stop()
	for range 3 {
		if _, err := p.far.Post(ctx, shift(p.do(staffs("north")), 14)); err != nil {
			p.Errorf("%s: %T %v", when, err, err)
		}
	}
}

// A server that hangs: a deadline brings a typed error in time, and when the server answers again the pool is usable.
//
// Not with lib/pq: on a connection that hangs it asks the server to cancel and then waits for the answer, whatever the
// context says. The package's documentation warns of it.
func TestAServerThatHangs(t *testing.T) {
	for _, d := range []driverOf{pgx, pgxExec} {
		t.Run(d.name, func(t *testing.T) {
			p := newPatient(t, d)
			p.recovers("at first")
			p.net.Stall()
			ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer stop()
			began := time.Now()
			_, err := p.far.Post(ctx, shift(p.do(staffs("north")), 14))
			if why(err) != desk.Interrupted && why(err) != desk.Unavailable {
				t.Errorf("%T %v", err, err)
			}
			if took := time.Since(began) - 300*time.Millisecond; took > allowance {
				t.Errorf("it answered %s after the deadline", took)
			}
			p.net.Resume()
			p.recovers("after it hung")
		})
	}
}

// A server that hangs from the commit on: what became of it is found out by giving the command again, and it is done
// once (P3).
func TestACommitWithoutAnAnswer(t *testing.T) {
	for name, lose := range map[string]func(p *patient){
		"the reply is lost":         func(p *patient) { time.Sleep(100 * time.Millisecond); p.net.Cut(); p.net.Resume() },
		"the reply never comes":     func(*patient) {},
		"the commit is cut in half": nil,
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t, pgx)
			s, ada := p.posts(), p.st.clinician("north", "ada", true)
			must[session.Session](t)(p.far.Session(t.Context(), staffs("north"), s.ID)) // what is prepared is prepared
			store := on(t, p.db, p.schema)
			far := p.st.desk(t, &nosy{store, func() {
				if lose == nil {
					p.net.CutAfter(700)
					return
				}
				// The answer is held back, the commit is not.
				p.net.Delay(0, time.Minute)
				go lose(p)
			}})
			ctx, stop := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer stop()
			began := time.Now()
			command := rota.Apply{Command: p.do(ada), Session: s.ID}
			_, err := far.Apply(ctx, command)
			if took := time.Since(began); took > 500*time.Millisecond+allowance {
				t.Errorf("it took %s", took)
			}
			if got := why(err); err != nil && got != desk.Interrupted && got != desk.Unavailable {
				t.Errorf("%T %v", err, err)
			}
			p.net.Delay(0, 0)
			p.net.Cut()
			first := must[rota.Applied](t)(p.far.Apply(t.Context(), command))
			if first.Application.Version != 1 || p.count("applications") != 1 || p.count("outcomes") != 2 {
				t.Errorf("version %d, %d applications, %d outcomes", first.Application.Version, p.count("applications"), p.count("outcomes"))
			}
			p.recovers("afterwards")
		})
	}
}

// A connection that breaks while it is idle, or whose server process is killed amid a commit: the command is answered,
// or can be given again.
func TestAKilledBackend(t *testing.T) {
	h := newHost(t)
	s := h.posts()
	for n := range 10 {
		who := h.st.clinician("north", session.ClinicianID(fmt.Sprintf("killed-%d", n)), true)
		lock := h.begin(sql.LevelDefault)
		h.exec(lock, fmt.Sprintf("SELECT 1 FROM %s.sessions FOR UPDATE", h.schema)) // the commit has to wait here
		command := rota.Apply{Command: h.do(who), Session: s.ID}
		done := make(chan error, 1)
		go func() {
			_, err := h.desk.Apply(t.Context(), command)
			done <- err
		}()
		killed := 0
		for tries := 0; killed == 0 && tries < 200; tries++ {
			time.Sleep(5 * time.Millisecond)
			killed = one[int](t, h.db, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		}
		ok(t, lock.Rollback())
		if killed == 0 {
			t.Fatal("nobody waited: nothing was killed")
		}
		if err := <-done; err != nil && why(err) != desk.Unavailable {
			t.Errorf("%T %v, want desk.Unavailable", err, err)
		}
		must[rota.Applied](t)(h.desk.Apply(t.Context(), command))
		if got := h.count("applications"); got != n+1 {
			t.Errorf("%d applications, want %d", got, n+1)
		}
	}
}

// Contexts that end at whatever moment: the command is done or not, never half, and one with a fresh context finds out.
func TestContextsThatEndAtEveryStage(t *testing.T) {
	for _, d := range []driverOf{pgx, libpqBin} {
		t.Run(d.name, func(t *testing.T) {
			p := newPatient(t, d)
			p.net.Delay(time.Millisecond, time.Millisecond)
			p.recovers("at first")
			before := p.count("sessions")
			cut := 0
			for n := range 40 {
				command := shift(p.do(staffs("north")), 14)
				ctx, stop := context.WithTimeout(t.Context(), time.Duration(n)*300*time.Microsecond)
				if _, err := p.far.Post(ctx, command); err != nil {
					// Where it is the directory that is asked just then, the error is the directory's.
					var unable *desk.StoreError
					if cut++; !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &unable) && unable.Why != desk.Interrupted {
						t.Errorf("after %d × 0.3 ms: %T %v, want desk.Interrupted", n, err, err)
					}
				}
				stop()
				must[session.Session](t)(p.far.Post(t.Context(), command))
				if got := p.count("sessions"); got != before+n+1 {
					t.Fatalf("P3: %d sessions, want %d", got, before+n+1)
				}
			}
			if cut < 5 {
				t.Errorf("only %d of 40 were cut short", cut)
			}
		})
	}
}

// More connections than the server has: a typed error for some, and all is well when there are fewer.
func TestTooManyConnections(t *testing.T) {
	p := server.Start(t, server.Config{Major: usual, Settings: map[string]string{
		"max_connections": "8", "superuser_reserved_connections": "0", "max_wal_senders": "0",
	}})
	dsn := p.DSN(p.NewDatabase(t))
	for _, d := range []driverOf{pgx, libpq} {
		t.Run(d.name, func(t *testing.T) {
			pool := schemas{db: d.open(t, dsn)}
			pool.db.SetMaxOpenConns(1)
			h := &host{T: t, db: pool.db, st: newStage(t)}
			h.schema = "crowded_" + d.registered
			pool.db.SetMaxIdleConns(0)
			h.migrates()
			many := d.open(t, dsn)
			many.SetMaxIdleConns(0)
			far := h.st.desk(t, on(t, many, h.schema))
			held := make([]*sql.Conn, 0, 8)
			for range 8 {
				if conn, err := many.Conn(t.Context()); err == nil {
					held = append(held, conn)
				}
			}
			command := shift(h.do(staffs("north")), 14)
			if _, err := far.Post(t.Context(), command); why(err) != desk.Unavailable {
				t.Errorf("with %d connections in other hands: %T %v, want desk.Unavailable", len(held), err, err)
			}
			for _, conn := range held {
				ok(t, conn.Close())
			}
			var err error
			for range 50 { // the server takes a moment to notice
				if _, err = far.Post(t.Context(), command); err == nil {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			ok(t, err)
		})
	}
}

// At SERIALIZABLE as the database's own level the desk decides anew what the server gives up.
func TestSerializableByDefault(t *testing.T) {
	h := newHost(t)
	st := h.st
	pool := h.db
	var all sync.WaitGroup
	sessions := make([]session.Session, 3)
	for i := range sessions {
		sessions[i] = h.posts()
	}
	h.exec(pool, "ALTER DATABASE "+one[string](t, pool, "SELECT quote_ident(current_database())")+" SET default_transaction_isolation = serializable")
	strict := pgx.open(t, h.dsn)
	if got := one[string](t, strict, "SHOW transaction_isolation"); got != "serializable" {
		t.Fatal(got)
	}
	tries := make(chan int, 100)
	d := st.desk(t, on(t, strict, h.schema), func(o *desk.Options) {
		o.Observe = func(seen desk.Observation) { tries <- seen.Tries }
		o.Tries = 50
	})
	for n := range 12 {
		who := st.clinician("north", session.ClinicianID(fmt.Sprintf("strict-%d", n)), true)
		place := fmt.Sprint("Ward ", n)
		all.Go(func() {
			for _, s := range sessions {
				id := session.CommandID(fmt.Sprintf("c-%d-%s", n, s.ID))
				if _, err := d.Apply(t.Context(), rota.Apply{Command: session.Do(id, who), Session: s.ID}); err != nil {
					t.Errorf("%T %v", err, err)
				}
				change := rota.Change{Command: session.Do(id, staffs("north")), Session: s.ID, Place: &place}
				if _, err := d.Change(t.Context(), change); err != nil {
					t.Errorf("%T %v", err, err)
				}
			}
		})
	}
	all.Wait()
	if n := h.count("applications"); n != 36 {
		t.Errorf("%d applications of 36", n)
	}
	for _, s := range sessions {
		if got := must[session.Session](t)(h.desk.Session(t.Context(), staffs("north"), s.ID)); got.Version != 13 {
			t.Errorf("version %d after 12 changes", got.Version)
		}
	}
	most := 0
	for range 72 {
		most = max(most, <-tries)
	}
	if t.Logf("at most %d tries", most); most < 2 {
		t.Error("nobody was in anybody's way")
	}
}
