package desk_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/canonical"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// fickle is a store whose commits, outcomes and loads can be made to misbehave.
type fickle struct {
	desk.Store
	mu      sync.Mutex
	commits int
	// commit is asked instead of the store, with the store's own.
	commit  func(n int, own func() (desk.Verdict, error)) (desk.Verdict, error)
	outcome func(own func() (desk.Outcome, error)) (desk.Outcome, error)
	load    func() error
}

func (f *fickle) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	f.mu.Lock()
	f.commits++
	n := f.commits
	f.mu.Unlock()
	own := func() (desk.Verdict, error) { return f.Store.Commit(ctx, c) }
	if f.commit == nil {
		return own()
	}
	return f.commit(n, own)
}

func (f *fickle) Outcome(ctx context.Context, key desk.CommandKey) (desk.Outcome, error) {
	own := func() (desk.Outcome, error) { return f.Store.Outcome(ctx, key) }
	if f.outcome == nil {
		return own()
	}
	return f.outcome(own)
}

func (f *fickle) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	if f.load != nil {
		if err := f.load(); err != nil {
			return desk.Snapshot{}, err
		}
	}
	return f.Store.Load(ctx, want)
}

func (st *stage) over(f *fickle, some ...func(*desk.Options)) *desk.Desk {
	f.Store = st.store
	return st.another(append([]func(*desk.Options){func(o *desk.Options) { o.Store = f }}, some...)...)
}

// TestP3TheSameCommandAgain repeats every command: at once, later, and from another desk. The answer is the first one
// to the byte, and nothing changes.
func TestP3TheSameCommandAgain(t *testing.T) {
	forms := commandForms()
	for _, name := range commandNames() {
		t.Run(name, func(t *testing.T) {
			st := newStage(t)
			args := forms[name].args(st)
			first, err := call(t, st.desk, name, args)
			if err != nil {
				t.Fatal(err)
			}
			after := st.dump()
			for _, again := range []string{"at once", "later", "from another desk"} {
				d := st.desk
				switch again {
				case "later":
					st.at("2027-01-01T00:00:00Z")
				case "from another desk":
					d = st.another()
				}
				second, err := call(t, d, name, args)
				if err != nil {
					t.Fatalf("%s: %T: %v", again, err, err)
				}
				if a, b := asJSON(t, first), asJSON(t, second); a != b {
					t.Errorf("%s:\nfirst  %s\nsecond %s", again, a, b)
				}
				if !reflect.DeepEqual(first, second) {
					t.Errorf("%s: the two differ in memory", again)
				}
				st.untouched(t, after)
			}
		})
	}
}

// TestP3TheStateMovedOn repeats a command after others have changed what it was about.
func TestP3TheStateMovedOn(t *testing.T) {
	st := newStage(t)
	s := st.posts()
	apply := rota.Apply{Command: st.do(byAda), Session: s.ID}
	first := must[rota.Applied](t)(st.desk.Apply(t.Context(), apply))
	withdraw := withdrawal.Withdraw{
		Command: st.do(byLeeds), Session: s.ID, Shown: st.withdrawal(byLeeds, s.ID), Confirmed: true,
	}
	withdrawn := must[withdrawal.Withdrawn](t)(st.desk.Withdraw(t.Context(), withdraw))
	before := st.dump()
	again := must[rota.Applied](t)(st.desk.Apply(t.Context(), apply))
	if asJSON(t, again) != asJSON(t, first) || again.Application.State != rota.Pending {
		t.Errorf("the application of then is %+v", again)
	}
	twice := must[withdrawal.Withdrawn](t)(st.desk.Withdraw(t.Context(), withdraw))
	if asJSON(t, twice) != asJSON(t, withdrawn) {
		t.Errorf("the withdrawal is %+v", twice)
	}
	st.untouched(t, before)
}

// TestP3NothingToChange repeats a check that changed something, when there is nothing left to change, and gives its id
// to another one.
func TestP3NothingToChange(t *testing.T) {
	st := newStage(t)
	b := st.books().Booking
	idle := rota.Recheck{Command: st.do(bySystem), Booking: b.ID}
	if got := must[booking.Booking](t)(st.desk.Recheck(t.Context(), idle)); asJSON(t, got) != asJSON(t, b) {
		t.Errorf("nothing was to change, but %+v", got)
	}
	st.clinician("ada", func(f *rota.ClinicianFacts) { f.Documents = nil })
	check := rota.Recheck{Command: st.do(bySystem), Booking: b.ID}
	first := must[booking.Booking](t)(st.desk.Recheck(t.Context(), check))
	st.clinician("ada", nil)
	st.ok(rota.Recheck{Command: st.do(bySystem), Booking: b.ID})
	before := st.dump()
	again := must[booking.Booking](t)(st.desk.Recheck(t.Context(), check))
	if asJSON(t, again) != asJSON(t, first) || len(again.Lapsed) == 0 {
		t.Errorf("got %+v, want the first answer", again)
	}
	st.untouched(t, before)
	other := check
	other.Booking = st.bathBooks().Booking.ID
	_, err := st.desk.Recheck(t.Context(), other)
	if code := typed(t, err); code != "command_reused" {
		t.Errorf("got %v", err)
	}
}

// TestP3TheAnswerWasLost commits, and loses the answer on the way back.
func TestP3TheAnswerWasLost(t *testing.T) {
	t.Run("within the call", func(t *testing.T) {
		st := newStage(t)
		var seen []desk.Observation
		f := &fickle{commit: func(_ int, own func() (desk.Verdict, error)) (desk.Verdict, error) {
			if _, err := own(); err != nil {
				return 0, err
			}
			return 0, context.DeadlineExceeded
		}}
		d := st.over(f, func(o *desk.Options) { o.Observe = func(o desk.Observation) { seen = append(seen, o) } })
		s, err := d.Post(t.Context(), st.shift())
		if err != nil || s.State != session.Open || f.commits != 1 {
			t.Fatalf("got %+v, %v after %d commits", s, err, f.commits)
		}
		if len(seen) != 1 || !seen[0].Repeated || seen[0].Code != "" || seen[0].Tries != 1 {
			t.Errorf("observed %+v", seen)
		}
	})
	t.Run("with the caller gone", func(t *testing.T) {
		st := newStage(t)
		ctx, cancel := context.WithCancel(t.Context())
		d := st.over(&fickle{commit: func(_ int, own func() (desk.Verdict, error)) (desk.Verdict, error) {
			if _, err := own(); err != nil {
				return 0, err
			}
			cancel()
			return 0, ctx.Err()
		}})
		if s, err := d.Post(ctx, st.shift()); err != nil || s.Reference == "" {
			t.Fatalf("got %+v, %v", s, err)
		}
	})
	t.Run("and the outcome can't be read", func(t *testing.T) {
		st := newStage(t)
		broken := errors.New("the store is away")
		f := &fickle{commit: func(_ int, own func() (desk.Verdict, error)) (desk.Verdict, error) {
			if _, err := own(); err != nil {
				return 0, err
			}
			return 0, context.DeadlineExceeded
		}, outcome: func(func() (desk.Outcome, error)) (desk.Outcome, error) { return desk.Outcome{}, broken }}
		d, c := st.over(f), st.shift()
		if _, err := d.Post(t.Context(), c); !errors.Is(err, broken) {
			t.Fatalf("got %v", err)
		}
		f.outcome, f.commit = nil, nil
		if s, err := d.Post(t.Context(), c); err != nil || s.Version != 1 {
			t.Fatalf("the retry got %+v, %v", s, err)
		}
	})
	t.Run("and a refusal is no answer while that isn't known", func(t *testing.T) {
		st := newStage(t)
		s := st.posts()
		c := withdrawal.Withdraw{Command: st.do(byLeeds), Session: s.ID, Shown: st.withdrawal(byLeeds, s.ID), Confirmed: true}
		st.ok(c)
		broken := errors.New("the store is away")
		f := &fickle{outcome: func(func() (desk.Outcome, error)) (desk.Outcome, error) { return desk.Outcome{}, broken }}
		if _, err := st.over(f).Withdraw(t.Context(), c); !errors.Is(err, broken) {
			t.Errorf("got %v, though this very command was committed", err)
		}
	})
	t.Run("nothing was committed", func(t *testing.T) {
		st := newStage(t)
		before := st.dump()
		f := &fickle{commit: func(int, func() (desk.Verdict, error)) (desk.Verdict, error) {
			return 0, context.DeadlineExceeded
		}}
		if _, err := st.over(f).Post(t.Context(), st.shift()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		st.untouched(t, before)
	})
	t.Run("the store can't be read", func(t *testing.T) {
		st := newStage(t)
		broken := errors.New("the store is away")
		var seen desk.Observation
		d := st.over(&fickle{load: func() error { return broken }},
			func(o *desk.Options) { o.Observe = func(o desk.Observation) { seen = o } })
		if _, err := d.Post(t.Context(), st.shift()); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		if seen.Code != "error" || seen.Act != "post a session" {
			t.Errorf("observed %+v", seen)
		}
		if _, err := d.Session(t.Context(), byLeeds, "s"); !errors.Is(err, broken) {
			t.Errorf("a query got %v", err)
		}
	})
	t.Run("repeated, but without an outcome", func(t *testing.T) {
		st := newStage(t)
		f := &fickle{commit: func(int, func() (desk.Verdict, error)) (desk.Verdict, error) { return desk.Repeated, nil }}
		if _, err := st.over(f).Post(t.Context(), st.shift()); !errors.Is(err, desk.ErrNoOutcome) {
			t.Errorf("got %v", err)
		}
	})
}

// TestP3OtherContent gives the same id to something else, field by field.
func TestP3OtherContent(t *testing.T) {
	st := newStage(t)
	c := st.shift()
	st.ok(c)
	before := st.dump()
	for name, amend := range map[string]func(*session.Post){
		"role":  func(c *session.Post) { c.Role = "ANP" },
		"start": func(c *session.Post) { c.Start = wall(14, time.July, "09:00") },
		"break": func(c *session.Post) { c.Break = 0 },
		"rate":  func(c *session.Post) { c.Rate.Amount = dec("70.01") },
		"draft": func(c *session.Post) { c.Draft = true },
		"text":  func(c *session.Post) { c.Instructions = "Ring twice." },
	} {
		other := c
		amend(&other)
		_, err := st.desk.Post(t.Context(), other)
		var reused *desk.ReusedError
		if !errors.As(err, &reused) || reused.Command != c.ID || typed(t, err) != "command_reused" {
			t.Errorf("%s: got %T %v", name, err, err)
		}
	}
	other := withdrawal.Withdraw{Command: c.Command, Session: "s", Shown: "x"}
	if _, err := st.desk.Withdraw(t.Context(), other); typed(t, err) != "command_reused" {
		t.Errorf("another kind of command: got %v", err)
	}
	same := c
	same.Rate.Amount = dec("70.00")
	if _, err := st.desk.Post(t.Context(), same); err != nil {
		t.Errorf("the same amount, written otherwise: %v", err)
	}
	st.untouched(t, before)
	t.Run("by another actor", func(t *testing.T) {
		for _, by := range []session.Actor{byManager, session.Practice("p-other", "north", "leeds")} {
			other := c
			other.By = by
			s := must[session.Session](t)(st.desk.Post(t.Context(), other))
			if strings.Count(st.dump(), string(s.ID)) == 0 || s.Version != 1 {
				t.Errorf("%s: got %+v", by.Person, s)
			}
		}
		if n := strings.Count(st.dump(), `"reference": "#401`); n < 3 {
			t.Errorf("only %d sessions", n)
		}
	})
}

// TestP3RefusalsAreJudgedAnew gives a refused command again once there is nothing against it.
func TestP3RefusalsAreJudgedAnew(t *testing.T) {
	st := newStage(t)
	b := st.books()
	s := st.posts()
	st.ok(withdrawal.Withdraw{
		Command: st.do(byLeeds), Session: b.Session.ID, Shown: st.withdrawal(byLeeds, b.Session.ID), Reason: "Closed.",
	})
	st.clinician("ben", func(f *rota.ClinicianFacts) { f.Documents = nil })
	c := rota.Apply{Command: st.do(byBen), Session: s.ID}
	before := st.dump()
	for range 2 {
		_, err := st.desk.Apply(t.Context(), c)
		if typed(t, err) != "not_eligible" {
			t.Fatalf("got %v", err)
		}
	}
	st.untouched(t, before)
	st.clinician("ben", nil)
	if _, err := st.desk.Apply(t.Context(), c); err != nil {
		t.Errorf("still refused: %v", err)
	}
}

// TestP3ConflictsAreBounded has a store that never commits.
func TestP3ConflictsAreBounded(t *testing.T) {
	for name, want := range map[string]struct{ option, tries int }{"given": {3, 3}, "not given": {0, 10}} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t)
			var seen []desk.Observation
			var log bytes.Buffer
			f := &fickle{commit: func(int, func() (desk.Verdict, error)) (desk.Verdict, error) { return desk.Conflict, nil }}
			d := st.over(f, func(o *desk.Options) {
				o.Tries = want.option
				o.Observe = func(o desk.Observation) { seen = append(seen, o) }
				o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			})
			c := st.shift()
			_, err := d.Post(t.Context(), c)
			var conflict *desk.ConflictError
			if !errors.As(err, &conflict) || conflict.Tries != want.tries || conflict.Command != c.ID || typed(t, err) != "conflict" {
				t.Fatalf("got %T %v", err, err)
			}
			if f.commits != want.tries {
				t.Errorf("tried %d times", f.commits)
			}
			if len(seen) != 1 || seen[0].Code != "conflict" || seen[0].Tries != want.tries || seen[0].Repeated {
				t.Errorf("observed %+v", seen)
			}
			if n := strings.Count(log.String(), "conflict"); n != want.tries {
				t.Errorf("logged %d conflicts", n)
			}
		})
	}
	t.Run("and end with the first success", func(t *testing.T) {
		st := newStage(t)
		f := &fickle{commit: func(n int, own func() (desk.Verdict, error)) (desk.Verdict, error) {
			if n < 4 {
				return desk.Conflict, nil
			}
			return own()
		}}
		if _, err := st.over(f).Post(t.Context(), st.shift()); err != nil || f.commits != 4 {
			t.Errorf("got %v after %d", err, f.commits)
		}
	})
}

// TestP3NowIsReadOnce lets midnight pass between two tries: the answer is that of the first instant.
func TestP3NowIsReadOnce(t *testing.T) {
	st := newStage(t)
	b := st.books()
	last := instant("2026-07-07T22:59:59.999999Z") // exactly seven days before the day of the session
	st.at(last.Format(time.RFC3339Nano))
	c := withdrawal.Withdraw{
		Command: st.do(byLeeds), Session: b.Session.ID, Shown: st.withdrawal(byLeeds, b.Session.ID), Reason: "Closed.",
	}
	asked := 0
	f := &fickle{commit: func(n int, own func() (desk.Verdict, error)) (desk.Verdict, error) {
		if n == 1 {
			st.at("2026-07-07T23:00:00Z")
			return desk.Conflict, nil
		}
		return own()
	}}
	d := st.over(f, func(o *desk.Options) {
		o.Now = func() time.Time {
			asked++
			return st.clock()
		}
	})
	w, err := d.Withdraw(t.Context(), c)
	if err != nil || !w.Booking.Ending.At.Equal(last) || asked != 1 {
		t.Fatalf("got %v, %v; the clock was read %d times", w.Booking.Ending, err, asked)
	}
	for _, e := range st.events(b.Session.ID) {
		if e.Command == c.ID && !e.At.Equal(last) {
			t.Errorf("%s is of %v", e.Key(), e.At)
		}
	}
	for name, query := range map[string]func() error{
		"FindWork": func() error {
			_, err := d.FindWork(t.Context(), rota.FindWork{By: byBen, Channel: session.Rota})
			return err
		},
		"Policy": func() error { _, err := d.Policy(t.Context(), byManager, "north"); return err },
		"AssessWithdrawal": func() error {
			_, err := d.AssessWithdrawal(t.Context(), byLeeds, st.yorkLater())
			return err
		},
	} {
		asked = 0
		if err := query(); err != nil || asked != 1 {
			t.Errorf("%s: %v; the clock was read %d times", name, err, asked)
		}
	}
}

// yorkLater is a further session of Leeds, in November.
func (st *stage) yorkLater() session.SessionID {
	return st.posts(func(c *session.Post) {
		c.Start, c.End = wall(20, time.November, "08:00"), wall(20, time.November, "18:00")
	}).ID
}

// TestBrokenHosts has a directory and a store that don't hold the rules.
func TestBrokenHosts(t *testing.T) {
	st := newStage(t)
	st.dir.AddPractice(session.PracticeFacts{ID: "leeds", Provider: "north", Phone: "1"})
	var seen desk.Observation
	var log bytes.Buffer
	d := st.another(func(o *desk.Options) {
		o.Observe = func(o desk.Observation) { seen = o }
		o.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	_, err := d.Post(t.Context(), st.shift())
	var broken *desk.BrokenError
	if !errors.As(err, &broken) || broken.Act != "directory" || errors.Unwrap(err) == nil || broken.Code() != "broken" {
		t.Errorf("got %T %v", err, err)
	}
	if seen.Code != "broken" || !strings.Contains(log.String(), "broken") {
		t.Errorf("observed %+v, logged %q", seen, log.String())
	}
	if _, err := d.Calendar(t.Context(), byLeeds, session.CalendarQuery{Practice: "leeds"}); err == nil {
		t.Error("a calendar without a calendar")
	}
}

// scenario tells a story in which everybody writes something, and returns its session and the words.
func (st *stage) scenario() (session.SessionID, []string) {
	st.t.Helper()
	w := st.claims()
	id := w.Session.ID
	words := []string{"boiler", "Ring the bell", "Room 1"}
	say := func(word string) string {
		words = append(words, word)
		return "Because of the " + word + "."
	}
	st.ok(booking.SendMessage{Command: st.do(byLeeds), Session: id, To: "ada", Body: say("zeppelin")})
	st.ok(withdrawal.ProposeFee{Command: st.do(byAda), Booking: w.Booking.ID, Amount: pounds(300), Note: say("quagga")})
	st.ok(withdrawal.CounterFee{Command: st.do(byLeeds), Booking: w.Booking.ID, Amount: pounds(200), Note: say("walrus")})
	st.ok(withdrawal.DisputeFee{Command: st.do(byAda), Booking: w.Booking.ID, Note: say("marmot")})
	st.ok(withdrawal.WaiveFee{Command: st.do(byAda), Booking: w.Booking.ID, Note: say("ocelot")})
	return id, words
}

// TestP2TheRecordTellsWhoWhenWhatAndWhy reads the record of a story.
func TestP2TheRecordTellsWhoWhenWhatAndWhy(t *testing.T) {
	st := newStage(t)
	st.at("2026-07-02T09:00:00.123456789Z")
	id, _ := st.scenario()
	type line struct{ by, kind, from, to string }
	var got []line
	last := time.Time{}
	reasons := 0
	for _, e := range st.events(id) {
		got = append(got, line{string(e.By.Person), string(e.Kind), e.From, e.To})
		if e.At.Nanosecond()%1000 != 0 || e.At.Location() != time.UTC || e.At.Before(last) || e.Command == "" {
			t.Errorf("P2: %s is of %v by command %q", e.Key(), e.At, e.Command)
		}
		if e.Provider != "north" || e.Session != id || e.Version < 1 {
			t.Errorf("P2: %s is about %s of %s", e.Key(), e.Session, e.Provider)
		}
		if last = e.At; e.Reason != "" {
			reasons++
		}
	}
	for _, want := range []line{
		{"p-leeds", "session.posted", "", "open"}, {"p-ada", "application.made", "", "pending"},
		{"p-leeds", "application.accepted", "pending", "accepted"}, {"p-leeds", "booking.confirmed", "", "confirmed"},
		{"p-leeds", "session.filled", "open", "filled"}, {"p-leeds", "support_case.opened", "", "open"},
		{"p-support", "support_case.actioned", "open", "actioned"}, {"p-support", "session.withdrawn", "filled", "withdrawn"},
		{"p-support", "booking.cancelled", "confirmed", "cancelled"}, {"p-ada", "fee.proposed", "claimable", "proposed"},
		{"p-leeds", "fee.countered", "proposed", "countered"}, {"p-ada", "fee.disputed", "countered", "disputed"},
		{"p-ada", "fee.waived", "disputed", "waived"}, {"p-leeds", "message.sent", "", ""},
	} {
		found := 0
		for _, l := range got {
			if l == want {
				found++
			}
		}
		if found != 1 {
			t.Errorf("P2: %+v stands %d times in %v", want, found, got)
		}
	}
	if reasons < 6 {
		t.Errorf("P2: only %d events say why", reasons)
	}
	first := st.events(id)[0]
	if want := instant("2026-07-02T09:00:00.123456Z"); !first.At.Equal(want) {
		t.Errorf("P2: posted at %v, want %v", first.At, want)
	}
}

// TestP4NoWordsInTheRecord looks for what people wrote in all facts of a story, and then erases it.
func TestP4NoWordsInTheRecord(t *testing.T) {
	st := newStage(t)
	id, words := st.scenario()
	words = append(words, "Name of", "@example.org", "Leeds Surgery")
	events := st.events(id)
	var texts []session.TextID
	for _, e := range events {
		for name, value := range e.Facts {
			for _, word := range words {
				if strings.Contains(value, word) {
					t.Errorf("P4: the fact %s of %s says %q", name, e.Key(), value)
				}
			}
		}
		if e.Reason != "" {
			texts = append(texts, e.Reason)
		}
		if text := e.Facts["text"]; text != "" {
			texts = append(texts, session.TextID(text))
		}
	}
	if len(texts) < 6 {
		t.Fatalf("P4: only %d texts", len(texts))
	}
	erased := map[session.TextID]bool{}
	for _, text := range texts {
		before := must[session.Text](t)(st.desk.Text(t.Context(), byLeeds, text))
		if erased[text] {
			continue
		}
		if erased[text] = true; before.Body == "" || before.By == "" {
			t.Errorf("P4: %s is blank: %+v", text, before)
		}
		st.ok(session.EraseText{Command: st.do(bySupport), Text: text})
		after := must[session.Text](t)(st.desk.Text(t.Context(), byLeeds, text))
		if after.Body != "" || after.By != "" || after.Erased.IsZero() || after.Class != before.Class {
			t.Errorf("P4: %s is %+v", text, after)
		}
		_, err := st.desk.EraseText(t.Context(), session.EraseText{Command: st.do(bySystem), Text: text})
		if typed(t, err) != "wrong_state" {
			t.Errorf("P4: erased twice: %v", err)
		}
	}
	now := st.events(id)
	if a, b := asJSON(t, events), asJSON(t, now[:len(events)]); a != b {
		t.Error("P4: erasing has changed the record")
	}
	for _, e := range now[len(events):] {
		if e.Kind != session.EventTextErased || e.Facts["class"] == "" {
			t.Errorf("P4: %s stands in the record", e.Key())
		}
	}
	for _, word := range words[3:] {
		if !strings.Contains(word, "@") && word != "Name of" && word != "Leeds Surgery" && strings.Contains(st.dump(), word) {
			t.Errorf("P4: the store still says %q", word)
		}
	}
}

// TestObservations tells the host of each command once.
func TestObservations(t *testing.T) {
	st := newStage(t)
	var seen []desk.Observation
	d := st.another(func(o *desk.Options) { o.Observe = func(o desk.Observation) { seen = append(seen, o) } })
	c := st.shift()
	for range 2 {
		if _, err := d.Post(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	c.Practice = ""
	if _, err := d.Post(t.Context(), c); err == nil {
		t.Fatal("accepted")
	}
	_, _ = d.SetPreferences(t.Context(), notify.SetPreferences{Command: st.do(byAda), Person: "p-ben"})
	want := []desk.Observation{
		{Act: "post a session", Tries: 1}, {Act: "post a session", Tries: 1, Repeated: true},
		{Act: "post a session", Code: "invalid_field"}, {Act: "change settings", Tries: 1, Code: "forbidden"},
	}
	for i := range seen {
		if seen[i].Took < 0 {
			t.Errorf("%d took %v", i, seen[i].Took)
		}
		seen[i].Took = 0
	}
	if !reflect.DeepEqual(seen, want) {
		t.Errorf("got  %+v\nwant %+v", seen, want)
	}
}

// What a command leads to is given without being read back: each answer is of a type whose form can be told (P3). A
// policy, which holds lists by name and is published a few times a year, is read back.
func TestP3NoAnswerHasToBeReadBack(t *testing.T) {
	d := reflect.TypeFor[*desk.Desk]()
	n := 0
	for i := range d.NumMethod() {
		m := d.Method(i)
		if m.Type.NumIn() != 3 || m.Type.NumOut() != 2 || m.Type.In(2).Kind() != reflect.Struct {
			continue
		}
		if head, embeds := m.Type.In(2).FieldByName("Command"); !embeds || !head.Anonymous {
			continue
		}
		policy := m.Type.Out(0) == reflect.TypeFor[withdrawal.Policy]()
		if n++; !policy && !canonical.Form(reflect.New(m.Type.Out(0)).Interface()) {
			t.Errorf("%s of %s has to be read back", m.Type.Out(0), m.Name)
		}
	}
	if n < 30 {
		t.Errorf("only %d commands", n)
	}
}
